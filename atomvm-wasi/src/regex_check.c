// What is checked of a regular expression when all its groups are known, and what PCRE finds only then: references to
// groups that are not there, calls that never end, look-behinds of no known length. See regex_parse.h.
#include "regex_parse.h"

// Groups that call each other can make these questions arbitrarily hard: after so many nodes the answer is the safe one.
enum { WORK_MAX = 20000000, LOOKBEHIND_VARIABLE_MAX = 255 };

// ---- what may be empty ----

// Whether a node may match nothing, as far as that is easily seen.
static bool branches_may_be_empty(RegexTree *t, uint32_t first, unsigned calls);

static uint32_t group_node(RegexTree *t, uint32_t group)
{
    uint32_t n = 1;
    while (n < t->count && (t->nodes[n].type != NODE_GROUP || t->nodes[n].value != group)) n++;
    t->work += n / 16;
    return n < t->count ? n : 0;
}

static bool may_be_empty(RegexTree *t, uint32_t node, unsigned calls)
{
    const Node *n = &t->nodes[node];
    if (++t->work > WORK_MAX) return true;
    switch ((enum node_type) n->type) {
    case NODE_GROUP: return branches_may_be_empty(t, n->first, calls);
    case NODE_CONDITION:
        return n->mode == CONDITION_DEFINE || t->nodes[n->first].next == 0 || branches_may_be_empty(t, n->first, calls);
    case NODE_REPEAT: return n->min == 0 || may_be_empty(t, n->first, calls);
    case NODE_CALL: {
        uint32_t target = n->mode == 0 && n->value != 0 ? group_node(t, n->value) : 0;
        if (target == 0 || calls > 4 || t->nodes[target].at > n->at) return true; // or not closed yet
        return may_be_empty(t, target, calls + 1);
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

static bool items_may_be_empty(RegexTree *t, uint32_t item, unsigned calls)
{
    while (item && may_be_empty(t, item, calls)) item = t->nodes[item].next;
    return item == 0;
}

static bool branches_may_be_empty(RegexTree *t, uint32_t first, unsigned calls)
{
    for (uint32_t b = first; b; b = t->nodes[b].next) {
        if (items_may_be_empty(t, t->nodes[b].first, calls)) return true;
    }
    return false;
}

bool node_may_be_empty(RegexTree *t, uint32_t node) { return may_be_empty(t, node, 0); }

// ---- lengths ----

// How many characters items match, at least and at most. PCRE 8 wants them to be the same, branch for branch.
typedef struct Lengths {
    int min, max;
    bool accepted; // up to (*ACCEPT), where PCRE 8 takes the group to end
} Lengths;

// max; OF_BYTES: \C in UTF-8; OF_CALL: PCRE 8 looks into the groups that are called when it knows all of them
enum { LENGTH_UNLIMITED = -1, LENGTH_OF_BYTES = -2, LENGTH_OF_CALL = -3, LENGTH_MAX = 0xFFFFF };
static const Lengths unlimited = { .max = LENGTH_UNLIMITED }, nothing = { .max = 0 }, one_character = { .min = 1, .max = 1 };

static Lengths lengths_of(Parser *p, const Node *n, unsigned calls);
static Lengths lengths_of_items(Parser *p, uint32_t item, unsigned calls);

static Lengths lengths_of_branches(Parser *p, uint32_t first, unsigned calls)
{
    Lengths all = unlimited;
    for (uint32_t b = first; b; b = node_at(p, b)->next) {
        Lengths one = lengths_of_items(p, node_at(p, b)->first, calls);
        if (one.max < 0) return one;
        if (b == first) all = one;
        if (!regex_is_pcre2 && one.max != all.max) return unlimited;
        if (one.min < all.min) all.min = one.min;
        if (one.max > all.max) all.max = one.max;
        if (one.accepted) break;
    }
    all.accepted = false;
    return all;
}

// A condition without a second branch is nothing when it does not hold.
static Lengths lengths_of_condition(Parser *p, const Node *n, unsigned calls)
{
    if (n->mode == CONDITION_DEFINE) return nothing;
    Lengths l = lengths_of_branches(p, n->first, calls);
    if (l.max <= 0 || node_at(p, n->first)->next) return l;
    return regex_is_pcre2 ? (Lengths) { .max = l.max } : unlimited;
}

static Lengths lengths_of_repeat(Parser *p, const Node *n, unsigned calls)
{
    bool is_look = node_at(p, n->first)->type == NODE_LOOK;
    if (regex_is_pcre2) lengths_of(p, node_at(p, n->first), calls); // for what is wrong in it
    if (n->max == REPEAT_UNLIMITED || (n->min != n->max && !regex_is_pcre2)) return is_look ? nothing : unlimited;
    Lengths l = lengths_of(p, node_at(p, n->first), calls);
    if (l.max < 0) return l;
    if (l.max > 0 && n->max > LENGTH_MAX / (uint32_t) l.max) return unlimited;
    return (Lengths) { .min = l.min * (int) n->min, .max = l.max * (int) n->max };
}

// Of what a group matches that is called or referred to at a place; so that groups which call each other come to an
// end, not too deep.
static Lengths lengths_of_group(Parser *p, uint32_t group, uint32_t at, unsigned calls)
{
    if (group == 0) return unlimited; // the whole pattern
    uint32_t target = group_node(p->tree, group);
    if (target == 0 && regex_is_pcre2 && group > p->tree->captures) parse_fail(p, NOT_A_GROUP, at);
    const Node *n = node_at(p, target);
    if (target != 0 && n->min < at && at < n->at) return unlimited; // from within
    return target == 0 || calls > 8 ? unlimited : lengths_of_branches(p, node_at(p, target)->first, calls + 1);
}

// Whether several groups have this number: (?|(a)|(b)).
static bool is_shared(const RegexTree *t, uint32_t group)
{
    uint32_t found = 0;
    for (uint32_t n = 1; n < t->count; n++) found += t->nodes[n].type == NODE_GROUP && t->nodes[n].value == group;
    return found > 1;
}

static Lengths lengths_of_backref(Parser *p, const Node *n, unsigned calls)
{
    if (!regex_is_pcre2) return unlimited;
    if (n->mode == 0 && n->value > p->tree->captures) parse_fail(p, NOT_A_GROUP, n->at);
    if (n->mode == 0) return is_shared(p->tree, n->value) ? unlimited : lengths_of_group(p, n->value, n->max, calls);
    uint32_t count;
    const RegexName *found = names_find(p->tree->names, p->tree->name_count, p->text, p->text + n->value, n->min, &count);
    if (count == 0) parse_fail(p, NOT_A_GROUP, n->value);
    return count == 1 ? lengths_of_group(p, found->group, n->at, calls) : unlimited;
}

static void check_lookbehind(Parser *p, uint32_t look, uint32_t branch, unsigned calls);

static Lengths lengths_of_call(Parser *p, const Node *n, unsigned calls)
{
    if (n->mode == 0) return lengths_of_group(p, n->value, n->at, calls);
    uint32_t count;
    const RegexName *found = names_find(p->tree->names, p->tree->name_count, p->text, p->text + n->value, n->min, &count);
    if (count > 0) return lengths_of_group(p, found->group, n->at, calls);
    parse_fail(p, NOT_A_GROUP, n->value);
    return unlimited;
}

// Nothing; but PCRE2 asks a look-behind for its own lengths on the way.
static Lengths lengths_of_look(Parser *p, const Node *n, unsigned calls)
{
    uint32_t look = (uint32_t) (n - p->tree->nodes);
    for (uint32_t b = n->first; b && regex_is_pcre2 && (n->mode & LOOK_BEHIND); b = node_at(p, b)->next)
        check_lookbehind(p, look, b, calls);
    return nothing;
}

static Lengths lengths_of(Parser *p, const Node *n, unsigned calls)
{
    if (++p->tree->work > WORK_MAX) return unlimited;
    switch ((enum node_type) n->type) {
    case NODE_GROUP: return lengths_of_branches(p, n->first, calls);
    case NODE_CONDITION: return lengths_of_condition(p, n, calls);
    case NODE_REPEAT: return lengths_of_repeat(p, n, calls);
    case NODE_CALL:
        if (!regex_is_pcre2 && !p->all_known) return (Lengths) { .max = LENGTH_OF_CALL };
        return lengths_of_call(p, n, calls);
    case NODE_BACKREF: return lengths_of_backref(p, n, calls);
    case NODE_BYTE: return p->flags & RE_UTF ? (Lengths) { .max = LENGTH_OF_BYTES } : one_character;
    case NODE_CHAR:
    case NODE_CLASS:
    case NODE_ANY:
    case NODE_ALL: return one_character;
    case NODE_LINE_END: return regex_is_pcre2 ? (Lengths) { .min = 1, .max = 2 } : unlimited;
    case NODE_GRAPHEME: return unlimited;
    case NODE_LOOK: return lengths_of_look(p, n, calls);
    default: return nothing;
    }
}

static Lengths lengths_of_items(Parser *p, uint32_t item, unsigned calls)
{
    Lengths sum = nothing;
    for (; item; item = node_at(p, item)->next) {
        const Node *n = node_at(p, item);
        bool accepts = n->type == NODE_VERB && n->mode == VERB_ACCEPT;
        if (accepts || (regex_is_pcre2 && n->type == NODE_VERB && n->mode == VERB_FAIL)) {
            sum.accepted = !regex_is_pcre2;
            break;
        }
        Lengths one = lengths_of(p, n, calls);
        if (one.max < 0) return one;
        sum.min += one.min;
        sum.max += one.max;
        if (sum.max > LENGTH_MAX) return unlimited;
    }
    return sum;
}

// ---- the walk, in the order of the pattern ----

// The groups around a place, outermost first: their numbers, and from which on nothing has been matched yet.
typedef struct Enclosing {
    struct {
        uint32_t node, number; // UINT32_MAX: no group that can be called
    } groups[REGEX_NEST_MAX * 2 + 2];
    uint32_t depth, empty_from;
    uint32_t conditions; // around it: what is in one may end by that, so calls in it are not checked
    uint32_t looks;          // around it
    uint32_t last_reference; // in this branch: its place; 0 none
} Enclosing;

static void check_branches(Parser *p, uint32_t node, Enclosing *e);

// Where PCRE2 sees a reference.
static uint32_t reference_place(const Node *n) { return n->mode != 0 ? n->value : n->at; }

static void check_name(Parser *p, Node *n)
{
    uint32_t count;
    const RegexName *found = names_find(p->tree->names, p->tree->name_count, p->text, p->text + n->value, n->min, &count);
    if (count == 0) parse_fail(p, NOT_A_GROUP, regex_is_pcre2 ? n->value : n->at);
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
    if (p->failed || e->conditions > 0 || regex_is_pcre2) return; // PCRE2 finds out when it matches
    for (uint32_t i = e->empty_from; i < e->depth; i++) {
        if (e->groups[i].number == n->value) parse_fail(p, "recursive call could loop indefinitely", n->at);
    }
}

static bool is_define(const Parser *p, const Node *n)
{
    return n->mode == CONDITION_GROUP && !n->caseless && n->min == 6 && memcmp(p->text + n->value, "DEFINE", 6) == 0;
}

// What an unterminated name in (?(..) can be, once all names are known.
static void resolve_condition(Parser *p, uint32_t node)
{
    Node *n = node_at(p, node);
    const uint8_t *name = p->text + n->value;
    uint32_t count, place = n->at;
    if (n->mode >= CONDITION_LOOK) return;
    if (regex_is_pcre2) place = n->max == UINT32_MAX ? n->value : n->value + n->min - 2;
    if (!n->caseless && !(regex_is_pcre2 && is_define(p, n))) {
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
        if (regex_is_pcre2 && n->min > 1 && group > p->tree->captures) parse_fail(p, NOT_A_GROUP, place);
        n->mode = CONDITION_RECURSION;
        n->value = group == 0 || group > CONDITION_ANY_RECURSION ? CONDITION_ANY_RECURSION : (uint32_t) group;
    } else if (is_define(p, n)) {
        n->mode = CONDITION_DEFINE;
    } else if (n->max == 0) {
        parse_fail(p, "invalid condition (?(0)", place);
    } else if (n->max > p->tree->captures) {
        parse_fail(p, NOT_A_GROUP, place);
    } else {
        n->value = n->max;
    }
}

// A group that refers to itself is atomic in PCRE 8.
static void check_backref(Parser *p, uint32_t node, const Enclosing *e)
{
    Node *n = node_at(p, node);
    uint32_t group = n->value, count;
    // PCRE complains at the end of the pattern.
    if (regex_is_pcre2 && n->mode == 0 && group > p->tree->captures) parse_fail(p, NOT_A_GROUP, n->at);
    if (n->mode != 0) {
        check_name(p, n);
        if (p->failed) return;
        group = names_find(p->tree->names, p->tree->name_count, p->text, p->text + n->value, n->min, &count)->group;
    }
    for (uint32_t i = 1; i < e->depth && !p->failed && !regex_is_pcre2; i++) {
        if (e->groups[i].number == group) node_at(p, e->groups[i].node)->mode = GROUP_ATOMIC;
    }
}

// PCRE2 sees too many branches where the last reference of the same branch is.
static void check_condition2(Parser *p, uint32_t node, uint32_t name, Enclosing *e)
{
    Node *n = node_at(p, node);
    uint32_t branches = 0;
    bool by_number = n->mode == CONDITION_GROUP;
    if (by_number) e->last_reference = name + n->min - 4;
    uint32_t reference = e->last_reference;
    for (uint32_t b = n->first; b; b = node_at(p, b)->next) branches++;
    check_branches(p, node, e);
    e->last_reference = reference;
    if (n->mode == CONDITION_DEFINE && branches > 1) parse_fail(p, "DEFINE subpattern contains more than one branch", name);
    else if (branches > 2) parse_fail(p, "conditional subpattern contains more than two branches", reference);
}

static void check_condition(Parser *p, uint32_t node, Enclosing *e)
{
    Node *n = node_at(p, node);
    uint32_t name = n->value;
    e->conditions++;
    if (n->mode == CONDITION_LOOK) check_branches(p, n->value, e);
    e->conditions--;
    if (n->mode != CONDITION_LOOK) resolve_condition(p, node);
    if (p->failed) return;
    if (regex_is_pcre2) {
        check_condition2(p, node, name, e);
        return;
    }
    uint32_t branches = 0, end = node_at(p, n->first)->min;
    for (uint32_t b = n->first; b; b = node_at(p, b)->next) branches++;
    e->conditions++;
    check_branches(p, node, e);
    e->conditions--;
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
    case NODE_CALL:
    case NODE_BACKREF:
        e->last_reference = reference_place(node_at(p, item));
        if (node_at(p, item)->type == NODE_CALL) check_call(p, item, e);
        else check_backref(p, item, e);
        break;
    case NODE_KEEP:
        if (regex_is_pcre2 && e->looks > 0)
            parse_fail(p, "\\K is not allowed in lookarounds (but see PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)", p->size);
        break;
    default: break;
    }
}

static void check_lookbehind(Parser *p, uint32_t look, uint32_t branch, unsigned calls)
{
    Node *n = node_at(p, branch);
    size_t place = regex_is_pcre2 ? node_at(p, look)->value : p->all_known ? p->size : n->at;
    Lengths l = lengths_of_items(p, n->first, calls);
    n->value = (uint32_t) l.max;
    n->min = (uint32_t) l.min;
    if (l.max == LENGTH_OF_CALL) {
        p->unmeasured = true;
        return;
    }
    const char *unlimited_text = regex_is_pcre2 ? "length of lookbehind assertion is not limited" : "lookbehind assertion is not fixed length";
    const char *bytes_text = regex_is_pcre2 ? "\\C is not allowed in a lookbehind assertion in UTF-8 mode" : "\\C not allowed in lookbehind assertion";
    if (l.max < 0) parse_fail(p, l.max == LENGTH_OF_BYTES ? bytes_text : unlimited_text, place);
    else if (l.min < l.max && l.max > LOOKBEHIND_VARIABLE_MAX) parse_fail(p, "branch too long in variable-length lookbehind assertion", place);
}

// The branches of look-behinds that had to wait for the end of the pattern.
void check_unmeasured(Parser *p)
{
    p->all_known = true;
    for (uint32_t n = 1; n < p->tree->count; n++) {
        if (node_at(p, n)->type != NODE_LOOK || !(node_at(p, n)->mode & LOOK_BEHIND)) continue;
        for (uint32_t b = node_at(p, n)->first; b && !p->failed; b = node_at(p, b)->next) {
            if (node_at(p, b)->value == (uint32_t) LENGTH_OF_CALL) check_lookbehind(p, n, b, 0);
        }
    }
}

static void check_branches(Parser *p, uint32_t node, Enclosing *e)
{
    Node *n = node_at(p, node);
    uint32_t empty_from = e->empty_from, last_reference = e->last_reference;
    bool callable = n->type == NODE_GROUP && (n->value != 0 || node == p->tree->root);
    // In a look-around PCRE takes the first branch for what is in front of a call in another.
    bool first_empty = items_may_be_empty(p->tree, node_at(p, n->first)->first, 0);
    e->looks += n->type == NODE_LOOK;
    e->groups[e->depth].node = node;
    e->groups[e->depth++].number = callable ? n->value : UINT32_MAX;
    for (uint32_t b = n->first; b && !p->failed; b = node_at(p, b)->next) {
        e->empty_from = n->type == NODE_LOOK && b != n->first && !first_empty ? e->depth : empty_from;
        e->last_reference = 0;
        for (uint32_t item = node_at(p, b)->first; item && !p->failed; item = node_at(p, item)->next) {
            check_item(p, item, e);
            if (!node_may_be_empty(p->tree, item)) e->empty_from = e->depth;
        }
        if (!p->failed && !regex_is_pcre2 && n->type == NODE_LOOK && (n->mode & LOOK_BEHIND)) check_lookbehind(p, node, b, 0);
    }
    e->depth--;
    e->looks -= node_at(p, node)->type == NODE_LOOK;
    e->last_reference = last_reference;
    e->empty_from = empty_from;
}

// PCRE2 measures all look-behinds before it looks at anything else, the outer ones first.
static void measure_lookbehinds(Parser *p, uint32_t node)
{
    const Node *n = node_at(p, node);
    if (n->type == NODE_LOOK && (n->mode & LOOK_BEHIND)) {
        for (uint32_t b = n->first; b && !p->failed; b = node_at(p, b)->next) check_lookbehind(p, node, b, 0);
    }
    if (n->type == NODE_CONDITION && n->mode == CONDITION_LOOK) measure_lookbehinds(p, n->value);
    for (uint32_t child = node_at(p, node)->first; child && !p->failed; child = node_at(p, child)->next)
        measure_lookbehinds(p, child);
}

void check_tree(Parser *p)
{
    Enclosing e;
    e.depth = e.empty_from = e.conditions = e.looks = e.last_reference = 0;
    if (regex_is_pcre2) measure_lookbehinds(p, p->tree->root);
    if (p->failed) return;
    check_branches(p, p->tree->root, &e);
}
