// Integers to and from text in base 2..36.
//
// Bases that are powers of two map bits to digits. The others split the number (or the text) at a power of the base about
// half as long, again and again, so that the cost is that of a few products and quotients of that size.
#include "integer.h"

static const char DIGITS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

char *uint64_to_text(uint64_t n, int base, char out[INT64_TEXT_MAX])
{
    char *at = out + INT64_TEXT_MAX;
    do {
        *--at = DIGITS[n % (unsigned) base];
        n /= (unsigned) base;
    } while (n);
    return at;
}

char *int64_to_text(int64_t n, int base, char out[INT64_TEXT_MAX])
{
    char *at = uint64_to_text(n < 0 ? 0 - (uint64_t) n : (uint64_t) n, base, out);
    if (n < 0) *--at = '-';
    return at;
}

// Bits of a digit. A bit of the logarithm for each time that the number is squared; libm's needs a table of 2 KB.
static double log2_of(int base)
{
    double rest = base, result = 0;
    for (double bit = 1; bit > 0x1p-44; bit /= 2, rest *= rest) {
        for (; rest >= 2; rest /= 2) result += bit;
    }
    return result;
}

int digit_value(uint32_t c, int base)
{
    int value = c >= '0' && c <= '9'   ? (int) c - '0'
                : c >= 'a' && c <= 'z' ? (int) c - 'a' + 10
                : c >= 'A' && c <= 'Z' ? (int) c - 'A' + 10
                                       : base;
    return value < base ? value : -1;
}

bool integer_digits_over_limit(size_t digits, int base) { return (double) digits * log2_of(base) > INTEGER_BITS_MAX + 64.0; }

// Bits of a digit when the base is a power of two, otherwise 0.
static int digit_bits(int base) { return (base & (base - 1)) == 0 ? __builtin_ctz((unsigned) base) : 0; }

// ---- powers of the base ----

enum { LEVELS_MAX = 24, DIRECT_LEVEL = 4 }; // up to 2^DIRECT_LEVEL chunks are converted limb by limb

// powers[i] = chunk ^ (2^i), where chunk is the largest power of the base in a limb.
typedef struct Radix {
    int base, chunk_digits, levels;
    limb chunk;
    struct {
        limb *limbs;
        size_t size, room;
    } powers[LEVELS_MAX];
} Radix;

static void radix_free(Radix *r)
{
    while (r->levels > 0) {
        r->levels--;
        vm_mfree(r->powers[r->levels].limbs, r->powers[r->levels].room * sizeof(limb));
    }
}

static bool radix_start(Radix *r, int base)
{
    *r = (Radix) { .base = base, .chunk = (limb) base, .chunk_digits = 1, .levels = 1 };
    while ((uint64_t) r->chunk * (unsigned) base <= UINT32_MAX) {
        r->chunk *= (limb) base;
        r->chunk_digits++;
    }
    r->powers[0].limbs = vm_malloc(sizeof(limb));
    r->powers[0].size = r->powers[0].room = 1;
    if (!r->powers[0].limbs) {
        r->levels = 0;
        return false;
    }
    r->powers[0].limbs[0] = r->chunk;
    return true;
}

static bool radix_next_level(Radix *r)
{
    limb *last = r->powers[r->levels - 1].limbs;
    size_t size = r->powers[r->levels - 1].size;
    limb *square = vm_malloc(2 * size * sizeof(limb));
    if (!square) return false;
    r->powers[r->levels].limbs = square;
    r->powers[r->levels].room = 2 * size;
    r->levels++;
    if (!mag_multiply(square, last, size, last, size)) return false;
    r->powers[r->levels - 1].size = mag_normal(square, 2 * size);
    return true;
}

// ---- to text ----

