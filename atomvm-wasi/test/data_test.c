// Maps and lists against plain models: random operations, checked after each step. Prints one line per check that
// failed, with its seed; exits 1 then. Run by tests/test_vm_data.py with sanitizers.
#include "../src/map.h"

#include <stdio.h>
#include <stdlib.h>

enum { MODEL_MAX = 400, ROUNDS = 24, STEPS = 900 };

static int failures;
static uint32_t hash_mask = UINT32_MAX; // fewer bits: collisions at every level
static Process process, *p = &process;

#define CHECK(condition) check((condition), #condition, __LINE__)

static bool check(bool good, const char *text, int line)
{
    if (!good && failures++ < 20)
        printf("data_test.c:%d: %s\n", line, text);
    return good;
}

// ---- what the VM has elsewhere: a bump heap, and terms that are compared and hashed simply ----

struct Vm vm;
static term *arena;
static size_t arena_words = 1 << 24, arena_used;

term *heap_alloc(Process *unused, size_t words)
{
    (void) unused;
    if (arena_used + words > arena_words)
        abort();
    arena_used += words;
    return arena + arena_used - words;
}

void *vm_malloc(size_t size) { return malloc(size); }

void vm_mfree(void *ptr, size_t size)
{
    memset(ptr, 0xEE, size);
    free(ptr);
}

static term raised;
term raise_error(Process *unused, term reason)
{
    (void) unused;
    raised = reason;
    return NONE;
}
term raise_badarg(Process *unused) { return raise_error(unused, ATOM_badarg); }
term raise_system_limit(Process *unused) { return raise_error(unused, ATOM_system_limit); }

term cons(Process *unused, term h, term t)
{
    term *top = heap_alloc(unused, 2);
    return put_cons(&top, h, t);
}

term make_list_of(Process *unused, const term *elements, size_t count, term list)
{
    while (count-- > 0)
        list = cons(unused, elements[count], list);
    return list;
}

term make_tuple(Process *unused, size_t arity, const term *elements)
{
    term *o = heap_alloc(unused, 1 + arity);
    o[0] = make_header(KIND_TUPLE, arity);
    memcpy(o + 1, elements, arity * WORD_BYTES);
    return make_boxed(o);
}

term make_unsigned(Process *unused, uint64_t n)
{
    if (n <= (uint64_t) SMALL_MAX)
        return make_small((sterm) n);
    size_t words = sizeof n / WORD_BYTES;
    term *o = heap_alloc(unused, 1 + words);
    o[0] = make_header(KIND_POSBIG, words);
    memcpy(o + 1, &n, sizeof n);
    return make_boxed(o);
}

bool integer_to_int64(term a, int64_t *n)
{
    uint64_t unsigned_n;
    if (is_small(a)) return *n = small_value(a), true;
    if (!integer_to_uint64(a, &unsigned_n) || unsigned_n > INT64_MAX) return false;
    return *n = (int64_t) unsigned_n, true;
}

bool integer_to_uint64(term a, uint64_t *n)
{
    if (is_small(a))
        *n = (uint64_t) small_value(a);
    else
        memcpy(n, boxed_ptr(a) + 1, sizeof *n);
    return !is_small(a) || small_value(a) >= 0;
}

sterm list_length(term list)
{
    sterm n = 0;
    for (; is_cons(list); list = tail(list))
        n++;
    return is_nil(list) ? n : -1;
}

static int rank(term t) { return is_small(t) ? 0 : is_float(t) ? 1 : is_atom(t) ? 2 : is_tuple(t) ? 3 : is_nil(t) ? 4 : 5; }

static int compare_by(term a, term b, bool exact)
{
    int ra = rank(a), rb = rank(b);
    if (ra <= 1 && rb <= 1) {
        double x = ra ? float_value(a) : (double) small_value(a), y = rb ? float_value(b) : (double) small_value(b);
        return x != y ? (x < y ? -1 : 1) : exact ? ra - rb : 0;
    }
    if (ra != rb)
        return ra - rb;
    if (ra == 2 || ra == 4)
        return a == b ? 0 : a < b ? -1 : 1;
    if (ra == 3) {
        if (tuple_arity(a) != tuple_arity(b))
            return tuple_arity(a) < tuple_arity(b) ? -1 : 1;
        for (size_t i = 0; i < tuple_arity(a); i++) {
            int order = compare_by(tuple_at(a, i), tuple_at(b, i), exact);
            if (order)
                return order;
        }
        return 0;
    }
    int order = compare_by(head(a), head(b), exact);
    return order ? order : compare_by(tail(a), tail(b), exact);
}

