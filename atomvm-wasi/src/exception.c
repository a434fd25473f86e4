// Raising, stack traces, and the search for a handler.
#include "exception.h"

#include "operand.h"

term raise_class(Process *p, term class, term reason)
{
    p->current = NULL;
    p->exception = (Exception) { .class = class, .reason = reason, .args = NONE, .info = NIL, .cause = NONE, .trace = NONE };
    return NONE;
}

term raise_error(Process *p, term reason) { return raise_class(p, ATOM_error, reason); }
term raise_badarg(Process *p) { return raise_error(p, ATOM_badarg); }
term raise_system_limit(Process *p) { return raise_error(p, ATOM_system_limit); }

// #{module => erl_erts_errors, cause => ..}: from it the texts of erlang's own errors are made.
static term error_info(Process *p, term module, term cause)
{
    term pairs[] = { ATOM_module, module, ATOM_cause, cause };
    return map_from_pairs(p, pairs, cause == NONE ? 1 : 2);
}

term raise_error_info(Process *p, term reason, term cause)
{
    raise_error(p, reason);
    p->exception.cause = cause;
    return NONE;
}

// Module whose format_error/2 explains the errors of a native.
static term error_module(term module)
{
    switch (module) {
    case ATOM_erlang: case ATOM_atomics: case ATOM_counters: case ATOM_persistent_term:
        return ATOM_erl_erts_errors;
    case ATOM_ets: case ATOM_lists: case ATOM_maps: case ATOM_binary: case ATOM_unicode: case ATOM_re: case ATOM_math:
        return ATOM_erl_stdlib_errors;
    case ATOM_os:
        return ATOM_erl_kernel_errors;
    default:
        return NONE;
    }
}

void exception_note_native(Process *p, Function *f, const term *args)
{
    Exception *e = &p->exception;
    if (e->trace != NONE || e->from_caller || e->class != (term) ATOM_error || !f) return;
    p->current = f;
    if (e->args == NONE) e->args = make_list_of(p, args, f->arity, NIL);
    term module = error_module(f->module);
    if (is_nil(e->info) && module != NONE) e->info = error_info(p, module, e->cause);
}

term raise_function_clause(Process *p, Function *f, const term *x)
{
    raise_error(p, ATOM_function_clause);
    p->exception.args = make_list_of(p, x, f->arity, NIL);
    return NONE;
}

term raise_undef(Process *p, Function *f, const term *x)
{
    raise_error(p, ATOM_undef);
    p->current = f;
    p->exception.args = make_list_of(p, x, f->arity, NIL);
    return NONE;
}

// ---- collecting ----

static term pc_term(const Word *pc) { return (term) pc | TAG_SMALL; }
static const Word *term_pc(term t) { return (const Word *) (t & ~(term) TAG_MASK); }

// [{file, F}, {line, L} | rest]
static term location(Process *p, const Word *pc, term rest)
{
    Slice file;
    uint32_t line;
    if (!pc || !code_line(pc, &file, &line)) return rest;
    term name = make_string(p, (const char *) file.bytes, file.size);
    term entries[] = { make_tuple2(p, ATOM_file, name), make_tuple2(p, ATOM_line, make_small((sterm) line)) };
    return make_list_of(p, entries, 2, rest);
}

static term entry(Process *p, const Function *f, term args_or_arity, term where)
{
    return make_tuple(p, 4, (term[]) { f->module, f->name, args_or_arity, where });
}

// The entry that tells more than a function and its arity: arguments of a native or of clauses that do not match, an
// error_info. NIL when there is nothing to tell. *is_inside: it is the entry of the function that was running.
static term top_entry(Process *p, const Word *pc, const Function *inside, bool *is_inside)
{
    Exception *e = &p->exception;
    const Function *f = p->current ? p->current : inside;
    *is_inside = !p->current;
    if (!f || (e->args == NONE && is_nil(e->info))) return *is_inside = false, NIL;
    term info = is_nil(e->info) ? NIL : cons(p, make_tuple2(p, ATOM_error_info, e->info), NIL);
    term where = *is_inside ? location(p, pc, info) : info;
    return entry(p, f, e->args == NONE ? make_small(f->arity) : e->args, where);
}

