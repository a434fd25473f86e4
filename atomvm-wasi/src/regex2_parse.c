// The parser of PCRE2's patterns, which OTP has since 28: groups, verbs, items, quantifiers. It makes the nodes that the
// one of PCRE's makes (regex_parse.c), with PCRE2's syntax, error texts and places. See regex_parse.h.
#include "regex_parse.h"

#define UNCLOSED "missing closing parenthesis"
#define UNKNOWN_VERB "(*VERB) not recognized or malformed"
#define CONDITION_EXPECTED "atomic assertion expected after (?( or (?(?C)"
#define CALLOUT_UNCLOSED "closing parenthesis for (?C expected"

static uint32_t parse_branch2(Parser *p);

// ---- groups ----

static void parse_group_rest(Parser *p, uint32_t group, uint32_t flags_after, bool reset)
{
    if (p->failed) return;
    if (++p->depth > REGEX_NEST_MAX) {
        parse_fail(p, "parentheses are too deeply nested", p->at);
        return;
    }
    if (node_at(p, group)->type == NODE_GROUP) node_at(p, group)->min = (uint32_t) p->at;
    parse_branches(p, group, reset, parse_branch2);
    p->depth--;
    if (!p->failed && peek(p, 0) != ')') parse_fail(p, UNCLOSED, p->size);
    if (p->failed) return;
    node_at(p, group)->at = (uint32_t) p->at;
    p->at++;
    p->flags = flags_after;
}

static void parse_group(Parser *p, Branch *b, enum group_mode mode, uint32_t number, bool reset)
{
    uint32_t group = node_mode(p, NODE_GROUP, mode);
    if (group) node_at(p, group)->value = number;
    parse_group_rest(p, group, p->flags, reset);
    branch_add(p, b, group, true);
}

// (?<name>..), from the name on.
static void parse_named_group(Parser *p, Branch *b, int terminator)
{
    size_t name = 0, size = read_name(p, terminator, &name);
    if (!p->failed && p->tree->name_count >= REGEX_NAMES_MAX)
        parse_fail(p, "too many named subpatterns (maximum 10000)", p->at);
    if (!p->failed) name_group(p, name, size, p->tree->captures + 1, p->at);
    if (!p->failed) parse_group(p, b, GROUP_PLAIN, ++p->tree->captures, false);
}

// A look-around from behind its opening on, which began at a place.
static uint32_t parse_look_rest(Parser *p, unsigned mode, size_t start)
{
    uint32_t look = node_mode(p, NODE_LOOK, mode);
    parse_group_rest(p, look, p->flags, false);
    if (look) node_at(p, look)->value = (uint32_t) start;
    return look;
}

static void parse_look(Parser *p, Branch *b, unsigned mode, size_t start)
{
    branch_add(p, b, parse_look_rest(p, mode, start), true);
}

// (?imnrsxxaUJ^-..) or the same with ':', from behind "(?" on.
static uint32_t option_of(Parser *p, int letter)
{
    switch (letter) {
    case 'i': return RE_CASELESS;
    case 'm': return RE_MULTILINE;
    case 'n': return RE_NO_AUTO_CAPTURE;
    case 'r': return RE_RESTRICTED;
    case 's': return RE_DOTALL;
    case 'U': return RE_UNGREEDY;
    case 'J': return RE_DUPNAMES;
    case 'x':
        if (peek(p, 0) != 'x') return RE_EXTENDED;
        p->at++;
        return RE_EXTENDED | RE_EXTENDED_MORE;
    case 'a':
        switch (peek(p, 0)) {
        case 'D': p->at++; return RE_ASCII_DIGIT;
        case 'P': p->at++; return RE_ASCII_POSIX | RE_ASCII_POSIX_DIGIT;
        case 'S': p->at++; return RE_ASCII_SPACE;
        case 'T': p->at++; return RE_ASCII_POSIX_DIGIT;
        case 'W': p->at++; return RE_ASCII_WORD;
        default: return RE_ASCII;
        }
    default: return 0;
    }
}

