// Arithmetic on magnitudes: schoolbook and Karatsuba products, Knuth's division D and its recursive form.
#include "bignum.h"

#include "vm.h"

int mag_compare(const limb *a, size_t an, const limb *b, size_t bn)
{
    if (an != bn) return an < bn ? -1 : 1;
    while (an-- > 0) {
        if (a[an] != b[an]) return a[an] < b[an] ? -1 : 1;
    }
    return 0;
}

// a += b, carried to the end of a; returns the carry out.
static limb add_in_place(limb *a, size_t an, const limb *b, size_t bn)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < bn; i++) {
        carry += (uint64_t) a[i] + b[i];
        a[i] = (limb) carry;
        carry >>= LIMB_BITS;
    }
    for (size_t i = bn; carry && i < an; i++) {
        carry += a[i];
        a[i] = (limb) carry;
        carry >>= LIMB_BITS;
    }
    return (limb) carry;
}

// a -= b, borrowed to the end of a; returns the borrow out.
static limb subtract_in_place(limb *a, size_t an, const limb *b, size_t bn)
{
    limb borrow = 0;
    for (size_t i = 0; i < bn; i++) {
        uint64_t difference = (uint64_t) a[i] - b[i] - borrow;
        a[i] = (limb) difference;
        borrow = (limb) (difference >> 63);
    }
    for (size_t i = bn; borrow && i < an; i++) borrow = a[i]-- == 0;
    return borrow;
}

size_t mag_add(limb *r, const limb *a, size_t an, const limb *b, size_t bn)
{
    if (an < bn) return mag_add(r, b, bn, a, an);
    memmove(r, a, an * sizeof(limb));
    r[an] = add_in_place(r, an, b, bn);
    return mag_normal(r, an + 1);
}

size_t mag_subtract(limb *r, const limb *a, size_t an, const limb *b, size_t bn)
{
    memmove(r, a, an * sizeof(limb));
    subtract_in_place(r, an, b, bn);
    return mag_normal(r, an);
}

size_t mag_multiply_limb(limb *a, size_t an, limb m, limb add)
{
    uint64_t carry = add;
    for (size_t i = 0; i < an; i++) {
        carry += (uint64_t) a[i] * m;
        a[i] = (limb) carry;
        carry >>= LIMB_BITS;
    }
    a[an] = (limb) carry;
    return an + (carry != 0);
}

limb mag_divide_limb(limb *q, const limb *a, size_t an, limb d)
{
    uint64_t rest = 0;
    for (size_t i = an; i-- > 0;) {
        rest = rest << LIMB_BITS | a[i];
        q[i] = (limb) (rest / d);
        rest %= d;
    }
    return (limb) rest;
}

// ---- products ----

// r[0..an] += a * m; returns the limb that carries out of r[an].
static limb multiply_add(limb *r, const limb *a, size_t an, limb m)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < an; i++) {
        carry += (uint64_t) a[i] * m + r[i];
        r[i] = (limb) carry;
        carry >>= LIMB_BITS;
    }
    return (limb) carry;
}

static void multiply_schoolbook(limb *r, const limb *a, size_t an, const limb *b, size_t bn)
{
    memset(r, 0, (an + bn) * sizeof(limb));
    for (size_t i = 0; i < bn; i++) r[an + i] = multiply_add(r + i, a, an, b[i]);
}

static size_t karatsuba_scratch(size_t n) { return 4 * n + 256; }

// r = a * b, both of n limbs: with halves of h limbs, a0 b0 + ((a0 + a1)(b0 + b1) - a0 b0 - a1 b1) B^h + a1 b1 B^2h.
static void multiply_karatsuba(limb *r, const limb *a, const limb *b, size_t n, limb *scratch)
{
    if (n < KARATSUBA_MIN) {
        multiply_schoolbook(r, a, n, b, n);
        return;
    }
    size_t h = n / 2, top = n - h; // top >= h
    size_t middle_size = 2 * (top + 1);
    limb *sum_a = scratch, *sum_b = scratch + top + 1, *middle = scratch + middle_size, *rest = middle + middle_size;
    memcpy(sum_a, a + h, top * sizeof(limb));
    sum_a[top] = add_in_place(sum_a, top, a, h);
    memcpy(sum_b, b + h, top * sizeof(limb));
    sum_b[top] = add_in_place(sum_b, top, b, h);

    multiply_karatsuba(middle, sum_a, sum_b, top + 1, rest);
    multiply_karatsuba(r, a, b, h, rest);
    multiply_karatsuba(r + 2 * h, a + h, b + h, top, rest);
    subtract_in_place(middle, middle_size, r, 2 * h);
    subtract_in_place(middle, middle_size, r + 2 * h, 2 * top);
    add_in_place(r + h, 2 * n - h, middle, mag_normal(middle, middle_size));
}