int compare(term a, term b) { return compare_by(a, b, false); }
int compare_exact(term a, term b) { return compare_by(a, b, true); }
bool equal(term a, term b) { return compare(a, b) == 0; }
bool equal_exact(term a, term b) { return compare_exact(a, b) == 0; }

static uint32_t mix(uint32_t h, uint64_t n)
{
    h = (h ^ (uint32_t) n ^ (uint32_t) (n >> 32)) * 0x9E3779B1u;
    return h ^ h >> 15;
}

static uint32_t hash_any(term t)
{
    uint64_t bits;
    switch (rank(t)) {
    case 1:
        memcpy(&bits, boxed_ptr(t) + 1, sizeof bits);
        return mix(77, bits);
    case 3: {
        uint32_t h = 3;
        for (size_t i = 0; i < tuple_arity(t); i++)
            h = mix(h, hash_any(tuple_at(t, i)));
        return h;
    }
    case 5: return mix(hash_any(head(t)), hash_any(tail(t)));
    default: return mix(1, t);
    }
}
uint32_t term_hash(term t) { return hash_any(t) & hash_mask; }

// ---- random terms ----

static uint32_t seed;
static uint32_t pick(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t) (((uint64_t) seed * below) >> 32);
}

static term random_key(uint32_t range)
{
    term *top;
    switch (pick(6)) {
    case 0:
        top = heap_alloc(p, FLOAT_WORDS);
        return put_float(&top, pick(range));
    case 1: return make_atom(pick(range));
    case 2: return make_tuple2(p, make_small((sterm) pick(range)), make_atom(pick(4)));
    case 3: return cons(p, make_small((sterm) pick(range)), NIL);
    default: return make_small((sterm) pick(range));
    }
}

// ---- the model: an unsorted array of pairs ----

typedef struct Model {
    term keys[MODEL_MAX], values[MODEL_MAX];
    size_t count;
} Model;

static size_t model_index(const Model *m, term key)
{
    size_t i = 0;
    while (i < m->count && compare_exact(m->keys[i], key) != 0)
        i++;
    return i;
}

static void model_put(Model *m, term key, term value)
{
    size_t i = model_index(m, key);
    m->keys[i] = key;
    m->values[i] = value;
    m->count += i == m->count;
}

static void model_remove(Model *m, term key)
{
    size_t i = model_index(m, key);
    if (i == m->count)
        return;
    m->count--;
    m->keys[i] = m->keys[m->count];
    m->values[i] = m->values[m->count];
}

// The invariants of map.h below one node; returns the leaves.
static size_t check_node(term node, int level)
{
    uint32_t bitmap = (uint32_t) (boxed_ptr(node)[1] >> 4);
    size_t count = tuple_arity(node) - 1, leaves = 0;
    CHECK(boxed_kind(node) == KIND_HNODE);
    CHECK(level == 8 ? bitmap == 0 : (size_t) __builtin_popcount(bitmap) == count);
    for (size_t i = 0; i < count; i++) {
        term child = boxed_ptr(node)[2 + i];
        leaves += is_cons(child) ? 1 : check_node(child, level + 1);
    }
    if (level > 0)
        CHECK(leaves >= 2);
    return leaves;
}

static void check_shape(term map)
{
    if (boxed_kind(map) == KIND_HASHMAP) {
        CHECK(map_size(map) > MAP_FLAT_MAX);
        CHECK(check_node(boxed_ptr(map)[2], 0) == map_size(map));
        return;
    }
    term keys = boxed_ptr(map)[1];
    CHECK(map_size(map) <= MAP_FLAT_MAX && tuple_arity(keys) == map_size(map));
    for (size_t i = 1; i < map_size(map); i++)
        CHECK(compare_exact(tuple_at(keys, i - 1), tuple_at(keys, i)) < 0);
}

static void check_map(term map, const Model *m)
{
    check_shape(map);
    CHECK(map_size(map) == m->count);
    for (size_t i = 0; i < m->count; i++)
        CHECK(map_get(map, m->keys[i]) == m->values[i]);
    size_t seen = 0;
    MapIterator it;
    for (map_iterate(&it, map); map_next(&it); seen++) {
        size_t i = model_index(m, it.key);
        CHECK(i < m->count && m->values[i] == it.value);
    }
    CHECK(seen == m->count);
}

static term map_of_model(const Model *m)
{
    term pairs[2 * MODEL_MAX];
    for (size_t i = 0; i < m->count; i++) {
        pairs[2 * i] = m->keys[i];
        pairs[2 * i + 1] = m->values[i];
    }
    return map_from_pairs(p, pairs, m->count);
}

