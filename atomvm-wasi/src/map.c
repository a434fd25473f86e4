// Maps: sorted arrays of keys up to MAP_FLAT_MAX, hash tries above. Layouts in map.h.
#include "map.h"

#include <assert.h>

enum { NIBBLE_BITS = 4, MAX_LEVEL = 8, TOP_SHIFT = 28, FLAT_LINEAR_MAX = 8 };

// ---- flat maps ----

static inline bool is_flat(term map) { return boxed_kind(map) == KIND_FLATMAP; }
static inline size_t flat_size(term map) { return tuple_arity(map) - 1; }
static inline const term *flat_keys(term map) { return tuple_elements(boxed_ptr(map)[1]); }
static inline term *flat_values(term map) { return boxed_ptr(map) + 2; }

// Where `key` is among sorted keys, or where it belongs.
typedef struct Slot {
    size_t index;
    bool found;
} Slot;

static Slot keys_search(const term *keys, size_t count, term key)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = keys[middle] == key ? 0 : compare_exact(keys[middle], key);
        if (order == 0)
            return (Slot) { middle, true };
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (Slot) { low, false };
}

// Like keys_search, but `index` means nothing when the key is absent; cheaper then.
static Slot keys_find(const term *keys, size_t count, term key)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i] == key)
            return (Slot) { i, true };
    if (!is_pointer(key))
        return (Slot) { 0, false };
    if (count > FLAT_LINEAR_MAX)
        return keys_search(keys, count, key);
    for (size_t i = 0; i < count; i++)
        if (is_pointer(keys[i]) && equal_exact(keys[i], key))
            return (Slot) { i, true };
    return (Slot) { 0, false };
}

// A flat map with these keys and room for their values, which the caller sets.
static term flat_new(Process *p, size_t count, term keys, term **values)
{
    term *o = heap_alloc(p, 2 + count);
    o[0] = make_header(KIND_FLATMAP, 1 + count);
    o[1] = keys;
    *values = o + 2;
    return make_boxed(o);
}

static term flat_with_value(Process *p, term map, size_t index, term value)
{
    if (flat_values(map)[index] == value)
        return map;
    size_t count = flat_size(map);
    term *values, result = flat_new(p, count, boxed_ptr(map)[1], &values);
    memcpy(values, flat_values(map), count * WORD_BYTES);
    values[index] = value;
    return result;
}

// Writes a flat map of sorted, distinct pairs at *htop.
static term flat_build(term **htop, const term *pairs, size_t count)
{
    term *o = *htop, *keys = o + 2 + count;
    *htop = keys + 1 + count;
    o[0] = make_header(KIND_FLATMAP, 1 + count);
    o[1] = make_boxed(keys);
    keys[0] = make_header(KIND_TUPLE, count);
    for (size_t i = 0; i < count; i++) {
        keys[1 + i] = pairs[2 * i];
        o[2 + i] = pairs[2 * i + 1];
    }
    return make_boxed(o);
}

static size_t flat_words(size_t count) { return 3 + 2 * count; }

static term flat_from_sorted(Process *p, const term *pairs, size_t count)
{
    term *top = heap_alloc(p, flat_words(count));
    return flat_build(&top, pairs, count);
}

static term flat_insert(Process *p, term map, size_t index, term key, term value)
{
    size_t count = flat_size(map);
    const term *old_keys = flat_keys(map), *old_values = flat_values(map);
    term *o = heap_alloc(p, flat_words(count + 1)), *keys = o + 3 + count;
    o[0] = make_header(KIND_FLATMAP, 2 + count);
    o[1] = make_boxed(keys);
    *keys++ = make_header(KIND_TUPLE, 1 + count);
    term *values = o + 2;
    memcpy(keys, old_keys, index * WORD_BYTES);
    memcpy(values, old_values, index * WORD_BYTES);
    keys[index] = key;
    values[index] = value;
    memcpy(keys + index + 1, old_keys + index, (count - index) * WORD_BYTES);
    memcpy(values + index + 1, old_values + index, (count - index) * WORD_BYTES);
    return make_boxed(o);
}

