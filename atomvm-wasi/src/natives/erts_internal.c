// Natives of the module erts_internal that OTP's own Erlang code is written on.
#include "../process.h"
#include "options.h"

static term option_or(term options, term key, term otherwise)
{
    term value = option(options, key);
    return value == NONE ? otherwise : value;
}

// The options of spawn_opt among those of spawn_request.
static term spawn_options(Process *p, term options)
{
    term list = NIL;
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        bool own = is_tuple(o) && tuple_arity(o) == 2 && (tuple_at(o, 0) == (term) ATOM_reply || tuple_at(o, 0) == (term) ATOM_reply_tag);
        if (!own) list = cons(p, o, list);
    }
    return list;
}

// {Tag, RequestId, ok, Pid} or {Tag, RequestId, error, badopt} to the caller; the request is known by the monitor's reference
// when there is one.
term erts_internal_spawn_request_4(Process *p, term *a)
{
    term options = a[3], tag = option_or(options, ATOM_reply_tag, ATOM_spawn_reply), reply = option_or(options, ATOM_reply, ATOM_yes);
    if (!is_atom(a[0]) || !is_atom(a[1]) || list_length(a[2]) < 0 || list_length(options) < 0) return raise_badarg(p);
    term spawned = erlang_spawn_opt_4(p, (term[]) { a[0], a[1], a[2], spawn_options(p, options) });
    if (spawned == NONE) {
        term id = make_ref(p), why = p->exception.reason == (term) ATOM_badarg ? (term) ATOM_badopt : p->exception.reason;
        p->exception = (Exception) { .class = NONE };
        if (reply == (term) ATOM_yes || reply == (term) ATOM_error_only) process_send(p, p->pid, make_tuple(p, 4, (term[]) { tag, id, ATOM_error, why }));
        return id;
    }
    bool monitored = is_tuple(spawned);
    term pid = monitored ? tuple_at(spawned, 0) : spawned, id = monitored ? tuple_at(spawned, 1) : make_ref(p);
    if (reply == (term) ATOM_yes || reply == (term) ATOM_success_only) process_send(p, p->pid, make_tuple(p, 4, (term[]) { tag, id, ATOM_ok, pid }));
    return id;
}

term erts_internal_is_process_alive_2(Process *p, term *a)
{
    if (!is_pid(a[0]) || !is_ref(a[1])) return raise_badarg(p);
    process_send(p, p->pid, make_tuple2(p, a[1], make_bool(process_lookup(a[0]) != NULL)));
    return ATOM_ok;
}

term erts_internal_garbage_collect_1(Process *p, term *a)
{
    return a[0] == (term) ATOM_major || a[0] == (term) ATOM_minor ? erlang_garbage_collect_0(p, a) : raise_badarg(p);
}

// All processes are the application's.
term erts_internal_is_system_process_1(Process *p, term *a) { return is_pid(a[0]) ? (term) ATOM_false : raise_badarg(p); }
