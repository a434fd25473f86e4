// Integers beyond what vm.h declares: views of their limbs, and conversions that natives share.
//
// Small integers are immediate; everything between them and 64 bits is a big of one or two limbs, computed in int64_t.
// Larger ones go through bignum.h. No integer has more than INTEGER_BITS_MAX bits: what would raises system_limit.
#ifndef ATOMVM_INTEGER_H
#define ATOMVM_INTEGER_H

#include "bignum.h"
#include "vm.h"

enum { INTEGER_BITS_MAX = 1 << 22, INTEGER_LIMBS_MAX = INTEGER_BITS_MAX / LIMB_BITS, INT64_TEXT_MAX = 65 };

// Sign and normal magnitude of an integer term. Points into the term or into `local`, so it must stay where it is.
typedef struct Integer {
    const limb *limbs;
    size_t size;
    bool negative;
    limb local[2];
} Integer;
void integer_view(term t, Integer *view);

// A number with this magnitude (any size up to INTEGER_LIMBS_MAX + 1, need not be normal), or system_limit raised.
term integer_from_limbs(Process *p, const limb *limbs, size_t size, bool negative);
// The number a finite double without fraction stands for.
term integer_from_double(Process *p, double d);
// Either number as a double; false when it is no number or too large.
bool number_to_double(term t, double *d);

// Digits of n in `base` at the end of out; returns where they start.
char *uint64_to_text(uint64_t n, int base, char out[INT64_TEXT_MAX]);
char *int64_to_text(int64_t n, int base, char out[INT64_TEXT_MAX]);
// Value of a digit in `base`, or -1.
int digit_value(uint32_t character, int base);
// Whether this many digits may be too many for an integer (system_limit).
bool integer_digits_over_limit(size_t digits, int base);

#endif
