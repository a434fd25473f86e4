// Nodes of regular expressions -> program. See regex.h and regex_program.h.
#include "regex_program.h"
#include "regex_unicode.h"

// The look-around and the captures around a place, innermost first, for (*ACCEPT).
typedef struct Scope {
    const struct Scope *outer;
    uint32_t capture;     // 0: a look-around
    uint32_t reg;
    uint32_t *accepts;    // of a look-around: list of the OP_ACCEPTs in it, linked through their `to`
} Scope;

typedef struct Compiler {
    RegexTree *tree;
    RegexProgram *program;
    const uint8_t *pattern;
    uint32_t *group_code; // where group n begins; 0 not yet
    const Scope *scope;
    uint32_t calls;       // list of OP_CALLs, linked through their `to`
    uint32_t after;       // the item behind the group that is being written; 0 none, or not known
    uint32_t then_mark;   // register of the innermost alternation, 0 none
    bool memory_out;
} Compiler;

static const Node *node_at(const Compiler *c, uint32_t n) { return &c->tree->nodes[n]; }
static bool is_utf(const Compiler *c) { return c->program->options.flags & RE_UTF; }

// ---- writing code ----

static uint32_t here(const Compiler *c) { return c->program->code_size; }

static void emit(Compiler *c, uint32_t word)
{
    RegexProgram *p = c->program;
    if (p->code_size == p->code_capacity) {
        uint32_t more = p->code_capacity ? p->code_capacity * 2 : 32;
        uint32_t *grown = vm_realloc(p->code, p->code_capacity * sizeof *grown, more * sizeof *grown);
        if (!grown) {
            c->memory_out = true;
            p->code_size = 0; // whatever is written now is never run
            if (p->code_capacity == 0) return;
        } else {
            p->code = grown;
            p->code_capacity = more;
        }
    }
    p->code[p->code_size++] = word;
}

static void emit1(Compiler *c, enum op op, uint32_t a)
{
    emit(c, op);
    emit(c, a);
}

static void emit2(Compiler *c, enum op op, uint32_t a, uint32_t b)
{
    emit1(c, op, a);
    emit(c, b);
}

// A word to be filled in once its target is known.
static uint32_t emit_hole(Compiler *c)
{
    emit(c, 0);
    return here(c) - 1;
}

static void fill(Compiler *c, uint32_t hole, uint32_t value)
{
    if (!c->memory_out) c->program->code[hole] = value;
}

static void fill_here(Compiler *c, uint32_t hole) { fill(c, hole, here(c)); }

// Fills all holes of a list with this place.
static void fill_list(Compiler *c, uint32_t hole, uint32_t value)
{
    while (hole && !c->memory_out) {
        uint32_t next = c->program->code[hole];
        c->program->code[hole] = value;
        hole = next;
    }
}

static uint32_t new_registers(Compiler *c, uint32_t count)
{
    c->program->registers += count;
    return c->program->registers - count;
}

// ---- characters ----

static size_t char_bytes(const Compiler *c, uint32_t code_point, uint8_t *out)
{
    if (is_utf(c)) return (size_t) utf8_encode(code_point, out);
    out[0] = (uint8_t) code_point;
    return 1;
}

static bool has_other_case(const Compiler *c, uint32_t code_point)
{
    if (!is_utf(c)) return char_other_case((uint8_t) code_point) != code_point;
    return unicode_next_case(code_point) != code_point;
}

// Differs in case at most as ASCII letters do, or Latin-1 letters without UTF-8.
static bool is_simple(const Compiler *c, uint32_t code_point)
{
    if (!is_utf(c)) return true;
    if (code_point >= 0x80) return false;
    return unicode_next_case(unicode_next_case(code_point)) == code_point;
}

// Whether the node is a character to be matched in all its cases.
static bool is_caseless(const Compiler *c, const Node *n) { return n->caseless && has_other_case(c, n->value); }

// How the character of a node goes into a string: 0 as it is, 1 in all cases, 2 not at all.
static int string_kind(const Compiler *c, const Node *n)
{
    if (!is_caseless(c, n)) return 0;
    return is_simple(c, n->value) ? 1 : 2;
}

static uint8_t lower(uint8_t byte)
{
    uint8_t other = char_other_case(byte);
    return other > byte ? other : byte;
}

static uint32_t class_for(Compiler *c, uint32_t code_point)
{
    ClassSet *set = &c->tree->classes;
    uint32_t k = class_of_char(set, code_point, c->program->options.flags);
    if (set->memory_out) c->memory_out = true;
    return k;
}