static bool same_shape(term a, term b)
{
    if (a == b)
        return true;
    if (is_cons(a) && is_cons(b))
        return same(head(a), head(b)) && tail(a) == tail(b);
    if (!is_boxed(a) || !is_boxed(b) || boxed_ptr(a)[0] != boxed_ptr(b)[0])
        return false;
    enum kind kind = boxed_kind(a);
    if (kind != KIND_HASHMAP && kind != KIND_HNODE && kind != KIND_FLATMAP)
        return same(a, b);
    for (size_t i = 1; i <= header_words(boxed_ptr(a)[0]); i++)
        if (!same_shape(boxed_ptr(a)[i], boxed_ptr(b)[i]))
            return false;
    return true;
}

static void test_updates(void)
{
    term map = map_new(p);
    Model model = { .count = 0 };
    uint32_t range = 5 + pick(60);
    for (int step = 0; step < STEPS; step++) {
        term key = random_key(range), value = make_small(step);
        bool present = model_index(&model, key) < model.count, growing = step % 300 < 200;
        switch (pick(8)) {
        case 0:
        case 1:
            CHECK(present || map_put_exact(p, map, key, value) == NONE);
            if (present && CHECK((map = map_put_exact(p, map, key, value)) != NONE))
                model_put(&model, key, value);
            break;
        case 2:
        case 3:
        case 4:
            if (growing) {
                map = map_put(p, map, key, value);
                model_put(&model, key, value);
                break;
            } // fall through
        default:
            if (growing && pick(3))
                break;
            term less = map_remove(p, map, key);
            CHECK(present || less == map);
            map = less;
            model_remove(&model, key);
        }
        if (step % 37 == 0)
            check_map(map, &model);
    }
    check_map(map, &model);
    if (hash_mask == UINT32_MAX) // buckets keep the order of insertion
        CHECK(same_shape(map, map_of_model(&model)));
    for (size_t i = model.count; i-- > 0;)
        map = map_remove(p, map, model.keys[i]);
    CHECK(map_size(map) == 0 && boxed_kind(map) == KIND_FLATMAP);
}

static void test_building(void)
{
    enum { PAIRS = 300 };
    term pairs[2 * PAIRS];
    size_t count = pick(PAIRS + 1);
    uint32_t range = 3 + pick(150);
    Model model = { .count = 0 };
    for (size_t i = 0; i < count; i++) {
        pairs[2 * i] = random_key(range);
        pairs[2 * i + 1] = make_small((sterm) i);
        model_put(&model, pairs[2 * i], pairs[2 * i + 1]);
    }
    check_map(map_from_pairs(p, pairs, count), &model);
    term missing, start = map_put(p, map_new(p), make_atom(1), NIL);
    Model with_start = { .count = 0 };
    model_put(&with_start, make_atom(1), NIL);
    for (size_t i = 0; i < count; i++)
        model_put(&with_start, pairs[2 * i], pairs[2 * i + 1]);
    check_map(map_update_many(p, start, pairs, count, false, &missing), &with_start);
    size_t bound = map_literal_words(count);
    term *top = malloc(bound * WORD_BYTES), *area = top, literal = map_build_at(&top, pairs, count);
    CHECK(top <= area + bound);
    check_map(literal, &model);
    free(area);
}

static term random_map(Model *model, size_t puts)
{
    term map = map_new(p);
    *model = (Model) { .count = 0 };
    for (size_t i = 0; i < puts; i++) {
        term key = random_key(60), value = make_small((sterm) pick(1000));
        map = map_put(p, map, key, value);
        model_put(model, key, value);
    }
    return map;
}

static void test_merge(void)
{
    Model a, b;
    term left = random_map(&a, pick(120)), right = random_map(&b, pick(pick(2) ? 8 : 120));
    for (size_t i = 0; i < b.count; i++)
        model_put(&a, b.keys[i], b.values[i]);
    check_map(map_merge(p, left, right), &a);
}

// maps:next/1 over the whole map by the chunks of erts_internal:map_next/3.
static void test_next(void)
{
    Model m;
    term map = random_map(&m, pick(250)), path = make_small(0);
    size_t seen = 0;
    for (;;) {
        term step = erts_internal_map_next_3(p, (term[]) { path, map, ATOM_iterator });
        for (; is_tuple(step); step = tuple_at(step, 2), seen++)
            CHECK(map_get(map, tuple_at(step, 0)) == tuple_at(step, 1));
        if (!is_cons(step)) {
            CHECK(step == ATOM_none);
            break;
        }
        path = head(step);
    }
    CHECK(seen == m.count);
    CHECK(list_length(erts_internal_map_next_3(p, (term[]) { make_small(0), map, NIL })) == (sterm) m.count);
    CHECK(list_length(map_keys(p, map)) == (sterm) m.count && list_length(map_values(p, map)) == (sterm) m.count);
    CHECK(list_length(map_to_list(p, map)) == (sterm) m.count);
}

