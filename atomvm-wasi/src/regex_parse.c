// Patterns of regular expressions: text -> nodes. See regex.h and regex_node.h.
//
// Errors carry PCRE's texts and positions. PCRE finds references to groups that are not there, and the like, only once
// the whole pattern is known to be well-formed; so does this (check_tree, at the end).
#include "regex_parse.h"

#define NOT_A_GROUP "reference to non-existent subpattern"

// ---- the tree ----

void regex_tree_free(RegexTree *t)
{
    vm_mfree(t->nodes, t->capacity * sizeof *t->nodes);
    vm_mfree(t->names, t->name_capacity * sizeof *t->names);
    class_set_free(&t->classes);
}

uint32_t parse_fail(Parser *p, const char *text, size_t at)
{
    if (!p->failed) *p->error = (RegexError) { text, at };
    p->failed = true;
    p->at = p->size;
    return 0;
}

static uint32_t node_new(Parser *p, enum node_type type)
{
    RegexTree *t = p->tree;
    if (t->count == t->capacity) {
        uint32_t more = t->capacity ? t->capacity * 2 : 32;
        if (more > REGEX_NODES_MAX) return parse_fail(p, "regular expression is too large", p->at);
        Node *grown = vm_realloc(t->nodes, t->capacity * sizeof *grown, more * sizeof *grown);
        if (!grown) return parse_fail(p, NULL, 0);
        if (t->count == 0) t->count = 1; // index 0 is no node
        t->nodes = grown;
        t->capacity = more;
    }
    t->nodes[t->count] = (Node) { .type = (uint8_t) type, .at = (uint32_t) p->at };
    return t->count++;
}

static uint32_t node_value(Parser *p, enum node_type type, uint32_t value)
{
    uint32_t n = node_new(p, type);
    if (n) p->tree->nodes[n].value = value;
    return n;
}

static uint32_t node_mode(Parser *p, enum node_type type, unsigned mode)
{
    uint32_t n = node_new(p, type);
    if (n) p->tree->nodes[n].mode = (uint8_t) mode;
    return n;
}

static Node *node_at(Parser *p, uint32_t n) { return &p->tree->nodes[n]; }

// ---- branches in the making ----

typedef struct Branch {
    uint32_t node, last; // last: the item in front; 0 none
    bool repeatable;     // a quantifier may follow
} Branch;

static Branch branch_start(Parser *p) { return (Branch) { .node = node_new(p, NODE_BRANCH) }; }

static void branch_add(Parser *p, Branch *b, uint32_t item, bool repeatable)
{
    if (p->failed) return;
    if (b->last) node_at(p, b->last)->next = item;
    else node_at(p, b->node)->first = item;
    b->last = item;
    b->repeatable = repeatable;
}

static void branch_add_char(Parser *p, Branch *b, uint32_t code_point)
{
    uint32_t n = node_value(p, NODE_CHAR, code_point);
    if (p->failed) return;
    if (code_point == '\r' || code_point == '\n') p->tree->has_cr_or_lf = true;
    node_at(p, n)->caseless = (p->flags & RE_CASELESS) != 0;
    branch_add(p, b, n, true);
}

static void branch_add_type(Parser *p, Branch *b, enum char_type type, bool negated)
{
    ClassSet *set = &p->tree->classes;
    class_begin(set);
    class_add_type(set, type, false, p->flags);
    branch_add(p, b, node_value(p, NODE_CLASS, class_end(set, negated, p->flags & RE_UTF)), true);
}

// ---- names ----

static bool is_word_byte(int c) { return c >= 0 && char_is_type((uint32_t) c, TYPE_WORD); }
static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_letter(int c) { return c >= 0 && char_is_type((uint32_t) c, TYPE_ALPHA); }

// Word bytes from p->at on.
static size_t parse_name(Parser *p)
{
    size_t start = p->at;
    while (is_word_byte(peek(p, 0))) p->at++;
    return p->at - start;
}

