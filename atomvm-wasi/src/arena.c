// The allocator: blocks of up to 32 KiB in size classes, larger ones in runs of pages. See arena.h.
//
// Whoever frees a block says how large it is, so blocks have no headers. Free blocks of a class are linked through their
// first word; runs of pages join again by themselves.
#include "arena.h"

#ifdef __wasm__

#include "data_start.h"

#include <string.h>

enum { PAGE_BYTES = 1 << 16, PAGES_MAX = 1 << 16, CHUNK_PAGES = 1 };

// One byte for each page of linear memory. Pages below `pages.first` are the linker's.
enum { PAGE_FREE, PAGE_STATE, PAGE_KEPT, PAGE_OWNER = 3, PAGE_IMAGE = 4 };

KEPT static struct {
    uint8_t *owner;
    uint32_t first, end;
} pages;

enum { SMALL_MAX_BYTES = 256, SMALL_STEP_BYTES = 8, SMALL_CLASSES = SMALL_MAX_BYTES / SMALL_STEP_BYTES };
enum { LARGE_BYTES = 1 << 15, CLASSES = SMALL_CLASSES + 4 * 7 }; // above 256: four steps for each doubling

typedef struct Block {
    struct Block *next;
} Block;

typedef struct Arena {
    uint8_t owner;
    uint8_t *at, *end; // what is left of the newest chunk
    Block *free[CLASSES];
} Arena;

KEPT static Arena state = { .owner = PAGE_STATE };
KEPT static Arena kept = { .owner = PAGE_KEPT };
static Arena *current = &state;

// ---- pages ----

static bool add_pages(uint32_t count)
{
    if (pages.end + count > PAGES_MAX || __builtin_wasm_memory_grow(0, count) == SIZE_MAX) return false;
    uint32_t end = (uint32_t) __builtin_wasm_memory_size(0);
    // Pages that somebody else has grown in between (malloc of libc) are not ours.
    memset(pages.owner + pages.end, PAGE_STATE, end - count - pages.end);
    memset(pages.owner + end - count, PAGE_FREE, count);
    pages.end = end;
    return true;
}

static bool pages_ready(void)
{
    if (pages.owner) return true;
    size_t page = __builtin_wasm_memory_grow(0, 1);
    if (page == SIZE_MAX) return false;
    pages.owner = (uint8_t *) (page * PAGE_BYTES);
    memset(pages.owner, PAGE_STATE, PAGES_MAX);
    pages.owner[page] = PAGE_KEPT;
    pages.first = pages.end = (uint32_t) page + 1;
    return true;
}

// A page of the image that is free for the moment comes back with the next reset: only state may live there meanwhile.
static bool page_free_for(uint32_t page, uint8_t owner)
{
    return pages.owner[page] == PAGE_FREE || (pages.owner[page] == (PAGE_FREE | PAGE_IMAGE) && owner == PAGE_STATE);
}

static void take(uint32_t page, uint32_t count, uint8_t owner)
{
    for (uint32_t i = page; i < page + count; i++) pages.owner[i] = (pages.owner[i] & PAGE_IMAGE) | owner;
}

static void *run_alloc(uint32_t count, uint8_t owner)
{
    if (!pages_ready()) return NULL;
    uint32_t run = 0;
    for (uint32_t page = pages.first; page < pages.end; page++) {
        run = page_free_for(page, owner) ? run + 1 : 0;
        if (run < count) continue;
        take(page + 1 - count, count, owner);
        return (void *) ((size_t) (page + 1 - count) * PAGE_BYTES);
    }
    uint32_t end_before = pages.end;
    if (!add_pages(count - run)) return NULL;
    if (pages.end != end_before + count - run && run > 0) return run_alloc(count, owner);
    take(pages.end - count, count, owner);
    return (void *) ((size_t) (pages.end - count) * PAGE_BYTES);
}

static uint32_t page_of(const void *ptr) { return (uint32_t) ((size_t) ptr / PAGE_BYTES); }
static uint32_t pages_for(size_t size) { return (uint32_t) ((size + PAGE_BYTES - 1) / PAGE_BYTES); }

// Whether the pages behind a run are free, and its own from now on.
static bool run_extend(uint32_t page, uint32_t count, uint32_t more, uint8_t owner)
{
    uint32_t end = page + count;
    for (uint32_t i = end; i < end + more; i++) {
        if (i == pages.end && !add_pages(end + more - i)) return false;
        if (i >= pages.end || !page_free_for(i, owner)) return false;
    }
    take(end, more, owner);
    return true;
}

