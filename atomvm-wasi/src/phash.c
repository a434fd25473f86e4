// erlang:phash, bit for bit OTP's: the portable hash from before phash2.
//
// One hash runs through the term; each part multiplies it by a prime near 2^28 that stands for its kind, and adds. Lists
// and tuples are multiplied once more after their parts.
#include "bits.h"
#include "hash.h"
#include "integer.h"
#include "record.h"

#include <stdlib.h>

enum prime {
    PRIME_1 = 268440163,
    PRIME_2 = 268439161,
    PRIME_3 = 268435459,
    PRIME_4 = 268436141,
    PRIME_5 = 268438633,
    PRIME_6 = 268437017,
    PRIME_8 = 268437511,
    PRIME_9 = 268439627,
    PRIME_10 = 268440479,
    PRIME_11 = 268440577,
    PRIME_12 = 268440581,
    PRIME_13 = 268440593,
    PRIME_14 = 268440611,
};

// Marks among the work still to do: like headers, so no terms.
//   MARK_TAIL      above the tail of a cell whose head is done
//   MARK_LIST_END  the last tail of a list is done
//   MARK_TUPLE     the elements of a tuple are done; the arity is above the low byte
enum { MARK_TAIL = 0x10, MARK_LIST_END = 0x20, MARK_TUPLE = 0x30 };

static uint32_t step_word(uint32_t hash, uint32_t word, uint32_t prime)
{
    for (int shift = 0; shift < 32; shift += 8) hash = hash * prime + (word >> shift & 0xFF);
    return hash;
}

static uint32_t phash_integer(uint32_t hash, term t)
{
    Integer n;
    integer_view(t, &n);
    hash = step_word(hash, n.size > 0 ? n.limbs[0] : 0, PRIME_2);
    for (size_t i = 1; i < n.size; i++) hash = step_word(hash, n.limbs[i], PRIME_2);
    return hash * (n.negative ? PRIME_4 : PRIME_3);
}

static uint32_t phash_bits(uint32_t hash, term t)
{
    size_t bits;
    uint8_t *copy;
    const uint8_t *bytes = hash_aligned_bytes(t, &bits, &copy);
    size_t size = bits / 8, odd = bits % 8;
    for (size_t i = 0; i < size; i++) hash = hash * PRIME_1 + bytes[i];
    if (odd) hash = (hash * PRIME_1 + ((uint32_t) bytes[size] >> (8 - odd))) * PRIME_12 + (uint32_t) odd;
    free(copy);
    return hash * PRIME_4 + (uint32_t) size;
}

static uint32_t phash_fun(Work *w, uint32_t hash, term t)
{
    if (boxed_kind(t) == KIND_EXTFUN) {
        const Function *f = extfun_function(t);
        hash = hash * PRIME_11 + f->arity;
        hash = hash * PRIME_1 + hash_atom_name(f->module);
        return hash * PRIME_1 + hash_atom_name(f->name);
    }
    const Lambda *f = fun_lambda(t);
    hash = hash * PRIME_10 + f->free_count;
    hash = hash * PRIME_1 + hash_atom_name(f->function->module);
    hash = hash * PRIME_2 + f->index;
    hash = hash * PRIME_2 + f->old_uniq;
    work_push_reversed(w, boxed_ptr(t) + 2, f->free_count);
    return hash;
}

static bool is_byte(term t) { return is_small(t) && small_value(t) >= 0 && small_value(t) < 256; }

// Bytes at the front of a list or of a tail, then what comes next: a head, or the last tail.
static uint32_t phash_list(Work *w, uint32_t hash, term t)
{
    while (is_cons(t) && is_byte(head(t))) {
        hash = hash * PRIME_2 + (uint32_t) small_value(head(t));
        t = tail(t);
    }
    if (is_cons(t)) {
        work_push(w, tail(t));
        work_push(w, MARK_TAIL);
        work_push(w, head(t));
    } else {
        work_push(w, MARK_LIST_END);
        work_push(w, t);
    }
    return hash;
}

static uint32_t phash_tuple(Work *w, uint32_t hash, term t)
{
    work_push(w, (term) tuple_arity(t) << 8 | MARK_TUPLE);
    work_push_reversed(w, tuple_elements(t), tuple_arity(t));
    return hash;
}

static uint32_t phash_boxed(Work *w, uint32_t hash, term t)
{
    uint32_t halves[2];
    switch (boxed_kind(t)) {
    case KIND_TUPLE:
        return phash_tuple(w, hash, t);
    case KIND_RECORD:
    case KIND_FLATMAP:
    case KIND_HASHMAP:
        return hash * PRIME_13 + PRIME_14 + phash2(t);
    case KIND_POSBIG:
    case KIND_NEGBIG:
        return phash_integer(hash, t);
    case KIND_FLOAT:
        hash_float_halves(t, halves);
        return hash * PRIME_6 + (halves[0] ^ halves[1]);
    case KIND_REF:
    case KIND_MAGIC:
        return hash * PRIME_9 + hash_ref_number(t, 0);
    case KIND_FUN:
    case KIND_EXTFUN:
        return phash_fun(w, hash, t);
    default:
        return phash_bits(hash, t);
    }
}

static uint32_t phash_immediate(uint32_t hash, term t)
{
    if (is_small(t)) return phash_integer(hash, t);
    if (is_atom(t)) return hash * PRIME_1 + hash_atom_name(t);
    return is_pid(t) ? step_word(hash, (uint32_t) (t >> 4), PRIME_5) : hash * PRIME_3 + 1;
}

uint32_t phash(term t)
{
    Work w;
    work_start(&w, t);
    while (w.count > 0) {
        t = work_pop(&w);
        if (t == MARK_LIST_END) w.hash *= PRIME_8;
        else if (t == MARK_TAIL) w.hash = phash_list(&w, w.hash, work_pop(&w));
        else if (is_header(t)) w.hash = w.hash * PRIME_9 + (uint32_t) (t >> 8);
        else if (is_cons(t)) w.hash = phash_list(&w, w.hash, t);
        else w.hash = is_boxed(t) ? phash_boxed(&w, w.hash, t) : phash_immediate(w.hash, t);
    }
    work_end(&w);
    return w.hash;
}
