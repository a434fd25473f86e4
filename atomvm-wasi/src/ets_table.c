// Storage of ets tables. See ets_table.h.
#include "ets_table.h"

enum { BUCKETS_MIN = 16 };

// ---- objects ----

static term *object_words(Object *o) { return (term *) (o->links + o->level); }

static size_t object_bytes(const Object *o)
{
    return sizeof *o + o->level * sizeof *o->links + o->words * WORD_BYTES;
}

static Object *object_new(const Table *t, term tuple, uint16_t level)
{
    size_t words = term_size(tuple);
    Object *o = vm_malloc(sizeof *o + level * sizeof *o->links + words * WORD_BYTES);
    if (!o)
        return NULL;
    *o = (Object) { .words = words, .level = level };
    term *top = object_words(o);
    o->tuple = term_copy(tuple, &top, &o->off_heap);
    o->key = tuple_at(o->tuple, t->key_index);
    return o;
}

static void object_free(Object *o)
{
    off_heap_release(o->off_heap);
    vm_mfree(o, object_bytes(o));
}

static void account_added(Table *t, const Object *o)
{
    t->count++;
    t->bytes += object_bytes(o);
}

// Takes an unlinked object away for good.
static void drop(Table *t, Object *o)
{
    t->bytes -= object_bytes(o);
    if (o->doomed)
        t->doomed_count--;
    else
        t->count--;
    object_free(o);
}

static void doom(Table *t, Object *o)
{
    o->doomed = true;
    t->doomed_count++;
    t->count--;
}

// ---- hash ----

static Object **bucket_of(const Table *t, uint32_t hash) { return &t->buckets[hash & (t->bucket_count - 1)]; }

static bool has_key(const Object *o, uint32_t hash, term key)
{
    return o->hash == hash && same(o->key, key);
}

// The link to the newest object of the key, or to the end of its chain.
static Object **hash_link(const Table *t, uint32_t hash, term key)
{
    Object **link = bucket_of(t, hash);
    while (*link && !has_key(*link, hash, key))
        link = &(*link)->links[0];
    return link;
}

// Twice the buckets. Chains keep their order, so groups of a key stay together. Without memory nothing happens.
static void hash_grow(Table *t)
{
    size_t old_count = t->bucket_count, count = 2 * old_count;
    Object **buckets = vm_malloc(count * sizeof *buckets);
    if (!buckets)
        return;
    for (size_t i = 0; i < old_count; i++) {
        Object **low = &buckets[i], **high = &buckets[i + old_count];
        for (Object *o = t->buckets[i]; o; o = o->links[0]) {
            Object ***end = o->hash & old_count ? &high : &low;
            **end = o;
            *end = &o->links[0];
        }
        *low = *high = NULL;
    }
    vm_mfree(t->buckets, old_count * sizeof *buckets);
    t->buckets = buckets;
    t->bucket_count = count;
}

static void hash_add(Table *t, Object **link, Object *o)
{
    o->links[0] = *link;
    *link = o;
    account_added(t, o);
    if (t->count > t->bucket_count && !t->fixations)
        hash_grow(t);
}

static bool hash_insert(Table *t, term tuple)
{
    term key = tuple_at(tuple, t->key_index);
    uint32_t hash = term_hash(key);
    Object **link = hash_link(t, hash, key);
    if (t->type == TABLE_BAG)
        for (Object *o = *link; o && has_key(o, hash, key); o = o->links[0])
            if (!o->doomed && equal_exact(o->tuple, tuple))
                return true;
    Object *o = object_new(t, tuple, 1);
    if (!o)
        return false;
    o->hash = hash;
    Object *old = *link;
    if (t->type == TABLE_SET && old) {
        *link = old->links[0];
        drop(t, old);
    }
    hash_add(t, link, o);
    return true;
}

// ---- skip list ----

// links[i] of what comes before `key` at each level i.
typedef struct Path {
    Object **links[SKIP_LEVELS];
} Path;

static inline int key_compare(term a, term b)
{
    if (both_small(a, b))
        return ((sterm) a > (sterm) b) - ((sterm) a < (sterm) b);
    return compare(a, b);
}

