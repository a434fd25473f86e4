// Rare halves of instructions: calls, maps, messages, errors.
#include "cold.h"

#include "exception.h"
#include "map.h"
#include "operand.h"
#include "platform.h"

static term fetch(Process *p, Word w) { return operand_fetch(w, vm.x, p->stop); }

term cold_error_tuple(Process *p, term reason, term value) { return raise_error(p, make_tuple2(p, reason, value)); }

term cold_bad_fun(Process *p, term fun, uint32_t arity)
{
    if (!is_fun(fun)) return cold_error_tuple(p, ATOM_badfun, fun);
    term call = make_tuple2(p, fun, make_list_of(p, vm.x, arity, NIL));
    return cold_error_tuple(p, ATOM_badarity, call);
}

Function *cold_apply(Process *p, uint32_t arity)
{
    term module = vm.x[arity], name = vm.x[arity + 1];
    if (!is_atom(module) || !is_atom(name)) {
        term args[] = { module, name, make_list_of(p, vm.x, arity, NIL) };
        raise_badarg(p);
        exception_note_native(p, function_get(ATOM_erlang, ATOM_apply, 3), args);
        return NULL;
    }
    Function *f = function_get(module, name, arity);
    if (!f) raise_system_limit(p);
    return f;
}

// fail source destination live count (key value)..
term cold_put_map(Process *p, const Word *pc)
{
    enum { PAIRS_INLINE = 64 };
    term map = fetch(p, pc[2]), inline_pairs[PAIRS_INLINE] = { NONE }, *pairs = inline_pairs, missing = NONE;
    size_t count = pc[5], bytes = count * sizeof *pairs;
    if (!is_map(map)) return cold_error_tuple(p, ATOM_badmap, map);
    if (count > PAIRS_INLINE && !(pairs = vm_malloc(bytes))) return raise_system_limit(p);
    for (size_t i = 0; i < count; i++) pairs[i] = fetch(p, pc[6 + i]);
    bool exact = pc[0] == OP_put_map_exact;
    term result = map_update_many(p, map, pairs, count / 2, exact, &missing);
    if (pairs != inline_pairs) vm_mfree(pairs, bytes);
    if (result == NONE && missing != NONE) return cold_error_tuple(p, ATOM_badkey, missing);
    return result;
}

term cold_catch_value(Process *p)
{
    term class = vm.x[1], reason = vm.x[2];
    if (class == (term) ATOM_throw) return reason;
    if (class == (term) ATOM_error) reason = make_tuple2(p, reason, exception_stacktrace(p, vm.x[3]));
    return make_tuple2(p, ATOM_EXIT, reason);
}

// ---- receive ----

static Message *take(Message **link)
{
    Message *m = *link;
    *link = m->next;
    return m;
}

term cold_next_message(Process *p)
{
    ProcessState *s = p->state;
    Message *m = *s->save;
    if (!m) return NONE;
    if (m->fragment) { // onto the heap, where the receive's patterns may look at it
        size_t words = m->fragment->used;
        if ((size_t) (p->stop - p->htop) < words && !gc_collect(p, words, 0, false)) {
            s->over_limit = true;
            return NONE;
        }
        m->value = term_copy(m->value, &p->htop, &p->off_heap);
        p->off_heap_bytes += m->fragment->off_heap ? 4096 : 0; // roughly: large binaries came with it
        fragment_free(m->fragment);
        m->fragment = NULL;
    }
    return m->value;
}

static void stop_receive_timer(ProcessState *s)
{
    if (s->receive_timer) timer_cancel(s->receive_timer, NULL);
    s->receive_timer = 0;
    s->timeout_read = false;
}

void cold_remove_message(Process *p)
{
    ProcessState *s = p->state;
    Message *m = take(s->save);
    if (!*s->save) s->last = s->save;
    vm_mfree(m, sizeof *m);
    s->queue_length--;
    s->save = &s->first;
    stop_receive_timer(s);
}

void cold_receive_timeout(Process *p)
{
    p->state->save = &p->state->first;
    stop_receive_timer(p->state);
}

static void receive_timer_fired(void *data)
{
    Process *p = data;
    p->state->receive_timer = 0;
    p->pc = p->state->timeout_pc;
    scheduler_ready(p);
}

enum timer_start cold_start_receive_timer(Process *p, term timeout, const Word *after)
{
    ProcessState *s = p->state;
    int64_t ms = 0;
    if (s->timeout_read) return TIMER_STARTED;
    if (timeout == (term) ATOM_infinity) {
        s->timeout_read = true;
        return TIMER_STARTED;
    }
    if (!is_integer(timeout) || !integer_to_int64(timeout, &ms) || ms < 0 || ms > UINT32_MAX) return TIMER_BAD;
    if (ms == 0) return TIMER_NOW;
    s->timeout_read = true;
    s->timeout_pc = after;
    s->receive_timer = timer_start(vm.monotonic_ms + (double) ms, receive_timer_fired, p);
    return TIMER_STARTED;
}

bool cold_deliver(Process *p, term to, term message)
{
    Process *receiver = NULL;
    if (is_pid(to)) receiver = process_lookup(to);
    else if (is_atom(to)) {
        receiver = name_whereis(to);
        if (!receiver) return false;
    } else if (is_ref(to)) {
        receiver = alias_lookup(to);
    } else if (is_tuple(to) && tuple_arity(to) == 2 && is_atom(tuple_at(to, 0)) && is_atom(tuple_at(to, 1))) {
        if (tuple_at(to, 1) == (term) ATOM_nonode_nohost) receiver = name_whereis(tuple_at(to, 0));
    } else {
        return false;
    }
    if (receiver) process_send(p, receiver->pid, message);
    return true;
}

term cold_send(Process *p, term to, term message)
{
    if (cold_deliver(p, to, message)) return message;
    raise_badarg(p);
    exception_note_native(p, function_get(ATOM_erlang, ATOM_send, 2), (term[]) { to, message });
    return NONE;
}

// ---- the end ----

void cold_uncaught(Process *p)
{
    Exception *e = &p->exception;
    term reason = e->reason;
    term trace = exception_stacktrace(p, e->trace);
    if (e->class == (term) ATOM_throw) reason = make_tuple2(p, make_tuple2(p, ATOM_nocatch, reason), trace);
    else if (e->class == (term) ATOM_error) reason = make_tuple2(p, reason, trace);
    bool report = e->class != (term) ATOM_exit && !scheduler_is_main(p); // boot.c tells why the first one ended
    *e = (Exception) { .class = NONE };
    if (report) process_report(p, reason, " with exit value:\n");
    process_terminate(p, reason);
}

term cold_out_of_memory(Process *p)
{
    if (p->state->over_heap_limit) return ATOM_killed;
    static const char text[] = "a process was ended: it needs more memory than the machine may have";
    platform_log(LOG_ERROR, text, sizeof text - 1);
    p->exception = (Exception) { .class = NONE };
    return make_tuple2(p, ATOM_system_limit, ATOM_memory);
}
