// erlang:md5, crc32, adler32 and their relatives: thin natives over digest.zig.
#include "bits.h"
#include "digest.h"
#include "iolist.h"

static term checksum(Process *p, term before, term data, uint32_t (*update)(uint32_t, const uint8_t *, size_t))
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    uint64_t start;
    if (!is_integer(before) || !integer_to_uint64(before, &start) || start > UINT32_MAX) return raise_badarg(p);
    if (!iodata_bytes(data, &bytes, &size, &scratch)) return raise_badarg(p);
    uint32_t sum = update((uint32_t) start, bytes, size);
    vm_mfree(scratch, size);
    p->reductions -= (sterm) (size / 64);
    return make_unsigned(p, sum);
}

term erlang_crc32_1(Process *p, term *a) { return checksum(p, make_small(0), a[0], zig_crc32); }
term erlang_crc32_2(Process *p, term *a) { return checksum(p, a[0], a[1], zig_crc32); }
term erlang_adler32_1(Process *p, term *a) { return checksum(p, make_small(1), a[0], zig_adler32); }
term erlang_adler32_2(Process *p, term *a) { return checksum(p, a[0], a[1], zig_adler32); }

// ---- the sum of two pieces from the sums of each: arithmetic, no hashing ----

static bool combine_arguments(const term *a, uint64_t out[3])
{
    for (int i = 0; i < 3; i++)
        if (!is_integer(a[i]) || !integer_to_uint64(a[i], &out[i]) || out[i] > UINT32_MAX) return false;
    return true;
}

// Product of two polynomials over GF(2) modulo CRC-32's; bit 31 is the constant term.
static uint32_t crc_multiply(uint32_t a, uint32_t b)
{
    enum { POLYNOMIAL = 0xEDB88320 };
    uint32_t product = 0;
    for (uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
        if (a & bit) product ^= b;
        b = b & 1 ? b >> 1 ^ (uint32_t) POLYNOMIAL : b >> 1;
    }
    return product;
}

// crc(AB) = crc(A) * x^(8 * size of B) + crc(B)
term erlang_crc32_combine_3(Process *p, term *a)
{
    uint64_t v[3];
    if (!combine_arguments(a, v)) return raise_badarg(p);
    uint32_t crc = (uint32_t) v[0], power = 1u << 23; // x^8
    for (uint64_t n = v[2]; n > 0; n >>= 1, power = crc_multiply(power, power))
        if (n & 1) crc = crc_multiply(crc, power);
    return make_unsigned(p, crc ^ (uint32_t) v[1]);
}

enum { ADLER_BASE = 65521 };

// Sums that no bytes have are not below the base; as on erl, `times` subtractions are made and no division.
static uint64_t reduced(uint64_t sum, int times)
{
    while (times-- > 0)
        if (sum >= ADLER_BASE) sum -= ADLER_BASE;
    return sum;
}

// Low half: 1 + sum of bytes. High half: sum of the low half after each byte. Both modulo 65521.
term erlang_adler32_combine_3(Process *p, term *a)
{
    uint64_t v[3];
    if (!combine_arguments(a, v)) return raise_badarg(p);
    if (v[2] == 0) return a[0];
    uint64_t n = v[2] % ADLER_BASE, low_a = v[0] & 0xFFFF, low_b = v[1] & 0xFFFF;
    uint64_t low = reduced(low_a + low_b + ADLER_BASE - 1, 2);
    uint64_t high = n * low_a % ADLER_BASE + (v[0] >> 16) + (v[1] >> 16) + ADLER_BASE - n;
    return make_unsigned(p, reduced(high, 3) << 16 | low);
}

// ---- MD5; its context travels through the program as a binary ----

typedef union Md5 {
    uint8_t bytes[MD5_CONTEXT_MAX];
    uint64_t aligned;
} Md5;

static bool md5_add(Md5 *md5, term data)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    if (!iodata_bytes(data, &bytes, &size, &scratch)) return false;
    zig_md5_update(md5, bytes, size);
    vm_mfree(scratch, size);
    return true;
}

static term md5_digest(Process *p, Md5 *md5)
{
    uint8_t digest[MD5_BYTES];
    zig_md5_final(md5, digest);
    return make_binary(p, digest, sizeof digest, NULL);
}

static bool md5_read(term t, Md5 *md5)
{
    Bits b;
    if (!is_bitstring(t) || !bits_of(t, &b) || b.bit_size != zig_md5_context_size() * 8) return false;
    bits_copy(md5->bytes, 0, b.bytes, b.bit_offset, b.bit_size);
    return zig_md5_valid(md5);
}

term erlang_md5_1(Process *p, term *a)
{
    Md5 md5;
    zig_md5_init(&md5);
    return md5_add(&md5, a[0]) ? md5_digest(p, &md5) : raise_badarg(p);
}

term erlang_md5_init_0(Process *p, term *a)
{
    (void) a;
    Md5 md5 = { { 0 } };
    zig_md5_init(&md5);
    return make_binary(p, md5.bytes, zig_md5_context_size(), NULL);
}

term erlang_md5_update_2(Process *p, term *a)
{
    Md5 md5;
    if (!md5_read(a[0], &md5) || !md5_add(&md5, a[1])) return raise_badarg(p);
    return make_binary(p, md5.bytes, zig_md5_context_size(), NULL);
}

term erlang_md5_final_1(Process *p, term *a)
{
    Md5 md5;
    return md5_read(a[0], &md5) ? md5_digest(p, &md5) : raise_badarg(p);
}
