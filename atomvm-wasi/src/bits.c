// Bit strings: where their bits are, copying and comparing them, matching and building. Bits count from the most
// significant bit of the first byte.
#include "bits.h"
#include "process.h"

#include <math.h>

enum { COPIED_SLICE_MAX = 16, FIRST_APPEND_CAPACITY = 256 };

static inline bool is_little(unsigned flags)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (flags & (BSF_LITTLE | BSF_NATIVE)) != 0;
#else
    return (flags & BSF_LITTLE) != 0;
#endif
}

// ---- bits in memory ----

// n <= 8 bits, right-aligned; touches only bytes that hold some of them.
static inline unsigned read_bits(const uint8_t *s, size_t bit, unsigned n)
{
    s += bit >> 3;
    unsigned shift = (unsigned) bit & 7;
    unsigned window = (unsigned) s[0] << 8;
    if (shift + n > 8) {
        window |= s[1];
    }
    return (window >> (16 - shift - n)) & ((1u << n) - 1);
}

// n bits into one byte: (bit & 7) + n <= 8.
static inline void write_in_byte(uint8_t *d, size_t bit, unsigned n, unsigned value)
{
    unsigned shift = 8 - ((unsigned) bit & 7) - n;
    unsigned mask = ((1u << n) - 1) << shift;
    d += bit >> 3;
    *d = (uint8_t) ((*d & ~mask) | ((value << shift) & mask));
}

// n <= 8 bits, over a byte boundary if need be.
static void write_bits(uint8_t *d, size_t bit, unsigned n, unsigned value)
{
    unsigned room = 8 - ((unsigned) bit & 7);
    if (n <= room) {
        write_in_byte(d, bit, n, value);
    } else {
        write_in_byte(d, bit, room, value >> (n - room));
        write_in_byte(d, bit + room, n - room, value);
    }
}

void bits_copy(uint8_t *dst, size_t dst_bit, const uint8_t *src, size_t src_bit, size_t bits)
{
    unsigned lead = (8 - ((unsigned) dst_bit & 7)) & 7;
    if (lead > bits) {
        lead = (unsigned) bits;
    }
    if (lead > 0) {
        write_in_byte(dst, dst_bit, lead, read_bits(src, src_bit, lead));
        dst_bit += lead;
        src_bit += lead;
        bits -= lead;
    }
    uint8_t *d = dst + (dst_bit >> 3);
    const uint8_t *s = src + (src_bit >> 3);
    size_t whole = bits >> 3;
    unsigned shift = (unsigned) src_bit & 7;
    if (shift == 0) {
        if (whole > 0) {
            memcpy(d, s, whole);
        }
    } else {
        for (size_t i = 0; i < whole; i++) {
            d[i] = (uint8_t) (s[i] << shift | s[i + 1] >> (8 - shift));
        }
    }
    unsigned rest = (unsigned) bits & 7;
    if (rest > 0) {
        write_in_byte(d + whole, 0, rest, read_bits(s + whole, shift, rest));
    }
}

static int compare_counts(size_t a, size_t b) { return (a > b) - (a < b); }

