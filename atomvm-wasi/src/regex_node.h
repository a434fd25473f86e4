// What the parser leaves for the compiler: a tree of nodes in one array, linked by indexes.
//
//   GROUP, LOOK, CONDITION   first -> BRANCH -> BRANCH ..      each BRANCH: first -> item -> item ..
//   REPEAT                   first -> the one item
//
// Index 0 is no node. The tree is never deeper than REGEX_NEST_MAX groups, so walking it may recurse.
#ifndef ATOMVM_REGEX_NODE_H
#define ATOMVM_REGEX_NODE_H

#include "regex.h"

enum { REGEX_NEST_MAX = 250, REGEX_REPEAT_MAX = 65535, REGEX_NAME_MAX = 32, /* of PCRE 8 */ REGEX_NAMES_MAX = 10000, REGEX_NODES_MAX = 1 << 20 };
#define REPEAT_UNLIMITED UINT32_MAX

enum node_type {
    NODE_BRANCH,    // of a look-behind: min, value: its least and greatest length in characters
    NODE_GROUP,     // value: capture number, 0 none; mode: enum group_mode
    NODE_LOOK,      // mode: LOOK_* bits
    NODE_CONDITION, // mode: enum condition; value: group, name or node of the LOOK
    NODE_REPEAT,    // min, max, mode: enum repeat_mode
    NODE_CHAR,      // value: code point or byte
    NODE_CLASS,     // value: index of the class
    NODE_ANY,       // . without dotall, \N
    NODE_ALL,       // . with dotall
    NODE_BYTE,      // \C
    NODE_LINE_END,  // \R
    NODE_GRAPHEME,  // \X
    NODE_ASSERT,    // mode: enum assertion
    NODE_KEEP,      // \K
    NODE_BACKREF,   // value: group, or name when mode
    NODE_CALL,      // value: group, or name when mode
    NODE_VERB,      // mode: enum verb; value, min: place and size of the name in the pattern
};

enum group_mode { GROUP_PLAIN, GROUP_ATOMIC };
enum { LOOK_NEGATIVE = 1, LOOK_BEHIND = 2, LOOK_NOT_ATOMIC = 4 };
enum condition {
    CONDITION_GROUP, CONDITION_NAME, CONDITION_RECURSION, CONDITION_RECURSION_NAME, CONDITION_DEFINE, CONDITION_LOOK,
    CONDITION_ALWAYS, CONDITION_NEVER, // (?(VERSION..)
};
enum { CONDITION_ANY_RECURSION = 0xFFFF };
enum repeat_mode { REPEAT_GREEDY, REPEAT_LAZY, REPEAT_POSSESSIVE };
enum assertion {
    ASSERT_LINE_START, ASSERT_LINE_START_MULTI, ASSERT_LINE_END, ASSERT_LINE_END_MULTI, ASSERT_LINE_END_ONLY,
    ASSERT_START, ASSERT_END, ASSERT_END_OR_NEWLINE, ASSERT_FIRST, ASSERT_WORD, ASSERT_NOT_WORD,
};
enum verb { VERB_FAIL, VERB_ACCEPT, VERB_COMMIT, VERB_PRUNE, VERB_SKIP, VERB_SKIP_NAME, VERB_THEN, VERB_MARK };

typedef struct Node {
    uint8_t type, mode;
    bool caseless; // CHAR, BACKREF
    uint32_t value, min, max;
    uint32_t first, next;
    uint32_t at; // in the pattern, for errors found later
} Node;

// ---- classes ----

// A set of code points: the first 256 by bitmap (negation included), others by items of which any or, if negated, none fits.
typedef struct RegexClass {
    uint8_t map[32];
    bool negated;
    uint32_t first_item, item_count;
} RegexClass;

