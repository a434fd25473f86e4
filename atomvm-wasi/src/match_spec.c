// Match specifications: a tree of nodes, children side by side in one array. See match_spec.h.
#include "match_spec.h"

#include "format.h"
#include "map.h"
#include "module.h"


enum op {
    // patterns
    OP_ANY,
    OP_BIND,     // bind the slot, or compare with what it holds
    OP_SAME,     // =:= value
    OP_TUPLE,    // count children
    OP_CONS,     // head, tail
    OP_MAP,      // count pairs: key (OP_SAME), pattern
    // expressions
    OP_CONST,
    OP_VAR,
    OP_OBJECT,   // '$_'
    OP_BINDINGS, // '$$'
    OP_MAKE_TUPLE,
    OP_MAKE_LIST, // count - 1 elements, then the tail
    OP_MAKE_MAP,  // count children: key, value..
    OP_CALL,
    OP_AND,
    OP_OR,
    OP_ANDALSO,
    OP_ORELSE,
};

typedef struct Node {
    enum op op;
    uint32_t count, first; // children
    union {
        term value;
        NativeFn call;
        uint32_t slot;
    };
} Node;

typedef struct Clause {
    term pattern; // the head as it was given
    uint32_t head, guards, guard_count, body, body_count;
    uint32_t variables, variable_count; // run of MatchSpec.variables
} Clause;

enum { VARIABLES_MAX = 512, DEPTH_MAX = 256, ARGUMENTS_MAX = 3 };

// Number of a '$N', and the next variable of the clause by number.
typedef struct Variable {
    int32_t number;
    uint32_t sorted; // slot of the variable at this place in ascending order
} Variable;

struct MatchSpec {
    Node *nodes;
    Clause *clauses;
    Variable *variables;
    uint32_t node_count, node_capacity, clause_count, variable_count, variable_capacity;
    bool foreign;
};

// ---- compiling ----

typedef struct Compiler {
    MatchSpec *ms;
    Clause *clause;
    MatchReport *report; // NULL: the first that is wrong ends it
    enum match_error error;
    bool wrong;
    int depth;
} Compiler;

static bool fail(Compiler *c, enum match_error error)
{
    c->error = error;
    return false;
}

// ---- what is wrong, in erl's words ----

// `%s` is text, `%t` a term.
static void write_complaint(Buffer *out, const char *format, const char *text, term subject)
{
    for (const char *percent; (percent = strchr(format, '%')); format = percent + 2) {
        buffer_append(out, format, (size_t) (percent - format));
        if (percent[1] == 's')
            buffer_append(out, text, strlen(text));
        else
            term_print(subject, out, true);
    }
    buffer_append(out, format, strlen(format));
}

static void report_add(MatchReport *r, const Buffer *text)
{
    term string = make_string(r->p, (const char *) text->data, text->size);
    term cell = cons(r->p, make_tuple2(r->p, (term) ATOM_error, string), NIL);
    if (r->hole)
        *r->hole = cell;
    else
        r->first = cell;
    r->hole = list_ptr(cell) + 1;
}

// False when that ends the compilation; otherwise the node stays a constant, and what follows is looked at, too.
static bool complain(Compiler *c, const char *format, const char *text, term subject)
{
    c->wrong = true;
    if (!c->report)
        return fail(c, MATCH_INVALID);
    Buffer out = { 0 };
    write_complaint(&out, format, text, subject);
    report_add(c->report, &out);
    buffer_free(&out);
    return true;
}

static bool grow(Compiler *c, void **items, uint32_t *capacity, uint32_t needed, size_t item_size)
{
    if (needed <= *capacity)
        return true;
    uint32_t more = *capacity ? *capacity : 16;
    while (more < needed)
        more *= 2;
    void *grown = *items ? vm_realloc(*items, *capacity * item_size, more * item_size) : vm_malloc(more * item_size);
    if (!grown)
        return fail(c, MATCH_NO_MEMORY);
    *items = grown;
    *capacity = more;
    return true;
}

