// The atom table: names to indexes and back. Atoms of atoms.def have fixed indexes and C names: ATOM_ok.
#ifndef ATOMVM_ATOM_H
#define ATOMVM_ATOM_H

#include "term.h"

enum atom_constant {
#define ATOM(name, text) ATOM_INDEX_##name,
#include "atoms.def"
#undef ATOM
    ATOM_CONSTANTS
};

enum atom_term {
#define ATOM(name, text) ATOM_##name = (ATOM_INDEX_##name << 4) | TAG_ATOM,
#include "atoms.def"
#undef ATOM
};

// The last atoms of the table are for modules that are loaded when a program has made all the others.
enum { ATOM_MAX_BYTES = 255 * 4, ATOM_MAX_CHARS = 255, ATOM_TABLE_MAX = 1 << 20, PROGRAM_ATOMS_MAX = ATOM_TABLE_MAX - (1 << 16) };

void atoms_init(void);
// The atom with this UTF-8 name, made if new: by the archive while memory is kept (arena.h), otherwise by a program. NONE
// when the table is full or memory is out.
term atom_intern(const char *utf8, size_t length);
void atoms_freeze(void); // what programs have made up to now belongs to the image
// After a reset nobody holds an atom that a program has made since the freeze: they all cease to exist.
void atoms_rewind(void);
// The atom with this name, or NONE when no such atom exists.
term atom_existing(const char *utf8, size_t length);
// UTF-8, not terminated; valid for ever.
const char *atom_text(term atom, size_t *length);
uint32_t atom_hash(term atom); // of the name: the same in every run
uint32_t atom_count(void);

static inline term make_bool(bool b) { return b ? (term) ATOM_true : (term) ATOM_false; }
static inline bool is_bool(term t) { return t == (term) ATOM_true || t == (term) ATOM_false; }

#endif
