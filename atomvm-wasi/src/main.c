// `_start` mode: atomvm APP.avm [ARGS..]. Exit codes: docs/reference/host-abi.md, section 1.
// atomvm --check-load APP.avm (not on wasm) only loads, but all of it.
#define _DEFAULT_SOURCE // nanosleep
#include "boot.h"
#include "host.h"
#include "module.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EXIT_DEADLOCK = 1, EXIT_BAD_ARCHIVE = 2, REDUCTIONS_PER_ENTRY = 100 * REDUCTIONS_PER_SLICE };

static int bad_archive(const char *path, const char *why)
{
    fprintf(stderr, "atomvm: %s: %s\n", path, why);
    return EXIT_BAD_ARCHIVE;
}

// All bytes of a file, which the machine keeps for ever; NULL with errno set.
static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    uint8_t *bytes = NULL;
    size_t capacity = 0;
    *size = 0;
    do {
        if (*size == capacity) {
            capacity = capacity ? capacity * 2 : 1 << 20;
            uint8_t *grown = realloc(bytes, capacity);
            if (!grown) break;
            bytes = grown;
        }
        *size += fread(bytes + *size, 1, capacity - *size, file);
    } while (!feof(file) && !ferror(file));
    bool failed = !feof(file);
    int why = ferror(file) ? errno : ENOMEM;
    fclose(file);
    if (!failed) return bytes;
    free(bytes);
    errno = why;
    return NULL;
}

static void sleep_until(double at_ms)
{
    double wait_ms = at_ms - vm.monotonic_ms;
    if (wait_ms <= 0) return;
    double seconds = floor(wait_ms / 1e3);
    struct timespec wait = { (time_t) seconds, (long) ((wait_ms - seconds * 1e3) * 1e6) };
    nanosleep(&wait, NULL);
}

static int run(void)
{
    for (;;) {
        host_clock();
        switch (scheduler_run(REDUCTIONS_PER_ENTRY)) {
        case RUN_EXITED:
            return boot_exit_code();
        case RUN_MORE:
            break;
        case RUN_WAITING:
            if (isinf(timer_next())) {
                fputs("atomvm: every process waits for a message, and nothing is left that could send one\n", stderr);
                return EXIT_DEADLOCK;
            }
            sleep_until(timer_next());
        }
    }
}

#ifdef __wasi__
static bool wants_check_load(char **argv) { return (void) argv, false; }
static int check_load(void) { return 0; }
#else
int check_load(void);
static bool wants_check_load(char **argv) { return strcmp(argv[1], "--check-load") == 0; }
#endif

static int start(const char *path)
{
    char why[256];
    return boot(why, sizeof why) ? run() : bad_archive(path, why);
}

#ifdef VM_HOSTILE
void memory_fail_after(size_t calls, size_t failures);

// ATOMVM_FAIL_ALLOCATIONS=CALLS,FAILURES: memory.c.
static void read_hostile_environment(void)
{
    const char *text = getenv("ATOMVM_FAIL_ALLOCATIONS");
    unsigned long calls, failures;
    if (text && sscanf(text, "%lu,%lu", &calls, &failures) == 2) memory_fail_after(calls, failures);
}
#else
static void read_hostile_environment(void) {}
#endif

// False when ATOMVM_MEMORY_CAP is set and no number of bytes.
static bool read_memory_cap(void)
{
    const char *text = getenv("ATOMVM_MEMORY_CAP");
    if (!text) return true;
    char *end;
    errno = 0;
    unsigned long long bytes = strtoull(text, &end, 10);
    if (end == text || *end != 0 || *text == '-' || errno != 0 || bytes > SIZE_MAX) return false;
    vm.memory_cap = (size_t) bytes;
    return true;
}

int main(int argc, char **argv)
{
    if (!read_memory_cap()) {
        fputs("atomvm: ATOMVM_MEMORY_CAP is not a number of bytes\n", stderr);
        return EXIT_BAD_ARCHIVE;
    }
    read_hostile_environment();
    bool only_load = argc > 1 && wants_check_load(argv);
    int at = only_load ? 2 : 1;
    if (argc <= at) {
        fputs("usage: atomvm APP.avm [ARGS..]\n", stderr);
        return EXIT_BAD_ARCHIVE;
    }
    const char *path = argv[at];
    host_argument_count = argc - at - 1;
    host_arguments = argv + at + 1;
    char why[256];
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    if (!bytes) return bad_archive(path, strerror(errno));
    if (!boot_machine(bytes, size, why, sizeof why)) return bad_archive(path, why);
    int code = only_load ? check_load() : start(path);
    free(bytes);
    return code;
}