static void emit_string(Compiler *c, const uint8_t *bytes, uint32_t size, bool caseless)
{
    if (size == 1 && !caseless) {
        emit1(c, OP_BYTE, bytes[0]);
        return;
    }
    emit1(c, caseless ? OP_STRING_CASELESS : OP_STRING, size);
    for (uint32_t i = 0; i < size; i += 4) {
        uint8_t four[4] = { 0 };
        uint32_t word;
        for (uint32_t k = 0; k < 4 && i + k < size; k++) four[k] = caseless ? lower(bytes[i + k]) : bytes[i + k];
        memcpy(&word, four, 4);
        emit(c, word);
    }
}

// Characters from `item` on as one string; returns the last item in it.
static uint32_t emit_chars(Compiler *c, uint32_t item)
{
    uint8_t bytes[256];
    uint32_t size = 0, last = item;
    int kind = string_kind(c, node_at(c, item));
    if (kind == 2) {
        emit1(c, OP_CLASS, class_for(c, node_at(c, item)->value));
        return item;
    }
    while (item && node_at(c, item)->type == NODE_CHAR && size <= sizeof bytes - 4) {
        const Node *n = node_at(c, item);
        int its_kind = string_kind(c, n);
        // What has no case fits into either string, but bytes of UTF-8 have no place where letters are folded.
        bool fits = its_kind == kind || (kind == 1 && its_kind == 0 && (!is_utf(c) || n->value < 0x80));
        if (!fits) break;
        size += (uint32_t) char_bytes(c, n->value, bytes + size);
        last = item;
        item = n->next;
    }
    emit_string(c, bytes, size, kind == 1);
    return last;
}

// ---- which bytes something can begin with ----

static void add_byte(uint8_t *map, uint32_t byte) { map[byte >> 3] |= (uint8_t) (1 << (byte & 7)); }

static void add_lead_bytes(uint8_t *map, uint32_t low, uint32_t high)
{
    uint8_t first[4], last[4];
    if (!utf8_encode(low, first) || !utf8_encode(high, last)) {
        first[0] = 0xC2;
        last[0] = 0xF4;
    }
    for (uint32_t b = first[0]; b <= last[0]; b++) add_byte(map, b);
}

static void add_class(const Compiler *c, uint8_t *map, uint32_t class)
{
    const RegexClass *k = &c->tree->classes.classes[class];
    for (uint32_t b = 0; b < 256; b++) {
        if (!in_map(k->map, b)) continue;
        if (is_utf(c) && b >= 0x80) add_byte(map, b < 0xC0 ? 0xC2 : 0xC3);
        else add_byte(map, b);
    }
    if (!is_utf(c)) return;
    if (k->negated) add_lead_bytes(map, 0x100, 0x10FFFF);
    for (uint32_t i = 0; i < k->item_count && !k->negated; i++) {
        const ClassItem *item = &c->tree->classes.items[k->first_item + i];
        if (item->type == ITEM_RANGE && !item->negated) add_lead_bytes(map, item->low, item->high);
        else add_lead_bytes(map, 0x100, 0x10FFFF);
    }
}

static void add_char(const Compiler *c, uint8_t *map, const Node *n)
{
    uint8_t bytes[4];
    uint32_t code_point = n->value;
    do {
        char_bytes(c, code_point, bytes);
        add_byte(map, bytes[0]);
        if (!n->caseless) break;
        code_point = is_utf(c) ? unicode_next_case(code_point) : char_other_case((uint8_t) code_point);
    } while (code_point != n->value);
}

static void add_all(uint8_t *map) { memset(map, 0xFF, 32); }

static bool add_firsts_of_items(const Compiler *c, uint8_t *map, uint32_t item);

static bool add_firsts_of_branches(const Compiler *c, uint8_t *map, uint32_t branch)
{
    bool empty = false;
    for (; branch; branch = node_at(c, branch)->next) empty |= add_firsts_of_items(c, map, node_at(c, branch)->first);
    return empty;
}

// Adds what the node may begin with. True when it may also match nothing.
static bool add_firsts(const Compiler *c, uint8_t *map, uint32_t node)
{
    const Node *n = node_at(c, node);
    switch ((enum node_type) n->type) {
    case NODE_CHAR: add_char(c, map, n); return false;
    case NODE_CLASS: add_class(c, map, n->value); return false;
    case NODE_GROUP: return add_firsts_of_branches(c, map, n->first);
    case NODE_REPEAT: {
        if (n->max == 0) return true;
        bool empty = add_firsts(c, map, n->first);
        return empty || n->min == 0;
    }
    case NODE_LOOK:
    case NODE_ASSERT:
    case NODE_KEEP: return true;
    case NODE_VERB:
        if (n->mode == VERB_ACCEPT) add_all(map);
        return n->mode != VERB_FAIL;
    case NODE_ANY:
    case NODE_ALL:
    case NODE_BYTE:
    case NODE_LINE_END:
    case NODE_GRAPHEME: add_all(map); return false;
    default: add_all(map); return true;
    }
}