static void parse_options(Parser *p, Branch *b)
{
    uint32_t before = p->flags, flags = before;
    bool off = false, hyphen = true;
    if (peek(p, 0) == '^') {
        flags &= ~(uint32_t) (RE_CASELESS | RE_MULTILINE | RE_NO_AUTO_CAPTURE | RE_RESTRICTED | RE_DOTALL | RE_EXTENDED | RE_EXTENDED_MORE);
        hyphen = false;
        p->at++;
    }
    while (p->at < p->size && peek(p, 0) != ')' && peek(p, 0) != ':') {
        int letter = p->text[p->at++];
        if (letter == '-') {
            if (!hyphen) parse_fail(p, "invalid hyphen in option setting", p->at);
            off = true;
            hyphen = false;
            continue;
        }
        uint32_t option = option_of(p, letter);
        if (option == 0) parse_fail(p, "unrecognized character after (? or (?-", p->at);
        if (option == RE_EXTENDED || (off && letter == 'x')) flags &= ~(uint32_t) RE_EXTENDED_MORE;
        flags = off ? flags & ~option : flags | option;
    }
    if (p->failed) return;
    if (p->at >= p->size) {
        parse_fail(p, UNCLOSED, p->size);
        return;
    }
    if (p->text[p->at++] == ':') {
        uint32_t group = node_mode(p, NODE_GROUP, GROUP_PLAIN);
        p->flags = flags;
        parse_group_rest(p, group, before, false);
        branch_add(p, b, group, true);
    } else {
        p->flags = flags;
        b->repeatable = false;
    }
}

// ---- references ----

static uint32_t reference_by_name(Parser *p, enum node_type type, size_t name, size_t size)
{
    uint32_t n = node_mode(p, type, 1);
    if (p->failed) return 0;
    Node *node = node_at(p, n);
    node->value = (uint32_t) name;
    node->min = (uint32_t) size;
    node->caseless = (p->flags & RE_CASELESS) != 0;
    if (type == NODE_CALL) p->tree->calls = true;
    return n;
}

// What closes a call: (?1(2)) and its like, which hand captures back, are not of this machine.
static void close_call(Parser *p)
{
    if (peek(p, 0) == '(') {
        size_t at = p->at + 1;
        bool expected = at < p->size && (is_digit(p->text[at]) || strchr("+-<'", p->text[at]));
        parse_fail(p, expected ? "calls that return captures are not supported" : "expected capture group number or name", at);
    } else if (peek(p, 0) != ')') {
        parse_fail(p, UNCLOSED, p->at);
    }
    p->at++;
}

static void parse_named_call(Parser *p, Branch *b)
{
    size_t name = 0, size = read_name(p, 0, &name);
    if (!p->failed) close_call(p);
    branch_add(p, b, reference_by_name(p, NODE_CALL, name, size), true);
}

static void parse_numbered_call2(Parser *p, Branch *b)
{
    GroupNumber n = read_group_number(p, &p->at);
    if (n.error) parse_fail(p, n.error, p->at);
    size_t place = p->at;
    if (!p->failed) close_call(p);
    branch_add(p, b, call_node(p, n.group, place), true);
}

// \k and \g with a name, \g<1>; `letter` tells which, p->at is at the delimiter.
static void parse_delimited_reference(Parser *p, Branch *b, int letter)
{
    int open = peek(p, 0);
    if (open != '{' && open != '<' && open != '\'') {
        parse_fail(p, letter == 'k' ? "\\k is not followed by a braced, angle-bracketed, or quoted name" : PARSE_G_ERROR, p->at);
        return;
    }
    int terminator = open == '{' ? '}' : open == '<' ? '>' : '\'';
    if (letter == 'g' && open != '{') {
        size_t at = p->at + 1;
        GroupNumber n = read_group_number(p, &at);
        if (n.error) {
            parse_fail(p, n.error, p->at);
        } else if (n.found && (at >= p->size || p->text[at] != terminator)) {
            parse_fail(p, "syntax error in subpattern number (missing terminator?)", at);
        } else if (n.found) {
            p->at = at + 1;
            branch_add(p, b, call_node(p, n.group, p->at), true);
        }
        if (p->failed || n.found) return;
    }
    p->at++;
    size_t name = 0, size = read_name(p, terminator, &name);
    branch_add(p, b, reference_by_name(p, letter == 'k' || open == '{' ? NODE_BACKREF : NODE_CALL, name, size), true);
}

// Of the first nine groups PCRE2 knows where they are referred to first.
static void add_backref(Parser *p, Branch *b, uint32_t group)
{
    uint32_t n = node_value(p, NODE_BACKREF, group);
    if (p->failed) return;
    node_at(p, n)->caseless = (p->flags & RE_CASELESS) != 0;
    if (group < 10) {
        if (p->first_backrefs[group] == 0) p->first_backrefs[group] = (uint32_t) p->at;
        node_at(p, n)->at = p->first_backrefs[group];
    }
    node_at(p, n)->max = (uint32_t) p->at;
    branch_add(p, b, n, true);
}

// ---- callouts, which do nothing ----

static void parse_callout_text(Parser *p)
{
    size_t start = p->at;
    int open = p->text[p->at++], close = open == '{' ? '}' : open;
    for (;; p->at++) {
        if (p->at >= p->size) {
            parse_fail(p, "missing terminating delimiter for callout with string argument", start);
            return;
        }
        if (peek(p, 0) != close) continue;
        if (peek(p, 1) != close) break;
        p->at++;
    }
    p->at++;
}

