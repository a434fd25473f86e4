// Arithmetic on integers of any size and floats, as Erlang's operators do it.
#include "integer.h"

#include <math.h>

static term raise_badarith(Process *p) { return raise_error(p, ATOM_badarith); }

// ---- views and results ----

static uint64_t magnitude64(int64_t n) { return n < 0 ? 0 - (uint64_t) n : (uint64_t) n; }

static const limb *big_limbs(term t) { return (const limb *) (boxed_ptr(t) + 1); }

static size_t big_size(term t)
{
    return mag_normal(big_limbs(t), header_words(*boxed_ptr(t)) * (WORD_BYTES / sizeof(limb)));
}

void integer_view(term t, Integer *view)
{
    if (is_small(t)) {
        uint64_t magnitude = magnitude64(small_value(t));
        view->local[0] = (limb) magnitude;
        view->local[1] = (limb) (magnitude >> LIMB_BITS);
        view->limbs = view->local;
        view->size = mag_normal(view->local, 2);
        view->negative = small_value(t) < 0;
        return;
    }
    view->limbs = big_limbs(t);
    view->size = big_size(t);
    view->negative = boxed_kind(t) == KIND_NEGBIG;
}

// Object being built: room for `size` limbs behind a header that is not yet written.
static limb *big_start(Process *p, size_t size, term **object)
{
    *object = heap_alloc(p, 1 + WORDS_FOR_BYTES(size * sizeof(limb)));
    return (limb *) (*object + 1);
}

// Magnitude as an integer when it is within [-SMALL_MAX - 1, SMALL_MAX].
static bool magnitude_fits_small(uint64_t magnitude, bool negative) { return magnitude <= (uint64_t) SMALL_MAX + negative; }

// Ends big_start: the number is normalized, unused words given back.
static term big_finish(Process *p, term *object, size_t size, bool negative)
{
    limb *limbs = (limb *) (object + 1);
    size = mag_normal(limbs, size);
    if (size <= 2) {
        uint64_t magnitude = size == 0 ? 0 : size == 1 ? limbs[0] : (uint64_t) limbs[1] << LIMB_BITS | limbs[0];
        if (magnitude_fits_small(magnitude, negative)) {
            heap_trim(p, object);
            return make_small((sterm) (negative ? 0 - magnitude : magnitude));
        }
    }
    if (size > INTEGER_LIMBS_MAX) {
        heap_trim(p, object);
        return raise_system_limit(p);
    }
    size_t words = WORDS_FOR_BYTES(size * sizeof(limb));
    heap_trim(p, object + 1 + words);
    if (words * WORD_BYTES > size * sizeof(limb)) limbs[size] = 0;
    object[0] = make_header(negative ? KIND_NEGBIG : KIND_POSBIG, words);
    return make_boxed(object);
}

term integer_from_limbs(Process *p, const limb *limbs, size_t size, bool negative)
{
    term *object;
    size = mag_normal(limbs, size);
    limb *copy = big_start(p, size + 1, &object);
    memcpy(copy, limbs, size * sizeof(limb));
    return big_finish(p, object, size, negative);
}

static term integer_of(Process *p, int64_t n) { return fits_small(n) ? make_small((sterm) n) : make_integer(p, n); }

// ---- conversions ----

bool integer_to_uint64(term t, uint64_t *n)
{
    if (is_small(t)) {
        *n = (uint64_t) small_value(t);
        return small_value(t) >= 0;
    }
    if (!is_kind(t, KIND_POSBIG) || big_size(t) > 2) return false;
    const limb *limbs = big_limbs(t);
    *n = limbs[0] | (big_size(t) == 2 ? (uint64_t) limbs[1] << LIMB_BITS : 0);
    return true;
}

bool integer_to_int64(term t, int64_t *n)
{
    if (is_small(t)) {
        *n = small_value(t);
        return true;
    }
    if (!is_big(t) || big_size(t) > 2) return false;
    const limb *limbs = big_limbs(t);
    uint64_t magnitude = limbs[0] | (big_size(t) == 2 ? (uint64_t) limbs[1] << LIMB_BITS : 0);
    bool negative = boxed_kind(t) == KIND_NEGBIG;
    if (magnitude > (uint64_t) INT64_MAX + negative) return false;
    *n = (int64_t) (negative ? 0 - magnitude : magnitude);
    return true;
}

