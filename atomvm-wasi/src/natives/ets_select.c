// Natives of ets that match: select and match in all their forms, and compiled match specs.
//
// Continuation, opaque to Erlang code, in the shape OTP gives it:
//   hash tables   {Table, Bucket, Limit, Spec, Surplus, 0}                 next bucket; results found beyond the limit
//   ordered_set   {Table, LastKey, [], Limit, Spec, [], Reverse (0 | 1), 0}
#include "ets_natives.h"

enum { HASH_CONTINUATION = 6, ORDERED_CONTINUATION = 8 };

// ---- compiled specs that outlive a call ----

typedef struct CompiledSpec {
    Handle handle;
    Fragment *home; // of the spec's terms
    MatchSpec *spec;
} CompiledSpec;

static void compiled_destroy(Resource *resource)
{
    CompiledSpec *c = (CompiledSpec *) resource;
    if (c->spec)
        match_spec_free(c->spec);
    if (c->home)
        fragment_free(c->home);
    vm_mfree(c, sizeof *c);
}

static const ResourceType compiled_resource = { "match spec", compiled_destroy };

static term raise_match_error(Process *p, enum match_error error)
{
    return error == MATCH_NO_MEMORY ? raise_system_limit(p) : raise_badarg(p);
}

// With one reference, the caller's. NULL after raising.
static CompiledSpec *compile_kept(Process *p, term spec)
{
    CompiledSpec *c = vm_malloc(sizeof *c);
    if (!c) {
        raise_system_limit(p);
        return NULL;
    }
    *c = (CompiledSpec) { 0 };
    handle_init(&c->handle, &compiled_resource);
    enum match_error error;
    term copy;
    c->home = fragment_copy(spec, &copy);
    c->spec = match_spec_compile(copy, true, NULL, &error);
    if (c->spec)
        return c;
    handle_release(&c->handle);
    raise_match_error(p, error);
    return NULL;
}

static MatchSpec *compile(Process *p, term spec)
{
    enum match_error error;
    MatchSpec *ms = match_spec_compile(spec, false, NULL, &error);
    if (!ms)
        raise_match_error(p, error);
    return ms;
}

term ets_match_spec_compile_1(Process *p, term *a)
{
    CompiledSpec *c = is_nil(a[0]) ? (raise_badarg(p), NULL) : compile_kept(p, a[0]);
    if (!c)
        return NONE;
    term result = handle_term(p, &c->handle);
    handle_release(&c->handle);
    return result;
}

term ets_is_compiled_ms_1(Process *p, term *a)
{
    (void) p;
    return make_bool(handle_of(a[0], &compiled_resource) != NULL);
}

// (List, CompiledSpec, Acc): the results of the list's elements that match, the last first, onto Acc.
term ets_match_spec_run_r_3(Process *p, term *a)
{
    CompiledSpec *c = (CompiledSpec *) handle_of(a[1], &compiled_resource);
    if (!c || list_length(a[0]) < 0)
        return raise_badarg(p);
    term list = a[0], acc = a[2];
    for (; is_cons(list); list = tail(list)) {
        term value = match_spec_run(p, c->spec, head(list));
        if (value != NONE)
            acc = cons(p, value, acc);
    }
    return acc;
}

// (Object, Spec, table): what ets:test_ms/2 is made of.
term erlang_match_spec_test_3(Process *p, term *a)
{
    if (a[2] != ATOM_table)
        return raise_badarg(p);
    MatchReport report = { .p = p, .first = NIL };
    enum match_error error;
    MatchSpec *ms = match_spec_compile(a[1], false, &report, &error);
    if (!ms)
        return error == MATCH_NO_MEMORY ? raise_system_limit(p) : make_tuple2(p, (term) ATOM_error, report.first);
    term value = match_spec_run(p, ms, a[0]);
    match_spec_free(ms);
    return make_tuple(p, 4, (term[]) { ATOM_ok, value == NONE ? (term) ATOM_false : value, NIL, NIL });
}

// ---- visiting what a spec can match ----

typedef struct Visit {
    Process *p;
    Table *table;
    const MatchSpec *spec;
    size_t seen;
    term results, *link; // list being built
    size_t count;
    bool failed;
} Visit;

// Calls `each` with every object that matches and its result; all objects are looked at unless the spec fixes the key.
static void visit_all(Visit *v, void (*each)(Visit *, const Object *, term result))
{
    term key = match_spec_key(v->spec, v->table->key_index), result;
    if (key != NONE) {
        for (const Object *o = table_find(v->table, key), *next; o; o = next) {
            next = table_next_live(v->table, o);
            if ((result = match_spec_run(v->p, v->spec, o->tuple)) != NONE)
                each(v, o, result);
        }
        return;
    }
    Cursor c;
    cursor_start(&c, v->table);
    for (const Object *o; (o = cursor_next(&c)); v->seen++)
        if ((result = match_spec_run(v->p, v->spec, o->tuple)) != NONE)
            each(v, o, result);
    ets_charge(v->p, v->seen);
}

