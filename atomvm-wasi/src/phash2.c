// erlang:phash2, bit for bit OTP's.
//
// One 32-bit hash runs through the term depth first. Each kind of part has a constant, a multiple of the golden ratio, that
// is added to the one or two words that describe the part before they are mixed in. Runs of bytes in a list go in four at
// a time. The pairs of a map are hashed each from 0 and xored.
#include "bits.h"
#include "hash.h"
#include "integer.h"
#include "map.h"
#include "record.h"

#include <stdlib.h>

enum phash2_constant { SMALL_WORD = 1, NIL_WORD, ATOM_WORD, STRING_WORD, PID_WORD, REF_WORD = 7, TUPLE_WORD = 9, NEGATIVE_WORD, POSITIVE_WORD, FLOAT_WORD, BINARY_BYTES, FUNCTION_NAME, BINARY_TAIL, MAP_WORD, MAP_PAIRS = 19, RECORD_WORD = 29 };
enum { NIL_CODE = 2 };
#define HASH_OF_NIL 3468870702u

static uint32_t add_words(uint32_t hash, uint32_t x, uint32_t y, enum phash2_constant kind)
{
    uint32_t constant = (uint32_t) kind * GOLDEN_RATIO;
    return hash_mix(constant + x, constant + y, hash);
}

static uint32_t phash2_small(uint32_t hash, int64_t n)
{
    if (n >= -(1 << 27) && n < 1 << 27) {
        if (n < 0) hash = add_words(hash, (uint32_t) -n, 0, SMALL_WORD);
        return add_words(hash, (uint32_t) n, 0, SMALL_WORD);
    }
    uint64_t magnitude = n < 0 ? 0 - (uint64_t) n : (uint64_t) n;
    return add_words(hash, (uint32_t) magnitude, (uint32_t) (magnitude >> 32), n < 0 ? NEGATIVE_WORD : POSITIVE_WORD);
}

static uint32_t phash2_big(uint32_t hash, term t)
{
    Integer n;
    integer_view(t, &n);
    for (size_t i = 0; i < n.size; i += 2) {
        uint32_t high = i + 1 < n.size ? n.limbs[i + 1] : 0;
        hash = add_words(hash, n.limbs[i], high, n.negative ? NEGATIVE_WORD : POSITIVE_WORD);
    }
    return hash;
}

static uint32_t phash2_bits(uint32_t hash, term t)
{
    uint32_t initial = BINARY_BYTES * GOLDEN_RATIO + hash;
    size_t bits;
    uint8_t *copy;
    const uint8_t *bytes = hash_aligned_bytes(t, &bits, &copy);
    size_t size = bits / 8, odd = bits % 8;
    hash = bits == 0 ? initial : hash_bytes(bytes, size, initial);
    if (odd) hash = add_words(hash, (uint32_t) odd, (uint32_t) bytes[size] >> (8 - odd), BINARY_TAIL);
    free(copy);
    return hash;
}

static bool is_byte(term t) { return is_small(t) && small_value(t) >= 0 && small_value(t) < 256; }

// Bytes at the front of a list, then its next cell or its tail.
static uint32_t phash2_list(Work *w, uint32_t hash, term t)
{
    uint32_t packed = 0, count = 0;
    while (is_cons(t) && is_byte(head(t))) {
        packed = packed << 8 | (uint32_t) small_value(head(t));
        if (++count == 4) {
            hash = add_words(hash, packed, 0, STRING_WORD);
            packed = count = 0;
        }
        t = tail(t);
    }
    if (count > 0) hash = add_words(hash, packed, 0, STRING_WORD);
    if (is_cons(t)) {
        work_push(w, tail(t));
        t = head(t);
    }
    work_push(w, t);
    return hash;
}

static uint32_t phash2_fun(Work *w, uint32_t hash, term t)
{
    if (boxed_kind(t) == KIND_EXTFUN) {
        const Function *f = extfun_function(t);
        hash = add_words(hash, f->arity, hash_atom_name(f->module), SMALL_WORD);
        return add_words(hash, hash_atom_name(f->name), 0, FUNCTION_NAME);
    }
    const Lambda *f = fun_lambda(t);
    hash = add_words(hash, f->free_count, hash_atom_name(f->function->module), SMALL_WORD);
    work_push_reversed(w, boxed_ptr(t) + 2, f->free_count);
    return add_words(hash, f->index, f->old_uniq, SMALL_WORD);
}

static uint32_t phash2_boxed(Work *w, uint32_t hash, term t)
{
    uint32_t halves[2];
    switch (boxed_kind(t)) {
    case KIND_TUPLE:
        work_push_reversed(w, tuple_elements(t), tuple_arity(t));
        return add_words(hash, (uint32_t) tuple_arity(t), 0, TUPLE_WORD);
    case KIND_RECORD: // not OTP's value, which it does not document
        work_push_reversed(w, record_values(t), record_size(t));
        work_push(w, record_definition(t));
        return add_words(hash, (uint32_t) record_size(t), 0, RECORD_WORD);
    case KIND_POSBIG:
    case KIND_NEGBIG:
        return phash2_big(hash, t);
    case KIND_FLOAT:
        hash_float_halves(t, halves);
        return add_words(hash, halves[1], halves[0], FLOAT_WORD);
    case KIND_REF:
    case KIND_MAGIC:
        return add_words(hash, hash_ref_number(t, 0), 0, REF_WORD);
    case KIND_FUN:
    case KIND_EXTFUN:
        return phash2_fun(w, hash, t);
    default:
        return phash2_bits(hash, t);
    }
}

static uint32_t phash2_immediate(uint32_t hash, term t)
{
    if (is_small(t)) return phash2_small(hash, small_value(t));
    if (is_atom(t)) return hash == 0 ? hash_atom_name(t) : add_words(hash, hash_atom_name(t), 0, ATOM_WORD);
    if (is_pid(t)) return add_words(hash, (uint32_t) (t >> 4), 0, PID_WORD);
    return hash == 0 ? HASH_OF_NIL : add_words(hash, NIL_CODE, 0, NIL_WORD);
}

uint32_t phash2(term t)
{
    if (!is_pointer(t)) return phash2_immediate(0, t);
    Work w;
    work_start(&w, t);
    while (w.count > 0) {
        t = work_pop(&w);
        if (t == MARK_PAIR) {
            w.pairs ^= w.hash;
            w.hash = 0;
        } else if (t == MARK_MAP) {
            uint32_t pairs = work_leave_map(&w);
            w.hash = add_words(w.hash, pairs, 0, MAP_PAIRS);
        } else if (is_cons(t)) {
            w.hash = phash2_list(&w, w.hash, t);
        } else if (is_map(t)) {
            w.hash = add_words(w.hash, (uint32_t) map_size(t), 0, MAP_WORD);
            if (map_size(t) > 0) work_enter_map(&w, t);
        } else {
            w.hash = is_boxed(t) ? phash2_boxed(&w, w.hash, t) : phash2_immediate(w.hash, t);
        }
    }
    work_end(&w);
    return w.hash;
}