static int compare_names(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

const RegexName *names_find(const RegexName *names, uint32_t name_count, const uint8_t *pattern, const uint8_t *name,
                            size_t size, uint32_t *count)
{
    uint32_t i = 0;
    while (i < name_count && compare_names(pattern + names[i].at, names[i].size, name, size) != 0) i++;
    *count = 0;
    while (i + *count < name_count
           && compare_names(pattern + names[i + *count].at, names[i + *count].size, name, size) == 0)
        ++*count;
    return names + i;
}

// Keeps the names sorted by text, then by group.
static void name_insert(Parser *p, RegexName name)
{
    RegexTree *t = p->tree;
    if (t->name_count == t->name_capacity) {
        uint32_t more = t->name_capacity ? t->name_capacity * 2 : 4;
        RegexName *grown = vm_realloc(t->names, t->name_capacity * sizeof *grown, more * sizeof *grown);
        if (!grown) {
            parse_fail(p, NULL, 0);
            return;
        }
        t->names = grown;
        t->name_capacity = more;
    }
    uint32_t i = t->name_count;
    const uint8_t *text = p->text;
    while (i > 0 && compare_names(text + t->names[i - 1].at, t->names[i - 1].size, text + name.at, name.size) > 0) i--;
    memmove(t->names + i + 1, t->names + i, (t->name_count - i) * sizeof name);
    t->names[i] = name;
    t->name_count++;
}

// A group of this name, which stands before `end`, is about to begin.
static void name_group(Parser *p, size_t at, size_t size, uint32_t group, size_t end)
{
    RegexTree *t = p->tree;
    for (uint32_t i = 0; i < t->name_count; i++) {
        bool alike = compare_names(p->text + t->names[i].at, t->names[i].size, p->text + at, size) == 0;
        bool one_group = t->names[i].group == group;
        if (alike && one_group) return;
        if (alike && !(p->flags & RE_DUPNAMES)) parse_fail(p, "two named subpatterns have the same name", end);
        else if (!alike && one_group)
            parse_fail(p, "different names for subpatterns of the same number are not allowed", end);
    }
    if (!p->failed) name_insert(p, (RegexName) { (uint32_t) at, (uint32_t) size, group });
}

// The name of a reference, up to `terminator`: *at and the size. p->at is left at the terminator.
static size_t reference_name(Parser *p, int terminator, size_t *at)
{
    *at = p->at;
    if (is_digit(peek(p, 0))) return parse_fail(p, "group name must start with a non-digit", p->at);
    size_t size = parse_name(p);
    if (size == 0) return parse_fail(p, "subpattern name expected", p->at);
    if (peek(p, 0) != terminator) return parse_fail(p, "syntax error in subpattern name (missing terminator)", p->at);
    if (size > REGEX_NAME_MAX) return parse_fail(p, "subpattern name is too long (maximum 32 characters)", p->at);
    return size;
}

// \k<name>, (?&name) and their like: a node by name, its place the terminator's.
static uint32_t parse_named_reference(Parser *p, enum node_type type, int terminator)
{
    size_t name = 0, size = reference_name(p, terminator, &name);
    uint32_t n = node_mode(p, type, 1);
    if (p->failed) return 0;
    Node *node = node_at(p, n);
    node->value = (uint32_t) name;
    node->min = (uint32_t) size;
    node->caseless = (p->flags & RE_CASELESS) != 0;
    p->at++;
    return n;
}

// ---- numbers ----

static uint32_t parse_number(Parser *p)
{
    uint64_t n = 0;
    while (is_digit(peek(p, 0)) && n <= INT32_MAX) n = n * 10 + (uint32_t) (p->text[p->at++] - '0');
    if (n <= INT32_MAX) return (uint32_t) n;
    while (is_digit(peek(p, 0))) p->at++;
    return parse_fail(p, "number is too big", p->at);
}

// The group that a number with a sign ('+', '-' or 0) means here.
static uint32_t relative_group(Parser *p, uint32_t number, int sign, size_t at)
{
    if (sign == 0) return number;
    if (number == 0) return parse_fail(p, "a numbered reference must not be zero", at);
    if (sign == '+') return p->tree->captures + number;
    if (number > p->tree->captures) return parse_fail(p, NOT_A_GROUP, at);
    return p->tree->captures - number + 1;
}

static uint32_t call_node(Parser *p, uint32_t group, size_t at)
{
    uint32_t n = node_value(p, NODE_CALL, group);
    if (n) node_at(p, n)->at = (uint32_t) at;
    p->tree->calls = true;
    return n;
}

// (?1), (?+1), \g<1>: from the sign or digit on.
static uint32_t parse_numbered_call(Parser *p, int terminator)
{
    int sign = peek(p, 0) == '+' || peek(p, 0) == '-' ? p->text[p->at++] : 0;
    if (sign == '+' && !is_digit(peek(p, 0))) return parse_fail(p, "digit expected after (?+", p->at);
    uint32_t number = parse_number(p);
    if (peek(p, 0) != terminator) {
        return terminator == ')' ? parse_fail(p, "(?R or (?[+-]digits must be followed by )", p->at)
                                 : parse_fail(p, PARSE_G_ERROR, p->g_at);
    }
    uint32_t group = relative_group(p, number, sign, p->at);
    uint32_t n = call_node(p, group, p->at);
    p->at++;
    return n;
}

// ---- escapes that are items of their own ----

static uint32_t parse_backref(Parser *p, uint32_t group)
{
    uint32_t n = node_value(p, NODE_BACKREF, group);
    if (p->failed) return 0;
    node_at(p, n)->caseless = (p->flags & RE_CASELESS) != 0;
    if (group > p->top_backref) p->top_backref = group;
    return n;
}

// \g<name>, \g'1': a call; p->at is behind the opening.
static uint32_t parse_g_call(Parser *p, int terminator)
{
    p->g_at = p->at - 1;
    size_t digits = p->at + (peek(p, 0) == '+' || peek(p, 0) == '-');
    if (digits < p->size && is_digit(p->text[digits])) {
        while (digits < p->size && is_digit(p->text[digits])) digits++;
        if (digits >= p->size || p->text[digits] != terminator) return parse_fail(p, PARSE_G_ERROR, p->g_at);
        return parse_numbered_call(p, terminator);
    }
    if (peek(p, 0) == '+' || peek(p, 0) == '-') return parse_fail(p, "subpattern name expected", p->at);
    p->tree->calls = true;
    return parse_named_reference(p, NODE_CALL, terminator);
}

// \k, p->at behind it.
static uint32_t parse_k(Parser *p)
{
    int open = peek(p, 0);
    if (open != '{' && open != '<' && open != '\'')
        return parse_fail(p, "\\k is not followed by a braced, angle-bracketed, or quoted name", p->at - 1);
    p->at++;
    return parse_named_reference(p, NODE_BACKREF, open == '{' ? '}' : open == '<' ? '>' : '\'');
}

static void add_assertion(Parser *p, Branch *b, enum assertion a)
{
    branch_add(p, b, node_mode(p, NODE_ASSERT, a), false);
}

static void add_property(Parser *p, Branch *b, bool negated)
{
    ClassItem item;
    if (!parse_property(p, negated, &item)) return;
    ClassSet *set = &p->tree->classes;
    class_begin(set);
    class_add_property(set, item);
    branch_add(p, b, node_value(p, NODE_CLASS, class_end(set, false, p->flags & RE_UTF)), true);
}

static void add_escape(Parser *p, Branch *b)
{
    uint32_t value = 0;
    enum escape e = parse_escape(p, false, &value);
    if (p->failed) return;
    switch (e) {
    case ESCAPE_CHAR: branch_add_char(p, b, value); break;
    case ESCAPE_BACKREF: branch_add(p, b, parse_backref(p, value), true); break;
    case ESCAPE_G_CALL: branch_add(p, b, parse_g_call(p, (int) value), true); break;
    case ESCAPE_K: branch_add(p, b, parse_k(p), true); break;
    case ESCAPE_QUOTE: p->quoting = true; break;
    case ESCAPE_END_QUOTE: break;
    case ESCAPE_PROPERTY: add_property(p, b, value); break;
    case ESCAPE_TYPE: branch_add_type(p, b, (enum char_type)(value >> 1), value & 1); break;
    case ESCAPE_ASSERTION: add_assertion(p, b, (enum assertion) value); break;
    case ESCAPE_KEEP: branch_add(p, b, node_new(p, NODE_KEEP), false); break;
    case ESCAPE_NOT_NEWLINE: branch_add(p, b, node_new(p, NODE_ANY), true); break;
    case ESCAPE_BYTE: branch_add(p, b, node_new(p, NODE_BYTE), true); break;
    case ESCAPE_LINE_END: branch_add(p, b, node_new(p, NODE_LINE_END), true); break;
    case ESCAPE_GRAPHEME: branch_add(p, b, node_new(p, NODE_GRAPHEME), true); break;
    }
}

// ---- quantifiers ----

// {n}, {n,} or {n,m} at p->at?
bool is_counted_repeat(const Parser *p, size_t at)
{
    const uint8_t *s = p->text;
    if (at >= p->size || s[at] != '{') return false;
    size_t start = ++at;
    while (at < p->size && is_digit(s[at])) at++;
    if (at == start || at >= p->size) return false;
    if (s[at] == '}') return true;
    if (s[at++] != ',') return false;
    while (at < p->size && is_digit(s[at])) at++;
    return at < p->size && s[at] == '}';
}

static uint32_t repeat_count(Parser *p)
{
    uint32_t n = 0;
    while (is_digit(peek(p, 0))) {
        n = n * 10 + (uint32_t) (p->text[p->at++] - '0');
        if (n > REGEX_REPEAT_MAX) {
            parse_fail(p, "number too big in {} quantifier", p->at);
            return 0;
        }
    }
    return n;
}

// {n,m}; p->at is left at the brace that closes it.
static void parse_counts(Parser *p, uint32_t *min, uint32_t *max)
{
    p->at++;
    *min = *max = repeat_count(p);
    if (peek(p, 0) != ',') return;
    p->at++;
    if (peek(p, 0) == '}') {
        *max = REPEAT_UNLIMITED;
        return;
    }
    *max = repeat_count(p);
    if (!p->failed && *max < *min) parse_fail(p, "numbers out of order in {} quantifier", p->at);
}

static bool skip_extended(Parser *p);

// Makes the last item repeat: a copy of it becomes the child of what stands in its place.
static void repeat_last(Parser *p, Branch *b, uint32_t min, uint32_t max, enum repeat_mode mode)
{
    uint32_t child = node_new(p, NODE_REPEAT);
    if (p->failed) return;
    Node *inner = node_at(p, child), *outer = node_at(p, b->last);
    if (outer->type == NODE_LOOK) { // once is as often as it makes a difference
        if (min > 1) min = 1;
        if (max > 1) max = 1;
    }
    *inner = *outer;
    inner->next = 0;
    *outer = (Node) { .type = NODE_REPEAT, .mode = (uint8_t) mode, .min = min, .max = max, .first = child, .at = inner->at };
}

static void parse_quantifier(Parser *p, Branch *b)
{
    uint32_t min = p->text[p->at] == '+', max = p->text[p->at] == '?' ? 1 : REPEAT_UNLIMITED;
    if (p->text[p->at] == '{') parse_counts(p, &min, &max);
    if (p->failed) return;
    if (!b->repeatable) {
        parse_fail(p, "nothing to repeat", p->at);
        return;
    }
    p->at++;
    if (p->flags & RE_EXTENDED) skip_extended(p);
    enum repeat_mode mode = p->flags & RE_UNGREEDY ? REPEAT_LAZY : REPEAT_GREEDY;
    if (peek(p, 0) == '+') mode = REPEAT_POSSESSIVE;
    else if (peek(p, 0) == '?') mode = mode == REPEAT_LAZY ? REPEAT_GREEDY : REPEAT_LAZY;
    if (peek(p, 0) == '+' || peek(p, 0) == '?') p->at++;
    repeat_last(p, b, min, max, mode);
    b->repeatable = false;
}

// ---- groups ----

static void parse_branches(Parser *p, uint32_t owner, bool reset);

// The branches and the closing parenthesis of a group whose opening has been read.
static void parse_group_rest(Parser *p, uint32_t group, uint32_t flags_after, bool reset)
{
    if (p->failed) return;
    if (++p->depth > REGEX_NEST_MAX) {
        parse_fail(p, "parentheses are too deeply nested", p->at);
        return;
    }
    parse_branches(p, group, reset);
    p->depth--;
    if (p->failed) return;
    if (peek(p, 0) != ')') {
        parse_fail(p, "missing )", p->at);
        return;
    }
    node_at(p, group)->at = (uint32_t) p->at;
    p->at++;
    p->flags = flags_after;
}

static void parse_plain_group(Parser *p, Branch *b, enum group_mode mode, uint32_t flags_after, bool reset)
{
    uint32_t group = node_mode(p, NODE_GROUP, mode);
    parse_group_rest(p, group, flags_after, reset);
    branch_add(p, b, group, true);
}

static void parse_capture(Parser *p, Branch *b)
{
    uint32_t group = node_value(p, NODE_GROUP, ++p->tree->captures);
    parse_group_rest(p, group, p->flags, false);
    branch_add(p, b, group, true);
}

// (?<name>..) from the byte that opens the name on.
static void parse_named_group(Parser *p, Branch *b)
{
    int terminator = p->text[p->at++] == '<' ? '>' : '\'';
    size_t name = p->at;
    if (is_digit(peek(p, 0))) {
        parse_fail(p, "group name must start with a non-digit", p->at);
        return;
    }
    size_t size = parse_name(p);
    if (peek(p, 0) != terminator) parse_fail(p, "syntax error in subpattern name (missing terminator)", p->at);
    else if (p->tree->name_count >= REGEX_NAMES_MAX) parse_fail(p, "too many named subpatterns (maximum 10000)", p->at);
    else if (size > REGEX_NAME_MAX) parse_fail(p, "subpattern name is too long (maximum 32 characters)", p->at);
    else name_group(p, name, size, p->tree->captures + 1, p->at);
    p->at++;
    parse_capture(p, b);
}

static void parse_look(Parser *p, Branch *b, unsigned mode)
{
    uint32_t look = node_mode(p, NODE_LOOK, mode);
    parse_group_rest(p, look, p->flags, false);
    branch_add(p, b, look, true);
}

static bool is_look_at(const Parser *p, size_t at) // "?=", "?!", "?<=", "?<!"
{
    const uint8_t *s = p->text + at;
    size_t left = p->size > at ? p->size - at : 0;
    if (left < 2 || s[0] != '?') return false;
    if (s[1] == '=' || s[1] == '!') return true;
    return left > 2 && s[1] == '<' && (s[2] == '=' || s[2] == '!');
}

// The name or number of a condition, read up to its parenthesis, becomes what the node tests. Whether it exists is only
// known later: value, min: place and size of the text; max: the number, sign applied.
static void parse_condition_name(Parser *p, uint32_t node)
{
    int terminator = 0, sign = 0;
    enum condition kind = CONDITION_GROUP;
    if (peek(p, 0) == 'R' && peek(p, 1) == '&') {
        p->at += 2;
        kind = CONDITION_RECURSION_NAME;
    } else if (peek(p, 0) == '<' || peek(p, 0) == '\'') {
        terminator = p->text[p->at++] == '<' ? '>' : '\'';
        kind = CONDITION_NAME;
    } else if (peek(p, 0) == '-' || peek(p, 0) == '+') {
        sign = p->text[p->at++];
    }
    if (!is_word_byte(peek(p, 0))) {
        parse_fail(p, "assertion expected after (?( or (?(?C)", p->at);
        return;
    }
    size_t start = p->at;
    bool number = is_digit(peek(p, 0));
    uint32_t value = parse_number(p);
    size_t digits = p->at - start, size = digits + parse_name(p);
    if (p->failed) return;
    if (size > digits) number = false;
    bool closed = (terminator == 0 || peek(p, 0) == terminator) && peek(p, terminator != 0) == ')';
    if (!closed) {
        parse_fail(p, "malformed number or name after (?(", p->at + (terminator != 0 && peek(p, 0) == terminator));
        return;
    }
    p->at += 1 + (terminator != 0);
    Node *n = node_at(p, node);
    n->mode = (uint8_t) kind;
    n->value = (uint32_t) start;
    n->min = (uint32_t) size;
    n->max = sign != 0 ? relative_group(p, number ? value : 0, sign, p->at) : number ? value : UINT32_MAX;
    n->caseless = sign != 0; // a relative reference: nothing but a number
    n->at = (uint32_t) p->at;
}

// What an unterminated name in (?(..) can be, once all names are known.
static void resolve_condition(Parser *p, uint32_t node)
{
    Node *n = node_at(p, node);
    const uint8_t *name = p->text + n->value;
    uint32_t count, place = n->at;
    if (n->mode == CONDITION_LOOK) return;
    if (!n->caseless) {
        names_find(p->tree->names, p->tree->name_count, p->text, name, n->min, &count);
        if (count > 0) {
            if (n->mode == CONDITION_GROUP) n->mode = CONDITION_NAME;
            return;
        }
    }
    if (n->mode != CONDITION_GROUP) {
        parse_fail(p, NOT_A_GROUP, place);
    } else if (!n->caseless && *name == 'R') {
        uint64_t group = 0;
        for (uint32_t i = 1; i < n->min && group <= CONDITION_ANY_RECURSION; i++) {
            if (!is_digit(name[i])) {
                parse_fail(p, NOT_A_GROUP, place);
                return;
            }
            group = group * 10 + (uint32_t) (name[i] - '0');
        }
        n->mode = CONDITION_RECURSION;
        n->value = group == 0 || group > CONDITION_ANY_RECURSION ? CONDITION_ANY_RECURSION : (uint32_t) group;
    } else if (!n->caseless && n->min == 6 && memcmp(name, "DEFINE", 6) == 0) {
        n->mode = CONDITION_DEFINE;
    } else if (n->max == 0) {
        parse_fail(p, "invalid condition (?(0)", place);
    } else if (n->max > p->tree->captures) {
        parse_fail(p, NOT_A_GROUP, place);
    } else {
        n->value = n->max;
    }
}

// (?(..)..|..) from behind "(?" on.
static void parse_condition(Parser *p, Branch *b)
{
    uint32_t node = node_new(p, NODE_CONDITION), flags = p->flags;
    p->at++;
    if (is_look_at(p, p->at)) {
        p->at++;
        unsigned mode = p->text[p->at] == '<' ? LOOK_BEHIND : 0;
        p->at += mode != 0;
        if (p->text[p->at++] == '!') mode |= LOOK_NEGATIVE;
        uint32_t look = node_mode(p, NODE_LOOK, mode);
        parse_group_rest(p, look, p->flags, false);
        if (p->failed) return;
        node_at(p, node)->mode = CONDITION_LOOK;
        node_at(p, node)->value = look;
    } else {
        parse_condition_name(p, node);
    }
    if (p->failed) return;
    uint32_t name_end = node_at(p, node)->at;
    parse_group_rest(p, node, flags, false);
    if (p->failed) return;
    // Both places are needed later: that of the name in `at`, that of the end in the first branch.
    node_at(p, node_at(p, node)->first)->min = node_at(p, node)->at;
    node_at(p, node)->at = name_end;
    branch_add(p, b, node, true);
}

// (?imsxUJX-imsx) or the same with ':'.
static void parse_options(Parser *p, Branch *b)
{
    static const char letters[] = "imsxUJX";
    uint32_t change[2] = { 0, 0 }, before = p->flags;
    int off = 0;
    while (peek(p, 0) != ')' && peek(p, 0) != ':') {
        int c = peek(p, 0);
        const char *letter = c > 0 ? strchr(letters, c) : NULL;
        if (c == '-') off = 1;
        else if (letter) change[off] |= 1u << (letter - letters);
        else {
            parse_fail(p, "unrecognized character after (? or (?-", p->at);
            return;
        }
        p->at++;
    }
    p->flags = (before | change[0]) & ~change[1];
    if (p->text[p->at++] == ':') {
        parse_plain_group(p, b, GROUP_PLAIN, before, false);
    } else {
        b->repeatable = false;
        p->tree->options.flags |= p->flags & RE_DUPNAMES;
    }
}

static void parse_callout(Parser *p, Branch *b)
{
    uint32_t n = 0;
    while (is_digit(peek(p, 0))) {
        if (n <= 255) n = n * 10 + (uint32_t) (p->text[p->at] - '0');
        p->at++;
    }
    if (peek(p, 0) != ')') parse_fail(p, "closing ) for (?C expected", p->at);
    else if (n > 255) parse_fail(p, "number after (?C is > 255", p->at);
    p->at++;
    b->repeatable = false;
}

static void add_call(Parser *p, Branch *b, uint32_t call) { branch_add(p, b, call, true); }

static void parse_p_group(Parser *p, Branch *b)
{
    int c = peek(p, 1);
    p->at += 2;
    if (c == '=') branch_add(p, b, parse_named_reference(p, NODE_BACKREF, ')'), true);
    else if (c == '>') {
        p->tree->calls = true;
        add_call(p, b, parse_named_reference(p, NODE_CALL, ')'));
    } else if (c == '<') {
        p->at--;
        parse_named_group(p, b);
    } else {
        parse_fail(p, "unrecognized character after (?P", p->at - 1);
    }
}

static void parse_angle_group(Parser *p, Branch *b)
{
    int c = peek(p, 1);
    if (c == '=' || c == '!') {
        p->at += 2;
        parse_look(p, b, LOOK_BEHIND | (c == '!' ? LOOK_NEGATIVE : 0));
    } else if (is_word_byte(c)) {
        parse_named_group(p, b);
    } else {
        parse_fail(p, "unrecognized character after (?<", p->at + 1);
    }
}

// From behind "(?" on.
static void parse_special_group(Parser *p, Branch *b)
{
    int c = peek(p, 0);
    switch (c) {
    case '|': p->at++; parse_plain_group(p, b, GROUP_PLAIN, p->flags, true); return;
    case ':': p->at++; parse_plain_group(p, b, GROUP_PLAIN, p->flags, false); return;
    case '>': p->at++; parse_plain_group(p, b, GROUP_ATOMIC, p->flags, false); return;
    case '=': p->at++; parse_look(p, b, 0); return;
    case '!': p->at++; parse_look(p, b, LOOK_NEGATIVE); return;
    case '<': parse_angle_group(p, b); return;
    case '\'': parse_named_group(p, b); return;
    case 'P': parse_p_group(p, b); return;
    case '(': parse_condition(p, b); return;
    case 'C': p->at++; parse_callout(p, b); return;
    case '&':
        p->at++;
        p->tree->calls = true;
        add_call(p, b, parse_named_reference(p, NODE_CALL, ')'));
        return;
    case 'R':
        p->at++;
        if (peek(p, 0) != ')') parse_fail(p, "(?R or (?[+-]digits must be followed by )", p->at);
        else add_call(p, b, call_node(p, 0, p->at));
        p->at++;
        return;
    default:
        if (is_digit(c) || c == '+' || (c == '-' && is_digit(peek(p, 1)))) add_call(p, b, parse_numbered_call(p, ')'));
        else parse_options(p, b);
    }
}

// ---- verbs ----

static const struct {
    const char *name;
    int8_t plain, named; // enum verb without and with an argument; -1 wrong
} verb_names[] = {
    { "", -1, VERB_MARK },        { "MARK", -1, VERB_MARK },      { "ACCEPT", VERB_ACCEPT, -1 }, { "COMMIT", VERB_COMMIT, -1 },
    { "F", VERB_FAIL, -1 },       { "FAIL", VERB_FAIL, -1 },      { "PRUNE", VERB_PRUNE, VERB_PRUNE },
    { "SKIP", VERB_SKIP, VERB_SKIP_NAME }, { "THEN", VERB_THEN, VERB_THEN },
};

static void add_verb(Parser *p, Branch *b, int verb, size_t argument, size_t size)
{
    uint32_t n = node_mode(p, NODE_VERB, (unsigned) verb);
    if (p->failed) return;
    node_at(p, n)->value = (uint32_t) argument;
    node_at(p, n)->min = (uint32_t) size;
    p->tree->verbs = true;
    if (verb == VERB_ACCEPT) p->tree->accepts = true;
    branch_add(p, b, n, false);
}

// (*VERB) or (*VERB:NAME) from behind "(*" on.
static void parse_verb(Parser *p, Branch *b)
{
    size_t name = p->at, argument = 0, argument_size = 0;
    while (is_letter(peek(p, 0))) p->at++;
    size_t size = p->at - name;
    if (peek(p, 0) == ':') {
        argument = ++p->at;
        while (p->at < p->size && p->text[p->at] != ')') p->at++;
        argument_size = p->at - argument;
        if (argument_size > 255)
            parse_fail(p, "name is too long in (*MARK), (*PRUNE), (*SKIP), or (*THEN)", p->at);
    }
    bool closed = peek(p, 0) == ')';
    for (size_t i = 0; closed && i < sizeof verb_names / sizeof *verb_names; i++) {
        if (strlen(verb_names[i].name) != size || memcmp(verb_names[i].name, p->text + name, size) != 0) continue;
        int verb = argument_size > 0 ? verb_names[i].named : verb_names[i].plain;
        if (verb < 0) {
            parse_fail(p, argument_size > 0 ? "an argument is not allowed for (*ACCEPT), (*FAIL), or (*COMMIT)"
                                            : "(*MARK) must have an argument", p->at);
            return;
        }
        p->at++;
        add_verb(p, b, verb, argument, argument_size);
        return;
    }
    parse_fail(p, "(*VERB) not recognized or malformed", p->at);
}

// ---- items ----

static void skip_comment_group(Parser *p) // "(?#..)"
{
    p->at += 3;
    while (p->at < p->size && p->text[p->at] != ')') p->at++;
    if (p->at == p->size) parse_fail(p, "missing ) after comment", p->at);
    p->at++;
}

static size_t newline_at(const Parser *p, size_t at)
{
    const uint8_t *s = p->text;
    bool crlf = p->size - at > 1 && s[at] == '\r' && s[at + 1] == '\n';
    switch (p->tree->options.newline) {
    case NEWLINE_LF: return s[at] == '\n';
    case NEWLINE_CR: return s[at] == '\r';
    case NEWLINE_CRLF: return crlf ? 2 : 0;
    case NEWLINE_ANYCRLF: return crlf ? 2 : s[at] == '\n' || s[at] == '\r';
    default: return crlf ? 2 : (s[at] >= '\n' && s[at] <= '\r');
    }
}

// White space and comments of extended patterns. True when there was some.
static bool skip_extended(Parser *p)
{
    size_t start = p->at;
    while (p->at < p->size) {
        if (char_is_type(p->text[p->at], TYPE_SPACE)) {
            p->at++;
        } else if (p->text[p->at] == '#') {
            while (p->at < p->size && newline_at(p, p->at) == 0) p->at++;
            if (p->at < p->size) p->at += newline_at(p, p->at);
        } else {
            break;
        }
    }
    return p->at > start;
}

static void parse_parenthesis(Parser *p, Branch *b)
{
    p->at++;
    if (peek(p, 0) == '*' && (peek(p, 1) == ':' || is_letter(peek(p, 1)))) {
        p->at++;
        parse_verb(p, b);
    } else if (peek(p, 0) == '?') {
        p->at++;
        parse_special_group(p, b);
    } else if (p->flags & RE_NO_AUTO_CAPTURE) {
        parse_plain_group(p, b, GROUP_PLAIN, p->flags, false);
    } else {
        parse_capture(p, b);
    }
}

static uint32_t next_char(Parser *p)
{
    uint32_t c = p->text[p->at];
    if (c < 0x80 || !(p->flags & RE_UTF)) p->at++;
    else p->at += (size_t) utf8_decode(p->text + p->at, p->size - p->at, &c);
    return c;
}

static void parse_quoted(Parser *p, Branch *b)
{
    if (peek(p, 0) == '\\' && peek(p, 1) == 'E') {
        p->at += 2;
        p->quoting = false;
    } else {
        branch_add_char(p, b, next_char(p));
    }
}

static bool at_newline_class(const Parser *p, const char *text)
{
    return p->size - p->at >= 7 && memcmp(p->text + p->at, text, 7) == 0;
}

// [[:<:]] and [[:>:]]: \b(?=\w) and \b(?<=\w)
static void parse_word_edge(Parser *p, Branch *b, unsigned mode)
{
    p->at += 7;
    add_assertion(p, b, ASSERT_WORD);
    uint32_t look = node_mode(p, NODE_LOOK, mode);
    Branch inside = branch_start(p);
    if (p->failed) return;
    node_at(p, look)->first = inside.node;
    branch_add_type(p, &inside, TYPE_WORD, false);
    branch_add(p, b, look, false);
}

static void parse_item(Parser *p, Branch *b)
{
    int c = p->text[p->at];
    switch (c) {
    case '\\': add_escape(p, b); return;
    case '[':
        if (at_newline_class(p, "[[:<:]]")) parse_word_edge(p, b, 0);
        else if (at_newline_class(p, "[[:>:]]")) parse_word_edge(p, b, LOOK_BEHIND);
        else branch_add(p, b, node_value(p, NODE_CLASS, parse_class(p)), true);
        return;
    case '(': parse_parenthesis(p, b); return;
    case '^':
        p->at++;
        add_assertion(p, b, p->flags & RE_MULTILINE ? ASSERT_LINE_START_MULTI : ASSERT_LINE_START);
        return;
    case '$':
        p->at++;
        add_assertion(p, b, p->flags & RE_MULTILINE         ? ASSERT_LINE_END_MULTI
                            : p->flags & RE_DOLLAR_ENDONLY  ? ASSERT_LINE_END_ONLY
                                                            : ASSERT_LINE_END);
        return;
    case '.':
        p->at++;
        branch_add(p, b, node_new(p, p->flags & RE_DOTALL ? NODE_ALL : NODE_ANY), true);
        return;
    case '*':
    case '+':
    case '?': parse_quantifier(p, b); return;
    case '{':
        if (is_counted_repeat(p, p->at)) {
            parse_quantifier(p, b);
            return;
        }
        break;
    }
    branch_add_char(p, b, next_char(p));
}

// One branch, up to '|', ')' or the end.
static uint32_t parse_branch(Parser *p)
{
    Branch b = branch_start(p);
    while (p->at < p->size && !p->failed) {
        int c = p->text[p->at];
        if (p->quoting) parse_quoted(p, &b);
        else if (c == '|' || c == ')') break;
        else if (c == '(' && peek(p, 1) == '?' && peek(p, 2) == '#') skip_comment_group(p);
        else if ((p->flags & RE_EXTENDED) && skip_extended(p)) continue;
        else parse_item(p, &b);
    }
    if (!p->failed) node_at(p, b.node)->at = (uint32_t) p->at;
    return b.node;
}

// With `reset`, every branch numbers its groups alike.
static void parse_branches(Parser *p, uint32_t owner, bool reset)
{
    uint32_t first_group = p->tree->captures, most = first_group, last = 0;
    for (;;) {
        uint32_t branch = parse_branch(p);
        if (p->failed) return;
        if (last) node_at(p, last)->next = branch;
        else node_at(p, owner)->first = branch;
        last = branch;
        if (p->tree->captures > most) most = p->tree->captures;
        if (peek(p, 0) != '|') break;
        p->at++;
        if (reset) p->tree->captures = first_group;
    }
    p->tree->captures = most;
}

// ---- options at the start: (*UTF8)(*CRLF).. ----

static bool take(Parser *p, const char *text)
{
    size_t size = strlen(text);
    if (p->size - p->at < size || memcmp(p->text + p->at, text, size) != 0) return false;
    p->at += size;
    return true;
}

static bool take_limit(Parser *p, const char *text, uint32_t *limit)
{
    size_t start = p->at;
    if (!take(p, text)) return false;
    uint64_t n = 0;
    while (is_digit(peek(p, 0)) && n < UINT32_MAX) n = n * 10 + (uint32_t) (p->text[p->at++] - '0');
    if (n >= UINT32_MAX || peek(p, 0) != ')') {
        p->at = start;
        return false;
    }
    p->at++;
    if (n < *limit) *limit = (uint32_t) n;
    return true;
}

static bool parse_start_option(Parser *p)
{
    static const struct {
        const char *text;
        uint32_t flags;
        uint8_t newline, bsr;
    } options[] = {
        { "(*UTF8)", RE_UTF, NEWLINE_UNSET, BSR_UNSET },
        { "(*UTF)", RE_UTF, NEWLINE_UNSET, BSR_UNSET },
        { "(*UCP)", RE_UCP, NEWLINE_UNSET, BSR_UNSET },
        { "(*NO_AUTO_POSSESS)", 0, NEWLINE_UNSET, BSR_UNSET },
        { "(*NO_START_OPT)", RE_NO_START_OPTIMIZE, NEWLINE_UNSET, BSR_UNSET },
        { "(*CR)", 0, NEWLINE_CR, BSR_UNSET },
        { "(*LF)", 0, NEWLINE_LF, BSR_UNSET },
        { "(*CRLF)", 0, NEWLINE_CRLF, BSR_UNSET },
        { "(*ANY)", 0, NEWLINE_ANY, BSR_UNSET },
        { "(*ANYCRLF)", 0, NEWLINE_ANYCRLF, BSR_UNSET },
        { "(*BSR_ANYCRLF)", 0, NEWLINE_UNSET, BSR_ANYCRLF },
        { "(*BSR_UNICODE)", 0, NEWLINE_UNSET, BSR_UNICODE },
    };
    RegexTree *t = p->tree;
    if (take_limit(p, "(*LIMIT_MATCH=", &t->match_limit)) return true;
    if (take_limit(p, "(*LIMIT_RECURSION=", &t->recursion_limit)) return true;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!take(p, options[i].text)) continue;
        p->flags |= options[i].flags;
        if (options[i].newline != NEWLINE_UNSET) t->options.newline = options[i].newline;
        if (options[i].bsr != BSR_UNSET) t->options.bsr = options[i].bsr;
        return true;
    }
    return false;
}

