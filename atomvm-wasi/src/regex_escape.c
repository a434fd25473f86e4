// Escapes and bracketed classes of regular expressions. See regex_parse.h.
#include "regex_parse.h"

static bool is_octal(int c) { return c >= '0' && c <= '7'; }
static bool is_hex(int c) { return c >= 0 && char_is_type((uint32_t) c, TYPE_XDIGIT); }
static uint32_t hex_value(int c) { return (uint32_t) (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

// Escapes elsewhere, in classes the letters themselves, but no ends of a range.
static const char CLASS_LITERALS[] = "ABCGKRXZzgk";

// ---- characters by number ----

// \x{..} or \o{..} from the brace on; bits: 4 or 3. Errors stand where the reading ended.
static uint32_t braced_number(Parser *p, unsigned bits)
{
    uint32_t c = 0, most = p->flags & RE_UTF ? 0x10FFFF : 0xFF;
    bool overflow = false;
    p->at++;
    while (bits == 4 ? is_hex(peek(p, 0)) : is_octal(peek(p, 0))) {
        if (!overflow) c = c << bits | hex_value(p->text[p->at]);
        overflow |= c > most;
        p->at++;
    }
    if (overflow) return parse_fail(p, "character value in \\x{} or \\o{} is too large", p->at);
    if (peek(p, 0) != '}') {
        return parse_fail(p, bits == 4 ? "non-hex character in \\x{} (closing brace missing?)"
                                       : "non-octal character in \\o{} (closing brace missing?)", p->at);
    }
    if ((p->flags & RE_UTF) && c >= 0xD800 && c <= 0xDFFF)
        return parse_fail(p, "disallowed Unicode code point (>= 0xd800 && <= 0xdfff)", p->at);
    p->at++;
    return c;
}

static uint32_t parse_hex(Parser *p)
{
    if (peek(p, 0) == '{') {
        if (peek(p, 1) == '}') return parse_fail(p, "digits missing in \\x{} or \\o{}", p->at + 1);
        return braced_number(p, 4);
    }
    uint32_t c = 0;
    for (int i = 0; i < 2 && is_hex(peek(p, 0)); i++) c = c << 4 | hex_value(p->text[p->at++]);
    return c;
}

static uint32_t parse_braced_octal(Parser *p)
{
    if (peek(p, 0) != '{') return parse_fail(p, "missing opening brace after \\o", p->at - 1);
    if (peek(p, 1) == '}') return parse_fail(p, "digits missing in \\x{} or \\o{}", p->at - 1);
    return braced_number(p, 3);
}

static uint32_t parse_octal(Parser *p)
{
    uint32_t c = 0;
    for (int i = 0; i < 3 && is_octal(peek(p, 0)); i++) c = c << 3 | (uint32_t) (p->text[p->at++] - '0');
    if (c > 0xFF && !(p->flags & RE_UTF))
        return parse_fail(p, "octal value is greater than \\377 in 8-bit non-UTF-8 mode", p->at - 1);
    return c;
}

static uint32_t parse_control(Parser *p)
{
    int c = peek(p, 0);
    if (c < 0) return parse_fail(p, "\\c at end of pattern", p->at);
    if (c > 0x7F) return parse_fail(p, "\\c must be followed by an ASCII character", p->at);
    p->at++;
    if (c >= 'a' && c <= 'z') c -= 0x20;
    return (uint32_t) c ^ 0x40;
}

// ---- references ----

static uint32_t decimal(Parser *p)
{
    uint64_t n = 0;
    while (peek(p, 0) >= '0' && peek(p, 0) <= '9') {
        if (n <= INT32_MAX) n = n * 10 + (uint32_t) (p->text[p->at] - '0');
        p->at++;
    }
    if (n > INT32_MAX) return parse_fail(p, "number is too big", p->at - 1);
    return (uint32_t) n;
}

// A back reference when it is below 8 or there are so many groups already; otherwise octal, or the digit itself.
static enum escape parse_digit(Parser *p, bool in_class, uint32_t *value)
{
    size_t start = p->at;
    if (!in_class && p->text[start] != '0') {
        uint32_t n = decimal(p);
        if (p->failed) return ESCAPE_CHAR;
        if (n < 8 || n <= p->tree->captures) {
            *value = n;
            return ESCAPE_BACKREF;
        }
        p->at = start;
    }
    if (p->text[start] >= '8') {
        p->at++;
        return escape_char(value, p->text[start]);
    }
    return escape_char(value, parse_octal(p));
}

// \g{name}?
static bool is_braced_name(const Parser *p)
{
    size_t at = p->at + 1;
    while (at < p->size && p->text[at] != '}' && (p->text[at] == '-' || (p->text[at] >= '0' && p->text[at] <= '9'))) at++;
    return at < p->size && p->text[at] != '}';
}

static enum escape parse_g(Parser *p, uint32_t *value)
{
    int open = peek(p, 0);
    if (open == '<' || open == '\'') {
        p->at++;
        *value = open == '<' ? '>' : '\'';
        return ESCAPE_G_CALL;
    }
    if (open == '{' && is_braced_name(p)) return ESCAPE_K;
    bool braced = open == '{';
    p->at += braced;
    bool negative = peek(p, 0) == '-';
    p->at += negative;
    uint32_t n = decimal(p);
    size_t end = p->at - 1;
    if (p->failed) return ESCAPE_CHAR;
    if (braced) {
        if (peek(p, 0) != '}') {
            parse_fail(p, PARSE_G_ERROR, p->at);
            return ESCAPE_CHAR;
        }
        end = p->at++;
    }
    if (n == 0) parse_fail(p, "a numbered reference must not be zero", end);
    else if (negative && n > p->tree->captures) parse_fail(p, "reference to non-existent subpattern", end);
    *value = negative ? p->tree->captures - n + 1 : n;
    return ESCAPE_BACKREF;
}

// ---- escapes ----

// \N is no newline, \N{3} three of them, \N{name} nothing PCRE knows.
static enum escape parse_n(Parser *p)
{
    if (peek(p, 0) == '{' && !is_counted_repeat(p, p->at))
        parse_fail(p, "PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u", p->at - 1);
    return ESCAPE_NOT_NEWLINE;
}

static enum escape escape_type(uint32_t *value, enum char_type type, bool negated)
{
    *value = (uint32_t) type << 1 | negated;
    return ESCAPE_TYPE;
}

enum escape escape_letter(bool in_class, int c, uint32_t *value)
{
    switch (c) {
    case 'a': return escape_char(value, 7);
    case 'e': return escape_char(value, 27);
    case 'f': return escape_char(value, '\f');
    case 'n': return escape_char(value, '\n');
    case 'r': return escape_char(value, '\r');
    case 't': return escape_char(value, '\t');
    case 'b': return in_class ? escape_char(value, 8) : escape_assertion(value, ASSERT_WORD);
    case 'd': case 'D': return escape_type(value, TYPE_DIGIT, c == 'D');
    case 'h': case 'H': return escape_type(value, TYPE_HORIZONTAL, c == 'H');
    case 's': case 'S': return escape_type(value, TYPE_SPACE, c == 'S');
    case 'v': case 'V': return escape_type(value, TYPE_VERTICAL, c == 'V');
    case 'w': case 'W': return escape_type(value, TYPE_WORD, c == 'W');
    case 'p': case 'P': *value = c == 'P'; return ESCAPE_PROPERTY;
    case 'E': return ESCAPE_END_QUOTE;
    case 'Q': return ESCAPE_QUOTE;
    default: return ESCAPE_NONE;
    }
}

// A letter that is an escape in and outside of classes.
static enum escape parse_letter(Parser *p, bool in_class, int c, uint32_t *value)
{
    enum escape plain = escape_letter(in_class, c, value);
    if (plain != ESCAPE_NONE) return plain;
    switch (c) {
    case 'c': return escape_char(value, parse_control(p));
    case 'o': return escape_char(value, parse_braced_octal(p));
    case 'x': return escape_char(value, parse_hex(p));
    case 'N': return parse_n(p);
    case 'L':
    case 'l':
    case 'U':
    case 'u': parse_fail(p, "PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u", p->at - 1); return ESCAPE_CHAR;
    }
    if (in_class && (p->flags & RE_EXTRA) && strchr(CLASS_LITERALS, c))
        parse_fail(p, "invalid escape sequence in character class", p->at - 1);
    if (in_class) return escape_char(value, (uint32_t) c);
    switch (c) {
    case 'A': return escape_assertion(value, ASSERT_START);
    case 'B': return escape_assertion(value, ASSERT_NOT_WORD);
    case 'C': return ESCAPE_BYTE;
    case 'G': return escape_assertion(value, ASSERT_FIRST);
    case 'K': return ESCAPE_KEEP;
    case 'R': return ESCAPE_LINE_END;
    case 'X': return ESCAPE_GRAPHEME;
    case 'Z': return escape_assertion(value, ASSERT_END_OR_NEWLINE);
    case 'z': return escape_assertion(value, ASSERT_END);
    case 'g': return parse_g(p, value);
    case 'k': return ESCAPE_K;
    }
    if (p->flags & RE_EXTRA) parse_fail(p, "unrecognized character follows \\", p->at - 1);
    return escape_char(value, (uint32_t) c);
}

enum escape parse_escape(Parser *p, bool in_class, uint32_t *value)
{
    int c = peek(p, 1);
    p->at++;
    if (c < 0) {
        parse_fail(p, "\\ at end of pattern", p->at);
        return ESCAPE_CHAR;
    }
    if (c >= '0' && c <= '9') return parse_digit(p, in_class, value);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        p->at++;
        return parse_letter(p, in_class, c, value);
    }
    uint32_t code_point = (uint32_t) c;
    p->at += c >= 0x80 && (p->flags & RE_UTF) ? (size_t) utf8_decode(p->text + p->at, p->size - p->at, &code_point) : 1;
    return escape_char(value, code_point);
}

bool parse_property(Parser *p, bool negated, ClassItem *item)
{
    if (peek(p, 0) < 0) return parse_fail(p, "malformed \\P or \\p sequence", p->at);
    size_t name = p->at, size = 1;
    if (p->text[p->at] == '{') {
        name++;
        if (peek(p, 1) == '^') {
            negated = !negated;
            name++;
        }
        size_t end = name;
        while (end < p->size && p->text[end] != '}') end++;
        if (end == p->size) return parse_fail(p, "malformed \\P or \\p sequence", end);
        size = end - name;
        p->at = end;
    }
    if (!property_by_name(p->text + name, size, item))
        return parse_fail(p, "unknown property name after \\P or \\p", p->at);
    item->negated = negated;
    p->at++;
    return true;
}

// ---- classes, of either syntax ----

static enum escape class_escape(Parser *p, uint32_t *value)
{
    return regex_is_pcre2 ? parse_escape2(p, true, value) : parse_escape(p, true, value);
}

static bool class_property(Parser *p, bool negated, ClassItem *item)
{
    return regex_is_pcre2 ? parse_property2(p, negated, item) : parse_property(p, negated, item);
}

// PCRE2 looks at a character before it complains of it.
static uint32_t fail_behind(Parser *p, const char *text, size_t at) { return parse_fail(p, text, at + regex_is_pcre2); }

// [:name:], [.name.] or [=name=] at p->at? *end: its second last byte.
static bool is_posix_syntax(const Parser *p, size_t *end)
{
    int mark = peek(p, 1);
    if (mark != ':' && mark != '.' && mark != '=') return false;
    for (size_t i = p->at + 2; i + 1 < p->size; i++) {
        int c = p->text[i], next = p->text[i + 1];
        if (c == '\\' && (next == ']' || next == '\\')) i++;
        else if ((c == '[' && next == mark) || c == ']') return false;
        else if (c == mark && next == ']') {
            *end = i;
            return true;
        }
    }
    return false;
}

static bool posix_type(const uint8_t *name, size_t size, enum char_type *type)
{
    static const char *const names[] = { "alpha", "lower", "upper", "alnum", "ascii", "blank", "cntrl",
                                         "digit", "graph", "print", "punct", "space", "word",  "xdigit" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) != size || memcmp(names[i], name, size) != 0) continue;
        *type = (enum char_type) i;
        return true;
    }
    return false;
}