static void collect_front(Visit *v, const Object *o, term result)
{
    (void) o;
    v->results = cons(v->p, result, v->results);
    v->count++;
}

static void collect_back(Visit *v, const Object *o, term result)
{
    (void) o;
    *v->link = cons(v->p, result, NIL);
    v->link = list_ptr(*v->link) + 1;
    v->count++;
}

static void count_true(Visit *v, const Object *o, term result)
{
    (void) o;
    v->count += result == ATOM_true;
}

// Hash tables: groups of a key are stored newest first, so collecting at the front gives each in order of insertion.
static term select_now(Process *p, Table *t, const MatchSpec *ms, bool reverse)
{
    Visit v = { .p = p, .table = t, .spec = ms, .results = NIL };
    v.link = &v.results;
    visit_all(&v, t->type == TABLE_ORDERED_SET && !reverse ? collect_back : collect_front);
    return v.results;
}

static term select_all(Process *p, term id, term spec, bool reverse)
{
    Table *t = ets_table(p, id, ACCESS_READ);
    MatchSpec *ms = t ? compile(p, spec) : NULL;
    if (!ms)
        return NONE;
    term results = select_now(p, t, ms, reverse);
    match_spec_free(ms);
    return results;
}

// ---- in portions ----

// The first `limit` elements of a list of at least as many, and what follows them.
static term split_list(Process *p, term list, size_t limit, term *rest)
{
    term first = NIL, *link = &first;
    for (; limit > 0; limit--, list = tail(list)) {
        *link = cons(p, head(list), NIL);
        link = list_ptr(*link) + 1;
    }
    *rest = list;
    return first;
}

static term portion(Process *p, term results, term continuation)
{
    return is_nil(results) ? (term) ATOM_dollar_end_of_table : make_tuple2(p, results, continuation);
}

typedef struct Portion {
    Process *p;
    Table *table;
    term table_id;
    CompiledSpec *compiled;
    size_t limit;
    bool reverse;
} Portion;

static term hash_continuation(const Portion *s, size_t bucket, term surplus)
{
    return make_tuple(s->p, HASH_CONTINUATION,
                      (term[]) { s->table_id, make_small((sterm) bucket), make_small((sterm) s->limit),
                                 handle_term(s->p, &s->compiled->handle), surplus, make_small(0) });
}

// Whole buckets until there are enough results.
static term hash_portion(const Portion *s, size_t bucket, term surplus)
{
    Visit v = { .p = s->p, .table = s->table, .results = surplus, .count = (size_t) list_length(surplus) };
    for (; v.count < s->limit && bucket < s->table->bucket_count; bucket++)
        for (const Object *o = s->table->buckets[bucket]; o; o = o->links[0], v.seen++) {
            term result = o->doomed ? NONE : match_spec_run(s->p, s->compiled->spec, o->tuple);
            if (result != NONE)
                collect_front(&v, o, result);
        }
    ets_charge(s->p, v.seen);
    if (v.count < s->limit)
        return portion(s->p, v.results, ATOM_dollar_end_of_table);
    term rest, results = split_list(s->p, v.results, s->limit, &rest);
    return portion(s->p, results, hash_continuation(s, bucket, rest));
}

static const Object *ordered_step(const Portion *s, term key)
{
    if (s->reverse)
        return table_below(s->table, key);
    if (key != NONE)
        return table_above(s->table, key);
    Cursor c;
    cursor_start(&c, s->table);
    return cursor_next(&c);
}

// From the key after `key`, NONE = the start.
static term ordered_portion(const Portion *s, term key)
{
    Visit v = { .p = s->p, .table = s->table, .results = NIL };
    v.link = &v.results;
    const Object *o = ordered_step(s, key);
    for (; o && v.count < s->limit; v.seen++) {
        term result = match_spec_run(s->p, s->compiled->spec, o->tuple);
        if (result != NONE)
            collect_back(&v, o, result);
        if (v.count == s->limit)
            break;
        o = ordered_step(s, o->key);
    }
    ets_charge(s->p, v.seen);
    if (!o)
        return portion(s->p, v.results, ATOM_dollar_end_of_table);
    term last = copy_to_process(s->p, o->key);
    term continuation = make_tuple(s->p, ORDERED_CONTINUATION,
                                   (term[]) { s->table_id, last, NIL, make_small((sterm) s->limit),
                                              handle_term(s->p, &s->compiled->handle), NIL, make_small(s->reverse),
                                              make_small(0) });
    return portion(s->p, v.results, continuation);
}