// Before the first object whose key is not below `key` (or, with `after`, is above it).
static void skip_path(Table *t, term key, bool after, Path *path)
{
    Object **links = t->first;
    const Object *beyond = NULL; // the last one found not to be passed: it often stands at the next level too
    for (int level = SKIP_LEVELS; level-- > 0;) {
        while (links[level] && links[level] != beyond) {
            int order = key_compare(links[level]->key, key);
            if (order > 0 || (order == 0 && !after)) {
                beyond = links[level];
                break;
            }
            links = links[level]->links;
        }
        path->links[level] = links;
    }
}

// One level more with probability 1/4 each.
static uint16_t random_level(Table *t)
{
    uint16_t level = 1;
    t->random ^= t->random << 13;
    t->random ^= t->random >> 17;
    t->random ^= t->random << 5;
    for (uint32_t bits = t->random; level < SKIP_LEVELS && (bits & 3) == 0; bits >>= 2)
        level++;
    return level;
}

static void skip_link(Path *path, Object *o)
{
    for (int i = 0; i < o->level; i++) {
        o->links[i] = path->links[i][i];
        path->links[i][i] = o;
    }
}

static void skip_unlink(Path *path, Object *o)
{
    for (int i = 0; i < o->level; i++)
        path->links[i][i] = o->links[i];
}

static Object *skip_find(const Table *t, term key)
{
    Path path;
    skip_path((Table *) t, key, false, &path);
    Object *o = path.links[0][0];
    return o && compare(o->key, key) == 0 ? o : NULL;
}

static bool skip_insert(Table *t, term tuple)
{
    term key = tuple_at(tuple, t->key_index);
    Object *o = object_new(t, tuple, random_level(t));
    if (!o)
        return false;
    Path path;
    skip_path(t, key, false, &path);
    Object *old = path.links[0][0];
    if (old && compare(old->key, key) == 0) {
        skip_unlink(&path, old);
        drop(t, old);
    }
    skip_link(&path, o);
    account_added(t, o);
    return true;
}

// ---- whole tables ----

bool table_init(Table *t)
{
    t->random = 0x9E3779B9u;
    if (t->type == TABLE_ORDERED_SET)
        return true;
    t->buckets = vm_malloc(BUCKETS_MIN * sizeof *t->buckets);
    if (!t->buckets)
        return false;
    memset(t->buckets, 0, BUCKETS_MIN * sizeof *t->buckets);
    t->bucket_count = BUCKETS_MIN;
    return true;
}

static void free_chain(Table *t, Object *o)
{
    for (Object *next; o; o = next) {
        next = o->links[0];
        drop(t, o);
    }
}

void table_clear(Table *t)
{
    Object *skip = t->first[0];
    memset(t->first, 0, sizeof t->first);
    free_chain(t, skip);
    for (size_t i = 0; i < t->bucket_count; i++) {
        Object *chain = t->buckets[i];
        t->buckets[i] = NULL;
        free_chain(t, chain);
    }
}

void table_free_storage(Table *t)
{
    if (t->buckets)
        vm_mfree(t->buckets, t->bucket_count * sizeof *t->buckets);
    t->buckets = NULL;
    t->bucket_count = 0;
    for (Fixation *f = t->fixations, *next; f; f = next) {
        next = f->next;
        vm_mfree(f, sizeof *f);
    }
    t->fixations = NULL;
}

// ---- finding ----

Object *table_find_any(const Table *t, term key)
{
    return t->type == TABLE_ORDERED_SET ? skip_find(t, key) : *hash_link(t, term_hash(key), key);
}

Object *table_same_key(const Table *t, const Object *o)
{
    if (!table_is_bag(t))
        return NULL;
    Object *next = o->links[0];
    return next && has_key(next, o->hash, o->key) ? next : NULL;
}

Object *table_next_live(const Table *t, const Object *o)
{
    Object *next = table_same_key(t, o);
    while (next && next->doomed)
        next = table_same_key(t, next);
    return next;
}

