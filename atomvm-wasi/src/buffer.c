// Growing byte buffers.
#include "vm.h"

enum { BUFFER_FIRST_CAPACITY = 256 };

static bool buffer_grow(Buffer *b, size_t needed)
{
    size_t capacity = b->capacity < BUFFER_FIRST_CAPACITY ? BUFFER_FIRST_CAPACITY : b->capacity * 2;
    if (capacity < needed) capacity = needed;
    uint8_t *grown = b->data ? vm_realloc(b->data, b->capacity, capacity) : vm_malloc(capacity);
    if (!grown) return false;
    b->data = grown;
    b->capacity = capacity;
    return true;
}

bool buffer_append(Buffer *b, const void *bytes, size_t size)
{
    if (size > b->capacity - b->size && (size > SIZE_MAX / 4 || !buffer_grow(b, b->size + size))) return false;
    if (size > 0) memcpy(b->data + b->size, bytes, size);
    b->size += size;
    return true;
}

void buffer_free(Buffer *b)
{
    vm_mfree(b->data, b->capacity);
    *b = (Buffer) { 0 };
}
