// The loop. One dense switch over decoded words; pc, stack top, heap top and reductions live in locals and are written
// back (SAVE) before anything that may read or move them. It returns at the end of every time slice: V8 optimises a
// wasm function only when it is entered again. All ways back to the switch are `continue`: a jump to the loop from outside
// would make two loops of it, and dispatch a third slower.
//
// Rare halves of instructions are functions of their own (cold_*.c), so that they can be called from elsewhere, too.
#include "cold.h"
#include "exception.h"
#include "map.h"
#include "operand.h"
#include "platform.h"
#include "record.h"

#include <assert.h>

const Word stub_load[] = { OP_load_function }, stub_decode[] = { OP_decode_function }, stub_undefined[] = { OP_undefined_function },
           stub_native[] = { OP_native_function }, stub_exit[] = { OP_exit_process };

#define X(address) (*(term *) (address))
#define Y(offset) (*(term *) ((char *) stop + (offset)))
#define FETCH(word) operand_fetch((word), vm.x, stop)
#define STORE(word, value) (*operand_slot((word), vm.x, stop) = (value))
#define LABEL(word) ((const Word *) (word))
#define FUNCTION(word) ((Function *) (word))

#define SAVE() (p->htop = htop, p->stop = stop)
#define SAVE_PC() (p->pc = pc, p->cp = cp) // where the process is, should the collector have to tell
#define LOAD() (htop = p->htop, stop = p->stop)

#ifdef VM_HOSTILE
#define NO_ROOM(words) (true)
#else
#define NO_ROOM(words) ((size_t) (stop - htop) < (size_t) (words))
#endif
// Room for words; collects with `live` X registers. Moves everything.
#define NEED(words, live) \
    if (NO_ROOM(words)) { \
        SAVE(); \
        SAVE_PC(); \
        if (!gc_collect(p, (words), (uint32_t) (live), false)) goto out_of_memory; \
        LOAD(); \
    }
#ifdef VM_HOSTILE
#define CLEAR_FRAME() for (Word i = 1; i < pc[1] / WORD_BYTES; i++) stop[i] = NIL
#else
#define CLEAR_FRAME() (void) 0
#endif
#define ALLOCATE() \
    { \
        stop = (term *) ((char *) stop - pc[1]); \
        stop[0] = cp_pack(cp); \
        cp = NULL; \
        CLEAR_FRAME(); \
    }
#define NEXT(words) { pc += (words); continue; }
#define JUMP(word) { pc = LABEL(word); continue; }
#define BRANCH(condition, words) { if (condition) { pc += (words); } else { pc = LABEL(pc[1]); } continue; }
#define RAISE(call) { SAVE(); (void) (call); goto raise; }
// A fused instruction goes on with the body of the next one, whose words follow; without dispatch.
#define THEN(words, label) { pc += (words); goto label; }
// x = sum or difference of t and u when all are small.
#define ARITHMETIC(compute, first, second) \
    { \
        t = (first); \
        u = (second); \
        if (!compute(t, u, &v)) goto slow_arithmetic_x; \
        X(pc[6]) = v; \
    }
// v = whatever the function makes of t and u.
#define SLOW_ARITHMETIC() \
    { \
        SAVE(); \
        term args[2] = { t, u }; \
        fn = FUNCTION(pc[3]); \
        v = fn->native(p, args); \
        if (v == NONE) { \
            if (pc[1]) { \
                p->exception = (Exception) { .class = NONE }; \
                LOAD(); \
                JUMP(pc[1]); \
            } \
            args[0] = t; \
            args[1] = u; \
            exception_note_native(p, fn, args); \
            goto raise; \
        } \
        LOAD(); \
        ATTEND(pc[2], v); \
        LOAD(); \
    }
// Calls pay for themselves; when the slice is over the callee starts with the next one.
#define ENTER(function) \
    { \
        fn = (function); \
        pc = fn->code; \
        if (--reductions <= 0) goto yield; \
        continue; \
    }

// After a native: fragments are collected, the result kept in x[live]. False when the process must end.
static __attribute__((noinline)) bool attend(Process *p, uint32_t live)
{
    p->attention = p->state->status == STATUS_EXITING;
    if (p->state->over_limit) return false;
    bool full = p->wants_collection;
    p->wants_collection = false;
    return ((!p->fragments && !full) || gc_collect(p, 0, live, full)) && !p->attention;
}
#define ATTEND(live, result) \
    if (__builtin_expect(p->attention, 0)) { \
        vm.x[live] = (result); \
        SAVE_PC(); \
        if (!attend(p, (uint32_t) (live) + 1)) goto over_limit; \
        (result) = vm.x[live]; \
    }

// After a native returned NONE: does something else run in its place? The function it asked for, or, when it declined,
// the module's own.
static __attribute__((noinline)) bool native_replaced(Process *p, Function *f)
{
    if (p->trap.function) return true;
    if (p->exception.class != NONE || p->state->status == STATUS_EXITING) return false;
    assert(native_may_decline(f->module, f->name, f->arity)); // or the packer has left out what comes now
    p->trap.code = function_own_code(f);
    if (p->trap.code) p->trap.function = f;
    else raise_badarg(p);
    return p->trap.code != NULL;
}

// Does it end the function that calls it? Then that one is in the stack trace, also where it applies it last.
static __attribute__((noinline)) bool native_raises(const Function *f)
{
    if (!f->native || f->module != (term) ATOM_erlang) return false;
    return f->name == (term) ATOM_error || (f->arity == 1 && (f->name == (term) ATOM_exit || f->name == (term) ATOM_throw));
}

// What calling the fun with so many arguments enters, its free variables put behind them; NULL when it cannot be called.
static inline Function *enter_fun(term fun, uint32_t arity)
{
    if (is_kind(fun, KIND_FUN)) {
        const Lambda *lambda = fun_lambda(fun);
        if (lambda->arity != arity) return NULL;
        const term *env = boxed_ptr(fun) + 2;
        for (uint32_t i = 0; i < lambda->free_count; i++) vm.x[arity + i] = env[i];
        return lambda->function;
    }
    return is_kind(fun, KIND_EXTFUN) && extfun_function(fun)->arity == arity ? extfun_function(fun) : NULL;
}

// Sums and differences of small integers; false when it takes the long way.
static inline bool small_plus(term a, term b, term *sum)
{
    return both_small(a, b) && !__builtin_add_overflow((sterm) a, (sterm) (b - TAG_SMALL), (sterm *) sum);
}
static inline bool small_minus(term a, term b, term *difference)
{
    return both_small(a, b) && !__builtin_sub_overflow((sterm) a, (sterm) (b - TAG_SMALL), (sterm *) difference);
}

static bool is_number_less(term a, term b) { return both_small(a, b) ? (sterm) a < (sterm) b : compare(a, b) < 0; }

static void process_resume(Process *p)
{
    for (uint32_t i = 0; i < p->live; i++) vm.x[i] = p->x_saved[i];
    p->live = 0;
}