// ---- what is checked when all groups are known ----

// Whether a node may match nothing, as far as that is easily seen.
static bool branches_may_be_empty(const RegexTree *t, uint32_t first, unsigned calls);

static uint32_t group_node(const RegexTree *t, uint32_t group)
{
    for (uint32_t n = 1; n < t->count; n++) {
        if (t->nodes[n].type == NODE_GROUP && t->nodes[n].value == group) return n;
    }
    return 0;
}

static bool may_be_empty(const RegexTree *t, uint32_t node, unsigned calls)
{
    const Node *n = &t->nodes[node];
    switch ((enum node_type) n->type) {
    case NODE_GROUP: return branches_may_be_empty(t, n->first, calls);
    case NODE_CONDITION:
        return n->mode == CONDITION_DEFINE || t->nodes[n->first].next == 0 || branches_may_be_empty(t, n->first, calls);
    case NODE_REPEAT: return n->min == 0 || may_be_empty(t, n->first, calls);
    case NODE_CALL: {
        uint32_t target = n->mode == 0 && n->value != 0 ? group_node(t, n->value) : 0;
        return target == 0 || calls > 4 || may_be_empty(t, target, calls + 1);
    }
    case NODE_CHAR:
    case NODE_CLASS:
    case NODE_ANY:
    case NODE_ALL:
    case NODE_BYTE:
    case NODE_LINE_END:
    case NODE_GRAPHEME: return false;
    default: return true;
    }
}

