// The collector: copying, generational, one process at a time.
//
// A minor collection moves what lived through the last one (below `mature`) to the old heap and the rest to a new young
// heap. A major one moves everything to one new young heap. Nothing old ever points at something younger, since terms
// do not change once built; so the old heap is no root. Fragments of natives count as young.
//
// All roots are in visit_roots.
#include "heap_limit.h"

typedef struct Collection {
    Process *p;
    const term *young, *young_end; // from-space
    const term *mature;            // below: goes to the old heap
    const term *old, *old_end;     // from-space too in a major collection, otherwise both NULL
    Fragment *fragments;
    term *to, *to_old; // next free words
} Collection;

static bool in_fragments(const Collection *c, const term *o)
{
    for (const Fragment *f = c->fragments; f; f = f->next)
        if (o >= f->data && o < f->data + f->used) return true;
    return false;
}

static inline bool is_from_space(const Collection *c, const term *o)
{
    if (o >= c->young && o < c->young_end) return true;
    if (o >= c->old && o < c->old_end) return true;
    return c->fragments && in_fragments(c, o);
}

static inline term **target(Collection *c, const term *o)
{
    return o >= c->young && o < c->mature ? &c->to_old : &c->to;
}

static inline void visit(Collection *c, term *slot)
{
    term t = *slot;
    if (!is_pointer(t)) return;
    if (is_cons(t)) {
        term *cell = list_ptr(t);
        if (!is_from_space(c, cell)) return;
        if (cell[0] == NONE) {
            *slot = cell[1];
            return;
        }
        term **to = target(c, cell), *copy = *to;
        copy[0] = cell[0];
        copy[1] = cell[1];
        *to = copy + 2;
        cell[0] = NONE;
        *slot = cell[1] = make_list(copy);
        return;
    }
    term *object = boxed_ptr(t);
    if (!is_from_space(c, object)) return;
    if (is_boxed(*object)) {
        *slot = *object;
        return;
    }
    size_t words = 1 + header_words(*object);
    term **to = target(c, object), *copy = *to;
    for (size_t i = 0; i < words; i++) copy[i] = object[i];
    *to = copy + words;
    *slot = *object = make_boxed(copy);
}

// Visits the terms of the object or cell word at *scan; returns where the next begins.
static inline term *visit_at(Collection *c, term *scan)
{
    term w = *scan;
    if (!is_header(w)) {
        visit(c, scan);
        return scan + 1;
    }
    term *end = scan + 1 + header_words(w);
    switch (header_kind(w)) {
    case KIND_FUN:
    case KIND_HNODE:
        for (term *s = scan + 2; s < end; s++) visit(c, s);
        return end;
    case KIND_SUBBIN:
    case KIND_MATCH:
        visit(c, scan + 1);
        return end;
    case KIND_TUPLE:
    case KIND_FLATMAP:
    case KIND_HASHMAP:
        return scan + 1; // its elements follow as words
    default:
        return end;
    }
}

static void visit_roots(Collection *c, uint32_t live)
{
    Process *p = c->p;
    ProcessState *s = p->state;
    for (uint32_t i = 0; i < live; i++) visit(c, &vm.x[i]);
    for (term *slot = p->stop; slot < p->end; slot++) visit(c, slot);
    visit(c, &p->exception.reason);
    visit(c, &p->exception.args);
    visit(c, &p->exception.info);
    visit(c, &p->exception.cause);
    visit(c, &p->exception.trace);
    visit(c, &s->dictionary);
    for (Message *m = s->first; m; m = m->next)
        if (!m->fragment) visit(c, &m->value);
}

static void scan_to_space(Collection *c, term *young_scan, term *old_scan)
{
    while (young_scan < c->to || old_scan < c->to_old) {
        while (old_scan < c->to_old) old_scan = visit_at(c, old_scan);
        while (young_scan < c->to) young_scan = visit_at(c, young_scan);
    }
}