// Reserves `count` nodes side by side.
static bool reserve(Compiler *c, uint32_t count, uint32_t *first)
{
    MatchSpec *ms = c->ms;
    *first = ms->node_count;
    void *nodes = ms->nodes;
    bool good = grow(c, &nodes, &ms->node_capacity, ms->node_count + count, sizeof *ms->nodes);
    ms->nodes = nodes;
    if (!good)
        return false;
    memset(ms->nodes + ms->node_count, 0, count * sizeof *ms->nodes);
    ms->node_count += count;
    return true;
}

static bool node_children(Compiler *c, uint32_t at, enum op op, uint32_t count)
{
    uint32_t first;
    if (!reserve(c, count, &first))
        return false;
    c->ms->nodes[at].op = op;
    c->ms->nodes[at].count = count;
    c->ms->nodes[at].first = first;
    return true;
}

static bool node_value(Compiler *c, uint32_t at, enum op op, term value)
{
    c->ms->nodes[at].op = op;
    c->ms->nodes[at].value = value;
    return true;
}

// As OTP counts: no zero in front of other digits, and 32 bits with a sign, whatever the digits are.
int32_t match_spec_variable(term t)
{
    size_t length;
    const char *text = is_atom(t) ? atom_text(t, &length) : "";
    if (text[0] != '$' || length < 2 || (text[1] == '0' && length > 2))
        return -1;
    uint32_t n = 0;
    for (size_t i = 1; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        n = 10 * n + (uint32_t) (text[i] - '0');
    }
    return (int32_t) n;
}

static int64_t variable_slot(const Compiler *c, int32_t number)
{
    const Variable *variables = c->ms->variables + c->clause->variables;
    for (uint32_t i = 0; i < c->clause->variable_count; i++)
        if (variables[i].number == number)
            return i;
    return -1;
}

static bool add_variable(Compiler *c, int32_t number)
{
    MatchSpec *ms = c->ms;
    if (c->clause->variable_count == VARIABLES_MAX)
        return fail(c, MATCH_INVALID);
    void *variables = ms->variables;
    bool good = grow(c, &variables, &ms->variable_capacity, ms->variable_count + 1, sizeof *ms->variables);
    ms->variables = variables;
    if (!good)
        return false;
    ms->variables[ms->variable_count++].number = number;
    c->clause->variable_count++;
    return true;
}

// No variable and no '_' in it; no map either unless `maps` allows them, since a map in a pattern matches every map that
// has its pairs. Deeper than DEPTH_MAX counts as not ground and is refused then.
static bool is_ground(term t, bool maps, int depth)
{
    for (; is_cons(t); t = tail(t))
        if (depth > DEPTH_MAX || !is_ground(head(t), maps, depth + 1))
            return false;
    if (is_atom(t))
        return t != ATOM_underscore && match_spec_variable(t) < 0;
    if (is_tuple(t)) {
        for (size_t i = 0; i < tuple_arity(t); i++)
            if (depth > DEPTH_MAX || !is_ground(tuple_at(t, i), maps, depth + 1))
                return false;
    } else if (is_map(t)) {
        MapIterator it;
        for (map_iterate(&it, t); maps && map_next(&it);)
            if (depth > DEPTH_MAX || !is_ground(it.key, maps, depth + 1) || !is_ground(it.value, maps, depth + 1))
                return false;
        return maps;
    }
    return true;
}

static bool compile_pattern(Compiler *c, uint32_t at, term t);

static bool compile_variable(Compiler *c, uint32_t at, int32_t number)
{
    if (variable_slot(c, number) < 0 && !add_variable(c, number))
        return false;
    c->ms->nodes[at].op = OP_BIND;
    c->ms->nodes[at].slot = (uint32_t) variable_slot(c, number);
    return true;
}

static bool compile_map_pattern(Compiler *c, uint32_t at, term map)
{
    if (!node_children(c, at, OP_MAP, (uint32_t) (2 * map_size(map))))
        return false;
    uint32_t child = c->ms->nodes[at].first;
    MapIterator it;
    for (map_iterate(&it, map); map_next(&it); child += 2) {
        if (!is_ground(it.key, true, 0))
            return complain(c, "Variable found in map key.", NULL, NONE) && fail(c, MATCH_INVALID);
        if (!node_value(c, child, OP_SAME, it.key) || !compile_pattern(c, child + 1, it.value))
            return false;
    }
    return true;
}