int bits_compare(const Bits *a, const Bits *b)
{
    size_t common = a->bit_size < b->bit_size ? a->bit_size : b->bit_size;
    size_t whole = common >> 3;
    if (a->bit_offset == 0 && b->bit_offset == 0) {
        int order = whole == 0 ? 0 : memcmp(a->bytes, b->bytes, whole);
        if (order != 0) {
            return order;
        }
    } else {
        for (size_t i = 0; i < whole; i++) {
            unsigned x = read_bits(a->bytes + i, a->bit_offset, 8), y = read_bits(b->bytes + i, b->bit_offset, 8);
            if (x != y) {
                return x < y ? -1 : 1;
            }
        }
    }
    unsigned rest = (unsigned) common & 7;
    if (rest > 0) {
        unsigned x = read_bits(a->bytes + whole, a->bit_offset, rest), y = read_bits(b->bytes + whole, b->bit_offset, rest);
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    return compare_counts(a->bit_size, b->bit_size);
}

// ---- terms ----

// The bits [from, from + size) of an owner.
static Bits owner_part(term owner, size_t from, size_t size)
{
    return (Bits) {
        .bytes = owner_bytes(owner) + (from >> 3),
        .bit_offset = from & 7,
        .bit_size = size,
        .owner = owner,
        .owner_bit_offset = from,
    };
}

bool bits_of(term t, Bits *out)
{
    if (!is_boxed(t)) {
        return false;
    }
    term *o = boxed_ptr(t);
    switch (header_kind(*o)) {
    case KIND_HEAPBIN:
    case KIND_REFCBIN:
        *out = owner_part(t, 0, owner_size(t) * 8);
        return true;
    case KIND_SUBBIN:
        *out = owner_part(o[1], (size_t) (o[2] >> 2), (size_t) (o[3] >> 2));
        return true;
    case KIND_MATCH:
        *out = owner_part(o[1], (size_t) (o[2] >> 2), bits_remaining(t));
        return true;
    default:
        return false;
    }
}

bool binary_bytes(term t, const uint8_t **bytes, size_t *size, uint8_t **scratch)
{
    Bits b;
    *scratch = NULL;
    if (!bits_of(t, &b) || (b.bit_size & 7) != 0) {
        return false;
    }
    *bytes = b.bytes;
    *size = b.bit_size >> 3;
    if (b.bit_offset == 0 || *size == 0) {
        return true;
    }
    *scratch = vm_malloc(*size);
    if (*scratch == NULL) {
        return false;
    }
    bits_copy(*scratch, 0, b.bytes, b.bit_offset, b.bit_size);
    *bytes = *scratch;
    return true;
}

static bool owner_is_hidden(term owner)
{
    term *o = boxed_ptr(owner);
    return header_kind(*o) == KIND_REFCBIN && (((Blob *) o[2])->flags & BLOB_APPENDABLE) != 0;
}

static term make_subbin(Process *p, term owner, size_t from, size_t size)
{
    term *o = heap_alloc(p, SUBBIN_WORDS);
    o[0] = make_header(KIND_SUBBIN, SUBBIN_WORDS - 1);
    o[1] = owner;
    o[2] = (term) from << 2;
    o[3] = (term) size << 2;
    return make_boxed(o);
}

// Small whole-byte parts are copied: they are hardly larger than a SUBBIN and keep nothing else alive.
static term slice_of_owner(Process *p, term owner, size_t from, size_t size)
{
    if ((size & 7) == 0 && size <= COPIED_SLICE_MAX * 8) {
        size_t byte_size = size >> 3, words = WORDS_FOR_BYTES(byte_size) + 1;
        term *o = heap_alloc(p, 1 + words);
        o[0] = make_header(KIND_HEAPBIN, words);
        o[1] = byte_size;
        bits_copy((uint8_t *) (o + 2), 0, owner_bytes(owner), from, size);
        return make_boxed(o);
    }
    if (from == 0 && size == owner_size(owner) * 8 && !owner_is_hidden(owner)) {
        return owner;
    }
    return make_subbin(p, owner, from, size);
}

term bits_slice(Process *p, const Bits *whole, size_t bit_from, size_t bit_count)
{
    return slice_of_owner(p, whole->owner, whole->owner_bit_offset + bit_from, bit_count);
}

term make_bitstring(Process *p, const uint8_t *bytes, size_t bit_size)
{
    BitBuilder b;
    if (!builder_start(p, &b, bit_size)) {
        return NONE;
    }
    builder_put_string(&b, bytes, bit_size);
    return builder_finish(p, &b);
}

term make_refcbin(Process *p, Blob *blob) { return put_refcbin(p, heap_alloc(p, REFCBIN_WORDS), blob); }

term put_refcbin(Process *p, term *o, Blob *blob)
{
    o[0] = make_header(KIND_REFCBIN, REFCBIN_WORDS - 1);
    o[1] = (term) p->off_heap;
    o[2] = (term) blob;
    o[3] = blob->used;
    p->off_heap = o;
    off_heap_grew(p, blob->used);
    return make_boxed(o);
}

// ---- matching ----

term bits_match_start(Process *p, term t)
{
    Bits b;
    if (!bits_of(t, &b)) {
        return NONE;
    }
    if (boxed_kind(t) == KIND_MATCH) {
        return t;
    }
    term *o = heap_alloc(p, MATCH_WORDS);
    o[0] = make_header(KIND_MATCH, MATCH_WORDS - 1);
    o[1] = b.owner;
    o[2] = (term) b.owner_bit_offset << 2;
    o[3] = (term) (b.owner_bit_offset + b.bit_size) << 2;
    return make_boxed(o);
}

// The next bits of a context, taken. False when there are not so many.
static bool take_bits(term ctx, size_t bits, Bits *out)
{
    size_t position = bits_position(ctx);
    if (!bits_skip(ctx, bits)) {
        return false;
    }
    *out = owner_part(boxed_ptr(ctx)[1], position, bits);
    return true;
}

// At most 64 bits as a number, in either byte order. Little-endian fields that are no whole bytes have the odd bits last
// and most significant.
static uint64_t read_number(const Bits *b, bool little)
{
    uint64_t n = 0;
    size_t done = 0;
    for (; b->bit_size - done >= 8; done += 8) {
        uint64_t byte = read_bits(b->bytes, b->bit_offset + done, 8);
        n = little ? n | byte << done : n << 8 | byte;
    }
    unsigned rest = (unsigned) (b->bit_size - done);
    if (rest > 0) {
        uint64_t odd = read_bits(b->bytes, b->bit_offset + done, rest);
        n = little ? n | odd << done : n << rest | odd;
    }
    return n;
}

static term small_field(Process *p, const Bits *b, unsigned flags)
{
    uint64_t n = read_number(b, is_little(flags));
    if ((flags & BSF_SIGNED) == 0) {
        return n <= (uint64_t) SMALL_MAX ? make_small((sterm) n) : make_unsigned(p, n);
    }
    unsigned unused = 64 - (unsigned) b->bit_size;
    return make_integer(p, (int64_t) (n << unused) >> unused);
}

// More than 64 bits that are not whole, aligned bytes: copied into whole bytes with the sign extended.
static bool shifted_field(Process *p, const Bits *b, unsigned flags, term *out)
{
    bool little = is_little(flags), is_signed = (flags & BSF_SIGNED) != 0;
    size_t size = (b->bit_size + 7) >> 3;
    unsigned odd = (unsigned) b->bit_size & 7;
    uint8_t *bytes = vm_malloc(size);
    if (bytes == NULL) {
        return false;
    }
    uint8_t *top = little ? bytes + size - 1 : bytes;
    if (odd == 0) {
        bits_copy(bytes, 0, b->bytes, b->bit_offset, b->bit_size);
    } else {
        size_t even = b->bit_size - odd;
        *top = (uint8_t) read_bits(b->bytes, b->bit_offset + (little ? even : 0), odd);
        bits_copy(little ? bytes : bytes + 1, 0, b->bytes, b->bit_offset + (little ? 0 : odd), even);
        if (is_signed && (*top >> (odd - 1)) != 0) {
            *top = (uint8_t) (*top | 0xFFu << odd);
        }
    }
    *out = integer_from_bytes(p, bytes, size, is_signed, little);
    vm_mfree(bytes, size);
    return *out != NONE;
}

bool bits_get_integer_slow(Process *p, term ctx, size_t bits, unsigned flags, term *out)
{
    Bits b;
    size_t position = bits_position(ctx);
    if (!take_bits(ctx, bits, &b)) {
        return false;
    }
    if (bits == 0) {
        *out = make_small(0);
        return true;
    }
    if (bits <= 64) {
        *out = small_field(p, &b, flags);
        return true;
    }
    if (((b.bit_offset | b.bit_size) & 7) == 0) {
        *out = integer_from_bytes(p, b.bytes, bits >> 3, (flags & BSF_SIGNED) != 0, is_little(flags));
        if (*out != NONE) {
            return true;
        }
    } else if (shifted_field(p, &b, flags, out)) {
        return true;
    }
    bits_set_position(ctx, position);
    return false;
}

static double half_to_double(unsigned h)
{
    unsigned exponent = h >> 10 & 31, fraction = h & 1023;
    double magnitude;
    if (exponent == 31) {
        magnitude = fraction == 0 ? (double) INFINITY : (double) NAN;
    } else if (exponent == 0) {
        magnitude = ldexp(fraction, -24);
    } else {
        magnitude = ldexp(fraction + 1024, (int) exponent - 25);
    }
    return h >> 15 ? -magnitude : magnitude;
}

bool bits_get_float(Process *p, term ctx, size_t bits, unsigned flags, term *out)
{
    Bits b;
    size_t position = bits_position(ctx);
    if ((bits != 0 && bits != 16 && bits != 32 && bits != 64) || !take_bits(ctx, bits, &b)) {
        return false;
    }
    uint64_t n = read_number(&b, is_little(flags));
    double d;
    if (bits == 64) {
        memcpy(&d, &n, sizeof d);
    } else if (bits == 32) {
        uint32_t single = (uint32_t) n;
        float f;
        memcpy(&f, &single, sizeof f);
        d = f;
    } else if (bits == 0) {
        d = 0; // as on erl
    } else {
        d = half_to_double((unsigned) n);
    }
    if (!isfinite(d)) {
        bits_set_position(ctx, position);
        return false;
    }
    *out = make_double(p, d);
    return true;
}

bool bits_get_binary(Process *p, term ctx, size_t bits, term *out)
{
    size_t position = bits_position(ctx);
    if (!bits_skip(ctx, bits)) {
        return false;
    }
    *out = slice_of_owner(p, boxed_ptr(ctx)[1], position, bits);
    return true;
}

term bits_get_tail(Process *p, term ctx)
{
    return slice_of_owner(p, boxed_ptr(ctx)[1], bits_position(ctx), bits_remaining(ctx));
}

bool bits_match_string(term ctx, const uint8_t *bytes, size_t bits)
{
    size_t position = bits_position(ctx);
    Bits here, wanted = { .bytes = bytes, .bit_size = bits };
    if (!take_bits(ctx, bits, &here)) {
        return false;
    }
    if (bits_compare(&here, &wanted) != 0) {
        bits_set_position(ctx, position);
        return false;
    }
    return true;
}

bool bits_get_utf8(term ctx, uint32_t *code_point)
{
    uint8_t copy[4] = { 0 };
    size_t left = bits_remaining(ctx) >> 3;
    Bits b = owner_part(boxed_ptr(ctx)[1], bits_position(ctx), 0);
    const uint8_t *s = b.bytes;
    if (b.bit_offset != 0) {
        left = left < 4 ? left : 4;
        bits_copy(copy, 0, b.bytes, b.bit_offset, left * 8);
        s = copy;
    }
    int used = utf8_decode(s, left, code_point);
    return used > 0 && bits_skip(ctx, (size_t) used * 8);
}

bool bits_get_utf16(term ctx, unsigned flags, uint32_t *code_point)
{
    Bits b;
    size_t position = bits_position(ctx);
    if (!take_bits(ctx, 16, &b)) {
        return false;
    }
    uint32_t high = (uint32_t) read_number(&b, is_little(flags));
    if (high < 0xD800 || high > 0xDFFF) {
        *code_point = high;
        return true;
    }
    if (high < 0xDC00 && take_bits(ctx, 16, &b)) {
        uint32_t low = (uint32_t) read_number(&b, is_little(flags));
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *code_point = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            return true;
        }
    }
    bits_set_position(ctx, position);
    return false;
}

