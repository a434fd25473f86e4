// Condensed code: `Code` written from its parts. Layout of the streams: condensed.py, which makes them.
#include "condensed.h"

enum { OPERATIONS, JUMP, ATOM, LITERAL, IMPORT, LINE, FUN, STREAMS = PARTS - PART_OPERATIONS };
enum { HEADER_BYTES = 20, MARK_JUMP = 0x15, MARK_ATOM = 0x12, MARK_LITERAL = 0x47, MARK_FUN = 0x00 };
enum { TARGETS = 8 }; // how many targets of jumps are remembered
enum { LABEL = 1, FUNC_INFO = 2, INT_CODE_END = 3, LIST = 0x17, ALLOC = 0x37, TYPED = 0x57 };
// No operand or label gets longer than this by being restored: a jump, whose number alone is in a stream.
enum { MAX_GROWTH = 8, TERM_MAX = 40 };

// What operands are that are not written as in `Code`, besides those that are references of a kind; 0 for all others.
enum { TARGET = STREAMS, CALLEE, CHOICES, OWN, NAME, ARITY, ALLOCATED, TRIMMED, FRAME };
// Of an instruction its first three operands, and whether it never goes on.
#define THEN(kind) (kind) << 4
#define LAST(kind) (kind) << 8
enum { KIND = 15, NEVER_GOES_ON = 1 << 12 };

static const uint16_t special[256] = {
    [2] = OWN | THEN(NAME) | NEVER_GOES_ON,                                                  // func_info
    [4] = THEN(CALLEE), [5] = THEN(CALLEE) | LAST(FRAME) | NEVER_GOES_ON,                    // call, call_last
    [6] = THEN(CALLEE) | NEVER_GOES_ON,                                                      // call_only
    [7] = ARITY | THEN(IMPORT), [8] = ARITY | THEN(IMPORT) | LAST(FRAME) | NEVER_GOES_ON,    // call_ext, call_ext_last
    [78] = ARITY | THEN(IMPORT) | NEVER_GOES_ON,                                             // call_ext_only
    [9] = IMPORT, [10] = THEN(IMPORT), [11] = THEN(IMPORT), [185] = THEN(IMPORT),            // bif0 to bif3
    [124] = LAST(IMPORT), [125] = LAST(IMPORT), [152] = LAST(IMPORT),                        // gc_bif1 to gc_bif3
    [12] = ALLOCATED, [13] = ALLOCATED, [14] = ALLOCATED, [15] = ALLOCATED,                  // allocate and others
    [18] = FRAME, [113] = THEN(FRAME) | NEVER_GOES_ON, [136] = TRIMMED | THEN(FRAME),        // deallocate, apply_last, trim
    [153] = LINE, [183] = LINE, [184] = LINE,                                                // line, executable_, debug_line
    [103] = FUN, [171] = FUN, [178] = FUN,                                                   // make_fun2, make_fun3, call_fun2
    [59] = THEN(TARGET) | LAST(CHOICES) | NEVER_GOES_ON,                                     // select_val
    [60] = THEN(TARGET) | LAST(CHOICES) | NEVER_GOES_ON,                                     // select_tuple_arity
    [61] = TARGET | NEVER_GOES_ON, [62] = THEN(TARGET), [104] = THEN(TARGET),                // jump, catch, try
    [23] = TARGET, [24] = TARGET | NEVER_GOES_ON,                                            // loop_rec, loop_rec_end
    [25] = TARGET | NEVER_GOES_ON, [26] = TARGET,                                            // wait, wait_timeout
    [39] = TARGET, [40] = TARGET, [41] = TARGET, [42] = TARGET, [43] = TARGET, [44] = TARGET, // is_lt to is_ne_exact
    [45] = TARGET, [46] = TARGET, [47] = TARGET, [48] = TARGET, [49] = TARGET, [50] = TARGET, // is_integer to is_reference
    [51] = TARGET, [52] = TARGET, [53] = TARGET, [55] = TARGET, [56] = TARGET, [57] = TARGET, // is_port to is_tuple
    [58] = TARGET, [77] = TARGET, [114] = TARGET, [115] = TARGET,                            // test_arity, is_function, _boolean
    [117] = TARGET, [119] = TARGET, [120] = TARGET, [121] = TARGET, [129] = TARGET,          // bs_get_integer2 to is_bitstr
    [131] = TARGET, [132] = TARGET, [138] = TARGET, [139] = TARGET,                          // bs_test_unit to bs_skip_utf8
    [156] = TARGET, [157] = TARGET, [158] = TARGET, [159] = TARGET, [166] = TARGET,          // is_map to bs_start_match3
    [182] = TARGET,                                                                          // bs_match
    [19] = NEVER_GOES_ON, [72] = NEVER_GOES_ON, [73] = NEVER_GOES_ON, [74] = NEVER_GOES_ON,  // return, badmatch to case_end
    [107] = NEVER_GOES_ON,                                                                   // try_case_end
};
_Static_assert((int) FRAME <= (int) KIND, "kinds of operands have four bits");

