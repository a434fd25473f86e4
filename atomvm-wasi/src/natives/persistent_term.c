// persistent_term: keys and values are literals, so getting one copies nothing.
//
// Nobody knows who still holds a value that was replaced or erased, so its words are never reused; putting an equal value
// again costs nothing. Meant for configuration, as OTP's manual says of the original.
#include "../literal.h"
#include "../map.h"

typedef struct Entry {
    struct Entry *next;
    uint32_t hash;
    size_t words;
    term key, value;
} Entry;

enum { BUCKETS_MIN = 64 };

static struct {
    Entry **buckets;
    size_t bucket_count, count, words;
    term *off_heap; // large binaries of all values
} store;

static Entry **entry_link(term key, uint32_t hash)
{
    Entry **link = &store.buckets[hash & (store.bucket_count - 1)];
    while (*link && !((*link)->hash == hash && same((*link)->key, key)))
        link = &(*link)->next;
    return link;
}

static Entry *entry_find(term key) { return store.count ? *entry_link(key, term_hash(key)) : NULL; }

// Twice the buckets, or the first ones. False: no memory.
static bool store_grow(void)
{
    size_t old_count = store.bucket_count, count = old_count ? 2 * old_count : BUCKETS_MIN;
    Entry **old = store.buckets, **buckets = vm_malloc(count * sizeof *buckets);
    if (!buckets)
        return false;
    memset(buckets, 0, count * sizeof *buckets);
    for (size_t i = 0; i < old_count; i++)
        for (Entry *e = old[i], *next; e; e = next) {
            next = e->next;
            e->next = buckets[e->hash & (count - 1)];
            buckets[e->hash & (count - 1)] = e;
        }
    if (old)
        vm_mfree(old, old_count * sizeof *old);
    store.buckets = buckets;
    store.bucket_count = count;
    return true;
}

// False: no memory.
static bool to_literal(term t, term *out, size_t *words)
{
    *words = is_pointer(t) ? term_size(t) : 0;
    *out = t;
    if (*words == 0)
        return true;
    term *top = literal_alloc(*words);
    if (top)
        *out = term_copy(t, &top, &store.off_heap);
    return top != NULL;
}

static bool store_replace(Entry *e, term value)
{
    size_t words;
    term copy;
    if (equal_exact(e->value, value))
        return true;
    if (!to_literal(value, &copy, &words))
        return false;
    store.words += words;
    e->value = copy;
    return true;
}

static bool store_add(term key, term value)
{
    if (store.count >= store.bucket_count && !store_grow())
        return false;
    size_t key_words, value_words;
    Entry *e = vm_malloc(sizeof *e);
    if (!e)
        return false;
    *e = (Entry) { .hash = term_hash(key) };
    if (!to_literal(key, &e->key, &key_words) || !to_literal(value, &e->value, &value_words)) {
        vm_mfree(e, sizeof *e);
        return false;
    }
    Entry **bucket = &store.buckets[e->hash & (store.bucket_count - 1)];
    e->words = key_words + value_words;
    e->next = *bucket;
    *bucket = e;
    store.count++;
    store.words += e->words;
    return true;
}

term persistent_term_put_2(Process *p, term *a)
{
    Entry *e = entry_find(a[0]);
    return (e ? store_replace(e, a[1]) : store_add(a[0], a[1])) ? ATOM_ok : raise_system_limit(p);
}

// Since OTP 29: badarg when the key has another value.
term persistent_term_put_new_2(Process *p, term *a)
{
    Entry *e = entry_find(a[0]);
    if (e)
        return equal_exact(e->value, a[1]) ? ATOM_ok : raise_badarg(p);
    return store_add(a[0], a[1]) ? ATOM_ok : raise_system_limit(p);
}

term persistent_term_get_1(Process *p, term *a)
{
    Entry *e = entry_find(a[0]);
    return e ? e->value : raise_badarg(p);
}

term persistent_term_get_2(Process *p, term *a)
{
    (void) p;
    Entry *e = entry_find(a[0]);
    return e ? e->value : a[1];
}

term persistent_term_get_0(Process *p, term *a)
{
    (void) a;
    term list = NIL;
    for (size_t i = 0; i < store.bucket_count; i++)
        for (Entry *e = store.buckets[i]; e; e = e->next)
            list = cons(p, make_tuple2(p, e->key, e->value), list);
    return list;
}

term persistent_term_erase_1(Process *p, term *a)
{
    (void) p;
    if (!entry_find(a[0]))
        return ATOM_false;
    Entry **link = entry_link(a[0], term_hash(a[0])), *e = *link;
    *link = e->next;
    store.count--;
    vm_mfree(e, sizeof *e);
    return ATOM_true;
}

term erts_internal_erase_persistent_terms_0(Process *p, term *a)
{
    (void) p;
    (void) a;
    for (size_t i = 0; i < store.bucket_count; i++)
        for (Entry *e = store.buckets[i], *next; e; e = next) {
            next = e->next;
            vm_mfree(e, sizeof *e);
        }
    if (store.buckets)
        memset(store.buckets, 0, store.bucket_count * sizeof *store.buckets);
    store.count = 0;
    return ATOM_ok;
}

term persistent_term_info_0(Process *p, term *a)
{
    (void) a;
    size_t bytes = store.words * WORD_BYTES + store.bucket_count * sizeof *store.buckets;
    term pairs[] = { ATOM_count, make_unsigned(p, store.count), ATOM_memory, make_unsigned(p, bytes) };
    return map_from_pairs(p, pairs, 2);
}