// From behind "(?C" on.
static void parse_callout(Parser *p)
{
    uint32_t n = 0;
    int c = peek(p, 0);
    if (c < 0) {
        parse_fail(p, UNCLOSED, p->at);
    } else if (is_digit(c)) {
        for (; is_digit(peek(p, 0)) && n <= 255; p->at++) n = n * 10 + (uint32_t) (p->text[p->at] - '0');
        if (n > 255) parse_fail(p, "number after (?C is greater than 255", p->at);
    } else if (c != ')') {
        if (!strchr("`'\"^%#${", c)) parse_fail(p, "unrecognized string delimiter follows (?C", char_end(p, p->at));
        else parse_callout_text(p);
    }
    if (!p->failed && peek(p, 0) != ')') parse_fail(p, CALLOUT_UNCLOSED, p->at);
    p->at++;
}

// ---- alphabetic assertions and verbs ----

static const struct {
    const char *name;
    uint8_t type, mode; // NODE_GROUP or NODE_LOOK; VERB: not of this machine
} assertion_names[] = {
    { "pla", NODE_LOOK, 0 },
    { "positive_lookahead", NODE_LOOK, 0 },
    { "nla", NODE_LOOK, LOOK_NEGATIVE },
    { "negative_lookahead", NODE_LOOK, LOOK_NEGATIVE },
    { "plb", NODE_LOOK, LOOK_BEHIND },
    { "positive_lookbehind", NODE_LOOK, LOOK_BEHIND },
    { "nlb", NODE_LOOK, LOOK_BEHIND | LOOK_NEGATIVE },
    { "negative_lookbehind", NODE_LOOK, LOOK_BEHIND | LOOK_NEGATIVE },
    { "napla", NODE_LOOK, LOOK_NOT_ATOMIC },
    { "non_atomic_positive_lookahead", NODE_LOOK, LOOK_NOT_ATOMIC },
    { "naplb", NODE_LOOK, LOOK_BEHIND | LOOK_NOT_ATOMIC },
    { "non_atomic_positive_lookbehind", NODE_LOOK, LOOK_BEHIND | LOOK_NOT_ATOMIC },
    { "atomic", NODE_GROUP, GROUP_ATOMIC },
    { "sr", NODE_VERB, GROUP_PLAIN },
    { "script_run", NODE_VERB, GROUP_PLAIN },
    { "asr", NODE_VERB, GROUP_ATOMIC },
    { "atomic_script_run", NODE_VERB, GROUP_ATOMIC },
};

static bool is_same(const Parser *p, size_t at, size_t size, const char *text)
{
    return strlen(text) == size && memcmp(p->text + at, text, size) == 0;
}

static size_t skip_word(Parser *p)
{
    size_t start = p->at;
    while (p->at < p->size && p->text[p->at] < 0x80 && is_word_byte(p->text[p->at])) p->at++;
    return p->at - start;
}

// (*pla:..) and the others from the name on: the entry of the table, NULL after an error. p->at is left at the ':'.
static int parse_assertion_name(Parser *p)
{
    size_t name = p->at, size = skip_word(p);
    if (p->at >= p->size) parse_fail(p, UNCLOSED, p->size);
    else if (peek(p, 0) != ':') parse_fail(p, "(*alpha_assertion) not recognized", char_end(p, p->at));
    if (p->failed) return -1;
    for (size_t i = 0; i < sizeof assertion_names / sizeof *assertion_names; i++) {
        if (is_same(p, name, size, assertion_names[i].name)) return (int) i;
    }
    bool scan = is_same(p, name, size, "scs") || is_same(p, name, size, "scan_substring");
    parse_fail(p, scan ? "scans of substrings are not supported" : "(*alpha_assertion) not recognized", p->at);
    return -1;
}

static void parse_alpha_assertion(Parser *p, Branch *b)
{
    int found = parse_assertion_name(p);
    if (found < 0) return;
    unsigned mode = assertion_names[found].mode;
    p->at++;
    switch ((enum node_type) assertion_names[found].type) {
    case NODE_LOOK: parse_look(p, b, mode, p->at - 4); break;
    case NODE_GROUP: parse_group(p, b, (enum group_mode) mode, 0, false); break;
    default: // of bytes, all text is of one script
        if (p->flags & RE_UTF) parse_fail(p, "script runs are not supported", p->at - 1);
        else parse_group(p, b, (enum group_mode) mode, 0, false);
    }
}

static void add_verb(Parser *p, Branch *b, enum verb verb, size_t argument, size_t size)
{
    uint32_t n = node_mode(p, NODE_VERB, verb);
    if (p->failed) return;
    node_at(p, n)->value = (uint32_t) argument;
    node_at(p, n)->min = (uint32_t) size;
    p->tree->verbs = true;
    p->tree->accepts |= verb == VERB_ACCEPT;
    branch_add(p, b, n, verb == VERB_ACCEPT);
}