static void add_posix(Parser *p, size_t end)
{
    if (p->text[p->at + 1] != ':') {
        parse_fail(p, "POSIX collating elements are not supported", regex_is_pcre2 ? end + 2 : p->at);
        return;
    }
    bool negated = peek(p, 2) == '^';
    size_t name = p->at + 2 + negated;
    enum char_type type;
    if (!posix_type(p->text + name, end - name, &type)) {
        parse_fail(p, "unknown POSIX class name", regex_is_pcre2 ? end + 2 : name);
        return;
    }
    uint32_t flags = p->flags;
    bool unicode = regex_is_pcre2 && (flags & RE_UCP) && !(flags & RE_ASCII_POSIX);
    if ((flags & RE_CASELESS) && type <= TYPE_UPPER && !unicode) type = TYPE_ALPHA;
    // In classes Unicode properties make [:blank:] \h; what they say nothing about keeps its Latin-1 meaning.
    if ((flags & RE_UCP) && type == TYPE_BLANK) type = TYPE_HORIZONTAL;
    bool digits = type == TYPE_DIGIT || type == TYPE_XDIGIT;
    if (flags & (digits ? RE_ASCII_POSIX_DIGIT : RE_ASCII_POSIX)) flags &= ~(uint32_t) RE_UCP;
    class_add_type(&p->tree->classes, type, negated, flags);
    p->at = end + 2;
}

