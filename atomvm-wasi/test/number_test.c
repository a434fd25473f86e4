// Number, comparison, hash and printing natives against OTP's results. Reads cases from standard input, each a 4-byte
// big-endian length and an external term {Module, Function, Arguments, Expected}; Expected is {ok, Value} or
// {error, Reason}. Prints each case that differs; exits 1 then. `print` as the module stands for term_print (0: ~w,
// 1: display). With the argument "built": checks of
// terms that are built here. Run by tests/test_vm_number.py.
#include "../src/etf.h"
#include "../src/integer.h"
#include "../src/process.h"

#include <stdio.h>
#include <stdlib.h>

static Process process, *p = &process;

// What the machine has elsewhere: no literals, no compressed terms.
bool is_literal(const term *object) { return (void) object, false; }
NativeFn native_find(term module, term name, uint32_t arity) { return (void) module, (void) name, (void) arity, NULL; }

static const Native natives[] = {
#define NATIVE(module, name, arity, fn) { module, name, arity, fn, false },
#include "../src/natives/erlang_number.def"
#undef NATIVE
};

static bool has_name(term atom, const char *name)
{
    size_t length;
    const char *text = atom_text(atom, &length);
    return length == strlen(name) && memcmp(text, name, length) == 0;
}

static NativeFn find(term module, term name, uint32_t arity)
{
    for (size_t i = 0; i < sizeof natives / sizeof *natives; i++) {
        const Native *n = &natives[i];
        if (n->arity == arity && has_name(module, n->module) && has_name(name, n->name)) return n->function;
    }
    return NULL;
}

static term print(term t, bool pretty)
{
    Buffer out = { 0 };
    if (!term_print(t, &out, pretty)) return raise_system_limit(p);
    term result = make_binary(p, out.data, out.size, NULL);
    buffer_free(&out);
    return result;
}

static term run(term module, term name, term *args, uint32_t arity)
{
    if (has_name(module, "print")) return print(args[0], has_name(name, "display"));
    NativeFn native = find(module, name, arity);
    if (!native) {
        fprintf(stderr, "no such native\n");
        exit(2);
    }
    return native(p, args);
}

// {ok, Value} or {error, Reason}
static term outcome(term module, term name, term *args, uint32_t arity)
{
    p->exception.class = NONE;
    term value = run(module, name, args, arity);
    return value != NONE ? make_tuple2(p, ATOM_ok, value) : make_tuple2(p, ATOM_error, p->exception.reason);
}

static void show(const char *what, term t)
{
    Buffer text = { 0 };
    term_print(t, &text, false);
    printf(" %s %.*s", what, (int) (text.size < 2000 ? text.size : 2000), (char *) text.data);
    buffer_free(&text);
}

static bool check(const uint8_t *bytes, size_t size)
{
    term test = etf_decode(p, bytes, size, false, NULL), args[8], list;
    if (test == NONE) {
        printf("case cannot be decoded\n");
        return false;
    }
    uint32_t arity = 0;
    for (list = tuple_at(test, 2); is_cons(list); list = tail(list)) args[arity++] = head(list);
    term got = outcome(tuple_at(test, 0), tuple_at(test, 1), args, arity);
    if (equal_exact(got, tuple_at(test, 3))) return true;
    show("call", tuple_at(test, 0));
    show("", tuple_at(test, 1));
    show("", tuple_at(test, 2));
    show("\n  expected", tuple_at(test, 3));
    show("\n  got     ", got);
    printf("\n");
    return false;
}

static void free_heap(void)
{
    off_heap_release(p->off_heap);
    p->off_heap = NULL;
    while (p->fragments) {
        Fragment *next = p->fragments->next;
        vm_mfree(p->fragments, sizeof(Fragment) + p->fragments->words * WORD_BYTES);
        p->fragments = next;
    }
}

// ---- terms of great depth, which must not use up the C stack ----

enum { DEPTH = 1000000 };
enum nesting { NEST_FIRST, NEST_LAST, NEST_HEAD, NEST_VALUE, NESTINGS };

static term nest(enum nesting how, term inner)
{
    switch (how) {
    case NEST_FIRST:
        return make_tuple2(p, inner, ATOM_ok);
    case NEST_LAST:
        return make_tuple2(p, ATOM_ok, inner);
    case NEST_HEAD:
        return cons(p, inner, make_small(7));
    default:
        return map_from_pairs(p, (term[]) { ATOM_ok, inner }, 1);
    }
}

static term deep(enum nesting how, term inner)
{
    for (int i = 0; i < DEPTH; i++) inner = nest(how, inner);
    return inner;
}