typedef struct Restorer {
    Reader in[STREAMS];
    uint32_t next[STREAMS]; // the first number of each kind that has not been used
    uint32_t labels, functions, next_fun, frame, import_count;
    uint32_t targets[TARGETS], callees[TARGETS]; // the latest ones, each once, the newest first
    const uint8_t *arities;                      // of the imports
    uint8_t *out, *end;
    bool bad;
} Restorer;

uint32_t read_leb128(Reader *r)
{
    uint32_t value = 0;
    for (int shift = 0; shift < 32; shift += 7) {
        uint8_t byte = read_u8(r);
        value |= (uint32_t) (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    r->bad = true;
    return 0;
}

static void put(Restorer *s, uint8_t byte)
{
    if (s->out < s->end) *s->out++ = byte;
    else s->bad = true;
}

// The halves of a byte there have changed places (condensed_archive.py).
static uint8_t swapped(uint8_t byte) { return (uint8_t) (byte >> 4 | byte << 4); }
static uint8_t next_byte(Restorer *s) { return swapped(read_u8(&s->in[OPERATIONS])); }

static uint8_t copy_byte(Restorer *s)
{
    uint8_t byte = next_byte(s);
    put(s, byte);
    return byte;
}

// A compact term; numbers of this many labels or atoms do not exist.
static void put_number(Restorer *s, ArgTag tag, uint32_t n)
{
    if (n < 16) {
        put(s, (uint8_t) (n << 4 | tag));
    } else if (n < 2048) {
        put(s, (uint8_t) ((n >> 3 & 0xe0) | 8 | tag));
        put(s, (uint8_t) n);
    } else {
        int size = n < 1u << 15 ? 2 : n < 1u << 23 ? 3 : 4;
        if (n >= 1u << 31) s->bad = true;
        put(s, (uint8_t) ((size - 2) << 5 | 0x18 | tag));
        while (size-- > 0) put(s, (uint8_t) (n >> 8 * size));
    }
}

static uint32_t number_of(Restorer *s, int kind)
{
    uint32_t written = read_leb128(&s->in[kind]);
    if (written == 0) return s->next[kind]++;
    return kind == LINE ? s->next[LINE] - written : kind == ATOM ? written : written - 1;
}

static uint32_t remember(uint32_t latest[TARGETS], uint32_t label)
{
    uint32_t at = 0;
    while (at < TARGETS - 1 && latest[at] != label) at++;
    for (; at > 0; at--) latest[at] = latest[at - 1];
    return latest[0] = label;
}

static void jump(Restorer *s, uint32_t latest[TARGETS])
{
    uint32_t number = read_leb128(&s->in[JUMP]);
    put_number(s, ARG_F, remember(latest, number < TARGETS ? latest[number] : s->labels + unzigzag(number - TARGETS)));
}

// The value of a compact term that begins with this byte; what is too long for TERM_MAX is no code.
static uint32_t read_term(Restorer *s, uint8_t first, bool copy)
{
    Reader *in = &s->in[OPERATIONS];
    uint8_t bytes[TERM_MAX] = { first };
    size_t size = 1;
    for (const uint8_t *at = in->at; size < TERM_MAX && at < in->end; at++) bytes[size++] = swapped(*at);
    Reader term = { bytes, bytes + size, false };
    Arg a = read_arg(&term);
    in->at += term.at - bytes - 1;
    in->bad |= term.bad;
    for (const uint8_t *at = bytes; copy && at < term.at; at++) put(s, *at);
    return (uint32_t) a.value;
}

static uint32_t next_number(Restorer *s, bool copy)
{
    uint8_t first = next_byte(s);
    if (first & 8) return read_term(s, first, copy);
    if (copy) put(s, first);
    return first >> 4;
}

static void operand(Restorer *s, uint8_t first, bool nested)
{
    if (first == MARK_JUMP) {
        jump(s, s->targets);
    } else if (first == MARK_ATOM) {
        put_number(s, ARG_A, number_of(s, ATOM));
    } else if (first == MARK_LITERAL) {
        put(s, first);
        put_number(s, ARG_U, number_of(s, LITERAL));
    } else if ((first & 7) != ARG_Z && (first & 0x18) != 0x18) { // one byte or two, as nearly all
        put(s, first);
        if (first & 8) copy_byte(s);
    } else if ((first & 7) != ARG_Z) {
        read_term(s, first, true);
    } else if (first == LIST || first == ALLOC || first == TYPED) {
        put(s, first);
        if (nested) s->bad = true;
        if (first == TYPED) operand(s, next_byte(s), true);
        uint32_t count = next_number(s, true);
        if (first == TYPED) return;
        if (first == ALLOC) count *= 2;
        while (count-- > 0 && !s->bad && !s->in[OPERATIONS].bad) operand(s, next_byte(s), true);
    } else { // a float register
        put(s, first);
        next_number(s, true);
    }
}

static void choices(Restorer *s)
{
    copy_byte(s);
    uint32_t choice = 0, label = s->labels;
    for (uint32_t count = next_number(s, true) / 2; count > 0 && !s->bad && !s->in[OPERATIONS].bad; count--) {
        uint8_t first = next_byte(s);
        if ((first & 7) == ARG_H) put_number(s, ARG_I, choice += unzigzag(read_term(s, first, false)));
        else operand(s, first, true);
        put_number(s, ARG_F, label += unzigzag(read_leb128(&s->in[JUMP])));
    }
}

static void fun(Restorer *s)
{
    uint8_t first = next_byte(s);
    if (first != MARK_FUN) {
        operand(s, first, false);
        return;
    }
    uint32_t row = s->next_fun + unzigzag(read_leb128(&s->in[FUN]));
    s->next_fun = row + 1;
    put_number(s, ARG_U, row);
}

// The arity of the import that comes next.
static void arity(Restorer *s)
{
    Reader in = s->in[IMPORT];
    uint32_t written = read_leb128(&in), number = written ? written - 1 : s->next[IMPORT];
    if (number < s->import_count) put_number(s, ARG_U, s->arities[number]);
    else s->bad = true;
}

static void frame(Restorer *s, uint32_t kind)
{
    uint32_t size = next_number(s, false);
    if (kind == TRIMMED) s->frame -= size;
    else if (kind == ALLOCATED) s->frame = size;
    else size = s->frame = size ? size - 1 : s->frame;
    put_number(s, ARG_U, size);
}

static void special_operand(Restorer *s, uint32_t kind)
{
    switch (kind) {
    case 0: operand(s, next_byte(s), false); break;
    case TARGET: jump(s, s->targets); break;
    case CALLEE: jump(s, s->callees); break;
    case CHOICES: choices(s); break;
    case OWN: put(s, MARK_ATOM); break; // atom 1
    case NAME: put_number(s, ARG_A, number_of(s, ATOM)); break;
    case ARITY: arity(s); break;
    case FUN: fun(s); break;
    case IMPORT: case LINE: put_number(s, ARG_U, number_of(s, (int) kind)); break;
    default: frame(s, kind);
    }
}

static void place_label(Restorer *s, bool is_entry)
{
    put_number(s, ARG_U, ++s->labels);
    if (!is_entry) return;
    s->functions++;
    remember(s->callees, s->labels);
    remember(s->targets, s->labels - 1);
}

static bool restore(Restorer *s)
{
    uint8_t before = FUNC_INFO; // what never goes on
    bool is_entry = false;
    Reader *in = &s->in[OPERATIONS];
    for (;;) {
        uint8_t op = !(special[before] & NEVER_GOES_ON) ? next_byte(s) : in->at < in->end ? LABEL : INT_CODE_END;
        put(s, op);
        if (op == INT_CODE_END) break;
        if (s->bad || in->bad || opcode_arity[op] == 255) return false;
        if (op == LABEL) place_label(s, is_entry);
        else
            for (uint32_t i = 0, kinds = special[op]; i < opcode_arity[op]; i++, kinds >>= 4)
                special_operand(s, i < 3 ? kinds & KIND : 0);
        is_entry = op == FUNC_INFO;
        before = op;
    }
    for (int i = 0; i < STREAMS; i++) s->bad |= s->in[i].bad;
    return !s->bad && s->out == s->end;
}

static void put_u32(uint8_t *at, uint32_t n)
{
    for (int i = 0; i < 4; i++) at[i] = (uint8_t) (n >> (24 - 8 * i));
}

// The last numbers of the rows of imports, a byte each.
static bool read_arities(Reader r, uint8_t *arities, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        read_leb128(&r);
        read_leb128(&r);
        arities[i] = (uint8_t) read_leb128(&r);
    }
    return !r.bad;
}

bool code_restore(const Slice parts[PARTS], Slice *code)
{
    Restorer s = { .next = { [ATOM] = 2, [LINE] = 1 } };
    size_t streams = 0;
    for (int i = 0; i < STREAMS; i++) {
        s.in[i] = reader_of(parts[PART_OPERATIONS + i]);
        streams += parts[PART_OPERATIONS + i].size;
    }
    Reader numbers = reader_of(parts[PART_CODE]), imports = reader_of(parts[PART_IMPORTS]);
    size_t size = read_leb128(&numbers);
    if (imports.at < imports.end) s.import_count = read_leb128(&imports);
    if (numbers.bad || size > streams * MAX_GROWTH || s.import_count > parts[PART_IMPORTS].size) return false;
    uint8_t *bytes = vm_malloc(HEADER_BYTES + size), *arities = vm_malloc(s.import_count + 1);
    bool good = bytes && arities && read_arities(imports, arities, s.import_count);
    if (good) {
        s.arities = arities;
        s.out = bytes + HEADER_BYTES;
        s.end = s.out + size;
        good = restore(&s);
        uint32_t header[HEADER_BYTES / 4] = { HEADER_BYTES - 4, 0, 0, s.labels + 1, s.functions }; // nobody asks for the highest opcode
        for (int i = 0; i < HEADER_BYTES / 4; i++) put_u32(bytes + 4 * i, header[i]);
    }
    if (arities) vm_mfree(arities, s.import_count + 1);
    if (good) *code = (Slice) { bytes, HEADER_BYTES + size };
    else if (bytes) vm_mfree(bytes, HEADER_BYTES + size);
    return good;
}