// Sums 64-bit digits from the least significant one, each step rounded, as OTP does: the last bit of a large number's
// float differs from the nearest double in about one of a hundred.
bool integer_to_double(term t, double *d)
{
    if (is_small(t)) {
        *d = (double) small_value(t);
        return true;
    }
    const limb *limbs = big_limbs(t);
    size_t size = big_size(t);
    double sum = 0, weight = 1;
    for (size_t i = 0; i < size; i += 2) {
        uint64_t digit = limbs[i] | (i + 1 < size ? (uint64_t) limbs[i + 1] << LIMB_BITS : 0);
        sum += (double) digit * weight;
        weight *= 0x1p64;
        if (!isfinite(sum)) return false;
    }
    *d = boxed_kind(t) == KIND_NEGBIG ? -sum : sum;
    return true;
}

bool number_to_double(term t, double *d)
{
    if (is_float(t)) {
        *d = float_value(t);
        return true;
    }
    return is_integer(t) && integer_to_double(t, d);
}

enum { DOUBLE_LIMBS = 1024 / LIMB_BITS };

// Limbs of a finite double without fraction and sign; returns the normal size.
static size_t double_to_limbs(double d, limb out[DOUBLE_LIMBS + 1])
{
    int exponent;
    uint64_t mantissa = (uint64_t) ldexp(frexp(d, &exponent), 53);
    int shift = exponent - 53;
    if (shift < 0) {
        mantissa >>= -shift;
        shift = 0;
    }
    limb digits[2] = { (limb) mantissa, (limb) (mantissa >> LIMB_BITS) };
    return mag_shift_left(out, digits, mag_normal(digits, 2), (size_t) shift);
}

term integer_from_double(Process *p, double d)
{
    if (d > -0x1p62 && d < 0x1p62) return integer_of(p, (int64_t) d);
    limb limbs[DOUBLE_LIMBS + 1];
    size_t size = double_to_limbs(fabs(d), limbs);
    return integer_from_limbs(p, limbs, size, d < 0);
}

term integer_from_bytes(Process *p, const uint8_t *bytes, size_t size, bool is_signed, bool little)
{
    while (size > 1 && bytes[little ? size - 1 : 0] == 0 && !is_signed) {
        size--;
        bytes += !little;
    }
    if (size / sizeof(limb) > INTEGER_LIMBS_MAX) return raise_system_limit(p);
    if (size == 0) return make_small(0);
    bool negative = is_signed && bytes[little ? size - 1 : 0] & 0x80;
    size_t limbs = size / sizeof(limb) + 1;
    term *object;
    limb *out = big_start(p, limbs, &object);
    memset(out, 0, limbs * sizeof(limb));
    uint32_t carry = negative;
    for (size_t i = 0; i < size; i++) {
        uint32_t byte = bytes[little ? i : size - 1 - i];
        if (negative) {
            carry += byte ^ 0xFF;
            byte = carry & 0xFF;
            carry >>= 8;
        }
        out[i / sizeof(limb)] |= byte << (i % sizeof(limb) * 8);
    }
    out[size / sizeof(limb)] |= carry << (size % sizeof(limb) * 8);
    return big_finish(p, object, limbs, negative);
}

void integer_to_bytes(term t, uint8_t *bytes, size_t size, bool little)
{
    Integer n;
    integer_view(t, &n);
    uint32_t carry = n.negative;
    for (size_t i = 0; i < size; i++) {
        uint32_t word = i / sizeof(limb) < n.size ? n.limbs[i / sizeof(limb)] : 0;
        uint32_t byte = word >> (i % sizeof(limb) * 8) & 0xFF;
        if (n.negative) {
            carry += byte ^ 0xFF;
            byte = carry & 0xFF;
            carry >>= 8;
        }
        bytes[little ? i : size - 1 - i] = (uint8_t) byte;
    }
}

// ---- comparison ----

int integer_compare(term a, term b)
{
    if (both_small(a, b)) return small_value(a) < small_value(b) ? -1 : small_value(a) > small_value(b);
    Integer x, y;
    integer_view(a, &x);
    integer_view(b, &y);
    if (x.negative != y.negative) return x.negative ? -1 : 1;
    int order = mag_compare(x.limbs, x.size, y.limbs, y.size);
    return x.negative ? -order : order;
}

