// Copying terms out of one home into another, without recursion: the copy itself is the work list (as in Cheney's
// collector), the source is never touched.
#include "process.h"

#include "literal.h"

enum { STACK_STEP = 256 };

typedef struct TermStack {
    term *items, inline_items[STACK_STEP];
    size_t size, capacity;
} TermStack;

static void stack_push(TermStack *s, term t)
{
    if (s->size == s->capacity) {
        size_t old = s->capacity * WORD_BYTES;
        term *grown = vm_malloc(old * 2);
        if (!grown) return; // the measured size is then too small only for a process that is over its cap anyway
        memcpy(grown, s->items, old);
        if (s->items != s->inline_items) vm_mfree(s->items, old);
        s->items = grown;
        s->capacity *= 2;
    }
    s->items[s->size++] = t;
}

// First word that holds a term, and how many follow, of an object with terms in it.
static size_t term_words(const term *o, const term **first)
{
    size_t words = header_words(*o);
    switch (header_kind(*o)) {
    case KIND_FUN:
        *first = o + 2;
        return words - 1;
    case KIND_HNODE:
        *first = o + 2;
        return words - 1;
    case KIND_SUBBIN:
    case KIND_MATCH:
        *first = o + 1;
        return 1;
    case KIND_EXTFUN:
        return 0;
    default:
        *first = o + 1;
        return header_kind(*o) < KIND_RAW ? words : 0;
    }
}

size_t term_size(term t)
{
    TermStack s = { .items = s.inline_items, .capacity = STACK_STEP };
    size_t total = 0;
    for (;;) {
        while (is_cons(t) && !is_literal(list_ptr(t))) {
            total += 2;
            if (is_pointer(head(t))) stack_push(&s, head(t));
            t = tail(t);
        }
        if (is_boxed(t) && !is_literal(boxed_ptr(t))) {
            const term *o = boxed_ptr(t), *first = o;
            total += 1 + header_words(*o);
            for (size_t n = term_words(o, &first); n-- > 0;)
                if (is_pointer(first[n])) stack_push(&s, first[n]);
        }
        if (!s.size) break;
        t = s.items[--s.size];
    }
    if (s.items != s.inline_items) vm_mfree(s.items, s.capacity * WORD_BYTES);
    return total;
}

static void share_off_heap(term *o, term **off_heap)
{
    if (header_kind(*o) == KIND_REFCBIN) ((Blob *) o[2])->references++;
    else ((Resource *) o[2])->references++;
    o[1] = (term) *off_heap;
    *off_heap = o;
}

static term copy_boxed(term t, term **htop, term **off_heap)
{
    const term *from = boxed_ptr(t);
    size_t words = 1 + header_words(*from);
    term *to = *htop;
    memcpy(to, from, words * WORD_BYTES);
    *htop += words;
    if (header_kind(*to) == KIND_REFCBIN || header_kind(*to) == KIND_MAGIC) share_off_heap(to, off_heap);
    return make_boxed(to);
}

// Cells of a list's spine lie side by side; their heads still point at the source.
static term copy_spine(term t, term **htop)
{
    term first = NIL, *hole = &first;
    while (is_cons(t) && !is_literal(list_ptr(t))) {
        term *cell = *htop;
        *htop += 2;
        cell[0] = head(t);
        *hole = make_list(cell);
        hole = &cell[1];
        t = tail(t);
    }
    *hole = t;
    return first;
}

static term copy_one(term t, const term *start, term **htop, term **off_heap)
{
    if (!is_pointer(t)) return t;
    const term *o = is_cons(t) ? list_ptr(t) : boxed_ptr(t);
    if ((o >= start && o < *htop) || is_literal(o)) return t;
    return is_cons(t) ? copy_spine(t, htop) : copy_boxed(t, htop, off_heap);
}

term term_copy(term t, term **htop, term **off_heap)
{
    term *start = *htop;
    term result = copy_one(t, start, htop, off_heap);
    for (term *scan = start; scan < *htop;) {
        if (!is_header(*scan)) {
            *scan = copy_one(*scan, start, htop, off_heap);
            scan++;
            continue;
        }
        const term *first = scan;
        size_t terms = term_words(scan, &first);
        term *end = scan + 1 + header_words(*scan);
        for (scan = (term *) first; terms-- > 0; scan++) *scan = copy_one(*scan, start, htop, off_heap);
        scan = end;
    }
    return result;
}

void off_heap_release(term *o)
{
    while (o) {
        term *next = (term *) o[1];
        if (header_kind(*o) == KIND_REFCBIN) {
            blob_release((Blob *) o[2]);
        } else {
            Resource *r = (Resource *) o[2];
            if (--r->references == 0) r->type->destroy(r);
        }
        o = next;
    }
}
