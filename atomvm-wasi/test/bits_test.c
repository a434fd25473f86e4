// Runs cases that bits_oracle.erl wrote, and says which of them went differently here.
//
//   bits_test cases FILE    records: size:32, external term {Module, Function, Arguments}; size:32, what it must give:
//                           {ok, Result} or {Class, Reason}
//   bits_test hostile FILE  records: size:32, bytes to decode as external terms. Each must decode or be refused.
//
// Besides natives there are functions of the pseudo module `bits` for what only instructions use.
#include "bits.h"
#include "etf.h"
#include "process.h"

#include <stdio.h>
#include <stdlib.h>

static Process process;

// The native that decoding a compressed term asks for.
NativeFn native_find(term module, term name, uint32_t arity)
{
    return module == (term) ATOM_atomvm && name == (term) ATOM_inflate && arity == 2 ? atomvm_inflate_2 : NULL;
}

static void process_reset(void)
{
    off_heap_release(process.off_heap);
    for (Fragment *f = process.fragments, *next; f; f = next) {
        next = f->next;
        f->off_heap = NULL;
        fragment_free(f);
    }
    process = (Process) { 0 };
}

// ---- module bits ----

static unsigned flags_of(term list)
{
    unsigned flags = 0;
    for (; is_cons(list); list = tail(list)) {
        if (head(list) == (term) ATOM_little) flags |= BSF_LITTLE;
        if (head(list) == (term) ATOM_signed) flags |= BSF_SIGNED;
        if (head(list) == (term) ATOM_native) flags |= BSF_NATIVE;
    }
    return flags;
}

static bool is(term atom, const char *text)
{
    size_t size;
    const char *name = is_atom(atom) ? atom_text(atom, &size) : NULL;
    return name && size == strlen(text) && memcmp(name, text, size) == 0;
}

// match(Bitstring, Skip, Type, Size, Flags) -> {Value, Rest} | nomatch
static term bits_match(Process *p, term *a)
{
    term ctx = bits_match_start(p, a[0]), value = NONE;
    size_t skip = (size_t) small_value(a[1]), size = is_small(a[3]) ? (size_t) small_value(a[3]) : 0;
    unsigned flags = flags_of(a[4]);
    uint32_t c = 0;
    bool good = false;
    if (ctx == NONE) return raise_badarg(p);
    if (!bits_skip(ctx, skip)) return (term) ATOM_nomatch;
    size_t before = bits_position(ctx);
    if (is(a[2], "integer")) good = bits_get_integer(p, ctx, size, flags, &value);
    else if (is(a[2], "float")) good = bits_get_float(p, ctx, size, flags, &value);
    else if (is(a[2], "bits")) good = bits_get_binary(p, ctx, size, &value);
    else {
        if (is(a[2], "utf8")) good = bits_get_utf8(ctx, &c);
        else if (is(a[2], "utf16")) good = bits_get_utf16(ctx, flags, &c);
        else if (is(a[2], "utf32")) good = bits_get_utf32(ctx, flags, &c);
        value = make_small((sterm) c);
    }
    if (!good) {
        if (bits_position(ctx) != before) abort();
        return (term) ATOM_nomatch;
    }
    return make_tuple2(p, value, bits_get_tail(p, ctx));
}

// match_string(Bitstring, Skip, Wanted) -> boolean()
static term bits_match_string_of(Process *p, term *a)
{
    term ctx = bits_match_start(p, a[0]);
    Bits wanted;
    bits_of(a[2], &wanted);
    term aligned = make_bitstring(p, NULL, 0);
    BitBuilder b;
    builder_start(p, &b, wanted.bit_size);
    builder_put_bits(&b, &wanted);
    aligned = builder_finish(p, &b);
    bits_of(aligned, &wanted);
    return make_bool(bits_skip(ctx, (size_t) small_value(a[1])) && bits_match_string(ctx, wanted.bytes, wanted.bit_size));
}

static size_t field_size(term field)
{
    term type = tuple_at(field, 0), value = tuple_at(field, 1);
    if (is(type, "integer") || is(type, "float")) return (size_t) small_value(tuple_at(field, 2));
    if (is(type, "bits")) return bitstring_bits(value);
    return is(type, "utf8") ? utf8_bits(value) : is(type, "utf16") ? utf16_bits(value) : 32;
}

static bool put_field(BitBuilder *b, term field)
{
    term type = tuple_at(field, 0), value = tuple_at(field, 1);
    unsigned flags = flags_of(tuple_at(field, 3));
    if (is(type, "integer")) return builder_put_integer(b, value, field_size(field), flags);
    if (is(type, "float")) return builder_put_float(b, value, field_size(field), flags);
    if (is(type, "utf8")) return builder_put_utf8(b, value);
    if (is(type, "utf16")) return builder_put_utf16(b, value, flags);
    if (is(type, "utf32")) return builder_put_utf32(b, value, flags);
    Bits bits;
    bits_of(value, &bits);
    builder_put_bits(b, &bits);
    return true;
}

