// Natives of the module erlang on tuples, funs, references and pids.
#include "../module.h"
#include "../platform.h"
#include "../process.h"

enum { FUN_ARITY_MAX = 255, ID_TEXT_MAX = 64, NEW_UNIQ_BYTES = 16 };

// ---- tuples ----

// Index from 0 of a position term, when there are `limit` elements; SIZE_MAX when it is out of range or no small.
static size_t element_index(term position, size_t limit)
{
    if (!is_small(position) || small_value(position) < 1 || (size_t) small_value(position) > limit)
        return SIZE_MAX;
    return (size_t) small_value(position) - 1;
}

static term *tuple_new(Process *p, size_t arity, term *tuple)
{
    term *o = heap_alloc(p, 1 + arity);
    o[0] = make_header(KIND_TUPLE, arity);
    *tuple = make_boxed(o);
    return o + 1;
}

term erlang_element_2(Process *p, term *a)
{
    size_t index = is_tuple(a[1]) ? element_index(a[0], tuple_arity(a[1])) : SIZE_MAX;
    return index == SIZE_MAX ? raise_badarg(p) : tuple_at(a[1], index);
}

term erlang_setelement_3(Process *p, term *a)
{
    size_t index = is_tuple(a[1]) ? element_index(a[0], tuple_arity(a[1])) : SIZE_MAX;
    if (index == SIZE_MAX)
        return raise_badarg(p);
    term copy = make_tuple(p, tuple_arity(a[1]), tuple_elements(a[1]));
    tuple_elements(copy)[index] = a[2];
    return copy;
}

term erlang_tuple_size_1(Process *p, term *a)
{
    return is_tuple(a[0]) ? make_small((sterm) tuple_arity(a[0])) : raise_badarg(p);
}

static bool tuple_filled(Process *p, term arity, term fill, term *tuple)
{
    if (!is_small(arity) || small_value(arity) < 0 || small_value(arity) >= 1 << 24)
        return false;
    size_t count = (size_t) small_value(arity);
    term *elements = tuple_new(p, count, tuple);
    for (size_t i = 0; i < count; i++)
        elements[i] = fill;
    return true;
}

term erlang_make_tuple_2(Process *p, term *a)
{
    term tuple;
    return tuple_filled(p, a[0], a[1], &tuple) ? tuple : raise_badarg(p);
}

term erlang_make_tuple_3(Process *p, term *a)
{
    term tuple, list = a[2];
    if (!tuple_filled(p, a[0], a[1], &tuple))
        return raise_badarg(p);
    for (; is_cons(list); list = tail(list)) {
        term pair = head(list);
        if (!is_tuple(pair) || tuple_arity(pair) != 2)
            return raise_badarg(p);
        size_t index = element_index(tuple_at(pair, 0), tuple_arity(tuple));
        if (index == SIZE_MAX)
            return raise_badarg(p);
        tuple_elements(tuple)[index] = tuple_at(pair, 1);
    }
    return is_nil(list) ? tuple : raise_badarg(p);
}

term erlang_list_to_tuple_1(Process *p, term *a)
{
    sterm length = list_length(a[0]);
    if (length < 0)
        return raise_badarg(p);
    term tuple, *elements = tuple_new(p, (size_t) length, &tuple);
    for (term list = a[0]; is_cons(list); list = tail(list))
        *elements++ = head(list);
    return tuple;
}

term erlang_tuple_to_list_1(Process *p, term *a)
{
    return is_tuple(a[0]) ? make_list_of(p, tuple_elements(a[0]), tuple_arity(a[0]), NIL) : raise_badarg(p);
}

static term with_element(Process *p, term tuple, size_t index, term element)
{
    size_t arity = tuple_arity(tuple);
    term result, *out = tuple_new(p, arity + 1, &result);
    memcpy(out, tuple_elements(tuple), index * WORD_BYTES);
    out[index] = element;
    memcpy(out + index + 1, tuple_elements(tuple) + index, (arity - index) * WORD_BYTES);
    return result;
}

term erlang_append_element_2(Process *p, term *a)
{
    return is_tuple(a[0]) ? with_element(p, a[0], tuple_arity(a[0]), a[1]) : raise_badarg(p);
}

term erlang_insert_element_3(Process *p, term *a)
{
    size_t index = is_tuple(a[1]) ? element_index(a[0], tuple_arity(a[1]) + 1) : SIZE_MAX;
    return index == SIZE_MAX ? raise_badarg(p) : with_element(p, a[1], index, a[2]);
}

term erlang_delete_element_2(Process *p, term *a)
{
    size_t index = is_tuple(a[1]) ? element_index(a[0], tuple_arity(a[1])) : SIZE_MAX;
    if (index == SIZE_MAX)
        return raise_badarg(p);
    size_t arity = tuple_arity(a[1]) - 1;
    term result, *out = tuple_new(p, arity, &result);
    memcpy(out, tuple_elements(a[1]), index * WORD_BYTES);
    memcpy(out + index, tuple_elements(a[1]) + index + 1, (arity - index) * WORD_BYTES);
    return result;
}

