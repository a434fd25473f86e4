// What the Unicode Character Database says about a code point. The tables are made by tools/unicode_tables.pl.
#ifndef ATOMVM_REGEX_UNICODE_H
#define ATOMVM_REGEX_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// General categories, in the order of their names within their groups: C, L, M, N, P, S, Z.
enum unicode_category {
    UNICODE_Cc, UNICODE_Cf, UNICODE_Cn, UNICODE_Co, UNICODE_Cs, UNICODE_Ll, UNICODE_Lm, UNICODE_Lo, UNICODE_Lt, UNICODE_Lu,
    UNICODE_Mc, UNICODE_Me, UNICODE_Mn, UNICODE_Nd, UNICODE_Nl, UNICODE_No, UNICODE_Pc, UNICODE_Pd, UNICODE_Pe, UNICODE_Pf,
    UNICODE_Pi, UNICODE_Po, UNICODE_Ps, UNICODE_Sc, UNICODE_Sk, UNICODE_Sm, UNICODE_So, UNICODE_Zl, UNICODE_Zp, UNICODE_Zs,
    UNICODE_CATEGORIES
};
extern const char unicode_category_names[UNICODE_CATEGORIES][2];

// Grapheme_Cluster_Break; PICTOGRAPHIC is Extended_Pictographic.
enum unicode_break {
    BREAK_OTHER, BREAK_CR, BREAK_LF, BREAK_CONTROL, BREAK_EXTEND, BREAK_ZWJ, BREAK_REGIONAL, BREAK_PREPEND, BREAK_SPACING,
    BREAK_L, BREAK_V, BREAK_T, BREAK_LV, BREAK_LVT, BREAK_PICTOGRAPHIC
};

enum unicode_category unicode_category(uint32_t code_point);
uint32_t unicode_script(uint32_t code_point);
bool unicode_script_by_loose_name(const uint8_t *name, size_t size, uint32_t *script); // small letters, words not separated
bool unicode_script_by_name(const uint8_t *name, size_t size, uint32_t *script);
enum unicode_break unicode_break(uint32_t code_point);
// The next code point of those that differ from this only in case: they go round. Itself when it has no other case.
uint32_t unicode_next_case(uint32_t code_point);

#endif
