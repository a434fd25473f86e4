// Decimal digits of doubles, and doubles of decimal digits.
//
// A double is mantissa * 2^exponent, so everything is a matter of long integers, of which the longest here have 1100 digits.
// They are multiplied and divided by powers of ten that fit a limb; what a division drops only matters for being zero or not.
#include "decimal.h"

#include "bignum.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { LONG_LIMBS = 128, MANTISSA_BITS = DBL_MANT_DIG, LEAST_EXPONENT = DBL_MIN_EXP - DBL_MANT_DIG, TEN_DIGITS = 9, TEN_POWER = 1000000000 };
enum { EXPONENT_BIAS = 1 - LEAST_EXPONENT, EXPONENT_ALL_ONES = 0x7FF };

typedef struct Long {
    limb limbs[LONG_LIMBS];
    size_t size;
} Long;

static void long_set(Long *n, uint64_t value)
{
    n->limbs[0] = (limb) value;
    n->limbs[1] = (limb) (value >> LIMB_BITS);
    n->size = mag_normal(n->limbs, 2);
}

static size_t long_bits(const Long *n) { return n->size ? mag_bits(n->limbs, n->size) : 0; }
static void long_multiply(Long *n, limb by) { n->size = mag_multiply_limb(n->limbs, n->size, by, 0); }
static int long_compare(const Long *a, const Long *b) { return mag_compare(a->limbs, a->size, b->limbs, b->size); }

static void long_shift_left(Long *n, size_t bits)
{
    n->size = mag_shift_left(n->limbs, n->limbs, n->size, bits);
}

// True when a bit was lost.
static bool long_shift_right(Long *n, size_t bits)
{
    bool lost = mag_low_bits_set(n->limbs, n->size, bits);
    n->size = bits < n->size * LIMB_BITS ? mag_shift_right(n->limbs, n->limbs, n->size, bits) : 0;
    return lost;
}

static limb small_power_of_ten(int power)
{
    limb result = 1;
    while (power-- > 0) result *= 10;
    return result;
}

static void long_multiply_by_power(Long *n, int power)
{
    for (; power >= TEN_DIGITS; power -= TEN_DIGITS) long_multiply(n, TEN_POWER);
    long_multiply(n, small_power_of_ten(power));
}

// True when there was a remainder.
static bool long_divide_by_power(Long *n, int power)
{
    limb rest = 0;
    for (; power > 0; power -= TEN_DIGITS) {
        rest |= mag_divide_limb(n->limbs, n->limbs, n->size, power < TEN_DIGITS ? small_power_of_ten(power) : TEN_POWER);
        n->size = mag_normal(n->limbs, n->size);
    }
    return rest != 0;
}

// |d| = mantissa * 2^exponent
static uint64_t mantissa_of(double d, int *exponent)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    int biased = (int) (bits >> (MANTISSA_BITS - 1) & EXPONENT_ALL_ONES);
    uint64_t fraction = bits & (((uint64_t) 1 << (MANTISSA_BITS - 1)) - 1);
    *exponent = biased ? biased - EXPONENT_BIAS : LEAST_EXPONENT;
    return biased ? fraction | (uint64_t) 1 << (MANTISSA_BITS - 1) : fraction;
}

// Floor of bits * log10(2): so near to an integer as this quotient is to the logarithm no multiple comes that a double needs.
static int digits_of_bits(int bits) { return (bits * 78913) >> 18; }

int decimal_exponent(double d)
{
    int exponent;
    uint64_t mantissa = mantissa_of(d, &exponent);
    return digits_of_bits(exponent + 63 - __builtin_clzll(mantissa));
}

// ---- shortest ----

// R. G. Burger, R. K. Dybvig: Printing Floating-Point Numbers Quickly and Accurately (1996), free format. The digits of
// rest / unit; whatever is less than `below` under d, or less than below * 2^wide above it, reads as d, and the bounds
// themselves do when the mantissa is even.
typedef struct Shortest {
    Long rest, unit, below;
    bool wide, inclusive;
} Shortest;

static bool low_enough(const Shortest *s) { return long_compare(&s->rest, &s->below) < s->inclusive; }

