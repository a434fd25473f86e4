// The machine that runs programs of regular expressions. See regex.h and regex_program.h.
//
// The backtrack stack holds what to do when the current way fails, newest on top: places to try instead, and old values
// of registers to put back. A call puts all registers under its entry and has them back when it returns. The choices made
// in it are then forgotten in PCRE 8; in PCRE2 they stay, and the way back leads into the call again:
//
//   ENTRY_SAVED  registers..  ENTRY_CALL  choices of the call..  ENTRY_REGISTER..  ENTRY_RETURN
#include "regex_program.h"
#include "regex_unicode.h"

enum entry_kind {
    ENTRY_CHOICE,      // a: pc, b: position
    ENTRY_LOOK_CHOICE, // the same, and a look-around begins here
    ENTRY_LOOK,        // a look-around begins here
    ENTRY_RUN,         // a: pc behind the OP_RUN, b: least position, c: position; gives back a character at a time
    ENTRY_LAZY,        // a: pc of the OP_RUN, b: position, c: how many more it may take
    ENTRY_REGISTER,    // a: register, b: old value
    ENTRY_PAIR,        // a: first of two registers, b, c: old values
    ENTRY_SAVED,       // the registers of a call follow
    ENTRY_CALL,        // a: pc to return to, b: frame before, c: position; saved registers are below
    ENTRY_RETURN,      // a: frame of the call that has returned
    ENTRY_COMMIT,
    ENTRY_PRUNE,
    ENTRY_SKIP,        // b: where to start anew
    ENTRY_SKIP_NAME,   // a, b: place and size of the name
    ENTRY_THEN,        // a: height to go back to
    ENTRY_NAME,        // a, b: place and size of the name, c: position
};

typedef struct Entry {
    uint32_t kind : 8, group : 24; // group: of ENTRY_CALL
    uint32_t a, b, c;
} Entry;

enum { ENTRY_WORDS = sizeof(Entry) / sizeof(uint32_t), FIRST_CAPACITY = 1024 };

typedef struct Matcher {
    const RegexProgram *program;
    RegexRun *run;
    const uint8_t *subject;
    uint32_t end, start; // start: of this attempt
    bool utf, ucp, anchored, no_memory;
    uint8_t newline, bsr;
    Entry *stack;
    uint32_t height, capacity, height_limit;
    uint32_t *registers;
    uint32_t frame; // index of the newest ENTRY_CALL + 1; 0 none
    uint32_t next_start; // set with OUTCOME_SKIP
} Matcher;

enum outcome { OUTCOME_MATCH, OUTCOME_NOMATCH, OUTCOME_NEXT, OUTCOME_SKIP, OUTCOME_COMMIT, OUTCOME_LIMIT, OUTCOME_DEEP, OUTCOME_LOOP };

// ---- the stack, kept between runs unless it has become large ----

static struct {
    Entry *entries;
    uint32_t capacity;
    bool taken;
} kept;

static void stack_take(Matcher *m)
{
    if (kept.taken) return;
    m->stack = kept.entries;
    m->capacity = kept.capacity;
    kept.entries = NULL;
    kept.capacity = 0;
    kept.taken = true;
}

static void stack_give(Matcher *m)
{
    if (m->capacity <= FIRST_CAPACITY && kept.entries == NULL) {
        kept.entries = m->stack;
        kept.capacity = m->capacity;
    } else {
        vm_mfree(m->stack, m->capacity * sizeof(Entry));
    }
    kept.taken = false;
}

static bool stack_reserve(Matcher *m, uint32_t count)
{
    if (m->height + count > m->height_limit) return false;
    if (m->height + count <= m->capacity) return true;
    uint32_t more = m->capacity ? m->capacity * 2 : FIRST_CAPACITY;
    while (more < m->height + count) more *= 2;
    Entry *grown = vm_realloc(m->stack, m->capacity * sizeof(Entry), more * sizeof(Entry));
    if (!grown) return m->no_memory = true, false;
    m->stack = grown;
    m->capacity = more;
    return true;
}

static inline bool push(Matcher *m, enum entry_kind kind, uint32_t a, uint32_t b, uint32_t c)
{
    if ((m->height >= m->capacity || m->height >= m->height_limit) && !stack_reserve(m, 1)) return false;
    m->stack[m->height++] = (Entry) { .kind = kind, .a = a, .b = b, .c = c };
    return true;
}

static inline bool set_register(Matcher *m, uint32_t r, uint32_t value)
{
    uint32_t old = m->registers[r];
    m->registers[r] = value;
    return old == value || push(m, ENTRY_REGISTER, r, old, 0);
}

static inline void undo(Matcher *m, const Entry *e)
{
    m->registers[e->a] = e->b;
    if (e->kind == ENTRY_PAIR) m->registers[e->a + 1] = e->c;
}

static uint32_t saved_entries(const Matcher *m) { return (m->program->registers + ENTRY_WORDS - 1) / ENTRY_WORDS; }

// Takes the newest entry off, with what belongs to it, and undoes it.
static Entry pop_undo(Matcher *m)
{
    Entry e = m->stack[--m->height];
    if (e.kind == ENTRY_REGISTER || e.kind == ENTRY_PAIR) undo(m, &e);
    if (e.kind == ENTRY_CALL) {
        m->frame = e.b;
        m->height -= saved_entries(m) + 1;
    }
    if (e.kind == ENTRY_RETURN) m->frame = e.a;
    return e;
}

