// Counted memory: everything the machine holds is in vm.memory_used, so that a cap can be kept.
#include "vm.h"

#include "platform.h"

// Hostile builds can let the Nth allocation fail, and every one after it for a while, as if the cap had been reached.
#ifdef VM_HOSTILE
static size_t calls_left, failures_left;

void memory_fail_after(size_t calls, size_t failures)
{
    calls_left = calls;
    failures_left = failures;
}

static bool fails(void)
{
    if (calls_left > 0) return calls_left--, false;
    return failures_left > 0 && failures_left--;
}
#else
static bool fails(void) { return false; }
#endif

size_t vm_suspend_cap(void)
{
    size_t cap = vm.memory_cap;
    vm.memory_cap = SIZE_MAX;
    return cap;
}

void vm_restore_cap(size_t cap) { vm.memory_cap = cap; }

bool vm_cap_is_suspended(void) { return vm.memory_cap == SIZE_MAX; }

static bool cap_was_reached;

bool vm_cap_was_reached(void) { return cap_was_reached; }

static bool is_over_cap(size_t more)
{
    bool is_over = !vm_cap_is_suspended() && (vm.memory_used + more > vm.memory_cap || fails());
    cap_was_reached |= is_over;
    return is_over;
}

void *vm_malloc(size_t size)
{
    if (is_over_cap(size)) return NULL;
    void *ptr = arena_malloc(size);
    if (!ptr && vm_cap_is_suspended()) platform_panic("out of memory");
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
    if (size > old_size && is_over_cap(size - old_size)) return NULL;
    void *ptr = arena_realloc(old, old_size, size);
    if (!ptr && vm_cap_is_suspended()) platform_panic("out of memory");
    if (ptr) vm.memory_used += size - old_size;
    return ptr;
}

void vm_mfree(void *ptr, size_t size)
{
    if (!ptr) return;
    vm.memory_used -= size;
    arena_free(ptr, size);
}
