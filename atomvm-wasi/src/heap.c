// Building terms for natives, and the fragments that keep natives free of the collector.
#include "process.h"

static Fragment *fragment_new(size_t words)
{
    Fragment *f = vm_malloc_uncapped(sizeof *f + words * WORD_BYTES);
    *f = (Fragment) { .words = words };
    return f;
}

void fragment_free(Fragment *f)
{
    if (!f) return;
    off_heap_release(f->off_heap);
    vm_mfree(f, sizeof *f + f->words * WORD_BYTES);
}

#ifndef VM_HOSTILE
enum { FRAGMENT_MIN_WORDS = 256 };
#else
enum { FRAGMENT_MIN_WORDS = 1 };
#endif

term *heap_alloc(Process *p, size_t words)
{
    // A hostile build has room for nobody, so that something is collected after every native that builds.
    if (FRAGMENT_MIN_WORDS > 1 && !p->fragments && (size_t) (p->stop - p->htop) >= words) {
        term *room = p->htop;
        p->htop += words;
        return room;
    }
    Fragment *f = p->fragments;
    if (!f || f->words - f->used < words) {
        // Each at least as large as all before: few fragments however much a native builds.
        size_t size = f ? f->words * 2 : FRAGMENT_MIN_WORDS;
        f = fragment_new(size > words ? size : words);
        f->next = p->fragments;
        p->fragments = f;
        p->attention = true;
        if (vm.memory_used > vm.memory_cap && p->state) p->state->over_limit = true;
    }
    term *room = f->data + f->used;
    f->used += words;
    return room;
}

void heap_trim(Process *p, term *from)
{
    Fragment *f = p->fragments;
    if (f && from >= f->data && from <= f->data + f->used) f->used = (size_t) (from - f->data);
    else if (!f && from >= p->heap && from <= p->htop) p->htop = from;
}

term make_integer(Process *p, int64_t n)
{
    if (fits_small(n)) return make_small((sterm) n);
    uint64_t magnitude = n < 0 ? (uint64_t) 0 - (uint64_t) n : (uint64_t) n;
    size_t words = sizeof magnitude / WORD_BYTES;
    if (words > 1 && magnitude >> 32 == 0) words = 1;
    term *o = heap_alloc(p, 1 + words);
    o[0] = make_header(n < 0 ? KIND_NEGBIG : KIND_POSBIG, words);
    memcpy(o + 1, &magnitude, words * WORD_BYTES);
    return make_boxed(o);
}

term make_unsigned(Process *p, uint64_t n)
{
    if (n <= (uint64_t) SMALL_MAX) return make_small((sterm) n);
    size_t words = sizeof n / WORD_BYTES;
    if (words > 1 && n >> 32 == 0) words = 1;
    term *o = heap_alloc(p, 1 + words);
    o[0] = make_header(KIND_POSBIG, words);
    memcpy(o + 1, &n, words * WORD_BYTES);
    return make_boxed(o);
}

term make_double(Process *p, double d)
{
    term *top = heap_alloc(p, FLOAT_WORDS);
    return put_float(&top, d);
}

term make_tuple(Process *p, size_t arity, const term *elements)
{
    term *o = heap_alloc(p, 1 + arity);
    o[0] = make_header(KIND_TUPLE, arity);
    memcpy(o + 1, elements, arity * WORD_BYTES);
    return make_boxed(o);
}

term cons(Process *p, term h, term t)
{
    term *top = heap_alloc(p, 2);
    return put_cons(&top, h, t);
}

term make_list_of(Process *p, const term *elements, size_t count, term tail_term)
{
    term *top = heap_alloc(p, 2 * count);
    for (size_t i = count; i-- > 0;) tail_term = put_cons(&top, elements[i], tail_term);
    return tail_term;
}

term make_string(Process *p, const char *latin1, size_t length)
{
    term *top = heap_alloc(p, 2 * length), list = NIL;
    for (size_t i = length; i-- > 0;) list = put_cons(&top, make_small((unsigned char) latin1[i]), list);
    return list;
}

// A blob of a literal lives for ever, but those who share it after a freeze forget to give it up when they are reset:
// its count may drift, and must not reach 0.
enum { FIRST_REFERENCE = 1, KEPT_REFERENCES = 1 << 30 };

Blob *blob_new(size_t capacity)
{
    Blob *b = vm_malloc(sizeof *b + capacity);
    if (b) *b = (Blob) { .references = memory_keeps() ? KEPT_REFERENCES : FIRST_REFERENCE, .capacity = capacity };
    return b;
}

void blob_release(Blob *b)
{
    if (--b->references == 0) vm_mfree(b, sizeof *b + b->capacity);
}

term make_binary(Process *p, const void *bytes_in, size_t size, uint8_t **bytes)
{
    uint8_t *data;
    term *o;
    if (size <= HEAPBIN_MAX) {
        size_t words = 1 + WORDS_FOR_BYTES(size);
        o = heap_alloc(p, 1 + words);
        o[0] = make_header(KIND_HEAPBIN, words);
        o[1] = size;
        data = (uint8_t *) (o + 2);
    } else {
        Blob *blob = size < SIZE_MAX / 16 ? blob_new(size) : NULL;
        if (!blob) return raise_system_limit(p);
        blob->used = size;
        o = heap_alloc(p, 4);
        o[0] = make_header(KIND_REFCBIN, 3);
        o[1] = (term) p->off_heap;
        o[2] = (term) blob;
        o[3] = size;
        p->off_heap = o;
        off_heap_grew(p, size);
        data = blob->data;
    }
    if (bytes_in) memcpy(data, bytes_in, size);
    if (bytes) *bytes = data;
    return make_boxed(o);
}

RefId ref_id(term ref)
{
    RefId r;
    memcpy(&r, boxed_ptr(ref) + (boxed_kind(ref) == KIND_MAGIC ? 3 : 1), sizeof r);
    return r;
}

RefId ref_fresh(void)
{
    if (++vm.ref_counter[0] == 0 && ++vm.ref_counter[1] == 0) vm.ref_counter[2]++;
    RefId r;
    memcpy(&r, vm.ref_counter, sizeof r);
    return r;
}

term ref_term(Process *p, RefId id)
{
    size_t words = WORDS_FOR_BYTES(sizeof id);
    term *o = heap_alloc(p, 1 + words);
    o[words] = 0; // padding
    o[0] = make_header(KIND_REF, words);
    memcpy(o + 1, &id, sizeof id);
    return make_boxed(o);
}

term make_ref(Process *p) { return ref_term(p, ref_fresh()); }

sterm list_length(term list)
{
    sterm n = 0;
    for (; is_cons(list); list = tail(list)) n++;
    return is_nil(list) ? n : -1;
}

Fragment *fragment_copy(term t, term *copy)
{
    size_t words = term_size(t);
    if (!words) {
        *copy = t;
        return NULL;
    }
    Fragment *f = fragment_new(words);
    term *top = f->data;
    *copy = term_copy(t, &top, &f->off_heap);
    f->used = (size_t) (top - f->data);
    return f;
}