static void unwind(Matcher *m, uint32_t height)
{
    while (m->height > height) pop_undo(m);
}

// Forgets the choices above the height; what has been changed since can still be undone.
static void cut(Matcher *m, uint32_t height)
{
    uint32_t kept_height = height;
    for (uint32_t i = height; i < m->height; i++) {
        uint32_t kind = m->stack[i].kind;
        if (kind == ENTRY_SAVED) i += saved_entries(m) + 1; // a call that has returned
        if (kind == ENTRY_REGISTER || kind == ENTRY_PAIR || kind == ENTRY_NAME) m->stack[kept_height++] = m->stack[i];
    }
    m->height = kept_height;
}

// ---- characters ----

static inline bool is_continuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The subject is known to be well-formed, but \C may have stopped inside of a character: then a byte counts as one.
static inline uint32_t char_at(const Matcher *m, uint32_t at, uint32_t *next)
{
    const uint8_t *s = m->subject + at;
    uint32_t c = s[0], left = m->end - at;
    *next = at + 1;
    if (c < 0xC0 || !m->utf) return c;
    if (c < 0xE0 && left >= 2) {
        *next = at + 2;
        return (c & 0x1F) << 6 | (s[1] & 0x3Fu);
    }
    if (c < 0xF0 && left >= 3) {
        *next = at + 3;
        return (c & 0x0F) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
    }
    if (left < 4) return c;
    *next = at + 4;
    return (c & 0x07) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
}

static inline uint32_t char_before(const Matcher *m, uint32_t at)
{
    at--;
    while (m->utf && at > 0 && is_continuation(m->subject[at])) at--;
    return at;
}

static inline uint32_t char_after(const Matcher *m, uint32_t at)
{
    at++;
    while (m->utf && at < m->end && is_continuation(m->subject[at])) at++;
    return at;
}

static inline bool is_member(const Matcher *m, uint32_t class, uint32_t at, uint32_t *next)
{
    const RegexClass *k = &m->program->classes[class];
    uint32_t byte = m->subject[at];
    if (byte < 0x80 || !m->utf) {
        *next = at + 1;
        return in_map(k->map, byte);
    }
    return class_has(k, m->program->items, char_at(m, at, next));
}

// ---- line ends ----

static bool is_any_newline(uint32_t c, bool utf)
{
    return (c >= '\n' && c <= '\r') || c == 0x85 || (utf && (c == 0x2028 || c == 0x2029));
}

// Bytes of the line end at a place; 0 none.
static inline uint32_t newline_at(const Matcher *m, uint32_t at)
{
    if (at >= m->end) return 0;
    const uint8_t *s = m->subject + at;
    bool crlf = s[0] == '\r' && m->end - at > 1 && s[1] == '\n';
    uint32_t next;
    switch (m->newline) {
    case NEWLINE_LF: return s[0] == '\n';
    case NEWLINE_NUL: return s[0] == 0;
    case NEWLINE_CR: return s[0] == '\r';
    case NEWLINE_CRLF: return crlf ? 2 : 0;
    case NEWLINE_ANYCRLF: return crlf ? 2 : s[0] == '\n' || s[0] == '\r';
    default:
        if (crlf) return 2;
        return is_any_newline(char_at(m, at, &next), m->utf) ? next - at : 0;
    }
}

static bool newline_before(const Matcher *m, uint32_t at)
{
    if (at == 0) return false;
    const uint8_t *s = m->subject + at;
    uint32_t next;
    switch (m->newline) {
    case NEWLINE_LF: return s[-1] == '\n';
    case NEWLINE_NUL: return s[-1] == 0;
    case NEWLINE_CR: return s[-1] == '\r';
    case NEWLINE_CRLF: return at > 1 && s[-2] == '\r' && s[-1] == '\n';
    case NEWLINE_ANYCRLF: return s[-1] == '\n' || s[-1] == '\r';
    default: return is_any_newline(char_at(m, char_before(m, at), &next), m->utf);
    }
}

// ---- assertions ----

static bool is_word_at(const Matcher *m, uint32_t at)
{
    uint32_t next;
    return at < m->end && char_is_word(char_at(m, at, &next), m->ucp);
}

static bool at_word_edge(const Matcher *m, uint32_t at)
{
    bool before = at > 0 && is_word_at(m, char_before(m, at));
    return before != is_word_at(m, at);
}

static bool at_last_line_end(const Matcher *m, uint32_t at)
{
    if (at >= m->end) return true;
    uint32_t size = newline_at(m, at);
    return size > 0 && at + size == m->end;
}

