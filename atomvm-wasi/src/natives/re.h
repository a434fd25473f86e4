// Module re, for its own files: re.c (natives), re_options.c (option lists), re_cache.c (compiled patterns).
//
// A compiled pattern is {re_pattern, Groups, Unicode, CrLf, Binary}, as in OTP. The binary is our own: "ARE1", flags
// (4 bytes, least significant first), newline, bsr, and the pattern's text, from which the program is made again when it
// is not in the cache any more. So a binary that somebody made up is at worst some other pattern.
#ifndef ATOMVM_RE_H
#define ATOMVM_RE_H

#include "bits.h"
#include "regex.h"

typedef struct ReOptions {
    RegexOptions compile;
    uint8_t newline, bsr;      // as given for a run; *_UNSET
    bool compile_only;         // an option that only a compilation takes
    bool run_only;             // an option that only a run takes
    bool global, report_errors, export;
    uint32_t run_flags, match_limit, recursion_limit;
    size_t offset;
    term capture;              // all, first, .., or a list
    term capture_type;         // index, list or binary
} ReOptions;

// False: badarg is raised.
bool re_options(Process *p, term list, ReOptions *o);

// Whether the option `capture` is one that a run can follow.
bool re_captures_are_sound(const ReOptions *o);

// The program of a pattern; *failed: NULL and *error tells (text NULL: memory is out). It stays valid until the next call.
const RegexProgram *re_cached(const uint8_t *pattern, size_t size, RegexOptions options, RegexError *error);

#endif