static bool branches_may_be_empty(const RegexTree *t, uint32_t first, unsigned calls)
{
    for (uint32_t b = first; b; b = t->nodes[b].next) {
        uint32_t item = t->nodes[b].first;
        while (item && may_be_empty(t, item, calls)) item = t->nodes[item].next;
        if (!item) return true;
    }
    return false;
}

bool node_may_be_empty(const RegexTree *t, uint32_t node) { return may_be_empty(t, node, 0); }

// Length in characters of the items from `item` on; -1: not fixed, -2: \C in UTF-8.
static int fixed_length(Parser *p, uint32_t item, unsigned calls);

static int fixed_length_of_branches(Parser *p, uint32_t first, unsigned calls)
{
    int length = -1;
    for (uint32_t b = first; b; b = node_at(p, b)->next) {
        int n = fixed_length(p, node_at(p, b)->first, calls);
        if (n < 0) return n;
        if (length >= 0 && n != length) return -1;
        length = n;
    }
    return length;
}

static int fixed_length_of(Parser *p, uint32_t node, unsigned calls)
{
    Node *n = node_at(p, node);
    switch ((enum node_type) n->type) {
    case NODE_GROUP: return fixed_length_of_branches(p, n->first, calls);
    case NODE_CONDITION:
        if (n->mode == CONDITION_DEFINE) return 0;
        if (node_at(p, n->first)->next == 0) return fixed_length_of_branches(p, n->first, calls) == 0 ? 0 : -1;
        return fixed_length_of_branches(p, n->first, calls);
    case NODE_REPEAT: {
        if (n->min != n->max) return node_at(p, n->first)->type == NODE_LOOK ? 0 : -1;
        int length = fixed_length_of(p, n->first, calls);
        if (length > 0 && n->min > 0xFFFFF / (uint32_t) length) return -1;
        return length < 0 ? length : length * (int) n->min;
    }
    case NODE_CALL: {
        uint32_t target = group_node(p->tree, n->value);
        if (target == 0 || calls > 8) return -1;
        return fixed_length_of(p, target, calls + 1);
    }
    case NODE_BYTE: return p->flags & RE_UTF ? -2 : 1;
    case NODE_CHAR:
    case NODE_CLASS:
    case NODE_ANY:
    case NODE_ALL: return 1;
    case NODE_LINE_END:
    case NODE_GRAPHEME:
    case NODE_BACKREF: return -1;
    default: return n->type == NODE_VERB && n->mode == VERB_ACCEPT ? -1 : 0;
    }
}