static term flat_without(Process *p, term map, size_t index)
{
    size_t count = flat_size(map) - 1;
    const term *old_keys = flat_keys(map), *old_values = flat_values(map);
    term *o = heap_alloc(p, flat_words(count)), *keys = o + 2 + count;
    o[0] = make_header(KIND_FLATMAP, 1 + count);
    o[1] = make_boxed(keys);
    *keys++ = make_header(KIND_TUPLE, count);
    term *values = o + 2;
    memcpy(keys, old_keys, index * WORD_BYTES);
    memcpy(values, old_values, index * WORD_BYTES);
    memcpy(keys + index, old_keys + index + 1, (count - index) * WORD_BYTES);
    memcpy(values + index, old_values + index + 1, (count - index) * WORD_BYTES);
    return make_boxed(o);
}

// ---- hash tries ----

static inline term hash_root(term map) { return boxed_ptr(map)[2]; }
static inline uint32_t node_bitmap(term node) { return (uint32_t) (boxed_ptr(node)[1] >> 4); }
static inline size_t node_count(term node) { return tuple_arity(node) - 1; }
static inline term *node_children(term node) { return boxed_ptr(node) + 2; }
static inline uint32_t nibble_bit(uint32_t hash, int level)
{
    return 1u << ((hash >> (TOP_SHIFT - NIBBLE_BITS * level)) & 15);
}
static inline size_t child_index(uint32_t bitmap, uint32_t bit)
{
    return (size_t) __builtin_popcount(bitmap & (bit - 1));
}

static term *node_at(term *o, uint32_t bitmap, size_t count)
{
    o[0] = make_header(KIND_HNODE, 1 + count);
    o[1] = (term) bitmap << 4;
    return o + 2;
}

static term hash_map_of(Process *p, size_t count, term root)
{
    term *o = heap_alloc(p, 3);
    o[0] = make_header(KIND_HASHMAP, 2);
    o[1] = make_small((sterm) count);
    o[2] = root;
    return make_boxed(o);
}

// The leaf with this key, or NONE.
static term hash_find(term node, uint32_t hash, term key)
{
    for (int level = 0; level < MAX_LEVEL; level++) {
        uint32_t bitmap = node_bitmap(node), bit = nibble_bit(hash, level);
        if (!(bitmap & bit))
            return NONE;
        term child = node_children(node)[child_index(bitmap, bit)];
        if (is_cons(child))
            return same(head(child), key) ? child : NONE;
        node = child;
    }
    for (size_t i = 0; i < node_count(node); i++)
        if (same(head(node_children(node)[i]), key))
            return node_children(node)[i];
    return NONE;
}

static term node_replace(Process *p, term node, size_t index, term child)
{
    size_t count = node_count(node);
    term *o = heap_alloc(p, 2 + count), *children = node_at(o, node_bitmap(node), count);
    memcpy(children, node_children(node), count * WORD_BYTES);
    children[index] = child;
    return make_boxed(o);
}

static term node_insert(Process *p, term node, uint32_t bit, size_t index, term child)
{
    size_t count = node_count(node);
    term *o = heap_alloc(p, 3 + count), *children = node_at(o, node_bitmap(node) | bit, count + 1);
    memcpy(children, node_children(node), index * WORD_BYTES);
    children[index] = child;
    memcpy(children + index + 1, node_children(node) + index, (count - index) * WORD_BYTES);
    return make_boxed(o);
}

static term node_without(Process *p, term node, uint32_t bit, size_t index)
{
    size_t count = node_count(node) - 1;
    term *o = heap_alloc(p, 2 + count), *children = node_at(o, node_bitmap(node) & ~bit, count);
    memcpy(children, node_children(node), index * WORD_BYTES);
    memcpy(children + index, node_children(node) + index + 1, (count - index) * WORD_BYTES);
    return make_boxed(o);
}

