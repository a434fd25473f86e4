// unicode:characters_to_list/2, characters_to_binary/2: nested lists of code points and encoded binaries, to code points or
// UTF-8.
//
// A character may be split over several binaries that follow each other: the bytes of its beginning are `held` until the
// rest comes. What is left after an error is given back in the shape it had: the current list from the bad element on,
// put in front of what follows each list around it.
#include "bits.h"
#include "term_stack.h"

typedef struct Conversion {
    Process *p;
    bool latin1, to_list;
    Buffer out;         // UTF-8 so far, for binaries
    term first, *hole;  // code points so far, for lists
    uint8_t held[4];
    size_t held_size;
    TermStack around;   // what follows each list around the current one
    bool memory_out;
} Conversion;

// ---- what is converted so far ----

static void emit_code_point(Conversion *c, uint32_t code_point)
{
    if (c->to_list) {
        *c->hole = cons(c->p, make_small((sterm) code_point), NIL);
        c->hole = list_ptr(*c->hole) + 1;
    } else {
        uint8_t bytes[4];
        size_t size = (size_t) utf8_encode(code_point, bytes);
        if (!buffer_append(&c->out, bytes, size)) c->memory_out = true;
    }
}

// Valid UTF-8.
static void emit_run(Conversion *c, const uint8_t *bytes, size_t size)
{
    if (!c->to_list) {
        if (!buffer_append(&c->out, bytes, size)) c->memory_out = true;
        return;
    }
    size_t count = 0;
    for (size_t i = 0; i < size; i++) count += (bytes[i] & 0xC0) != 0x80;
    term *top = heap_alloc(c->p, 2 * count);
    for (size_t i = 0; i < size;) {
        uint32_t code_point = 0;
        i += (size_t) utf8_decode(bytes + i, size - i, &code_point);
        *c->hole = put_cons(&top, make_small((sterm) code_point), NIL);
        c->hole = top - 1;
    }
}

static void emit_latin1(Conversion *c, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) emit_code_point(c, bytes[i]);
}

static term converted(Conversion *c)
{
    return c->to_list ? c->first : make_binary(c->p, c->out.data, c->out.size, NULL);
}

// ---- binaries ----

static size_t ascii_prefix(const uint8_t *bytes, size_t size)
{
    size_t i = 0;
    for (uint64_t word; size - i >= sizeof word; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        if (word & UINT64_C(0x8080808080808080)) break;
    }
    while (i < size && bytes[i] < 0x80) i++;
    return i;
}

static size_t valid_prefix(const uint8_t *bytes, size_t size)
{
    size_t i = 0;
    for (;;) {
        i += ascii_prefix(bytes + i, size - i);
        uint32_t code_point;
        int used = i < size ? utf8_decode(bytes + i, size - i, &code_point) : 0;
        if (used <= 0) return i;
        i += (size_t) used;
    }
}

// Bytes of the character that starts with this byte, 0 when none does. By the lead byte alone: whether a character is
// complete is decided before whether it is valid.
static size_t character_size(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
}

// Adds to a held character. False: it cannot become one. *used: bytes taken.
static bool complete_held(Conversion *c, const uint8_t *bytes, size_t size, size_t *used)
{
    size_t need = character_size(c->held[0]) - c->held_size;
    *used = need < size ? need : size;
    uint8_t whole[4];
    memcpy(whole, c->held, c->held_size);
    memcpy(whole + c->held_size, bytes, *used);
    if (*used < need) {
        memcpy(c->held, whole, c->held_size + *used);
        c->held_size += *used;
        return true;
    }
    uint32_t code_point;
    if (utf8_decode(whole, c->held_size + *used, &code_point) <= 0) return false;
    c->held_size = 0;
    emit_code_point(c, code_point);
    return true;
}

// Converts bytes up to the first that are wrong; returns how many it took.
static size_t feed_utf8(Conversion *c, const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    if (c->held_size > 0 && size > 0 && !complete_held(c, bytes, size, &at)) return 0;
    if (c->held_size > 0) return size;
    size_t valid = valid_prefix(bytes + at, size - at);
    emit_run(c, bytes + at, valid);
    at += valid;
    size_t left = size - at;
    if (left > 0 && character_size(bytes[at]) > left) {
        memcpy(c->held, bytes + at, left);
        c->held_size = left;
        at = size;
    }
    return at;
}

// True when all of the binary was converted. Otherwise *rest is the part of it that was not.
static bool feed_binary(Conversion *c, term bin, term *rest)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size, used;
    *rest = bin;
    if (!binary_bytes(bin, &bytes, &size, &scratch)) {
        c->memory_out = true;
        return false;
    }
    if (c->latin1) {
        emit_latin1(c, bytes, size);
        used = size;
    } else {
        used = feed_utf8(c, bytes, size);
    }
    vm_mfree(scratch, size);
    c->p->reductions -= (sterm) (size / 32);
    if (used == size) return true;
    Bits b;
    bits_of(bin, &b);
    if (used > 0) *rest = bits_slice(c->p, &b, used * 8, b.bit_size - used * 8);
    return false;
}

// ---- lists ----

