// The literal area: a few big chunks, so that asking whether an object is a literal is a few comparisons.
#include "literal.h"

#include "vm.h"

enum { CHUNK_WORDS = 16 * 1024, CHUNKS_MAX = 24 };

static struct Chunk {
    term *start, *free, *end;
} chunks[CHUNKS_MAX];
static size_t chunk_count;

// Chunks double, so CHUNKS_MAX of them hold more than any memory cap.
term *literal_alloc(size_t words)
{
    struct Chunk *c = chunk_count ? &chunks[chunk_count - 1] : NULL;
    if (!c || (size_t) (c->end - c->free) < words) {
        if (chunk_count == CHUNKS_MAX) return NULL;
        size_t size = (size_t) CHUNK_WORDS << chunk_count;
        if (size > (size_t) 1 << 20) size = (size_t) 1 << 20;
        if (size < words) size = words;
        term *start = vm_malloc(size * WORD_BYTES);
        if (!start) return NULL;
        c = &chunks[chunk_count++];
        *c = (struct Chunk) { start, start, start + size };
    }
    term *room = c->free;
    c->free += words;
    return room;
}

bool is_literal(const term *object)
{
    for (size_t i = chunk_count; i-- > 0;)
        if (object >= chunks[i].start && object < chunks[i].end) return true;
    return false;
}