// Relinks the survivors of one off-heap list, gives up the others. Returns the bytes that live on.
static size_t sweep_off_heap(Process *p, term *object)
{
    size_t bytes = 0;
    while (object) {
        term *next = (term *) object[1];
        if (is_boxed(*object)) { // moved: its words are intact behind the new header
            term *moved = boxed_ptr(*object);
            bool old = moved >= p->old_heap && moved < p->old_end;
            term **list = old ? &p->old_off_heap : &p->off_heap;
            moved[1] = (term) *list;
            *list = moved;
            if (header_kind(*moved) == KIND_REFCBIN) bytes += moved[3];
        } else {
            object[1] = 0;
            off_heap_release(object);
        }
        object = next;
    }
    return bytes;
}

static size_t size_step(size_t words)
{
    size_t size = MIN_HEAP_WORDS;
    while (size < words) size += size < 1 << 20 ? size / 2 + 16 : size / 4;
    return size;
}

static size_t fragment_words(const Process *p)
{
    size_t total = 0;
    for (const Fragment *f = p->fragments; f; f = f->next) total += f->used;
    return total;
}

static void move_stack(Process *p, term *new_heap, size_t size)
{
    size_t stack = (size_t) (p->end - p->stop);
    memcpy(new_heap + size - stack, p->stop, stack * WORD_BYTES);
    p->stop = new_heap + size - stack;
    p->end = new_heap + size;
}

void fragments_free(Process *p)
{
    for (Fragment *f = p->fragments, *next; f; f = next) {
        next = f->next;
        vm_mfree(f, sizeof *f + f->words * WORD_BYTES);
    }
    p->fragments = NULL;
}

static void poison(term *from, size_t words)
{
#ifdef VM_HOSTILE
    memset(from, 0xA7, words * WORD_BYTES);
#else
    (void) from, (void) words;
#endif
}

static bool prepare_old_heap(Process *p, size_t mature_words)
{
    if (!mature_words) return true;
    if (p->old_heap) return (size_t) (p->old_end - p->old_top) >= mature_words;
    size_t size = size_step(mature_words * 2);
    p->old_heap = vm_malloc(size * WORD_BYTES);
    if (!p->old_heap) return false;
    p->old_top = p->old_heap;
    p->old_end = p->old_heap + size;
    return true;
}

enum mode {
    PROMOTE, // minor: survivors of the last collection go to the old heap
    MOVE,    // the young heap into one of another size, nothing promoted
    MAJOR,   // everything into one young heap
};

static bool collect(Process *p, size_t size, uint32_t live, enum mode mode)
{
    term *to = vm_malloc(size * WORD_BYTES);
    if (!to) return false;
    term *from = p->heap;
    size_t from_size = (size_t) (p->end - p->heap);
    Collection c = { .p = p, .young = p->heap, .young_end = p->htop, .mature = mode == PROMOTE ? p->mature : p->heap,
        .fragments = p->fragments, .to = to, .to_old = p->old_top };
    term *dead_old = NULL;
    size_t dead_old_size = 0;
    if (mode == MAJOR) {
        dead_old = p->old_heap;
        dead_old_size = (size_t) (p->old_end - p->old_heap);
        c.old = p->old_heap;
        c.old_end = p->old_top;
        c.to_old = NULL;
    }
    term *old_scan = c.to_old;
    visit_roots(&c, live);
    scan_to_space(&c, to, old_scan);

    term *young_list = p->off_heap, *old_list = p->old_off_heap;
    p->off_heap = NULL;
    size_t lives = 0; // bytes held off the heap
    if (mode == MAJOR) {
        p->old_heap = p->old_top = p->old_end = NULL;
        p->old_off_heap = NULL;
        lives += sweep_off_heap(p, old_list);
    } else {
        p->old_top = c.to_old;
    }
    lives += sweep_off_heap(p, young_list);
    if (mode == MAJOR) p->off_heap_bytes = lives;
    fragments_free(p);
    move_stack(p, to, size);
    p->heap = to;
    p->htop = p->mature = c.to;
    poison(from, from_size);
    vm_mfree(from, from_size * WORD_BYTES);
    if (dead_old) {
        poison(dead_old, dead_old_size);
        vm_mfree(dead_old, dead_old_size * WORD_BYTES);
    }
    return true;
}

