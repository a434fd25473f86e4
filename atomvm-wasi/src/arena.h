// Linear memory in two arenas, so that a machine can go back to what it was when it started to listen.
//
//   kept    what the archive decides and nobody else: its bytes, atoms, modules, decoded code, literals. A reset leaves it.
//   state   everything else. A reset makes it what it was at the freeze.
//
// vm_malloc takes from the arena that is current: `state`, but for the code between memory_keep and memory_back. A block
// goes back to the arena it came from. Data that names kept memory and grows with it is marked KEPT; no other kept thing
// may point at state, because nobody would notice when that is gone.
//
// Natively both arenas are malloc, and there is no reset.
#ifndef ATOMVM_ARENA_H
#define ATOMVM_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPT __attribute__((section("kept")))

bool memory_keep(void);           // returns what memory_back needs; the two nest
void memory_back(bool kept_before);
bool memory_keeps(void);          // whether vm_malloc takes from the kept arena now

void *arena_malloc(size_t size); // NULL when the host has no more
void *arena_realloc(void *old, size_t old_size, size_t size);
void arena_free(void *ptr, size_t size);

#ifdef __wasm__
// Where the host finds the bytes that it has to put back.
typedef struct Range {
    uint32_t start, length;
} Range;

// From now on what state there is counts as the machine's image. Returns its ranges, or NULL when memory is out.
const Range *arena_freeze(uint32_t *count);
// After the host has put the ranges back: forgets every page of state that was taken since. Returns the bytes of kept
// memory that have come since the freeze.
size_t arena_rewind(void);
#endif

#endif
