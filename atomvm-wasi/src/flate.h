// Raw deflate streams in pieces, from Zig's standard library (flate.zig). `bytes` may dangle when `size` is 0.
#ifndef ATOMVM_FLATE_H
#define ATOMVM_FLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Called with output. False: no memory, which ends the call that made it.
bool flate_sink(void *sink, const uint8_t *bytes, size_t size);

// Compressing. A context of one kind has zig_deflate_size(kind) bytes, 16-aligned. False: the sink has no memory.
enum deflate_kind { DEFLATE_LZ77, DEFLATE_HUFFMAN, DEFLATE_STORE }; // matches; none of them; no coding at all
size_t zig_deflate_size(uint8_t kind);
void zig_deflate_init(uint8_t kind, void *context, uint8_t level, void *sink);
void zig_deflate_level(uint8_t kind, void *context, uint8_t level); // 1 to 9
void zig_deflate_dictionary(uint8_t kind, void *context, const uint8_t *bytes, size_t size, void *sink);
bool zig_deflate_write(uint8_t kind, void *context, const uint8_t *bytes, size_t size);
bool zig_deflate_flush(uint8_t kind, void *context);  // up to a whole byte
bool zig_deflate_finish(uint8_t kind, void *context); // nothing may follow

// Decompressing. A step takes input and gives output until it has a window of it, or a block ends. Starved: there must be
// more input than this; no byte was taken, though output may have been given.
enum inflate_status { INFLATE_MORE, INFLATE_STARVED, INFLATE_END, INFLATE_DAMAGED, INFLATE_NO_MEMORY };
enum { INFLATE_WINDOW_MAX = 1 << 15 };
size_t zig_inflate_size(void);
void zig_inflate_init(void *context);
int zig_inflate_step(void *context, const uint8_t *bytes, size_t size, size_t *used, void *sink);
void zig_inflate_dictionary(void *context, const uint8_t *bytes, size_t size);
size_t zig_inflate_window(void *context, uint8_t *out); // INFLATE_WINDOW_MAX bytes of room

#endif
