// Programs of regular expressions: words of code, run by regex_match.c.
//
// An instruction is its code and its operands, a word each. Registers hold positions in the subject, heights of the
// backtrack stack and counters; every change is noted on that stack and undone on the way back:
//
//   [0] where the match starts (\K moves it)   [1] not used
//   [2n] [2n + 1] the ends of group n           [starts + n] where group n was opened last
//   then loops, marks and look-arounds, as the compiler gives them out
#ifndef ATOMVM_REGEX_PROGRAM_H
#define ATOMVM_REGEX_PROGRAM_H

#include "regex_node.h"

enum op {
    OP_MATCH,
    OP_FAIL,
    OP_BYTE,            // b
    OP_STRING,          // n, bytes..
    OP_STRING_CASELESS, // n, bytes in lower case..
    OP_CLASS,           // class
    OP_ANY,
    OP_ALL,
    OP_ANY_BYTE,
    OP_LINE_END,
    OP_GRAPHEME,
    OP_RUN,             // unit, operand, min, max, mode, lead: `unit` again and again; lead: the byte that must follow, or 256
    OP_ASSERT,          // enum assertion
    OP_KEEP,
    OP_BACKREF,         // group, caseless
    OP_BACKREF_NAME,    // first name, count, caseless: the first of these groups that is set
    OP_OPEN,            // group
    OP_CLOSE,           // group; returns when the group was called
    OP_CAPTURE,         // group: closes it and goes on
    OP_JUMP,            // to
    OP_SPLIT,           // to: goes on, and tries `to` if that fails
    OP_SPLIT_BACK,      // to: goes to `to`, and on if that fails
    OP_COUNT_START,     // r
    OP_COUNT_LOOP,      // r, min, max, lazy, exit
    OP_COUNT_NEXT,      // r, place register or 0, min, exit, loop
    OP_PLACE,           // r = position
    OP_EMPTY,           // r, exit: the loop ends when the position has not changed
    OP_MARK,            // r = height
    OP_CUT,             // r: forgets the choices since
    OP_LOOK,            // r: r = height, r + 1 = position
    OP_LOOK_END,        // r: forgets the choices since and goes back to the position
    OP_LOOK_LEAVE,      // r: goes back to the position; the choices since stay
    OP_LOOK_ELSE,       // r, to: like LOOK; `to` is tried if what follows fails
    OP_LOOK_NOT_END,    // r, to: undoes everything since, goes back to the position and to `to`; 0: fails
    OP_BACK,            // characters
    OP_BEHIND_END,      // r: fails unless the position is the one of this look-around
    OP_CALL,            // to, group
    OP_IF_GROUP,        // group, else
    OP_IF_NAME,         // first name, count, else
    OP_IF_RECURSION,    // group or CONDITION_ANY_RECURSION, else
    OP_IF_RECURSION_NAME, // first name, count, else
    OP_COMMIT,
    OP_PRUNE,
    OP_SKIP,
    OP_SKIP_NAME,       // place and size of the name in the pattern
    OP_THEN,            // r: on the way back everything up to this mark goes
    OP_NAME,            // place and size
    OP_ACCEPT,          // r, to: ends the innermost call, look-around (with mark r, ending at `to`) or the match
};

enum unit { UNIT_BYTE, UNIT_CHAR, UNIT_CLASS, UNIT_ANY, UNIT_ALL, UNIT_ANY_BYTE }; // CHAR: code point of several bytes
enum { NO_LEAD = 256 };
enum start_kind { START_ANYWHERE, START_LINE, START_ANCHORED };

struct RegexProgram {
    RegexOptions options;
    uint32_t *code;
    uint32_t code_size, code_capacity; // words
    RegexClass *classes;
    ClassItem *items;
    RegexName *names;
    uint8_t *pattern;
    uint32_t class_capacity, item_capacity, name_count, name_capacity, pattern_size;
    uint32_t captures, registers, starts;
    uint32_t match_limit, recursion_limit, run_flags;
    bool has_cr_or_lf;
    uint8_t start;          // enum start_kind
    bool has_first;         // a match begins with a byte of `first`
    int first_byte;         // the only one, or -1
    int required, required_other; // a byte that every match has in it, in both cases; -1 none
    uint8_t first[32];
};

#endif