static bool add_firsts_of_items(const Compiler *c, uint8_t *map, uint32_t item)
{
    for (; item; item = node_at(c, item)->next) {
        if (!add_firsts(c, map, item)) return false;
    }
    return true;
}

// ---- single characters, and runs of them ----

static bool is_unit(const Node *n)
{
    return n->type == NODE_CHAR || n->type == NODE_CLASS || n->type == NODE_ANY || n->type == NODE_ALL || n->type == NODE_BYTE;
}

static enum unit unit_of(Compiler *c, const Node *n, uint32_t *operand)
{
    *operand = n->value;
    switch ((enum node_type) n->type) {
    case NODE_CHAR:
        if (is_caseless(c, n)) {
            *operand = class_for(c, n->value);
            return UNIT_CLASS;
        }
        return is_utf(c) && n->value >= 0x80 ? UNIT_CHAR : UNIT_BYTE;
    case NODE_CLASS: return UNIT_CLASS;
    case NODE_ANY: return UNIT_ANY;
    case NODE_ALL: return UNIT_ALL;
    default: return UNIT_ANY_BYTE;
    }
}

// The items that follow can begin with nothing that the repeated unit matches: then giving back is pointless.
static bool is_disjoint(const Compiler *c, uint32_t unit, uint32_t following)
{
    uint8_t mine[32] = { 0 }, next[32] = { 0 };
    if (!following) return false;
    add_firsts(c, mine, unit);
    if (add_firsts_of_items(c, next, following)) return false;
    for (size_t i = 0; i < sizeof mine; i++) {
        if (mine[i] & next[i]) return false;
    }
    return true;
}

// The one byte that the next item begins with, or NO_LEAD.
static uint32_t lead_byte(const Compiler *c, uint32_t following)
{
    uint8_t bytes[4];
    if (!following) return NO_LEAD;
    const Node *n = node_at(c, following);
    if (n->type != NODE_CHAR || is_caseless(c, n)) return NO_LEAD;
    char_bytes(c, n->value, bytes);
    return bytes[0];
}

static void emit_run_of(Compiler *c, enum unit unit, uint32_t operand, uint32_t min, uint32_t max, uint32_t mode, uint32_t lead)
{
    emit2(c, OP_RUN, unit, operand);
    emit(c, min);
    emit(c, max);
    emit(c, mode);
    emit(c, lead);
}

// \R, or something that cannot match without one at its start.
static bool begins_with_line_end(const Compiler *c, uint32_t item)
{
    if (item == 0) return false;
    const Node *n = node_at(c, item);
    if (n->type == NODE_REPEAT) return n->min > 0 && begins_with_line_end(c, n->first);
    if (n->type != NODE_GROUP) return n->type == NODE_LINE_END;
    for (uint32_t b = n->first; b; b = node_at(c, b)->next) {
        if (!begins_with_line_end(c, node_at(c, b)->first)) return false;
    }
    return true;
}

// PCRE takes . and \R to have no character in common, although they may have, and so gives nothing of .* back to \R.
static bool keeps_line_end(const Compiler *c, const Node *repeat, uint32_t following)
{
    if (node_at(c, repeat->first)->type != NODE_ANY || (c->program->options.flags & RE_NO_AUTO_POSSESS)) return false;
    if (!following && repeat->mode == REPEAT_GREEDY) following = c->after;
    return begins_with_line_end(c, following);
}

static void emit_run(Compiler *c, const Node *repeat, uint32_t following, bool at_end)
{
    uint32_t operand, mode = repeat->mode;
    const Node *child = node_at(c, repeat->first);
    if (keeps_line_end(c, repeat, following)) mode = REPEAT_POSSESSIVE;
    if (mode == REPEAT_GREEDY && (at_end || is_disjoint(c, repeat->first, following))) mode = REPEAT_POSSESSIVE;
    enum unit unit = unit_of(c, child, &operand);
    uint32_t min = repeat->min, max = repeat->max;
    bool single_first = min == 1 && max != REPEAT_UNLIMITED; // as if written x x{0,n}
    if (child->type == NODE_CLASS && child->min != 0 && min > 0 && !single_first) { // regex_tree.c, ascii_class
        emit_run_of(c, unit, child->min, min, min, mode, NO_LEAD);
        if (max != REPEAT_UNLIMITED) max -= min;
        min = 0;
        if (max == 0) return;
    }
    emit_run_of(c, unit, operand, min, max, mode, lead_byte(c, following));
}

// ---- groups ----

static void emit_node(Compiler *c, uint32_t node, bool at_end);