Object *table_find(const Table *t, term key)
{
    Object *o = table_find_any(t, key);
    return o && o->doomed ? table_next_live(t, o) : o;
}

// ---- changing ----

bool table_insert(Table *t, term tuple)
{
    return t->type == TABLE_ORDERED_SET ? skip_insert(t, tuple) : hash_insert(t, tuple);
}

bool table_replace(Table *t, Object *old, term tuple)
{
    Object *o = object_new(t, tuple, old->level);
    if (!o)
        return false;
    o->hash = old->hash;
    Path path;
    if (t->type == TABLE_ORDERED_SET) {
        skip_path(t, old->key, false, &path);
        skip_unlink(&path, old);
        skip_link(&path, o);
    } else {
        Object **link = bucket_of(t, old->hash);
        while (*link != old)
            link = &(*link)->links[0];
        o->links[0] = old->links[0];
        *link = o;
    }
    account_added(t, o);
    drop(t, old);
    return true;
}

typedef bool (*Goes)(void *context, const Object *o);

// Whether the object has to be unlinked now; a fixed table only dooms.
static bool sweeps_out(Table *t, Object *o, Goes goes, void *context, size_t *count)
{
    if (o->doomed)
        return !t->fixations;
    if (!goes(context, o))
        return false;
    ++*count;
    if (!t->fixations)
        return true;
    doom(t, o);
    return false;
}

// Sweeps the chain, or its part up to the end of one key's group.
static size_t sweep_chain(Table *t, Object **link, const Object *group, Goes goes, void *context)
{
    size_t count = 0;
    while (*link && (!group || has_key(*link, group->hash, group->key))) {
        Object *o = *link;
        if (!sweeps_out(t, o, goes, context, &count)) {
            link = &o->links[0];
            continue;
        }
        if (o == group) { // its key is what the rest is compared with: it goes last
            Object *rest = o->links[0];
            o->links[0] = NULL;
            *link = rest;
            while (*link && has_key(*link, group->hash, group->key)) {
                Object *other = *link;
                if (sweeps_out(t, other, goes, context, &count)) {
                    *link = other->links[0];
                    drop(t, other);
                } else {
                    link = &other->links[0];
                }
            }
            drop(t, o);
            return count;
        }
        *link = o->links[0];
        drop(t, o);
    }
    return count;
}

static size_t sweep_skip_list(Table *t, Goes goes, void *context)
{
    Path path;
    size_t count = 0;
    for (int i = 0; i < SKIP_LEVELS; i++)
        path.links[i] = t->first;
    for (Object *o = t->first[0], *next; o; o = next) {
        next = o->links[0];
        if (sweeps_out(t, o, goes, context, &count)) {
            skip_unlink(&path, o);
            drop(t, o);
        } else {
            for (int i = 0; i < o->level; i++)
                path.links[i] = o->links;
        }
    }
    return count;
}

static size_t sweep_key(Table *t, term key, Goes goes, void *context)
{
    size_t count = 0;
    if (t->type != TABLE_ORDERED_SET) {
        Object **link = hash_link(t, term_hash(key), key);
        return *link ? sweep_chain(t, link, *link, goes, context) : 0;
    }
    Path path;
    skip_path(t, key, false, &path);
    Object *o = path.links[0][0];
    if (o && compare(o->key, key) == 0 && sweeps_out(t, o, goes, context, &count)) {
        skip_unlink(&path, o);
        drop(t, o);
    }
    return count;
}

size_t table_sweep(Table *t, term key, Goes goes, void *context)
{
    if (key != NONE)
        return sweep_key(t, key, goes, context);
    if (t->type == TABLE_ORDERED_SET)
        return sweep_skip_list(t, goes, context);
    size_t count = 0;
    for (size_t i = 0; i < t->bucket_count; i++)
        count += sweep_chain(t, &t->buckets[i], NULL, goes, context);
    return count;
}

static bool always(void *context, const Object *o)
{
    (void) context;
    (void) o;
    return true;
}

static bool is_tuple_of(void *context, const Object *o) { return equal_exact(o->tuple, *(const term *) context); }