static bool high_enough(const Shortest *s)
{
    Long sum;
    sum.size = mag_add(sum.limbs, s->rest.limbs, s->rest.size, s->below.limbs, s->below.size);
    if (s->wide) sum.size = mag_add(sum.limbs, sum.limbs, sum.size, s->below.limbs, s->below.size);
    return long_compare(&sum, &s->unit) > -s->inclusive;
}

static void next_digit(Shortest *s)
{
    long_multiply(&s->rest, 10);
    long_multiply(&s->below, 10);
}

static int take_digit(Shortest *s)
{
    int digit = 0;
    for (; long_compare(&s->rest, &s->unit) >= 0; digit++)
        s->rest.size = mag_subtract(s->rest.limbs, s->rest.limbs, s->rest.size, s->unit.limbs, s->unit.size);
    return digit;
}

// Returns the point.
static int shortest_start(Shortest *s, double d)
{
    int exponent, point = decimal_exponent(d) + 1;
    uint64_t mantissa = mantissa_of(d, &exponent);
    s->inclusive = mantissa % 2 == 0;
    s->wide = mantissa == (uint64_t) 1 << (MANTISSA_BITS - 1) && exponent > LEAST_EXPONENT; // doubles below d are denser
    long_set(&s->rest, mantissa << (1 + s->wide));
    long_set(&s->unit, (uint64_t) 2 << s->wide);
    long_set(&s->below, 1);
    if (exponent > 0) long_shift_left(&s->rest, (size_t) exponent), long_shift_left(&s->below, (size_t) exponent);
    else long_shift_left(&s->unit, (size_t) -exponent);
    if (point > 0) long_multiply_by_power(&s->unit, point);
    else long_multiply_by_power(&s->rest, -point), long_multiply_by_power(&s->below, -point);
    for (; high_enough(s); point++) long_multiply(&s->unit, 10);
    return point;
}

void decimal_shortest(double d, Decimal *out)
{
    Shortest s;
    out->point = shortest_start(&s, d);
    for (out->count = 0;;) {
        next_digit(&s);
        int digit = take_digit(&s);
        bool low = low_enough(&s), high = high_enough(&s);
        if (low && high) {
            long_multiply(&s.rest, 2);
            int half = long_compare(&s.rest, &s.unit);
            high = half > 0 || (half == 0 && digit % 2 == 1);
        }
        out->digits[out->count++] = (char) ('0' + digit + high);
        if (low || high) return;
    }
}

// ---- so many digits ----

static size_t long_digits(Long *n, char *end)
{
    char *at = end;
    while (n->size) {
        limb part = mag_divide_limb(n->limbs, n->limbs, n->size, TEN_POWER);
        n->size = mag_normal(n->limbs, n->size);
        for (int i = 0; i < TEN_DIGITS; i++, part /= 10) *--at = (char) ('0' + part % 10);
    }
    while (at < end && *at == '0') at++;
    return (size_t) (end - at);
}

size_t decimal_scaled(double d, int power, char out[SCALED_DIGITS_MAX])
{
    int exponent;
    bool lost = false;
    Long n;
    long_set(&n, mantissa_of(d, &exponent) << 1); // the lowest bit is one half
    if (power > 0) long_multiply_by_power(&n, power);
    if (exponent > 0) long_shift_left(&n, (size_t) exponent);
    else lost = long_shift_right(&n, (size_t) -exponent);
    if (power < 0) lost |= long_divide_by_power(&n, -power);
    bool half = n.size && n.limbs[0] % 2 == 1;
    long_shift_right(&n, 1);
    if (half && (lost || (n.size && n.limbs[0] % 2 == 1))) n.size = mag_add(n.limbs, n.limbs, n.size, (limb[]) { 1 }, 1);
    return long_digits(&n, out + SCALED_DIGITS_MAX);
}

// ---- from text ----

// Digits behind so many decide nothing but whether the number is a little more: doubles, and the middles between two of
// them, have at most 767.
enum { READ_DIGITS_MAX = 800, POINT_MAX = DBL_MAX_10_EXP + 1, POINT_MIN = -324 };
#define EXPONENT_SATURATED ((int64_t) 1 << 40)

// digits * 10^exponent, and a little more when digits are `lost`
typedef struct Read {
    Long digits;
    int64_t count, exponent;
    bool lost, any;
    limb chunk, chunk_power;
} Read;