static void emit_items(Compiler *c, uint32_t item, bool at_end)
{
    while (item && !c->memory_out) {
        const Node *n = node_at(c, item);
        if (n->type == NODE_CHAR) {
            item = node_at(c, emit_chars(c, item))->next;
            continue;
        }
        if (n->type == NODE_REPEAT && n->max > 0 && is_unit(node_at(c, n->first)) && !(n->min == 1 && n->max == 1))
            emit_run(c, n, n->next, at_end && n->next == 0);
        else
            emit_node(c, item, at_end && n->next == 0);
        item = n->next;
    }
}

static bool has_then(const Compiler *c, uint32_t first);

static bool has_then_in(const Compiler *c, uint32_t node)
{
    const Node *n = node_at(c, node);
    if (n->type == NODE_VERB) return n->mode == VERB_THEN;
    return n->first != 0 && has_then(c, n->first);
}

static bool has_then(const Compiler *c, uint32_t first)
{
    for (uint32_t n = first; n; n = node_at(c, n)->next) {
        if (has_then_in(c, n)) return true;
    }
    return false;
}

// A branch of a look-behind begins before the position: as far as it may, then nearer and nearer until it ends there.
static void emit_behind(Compiler *c, const Node *branch)
{
    uint32_t starts = 0, min = branch->min, max = branch->value;
    for (uint32_t back = max; back > min; back--) {
        emit(c, OP_SPLIT);
        uint32_t nearer = emit_hole(c);
        emit1(c, OP_BACK, back);
        emit1(c, OP_JUMP, starts);
        starts = here(c) - 1;
        fill_here(c, nearer);
    }
    if (min > 0) emit1(c, OP_BACK, min);
    fill_list(c, starts, here(c));
    emit_items(c, branch->first, false);
    if (min < max) emit1(c, OP_BEHIND_END, c->scope->reg);
}

static void emit_branch(Compiler *c, uint32_t branch, bool behind, bool at_end)
{
    if (behind) emit_behind(c, node_at(c, branch));
    else emit_items(c, node_at(c, branch)->first, at_end);
}

static void emit_branches(Compiler *c, uint32_t branch, bool behind, bool at_end)
{
    if (node_at(c, branch)->next == 0) {
        emit_branch(c, branch, behind, at_end);
        return;
    }
    uint32_t ends = 0, outer_mark = c->then_mark;
    bool marked = c->tree->verbs && has_then(c, branch);
    if (marked) c->then_mark = new_registers(c, 1);
    for (; branch && !c->memory_out; branch = node_at(c, branch)->next) {
        uint32_t other = 0;
        if (node_at(c, branch)->next) {
            emit(c, OP_SPLIT);
            other = emit_hole(c);
        }
        if (marked) emit1(c, OP_MARK, c->then_mark);
        emit_branch(c, branch, behind, at_end);
        if (!other) break;
        emit1(c, OP_JUMP, ends);
        ends = here(c) - 1;
        fill_here(c, other);
    }
    fill_list(c, ends, here(c));
    c->then_mark = outer_mark;
}

static void emit_capture(Compiler *c, const Node *n, bool at_end)
{
    uint32_t mark = n->mode == GROUP_ATOMIC ? new_registers(c, 1) : 0;
    if (mark) emit1(c, OP_MARK, mark);
    Scope scope = { .outer = c->scope, .capture = n->value };
    c->scope = &scope;
    if (c->group_code[n->value] == 0) c->group_code[n->value] = here(c);
    emit1(c, OP_OPEN, n->value);
    emit_branches(c, n->first, false, at_end);
    emit1(c, OP_CLOSE, n->value);
    if (mark) emit1(c, OP_CUT, mark);
    c->scope = scope.outer;
}

static void emit_group(Compiler *c, const Node *n, bool at_end)
{
    uint32_t outer = c->after;
    if (n->next) c->after = n->next;
    if (n->value != 0) {
        emit_capture(c, n, at_end);
    } else if (n->mode == GROUP_ATOMIC) {
        uint32_t r = new_registers(c, 1);
        emit1(c, OP_MARK, r);
        emit_branches(c, n->first, false, false);
        emit1(c, OP_CUT, r);
    } else {
        emit_branches(c, n->first, false, at_end);
    }
    c->after = outer;
}

// The inside of a look-around whose opening instruction is there; `end` comes right behind.
static void emit_look_inside(Compiler *c, const Node *n, uint32_t r)
{
    uint32_t accepts = 0, outer_mark = c->then_mark, after = c->after;
    Scope scope = { .outer = c->scope, .reg = r, .accepts = &accepts };
    c->scope = &scope;
    c->after = 0;
    c->then_mark = r; // (*THEN) does not get out of here
    emit_branches(c, n->first, n->mode & LOOK_BEHIND, false);
    fill_list(c, accepts, here(c));
    c->then_mark = outer_mark;
    c->after = after;
    c->scope = scope.outer;
}