// (*VERB) or (*VERB:NAME) from the name on.
static void parse_verb(Parser *p, Branch *b)
{
    static const struct {
        const char *name;
        uint8_t plain, named; // enum verb without and with an argument
    } verbs[] = {
        { "", VERB_MARK, VERB_MARK },         { "MARK", VERB_MARK, VERB_MARK },     { "ACCEPT", VERB_ACCEPT, VERB_ACCEPT },
        { "COMMIT", VERB_COMMIT, VERB_COMMIT }, { "F", VERB_FAIL, VERB_FAIL },      { "FAIL", VERB_FAIL, VERB_FAIL },
        { "PRUNE", VERB_PRUNE, VERB_PRUNE },  { "SKIP", VERB_SKIP, VERB_SKIP_NAME }, { "THEN", VERB_THEN, VERB_THEN },
    };
    size_t name = p->at, size, argument = 0, argument_size = 0, i = 0, count = sizeof verbs / sizeof *verbs;
    size = skip_word(p);
    bool known = (size > 0 || peek(p, 0) == ':') && (peek(p, 0) == ':' || peek(p, 0) == ')');
    while (i < count && !is_same(p, name, size, verbs[i].name)) i++;
    if (!known || i == count) {
        parse_fail(p, UNKNOWN_VERB, p->at);
        return;
    }
    if (peek(p, 0) == ':') {
        argument = ++p->at;
        while (p->at < p->size && p->text[p->at] != ')') p->at++;
        argument_size = p->at - argument;
        if (p->at >= p->size) parse_fail(p, UNKNOWN_VERB, p->size);
        else if (argument_size > 255) parse_fail(p, "name is too long in (*MARK), (*PRUNE), (*SKIP), or (*THEN)", p->at);
    }
    if (verbs[i].plain == VERB_MARK && argument_size == 0) parse_fail(p, "(*MARK) must have an argument", p->at);
    p->at++;
    add_verb(p, b, argument_size > 0 ? verbs[i].named : verbs[i].plain, argument, argument_size);
}

// ---- conditions ----

static int digit_at(const Parser *p, size_t at) { return at < p->size && is_digit(p->text[at]); }

// (?(VERSION>=10.4) from behind VERSION on: whether that is so.
static bool parse_version(Parser *p)
{
    bool least = peek(p, 0) == '>';
    uint32_t parts[2] = { 0, 0 };
    p->at += least;
    if (peek(p, 0) != '=' || (p->at++, !digit_at(p, p->at))) goto bad;
    for (; digit_at(p, p->at); p->at++) parts[0] = parts[0] > 1000 ? parts[0] : parts[0] * 10 + (uint32_t) (p->text[p->at] - '0');
    if (parts[0] > 1000) goto bad;
    if (peek(p, 0) == '.') {
        p->at++;
        size_t start = p->at;
        if (!digit_at(p, p->at)) {
            p->at += p->at < p->size;
            goto bad;
        }
        for (; digit_at(p, p->at); p->at++) parts[1] = parts[1] > 1000 ? parts[1] : parts[1] * 10 + (uint32_t) (p->text[p->at] - '0');
        if (p->at - start == 1) parts[1] *= 10;
    }
    if (p->at >= p->size) goto bad;
    uint32_t asked = parts[0] * 1000 + parts[1], own = 10 * 1000 + 47;
    return least ? asked <= own : asked == own;
bad:
    parse_fail(p, "syntax error or number too big in (?(VERSION condition", p->at);
    return false;
}

// A name in a condition: value, min: its place and size.
static void parse_condition_name(Parser *p, Node *n)
{
    int open = peek(p, 0), terminator = ')';
    size_t name = 0;
    bool recursion = open == 'R' && peek(p, 1) == '&';
    if (open == '<' || open == '\'') terminator = open == '<' ? '>' : '\'';
    p->at += recursion ? 2 : terminator != ')';
    size_t size = read_name(p, terminator, &name);
    if (p->failed) return;
    if (terminator == ')') p->at--;
    n->mode = recursion ? CONDITION_RECURSION_NAME : terminator == ')' ? CONDITION_GROUP : CONDITION_NAME;
    n->value = (uint32_t) name;
    n->min = (uint32_t) size;
    n->max = UINT32_MAX;
}