// The spec fixes the key: all its objects are matched at once.
static term key_portion(const Portion *s)
{
    term results = select_now(s->p, s->table, s->compiled->spec, s->reverse), rest;
    if ((size_t) list_length(results) <= s->limit)
        return portion(s->p, results, ATOM_dollar_end_of_table);
    results = split_list(s->p, results, s->limit, &rest);
    return portion(s->p, results, hash_continuation(s, s->table->bucket_count, rest));
}

static term select_limited(Process *p, term id, term spec, term limit, bool reverse)
{
    Table *t = ets_table(p, id, ACCESS_READ);
    if (!t)
        return NONE;
    if (!is_small(limit) || small_value(limit) < 1)
        return raise_badarg(p);
    CompiledSpec *c = compile_kept(p, spec);
    if (!c)
        return NONE;
    Portion s = { p, t, id, c, (size_t) small_value(limit), reverse };
    term result;
    if (match_spec_key(c->spec, t->key_index) != NONE)
        result = key_portion(&s);
    else if (t->type == TABLE_ORDERED_SET)
        result = ordered_portion(&s, NONE);
    else
        result = hash_portion(&s, 0, NIL);
    handle_release(&c->handle);
    return result;
}

static bool is_limit(term t) { return is_small(t) && small_value(t) > 0; }

// The next portion; checks every part, since anyone can make such a tuple.
static term select_more(Process *p, term continuation)
{
    if (continuation == ATOM_dollar_end_of_table)
        return continuation;
    size_t size = is_tuple(continuation) ? tuple_arity(continuation) : 0;
    if (size != HASH_CONTINUATION && size != ORDERED_CONTINUATION)
        return raise_badarg(p);
    const term *part = tuple_elements(continuation);
    bool ordered = size == ORDERED_CONTINUATION;
    CompiledSpec *c = (CompiledSpec *) handle_of(part[ordered ? 4 : 3], &compiled_resource);
    term limit = part[ordered ? 3 : 2];
    if (!c || !is_limit(limit) || (!ordered && (!is_small(part[1]) || small_value(part[1]) < 0 || list_length(part[4]) < 0)))
        return raise_badarg(p);
    Table *t = ets_table(p, part[0], ACCESS_READ);
    if (!t)
        return NONE;
    if (ordered != (t->type == TABLE_ORDERED_SET))
        return raise_badarg(p);
    Portion s = { p, t, part[0], c, (size_t) small_value(limit), ordered && part[6] == make_small(1) };
    return ordered ? ordered_portion(&s, part[1]) : hash_portion(&s, (size_t) small_value(part[1]), part[4]);
}

// [{Pattern, [], [Body]}]
static term spec_of_pattern(Process *p, term pattern, term body)
{
    return cons(p, make_tuple3(p, pattern, NIL, cons(p, body, NIL)), NIL);
}

term ets_select_2(Process *p, term *a) { return select_all(p, a[0], a[1], false); }
term ets_select_3(Process *p, term *a) { return select_limited(p, a[0], a[1], a[2], false); }
term ets_select_1(Process *p, term *a) { return select_more(p, a[0]); }
term ets_select_reverse_2(Process *p, term *a) { return select_all(p, a[0], a[1], true); }
term ets_select_reverse_3(Process *p, term *a) { return select_limited(p, a[0], a[1], a[2], true); }
term ets_select_reverse_1(Process *p, term *a) { return select_more(p, a[0]); }

term ets_match_1(Process *p, term *a) { return select_more(p, a[0]); }
term ets_match_2(Process *p, term *a) { return select_all(p, a[0], spec_of_pattern(p, a[1], ATOM_dollar_dollar), false); }
term ets_match_3(Process *p, term *a)
{
    return select_limited(p, a[0], spec_of_pattern(p, a[1], ATOM_dollar_dollar), a[2], false);
}

term ets_match_object_1(Process *p, term *a) { return select_more(p, a[0]); }
term ets_match_object_2(Process *p, term *a)
{
    return select_all(p, a[0], spec_of_pattern(p, a[1], ATOM_dollar_under), false);
}
term ets_match_object_3(Process *p, term *a)
{
    return select_limited(p, a[0], spec_of_pattern(p, a[1], ATOM_dollar_under), a[2], false);
}

// ---- counting, deleting, replacing ----