static void emit_look(Compiler *c, const Node *n)
{
    uint32_t r = new_registers(c, 2);
    if (!(n->mode & LOOK_NEGATIVE)) {
        emit1(c, OP_LOOK, r);
        emit_look_inside(c, n, r);
        emit1(c, n->mode & LOOK_NOT_ATOMIC ? OP_LOOK_LEAVE : OP_LOOK_END, r);
        return;
    }
    emit1(c, OP_LOOK_ELSE, r);
    uint32_t other = emit_hole(c);
    emit_look_inside(c, n, r);
    emit2(c, OP_LOOK_NOT_END, r, 0);
    fill_here(c, other);
}

// ---- conditions ----

static uint32_t first_name(const Compiler *c, const Node *n, uint32_t *count)
{
    const RegexName *found = names_find(c->tree->names, c->tree->name_count, c->pattern, c->pattern + n->value, n->min, count);
    return (uint32_t) (found - c->tree->names);
}

// The test; returns the hole for where to go when it fails.
static uint32_t emit_test(Compiler *c, const Node *n)
{
    uint32_t count, name;
    switch ((enum condition) n->mode) {
    case CONDITION_GROUP: emit1(c, OP_IF_GROUP, n->value); break;
    case CONDITION_RECURSION: emit1(c, OP_IF_RECURSION, n->value); break;
    case CONDITION_NAME:
    case CONDITION_RECURSION_NAME:
        name = first_name(c, n, &count);
        emit2(c, n->mode == CONDITION_NAME ? OP_IF_NAME : OP_IF_RECURSION_NAME, name, count);
        break;
    case CONDITION_ALWAYS: emit1(c, OP_JUMP, here(c) + 4); // over what never is reached
        // fall through
    case CONDITION_NEVER:
    case CONDITION_DEFINE: emit(c, OP_JUMP); break;
    case CONDITION_LOOK: {
        const Node *look = node_at(c, n->value);
        uint32_t r = new_registers(c, 2);
        emit1(c, OP_LOOK_ELSE, r);
        uint32_t other = emit_hole(c);
        emit_look_inside(c, look, r);
        if (!(look->mode & LOOK_NEGATIVE)) {
            emit1(c, OP_LOOK_END, r);
            return other;
        }
        emit1(c, OP_LOOK_NOT_END, r);
        uint32_t no = emit_hole(c);
        fill_here(c, other);
        return no;
    }
    }
    return emit_hole(c);
}

static void emit_condition(Compiler *c, const Node *n, bool at_end)
{
    uint32_t after = c->after;
    c->after = 0;
    uint32_t no = emit_test(c, n), no_branch = node_at(c, n->first)->next;
    emit_branch(c, n->first, false, at_end);
    if (!no_branch) {
        fill_here(c, no);
    } else {
        emit(c, OP_JUMP);
        uint32_t end = emit_hole(c);
        fill_here(c, no);
        emit_branch(c, no_branch, false, at_end);
        fill_here(c, end);
    }
    c->after = after;
}

// ---- repeats of anything but single characters ----

static void emit_star(Compiler *c, const Node *n, bool lazy)
{
    uint32_t skip = 0, out = 0, place = node_may_be_empty(c->tree, n->first) ? new_registers(c, 1) : 0;
    if (n->min == 0 && !lazy) {
        emit(c, OP_SPLIT);
        skip = emit_hole(c);
    } else if (n->min == 0) {
        emit(c, OP_SPLIT_BACK);
        skip = emit_hole(c);
    }
    uint32_t loop = here(c);
    if (place) emit1(c, OP_PLACE, place);
    emit_node(c, n->first, false);
    if (place) {
        emit1(c, OP_EMPTY, place);
        out = emit_hole(c);
    }
    emit1(c, lazy ? OP_SPLIT : OP_SPLIT_BACK, loop);
    if (place) fill_here(c, out);
    if (skip) fill_here(c, skip);
}

static void emit_optional(Compiler *c, const Node *n, bool lazy, bool at_end)
{
    emit(c, lazy ? OP_SPLIT_BACK : OP_SPLIT);
    uint32_t skip = emit_hole(c);
    emit_node(c, n->first, at_end);
    fill_here(c, skip);
}