bool bits_get_utf32(term ctx, unsigned flags, uint32_t *code_point)
{
    Bits b;
    size_t position = bits_position(ctx);
    if (!take_bits(ctx, 32, &b)) {
        return false;
    }
    *code_point = (uint32_t) read_number(&b, is_little(flags));
    if (!is_scalar_value(*code_point)) {
        bits_set_position(ctx, position);
        return false;
    }
    return true;
}

// ---- building ----

static void builder_over(BitBuilder *b, term owner, size_t from, size_t total_bits, size_t written_bits)
{
    *b = (BitBuilder) {
        .bytes = owner_bytes(owner),
        .position = from + written_bits,
        .bit_end = from + total_bits,
        .bit_start = from,
        .bit_size = total_bits,
        .owner = owner,
    };
}

bool builder_start(Process *p, BitBuilder *b, size_t total_bits)
{
    if (total_bits > BITS_MAX) {
        raise_system_limit(p);
        return false;
    }
    size_t size = (total_bits + 7) >> 3;
    uint8_t *bytes;
    term owner = make_binary(p, NULL, size, &bytes);
    if (owner == NONE) {
        return false;
    }
    if ((total_bits & 7) != 0) {
        bytes[size - 1] = 0;
    }
    builder_over(b, owner, 0, total_bits, 0);
    return true;
}

