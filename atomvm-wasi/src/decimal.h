// Decimal digits of doubles, and doubles of decimal digits: exact, on numbers of any length.
#ifndef ATOMVM_DECIMAL_H
#define ATOMVM_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

enum { SHORTEST_DIGITS_MAX = 17, SCALED_DIGITS_MAX = 600 };

// |d| = 0.DIGITS * 10^point
typedef struct Decimal {
    char digits[SHORTEST_DIGITS_MAX + 1];
    int count, point;
} Decimal;

// The fewest digits that read back as d > 0; the nearest to d of these.
void decimal_shortest(double d, Decimal *out);

// The digits of |d| * 10^power, rounded to an integer, half to even: at most SCALED_DIGITS_MAX of them, none for 0. They
// end at out + SCALED_DIGITS_MAX; returns how many there are.
size_t decimal_scaled(double d, int power, char out[SCALED_DIGITS_MAX]);

// Floor of the decimal logarithm of |d| > 0, or one less.
int decimal_exponent(double d);

// The number that the text begins with: [+-] digits [ (.|,) digits ] [ (e|E) [+-] digits ], with at least one digit in front
// of the exponent. The nearest double, half to even; infinity when it is too large. Returns the length, 0 when there is none.
size_t decimal_read(const char *text, size_t length, double *d);

#endif