// build([{Type, Value, Size, Flags}]) -> bitstring()
static term bits_build(Process *p, term *a)
{
    size_t total = 0;
    BitBuilder b;
    for (term l = a[0]; is_cons(l); l = tail(l)) total += field_size(head(l));
    if (!builder_start(p, &b, total)) return NONE;
    for (term l = a[0]; is_cons(l); l = tail(l))
        if (!put_field(&b, head(l))) return raise_badarg(p);
    if (b.position != b.bit_end) abort();
    return builder_finish(p, &b);
}

// append([{From, Field}]) -> [bitstring()]: the first string is empty; each step makes string `From` plus a field.
// append_writable: the same, the first string from bits_init_writable(1000).
static term append_all(Process *p, term first, term steps)
{
    size_t count = (size_t) list_length(steps), n = 0;
    term *strings = malloc((count + 1) * sizeof *strings);
    strings[n++] = first;
    for (; is_cons(steps); steps = tail(steps)) {
        term step = head(steps), field = tuple_at(step, 1);
        BitBuilder b;
        if (!builder_start_append(p, &b, strings[small_value(tuple_at(step, 0))], field_size(field))) abort();
        if (!put_field(&b, field)) abort();
        strings[n++] = builder_finish(p, &b);
    }
    term list = make_list_of(p, strings, n, NIL);
    free(strings);
    return list;
}
static term bits_append(Process *p, term *a) { return append_all(p, make_binary(p, NULL, 0, NULL), a[0]); }
static term bits_append_writable(Process *p, term *a) { return append_all(p, bits_init_writable(p, 1000), a[0]); }

// compare(A, B) -> -1 | 0 | 1
static term bits_compare_of(Process *p, term *a)
{
    (void) p;
    Bits x, y;
    bits_of(a[0], &x);
    bits_of(a[1], &y);
    int order = bits_compare(&x, &y);
    return make_small((order > 0) - (order < 0));
}

// grow(N): N appends of a byte must not copy the whole each time -> the time is what is tested; gives the last size.
static term bits_grow(Process *p, term *a)
{
    term acc = make_binary(p, NULL, 0, NULL);
    for (sterm i = small_value(a[0]); i > 0; i--) {
        BitBuilder b;
        if (!builder_start_append(p, &b, acc, 8)) return NONE;
        builder_put_integer(&b, make_small(i), 8, 0);
        acc = builder_finish(p, &b);
    }
    return make_small((sterm) (bitstring_bits(acc) >> 3));
}

// recode(Bytes, MinorVersion): decoded and encoded again.
static term etf_recode(Process *p, term *a)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    if (!binary_bytes(a[0], &bytes, &size, &scratch)) return raise_badarg(p);
    term t = etf_decode(p, bytes, size, false, NULL);
    vm_mfree(scratch, size);
    if (t == NONE) return raise_badarg(p);
    Buffer out = { 0 };
    EtfOptions options = { .minor_version = (int) small_value(a[1]) };
    etf_encode_with(t, &options, &out);
    term result = make_binary(p, out.data, out.size, NULL);
    buffer_free(&out);
    return result;
}

// md5_pieces([binary()]): md5_init, an md5_update for each, md5_final.
static term md5_pieces(Process *p, term *a)
{
    term context = erlang_md5_init_0(p, a);
    for (term l = a[0]; is_cons(l) && context != NONE; l = tail(l)) context = erlang_md5_update_2(p, (term[]) { context, head(l) });
    return context == NONE ? NONE : erlang_md5_final_1(p, &context);
}

// pad(Bitstring, Bits): the same bit string, starting so many bits into its bytes.
static term pad(Process *p, term t, size_t bits)
{
    Bits b, all;
    BitBuilder builder;
    bits_of(t, &b);
    if (!builder_start(p, &builder, b.bit_size + bits + 200)) abort();
    builder_put_integer(&builder, make_small(-1), bits, 0);
    builder_put_bits(&builder, &b);
    for (int i = 0; i < 200; i++) builder_put_integer(&builder, make_small(i), 1, 0);
    bits_of(builder_finish(p, &builder), &all);
    return bits_slice(p, &all, bits, b.bit_size);
}

static const Native natives[] = {
#define NATIVE(module, name, arity, fn) { module, name, arity, fn, false },
#define NATIVE_OR_OWN(module, name, arity, fn) { module, name, arity, fn, true },
#include "natives/binary.def"
#include "natives/external.def"
#include "natives/unicode.def"
#undef NATIVE_OR_OWN
#undef NATIVE
    { "bits", "match", 5, bits_match, false },
    { "bits", "match_string", 3, bits_match_string_of, false },
    { "bits", "build", 1, bits_build, false },
    { "bits", "append", 1, bits_append, false },
    { "bits", "append_writable", 1, bits_append_writable, false },
    { "bits", "compare", 2, bits_compare_of, false },
    { "bits", "grow", 1, bits_grow, false },
    { "bits", "md5_pieces", 1, md5_pieces, false },
    { "bits", "recode", 2, etf_recode, false },
};