static bool holds(const Matcher *m, enum assertion a, uint32_t at)
{
    uint32_t flags = m->run->flags;
    switch (a) {
    case ASSERT_START: return at == 0;
    case ASSERT_FIRST: return at == m->run->offset;
    case ASSERT_END: return at >= m->end;
    case ASSERT_END_OR_NEWLINE: return at_last_line_end(m, at);
    case ASSERT_WORD: return at_word_edge(m, at);
    case ASSERT_NOT_WORD: return !at_word_edge(m, at);
    case ASSERT_LINE_START: return at == 0 && !(flags & RUN_NOTBOL);
    case ASSERT_LINE_START_MULTI:
        return at == 0 ? !(flags & RUN_NOTBOL) : at != m->end && newline_before(m, at);
    case ASSERT_LINE_END: return !(flags & RUN_NOTEOL) && at_last_line_end(m, at);
    case ASSERT_LINE_END_ONLY: return !(flags & RUN_NOTEOL) && at >= m->end;
    case ASSERT_LINE_END_MULTI: return at >= m->end ? !(flags & RUN_NOTEOL) : newline_at(m, at) > 0;
    }
    return false;
}

// ---- single items; each returns the place behind, or REGEX_UNSET ----

static bool same_caseless(const uint8_t *a, const uint8_t *lower, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (a[i] != lower[i] && char_other_case(a[i]) != lower[i]) return false;
    }
    return true;
}

static bool same_char(uint32_t a, uint32_t b)
{
    if (a == b) return true;
    for (uint32_t other = unicode_next_case(a); other != a; other = unicode_next_case(other)) {
        if (other == b) return true;
    }
    return false;
}

static uint32_t match_text_caseless(const Matcher *m, uint32_t from, uint32_t to, uint32_t at)
{
    while (from < to) {
        if (at >= m->end) return REGEX_UNSET;
        uint32_t a = char_at(m, from, &from), b = char_at(m, at, &at);
        if (m->utf || (m->ucp && regex_is_pcre2) ? !same_char(a, b) : a != b && char_other_case((uint8_t) a) != b) return REGEX_UNSET;
    }
    return at;
}

static uint32_t match_backref(const Matcher *m, uint32_t group, bool caseless, uint32_t at)
{
    uint32_t from = m->registers[2 * group], to = m->registers[2 * group + 1];
    if (to == REGEX_UNSET) return REGEX_UNSET;
    if (from > to) return at;
    if (caseless) return match_text_caseless(m, from, to, at);
    if (to - from > m->end - at || memcmp(m->subject + from, m->subject + at, to - from) != 0) return REGEX_UNSET;
    return at + (to - from);
}

static uint32_t match_named_backref(const Matcher *m, const uint32_t *operands, uint32_t at)
{
    for (uint32_t i = 0; i < operands[1]; i++) {
        uint32_t group = m->program->names[operands[0] + i].group;
        if (m->registers[2 * group + 1] != REGEX_UNSET) return match_backref(m, group, operands[2], at);
    }
    return REGEX_UNSET;
}

static uint32_t match_line_end(const Matcher *m, uint32_t at)
{
    uint32_t next;
    if (at >= m->end) return REGEX_UNSET;
    uint32_t c = char_at(m, at, &next);
    if (c == '\r') return next < m->end && m->subject[next] == '\n' ? next + 1 : next;
    if (c == '\n') return next;
    return m->bsr == BSR_UNICODE && is_any_newline(c, m->utf) ? next : REGEX_UNSET;
}

// Extended grapheme clusters, Unicode Standard Annex 29: whether there is a boundary between two characters.
static bool is_boundary(enum unicode_break a, enum unicode_break b, bool pictograph_joined, bool regional_pending)
{
    if (a == BREAK_CR && b == BREAK_LF) return false;
    if (a == BREAK_CONTROL || a == BREAK_CR || a == BREAK_LF || b == BREAK_CONTROL || b == BREAK_CR || b == BREAK_LF)
        return true;
    if (a == BREAK_L && (b == BREAK_L || b == BREAK_V || b == BREAK_LV || b == BREAK_LVT)) return false;
    if ((a == BREAK_LV || a == BREAK_V) && (b == BREAK_V || b == BREAK_T)) return false;
    if ((a == BREAK_LVT || a == BREAK_T) && b == BREAK_T) return false;
    if (b == BREAK_EXTEND || b == BREAK_ZWJ || b == BREAK_SPACING || a == BREAK_PREPEND) return false;
    if (pictograph_joined && b == BREAK_PICTOGRAPHIC) return false;
    return !(regional_pending && a == BREAK_REGIONAL && b == BREAK_REGIONAL);
}

static uint32_t match_grapheme(const Matcher *m, uint32_t at)
{
    if (at >= m->end) return REGEX_UNSET;
    enum unicode_break last = unicode_break(char_at(m, at, &at));
    bool pictograph = last == BREAK_PICTOGRAPHIC, regional = last == BREAK_REGIONAL;
    while (at < m->end) {
        uint32_t next;
        enum unicode_break b = unicode_break(char_at(m, at, &next));
        if (is_boundary(last, b, pictograph && last == BREAK_ZWJ, regional)) break;
        pictograph = b == BREAK_PICTOGRAPHIC || (pictograph && (b == BREAK_EXTEND || b == BREAK_ZWJ));
        regional = b == BREAK_REGIONAL && last != BREAK_REGIONAL;
        last = b;
        at = next;
    }
    return at;
}

static uint32_t go_back(const Matcher *m, uint32_t at, uint32_t chars)
{
    if (!m->utf) return chars > at ? REGEX_UNSET : at - chars;
    for (; chars > 0; chars--) {
        if (at == 0) return REGEX_UNSET;
        at = char_before(m, at);
    }
    return at;
}

