// Regular expressions with the semantics of PCRE 8: a pattern becomes nodes, nodes become a program, and a backtracking
// machine runs the program over a subject.
//
//   regex_parse.h    pattern -> nodes (regex_node.h), with PCRE's error texts and positions
//   regex_class.c    character classes and what a code point is a member of
//   regex_compile.c  nodes -> program, and what a match must begin with
//   regex_match.c    program + subject -> captures
//
// Nothing of it knows of terms. A program never changes once made, so one may serve any number of runs.
#ifndef ATOMVM_REGEX_H
#define ATOMVM_REGEX_H

#include "vm.h"

// Options of a pattern. The low ones can change inside it: (?imsxUJX). Those behind RE_OPTIONS are PCRE2's and change only
// inside of it.
enum {
    RE_CASELESS = 1 << 0,
    RE_MULTILINE = 1 << 1,
    RE_DOTALL = 1 << 2,
    RE_EXTENDED = 1 << 3,
    RE_UNGREEDY = 1 << 4,
    RE_DUPNAMES = 1 << 5,
    RE_EXTRA = 1 << 6,
    RE_ANCHORED = 1 << 7,
    RE_DOLLAR_ENDONLY = 1 << 8,
    RE_FIRSTLINE = 1 << 9,
    RE_NO_AUTO_CAPTURE = 1 << 10,
    RE_NO_START_OPTIMIZE = 1 << 11,
    RE_UTF = 1 << 12,
    RE_UCP = 1 << 13,
    RE_NEVER_UTF = 1 << 14,
    RE_OPTIONS = (1 << 15) - 1,
    RE_EXTENDED_MORE = 1 << 15,
    RE_RESTRICTED = 1 << 16, // no letter of ASCII is another case of one that is not
    RE_ASCII_DIGIT = 1 << 17,
    RE_ASCII_SPACE = 1 << 18,
    RE_ASCII_WORD = 1 << 19,
    RE_ASCII_POSIX = 1 << 20,
    RE_ASCII_POSIX_DIGIT = 1 << 21,
    RE_NO_AUTO_POSSESS = 1 << 22,
    RE_ASCII = RE_ASCII_DIGIT | RE_ASCII_SPACE | RE_ASCII_WORD | RE_ASCII_POSIX | RE_ASCII_POSIX_DIGIT,
};

enum newline { NEWLINE_LF, NEWLINE_CR, NEWLINE_CRLF, NEWLINE_ANYCRLF, NEWLINE_ANY, NEWLINE_UNSET, NEWLINE_NUL };
enum bsr { BSR_UNICODE, BSR_ANYCRLF, BSR_BOTH, BSR_UNSET }; // both: an error

typedef struct RegexOptions {
    uint32_t flags;
    uint8_t newline, bsr; // enum newline, enum bsr
} RegexOptions;

typedef struct RegexError {
    const char *text;
    size_t at; // byte of the pattern
} RegexError;

typedef struct RegexProgram RegexProgram;

typedef struct RegexName {
    uint32_t at, size; // in the pattern
    uint32_t group;
} RegexName;

// Whether patterns are PCRE2's, as since OTP 28, and not PCRE's. Of the machine: it runs one release of OTP.
extern bool regex_is_pcre2;

// NULL with *error set when the pattern is wrong, or with error->text NULL when memory is out.
RegexProgram *regex_compile(const uint8_t *pattern, size_t size, RegexOptions options, RegexError *error);
void regex_free(RegexProgram *program);
size_t regex_memory(const RegexProgram *program); // bytes held
uint32_t regex_captures(const RegexProgram *program);
bool regex_is_utf(const RegexProgram *program);
bool regex_crlf_is_newline(const RegexProgram *program);
RegexOptions regex_options(const RegexProgram *program); // as given, and as the pattern's start says
// Names in order of their bytes, with repetitions when groups share one; name_bytes points at its text.
const RegexName *regex_names(const RegexProgram *program, size_t *count);
const uint8_t *regex_name_bytes(const RegexProgram *program, const RegexName *name);

enum { RUN_ANCHORED = 1, RUN_NOTBOL = 2, RUN_NOTEOL = 4, RUN_NOTEMPTY = 8, RUN_NOTEMPTY_ATSTART = 16 };
enum regex_result { REGEX_MATCH, REGEX_NOMATCH, REGEX_MATCH_LIMIT, REGEX_RECURSION_LIMIT, REGEX_RECURSION_LOOP, REGEX_NO_MEMORY };
enum { REGEX_LIMIT = 10000000, REGEX_STACK_ENTRIES = 4000000 };
#define REGEX_UNSET UINT32_MAX

typedef struct RegexRun {
    const uint8_t *subject; // valid UTF-8 when the program is for it
    uint32_t size, offset;  // the search begins at a character's first byte
    uint32_t flags;         // RUN_*
    uint8_t newline, bsr;   // NEWLINE_UNSET, BSR_UNSET: as the program has it
    uint32_t match_limit, recursion_limit;
    uint64_t steps; // set: how much work it was
} RegexRun;

// On REGEX_MATCH ovector[2 * n] and [2 * n + 1] are the ends of group n, or REGEX_UNSET; room for 2 * (captures + 1).
enum regex_result regex_run(const RegexProgram *program, RegexRun *run, uint32_t *ovector);

#endif