static void parse_condition_text(Parser *p, uint32_t node)
{
    Node *n = node_at(p, node);
    size_t start = p->at;
    GroupNumber number = read_group_number(p, &p->at);
    if (number.found) {
        if (number.error || number.group == 0) parse_fail(p, number.error ? number.error : NOT_A_GROUP, p->at);
        n->mode = CONDITION_GROUP;
        n->value = (uint32_t) start;
        n->min = (uint32_t) (p->at - start);
        n->max = number.group;
        n->caseless = true; // nothing but a number
    } else if (p->size - p->at >= 10 && memcmp(p->text + p->at, "VERSION", 7) == 0 && p->text[p->at + 7] != ')') {
        p->at += 7;
        n->mode = parse_version(p) ? CONDITION_ALWAYS : CONDITION_NEVER;
    } else {
        parse_condition_name(p, n);
    }
    if (p->failed) return;
    if (peek(p, 0) != ')') parse_fail(p, "missing closing parenthesis for condition", p->at);
    p->at++;
}

static void skip_comment_group(Parser *p);
static bool skip_extended2(Parser *p);
static bool at_comment_group(const Parser *p) { return peek(p, 0) == '(' && peek(p, 1) == '?' && peek(p, 2) == '#'; }

// The mode of the look-around at a place, its size in *size; -1 for none.
static int look_at(const Parser *p, size_t *size)
{
    int c = peek(p, 2);
    if (peek(p, 0) != '(' || peek(p, 1) != '?') return -1;
    bool behind = c == '<';
    if (behind) c = peek(p, 3);
    *size = behind ? 4 : 3;
    if (c != '=' && c != '!') return -1;
    return (behind ? LOOK_BEHIND : 0) | (c == '!' ? LOOK_NEGATIVE : 0);
}

// The look-around that is a condition, from its parenthesis on; a callout may stand in front of it.
static uint32_t parse_condition_look(Parser *p)
{
    size_t size;
    for (int callouts = 0; !p->failed; callouts++) {
        while (!p->failed && (at_comment_group(p) || ((p->flags & RE_EXTENDED) && skip_extended2(p)))) {
            if (at_comment_group(p)) skip_comment_group(p);
        }
        if (p->failed) return 0;
        if (callouts > 0 && p->at >= p->size) return parse_fail(p, UNCLOSED, p->size);
        bool room = p->size - p->at >= 4 && peek(p, 0) == '(';
        int mode = room ? look_at(p, &size) : -1;
        if (mode >= 0) {
            size_t start = p->at;
            p->at += size;
            return parse_look_rest(p, (unsigned) mode, start);
        }
        if (room && peek(p, 1) == '*' && peek(p, 2) >= 'a' && peek(p, 2) <= 'z') {
            p->at += 2;
            int found = parse_assertion_name(p);
            if (found < 0) return 0;
            unsigned its = assertion_names[found].mode;
            if (assertion_names[found].type != NODE_LOOK || (its & LOOK_NOT_ATOMIC)) return parse_fail(p, CONDITION_EXPECTED, p->at);
            p->at++;
            return parse_look_rest(p, its, p->at - 4);
        }
        if (!room || callouts > 0 || peek(p, 1) != '?' || peek(p, 2) != 'C') return parse_fail(p, CONDITION_EXPECTED, p->at);
        p->at += 3;
        parse_callout(p);
    }
    return 0;
}

// (?(..)..|..) from its second parenthesis on.
static void parse_condition(Parser *p, Branch *b)
{
    uint32_t node = node_new(p, NODE_CONDITION);
    if (peek(p, 1) < 0) parse_fail(p, UNCLOSED, p->size);
    if (p->failed) return;
    if (peek(p, 1) == '?' || peek(p, 1) == '*') {
        // The places of errors within are those of an item: one group deeper, at the parenthesis.
        if (p->size - p->at < 4 || (peek(p, 1) == '*' && !(peek(p, 2) >= 'a' && peek(p, 2) <= 'z'))) {
            parse_fail(p, CONDITION_EXPECTED, p->at + 1);
            return;
        }
        size_t at = p->at;
        uint32_t look = parse_condition_look(p);
        if (p->failed) {
            if (p->error->text && strcmp(p->error->text, CONDITION_EXPECTED) == 0 && p->error->at == at) p->error->at = at + 1;
            return;
        }
        node_at(p, node)->mode = CONDITION_LOOK;
        node_at(p, node)->value = look;
    } else {
        p->at++;
        parse_condition_text(p, node);
    }
    if (p->failed) return;
    parse_group_rest(p, node, p->flags, false);
    branch_add(p, b, node, true);
}

// ---- what begins with a parenthesis ----