static bool compile_parts(Compiler *c, uint32_t first, const term *parts, size_t count,
                          bool (*compile)(Compiler *, uint32_t, term))
{
    for (uint32_t i = 0; i < count; i++)
        if (!compile(c, first + i, parts[i]))
            return false;
    return true;
}

static bool compile_inner_pattern(Compiler *c, uint32_t at, term t)
{
    if (is_map(t))
        return compile_map_pattern(c, at, t);
    if (is_cons(t))
        return node_children(c, at, OP_CONS, 2) && compile_parts(c, c->ms->nodes[at].first, list_ptr(t), 2, compile_pattern);
    return node_children(c, at, OP_TUPLE, (uint32_t) tuple_arity(t)) &&
           compile_parts(c, c->ms->nodes[at].first, tuple_elements(t), tuple_arity(t), compile_pattern);
}

static bool compile_pattern(Compiler *c, uint32_t at, term t)
{
    int32_t number = match_spec_variable(t);
    if (number >= 0)
        return compile_variable(c, at, number);
    if (t == ATOM_underscore)
        return node_value(c, at, OP_ANY, NONE);
    if (is_ground(t, false, 0))
        return node_value(c, at, OP_SAME, t);
    if (c->depth++ > DEPTH_MAX)
        return fail(c, MATCH_INVALID);
    bool good = compile_inner_pattern(c, at, t);
    c->depth--;
    return good;
}

// What guards and bodies may call: the guard functions of module erlang, as natives.
static const struct { const char *name; uint32_t arity; NativeFn native; } callable[] = {
    { "is_atom", 1, erlang_is_atom_1 }, { "is_float", 1, erlang_is_float_1 }, { "is_integer", 1, erlang_is_integer_1 },
    { "is_list", 1, erlang_is_list_1 }, { "is_number", 1, erlang_is_number_1 }, { "is_pid", 1, erlang_is_pid_1 },
    { "is_port", 1, erlang_is_port_1 }, { "is_reference", 1, erlang_is_reference_1 }, { "is_tuple", 1, erlang_is_tuple_1 },
    { "is_map", 1, erlang_is_map_1 }, { "is_map_key", 2, erlang_is_map_key_2 }, { "is_binary", 1, erlang_is_binary_1 },
    { "is_bitstring", 1, erlang_is_bitstring_1 }, { "is_boolean", 1, erlang_is_boolean_1 },
    { "is_function", 1, erlang_is_function_1 }, { "is_function", 2, erlang_is_function_2 },
    { "is_record", 3, erlang_is_record_3 }, { "abs", 1, erlang_abs_1 }, { "element", 2, erlang_element_2 },
    { "hd", 1, erlang_hd_1 }, { "tl", 1, erlang_tl_1 }, { "length", 1, erlang_length_1 },
    { "map_get", 2, erlang_map_get_2 }, { "map_size", 1, erlang_map_size_1 }, { "max", 2, erlang_max_2 },
    { "min", 2, erlang_min_2 }, { "node", 0, erlang_node_0 }, { "node", 1, erlang_node_1 }, { "self", 0, erlang_self_0 },
    { "float", 1, erlang_float_1 }, { "round", 1, erlang_round_1 }, { "trunc", 1, erlang_trunc_1 },
    { "floor", 1, erlang_floor_1 }, { "ceil", 1, erlang_ceil_1 }, { "size", 1, erlang_size_1 },
    { "bit_size", 1, erlang_bit_size_1 }, { "byte_size", 1, erlang_byte_size_1 }, { "tuple_size", 1, erlang_tuple_size_1 },
    { "binary_part", 2, erlang_binary_part_2 }, { "binary_part", 3, erlang_binary_part_3 }, { "+", 1, erlang_plus_1 },
    { "-", 1, erlang_minus_1 }, { "+", 2, erlang_plus_2 }, { "-", 2, erlang_minus_2 }, { "*", 2, erlang_times_2 },
    { "/", 2, erlang_divide_2 }, { "div", 2, erlang_div_2 }, { "rem", 2, erlang_rem_2 }, { "band", 2, erlang_band_2 },
    { "bor", 2, erlang_bor_2 }, { "bxor", 2, erlang_bxor_2 }, { "bnot", 1, erlang_bnot_1 }, { "bsl", 2, erlang_bsl_2 },
    { "bsr", 2, erlang_bsr_2 }, { ">", 2, erlang_greater_2 }, { ">=", 2, erlang_at_least_2 }, { "<", 2, erlang_less_2 },
    { "=<", 2, erlang_at_most_2 }, { "=:=", 2, erlang_equal_exact_2 }, { "==", 2, erlang_equal_2 },
    { "=/=", 2, erlang_not_equal_exact_2 }, { "/=", 2, erlang_not_equal_2 }, { "not", 1, erlang_not_1 },
    { "xor", 2, erlang_xor_2 },
};