static inline size_t blob_used_bits(const Blob *blob) { return blob->used * 8 - (blob->flags & BLOB_FREE_BITS); }

static void blob_set_used_bits(Blob *blob, size_t bits)
{
    blob->used = (bits + 7) >> 3;
    blob->flags = (blob->flags & ~(uint32_t) BLOB_FREE_BITS) | ((8 - ((uint32_t) bits & 7)) & 7);
}

// Extends the blob that ends with these bits. False when they do not end it, or it is full.
static bool extend_in_place(Process *p, const Bits *acc, size_t extra_bits)
{
    if (!owner_is_hidden(acc->owner) || is_literal(boxed_ptr(acc->owner))) {
        return false;
    }
    term *owner = boxed_ptr(acc->owner);
    Blob *blob = (Blob *) owner[2];
    size_t used = blob_used_bits(blob);
    if (acc->owner_bit_offset + acc->bit_size != used || blob->capacity * 8 - used < extra_bits) {
        return false;
    }
    blob_set_used_bits(blob, used + extra_bits);
    off_heap_grew(p, blob->used - (size_t) owner[3]);
    owner[3] = blob->used;
    return true;
}

// A hidden owner of a new blob with total_bits used and room for `capacity` bytes; NONE: system_limit raised.
static term make_appendable(Process *p, size_t total_bits, size_t capacity)
{
    Blob *blob = blob_new(capacity);
    if (blob == NULL) {
        return raise_system_limit(p);
    }
    blob->flags |= BLOB_APPENDABLE;
    blob_set_used_bits(blob, total_bits);
    return make_refcbin(p, blob);
}

