// Patterns of regular expressions: text -> nodes. See regex.h and regex_node.h.
//
// Errors carry PCRE's texts and positions. PCRE finds references to groups that are not there, and the like, only once
// the whole pattern is known to be well-formed; so does this (regex_check.c).
#include "regex_parse.h"

// ---- escapes that are items of their own ----

static uint32_t parse_backref(Parser *p, uint32_t group)
{
    uint32_t n = node_value(p, NODE_BACKREF, group);
    if (p->failed) return 0;
    node_at(p, n)->caseless = (p->flags & RE_CASELESS) != 0;
    node_at(p, n)->at = (uint32_t) p->at;
    if (group > p->top_backref) p->top_backref = group;
    return n;
}

// \g<name>, \g'1': a call; p->at is behind the opening.
static uint32_t parse_g_call(Parser *p, int terminator)
{
    p->g_at = p->at - 1;
    bool sign = peek(p, 0) == '+' || peek(p, 0) == '-';
    size_t digits = p->at + sign;
    if (sign || is_digit(peek(p, 0))) {
        while (digits < p->size && is_digit(p->text[digits])) digits++;
        if (digits >= p->size || p->text[digits] != terminator) return parse_fail(p, PARSE_G_ERROR, p->g_at);
        if (peek(p, 0) == '-' && digits == p->at + 1)
            return parse_fail(p, "unrecognized character after (? or (?-", digits);
        return parse_numbered_call(p, terminator);
    }
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

static size_t skip_digits(const Parser *p, size_t at)
{
    while (at < p->size && is_digit(p->text[at])) at++;
    return at;
}

// {n}, {n,} or {n,m} at a place? In PCRE2 {,m}, too, and blanks in it.
bool is_counted_repeat(const Parser *p, size_t at)
{
    const uint8_t *s = p->text;
    if (at >= p->size || s[at++] != '{') return false;
    if (regex_is_pcre2) skip_blanks(p, &at);
    size_t start = at;
    at = skip_digits(p, at);
    bool no_minimum = at == start;
    if (regex_is_pcre2) skip_blanks(p, &at);
    if (at >= p->size || (no_minimum && !regex_is_pcre2)) return false;
    if (s[at] == '}') return !no_minimum;
    if (s[at++] != ',') return false;
    if (regex_is_pcre2) skip_blanks(p, &at);
    start = at;
    at = skip_digits(p, at);
    bool no_maximum = at == start;
    if (regex_is_pcre2) skip_blanks(p, &at);
    return at < p->size && s[at] == '}' && !(no_minimum && no_maximum);
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
static void skip_comment_group(Parser *p);

static bool at_comment_group(const Parser *p) { return peek(p, 0) == '(' && peek(p, 1) == '?' && peek(p, 2) == '#'; }

void repeat_last(Parser *p, Branch *b, uint32_t min, uint32_t max, enum repeat_mode mode)
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
    if (at_comment_group(p)) skip_comment_group(p);
    enum repeat_mode mode = p->flags & RE_UNGREEDY ? REPEAT_LAZY : REPEAT_GREEDY;
    if (peek(p, 0) == '+') mode = REPEAT_POSSESSIVE;
    else if (peek(p, 0) == '?') mode = mode == REPEAT_LAZY ? REPEAT_GREEDY : REPEAT_LAZY;
    if (peek(p, 0) == '+' || peek(p, 0) == '?') p->at++;
    repeat_last(p, b, min, max, mode);
    b->repeatable = false;
}

// ---- items ----

static void skip_comment_group(Parser *p) // "(?#..)"
{
    p->at += 3;
    while (p->at < p->size && p->text[p->at] != ')') p->at++;
    if (p->at == p->size) parse_fail(p, "missing ) after comment", p->at);
    p->at++;
}

size_t pattern_newline(const Parser *p, size_t at)
{
    const uint8_t *s = p->text;
    bool crlf = p->size - at > 1 && s[at] == '\r' && s[at + 1] == '\n';
    switch (p->tree->options.newline) {
    case NEWLINE_LF: return s[at] == '\n';
    case NEWLINE_CR: return s[at] == '\r';
    case NEWLINE_CRLF: return crlf ? 2 : 0;
    case NEWLINE_NUL: return s[at] == 0;
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
            while (p->at < p->size && pattern_newline(p, p->at) == 0) p->at++;
            if (p->at < p->size) p->at += pattern_newline(p, p->at);
        } else {
            break;
        }
    }
    return p->at > start;
}

uint32_t next_char(Parser *p)
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