// Writes n < powers[level] in as many digits as fit below it, or with !pad without leading zeros; returns the end, or
// NULL when memory is out. n is overwritten.
static char *write_direct(const Radix *r, limb *n, size_t size, int level, bool pad, char *out)
{
    char text[(1 << DIRECT_LEVEL) * LIMB_BITS], *at = text + sizeof text;
    char *stop = pad ? at - ((size_t) r->chunk_digits << level) : at;
    while (size > 0) {
        limb rest = mag_divide_limb(n, n, size, r->chunk);
        size = mag_normal(n, size);
        for (int i = 0; i < r->chunk_digits && (size > 0 || rest > 0); i++) {
            *--at = DIGITS[rest % (limb) r->base];
            rest /= (limb) r->base;
        }
    }
    while (at > stop) *--at = '0';
    size_t length = (size_t) (text + sizeof text - at);
    memcpy(out, at, length);
    return out + length;
}

static char *write_digits(const Radix *r, limb *n, size_t size, int level, bool pad, char *out)
{
    if (level <= DIRECT_LEVEL) return write_direct(r, n, size, level, pad, out);
    const limb *half = r->powers[level - 1].limbs;
    size_t half_size = r->powers[level - 1].size;
    if (mag_compare(n, size, half, half_size) < 0) {
        size_t zeros = pad ? (size_t) r->chunk_digits << (level - 1) : 0;
        memset(out, '0', zeros);
        return write_digits(r, n, size, level - 1, pad, out + zeros);
    }
    size_t quotient_size = size - half_size + 1, bytes = (quotient_size + half_size) * sizeof(limb);
    limb *quotient = vm_malloc(bytes);
    if (!quotient) return NULL;
    limb *rest = quotient + quotient_size;
    if (!mag_divide(quotient, rest, n, size, half, half_size)) out = NULL;
    if (out) out = write_digits(r, quotient, mag_normal(quotient, quotient_size), level - 1, pad, out);
    if (out) out = write_digits(r, rest, mag_normal(rest, half_size), level - 1, true, out);
    vm_mfree(quotient, bytes);
    return out;
}

static char *write_by_radix(const Integer *n, int base, char *out)
{
    Radix radix;
    size_t bytes = n->size * sizeof(limb);
    limb *copy = vm_malloc(bytes);
    bool ok = radix_start(&radix, base) && copy;
    while (ok && 2 * radix.powers[radix.levels - 1].size - 1 <= n->size) ok = radix_next_level(&radix);
    if (ok) {
        memcpy(copy, n->limbs, bytes);
        out = write_digits(&radix, copy, n->size, radix.levels, false, out);
    }
    radix_free(&radix);
    vm_mfree(copy, bytes);
    return ok ? out : NULL;
}

static char *write_bits(const Integer *n, int bits, char *out)
{
    size_t digits = (mag_bits(n->limbs, n->size) + (size_t) bits - 1) / (size_t) bits;
    for (size_t i = digits; i-- > 0;) {
        size_t bit = i * (size_t) bits, at = bit / LIMB_BITS;
        uint64_t wide = n->limbs[at] | (uint64_t) (at + 1 < n->size ? n->limbs[at + 1] : 0) << LIMB_BITS;
        *out++ = DIGITS[wide >> bit % LIMB_BITS & ((1u << bits) - 1)];
    }
    return out;
}

char *integer_to_text(term a, int base, size_t *length, size_t *capacity)
{
    Integer n;
    integer_view(a, &n);
    *capacity = (size_t) ((double) (n.size * LIMB_BITS) / log2_of(base)) + 4;
    char *text = vm_malloc(*capacity);
    if (!text) return NULL;
    char *out = text;
    if (n.negative) *out++ = '-';
    if (n.size == 0) *out++ = '0';
    else out = digit_bits(base) ? write_bits(&n, digit_bits(base), out) : write_by_radix(&n, base, out);
    if (!out) {
        vm_mfree(text, *capacity);
        return NULL;
    }
    *length = (size_t) (out - text);
    return text;
}

// ---- from text; every character is known to be a digit ----

// Room that read_digits needs for so many digits, at least.
static size_t limbs_for_digits(size_t digits, int base) { return (size_t) ((double) digits * log2_of(base) / LIMB_BITS) + 2; }

static size_t read_direct(const Radix *r, const char *text, size_t length, limb *out)
{
    size_t size = 0, first = length % (size_t) r->chunk_digits;
    for (size_t at = 0, end = first ? first : (size_t) r->chunk_digits; at < length; end += (size_t) r->chunk_digits) {
        limb value = 0;
        for (; at < end; at++) value = value * (limb) r->base + (limb) digit_value((uint8_t) text[at], r->base);
        size = mag_multiply_limb(out, size, r->chunk, value);
    }
    return size;
}