static uint32_t class_char(Parser *p)
{
    uint32_t c = p->text[p->at];
    p->at += c >= 0x80 && (p->flags & RE_UTF) ? (size_t) utf8_decode(p->text + p->at, p->size - p->at, &c) : 1;
    return c;
}

static bool at_end_quote(const Parser *p) { return peek(p, 0) == '\\' && peek(p, 1) == 'E'; }

// Under (?xx) blanks in a class are nothing.
static void skip_class_blanks(Parser *p)
{
    if ((p->flags & RE_EXTENDED_MORE) && !p->quoting) skip_blanks(p, &p->at);
}

static void skip_end_quotes(Parser *p)
{
    while (at_end_quote(p)) {
        p->at += 2;
        p->quoting = false;
    }
}

// Past \Q, \E and \Q\E in front of the end of a range.
static void skip_quotes(Parser *p)
{
    while (at_end_quote(p)) p->at += 2;
    while (peek(p, 0) == '\\' && peek(p, 1) == 'Q') {
        p->at += 2;
        if (!at_end_quote(p)) {
            p->quoting = true;
            return;
        }
        p->at += 2;
    }
}

// The character that ends a range, behind the hyphen. Errors stand at the last byte of it.
static uint32_t range_end(Parser *p)
{
    size_t posix;
    if (p->quoting) return class_char(p);
    if (p->text[p->at] == '[' && is_posix_syntax(p, &posix))
        return parse_fail(p, "invalid range in character class", regex_is_pcre2 ? posix + 2 : p->at);
    if (p->text[p->at] != '\\') return class_char(p);
    uint32_t c = 0;
    int letter = peek(p, 1);
    ClassItem item;
    enum escape e = class_escape(p, &c);
    if (regex_is_pcre2 && e == ESCAPE_PROPERTY && !p->failed) parse_property2(p, c, &item);
    bool literal = !regex_is_pcre2 && letter > 0 && letter != 'g' && strchr(CLASS_LITERALS, letter) != NULL;
    if (p->failed || (e == ESCAPE_CHAR && !literal)) return c;
    return fail_behind(p, "invalid range in character class", p->at - 1);
}

