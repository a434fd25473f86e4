// Natives of module binary and of erlang that take binaries apart, put them together and convert them.
// Searching is in binary_search.c, checksums are in checksum.c.
#include "bits.h"
#include "iolist.h"

enum { BYTES_PER_REDUCTION = 64 };

static void charge(Process *p, size_t bytes) { p->reductions -= (sterm) (bytes / BYTES_PER_REDUCTION); }

static bool byte_aligned_size(term t, Bits *b) { return is_bitstring(t) && bits_of(t, b) && (b->bit_size & 7) == 0; }

static uint8_t byte_at(const Bits *b, size_t i)
{
    uint8_t byte;
    bits_copy(&byte, 0, b->bytes + i, b->bit_offset, 8);
    return byte;
}

// The bytes [from, from + count) as a list in front of `rest`.
static term list_of_bytes(Process *p, const Bits *b, size_t from, size_t count, term rest)
{
    term *top = heap_alloc(p, 2 * count);
    if (b->bit_offset == 0) {
        for (size_t i = count; i-- > 0;) rest = put_cons(&top, make_small(b->bytes[from + i]), rest);
    } else {
        for (size_t i = count; i-- > 0;) rest = put_cons(&top, make_small(byte_at(b, from + i)), rest);
    }
    charge(p, 8 * count);
    return rest;
}

// {Start, Length} within `size`; a negative length counts backwards from Start.
static bool part_range(term start, term length, size_t size, size_t *from, size_t *count)
{
    if (!both_small(start, length)) return false;
    int64_t at = small_value(start), n = small_value(length);
    if (at < 0 || at > (int64_t) size) return false;
    if (n < 0) {
        at += n;
        n = -n;
    }
    if (at < 0 || n > (int64_t) size - at) return false;
    *from = (size_t) at;
    *count = (size_t) n;
    return true;
}

static bool is_pair(term t) { return is_tuple(t) && tuple_arity(t) == 2; }

// The bit string may end with odd bits, outside the part.
static bool part_of(term bin, term start, term length, Bits *b, size_t *from, size_t *count)
{
    return is_bitstring(bin) && bits_of(bin, b) && part_range(start, length, b->bit_size >> 3, from, count);
}

// ---- sizes ----

// From OTP 26 on the compiler asks match contexts for the size of what is left of them.
static bool size_in_bits(term t, size_t *bits)
{
    if (is_bitstring(t)) *bits = bitstring_bits(t);
    else if (is_match(t)) *bits = bits_remaining(t);
    else return false;
    return true;
}

term erlang_byte_size_1(Process *p, term *a)
{
    size_t bits;
    return size_in_bits(a[0], &bits) ? make_small((sterm) ((bits + 7) >> 3)) : raise_badarg(p);
}

term erlang_bit_size_1(Process *p, term *a)
{
    size_t bits;
    return size_in_bits(a[0], &bits) ? make_unsigned(p, bits) : raise_badarg(p);
}

term erlang_size_1(Process *p, term *a)
{
    if (is_tuple(a[0])) return make_small((sterm) tuple_arity(a[0]));
    return is_bitstring(a[0]) ? make_small((sterm) (bitstring_bits(a[0]) >> 3)) : raise_badarg(p);
}

term binary_referenced_byte_size_1(Process *p, term *a)
{
    Bits b;
    if (!byte_aligned_size(a[0], &b)) return raise_badarg(p);
    return make_small((sterm) owner_size(b.owner));
}

// ---- parts ----

term binary_at_2(Process *p, term *a)
{
    Bits b;
    size_t from, count;
    if (!is_binary(a[0]) || !part_of(a[0], a[1], make_small(1), &b, &from, &count)) return raise_badarg(p);
    return make_small(byte_at(&b, from));
}

term binary_first_1(Process *p, term *a)
{
    Bits b;
    if (!byte_aligned_size(a[0], &b) || b.bit_size == 0) return raise_badarg(p);
    return make_small(byte_at(&b, 0));
}

term binary_last_1(Process *p, term *a)
{
    Bits b;
    if (!byte_aligned_size(a[0], &b) || b.bit_size == 0) return raise_badarg(p);
    return make_small(byte_at(&b, (b.bit_size >> 3) - 1));
}

term erlang_binary_part_3(Process *p, term *a)
{
    Bits b;
    size_t from, count;
    if (!part_of(a[0], a[1], a[2], &b, &from, &count)) return raise_badarg(p);
    return bits_slice(p, &b, from * 8, count * 8);
}

