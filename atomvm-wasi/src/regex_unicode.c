// Look-ups in the Unicode tables. See regex_unicode.h.
#include "regex_unicode.h"

#include <string.h>

#include "regex_unicode.inc"

#define COUNT(table) (sizeof(table) / sizeof *(table))

const char unicode_category_names[UNICODE_CATEGORIES][2] = {
    "Cc", "Cf", "Cn", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl",
    "No", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
};

// The value of the last range that starts at or before the code point; the first starts at 0.
static uint32_t range_value(const uint32_t *ranges, size_t count, uint32_t code_point)
{
    size_t low = 0, high = count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (ranges[middle] >> 8 <= code_point) low = middle;
        else high = middle;
    }
    return ranges[low] & 0xFF;
}

enum unicode_category unicode_category(uint32_t code_point)
{
    return (enum unicode_category) range_value(category_ranges, COUNT(category_ranges), code_point);
}

uint32_t unicode_script(uint32_t code_point) { return range_value(script_ranges, COUNT(script_ranges), code_point); }

enum unicode_break unicode_break(uint32_t code_point)
{
    return (enum unicode_break) range_value(break_ranges, COUNT(break_ranges), code_point);
}

bool unicode_script_by_name(const uint8_t *name, size_t size, uint32_t *script)
{
    for (size_t i = 0; i < COUNT(script_names); i++) {
        if (strlen(script_names[i].name) == size && memcmp(script_names[i].name, name, size) == 0) {
            *script = script_names[i].script;
            return true;
        }
    }
    return false;
}

static bool is_loose_name(const char *exact, const uint8_t *name, size_t size)
{
    size_t i = 0;
    for (; *exact; exact++) {
        if (*exact == '_') continue;
        if (i == size || ((uint8_t) *exact | 0x20) != name[i++]) return false;
    }
    return i == size;
}

bool unicode_script_by_loose_name(const uint8_t *name, size_t size, uint32_t *script)
{
    for (size_t i = 0; i < COUNT(script_names); i++) {
        if (!is_loose_name(script_names[i].name, name, size)) continue;
        *script = script_names[i].script;
        return true;
    }
    return false;
}

uint32_t unicode_next_case(uint32_t code_point)
{
    size_t low = 0, high = COUNT(case_runs);
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (case_runs[middle].start <= code_point) low = middle;
        else high = middle;
    }
    if (code_point < case_runs[low].start || code_point > case_runs[low].end) return code_point;
    uint32_t place = code_point - case_runs[low].start, step = case_runs[low].step;
    if (step == 0) return place % 2 == 0 ? code_point + 1 : code_point - 1;
    return place % step == 0 ? code_point + (uint32_t) case_runs[low].distance : code_point;
}
