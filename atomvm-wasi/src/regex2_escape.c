// Escapes, names and numbers in patterns of PCRE2, with its error texts and places. See regex_parse.h.
#include "regex_parse.h"
#include "regex_unicode.h"

enum { NAME_BYTES_MAX = 128, GROUP_MAX = 65535, PROPERTY_BYTES_MAX = 49 };

#define NAME_EXPECTED "subpattern name expected"
#define UNSUPPORTED_ESCAPE "PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u"
#define NO_DIGITS "digits missing after \\x or in \\x{} or \\o{} or \\N{U+}"
#define MALFORMED_PROPERTY "malformed \\P or \\p sequence"

static bool is_octal(int c) { return c >= '0' && c <= '7'; }
static bool is_hex(int c) { return c >= 0 && char_is_type((uint32_t) c, TYPE_XDIGIT); }
static uint32_t hex_value(int c) { return (uint32_t) (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

void skip_blanks(const Parser *p, size_t *at)
{
    while (*at < p->size && (p->text[*at] == ' ' || p->text[*at] == '\t')) ++*at;
}

// Where the character at a place ends.
size_t char_end(const Parser *p, size_t at)
{
    uint32_t c;
    if (at >= p->size) return at;
    return at + (p->flags & RE_UTF && p->text[at] >= 0x80 ? (size_t) utf8_decode(p->text + at, p->size - at, &c) : 1);
}

// ---- characters by number ----

// What stands in the brace of \x{..}, \o{..} and \N{U+..}.
static uint32_t braced_number(Parser *p, unsigned bits)
{
    uint32_t c = 0, most = p->flags & RE_UTF ? 0x10FFFF : 0xFF;
    bool overflow = false;
    if (peek(p, 0) < 0 || peek(p, 0) == '}') return parse_fail(p, NO_DIGITS, p->at);
    for (; bits == 4 ? is_hex(peek(p, 0)) : is_octal(peek(p, 0)); p->at++) {
        if (!overflow) c = c << bits | hex_value(p->text[p->at]);
        overflow |= c > most;
    }
    if (overflow) return parse_fail(p, "character code point value in \\x{} or \\o{} is too large", p->at);
    skip_blanks(p, &p->at);
    if (peek(p, 0) != '}') {
        return parse_fail(p, bits == 4 ? "non-hex character in \\x{} (closing brace missing?)"
                                       : "non-octal character in \\o{} (closing brace missing?)",
                          p->at < p->size ? char_end(p, p->at) : p->at + 1);
    }
    if (c >= 0xD800 && c <= 0xDFFF) return parse_fail(p, "disallowed Unicode code point (>= 0xd800 && <= 0xdfff)", p->at);
    p->at++;
    return c;
}

static uint32_t parse_hex(Parser *p)
{
    if (peek(p, 0) == '{') {
        p->at++;
        skip_blanks(p, &p->at);
        return braced_number(p, 4);
    }
    uint32_t c = 0;
    if (!is_hex(peek(p, 0))) return parse_fail(p, NO_DIGITS, p->at);
    for (int i = 0; i < 2 && is_hex(peek(p, 0)); i++) c = c << 4 | hex_value(p->text[p->at++]);
    return c;
}

static uint32_t parse_braced_octal(Parser *p)
{
    if (peek(p, 0) != '{') return parse_fail(p, "missing opening brace after \\o", p->at);
    p->at++;
    skip_blanks(p, &p->at);
    return braced_number(p, 3);
}

static uint32_t parse_octal(Parser *p)
{
    uint32_t c = 0;
    for (int i = 0; i < 3 && is_octal(peek(p, 0)); i++) c = c << 3 | (uint32_t) (p->text[p->at++] - '0');
    if (c > 0xFF && !(p->flags & RE_UTF))
        return parse_fail(p, "octal value is greater than \\377 in 8-bit non-UTF-8 mode", p->at);
    return c;
}

static uint32_t parse_control(Parser *p)
{
    int c = peek(p, 0);
    if (c < 0) return parse_fail(p, "\\c at end of pattern", p->at);
    if (c < ' ' || c > '~')
        return parse_fail(p, "\\c must be followed by a printable ASCII character", char_end(p, p->at));
    p->at++;
    if (c >= 'a' && c <= 'z') c -= 0x20;
    return (uint32_t) c ^ 0x40;
}

// \N is no newline, \N{3} three of them, \N{U+41} a character.
static enum escape parse_n(Parser *p, bool in_class, uint32_t *value)
{
    if (peek(p, 0) == '{' && !is_counted_repeat(p, p->at)) {
        p->at++;
        size_t at = p->at;
        skip_blanks(p, &at);
        if (at + 1 >= p->size || p->text[at] != 'U' || p->text[at + 1] != '+') {
            parse_fail(p, UNSUPPORTED_ESCAPE, p->at);
            return ESCAPE_CHAR;
        }
        p->at = at + 2;
        if (p->flags & RE_UTF) {
            *value = braced_number(p, 4);
        } else {
            while (is_hex(peek(p, 0))) p->at++;
            skip_blanks(p, &p->at);
            parse_fail(p, "\\N{U+dddd} is supported only in Unicode (UTF) mode", p->at + (peek(p, 0) == '}'));
        }
        return ESCAPE_CHAR;
    }
    uint32_t min, max;
    Parser counts = *p; // errors in the quantifier are seen from here
    if (peek(p, 0) == '{') parse_counts2(&counts, &min, &max);
    if (counts.failed && !p->failed) parse_fail(p, p->error->text, p->at);
    if (in_class) parse_fail(p, "\\N is not supported in a class", p->at);
    return ESCAPE_NOT_NEWLINE;
}

// ---- numbers and names of groups ----

GroupNumber read_group_number(const Parser *p, size_t *at)
{
    GroupNumber result = { .found = false };
    size_t i = *at;
    uint32_t captures = p->tree->captures, n = 0;
    int sign = i < p->size && (p->text[i] == '+' || p->text[i] == '-') ? p->text[i++] : 0;
    if (i >= p->size || !is_digit(p->text[i])) return result;
    for (; i < p->size && is_digit(p->text[i]); i++) n = n > GROUP_MAX ? n : n * 10 + (uint32_t) (p->text[i] - '0');
    *at = i;
    result.found = true;
    if (n > GROUP_MAX || (sign == '+' && n + captures > GROUP_MAX)) result.error = "subpattern number is too big";
    else if (sign != 0 && n == 0) result.error = "a relative value of zero is not allowed";
    else if (sign == '-' && n > captures) result.error = NOT_A_GROUP;
    result.group = sign == '-' ? captures - n + 1 : sign == '+' ? captures + n : n;
    return result;
}

static bool is_name_char(const Parser *p, size_t at, bool first)
{
    uint32_t c = at < p->size ? p->text[at] : 0;
    if (c < 0x80 || !(p->flags & RE_UTF)) return is_word_byte((int) c) && !(first && is_digit((int) c));
    utf8_decode(p->text + at, p->size - at, &c);
    enum unicode_category category = unicode_category(c);
    if (category == UNICODE_Nd) return !first;
    return category >= UNICODE_Ll && category <= UNICODE_Lu;
}

// A name from p->at on, *at and the size; blanks around it when a brace closes it. p->at is left behind it and its
// terminator; 0 for none.
size_t read_name(Parser *p, int terminator, size_t *at)
{
    if (terminator == '}') skip_blanks(p, &p->at);
    *at = p->at;
    if (!is_name_char(p, p->at, true)) {
        if (is_name_char(p, p->at, false))
            return parse_fail(p, "subpattern name must start with a non-digit", char_end(p, p->at));
        return parse_fail(p, NAME_EXPECTED, p->at);
    }
    while (is_name_char(p, p->at, false)) p->at = char_end(p, p->at);
    size_t size = p->at - *at;
    if (size > NAME_BYTES_MAX) return parse_fail(p, "subpattern name is too long (maximum 128 code units)", p->at);
    if (terminator == '}') skip_blanks(p, &p->at);
    if (terminator == 0) return size;
    if (peek(p, 0) != terminator) return parse_fail(p, "syntax error in subpattern name (missing terminator?)", p->at);
    p->at++;
    return size;
}

static uint32_t decimal(Parser *p)
{
    uint32_t n = 0;
    for (; is_digit(peek(p, 0)); p->at++) {
        if (n <= GROUP_MAX) n = n * 10 + (uint32_t) (p->text[p->at] - '0');
    }
    return n;
}

// A back reference when it is below 10, begins with 8 or 9, or there are so many groups already; otherwise octal.
static enum escape parse_digit(Parser *p, bool in_class, uint32_t *value)
{
    size_t start = p->at;
    if (!in_class && p->text[start] != '0') {
        uint32_t n = decimal(p);
        if (n < 10 || p->text[start] >= '8' || n <= p->tree->captures) {
            if (n > GROUP_MAX) parse_fail(p, "subpattern number is too big", p->at);
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

// \g1, \g-1, \g{1}; names and calls are left to the caller. Errors within a brace stand in front of it.
static enum escape parse_g(Parser *p, uint32_t *value)
{
    int open = peek(p, 0);
    *value = 'g';
    if (open == '<' || open == '\'') return ESCAPE_K;
    size_t at = p->at + (open == '{');
    if (open == '{') skip_blanks(p, &at);
    GroupNumber n = read_group_number(p, &at);
    if (!n.found) {
        if (open != '{') {
            parse_fail(p, PARSE_G_ERROR, p->at);
            return ESCAPE_BACKREF;
        }
        return ESCAPE_K;
    }
    if (n.error) {
        parse_fail(p, n.error, open == '{' ? p->at : at);
        return ESCAPE_BACKREF;
    }
    if (open == '{') {
        skip_blanks(p, &at);
        if (at >= p->size || p->text[at] != '}') {
            parse_fail(p, "syntax error in subpattern number (missing terminator?)", at);
            return ESCAPE_BACKREF;
        }
        at++;
    }
    p->at = at;
    if (n.group == 0) parse_fail(p, NOT_A_GROUP, p->at);
    *value = n.group;
    return ESCAPE_BACKREF;
}

// ---- all of them ----

static enum escape parse_letter(Parser *p, bool in_class, int c, uint32_t *value)
{
    enum escape plain = escape_letter(in_class, c, value);
    if (plain != ESCAPE_NONE) return plain;
    switch (c) {
    case 'c': return escape_char(value, parse_control(p));
    case 'o': return escape_char(value, parse_braced_octal(p));
    case 'x': return escape_char(value, parse_hex(p));
    case 'N': return parse_n(p, in_class, value);
    case 'g': return in_class ? escape_char(value, 'g') : parse_g(p, value);
    case 'k': return in_class ? escape_char(value, 'k') : escape_char(value, 'k') + (ESCAPE_K - ESCAPE_CHAR);
    case 'F':
    case 'L':
    case 'l':
    case 'U':
    case 'u': parse_fail(p, UNSUPPORTED_ESCAPE, p->at); return ESCAPE_CHAR;
    }
    if (!strchr("ABCGKRXZz", c)) {
        parse_fail(p, "unrecognized character follows \\", p->at);
        return ESCAPE_CHAR;
    }
    if (in_class) {
        parse_fail(p, "escape sequence is invalid in character class", p->at);
        return ESCAPE_CHAR;
    }
    switch (c) {
    case 'A': return escape_assertion(value, ASSERT_START);
    case 'B': return escape_assertion(value, ASSERT_NOT_WORD);
    case 'C': return ESCAPE_BYTE;
    case 'G': return escape_assertion(value, ASSERT_FIRST);
    case 'K': return ESCAPE_KEEP;
    case 'R': return ESCAPE_LINE_END;
    case 'X': return ESCAPE_GRAPHEME;
    case 'Z': return escape_assertion(value, ASSERT_END_OR_NEWLINE);
    default: return escape_assertion(value, ASSERT_END);
    }
}

enum escape parse_escape2(Parser *p, bool in_class, uint32_t *value)
{
    int c = peek(p, 1);
    p->at++;
    if (c < 0) {
        parse_fail(p, "\\ at end of pattern", p->at);
        return ESCAPE_CHAR;
    }
    if (is_digit(c)) return parse_digit(p, in_class, value);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        p->at++;
        return parse_letter(p, in_class, c, value);
    }
    uint32_t code_point = (uint32_t) c;
    if (c >= 0x80 && (p->flags & RE_UTF)) utf8_decode(p->text + p->at, p->size - p->at, &code_point);
    p->at = char_end(p, p->at);
    return escape_char(value, code_point);
}

// ---- properties ----

static bool is_text(const uint8_t *name, size_t size, const char *text)
{
    return strlen(text) == size && memcmp(name, text, size) == 0;
}

// The name in small letters, without what separates its words, and without sc: or scx: in front.
static bool property_by_loose_name(const uint8_t *name, size_t size, ClassItem *item)
{
    static const char *const exact[] = { "any\0Any", "lc\0L&", "l&\0L&", "xan\0Xan", "xps\0Xps", "xsp\0Xsp", "xuc\0Xuc", "xwd\0Xwd" };
    uint8_t category[2] = { size > 0 ? char_other_case(name[0]) : 0, size > 1 ? name[1] : 0 };
    *item = (ClassItem) { .type = ITEM_SCRIPT };
    size_t prefix = 0;
    while (prefix < size && name[prefix] != ':' && name[prefix] != '=') prefix++;
    if (prefix < size) {
        bool script = is_text(name, prefix, "sc") || is_text(name, prefix, "script") || is_text(name, prefix, "scx")
            || is_text(name, prefix, "scriptextensions");
        return script && unicode_script_by_loose_name(name + prefix + 1, size - prefix - 1, &item->low);
    }
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
        const char *known = exact[i] + strlen(exact[i]) + 1;
        if (is_text(name, size, exact[i])) return property_by_name((const uint8_t *) known, strlen(known), item);
    }
    if ((size == 1 || size == 2) && property_by_name(category, size, item)) return true;
    if (is_text(name, size, "ascii")) {
        *item = (ClassItem) { .type = ITEM_RANGE, .high = 0x7F };
        return true;
    }
    *item = (ClassItem) { .type = ITEM_SCRIPT };
    return unicode_script_by_loose_name(name, size, &item->low);
}

bool parse_property2(Parser *p, bool negated, ClassItem *item)
{
    uint8_t name[PROPERTY_BYTES_MAX];
    size_t size = 0;
    int c = peek(p, 0);
    if (c == '{') {
        for (p->at++; (c = peek(p, 0)) != '}'; p->at++) {
            if (c == '_' || c == '-' || (c > 0 && char_is_type((uint32_t) c, TYPE_SPACE))) continue;
            if (c == '^' && size == 0) {
                negated = !negated;
                continue;
            }
            bool strange = c >= 0x80 || (c >= '!' && c <= '%') || (c >= '{' && c <= '~');
            if (c <= 0 || strange || size == PROPERTY_BYTES_MAX)
                return parse_fail(p, MALFORMED_PROPERTY, strange && size < PROPERTY_BYTES_MAX ? char_end(p, p->at) : p->at);
            name[size++] = c >= 'A' && c <= 'Z' ? (uint8_t) (c + 0x20) : (uint8_t) c;
        }
        p->at++;
    } else if (c >= 0 && c < 0x80 && is_letter(c)) {
        name[size++] = (uint8_t) (c | 0x20);
        p->at++;
    } else {
        return parse_fail(p, MALFORMED_PROPERTY, char_end(p, p->at));
    }
    if (!property_by_loose_name(name, size, item)) return parse_fail(p, "unknown property after \\P or \\p", p->at);
    // Letters in one case only are letters in any when case does not count.
    static const uint8_t cases[] = "LuLlLt";
    for (size_t i = 0; i < 6 && (p->flags & RE_CASELESS) && item->type == ITEM_CATEGORIES; i += 2) {
        ClassItem one;
        if (!property_by_name(cases + i, 2, &one) || one.low != item->low) continue;
        property_by_name((const uint8_t *) "L&", 2, item);
        break;
    }
    item->negated = negated;
    return true;
}
