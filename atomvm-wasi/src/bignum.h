// Magnitudes: arrays of 32-bit limbs, least significant first. Nothing here knows of terms or signs.
//
// A size counts limbs. "Normal": the top limb is not 0 (so the size of zero is 0). Results are written to the caller's
// room; each function says how much it needs and returns the normal size.
#ifndef ATOMVM_BIGNUM_H
#define ATOMVM_BIGNUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t limb;
enum { LIMB_BITS = 32, KARATSUBA_MIN = 40, DIVIDE_RECURSIVE_MIN = 80 };

static inline size_t mag_normal(const limb *a, size_t size)
{
    while (size > 0 && a[size - 1] == 0) size--;
    return size;
}

// Bits from the lowest to the highest set one; a must be normal and not zero.
static inline size_t mag_bits(const limb *a, size_t size)
{
    return size * LIMB_BITS - (size_t) __builtin_clz(a[size - 1]);
}

int mag_compare(const limb *a, size_t an, const limb *b, size_t bn); // both normal
size_t mag_add(limb *r, const limb *a, size_t an, const limb *b, size_t bn); // r: max(an, bn) + 1
size_t mag_subtract(limb *r, const limb *a, size_t an, const limb *b, size_t bn); // a >= b; r: an
// a * m + add in place of a; a has room for one limb more.
size_t mag_multiply_limb(limb *a, size_t an, limb m, limb add);
limb mag_divide_limb(limb *q, const limb *a, size_t an, limb d); // q: an limbs (may be a); returns the remainder

// r: an + bn limbs, apart from a and b. False when there is no memory for scratch space.
bool mag_multiply(limb *r, const limb *a, size_t an, const limb *b, size_t bn);
// Both normal, an >= bn >= 1; q: an - bn + 1 limbs, r: bn limbs, apart from each other and from a and b. Either may be
// NULL. False when there is no memory for scratch space.
bool mag_divide(limb *q, limb *r, const limb *a, size_t an, const limb *b, size_t bn);

size_t mag_shift_left(limb *r, const limb *a, size_t an, size_t bits); // r: an + bits / 32 + 1, may be a
size_t mag_shift_right(limb *r, const limb *a, size_t an, size_t bits); // r: an - bits / 32, may be a
bool mag_low_bits_set(const limb *a, size_t an, size_t bits); // whether any of the low `bits` bits is 1

#endif