static int fixed_length(Parser *p, uint32_t item, unsigned calls)
{
    int length = 0;
    for (; item; item = node_at(p, item)->next) {
        int n = fixed_length_of(p, item, calls);
        if (n < 0) return n;
        length += n;
        if (length > 0xFFFFF) return -1;
    }
    return length;
}

// The groups around a place, outermost first: their numbers, and from which on nothing has been matched yet.
typedef struct Enclosing {
    struct {
        uint32_t node, number; // UINT32_MAX: no group that can be called
    } groups[REGEX_NEST_MAX * 2 + 2];
    uint32_t depth, empty_from;
} Enclosing;

static void check_branches(Parser *p, uint32_t node, Enclosing *e);

static void check_name(Parser *p, Node *n)
{
    uint32_t count;
    const RegexName *found = names_find(p->tree->names, p->tree->name_count, p->text, p->text + n->value, n->min, &count);
    if (count == 0) parse_fail(p, NOT_A_GROUP, n->at);
    else if (n->type == NODE_CALL) {
        n->value = found->group;
        n->mode = 0;
    }
}

static void check_call(Parser *p, uint32_t node, const Enclosing *e)
{
    Node *n = node_at(p, node);
    if (n->mode != 0) check_name(p, n);
    else if (n->value > p->tree->captures) parse_fail(p, NOT_A_GROUP, n->at);
    if (p->failed) return;
    for (uint32_t i = e->empty_from; i < e->depth; i++) {
        if (e->groups[i].number == n->value) parse_fail(p, "recursive call could loop indefinitely", n->at);
    }
}

