// The tree of nodes of a regular expression in the making: nodes, branches, names, references. See regex_parse.h.
#include "regex_parse.h"

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

uint32_t node_new(Parser *p, enum node_type type)
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

uint32_t node_value(Parser *p, enum node_type type, uint32_t value)
{
    uint32_t n = node_new(p, type);
    if (n) p->tree->nodes[n].value = value;
    return n;
}

uint32_t node_mode(Parser *p, enum node_type type, unsigned mode)
{
    uint32_t n = node_new(p, type);
    if (n) p->tree->nodes[n].mode = (uint8_t) mode;
    return n;
}

// ---- branches in the making ----

void parse_branches(Parser *p, uint32_t owner, bool reset, uint32_t (*parse)(Parser *))
{
    uint32_t first_group = p->tree->captures, most = first_group, last = 0;
    for (;;) {
        uint32_t branch = parse(p);
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

Branch branch_start(Parser *p) { return (Branch) { .node = node_new(p, NODE_BRANCH) }; }

void branch_add(Parser *p, Branch *b, uint32_t item, bool repeatable)
{
    if (p->failed) return;
    if (b->last) node_at(p, b->last)->next = item;
    else node_at(p, b->node)->first = item;
    b->last = item;
    b->repeatable = repeatable;
}

// Letters that have a case on the other side of ASCII's end, each with its own other case on this side.
static bool add_restricted_char(Parser *p, Branch *b, uint32_t code_point)
{
    uint32_t flags = RE_CASELESS | RE_RESTRICTED | RE_UTF;
    if ((p->flags & flags) != flags) return false;
    uint32_t lower = code_point | 0x20;
    if (code_point != 0x212A && code_point != 0x17F && lower != 'k' && lower != 's') return false;
    class_begin(&p->tree->classes);
    class_add_range(&p->tree->classes, code_point, code_point, p->flags);
    branch_add(p, b, node_value(p, NODE_CLASS, class_end(&p->tree->classes, false, true)), true);
    return true;
}

// Bytes that are characters of Unicode (PCRE2): the cases of Latin-1 are those of Unicode then.
static bool add_cased_byte(Parser *p, Branch *b, uint32_t byte)
{
    uint32_t flags = RE_CASELESS | RE_UCP;
    if (!regex_is_pcre2 || byte < 0x80 || (p->flags & (flags | RE_UTF)) != flags) return false;
    class_begin(&p->tree->classes);
    class_add_range(&p->tree->classes, byte, byte, p->flags);
    branch_add(p, b, node_value(p, NODE_CLASS, class_end(&p->tree->classes, false, false)), true);
    return true;
}

void branch_add_char(Parser *p, Branch *b, uint32_t code_point)
{
    if (add_cased_byte(p, b, code_point)) return;
    if (add_restricted_char(p, b, code_point)) return;
    uint32_t n = node_value(p, NODE_CHAR, code_point);
    if (p->failed) return;
    if (code_point == '\r' || code_point == '\n') p->tree->has_cr_or_lf = true;
    node_at(p, n)->caseless = (p->flags & RE_CASELESS) != 0;
    branch_add(p, b, n, true);
}

// The type by ASCII alone: PCRE takes the least number of a repeated \d, \s or \w in UTF-8 by this, and the others, as
// well as a single one, by Latin-1.
static uint32_t ascii_class(ClassSet *set, enum char_type type, bool negated)
{
    class_begin(set);
    for (uint32_t c = 0; c < 0x80; c++) {
        if (char_is_type(c, type)) class_add_range(set, c, c, 0);
    }
    return class_end(set, negated, true);
}

uint32_t type_flags(const Parser *p, enum char_type type)
{
    uint32_t ascii = type == TYPE_DIGIT ? RE_ASCII_DIGIT : type == TYPE_SPACE ? RE_ASCII_SPACE : RE_ASCII_WORD;
    bool restricted = type == TYPE_DIGIT || type == TYPE_SPACE || type == TYPE_WORD;
    return restricted && (p->flags & ascii) ? p->flags & ~(uint32_t) RE_UCP : p->flags;
}

void branch_add_type(Parser *p, Branch *b, enum char_type type, bool negated)
{
    ClassSet *set = &p->tree->classes;
    class_begin(set);
    class_add_type(set, type, false, type_flags(p, type));
    uint32_t n = node_value(p, NODE_CLASS, class_end(set, negated, p->flags & RE_UTF));
    branch_add(p, b, n, true);
    bool has_quirk = type == TYPE_DIGIT || type == TYPE_SPACE || type == TYPE_WORD;
    if (has_quirk && !regex_is_pcre2 && (p->flags & (RE_UTF | RE_UCP)) == RE_UTF && !p->failed)
        node_at(p, n)->min = ascii_class(set, type, negated);
}

// ---- names ----

// Word bytes from p->at on.
size_t parse_name(Parser *p)
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
void name_group(Parser *p, size_t at, size_t size, uint32_t group, size_t end)
{
    RegexTree *t = p->tree;
    for (uint32_t i = 0; i < t->name_count; i++) {
        bool alike = compare_names(p->text + t->names[i].at, t->names[i].size, p->text + at, size) == 0;
        bool one_group = t->names[i].group == group;
        if (alike && one_group) return;
        if (alike && !(p->flags & RE_DUPNAMES)) parse_fail(p, regex_is_pcre2 ? "two named subpatterns have the same name (PCRE2_DUPNAMES not set)"
                                                                              : "two named subpatterns have the same name", end);
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
uint32_t parse_named_reference(Parser *p, enum node_type type, int terminator)
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

uint32_t parse_number(Parser *p)
{
    uint64_t n = 0;
    while (is_digit(peek(p, 0)) && n <= INT32_MAX) n = n * 10 + (uint32_t) (p->text[p->at++] - '0');
    if (n <= INT32_MAX) return (uint32_t) n;
    while (is_digit(peek(p, 0))) p->at++;
    return parse_fail(p, "number is too big", p->at);
}

// The group that a number with a sign ('+', '-' or 0) means here.
uint32_t relative_group(Parser *p, uint32_t number, int sign, size_t at)
{
    if (sign == 0) return number;
    if (number == 0) return parse_fail(p, "a numbered reference must not be zero", at);
    if (sign == '+') return p->tree->captures + number;
    if (number > p->tree->captures) return parse_fail(p, NOT_A_GROUP, at);
    return p->tree->captures - number + 1;
}

uint32_t call_node(Parser *p, uint32_t group, size_t at)
{
    uint32_t n = node_value(p, NODE_CALL, group);
    if (n) node_at(p, n)->at = (uint32_t) at;
    p->tree->calls = true;
    return n;
}

// (?1), (?+1), \g<1>: from the sign or digit on.
uint32_t parse_numbered_call(Parser *p, int terminator)
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