// Room for later appends: a little the first time, as much again for what was appended to before.
static size_t append_capacity(const Bits *acc, size_t total_bytes)
{
    size_t spare = owner_is_hidden(acc->owner) ? total_bytes : total_bytes / 8;
    size_t limit = BITS_MAX >> 3;
    size_t capacity = spare < limit - total_bytes ? total_bytes + spare : limit;
    return capacity < FIRST_APPEND_CAPACITY ? FIRST_APPEND_CAPACITY : capacity;
}

bool builder_start_append(Process *p, BitBuilder *b, term bitstring, size_t extra_bits)
{
    Bits acc;
    if (!is_bitstring(bitstring) || !bits_of(bitstring, &acc)) {
        raise_badarg(p);
        return false;
    }
    if (extra_bits > BITS_MAX - acc.bit_size) {
        raise_system_limit(p);
        return false;
    }
    size_t total = acc.bit_size + extra_bits;
    if (extend_in_place(p, &acc, extra_bits)) {
        builder_over(b, acc.owner, acc.owner_bit_offset, total, acc.bit_size);
        return true;
    }
    if (total <= HEAPBIN_MAX * 8) {
        if (!builder_start(p, b, total)) {
            return false;
        }
    } else {
        size_t size = (total + 7) >> 3;
        term owner = make_appendable(p, total, append_capacity(&acc, size));
        if (owner == NONE) {
            return false;
        }
        builder_over(b, owner, 0, total, 0);
    }
    builder_put_bits(b, &acc);
    return true;
}

// Without much to expect, appending starts from a plain empty binary: most comprehensions make little.
term bits_init_writable(Process *p, size_t bytes)
{
    if (bytes <= FIRST_APPEND_CAPACITY || bytes > BITS_MAX >> 3) {
        return make_binary(p, NULL, 0, NULL);
    }
    term owner = make_appendable(p, 0, bytes);
    return owner == NONE ? NONE : make_subbin(p, owner, 0, 0);
}

term builder_finish(Process *p, BitBuilder *b)
{
    bool is_owner = b->bit_start == 0 && b->bit_size == owner_size(b->owner) * 8 && !owner_is_hidden(b->owner);
    return is_owner ? b->owner : make_subbin(p, b->owner, b->bit_start, b->bit_size);
}

