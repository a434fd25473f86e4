// Handles: things of the VM that Erlang code holds by a reference (KIND_MAGIC): tables, compiled match specs, atomics.
//
// A handle lives while something refers to it: each KIND_MAGIC term counts, and so may its maker.
#ifndef ATOMVM_RESOURCE_H
#define ATOMVM_RESOURCE_H

#include "process.h"

typedef struct ResourceType ResourceType;

// First member of whatever it is that the reference stands for.
typedef struct Handle {
    Resource resource;
    RefId id; // the same in all terms of one handle
} Handle;

enum { HANDLE_TERM_WORDS = 3 + WORDS_FOR_BYTES(sizeof(RefId)) };

void handle_init(Handle *h, const ResourceType *type); // with one reference, the maker's
void handle_release(Handle *h);                        // gives back a reference
term handle_term(Process *p, Handle *h);
// The same into HANDLE_TERM_WORDS of the caller's, on no off-heap list and not counted: only to be copied from.
term handle_term_at(term *words, Handle *h);
// The handle of this type that t refers to, or NULL.
Handle *handle_of(term t, const ResourceType *type);

#endif