// ---- funs and functions ----

term erlang_make_fun_3(Process *p, term *a)
{
    if (!is_atom(a[0]) || !is_atom(a[1]) || !is_small(a[2]) || small_value(a[2]) < 0 || small_value(a[2]) > FUN_ARITY_MAX)
        return raise_badarg(p);
    Function *f = function_get(a[0], a[1], (uint32_t) small_value(a[2]));
    if (!f)
        return raise_system_limit(p);
    term *o = heap_alloc(p, 2);
    o[0] = make_header(KIND_EXTFUN, 1);
    o[1] = (term) f;
    return make_boxed(o);
}

// The VM keeps no MD5 of modules: 16 bytes made of what the compiler took from it.
static term fun_new_uniq(Process *p, const Lambda *lambda)
{
    uint8_t *bytes;
    term binary = make_binary(p, NULL, NEW_UNIQ_BYTES, &bytes);
    for (uint32_t i = 0; binary != NONE && i < NEW_UNIQ_BYTES; i++)
        bytes[i] = (uint8_t) (lambda->old_uniq >> 8 * (3 - i % 4));
    return binary;
}

static term local_fun_item(Process *p, term fun, term item)
{
    const Lambda *lambda = fun_lambda(fun);
    switch (item) {
    case ATOM_module: return lambda->function->module;
    case ATOM_name: return lambda->function->name;
    case ATOM_arity: return make_small((sterm) lambda->arity);
    case ATOM_env: return make_list_of(p, boxed_ptr(fun) + 2, lambda->free_count, NIL);
    case ATOM_type: return ATOM_local;
    case ATOM_pid: return p->pid;
    case ATOM_index:
    case ATOM_new_index: return make_small((sterm) lambda->index);
    case ATOM_uniq: return make_unsigned(p, lambda->old_uniq);
    case ATOM_new_uniq: return fun_new_uniq(p, lambda);
    case ATOM_refc: return make_small(1);
    default: return NONE;
    }
}

static term external_fun_item(term fun, term item)
{
    const Function *f = extfun_function(fun);
    switch (item) {
    case ATOM_module: return f->module;
    case ATOM_name: return f->name;
    case ATOM_arity: return make_small((sterm) f->arity);
    case ATOM_env: return NIL;
    case ATOM_type: return ATOM_external;
    case ATOM_pid:
    case ATOM_index:
    case ATOM_new_index:
    case ATOM_uniq:
    case ATOM_new_uniq:
    case ATOM_refc: return ATOM_undefined;
    default: return NONE;
    }
}

static term fun_item(Process *p, term fun, term item)
{
    return boxed_kind(fun) == KIND_EXTFUN ? external_fun_item(fun, item) : local_fun_item(p, fun, item);
}

term erlang_fun_info_2(Process *p, term *a)
{
    term value = is_fun(a[0]) ? fun_item(p, a[0], a[1]) : NONE;
    return value == NONE ? raise_badarg(p) : make_tuple2(p, a[1], value);
}

term erlang_fun_info_1(Process *p, term *a)
{
    static const term local[] = { ATOM_pid, ATOM_module, ATOM_new_index, ATOM_new_uniq, ATOM_index, ATOM_uniq, ATOM_name,
                                  ATOM_arity, ATOM_env, ATOM_type };
    static const term external[] = { ATOM_module, ATOM_name, ATOM_arity, ATOM_env, ATOM_type };
    if (!is_fun(a[0]))
        return raise_badarg(p);
    bool is_local = boxed_kind(a[0]) == KIND_FUN;
    const term *items = is_local ? local : external;
    term list = NIL;
    for (size_t i = is_local ? sizeof local / sizeof *local : sizeof external / sizeof *external; i-- > 0;)
        list = cons(p, make_tuple2(p, items[i], fun_item(p, a[0], items[i])), list);
    return list;
}

term erlang_fun_info_mfa_1(Process *p, term *a)
{
    if (!is_fun(a[0]))
        return raise_badarg(p);
    return make_tuple3(p, fun_item(p, a[0], ATOM_module), fun_item(p, a[0], ATOM_name), fun_item(p, a[0], ATOM_arity));
}

static bool mfa_types(term *a) { return is_atom(a[0]) && is_atom(a[1]) && is_integer(a[2]); }
static bool arity_in_range(term t) { return is_small(t) && small_value(t) >= 0 && small_value(t) <= FUN_ARITY_MAX; }

term erlang_is_builtin_3(Process *p, term *a)
{
    if (!mfa_types(a))
        return raise_badarg(p);
    return make_bool(arity_in_range(a[2]) && native_find(a[0], a[1], (uint32_t) small_value(a[2])) != NULL);
}