// One unit of an OP_RUN.
static inline uint32_t match_unit(const Matcher *m, enum unit unit, uint32_t operand, uint32_t at)
{
    uint32_t next;
    if (at >= m->end) return REGEX_UNSET;
    switch (unit) {
    case UNIT_BYTE: return m->subject[at] == operand ? at + 1 : REGEX_UNSET;
    case UNIT_CHAR: return char_at(m, at, &next) == operand ? next : REGEX_UNSET;
    case UNIT_CLASS: return is_member(m, operand, at, &next) ? next : REGEX_UNSET;
    case UNIT_ANY: return newline_at(m, at) == 0 ? char_after(m, at) : REGEX_UNSET;
    case UNIT_ALL: return char_after(m, at);
    case UNIT_ANY_BYTE: return at + 1;
    }
    return REGEX_UNSET;
}

// As many bytes as there are of a class of single bytes, or of one byte.
static uint32_t run_of_bytes(const Matcher *m, enum unit unit, uint32_t operand, uint32_t at, uint32_t end)
{
    const uint8_t *s = m->subject;
    if (unit == UNIT_BYTE) {
        while (at < end && s[at] == operand) at++;
    } else {
        const uint8_t *map = m->program->classes[operand].map;
        while (at < end && in_map(map, s[at])) at++;
    }
    return at;
}

// Takes units until one does not fit or there are `most`.
static uint32_t run_of_units(const Matcher *m, enum unit unit, uint32_t operand, uint32_t at, uint32_t most)
{
    uint32_t end = most < m->end - at ? at + most : m->end, next;
    bool chars_are_bytes = !m->utf || most == REPEAT_UNLIMITED; // or it does not matter
    if (unit == UNIT_BYTE || (unit == UNIT_CLASS && !m->utf)) return run_of_bytes(m, unit, operand, at, end);
    if (unit == UNIT_ANY_BYTE || (unit == UNIT_ALL && chars_are_bytes)) return end;
    if (unit == UNIT_ANY && m->newline == NEWLINE_LF && chars_are_bytes) {
        const uint8_t *lf = end > at ? memchr(m->subject + at, '\n', end - at) : NULL;
        return lf ? (uint32_t) (lf - m->subject) : end;
    }
    for (; most > 0 && (next = match_unit(m, unit, operand, at)) != REGEX_UNSET; most--) at = next;
    return at;
}

// OP_RUN: the place behind, REGEX_UNSET for failure. *deep: no room on the stack.
static uint32_t start_run(Matcher *m, uint32_t pc, uint32_t at, bool *deep)
{
    const uint32_t *op = m->program->code + pc;
    enum unit unit = (enum unit) op[1];
    uint32_t operand = op[2], min = op[3], max = op[4], mode = op[5];
    uint32_t least = at;
    if (min == 1) {
        least = match_unit(m, unit, operand, at);
        if (least == REGEX_UNSET) return REGEX_UNSET;
    } else if (min > 1) {
        for (uint32_t i = 0; i < min; i++) {
            least = match_unit(m, unit, operand, least);
            if (least == REGEX_UNSET) return REGEX_UNSET;
        }
    }
    if (max == min) return least;
    uint32_t more = max == REPEAT_UNLIMITED ? max : max - min;
    if (mode == REPEAT_LAZY) {
        *deep = !push(m, ENTRY_LAZY, pc, least, more);
        return least;
    }
    uint32_t most = run_of_units(m, unit, operand, least, more);
    if (most > least && mode == REPEAT_GREEDY) *deep = !push(m, ENTRY_RUN, pc + 7, least, most);
    return most;
}

// Gives back one more character of a run, more while the byte that must follow does not.
static uint32_t shorten_run(Matcher *m, Entry *e)
{
    const uint32_t *op = m->program->code + e->a - 7;
    uint32_t lead = op[6], at = e->c, least = e->b;
    bool bytes = !m->utf || op[1] == UNIT_BYTE || op[1] == UNIT_ANY_BYTE;
    do {
        at = bytes ? at - 1 : char_before(m, at);
        m->run->steps++;
    } while (lead != NO_LEAD && at > least && m->subject[at] != lead);
    e->c = at;
    if (at <= least) m->height--;
    return at;
}

// Takes one more unit of a lazy run; more while the byte that must follow does not.
static uint32_t lengthen_run(Matcher *m, Entry *e)
{
    const uint32_t *op = m->program->code + e->a;
    uint32_t lead = op[6], at = e->b, left = e->c;
    do {
        at = left > 0 ? match_unit(m, (enum unit) op[1], op[2], at) : REGEX_UNSET;
        left -= left != REPEAT_UNLIMITED;
        m->run->steps++;
    } while (at != REGEX_UNSET && lead != NO_LEAD && (at >= m->end || m->subject[at] != lead));
    if (at == REGEX_UNSET || left == 0) m->height--;
    e->b = at;
    e->c = left;
    return at;
}

// ---- calls ----

static bool call_loops(const Matcher *m, uint32_t group, uint32_t at)
{
    for (uint32_t frame = m->frame; frame; frame = m->stack[frame - 1].b) {
        const Entry *e = &m->stack[frame - 1];
        if (e->c != at) return false;
        if (e->group == group) return true;
    }
    return false;
}