// Below ROOMY_WORDS of live data a heap has as much free room again, above half of that.
enum { MINOR_COLLECTIONS_MAX = 64, OFF_HEAP_MAJOR_BYTES = 4 << 20, ROOMY_WORDS = 1 << 18 };

// After a collection: is the heap of a good size for what lives in it?
static bool fit_heap(Process *p, size_t need, uint32_t live)
{
    ProcessState *s = p->state;
    size_t size = (size_t) (p->end - p->heap);
    size_t lives = (size_t) (p->htop - p->heap) + (size_t) (p->end - p->stop);
    size_t good = size_step(lives + need + (lives < ROOMY_WORDS ? lives : lives / 2));
    if (good < s->min_heap_words) good = s->min_heap_words;
    s->next_heap_words = good > size ? good : 0; // grow with the next collection
    bool must = size < lives + need, wasteful = size > 4096 && good < size / 8;
    return must || wasteful ? collect(p, must ? size_step(lives + need + lives) : good * 2, live, MOVE) : true;
}

// False: without memory for it. A major one takes the old heap and what it holds off the heap along.
static bool collect_once(Process *p, size_t need, uint32_t live, bool major)
{
    ProcessState *s = p->state;
    size_t stack = (size_t) (p->end - p->stop), used = (size_t) (p->htop - p->heap);
    size_t bound = used + fragment_words(p) + stack + (major ? (size_t) (p->old_top - p->old_heap) : 0);
    size_t size = (size_t) (p->end - p->heap);
    if (bound > size) size = size_step(bound);
    if (size < s->next_heap_words) size = s->next_heap_words;
    if (size < s->min_heap_words) size = s->min_heap_words;
    if (!collect(p, size, live, major ? MAJOR : PROMOTE)) return false;
    p->minor_collections = major ? 0 : p->minor_collections + 1;
    if (major) s->off_heap_limit = 2 * p->off_heap_bytes + OFF_HEAP_MAJOR_BYTES;
    fit_heap(p, need, live);
    return true;
}

// A process over its max_heap_size is collected as a whole before it is ended or reported: nothing dead counts.
static bool within_heap_limit(Process *p, size_t need, uint32_t live, bool was_major)
{
    ProcessState *s = p->state;
    if (!s->heap_limit.words || heap_limit_counted(p) <= s->heap_limit.words) return true;
    if (!was_major && collect_once(p, need, live, true) && heap_limit_counted(p) <= s->heap_limit.words) return true;
    heap_limit_report(p);
    s->over_heap_limit = s->heap_limit.kill;
    return !s->heap_limit.kill;
}

bool gc_collect(Process *p, size_t need, uint32_t live, bool full)
{
    ProcessState *s = p->state;
    s->collections++;
    bool major = full || p->minor_collections >= MINOR_COLLECTIONS_MAX || p->off_heap_bytes > s->off_heap_limit;
    if (!major && !prepare_old_heap(p, (size_t) (p->mature - p->heap))) major = true;
    if (!collect_once(p, need, live, major) || !within_heap_limit(p, need, live, major)) return false;
    return (size_t) (p->stop - p->htop) >= need;
}

void heap_free_all(Process *p)
{
    off_heap_release(p->off_heap); // some of it lies in the fragments
    off_heap_release(p->old_off_heap);
    p->off_heap = p->old_off_heap = NULL;
    fragments_free(p);
    poison(p->heap, (size_t) (p->end - p->heap));
    vm_mfree(p->heap, (size_t) (p->end - p->heap) * WORD_BYTES);
    vm_mfree(p->old_heap, (size_t) (p->old_end - p->old_heap) * WORD_BYTES);
    p->heap = p->htop = p->stop = p->end = p->mature = p->old_heap = p->old_top = p->old_end = NULL;
}
