// A growing stack of terms, for walking deep terms without C recursion.
#ifndef ATOMVM_TERM_STACK_H
#define ATOMVM_TERM_STACK_H

#include "vm.h"

enum { TERM_STACK_INLINE = 64 };

typedef struct TermStack {
    term *items; // NULL: still in `first`
    size_t size, capacity;
    term first[TERM_STACK_INLINE];
} TermStack;

static inline void term_stack_init(TermStack *s)
{
    s->items = NULL;
    s->size = 0;
    s->capacity = TERM_STACK_INLINE;
}

static inline void term_stack_free(TermStack *s)
{
    if (s->items) vm_mfree(s->items, s->capacity * WORD_BYTES);
}

static inline term *term_stack_items(TermStack *s) { return s->items ? s->items : s->first; }

// False when memory is out.
static inline bool term_stack_push(TermStack *s, term t)
{
    if (s->size == s->capacity) {
        size_t old = s->capacity * WORD_BYTES;
        term *grown = s->items ? vm_realloc(s->items, old, old * 2) : vm_malloc(old * 2);
        if (!grown) return false;
        if (!s->items) memcpy(grown, s->first, old);
        s->items = grown;
        s->capacity *= 2;
    }
    term_stack_items(s)[s->size++] = t;
    return true;
}

static inline term term_stack_pop(TermStack *s) { return term_stack_items(s)[--s->size]; }

#endif
