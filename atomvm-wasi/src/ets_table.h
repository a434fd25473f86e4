// The storage of ets tables: objects, copied in, in a hash table or a skip list. No natives here, nothing raises.
//
//   set, bag, duplicate_bag   buckets of chains; objects of one key lie side by side, the newest first
//   ordered_set               skip list ascending by compare (==)
//
// A fixed table keeps what is deleted as `doomed` objects, which lookups pass over and traversals can stand on, and does
// not grow its buckets; the last unfixing sweeps them out.
#ifndef ATOMVM_ETS_TABLE_H
#define ATOMVM_ETS_TABLE_H

#include "resource.h"

enum table_type { TABLE_SET, TABLE_ORDERED_SET, TABLE_BAG, TABLE_DUPLICATE_BAG };
enum table_protection { TABLE_PUBLIC, TABLE_PROTECTED, TABLE_PRIVATE };
enum { SKIP_LEVELS = 16 };

// One block: the struct, `level` links, the words of the copy.
typedef struct Object {
    term tuple, key; // the key is an element of the tuple
    term *off_heap;
    size_t words;
    uint32_t hash;
    uint16_t level;
    bool doomed;
    struct Object *links[];
} Object;

typedef struct Fixation {
    struct Fixation *next;
    term pid;
    uint32_t count;
} Fixation;

typedef struct Table {
    Handle handle;
    struct Table *next, *previous; // of all tables
    struct Table *next_named;
    term name;
    bool named, alive;
    enum table_type type;
    enum table_protection protection;
    bool read_concurrency, write_concurrency, decentralized_counters, compressed; // as asked for; without effect
    size_t key_index;
    term owner, heir; // pids; heir may be ATOM_none
    Fragment *heir_fragment;
    term heir_data;

    size_t count, doomed_count;
    size_t bytes; // of the objects
    Object **buckets;
    size_t bucket_count; // a power of two
    Object *first[SKIP_LEVELS];
    uint32_t random; // for the levels of the skip list
    Fixation *fixations;
    double fixed_since_ms;
} Table;

static inline bool table_is_bag(const Table *t) { return t->type == TABLE_BAG || t->type == TABLE_DUPLICATE_BAG; }

bool table_init(Table *t); // storage of an otherwise filled table; false: no memory
void table_clear(Table *t);
void table_free_storage(Table *t); // after table_clear

// Newest object with this key, doomed or not, or NULL. table_same_key: the next older one.
Object *table_find_any(const Table *t, term key);
Object *table_same_key(const Table *t, const Object *o);
// The same, over live objects only.
Object *table_find(const Table *t, term key);
Object *table_next_live(const Table *t, const Object *o);

// Adds a copy of the tuple as the table's type demands: replacing, or beside others. False: no memory, nothing changed.
bool table_insert(Table *t, term tuple);
// Puts a copy of the tuple, which has the same key, in the place of a live object.
bool table_replace(Table *t, Object *old, term tuple);
// Removes (or dooms) the live objects with this key (NONE: all objects) for which `goes` holds; returns how many.
size_t table_sweep(Table *t, term key, bool (*goes)(void *context, const Object *o), void *context);
size_t table_delete_key(Table *t, term key);
size_t table_delete_object(Table *t, term tuple);

// Traversal in storage order, live objects only. `next` is read before the object is handed out.
typedef struct Cursor {
    const Table *table;
    size_t bucket;
    const Object *next;
} Cursor;
void cursor_start(Cursor *c, const Table *t);
void cursor_start_at_bucket(Cursor *c, const Table *t, size_t bucket);
void cursor_start_after(Cursor *c, const Table *t, term key); // ordered_set: first key greater than `key`
const Object *cursor_next(Cursor *c);                         // NULL at the end
// The first live object of the next key after `o`, for ets:next/2.
const Object *table_after(const Table *t, const Object *o);
// ordered_set: greatest below key (NONE: the last of all), smallest above key.
Object *table_below(const Table *t, term key);
Object *table_above(const Table *t, term key);

bool table_fix(Table *t, term pid);     // false: no memory
bool table_unfix(Table *t, term pid);   // false: it was not fixed by pid
void table_unfix_all(Table *t, term pid);

#endif
