// Groups of regular expressions: everything that begins with a parenthesis. See regex_parse.h.
#include "regex_parse.h"

// ---- groups ----

// The branches and the closing parenthesis of a group whose opening has been read.
static void parse_group_rest(Parser *p, uint32_t group, uint32_t flags_after, bool reset)
{
    if (p->failed) return;
    if (++p->depth > REGEX_NEST_MAX) {
        parse_fail(p, "parentheses are too deeply nested", p->at);
        return;
    }
    if (node_at(p, group)->type == NODE_GROUP) node_at(p, group)->min = (uint32_t) p->at;
    parse_branches(p, group, reset, parse_branch);
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

// From behind "(?<=" and the like on.
static uint32_t parse_look_rest(Parser *p, unsigned mode)
{
    size_t start = p->at - (mode & LOOK_BEHIND ? 4 : 3);
    uint32_t look = node_mode(p, NODE_LOOK, mode);
    parse_group_rest(p, look, p->flags, false);
    if (look) node_at(p, look)->value = (uint32_t) start;
    return look;
}

// Whether the look-around of this mode, just opened, is the (?!) that PCRE 8 makes a failure of: it has no quantifier.
static bool is_plain_failure(const Parser *p, unsigned mode)
{
    int c = peek(p, 1);
    return mode == LOOK_NEGATIVE && peek(p, 0) == ')' && c != '*' && c != '+' && c != '?' && !is_counted_repeat(p, p->at + 1);
}

static void parse_look(Parser *p, Branch *b, unsigned mode)
{
    bool failure = is_plain_failure(p, mode), repeatable = !p->fails_as_condition || regex_is_pcre2;
    if (!failure) p->fails_as_condition = false;
    branch_add(p, b, parse_look_rest(p, mode), repeatable);
}

static bool is_look_at(const Parser *p, size_t at) // "?=", "?!", "?<=", "?<!"
{
    const uint8_t *s = p->text + at;
    size_t left = p->size > at ? p->size - at : 0;
    if (left < 2 || s[0] != '?') return false;
    if (s[1] == '=' || s[1] == '!') return true;
    return left > 2 && s[1] == '<' && (s[2] == '=' || s[2] == '!');
}

// The group of (?(1), (?(+1) or (?(-1): 0, or one that is not there, is found out later.
static uint32_t condition_group(const Parser *p, uint32_t number, int sign)
{
    uint32_t captures = p->tree->captures;
    if (sign == 0 || number == 0) return number;
    if (sign == '+') return captures + number;
    return number > captures ? REGEX_NODES_MAX : captures - number + 1;
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
    if (sign == 0 && !is_word_byte(peek(p, 0))) {
        parse_fail(p, "assertion expected after (?( or (?(?C)", p->at);
        return;
    }
    size_t start = p->at;
    bool number = sign != 0 || is_digit(peek(p, 0));
    if (is_digit(peek(p, 0)) && (terminator != 0 || kind == CONDITION_RECURSION_NAME)) {
        parse_fail(p, "group name must start with a non-digit", p->at);
        return;
    }
    uint32_t value = number ? parse_number(p) : 0;
    if (!number) parse_name(p);
    size_t size = p->at - start;
    if (p->failed) return;
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
    n->max = number ? condition_group(p, value, sign) : UINT32_MAX;
    n->caseless = sign != 0; // a relative reference: nothing but a number
    n->at = (uint32_t) p->at;
}

static void parse_callout(Parser *p);

// (?(?C1)(?=..: a callout may stand in front of a look-around.
static void skip_condition_callout(Parser *p)
{
    if (peek(p, 0) != '?' || peek(p, 1) != 'C') return;
    size_t ahead = 2;
    while (is_digit(peek(p, ahead))) ahead++;
    if (peek(p, ahead) != ')') return;
    if (peek(p, ahead + 1) != '(') {
        parse_fail(p, "assertion expected after (?( or (?(?C)", p->at - 1);
    } else if (is_look_at(p, p->at + ahead + 2)) {
        p->at += 2;
        parse_callout(p);
        p->at++;
    }
}

// (?(..)..|..) from behind "(?" on.
static void parse_condition(Parser *p, Branch *b)
{
    uint32_t node = node_new(p, NODE_CONDITION), flags = p->flags;
    p->at++;
    skip_condition_callout(p);
    if (is_look_at(p, p->at)) {
        p->at++;
        unsigned mode = p->text[p->at] == '<' ? LOOK_BEHIND : 0;
        p->at += mode != 0;
        if (p->text[p->at++] == '!') mode |= LOOK_NEGATIVE;
        p->fails_as_condition = is_plain_failure(p, mode);
        uint32_t look = parse_look_rest(p, mode);
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
    }
}

// (?C1) from behind the C on.
static void parse_callout(Parser *p)
{
    uint32_t n = 0;
    while (is_digit(peek(p, 0))) {
        if (n <= 255) n = n * 10 + (uint32_t) (p->text[p->at] - '0');
        p->at++;
    }
    if (peek(p, 0) != ')') parse_fail(p, "closing ) for (?C expected", p->at);
    else if (n > 255) parse_fail(p, "number after (?C is > 255", p->at);
    p->at++;
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
    case 'C':
        p->at++;
        parse_callout(p);
        b->repeatable = false;
        return;
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

// ---- any of them ----

void parse_parenthesis(Parser *p, Branch *b)
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