// From behind "(?" on.
static void parse_special_group(Parser *p, Branch *b)
{
    int c = peek(p, 0), next = peek(p, 1);
    size_t start = p->at - 2;
    if (is_digit(c) || (c == '-' && is_digit(next))) {
        parse_numbered_call2(p, b);
        return;
    }
    switch (c) {
    case -1: parse_fail(p, UNCLOSED, p->size); return;
    case '|': p->at++; parse_group(p, b, GROUP_PLAIN, 0, true); return;
    case ':': p->at++; parse_group(p, b, GROUP_PLAIN, 0, false); return;
    case '>': p->at++; parse_group(p, b, GROUP_ATOMIC, 0, false); return;
    case '=': p->at++; parse_look(p, b, 0, start); return;
    case '!': p->at++; parse_look(p, b, LOOK_NEGATIVE, start); return;
    case '*': p->at++; parse_look(p, b, LOOK_NOT_ATOMIC, start); return;
    case '[': parse_fail(p, "extended character classes are not supported", p->at + 1); return;
    case '(': parse_condition(p, b); return;
    case '\'': p->at++; parse_named_group(p, b, '\''); return;
    case '&': p->at++; parse_named_call(p, b); return;
    case '<':
        p->at++;
        if (next != '=' && next != '!' && next != '*') {
            parse_named_group(p, b, '>');
            return;
        }
        p->at++;
        parse_look(p, b, LOOK_BEHIND | (next == '!' ? LOOK_NEGATIVE : next == '*' ? LOOK_NOT_ATOMIC : 0), start);
        return;
    case 'P':
        p->at += 2;
        if (next < 0) {
            parse_fail(p, UNCLOSED, p->size);
        } else if (next == '=') {
            size_t name = 0, size = read_name(p, ')', &name);
            branch_add(p, b, reference_by_name(p, NODE_BACKREF, name, size), true);
        } else if (next == '>') {
            parse_named_call(p, b);
        } else if (next == '<') {
            parse_named_group(p, b, '>');
        } else {
            parse_fail(p, "unrecognized character after (?P", char_end(p, p->at - 1));
        }
        return;
    case 'R':
        p->at++;
        if (peek(p, 0) != ')' && peek(p, 0) != '(') {
            parse_fail(p, "(?R (recursive pattern call) must be followed by a closing parenthesis", p->at);
            return;
        }
        close_call(p);
        branch_add(p, b, call_node(p, 0, p->at - 1), true);
        return;
    case '+':
        if (next < 0) parse_fail(p, UNCLOSED, p->size);
        else if (!is_digit(next)) parse_fail(p, "digit expected after (?+", char_end(p, p->at + 1));
        else parse_numbered_call2(p, b);
        return;
    case 'C':
        p->at++;
        parse_callout(p);
        b->repeatable = false;
        return;
    default: parse_options(p, b);
    }
}

static void parse_parenthesis2(Parser *p, Branch *b)
{
    p->at++;
    if (p->at >= p->size) {
        parse_fail(p, UNCLOSED, p->size);
    } else if (peek(p, 0) == '*' && peek(p, 1) >= 0 && peek(p, 1) != ')') {
        p->at++;
        if (peek(p, 0) >= 'a' && peek(p, 0) <= 'z') parse_alpha_assertion(p, b);
        else parse_verb(p, b);
    } else if (peek(p, 0) == '?') {
        p->at++;
        parse_special_group(p, b);
    } else {
        parse_group(p, b, GROUP_PLAIN, p->flags & RE_NO_AUTO_CAPTURE ? 0 : ++p->tree->captures, false);
    }
}

// ---- white space and comments ----

static void skip_comment_group(Parser *p) // "(?#..)"
{
    p->at += 3;
    while (p->at < p->size && p->text[p->at] != ')') p->at++;
    if (p->at == p->size) parse_fail(p, "missing ) after (?# comment", p->at);
    p->at++;
}

// Unicode's Pattern_White_Space, of which those of several bytes count in UTF-8 only.
static size_t pattern_space(const Parser *p)
{
    uint32_t c = p->text[p->at];
    if (c < 0x80) return char_is_type(c, TYPE_SPACE);
    if (!(p->flags & RE_UTF)) return c == 0x85;
    size_t size = (size_t) utf8_decode(p->text + p->at, p->size - p->at, &c);
    return c == 0x85 || c == 0x200E || c == 0x200F || c == 0x2028 || c == 0x2029 ? size : 0;
}

static bool skip_extended2(Parser *p)
{
    size_t start = p->at;
    while (p->at < p->size) {
        size_t space = pattern_space(p);
        if (space > 0) {
            p->at += space;
        } else if (p->text[p->at] == '#') {
            while (p->at < p->size && pattern_newline(p, p->at) == 0) p->at++;
            if (p->at < p->size) p->at += pattern_newline(p, p->at);
        } else {
            break;
        }
    }
    return p->at > start;
}

static bool at_quote(const Parser *p) { return peek(p, 0) == '\\' && (peek(p, 1) == 'Q' || peek(p, 1) == 'E'); }

