// What the hashes of terms share: the walk over a deep term without recursion, and Jenkins' mixing.
//
// The walk keeps a stack of what is still to hash: terms, and marks. The pairs of a map are pushed as key, value, MARK_PAIR
// each, above MARK_MAP, above the two hashes that were running when the map was met.
#ifndef ATOMVM_HASH_H
#define ATOMVM_HASH_H

#include "vm.h"

enum { WORK_INLINE = 64, MARK_PAIR = 0x10, MARK_MAP = 0x20 }; // marks look like headers: no term has these values

typedef struct Work {
    term first[WORK_INLINE], *items;
    size_t count, capacity;
    uint32_t hash, pairs; // running, of the terms and of the innermost map's pairs
} Work;

void work_start(Work *w, term t);
void work_push(Work *w, term t);
static inline term work_pop(Work *w) { return w->items[--w->count]; }
void work_push_reversed(Work *w, const term *terms, size_t count); // so that they come off first to last
// Puts the running hashes aside and pushes the pairs of the map; both start from 0.
void work_enter_map(Work *w, term map);
// The mark of a map has come off: w->pairs and w->hash are again those from before it; returns what its pairs came to.
uint32_t work_leave_map(Work *w);
void work_end(Work *w);

#define GOLDEN_RATIO 0x9e3779b9u
// Bob Jenkins, "Hash functions", Dr. Dobb's Journal, September 1997: the 96-bit mix, and the hash of bytes built on it.
uint32_t hash_mix(uint32_t a, uint32_t b, uint32_t c);
uint32_t hash_bytes(const uint8_t *bytes, size_t length, uint32_t initial);

// Bytes of a bit string from its first bit on. *copy is to be freed with free().
const uint8_t *hash_aligned_bytes(term bitstring, size_t *bits, uint8_t **copy);
// Halves of a float, the less significant first; -0.0 as 0.0, since the two are equal.
void hash_float_halves(term t, uint32_t halves[2]);
uint32_t hash_ref_number(term ref, size_t i);
// P. J. Weinberger's hash of an atom's name, as OTP's portable hashes use it.
uint32_t hash_atom_name(term atom);

uint32_t phash(term t); // erlang:phash before the range is applied

#endif
