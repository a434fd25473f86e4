// Operands of decoded code.
//
// A source or destination word is a register when its low four bits are 0 (no value has those):
//   byte offset from the register file or the stack top << 5 | is_y << 4
// Any other source word is the constant itself. Offsets of Y registers count from `stop`, so they step over the return
// address. Specialised instructions hold bare registers: the address of an X register, the byte offset of a Y register.
#ifndef ATOMVM_OPERAND_H
#define ATOMVM_OPERAND_H

#include "vm.h"

enum { OPERAND_Y = 16, OPERAND_SHIFT = 5 };

static inline Word operand_x(uint32_t n) { return (Word) (n * WORD_BYTES) << OPERAND_SHIFT; }
static inline Word operand_y(uint32_t n) { return (Word) ((n + 1) * WORD_BYTES) << OPERAND_SHIFT | OPERAND_Y; }
static inline bool operand_is_register(Word w) { return (w & 15) == 0; }

static inline term *operand_slot(Word w, term *x, term *stop)
{
    return (term *) ((char *) (w & OPERAND_Y ? stop : x) + (w >> OPERAND_SHIFT));
}
static inline term operand_fetch(Word w, term *x, term *stop) { return operand_is_register(w) ? *operand_slot(w, x, stop) : w; }

static inline Word operand_bare_x(Word w) { return (Word) vm.x + (w >> OPERAND_SHIFT); }
static inline Word operand_bare_y(Word w) { return w >> OPERAND_SHIFT; }

// Return addresses on the stack: shifted so that their low four bits are 0, as a header's.
enum { CP_SHIFT = sizeof(Word) == 4 ? 2 : 1 };
static inline term cp_pack(const Word *pc) { return (term) pc << CP_SHIFT; }
static inline const Word *cp_unpack(term w) { return (const Word *) (w >> CP_SHIFT); }

#endif