static inline bool has_room(const BitBuilder *b, size_t bits) { return bits <= b->bit_end - b->position; }

// At most 64 bits of a number, in either byte order (read_number is the inverse). There is room.
static void put_number(BitBuilder *b, uint64_t n, size_t bits, bool little)
{
    size_t left = bits;
    if (little) {
        for (; left >= 8; left -= 8, n >>= 8, b->position += 8) {
            write_bits(b->bytes, b->position, 8, (unsigned) n & 255);
        }
    } else {
        for (; left >= 8; b->position += 8) {
            left -= 8;
            write_bits(b->bytes, b->position, 8, (unsigned) (n >> left) & 255);
        }
    }
    if (left > 0) {
        write_bits(b->bytes, b->position, (unsigned) left, (unsigned) n & ((1u << left) - 1));
        b->position += left;
    }
}

// Any integer into more than 64 bits.
static bool put_long_integer(BitBuilder *b, term integer, size_t bits, bool little)
{
    if (((b->position | bits) & 7) == 0) {
        integer_to_bytes(integer, b->bytes + (b->position >> 3), bits >> 3, little);
        b->position += bits;
        return true;
    }
    size_t size = (bits + 7) >> 3;
    unsigned odd = (unsigned) bits & 7;
    uint8_t *bytes = vm_malloc(size);
    if (bytes == NULL) {
        return false;
    }
    integer_to_bytes(integer, bytes, size, little);
    if (little) {
        builder_put_string(b, bytes, bits - odd);
        if (odd > 0) {
            write_bits(b->bytes, b->position, odd, bytes[size - 1] & ((1u << odd) - 1));
            b->position += odd;
        }
    } else {
        bits_copy(b->bytes, b->position, bytes, size * 8 - bits, bits);
        b->position += bits;
    }
    vm_mfree(bytes, size);
    return true;
}

bool builder_put_integer(BitBuilder *b, term integer, size_t bits, unsigned flags)
{
    if (!has_room(b, bits)) {
        return false;
    }
    if (is_small(integer)) {
        if (bits == 8 && (b->position & 7) == 0) {
            b->bytes[b->position >> 3] = (uint8_t) small_value(integer);
            b->position += 8;
            return true;
        }
        if (bits <= 64) {
            put_number(b, (uint64_t) (int64_t) small_value(integer), bits, is_little(flags));
            return true;
        }
    } else if (!is_big(integer)) {
        return false;
    } else if (bits <= 64) {
        uint8_t low[8];
        uint64_t n = 0;
        integer_to_bytes(integer, low, sizeof low, false);
        for (size_t i = 0; i < sizeof low; i++) {
            n = n << 8 | low[i];
        }
        put_number(b, n, bits, is_little(flags));
        return true;
    }
    return put_long_integer(b, integer, bits, is_little(flags));
}

// Nearest half-precision number, ties to even; infinity when out of range.
static unsigned double_to_half(double d)
{
    unsigned sign = signbit(d) ? 0x8000 : 0;
    double magnitude = fabs(d);
    int exponent;
    if (magnitude == 0) {
        return sign;
    }
    (void) frexp(magnitude, &exponent); // magnitude = [0.5, 1) * 2^exponent
    int unit = exponent - 11 < -24 ? -24 : exponent - 11;
    double scaled = nearbyint(ldexp(magnitude, -unit));
    if (scaled >= 2048) {
        scaled /= 2;
        unit++;
    }
    unsigned fraction = (unsigned) scaled;
    if (unit > 5) {
        return sign | 0x7C00;
    }
    return sign | (fraction < 1024 ? fraction : (unsigned) (unit + 25) << 10 | (fraction - 1024));
}

bool builder_put_float(BitBuilder *b, term number, size_t bits, unsigned flags)
{
    double d;
    if (!has_room(b, bits)) {
        return false;
    }
    if (is_float(number)) {
        d = float_value(number);
    } else if (!is_integer(number) || !integer_to_double(number, &d)) {
        return false;
    }
    uint64_t n;
    if (bits == 64) {
        memcpy(&n, &d, sizeof n);
    } else if (bits == 32) {
        float f = (float) d; // as OTP has it, too large is infinite here and no error
        uint32_t single;
        memcpy(&single, &f, sizeof single);
        n = single;
    } else if (bits == 16) {
        n = double_to_half(d); // likewise
    } else {
        return false;
    }
    put_number(b, n, bits, is_little(flags));
    return true;
}