// Every module of the archive counts as loaded: loading is only a matter of when.
term erlang_function_exported_3(Process *p, term *a)
{
    if (!mfa_types(a))
        return raise_badarg(p);
    if (!arity_in_range(a[2]))
        return ATOM_false;
    uint32_t arity = (uint32_t) small_value(a[2]);
    if (native_find(a[0], a[1], arity))
        return ATOM_true;
    if (!module_find(a[0]) && !module_load(a[0]))
        return ATOM_false;
    if (a[1] == (term) ATOM_module_info && arity < 2)
        return ATOM_true; // of every module, also where the packer has left it out because nothing calls it
    Function *f = function_find(a[0], a[1], arity);
    return make_bool(f && f->owner && f->exported);
}

term erlang_module_loaded_1(Process *p, term *a)
{
    if (!is_atom(a[0]))
        return raise_badarg(p);
    return make_bool(a[0] == ATOM_erlang || module_find(a[0]) || archive_has_module(a[0]));
}

// ---- identifiers and their texts ----

term erlang_make_ref_0(Process *p, term *a)
{
    (void) a;
    return make_ref(p);
}

term erlang_unique_integer_0(Process *p, term *a)
{
    (void) a;
    return make_unsigned(p, ++vm.unique);
}

// One counter serves all modifiers: it is positive and monotonic.
term erlang_unique_integer_1(Process *p, term *a)
{
    term list = a[0];
    while (is_cons(list) && (head(list) == ATOM_positive || head(list) == ATOM_monotonic))
        list = tail(list);
    return is_nil(list) ? make_unsigned(p, ++vm.unique) : raise_badarg(p);
}

static term text_list(Process *p, term t)
{
    Buffer text = { 0 };
    term list = term_print(t, &text, false) ? make_string(p, (const char *) text.data, text.size) : raise_system_limit(p);
    buffer_free(&text);
    return list;
}

term erlang_fun_to_list_1(Process *p, term *a) { return is_fun(a[0]) ? text_list(p, a[0]) : raise_badarg(p); }
term erlang_pid_to_list_1(Process *p, term *a) { return is_pid(a[0]) ? text_list(p, a[0]) : raise_badarg(p); }
term erlang_ref_to_list_1(Process *p, term *a) { return is_ref(a[0]) ? text_list(p, a[0]) : raise_badarg(p); }

// There are no ports.
term erlang_port_to_list_1(Process *p, term *a)
{
    (void) a;
    return raise_badarg(p);
}

term erlang_list_to_port_1(Process *p, term *a)
{
    (void) a;
    return raise_badarg(p);
}

// Reads PREFIX n.n..> (`count` decimal numbers below 2^32) from a list of characters. False when it is not exactly that.
static bool parse_identifier(term list, const char *prefix, uint32_t *numbers, size_t count)
{
    char text[ID_TEXT_MAX + 1];
    size_t length = 0;
    for (; is_cons(list) && length < ID_TEXT_MAX; list = tail(list)) {
        if (!is_small(head(list)) || small_value(head(list)) < ' ' || small_value(head(list)) > '~')
            return false;
        text[length++] = (char) small_value(head(list));
    }
    text[length] = 0;
    size_t skip = strlen(prefix);
    if (!is_nil(list) || strncmp(text, prefix, skip) != 0)
        return false;
    const char *c = text + skip;
    for (size_t i = 0; i < count; i++) {
        uint64_t n = 0;
        if (*c < '0' || *c > '9')
            return false;
        for (; *c >= '0' && *c <= '9' && n <= UINT32_MAX; c++)
            n = 10 * n + (uint64_t) (*c - '0');
        if (n > UINT32_MAX || *c++ != (i + 1 < count ? '.' : '>'))
            return false;
        numbers[i] = (uint32_t) n;
    }
    return *c == 0;
}

term erlang_list_to_pid_1(Process *p, term *a)
{
    uint32_t part[3]; // node, slot, serial
    if (!parse_identifier(a[0], "<", part, 3) || part[0] != 0 || part[1] >= PID_SLOTS || part[2] > PID_SERIAL_MASK)
        return raise_badarg(p);
    return ((term) part[2] << PID_SLOT_BITS | part[1]) << 4 | TAG_PID;
}

term erlang_list_to_ref_1(Process *p, term *a)
{
    uint32_t part[4]; // node, then the words of the reference, last first
    if (!parse_identifier(a[0], "#Ref<", part, 4) || part[0] != 0)
        return raise_badarg(p);
    return ref_term(p, (RefId) { { part[3], part[2], part[1] } });
}

term erlang_display_1(Process *p, term *a)
{
    Buffer text = { 0 };
    if (!term_print(a[0], &text, true) || !buffer_append(&text, "\n", 1)) {
        buffer_free(&text);
        return raise_system_limit(p);
    }
    platform_write_stdout(text.data, text.size);
    buffer_free(&text);
    return ATOM_true;
}
