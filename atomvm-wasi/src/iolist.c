// iodata: one walk that measures or writes.
#include "iolist.h"

#include "bits.h"
#include "term_stack.h"

typedef struct Walk {
    uint8_t *out; // NULL: only measure
    uint64_t bits;
    bool odd_bits;
} Walk;

static inline bool walk_byte(Walk *w, sterm byte)
{
    if (byte < 0 || byte > 255) return false;
    if (w->out) {
        uint8_t b = (uint8_t) byte;
        if ((w->bits & 7) == 0) w->out[w->bits >> 3] = b;
        else bits_copy(w->out, (size_t) w->bits, &b, 0, 8);
    }
    w->bits += 8;
    return true;
}

static bool walk_bitstring(Walk *w, term t)
{
    Bits b;
    if (!is_bitstring(t)) return false;
    size_t size = bitstring_bits(t);
    if ((size & 7) != 0 && !w->odd_bits) return false;
    if (w->out && bits_of(t, &b)) {
        bool bytes = ((w->bits | b.bit_offset | size) & 7) == 0;
        if (bytes) memcpy(w->out + (w->bits >> 3), b.bytes, size >> 3);
        else bits_copy(w->out, (size_t) w->bits, b.bytes, b.bit_offset, size);
    }
    w->bits += size;
    return true;
}

// One list and what is right of it in its nested first lists; what is left to do goes onto the stack.
static bool walk_list(Walk *w, term t, TermStack *rest)
{
    while (is_cons(t)) {
        term h = head(t), next = tail(t);
        if (is_small(h)) {
            if (!walk_byte(w, small_value(h))) return false;
        } else if (is_cons(h)) {
            if (!is_nil(next) && !term_stack_push(rest, next)) return false;
            next = h;
        } else if (!is_nil(h) && !walk_bitstring(w, h)) {
            return false;
        }
        t = next;
    }
    return is_nil(t) || walk_bitstring(w, t);
}

static bool walk(Walk *w, term t)
{
    TermStack rest;
    term_stack_init(&rest);
    bool good = walk_list(w, t, &rest);
    while (good && rest.size > 0) good = walk_list(w, term_stack_pop(&rest), &rest);
    term_stack_free(&rest);
    return good;
}

int64_t iolist_bits(term iolist, bool odd_bits)
{
    Walk w = { .odd_bits = odd_bits };
    return walk(&w, iolist) ? (int64_t) w.bits : -1;
}

void iolist_write_bits(term iolist, uint8_t *out)
{
    Walk w = { .out = out, .odd_bits = true };
    walk(&w, iolist);
}

int64_t iolist_size(term iolist)
{
    int64_t bits = iolist_bits(iolist, false);
    return bits < 0 ? -1 : bits >> 3;
}

bool iolist_write(term iolist, uint8_t *out)
{
    Walk w = { .out = out };
    return walk(&w, iolist);
}

bool iodata_bytes(term iodata, const uint8_t **bytes, size_t *size, uint8_t **scratch)
{
    if (is_bitstring(iodata)) return binary_bytes(iodata, bytes, size, scratch);
    int64_t total = iolist_size(iodata);
    *scratch = NULL;
    if (total < 0 || total > (int64_t) (BITS_MAX >> 3)) return false;
    *size = (size_t) total;
    *bytes = *scratch = vm_malloc(*size);
    if (!*scratch) return false;
    if (iolist_write(iodata, *scratch)) return true;
    vm_mfree(*scratch, *size);
    return false;
}