// A group that refers to itself is atomic.
static void check_backref(Parser *p, uint32_t node, const Enclosing *e)
{
    Node *n = node_at(p, node);
    uint32_t group = n->value, count;
    if (n->mode != 0) {
        check_name(p, n);
        if (p->failed) return;
        group = names_find(p->tree->names, p->tree->name_count, p->text, p->text + n->value, n->min, &count)->group;
    }
    for (uint32_t i = 1; i < e->depth && !p->failed; i++) {
        if (e->groups[i].number == group) node_at(p, e->groups[i].node)->mode = GROUP_ATOMIC;
    }
}

static void check_condition(Parser *p, uint32_t node, Enclosing *e)
{
    Node *n = node_at(p, node);
    if (n->mode == CONDITION_LOOK) check_branches(p, n->value, e);
    else resolve_condition(p, node);
    if (p->failed) return;
    uint32_t branches = 0, end = node_at(p, n->first)->min;
    for (uint32_t b = n->first; b; b = node_at(p, b)->next) branches++;
    check_branches(p, node, e);
    if (n->mode == CONDITION_DEFINE && branches > 1) parse_fail(p, "DEFINE group contains more than one branch", end);
    else if (branches > 2) parse_fail(p, "conditional group contains more than two branches", end);
}

static void check_item(Parser *p, uint32_t item, Enclosing *e)
{
    switch ((enum node_type) node_at(p, item)->type) {
    case NODE_REPEAT: check_item(p, node_at(p, item)->first, e); break;
    case NODE_GROUP:
    case NODE_LOOK: check_branches(p, item, e); break;
    case NODE_CONDITION: check_condition(p, item, e); break;
    case NODE_CALL: check_call(p, item, e); break;
    case NODE_BACKREF: check_backref(p, item, e); break;
    default: break;
    }
}

