// What a worker calls: docs/reference/host-abi.md, section 2. Natively these are plain functions for the tests.
#include "boot.h"
#include "format.h"
#include "host.h"
#include "module.h"

#include <math.h>

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif

enum vm_status { VM_MORE, VM_WAITING, VM_RESPONDED, VM_EXITED, VM_ERROR, VM_LISTENING };

static char error_text[512];
static int exit_code;
static bool booted, exited, response_reported;

static int fail(const char *text)
{
    format_text(error_text, sizeof error_text, "%s", text);
    return VM_ERROR;
}

// ---- memory: each block is preceded by its size; what is there before the boot is the archive, and kept ----

enum { BLOCK_HEADER_BYTES = 16 };

EXPORT(vm_alloc) void *vm_alloc(size_t size)
{
    if (size >= SIZE_MAX - BLOCK_HEADER_BYTES) return NULL;
    bool kept_before = booted ? memory_keeps() : memory_keep();
    uint8_t *block = vm_malloc(size + BLOCK_HEADER_BYTES);
    memory_back(kept_before);
    if (!block) return NULL;
    memcpy(block, &size, sizeof size);
    return block + BLOCK_HEADER_BYTES;
}

// What was lent to be read has been read.
static void vm_free(const void *ptr)
{
    if (!ptr) return;
    uint8_t *block = (uint8_t *) ptr - BLOCK_HEADER_BYTES;
    size_t size;
    memcpy(&size, block, sizeof size);
    vm_mfree(block, size + BLOCK_HEADER_BYTES);
}

// ---- running ----

EXPORT(vm_boot) int vm_boot(const uint8_t *avm, size_t avm_size, size_t memory_cap_bytes)
{
    platform_is_worker = true;
    vm.memory_cap = memory_cap_bytes;
    booted = true;
    bool ok = boot_machine(avm, avm_size, error_text, sizeof error_text) && boot(error_text, sizeof error_text);
    return ok ? VM_MORE : VM_ERROR;
}

static int over(void)
{
    if (!exited) exit_code = boot_exit_code();
    exited = true;
    return VM_EXITED;
}

// Every process waits: for what?
static int waiting(void)
{
    bool wakes_up = !isinf(host_outbox.deadline_ms) || host_calls_pending();
    if (!host_in_request()) return host_listening() ? VM_LISTENING : wakes_up ? VM_WAITING : fail("every process waits, and none listens for requests");
    return wakes_up ? VM_WAITING : fail("the request was not answered: every process waits, and nothing is left that could respond");
}

EXPORT(vm_run) int vm_run(double monotonic_ms, double system_ms, int32_t reductions)
{
    if (exited) return VM_EXITED;
    vm.monotonic_ms = monotonic_ms;
    vm.system_ms = system_ms;
    vm.interrupt = false;
    enum run_result result = scheduler_run(reductions);
    host_outbox.deadline_ms = timer_next();
    if (host_responded && !response_reported) {
        response_reported = true;
        return VM_RESPONDED;
    }
    switch (result) {
    case RUN_EXITED: return over();
    case RUN_WAITING: return waiting();
    default: return VM_MORE;
    }
}

EXPORT(vm_outbox) Outbox *vm_outbox(void) { return &host_outbox; }

// ---- image: what the machine is when it listens, and goes back to after each request ----

#ifdef __wasm__
static const Range *image_ranges;
static uint32_t image_range_count;

// What a process would go on with that must not be the same after every reset: `rand` seeds itself again.
static void forget_seed(Process *p)
{
    term *dictionary = &p->state->dictionary;
    if (*dictionary != NONE) *dictionary = map_remove(p, *dictionary, ATOM_rand_seed);
}

// Small heaps make a small image, and leave room for the request.
static void tidy_processes(void)
{
    for (uint32_t slot = 0; slot < PID_SLOTS; slot++) {
        Process *p = process_at(slot);
        if (!p || p->live > 0) continue;
        forget_seed(p);
        gc_collect(p, 0, 0, true);
    }
}

EXPORT(vm_freeze) int vm_freeze(void)
{
    if (image_ranges) return fail("the machine is frozen already");
    if (!host_listening() || host_in_request()) return fail("only a machine that listens for a request can be frozen");
    tidy_processes();
    atoms_freeze();
    image_ranges = arena_freeze(&image_range_count);
    return image_ranges ? VM_MORE : fail("out of memory");
}

// References and unique integers of one run do not come again in another, whichever instance has it.
static void renew_identities(void)
{
    struct {
        uint64_t unique;
        uint32_t reference[2];
    } random;
    platform_random(&random, sizeof random);
    vm.unique = random.unique >> 16; // 48 bits: exact in JSON
    vm.ref_counter[0] = 0;
    memcpy(&vm.ref_counter[1], random.reference, sizeof random.reference);
}

EXPORT(vm_reset) int vm_reset(void)
{
    if (!image_ranges) return fail("the machine has not been frozen");
    vm.memory_used += arena_rewind();
    atoms_rewind();
    renew_identities();
    return VM_LISTENING;
}

EXPORT(vm_wall_clock_read) int vm_wall_clock_read(void) { return vm.wall_clock_read; }
EXPORT(vm_image_ptr) const Range *vm_image_ptr(void) { return image_ranges; }
EXPORT(vm_image_len) size_t vm_image_len(void) { return image_range_count * sizeof *image_ranges; }
#endif

// ---- requests, calls ----

static int status_of(enum host_status status)
{
    switch (status) {
    case HOST_OK: return VM_MORE;
    case HOST_NOBODY_LISTENS: return fail("no process listens for requests");
    case HOST_BAD_TERM: return fail("the bytes are no external term");
    case HOST_UNKNOWN_CALL: return fail("no host call with this id waits for a reply");
    case HOST_NO_REQUEST: return fail("there is no request");
    default: return fail("out of memory");
    }
}

static int deliver_request(const uint8_t *head_bytes, size_t head_size, const uint8_t *body, size_t body_size)
{
    if (host_in_request()) return fail("the request before this one has not been answered yet");
    if (vm.memory_used + head_size + body_size > vm.memory_cap) return fail("the request is larger than the memory that is left");
    response_reported = false;
    return status_of(host_deliver_request(head_bytes, head_size, body, body_size));
}

EXPORT(vm_request) int vm_request(const uint8_t *head_bytes, size_t head_size, const uint8_t *body, size_t body_size)
{
    int status = deliver_request(head_bytes, head_size, body, body_size);
    vm_free(head_bytes);
    vm_free(body);
    return status;
}

static int deliver_reply(uint32_t call_id, enum host_reply kind, const uint8_t *bytes, size_t size)
{
    if (kind > HOST_REPLY_BINARY) return fail("there is no such kind of reply");
    if (vm.memory_used + size > vm.memory_cap) return fail("the reply is larger than the memory that is left");
    return status_of(host_reply(call_id, kind, bytes, size));
}

EXPORT(vm_reply) int vm_reply(uint32_t call_id, enum host_reply kind, const uint8_t *bytes, size_t size)
{
    int status = deliver_reply(call_id, kind, bytes, size);
    vm_free(bytes);
    return status;
}

// ---- what the host reads ----

EXPORT(vm_error_ptr) const char *vm_error_ptr(void) { return error_text; }
EXPORT(vm_error_len) size_t vm_error_len(void) { return strlen(error_text); }
EXPORT(vm_exit_code) int vm_exit_code(void) { return exit_code; }
