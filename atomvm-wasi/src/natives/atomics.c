// atomics and counters: arrays of 64-bit integers behind a reference. There is one thread, so every access is atomic.
#include "../map.h"
#include "../resource.h"

enum { OPTION_SIGNED = 1 }; // of erts_internal:atomics_new/2

typedef struct Atomics {
    Handle handle;
    bool is_signed;
    size_t count;
    uint64_t values[];
} Atomics;

static size_t atomics_bytes(size_t count) { return sizeof(Atomics) + count * sizeof(uint64_t); }

static void atomics_destroy(Resource *resource) { vm_mfree(resource, atomics_bytes(((Atomics *) resource)->count)); }

static const ResourceType atomics_resource = { "atomics", atomics_destroy };
static const ResourceType counters_resource = { "counters", atomics_destroy };

static term make_atomics(Process *p, term size, bool is_signed, const ResourceType *type)
{
    if (!is_integer(size) || is_negative(size) || size == make_small(0))
        return raise_badarg(p);
    size_t count = is_small(size) ? (size_t) small_value(size) : SIZE_MAX;
    Atomics *s = count < SIZE_MAX / 16 ? vm_malloc(atomics_bytes(count)) : NULL;
    if (!s)
        return raise_system_limit(p);
    memset(s, 0, atomics_bytes(count));
    s->is_signed = is_signed;
    s->count = count;
    handle_init(&s->handle, type);
    term result = handle_term(p, &s->handle);
    handle_release(&s->handle);
    return result;
}

term erts_internal_atomics_new_2(Process *p, term *a)
{
    if (!is_small(a[1]))
        return raise_badarg(p);
    return make_atomics(p, a[0], small_value(a[1]) & OPTION_SIGNED, &atomics_resource);
}

term erts_internal_counters_new_1(Process *p, term *a) { return make_atomics(p, a[0], true, &counters_resource); }

// The value at a[1] (from 1) of the array a[0], or NULL.
static uint64_t *value_at(term *a, const ResourceType *type, const Atomics **of)
{
    Atomics *s = (Atomics *) handle_of(a[0], type);
    if (!s || !is_small(a[1]) || small_value(a[1]) < 1 || (size_t) small_value(a[1]) > s->count)
        return NULL;
    *of = s;
    return &s->values[small_value(a[1]) - 1];
}

static term value_term(Process *p, const Atomics *s, uint64_t value)
{
    return s->is_signed ? make_integer(p, (int64_t) value) : make_unsigned(p, value);
}

// An integer that the array can hold.
static bool read_value(const Atomics *s, term t, uint64_t *value)
{
    int64_t n;
    if (!is_integer(t))
        return false;
    if (!s->is_signed)
        return integer_to_uint64(t, value);
    if (!integer_to_int64(t, &n))
        return false;
    *value = (uint64_t) n;
    return true;
}

// What is added may be of either signedness: it wraps.
static bool read_increment(term t, uint64_t *value)
{
    int64_t n;
    if (!is_integer(t))
        return false;
    if (!integer_to_int64(t, &n))
        return integer_to_uint64(t, value);
    *value = (uint64_t) n;
    return true;
}

static term get_value(Process *p, term *a, const ResourceType *type)
{
    const Atomics *s;
    uint64_t *at = value_at(a, type, &s);
    return at ? value_term(p, s, *at) : raise_badarg(p);
}

static term put_value(Process *p, term *a, const ResourceType *type)
{
    const Atomics *s;
    uint64_t value, *at = value_at(a, type, &s);
    if (!at || !read_value(s, a[2], &value))
        return raise_badarg(p);
    *at = value;
    return ATOM_ok;
}

static term add_value(Process *p, term *a, const ResourceType *type, bool get)
{
    const Atomics *s;
    uint64_t increment, *at = value_at(a, type, &s);
    if (!at || !read_increment(a[2], &increment))
        return raise_badarg(p);
    *at += increment;
    return get ? value_term(p, s, *at) : (term) ATOM_ok;
}

term atomics_get_2(Process *p, term *a) { return get_value(p, a, &atomics_resource); }
term atomics_put_3(Process *p, term *a) { return put_value(p, a, &atomics_resource); }
term atomics_add_3(Process *p, term *a) { return add_value(p, a, &atomics_resource, false); }
term atomics_add_get_3(Process *p, term *a) { return add_value(p, a, &atomics_resource, true); }
term erts_internal_counters_get_2(Process *p, term *a) { return get_value(p, a, &counters_resource); }
term erts_internal_counters_put_3(Process *p, term *a) { return put_value(p, a, &counters_resource); }
term erts_internal_counters_add_3(Process *p, term *a) { return add_value(p, a, &counters_resource, false); }

term atomics_exchange_3(Process *p, term *a)
{
    const Atomics *s;
    uint64_t value, *at = value_at(a, &atomics_resource, &s);
    if (!at || !read_value(s, a[2], &value))
        return raise_badarg(p);
    uint64_t old = *at;
    *at = value;
    return value_term(p, s, old);
}

term atomics_compare_exchange_4(Process *p, term *a)
{
    const Atomics *s;
    uint64_t expected, desired, *at = value_at(a, &atomics_resource, &s);
    if (!at || !read_value(s, a[2], &expected) || !read_value(s, a[3], &desired))
        return raise_badarg(p);
    if (*at != expected)
        return value_term(p, s, *at);
    *at = desired;
    return ATOM_ok;
}

term atomics_info_1(Process *p, term *a)
{
    const Atomics *s = (const Atomics *) handle_of(a[0], &atomics_resource);
    if (!s)
        return raise_badarg(p);
    term pairs[] = { ATOM_size, make_unsigned(p, s->count),
                     ATOM_max, s->is_signed ? make_integer(p, INT64_MAX) : make_unsigned(p, UINT64_MAX),
                     ATOM_min, make_integer(p, s->is_signed ? INT64_MIN : 0),
                     ATOM_memory, make_unsigned(p, atomics_bytes(s->count)) };
    return map_from_pairs(p, pairs, 4);
}

term erts_internal_counters_info_1(Process *p, term *a)
{
    const Atomics *s = (const Atomics *) handle_of(a[0], &counters_resource);
    if (!s)
        return raise_badarg(p);
    term pairs[] = { ATOM_size, make_unsigned(p, s->count), ATOM_memory, make_unsigned(p, atomics_bytes(s->count)) };
    return map_from_pairs(p, pairs, 2);
}