// a longer than b: slices of a as long as b, one after the other.
static bool multiply_slices(limb *r, const limb *a, size_t an, const limb *b, size_t bn)
{
    size_t scratch_bytes = (karatsuba_scratch(bn) + 2 * bn) * sizeof(limb);
    limb *product = vm_malloc(scratch_bytes);
    if (!product) return false;
    memset(r, 0, (an + bn) * sizeof(limb));
    size_t from = 0;
    for (; from + bn <= an; from += bn) {
        multiply_karatsuba(product, a + from, b, bn, product + 2 * bn);
        add_in_place(r + from, an + bn - from, product, 2 * bn);
    }
    bool ok = true;
    if (from < an) {
        ok = mag_multiply(product, b, bn, a + from, an - from);
        add_in_place(r + from, an + bn - from, product, bn + an - from);
    }
    vm_mfree(product, scratch_bytes);
    return ok;
}

bool mag_multiply(limb *r, const limb *a, size_t an, const limb *b, size_t bn)
{
    if (an < bn) return mag_multiply(r, b, bn, a, an);
    if (bn < KARATSUBA_MIN) {
        multiply_schoolbook(r, a, an, b, bn);
        return true;
    }
    return multiply_slices(r, a, an, b, bn);
}

// ---- shifts ----

size_t mag_shift_left(limb *r, const limb *a, size_t an, size_t bits)
{
    size_t limbs = bits / LIMB_BITS, shift = bits % LIMB_BITS;
    limb high = 0;
    for (size_t i = an; i-- > 0;) {
        uint64_t wide = (uint64_t) a[i] << shift;
        limb up = high | (limb) (wide >> LIMB_BITS);
        r[i + limbs + 1] = up;
        high = (limb) wide;
    }
    r[limbs] = high;
    memset(r, 0, limbs * sizeof(limb));
    return mag_normal(r, an + limbs + 1);
}

size_t mag_shift_right(limb *r, const limb *a, size_t an, size_t bits)
{
    size_t limbs = bits / LIMB_BITS, shift = bits % LIMB_BITS;
    if (limbs >= an) return 0;
    for (size_t i = limbs; i < an; i++) {
        uint64_t wide = a[i] | (uint64_t) (i + 1 < an ? a[i + 1] : 0) << LIMB_BITS;
        r[i - limbs] = (limb) (wide >> shift);
    }
    return mag_normal(r, an - limbs);
}

bool mag_low_bits_set(const limb *a, size_t an, size_t bits)
{
    size_t limbs = bits / LIMB_BITS;
    if (limbs >= an) return an > 0;
    for (size_t i = 0; i < limbs; i++) {
        if (a[i]) return true;
    }
    return (a[limbs] & (((limb) 1 << bits % LIMB_BITS) - 1)) != 0;
}

// ---- division; dividends and divisors are shifted so that the divisor's top bit is set ----

// Knuth, volume 2, 4.3.1, algorithm D. u: un limbs with u[un - bn..] < b; becomes the remainder (bn limbs, zeros above).
// q: un - bn limbs.
static void divide_schoolbook(limb *q, limb *u, size_t un, const limb *b, size_t bn)
{
    uint64_t top = b[bn - 1], next = b[bn - 2];
    for (size_t j = un - bn; j-- > 0;) {
        uint64_t high = (uint64_t) u[j + bn] << LIMB_BITS | u[j + bn - 1];
        uint64_t digit = high / top, rest = high % top;
        while (digit >> LIMB_BITS || digit * next > (rest << LIMB_BITS | u[j + bn - 2])) {
            digit--;
            rest += top;
            if (rest >> LIMB_BITS) break;
        }
        uint64_t carry = 0;
        limb borrow = 0;
        for (size_t i = 0; i < bn; i++) {
            carry += digit * b[i];
            uint64_t difference = (uint64_t) u[i + j] - (limb) carry - borrow;
            u[i + j] = (limb) difference;
            borrow = (limb) (difference >> 63);
            carry >>= LIMB_BITS;
        }
        uint64_t difference = (uint64_t) u[j + bn] - carry - borrow;
        u[j + bn] = (limb) difference;
        if (difference >> 63) {
            digit--;
            u[j + bn] += add_in_place(u + j, bn, b, bn);
        }
        q[j] = (limb) digit;
    }
}

static void divide_2n(limb *q, limb *u, const limb *b, size_t n, limb *scratch);

