// Tracing as it is when nobody traces: questions have answers, requests are delivered, and a machine without dynamic
// trace probes keeps no tag.
#include "../process.h"

static bool is_flag_item(term item) { return item == (term) ATOM_flags || item == (term) ATOM_tracer; }

static bool is_function_item(term item)
{
    switch (item) {
    case ATOM_traced: case ATOM_match_spec: case ATOM_meta: case ATOM_meta_match_spec: case ATOM_call_count:
    case ATOM_call_time: case ATOM_call_memory: case ATOM_all:
        return true;
    default:
        return false;
    }
}

static bool is_mfa(term t)
{
    return is_tuple(t) && tuple_arity(t) == 3 && is_atom(tuple_at(t, 0)) && is_atom(tuple_at(t, 1)) && is_small(tuple_at(t, 2))
        && small_value(tuple_at(t, 2)) >= 0 && small_value(tuple_at(t, 2)) <= 255;
}

static bool function_exists(term mfa)
{
    Function *f = function_get(tuple_at(mfa, 0), tuple_at(mfa, 1), (uint32_t) small_value(tuple_at(mfa, 2)));
    return f && function_resolve(f);
}

// trace_info(Pid | new | {M, F, A} | on_load, Item)
term erlang_trace_info_2(Process *p, term *a)
{
    term of = a[0], item = a[1];
    if (is_mfa(of) && is_function_item(item)) return make_tuple2(p, item, function_exists(of) ? ATOM_false : ATOM_undefined);
    if (of == (term) ATOM_on_load && is_function_item(item)) return make_tuple2(p, item, ATOM_false);
    bool is_new = of == (term) ATOM_new || of == (term) ATOM_new_processes || of == (term) ATOM_new_ports;
    if (!is_flag_item(item) || (!is_pid(of) && !is_new)) return raise_badarg(p);
    if (is_pid(of) && !process_lookup(of)) return ATOM_undefined;
    return make_tuple2(p, item, NIL);
}

// {trace_delivered, Pid, Reference} comes when all trace messages of the process have.
term erlang_trace_delivered_1(Process *p, term *a)
{
    if (!is_pid(a[0]) && a[0] != (term) ATOM_all) return raise_badarg(p);
    term reference = make_ref(p);
    process_send(p, p->pid, make_tuple3(p, ATOM_trace_delivered, a[0], reference));
    return reference;
}

term erlang_dt_undefined(Process *p, term *a) { return (void) p, (void) a, ATOM_undefined; }
term erlang_dt_true(Process *p, term *a) { return (void) p, (void) a, ATOM_true; }
term erlang_dt_same(Process *p, term *a) { return (void) p, a[0]; }