// Past \E and \Q\E, white space and comments: what stands between an item and its quantifier, or between the quantifier
// and the sign behind it.
static void skip_nothing(Parser *p)
{
    while (!p->failed) {
        bool empty_quote = peek(p, 0) == '\\' && peek(p, 1) == 'Q' && peek(p, 2) == '\\' && peek(p, 3) == 'E';
        if (empty_quote) p->at += 4;
        else if (peek(p, 0) == '\\' && peek(p, 1) == 'E') p->at += 2;
        else if (at_comment_group(p)) skip_comment_group(p);
        else if (!(p->flags & RE_EXTENDED) || !skip_extended2(p)) return;
    }
}

// ---- quantifiers ----

static uint32_t repeat_count(Parser *p)
{
    uint32_t n = 0;
    for (; is_digit(peek(p, 0)); p->at++) n = n > REGEX_REPEAT_MAX ? n : n * 10 + (uint32_t) (p->text[p->at] - '0');
    if (n > REGEX_REPEAT_MAX) parse_fail(p, "number too big in {} quantifier", p->at);
    return n;
}

// {n,m}; p->at is left at the brace that closes it.
void parse_counts2(Parser *p, uint32_t *min, uint32_t *max)
{
    p->at++;
    skip_blanks(p, &p->at);
    *min = *max = repeat_count(p);
    skip_blanks(p, &p->at);
    if (peek(p, 0) != ',') return;
    p->at++;
    skip_blanks(p, &p->at);
    if (peek(p, 0) == '}') {
        *max = REPEAT_UNLIMITED;
        return;
    }
    *max = repeat_count(p);
    if (!p->failed && *max < *min) parse_fail(p, "numbers out of order in {} quantifier", p->at);
    skip_blanks(p, &p->at);
}

static void parse_quantifier2(Parser *p, Branch *b)
{
    uint32_t min = p->text[p->at] == '+', max = p->text[p->at] == '?' ? 1 : REPEAT_UNLIMITED;
    if (p->text[p->at] == '{') parse_counts2(p, &min, &max);
    if (p->failed) return;
    p->at++;
    if (!b->repeatable) {
        parse_fail(p, "quantifier does not follow a repeatable item", p->at);
        return;
    }
    enum repeat_mode mode = p->flags & RE_UNGREEDY ? REPEAT_LAZY : REPEAT_GREEDY;
    size_t behind = p->at;
    skip_nothing(p);
    if (p->failed) return;
    if (peek(p, 0) == '+') mode = REPEAT_POSSESSIVE;
    else if (peek(p, 0) == '?') mode = mode == REPEAT_LAZY ? REPEAT_GREEDY : REPEAT_LAZY;
    if (peek(p, 0) == '+' || peek(p, 0) == '?') p->at++;
    else p->at = behind;
    repeat_last(p, b, min, max, mode);
    b->repeatable = false;
}

// ---- items ----

static void add_assertion(Parser *p, Branch *b, enum assertion a) { branch_add(p, b, node_mode(p, NODE_ASSERT, a), false); }

static void add_property(Parser *p, Branch *b, bool negated)
{
    ClassItem item;
    if (!parse_property2(p, negated, &item)) return;
    class_begin(&p->tree->classes);
    class_add_property(&p->tree->classes, item);
    branch_add(p, b, node_value(p, NODE_CLASS, class_end(&p->tree->classes, false, p->flags & RE_UTF)), true);
}

static void add_escape(Parser *p, Branch *b)
{
    uint32_t value = 0;
    enum escape e = parse_escape2(p, false, &value);
    if (p->failed) return;
    switch (e) {
    case ESCAPE_CHAR: branch_add_char(p, b, value); break;
    case ESCAPE_BACKREF: add_backref(p, b, value); break;
    case ESCAPE_K: parse_delimited_reference(p, b, (int) value); break;
    case ESCAPE_PROPERTY: add_property(p, b, value); break;
    case ESCAPE_TYPE: branch_add_type(p, b, (enum char_type)(value >> 1), value & 1); break;
    case ESCAPE_ASSERTION: add_assertion(p, b, (enum assertion) value); break;
    case ESCAPE_KEEP: branch_add(p, b, node_new(p, NODE_KEEP), false); break;
    case ESCAPE_NOT_NEWLINE: branch_add(p, b, node_new(p, NODE_ANY), true); break;
    case ESCAPE_BYTE: branch_add(p, b, node_new(p, NODE_BYTE), true); break;
    case ESCAPE_LINE_END: branch_add(p, b, node_new(p, NODE_LINE_END), true); break;
    case ESCAPE_GRAPHEME: branch_add(p, b, node_new(p, NODE_GRAPHEME), true); break;
    default: break;
    }
}