// ---- blocks ----

static size_t class_bytes(uint32_t class)
{
    if (class < SMALL_CLASSES) return (class + 1) * SMALL_STEP_BYTES;
    uint32_t doubling = (class - SMALL_CLASSES) / 4, step = (class - SMALL_CLASSES) % 4;
    return (size_t) (step + 5) << (doubling + 6);
}

static uint32_t class_of(size_t size)
{
    if (size <= SMALL_MAX_BYTES) return size ? (uint32_t) (size - 1) / SMALL_STEP_BYTES : 0;
    uint32_t last = (uint32_t) size - 1, exponent = 31 - (uint32_t) __builtin_clz(last);
    return SMALL_CLASSES + (exponent - 8) * 4 + (last >> (exponent - 2) & 3);
}

static void block_free(Arena *a, void *ptr, uint32_t class)
{
    Block *b = ptr;
    b->next = a->free[class];
    a->free[class] = b;
}

// What a chunk has left becomes blocks of the largest classes that fit.
static void give_rest(Arena *a)
{
    while (a->end - a->at >= SMALL_STEP_BYTES) {
        size_t left = (size_t) (a->end - a->at);
        uint32_t class = left > LARGE_BYTES ? CLASSES - 1 : class_of(left);
        if (class_bytes(class) > left) class--;
        block_free(a, a->at, class);
        a->at += class_bytes(class);
    }
}

static bool more_room(Arena *a)
{
    if (a->end && run_extend(page_of(a->end) - 1, 1, CHUNK_PAGES, a->owner)) {
        a->end += CHUNK_PAGES * PAGE_BYTES;
        return true;
    }
    uint8_t *chunk = run_alloc(CHUNK_PAGES, a->owner);
    if (!chunk) return false;
    give_rest(a);
    a->at = chunk;
    a->end = chunk + CHUNK_PAGES * PAGE_BYTES;
    return true;
}

static void *block_alloc(Arena *a, size_t size)
{
    if (size > LARGE_BYTES) return size <= SIZE_MAX - PAGE_BYTES ? run_alloc(pages_for(size), a->owner) : NULL;
    uint32_t class = class_of(size);
    Block *b = a->free[class];
    if (b) {
        a->free[class] = b->next;
        return b;
    }
    size_t bytes = class_bytes(class);
    if ((size_t) (a->end - a->at) < bytes && !more_room(a)) return NULL;
    uint8_t *room = a->at;
    a->at += bytes;
    return room;
}

void *arena_malloc(size_t size) { return block_alloc(current, size); }

static Arena *arena_of(const void *ptr) { return (pages.owner[page_of(ptr)] & PAGE_OWNER) == PAGE_KEPT ? &kept : &state; }

void arena_free(void *ptr, size_t size)
{
    if (size <= LARGE_BYTES) block_free(arena_of(ptr), ptr, class_of(size));
    else take(page_of(ptr), pages_for(size), PAGE_FREE);
}

// Whether the block can be of the new size without moving.
static bool resize(void *ptr, size_t old_size, size_t size)
{
    if (old_size <= LARGE_BYTES || size <= LARGE_BYTES)
        return old_size <= LARGE_BYTES && size <= LARGE_BYTES && class_of(old_size) == class_of(size);
    uint32_t page = page_of(ptr), before = pages_for(old_size), after = pages_for(size);
    if (after > before) return run_extend(page, before, after - before, arena_of(ptr)->owner);
    take(page + after, before - after, PAGE_FREE);
    return true;
}

void *arena_realloc(void *old, size_t old_size, size_t size)
{
    if (!old) return arena_malloc(size);
    if (size > SIZE_MAX - PAGE_BYTES) return NULL;
    if (resize(old, old_size, size)) return old;
    void *moved = block_alloc(arena_of(old), size);
    if (!moved) return NULL;
    memcpy(moved, old, old_size < size ? old_size : size);
    arena_free(old, old_size);
    return moved;
}

// ---- which arena ----

bool memory_keeps(void) { return current == &kept; }

bool memory_keep(void)
{
    bool before = memory_keeps();
    current = &kept;
    return before;
}

void memory_back(bool kept_before) { current = kept_before ? &kept : &state; }

// ---- libc: scratch of C code that does not know how large a block was ----

enum { LIBC_HEADER_BYTES = 16 };

