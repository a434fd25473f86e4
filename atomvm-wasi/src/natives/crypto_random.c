// crypto: random bytes and numbers from the host, and powers modulo a number.
#include "crypto.h"

#include "../integer.h"
#include "../platform.h"

enum { RANDOM_BYTES_MAX = 1 << 28 };

term crypto_strong_rand_bytes_nif_1(Process *p, term *a)
{
    if (!is_small(a[0]) || small_value(a[0]) < 0) return raise_badarg(p);
    if (small_value(a[0]) > RANDOM_BYTES_MAX) return raise_system_limit(p);
    uint8_t *bytes;
    size_t size = (size_t) small_value(a[0]);
    term result = make_binary(p, NULL, size, &bytes);
    if (result != NONE) platform_random(bytes, size);
    charge_bytes(p, size);
    return result;
}

// Uniform below `range`, both `size` bytes, most significant first, range[0] not 0: candidates of as many bits as range
// has, until one is below it, which takes two on average.
static void random_below(const uint8_t *range, size_t size, uint8_t *out)
{
    uint8_t mask = (uint8_t) (0xFF >> (__builtin_clz(range[0]) - 24));
    do {
        platform_random(out, size);
        out[0] &= mask;
    } while (memcmp(out, range, size) >= 0);
}

static term below(Process *p, const uint8_t *range, size_t size)
{
    while (size > 0 && *range == 0) range++, size--;
    if (size == 0) return raise_badarg(p);
    uint8_t *out;
    term result = make_binary(p, NULL, size, &out);
    if (result != NONE) random_below(range, size, out);
    return result;
}

static term strong_rand_range(Process *p, term *a, Inputs *in)
{
    const Bytes *range = take_binary(in, a[0]);
    return range ? below(p, range->at, range->size) : raise_badarg(p);
}
WITH_INPUTS(crypto_strong_rand_range_nif_1, strong_rand_range)

// ---- rand_uniform/2, of multiprecision integers: <<Size:32, Bytes:Size/binary>> ----

static term mpint_value(Process *p, const Bytes *b)
{
    if (!b || b->size < 4) return NONE;
    size_t size = (size_t) b->at[0] << 24 | (size_t) b->at[1] << 16 | (size_t) b->at[2] << 8 | b->at[3];
    return size == b->size - 4 ? integer_from_bytes(p, b->at + 4, size, false, false) : NONE;
}

// Bytes of the magnitude of an integer.
static size_t magnitude_bytes(const Integer *n) { return n->size == 0 ? 0 : (mag_bits(n->limbs, n->size) + 7) / 8; }

static void magnitude_write(const Integer *n, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) out[size - 1 - i] = (uint8_t) (n->limbs[i / 4] >> (8 * (i % 4)));
}

static term mpint_of(Process *p, term integer)
{
    Integer n;
    integer_view(integer, &n);
    size_t size = magnitude_bytes(&n);
    uint8_t *out;
    term result = make_binary(p, NULL, 4 + size, &out);
    if (result == NONE) return NONE;
    for (int i = 0; i < 4; i++) out[i] = (uint8_t) (size >> (24 - 8 * i));
    magnitude_write(&n, out + 4, size);
    return result;
}

// A number from [from, to)
static term uniform(Process *p, term from, term to)
{
    term span = arith_sub(p, to, from);
    if (span == NONE) return NONE;
    Integer n;
    integer_view(span, &n);
    size_t size = magnitude_bytes(&n);
    uint8_t *range = n.negative || size == 0 ? NULL : vm_malloc(2 * size);
    if (!range) return n.negative || size == 0 ? raise_badarg(p) : raise_system_limit(p);
    magnitude_write(&n, range, size);
    random_below(range, size, range + size);
    term offset = integer_from_bytes(p, range + size, size, false, false);
    vm_mfree(range, 2 * size);
    return offset == NONE ? NONE : arith_add(p, from, offset);
}

static term rand_uniform(Process *p, term *a, Inputs *in)
{
    term from = mpint_value(p, take_binary(in, a[0])), to = from == NONE ? NONE : mpint_value(p, take_binary(in, a[1]));
    if (to == NONE) return raise_badarg(p);
    term n = uniform(p, from, to);
    return n == NONE ? NONE : mpint_of(p, n);
}
WITH_INPUTS(crypto_rand_uniform_nif_2, rand_uniform)