enum class_item { ITEM_RANGE, ITEM_ANY, ITEM_CATEGORIES, ITEM_SCRIPT, ITEM_XSPACE, ITEM_XWORD, ITEM_XNAME, ITEM_GRAPH, ITEM_PRINT, ITEM_PUNCT };
typedef struct ClassItem {
    uint8_t type; // enum class_item
    bool negated;
    uint32_t low, high; // RANGE: ends; CATEGORIES: low = bits of the categories; SCRIPT: low
} ClassItem;

typedef struct ClassSet {
    RegexClass *classes;
    uint32_t class_count, class_capacity;
    ClassItem *items;
    uint32_t item_count, item_capacity;
    bool memory_out;
} ClassSet;

// The types of character that an escape or a POSIX name stands for.
enum char_type {
    TYPE_ALPHA, TYPE_LOWER, TYPE_UPPER, TYPE_ALNUM, TYPE_ASCII, TYPE_BLANK, TYPE_CNTRL, TYPE_DIGIT, TYPE_GRAPH, TYPE_PRINT,
    TYPE_PUNCT, TYPE_SPACE, TYPE_WORD, TYPE_XDIGIT, TYPE_HORIZONTAL, TYPE_VERTICAL, CHAR_TYPES
};

void class_set_free(ClassSet *set);
// A class in the making is the last of its set: class_begin, adds, class_end, which returns its index.
void class_begin(ClassSet *set);
void class_add_range(ClassSet *set, uint32_t low, uint32_t high, uint32_t flags); // RE_CASELESS and RE_UTF count
void class_add_type(ClassSet *set, enum char_type type, bool negated, uint32_t flags); // RE_UCP and RE_UTF count
void class_add_property(ClassSet *set, ClassItem item);
// PCRE 8 forgets what \D, [:^alpha:] and the like say of characters beyond Latin-1 when the class is a negated one with
// properties in it.
void class_forget_wide(ClassSet *set);
uint32_t class_end(ClassSet *set, bool negated, bool utf);
// One code point in all its cases.
uint32_t class_of_char(ClassSet *set, uint32_t code_point, uint32_t flags);
// False: no property has this name (without ^ and braces).
bool property_by_name(const uint8_t *name, size_t size, ClassItem *item);
bool class_has(const RegexClass *c, const ClassItem *items, uint32_t code_point);
bool char_is_type(uint32_t byte, enum char_type type); // below 256, by Latin-1
bool char_is_word(uint32_t code_point, bool ucp);
uint8_t char_other_case(uint8_t byte); // Latin-1; itself when it has none
static inline bool in_map(const uint8_t *map, uint32_t byte) { return map[byte >> 3] >> (byte & 7) & 1; }

// ---- the parser's result ----

typedef struct RegexTree {
    Node *nodes;
    uint32_t count, capacity;
    uint32_t root; // a GROUP without number
    ClassSet classes;
    RegexName *names;
    uint32_t name_count, name_capacity;
    uint32_t captures;
    RegexOptions options; // as given, and as the pattern's start says
    uint32_t match_limit, recursion_limit; // by (*LIMIT_..=); otherwise UINT32_MAX
    uint32_t run_flags;   // by (*NOTEMPTY)
    bool has_cr_or_lf;    // a literal \r or \n
    bool calls, accepts, verbs;
    uint32_t work; // spent on finding out lengths; see WORK_MAX in regex_check.c
} RegexTree;

// False: *error tells why. The tree is to be freed in any case.
bool regex_parse(const uint8_t *pattern, size_t size, RegexOptions options, RegexTree *tree, RegexError *error);
void regex_tree_free(RegexTree *tree);
// Whether a node may match nothing, as far as that is easily seen.
bool node_may_be_empty(RegexTree *t, uint32_t node);

// Groups of the name a node refers to: *count entries of tree->names from the result on (names are sorted).
const RegexName *names_find(const RegexName *names, uint32_t name_count, const uint8_t *pattern, const uint8_t *name,
                            size_t size, uint32_t *count);

#endif