static int double_compare(double a, double b) { return a < b ? -1 : a > b; }

// By exact value: below 2^53 every integer is a double, above every double is an integer.
static int integer_double_compare(term a, double d)
{
    if (is_small(a) && (SMALL_BITS <= 53 || magnitude64(small_value(a)) <= (uint64_t) 1 << 53)) {
        return double_compare((double) small_value(a), d);
    }
    Integer x;
    integer_view(a, &x);
    if (x.negative != (d < 0)) return x.negative ? -1 : 1;
    int order;
    if (mag_bits(x.limbs, x.size) <= 53) {
        uint64_t magnitude = x.limbs[0] | (x.size == 2 ? (uint64_t) x.limbs[1] << LIMB_BITS : 0);
        order = double_compare((double) magnitude, fabs(d));
    } else if (fabs(d) < 0x1p53) {
        order = 1;
    } else {
        limb limbs[DOUBLE_LIMBS + 1];
        size_t size = double_to_limbs(fabs(d), limbs);
        order = mag_compare(x.limbs, x.size, limbs, size);
    }
    return x.negative ? -order : order;
}

int number_compare(term a, term b)
{
    if (is_float(a)) return is_float(b) ? double_compare(float_value(a), float_value(b)) : -integer_double_compare(b, float_value(a));
    return is_float(b) ? integer_double_compare(a, float_value(b)) : integer_compare(a, b);
}

// ---- + - * ----

// Both as doubles; false unless both are numbers that fit.
static bool to_doubles(term a, term b, double *x, double *y) { return number_to_double(a, x) && number_to_double(b, y); }

static term finite_double(Process *p, double d) { return isfinite(d) ? make_double(p, d) : raise_badarith(p); }

// Work on numbers of many limbs counts as reductions.
static void charge(Process *p, size_t limb_steps) { p->reductions -= (sterm) (limb_steps >> 9); }

// a + b, or a - b with `subtract`.
static term add_big(Process *p, term a, term b, bool subtract)
{
    Integer x, y;
    integer_view(a, &x);
    integer_view(b, &y);
    bool y_negative = y.negative != subtract;
    size_t room = (x.size > y.size ? x.size : y.size) + 1;
    term *object;
    limb *r = big_start(p, room, &object);
    charge(p, room);
    if (x.negative == y_negative) {
        return big_finish(p, object, mag_add(r, x.limbs, x.size, y.limbs, y.size), x.negative);
    }
    if (mag_compare(x.limbs, x.size, y.limbs, y.size) >= 0) {
        return big_finish(p, object, mag_subtract(r, x.limbs, x.size, y.limbs, y.size), x.negative);
    }
    return big_finish(p, object, mag_subtract(r, y.limbs, y.size, x.limbs, x.size), y_negative);
}

term arith_add(Process *p, term a, term b)
{
    if (both_small(a, b)) return integer_of(p, (int64_t) small_value(a) + small_value(b));
    if (is_integer(a) && is_integer(b)) {
        int64_t m, n, sum;
        bool fits = integer_to_int64(a, &m) && integer_to_int64(b, &n) && !__builtin_add_overflow(m, n, &sum);
        return fits ? integer_of(p, sum) : add_big(p, a, b, false);
    }
    double x, y;
    return to_doubles(a, b, &x, &y) ? finite_double(p, x + y) : raise_badarith(p);
}

term arith_sub(Process *p, term a, term b)
{
    if (both_small(a, b)) return integer_of(p, (int64_t) small_value(a) - small_value(b));
    if (is_integer(a) && is_integer(b)) {
        int64_t m, n, difference;
        bool fits = integer_to_int64(a, &m) && integer_to_int64(b, &n) && !__builtin_sub_overflow(m, n, &difference);
        return fits ? integer_of(p, difference) : add_big(p, a, b, true);
    }
    double x, y;
    return to_doubles(a, b, &x, &y) ? finite_double(p, x - y) : raise_badarith(p);
}