// The smallest subtree at `level` that tells two leaves with different keys apart.
static term node_pair(Process *p, int level, term a, uint32_t hash_a, term b, uint32_t hash_b)
{
    if (level == MAX_LEVEL) {
        term *o = heap_alloc(p, 4), *children = node_at(o, 0, 2);
        children[0] = a;
        children[1] = b;
        return make_boxed(o);
    }
    uint32_t bit_a = nibble_bit(hash_a, level), bit_b = nibble_bit(hash_b, level);
    if (bit_a == bit_b) {
        term child = node_pair(p, level + 1, a, hash_a, b, hash_b), *o = heap_alloc(p, 3);
        node_at(o, bit_a, 1)[0] = child;
        return make_boxed(o);
    }
    term *o = heap_alloc(p, 4), *children = node_at(o, bit_a | bit_b, 2);
    children[bit_a > bit_b] = a;
    children[bit_a < bit_b] = b;
    return make_boxed(o);
}

typedef struct Change {
    Process *p;
    term key, value;
    uint32_t hash;
    bool only_present; // put_exact: absent keys are left out
    bool grown;        // out: the key was absent
} Change;

static term leaf_replace(Change *c, term leaf)
{
    return tail(leaf) == c->value ? leaf : cons(c->p, head(leaf), c->value);
}

static term bucket_put(Change *c, term node)
{
    size_t count = node_count(node);
    for (size_t i = 0; i < count; i++) {
        term leaf = node_children(node)[i];
        if (same(head(leaf), c->key)) {
            term new_leaf = leaf_replace(c, leaf);
            return new_leaf == leaf ? node : node_replace(c->p, node, i, new_leaf);
        }
    }
    c->grown = true;
    return c->only_present ? node : node_insert(c->p, node, 0, count, cons(c->p, c->key, c->value));
}

static term hash_put(Change *c, term node, int level)
{
    if (level == MAX_LEVEL)
        return bucket_put(c, node);
    uint32_t bitmap = node_bitmap(node), bit = nibble_bit(c->hash, level);
    size_t index = child_index(bitmap, bit);
    if (!(bitmap & bit)) {
        c->grown = true;
        return c->only_present ? node : node_insert(c->p, node, bit, index, cons(c->p, c->key, c->value));
    }
    term child = node_children(node)[index], new_child;
    if (!is_cons(child)) {
        new_child = hash_put(c, child, level + 1);
    } else if (same(head(child), c->key)) {
        new_child = leaf_replace(c, child);
    } else {
        c->grown = true;
        if (c->only_present)
            return node;
        term leaf = cons(c->p, c->key, c->value);
        new_child = node_pair(c->p, level + 1, child, term_hash(head(child)), leaf, c->hash);
    }
    return new_child == child ? node : node_replace(c->p, node, index, new_child);
}

// What is left of a node after child `index` became `child` (NONE: went). A single leaf moves up.
static term node_shrunk(Process *p, term node, int level, uint32_t bit, size_t index, term child)
{
    size_t count = node_count(node);
    if (child != NONE)
        return level > 0 && count == 1 && is_cons(child) ? child : node_replace(p, node, index, child);
    if (level > 0 && count == 2 && is_cons(node_children(node)[1 - index]))
        return node_children(node)[1 - index];
    return node_without(p, node, bit, index);
}

// The subtree without the key: the node itself when the key is absent.
static term hash_remove(Process *p, term node, int level, uint32_t hash, term key)
{
    if (level == MAX_LEVEL) {
        for (size_t i = 0; i < node_count(node); i++)
            if (same(head(node_children(node)[i]), key))
                return node_shrunk(p, node, level, 0, i, NONE);
        return node;
    }
    uint32_t bitmap = node_bitmap(node), bit = nibble_bit(hash, level);
    if (!(bitmap & bit))
        return node;
    size_t index = child_index(bitmap, bit);
    term child = node_children(node)[index];
    if (is_cons(child))
        return same(head(child), key) ? node_shrunk(p, node, level, bit, index, NONE) : node;
    term new_child = hash_remove(p, child, level + 1, hash, key);
    return new_child == child ? node : node_shrunk(p, node, level, bit, index, new_child);
}

// ---- building from many pairs ----

typedef struct Entry {
    uint32_t hash, index;
} Entry;

static bool entry_before(const Entry *a, const Entry *b)
{
    return a->hash != b->hash ? a->hash < b->hash : a->index < b->index;
}

