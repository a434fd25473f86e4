// erlang:term_to_binary, binary_to_term and what belongs to them.
#include "bits.h"
#include "digest.h"
#include "etf.h"

// ---- options ----

static bool is_option(term o, term name, sterm low, sterm high, sterm *value)
{
    if (!is_tuple(o) || tuple_arity(o) != 2 || tuple_at(o, 0) != name || !is_small(tuple_at(o, 1))) return false;
    *value = small_value(tuple_at(o, 1));
    return *value >= low && *value <= high;
}

// `compressed` is accepted and leaves the term as it is: readers take both.
static bool encode_options(term list, EtfOptions *out)
{
    *out = (EtfOptions) { .minor_version = etf_default_minor_version };
    for (; is_cons(list); list = tail(list)) {
        term o = head(list);
        sterm n;
        if (is_option(o, (term) ATOM_minor_version, 0, 2, &n)) out->minor_version = (int) n;
        else if (o == (term) ATOM_deterministic) out->deterministic = true;
        else if (o != (term) ATOM_compressed && o != (term) ATOM_local && !is_option(o, (term) ATOM_compressed, 0, 9, &n)) return false;
    }
    return is_nil(list);
}

typedef struct DecodeOptions {
    bool safe, used;
} DecodeOptions;

static bool decode_options(term list, DecodeOptions *out)
{
    *out = (DecodeOptions) { 0 };
    for (; is_cons(list); list = tail(list)) {
        if (head(list) == (term) ATOM_safe) out->safe = true;
        else if (head(list) == (term) ATOM_used) out->used = true;
        else return false;
    }
    return is_nil(list);
}

// ---- encoding ----

static term encode(Process *p, term t, const EtfOptions *options, term (*result)(Process *, const Buffer *))
{
    Buffer out = { 0 };
    term r = etf_encode_with(t, options, &out) ? result(p, &out) : raise_system_limit(p);
    p->reductions -= (sterm) (out.size / 32);
    buffer_free(&out);
    return r;
}

static term as_binary(Process *p, const Buffer *b) { return make_binary(p, b->data, b->size, NULL); }
static term as_size(Process *p, const Buffer *b) { return make_unsigned(p, b->size); }

static term as_iovec(Process *p, const Buffer *b)
{
    term binary = as_binary(p, b);
    return binary == NONE ? NONE : cons(p, binary, NIL);
}

static term encode_with_options(Process *p, const term *a, term options, term (*result)(Process *, const Buffer *))
{
    EtfOptions o;
    return encode_options(options, &o) ? encode(p, a[0], &o, result) : raise_badarg(p);
}

term erlang_term_to_binary_1(Process *p, term *a) { return encode_with_options(p, a, NIL, as_binary); }
term erlang_term_to_binary_2(Process *p, term *a) { return encode_with_options(p, a, a[1], as_binary); }
term erlang_term_to_iovec_1(Process *p, term *a) { return encode_with_options(p, a, NIL, as_iovec); }
term erlang_term_to_iovec_2(Process *p, term *a) { return encode_with_options(p, a, a[1], as_iovec); }
term erlang_external_size_1(Process *p, term *a) { return encode_with_options(p, a, NIL, as_size); }
term erlang_external_size_2(Process *p, term *a) { return encode_with_options(p, a, a[1], as_size); }

// ---- decoding ----

static term decode(Process *p, term bin, DecodeOptions options)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size, used;
    if (!is_bitstring(bin) || !binary_bytes(bin, &bytes, &size, &scratch)) return raise_badarg(p);
    term t = etf_decode(p, bytes, size, options.safe, &used);
    vm_mfree(scratch, size);
    if (t == NONE) return raise_badarg(p);
    return options.used ? make_tuple2(p, t, make_small((sterm) used)) : t;
}

term erlang_binary_to_term_1(Process *p, term *a) { return decode(p, a[0], (DecodeOptions) { 0 }); }

term erlang_binary_to_term_2(Process *p, term *a)
{
    DecodeOptions options;
    if (!decode_options(a[1], &options)) return raise_error_info(p, (term) ATOM_badarg, (term) ATOM_badopt);
    return decode(p, a[0], options);
}

// {Plain, bytes taken} of a zlib stream that makes so many bytes; `error` when it is damaged. What etf_decode needs of zlib.
term atomvm_inflate_2(Process *p, term *a)
{
    Bits in;
    uint8_t *out;
    if (!bits_of(a[0], &in) || in.bit_offset % 8 || in.bit_size % 8 || !is_small(a[1]) || small_value(a[1]) < 0) return raise_badarg(p);
    size_t size = (size_t) small_value(a[1]);
    term plain = make_binary(p, NULL, size, &out);
    if (plain == NONE) return NONE;
    size_t taken = zig_zlib_inflate(in.bytes + in.bit_offset / 8, in.bit_size / 8, out, size);
    return taken ? make_tuple2(p, plain, make_small((sterm) taken)) : (term) ATOM_error;
}
