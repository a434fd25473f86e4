// Lookups in tables of ranges, which builds put in place of large decisions about code points (ranges.py).
#include "../bits.h"
#include "../module.h"

enum { NO_CLASS = 255 };

// How many of the starts, which ascend, are not above a number. False when one of those looked at is no small integer.
static bool ranges_begun(term starts, term number, size_t *begun)
{
    size_t low = 0, high = tuple_arity(starts);
    if (is_big(number)) return *begun = boxed_kind(number) == KIND_NEGBIG ? 0 : high, true;
    while (low < high) {
        size_t middle = (low + high) / 2;
        term start = tuple_at(starts, middle);
        if (!is_small(start)) return false;
        if (small_value(start) <= small_value(number)) low = middle + 1;
        else high = middle;
    }
    return *begun = low, true;
}

// atomvm:class_of({Starts, Classes}, Number): the class of the range that the number is in: Starts is a tuple of small
// integers in ascending order, Classes a binary, with the class of the numbers before the first in front. badarg, which a
// guard's label stands for, when that is none or the argument no integer.
term atomvm_class_of_2(Process *p, term *a)
{
    if (!is_tuple(a[0]) || tuple_arity(a[0]) != 2 || !is_integer(a[1])) return raise_badarg(p);
    term starts = tuple_at(a[0], 0), classes = tuple_at(a[0], 1);
    const uint8_t *bytes;
    uint8_t *scratch = NULL;
    size_t size, begun;
    if (!is_tuple(starts) || !is_binary(classes) || !binary_bytes(classes, &bytes, &size, &scratch)) return raise_badarg(p);
    uint8_t class = NO_CLASS;
    if (size == tuple_arity(starts) + 1 && ranges_begun(starts, a[1], &begun)) class = bytes[begun];
    if (scratch) vm_mfree(scratch, size);
    return class == NO_CLASS ? raise_badarg(p) : make_small(class);
}
