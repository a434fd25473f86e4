// Character classes of regular expressions. See regex_node.h.
//
// Below 256 a character's type is that of Latin-1, of ASCII since OTP 28 (PCRE2), also in UTF-8 patterns, unless the
// pattern asks for Unicode properties.
#include "regex_node.h"
#include "regex_unicode.h"

#define CATEGORY(name) (1u << UNICODE_##name)
enum {
    LETTERS = CATEGORY(Ll) | CATEGORY(Lm) | CATEGORY(Lo) | CATEGORY(Lt) | CATEGORY(Lu),
    NUMBERS = CATEGORY(Nd) | CATEGORY(Nl) | CATEGORY(No),
    CASED = CATEGORY(Ll) | CATEGORY(Lt) | CATEGORY(Lu),
    SEPARATORS = CATEGORY(Zl) | CATEGORY(Zp) | CATEGORY(Zs),
};
#define PUNCTUATION (CATEGORY(Pc) | CATEGORY(Pd) | CATEGORY(Pe) | CATEGORY(Pf) | CATEGORY(Pi) | CATEGORY(Po) | CATEGORY(Ps))
#define SYMBOLS (CATEGORY(Sc) | CATEGORY(Sk) | CATEGORY(Sm) | CATEGORY(So))
#define OTHERS (CATEGORY(Cc) | CATEGORY(Cf) | CATEGORY(Cn) | CATEGORY(Co) | CATEGORY(Cs))
#define MARKS (CATEGORY(Mc) | CATEGORY(Me) | CATEGORY(Mn))

// ---- Latin-1 ----

bool regex_is_pcre2;

static bool is_latin1(uint32_t c) { return c >= 0x80 && !regex_is_pcre2; }
static bool is_upper(uint32_t c) { return (c >= 'A' && c <= 'Z') || (is_latin1(c) && c >= 0xC0 && c <= 0xDE && c != 0xD7); }
static bool is_lower(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (is_latin1(c) && ((c >= 0xDF && c != 0xF7) || c == 0xAA || c == 0xB5 || c == 0xBA));
}
static bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }
static bool is_alnum(uint32_t c) { return is_upper(c) || is_lower(c) || is_digit(c); }
static bool is_print(uint32_t c) { return (c >= ' ' && c <= '~') || (is_latin1(c) && c >= 0xA0); }

bool char_is_type(uint32_t c, enum char_type type)
{
    switch (type) {
    case TYPE_ALPHA: return is_upper(c) || is_lower(c);
    case TYPE_LOWER: return is_lower(c);
    case TYPE_UPPER: return is_upper(c);
    case TYPE_ALNUM: return is_alnum(c);
    case TYPE_ASCII: return c < 0x80 || !regex_is_pcre2; // PCRE makes it of what is printed and what controls
    case TYPE_BLANK: return c == ' ' || c == '\t';
    case TYPE_CNTRL: return c < ' ' || c == 0x7F || (is_latin1(c) && c < 0xA0);
    case TYPE_DIGIT: return is_digit(c);
    case TYPE_GRAPH: return is_print(c) && c != ' ';
    case TYPE_PRINT: return is_print(c);
    case TYPE_PUNCT: return is_print(c) && c != ' ' && !is_alnum(c);
    case TYPE_SPACE: return c == ' ' || (c >= '\t' && c <= '\r');
    case TYPE_WORD: return is_alnum(c) || c == '_';
    case TYPE_XDIGIT: return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
    case TYPE_HORIZONTAL: return c == ' ' || c == '\t' || c == 0xA0;
    case TYPE_VERTICAL: return (c >= '\n' && c <= '\r') || c == 0x85;
    default: return false;
    }
}

uint8_t char_other_case(uint8_t c)
{
    if (is_upper(c)) return c + 0x20;
    if (is_lower(c) && (is_upper(c - 0x20u))) return c - 0x20;
    return c;
}

// ---- properties ----

static uint32_t categories_of(char first)
{
    switch (first) {
    case 'C': return OTHERS;
    case 'L': return LETTERS;
    case 'M': return MARKS;
    case 'N': return NUMBERS;
    case 'P': return PUNCTUATION;
    case 'S': return SYMBOLS;
    case 'Z': return SEPARATORS;
    default: return 0;
    }
}

