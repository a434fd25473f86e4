// Condensed archives: their blocks, decoded when first needed, and the parts of their modules. Layout: condensed_archive.py.
#ifndef ATOMVM_CONDENSED_H
#define ATOMVM_CONDENSED_H

#include "codec.h"

enum Part {
    PART_LITERALS, PART_SIZES, PART_STRINGS, PART_FILES, PART_RAW, PART_ATOMS, PART_EXPORTS, PART_IMPORTS, PART_FUNS, PART_UNIQUES,
    PART_LINES, PART_CODE, PART_OPERATIONS, PART_JUMPS, PART_CODE_ATOMS, PART_CODE_LITERALS, PART_CODE_IMPORTS, PART_CODE_LINES,
    PART_CODE_FUNS, PARTS
};

typedef bool (*AddSection)(Slice name, uint32_t flags, uint32_t block, uint32_t section);

// Takes the data of the archive's one section, decodes the first block and adds every section. False when it is damaged.
bool condensed_open(Slice data, AddSection add);
// The parts of a section; false when its block is damaged.
bool condensed_parts(uint32_t block, uint32_t section, Slice parts[PARTS]);
// NONE for a number that no atom of a decoded block has.
term condensed_atom(uint32_t number);

// A module of the archive: a .beam, or with an empty one, its parts. False when there is none (archive.c).
bool archive_module(term name, Slice *beam, Slice parts[PARTS]);

// A text up to its end, which is stepped over.
Slice read_text(Reader *r);
static inline uint32_t unzigzag(uint32_t n) { return n & 1 ? ~(n >> 1) : n >> 1; }

// `Code` from its parts, in memory that stays; false when they are damaged or memory is out (condensed.c).
bool code_restore(const Slice parts[PARTS], Slice *code);

#endif
