// Floats to and from text.
#include "number_text.h"

#include "integer.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// ---- shortest ----

enum { DIGITS_MAX = 17 };

// |d| = 0.DIGITS * 10^point
typedef struct Decimal {
    char digits[DIGITS_MAX + 1];
    int count, point;
} Decimal;

// d.ddde+xx, as printf writes it, without zeros at the end of the digits.
static void decimal_from_scientific(const char *text, Decimal *out)
{
    out->count = 0;
    for (; *text != 'e'; text++) {
        if (*text != '.') out->digits[out->count++] = *text;
    }
    out->point = atoi(text + 1) + 1;
    while (out->count > 1 && out->digits[out->count - 1] == '0') out->count--;
}

// One unit more in the last digit.
static void scientific_next(char *text)
{
    char *at = strchr(text, 'e') - 1;
    while (*at == '9' || *at == '.') {
        if (*at == '9') *at = '0';
        if (at == text) { // 9.99 -> 10.0, whose digits read the same with the next exponent
            char *e = strchr(text, 'e');
            int exponent = atoi(e + 1) + 1;
            *text = '1';
            sprintf(e, "e%+03d", exponent);
            return;
        }
        at--;
    }
    ++*at;
}

// So many digits, if they read back as d.
static bool decimal_with_digits(double d, int digits, Decimal *out)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, d);
    bool found = strtod(text, NULL) == d;
    int exponent;
    if (!found && frexp(d, &exponent) == 0.5) { // doubles are denser below d: the nearest text may miss, the next one hit
        scientific_next(text);
        found = strtod(text, NULL) == d;
    }
    if (found) decimal_from_scientific(text, out);
    return found;
}

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

// The fewest digits that read back as d > 0, the nearest of these. Up to DBL_DIG digits are always found by rounding to
// DBL_DIG, but among subnormals.
static void decimal_shortest(double d, Decimal *out)
{
    if (d < 0x1p53 && d == floor(d)) {
        decimal_from_integer((uint64_t) d, out);
        while (out->count > 1 && out->digits[out->count - 1] == '0') out->count--;
        return;
    }
    if (decimal_short(d, out)) return;
    int digits = d < DBL_MIN ? 1 : DBL_DIG;
    while (!decimal_with_digits(d, digits, out) && digits < DIGITS_MAX) digits++;
}

static char *put_zeros(char *out, int count)
{
    for (int i = 0; i < count; i++) *out++ = '0';
    return out;
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
    return out + sprintf(out, "e%d", d->point - 1);
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
    decimal_shortest(fabs(d), &decimal);
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
    size_t length = (size_t) snprintf(out, FLOAT_TEXT_MAX, "%.*e", digits, d);
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
    int length = sprintf(out, "%s%llu", signbit(d) ? "-" : "", (unsigned long long) integral);
    if (decimals > 0) length += sprintf(out + length, ".%0*llu", decimals, (unsigned long long) fraction);
    return (size_t) length;
}

size_t float_to_decimals(double d, int decimals, bool compact, char out[FLOAT_TEXT_MAX])
{
    size_t length;
    if (decimals <= SCALED_DECIMALS_MAX && fabs(d) < 0x1p53) length = put_scaled(d, decimals, out);
    else length = (size_t) snprintf(out, FLOAT_TEXT_MAX, "%.*f", decimals, d);
    if (length > FLOAT_TEXT_LIMIT) return 0;
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
    char local[128], *copy = length < sizeof local ? local : vm_malloc(length + 1);
    if (!copy) return false;
    memcpy(copy, text, length);
    copy[length] = 0;
    char *comma = strchr(copy, ',');
    if (comma) *comma = '.';
    *d = strtod(copy, NULL);
    if (copy != local) vm_mfree(copy, length + 1);
    return isfinite(*d);
}