static void test_shared_keys(void)
{
    term map = map_put(p, map_put(p, map_new(p), make_atom(2), NIL), make_atom(1), NIL);
    term changed = map_put(p, map, make_atom(1), make_small(1)), missing;
    CHECK(boxed_ptr(changed)[1] == boxed_ptr(map)[1]);
    CHECK(map_put(p, map, make_atom(1), NIL) == map);
    term pairs[] = { make_atom(2), make_small(2), make_atom(9), make_small(3) };
    CHECK(map_update_many(p, map, pairs, 2, true, &missing) == NONE && missing == make_atom(9));
    changed = map_update_many(p, map, pairs, 1, true, &missing);
    CHECK(boxed_ptr(changed)[1] == boxed_ptr(map)[1] && map_get(changed, make_atom(2)) == make_small(2));
}

// ---- lists ----

static term random_list(size_t length, uint32_t range, bool only_smalls)
{
    term list = NIL;
    while (length-- > 0)
        list = cons(p, only_smalls ? make_small((sterm) pick(range)) : random_key(range), list);
    return list;
}

static void test_sort(void)
{
    size_t length = pick(200);
    term list = random_list(length, 1 + pick(300), true), arguments[] = { list };
    term sorted = lists_sort_1(p, arguments);
    CHECK(list_length(sorted) == (sterm) length);
    CHECK(is_nil(erlang_subtract_2(p, (term[]) { list, sorted })));
    for (term l = sorted; is_cons(l) && is_cons(tail(l)); l = tail(l))
        CHECK(compare(head(l), head(tail(l))) <= 0);
    for (term l = lists_usort_1(p, arguments); is_cons(l) && is_cons(tail(l)); l = tail(l))
        CHECK(compare(head(l), head(tail(l))) < 0);
}

static void test_keysort_is_stable(void)
{
    term list = NIL;
    for (int i = 200; i > 0; i--)
        list = cons(p, make_tuple2(p, make_small((sterm) pick(20)), make_small(i)), list);
    term sorted = lists_keysort_2(p, (term[]) { make_small(1), list });
    CHECK(list_length(sorted) == 200);
    for (; is_cons(tail(sorted)); sorted = tail(sorted)) {
        term a = head(sorted), b = head(tail(sorted));
        CHECK(tuple_at(a, 0) < tuple_at(b, 0) || (tuple_at(a, 0) == tuple_at(b, 0) && tuple_at(a, 1) < tuple_at(b, 1)));
    }
}

static void test_subtract(void)
{
    uint32_t range = 1 + pick(40);
    term left = random_list(pick(150), range, false), right = random_list(pick(80), range, false), expected = left;
    for (term r = right; is_cons(r); r = tail(r)) {
        term kept = NIL;
        bool done = false;
        for (term l = expected; is_cons(l); l = tail(l)) {
            if (!done && same(head(l), head(r)))
                done = true;
            else
                kept = cons(p, head(l), kept);
        }
        expected = lists_reverse_1(p, (term[]) { kept });
    }
    CHECK(equal_exact(erlang_subtract_2(p, (term[]) { left, right }), expected));
}

static void run_all(uint32_t from)
{
    void (*const tests[])(void) = { test_updates, test_building, test_merge, test_next, test_shared_keys,
                                    test_sort, test_keysort_is_stable, test_subtract };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        int before = failures;
        arena_used = 0;
        seed = from;
        tests[i]();
        if (failures > before)
            printf("test %zu failed with seed %u, hash mask %x\n", i, from, hash_mask);
    }
}

int main(int argc, char **argv)
{
    uint32_t first = argc > 1 ? (uint32_t) strtoul(argv[1], NULL, 10) : 1;
    static const uint32_t masks[] = { UINT32_MAX, 0xF000000F, 0x00000003, 0 };
    arena = malloc(arena_words * WORD_BYTES);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        hash_mask = masks[round % 4];
        run_all(first * 1000 + round);
    }
    free(arena);
    printf(failures ? "%d checks failed\n" : "ok\n", failures);
    return failures != 0;
}