static void entries_sift(Entry *e, size_t root, size_t count)
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && entry_before(&e[child], &e[child + 1]))
            child++;
        if (!entry_before(&e[root], &e[child]))
            return;
        Entry swap = e[root];
        e[root] = e[child];
        e[child] = swap;
    }
}

static void entries_sort(Entry *e, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        entries_sift(e, i, count);
    for (size_t i = count; i-- > 1;) {
        Entry swap = e[0];
        e[0] = e[i];
        e[i] = swap;
        entries_sift(e, 0, i);
    }
}

// Drops all but the last of equal keys (they lie in one run of equal hashes). Returns how many remain.
static size_t entries_unique(Entry *e, size_t count, const term *pairs)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = kept;
        while (j > 0 && e[j - 1].hash == e[i].hash && !same(pairs[2 * e[j - 1].index], pairs[2 * e[i].index]))
            j--;
        bool repeated = j > 0 && e[j - 1].hash == e[i].hash;
        e[repeated ? j - 1 : kept++] = e[i];
    }
    return kept;
}

// End of the run of entries from `from` with the same nibble at `level`.
static size_t nibble_run(const Entry *e, size_t from, size_t to, int level)
{
    uint32_t bit = nibble_bit(e[from].hash, level);
    size_t i = from + 1;
    while (i < to && nibble_bit(e[i].hash, level) == bit)
        i++;
    return i;
}

// Words of the subtree of entries [from, to), leaves included.
static size_t entries_words(const Entry *e, size_t from, size_t to, int level)
{
    if (level > 0 && to - from == 1)
        return 2;
    if (level == MAX_LEVEL)
        return 2 + 3 * (to - from);
    size_t words = 2;
    for (size_t i = from, next; i < to; i = next) {
        next = nibble_run(e, i, to, level);
        words += 1 + entries_words(e, i, next, level + 1);
    }
    return words;
}

static term entries_build(term **htop, const Entry *e, size_t from, size_t to, int level, const term *pairs)
{
    if (level > 0 && to - from == 1)
        return put_cons(htop, pairs[2 * e[from].index], pairs[2 * e[from].index + 1]);
    term children[16];
    size_t count = 0;
    uint32_t bitmap = 0;
    if (level == MAX_LEVEL) {
        term *o = *htop, *leaves = node_at(o, 0, to - from);
        *htop = leaves + (to - from);
        for (size_t i = from; i < to; i++)
            leaves[i - from] = put_cons(htop, pairs[2 * e[i].index], pairs[2 * e[i].index + 1]);
        return make_boxed(o);
    }
    for (size_t i = from, next; i < to; i = next) {
        next = nibble_run(e, i, to, level);
        bitmap |= nibble_bit(e[i].hash, level);
        children[count++] = entries_build(htop, e, i, next, level + 1, pairs);
    }
    term *o = *htop, *out = node_at(o, bitmap, count);
    *htop = out + count;
    memcpy(out, children, count * WORD_BYTES);
    return make_boxed(o);
}

static void entries_fill(Entry *e, const term *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        e[i] = (Entry) { term_hash(pairs[2 * i]), (uint32_t) i };
    entries_sort(e, count);
}

static term entries_finish(term **htop, const Entry *e, size_t count, const term *pairs)
{
    term root = entries_build(htop, e, 0, count, 0, pairs), *o = *htop;
    o[0] = make_header(KIND_HASHMAP, 2);
    o[1] = make_small((sterm) count);
    o[2] = root;
    *htop = o + 3;
    return make_boxed(o);
}

// Sorts at most a few pairs by key, stably, in place.
static void pairs_insertion_sort(term *pairs, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        term key = pairs[2 * i], value = pairs[2 * i + 1];
        size_t j = i;
        for (; j > 0 && compare_exact(pairs[2 * j - 2], key) > 0; j--) {
            pairs[2 * j] = pairs[2 * j - 2];
            pairs[2 * j + 1] = pairs[2 * j - 1];
        }
        pairs[2 * j] = key;
        pairs[2 * j + 1] = value;
    }
}