void *malloc(size_t size)
{
    size_t *block = size <= SIZE_MAX - PAGE_BYTES ? arena_malloc(size + LIBC_HEADER_BYTES) : NULL;
    if (!block) return NULL;
    *block = size;
    return (uint8_t *) block + LIBC_HEADER_BYTES;
}

static size_t *libc_block(void *ptr) { return (size_t *) ((uint8_t *) ptr - LIBC_HEADER_BYTES); }

void free(void *ptr)
{
    if (ptr) arena_free(libc_block(ptr), *libc_block(ptr) + LIBC_HEADER_BYTES);
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    void *ptr = __builtin_mul_overflow(count, size, &bytes) ? NULL : malloc(bytes);
    return ptr ? memset(ptr, 0, bytes) : NULL;
}

void *realloc(void *old, size_t size)
{
    if (!old) return malloc(size);
    if (size > SIZE_MAX - PAGE_BYTES) return NULL;
    size_t *block = libc_block(old);
    if (!(block = arena_realloc(block, *block + LIBC_HEADER_BYTES, size + LIBC_HEADER_BYTES))) return NULL;
    *block = size;
    return (uint8_t *) block + LIBC_HEADER_BYTES;
}

// ---- image ----

// The linker's names for the ends of static data and of its part `kept`. Constants come first, and no image needs them.
extern uint8_t __data_end[], __start_kept[], __stop_kept[];

KEPT static struct {
    Range *ranges;
    uint32_t count, kept_pages;
    Arena state; // where its last chunk ends, the image ends
} image;

static uint32_t count_pages(uint8_t owner)
{
    uint32_t count = 0;
    for (uint32_t page = pages.first; page < pages.end; page++) count += (pages.owner[page] & PAGE_OWNER) == owner;
    return count;
}

static void add_range(size_t start, size_t end)
{
    Range *last = image.count ? &image.ranges[image.count - 1] : NULL;
    if (last && last->start + last->length == start) last->length += (uint32_t) (end - start);
    else image.ranges[image.count++] = (Range) { (uint32_t) start, (uint32_t) (end - start) };
}

// Of a page of state, the end of what has been used.
static size_t used_end(uint32_t page)
{
    bool newest = state.end && page == page_of(state.end - 1);
    return newest ? (size_t) state.at : ((size_t) page + 1) * PAGE_BYTES;
}

const Range *arena_freeze(uint32_t *count)
{
    bool before = memory_keep();
    image.ranges = arena_malloc((count_pages(PAGE_STATE) + 2) * sizeof *image.ranges);
    memory_back(before);
    if (!image.ranges) return NULL;
    image.count = 0;
    add_range((size_t) data_start, (size_t) __start_kept);
    add_range((size_t) __stop_kept, (size_t) __data_end);
    for (uint32_t page = pages.first; page < pages.end; page++) {
        if (pages.owner[page] != PAGE_STATE) continue;
        pages.owner[page] |= PAGE_IMAGE;
        add_range((size_t) page * PAGE_BYTES, used_end(page));
    }
    image.kept_pages = count_pages(PAGE_KEPT);
    image.state = state;
    *count = image.count;
    return image.ranges;
}

// What has been used of the image's last chunk since.
static void clear_rest(void)
{
    const uint8_t *end = state.end == image.state.end ? state.at : image.state.end;
    memset(image.state.at, 0, (size_t) (end - image.state.at));
}

size_t arena_rewind(void)
{
    uint32_t kept_pages = count_pages(PAGE_KEPT);
    for (uint32_t page = pages.first; page < pages.end; page++) {
        if (pages.owner[page] & PAGE_IMAGE) {
            pages.owner[page] = PAGE_STATE | PAGE_IMAGE;
        } else if (pages.owner[page] == PAGE_STATE) {
            memset((void *) ((size_t) page * PAGE_BYTES), 0, PAGE_BYTES);
            pages.owner[page] = PAGE_FREE;
        }
    }
    clear_rest();
    state = image.state;
    return (size_t) (kept_pages - image.kept_pages) * PAGE_BYTES;
}

#else

#include <stdlib.h>

static bool keeps;

bool memory_keeps(void) { return keeps; }

bool memory_keep(void)
{
    bool before = keeps;
    keeps = true;
    return before;
}

void memory_back(bool kept_before) { keeps = kept_before; }

void *arena_malloc(size_t size) { return malloc(size ? size : 1); }

void *arena_realloc(void *old, size_t old_size, size_t size)
{
    (void) old_size;
    return realloc(old, size ? size : 1);
}

void arena_free(void *ptr, size_t size)
{
    (void) size;
    free(ptr);
}

#endif