term ets_select_count_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    MatchSpec *ms = t ? compile(p, a[1]) : NULL;
    if (!ms)
        return NONE;
    Visit v = { .p = p, .table = t, .spec = ms };
    visit_all(&v, count_true);
    match_spec_free(ms);
    return make_unsigned(p, v.count);
}

static bool spec_says_true(void *context, const Object *o)
{
    Visit *v = context;
    v->seen++;
    return match_spec_run(v->p, v->spec, o->tuple) == ATOM_true;
}

// ets:select_delete/2 and match_delete/2 are made of this. Returns how many went.
term ets_internal_select_delete_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    MatchSpec *ms = t ? compile(p, a[1]) : NULL;
    if (!ms)
        return NONE;
    Visit v = { .p = p, .table = t, .spec = ms };
    size_t count = table_sweep(t, match_spec_key(ms, t->key_index), spec_says_true, &v);
    ets_charge(p, v.seen);
    match_spec_free(ms);
    return make_unsigned(p, count);
}

static void replace(Visit *v, const Object *o, term result)
{
    if (!v->failed && table_replace(v->table, (Object *) o, result))
        v->count++;
    else
        v->failed = true;
}

// ---- select_replace: every clause must be seen to keep the key, whatever it matches ----

static bool is_variable(term t) { return match_spec_variable(t) >= 0; }

static bool is_constant(term t) // {const, Value}
{
    return is_tuple(t) && tuple_arity(t) == 2 && tuple_at(t, 0) == (term) ATOM_const;
}

static bool is_construction(term t) { return is_tuple(t) && tuple_arity(t) == 1 && is_tuple(tuple_at(t, 0)); } // {{..}}

// Whether a part of a body makes what this part of the head matched.
static bool makes_same(term head_part, term part)
{
    if (is_variable(head_part)) return part == head_part;
    if (is_constant(part)) return equal_exact(head_part, tuple_at(part, 1));
    if (is_tuple(head_part)) {
        if (!is_construction(part) || tuple_arity(tuple_at(part, 0)) != tuple_arity(head_part)) return false;
        for (size_t i = 0; i < tuple_arity(head_part); i++)
            if (!makes_same(tuple_at(head_part, i), tuple_at(tuple_at(part, 0), i))) return false;
        return true;
    }
    while (is_cons(head_part) && is_cons(part)) {
        if (!makes_same(head(head_part), head(part))) return false;
        head_part = tail(head_part);
        part = tail(part);
        if (!is_cons(head_part)) return makes_same(head_part, part);
    }
    return head_part != (term) ATOM_underscore && !is_map(head_part) && equal_exact(head_part, part);
}

// {element, Position, '$_'}
static bool is_key_of_object(term part, size_t key_index)
{
    return is_tuple(part) && tuple_arity(part) == 3 && tuple_at(part, 0) == (term) ATOM_element
        && tuple_at(part, 1) == make_small((sterm) key_index + 1) && tuple_at(part, 2) == (term) ATOM_dollar_under;
}

static bool clause_keeps_key(term match, term body, size_t key_index)
{
    if (!is_cons(body) || !is_nil(tail(body))) return false;
    term made = head(body);
    if (made == (term) ATOM_dollar_under) return true;
    if (!is_tuple(match) || tuple_arity(match) <= key_index) return false;
    bool constant = is_constant(made);
    term tuple = constant ? tuple_at(made, 1) : is_construction(made) ? tuple_at(made, 0) : NONE;
    if (tuple == NONE || !is_tuple(tuple) || tuple_arity(tuple) <= key_index) return false;
    term key = tuple_at(match, key_index), made_key = tuple_at(tuple, key_index);
    if (constant) return !is_variable(key) && equal_exact(key, made_key);
    return is_key_of_object(made_key, key_index) || makes_same(key, made_key);
}

// `spec` has been compiled, so that its clauses are such.
static bool keeps_key(term spec, size_t key_index)
{
    for (; is_cons(spec); spec = tail(spec)) {
        term clause = head(spec);
        if (!clause_keeps_key(tuple_at(clause, 0), tuple_at(clause, 2), key_index)) return false;
    }
    return true;
}

term ets_select_replace_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (t && t->type == TABLE_BAG)
        return raise_error_info(p, ATOM_badarg, ATOM_table_type);
    MatchSpec *ms = t ? compile(p, a[1]) : NULL;
    if (!ms)
        return NONE;
    if (!keeps_key(a[1], t->key_index)) {
        match_spec_free(ms);
        return raise_badarg(p);
    }
    Visit v = { .p = p, .table = t, .spec = ms };
    visit_all(&v, replace);
    match_spec_free(ms);
    return v.failed ? raise_system_limit(p) : make_unsigned(p, v.count);
}