// Drops all but the last of equal keys among sorted pairs. Returns how many remain.
static size_t pairs_unique(term *pairs, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && same(pairs[2 * kept - 2], pairs[2 * i]))
            kept--;
        pairs[2 * kept] = pairs[2 * i];
        pairs[2 * kept + 1] = pairs[2 * i + 1];
        kept++;
    }
    return kept;
}

static void pairs_sift(term *pairs, size_t root, size_t count)
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare_exact(pairs[2 * child], pairs[2 * child + 2]) < 0)
            child++;
        if (compare_exact(pairs[2 * root], pairs[2 * child]) >= 0)
            return;
        term key = pairs[2 * root], value = pairs[2 * root + 1];
        pairs[2 * root] = pairs[2 * child];
        pairs[2 * root + 1] = pairs[2 * child + 1];
        pairs[2 * child] = key;
        pairs[2 * child + 1] = value;
    }
}

void map_sort_pairs(term *pairs, size_t count)
{
    if (count <= MAP_FLAT_MAX) {
        pairs_insertion_sort(pairs, count);
        return;
    }
    for (size_t i = count / 2; i-- > 0;)
        pairs_sift(pairs, i, count);
    for (size_t i = count; i-- > 1;) {
        term key = pairs[0], value = pairs[1];
        pairs[0] = pairs[2 * i];
        pairs[1] = pairs[2 * i + 1];
        pairs[2 * i] = key;
        pairs[2 * i + 1] = value;
        pairs_sift(pairs, 0, i);
    }
}

// Every node of the trie lies on the way to one of at most n/2 deepest branching nodes, each at most 9 nodes down: 4.5n
// nodes of 2 words, and one word for each node and leaf in its parent; 2 words a leaf.
size_t map_literal_words(size_t count)
{
    return count <= MAP_FLAT_MAX ? flat_words(count) : 17 * count + 3;
}

// Pairs after entries_unique left at most MAP_FLAT_MAX of them: copied out, sorted.
static size_t entries_to_flat(const Entry *e, size_t count, const term *pairs, term *sorted)
{
    for (size_t i = 0; i < count; i++) {
        sorted[2 * i] = pairs[2 * e[i].index];
        sorted[2 * i + 1] = pairs[2 * e[i].index + 1];
    }
    pairs_insertion_sort(sorted, count);
    return count;
}

term map_build_at(term **htop, term *pairs, size_t count)
{
    if (count <= MAP_FLAT_MAX) {
        pairs_insertion_sort(pairs, count);
        return flat_build(htop, pairs, pairs_unique(pairs, count));
    }
    Entry *e = vm_malloc(count * sizeof *e);
    if (!e)
        return NONE;
    entries_fill(e, pairs, count);
    size_t kept = entries_unique(e, count, pairs);
    term result, sorted[2 * MAP_FLAT_MAX];
    if (kept <= MAP_FLAT_MAX)
        result = flat_build(htop, sorted, entries_to_flat(e, kept, pairs, sorted));
    else
        result = entries_finish(htop, e, kept, pairs);
    vm_mfree(e, count * sizeof *e);
    return result;
}

// A map of any pairs with the caller's scratch space of `count` entries.
static term map_from_entries(Process *p, const term *pairs, size_t count, Entry *e)
{
    entries_fill(e, pairs, count);
    size_t kept = entries_unique(e, count, pairs);
    if (kept <= MAP_FLAT_MAX) {
        term sorted[2 * MAP_FLAT_MAX];
        return flat_from_sorted(p, sorted, entries_to_flat(e, kept, pairs, sorted));
    }
    term *top = heap_alloc(p, 3 + entries_words(e, 0, kept, 0));
    return entries_finish(&top, e, kept, pairs);
}

term map_from_pairs(Process *p, const term *pairs, size_t count)
{
    if (count <= MAP_FLAT_MAX) {
        term sorted[2 * MAP_FLAT_MAX];
        memcpy(sorted, pairs, 2 * count * WORD_BYTES);
        pairs_insertion_sort(sorted, count);
        return flat_from_sorted(p, sorted, pairs_unique(sorted, count));
    }
    Entry *e = vm_malloc(count * sizeof *e);
    if (!e)
        return raise_system_limit(p);
    term result = map_from_entries(p, pairs, count, e);
    vm_mfree(e, count * sizeof *e);
    return result;
}