static NativeFn callable_native(term name, size_t arity)
{
    size_t length;
    const char *text = atom_text(name, &length);
    for (size_t i = 0; i < sizeof callable / sizeof *callable; i++)
        if (callable[i].arity == arity && strlen(callable[i].name) == length && !memcmp(text, callable[i].name, length))
            return callable[i].native;
    return NULL;
}

// What match specifications of traces may call, and those of tables may not.
static bool is_for_traces(term name, const char **shown)
{
    static const char *const names[] = { "message", "return_trace", "exception_trace", "caller", "caller_line", "display",
        "process_dump", "trace", "silent", "is_seq_trace", "set_seq_token", "get_seq_token", "enable_trace", "disable_trace",
        "current_stacktrace" };
    size_t length;
    const char *text = atom_text(name, &length);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) != length || memcmp(text, names[i], length) != 0)
            continue;
        *shown = strcmp(names[i], "set_seq_token") == 0 ? "set_seq_trace" : names[i];
        return strcmp(names[i], "current_stacktrace") != 0 || archive_otp_release_number() >= 27;
    }
    return false;
}

static bool is_trace_function(term name, size_t arity)
{
    size_t length;
    const char *text = atom_text(name, &length);
    return length == 7 && ((arity == 0 && memcmp(text, "get_tcw", 7) == 0) || (arity == 1 && memcmp(text, "set_tcw", 7) == 0));
}

static bool no_such_function(Compiler *c, term name, size_t arity)
{
    char end[64];
    bool traces = is_trace_function(name, arity);
    format_text(end, sizeof end, "/%zu %s.", arity, traces ? "cannot be called in this context" : "does_not_exist");
    return complain(c, "Function %t%s", end, name);
}

static bool compile_expression(Compiler *c, uint32_t at, term t);

// As erl does, from the last to the first, which shows when several are wrong.
static bool compile_expressions(Compiler *c, uint32_t first, const term *parts, size_t count)
{
    for (size_t i = count; i-- > 0;)
        if (!compile_expression(c, first + (uint32_t) i, parts[i]))
            return false;
    return true;
}

static const char *logic_name(enum op op)
{
    return op == OP_AND ? "and" : op == OP_OR ? "or" : op == OP_ANDALSO ? "andalso" : "orelse";
}

static bool compile_logic(Compiler *c, uint32_t at, enum op op, term t)
{
    size_t count = tuple_arity(t) - 1;
    const term *operands = tuple_elements(t) + 1;
    if (count == 0)
        return complain(c, "Special form '%s' called without arguments in %t.", logic_name(op), t);
    if (!node_children(c, at, op, (uint32_t) count))
        return false;
    uint32_t first = c->ms->nodes[at].first;
    return op == OP_ANDALSO || op == OP_ORELSE ? compile_parts(c, first, operands, count, compile_expression)
                                               : compile_expressions(c, first, operands, count);
}

