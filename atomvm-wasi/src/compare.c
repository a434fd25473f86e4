// Order and equality of terms.
//
// Two terms are walked together without recursion. What is still to do is a stack of pairs of equally long runs of terms:
// the elements of two tuples, the [head][tail] of two list cells, the values of two maps. Only a run with terms left
// after the current pair stays on the stack, so lists and chains of last elements take no room.
#include "bits.h"
#include "map.h"
#include "record.h"

#include <stdlib.h>

enum { RUNS_INLINE = 32 };

typedef struct Run {
    const term *a, *b;
    size_t left;
    bool exact;
    term *owned; // block to free once the run is popped, or NULL
} Run;

typedef struct Walk {
    Run first[RUNS_INLINE], *runs;
    size_t count, capacity;
    bool exact; // of the current pair: integers before floats, not by value
    bool order; // the sign of the result matters; otherwise only whether it is 0
} Walk;

// Scratch memory is outside vm.memory_cap: a comparison has no way to fail, and gives it back before it returns.
static void *scratch(void *old, size_t bytes)
{
    void *block = realloc(old, bytes);
    if (!block) abort();
    return block;
}

static void push_run(Walk *w, Run run)
{
    if (w->count == w->capacity) {
        bool inline_runs = w->runs == w->first;
        w->runs = scratch(inline_runs ? NULL : w->runs, 2 * w->capacity * sizeof(Run));
        if (inline_runs) memcpy(w->runs, w->first, sizeof w->first);
        w->capacity *= 2;
    }
    w->runs[w->count++] = run;
}

static void walk_end(Walk *w)
{
    for (size_t i = 0; i < w->count; i++) free(w->runs[i].owned);
    if (w->runs != w->first) free(w->runs);
}

// ---- texts: most keys of maps, and much of what patterns are matched with ----

typedef struct Text {
    const uint8_t *bytes;
    size_t size;
} Text;

// False for all but binaries that start on a byte.
static inline bool text_at(term t, Text *text)
{
    if (!is_boxed(t)) return false;
    const term *o = boxed_ptr(t);
    unsigned kind = header_kind(*o);
    if (kind == KIND_HEAPBIN || kind == KIND_REFCBIN) {
        *text = (Text) { owner_bytes(t), owner_size(t) };
        return true;
    }
    // Both bit counts are shifted by 2: whole bytes are multiples of 32.
    if (kind != KIND_SUBBIN || ((o[2] | o[3]) & 31)) return false;
    *text = (Text) { owner_bytes(o[1]) + (o[2] >> 5), (size_t) (o[3] >> 5) };
    return true;
}