// ---- the public operations ----

term map_new(Process *p) { return flat_from_sorted(p, NULL, 0); }

size_t map_size(term map)
{
    return is_flat(map) ? flat_size(map) : (size_t) small_value(boxed_ptr(map)[1]);
}

term map_get_immediate(term map, term key)
{
    if (is_flat(map)) {
        const term *keys = flat_keys(map);
        size_t count = flat_size(map);
        for (size_t i = 0; i < count; i++)
            if (keys[i] == key)
                return flat_values(map)[i];
        return NONE;
    }
    term leaf = hash_find(hash_root(map), term_hash(key), key);
    return leaf == NONE ? NONE : tail(leaf);
}

term map_get(term map, term key)
{
    if (!is_pointer(key))
        return map_get_immediate(map, key);
    if (is_flat(map)) {
        Slot slot = keys_find(flat_keys(map), flat_size(map), key);
        return slot.found ? flat_values(map)[slot.index] : NONE;
    }
    term leaf = hash_find(hash_root(map), term_hash(key), key);
    return leaf == NONE ? NONE : tail(leaf);
}

static term flat_to_hash(Process *p, term map, term key, term value)
{
    term pairs[2 * (MAP_FLAT_MAX + 1)];
    Entry entries[MAP_FLAT_MAX + 1];
    map_pairs(map, pairs);
    pairs[2 * MAP_FLAT_MAX] = key;
    pairs[2 * MAP_FLAT_MAX + 1] = value;
    return map_from_entries(p, pairs, MAP_FLAT_MAX + 1, entries);
}

static term hash_change(Process *p, term map, term key, term value, bool only_present)
{
    Change c = { .p = p, .key = key, .value = value, .hash = term_hash(key), .only_present = only_present };
    term root = hash_put(&c, hash_root(map), 0);
    if (c.grown && only_present)
        return NONE;
    return root == hash_root(map) ? map : hash_map_of(p, map_size(map) + c.grown, root);
}

term map_put(Process *p, term map, term key, term value)
{
    if (!is_flat(map))
        return hash_change(p, map, key, value, false);
    size_t count = flat_size(map);
    Slot slot = keys_find(flat_keys(map), count, key);
    if (slot.found)
        return flat_with_value(p, map, slot.index, value);
    if (count == MAP_FLAT_MAX)
        return flat_to_hash(p, map, key, value);
    return flat_insert(p, map, keys_search(flat_keys(map), count, key).index, key, value);
}

term map_put_exact(Process *p, term map, term key, term value)
{
    if (!is_flat(map))
        return hash_change(p, map, key, value, true);
    Slot slot = keys_find(flat_keys(map), flat_size(map), key);
    return slot.found ? flat_with_value(p, map, slot.index, value) : NONE;
}

// The pairs of a trie of MAP_FLAT_MAX leaves as a flat map.
static term hash_to_flat(Process *p, term map)
{
    term pairs[2 * MAP_FLAT_MAX];
    map_pairs(map, pairs);
    pairs_insertion_sort(pairs, MAP_FLAT_MAX);
    return flat_from_sorted(p, pairs, MAP_FLAT_MAX);
}

term map_remove(Process *p, term map, term key)
{
    if (is_flat(map)) {
        Slot slot = keys_find(flat_keys(map), flat_size(map), key);
        return slot.found ? flat_without(p, map, slot.index) : map;
    }
    term root = hash_remove(p, hash_root(map), 0, term_hash(key), key);
    if (root == hash_root(map))
        return map;
    size_t count = map_size(map) - 1;
    term smaller = hash_map_of(p, count, root);
    return count == MAP_FLAT_MAX ? hash_to_flat(p, smaller) : smaller;
}

static term update_one_by_one(Process *p, term map, const term *pairs, size_t count, bool exact, term *missing)
{
    for (size_t i = 0; i < count; i++) {
        term key = pairs[2 * i], value = pairs[2 * i + 1];
        term updated = exact ? map_put_exact(p, map, key, value) : map_put(p, map, key, value);
        if (updated == NONE) {
            *missing = key;
            return NONE;
        }
        map = updated;
    }
    return map;
}

