// The parser of regular expressions, for its own files: regex_parse.c (groups, items) and regex_escape.c (escapes,
// classes).
//
// After an error p->at is at the end and nothing more is read; `failed` tells.
#ifndef ATOMVM_REGEX_PARSE_H
#define ATOMVM_REGEX_PARSE_H

#include "regex_node.h"

typedef struct Parser {
    const uint8_t *text;
    size_t size, at;
    uint32_t flags; // in force at this place
    RegexTree *tree;
    RegexError *error;
    bool failed, quoting; // quoting: between \Q and \E
    uint32_t depth, top_backref;
    size_t g_at; // of the \g being read
} Parser;

#define PARSE_G_ERROR "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number"

// The byte so many places on; -1 at the end.
static inline int peek(const Parser *p, size_t ahead) { return p->at + ahead < p->size ? p->text[p->at + ahead] : -1; }
// Always 0, so that it can be returned as a node.
uint32_t parse_fail(Parser *p, const char *text, size_t at);
bool is_counted_repeat(const Parser *p, size_t at);

enum escape {
    ESCAPE_CHAR,     // the character
    ESCAPE_BACKREF,  // the group
    ESCAPE_G_CALL,   // \g< or \g': the terminator; what follows is to be read
    ESCAPE_K,        // \k, or \g{ before a name: what follows is to be read
    ESCAPE_QUOTE, ESCAPE_END_QUOTE,
    ESCAPE_PROPERTY, // \p or \P (1): what follows is to be read
    ESCAPE_TYPE,     // enum char_type << 1 | negated
    ESCAPE_ASSERTION, // enum assertion
    ESCAPE_KEEP, ESCAPE_NOT_NEWLINE, ESCAPE_BYTE, ESCAPE_LINE_END, ESCAPE_GRAPHEME,
};

// The escape at p->at, which is moved behind it.
enum escape parse_escape(Parser *p, bool in_class, uint32_t *value);
// What follows \p or \P.
bool parse_property(Parser *p, bool negated, ClassItem *item);
// A class from its bracket on: its index.
uint32_t parse_class(Parser *p);
bool node_may_be_empty(const RegexTree *t, uint32_t node);

#endif