static term multiply_big(Process *p, term a, term b)
{
    Integer x, y;
    integer_view(a, &x);
    integer_view(b, &y);
    if (x.size == 0 || y.size == 0) return make_small(0);
    if (x.size + y.size > INTEGER_LIMBS_MAX + 1) return raise_system_limit(p);
    term *object;
    limb *r = big_start(p, x.size + y.size, &object);
    charge(p, x.size * (y.size < KARATSUBA_MIN ? y.size : 8 * KARATSUBA_MIN));
    if (!mag_multiply(r, x.limbs, x.size, y.limbs, y.size)) {
        heap_trim(p, object);
        return raise_system_limit(p);
    }
    return big_finish(p, object, x.size + y.size, x.negative != y.negative);
}

term arith_mul(Process *p, term a, term b)
{
    if (is_integer(a) && is_integer(b)) {
        int64_t m, n, product;
        bool fits = integer_to_int64(a, &m) && integer_to_int64(b, &n) && !__builtin_mul_overflow(m, n, &product);
        return fits ? integer_of(p, product) : multiply_big(p, a, b);
    }
    double x, y;
    return to_doubles(a, b, &x, &y) ? finite_double(p, x * y) : raise_badarith(p);
}

static term negate_big(Process *p, term a)
{
    Integer n;
    integer_view(a, &n);
    return integer_from_limbs(p, n.limbs, n.size, !n.negative);
}

term arith_negate(Process *p, term a)
{
    if (is_small(a)) return integer_of(p, -(int64_t) small_value(a));
    if (is_float(a)) return make_double(p, -float_value(a));
    return is_big(a) ? negate_big(p, a) : raise_badarith(p);
}

// ---- / div rem ----

term arith_divide(Process *p, term a, term b)
{
    double x, y;
    return to_doubles(a, b, &x, &y) && y != 0 ? finite_double(p, x / y) : raise_badarith(p);
}

// The quotient, or with `want_rest` the remainder; b is not 0.
static term divide_big(Process *p, term a, term b, bool want_rest)
{
    Integer x, y;
    integer_view(a, &x);
    integer_view(b, &y);
    if (mag_compare(x.limbs, x.size, y.limbs, y.size) < 0) return want_rest ? a : make_small(0);
    size_t room = want_rest ? y.size : x.size - y.size + 1;
    term *object;
    limb *out = big_start(p, room, &object);
    charge(p, (x.size - y.size + 1) * (y.size < DIVIDE_RECURSIVE_MIN ? y.size : 8 * DIVIDE_RECURSIVE_MIN));
    if (!mag_divide(want_rest ? NULL : out, want_rest ? out : NULL, x.limbs, x.size, y.limbs, y.size)) {
        heap_trim(p, object);
        return raise_system_limit(p);
    }
    return big_finish(p, object, room, want_rest ? x.negative : x.negative != y.negative);
}

term arith_div(Process *p, term a, term b)
{
    if (!is_integer(a) || !is_integer(b) || b == make_small(0)) return raise_badarith(p);
    int64_t m, n;
    bool fits = integer_to_int64(a, &m) && integer_to_int64(b, &n) && !(m == INT64_MIN && n == -1);
    return fits ? integer_of(p, m / n) : divide_big(p, a, b, false);
}

term arith_rem(Process *p, term a, term b)
{
    if (!is_integer(a) || !is_integer(b) || b == make_small(0)) return raise_badarith(p);
    int64_t m, n;
    bool fits = integer_to_int64(a, &m) && integer_to_int64(b, &n);
    return fits ? integer_of(p, n == -1 ? 0 : m % n) : divide_big(p, a, b, true);
}

// ---- bits, as two's complement with endless sign bits ----

enum bit_operation { BIT_AND, BIT_OR, BIT_XOR };

// Of limbs, and with the sign of both (all ones or zeros).
static limb bit_operate(enum bit_operation operation, limb a, limb b)
{
    return operation == BIT_AND ? a & b : operation == BIT_OR ? a | b : a ^ b;
}

// Limb i of the two's complement form, asked for in order from 0; *borrow starts as n->negative.
static limb complement_limb(const Integer *n, size_t i, limb *borrow)
{
    limb magnitude = i < n->size ? n->limbs[i] : 0;
    if (!n->negative) return magnitude;
    limb result = ~(magnitude - *borrow);
    *borrow = *borrow && magnitude == 0;
    return result;
}