// Values of present keys into a copy of the values; the first absent key in *missing.
static term flat_update_present(Process *p, term map, const term *pairs, size_t count, term *missing)
{
    size_t size = flat_size(map);
    term values[MAP_FLAT_MAX];
    memcpy(values, flat_values(map), size * WORD_BYTES);
    for (size_t i = 0; i < count; i++) {
        Slot slot = keys_find(flat_keys(map), size, pairs[2 * i]);
        if (!slot.found) {
            *missing = pairs[2 * i];
            return NONE;
        }
        values[slot.index] = pairs[2 * i + 1];
    }
    if (memcmp(values, flat_values(map), size * WORD_BYTES) == 0)
        return map;
    term *out, result = flat_new(p, size, boxed_ptr(map)[1], &out);
    memcpy(out, values, size * WORD_BYTES);
    return result;
}

// Both runs of pairs, those of `more` later, as one map. Above a few pairs in scratch memory.
static term flat_and_pairs(Process *p, term map, const term *more, size_t count)
{
    enum { ON_STACK = 2 * MAP_FLAT_MAX };
    size_t size = flat_size(map), all = size + count;
    term near[2 * ON_STACK], *pairs = near;
    if (all > ON_STACK && !(pairs = vm_malloc(2 * all * WORD_BYTES)))
        return raise_system_limit(p);
    map_pairs(map, pairs);
    memcpy(pairs + 2 * size, more, 2 * count * WORD_BYTES);
    term result;
    if (all <= ON_STACK) {
        pairs_insertion_sort(pairs, all);
        size_t kept = pairs_unique(pairs, all);
        result = kept <= MAP_FLAT_MAX ? flat_from_sorted(p, pairs, kept) : map_from_pairs(p, pairs, kept);
    } else {
        result = map_from_pairs(p, pairs, all);
        vm_mfree(pairs, 2 * all * WORD_BYTES);
    }
    return result;
}

// Of several keys that are not in the map the least, in whose order OTP loads such code; NONE if all are.
static term least_absent(term map, const term *pairs, size_t count)
{
    term least = NONE;
    for (size_t i = 0; i < count; i++)
        if (map_get(map, pairs[2 * i]) == NONE && (least == NONE || compare_exact(pairs[2 * i], least) < 0)) least = pairs[2 * i];
    return least;
}

term map_update_many(Process *p, term map, const term *pairs, size_t count, bool exact, term *missing_key)
{
    term unused, *missing = missing_key ? missing_key : &unused;
    *missing = NONE;
    bool by_one = !is_flat(map) || count == 1;
    term result = by_one ? update_one_by_one(p, map, pairs, count, exact, missing) : flat_update_present(p, map, pairs, count, missing);
    if (result != NONE || by_one || exact) {
        if (result == NONE && exact && count > 1) *missing = least_absent(map, pairs, count);
        return result;
    }
    *missing = NONE;
    return flat_and_pairs(p, map, pairs, count);
}

// Flat maps with the same keys share them in the result.
static term flat_merge(Process *p, term a, term b)
{
    term pairs[2 * MAP_FLAT_MAX];
    map_pairs(b, pairs);
    term missing;
    return map_update_many(p, a, pairs, flat_size(b), false, &missing);
}

// All pairs of `more` put over `map`, or under it: pairs that `map` has already stay.
static term merge_into(Process *p, term map, term more, bool over)
{
    MapIterator it;
    map_iterate(&it, more);
    while (map_next(&it))
        if (over || map_get(map, it.key) == NONE)
            map = map_put(p, map, it.key, it.value);
    return map;
}

static term merge_large(Process *p, term a, term b)
{
    size_t size_a = map_size(a), all = size_a + map_size(b);
    term *pairs = vm_malloc(2 * all * WORD_BYTES);
    if (!pairs)
        return raise_system_limit(p);
    map_pairs(a, pairs);
    map_pairs(b, pairs + 2 * size_a);
    term result = map_from_pairs(p, pairs, all);
    vm_mfree(pairs, 2 * all * WORD_BYTES);
    return result;
}