static bool enter_call(Matcher *m, uint32_t group, uint32_t return_to, uint32_t at)
{
    uint32_t saved = saved_entries(m);
    if (!stack_reserve(m, saved + 2)) return false;
    m->stack[m->height++] = (Entry) { .kind = ENTRY_SAVED };
    memcpy(m->stack + m->height, m->registers, m->program->registers * sizeof(uint32_t));
    m->height += saved;
    m->stack[m->height++] = (Entry) { .kind = ENTRY_CALL, .group = group, .a = return_to, .b = m->frame, .c = at };
    m->frame = m->height;
    return true;
}

// What leave_call does in PCRE2.
static bool leave_call_open(Matcher *m, const Entry *e)
{
    const uint32_t *saved = (const uint32_t *) (m->stack + (m->frame - 1 - saved_entries(m)));
    uint32_t changed = 0;
    for (uint32_t i = 1; i < m->program->registers; i++) changed += saved[i] != m->registers[i];
    if (!stack_reserve(m, changed + 1)) return false;
    saved = (const uint32_t *) (m->stack + (m->frame - 1 - saved_entries(m)));
    for (uint32_t i = 1; i < m->program->registers; i++) set_register(m, i, saved[i]);
    push(m, ENTRY_RETURN, m->frame, 0, 0);
    m->frame = e->b;
    return true;
}

// Registers are again what they were, but for \K; *pc is where to go on. False: no room.
static bool leave_call(Matcher *m, uint32_t *pc)
{
    Entry e = m->stack[m->frame - 1];
    uint32_t match_start = m->registers[0];
    *pc = e.a;
    if (regex_is_pcre2) return leave_call_open(m, &e);
    m->height = m->frame - 2 - saved_entries(m);
    memcpy(m->registers, m->stack + m->height + 1, m->program->registers * sizeof(uint32_t));
    m->frame = e.b;
    return set_register(m, 0, match_start); // there is room: the entry of the call was there
}

static bool in_call_of(const Matcher *m, uint32_t group) { return m->frame && m->stack[m->frame - 1].group == group; }

// ---- conditions ----

static bool test_names(const Matcher *m, const uint32_t *operands, bool recursion)
{
    for (uint32_t i = 0; i < operands[1]; i++) {
        uint32_t group = m->program->names[operands[0] + i].group;
        if (recursion ? in_call_of(m, group) : m->registers[2 * group + 1] != REGEX_UNSET) return true;
    }
    return false;
}

static bool test_recursion(const Matcher *m, uint32_t group)
{
    return group == CONDITION_ANY_RECURSION ? m->frame != 0 : in_call_of(m, group);
}

// ---- verbs, on the way back ----

// Ends the innermost call, condition or negative look-around as failed: true when there was one, and the way back goes
// on from there. A positive look-around holds no verb back, nor does a call that has returned.
static bool fail_enclosing(Matcher *m)
{
    uint32_t returned = 0;
    while (m->height > 0) {
        uint32_t kind = m->stack[m->height - 1].kind;
        if (kind == ENTRY_RETURN) returned++;
        if (returned == 0 && (kind == ENTRY_LOOK_CHOICE || kind == ENTRY_CALL)) return true;
        if (kind == ENTRY_CALL) returned--;
        pop_undo(m);
    }
    return false;
}

static bool find_name(const Matcher *m, const Entry *skip, uint32_t *at)
{
    const uint8_t *names = m->program->pattern;
    for (uint32_t i = m->height; i-- > 0;) {
        const Entry *e = &m->stack[i];
        if (e->kind == ENTRY_CALL) {
            i -= saved_entries(m);
            continue;
        }
        if (e->kind == ENTRY_NAME && e->b == skip->b && memcmp(names + e->a, names + skip->a, e->b) == 0) {
            *at = e->c;
            return true;
        }
    }
    return false;
}

// A verb has been met on the way back. True: the way back goes on; otherwise *outcome tells.
static bool backtrack_verb(Matcher *m, const Entry *e, enum outcome *outcome)
{
    uint32_t at = e->b;
    switch ((enum entry_kind) e->kind) {
    case ENTRY_THEN:
        if (e->a < m->frame) { // the alternatives are those around the group that was called
            *outcome = OUTCOME_NEXT;
            break;
        }
        unwind(m, e->a);
        return true;
    case ENTRY_SKIP_NAME:
        *outcome = OUTCOME_SKIP;
        if (find_name(m, e, &at)) break;
        if (!m->anchored) return true;
        *outcome = OUTCOME_NEXT; // PCRE starts anew at the same place, which it does not for an anchored match
        break;
    case ENTRY_SKIP: *outcome = OUTCOME_SKIP; break;
    case ENTRY_COMMIT: *outcome = OUTCOME_COMMIT; break;
    default: *outcome = OUTCOME_NEXT; break;
    }
    m->next_start = at;
    return fail_enclosing(m);
}

// ---- the loop ----

static bool is_empty_match_unwanted(const Matcher *m, uint32_t at)
{
    uint32_t flags = m->run->flags;
    if (at != m->registers[0]) return false;
    return (flags & RUN_NOTEMPTY) || ((flags & RUN_NOTEMPTY_ATSTART) && at == m->run->offset);
}