static term bitwise_big(Process *p, term a, term b, enum bit_operation operation)
{
    Integer x, y;
    integer_view(a, &x);
    integer_view(b, &y);
    bool negative = bit_operate(operation, x.negative, y.negative);
    size_t room = (x.size > y.size ? x.size : y.size) + 1;
    limb x_borrow = x.negative, y_borrow = y.negative;
    uint64_t carry = negative;
    term *object;
    limb *r = big_start(p, room, &object);
    for (size_t i = 0; i < room; i++) {
        r[i] = bit_operate(operation, complement_limb(&x, i, &x_borrow), complement_limb(&y, i, &y_borrow));
        if (negative) {
            carry += (limb) ~r[i];
            r[i] = (limb) carry;
            carry >>= LIMB_BITS;
        }
    }
    charge(p, room);
    return big_finish(p, object, room, negative);
}

// Any operands that are not both small.
static term bitwise(Process *p, term a, term b, enum bit_operation operation)
{
    if (!is_integer(a) || !is_integer(b)) return raise_badarith(p);
    int64_t m, n;
    if (!integer_to_int64(a, &m) || !integer_to_int64(b, &n)) return bitwise_big(p, a, b, operation);
    return integer_of(p, operation == BIT_AND ? m & n : operation == BIT_OR ? m | n : m ^ n);
}

term arith_band(Process *p, term a, term b) { return both_small(a, b) ? (a & b) : bitwise(p, a, b, BIT_AND); }
term arith_bor(Process *p, term a, term b) { return both_small(a, b) ? (a | b) : bitwise(p, a, b, BIT_OR); }
term arith_bxor(Process *p, term a, term b)
{
    return both_small(a, b) ? ((a ^ b) | TAG_SMALL) : bitwise(p, a, b, BIT_XOR);
}

// -a - 1
term arith_bnot(Process *p, term a)
{
    if (is_small(a)) return make_small(~small_value(a));
    return is_big(a) ? bitwise_big(p, a, make_small(-1), BIT_XOR) : raise_badarith(p);
}

static term shift_left(Process *p, term a, size_t bits)
{
    int64_t n;
    if (bits < 63 && integer_to_int64(a, &n) && n >= -(INT64_MAX >> bits) && n <= INT64_MAX >> bits) {
        return integer_of(p, (int64_t) ((uint64_t) n << bits));
    }
    Integer x;
    integer_view(a, &x);
    if (x.size == 0) return a;
    if (bits > INTEGER_BITS_MAX || mag_bits(x.limbs, x.size) + bits > INTEGER_BITS_MAX) return raise_system_limit(p);
    term *object;
    limb *r = big_start(p, x.size + bits / LIMB_BITS + 1, &object);
    charge(p, x.size + bits / LIMB_BITS);
    return big_finish(p, object, mag_shift_left(r, x.limbs, x.size, bits), x.negative);
}

// Rounds towards minus infinity.
static term shift_right(Process *p, term a, size_t bits)
{
    int64_t n;
    if (integer_to_int64(a, &n)) return integer_of(p, bits > 63 ? (n < 0 ? -1 : 0) : n >> bits);
    Integer x;
    integer_view(a, &x);
    size_t limbs = bits / LIMB_BITS;
    if (limbs >= x.size) return make_small(x.negative ? -1 : 0);
    term *object;
    limb *r = big_start(p, x.size - limbs + 1, &object);
    charge(p, x.size - limbs);
    size_t size = mag_shift_right(r, x.limbs, x.size, bits);
    if (x.negative && mag_low_bits_set(x.limbs, x.size, bits)) {
        limb one[1] = { 1 };
        size = mag_add(r, r, size, one, 1);
    }
    return big_finish(p, object, size, x.negative);
}

static term shift(Process *p, term a, term b, bool left)
{
    if (!is_integer(a) || !is_integer(b)) return raise_badarith(p);
    bool negative = is_small(b) ? small_value(b) < 0 : boxed_kind(b) == KIND_NEGBIG;
    uint64_t bits = is_small(b) ? magnitude64(small_value(b)) : SIZE_MAX; // a big count is beyond any memory
    if (bits > SIZE_MAX) bits = SIZE_MAX;
    return left != negative ? shift_left(p, a, (size_t) bits) : shift_right(p, a, (size_t) bits);
}

term arith_bsl(Process *p, term a, term b) { return shift(p, a, b, true); }
term arith_bsr(Process *p, term a, term b) { return shift(p, a, b, false); }