// Return addresses, newest first: pc itself, cp of a function without a frame, then those on the stack.
static size_t frames(const Process *p, const Word *pc, const Word *cp, term *items, size_t limit)
{
    size_t count = 0;
    if (pc && code_range_of(pc)) items[count++] = pc_term(pc);
    if (cp && count < limit && code_range_of(cp - 1)) items[count++] = pc_term(cp - 1);
    for (const term *slot = p->stop; slot < p->end && count < limit; slot++) {
        if (!is_header(*slot) || !*slot) continue;
        const Word *ret = cp_unpack(*slot) - 1;
        bool repeated = count && items[count - 1] == pc_term(ret); // direct recursion shows once, as on erl
        if (!repeated && code_range_of(ret)) items[count++] = pc_term(ret);
    }
    return count;
}

static term trace_list(Process *p, const term *pcs, size_t count)
{
    term list = NIL;
    while (count-- > 0) {
        const Word *pc = term_pc(pcs[count]);
        const CodeRange *range = code_range_of(pc);
        if (range) list = cons(p, entry(p, range->function, make_small(range->function->arity), location(p, pc, NIL)), list);
    }
    return list;
}

static term raw_trace(Process *p, const Word *pc, const Word *cp)
{
    term pcs[STACKTRACE_DEPTH];
    size_t found = frames(p, pc, cp, pcs, STACKTRACE_DEPTH);
    const Word *newest = found > 0 ? term_pc(pcs[0]) : NULL; // not pc where a native was applied, and has no code
    bool inside;
    term top = top_entry(p, newest, newest ? code_range_of(newest)->function : NULL, &inside);
    size_t from = inside ? 1 : 0, room = STACKTRACE_DEPTH - (is_nil(top) ? 0 : 1), count = found - from;
    if (count > room) count = room;
    term items[2 + STACKTRACE_DEPTH] = { p->exception.class, top };
    memcpy(items + 2, pcs + from, count * sizeof *pcs);
    return make_tuple(p, 2 + count, items);
}

term exception_class_of_raw(term raw)
{
    if (is_tuple(raw) && tuple_arity(raw) >= 2 && is_atom(tuple_at(raw, 0))) return tuple_at(raw, 0);
    return ATOM_error;
}

term exception_stacktrace(Process *p, term raw)
{
    if (!is_tuple(raw) || tuple_arity(raw) < 2) return is_list(raw) ? raw : NIL;
    term top = tuple_at(raw, 1);
    if (is_list(top) && tuple_arity(raw) == 2 && !is_nil(top)) return top;
    term list = trace_list(p, tuple_elements(raw) + 2, tuple_arity(raw) - 2);
    return is_nil(top) ? list : cons(p, top, list);
}

// The raw trace of an exception that is raised again, perhaps with another class.
static term with_class(Process *p, term raw, term class)
{
    if (is_list(raw)) return make_tuple2(p, class, raw); // erlang:raise/3
    if (!is_tuple(raw) || tuple_arity(raw) < 2 || tuple_at(raw, 0) == class) return raw;
    term again = make_tuple(p, tuple_arity(raw), tuple_elements(raw));
    if (again != NONE) *tuple_elements(again) = class;
    return again;
}

const Word *exception_dispatch(Process *p, const Word *pc, const Word *cp)
{
    Exception *e = &p->exception;
    term raw = e->trace == NONE ? raw_trace(p, pc, cp) : with_class(p, e->trace, e->class);
    p->current = NULL;
    for (term *slot = p->stop; slot < p->end; slot++) {
        if ((*slot & 0xFF) != CATCH_MARK) continue;
        const CatchTarget *target = catch_target((uint32_t) (*slot >> 8));
        p->stop = (term *) ((char *) slot - target->y_bytes);
        vm.x[0] = NONE;
        vm.x[1] = e->class;
        vm.x[2] = e->reason;
        vm.x[3] = raw;
        *e = (Exception) { .class = NONE };
        return target->handler;
    }
    e->trace = raw;
    return NULL;
}

static term stacktrace(Process *on, const Process *p, const Word *pc, const Word *cp)
{
    term pcs[STACKTRACE_DEPTH];
    return trace_list(on, pcs, frames(p, pc, cp, pcs, STACKTRACE_DEPTH));
}

term process_stacktrace(Process *on, const Process *p)
{
    return stacktrace(on, p, p->pc, p->state->status == STATUS_RUNNING ? NULL : p->cp);
}

term process_stacktrace_at(Process *p, const Word *pc, const Word *cp) { return stacktrace(p, p, pc, cp); }
