// Text of floats beyond what vm.h declares.
#ifndef ATOMVM_NUMBER_TEXT_H
#define ATOMVM_NUMBER_TEXT_H

#include "vm.h"

enum { DECIMALS_MAX = 253, SCIENTIFIC_MAX = 249, FLOAT_TEXT_LIMIT = 255, FLOAT_DEFAULT_DIGITS = 20 };

// Both return 0 when the text is longer than FLOAT_TEXT_LIMIT.
// 0 <= digits <= SCIENTIFIC_MAX after the point: "1.50e+00".
size_t float_to_scientific(double d, int digits, char out[FLOAT_TEXT_MAX]);
// 0 <= decimals <= DECIMALS_MAX: "1.50"; compact takes zeros off the end, but for one after the point.
size_t float_to_decimals(double d, int decimals, bool compact, char out[FLOAT_TEXT_MAX]);
// Length of the float at the start of the text, 0 when there is none. An exponent counts only when it is whole.
size_t float_text_prefix(const char *text, size_t length);

#endif