static void emit_counted(Compiler *c, const Node *n, bool lazy)
{
    uint32_t counter = new_registers(c, 1);
    bool endless = n->max == REPEAT_UNLIMITED && node_may_be_empty(c->tree, n->first);
    uint32_t place = endless ? new_registers(c, 1) : 0;
    emit1(c, OP_COUNT_START, counter);
    uint32_t loop = here(c);
    emit2(c, OP_COUNT_LOOP, counter, n->min);
    emit(c, n->max);
    emit(c, lazy);
    uint32_t exit = emit_hole(c);
    if (place) emit1(c, OP_PLACE, place);
    emit_node(c, n->first, false);
    emit2(c, OP_COUNT_NEXT, counter, place);
    emit(c, n->min);
    uint32_t empty_exit = emit_hole(c);
    emit(c, loop);
    fill_here(c, exit);
    fill_here(c, empty_exit);
}

static void emit_loop(Compiler *c, const Node *n, bool at_end)
{
    bool lazy = n->mode == REPEAT_LAZY;
    if (n->min == 1 && n->max == 1) emit_node(c, n->first, at_end);
    else if (n->min == 0 && n->max == 1) emit_optional(c, n, lazy, at_end);
    else if (n->min <= 1 && n->max == REPEAT_UNLIMITED) emit_star(c, n, lazy);
    else emit_counted(c, n, lazy);
}

static void emit_repeat(Compiler *c, const Node *n, bool at_end)
{
    uint32_t after = c->after;
    c->after = 0;
    if (n->max == 0) { // may be there to be called
        emit(c, OP_JUMP);
        uint32_t end = emit_hole(c);
        emit_node(c, n->first, false);
        fill_here(c, end);
    } else if (n->mode == REPEAT_POSSESSIVE) {
        uint32_t r = new_registers(c, 1);
        emit1(c, OP_MARK, r);
        emit_loop(c, n, false);
        emit1(c, OP_CUT, r);
    } else {
        emit_loop(c, n, at_end);
    }
    c->after = after;
}

// ---- verbs ----

static void emit_accept(Compiler *c)
{
    const Scope *s = c->scope;
    for (; s && s->capture; s = s->outer) emit1(c, OP_CAPTURE, s->capture);
    emit1(c, OP_ACCEPT, s ? s->reg : 0);
    uint32_t hole = emit_hole(c);
    if (!s) return;
    fill(c, hole, *s->accepts);
    *s->accepts = hole;
}

static void emit_verb(Compiler *c, const Node *n)
{
    bool named = n->min > 0 && n->mode != VERB_SKIP_NAME;
    if (named) emit2(c, OP_NAME, n->value, n->min);
    switch ((enum verb) n->mode) {
    case VERB_FAIL: emit(c, OP_FAIL); break;
    case VERB_ACCEPT: emit_accept(c); break;
    case VERB_COMMIT: emit(c, OP_COMMIT); break;
    case VERB_PRUNE: emit(c, OP_PRUNE); break;
    case VERB_SKIP: emit(c, OP_SKIP); break;
    case VERB_SKIP_NAME: emit2(c, OP_SKIP_NAME, n->value, n->min); break;
    case VERB_THEN:
        if (c->then_mark) emit1(c, OP_THEN, c->then_mark);
        else emit(c, OP_PRUNE);
        break;
    case VERB_MARK: break;
    }
}

// ---- everything ----

static void emit_backref(Compiler *c, const Node *n)
{
    if (n->mode == 0) {
        emit2(c, OP_BACKREF, n->value, n->caseless);
        return;
    }
    uint32_t count, name = first_name(c, n, &count);
    emit2(c, OP_BACKREF_NAME, name, count);
    emit(c, n->caseless);
}

static void emit_call(Compiler *c, const Node *n)
{
    emit(c, OP_CALL);
    emit(c, c->calls);
    c->calls = here(c) - 1;
    emit(c, n->value);
}

// at_end: the whole match ends behind the node.
static void emit_node(Compiler *c, uint32_t node, bool at_end)
{
    const Node *n = node_at(c, node);
    switch ((enum node_type) n->type) {
    case NODE_BRANCH: break;
    case NODE_GROUP: emit_group(c, n, at_end); break;
    case NODE_LOOK: emit_look(c, n); break;
    case NODE_CONDITION: emit_condition(c, n, at_end); break;
    case NODE_REPEAT: emit_repeat(c, n, at_end); break;
    case NODE_CHAR: {
        uint8_t bytes[4];
        int kind = string_kind(c, n);
        if (kind == 2) emit1(c, OP_CLASS, class_for(c, n->value));
        else emit_string(c, bytes, (uint32_t) char_bytes(c, n->value, bytes), kind == 1);
        break;
    }
    case NODE_CLASS: emit1(c, OP_CLASS, n->value); break;
    case NODE_ANY: emit(c, OP_ANY); break;
    case NODE_ALL: emit(c, OP_ALL); break;
    case NODE_BYTE: emit(c, OP_ANY_BYTE); break;
    case NODE_LINE_END: emit(c, OP_LINE_END); break;
    case NODE_GRAPHEME: emit(c, OP_GRAPHEME); break;
    case NODE_ASSERT: emit1(c, OP_ASSERT, n->mode); break;
    case NODE_KEEP: emit(c, OP_KEEP); break;
    case NODE_BACKREF: emit_backref(c, n); break;
    case NODE_CALL: emit_call(c, n); break;
    case NODE_VERB: emit_verb(c, n); break;
    }
}