// What OP_ACCEPT ends.
enum accepted { ACCEPTED_MATCH, ACCEPTED_PART, ACCEPTED_DEEP };

static enum accepted accept(Matcher *m, const uint32_t *op, uint32_t *pc)
{
    if (op[1] != 0 && m->registers[op[1]] >= m->frame) *pc = op[2];
    else if (m->frame == 0) return ACCEPTED_MATCH;
    else if (!leave_call(m, pc)) return ACCEPTED_DEEP;
    return ACCEPTED_PART;
}

// One attempt from `at`. On OUTCOME_MATCH the registers are set.
static enum outcome attempt(Matcher *m, uint32_t at)
{
    const RegexProgram *program = m->program;
    const uint32_t *code = program->code;
    const uint8_t *s = m->subject;
    uint32_t *r = m->registers;
    const uint32_t end = m->end;
    uint32_t pc = 0, next;
    uint64_t step_limit = m->run->steps + m->run->match_limit;
    bool deep = false;
    enum outcome outcome;

#define PUSH(kind, a, b, c) do { if (!push(m, kind, a, b, c)) return OUTCOME_DEEP; } while (0)
#define SET(reg, value) do { if (!set_register(m, reg, value)) return OUTCOME_DEEP; } while (0)

    m->height = 0;
    m->frame = 0;
    r[0] = at;
    for (;;) {
        const uint32_t *op = code + pc;
        switch ((enum op) op[0]) {
        case OP_MATCH:
            if (m->frame) {
                if (!leave_call(m, &pc)) return OUTCOME_DEEP;
                continue;
            }
            if (is_empty_match_unwanted(m, at)) goto fail;
            r[1] = at;
            return OUTCOME_MATCH;
        case OP_FAIL: goto fail;
        case OP_BYTE:
            if (at >= end || s[at] != op[1]) goto fail;
            at++;
            pc += 2;
            continue;
        case OP_STRING:
            if (op[1] > end - at || memcmp(s + at, op + 2, op[1]) != 0) goto fail;
            at += op[1];
            pc += 2 + (op[1] + 3) / 4;
            continue;
        case OP_STRING_CASELESS:
            if (op[1] > end - at || !same_caseless(s + at, (const uint8_t *) (op + 2), op[1])) goto fail;
            at += op[1];
            pc += 2 + (op[1] + 3) / 4;
            continue;
        case OP_CLASS:
            if (at >= end || !is_member(m, op[1], at, &next)) goto fail;
            at = next;
            pc += 2;
            continue;
        case OP_ANY:
            if (at >= end || newline_at(m, at) != 0) goto fail;
            at = char_after(m, at);
            pc++;
            continue;
        case OP_ALL:
            if (at >= end) goto fail;
            at = char_after(m, at);
            pc++;
            continue;
        case OP_ANY_BYTE:
            if (at >= end) goto fail;
            at++;
            pc++;
            continue;
        case OP_LINE_END:
            if ((next = match_line_end(m, at)) == REGEX_UNSET) goto fail;
            at = next;
            pc++;
            continue;
        case OP_GRAPHEME:
            if ((next = match_grapheme(m, at)) == REGEX_UNSET) goto fail;
            at = next;
            pc++;
            continue;
        case OP_RUN:
            next = start_run(m, pc, at, &deep);
            if (deep) return OUTCOME_DEEP;
            if (next == REGEX_UNSET) goto fail;
            at = next;
            pc += 7;
            continue;
        case OP_ASSERT:
            if (!holds(m, (enum assertion) op[1], at)) goto fail;
            pc += 2;
            continue;
        case OP_KEEP:
            SET(0, at);
            pc++;
            continue;
        case OP_BACKREF:
            if ((next = match_backref(m, op[1], op[2], at)) == REGEX_UNSET) goto fail;
            at = next;
            pc += 3;
            continue;
        case OP_BACKREF_NAME:
            if ((next = match_named_backref(m, op + 1, at)) == REGEX_UNSET) goto fail;
            at = next;
            pc += 4;
            continue;
        case OP_OPEN:
            SET(program->starts + op[1], at);
            pc += 2;
            continue;
        case OP_CLOSE:
            if (in_call_of(m, op[1])) {
                if (!leave_call(m, &pc)) return OUTCOME_DEEP;
                continue;
            }
            // fall through
        case OP_CAPTURE:
            PUSH(ENTRY_PAIR, 2 * op[1], r[2 * op[1]], r[2 * op[1] + 1]);
            r[2 * op[1]] = r[program->starts + op[1]];
            r[2 * op[1] + 1] = at;
            pc += 2;
            continue;
        case OP_JUMP: pc = op[1]; continue;
        case OP_SPLIT:
            PUSH(ENTRY_CHOICE, op[1], at, 0);
            pc += 2;
            continue;
        case OP_SPLIT_BACK:
            PUSH(ENTRY_CHOICE, pc + 2, at, 0);
            pc = op[1];
            continue;
        case OP_COUNT_START:
            SET(op[1], 0);
            pc += 2;
            continue;
        case OP_COUNT_LOOP:
            if (r[op[1]] >= op[3]) {
                pc = op[5];
                continue;
            }
            if (r[op[1]] >= op[2]) {
                PUSH(ENTRY_CHOICE, op[4] ? pc + 6 : op[5], at, 0);
                if (op[4]) {
                    pc = op[5];
                    continue;
                }
            }
            pc += 6;
            continue;
        case OP_COUNT_NEXT: {
            uint32_t count = r[op[1]] + 1;
            SET(op[1], count);
            pc = op[2] != 0 && r[op[2]] == at && count >= op[3] ? op[4] : op[5];
            continue;
        }
        case OP_PLACE:
            SET(op[1], at);
            pc += 2;
            continue;
        case OP_EMPTY: pc = r[op[1]] == at ? op[2] : pc + 3; continue;
        case OP_MARK:
            SET(op[1], m->height);
            pc += 2;
            continue;
        case OP_CUT:
            cut(m, r[op[1]]);
            pc += 2;
            continue;
        case OP_LOOK:
        case OP_LOOK_ELSE:
            if (op[0] == OP_LOOK) PUSH(ENTRY_LOOK, 0, 0, 0);
            else PUSH(ENTRY_LOOK_CHOICE, op[2], at, 0);
            next = m->height;
            SET(op[1], next);
            SET(op[1] + 1, at);
            pc += op[0] == OP_LOOK ? 2 : 3;
            continue;
        case OP_LOOK_END:
            at = r[op[1] + 1];
            cut(m, r[op[1]] - 1);
            pc += 2;
            continue;
        case OP_LOOK_LEAVE:
            at = r[op[1] + 1];
            pc += 2;
            continue;
        case OP_LOOK_NOT_END:
            at = r[op[1] + 1];
            unwind(m, r[op[1]] - 1);
            if (op[2] == 0) goto fail;
            pc = op[2];
            continue;
        case OP_BACK:
            if ((next = go_back(m, at, op[1])) == REGEX_UNSET) goto fail;
            at = next;
            pc += 2;
            continue;
        case OP_BEHIND_END:
            if (at != r[op[1] + 1]) goto fail;
            pc += 2;
            continue;
        case OP_CALL:
            if (call_loops(m, op[2], at)) return OUTCOME_LOOP;
            if (!enter_call(m, op[2], pc + 3, at)) return OUTCOME_DEEP;
            pc = op[1];
            m->run->steps++;
            continue;
        case OP_IF_GROUP: pc = r[2 * op[1] + 1] != REGEX_UNSET ? pc + 3 : op[2]; continue;
        case OP_IF_NAME: pc = test_names(m, op + 1, false) ? pc + 4 : op[3]; continue;
        case OP_IF_RECURSION: pc = test_recursion(m, op[1]) ? pc + 3 : op[2]; continue;
        case OP_IF_RECURSION_NAME: pc = test_names(m, op + 1, true) ? pc + 4 : op[3]; continue;
        case OP_COMMIT:
            PUSH(ENTRY_COMMIT, 0, 0, 0);
            pc++;
            continue;
        case OP_PRUNE:
            PUSH(ENTRY_PRUNE, 0, 0, 0);
            pc++;
            continue;
        case OP_SKIP:
            PUSH(ENTRY_SKIP, 0, at, 0);
            pc++;
            continue;
        case OP_SKIP_NAME:
            PUSH(ENTRY_SKIP_NAME, op[1], op[2], 0);
            pc += 3;
            continue;
        case OP_THEN:
            PUSH(ENTRY_THEN, r[op[1]], 0, 0);
            pc += 2;
            continue;
        case OP_NAME:
            PUSH(ENTRY_NAME, op[1], op[2], at);
            pc += 3;
            continue;
        case OP_ACCEPT:
            switch (accept(m, op, &pc)) {
            case ACCEPTED_DEEP: return OUTCOME_DEEP;
            case ACCEPTED_PART: continue;
            case ACCEPTED_MATCH: break;
            }
            if (is_empty_match_unwanted(m, at)) goto fail;
            r[1] = at;
            return OUTCOME_MATCH;
        }

    fail:
        if (++m->run->steps > step_limit) return OUTCOME_LIMIT;
        for (bool resumed = false; !resumed;) {
            if (m->height == 0) return OUTCOME_NOMATCH;
            Entry *e = &m->stack[m->height - 1];
            switch ((enum entry_kind) e->kind) {
            case ENTRY_CHOICE:
            case ENTRY_LOOK_CHOICE:
                pc = e->a;
                at = e->b;
                m->height--;
                resumed = true;
                break;
            case ENTRY_RUN:
                pc = e->a;
                at = shorten_run(m, e);
                resumed = true;
                break;
            case ENTRY_LAZY:
                pc = e->a + 7;
                at = lengthen_run(m, e);
                resumed = at != REGEX_UNSET;
                break;
            case ENTRY_LOOK:
            case ENTRY_NAME:
            case ENTRY_REGISTER:
            case ENTRY_PAIR:
            case ENTRY_CALL:
            case ENTRY_RETURN: pop_undo(m); break;
            default: {
                Entry verb = pop_undo(m);
                if (!backtrack_verb(m, &verb, &outcome)) return outcome;
            }
            }
        }
    }
#undef PUSH
#undef SET
}

