// Floats to and from text.
#include "number_text.h"

#include "decimal.h"
#include "integer.h"

#include <float.h>
#include <math.h>

// ---- shortest ----

// Powers of ten that are doubles. A quotient or product of one with an integer below 2^53 is rounded once, so it is the
// double that the decimal number reads as.
static const double exact_powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
enum { EXACT_POWER_MAX = sizeof exact_powers / sizeof *exact_powers - 1 };

static void decimal_from_integer(uint64_t n, Decimal *out)
{
    char text[INT64_TEXT_MAX], *at = int64_to_text((int64_t) n, 10, text);
    out->count = out->point = (int) (text + sizeof text - at);
    memcpy(out->digits, at, (size_t) out->count);
}

// A double between 1e-5 and 1e15 that a number of at most DBL_DIG digits reads as, the way most are written. Decimals that
// short lie further apart than doubles do, so the nearest one of the fewest decimals is it.
static bool decimal_short(double d, Decimal *out)
{
    if (d < 1e-5) return false;
    for (int decimals = 1; decimals <= DBL_DIG; decimals++) {
        double scaled = d * exact_powers[decimals];
        if (scaled >= 1e15) return false;
        double nearest = floor(scaled + 0.5);
        if (nearest / exact_powers[decimals] != d) continue;
        decimal_from_integer((uint64_t) nearest, out);
        out->point -= decimals;
        return true;
    }
    return false;
}

static void decimal_of(double d, Decimal *out)
{
    if (d < 0x1p53 && d == floor(d)) {
        decimal_from_integer((uint64_t) d, out);
        while (out->count > 1 && out->digits[out->count - 1] == '0') out->count--;
    } else if (!decimal_short(d, out)) {
        decimal_shortest(d, out);
    }
}

static char *put_zeros(char *out, int count)
{
    for (int i = 0; i < count; i++) *out++ = '0';
    return out;
}

// With as many digits as `least`, at least.
static char *put_integer(char *out, int64_t n, int least)
{
    char text[INT64_TEXT_MAX], *end = text + sizeof text, *at = int64_to_text(n < 0 ? -n : n, 10, text);
    if (n < 0) *out++ = '-';
    out = put_zeros(out, least - (int) (end - at));
    memcpy(out, at, (size_t) (end - at));
    return out + (end - at);
}

static char *put_digits(char *out, const Decimal *d, int from, int to)
{
    memcpy(out, d->digits + from, (size_t) (to - from));
    return out + (to - from);
}

static char *put_scientific(char *out, const Decimal *d)
{
    *out++ = d->digits[0];
    *out++ = '.';
    out = d->count == 1 ? put_zeros(out, 1) : put_digits(out, d, 1, d->count);
    *out++ = 'e';
    return put_integer(out, d->point - 1, 1);
}

static char *put_plain(char *out, const Decimal *d)
{
    if (d->point <= 0) {
        *out++ = '0';
        *out++ = '.';
        return put_digits(put_zeros(out, -d->point), d, 0, d->count);
    }
    int whole = d->count < d->point ? d->count : d->point;
    out = put_zeros(put_digits(out, d, 0, whole), d->point - whole);
    *out++ = '.';
    return whole == d->count ? put_zeros(out, 1) : put_digits(out, d, whole, d->count);
}

// Plain unless scientific is shorter; always scientific from 2^53 on, where not every integer is a float.
size_t float_to_shortest(double d, char *out)
{
    char *at = out, scientific[FLOAT_TEXT_MAX];
    if (signbit(d)) *at++ = '-';
    if (d == 0) {
        memcpy(at, "0.0", 3);
        return (size_t) (at - out) + 3;
    }
    Decimal decimal = { 0 };
    decimal_of(fabs(d), &decimal);
    int length = (int) (put_scientific(scientific, &decimal) - scientific);
    int plain = decimal.point <= 0 ? 2 - decimal.point + decimal.count
                : decimal.count > decimal.point ? decimal.count + 1
                                                : decimal.point + 2;
    if (fabs(d) < 0x1p53 && plain <= length) return (size_t) (put_plain(at, &decimal) - out);
    memcpy(at, scientific, (size_t) length);
    return (size_t) (at - out) + (size_t) length;
}

// ---- fixed formats ----

size_t float_to_scientific(double d, int digits, char out[FLOAT_TEXT_MAX])
{
    char scaled[SCALED_DIGITS_MAX], *at = out;
    int exponent = d == 0 ? 0 : decimal_exponent(d);
    size_t count = decimal_scaled(d, digits - exponent, scaled);
    if (count > (size_t) digits + 1) count = decimal_scaled(d, digits - ++exponent, scaled);
    if (count == 0) count = (size_t) (put_zeros(scaled, digits + 1) - scaled);
    else memmove(scaled, scaled + sizeof scaled - count, count);
    if (signbit(d)) *at++ = '-';
    *at++ = scaled[0];
    if (digits > 0) *at++ = '.';
    memcpy(at, scaled + 1, (size_t) digits);
    at += digits;
    *at++ = 'e';
    if (exponent >= 0) *at++ = '+';
    size_t length = (size_t) (put_integer(at, exponent, 2) - out);
    return length > FLOAT_TEXT_LIMIT ? 0 : length;
}

