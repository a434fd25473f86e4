// The walk and the mixing of hash.h, and the VM's own hash for maps and tables.
#include "hash.h"

#include "bits.h"
#include "integer.h"
#include "map.h"
#include "record.h"

#include <stdlib.h>

// ---- the walk ----

// Scratch memory is outside vm.memory_cap: hashing has no way to fail, and gives it back before it returns.
void work_push(Work *w, term t)
{
    if (w->count == w->capacity) {
        bool inline_items = w->items == w->first;
        term *grown = realloc(inline_items ? NULL : w->items, 2 * w->capacity * sizeof(term));
        if (!grown) abort();
        if (inline_items) memcpy(grown, w->first, sizeof w->first);
        w->items = grown;
        w->capacity *= 2;
    }
    w->items[w->count++] = t;
}

void work_start(Work *w, term t)
{
    w->items = w->first;
    w->count = 0;
    w->capacity = WORK_INLINE;
    w->hash = w->pairs = 0;
    work_push(w, t);
}

void work_end(Work *w)
{
    if (w->items != w->first) free(w->items);
}

void work_push_reversed(Work *w, const term *terms, size_t count)
{
    while (count-- > 0) work_push(w, terms[count]);
}

// In halves, since a small may have 30 bits only.
static void push32(Work *w, uint32_t n)
{
    work_push(w, make_small((sterm) (n >> 16)));
    work_push(w, make_small((sterm) (n & 0xFFFF)));
}

static uint32_t pop32(Work *w)
{
    uint32_t low = (uint32_t) small_value(work_pop(w));
    return (uint32_t) small_value(work_pop(w)) << 16 | low;
}

void work_enter_map(Work *w, term map)
{
    push32(w, w->hash);
    push32(w, w->pairs);
    work_push(w, MARK_MAP);
    MapIterator it = { 0 };
    map_iterate(&it, map);
    while (map_next(&it)) {
        work_push(w, MARK_PAIR);
        work_push(w, it.value);
        work_push(w, it.key);
    }
    w->hash = w->pairs = 0;
}

uint32_t work_leave_map(Work *w)
{
    uint32_t pairs = w->pairs;
    w->pairs = pop32(w);
    w->hash = pop32(w);
    return pairs;
}

// ---- mixing ----

typedef struct Mixer {
    uint32_t a, b, c;
} Mixer;

static void mixer_step(Mixer *m)
{
    uint32_t a = m->a, b = m->b, c = m->c;
    a = (a - b - c) ^ (c >> 13);
    b = (b - c - a) ^ (a << 8);
    c = (c - a - b) ^ (b >> 13);
    a = (a - b - c) ^ (c >> 12);
    b = (b - c - a) ^ (a << 16);
    c = (c - a - b) ^ (b >> 5);
    a = (a - b - c) ^ (c >> 3);
    b = (b - c - a) ^ (a << 10);
    c = (c - a - b) ^ (b >> 15);
    *m = (Mixer) { a, b, c };
}

static uint32_t little32(const uint8_t *k)
{
    return (uint32_t) k[0] | (uint32_t) k[1] << 8 | (uint32_t) k[2] << 16 | (uint32_t) k[3] << 24;
}

uint32_t hash_mix(uint32_t a, uint32_t b, uint32_t c)
{
    Mixer m = { a, b, c };
    mixer_step(&m);
    return m.c;
}

uint32_t hash_bytes(const uint8_t *k, size_t length, uint32_t initial)
{
    Mixer m = { GOLDEN_RATIO, GOLDEN_RATIO, initial };
    size_t left = length;
    for (; left >= 12; left -= 12, k += 12) {
        m.a += little32(k);
        m.b += little32(k + 4);
        m.c += little32(k + 8);
        mixer_step(&m);
    }
    uint8_t rest[12] = { 0 };
    memcpy(rest, k, left);
    m.a += little32(rest);
    m.b += little32(rest + 4);
    m.c += (little32(rest + 8) << 8) + (uint32_t) length; // the low byte is the length's
    mixer_step(&m);
    return m.c;
}

// ---- parts of terms ----

const uint8_t *hash_aligned_bytes(term bitstring, size_t *bit_size, uint8_t **copy)
{
    Bits bits;
    bits_of(bitstring, &bits);
    *bit_size = bits.bit_size;
    *copy = NULL;
    if (bits.bit_offset == 0) return bits.bytes;
    *copy = calloc(bits.bit_size / 8 + 1, 1);
    if (!*copy) abort();
    bits_copy(*copy, 0, bits.bytes, bits.bit_offset, bits.bit_size);
    return *copy;
}

void hash_float_halves(term t, uint32_t halves[2])
{
    double d = float_value(t) == 0 ? 0.0 : float_value(t);
    uint64_t word;
    memcpy(&word, &d, sizeof word);
    halves[0] = (uint32_t) word;
    halves[1] = (uint32_t) (word >> 32);
}

