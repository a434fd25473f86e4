// Counted memory: everything the machine holds is in vm.memory_used, so that a cap can be kept.
#include "vm.h"

#include "platform.h"

void *vm_malloc(size_t size)
{
    if (vm.memory_used + size > vm.memory_cap) return NULL;
    void *ptr = arena_malloc(size);
    if (ptr) vm.memory_used += size;
    return ptr;
}

void *vm_malloc_uncapped(size_t size)
{
    void *ptr = arena_malloc(size);
    if (!ptr) platform_panic("out of memory");
    vm.memory_used += size;
    return ptr;
}

void *vm_realloc(void *old, size_t old_size, size_t size)
{
    if (size > old_size && vm.memory_used + (size - old_size) > vm.memory_cap) return NULL;
    void *ptr = arena_realloc(old, old_size, size);
    if (ptr) vm.memory_used += size - old_size;
    return ptr;
}

void vm_mfree(void *ptr, size_t size)
{
    if (!ptr) return;
    vm.memory_used -= size;
    arena_free(ptr, size);
}