static bool compile_function(Compiler *c, uint32_t at, term t)
{
    term name = tuple_at(t, 0);
    size_t arity = tuple_arity(t) - 1;
    const char *shown;
    if (is_for_traces(name, &shown))
        return complain(c, "Special form '%s' used in wrong dialect.", shown, NONE);
    if (name == (term) ATOM_const)
        return complain(c, "Special form 'const' called with more than one argument in %t.", NULL, t);
    if (name == (term) ATOM_self && arity > 0)
        return complain(c, "Special form 'self' called with arguments in %t.", NULL, t);
    NativeFn native = arity <= ARGUMENTS_MAX ? callable_native(name, arity) : NULL;
    if (!native)
        return no_such_function(c, name, arity);
    if (!node_children(c, at, OP_CALL, (uint32_t) arity))
        return false;
    c->ms->nodes[at].call = native;
    return compile_expressions(c, c->ms->nodes[at].first, tuple_elements(t) + 1, arity);
}

static bool compile_call(Compiler *c, uint32_t at, term t)
{
    switch (tuple_at(t, 0)) {
    case ATOM_and: return compile_logic(c, at, OP_AND, t);
    case ATOM_or: return compile_logic(c, at, OP_OR, t);
    case ATOM_andalso: return compile_logic(c, at, OP_ANDALSO, t);
    case ATOM_orelse: return compile_logic(c, at, OP_ORELSE, t);
    default: return compile_function(c, at, t);
    }
}

static bool compile_tuple(Compiler *c, uint32_t at, term t)
{
    term first = tuple_arity(t) > 0 ? tuple_at(t, 0) : NIL;
    if (tuple_arity(t) == 2 && first == ATOM_const)
        return node_value(c, at, OP_CONST, tuple_at(t, 1));
    if (tuple_arity(t) == 1 && is_tuple(first))
        return node_children(c, at, OP_MAKE_TUPLE, (uint32_t) tuple_arity(first)) &&
               compile_expressions(c, c->ms->nodes[at].first, tuple_elements(first), tuple_arity(first));
    if (!is_atom(first) || match_spec_variable(first) >= 0)
        return complain(c, "%t is neither a function call, nor a tuple (tuples are written {{ ... }}).", NULL, t);
    return compile_call(c, at, t);
}

static bool compile_list(Compiler *c, uint32_t at, term t)
{
    uint32_t count = 1;
    for (term rest = t; is_cons(rest); rest = tail(rest))
        count++;
    if (!node_children(c, at, OP_MAKE_LIST, count))
        return false;
    uint32_t child = c->ms->nodes[at].first;
    for (; is_cons(t); t = tail(t))
        if (!compile_expression(c, child++, head(t)))
            return false;
    return compile_expression(c, child, t);
}

static bool compile_map(Compiler *c, uint32_t at, term map)
{
    if (!node_children(c, at, OP_MAKE_MAP, (uint32_t) (2 * map_size(map))))
        return false;
    uint32_t child = c->ms->nodes[at].first;
    MapIterator it;
    for (map_iterate(&it, map); map_next(&it); child += 2)
        if (!compile_expression(c, child + 1, it.value) || !compile_expression(c, child, it.key))
            return false;
    return true;
}

static bool unbound(Compiler *c, term variable)
{
    char name[16];
    size_t length;
    const char *text = atom_text(variable, &length); // '$N' of at most 9 characters
    format_text(name, sizeof name, "%.*s", (int) length, text);
    return complain(c, "Variable %s is unbound.", name, NONE);
}

static bool compile_atom(Compiler *c, uint32_t at, term t)
{
    if (t == ATOM_dollar_under)
        return node_value(c, at, OP_OBJECT, NONE);
    if (t == ATOM_dollar_dollar)
        return node_value(c, at, OP_BINDINGS, NONE);
    int32_t number = match_spec_variable(t);
    if (number < 0)
        return node_value(c, at, OP_CONST, t);
    int64_t slot = variable_slot(c, number);
    if (slot < 0)
        return unbound(c, t);
    c->ms->nodes[at].op = OP_VAR;
    c->ms->nodes[at].slot = (uint32_t) slot;
    return true;
}

