// The few of printf's conversions that messages need: libc's printf is 4 KB, and knows of floats.
#ifndef ATOMVM_FORMAT_H
#define ATOMVM_FORMAT_H

#include <stddef.h>

// %s, %.*s, %d, %u, %zu, %%. What does not fit in `size` bytes, one of them the end, is cut off. Returns the length.
size_t format_text(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
