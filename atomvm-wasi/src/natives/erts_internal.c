// Natives of the module erts_internal that OTP's own Erlang code is written on.
#include "../process.h"

static term option(term options, term key, term otherwise)
{
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        if (is_tuple(o) && tuple_arity(o) == 2 && tuple_at(o, 0) == key) return tuple_at(o, 1);
    }
    return otherwise;
}

// {Tag, RequestId, ok, Pid} to the caller; the request is known by the monitor's reference when there is one.
term erts_internal_spawn_request_4(Process *p, term *a)
{
    term options = a[3], tag = option(options, ATOM_reply_tag, ATOM_spawn_reply), reply = option(options, ATOM_reply, ATOM_yes);
    term spawned = erlang_spawn_opt_4(p, a);
    if (spawned == NONE) return NONE;
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
