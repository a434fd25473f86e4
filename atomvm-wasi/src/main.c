// `_start` mode: atomvm APP.avm [ARGS..]. Exit codes: docs/reference/host-abi.md, section 1.
// atomvm --check-load APP.avm (not on wasm) only loads, but all of it.
#define _DEFAULT_SOURCE // nanosleep
#include "boot.h"
#include "format.h"
#include "host.h"
#include "module.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#ifdef VM_HOSTILE
#include <stdio.h>
#endif

static const char USAGE[] = "usage: atomvm APP.avm [ARGS..]\n";
enum { EXIT_DEADLOCK = 1, EXIT_BAD_ARCHIVE = 2, EXIT_NO_MEMORY = 3, REDUCTIONS_PER_ENTRY = 100 * REDUCTIONS_PER_SLICE };

static void complain(const char *what)
{
    platform_write_stderr("atomvm: ", 8);
    platform_write_stderr(what, strlen(what));
}

static int not_started(const char *path, const char *why)
{
    char rest[512];
    complain(path);
    platform_write_stderr(rest, format_text(rest, sizeof rest, ": %s\n", why));
    return vm_cap_was_reached() ? EXIT_NO_MEMORY : EXIT_BAD_ARCHIVE;
}

// All that is left of a file, which the machine keeps for ever; NULL with errno set.
static uint8_t *read_all(int file, size_t *size)
{
    uint8_t *bytes = NULL;
    size_t capacity = 0;
    ssize_t count;
    *size = 0;
    do {
        if (*size == capacity) {
            capacity = capacity ? capacity * 2 : 1 << 20;
            uint8_t *grown = realloc(bytes, capacity);
            if (!grown) {
                free(bytes);
                errno = ENOMEM;
                return NULL;
            }
            bytes = grown;
        }
        count = read(file, bytes + *size, capacity - *size);
        if (count > 0) *size += (size_t) count;
    } while (count > 0 || (count < 0 && errno == EINTR));
    if (count == 0) return bytes;
    free(bytes);
    return NULL;
}

static uint8_t *read_file(const char *path, size_t *size)
{
    int file = open(path, O_RDONLY);
    if (file < 0) return NULL;
    uint8_t *bytes = read_all(file, size);
    int why = errno;
    close(file);
    errno = why;
    return bytes;
}

// strerror has 2 KB of texts.
static const char *why_unreadable(int error)
{
    return error == ENOENT ? "No such file or directory" : error == EISDIR ? "Is a directory" : error == ENOMEM ? "Out of memory" : "cannot be read";
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
                complain("every process waits for a message, and nothing is left that could send one\n");
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
    return boot(why, sizeof why) ? run() : not_started(path, why);
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
    if (!*text) return false;
    uint64_t bytes = 0;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || bytes > (SIZE_MAX - 9) / 10) return false;
        bytes = bytes * 10 + (uint64_t) (*text - '0');
    }
    if (bytes > SIZE_MAX) return false;
    vm.memory_cap = (size_t) bytes;
    return true;
}

int main(int argc, char **argv)
{
    if (!read_memory_cap()) {
        complain("ATOMVM_MEMORY_CAP is not a number of bytes\n");
        return EXIT_BAD_ARCHIVE;
    }
    read_hostile_environment();
    bool only_load = argc > 1 && wants_check_load(argv);
    int at = only_load ? 2 : 1;
    if (argc <= at) {
        platform_write_stderr(USAGE, sizeof USAGE - 1);
        return EXIT_BAD_ARCHIVE;
    }
    const char *path = argv[at];
    host_argument_count = argc - at - 1;
    host_arguments = argv + at + 1;
    char why[256];
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    if (!bytes) return not_started(path, why_unreadable(errno));
    if (!boot_machine(bytes, size, why, sizeof why)) return not_started(path, why);
    int code = only_load ? check_load() : start(path);
    free(bytes);
    return code;
}