static void fill_calls(Compiler *c)
{
    for (uint32_t hole = c->calls; hole && !c->memory_out;) {
        uint32_t *code = c->program->code, next = code[hole];
        code[hole] = c->group_code[code[hole + 1]];
        hole = next;
    }
}

// ---- where a match can start ----

static bool has_backrefs(const RegexTree *t)
{
    for (uint32_t i = 1; i < t->count; i++) {
        if (t->nodes[i].type == NODE_BACKREF) return true;
    }
    return false;
}

static enum start_kind start_of_branches(const Compiler *c, const Node *group, bool stars);

// stars: what begins with .* need not be tried again in the same line.
static enum start_kind start_of(const Compiler *c, const Node *n, bool stars)
{
    switch ((enum node_type) n->type) {
    case NODE_ASSERT:
        if (n->mode == ASSERT_LINE_START || n->mode == ASSERT_START || n->mode == ASSERT_FIRST) return START_ANCHORED;
        return n->mode == ASSERT_LINE_START_MULTI ? START_LINE : START_ANYWHERE;
    case NODE_GROUP:
        return start_of_branches(c, n, stars && n->mode != GROUP_ATOMIC && (n->value == 0 || !has_backrefs(c->tree)));
    case NODE_REPEAT: {
        if (!stars || n->min != 0 || n->max != REPEAT_UNLIMITED) return START_ANYWHERE;
        uint8_t type = node_at(c, n->first)->type;
        return type == NODE_ALL ? START_ANCHORED : type == NODE_ANY ? START_LINE : START_ANYWHERE;
    }
    default: return START_ANYWHERE;
    }
}

static enum start_kind start_of_branches(const Compiler *c, const Node *group, bool stars)
{
    enum start_kind all = START_ANCHORED;
    for (uint32_t b = group->first; b; b = node_at(c, b)->next) {
        uint32_t item = node_at(c, b)->first;
        enum start_kind its = item ? start_of(c, node_at(c, item), stars) : START_ANYWHERE;
        if (its < all) all = its;
    }
    return all;
}

// The last character that each match has in it, when that is plain to see.
static const Node *required_of_items(const Compiler *c, uint32_t item)
{
    const Node *found = NULL;
    for (; item; item = node_at(c, item)->next) {
        const Node *n = node_at(c, item), *its = NULL;
        while (n->type == NODE_REPEAT && n->min > 0) n = node_at(c, n->first);
        if (n->type == NODE_CHAR) its = n;
        else if (n->type == NODE_GROUP && node_at(c, n->first)->next == 0)
            its = required_of_items(c, node_at(c, n->first)->first);
        if (its) found = its;
    }
    return found;
}

static void find_required(Compiler *c)
{
    RegexProgram *p = c->program;
    uint32_t branch = node_at(c, c->tree->root)->first;
    p->required = p->required_other = -1;
    if (node_at(c, branch)->next || c->tree->accepts) return;
    const Node *n = required_of_items(c, node_at(c, branch)->first);
    uint8_t bytes[4];
    if (!n || (is_caseless(c, n) && !is_simple(c, n->value))) return;
    size_t size = char_bytes(c, n->value, bytes);
    p->required = p->required_other = bytes[size - 1];
    if (is_caseless(c, n)) p->required_other = char_other_case(bytes[0]);
}

// Whether the group begins with one character in one case, which PCRE sees although it has several bytes.
static bool begins_with_char(const Compiler *c, const Node *group)
{
    const Node *branch = node_at(c, group->first);
    if (branch->next) return false;
    for (uint32_t item = branch->first; item; item = node_at(c, item)->next) {
        const Node *n = node_at(c, item);
        if (n->type == NODE_CHAR) return !is_caseless(c, n);
        if (n->type == NODE_GROUP) return begins_with_char(c, n);
        if (n->type != NODE_VERB && n->type != NODE_ASSERT && n->type != NODE_LOOK && n->type != NODE_KEEP) return false;
    }
    return false;
}