static const Native *find(term module, term name, sterm arity)
{
    for (size_t i = 0; i < sizeof natives / sizeof *natives; i++)
        if (is(module, natives[i].module) && is(name, natives[i].name) && arity == (sterm) natives[i].arity) return &natives[i];
    return NULL;
}

// ---- the cases ----

static bool read_record(FILE *in, uint8_t **bytes, size_t *size)
{
    uint8_t n[4];
    if (fread(n, 1, 4, in) != 4) return false;
    *size = (size_t) n[0] << 24 | (size_t) n[1] << 16 | (size_t) n[2] << 8 | n[3];
    *bytes = malloc(*size ? *size : 1); // of just this size, so that reading beyond it is seen
    return fread(*bytes, 1, *size, in) == *size;
}

static Buffer encoded(term t)
{
    Buffer out = { 0 };
    EtfOptions options = { .minor_version = 2, .deterministic = true };
    if (!etf_encode_with(t, &options, &out)) abort();
    return out;
}

static void print_hex(const char *label, Buffer b)
{
    printf(" %s ", label);
    for (size_t i = 0; i < b.size && i < 400; i++) printf("%02x", b.data[i]);
}

// The arguments as they are, then with every bit string among them moved to odd bit positions. NONE when the native has
// declined: what would go on then is a module, and there is none here.
static term run_call(NativeFn fn, term args, size_t pad_bits)
{
    term a[8] = { 0 };
    for (size_t i = 0; is_cons(args); args = tail(args), i++) {
        a[i] = head(args);
        if (pad_bits && is_bitstring(a[i])) a[i] = pad(&process, a[i], pad_bits);
    }
    process.exception = (Exception) { 0 };
    process.trap.function = NULL;
    term result = fn(&process, a);
    if (result != NONE) return make_tuple2(&process, (term) ATOM_ok, result);
    if (process.trap.function) return make_tuple2(&process, (term) ATOM_ok, (term) ATOM_apply);
    if (!process.exception.class) return NONE;
    return make_tuple2(&process, process.exception.class, process.exception.reason);
}

static bool run_case(size_t number, const uint8_t *call_bytes, size_t call_size, const uint8_t *want_bytes, size_t want_size)
{
    term call = etf_decode(&process, call_bytes, call_size, false, NULL);
    term want = etf_decode(&process, want_bytes, want_size, false, NULL);
    if (call == NONE || want == NONE) return printf("case %zu: cannot be decoded\n", number), false;
    const Native *native = find(tuple_at(call, 0), tuple_at(call, 1), list_length(tuple_at(call, 2)));
    if (!native) return printf("case %zu: no such function\n", number), false;
    bool good = true;
    for (size_t padding = 0; padding < 4; padding += 3) {
        term got = run_call(native->function, tuple_at(call, 2), padding);
        if (got == NONE && native->may_decline) continue;
        if (got == NONE) return printf("case %zu: the native declined, and must not\n", number), false;
        Buffer g = encoded(got), w = encoded(want);
        if (g.size != w.size || memcmp(g.data, w.data, g.size) != 0) {
            printf("case %zu padding %zu:", number, padding);
            print_hex("got", g);
            print_hex("want", w);
            printf("\n");
            good = false;
        }
        buffer_free(&g);
        buffer_free(&w);
    }
    return good;
}

static int run_cases(FILE *in)
{
    uint8_t *call, *want;
    size_t call_size, want_size, number = 0, failures = 0;
    for (; read_record(in, &call, &call_size) && read_record(in, &want, &want_size); number++) {
        failures += !run_case(number, call, call_size, want, want_size);
        free(call);
        free(want);
        process_reset();
    }
    printf("%zu cases, %zu failed\n", number, failures);
    return failures > 0 || number == 0;
}

static int run_hostile(FILE *in)
{
    uint8_t *bytes;
    size_t size, number = 0, decoded = 0;
    for (; read_record(in, &bytes, &size); number++) {
        size_t used;
        term t = etf_decode(&process, bytes, size, number % 2 == 0, &used);
        if (t != NONE) {
            Buffer b = encoded(t);
            buffer_free(&b);
            decoded++;
        }
        free(bytes);
        process_reset();
    }
    printf("%zu hostile, %zu decoded\n", number, decoded);
    return number == 0;
}

int main(int argc, char **argv)
{
    FILE *in = argc == 3 ? fopen(argv[2], "rb") : NULL;
    if (!in) return fprintf(stderr, "usage: bits_test cases|hostile FILE\n"), 2;
    atoms_init();
    etf_default_minor_version = 1; // the oracle is OTP 25
    int code = strcmp(argv[1], "cases") == 0 ? run_cases(in) : run_hostile(in);
    if (vm.memory_used > 1 << 20) return printf("leaked %zu bytes\n", vm.memory_used), 1;
    return code;
}