term erlang_binary_part_2(Process *p, term *a)
{
    Bits b;
    size_t from, count;
    if (!is_pair(a[1]) || !part_of(a[0], tuple_at(a[1], 0), tuple_at(a[1], 1), &b, &from, &count)) return raise_badarg(p);
    return bits_slice(p, &b, from * 8, count * 8);
}

term erlang_split_binary_2(Process *p, term *a)
{
    Bits b;
    if (!is_bitstring(a[0]) || !bits_of(a[0], &b) || !is_small(a[1])) return raise_badarg(p);
    sterm at = small_value(a[1]);
    if (at < 0 || (size_t) at > b.bit_size >> 3) return raise_badarg(p);
    size_t bits = (size_t) at * 8;
    return make_tuple2(p, bits_slice(p, &b, 0, bits), bits_slice(p, &b, bits, b.bit_size - bits));
}

// ---- to lists ----

term erlang_binary_to_list_1(Process *p, term *a)
{
    Bits b;
    return byte_aligned_size(a[0], &b) ? list_of_bytes(p, &b, 0, b.bit_size >> 3, NIL) : raise_badarg(p);
}

// Positions count from 1, both ends included.
term erlang_binary_to_list_3(Process *p, term *a)
{
    Bits b;
    if (!is_bitstring(a[0]) || !bits_of(a[0], &b) || !both_small(a[1], a[2])) return raise_badarg(p);
    sterm first = small_value(a[1]), last = small_value(a[2]), size = (sterm) (b.bit_size >> 3);
    if (first < 1 || first > last || last > size) return raise_badarg(p);
    return list_of_bytes(p, &b, (size_t) first - 1, (size_t) (last - first) + 1, NIL);
}

term erlang_bitstring_to_list_1(Process *p, term *a)
{
    Bits b;
    if (!is_bitstring(a[0]) || !bits_of(a[0], &b)) return raise_badarg(p);
    size_t odd = b.bit_size & 7;
    term rest = odd == 0 ? NIL : cons(p, bits_slice(p, &b, b.bit_size - odd, odd), NIL);
    return list_of_bytes(p, &b, 0, b.bit_size >> 3, rest);
}

// What is no part of a binary is declined: OTP's own code raises it, with its line.

term binary_bin_to_list_1(Process *p, term *a)
{
    Bits b;
    return byte_aligned_size(a[0], &b) ? list_of_bytes(p, &b, 0, b.bit_size >> 3, NIL) : NONE;
}

static term bin_to_list(Process *p, term bin, term start, term length)
{
    Bits b;
    size_t from, count;
    if (!is_binary(bin) || !part_of(bin, start, length, &b, &from, &count)) return NONE;
    return list_of_bytes(p, &b, from, count, NIL);
}

term binary_bin_to_list_2(Process *p, term *a)
{
    return is_pair(a[1]) ? bin_to_list(p, a[0], tuple_at(a[1], 0), tuple_at(a[1], 1)) : NONE;
}

term binary_bin_to_list_3(Process *p, term *a) { return bin_to_list(p, a[0], a[1], a[2]); }

// ---- from lists ----

static term binary_from_list(Process *p, term list, bool odd_bits)
{
    int64_t bits = iolist_bits(list, odd_bits);
    BitBuilder b;
    if (bits < 0) return raise_badarg(p);
    if (bits > (int64_t) BITS_MAX) return raise_system_limit(p);
    if (!builder_start(p, &b, (size_t) bits)) return NONE;
    iolist_write_bits(list, b.bytes);
    charge(p, b.bit_size >> 3);
    return builder_finish(p, &b);
}

term erlang_list_to_binary_1(Process *p, term *a)
{
    return is_list(a[0]) ? binary_from_list(p, a[0], false) : raise_badarg(p);
}

term erlang_list_to_bitstring_1(Process *p, term *a)
{
    return is_list(a[0]) ? binary_from_list(p, a[0], true) : raise_badarg(p);
}

term erlang_iolist_to_binary_1(Process *p, term *a)
{
    if (is_binary(a[0])) return a[0];
    // [Binary] is common and needs no copy.
    if (is_cons(a[0]) && is_nil(tail(a[0])) && is_binary(head(a[0]))) return head(a[0]);
    return erlang_list_to_binary_1(p, a);
}

term erlang_iolist_size_1(Process *p, term *a)
{
    int64_t size = iolist_size(a[0]);
    return size < 0 ? raise_badarg(p) : make_integer(p, size);
}

