// Bit strings for the interpreter: matching (KIND_MATCH contexts) and building. The rest of bits.c is in vm.h.
//
//   HEAPBIN  [header][byte size][bytes..]            REFCBIN  [header][next off-heap][Blob*][byte size]
//   SUBBIN   [header][owner][bit offset << 2][bit size << 2]      owner: HEAPBIN or REFCBIN, never a SUBBIN
//   MATCH    [header][owner][bit position << 2][bit end << 2]     both from the owner's first bit
//
// Appending in place: a blob with BLOB_APPENDABLE has bytes to spare after its last used bit. REFCBINs over it are never
// values themselves, only owners of SUBBINs, so their byte size may grow with the blob. A SUBBIN that ends exactly at the
// last used bit may extend the blob; any other has to copy. So at most one term ever writes a given bit.
#ifndef ATOMVM_BITS_H
#define ATOMVM_BITS_H

#include "vm.h"

// Field flags as the compiler writes them.
enum { BSF_ALIGNED = 1, BSF_LITTLE = 2, BSF_SIGNED = 4, BSF_EXACT = 8, BSF_NATIVE = 16 };

// Blob.flags: how many low bits of the last used byte are free (0..7), and whether bytes may be appended.
enum { BLOB_FREE_BITS = 7, BLOB_APPENDABLE = 8 };

// Bit counts must survive `<< 2`. Longer bit strings raise system_limit.
#define BITS_MAX ((~(size_t) 0) >> 2)
enum { SUBBIN_WORDS = 4, MATCH_WORDS = 4, REFCBIN_WORDS = 4 };

// Code says the unit, and damaged code may say 0.
static inline bool is_units(size_t bits, Word unit) { return unit != 0 && bits % unit == 0; }

static inline bool is_match(term t) { return is_kind(t, KIND_MATCH); }

// First byte of a HEAPBIN or REFCBIN.
static inline uint8_t *owner_bytes(term owner)
{
    term *o = boxed_ptr(owner);
    return header_kind(*o) == KIND_HEAPBIN ? (uint8_t *) (o + 2) : ((Blob *) o[2])->data;
}
static inline size_t owner_size(term owner)
{
    term *o = boxed_ptr(owner);
    return header_kind(*o) == KIND_HEAPBIN ? (size_t) o[1] : (size_t) o[3];
}

// Bit size of a bit string (which it must be).
static inline size_t bitstring_bits(term t)
{
    return boxed_kind(t) == KIND_SUBBIN ? (size_t) (boxed_ptr(t)[3] >> 2) : owner_size(t) * 8;
}

static inline bool is_binary(term t) { return is_bitstring(t) && (bitstring_bits(t) & 7) == 0; }

// A new REFCBIN over the blob, on p's off-heap list; takes over the caller's reference. blob->used counts as its size.
term make_refcbin(Process *p, Blob *blob);
term put_refcbin(Process *p, term *room, Blob *blob); // the same in REFCBIN_WORDS words that are there already

// ---- matching: a field moves the context's position on success and leaves it alone on failure ----

// A context at the start of a bit string; a context is returned as it is. NONE (nothing raised) for any other term.
term bits_match_start(Process *p, term bitstring_or_context);

static inline size_t bits_position(term ctx) { return (size_t) (boxed_ptr(ctx)[2] >> 2); }
static inline void bits_set_position(term ctx, size_t bit) { boxed_ptr(ctx)[2] = (term) bit << 2; }
static inline size_t bits_remaining(term ctx)
{
    term *m = boxed_ptr(ctx);
    return (size_t) ((m[3] - m[2]) >> 2);
}
static inline bool bits_skip(term ctx, size_t bits)
{
    if (bits > bits_remaining(ctx)) {
        return false;
    }
    boxed_ptr(ctx)[2] += (term) bits << 2;
    return true;
}

// Takes whole bytes when the position is on a byte boundary and so many are left; NULL otherwise, nothing moved.
static inline const uint8_t *bits_take_bytes(term ctx, size_t count)
{
    term *m = boxed_ptr(ctx);
    size_t position = (size_t) (m[2] >> 2), left = (size_t) ((m[3] - m[2]) >> 2);
    if ((position & 7) != 0 || left / 8 < count) {
        return NULL;
    }
    m[2] += (term) count << 5;
    return owner_bytes(m[1]) + position / 8;
}