static bool process_suspend(Process *p, uint32_t live)
{
    if (live > p->x_capacity) {
        uint32_t capacity = live < 8 ? 8 : live;
        term *grown = vm_realloc(p->x_saved, p->x_capacity * WORD_BYTES, capacity * WORD_BYTES);
        if (!grown) return false;
        p->x_saved = grown;
        p->x_capacity = capacity;
    }
    for (uint32_t i = 0; i < live; i++) p->x_saved[i] = vm.x[i];
    p->live = live;
    return true;
}

enum slice_result interp_run(Process *p)
{
    const Word *pc = p->pc, *cp = p->cp;
    term *htop, *stop;
    sterm reductions = p->reductions;
    Function *fn = p->current;
    uint32_t live;
    term t, u, v;

    p->current = NULL;
    process_resume(p);
    LOAD();
    for (;;) {
    switch (*pc) {
    // ---- calls ----
    case OP_move_yx_call: X(pc[2]) = Y(pc[1]); THEN(3, call);
    case OP_move_xx_call: X(pc[2]) = X(pc[1]); THEN(3, call);
    case OP_call:
    call:
        cp = pc + 2;
        ENTER(FUNCTION(pc[1]));
    case OP_plus_xcx_call_only: ARITHMETIC(small_plus, X(pc[4]), pc[5]); THEN(7, call_only);
    case OP_move_xx_xx_call_only: X(pc[2]) = X(pc[1]); pc += 3; // fall through
    case OP_move_xx_call_only: X(pc[2]) = X(pc[1]); THEN(3, call_only);
    case OP_call_only:
    call_only:
        ENTER(FUNCTION(pc[1]));
    case OP_move_yx_yx_call_last: X(pc[2]) = Y(pc[1]); pc += 3; // fall through
    case OP_move_yx_call_last: X(pc[2]) = Y(pc[1]); THEN(3, call_last);
    case OP_call_last:
    call_last:
        cp = cp_unpack(stop[0]);
        stop = (term *) ((char *) stop + pc[2]);
        ENTER(FUNCTION(pc[1]));
    case OP_call_ext:
        cp = pc + 2;
        ENTER(FUNCTION(pc[1]));
    case OP_call_ext_only:
        ENTER(FUNCTION(pc[1]));
    case OP_call_ext_last:
        cp = cp_unpack(stop[0]);
        stop = (term *) ((char *) stop + pc[2]);
        ENTER(FUNCTION(pc[1]));
    case OP_call_native:
        fn = FUNCTION(pc[1]);
        SAVE();
        p->pc = pc;
        p->reductions = reductions;
        t = fn->native(p, vm.x);
        reductions = p->reductions - 1;
        if (t == NONE) {
            if (native_replaced(p, fn)) cp = pc + 2;
            goto native_none;
        }
        vm.x[0] = t;
        LOAD();
        ATTEND(0, vm.x[0]);
        LOAD();
        NEXT(2);
    case OP_call_native_last:
    case OP_call_native_only:
        fn = FUNCTION(pc[1]);
        SAVE();
        p->pc = pc;
        p->reductions = reductions;
        t = fn->native(p, vm.x);
        reductions = p->reductions - 1;
        if (t == NONE) {
            if (native_replaced(p, fn) && *pc == OP_call_native_last) {
                cp = cp_unpack(stop[0]);
                stop = (term *) ((char *) stop + pc[2]);
                p->stop = stop;
            }
            goto native_none;
        }
        vm.x[0] = t;
        LOAD();
        ATTEND(0, vm.x[0]);
        LOAD();
        if (*pc == OP_call_native_last) {
            cp = cp_unpack(stop[0]);
            stop = (term *) ((char *) stop + pc[2]);
        }
        goto do_return;
    case OP_native_function:
        SAVE();
        p->pc = pc;
        p->reductions = reductions;
        t = fn->native(p, vm.x);
        reductions = p->reductions - 1;
        if (t == NONE) {
            native_replaced(p, fn);
            goto native_none;
        }
        vm.x[0] = t;
        LOAD();
        ATTEND(0, vm.x[0]);
        LOAD();
        goto do_return;
    case OP_load_function:
        SAVE();
        if (!function_resolve(fn)) {
            if (module_error[0]) platform_log(LOG_ERROR, module_error, strlen(module_error));
            RAISE(raise_undef(p, fn, vm.x));
        }
        pc = fn->code;
        continue;
    case OP_decode_function:
        SAVE();
        if (!function_decode(fn)) {
            platform_log(LOG_ERROR, module_error, strlen(module_error));
            fn->code = stub_undefined;
        }
        pc = fn->code;
        continue;
    case OP_undefined_function:
        RAISE(raise_undef(p, fn, vm.x));
    case OP_move_xx_return: X(pc[2]) = X(pc[1]); goto do_return;
    case OP_move_cx_return: X(pc[2]) = pc[1]; goto do_return;
    case OP_return:
    do_return:
        pc = cp;
        cp = NULL;
        continue;
    case OP_deallocate_return:
        cp = cp_unpack(stop[0]);
        stop = (term *) ((char *) stop + pc[1]);
        goto do_return;
    case OP_exit_process:
        SAVE();
        process_terminate(p, ATOM_normal);
        goto over;
    case OP_func_clause:
        fn = FUNCTION(pc[1]);
        RAISE(raise_function_clause(p, fn, vm.x));

    case OP_move_xx_call_fun: X(pc[2]) = X(pc[1]); THEN(3, call_fun);
    case OP_call_fun:
    call_fun:
        live = (uint32_t) pc[1];
        t = vm.x[live];
        fn = enter_fun(t, live);
        if (!fn) RAISE(cold_bad_fun(p, t, live));
        cp = pc + 2;
        ENTER(fn);
    case OP_call_fun2:
        live = (uint32_t) pc[1];
        t = FETCH(pc[2]);
        fn = enter_fun(t, live);
        if (!fn) RAISE(cold_bad_fun(p, t, live));
        cp = pc + 3;
        ENTER(fn);
    case OP_call_fun_last:
        live = (uint32_t) pc[1];
        t = vm.x[live];
        fn = enter_fun(t, live);
        if (!fn) RAISE(cold_bad_fun(p, t, live));
        cp = cp_unpack(stop[0]);
        stop = (term *) ((char *) stop + pc[2]);
        ENTER(fn);
    case OP_call_fun2_last:
        live = (uint32_t) pc[1];
        t = FETCH(pc[2]);
        fn = enter_fun(t, live);
        if (!fn) RAISE(cold_bad_fun(p, t, live));
        cp = cp_unpack(stop[0]);
        stop = (term *) ((char *) stop + pc[3]);
        ENTER(fn);

    case OP_apply:
        SAVE();
        fn = cold_apply(p, (uint32_t) pc[1]);
        if (!fn) goto raise;
        cp = pc + 2;
        ENTER(fn);
    case OP_apply_last:
        SAVE();
        fn = cold_apply(p, (uint32_t) pc[1]);
        if (!fn) goto raise;
        if (native_raises(fn)) { // in the function that applies it, as its last call would
            p->pc = pc;
            fn->native(p, vm.x);
            goto native_none;
        }
        cp = cp_unpack(stop[0]);
        stop = (term *) ((char *) stop + pc[2]);
        ENTER(fn);

    case OP_bif0: case OP_gc_bif1: case OP_gc_bif2: case OP_gc_bif3:
    general_bif: {
        term args[3];
        fn = FUNCTION(pc[3]);
        uint32_t arity = fn->arity;
        for (uint32_t i = 0; i < arity; i++) args[i] = FETCH(pc[4 + i]);
        SAVE();
        if (!fn->native) RAISE(raise_undef(p, fn, args));
        term kept[3] = { args[0], args[1], args[2] };
        t = fn->native(p, args);
        if (t == NONE) {
            if (pc[1]) {
                p->exception = (Exception) { .class = NONE };
                LOAD();
                JUMP(pc[1]);
            }
            exception_note_native(p, fn, kept);
            goto raise;
        }
        LOAD();
        if (pc[2] != LIVE_UNKNOWN) ATTEND(pc[2], t);
        LOAD();
        STORE(pc[4 + arity], t);
        NEXT(5 + arity);
    }

    // ---- frames ----
    case OP_is_nonempty_list_allocate:
        if (!is_cons(X(pc[2]))) JUMP(pc[1]);
        THEN(3, allocate);
    case OP_allocate:
    allocate:
        NEED(pc[1] / WORD_BYTES, pc[2]);
        ALLOCATE();
        NEXT(3);
    case OP_allocate_move_xy:
        NEED(pc[1] / WORD_BYTES, pc[2]);
        ALLOCATE();
        THEN(3, move_xy);
    case OP_allocate_move_xy_xy:
        NEED(pc[1] / WORD_BYTES, pc[2]);
        ALLOCATE();
        THEN(3, move_xy_xy);
    case OP_allocate_init_yregs:
        NEED(pc[1] / WORD_BYTES, pc[2]);
        ALLOCATE();
        THEN(3, init_yregs);
    case OP_allocate_heap:
        NEED(pc[1] / WORD_BYTES + pc[2], pc[3]);
        stop = (term *) ((char *) stop - pc[1]);
        stop[0] = cp_pack(cp);
        cp = NULL;
        NEXT(4);
    case OP_test_heap:
        NEED(pc[1], pc[2]);
        NEXT(3);
    case OP_test_heap_put_list:
        NEED(pc[1], pc[2]);
        THEN(3, put_list);
    case OP_test_heap_put_list_xxx:
        NEED(pc[1], pc[2]);
        THEN(3, put_list_xxx);
    case OP_test_heap_put_tuple2:
        NEED(pc[1], pc[2]);
        THEN(3, put_tuple2);
    case OP_deallocate:
        cp = cp_unpack(stop[0]);
        stop = (term *) ((char *) stop + pc[1]);
        NEXT(2);
    case OP_trim:
        t = stop[0];
        stop = (term *) ((char *) stop + pc[1]);
        stop[0] = t;
        NEXT(2);
    case OP_init:
        STORE(pc[1], NIL);
        NEXT(2);
    case OP_init_yregs:
    init_yregs:
        for (Word i = 0; i < pc[1]; i++) STORE(pc[2 + i], NIL);
        NEXT(2 + pc[1]);

    // ---- moves ----
    case OP_move: t = FETCH(pc[1]); STORE(pc[2], t); NEXT(3);
    case OP_move_xx_xx: X(pc[2]) = X(pc[1]); pc += 3; // fall through
    case OP_move_xx: move_xx: X(pc[2]) = X(pc[1]); NEXT(3);
    case OP_move_xy_xy_xy: Y(pc[2]) = X(pc[1]); pc += 3; // fall through
    case OP_move_xy_xy: move_xy_xy: Y(pc[2]) = X(pc[1]); pc += 3; // fall through
    case OP_move_xy: move_xy: Y(pc[2]) = X(pc[1]); NEXT(3);
    case OP_move_yx_yx_yx: X(pc[2]) = Y(pc[1]); pc += 3; // fall through
    case OP_move_yx_yx: X(pc[2]) = Y(pc[1]); pc += 3; // fall through
    case OP_move_yx: move_yx: X(pc[2]) = Y(pc[1]); NEXT(3);
    case OP_move_xy_xx: Y(pc[2]) = X(pc[1]); THEN(3, move_xx);
    case OP_move_xx_yx: X(pc[2]) = X(pc[1]); THEN(3, move_yx);
    case OP_move_yy: Y(pc[2]) = Y(pc[1]); NEXT(3);
    case OP_move_cx: X(pc[2]) = pc[1]; NEXT(3);
    case OP_move_cy: Y(pc[2]) = pc[1]; NEXT(3);
    case OP_swap:
        t = FETCH(pc[1]);
        u = FETCH(pc[2]);
        STORE(pc[1], u);
        STORE(pc[2], t);
        NEXT(3);

    // ---- tests ----
    case OP_is_lt: t = FETCH(pc[2]); u = FETCH(pc[3]); BRANCH(is_number_less(t, u), 4);
    case OP_is_ge: t = FETCH(pc[2]); u = FETCH(pc[3]); BRANCH(!is_number_less(t, u), 4);
    case OP_is_lt_xc_is_ge_xc:
        if (!is_number_less(X(pc[2]), pc[3])) JUMP(pc[1]);
        THEN(4, is_ge_xc);
    case OP_is_ge_xc_is_ge_xc:
        if (is_number_less(X(pc[2]), pc[3])) JUMP(pc[1]);
        THEN(4, is_ge_xc);
    case OP_is_ge_xc: is_ge_xc: BRANCH(!is_number_less(X(pc[2]), pc[3]), 4);
    case OP_is_ge_xc_is_ge_cx:
        if (is_number_less(X(pc[2]), pc[3])) JUMP(pc[1]);
        THEN(4, is_ge_cx);
    case OP_is_ge_cx: is_ge_cx: BRANCH(!is_number_less(pc[2], X(pc[3])), 4);
    case OP_is_lt_xc: BRANCH(is_number_less(X(pc[2]), pc[3]), 4);
    case OP_is_lt_cx: BRANCH(is_number_less(pc[2], X(pc[3])), 4);
    case OP_is_lt_xx: t = X(pc[2]); u = X(pc[3]); BRANCH(is_number_less(t, u), 4);
    case OP_is_ge_xx: t = X(pc[2]); u = X(pc[3]); BRANCH(!is_number_less(t, u), 4);
    case OP_is_eq: t = FETCH(pc[2]); u = FETCH(pc[3]); BRANCH(t == u || equal(t, u), 4);
    case OP_is_ne: t = FETCH(pc[2]); u = FETCH(pc[3]); BRANCH(t != u && !equal(t, u), 4);
    case OP_is_eq_exact: t = FETCH(pc[2]); u = FETCH(pc[3]); BRANCH(same(t, u), 4);
    case OP_is_ne_exact: t = FETCH(pc[2]); u = FETCH(pc[3]); BRANCH(!same(t, u), 4);
    case OP_is_eq_exact_xc: BRANCH(X(pc[2]) == pc[3], 4);
    case OP_is_ne_exact_xc: BRANCH(X(pc[2]) != pc[3], 4);
    case OP_is_integer: t = FETCH(pc[2]); BRANCH(is_integer(t), 3);
    case OP_is_integer_x: t = X(pc[2]); BRANCH(is_integer(t), 3);
    case OP_is_float: t = FETCH(pc[2]); BRANCH(is_float(t), 3);
    case OP_is_number: t = FETCH(pc[2]); BRANCH(is_number(t), 3);
    case OP_is_atom: t = FETCH(pc[2]); BRANCH(is_atom(t), 3);
    case OP_is_atom_x: BRANCH(is_atom(X(pc[2])), 3);
    case OP_is_pid: t = FETCH(pc[2]); BRANCH(is_pid(t), 3);
    case OP_is_reference: t = FETCH(pc[2]); BRANCH(is_ref(t), 3);
    case OP_is_port: BRANCH(false, 3);
    case OP_is_nil: t = FETCH(pc[2]); BRANCH(t == NIL, 3);
    case OP_is_nil_x: BRANCH(X(pc[2]) == NIL, 3);
    case OP_is_binary: t = FETCH(pc[2]); BRANCH(is_binary(t), 3);
    case OP_is_binary_x: t = X(pc[2]); BRANCH(is_binary(t), 3);
    case OP_is_bitstr: t = FETCH(pc[2]); BRANCH(is_bitstring(t), 3);
    case OP_is_list: t = FETCH(pc[2]); BRANCH(is_list(t), 3);
    case OP_is_nonempty_list: t = FETCH(pc[2]); BRANCH(is_cons(t), 3);
    case OP_is_nonempty_list_x: BRANCH(is_cons(X(pc[2])), 3);
    case OP_is_tuple: t = FETCH(pc[2]); BRANCH(is_tuple(t), 3);
    case OP_is_tuple_x: t = X(pc[2]); BRANCH(is_tuple(t), 3);
    case OP_is_boolean: t = FETCH(pc[2]); BRANCH(is_bool(t), 3);
    case OP_is_function: t = FETCH(pc[2]); BRANCH(is_fun(t), 3);
    case OP_is_function2: t = FETCH(pc[2]); u = FETCH(pc[3]); BRANCH(is_fun(t) && is_small(u) && (sterm) fun_arity(t) == small_value(u), 4);
    case OP_is_map: t = FETCH(pc[2]); BRANCH(is_map(t), 3);
    case OP_test_arity: t = FETCH(pc[2]); BRANCH(tuple_arity(t) == pc[3], 4);
    case OP_is_tuple_test_arity_element:
        t = X(pc[2]);
        if (!is_tuple(t)) JUMP(pc[1]);
        if (tuple_arity(X(pc[5])) != pc[6]) JUMP(pc[4]);
        THEN(7, get_tuple_element_xx);
    case OP_is_tuple_test_arity:
        t = X(pc[2]);
        if (!is_tuple(t)) JUMP(pc[1]);
        pc += 3; // fall through
    case OP_test_arity_x: BRANCH(tuple_arity(X(pc[2])) == pc[3], 4);
    case OP_is_tagged_tuple:
        t = FETCH(pc[2]);
        BRANCH(is_boxed(t) && *boxed_ptr(t) == make_header(KIND_TUPLE, pc[3]) && tuple_at(t, 0) == pc[4], 5);
    case OP_is_tagged_tuple_x:
        t = X(pc[2]);
        BRANCH(is_boxed(t) && *boxed_ptr(t) == make_header(KIND_TUPLE, pc[3]) && tuple_at(t, 0) == pc[4], 5);

    // ---- selections: source, fail, count, values, labels ----
    case OP_select_immediate: {
        t = FETCH(pc[1]);
        const Word *values = pc + 4, *end = values + pc[3];
        const Word *v = values;
        while (v < end && *v < t) v++;
        if (v < end && *v == t) JUMP(values[pc[3] + (Word) (v - values)]);
        JUMP(pc[2]);
    }
    case OP_select_dense: { // source, fail, lowest value, count, labels
        t = FETCH(pc[1]) - pc[3];
        Word index = t >> 2 | t << (WORD_BITS - 2); // tells other tags apart, too
        JUMP(pc[index < pc[4] ? 5 + index : 2]);
    }
    case OP_select_binary: {
        t = FETCH(pc[1]);
        const Word *values = pc + 4;
        Word low = 0, high = pc[3];
        while (low < high) {
            Word mid = (low + high) / 2;
            if (values[mid] < t) low = mid + 1;
            else high = mid;
        }
        if (low < pc[3] && values[low] == t) JUMP(values[pc[3] + low]);
        JUMP(pc[2]);
    }
    case OP_select_linear: {
        t = FETCH(pc[1]);
        Word i = 0;
        while (i < pc[3] && !same(pc[4 + i], t)) i++;
        if (i < pc[3]) JUMP(pc[4 + pc[3] + i]);
        JUMP(pc[2]);
    }
    case OP_select_arity: {
        t = FETCH(pc[1]);
        if (!is_tuple(t)) JUMP(pc[2]);
        Word arity = tuple_arity(t), i = 0;
        while (i < pc[3] && pc[4 + i] != arity) i++;
        if (i < pc[3]) JUMP(pc[4 + pc[3] + i]);
        JUMP(pc[2]);
    }
    case OP_jump:
        JUMP(pc[1]);

    // ---- lists and tuples ----
    case OP_get_list:
        t = FETCH(pc[1]);
        u = tail(t);
        STORE(pc[2], head(t));
        STORE(pc[3], u);
        NEXT(4);
    case OP_get_list_xyx:
        t = X(pc[1]);
        Y(pc[2]) = head(t);
        X(pc[3]) = tail(t);
        NEXT(4);
    case OP_is_nonempty_list_get_list:
        if (!is_cons(X(pc[2]))) JUMP(pc[1]);
        pc += 3; // fall through
    case OP_get_list_xxx:
        t = X(pc[1]);
        X(pc[2]) = head(t);
        X(pc[3]) = tail(t);
        NEXT(4);
    case OP_get_hd: t = FETCH(pc[1]); STORE(pc[2], head(t)); NEXT(3);
    case OP_get_tl: t = FETCH(pc[1]); STORE(pc[2], tail(t)); NEXT(3);
    case OP_get_hd_xx: t = X(pc[1]); X(pc[2]) = head(t); NEXT(3);
    case OP_get_tl_xx: t = X(pc[1]); X(pc[2]) = tail(t); NEXT(3);
    case OP_get_tuple_element: t = FETCH(pc[1]); STORE(pc[3], tuple_at(t, pc[2])); NEXT(4);
    case OP_get_tuple_element_xx_xx_xx: t = X(pc[1]); X(pc[3]) = tuple_at(t, pc[2]); pc += 4; // fall through
    case OP_get_tuple_element_xx_xx: t = X(pc[1]); X(pc[3]) = tuple_at(t, pc[2]); pc += 4; // fall through
    case OP_get_tuple_element_xx: get_tuple_element_xx: t = X(pc[1]); X(pc[3]) = tuple_at(t, pc[2]); NEXT(4);
    case OP_get_tuple_element_xy: t = X(pc[1]); Y(pc[3]) = tuple_at(t, pc[2]); NEXT(4);
    case OP_get_tuple_element_yx: t = Y(pc[1]); X(pc[3]) = tuple_at(t, pc[2]); NEXT(4);
    case OP_set_tuple_element:
        t = FETCH(pc[1]);
        u = FETCH(pc[2]);
        tuple_elements(u)[pc[3]] = t;
        NEXT(4);
    case OP_put_list_yxx:
        v = put_cons(&htop, Y(pc[1]), X(pc[2]));
        X(pc[3]) = v;
        NEXT(4);
    case OP_put_list:
    put_list:
        t = FETCH(pc[1]);
        u = FETCH(pc[2]);
        v = put_cons(&htop, t, u);
        STORE(pc[3], v);
        NEXT(4);
    case OP_put_list_xxx:
    put_list_xxx:
        v = put_cons(&htop, X(pc[1]), X(pc[2]));
        X(pc[3]) = v;
        NEXT(4);
    case OP_put_tuple2:
    put_tuple2: {
        Word count = pc[2];
        term *o = htop;
        o[0] = make_header(KIND_TUPLE, count);
        for (Word i = 0; i < count; i++) o[1 + i] = FETCH(pc[3 + i]);
        htop += 1 + count;
        STORE(pc[1], make_boxed(o));
        NEXT(3 + count);
    }
    case OP_update_record: {
        Word size = pc[1], count = pc[4];
        t = FETCH(pc[2]);
        term *o = htop;
        memcpy(o, boxed_ptr(t), (size + 1) * WORD_BYTES);
        for (Word i = 0; i < count; i++) o[pc[5 + 2 * i]] = FETCH(pc[6 + 2 * i]);
        htop += 1 + size;
        STORE(pc[3], make_boxed(o));
        NEXT(5 + 2 * count);
    }

    // ---- native records ----
    case OP_is_any_native_record: BRANCH(is_native_record(FETCH(pc[2])), 3);
    case OP_is_native_record: // fail source module name
        t = FETCH(pc[2]);
        BRANCH(is_native_record(t) && record_is(t, pc[3], pc[4]), 5);
    case OP_is_record_accessible:
        SAVE();
        BRANCH(cold_is_record_accessible(p, pc), 4);
    case OP_get_record_elements:
        SAVE();
        BRANCH(cold_get_record_elements(p, pc), 4 + 2 * pc[3]);
    case OP_get_record_field:
        SAVE();
        t = cold_get_record_field(p, pc);
        LOAD();
        if (t == NONE) {
            if (!pc[1]) goto raise;
            p->exception = (Exception) { .class = NONE };
            JUMP(pc[1]);
        }
        STORE(pc[7], t);
        NEXT(8);
    case OP_put_record: {
        Word count = pc[8];
        SAVE();
        t = cold_put_record(p, pc);
        if (t == NONE) goto raise;
        LOAD();
        ATTEND(pc[6], t);
        LOAD();
        STORE(pc[5], t);
        NEXT(9 + 2 * count);
    }

    // ---- arithmetic: fail live function sources destination ----
    case OP_plus:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!small_plus(t, u, &v)) goto slow_arithmetic;
        STORE(pc[6], v);
        NEXT(7);
    case OP_minus:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!small_minus(t, u, &v)) goto slow_arithmetic;
        STORE(pc[6], v);
        NEXT(7);
    case OP_plus_xcx_move_xx: ARITHMETIC(small_plus, X(pc[4]), pc[5]); THEN(7, move_xx);
    case OP_plus_xcx: ARITHMETIC(small_plus, X(pc[4]), pc[5]); NEXT(7);
    case OP_plus_ycx: ARITHMETIC(small_plus, Y(pc[4]), pc[5]); NEXT(7);
    case OP_plus_xxx: ARITHMETIC(small_plus, X(pc[4]), X(pc[5])); NEXT(7);
    case OP_plus_yxx: ARITHMETIC(small_plus, Y(pc[4]), X(pc[5])); NEXT(7);
    case OP_minus_xcx: ARITHMETIC(small_minus, X(pc[4]), pc[5]); NEXT(7);
    case OP_minus_ycx: ARITHMETIC(small_minus, Y(pc[4]), pc[5]); NEXT(7);
    case OP_minus_xxx: ARITHMETIC(small_minus, X(pc[4]), X(pc[5])); NEXT(7);
    case OP_times: {
        sterm r;
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!both_small(t, u) || __builtin_mul_overflow((sterm) (t - TAG_SMALL), small_value(u), &r)) goto slow_arithmetic;
        STORE(pc[6], (term) r | TAG_SMALL);
        NEXT(7);
    }
    case OP_int_div:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!both_small(t, u) || u == make_small(0) || u == make_small(-1)) goto slow_arithmetic;
        STORE(pc[6], make_small(small_value(t) / small_value(u)));
        NEXT(7);
    case OP_int_rem:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!both_small(t, u) || u == make_small(0) || u == make_small(-1)) goto slow_arithmetic;
        STORE(pc[6], make_small(small_value(t) % small_value(u)));
        NEXT(7);
    case OP_band:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!both_small(t, u)) goto slow_arithmetic;
        STORE(pc[6], t & u);
        NEXT(7);
    case OP_bor:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!both_small(t, u)) goto slow_arithmetic;
        STORE(pc[6], t | u);
        NEXT(7);
    case OP_bxor:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!both_small(t, u)) goto slow_arithmetic;
        STORE(pc[6], (t ^ u) | TAG_SMALL);
        NEXT(7);
    case OP_bsr:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!both_small(t, u) || small_value(u) < 0 || small_value(u) >= WORD_BITS) goto slow_arithmetic;
        STORE(pc[6], make_small(small_value(t) >> small_value(u)));
        NEXT(7);
    case OP_bsl: {
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (!both_small(t, u) || small_value(u) < 0 || small_value(u) >= SMALL_BITS) goto slow_arithmetic;
        sterm n = (sterm) ((term) small_value(t) << small_value(u));
        if (n >> small_value(u) != small_value(t) || n > SMALL_MAX || n < SMALL_MIN) goto slow_arithmetic;
        STORE(pc[6], make_small(n));
        NEXT(7);
    }
    slow_arithmetic:
        SLOW_ARITHMETIC();
        STORE(pc[6], v);
        NEXT(7);
    slow_arithmetic_x:
        SLOW_ARITHMETIC();
        X(pc[6]) = v;
        NEXT(7);

    // ---- guard functions that have instructions: fail live function sources destination ----
    case OP_element:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (is_small(t) && is_tuple(u) && small_value(t) >= 1 && (size_t) small_value(t) <= tuple_arity(u)) {
            STORE(pc[6], tuple_at(u, (size_t) small_value(t) - 1));
            NEXT(7);
        }
        goto general_bif;
    case OP_hd:
        t = FETCH(pc[4]);
        if (!is_cons(t)) goto general_bif;
        STORE(pc[5], head(t));
        NEXT(6);
    case OP_tl:
        t = FETCH(pc[4]);
        if (!is_cons(t)) goto general_bif;
        STORE(pc[5], tail(t));
        NEXT(6);
    case OP_map_get:
        t = FETCH(pc[4]);
        u = FETCH(pc[5]);
        if (is_map(u)) {
            v = map_get(u, t);
            if (v != NONE) {
                STORE(pc[6], v);
                NEXT(7);
            }
        }
        goto general_bif;

    // ---- floats ----
    case OP_fmove_load:
        vm.f[pc[2]] = float_value(FETCH(pc[1]));
        NEXT(3);
    case OP_fmove_store:
        t = put_float(&htop, vm.f[pc[1]]);
        STORE(pc[2], t);
        NEXT(3);
    case OP_fmove_registers:
        vm.f[pc[2]] = vm.f[pc[1]];
        NEXT(3);
    case OP_fconv:
        t = FETCH(pc[1]);
        if (is_small(t)) vm.f[pc[2]] = (double) small_value(t);
        else if (is_float(t)) vm.f[pc[2]] = float_value(t);
        else if (!is_integer(t) || !integer_to_double(t, &vm.f[pc[2]])) RAISE(raise_error(p, ATOM_badarith));
        NEXT(3);
    case OP_fadd: vm.f[pc[3]] = vm.f[pc[1]] + vm.f[pc[2]]; goto check_float;
    case OP_fsub: vm.f[pc[3]] = vm.f[pc[1]] - vm.f[pc[2]]; goto check_float;
    case OP_fmul: vm.f[pc[3]] = vm.f[pc[1]] * vm.f[pc[2]]; goto check_float;
    case OP_fdiv:
        if (vm.f[pc[2]] == 0) RAISE(raise_error(p, ATOM_badarith));
        vm.f[pc[3]] = vm.f[pc[1]] / vm.f[pc[2]];
    check_float:
        if (!__builtin_isfinite(vm.f[pc[3]])) RAISE(raise_error(p, ATOM_badarith));
        NEXT(4);
    case OP_fnegate:
        vm.f[pc[2]] = -vm.f[pc[1]];
        NEXT(3);

    // ---- funs and maps ----
    case OP_make_fun3: {
        Word count = pc[3];
        SAVE();
        term *o = heap_alloc(p, 2 + count);
        o[0] = make_header(KIND_FUN, 1 + count);
        o[1] = pc[1];
        for (Word i = 0; i < count; i++) o[2 + i] = FETCH(pc[4 + i]);
        LOAD();
        STORE(pc[2], make_boxed(o));
        NEXT(4 + count);
    }
    case OP_put_map_assoc:
    case OP_put_map_exact:
        SAVE();
        t = cold_put_map(p, pc);
        if (t == NONE) {
            if (pc[1] && *pc == OP_put_map_exact) {
                p->exception = (Exception) { .class = NONE };
                LOAD();
                JUMP(pc[1]);
            }
            goto raise;
        }
        LOAD();
        ATTEND(pc[4], t);
        LOAD();
        STORE(pc[3], t);
        NEXT(6 + pc[5]);
    case OP_has_map_fields: {
        Word count = pc[3];
        t = FETCH(pc[2]);
        bool all = true;
        for (Word i = 0; i < count && all; i++) all = map_get(t, FETCH(pc[4 + i])) != NONE;
        BRANCH(all, 4 + count);
    }
    case OP_is_map_get_map_elements:
        t = FETCH(pc[2]);
        if (!is_map(t)) JUMP(pc[1]);
        pc += 3; // fall through
    case OP_get_map_elements: {
        Word count = pc[3];
        t = FETCH(pc[2]);
        const Word *pair = pc + 4;
        for (Word i = 0; i < count; i++, pair += 2) {
            u = FETCH(pair[0]);
            v = is_pointer(u) ? map_get(t, u) : map_get_immediate(t, u);
            if (v == NONE) break;
            STORE(pair[1], v);
        }
        BRANCH(pair == pc + 4 + 2 * count, 4 + 2 * count);
    }

    // ---- errors ----
    case OP_badmatch: t = FETCH(pc[1]); RAISE(cold_error_tuple(p, ATOM_badmatch, t));
    case OP_case_end: t = FETCH(pc[1]); RAISE(cold_error_tuple(p, ATOM_case_clause, t));
    case OP_try_case_end: t = FETCH(pc[1]); RAISE(cold_error_tuple(p, ATOM_try_clause, t));
    case OP_badrecord: t = FETCH(pc[1]); RAISE(cold_error_tuple(p, ATOM_badrecord, t));
    case OP_if_end: RAISE(raise_error(p, ATOM_if_clause));
    case OP_raise:
        t = FETCH(pc[1]);
        u = FETCH(pc[2]);
        SAVE();
        raise_class(p, exception_class_of_raw(t), u);
        p->exception.trace = t;
        goto raise;
    case OP_raw_raise:
        t = vm.x[0];
        if (t != (term) ATOM_error && t != (term) ATOM_exit && t != (term) ATOM_throw) {
            vm.x[0] = ATOM_badarg;
            NEXT(1);
        }
        SAVE();
        raise_class(p, vm.x[0], vm.x[1]);
        p->exception.trace = vm.x[2];
        goto raise;
    case OP_build_stacktrace:
        SAVE();
        vm.x[0] = exception_stacktrace(p, vm.x[0]);
        ATTEND(0, vm.x[0]);
        LOAD();
        NEXT(1);
    case OP_catch:
    case OP_try:
        STORE(pc[1], pc[2]);
        NEXT(4);
    case OP_try_end:
        STORE(pc[1], NIL);
        NEXT(2);
    case OP_try_case:
        STORE(pc[1], NIL);
        vm.x[0] = vm.x[1];
        vm.x[1] = vm.x[2];
        vm.x[2] = vm.x[3];
        NEXT(2);
    case OP_catch_end:
        STORE(pc[1], NIL);
        if (vm.x[0] == NONE) {
            SAVE();
            t = cold_catch_value(p);
            vm.x[0] = t;
            ATTEND(0, vm.x[0]);
            LOAD();
        }
        NEXT(2);

    // ---- messages ----
    case OP_send:
        SAVE();
        if (cold_send(p, vm.x[0], vm.x[1]) == NONE) goto raise;
        vm.x[0] = vm.x[1];
        LOAD();
        if (__builtin_expect(p->attention, 0)) {
            SAVE_PC();
            if (!attend(p, 1)) goto over_limit;
            LOAD();
        }
        reductions -= 2;
        NEXT(1);
    case OP_loop_rec:
        SAVE();
        SAVE_PC();
        t = cold_next_message(p);
        if (t == NONE) {
            if (p->state->over_limit) goto out_of_memory;
            JUMP(pc[1]);
        }
        LOAD();
        STORE(pc[2], t);
        NEXT(3);
    case OP_loop_rec_end:
        p->state->save = &(*p->state->save)->next;
        if (--reductions <= 0) {
            pc = LABEL(pc[1]);
            live = 0;
            goto yield_here;
        }
        JUMP(pc[1]);
    case OP_remove_message:
        cold_remove_message(p);
        NEXT(1);
    case OP_timeout:
        cold_receive_timeout(p);
        NEXT(1);
    case OP_wait:
        p->pc = LABEL(pc[1]);
        goto wait;
    case OP_wait_timeout:
        t = FETCH(pc[2]);
        switch (cold_start_receive_timer(p, t, pc + 3)) {
        case TIMER_BAD:
            RAISE(raise_error(p, ATOM_timeout_value));
        case TIMER_NOW:
            NEXT(3);
        default:
            break;
        }
        p->pc = LABEL(pc[1]);
        goto wait;

    // ---- bit strings ----
    case OP_start_match_position_byte:
        t = FETCH(pc[2]);
        if (!is_match(t)) goto start_match;
        STORE(pc[4], t);
        u = FETCH(pc[6]);
        STORE(pc[7], make_small((sterm) bits_position(u)));
        THEN(9, get_byte);
    case OP_start_match_position:
        t = FETCH(pc[2]);
        if (!is_match(t)) goto start_match;
        STORE(pc[4], t);
        THEN(5, get_position);
    case OP_bs_start_match3:
        t = FETCH(pc[2]);
        if (is_match(t)) {
            STORE(pc[4], t);
            NEXT(5);
        }
    start_match:
        SAVE();
        v = bits_match_start(p, t);
        if (v == NONE) {
            if (pc[1]) JUMP(pc[1]);
            RAISE(raise_badarg(p));
        }
        LOAD();
        ATTEND(pc[3], v);
        LOAD();
        STORE(pc[4], v);
        NEXT(5);
    case OP_get_byte: // as bs_get_integer2, of which it is the form for eight unsigned bits
    get_byte: {
        t = FETCH(pc[2]);
        const uint8_t *byte = bits_take_bytes(t, 1);
        if (!byte) goto get_integer;
        STORE(pc[7], make_small(*byte));
        NEXT(8);
    }
    case OP_bs_get_integer2: // fail context live size unit flags destination
    get_integer:
        t = FETCH(pc[2]);
        SAVE();
        {
            size_t bits;
            term field;
            if (!cold_field_bits(FETCH(pc[4]), pc[5], &bits) || !bits_get_integer(p, t, bits, (unsigned) pc[6], &field)) JUMP(pc[1]);
            v = field;
        }
        LOAD();
        ATTEND(pc[3], v);
        LOAD();
        STORE(pc[7], v);
        NEXT(8);
    case OP_bs_get_float2:
        t = FETCH(pc[2]);
        SAVE();
        {
            size_t bits;
            term field;
            if (!cold_field_bits(FETCH(pc[4]), pc[5], &bits) || !bits_get_float(p, t, bits, (unsigned) pc[6], &field)) JUMP(pc[1]);
            v = field;
        }
        LOAD();
        ATTEND(pc[3], v);
        LOAD();
        STORE(pc[7], v);
        NEXT(8);
    case OP_bs_get_binary2:
        t = FETCH(pc[2]);
        SAVE();
        {
            term field;
            if (!cold_get_binary(p, t, FETCH(pc[4]), pc[5], &field)) JUMP(pc[1]);
            v = field;
        }
        LOAD();
        ATTEND(pc[3], v);
        LOAD();
        STORE(pc[7], v);
        NEXT(8);
    case OP_bs_skip_bits2: { // fail context size unit flags
        size_t bits;
        t = FETCH(pc[2]);
        u = FETCH(pc[3]);
        if (u == (term) ATOM_all) BRANCH(is_units(bits_remaining(t), pc[4]) && bits_skip(t, bits_remaining(t)), 6);
        BRANCH(cold_field_bits(u, pc[4], &bits) && bits_skip(t, bits), 6);
    }
    case OP_bs_test_tail2: t = FETCH(pc[2]); BRANCH(bits_remaining(t) == pc[3], 4);
    case OP_bs_test_unit: t = FETCH(pc[2]); BRANCH(is_units(bits_remaining(t), pc[3]), 4);
    case OP_bs_match_string: t = FETCH(pc[2]); BRANCH(bits_match_string(t, (const uint8_t *) pc[4], pc[3]), 5);
    case OP_bs_get_tail: // context destination live
        t = FETCH(pc[1]);
        SAVE();
        v = bits_get_tail(p, t);
        if (v == NONE) goto raise;
        LOAD();
        ATTEND(pc[3], v);
        LOAD();
        STORE(pc[2], v);
        NEXT(4);
    case OP_bs_get_position:
    get_position:
        t = FETCH(pc[1]);
        STORE(pc[2], make_small((sterm) bits_position(t)));
        NEXT(4);
    case OP_bs_set_position:
        t = FETCH(pc[1]);
        u = FETCH(pc[2]);
        bits_set_position(t, (size_t) small_value(u));
        NEXT(3);
    case OP_bs_get_utf8: case OP_bs_skip_utf8: {
        uint32_t code_point;
        t = FETCH(pc[2]);
        if (!bits_get_utf8(t, &code_point)) JUMP(pc[1]);
        if (*pc == OP_bs_skip_utf8) NEXT(5);
        STORE(pc[5], make_small((sterm) code_point));
        NEXT(6);
    }
    case OP_bs_get_utf16: case OP_bs_skip_utf16: {
        uint32_t code_point;
        t = FETCH(pc[2]);
        if (!bits_get_utf16(t, (unsigned) pc[4], &code_point)) JUMP(pc[1]);
        if (*pc == OP_bs_skip_utf16) NEXT(5);
        STORE(pc[5], make_small((sterm) code_point));
        NEXT(6);
    }
    case OP_bs_get_utf32: case OP_bs_skip_utf32: {
        uint32_t code_point;
        t = FETCH(pc[2]);
        if (!bits_get_utf32(t, (unsigned) pc[4], &code_point)) JUMP(pc[1]);
        if (*pc == OP_bs_skip_utf32) NEXT(5);
        STORE(pc[5], make_small((sterm) code_point));
        NEXT(6);
    }
    case OP_match_byte: { // fail context count, [ensure_at_least bits unit] [integer live flags 8 destination]
        t = FETCH(pc[2]);
        size_t left = bits_remaining(t);
        if (left < 8 || !is_units(left - 8, pc[6])) JUMP(pc[1]);
        const uint8_t *byte = bits_take_bytes(t, 1);
        if (!byte) goto bs_match;
        STORE(pc[11], make_small(*byte));
        NEXT(12);
    }
    case OP_bs_match:
    bs_match:
        SAVE();
        {
            size_t words = cold_match_words(p, pc); // 0: it builds nothing, and may not tell what lives
            if (words) NEED(words, cold_match_live(pc));
            SAVE();
            const Word *next = cold_match(p, pc);
            LOAD();
            if (!next) JUMP(pc[1]);
            pc = next;
        }
        continue;
    case OP_bs_create_bin:
        NEED(pc[2], pc[3]);
        SAVE();
        t = cold_create_bin(p, pc);
        if (t == NONE) {
            if (pc[1]) {
                p->exception = (Exception) { .class = NONE };
                LOAD();
                JUMP(pc[1]);
            }
            goto raise;
        }
        LOAD();
        ATTEND(pc[3], t);
        LOAD();
        vm.x[pc[3]] = t; // the room asked for is for what is built next
        NEED(pc[2], pc[3] + 1);
        t = vm.x[pc[3]];
        STORE(pc[4], t);
        NEXT(6 + 5 * pc[5]);
    case OP_bs_init_writable:
        SAVE();
        t = bits_init_writable(p, is_small(vm.x[0]) ? (size_t) small_value(vm.x[0]) : 0);
        if (t == NONE) goto raise;
        vm.x[0] = t;
        LOAD();
        ATTEND(0, vm.x[0]);
        LOAD();
        NEXT(1);
    // Construction as compilers up to OTP 24 emit it: a builder that lives from bs_init2 or bs_append to the last put.
    case OP_bs_init2: case OP_bs_init_bits: // fail size words live flags destination
        NEED(pc[3], pc[4]);
        SAVE();
        t = cold_init_bin(p, pc);
        goto bin_started;
    case OP_bs_append: // fail size extra live unit binary flags destination
        NEED(pc[3], pc[4]);
        SAVE();
        t = cold_append_bin(p, pc[2], pc[5], pc[6]);
        if (t != NONE) {
            LOAD();
            ATTEND(pc[4], t);
            LOAD();
            vm.x[pc[4]] = t;
            NEED(pc[3], pc[4] + 1);
            t = vm.x[pc[4]];
            STORE(pc[8], t);
            cold_builder_owner(t);
            NEXT(9);
        }
        goto bin_failed;
    case OP_bs_private_append: // fail size unit binary flags destination
        SAVE();
        t = cold_append_bin(p, pc[2], pc[3], pc[4]);
        if (t != NONE) {
            LOAD();
            STORE(pc[6], t);
            cold_builder_owner(t);
            NEXT(7);
        }
        goto bin_failed;
    bin_started:
        if (t == NONE) {
        bin_failed:
            if (pc[1]) {
                p->exception = (Exception) { .class = NONE };
                LOAD();
                JUMP(pc[1]);
            }
            goto raise;
        }
        LOAD();
        ATTEND(pc[4], t);
        LOAD();
        vm.x[pc[4]] = t;
        NEED(pc[3], pc[4] + 1);
        t = vm.x[pc[4]];
        STORE(pc[6], t);
        cold_builder_owner(t);
        NEXT(7);
    case OP_bs_add: // fail a b unit destination
        SAVE();
        t = cold_bin_add(p, FETCH(pc[2]), FETCH(pc[3]), pc[4]);
        if (t == NONE) {
            if (pc[1]) {
                p->exception = (Exception) { .class = NONE };
                LOAD();
                JUMP(pc[1]);
            }
            goto raise;
        }
        STORE(pc[5], t);
        NEXT(6);
    case OP_bs_utf8_size: STORE(pc[2], make_small((sterm) utf8_bits(FETCH(pc[1])) / 8)); NEXT(3);
    case OP_bs_utf16_size: STORE(pc[2], make_small((sterm) utf16_bits(FETCH(pc[1])) / 8)); NEXT(3);
    case OP_bs_put_integer: case OP_bs_put_binary: case OP_bs_put_float: // fail size unit flags source
        SAVE();
        if (cold_put_segment(p, *pc, FETCH(pc[2]), pc[3], (unsigned) pc[4], FETCH(pc[5]))) NEXT(6);
        goto put_failed;
    case OP_bs_put_utf8: case OP_bs_put_utf16: case OP_bs_put_utf32: // fail flags source
        SAVE();
        if (cold_put_segment(p, *pc, NIL, 1, (unsigned) pc[2], FETCH(pc[3]))) NEXT(4);
    put_failed:
        if (pc[1]) {
            p->exception = (Exception) { .class = NONE };
            LOAD();
            JUMP(pc[1]);
        }
        goto raise;
    case OP_bs_put_string:
        cold_put_string((const uint8_t *) pc[2], pc[1]);
        NEXT(3);

    default:
        platform_panic("instruction without a body");
    }

