// Compact terms, decoded with every length checked.
#include "codec.h"

const uint8_t opcode_arity[256] = {
    [0] = 255,
#define OPCODE(number, name, arity, kinds) [number] = arity,
#define OBSOLETE(number, name, arity) [number] = arity,
#define INSTRUCTION(name)
#define FUSED(name, first, second)
#include "opcodes.def"
#undef OPCODE
#undef OBSOLETE
#undef INSTRUCTION
#undef FUSED
    [192 ... 255] = 255, // of later releases
};

static Arg long_value(Reader *r, ArgTag tag, uint8_t first)
{
    size_t size = (size_t) (first >> 5) + 2;
    if (size == 9) size = (size_t) read_unsigned(r) + 9;
    if (r->bad || size > (size_t) (r->end - r->at)) {
        r->bad = true;
        return (Arg) { .tag = ARG_U };
    }
    const uint8_t *bytes = r->at;
    r->at += size;
    if (size > 8 && tag == ARG_I) return (Arg) { .tag = ARG_BIG, .value = (int64_t) size, .bytes = bytes };
    if (size > 8) {
        if (tag != ARG_U || bytes[0] & 0x80) r->bad = true;
        return (Arg) { .tag = ARG_U, .value = INT64_MAX }; // of bits, which are never so many
    }
    uint64_t n = bytes[0] & 0x80 ? ~(uint64_t) 0 : 0;
    for (size_t i = 0; i < size; i++) n = n << 8 | bytes[i];
    return (Arg) { .tag = tag, .value = (int64_t) n };
}

static Arg extended(Reader *r, uint8_t first)
{
    Arg inner;
    switch (first >> 4) {
    case 1: return (Arg) { .tag = ARG_LIST, .value = read_unsigned(r) };
    case 2: return (Arg) { .tag = ARG_FR, .value = read_unsigned(r) };
    case 3: return (Arg) { .tag = ARG_ALLOC, .value = read_unsigned(r) };
    case 4: return (Arg) { .tag = ARG_LITERAL, .value = read_unsigned(r) };
    case 5:
        inner = read_arg(r);
        read_unsigned(r); // index into the type table: a hint
        if (inner.tag != ARG_X && inner.tag != ARG_Y) r->bad = true;
        return inner;
    default:
        r->bad = true;
        return (Arg) { .tag = ARG_U };
    }
}

Arg read_arg(Reader *r)
{
    uint8_t first = read_u8(r);
    ArgTag tag = (ArgTag) (first & 7);
    if (tag == ARG_Z) return extended(r, first);
    if (!(first & 8)) return (Arg) { .tag = tag, .value = first >> 4 };
    if (!(first & 16)) return (Arg) { .tag = tag, .value = (int64_t) (first >> 5) << 8 | read_u8(r) };
    return long_value(r, tag, first);
}

int64_t read_unsigned(Reader *r)
{
    uint8_t first = read_u8(r);
    if ((first & 7) != ARG_U) {
        r->bad = true;
        return 0;
    }
    if (!(first & 8)) return first >> 4;
    if (!(first & 16)) return (int64_t) (first >> 5) << 8 | read_u8(r);
    Arg a = long_value(r, ARG_U, first);
    if (a.value < 0) r->bad = true;
    return r->bad ? 0 : a.value;
}

void skip_arg(Reader *r)
{
    Arg a = read_arg(r);
    int64_t follow = a.tag == ARG_LIST ? a.value : a.tag == ARG_ALLOC ? 2 * a.value : 0;
    if (follow > r->end - r->at) r->bad = true;
    while (follow-- > 0 && !r->bad) skip_arg(r);
}