// The host's generator needs no seed.
term crypto_rand_seed_nif_1(Process *p, term *a) { return is_bitstring(a[0]) ? (term) ATOM_ok : raise_badarg(p); }

// ---- powers ----

enum { POWER_BYTES_MAX = 1 << 14 };

// Numbers below the modulus, and room for their products. All limbs lie in one block, which starts with the power.
typedef struct Field {
    const limb *modulus;
    size_t size; // limbs of the modulus, and of each number
    limb *product, *quotient;
} Field;

static size_t limbs_read(limb *out, const Bytes *b)
{
    size_t count = (b->size + 3) / 4;
    memset(out, 0, count * sizeof *out);
    for (size_t i = 0; i < b->size; i++) out[i / 4] |= (limb) b->at[b->size - 1 - i] << (8 * (i % 4));
    return mag_normal(out, count);
}

// r = n mod the modulus; n has `size` limbs and is lost.
static bool reduce(const Field *f, limb *r, const limb *n, size_t size)
{
    size = mag_normal(n, size);
    memset(r, 0, f->size * sizeof *r);
    if (mag_compare(n, size, f->modulus, f->size) < 0) return memcpy(r, n, size * sizeof *r), true;
    return mag_divide(f->quotient, r, n, size, f->modulus, f->size);
}

// r = a * b mod the modulus; r may be either.
static bool multiply(const Field *f, limb *r, const limb *a, const limb *b)
{
    return mag_multiply(f->product, a, f->size, b, f->size) && reduce(f, r, f->product, 2 * f->size);
}

// power = base ^ exponent, from the highest bit down. Its time tells the exponent's bits.
static bool raise_to(const Field *f, limb *power, const limb *base, const Bytes *exponent)
{
    for (size_t i = 0; i < exponent->size * 8; i++) {
        if (!multiply(f, power, power, power)) return false;
        bool set = exponent->at[i / 8] >> (7 - i % 8) & 1;
        if (set && !multiply(f, power, power, base)) return false;
    }
    return true;
}

static term power_result(Process *p, const limb *power, size_t size, unsigned header)
{
    Integer n = { .limbs = power, .size = mag_normal(power, size) };
    size_t bytes = magnitude_bytes(&n);
    uint8_t *out;
    term result = make_binary(p, NULL, header + bytes, &out);
    if (result == NONE) return NONE;
    for (unsigned i = 0; i < header; i++) out[i] = (uint8_t) (bytes >> (8 * (header - 1 - i)));
    magnitude_write(&n, out + header, bytes);
    return result;
}

static term power_modulo(Process *p, const Bytes *base, const Bytes *exponent, const Bytes *modulus, unsigned header)
{
    size_t most = (base->size > modulus->size ? base->size : modulus->size) / 4 + 2, bytes = 9 * most * sizeof(limb);
    limb *room = vm_malloc(bytes);
    if (!room) return raise_system_limit(p);
    limb *power = room, *reduced = room + most, *read = reduced + most, *mod = read + most;
    Field f = { .modulus = mod, .product = mod + most, .quotient = mod + 3 * most };
    f.size = limbs_read(mod, modulus);
    term result = NONE;
    if (f.size == 0) raise_badarg(p);
    else {
        size_t size = limbs_read(read, base);
        limb one[1] = { 1 };
        bool done = reduce(&f, reduced, read, size) && reduce(&f, power, one, 1) && raise_to(&f, power, reduced, exponent);
        result = done ? power_result(p, power, f.size, header) : raise_system_limit(p);
    }
    vm_mfree(room, bytes);
    return result;
}

// base, exponent, modulus, and whether four bytes of size go before the result (4) or not (0)
static term mod_exp(Process *p, term *a, Inputs *in)
{
    const Bytes *base = take_binary(in, a[0]), *exponent = base ? take_binary(in, a[1]) : NULL;
    const Bytes *modulus = exponent ? take_binary(in, a[2]) : NULL;
    if (!modulus || (a[3] != make_small(0) && a[3] != make_small(4))) return raise_badarg(p);
    if (base->size > POWER_BYTES_MAX || exponent->size > POWER_BYTES_MAX || modulus->size > POWER_BYTES_MAX) return raise_system_limit(p);
    p->reductions -= (sterm) (exponent->size * (1 + modulus->size / 16));
    return power_modulo(p, base, exponent, modulus, (unsigned) small_value(a[3]));
}
WITH_INPUTS(crypto_mod_exp_nif_4, mod_exp)
