// Condensed code: `Code` written from its parts. Layout of the streams: condensed.py, which makes them.
#include "condensed.h"

enum { OPERATIONS, JUMP, ATOM, LITERAL, IMPORT, LINE, FUN, STREAMS = PARTS - PART_OPERATIONS };
enum { HEADER_BYTES = 20, MARK_JUMP = 0x15, MARK_ATOM = 0x12, MARK_LITERAL = 0x47, MARK_FUN = 0x00 };
enum { TARGETS = 8 }; // how many targets of jumps are remembered
enum { LABEL = 1, INT_CODE_END = 3, LIST = 0x17, ALLOC = 0x37, TYPED = 0x57 };
// No operand gets longer than this by being restored: a jump, whose mark alone is among the operations.
enum { MAX_GROWTH = 8 };

// Operands that are plain numbers and refer to something: which operand, counted from 1, and its kind.
static const struct { uint8_t operand, kind; } bare[256] = {
    [7] = { 2, IMPORT }, [8] = { 2, IMPORT }, [78] = { 2, IMPORT },                      // call_ext, _last, _only
    [9] = { 1, IMPORT }, [10] = { 2, IMPORT }, [11] = { 2, IMPORT }, [185] = { 2, IMPORT }, // bif0 to bif3
    [124] = { 3, IMPORT }, [125] = { 3, IMPORT }, [152] = { 3, IMPORT },                 // gc_bif1 to gc_bif3
    [153] = { 1, LINE }, [183] = { 1, LINE }, [184] = { 1, LINE },                       // line, executable_, debug_line
    [103] = { 1, FUN }, [171] = { 1, FUN }, [178] = { 1, FUN },                          // make_fun2, make_fun3, call_fun2
};

typedef struct Restorer {
    Reader in[STREAMS];
    uint32_t next[STREAMS]; // the first number of each kind that has not been used
    uint32_t labels, next_fun;
    uint32_t targets[TARGETS]; // of the latest jumps, each once, the newest first
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

static uint8_t copy_byte(Restorer *s)
{
    uint8_t byte = read_u8(&s->in[OPERATIONS]);
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

static uint32_t jump_target(Restorer *s)
{
    uint32_t number = read_leb128(&s->in[JUMP]), at = TARGETS - 1;
    uint32_t label = number < TARGETS ? s->targets[number] : s->labels + unzigzag(number - TARGETS);
    if (number < TARGETS) at = number;
    for (; at > 0; at--) s->targets[at] = s->targets[at - 1];
    return s->targets[0] = label;
}

static uint32_t copy_term(Restorer *s, uint8_t first)
{
    Reader *in = &s->in[OPERATIONS];
    const uint8_t *start = in->at;
    Reader term = { in->at - 1, in->end, false };
    Arg a = read_arg(&term);
    in->at = term.at;
    in->bad |= term.bad;
    put(s, first);
    for (const uint8_t *at = start; at < term.at; at++) put(s, *at);
    return (uint32_t) a.value;
}

static void operand(Restorer *s, uint8_t first, bool nested)
{
    if (first == MARK_JUMP) {
        put_number(s, ARG_F, jump_target(s));
    } else if (first == MARK_ATOM) {
        put_number(s, ARG_A, number_of(s, ATOM));
    } else if (first == MARK_LITERAL) {
        put(s, first);
        put_number(s, ARG_U, number_of(s, LITERAL));
    } else if ((first & 7) != ARG_Z && (first & 0x18) != 0x18) { // one byte or two, as nearly all
        put(s, first);
        if (first & 8) copy_byte(s);
    } else if ((first & 7) != ARG_Z) {
        copy_term(s, first);
    } else if (first == LIST || first == ALLOC || first == TYPED) {
        put(s, first);
        if (nested) s->bad = true;
        if (first == TYPED) operand(s, read_u8(&s->in[OPERATIONS]), true);
        uint32_t count = copy_term(s, read_u8(&s->in[OPERATIONS]));
        if (first == TYPED) return;
        if (first == ALLOC) count *= 2;
        while (count-- > 0 && !s->bad && !s->in[OPERATIONS].bad) operand(s, read_u8(&s->in[OPERATIONS]), true);
    } else { // a float register
        put(s, first);
        copy_term(s, read_u8(&s->in[OPERATIONS]));
    }
}

static void operands(Restorer *s, uint8_t op)
{
    for (int i = 1; i <= opcode_arity[op]; i++) {
        if (i != bare[op].operand) {
            operand(s, read_u8(&s->in[OPERATIONS]), false);
        } else if (bare[op].kind != FUN) {
            put_number(s, ARG_U, number_of(s, bare[op].kind));
        } else {
            uint8_t first = read_u8(&s->in[OPERATIONS]);
            if (first != MARK_FUN) {
                operand(s, first, false);
                continue;
            }
            uint32_t row = s->next_fun + unzigzag(read_leb128(&s->in[FUN]));
            s->next_fun = row + 1;
            put_number(s, ARG_U, row);
        }
    }
}

static bool restore(Restorer *s)
{
    for (;;) {
        uint8_t op = copy_byte(s);
        if (op == INT_CODE_END) break;
        if (s->bad || s->in[OPERATIONS].bad || opcode_arity[op] == 255) return false;
        if (op == LABEL) put_number(s, ARG_U, ++s->labels);
        else operands(s, op);
    }
    for (int i = 0; i < STREAMS; i++) s->bad |= s->in[i].bad;
    return !s->bad && s->out == s->end;
}

static void put_u32(uint8_t *at, uint32_t n)
{
    for (int i = 0; i < 4; i++) at[i] = (uint8_t) (n >> (24 - 8 * i));
}

bool code_restore(const Slice parts[PARTS], Slice *code)
{
    Restorer s = { .next = { [ATOM] = 2, [LINE] = 1 } };
    size_t streams = 0;
    for (int i = 0; i < STREAMS; i++) {
        s.in[i] = reader_of(parts[PART_OPERATIONS + i]);
        streams += parts[PART_OPERATIONS + i].size;
    }
    Reader numbers = reader_of(parts[PART_CODE]);
    uint32_t header[HEADER_BYTES / 4] = { HEADER_BYTES - 4 };
    for (int i = 2; i < HEADER_BYTES / 4; i++) header[i] = read_leb128(&numbers); // highest opcode, labels, functions
    size_t size = read_leb128(&numbers);
    if (numbers.bad || size > streams * MAX_GROWTH) return false;
    uint8_t *bytes = vm_malloc(HEADER_BYTES + size);
    if (!bytes) return false;
    for (int i = 0; i < HEADER_BYTES / 4; i++) put_u32(bytes + 4 * i, header[i]);
    s.out = bytes + HEADER_BYTES;
    s.end = s.out + size;
    *code = (Slice) { bytes, HEADER_BYTES + size };
    if (restore(&s)) return true;
    vm_mfree(bytes, HEADER_BYTES + size);
    return false;
}