term map_merge(Process *p, term a, term b)
{
    size_t size_a = map_size(a), size_b = map_size(b);
    if (size_a == 0 || a == b)
        return b;
    if (size_b == 0)
        return a;
    if (is_flat(a) && is_flat(b))
        return flat_merge(p, a, b);
    enum { MANY_TIMES = 8 }; // path copies cost about this much more than building anew
    if (size_a >= MANY_TIMES * size_b)
        return merge_into(p, a, b, true);
    if (size_b >= MANY_TIMES * size_a)
        return merge_into(p, b, a, false);
    return merge_large(p, a, b);
}

// ---- iteration ----

void map_iterate(MapIterator *it, term map)
{
    it->map = map;
    it->depth = 0;
    it->index = 0;
    if (!is_flat(map)) {
        it->path[0].node = hash_root(map);
        it->path[0].index = 0;
        it->depth = 1;
    }
}

bool map_next(MapIterator *it)
{
    if (is_flat(it->map)) {
        if (it->index == flat_size(it->map))
            return false;
        it->key = flat_keys(it->map)[it->index];
        it->value = flat_values(it->map)[it->index++];
        return true;
    }
    while (it->depth > 0) {
        term node = it->path[it->depth - 1].node;
        size_t index = it->path[it->depth - 1].index++;
        if (index == node_count(node)) {
            it->depth--;
            continue;
        }
        term child = node_children(node)[index];
        if (is_cons(child)) {
            it->key = head(child);
            it->value = tail(child);
            return true;
        }
        assert(it->depth <= MAX_LEVEL);
        it->path[it->depth].node = child;
        it->path[it->depth++].index = 0;
    }
    return false;
}

void map_iterate_from(MapIterator *it, term map, uint32_t hash)
{
    map_iterate(it, map);
    for (int level = 0; !is_flat(map) && level < MAX_LEVEL; level++) {
        term node = it->path[it->depth - 1].node;
        uint32_t bitmap = node_bitmap(node), bit = nibble_bit(hash, level);
        size_t index = child_index(bitmap, bit);
        it->path[it->depth - 1].index = index;
        if (!(bitmap & bit))
            break; // everything from here on has a greater hash
        term child = node_children(node)[index];
        if (is_cons(child)) {
            if (term_hash(head(child)) < hash)
                it->path[it->depth - 1].index = index + 1;
            break;
        }
        it->path[it->depth - 1].index = index + 1;
        it->path[it->depth].node = child;
        it->path[it->depth++].index = 0;
    }
}

void map_pairs(term map, term *pairs)
{
    MapIterator it;
    map_iterate(&it, map);
    while (map_next(&it)) {
        *pairs++ = it.key;
        *pairs++ = it.value;
    }
}

term map_keys(Process *p, term map)
{
    if (is_flat(map))
        return make_list_of(p, flat_keys(map), flat_size(map), NIL);
    term *cells = heap_alloc(p, 2 * map_size(map)), result = make_list(cells);
    MapIterator it;
    for (map_iterate(&it, map); map_next(&it); cells += 2) {
        cells[0] = it.key;
        cells[1] = make_list(cells + 2);
    }
    cells[-1] = NIL;
    return result;
}

term map_values(Process *p, term map)
{
    if (is_flat(map))
        return make_list_of(p, flat_values(map), flat_size(map), NIL);
    term *cells = heap_alloc(p, 2 * map_size(map)), result = make_list(cells);
    MapIterator it;
    for (map_iterate(&it, map); map_next(&it); cells += 2) {
        cells[0] = it.value;
        cells[1] = make_list(cells + 2);
    }
    cells[-1] = NIL;
    return result;
}

term map_to_list(Process *p, term map)
{
    size_t count = map_size(map);
    if (count == 0)
        return NIL;
    term *o = heap_alloc(p, 5 * count), result = make_list(o);
    MapIterator it;
    for (map_iterate(&it, map); map_next(&it); o += 5) {
        o[0] = make_boxed(o + 2);
        o[1] = make_list(o + 5);
        o[2] = make_header(KIND_TUPLE, 2);
        o[3] = it.key;
        o[4] = it.value;
    }
    o[-4] = NIL;
    return result;
}