// ---- the search ----

// Where the first line from `at` on ends.
static uint32_t line_end(const Matcher *m, uint32_t at)
{
    while (at < m->end && newline_at(m, at) == 0) at = char_after(m, at);
    return at;
}

static uint32_t find_first_byte(const Matcher *m, uint32_t at, uint32_t end)
{
    const RegexProgram *p = m->program;
    if (p->first_byte >= 0) {
        const uint8_t *found = end > at ? memchr(m->subject + at, p->first_byte, end - at) : NULL;
        return found ? (uint32_t) (found - m->subject) : end;
    }
    while (at < end && !in_map(p->first, m->subject[at])) at++;
    return at;
}

// The next place where a match could start; m->end + 1 when there is none.
static uint32_t next_candidate(const Matcher *m, uint32_t at)
{
    const RegexProgram *p = m->program;
    if (p->has_first) {
        uint32_t end = p->options.flags & RE_FIRSTLINE ? line_end(m, at) : m->end;
        return find_first_byte(m, at, end);
    }
    if (p->start == START_LINE && at > m->run->offset) {
        while (at < m->end && !newline_before(m, at)) at = char_after(m, at);
        bool between = m->newline >= NEWLINE_ANYCRLF && m->newline != NEWLINE_NUL && at > 0 && at < m->end && m->subject[at - 1] == '\r' && m->subject[at] == '\n';
        if (between) at++;
    }
    return at;
}