static bool is_name(const uint8_t *name, size_t size, const char *text)
{
    return strlen(text) == size && memcmp(name, text, size) == 0;
}

bool property_by_name(const uint8_t *name, size_t size, ClassItem *item)
{
    *item = (ClassItem) { .type = ITEM_CATEGORIES };
    if (size == 1 && (item->low = categories_of((char) *name)) != 0) return true;
    if (is_name(name, size, "L&")) {
        item->low = CASED;
        return true;
    }
    if (size == 2) {
        for (uint32_t i = 0; i < UNICODE_CATEGORIES; i++) {
            if (memcmp(name, unicode_category_names[i], 2) != 0) continue;
            item->low = 1u << i;
            return true;
        }
    }
    static const struct {
        const char *name;
        uint8_t type;
        uint32_t categories;
    } special[] = {
        { "Any", ITEM_ANY, 0 },     { "Xan", ITEM_CATEGORIES, LETTERS | NUMBERS }, { "Xps", ITEM_XSPACE, 0 },
        { "Xsp", ITEM_XSPACE, 0 },  { "Xwd", ITEM_XWORD, 0 },                      { "Xuc", ITEM_XNAME, 0 },
    };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        if (!is_name(name, size, special[i].name)) continue;
        item->type = special[i].type;
        item->low = special[i].categories;
        return true;
    }
    item->type = ITEM_SCRIPT;
    return unicode_script_by_name(name, size, &item->low) && item->low != 0;
}