static void parse_item(Parser *p, Branch *b)
{
    int c = p->text[p->at];
    switch (c) {
    case '\\': add_escape(p, b); return;
    case '[': parse_class_item(p, b); return;
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
uint32_t parse_branch(Parser *p)
{
    Branch b = branch_start(p);
    while (p->at < p->size && !p->failed) {
        int c = p->text[p->at];
        if (p->quoting) parse_quoted(p, &b);
        else if (c == '|' || c == ')') break;
        else if (at_comment_group(p)) skip_comment_group(p);
        else if ((p->flags & RE_EXTENDED) && skip_extended(p)) continue;
        else parse_item(p, &b);
    }
    if (!p->failed) node_at(p, b.node)->at = (uint32_t) p->at;
    return b.node;
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
    if (p->failed || !take(p, text)) return false;
    uint64_t n = 0, most = regex_is_pcre2 ? UINT32_MAX / 10 : UINT32_MAX - 1;
    while (is_digit(peek(p, 0)) && n <= most) n = n * 10 + (uint32_t) (p->text[p->at++] - '0');
    if (regex_is_pcre2 && (n > UINT32_MAX || peek(p, 0) != ')' || !is_digit(p->text[p->at - 1])))
        return parse_fail(p, "(*VERB) not recognized or malformed", p->at);
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
        uint8_t newline, bsr, run_flags;
        bool of_pcre2;
    } options[] = {
        { "(*UTF8)", RE_UTF, NEWLINE_UNSET, BSR_UNSET, 0, false },
        { "(*UTF)", RE_UTF, NEWLINE_UNSET, BSR_UNSET, 0, false },
        { "(*UCP)", RE_UCP, NEWLINE_UNSET, BSR_UNSET, 0, false },
        { "(*NO_AUTO_POSSESS)", RE_NO_AUTO_POSSESS, NEWLINE_UNSET, BSR_UNSET, 0, false },
        { "(*NO_START_OPT)", RE_NO_START_OPTIMIZE, NEWLINE_UNSET, BSR_UNSET, 0, false },
        { "(*CR)", 0, NEWLINE_CR, BSR_UNSET, 0, false },
        { "(*LF)", 0, NEWLINE_LF, BSR_UNSET, 0, false },
        { "(*CRLF)", 0, NEWLINE_CRLF, BSR_UNSET, 0, false },
        { "(*ANY)", 0, NEWLINE_ANY, BSR_UNSET, 0, false },
        { "(*ANYCRLF)", 0, NEWLINE_ANYCRLF, BSR_UNSET, 0, false },
        { "(*BSR_ANYCRLF)", 0, NEWLINE_UNSET, BSR_ANYCRLF, 0, false },
        { "(*BSR_UNICODE)", 0, NEWLINE_UNSET, BSR_UNICODE, 0, false },
        { "(*NUL)", 0, NEWLINE_NUL, BSR_UNSET, 0, true },
        { "(*NOTEMPTY)", 0, NEWLINE_UNSET, BSR_UNSET, RUN_NOTEMPTY, true },
        { "(*NOTEMPTY_ATSTART)", 0, NEWLINE_UNSET, BSR_UNSET, RUN_NOTEMPTY_ATSTART, true },
        { "(*NO_JIT)", 0, NEWLINE_UNSET, BSR_UNSET, 0, true },
        { "(*NO_DOTSTAR_ANCHOR)", 0, NEWLINE_UNSET, BSR_UNSET, 0, true },
        { "(*CASELESS_RESTRICT)", RE_RESTRICTED, NEWLINE_UNSET, BSR_UNSET, 0, true },
    };
    RegexTree *t = p->tree;
    if (take_limit(p, "(*LIMIT_MATCH=", &t->match_limit)) return true;
    if (take_limit(p, "(*LIMIT_RECURSION=", &t->recursion_limit)) return true;
    if (regex_is_pcre2) {
        uint32_t heap = 0;
        if (take_limit(p, "(*LIMIT_DEPTH=", &t->recursion_limit) || take_limit(p, "(*LIMIT_HEAP=", &heap)) return true;
    }
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if ((options[i].of_pcre2 && !regex_is_pcre2) || !take(p, options[i].text)) continue;
        t->run_flags |= options[i].run_flags;
        p->flags |= options[i].flags;
        if (options[i].newline != NEWLINE_UNSET) t->options.newline = options[i].newline;
        if (options[i].bsr != BSR_UNSET) t->options.bsr = options[i].bsr;
        return true;
    }
    return false;
}

// ---- all of it ----

size_t malformed_utf8(const uint8_t *text, size_t size)
{
    size_t i = 0;
    while (i < size) {
        uint32_t c;
        int used = text[i] < 0x80 ? 1 : utf8_decode(text + i, size - i, &c);
        if (used <= 0) return i;
        i += (size_t) used;
    }
    return size;
}

static void parse_pattern(Parser *p)
{
    if (p->tree->options.bsr == BSR_BOTH && !regex_is_pcre2) {
        parse_fail(p, "inconsistent NEWLINE options", 0);
        return;
    }
    while (parse_start_option(p)) continue;
    if ((p->flags & RE_UTF) && (p->flags & RE_NEVER_UTF)) {
        parse_fail(p, regex_is_pcre2 ? "using UTF is disabled by the application" : "setting UTF is disabled by the application",
                   regex_is_pcre2 ? p->at : 0);
        return;
    }
    p->tree->options.flags = p->flags;
    if (regex_is_pcre2) {
        if (!p->failed) parse_pattern2(p);
        return;
    }
    size_t malformed = p->flags & RE_UTF ? malformed_utf8(p->text, p->size) : p->size;
    if (malformed < p->size) {
        parse_fail(p, "invalid UTF-8 string", malformed);
        return;
    }
    uint32_t root = p->tree->root = node_new(p, NODE_GROUP);
    if (p->failed) return;
    parse_branches(p, root, false, parse_branch);
    if (p->failed) return;
    p->flags = p->tree->options.flags;
    check_tree(p);
    if (p->at < p->size) parse_fail(p, "unmatched parentheses", p->at);
    if (p->top_backref > p->tree->captures) parse_fail(p, NOT_A_GROUP, p->size);
    if (p->unmeasured && !p->failed) check_unmeasured(p);
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
