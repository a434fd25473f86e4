// Compact terms of the Code chunk.
#ifndef ATOMVM_CODEC_H
#define ATOMVM_CODEC_H

#include "module.h"

typedef enum ArgTag {
    ARG_U, ARG_I, ARG_A, ARG_X, ARG_Y, ARG_F, ARG_H, ARG_Z, // the encoding's own
    ARG_LIST, ARG_FR, ARG_ALLOC, ARG_LITERAL, ARG_TYPED, ARG_BIG
} ArgTag;

typedef struct Arg {
    ArgTag tag;
    int64_t value;         // number, index, count of list items
    const uint8_t *bytes;  // ARG_BIG: its two's complement bytes, `value` of them
} Arg;

typedef struct Reader {
    const uint8_t *at, *end;
    bool bad; // ran over the end, or met what cannot be
} Reader;

static inline Reader reader_of(Slice s) { return (Reader) { s.bytes, s.bytes + s.size, false }; }

static inline uint8_t read_u8(Reader *r)
{
    if (r->at < r->end) return *r->at++;
    r->bad = true;
    return 0;
}

static inline uint32_t read_u32(Reader *r)
{
    if (r->end - r->at < 4) {
        r->bad = true;
        r->at = r->end;
        return 0;
    }
    uint32_t n = (uint32_t) r->at[0] << 24 | (uint32_t) r->at[1] << 16 | (uint32_t) r->at[2] << 8 | r->at[3];
    r->at += 4;
    return n;
}

Arg read_arg(Reader *r); // of an ARG_LIST only the count: the items follow; ARG_ALLOC: pairs follow
int64_t read_unsigned(Reader *r); // an ARG_U's value, or bad
// Steps over one operand with all that belongs to it.
void skip_arg(Reader *r);

// The same, quick for the operands of one and two bytes that nearly all are.
static inline void skip_operand(Reader *r)
{
    if (r->end - r->at < 2 || (*r->at & 7) == ARG_Z || (*r->at & 0x18) == 0x18) skip_arg(r);
    else r->at += *r->at & 8 ? 2 : 1;
}

// A literal that condensed_term.c reads, and its external term, to be freed; false when it is damaged or memory is out.
bool term_is_condensed(const uint8_t *bytes, size_t size);
bool term_restore(const uint8_t *bytes, size_t size, Slice *external);
uint32_t read_leb128(Reader *r);

// A constant operand: integer, atom or literal. NONE when it is none of these, damaged, or memory is out.
term module_constant(Module *m, const Arg *a);

extern const uint8_t opcode_arity[256]; // 255 = no such instruction

#endif