static void find_first(Compiler *c)
{
    RegexProgram *p = c->program;
    p->first_byte = -1;
    if (p->options.flags & RE_NO_START_OPTIMIZE) return;
    if (add_firsts_of_branches(c, p->first, node_at(c, c->tree->root)->first)) return;
    unsigned count = 0;
    for (int b = 0; b < 256; b++) {
        if (!in_map(p->first, (uint32_t) b)) continue;
        p->first_byte = b;
        count++;
    }
    bool plain = !is_utf(c) || p->first_byte < 0x80;
    bool two_cases = count == 2 && plain && in_map(p->first, char_other_case((uint8_t) p->first_byte));
    if (count != 1) p->first_byte = -1;
    // Verbs let the user see where the machine starts: then no more is skipped than PCRE does.
    bool one_char = count == 1 && (plain || begins_with_char(c, node_at(c, c->tree->root)));
    p->has_first = count < 256 && (!c->tree->verbs || one_char || two_cases);
}

// ---- programs ----

static RegexProgram *program_new(const RegexTree *t, const uint8_t *pattern, size_t size)
{
    RegexProgram *p = vm_malloc(sizeof *p);
    if (!p) return NULL;
    *p = (RegexProgram) { .options = t->options, .captures = t->captures, .pattern_size = (uint32_t) size };
    p->starts = 2 * (t->captures + 1);
    p->registers = p->starts + t->captures + 1;
    p->match_limit = t->match_limit;
    p->recursion_limit = t->recursion_limit;
    p->run_flags = t->run_flags;
    p->has_cr_or_lf = t->has_cr_or_lf;
    p->pattern = vm_malloc(size);
    if (p->pattern) memcpy(p->pattern, pattern, size);
    return p;
}

// Takes over classes and names of the tree.
static void program_take(RegexProgram *p, RegexTree *t)
{
    p->classes = t->classes.classes;
    p->class_capacity = t->classes.class_capacity;
    p->items = t->classes.items;
    p->item_capacity = t->classes.item_capacity;
    p->names = t->names;
    p->name_count = t->name_count;
    p->name_capacity = t->name_capacity;
    t->classes = (ClassSet) { 0 };
    t->names = NULL;
    t->name_capacity = 0;
}

static bool build(Compiler *c)
{
    RegexProgram *p = c->program;
    const RegexTree *t = c->tree;
    size_t bytes = (t->captures + 1) * sizeof *c->group_code;
    if (!p->pattern || !(c->group_code = vm_malloc(bytes))) return false;
    memset(c->group_code, 0, bytes);
    const Node *root = node_at(c, t->root);
    find_required(c);
    find_first(c);
    p->start = (uint8_t) start_of_branches(c, root, !t->verbs);
    if (p->options.flags & RE_ANCHORED) p->start = START_ANCHORED;
    emit(c, OP_JUMP); // so that no hole or group is at 0
    emit(c, 2);
    emit_branches(c, root->first, false, !t->calls);
    emit(c, OP_MATCH);
    c->group_code[0] = 2;
    fill_calls(c);
    vm_mfree(c->group_code, bytes);
    return !c->memory_out;
}

RegexProgram *regex_compile(const uint8_t *pattern, size_t size, RegexOptions options, RegexError *error)
{
    RegexTree tree;
    RegexProgram *p = NULL;
    if (regex_parse(pattern, size, options, &tree, error) && (p = program_new(&tree, pattern, size)) != NULL) {
        Compiler c = { .tree = &tree, .program = p, .pattern = pattern };
        bool built = build(&c);
        program_take(p, &tree);
        if (!built) {
            regex_free(p);
            p = NULL;
        }
    }
    regex_tree_free(&tree);
    return p;
}

void regex_free(RegexProgram *p)
{
    vm_mfree(p->code, p->code_capacity * sizeof *p->code);
    vm_mfree(p->classes, p->class_capacity * sizeof *p->classes);
    vm_mfree(p->items, p->item_capacity * sizeof *p->items);
    vm_mfree(p->names, p->name_capacity * sizeof *p->names);
    vm_mfree(p->pattern, p->pattern_size);
    vm_mfree(p, sizeof *p);
}

size_t regex_memory(const RegexProgram *p)
{
    return sizeof *p + p->code_capacity * sizeof *p->code + p->class_capacity * sizeof *p->classes
        + p->item_capacity * sizeof *p->items + p->name_capacity * sizeof *p->names + p->pattern_size;
}

uint32_t regex_captures(const RegexProgram *p) { return p->captures; }
bool regex_is_utf(const RegexProgram *p) { return p->options.flags & RE_UTF; }
bool regex_crlf_is_newline(const RegexProgram *p)
{
    return p->options.newline == NEWLINE_CRLF || p->options.newline == NEWLINE_ANY || p->options.newline == NEWLINE_ANYCRLF;
}

RegexOptions regex_options(const RegexProgram *p) { return p->options; }

const RegexName *regex_names(const RegexProgram *p, size_t *count)
{
    *count = p->name_count;
    return p->names;
}

const uint8_t *regex_name_bytes(const RegexProgram *p, const RegexName *name) { return p->pattern + name->at; }