static void note_newline(Parser *p, uint32_t c)
{
    if (c == '\r' || c == '\n') p->tree->has_cr_or_lf = true;
}

// A character that has been read, or the range that it begins.
static void add_char_or_range(Parser *p, uint32_t low)
{
    uint32_t high = low;
    note_newline(p, low);
    size_t after = p->at;
    bool quoting = p->quoting;
    skip_end_quotes(p);
    skip_class_blanks(p);
    if (!p->quoting && peek(p, 0) == '-') {
        p->at++;
        skip_class_blanks(p);
        skip_quotes(p);
        if (p->at >= p->size || (!p->quoting && p->text[p->at] == ']')) {
            p->at = after;
            p->quoting = quoting;
        } else {
            high = range_end(p);
            if (p->failed) return;
            if (high < low) {
                fail_behind(p, "range out of order in character class", p->at - 1);
                return;
            }
            note_newline(p, high);
        }
    } else {
        p->at = after;
        p->quoting = quoting;
    }
    class_add_range(&p->tree->classes, low, high, p->flags);
}

// PCRE takes the hyphen behind a class for itself, PCRE2 for the mistake of a range that begins with a class.
static void refuse_range(Parser *p)
{
    skip_class_blanks(p);
    bool range = peek(p, 0) == '-' && p->at + 1 < p->size && peek(p, 1) != ']';
    if (regex_is_pcre2 && range && !p->failed) parse_fail(p, "invalid range in character class", p->at + 1);
}