static bool is_space_of_unicode(uint32_t c)
{
    return (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x180E || (1u << unicode_category(c) & SEPARATORS);
}

// \p{Xgraph} and \p{Xprint} of [:graph:] and [:print:] with RE_UCP.
static bool is_graph_of_unicode(uint32_t c)
{
    uint32_t category = 1u << unicode_category(c);
    if (category & SEPARATORS) return false;
    if (!(category & OTHERS)) return true;
    return (category & CATEGORY(Cf)) && c != 0x061C && c != 0x180E && (c < 0x2066 || c > 0x2069);
}

static bool is_print_of_unicode(uint32_t c)
{
    return is_graph_of_unicode(c) || unicode_category(c) == UNICODE_Zs || (regex_is_pcre2 && c == 0x180E);
}

static bool is_punct_of_unicode(uint32_t c)
{
    uint32_t category = 1u << unicode_category(c);
    return (category & PUNCTUATION) || (c < 0x80 && (category & SYMBOLS));
}

// PCRE2 adds marks and connectors to letters and numbers.
static bool is_word_of_unicode(uint32_t c)
{
    uint32_t category = 1u << unicode_category(c), more = regex_is_pcre2 ? CATEGORY(Mn) | CATEGORY(Pc) : 0;
    return c == '_' || (category & (LETTERS | NUMBERS | more));
}

static bool item_has(const ClassItem *item, uint32_t c)
{
    switch ((enum class_item) item->type) {
    case ITEM_RANGE: return c >= item->low && c <= item->high;
    case ITEM_ANY: return true;
    case ITEM_CATEGORIES: return item->low >> unicode_category(c) & 1;
    case ITEM_SCRIPT: return unicode_script(c) == item->low;
    case ITEM_XSPACE: return is_space_of_unicode(c);
    case ITEM_XWORD: return is_word_of_unicode(c);
    case ITEM_XNAME: return c == '$' || c == '@' || c == '`' || (c >= 0xA0 && c <= 0xD7FF) || c >= 0xE000;
    case ITEM_GRAPH: return is_graph_of_unicode(c);
    case ITEM_PRINT: return is_print_of_unicode(c);
    case ITEM_PUNCT: return is_punct_of_unicode(c);
    }
    return false;
}

bool class_has(const RegexClass *c, const ClassItem *items, uint32_t code_point)
{
    if (code_point < 256) return in_map(c->map, code_point);
    const ClassItem *item = items + c->first_item;
    for (uint32_t i = 0; i < c->item_count; i++, item++) {
        if (item_has(item, code_point) != item->negated) return !c->negated;
    }
    return c->negated;
}

bool char_is_word(uint32_t code_point, bool ucp)
{
    static const ClassItem word = { .type = ITEM_XWORD };
    if (ucp) return item_has(&word, code_point);
    return code_point < 256 && char_is_type(code_point, TYPE_WORD);
}

// ---- making ----

void class_set_free(ClassSet *set)
{
    vm_mfree(set->classes, set->class_capacity * sizeof *set->classes);
    vm_mfree(set->items, set->item_capacity * sizeof *set->items);
}

static bool set_grow(ClassSet *set, void **array, uint32_t *capacity, size_t unit)
{
    uint32_t more = *capacity ? *capacity * 2 : 8;
    void *grown = vm_realloc(*array, *capacity * unit, more * unit);
    if (!grown) {
        set->memory_out = true;
        return false;
    }
    *array = grown;
    *capacity = more;
    return true;
}

void class_begin(ClassSet *set)
{
    if (set->class_count == set->class_capacity
        && !set_grow(set, (void **) &set->classes, &set->class_capacity, sizeof *set->classes))
        return;
    set->classes[set->class_count++] = (RegexClass) { .first_item = set->item_count };
}

static void add_item(ClassSet *set, ClassItem item)
{
    if (set->memory_out) return;
    if (set->item_count == set->item_capacity
        && !set_grow(set, (void **) &set->items, &set->item_capacity, sizeof *set->items))
        return;
    set->items[set->item_count++] = item;
    set->classes[set->class_count - 1].item_count++;
}

static void map_add(ClassSet *set, uint32_t byte)
{
    if (!set->memory_out) set->classes[set->class_count - 1].map[byte >> 3] |= (uint8_t) (1 << (byte & 7));
}

static void add_plain_range(ClassSet *set, uint32_t low, uint32_t high)
{
    for (uint32_t c = low; c <= high && c < 256; c++) map_add(set, c);
    if (high < 256) return;
    if (low < 256) low = 256;
    RegexClass *class = set->memory_out ? NULL : &set->classes[set->class_count - 1];
    ClassItem *last = class && class->item_count > 0 ? &set->items[set->item_count - 1] : NULL;
    bool all = last && last->low == 256 && last->high == 0x10FFFF; // see class_forget_wide
    if (last && !all && last->type == ITEM_RANGE && low >= last->low && low <= last->high + 1) {
        if (high > last->high) last->high = high;
        return;
    }
    add_item(set, (ClassItem) { .type = ITEM_RANGE, .low = low, .high = high });
}

void class_add_range(ClassSet *set, uint32_t low, uint32_t high, uint32_t flags)
{
    add_plain_range(set, low, high);
    if (!(flags & RE_CASELESS)) return;
    for (uint32_t c = low; c <= high && !(flags & RE_UTF); c++) {
        map_add(set, char_other_case((uint8_t) c));
        uint32_t other = regex_is_pcre2 && (flags & RE_UCP) && c >= 0x80 ? unicode_next_case(c) : c;
        if (other >= 0x80 && other < 0x100) map_add(set, other);
    }
    // No character beyond the last with two cases has any.
    for (uint32_t c = low; c <= high && c <= 0x1E943 && (flags & RE_UTF); c++) {
        for (uint32_t other = unicode_next_case(c); other != c; other = unicode_next_case(other)) {
            if ((flags & RE_RESTRICTED) && (c < 0x80) != (other < 0x80)) continue;
            if (other < low || other > high) add_plain_range(set, other, other);
        }
    }
}

void class_add_property(ClassSet *set, ClassItem item)
{
    for (uint32_t c = 0; c < 256; c++) {
        if (item_has(&item, c) != item.negated) map_add(set, c);
    }
    add_item(set, item);
}

static bool unicode_item(enum char_type type, ClassItem *item)
{
    *item = (ClassItem) { .type = ITEM_CATEGORIES };
    switch (type) {
    case TYPE_ALPHA: item->low = LETTERS; return true;
    case TYPE_LOWER: item->low = CATEGORY(Ll); return true;
    case TYPE_UPPER: item->low = CATEGORY(Lu); return true;
    case TYPE_ALNUM: item->low = LETTERS | NUMBERS; return true;
    case TYPE_DIGIT: item->low = CATEGORY(Nd); return true;
    case TYPE_SPACE: item->type = ITEM_XSPACE; return true;
    case TYPE_WORD: item->type = ITEM_XWORD; return true;
    case TYPE_GRAPH: item->type = ITEM_GRAPH; return true;
    case TYPE_PRINT: item->type = ITEM_PRINT; return true;
    case TYPE_PUNCT: item->type = ITEM_PUNCT; return true;
    case TYPE_CNTRL: item->low = CATEGORY(Cc); return regex_is_pcre2;
    default: return false;
    }
}

// The ranges, or what is beyond Latin-1 and not in them.
static void add_wide_ranges(ClassSet *set, const uint32_t *ends, size_t count, bool negated)
{
    uint32_t next = 256;
    for (size_t i = 0; i < count; i += 2) {
        if (!negated) add_item(set, (ClassItem) { .type = ITEM_RANGE, .low = ends[i], .high = ends[i + 1] });
        else add_item(set, (ClassItem) { .type = ITEM_RANGE, .low = next, .high = ends[i] - 1 });
        next = ends[i + 1] + 1;
    }
    if (negated) add_item(set, (ClassItem) { .type = ITEM_RANGE, .low = next, .high = 0x10FFFF });
}

// The full-width ones of [:xdigit:].
static void add_wide_digits(ClassSet *set, bool negated)
{
    static const uint32_t digits[] = { 0xFF10, 0xFF19, 0xFF21, 0xFF26, 0xFF41, 0xFF46 };
    add_wide_ranges(set, digits, sizeof digits / sizeof *digits, negated);
}

// The others of \h and \v.
static void add_wide_spaces(ClassSet *set, enum char_type type, bool negated)
{
    static const uint32_t horizontal[] = { 0x1680, 0x1680, 0x180E, 0x180E, 0x2000, 0x200A, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000 };
    static const uint32_t vertical[] = { 0x2028, 0x2029 };
    if (type == TYPE_HORIZONTAL) add_wide_ranges(set, horizontal, sizeof horizontal / sizeof *horizontal, negated);
    else add_wide_ranges(set, vertical, 2, negated);
}

void class_add_type(ClassSet *set, enum char_type type, bool negated, uint32_t flags)
{
    ClassItem item;
    if ((flags & RE_UCP) && unicode_item(type, &item)) {
        item.negated = negated;
        class_add_property(set, item);
        return;
    }
    for (uint32_t c = 0; c < 256; c++) {
        if (char_is_type(c, type) != negated) map_add(set, c);
    }
    if (type == TYPE_XDIGIT && regex_is_pcre2 && (flags & RE_UCP)) add_wide_digits(set, negated);
    else if (type == TYPE_HORIZONTAL || type == TYPE_VERTICAL) add_wide_spaces(set, type, negated);
    else if (negated) add_item(set, (ClassItem) { .type = ITEM_RANGE, .low = 256, .high = 0x10FFFF });
}

void class_forget_wide(ClassSet *set)
{
    if (set->memory_out) return;
    const RegexClass *c = &set->classes[set->class_count - 1];
    bool properties = false;
    ClassItem *items = set->items + c->first_item;
    for (uint32_t i = 0; i < c->item_count; i++) properties |= items[i].type != ITEM_RANGE;
    for (uint32_t i = 0; i < c->item_count && properties; i++) {
        if (items[i].type == ITEM_RANGE && items[i].low == 256 && items[i].high == 0x10FFFF) items[i].low = UINT32_MAX;
    }
}

uint32_t class_end(ClassSet *set, bool negated, bool utf)
{
    if (set->memory_out) return 0;
    RegexClass *c = &set->classes[set->class_count - 1];
    c->negated = negated;
    for (size_t i = 0; i < sizeof c->map && negated; i++) c->map[i] = (uint8_t) ~c->map[i];
    if (!utf) {
        set->item_count -= c->item_count;
        c->item_count = 0;
    }
    return set->class_count - 1;
}

uint32_t class_of_char(ClassSet *set, uint32_t code_point, uint32_t flags)
{
    class_begin(set);
    class_add_range(set, code_point, code_point, flags | RE_CASELESS);
    return class_end(set, false, (flags & RE_UTF) != 0);
}