enum { SCALED_DECIMALS_MAX = 18 };

// As OTP does it up to 18 decimals: the fraction times 10^decimals, rounded half up. So 0.15 with one decimal is 0.2,
// though the double is a little less than that.
static size_t put_scaled(double d, int decimals, char *out)
{
    uint64_t unit = 1;
    for (int i = 0; i < decimals; i++) unit *= 10;
    double whole = floor(fabs(d));
    uint64_t integral = (uint64_t) whole, fraction = (uint64_t) round((fabs(d) - whole) * (double) unit);
    if (fraction >= unit) {
        fraction -= unit;
        integral++;
    }
    char *at = out;
    if (signbit(d)) *at++ = '-';
    at = put_integer(at, (int64_t) integral, 1);
    if (decimals > 0) {
        *at++ = '.';
        at = put_integer(at, (int64_t) fraction, decimals);
    }
    return (size_t) (at - out);
}

// 0 when it is longer than FLOAT_TEXT_LIMIT.
static size_t put_exact(double d, int decimals, char *out)
{
    char scaled[SCALED_DIGITS_MAX], *at = out;
    size_t count = decimal_scaled(d, decimals, scaled), least = (size_t) decimals + 1, length = count < least ? least : count;
    if (length > FLOAT_TEXT_LIMIT) return 0;
    if (signbit(d)) *at++ = '-';
    char *digits = at;
    at = put_zeros(at, (int) (length - count));
    memcpy(at, scaled + sizeof scaled - count, count);
    at += count;
    if (decimals > 0) {
        char *point = digits + length - (size_t) decimals;
        memmove(point + 1, point, (size_t) decimals);
        *point = '.';
        at++;
    }
    return (size_t) (at - out);
}

size_t float_to_decimals(double d, int decimals, bool compact, char out[FLOAT_TEXT_MAX])
{
    bool scales = decimals <= SCALED_DECIMALS_MAX && fabs(d) < 0x1p53;
    size_t length = scales ? put_scaled(d, decimals, out) : put_exact(d, decimals, out);
    if (length == 0 || length > FLOAT_TEXT_LIMIT) return 0;
    if (compact && decimals > 0) {
        while (out[length - 1] == '0' && out[length - 2] != '.') length--;
    }
    return length;
}

// ---- from text ----

static size_t skip_digits(const char *text, size_t length, size_t at)
{
    while (at < length && text[at] >= '0' && text[at] <= '9') at++;
    return at;
}

static bool is_sign(char c) { return c == '+' || c == '-'; }

// [+-] digits [.,] digits [ (e|E) [+-] digits ]. The comma is OTP's.
size_t float_text_prefix(const char *text, size_t length)
{
    size_t start = length > 0 && is_sign(text[0]), point = skip_digits(text, length, start);
    if (point == start || point == length || (text[point] != '.' && text[point] != ',')) return 0;
    size_t end = skip_digits(text, length, point + 1);
    if (end == point + 1) return 0;
    if (end == length || (text[end] != 'e' && text[end] != 'E')) return end;
    size_t digits = end + 1 + (end + 1 < length && is_sign(text[end + 1]));
    size_t last = skip_digits(text, length, digits);
    return last > digits ? last : end;
}

// A well-formed number of so few digits, and such an exponent, that one exact operation makes it.
static bool float_from_short_text(const char *text, size_t length, double *d)
{
    uint64_t n = 0;
    int digits = 0, decimals = 0, exponent = 0;
    size_t at = is_sign(text[0]);
    for (bool fraction = false; at < length && text[at] != 'e' && text[at] != 'E'; at++) {
        if (text[at] == '.' || text[at] == ',') {
            fraction = true;
            continue;
        }
        n = n * 10 + (uint64_t) (text[at] - '0');
        if (n > 0) digits++;
        if (fraction) decimals++;
        if (digits > DBL_DIG || decimals > EXACT_POWER_MAX) return false;
    }
    if (at < length) {
        at++;
        bool negative = text[at] == '-';
        for (at += is_sign(text[at]); at < length; at++) {
            exponent = exponent * 10 + (text[at] - '0');
            if (exponent > 2 * EXACT_POWER_MAX) return false;
        }
        if (negative) exponent = -exponent;
    }
    exponent -= decimals;
    if (exponent < -EXACT_POWER_MAX || exponent > EXACT_POWER_MAX) return false;
    double magnitude = exponent < 0 ? (double) n / exact_powers[-exponent] : (double) n * exact_powers[exponent];
    *d = text[0] == '-' ? -magnitude : magnitude;
    return true;
}

bool float_from_text(const char *text, size_t length, double *d)
{
    if (length == 0 || float_text_prefix(text, length) != length) return false;
    if (float_from_short_text(text, length, d)) return true;
    return decimal_read(text, length, d) == length && isfinite(*d);
}