static bool feed_integer(Conversion *c, term n)
{
    if (c->held_size > 0 || !is_small(n)) return false;
    sterm code_point = small_value(n);
    if (code_point < 0 || code_point > (c->latin1 ? 0xFF : 0x10FFFF) || !is_scalar_value((uint32_t) code_point)) return false;
    emit_code_point(c, (uint32_t) code_point);
    return true;
}

// The head of a list that holds no list there. False: *rest is what is left of the list.
static bool feed_head(Conversion *c, term list, term *rest)
{
    if (is_integer(head(list))) {
        *rest = list;
        return feed_integer(c, head(list));
    }
    term rest_of_head;
    if (feed_binary(c, head(list), &rest_of_head)) return true;
    *rest = rest_of_head == head(list) ? list : cons(c->p, rest_of_head, tail(list));
    return false;
}

// False: *rest is what was not converted.
static bool feed(Conversion *c, term t, term *rest)
{
    for (;;) {
        while (is_cons(t)) {
            if (is_list(head(t))) {
                if (!term_stack_push(&c->around, tail(t))) c->memory_out = true;
                t = head(t);
            } else if (feed_head(c, t, rest)) {
                t = tail(t);
            } else {
                return false;
            }
            if (c->memory_out) return false;
        }
        if (!is_nil(t) && !feed_binary(c, t, rest)) return false;
        if (c->around.size == 0) return true;
        t = term_stack_pop(&c->around);
    }
}

// Integers, whole binaries and lists of such all the way: anything else is a badarg before anything is converted. As in
// OTP, what follows a big integer is not looked at, since the conversion cannot get that far.
static bool well_formed(term t)
{
    TermStack around;
    term_stack_init(&around);
    bool good = true;
    for (;;) {
        while (good && is_cons(t) && !is_big(head(t))) {
            term h = head(t);
            if (is_cons(h)) good = term_stack_push(&around, tail(t));
            else good = is_nil(h) || is_small(h) || is_binary(h);
            t = is_cons(h) ? h : tail(t);
        }
        if (!good || is_cons(t)) break;
        good = is_nil(t) || is_binary(t);
        if (!good || around.size == 0) break;
        t = term_stack_pop(&around);
    }
    term_stack_free(&around);
    return good;
}

// ---- results ----

static term held_binary(Conversion *c) { return make_binary(c->p, c->held, c->held_size, NULL); }

// A beginning of a character at the very end: all that follows its lead byte are continuation bytes.
static bool held_may_continue(const Conversion *c)
{
    for (size_t i = 1; i < c->held_size; i++)
        if ((c->held[i] & 0xC0) != 0x80) return false;
    return true;
}

static term outcome(Conversion *c, bool complete, term rest)
{
    if (c->memory_out) return raise_system_limit(c->p);
    term so_far = converted(c);
    if (so_far == NONE) return NONE;
    if (complete && c->held_size == 0) return so_far;
    if (complete) {
        term class = held_may_continue(c) ? (term) ATOM_incomplete : (term) ATOM_error;
        return make_tuple3(c->p, class, so_far, held_binary(c));
    }
    while (c->around.size > 0) rest = cons(c->p, rest, term_stack_pop(&c->around));
    if (c->held_size > 0) rest = cons(c->p, held_binary(c), cons(c->p, rest, NIL));
    return make_tuple3(c->p, (term) ATOM_error, so_far, rest);
}

static bool is_valid_utf8(term bin)
{
    Bits b;
    return bits_of(bin, &b) && b.bit_offset == 0 && valid_prefix(b.bytes, b.bit_size >> 3) == b.bit_size >> 3;
}

// Encodings that are not built in are converted by module unicode's own Erlang code.
static term convert(Process *p, term *a, bool to_list, term other)
{
    bool latin1 = a[1] == (term) ATOM_latin1;
    if (!latin1 && a[1] != (term) ATOM_utf8 && a[1] != (term) ATOM_unicode) {
        p->trap.function = function_get((term) ATOM_unicode, other, 2);
        return NONE;
    }
    if (!to_list && !latin1 && is_cons(a[0]) && is_nil(tail(a[0])) && is_binary(head(a[0]))) a[0] = head(a[0]);
    if (!to_list && !latin1 && is_binary(a[0]) && is_valid_utf8(a[0])) {
        p->reductions -= (sterm) (bitstring_bits(a[0]) / 512);
        return a[0];
    }
    if (!well_formed(a[0])) return raise_badarg(p);
    Conversion c = { .p = p, .latin1 = latin1, .to_list = to_list, .first = NIL };
    c.hole = &c.first;
    term_stack_init(&c.around);
    term rest = NIL;
    bool complete = feed(&c, a[0], &rest);
    term result = outcome(&c, complete, rest);
    term_stack_free(&c.around);
    buffer_free(&c.out);
    return result;
}

term unicode_characters_to_list_2(Process *p, term *a) { return convert(p, a, true, (term) ATOM_characters_to_list_int); }
term unicode_characters_to_binary_2(Process *p, term *a) { return convert(p, a, false, (term) ATOM_characters_to_binary_int); }

term unicode_bin_is_7bit_1(Process *p, term *a)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    if (!is_bitstring(a[0]) || !binary_bytes(a[0], &bytes, &size, &scratch)) return (term) ATOM_false;
    bool ascii = ascii_prefix(bytes, size) == size;
    vm_mfree(scratch, size);
    p->reductions -= (sterm) (size / 512);
    return make_bool(ascii);
}