static void parse_item2(Parser *p, Branch *b)
{
    int c = p->text[p->at];
    uint32_t flags = p->flags;
    switch (c) {
    case '\\': add_escape(p, b); return;
    case '[': parse_class_item(p, b); return;
    case '(': parse_parenthesis2(p, b); return;
    case '^':
        p->at++;
        add_assertion(p, b, flags & RE_MULTILINE ? ASSERT_LINE_START_MULTI : ASSERT_LINE_START);
        return;
    case '$':
        p->at++;
        add_assertion(p, b, flags & RE_MULTILINE        ? ASSERT_LINE_END_MULTI
                            : flags & RE_DOLLAR_ENDONLY ? ASSERT_LINE_END_ONLY
                                                        : ASSERT_LINE_END);
        return;
    case '.':
        p->at++;
        branch_add(p, b, node_new(p, flags & RE_DOTALL ? NODE_ALL : NODE_ANY), true);
        return;
    case '*':
    case '+':
    case '?': parse_quantifier2(p, b); return;
    case '{':
        if (!is_counted_repeat(p, p->at)) break;
        parse_quantifier2(p, b);
        return;
    }
    branch_add_char(p, b, next_char(p));
}

static uint32_t parse_branch2(Parser *p)
{
    Branch b = branch_start(p);
    while (p->at < p->size && !p->failed) {
        int c = p->text[p->at];
        if (at_quote(p) && (!p->quoting || peek(p, 1) == 'E')) {
            p->quoting = peek(p, 1) == 'Q';
            p->at += 2;
        } else if (p->quoting) branch_add_char(p, &b, next_char(p));
        else if (c == '|' || c == ')') break;
        else if (at_comment_group(p)) skip_comment_group(p);
        else if ((p->flags & RE_EXTENDED) && skip_extended2(p)) continue;
        else parse_item2(p, &b);
    }
    if (!p->failed) node_at(p, b.node)->at = (uint32_t) p->at;
    return b.node;
}

// ---- all of it ----

// Why the bytes from a place on are no character of UTF-8.
static const char *utf8_error(const uint8_t *s, size_t left)
{
    static const char *const missing[] = { "1 byte missing at end", "2 bytes missing at end", "3 bytes missing at end",
                                           "4 bytes missing at end", "5 bytes missing at end" };
    static const char *const tops[] = { "byte 2 top bits not 0x80", "byte 3 top bits not 0x80", "byte 4 top bits not 0x80",
                                        "byte 5 top bits not 0x80", "byte 6 top bits not 0x80" };
    static const char *const overlong[] = { "overlong 2-byte sequence", "overlong 3-byte sequence", "overlong 4-byte sequence",
                                            "overlong 5-byte sequence", "overlong 6-byte sequence" };
    static const uint8_t least[] = { 0, 0x20, 0x10, 0x08, 0x04 }; // of the second byte, when the first has no bits
    uint8_t c = s[0];
    if (c < 0xC0) return "isolated byte with 0x80 bit set";
    if (c >= 0xFE) return "illegal byte (0xfe or 0xff)";
    size_t more = c < 0xE0 ? 1 : c < 0xF0 ? 2 : c < 0xF8 ? 3 : c < 0xFC ? 4 : 5;
    if (left - 1 < more) return missing[more - (left - 1) - 1];
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xC0) != 0x80) return tops[i - 1];
        if (i != 1) continue;
        bool no_bits = more == 1 ? c < 0xC2 : (c & (0x3F >> more)) == 0 && (s[1] & 0x3F) < least[more - 1];
        if (no_bits) return overlong[more - 1];
        if (c == 0xED && s[1] >= 0xA0) return "code points 0xd800-0xdfff are not defined";
        if (more == 3 && (c > 0xF4 || (c == 0xF4 && s[1] > 0x8F))) return "code points greater than 0x10ffff are not defined";
    }
    return more == 4 ? "5-byte character is not allowed (RFC 3629)" : "6-byte character is not allowed (RFC 3629)";
}

void parse_pattern2(Parser *p)
{
    static const char utf8_prefix[] = "UTF-8 error: ";
    static char text[sizeof utf8_prefix + 64];
    size_t malformed = p->flags & RE_UTF ? malformed_utf8(p->text, p->size) : p->size;
    if (malformed < p->size) {
        memcpy(text, utf8_prefix, sizeof utf8_prefix - 1);
        const char *reason = utf8_error(p->text + malformed, p->size - malformed);
        memcpy(text + sizeof utf8_prefix - 1, reason, strlen(reason) + 1);
        parse_fail(p, text, malformed);
        return;
    }
    uint32_t root = p->tree->root = node_new(p, NODE_GROUP);
    if (p->failed) return;
    parse_branches(p, root, false, parse_branch2);
    if (p->failed) return;
    if (p->at < p->size) {
        parse_fail(p, "unmatched closing parenthesis", p->at + 1);
        return;
    }
    p->flags = p->tree->options.flags;
    check_tree(p);
}
