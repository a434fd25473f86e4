// Numbers of the loop's instructions and of the file format's, both from opcodes.def; small codes inside operands.
#ifndef ATOMVM_INSTRUCTIONS_H
#define ATOMVM_INSTRUCTIONS_H

#include "bits.h"
#include "module.h"

enum opcode {
#define OPCODE(number, name, arity, kinds) OPCODE_##name = number,
#define OBSOLETE(number, name, arity)
#define NATIVE_RECORD(number, name, arity)
#define INSTRUCTION(name)
#define FUSED(name, first, second)
#include "opcodes.def"
#undef OPCODE
#undef OBSOLETE
#undef NATIVE_RECORD
#undef INSTRUCTION
#undef FUSED
};

// An OPCODE without a form of its own keeps its number; INSTRUCTIONs and FUSED ones follow from 192 on.
enum instruction {
#define OPCODE(number, name, arity, kinds) OP_##name = number,
#define OBSOLETE(number, name, arity)
#define NATIVE_RECORD(number, name, arity)
#define INSTRUCTION(name)
#define FUSED(name, first, second)
#include "opcodes.def"
#undef OPCODE
#undef INSTRUCTION
#undef FUSED
    OP_BEFORE_INTERNAL = 191,
#define OPCODE(number, name, arity, kinds)
#define INSTRUCTION(name) OP_##name,
#define FUSED(name, first, second) OP_##name,
#include "opcodes.def"
#undef OPCODE
#undef OBSOLETE
#undef NATIVE_RECORD
#undef INSTRUCTION
#undef FUSED
};

enum { LIVE_UNKNOWN = 0xFFFF }; // live registers of guard functions that never allocate

enum segment { SEGMENT_APPEND, SEGMENT_BINARY, SEGMENT_INTEGER, SEGMENT_FLOAT, SEGMENT_STRING, SEGMENT_UTF8, SEGMENT_UTF16, SEGMENT_UTF32 };
enum { SEGMENT_NUMBER_SHIFT = 8 }; // in the word of a segment's flags

enum match_command { MATCH_ENSURE_AT_LEAST, MATCH_ENSURE_EXACTLY, MATCH_INTEGER, MATCH_BINARY, MATCH_SKIP, MATCH_GET_TAIL, MATCH_EQUAL };

#endif
