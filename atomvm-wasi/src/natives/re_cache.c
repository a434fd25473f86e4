// Compiled patterns, kept for the next run with the same pattern and options. See re.h.
#include "re.h"

enum { CACHE_PROGRAMS = 64, CACHE_BYTES = 1 << 20 };

typedef struct Cached {
    RegexProgram *program; // NULL: free
    uint8_t *pattern;
    size_t size;
    RegexOptions options;
    uint32_t hash;
    uint64_t used_at;
} Cached;

static struct {
    Cached programs[CACHE_PROGRAMS];
    size_t bytes;
    uint64_t clock;
} cache;

static uint32_t hash_of(const uint8_t *pattern, size_t size, RegexOptions options)
{
    uint32_t hash = 2166136261u ^ options.flags ^ (uint32_t) options.newline << 24 ^ (uint32_t) options.bsr << 28;
    for (size_t i = 0; i < size; i++) hash = (hash ^ pattern[i]) * 16777619u;
    return hash;
}

static bool is_of(const Cached *c, const uint8_t *pattern, size_t size, RegexOptions options, uint32_t hash)
{
    return c->program && c->hash == hash && c->size == size && c->options.flags == options.flags
        && c->options.newline == options.newline && c->options.bsr == options.bsr && memcmp(c->pattern, pattern, size) == 0;
}

static void forget(Cached *c)
{
    cache.bytes -= regex_memory(c->program) + c->size;
    regex_free(c->program);
    vm_mfree(c->pattern, c->size);
    c->program = NULL;
}

// A free place; the longest unused programs make room.
static Cached *place_for(size_t bytes)
{
    for (;;) {
        Cached *oldest = NULL, *empty = NULL;
        for (Cached *c = cache.programs; c < cache.programs + CACHE_PROGRAMS; c++) {
            if (!c->program) empty = c;
            else if (!oldest || c->used_at < oldest->used_at) oldest = c;
        }
        if (empty && (!oldest || cache.bytes + bytes <= CACHE_BYTES)) return empty;
        forget(oldest);
    }
}

const RegexProgram *re_cached(const uint8_t *pattern, size_t size, RegexOptions options, RegexError *error)
{
    uint32_t hash = hash_of(pattern, size, options);
    for (Cached *c = cache.programs; c < cache.programs + CACHE_PROGRAMS; c++) {
        if (!is_of(c, pattern, size, options, hash)) continue;
        c->used_at = ++cache.clock;
        return c->program;
    }
    RegexProgram *program = regex_compile(pattern, size, options, error);
    if (!program) return NULL;
    uint8_t *copy = vm_malloc(size);
    if (!copy) {
        regex_free(program);
        *error = (RegexError) { NULL, 0 };
        return NULL;
    }
    memcpy(copy, pattern, size);
    Cached *c = place_for(regex_memory(program) + size);
    *c = (Cached) { program, copy, size, options, hash, ++cache.clock };
    cache.bytes += regex_memory(program) + size;
    return program;
}