static int order_of(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static int compare_texts(const Text *x, const Text *y)
{
    int order = memcmp(x->bytes, y->bytes, x->size < y->size ? x->size : y->size);
    return order ? order : order_of(x->size, y->size);
}

// ---- parts that hold no terms ----

// number < atom < reference < fun < port < pid < tuple < native record < map < nil < list < bit string
static int type_rank(term t)
{
    if (is_small(t)) return 0;
    if (is_cons(t)) return 10;
    if (is_atom(t)) return 1;
    if (is_pid(t)) return 5;
    if (!is_boxed(t)) return 9;
    switch (boxed_kind(t)) {
    case KIND_POSBIG:
    case KIND_NEGBIG:
    case KIND_FLOAT:
        return 0;
    case KIND_REF:
    case KIND_MAGIC:
        return 2;
    case KIND_FUN:
    case KIND_EXTFUN:
        return 3;
    case KIND_TUPLE:
        return 6;
    case KIND_RECORD:
        return 7;
    case KIND_FLATMAP:
    case KIND_HASHMAP:
        return 8;
    default:
        return 11;
    }
}

// By name, as code points (which is the order of the UTF-8 bytes).
static int compare_atoms(term a, term b)
{
    size_t a_length, b_length;
    const char *x = atom_text(a, &a_length), *y = atom_text(b, &b_length);
    int order = memcmp(x, y, a_length < b_length ? a_length : b_length);
    return order ? order : order_of(a_length, b_length);
}

static const uint32_t *ref_numbers(term t)
{
    return (const uint32_t *) (boxed_ptr(t) + (boxed_kind(t) == KIND_MAGIC ? 3 : 1));
}

static int compare_refs(term a, term b)
{
    const uint32_t *x = ref_numbers(a), *y = ref_numbers(b);
    for (int i = 2; i >= 0; i--) {
        if (x[i] != y[i]) return order_of(x[i], y[i]);
    }
    return 0;
}

static int compare_numbers(const Walk *w, term a, term b)
{
    if (w->exact && is_float(a) != is_float(b)) return is_float(a) ? 1 : -1;
    return number_compare(a, b);
}

static int compare_bits(term a, term b)
{
    Bits x, y;
    bits_of(a, &x);
    bits_of(b, &y);
    return bits_compare(&x, &y);
}

static int compare_functions(const Function *f, const Function *g)
{
    int order = compare_atoms(f->module, g->module);
    if (order == 0) order = compare_atoms(f->name, g->name);
    return order ? order : order_of(f->arity, g->arity);
}

static int compare_lambdas(const Lambda *f, const Lambda *g)
{
    int order = compare_atoms(f->function->module, g->function->module);
    if (order == 0) order = order_of(f->index, g->index);
    if (order == 0) order = order_of(f->old_uniq, g->old_uniq);
    return order ? order : order_of(f->free_count, g->free_count);
}

// ---- parts with terms inside: each compares what is at hand and pushes the rest ----

static int enter_tuples(Walk *w, term a, term b)
{
    size_t arity = tuple_arity(a);
    if (arity != tuple_arity(b)) return order_of(arity, tuple_arity(b));
    if (arity > 0) push_run(w, (Run) { tuple_elements(a), tuple_elements(b), arity, w->exact, NULL });
    return 0;
}

// By module, name, whether it is exported, number of fields, their names; then by the values.
static int enter_records(Walk *w, term a, term b)
{
    const term *x = tuple_elements(record_definition(a)), *y = tuple_elements(record_definition(b));
    size_t size = record_size(a);
    int order = 0;
    for (size_t i = 0; i < DEFINITION_FIELDS && order == 0; i++) order = compare_atoms(x[i], y[i]);
    if (order == 0) order = order_of(size, record_size(b));
    for (size_t i = 0; i < size && order == 0; i++) order = compare_atoms(x[DEFINITION_FIELDS + i], y[DEFINITION_FIELDS + i]);
    if (order == 0 && size > 0) push_run(w, (Run) { record_values(a), record_values(b), size, w->exact, NULL });
    return order;
}

static int enter_funs(Walk *w, term a, term b)
{
    bool a_external = boxed_kind(a) == KIND_EXTFUN, b_external = boxed_kind(b) == KIND_EXTFUN;
    if (a_external != b_external) return a_external ? 1 : -1;
    if (a_external) return compare_functions(extfun_function(a), extfun_function(b));
    const Lambda *f = fun_lambda(a), *g = fun_lambda(b);
    int order = f == g ? 0 : compare_lambdas(f, g);
    if (order == 0 && f->free_count > 0) {
        push_run(w, (Run) { boxed_ptr(a) + 2, boxed_ptr(b) + 2, f->free_count, w->exact, NULL });
    }
    return order;
}

static void enter_flat_maps(Walk *w, term a, term b, size_t size)
{
    term *x = boxed_ptr(a), *y = boxed_ptr(b);
    push_run(w, (Run) { x + 2, y + 2, size, w->exact, NULL });
    if (x[1] != y[1]) push_run(w, (Run) { tuple_elements(x[1]), tuple_elements(y[1]), size, true, NULL });
}

// Splits key, value.. into keys then values.
static void split_pairs(const term *pairs, size_t count, term *keys, term *values)
{
    for (size_t i = 0; i < count; i++) {
        keys[i] = pairs[2 * i];
        values[i] = pairs[2 * i + 1];
    }
}

static void enter_sorted_maps(Walk *w, term a, term b, size_t size)
{
    term *block = scratch(NULL, 6 * size * sizeof(term)), *pairs = block + 4 * size;
    term *a_keys = block, *b_keys = block + size, *a_values = block + 2 * size, *b_values = block + 3 * size;
    map_pairs(a, pairs);
    map_sort_pairs(pairs, size);
    split_pairs(pairs, size, a_keys, a_values);
    map_pairs(b, pairs);
    map_sort_pairs(pairs, size);
    split_pairs(pairs, size, b_keys, b_values);
    push_run(w, (Run) { a_values, b_values, size, w->exact, block });
    push_run(w, (Run) { a_keys, b_keys, size, true, NULL });
}

// Whether large maps are equal does not need their order.
static int enter_hashed_maps(Walk *w, term a, term b, size_t size)
{
    term *block = scratch(NULL, 2 * size * sizeof(term));
    MapIterator it;
    map_iterate(&it, a);
    for (size_t i = 0; map_next(&it); i++) {
        block[i] = it.value;
        block[size + i] = map_get(b, it.key);
        if (block[size + i] == NONE) {
            free(block);
            return 1;
        }
    }
    push_run(w, (Run) { block, block + size, size, w->exact, block });
    return 0;
}

static int enter_maps(Walk *w, term a, term b)
{
    size_t size = map_size(a);
    if (size != map_size(b)) return order_of(size, map_size(b));
    if (size == 0) return 0;
    if (boxed_kind(a) == KIND_FLATMAP && boxed_kind(b) == KIND_FLATMAP) {
        enter_flat_maps(w, a, b, size);
        return 0;
    }
    if (!w->order) return enter_hashed_maps(w, a, b, size);
    enter_sorted_maps(w, a, b, size);
    return 0;
}

// ---- the walk ----

static int compare_pair(Walk *w, term a, term b)
{
    if (both_small(a, b)) return small_value(a) < small_value(b) ? -1 : small_value(a) > small_value(b);
    int rank = type_rank(a), b_rank = type_rank(b);
    if (rank != b_rank) return rank < b_rank ? -1 : 1;
    switch (rank) {
    case 0:
        return compare_numbers(w, a, b);
    case 1:
        return w->order ? compare_atoms(a, b) : 1;
    case 2:
        return compare_refs(a, b);
    case 3:
        return enter_funs(w, a, b);
    case 5:
        return order_of(a, b);
    case 6:
        return enter_tuples(w, a, b);
    case 7:
        return enter_records(w, a, b);
    case 8:
        return enter_maps(w, a, b);
    case 10:
        push_run(w, (Run) { list_ptr(a), list_ptr(b), 2, w->exact, NULL });
        return 0;
    default:
        return compare_bits(a, b);
    }
}

// Takes the next pair off the newest run. The run goes away with its last pair, unless it owns memory: then after it.
static bool next_pair(Walk *w, term *a, term *b)
{
    while (w->count > 0) {
        Run *run = &w->runs[w->count - 1];
        if (run->left == 0) {
            free(run->owned);
            w->count--;
            continue;
        }
        *a = *run->a++;
        *b = *run->b++;
        w->exact = run->exact;
        if (--run->left == 0 && !run->owned) w->count--;
        return true;
    }
    return false;
}

static int walk(term a, term b, bool exact, bool order)
{
    Walk w;
    w.runs = w.first;
    w.count = 0;
    w.capacity = RUNS_INLINE;
    w.exact = exact;
    w.order = order;
    int result = 0;
    do {
        if (a != b) result = compare_pair(&w, a, b);
    } while (result == 0 && next_pair(&w, &a, &b));
    walk_end(&w);
    return result;
}

int compare(term a, term b)
{
    if (a == b) return 0;
    if (both_small(a, b)) return small_value(a) < small_value(b) ? -1 : 1;
    if (is_atom(a) && is_atom(b)) return compare_atoms(a, b);
    Text x, y;
    if (text_at(a, &x) && text_at(b, &y)) return compare_texts(&x, &y);
    return walk(a, b, false, true);
}

int compare_exact(term a, term b)
{
    if (a == b) return 0;
    if (both_small(a, b)) return small_value(a) < small_value(b) ? -1 : 1;
    if (is_atom(a) && is_atom(b)) return compare_atoms(a, b);
    Text x, y;
    if (text_at(a, &x) && text_at(b, &y)) return compare_texts(&x, &y);
    return walk(a, b, true, true);
}

bool equal(term a, term b)
{
    if (a == b) return true;
    if (both_small(a, b) || (!is_pointer(a) && !is_pointer(b))) return false;
    Text x, y;
    if (text_at(a, &x) && text_at(b, &y)) return x.size == y.size && memcmp(x.bytes, y.bytes, x.size) == 0;
    return walk(a, b, false, false) == 0;
}

bool equal_exact(term a, term b)
{
    if (a == b) return true;
    if (!is_pointer(a) || !is_pointer(b)) return false;
    Text x, y;
    if (text_at(a, &x) && text_at(b, &y)) return x.size == y.size && memcmp(x.bytes, y.bytes, x.size) == 0;
    return walk(a, b, true, false) == 0;
}
