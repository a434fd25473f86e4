// The parser of regular expressions, for its own files:
//
//   regex_tree.c    nodes, branches, names, references
//   regex_escape.c  escapes and classes
//   regex_group.c   what begins with a parenthesis
//   regex_parse.c   items, quantifiers, branches, the whole
//   regex_check.c   what can only be checked at the end
//   regex2_*.c      the same for PCRE2's patterns, where they are not PCRE's: its syntax, error texts and places
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
    uint32_t first_backrefs[10]; // of PCRE2: behind the first reference to each of the first groups
    bool unmeasured, all_known; // a look-behind with a call in it is measured at the end: when all is known
    bool fails_as_condition; // (?(?!).. has been read, and no look-around since: PCRE 8 refuses to repeat the next one
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
    ESCAPE_NONE,
};

static inline enum escape escape_char(uint32_t *value, uint32_t c)
{
    *value = c;
    return ESCAPE_CHAR;
}
static inline enum escape escape_assertion(uint32_t *value, enum assertion a)
{
    *value = a;
    return ESCAPE_ASSERTION;
}
// The letters that say all by themselves; ESCAPE_NONE for any other.
enum escape escape_letter(bool in_class, int c, uint32_t *value);

// The escape at p->at, which is moved behind it.
enum escape parse_escape(Parser *p, bool in_class, uint32_t *value);
// What follows \p or \P.
bool parse_property(Parser *p, bool negated, ClassItem *item);

// ---- regex_tree.c ----

#define NOT_A_GROUP "reference to non-existent subpattern"

static inline bool is_word_byte(int c) { return c >= 0 && char_is_type((uint32_t) c, TYPE_WORD); }
static inline bool is_digit(int c) { return c >= '0' && c <= '9'; }
static inline bool is_letter(int c) { return c >= 0 && char_is_type((uint32_t) c, TYPE_ALPHA); }

// All nodes made here stand at p->at; 0 after an error.
uint32_t node_new(Parser *p, enum node_type type);
uint32_t node_value(Parser *p, enum node_type type, uint32_t value);
uint32_t node_mode(Parser *p, enum node_type type, unsigned mode);
static inline Node *node_at(Parser *p, uint32_t n) { return &p->tree->nodes[n]; }

// A branch in the making.
typedef struct Branch {
    uint32_t node, last; // last: the item in front; 0 none
    bool repeatable;     // a quantifier may follow
} Branch;
// All branches of a group, each by `parse`; with `reset` they number their groups alike.
void parse_branches(Parser *p, uint32_t owner, bool reset, uint32_t (*parse)(Parser *));
Branch branch_start(Parser *p);
void branch_add(Parser *p, Branch *b, uint32_t item, bool repeatable);
void branch_add_char(Parser *p, Branch *b, uint32_t code_point);
void branch_add_type(Parser *p, Branch *b, enum char_type type, bool negated);
// A class from its bracket on: an item of its own, or [[:<:]] or [[:>:]].
void parse_class_item(Parser *p, Branch *b);

// The options in force for \d, \s, \w and the like.
uint32_t type_flags(const Parser *p, enum char_type type);

size_t parse_name(Parser *p); // its size
// A group of this name, which stands before `end`, is about to begin.
void name_group(Parser *p, size_t at, size_t size, uint32_t group, size_t end);
// \k<name>, (?&name) and their like, up to the terminator: a node by name.
uint32_t parse_named_reference(Parser *p, enum node_type type, int terminator);
uint32_t parse_number(Parser *p);
// The group that a number with a sign ('+', '-' or 0) means here; `at` is for errors.
uint32_t relative_group(Parser *p, uint32_t number, int sign, size_t at);
uint32_t call_node(Parser *p, uint32_t group, size_t at);
// (?1), (?+1), \g<1>: from the sign or digit on.
uint32_t parse_numbered_call(Parser *p, int terminator);

// ---- regex_group.c ----

// What a parenthesis at p->at begins.
void parse_parenthesis(Parser *p, Branch *b);

// ---- regex_parse.c ----

// The items up to '|', ')' or the end.
uint32_t parse_branch(Parser *p);
uint32_t next_char(Parser *p);
size_t pattern_newline(const Parser *p, size_t at); // bytes of the line end at a place; 0 none
// Makes the last item repeat: a copy of it becomes the child of what stands in its place.
void repeat_last(Parser *p, Branch *b, uint32_t min, uint32_t max, enum repeat_mode mode);
// The place of the first byte that is not of well-formed UTF-8; `size` when all are.
size_t malformed_utf8(const uint8_t *text, size_t size);

// ---- regex2_escape.c ----

// A number of a group, read from a place on: which moves behind it.
typedef struct GroupNumber {
    bool found;
    const char *error; // why there is no such group; NULL: there may be one
    uint32_t group;
} GroupNumber;

GroupNumber read_group_number(const Parser *p, size_t *at);
size_t read_name(Parser *p, int terminator, size_t *at);
void skip_blanks(const Parser *p, size_t *at);
size_t char_end(const Parser *p, size_t at);
enum escape parse_escape2(Parser *p, bool in_class, uint32_t *value);
bool parse_property2(Parser *p, bool negated, ClassItem *item);

// ---- regex2_parse.c ----

void parse_counts2(Parser *p, uint32_t *min, uint32_t *max); // {n,m} from its brace on, up to the closing one
// The whole, behind the options at its start.
void parse_pattern2(Parser *p);

// ---- regex_check.c ----

void check_tree(Parser *p);
void check_unmeasured(Parser *p);

#endif
