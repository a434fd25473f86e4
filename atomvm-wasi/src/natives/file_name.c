// prim_file's conversions between file names in Erlang and the bytes of the file system, which are UTF-8.
#include "../bits.h"
#include "../term_stack.h"
#include "../vm.h"

static bool put_character(Buffer *b, term character)
{
    uint8_t utf8[4];
    bool in_range = is_small(character) && small_value(character) > 0 && small_value(character) <= 0x10FFFF;
    int size = in_range ? utf8_encode((uint32_t) small_value(character), utf8) : 0;
    return size > 0 && buffer_append(b, utf8, (size_t) size);
}

// A deep list of characters, as UTF-8. False for anything else, NUL too.
static bool put_characters(Buffer *b, term list)
{
    TermStack todo;
    term_stack_init(&todo);
    bool ok = term_stack_push(&todo, list);
    while (ok && todo.size > 0) {
        term t = term_stack_pop(&todo);
        while (ok && is_cons(t)) {
            bool nested = is_list(head(t));
            ok = nested ? term_stack_push(&todo, tail(t)) : put_character(b, head(t));
            t = nested ? head(t) : tail(t);
        }
        ok = ok && is_nil(t);
    }
    term_stack_free(&todo);
    return ok;
}

// The bytes with a NUL behind them, as the system takes them.
term prim_file_internal_name2native_1(Process *p, term *a)
{
    const uint8_t *bytes;
    size_t size;
    uint8_t *scratch = NULL;
    Buffer b = { 0 };
    bool ok;
    if (binary_bytes(a[0], &bytes, &size, &scratch)) {
        ok = (size == 0 || !memchr(bytes, 0, size)) && buffer_append(&b, bytes, size);
    } else {
        ok = is_list(a[0]) && put_characters(&b, a[0]);
    }
    ok = ok && buffer_append(&b, "", 1);
    term result = ok ? make_binary(p, b.data, b.size, NULL) : raise_badarg(p);
    buffer_free(&b);
    if (scratch) vm_mfree(scratch, size);
    return result;
}

// Characters of UTF-8, or NONE without raising.
static term characters(Process *p, const uint8_t *bytes, size_t size)
{
    term first = NIL, *link = &first;
    for (size_t i = 0; i < size;) {
        uint32_t code_point;
        int used = utf8_decode(bytes + i, size - i, &code_point);
        if (used <= 0) return NONE;
        i += (size_t) used;
        *link = cons(p, make_small((sterm) code_point), NIL);
        link = list_ptr(*link) + 1;
    }
    return first;
}

static term characters_of(Process *p, term binary, term *malformed)
{
    const uint8_t *bytes;
    size_t size;
    uint8_t *scratch;
    if (!binary_bytes(binary, &bytes, &size, &scratch)) return raise_badarg(p);
    term list = characters(p, bytes, size);
    if (scratch) vm_mfree(scratch, size);
    if (list == NONE && malformed) return *malformed;
    return list == NONE ? raise_badarg(p) : list;
}

term prim_file_internal_native2name_1(Process *p, term *a)
{
    term malformed = make_tuple2(p, ATOM_error, ATOM_warning);
    return characters_of(p, a[0], &malformed);
}

term prim_file_internal_normalize_utf8_1(Process *p, term *a) { return characters_of(p, a[0], NULL); }

term prim_file_is_translatable_1(Process *p, term *a)
{
    term no = ATOM_false, list = characters_of(p, a[0], &no);
    return list == NONE || list == no ? list : (term) ATOM_true;
}