native_none: // a native raised, ended the process, or wants another function called in its place
    if (p->trap.function) {
        fn = p->trap.function;
        p->trap.function = NULL;
        LOAD();
        if (__builtin_expect(p->attention, 0)) {
            p->cp = NULL; // it may be in the same function as p->pc already
            if (!attend(p, fn->arity)) goto over_limit;
            LOAD();
        }
        if (p->trap.hibernate) {
            p->trap.hibernate = false;
            if (!p->trap.keeps_stack) cp = stub_exit;
            p->trap.keeps_stack = false;
            if (!*p->state->save) {
                p->pc = fn->code;
                p->current = fn;
                if (!process_suspend(p, fn->arity)) goto out_of_memory;
                goto wait_suspended;
            }
        }
        pc = p->trap.code ? p->trap.code : fn->code;
        p->trap.code = NULL;
        if (--reductions <= 0) goto yield;
        continue;
    }
    if (p->state->status == STATUS_EXITING) goto over;
    exception_note_native(p, fn, vm.x);
raise:
    pc = exception_dispatch(p, pc, cp);
    cp = NULL;
    if (!pc) {
        cold_uncaught(p);
        goto over;
    }
    SAVE_PC();
    if (p->attention && !attend(p, 4)) goto over_limit;
    LOAD();
    reductions--;
    continue;
    }

    // ---- leaving ----

yield:
    live = fn->arity;
    p->current = fn;
yield_here:
    SAVE();
    p->pc = pc;
    p->cp = cp;
    if (!process_suspend(p, live)) goto out_of_memory;
    p->reductions = reductions;
    return SLICE_YIELD;

wait:
    SAVE();
    p->live = 0;
wait_suspended:
    p->cp = cp;
    p->reductions = reductions;
    return SLICE_WAIT;

over_limit:
    if (p->state->status == STATUS_EXITING) goto over;
out_of_memory:
    process_terminate(p, cold_out_of_memory(p));
over:
    p->reductions = reductions;
    return SLICE_EXIT;
}