bool bits_get_integer_slow(Process *p, term ctx, size_t bits, unsigned flags, term *out);

// An integer field. Byte-aligned unsigned big-endian fields of 8, 16 and 32 bits are read here.
static inline bool bits_get_integer(Process *p, term ctx, size_t bits, unsigned flags, term *out)
{
    if ((flags & (BSF_LITTLE | BSF_SIGNED | BSF_NATIVE)) == 0) {
        const uint8_t *b;
        if (bits == 8 && (b = bits_take_bytes(ctx, 1)) != NULL) {
            *out = make_small(b[0]);
            return true;
        }
        if (bits == 16 && (b = bits_take_bytes(ctx, 2)) != NULL) {
            *out = make_small((sterm) b[0] << 8 | b[1]);
            return true;
        }
        if (bits == 32 && (b = bits_take_bytes(ctx, 4)) != NULL) {
            uint32_t n = (uint32_t) b[0] << 24 | (uint32_t) b[1] << 16 | (uint32_t) b[2] << 8 | b[3];
            *out = fits_small(n) ? make_small((sterm) n) : make_unsigned(p, n);
            return true;
        }
    }
    return bits_get_integer_slow(p, ctx, bits, flags, out);
}

// 16, 32 or 64 bits; fails on infinities and NaN.
bool bits_get_float(Process *p, term ctx, size_t bits, unsigned flags, term *out);
// The next bits as a bit string: a SUBBIN, or a copy when that is smaller.
bool bits_get_binary(Process *p, term ctx, size_t bits, term *out);
// The rest as a bit string; the position stays.
term bits_get_tail(Process *p, term ctx);
bool bits_match_string(term ctx, const uint8_t *bytes, size_t bits);
bool bits_get_utf8(term ctx, uint32_t *code_point);
bool bits_get_utf16(term ctx, unsigned flags, uint32_t *code_point);
bool bits_get_utf32(term ctx, unsigned flags, uint32_t *code_point);

// ---- building ----

// A bit string in the making. start, then puts that together fill it, then finish (finish may also come right after
// start, as bs_init2 needs it, if nothing collects before the last put). Puts return false, writing nothing, when the
// value has no such encoding or there is no room left (as damaged code may have it); the caller raises.
typedef struct BitBuilder {
    uint8_t *bytes;   // of the owner
    size_t position;  // next bit to write, from the owner's first
    size_t bit_end;   // where the bit string will end
    size_t bit_start; // where it starts
    size_t bit_size;  // bit_end - bit_start
    term owner;
} BitBuilder;

// False: system_limit is raised.
bool builder_start(Process *p, BitBuilder *b, size_t total_bits);
// The bit string followed by room for extra_bits: in place when it ends its blob and there is room, otherwise a copy with
// room to grow. False: badarg (no bit string) or system_limit is raised.
bool builder_start_append(Process *p, BitBuilder *b, term bitstring, size_t extra_bits);
// An empty bit string with room for so many bytes: bs_init_writable. NONE: raised.
term bits_init_writable(Process *p, size_t bytes);

bool builder_put_integer(BitBuilder *b, term integer, size_t bits, unsigned flags); // false: no integer
bool builder_put_float(BitBuilder *b, term number, size_t bits, unsigned flags);    // false: no number, bad size
bool builder_put_bits(BitBuilder *b, const Bits *bits);
bool builder_put_string(BitBuilder *b, const uint8_t *bytes, size_t bits);
bool builder_put_utf8(BitBuilder *b, term code_point); // false: no Unicode scalar value
bool builder_put_utf16(BitBuilder *b, term code_point, unsigned flags);
bool builder_put_utf32(BitBuilder *b, term code_point, unsigned flags);
term builder_finish(Process *p, BitBuilder *b);

// Bits that a code point takes; 0 when the term is no Unicode scalar value.
size_t utf8_bits(term code_point);
size_t utf16_bits(term code_point);
static inline bool is_scalar_value(uint32_t c) { return c < 0xD800 || (c > 0xDFFF && c <= 0x10FFFF); }

#endif