// One binary is as good a vector as any; nothing at all is an empty one.
term erlang_iolist_to_iovec_1(Process *p, term *a)
{
    term all = erlang_iolist_to_binary_1(p, a);
    if (all == NONE) return NONE;
    return bitstring_bits(all) == 0 ? NIL : cons(p, all, NIL);
}

// ---- whole binaries ----

static term copies(Process *p, term bin, term times)
{
    Bits b;
    if (!is_bitstring(bin) || !bits_of(bin, &b) || !is_small(times) || small_value(times) < 0) return raise_badarg(p);
    if ((b.bit_size & 7) != 0 && times != make_small(0)) return raise_badarg(p);
    size_t size = b.bit_size >> 3, n = (size_t) small_value(times);
    if (size > 0 && n > (BITS_MAX >> 3) / size) return raise_system_limit(p);
    uint8_t *bytes;
    term result = make_binary(p, NULL, size * n, &bytes);
    if (result == NONE) return NONE;
    for (size_t i = 0; i < n && size > 0; i++) bits_copy(bytes + i * size, 0, b.bytes, b.bit_offset, b.bit_size);
    charge(p, size * n);
    return result;
}

term binary_copy_1(Process *p, term *a) { return copies(p, a[0], make_small(1)); }
term binary_copy_2(Process *p, term *a) { return copies(p, a[0], a[1]); }

// ---- unsigned integers ----

static size_t unsigned_bytes(term n)
{
    size_t size = is_small(n) ? WORD_BYTES : header_words(*boxed_ptr(n)) * WORD_BYTES;
    const uint8_t *limbs = (const uint8_t *) (boxed_ptr(n) + 1);
    if (is_small(n)) {
        sterm value = small_value(n);
        while (size > 1 && value >> (8 * (size - 1)) == 0) size--;
    } else {
        while (size > 1 && limbs[size - 1] == 0) size--;
    }
    return size;
}

static bool byte_order(term t, bool *little)
{
    *little = t == (term) ATOM_little;
    return *little || t == (term) ATOM_big;
}

term binary_encode_unsigned_2(Process *p, term *a)
{
    bool little;
    if (!is_integer(a[0]) || is_negative(a[0]) || !byte_order(a[1], &little)) return raise_badarg(p);
    size_t size = unsigned_bytes(a[0]);
    uint8_t *bytes;
    term result = make_binary(p, NULL, size, &bytes);
    if (result != NONE) integer_to_bytes(a[0], bytes, size, little);
    return result;
}

term binary_encode_unsigned_1(Process *p, term *a)
{
    return binary_encode_unsigned_2(p, (term[]) { a[0], (term) ATOM_big });
}

term binary_decode_unsigned_2(Process *p, term *a)
{
    bool little;
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    if (!byte_order(a[1], &little) || !is_bitstring(a[0]) || !binary_bytes(a[0], &bytes, &size, &scratch)) return raise_badarg(p);
    term n = size == 0 ? make_small(0) : integer_from_bytes(p, bytes, size, false, little);
    vm_mfree(scratch, size);
    return n;
}

term binary_decode_unsigned_1(Process *p, term *a)
{
    return binary_decode_unsigned_2(p, (term[]) { a[0], (term) ATOM_big });
}

// ---- common ends ----

// Bytes that a and b have in common at the front or the back.
static size_t common_bytes(const Bits *a, const Bits *b, bool at_end)
{
    size_t a_size = a->bit_size >> 3, b_size = b->bit_size >> 3, n = 0;
    while (n < a_size && n < b_size) {
        size_t i = at_end ? a_size - 1 - n : n, j = at_end ? b_size - 1 - n : n;
        if (byte_at(a, i) != byte_at(b, j)) break;
        n++;
    }
    return n;
}

static term longest_common(Process *p, term list, bool at_end)
{
    Bits first, other;
    if (!is_cons(list) || !byte_aligned_size(head(list), &first)) return raise_badarg(p);
    size_t common = first.bit_size >> 3;
    for (list = tail(list); is_cons(list); list = tail(list)) {
        if (!byte_aligned_size(head(list), &other)) return raise_badarg(p);
        size_t n = common_bytes(&first, &other, at_end);
        if (n < common) common = n;
    }
    return is_nil(list) ? make_small((sterm) common) : raise_badarg(p);
}

term binary_longest_common_prefix_1(Process *p, term *a) { return longest_common(p, a[0], false); }
term binary_longest_common_suffix_1(Process *p, term *a) { return longest_common(p, a[0], true); }