static void read_flush(Read *r)
{
    r->digits.size = mag_multiply_limb(r->digits.limbs, r->digits.size, r->chunk_power, r->chunk);
    r->chunk = 0;
    r->chunk_power = 1;
}

static void read_digit(Read *r, limb digit, bool decimal)
{
    r->any = true;
    r->exponent -= decimal;
    if (r->count == 0 && digit == 0) return;
    if (r->count == READ_DIGITS_MAX) {
        r->exponent++;
        r->lost |= digit != 0;
        return;
    }
    r->count++;
    r->chunk = r->chunk * 10 + digit;
    r->chunk_power *= 10;
    if (r->chunk_power == TEN_POWER) read_flush(r);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_sign(char c) { return c == '+' || c == '-'; }

static size_t read_digits(Read *r, const char *text, size_t length)
{
    size_t at = length > 0 && is_sign(text[0]);
    bool decimal = false;
    for (; at < length && (is_digit(text[at]) || (!decimal && (text[at] == '.' || text[at] == ','))); at++) {
        if (is_digit(text[at])) read_digit(r, (limb) (text[at] - '0'), decimal);
        else decimal = true;
    }
    read_flush(r);
    return at;
}

// What stands behind the digits, when it is an exponent; returns where it ends.
static size_t read_exponent(Read *r, const char *text, size_t length, size_t at)
{
    if (at == length || (text[at] != 'e' && text[at] != 'E')) return at;
    size_t first = at + 1 + (at + 1 < length && is_sign(text[at + 1])), end = first;
    int64_t exponent = 0;
    for (; end < length && is_digit(text[end]); end++)
        if (exponent < EXPONENT_SATURATED) exponent = exponent * 10 + (text[end] - '0');
    r->exponent += text[first - 1] == '-' ? -exponent : exponent;
    return end > first ? end : at;
}

// mantissa * 2^exponent, and a little more when something is `lost`, as the bits of a double.
static uint64_t rounded(Long *mantissa, int exponent, bool lost)
{
    int bits = (int) long_bits(mantissa), least = exponent + bits - MANTISSA_BITS;
    if (least < LEAST_EXPONENT) least = LEAST_EXPONENT;
    int drop = least - exponent; // all but one of these bits, which says half
    if (drop <= 0) long_shift_left(mantissa, (size_t) (1 - drop));
    else lost |= long_shift_right(mantissa, (size_t) (drop - 1));
    uint64_t n = mantissa->size ? mantissa->limbs[0] : 0;
    if (mantissa->size > 1) n |= (uint64_t) mantissa->limbs[1] << LIMB_BITS;
    bool half = n & 1;
    n >>= 1;
    n += half && (lost || (n & 1));
    // A mantissa that has become 2^53 carries into the exponent, which is what it should do.
    return ((uint64_t) (least - LEAST_EXPONENT) << (MANTISSA_BITS - 1)) + n;
}

static uint64_t read_number(Read *r)
{
    const uint64_t infinity = (uint64_t) EXPONENT_ALL_ONES << (MANTISSA_BITS - 1);
    int64_t point = r->count + r->exponent; // 0.DIGITS * 10^point
    if (r->count == 0 || point < POINT_MIN) return 0;
    if (point > POINT_MAX) return infinity;
    int power = (int) r->exponent, shift = 0;
    if (power >= 0) {
        long_multiply_by_power(&r->digits, power);
    } else {
        // So much that 64 bits of the quotient are left.
        shift = (-power * 10) / 3 + 1 + 64 - (int) long_bits(&r->digits);
        if (shift < 0) shift = 0;
        long_shift_left(&r->digits, (size_t) shift);
        r->lost |= long_divide_by_power(&r->digits, -power);
    }
    uint64_t bits = rounded(&r->digits, -shift, r->lost);
    return bits < infinity ? bits : infinity;
}

size_t decimal_read(const char *text, size_t length, double *d)
{
    Read r = { .chunk_power = 1 };
    size_t end = read_digits(&r, text, length);
    if (!r.any) return 0;
    end = read_exponent(&r, text, length, end);
    uint64_t bits = read_number(&r) | (uint64_t) (text[0] == '-') << 63;
    memcpy(d, &bits, sizeof bits);
    return end;
}