static void check_lookbehind(Parser *p, uint32_t branch)
{
    int length = fixed_length(p, node_at(p, branch)->first, 0);
    if (length == -2) parse_fail(p, "\\C not allowed in lookbehind assertion", node_at(p, branch)->at);
    else if (length < 0) parse_fail(p, "lookbehind assertion is not fixed length", node_at(p, branch)->at);
    else node_at(p, branch)->value = (uint32_t) length;
}

static void check_branches(Parser *p, uint32_t node, Enclosing *e)
{
    Node *n = node_at(p, node);
    uint32_t empty_from = e->empty_from;
    bool callable = n->type == NODE_GROUP && (n->value != 0 || node == p->tree->root);
    e->groups[e->depth].node = node;
    e->groups[e->depth++].number = callable ? n->value : UINT32_MAX;
    for (uint32_t b = n->first; b && !p->failed; b = node_at(p, b)->next) {
        e->empty_from = empty_from;
        for (uint32_t item = node_at(p, b)->first; item && !p->failed; item = node_at(p, item)->next) {
            check_item(p, item, e);
            if (!node_may_be_empty(p->tree, item)) e->empty_from = e->depth;
        }
        if (!p->failed && n->type == NODE_LOOK && (n->mode & LOOK_BEHIND)) check_lookbehind(p, b);
    }
    e->depth--;
    e->empty_from = empty_from;
}

