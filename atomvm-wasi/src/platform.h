// The host, as far as the VM needs one: output channels, clock, entropy, and the end of everything.
#ifndef ATOMVM_PLATFORM_H
#define ATOMVM_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

_Noreturn void platform_panic(const char *message);
void platform_write_stdout(const void *bytes, size_t size);
void platform_write_stderr(const void *bytes, size_t size);
void platform_random(void *out, size_t size);
// Levels as in docs/reference/host-abi.md, "Log records".
enum log_level { LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARNING, LOG_ERROR, LOG_CRITICAL, LOG_ALERT, LOG_EMERGENCY, LOG_STDOUT, LOG_STDERR };
void platform_log(enum log_level level, const void *bytes, size_t size);
extern int platform_is_worker; // reactor: set by vm_boot

#endif