static int check_deep(enum nesting how)
{
    term low = deep(how, make_small(1)), same_low = deep(how, make_small(1)), high = deep(how, make_small(2));
    Buffer text = { 0 };
    bool good = compare(low, same_low) == 0 && equal_exact(low, same_low) && compare(low, high) < 0
        && compare_exact(high, low) > 0 && !equal(low, high) && term_hash(low) == term_hash(same_low)
        && term_hash(low) != term_hash(high) && phash2(low) == phash2(same_low) && phash2(low) != phash2(high)
        && term_print(low, &text, true) && text.size > 2 * DEPTH;
    buffer_free(&text);
    free_heap();
    if (!good) printf("deep terms, nesting %d\n", (int) how);
    return !good;
}

// ---- hashes and equality across representations ----

static int check_hash_agrees(const char *what, term a, term b)
{
    bool good = equal_exact(a, b) && term_hash(a) == term_hash(b) && phash2(a) == phash2(b) && compare(a, b) == 0;
    if (!good) printf("%s: equal terms differ\n", what);
    return !good;
}

static int check_representations(void)
{
    uint8_t bytes[100];
    for (int i = 0; i < 100; i++) bytes[i] = (uint8_t) (i * 37);
    term whole = make_binary(p, bytes, 100, NULL);
    Bits bits;
    bits_of(whole, &bits);
    int failures = 0;
    for (size_t from = 0; from < 9; from++) {
        for (size_t count = 520; count < 529; count++) {
            term part = bits_slice(p, &bits, from, count);
            uint8_t copy[100] = { 0 };
            bits_copy(copy, 0, bytes, from, count);
            failures += check_hash_agrees("bit string", part, make_bitstring(p, copy, count));
        }
    }
    term up = map_new(p), down = map_new(p);
    for (int i = 0; i < 100; i++) up = map_put(p, up, make_small(i), make_small(-i));
    for (int i = 99; i >= 0; i--) down = map_put(p, down, make_small(i), make_small(-i));
    failures += check_hash_agrees("map", up, down);
    failures += check_hash_agrees("zero", make_double(p, 0.0), make_double(p, -0.0));
    return failures;
}

// ---- the largest integer, 2^INTEGER_BITS_MAX - 1: the VM's own limit, OTP's differs from release to release ----

static bool is_over(term result) { return result == NONE && p->exception.reason == (term) ATOM_system_limit; }

static int check_limits(void)
{
    term half = arith_bsl(p, make_small(1), make_small(INTEGER_BITS_MAX - 1));
    term most = arith_add(p, half, arith_sub(p, half, make_small(1)));
    term root = arith_bsl(p, make_small(1), make_small(INTEGER_BITS_MAX / 2));
    char *digits = malloc(INTEGER_BITS_MAX);
    memset(digits, '9', INTEGER_BITS_MAX);
    bool good = half != NONE && most != NONE && equal_exact(arith_bsr(p, most, make_small(INTEGER_BITS_MAX - 1)), make_small(1))
        && is_over(arith_bsl(p, make_small(-1), make_small(INTEGER_BITS_MAX))) && is_over(arith_add(p, most, make_small(1)))
        && is_over(arith_sub(p, arith_negate(p, most), make_small(1))) && is_over(arith_bnot(p, most))
        && is_over(arith_mul(p, root, root)) && arith_mul(p, root, arith_bsr(p, root, make_small(1))) != NONE
        && is_over(integer_from_text(p, digits, INTEGER_BITS_MAX, 10));
    free(digits);
    free_heap();
    if (!good) printf("limits of integers\n");
    return !good;
}

static int check_built_terms(void)
{
    int failures = check_representations() + check_limits();
    free_heap();
    for (int how = 0; how < NESTINGS; how++) failures += check_deep((enum nesting) how);
    printf("%d failures\n", failures);
    return failures > 0;
}

int main(int argc, char **argv)
{
    atoms_init();
    if (argc > 1 && strcmp(argv[1], "built") == 0) return check_built_terms();
    uint8_t length[4];
    int failures = 0;
    while (fread(length, 1, 4, stdin) == 4) {
        size_t size = (size_t) length[0] << 24 | (size_t) length[1] << 16 | (size_t) length[2] << 8 | length[3];
        uint8_t *bytes = malloc(size);
        if (!bytes || fread(bytes, 1, size, stdin) != size) return 2;
        failures += !check(bytes, size);
        free(bytes);
        free_heap();
    }
    printf("%d failures\n", failures);
    return failures > 0;
}
