// Checksums and zlib streams, from Zig's standard library (digest.zig). `bytes` may dangle when `size` is 0.
#ifndef ATOMVM_DIGEST_H
#define ATOMVM_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MD5_BYTES = 16, MD5_CONTEXT_MAX = 128 };
size_t zig_md5_context_size(void); // at most MD5_CONTEXT_MAX; contexts are 8-aligned
void zig_md5_init(void *context);
bool zig_md5_valid(const void *context); // a context that came from outside must be asked for this first
void zig_md5_update(void *context, const uint8_t *bytes, size_t size);
void zig_md5_final(void *context, uint8_t digest[MD5_BYTES]);

uint32_t zig_crc32(uint32_t before, const uint8_t *bytes, size_t size);   // before: 0 at the start
uint32_t zig_adler32(uint32_t before, const uint8_t *bytes, size_t size); // before: 1 at the start

// Inflates a zlib stream that must make exactly out_size bytes. Returns the bytes it took, 0 when it is damaged.
size_t zig_zlib_inflate(const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size);

#endif