static bool compile_expression(Compiler *c, uint32_t at, term t)
{
    if (is_atom(t))
        return compile_atom(c, at, t);
    if (!is_cons(t) && !is_tuple(t) && !is_map(t))
        return node_value(c, at, OP_CONST, t);
    if (c->depth++ > DEPTH_MAX)
        return fail(c, MATCH_INVALID);
    bool good = is_cons(t) ? compile_list(c, at, t) : is_tuple(t) ? compile_tuple(c, at, t) : compile_map(c, at, t);
    c->depth--;
    return good;
}

// Expressions of a list, side by side.
static bool compile_block(Compiler *c, term list, uint32_t *first, uint32_t *count)
{
    uint32_t length = 0;
    for (term rest = list; is_cons(rest); rest = tail(rest))
        length++;
    if (length == 0 && !is_nil(list))
        return complain(c, "Match expression is not a list.", NULL, NONE);
    *count = length;
    if (!reserve(c, *count, first))
        return false;
    uint32_t at = *first;
    for (; is_cons(list); list = tail(list))
        if (!compile_expression(c, at++, head(list)))
            return false;
    return is_nil(list) || complain(c, "Match expression is not a proper list.", NULL, NONE);
}

static bool compile_body(Compiler *c, term list)
{
    if (!is_cons(list))
        return complain(c, "Body clause does not return anything.", NULL, NONE);
    return compile_block(c, list, &c->clause->body, &c->clause->body_count);
}

static void sort_variables(MatchSpec *ms, const Clause *clause)
{
    Variable *v = ms->variables + clause->variables;
    for (uint32_t i = 0; i < clause->variable_count; i++) {
        uint32_t j = i;
        for (; j > 0 && v[v[j - 1].sorted].number > v[i].number; j--)
            v[j].sorted = v[j - 1].sorted;
        v[j].sorted = i;
    }
}

static bool compile_clause(Compiler *c, term t)
{
    c->clause->pattern = tuple_at(t, 0);
    c->clause->variables = c->ms->variable_count;
    if (!reserve(c, 1, &c->clause->head) || !compile_pattern(c, c->clause->head, tuple_at(t, 0)))
        return false;
    sort_variables(c->ms, c->clause);
    bool whole = compile_block(c, tuple_at(t, 1), &c->clause->guards, &c->clause->guard_count) && compile_body(c, tuple_at(t, 2));
    return whole && (!c->wrong || fail(c, MATCH_INVALID));
}

// Whether the specification is a list of clauses.
static bool count_clauses(Compiler *c, term spec, size_t *count)
{
    bool complete = is_cons(spec) || (is_nil(spec) && !c->report) || (complain(c, "Match programs are not in a list.", NULL, NONE) && false);
    for (; complete && is_cons(spec); spec = tail(spec), ++*count)
        if (!is_tuple(head(spec)) || tuple_arity(head(spec)) != 3)
            complete = complain(c, "Match program part is not a tuple of arity 3.", NULL, NONE) && false;
    if (complete && !is_nil(spec))
        complete = complain(c, "Match programs are not in a proper list.", NULL, NONE) && false;
    return complete;
}

MatchSpec *match_spec_compile(term spec, bool foreign, MatchReport *report, enum match_error *error)
{
    Compiler c = { .report = report };
    size_t count = 0;
    bool good = count_clauses(&c, spec, &count);
    *error = good ? MATCH_NO_MEMORY : MATCH_INVALID;
    MatchSpec *ms = good ? vm_malloc(sizeof *ms) : NULL;
    if (!ms)
        return NULL;
    *ms = (MatchSpec) { .foreign = foreign, .clause_count = (uint32_t) count };
    if (count > 0 && !(ms->clauses = vm_malloc(count * sizeof *ms->clauses))) {
        vm_mfree(ms, sizeof *ms);
        return NULL;
    }
    if (count > 0)
        memset(ms->clauses, 0, count * sizeof *ms->clauses);
    c.ms = ms;
    c.clause = ms->clauses;
    for (; is_cons(spec); spec = tail(spec), c.clause++)
        if (!compile_clause(&c, head(spec))) {
            *error = c.error;
            match_spec_free(ms);
            return NULL;
        }
    return ms;
}

static void free_items(void *items, size_t bytes)
{
    if (items)
        vm_mfree(items, bytes);
}