// Burnikel and Ziegler, "Fast Recursive Division": u of 3h limbs by b of 2h, u / B^h < b. q: h limbs.
static void divide_3h(limb *q, limb *u, const limb *b, size_t h, limb *scratch)
{
    const limb *high = b + h;
    limb *product = scratch, *rest = scratch + 2 * h;
    if (mag_compare(u + 2 * h, h, high, h) < 0) {
        divide_2n(q, u + h, high, h, rest);
    } else { // the quotient digit would be B^h: take B^h - 1, the remainder is u - high * B^h + high
        for (size_t i = 0; i < h; i++) q[i] = ~(limb) 0;
        subtract_in_place(u + 2 * h, h, high, h);
        add_in_place(u + h, 2 * h, high, h);
    }
    // u[h..3h) now holds the remainder by `high`: take q * low off, and mend a quotient that was too large.
    multiply_karatsuba(product, q, b, h, rest);
    limb borrow = subtract_in_place(u, 3 * h, product, 2 * h);
    limb one[1] = { 1 };
    while (borrow) {
        subtract_in_place(q, h, one, 1);
        borrow -= add_in_place(u, 3 * h, b, 2 * h);
    }
}

// u of 2n limbs by b of n, u / B^n < b. q: n limbs; u becomes the remainder, zeros above.
static void divide_2n(limb *q, limb *u, const limb *b, size_t n, limb *scratch)
{
    if (n < DIVIDE_RECURSIVE_MIN || n % 2 != 0) {
        divide_schoolbook(q, u, 2 * n, b, n);
        return;
    }
    size_t h = n / 2;
    divide_3h(q + h, u + h, b, h, scratch);
    divide_3h(q, u, b, h, scratch);
}

// The size to which a divisor of n limbs is padded so that its halves stay even down to the schoolbook's sizes.
static size_t block_size(size_t n)
{
    size_t unit = 1;
    while (n / unit >= DIVIDE_RECURSIVE_MIN) unit *= 2;
    return (n + unit - 1) / unit * unit;
}

static size_t divide_scratch(size_t n) { return karatsuba_scratch(n) + 4 * n; }

// q: an - bn + 1 limbs. b padded below to whole blocks, a with it; then block by block from the top.
static bool divide_blocks(limb *q, limb *r, const limb *a, size_t an, const limb *b, size_t bn)
{
    size_t n = block_size(bn), pad = n - bn;
    size_t shift = pad * LIMB_BITS + (size_t) __builtin_clz(b[bn - 1]);
    size_t blocks = (an + pad + 1 + n - 1) / n + 1;
    size_t total = blocks * n;
    size_t bytes = (total + 1 + (n + 1) + total + divide_scratch(n)) * sizeof(limb);
    limb *u = vm_malloc(bytes);
    if (!u) return false;
    limb *divisor = u + total + 1, *quotient = divisor + n + 1, *scratch = quotient + total;
    memset(u, 0, (total + 1) * sizeof(limb));
    mag_shift_left(u, a, an, shift);
    mag_shift_left(divisor, b, bn, shift);
    for (size_t i = blocks - 1; i-- > 0;) divide_2n(quotient + i * n, u + i * n, divisor, n, scratch);
    if (q) memcpy(q, quotient, (an - bn + 1) * sizeof(limb));
    if (r) {
        memset(r, 0, bn * sizeof(limb));
        mag_shift_right(r, u, mag_normal(u, n), shift);
    }
    vm_mfree(u, bytes);
    return true;
}

enum { DIVIDE_INLINE = 96 }; // limbs of scratch space on the C stack

static bool divide_plain(limb *q, limb *r, const limb *a, size_t an, const limb *b, size_t bn)
{
    limb local[DIVIDE_INLINE];
    size_t needed = (an + 2) + (bn + 1) + (an - bn + 1), bytes = needed * sizeof(limb);
    limb *u = needed <= DIVIDE_INLINE ? local : vm_malloc(bytes);
    if (!u) return false;
    limb *divisor = u + an + 2, *quotient = divisor + bn + 1;
    size_t shift = (size_t) __builtin_clz(b[bn - 1]);
    mag_shift_left(u, a, an, shift);
    mag_shift_left(divisor, b, bn, shift);
    divide_schoolbook(quotient, u, an + 1, divisor, bn);
    if (q) memcpy(q, quotient, (an - bn + 1) * sizeof(limb));
    if (r) {
        memset(r, 0, bn * sizeof(limb));
        mag_shift_right(r, u, mag_normal(u, bn), shift);
    }
    if (u != local) vm_mfree(u, bytes);
    return true;
}

bool mag_divide(limb *q, limb *r, const limb *a, size_t an, const limb *b, size_t bn)
{
    if (bn > 1) {
        bool recursive = bn >= DIVIDE_RECURSIVE_MIN && an - bn >= DIVIDE_RECURSIVE_MIN;
        return (recursive ? divide_blocks : divide_plain)(q, r, a, an, b, bn);
    }
    limb local[DIVIDE_INLINE];
    size_t bytes = an * sizeof(limb);
    limb *quotient = q ? q : an <= DIVIDE_INLINE ? local : vm_malloc(bytes);
    if (!quotient) return false;
    limb rest = mag_divide_limb(quotient, a, an, b[0]);
    if (r) r[0] = rest;
    if (quotient != q && quotient != local) vm_mfree(quotient, bytes);
    return true;
}