static bool never(void *context, const Object *o)
{
    (void) context;
    (void) o;
    return false;
}

size_t table_delete_key(Table *t, term key) { return sweep_key(t, key, always, NULL); }

size_t table_delete_object(Table *t, term tuple)
{
    return sweep_key(t, tuple_at(tuple, t->key_index), is_tuple_of, &tuple);
}

// ---- traversal ----

void cursor_start_at_bucket(Cursor *c, const Table *t, size_t bucket)
{
    *c = (Cursor) { .table = t, .bucket = bucket };
    c->next = bucket < t->bucket_count ? t->buckets[bucket] : NULL;
}

void cursor_start(Cursor *c, const Table *t)
{
    if (t->type == TABLE_ORDERED_SET)
        *c = (Cursor) { .table = t, .next = t->first[0] };
    else
        cursor_start_at_bucket(c, t, 0);
}

void cursor_start_after(Cursor *c, const Table *t, term key)
{
    Path path;
    skip_path((Table *) t, key, true, &path);
    *c = (Cursor) { .table = t, .next = path.links[0][0] };
}

const Object *cursor_next(Cursor *c)
{
    for (;;) {
        while (!c->next && c->bucket + 1 < c->table->bucket_count)
            c->next = c->table->buckets[++c->bucket];
        const Object *o = c->next;
        if (!o)
            return NULL;
        c->next = o->links[0];
        if (!o->doomed)
            return o;
    }
}

const Object *table_after(const Table *t, const Object *o)
{
    Cursor c = { .table = t, .next = o->links[0] };
    if (t->type != TABLE_ORDERED_SET)
        c.bucket = (size_t) (bucket_of(t, o->hash) - t->buckets);
    const Object *next;
    do {
        next = cursor_next(&c);
    } while (next && table_is_bag(t) && has_key(next, o->hash, o->key));
    return next;
}

Object *table_above(const Table *t, term key)
{
    Path path;
    skip_path((Table *) t, key, true, &path);
    Object *o = path.links[0][0];
    while (o && o->doomed)
        o = o->links[0];
    return o;
}

static Object *object_of_links(Object **links)
{
    return (Object *) ((char *) links - offsetof(Object, links));
}

Object *table_below(const Table *t, term key)
{
    Object **links = ((Table *) t)->first;
    Path path;
    if (key != NONE) {
        skip_path((Table *) t, key, false, &path);
        links = path.links[0];
    } else {
        for (int level = SKIP_LEVELS; level-- > 0;)
            while (links[level])
                links = links[level]->links;
    }
    if (links == t->first)
        return NULL;
    Object *o = object_of_links(links);
    return o->doomed ? table_below(t, o->key) : o;
}

// ---- fixing ----

bool table_fix(Table *t, term pid)
{
    Fixation *f = t->fixations;
    while (f && f->pid != pid)
        f = f->next;
    if (f) {
        f->count++;
        return true;
    }
    if (!(f = vm_malloc(sizeof *f)))
        return false;
    if (!t->fixations)
        t->fixed_since_ms = vm.system_ms;
    *f = (Fixation) { t->fixations, pid, 1 };
    t->fixations = f;
    return true;
}

static void unfix_link(Table *t, Fixation **link)
{
    Fixation *f = *link;
    *link = f->next;
    vm_mfree(f, sizeof *f);
    if (!t->fixations && t->doomed_count > 0)
        table_sweep(t, NONE, never, NULL);
}

static Fixation **fixation_link(Table *t, term pid)
{
    Fixation **link = &t->fixations;
    while (*link && (*link)->pid != pid)
        link = &(*link)->next;
    return link;
}

bool table_unfix(Table *t, term pid)
{
    Fixation **link = fixation_link(t, pid);
    if (!*link)
        return false;
    if (--(*link)->count == 0)
        unfix_link(t, link);
    return true;
}

void table_unfix_all(Table *t, term pid)
{
    Fixation **link = fixation_link(t, pid);
    if (*link)
        unfix_link(t, link);
}