uint32_t hash_ref_number(term ref, size_t i)
{
    return ((const uint32_t *) (boxed_ptr(ref) + (boxed_kind(ref) == KIND_MAGIC ? 3 : 1)))[i];
}

// Over the characters; those of two UTF-8 bytes count as Latin-1, others byte by byte.
uint32_t hash_atom_name(term atom)
{
    size_t length;
    const uint8_t *s = (const uint8_t *) atom_text(atom, &length), *end = s + length;
    uint32_t hash = 0;
    while (s < end) {
        uint32_t c = *s++;
        if (s < end && (c & 0xFE) == 0xC2 && (*s & 0xC0) == 0x80) c = (c << 6 | (*s++ & 0x3F)) & 0xFF;
        hash = (hash << 4) + c;
        uint32_t high = hash & 0xF0000000u;
        hash = (hash ^ high >> 24) & ~high;
    }
    return hash;
}

// ---- the VM's own hash ----

static uint32_t blend(uint32_t hash, uint32_t value)
{
    hash = (hash ^ value) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return hash ^ hash >> 16;
}

// Word by word, so the same on machines of either size only for equal words; nothing outlives a run of the VM.
static uint32_t blend_word(uint32_t hash, term word)
{
    hash = blend(hash, (uint32_t) word);
    return sizeof(term) > 4 ? blend(hash, (uint32_t) ((uint64_t) word >> 32)) : hash;
}

static uint32_t own_hash_bits(term t, uint32_t hash)
{
    size_t bits;
    uint8_t *copy;
    const uint8_t *bytes = hash_aligned_bytes(t, &bits, &copy);
    hash = hash_bytes(bytes, bits / 8, hash);
    unsigned odd = bits % 8;
    if (odd) hash = blend(hash, (uint32_t) bytes[bits / 8] >> (8 - odd) | odd << 8);
    free(copy);
    return hash;
}

// Everything but maps; terms inside are pushed.
static uint32_t own_hash_boxed(Work *w, term t, uint32_t hash)
{
    Integer integer;
    uint32_t halves[2];
    const Function *f;
    switch (boxed_kind(t)) {
    case KIND_TUPLE:
        work_push_reversed(w, tuple_elements(t), tuple_arity(t));
        return blend(hash, (uint32_t) tuple_arity(t));
    case KIND_RECORD:
        work_push_reversed(w, record_values(t), record_size(t));
        return blend(blend(hash, atom_hash(record_module(t))), atom_hash(record_name(t)));
    case KIND_POSBIG:
    case KIND_NEGBIG:
        integer_view(t, &integer);
        hash = blend(hash, integer.negative);
        for (size_t i = 0; i < integer.size; i++) hash = blend(hash, integer.limbs[i]);
        return hash;
    case KIND_FLOAT:
        hash_float_halves(t, halves);
        return blend(blend(hash, halves[0]), halves[1]);
    case KIND_REF:
    case KIND_MAGIC:
        return blend(blend(hash, hash_ref_number(t, 0)), hash_ref_number(t, 1));
    case KIND_FUN:
        f = fun_lambda(t)->function;
        work_push_reversed(w, boxed_ptr(t) + 2, fun_lambda(t)->free_count);
        return blend(blend(hash, atom_hash(f->module)), fun_lambda(t)->index);
    case KIND_EXTFUN:
        f = extfun_function(t);
        return blend(blend(blend(hash, atom_hash(f->module)), atom_hash(f->name)), f->arity);
    default:
        return own_hash_bits(t, hash);
    }
}

static uint32_t own_hash_deep(term t)
{
    Work w;
    work_start(&w, t);
    w.hash = 0x5bd1e995u;
    while (w.count > 0) {
        t = work_pop(&w);
        if (t == MARK_PAIR) {
            w.pairs += w.hash; // whatever the order of the pairs
            w.hash = 0;
        } else if (t == MARK_MAP) {
            uint32_t pairs = work_leave_map(&w);
            w.hash = blend(w.hash, pairs);
        } else if (is_cons(t)) {
            w.hash = blend(w.hash, 0x6c697374u);
            work_push(&w, tail(t));
            work_push(&w, head(t));
        } else if (is_map(t)) {
            w.hash = blend(w.hash, 0x6d617000u + (uint32_t) map_size(t));
            work_enter_map(&w, t);
        } else if (is_boxed(t)) {
            w.hash = own_hash_boxed(&w, t, w.hash);
        } else {
            w.hash = is_atom(t) ? blend(w.hash, atom_hash(t)) : blend_word(w.hash, t);
        }
    }
    work_end(&w);
    return w.hash;
}

uint32_t term_hash(term t)
{
    if (is_atom(t)) return blend(0x61746f6du, atom_hash(t));
    if (!is_pointer(t)) return blend_word(0x776f7264u, t);
    return own_hash_deep(t);
}
