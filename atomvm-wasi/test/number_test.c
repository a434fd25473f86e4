// Number, comparison, hash and printing natives against OTP's results. Reads cases from standard input, each a 4-byte
// big-endian length and an external term {Module, Function, Arguments, Expected}; Expected is {ok, Value} or
// {error, Reason}. Prints each case that differs; exits 1 then. `print` as the module stands for term_print (0: ~w,
// 1: display). Run by tests/test_vm_number.py.
#include "../src/etf.h"
#include "../src/process.h"

#include <stdio.h>
#include <stdlib.h>

static Process process, *p = &process;

static const Native natives[] = {
#define NATIVE(module, name, arity, fn) { module, name, arity, fn },
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
    while (p->fragments) {
        Fragment *next = p->fragments->next;
        vm_mfree(p->fragments, sizeof(Fragment) + p->fragments->words * WORD_BYTES);
        p->fragments = next;
    }
    p->off_heap = NULL;
}

int main(void)
{
    atoms_init();
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