// Every match has the required byte in it: *known is where one is, from wherever it was last looked for.
static bool has_required(const Matcher *m, uint32_t at, uint32_t *known)
{
    const RegexProgram *p = m->program;
    if (p->required < 0 || (*known != REGEX_UNSET && *known >= at)) return true;
    for (; at < m->end; at++) {
        if (p->required == p->required_other) {
            const uint8_t *found = memchr(m->subject + at, p->required, m->end - at);
            if (!found) return false;
            *known = (uint32_t) (found - m->subject);
            return true;
        }
        if (m->subject[at] == p->required || m->subject[at] == p->required_other) {
            *known = at;
            return true;
        }
    }
    return false;
}

static enum regex_result search(Matcher *m)
{
    const RegexProgram *p = m->program;
    bool optimize = !(p->options.flags & RE_NO_START_OPTIMIZE);
    uint32_t at = m->run->offset, required_at = REGEX_UNSET;
    for (;;) {
        if (!m->anchored) {
            at = optimize ? next_candidate(m, at) : at;
        } else if (optimize && p->has_first && (at >= m->end || !in_map(p->first, m->subject[at]))) {
            return REGEX_NOMATCH;
        }
        if (optimize && !has_required(m, at, &required_at)) return REGEX_NOMATCH;
        m->start = at;
        enum outcome outcome = attempt(m, at);
        uint32_t following = at < m->end ? char_after(m, at) : at + 1;
        switch (outcome) {
        case OUTCOME_MATCH: return REGEX_MATCH;
        case OUTCOME_LIMIT: return REGEX_MATCH_LIMIT;
        case OUTCOME_DEEP: return m->no_memory ? REGEX_NO_MEMORY : REGEX_RECURSION_LIMIT;
        case OUTCOME_LOOP: return REGEX_RECURSION_LOOP;
        case OUTCOME_COMMIT: return REGEX_NOMATCH;
        case OUTCOME_SKIP:
            if (m->next_start > at) following = m->next_start;
            break;
        default: break;
        }
        if ((p->options.flags & RE_FIRSTLINE) && newline_at(m, at) > 0) return REGEX_NOMATCH;
        at = following;
        if (m->anchored || at > m->end) return REGEX_NOMATCH;
        bool two_bytes = m->newline >= NEWLINE_CRLF && m->newline != NEWLINE_NUL && !p->has_cr_or_lf;
        if (two_bytes && m->subject[at - 1] == '\r' && at < m->end && m->subject[at] == '\n') at++;
    }
}

static uint32_t at_most(uint32_t a, uint32_t b) { return a < b ? a : b; }

enum regex_result regex_run(const RegexProgram *p, RegexRun *run, uint32_t *ovector)
{
    Matcher m = {
        .program = p,
        .run = run,
        .subject = run->subject,
        .end = run->size,
        .utf = regex_is_utf(p),
        .ucp = p->options.flags & RE_UCP,
        .anchored = p->start == START_ANCHORED || (run->flags & RUN_ANCHORED),
        .newline = run->newline == NEWLINE_UNSET ? p->options.newline : run->newline,
        .bsr = run->bsr == BSR_UNSET ? p->options.bsr : run->bsr,
        .height_limit = at_most(at_most(run->recursion_limit, p->recursion_limit), REGEX_STACK_ENTRIES),
    };
    run->steps = 0;
    run->flags |= p->run_flags;
    run->match_limit = at_most(run->match_limit, p->match_limit);
    size_t bytes = p->registers * sizeof *m.registers;
    m.registers = vm_malloc(bytes);
    if (!m.registers) return REGEX_NO_MEMORY;
    memset(m.registers, 0xFF, bytes);
    stack_take(&m);
    enum regex_result result = search(&m);
    if (result == REGEX_MATCH) memcpy(ovector, m.registers, p->starts * sizeof *ovector);
    stack_give(&m);
    vm_mfree(m.registers, bytes);
    return result;
}