void match_spec_free(MatchSpec *ms)
{
    free_items(ms->nodes, ms->node_capacity * sizeof *ms->nodes);
    free_items(ms->clauses, ms->clause_count * sizeof *ms->clauses);
    free_items(ms->variables, ms->variable_capacity * sizeof *ms->variables);
    vm_mfree(ms, sizeof *ms);
}

static term clause_key(const Clause *clause, size_t key_index)
{
    if (!is_tuple(clause->pattern) || tuple_arity(clause->pattern) <= key_index)
        return NONE;
    term key = tuple_at(clause->pattern, key_index);
    return is_ground(key, true, 0) ? key : NONE;
}

term match_spec_key(const MatchSpec *ms, size_t key_index)
{
    term key = ms->clause_count ? clause_key(&ms->clauses[0], key_index) : NONE;
    for (uint32_t i = 1; i < ms->clause_count && key != NONE; i++) {
        term other = clause_key(&ms->clauses[i], key_index);
        if (other == NONE || !same(key, other))
            return NONE;
    }
    return key;
}

// ---- running ----

typedef struct Run {
    Process *p;
    const MatchSpec *ms;
    const Clause *clause;
    term object;
    term bindings[VARIABLES_MAX]; // NONE = not yet
} Run;

term copy_to_process(Process *p, term t)
{
    if (!is_pointer(t))
        return t;
    term *top = heap_alloc(p, term_size(t));
    return term_copy(t, &top, &p->off_heap);
}

static bool matches(Run *r, const Node *n, term t);

static bool children_match(Run *r, const Node *n, const term *parts)
{
    for (uint32_t i = 0; i < n->count; i++)
        if (!matches(r, &r->ms->nodes[n->first + i], parts[i]))
            return false;
    return true;
}

static bool map_matches(Run *r, const Node *n, term map)
{
    for (uint32_t i = 0; i < n->count; i += 2) {
        term value = map_get(map, r->ms->nodes[n->first + i].value);
        if (value == NONE || !matches(r, &r->ms->nodes[n->first + i + 1], value))
            return false;
    }
    return true;
}

static bool bind(Run *r, uint32_t slot, term t)
{
    if (r->bindings[slot] != NONE)
        return same(r->bindings[slot], t);
    r->bindings[slot] = t;
    return true;
}

static bool matches(Run *r, const Node *n, term t)
{
    switch (n->op) {
    case OP_ANY: return true;
    case OP_BIND: return bind(r, n->slot, t);
    case OP_SAME: return same(n->value, t);
    case OP_TUPLE: return is_tuple(t) && tuple_arity(t) == n->count && children_match(r, n, tuple_elements(t));
    case OP_CONS: return is_cons(t) && children_match(r, n, list_ptr(t));
    case OP_MAP: return is_map(t) && map_matches(r, n, t);
    default: return false;
    }
}

static term evaluate(Run *r, const Node *n, bool keep);

// A term that may live in a table, for a result.
static term kept(Run *r, term t, bool keep) { return keep ? copy_to_process(r->p, t) : t; }

static term bindings_list(Run *r, bool keep)
{
    const Variable *variables = r->ms->variables + r->clause->variables;
    term list = NIL;
    for (uint32_t i = r->clause->variable_count; i-- > 0;)
        list = cons(r->p, kept(r, r->bindings[variables[i].sorted], keep), list);
    return list;
}

static term evaluate_tuple(Run *r, const Node *n, bool keep)
{
    term *o = heap_alloc(r->p, 1 + n->count);
    o[0] = make_header(KIND_TUPLE, n->count);
    for (uint32_t i = 0; i < n->count; i++)
        o[1 + i] = NIL;
    for (uint32_t i = 0; i < n->count; i++)
        if ((o[1 + i] = evaluate(r, &r->ms->nodes[n->first + i], keep)) == NONE) {
            o[1 + i] = NIL;
            return NONE;
        }
    return make_boxed(o);
}

