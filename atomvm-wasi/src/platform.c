// The host by way of libc: file descriptors in `_start` mode, log records in a worker.
#define _DEFAULT_SOURCE // getentropy, clock_gettime
#include "platform.h"

#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_PANIC = 3, STDOUT_DESCRIPTOR = 1, STDERR_DESCRIPTOR = 2 };

int platform_is_worker;

// A closed or full output is the reader's choice, not an error of the program.
static void write_fully(int descriptor, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (written <= 0) return;
        bytes += written;
        size -= (size_t) written;
    }
}

void platform_write_stdout(const void *bytes, size_t size)
{
    if (platform_is_worker) platform_log(LOG_STDOUT, bytes, size);
    else write_fully(STDOUT_DESCRIPTOR, bytes, size);
}

void platform_write_stderr(const void *bytes, size_t size)
{
    if (platform_is_worker) platform_log(LOG_STDERR, bytes, size);
    else write_fully(STDERR_DESCRIPTOR, bytes, size);
}

static const char *const level_prefixes[] = { "[debug] ", "[info] ", "[notice] ", "[warning] ", "[error] ", "[critical] ",
    "[alert] ", "[emergency] " };

static void log_line(enum log_level level, const uint8_t *bytes, size_t size)
{
    const char *prefix = level_prefixes[level];
    write_fully(STDERR_DESCRIPTOR, (const uint8_t *) prefix, strlen(prefix));
    write_fully(STDERR_DESCRIPTOR, bytes, size);
    if (size == 0 || bytes[size - 1] != '\n') write_fully(STDERR_DESCRIPTOR, (const uint8_t *) "\n", 1);
}

void platform_log(enum log_level level, const void *bytes, size_t size)
{
    if (platform_is_worker) host_log_append(level, bytes, size); // without memory there is nobody left to tell
    else if (level == LOG_STDOUT) platform_write_stdout(bytes, size);
    else if (level == LOG_STDERR) platform_write_stderr(bytes, size);
    else log_line(level, bytes, size);
}

void platform_random(void *out, size_t size)
{
    uint8_t *at = out;
    while (size > 0) {
        size_t part = size < 256 ? size : 256; // getentropy's limit
        if (getentropy(at, part) != 0) platform_panic("the host gives no random bytes");
        at += part;
        size -= part;
    }
}

void platform_panic(const char *message)
{
    static const char before[] = "atomvm: ";
    write_fully(STDERR_DESCRIPTOR, (const uint8_t *) before, sizeof before - 1);
    write_fully(STDERR_DESCRIPTOR, (const uint8_t *) message, strlen(message));
    write_fully(STDERR_DESCRIPTOR, (const uint8_t *) "\n", 1);
    if (platform_is_worker) __builtin_trap(); // the instance is lost, which the host must see
    _Exit(EXIT_PANIC);
}

static double milliseconds(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) platform_panic("the host has no clock");
    return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

void host_clock(void)
{
    if (platform_is_worker) return;
    vm.monotonic_ms = milliseconds(CLOCK_MONOTONIC);
    vm.system_ms = milliseconds(CLOCK_REALTIME);
}