static void add_class_escape(Parser *p)
{
    uint32_t value = 0;
    ClassItem item;
    size_t start = p->at;
    enum escape e = class_escape(p, &value);
    if (p->failed) return;
    switch (e) {
    case ESCAPE_CHAR: add_char_or_range(p, value); break;
    case ESCAPE_TYPE:
        class_add_type(&p->tree->classes, (enum char_type)(value >> 1), value & 1, type_flags(p, (enum char_type)(value >> 1)));
        refuse_range(p);
        break;
    case ESCAPE_PROPERTY:
        if (class_property(p, value, &item)) class_add_property(&p->tree->classes, item);
        refuse_range(p);
        break;
    case ESCAPE_NOT_NEWLINE: parse_fail(p, "\\N is not supported in a class", start + 1); break;
    case ESCAPE_QUOTE:
        if (at_end_quote(p)) p->at += 2;
        else p->quoting = true;
        break;
    default: break;
    }
}

static void add_class_item(Parser *p)
{
    size_t posix_end;
    if (p->quoting) {
        if (at_end_quote(p)) skip_end_quotes(p);
        else add_char_or_range(p, class_char(p));
    } else if (p->text[p->at] == '[' && is_posix_syntax(p, &posix_end)) {
        add_posix(p, posix_end);
        refuse_range(p);
    } else if (p->text[p->at] == '\\') {
        add_class_escape(p);
    } else {
        add_char_or_range(p, class_char(p));
    }
}

// Past '^' and quotes of nothing in front of the first member.
static bool class_is_negated(Parser *p)
{
    bool negated = false;
    for (;;) {
        skip_class_blanks(p);
        if (at_end_quote(p)) p->at += 2;
        else if (peek(p, 0) == '\\' && peek(p, 1) == 'Q' && peek(p, 2) == '\\' && peek(p, 3) == 'E') p->at += 4;
        else if (!negated && peek(p, 0) == '^') {
            negated = true;
            p->at++;
        } else {
            return negated;
        }
    }
}

static uint32_t parse_class(Parser *p)
{
    size_t end;
    if (is_posix_syntax(p, &end)) {
        return parse_fail(p, p->text[p->at + 1] == ':' ? "POSIX named classes are supported only within a class"
                                                       : "POSIX collating elements are not supported",
                          regex_is_pcre2 ? end + 2 : p->at);
    }
    p->at++;
    bool negated = class_is_negated(p), first = true;
    class_begin(&p->tree->classes);
    while (p->at < p->size && (first || p->quoting || p->text[p->at] != ']')) {
        first = false;
        add_class_item(p);
        if (!p->failed) skip_class_blanks(p);
    }
    if (p->failed) return 0;
    if (p->at >= p->size) return parse_fail(p, "missing terminating ] for character class", p->at);
    p->at++;
    if (negated && !regex_is_pcre2 && !(p->flags & RE_UCP)) class_forget_wide(&p->tree->classes);
    return class_end(&p->tree->classes, negated, (p->flags & RE_UTF) != 0);
}

static bool at_word_edge(const Parser *p, const char *text)
{
    return p->size - p->at >= 7 && memcmp(p->text + p->at, text, 7) == 0;
}

// [[:<:]] and [[:>:]]: \b(?=\w) and \b(?<=\w)
static void parse_word_edge(Parser *p, Branch *b, unsigned mode)
{
    p->at += 7;
    branch_add(p, b, node_mode(p, NODE_ASSERT, ASSERT_WORD), false);
    uint32_t look = node_mode(p, NODE_LOOK, mode);
    Branch inside = branch_start(p);
    if (p->failed) return;
    node_at(p, look)->first = inside.node;
    branch_add_type(p, &inside, TYPE_WORD, false);
    branch_add(p, b, look, true);
}

void parse_class_item(Parser *p, Branch *b)
{
    if (at_word_edge(p, "[[:<:]]")) parse_word_edge(p, b, 0);
    else if (at_word_edge(p, "[[:>:]]")) parse_word_edge(p, b, LOOK_BEHIND);
    else branch_add(p, b, node_value(p, NODE_CLASS, parse_class(p)), true);
}