// Size, or SIZE_MAX when memory is out.
static size_t read_digits(const Radix *r, const char *text, size_t length, int level, limb *out)
{
    while (level > DIRECT_LEVEL && (size_t) r->chunk_digits << (level - 1) >= length) level--;
    if (level <= DIRECT_LEVEL) return read_direct(r, text, length, out);
    const limb *power = r->powers[level - 1].limbs;
    size_t power_size = r->powers[level - 1].size;
    size_t low_length = (size_t) r->chunk_digits << (level - 1), high_length = length - low_length;
    size_t high_room = limbs_for_digits(high_length, r->base), low_room = limbs_for_digits(low_length, r->base);
    size_t bytes = (2 * high_room + power_size + low_room) * sizeof(limb);
    limb *high = vm_malloc(bytes);
    if (!high) return SIZE_MAX;
    limb *low = high + high_room, *product = low + low_room;
    size_t high_size = read_digits(r, text, high_length, level - 1, high);
    size_t low_size = high_size == SIZE_MAX ? SIZE_MAX : read_digits(r, text + high_length, low_length, level - 1, low);
    size_t size = SIZE_MAX;
    if (low_size != SIZE_MAX && mag_multiply(product, high, high_size, power, power_size)) {
        size = mag_normal(product, high_size + power_size);
        size = mag_add(out, product, size, low, low_size);
    }
    vm_mfree(high, bytes);
    return size;
}

static size_t read_by_radix(const char *text, size_t length, int base, limb *out)
{
    Radix radix;
    bool ok = radix_start(&radix, base);
    while (ok && (size_t) radix.chunk_digits << radix.levels < length) ok = radix_next_level(&radix);
    size_t size = ok ? read_digits(&radix, text, length, radix.levels, out) : SIZE_MAX;
    radix_free(&radix);
    return size;
}

static size_t read_bits(const char *text, size_t length, int base, limb *out)
{
    size_t bits = (size_t) digit_bits(base), limbs = length * bits / LIMB_BITS + 2;
    memset(out, 0, limbs * sizeof(limb));
    for (size_t i = 0; i < length; i++) {
        size_t bit = i * bits;
        uint64_t wide = (uint64_t) digit_value((uint8_t) text[length - 1 - i], base) << bit % LIMB_BITS;
        out[bit / LIMB_BITS] |= (limb) wide;
        out[bit / LIMB_BITS + 1] |= (limb) (wide >> LIMB_BITS);
    }
    return mag_normal(out, limbs);
}

static term read_big(Process *p, const char *text, size_t length, int base, bool negative)
{
    if (integer_digits_over_limit(length, base)) return raise_system_limit(p);
    size_t bytes = (limbs_for_digits(length, base) + 1) * sizeof(limb);
    limb *limbs = vm_malloc(bytes);
    if (!limbs) return raise_system_limit(p);
    size_t size = (digit_bits(base) ? read_bits : read_by_radix)(text, length, base, limbs);
    term result = size == SIZE_MAX ? raise_system_limit(p) : integer_from_limbs(p, limbs, size, negative);
    vm_mfree(limbs, bytes);
    return result;
}

term integer_from_text(Process *p, const char *text, size_t length, int base)
{
    bool negative = length > 0 && text[0] == '-';
    if (length > 0 && (text[0] == '-' || text[0] == '+')) {
        text++;
        length--;
    }
    if (length == 0) return NONE;
    int64_t value = 0;
    bool fits = true;
    for (size_t i = 0; i < length; i++) {
        int digit = digit_value((uint8_t) text[i], base);
        if (digit < 0) return NONE;
        fits = fits && !__builtin_mul_overflow(value, base, &value) && !__builtin_add_overflow(value, digit, &value);
    }
    if (fits) return make_integer(p, negative ? -value : value);
    while (*text == '0') {
        text++;
        length--;
    }
    p->reductions -= (sterm) (length >> 3);
    return read_big(p, text, length, base, negative);
}