bool builder_put_bits(BitBuilder *b, const Bits *bits)
{
    if (!has_room(b, bits->bit_size)) {
        return false;
    }
    bits_copy(b->bytes, b->position, bits->bytes, bits->bit_offset, bits->bit_size);
    b->position += bits->bit_size;
    return true;
}

bool builder_put_string(BitBuilder *b, const uint8_t *bytes, size_t bits)
{
    return builder_put_bits(b, &(Bits) { .bytes = bytes, .bit_size = bits });
}

static bool scalar_value(term t, uint32_t *code_point)
{
    if (!is_small(t) || small_value(t) < 0 || small_value(t) > 0x10FFFF) {
        return false;
    }
    *code_point = (uint32_t) small_value(t);
    return is_scalar_value(*code_point);
}

size_t utf8_bits(term t)
{
    uint32_t c;
    if (!scalar_value(t, &c)) {
        return 0;
    }
    return c < 0x80 ? 8 : c < 0x800 ? 16 : c < 0x10000 ? 24 : 32;
}

size_t utf16_bits(term t)
{
    uint32_t c;
    return !scalar_value(t, &c) ? 0 : c < 0x10000 ? 16 : 32;
}

bool builder_put_utf8(BitBuilder *b, term code_point)
{
    uint32_t c;
    uint8_t bytes[4];
    if (!scalar_value(code_point, &c)) {
        return false;
    }
    return builder_put_string(b, bytes, (size_t) utf8_encode(c, bytes) * 8);
}

bool builder_put_utf16(BitBuilder *b, term code_point, unsigned flags)
{
    uint32_t c;
    if (!scalar_value(code_point, &c) || !has_room(b, utf16_bits(code_point))) {
        return false;
    }
    if (c < 0x10000) {
        put_number(b, c, 16, is_little(flags));
    } else {
        put_number(b, 0xD800 + ((c - 0x10000) >> 10), 16, is_little(flags));
        put_number(b, 0xDC00 + ((c - 0x10000) & 1023), 16, is_little(flags));
    }
    return true;
}

bool builder_put_utf32(BitBuilder *b, term code_point, unsigned flags)
{
    uint32_t c;
    if (!scalar_value(code_point, &c) || !has_room(b, 32)) {
        return false;
    }
    put_number(b, c, 32, is_little(flags));
    return true;
}

// ---- UTF-8 ----

// Code points whose first byte is s[0] need `length` bytes; the second byte's range keeps out overlong forms,
// surrogates and what is above U+10FFFF.
int utf8_decode(const uint8_t *s, size_t n, uint32_t *code_point)
{
    if (n == 0) {
        return -1;
    }
    uint32_t first = s[0];
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    uint32_t c = first & (0x7Fu >> length);
    for (int i = 1; i < length; i++) {
        if ((size_t) i == n) {
            return -1;
        }
        if (s[i] < low || s[i] > high) {
            return 0;
        }
        c = c << 6 | (s[i] & 0x3F);
        low = 0x80;
        high = 0xBF;
    }
    *code_point = c;
    return length;
}

int utf8_encode(uint32_t c, uint8_t *out)
{
    if (c < 0x80) {
        out[0] = (uint8_t) c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t) (0xC0 | c >> 6);
        out[1] = (uint8_t) (0x80 | (c & 0x3F));
        return 2;
    }
    if (!is_scalar_value(c)) {
        return 0;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t) (0xE0 | c >> 12);
        out[1] = (uint8_t) (0x80 | (c >> 6 & 0x3F));
        out[2] = (uint8_t) (0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (uint8_t) (0xF0 | c >> 18);
    out[1] = (uint8_t) (0x80 | (c >> 12 & 0x3F));
    out[2] = (uint8_t) (0x80 | (c >> 6 & 0x3F));
    out[3] = (uint8_t) (0x80 | (c & 0x3F));
    return 4;
}