static void check_tree(Parser *p)
{
    Enclosing e;
    e.depth = e.empty_from = 0;
    check_branches(p, p->tree->root, &e);
    if (p->top_backref > p->tree->captures) parse_fail(p, NOT_A_GROUP, p->size);
}

// ---- all of it ----

static bool is_utf8(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t c;
        int used = text[i] < 0x80 ? 1 : utf8_decode(text + i, size - i, &c);
        if (used <= 0) return false;
        i += (size_t) used;
    }
    return true;
}

static void parse_pattern(Parser *p)
{
    if (p->tree->options.bsr == BSR_BOTH) {
        parse_fail(p, "inconsistent NEWLINE options", 0);
        return;
    }
    while (parse_start_option(p)) continue;
    if ((p->flags & RE_UTF) && (p->flags & RE_NEVER_UTF)) {
        parse_fail(p, "setting UTF is disabled by the application", p->at);
        return;
    }
    if ((p->flags & RE_UTF) && !is_utf8(p->text, p->size)) {
        parse_fail(p, "invalid UTF-8 string", 0);
        return;
    }
    p->tree->options.flags = p->flags;
    uint32_t root = p->tree->root = node_new(p, NODE_GROUP);
    if (p->failed) return;
    parse_branches(p, root, false);
    if (!p->failed && p->at < p->size) parse_fail(p, "unmatched parentheses", p->at);
    if (p->failed) return;
    p->flags = p->tree->options.flags;
    check_tree(p);
}

bool regex_parse(const uint8_t *pattern, size_t size, RegexOptions options, RegexTree *tree, RegexError *error)
{
    *tree = (RegexTree) { .options = options, .match_limit = UINT32_MAX, .recursion_limit = UINT32_MAX };
    *error = (RegexError) { NULL, 0 };
    Parser p = { .text = pattern, .size = size, .flags = options.flags, .tree = tree, .error = error };
    parse_pattern(&p);
    if (tree->classes.memory_out && !p.failed) parse_fail(&p, NULL, 0);
    return !p.failed;
}