static term evaluate_list(Run *r, const Node *n, bool keep)
{
    term list = evaluate(r, &r->ms->nodes[n->first + n->count - 1], keep);
    for (uint32_t i = n->count - 1; i-- > 0 && list != NONE;) {
        term element = evaluate(r, &r->ms->nodes[n->first + i], keep);
        list = element == NONE ? NONE : cons(r->p, element, list);
    }
    return list;
}

static term evaluate_map(Run *r, const Node *n, bool keep)
{
    term map = map_new(r->p);
    for (uint32_t i = 0; i < n->count; i += 2) {
        term key = evaluate(r, &r->ms->nodes[n->first + i], keep), value;
        if (key == NONE || (value = evaluate(r, &r->ms->nodes[n->first + i + 1], keep)) == NONE)
            return NONE;
        map = map_put(r->p, map, key, value);
    }
    return map;
}

static term evaluate_call(Run *r, const Node *n, bool keep)
{
    term arguments[ARGUMENTS_MAX];
    for (uint32_t i = 0; i < n->count; i++)
        if ((arguments[i] = evaluate(r, &r->ms->nodes[n->first + i], false)) == NONE)
            return NONE;
    term result = n->call(r->p, arguments);
    if (result == NONE)
        r->p->exception = (Exception) { 0 };
    return result == NONE ? NONE : kept(r, result, keep);
}

// and, or: every operand is evaluated and must be a boolean.
static term evaluate_strict(Run *r, const Node *n, bool all)
{
    bool result = all;
    for (uint32_t i = 0; i < n->count; i++) {
        term operand = evaluate(r, &r->ms->nodes[n->first + i], false);
        if (!is_bool(operand))
            return NONE;
        result = all ? result && operand == ATOM_true : result || operand == ATOM_true;
    }
    return make_bool(result);
}

// andalso, orelse: up to the operand that decides.
static term evaluate_lazy(Run *r, const Node *n, term decides)
{
    for (uint32_t i = 0; i < n->count; i++) {
        term operand = evaluate(r, &r->ms->nodes[n->first + i], false);
        if (!is_bool(operand))
            return NONE;
        if (operand == decides)
            return decides;
    }
    return make_bool(decides == ATOM_false);
}

static term evaluate(Run *r, const Node *n, bool keep)
{
    switch (n->op) {
    case OP_CONST: return kept(r, n->value, keep && r->ms->foreign);
    case OP_VAR: return kept(r, r->bindings[n->slot], keep);
    case OP_OBJECT: return kept(r, r->object, keep);
    case OP_BINDINGS: return bindings_list(r, keep);
    case OP_MAKE_TUPLE: return evaluate_tuple(r, n, keep);
    case OP_MAKE_LIST: return evaluate_list(r, n, keep);
    case OP_MAKE_MAP: return evaluate_map(r, n, keep);
    case OP_CALL: return evaluate_call(r, n, keep);
    case OP_AND: return evaluate_strict(r, n, true);
    case OP_OR: return evaluate_strict(r, n, false);
    case OP_ANDALSO: return evaluate_lazy(r, n, ATOM_false);
    case OP_ORELSE: return evaluate_lazy(r, n, ATOM_true);
    default: return NONE;
    }
}

static bool clause_applies(Run *r)
{
    for (uint32_t i = 0; i < r->clause->variable_count; i++)
        r->bindings[i] = NONE;
    if (!matches(r, &r->ms->nodes[r->clause->head], r->object))
        return false;
    for (uint32_t i = 0; i < r->clause->guard_count; i++)
        if (evaluate(r, &r->ms->nodes[r->clause->guards + i], false) != ATOM_true)
            return false;
    return true;
}

term match_spec_run(Process *p, const MatchSpec *ms, term object)
{
    Run r;
    r.p = p;
    r.ms = ms;
    r.object = object;
    for (r.clause = ms->clauses; r.clause < ms->clauses + ms->clause_count; r.clause++) {
        if (!clause_applies(&r))
            continue;
        term value = NONE;
        for (uint32_t i = 0; i < r.clause->body_count; i++) {
            value = evaluate(&r, &ms->nodes[r.clause->body + i], i + 1 == r.clause->body_count);
            if (value == NONE)
                value = ATOM_EXIT;
        }
        return value;
    }
    return NONE;
}
