// Atoms to and from text: erlang:atom_to_binary, binary_to_atom, atom_to_list, list_to_atom and the _existing_ ones.
#include "bits.h"

// Text of an atom in the making, UTF-8.
typedef struct Name {
    char text[ATOM_MAX_BYTES];
    size_t size, characters;
    bool too_long;
} Name;

static void name_add(Name *n, uint32_t code_point)
{
    n->size += (size_t) utf8_encode(code_point, (uint8_t *) n->text + n->size);
    n->characters++;
}

// What comes behind the longest name is not looked at, and nothing in a text of more bytes than it can have.
static bool name_add_bytes(Name *n, const uint8_t *bytes, size_t size, bool latin1)
{
    n->too_long = size > ATOM_MAX_BYTES;
    for (size_t i = 0; i < size && !n->too_long;) {
        if (n->characters == ATOM_MAX_CHARS) return n->too_long = true;
        uint32_t code_point = bytes[i];
        int used = latin1 ? 1 : utf8_decode(bytes + i, size - i, &code_point);
        if (used <= 0) return false;
        name_add(n, code_point);
        i += (size_t) used;
    }
    return true;
}

static bool name_of_binary(Name *n, term bin, bool latin1)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    n->size = n->characters = 0;
    if (!is_bitstring(bin) || !binary_bytes(bin, &bytes, &size, &scratch)) return false;
    bool good = name_add_bytes(n, bytes, size, latin1);
    vm_mfree(scratch, size);
    return good;
}

static bool name_of_list(Name *n, term list)
{
    n->size = n->characters = 0;
    n->too_long = false;
    for (; is_cons(list); list = tail(list)) {
        if (n->characters == ATOM_MAX_CHARS) return n->too_long = true;
        if (utf8_bits(head(list)) == 0) return false;
        name_add(n, (uint32_t) small_value(head(list)));
    }
    return is_nil(list);
}

static term atom_of_name(Process *p, const Name *n, bool existing)
{
    if (existing) {
        term atom = n->too_long ? NONE : atom_existing(n->text, n->size);
        return atom == NONE ? raise_badarg(p) : atom;
    }
    term atom = n->too_long ? NONE : atom_intern(n->text, n->size);
    return atom == NONE ? raise_system_limit(p) : atom;
}

static bool encoding(term t, bool *latin1)
{
    *latin1 = t == (term) ATOM_latin1;
    return *latin1 || t == (term) ATOM_utf8 || t == (term) ATOM_unicode;
}

static term binary_to_atom(Process *p, term bin, term encoding_term, bool existing)
{
    Name n;
    bool latin1;
    if (!encoding(encoding_term, &latin1) || !name_of_binary(&n, bin, latin1)) return raise_badarg(p);
    return atom_of_name(p, &n, existing);
}

term erlang_binary_to_atom_1(Process *p, term *a) { return binary_to_atom(p, a[0], (term) ATOM_utf8, false); }
term erlang_binary_to_atom_2(Process *p, term *a) { return binary_to_atom(p, a[0], a[1], false); }
term erlang_binary_to_existing_atom_1(Process *p, term *a) { return binary_to_atom(p, a[0], (term) ATOM_utf8, true); }
term erlang_binary_to_existing_atom_2(Process *p, term *a) { return binary_to_atom(p, a[0], a[1], true); }

term erlang_list_to_atom_1(Process *p, term *a)
{
    Name n;
    return name_of_list(&n, a[0]) ? atom_of_name(p, &n, false) : raise_badarg(p);
}

term erlang_list_to_existing_atom_1(Process *p, term *a)
{
    Name n;
    return name_of_list(&n, a[0]) ? atom_of_name(p, &n, true) : raise_badarg(p);
}

term erlang_atom_to_list_1(Process *p, term *a)
{
    if (!is_atom(a[0])) return raise_badarg(p);
    size_t size, count = 0;
    const uint8_t *text = (const uint8_t *) atom_text(a[0], &size);
    uint32_t code_points[ATOM_MAX_CHARS];
    for (size_t i = 0; i < size; count++) i += (size_t) utf8_decode(text + i, size - i, &code_points[count]);
    term *top = heap_alloc(p, 2 * count), list = NIL;
    while (count-- > 0) list = put_cons(&top, make_small((sterm) code_points[count]), list);
    return list;
}

static term atom_to_latin1(Process *p, const uint8_t *text, size_t size)
{
    uint8_t latin1[ATOM_MAX_CHARS];
    size_t count = 0;
    for (size_t i = 0; i < size; count++) {
        uint32_t code_point;
        i += (size_t) utf8_decode(text + i, size - i, &code_point);
        if (code_point > 0xFF) return raise_badarg(p);
        latin1[count] = (uint8_t) code_point;
    }
    return make_binary(p, latin1, count, NULL);
}

term erlang_atom_to_binary_2(Process *p, term *a)
{
    bool latin1;
    if (!is_atom(a[0]) || !encoding(a[1], &latin1)) return raise_badarg(p);
    size_t size;
    const char *text = atom_text(a[0], &size);
    return latin1 ? atom_to_latin1(p, (const uint8_t *) text, size) : make_binary(p, text, size, NULL);
}

term erlang_atom_to_binary_1(Process *p, term *a)
{
    return erlang_atom_to_binary_2(p, (term[]) { a[0], (term) ATOM_utf8 });
}
