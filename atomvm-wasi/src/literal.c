// Literal areas: a few big chunks each, so that asking whether an object is a literal is a few comparisons.
#include "literal.h"

#include "vm.h"

enum { MODULES_CHUNK_WORDS = 1 << 14, PROGRAMS_CHUNK_WORDS = 1 << 11, CHUNK_WORDS_MAX = 1 << 20, CHUNKS_MAX = 32 };

typedef struct Area {
    struct Chunk {
        term *start, *free, *end;
    } chunks[CHUNKS_MAX];
    size_t count;
} Area;

KEPT static Area of_modules;
static Area of_programs; // persistent terms

// Chunks double, so CHUNKS_MAX of them hold more than any memory cap.
term *literal_alloc(size_t words)
{
    Area *a = memory_keeps() ? &of_modules : &of_programs;
    struct Chunk *c = a->count ? &a->chunks[a->count - 1] : NULL;
    if (!c || (size_t) (c->end - c->free) < words) {
        if (a->count == CHUNKS_MAX) return NULL;
        size_t size = (size_t) (a == &of_modules ? MODULES_CHUNK_WORDS : PROGRAMS_CHUNK_WORDS) << (a->count < 9 ? a->count : 9);
        if (size > CHUNK_WORDS_MAX) size = CHUNK_WORDS_MAX;
        if (size < words) size = words;
        term *start = vm_malloc(size * WORD_BYTES);
        if (!start) return NULL;
        c = &a->chunks[a->count++];
        *c = (struct Chunk) { start, start, start + size };
    }
    term *room = c->free;
    c->free += words;
    return room;
}

static inline bool is_in(const Area *a, const term *object)
{
    for (size_t i = a->count; i-- > 0;)
        if (object >= a->chunks[i].start && object < a->chunks[i].end) return true;
    return false;
}

bool is_literal(const term *object) { return is_in(&of_modules, object) || is_in(&of_programs, object); }
