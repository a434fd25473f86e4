// binary:match, matches, split and compile_pattern.
//
// A pattern is one needle or several. Of several, the longest that fits at the leftmost position wins. Several are kept
// with an index: first[b] leads to the longest needle that starts with byte b, `next` on to the shorter ones.
#define _GNU_SOURCE // memmem
#include "bits.h"
#include "resource.h"

typedef struct Needle {
    const uint8_t *bytes;
    size_t size;
    size_t next; // index + 1
} Needle;

// What compile_pattern's reference owns; also built for one call when the pattern is a list.
typedef struct Needles {
    Handle handle; // unused when built for one call
    size_t count, byte_total;
    size_t first[256]; // index + 1
    Needle items[];    // the bytes of all follow
} Needles;

static size_t needles_bytes(size_t count, size_t byte_total) { return sizeof(Needles) + count * sizeof(Needle) + byte_total; }

static void needles_free(Needles *n)
{
    if (n) vm_mfree(n, needles_bytes(n->count, n->byte_total));
}

static void needles_destroy(Resource *r) { needles_free((Needles *) r); }

static const ResourceType needles_type = { "pattern", needles_destroy };

static void needles_link(Needles *n, size_t index)
{
    Needle *needle = &n->items[index];
    size_t *link = &n->first[needle->bytes[0]];
    while (*link != 0 && n->items[*link - 1].size > needle->size) link = &n->items[*link - 1].next;
    needle->next = *link;
    *link = index + 1;
}

// False: not a pattern (a non-empty binary or a list of them).
static bool pattern_sizes(term pattern, size_t *count, size_t *byte_total)
{
    *count = *byte_total = 0;
    term one[2] = { pattern, NIL };
    if (!is_cons(pattern)) pattern = make_list(one);
    for (; is_cons(pattern); pattern = tail(pattern), ++*count) {
        if (!is_binary(head(pattern)) || bitstring_bits(head(pattern)) == 0) return false;
        *byte_total += bitstring_bits(head(pattern)) >> 3;
    }
    return is_nil(pattern);
}

static Needles *needles_new(term pattern, size_t count, size_t byte_total)
{
    Needles *n = vm_malloc(needles_bytes(count, byte_total));
    if (!n) return NULL;
    *n = (Needles) { .count = count, .byte_total = byte_total };
    uint8_t *bytes = (uint8_t *) (n->items + count);
    for (size_t i = 0; i < count; i++) {
        Bits b = { 0 };
        bits_of(is_cons(pattern) ? head(pattern) : pattern, &b);
        bits_copy(bytes, 0, b.bytes, b.bit_offset, b.bit_size);
        n->items[i] = (Needle) { .bytes = bytes, .size = b.bit_size >> 3 };
        needles_link(n, i);
        bytes += b.bit_size >> 3;
        if (is_cons(pattern)) pattern = tail(pattern);
    }
    return n;
}

// ---- a search: what for and where ----

typedef struct Search {
    Needle one;             // when `many` is NULL
    const Needles *many;
    Needles *temporary;     // `many`, when it is this search's own
    Bits bits;              // of the haystack
    const uint8_t *hay;
    size_t size, from, end; // only [from, end) is searched
    uint8_t *scratch;
} Search;

static void search_end(Search *s)
{
    vm_mfree(s->scratch, s->size);
    needles_free(s->temporary);
}

// By what OTP searches: Boyer and Moore's way, or Aho and Corasick's.
static term pattern_kind(const Needles *n) { return n->count == 1 ? (term) ATOM_bm : (term) ATOM_ac; }

static const Needles *compiled_needles(term pattern)
{
    if (!is_tuple(pattern) || tuple_arity(pattern) != 2) return NULL;
    term kind = tuple_at(pattern, 0), ref = tuple_at(pattern, 1);
    const Needles *n = (const Needles *) handle_of(ref, &needles_type);
    return n && kind == pattern_kind(n) ? n : NULL;
}

// As in OTP, a pattern is not looked at when the search ends where the binary begins.
static bool search_pattern(Search *s, term pattern)
{
    size_t count, byte_total;
    Bits b;
    if (s->end == 0) return true;
    s->many = compiled_needles(pattern);
    if (!s->many) {
        if (!pattern_sizes(pattern, &count, &byte_total)) return false;
        if (count == 1 && bits_of(is_cons(pattern) ? head(pattern) : pattern, &b) && b.bit_offset == 0) {
            s->one = (Needle) { .bytes = b.bytes, .size = b.bit_size >> 3 };
            return true;
        }
        s->many = s->temporary = needles_new(pattern, count, byte_total);
        if (!s->many) return false;
    }
    if (s->many->count == 1) {
        s->one = s->many->items[0];
        s->many = NULL;
    }
    return true;
}

// {scope, {Start, Length}}
static bool search_scope(Search *s, term scope)
{
    if (!is_tuple(scope) || tuple_arity(scope) != 2 || !both_small(tuple_at(scope, 0), tuple_at(scope, 1))) return false;
    int64_t from = small_value(tuple_at(scope, 0)), end = from + small_value(tuple_at(scope, 1)), size = (int64_t) s->size;
    if (end < from) {
        int64_t swap = from;
        from = end;
        end = swap;
    }
    if (from < 0 || end > size) return false;
    s->from = (size_t) from;
    s->end = (size_t) end;
    return true;
}

// False: not a binary. Options come next, then search_pattern.
static bool search_begin(Search *s, term hay)
{
    *s = (Search) { 0 };
    if (!is_bitstring(hay) || !binary_bytes(hay, &s->hay, &s->size, &s->scratch)) return false;
    bits_of(hay, &s->bits);
    s->end = s->size;
    return true;
}

static const Needle *needle_at(const Needles *n, const uint8_t *hay, size_t left)
{
    for (size_t i = n->first[*hay]; i != 0; i = n->items[i - 1].next) {
        const Needle *needle = &n->items[i - 1];
        if (needle->size <= left && memcmp(needle->bytes, hay, needle->size) == 0) return needle;
    }
    return NULL;
}

static bool search_next(const Search *s, size_t from, size_t *at, size_t *size)
{
    if (!s->many) {
        const uint8_t *start = s->hay + from;
        const uint8_t *found = NULL;
        if (from < s->end) {
            found = s->one.size == 1 ? memchr(start, s->one.bytes[0], s->end - from)
                                     : memmem(start, s->end - from, s->one.bytes, s->one.size);
        }
        if (!found) return false;
        *at = (size_t) (found - s->hay);
        *size = s->one.size;
        return true;
    }
    for (; from < s->end; from++) {
        const Needle *needle = needle_at(s->many, s->hay + from, s->end - from);
        if (needle) {
            *at = from;
            *size = needle->size;
            return true;
        }
    }
    return false;
}

static void search_charge(Process *p, const Search *s) { p->reductions -= (sterm) ((s->end - s->from) / 32); }

// ---- match, matches ----

static term position(Process *p, size_t at, size_t size)
{
    return make_tuple2(p, make_small((sterm) at), make_small((sterm) size));
}

// Options of match and matches: [{scope, {Start, Length}}].
static bool match_options(Search *s, term options)
{
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        if (!is_tuple(o) || tuple_arity(o) != 2 || tuple_at(o, 0) != (term) ATOM_scope) return false;
        if (!search_scope(s, tuple_at(o, 1))) return false;
    }
    return is_nil(options);
}

static term first_match(Process *p, Search *s)
{
    size_t at, size;
    return search_next(s, s->from, &at, &size) ? position(p, at, size) : (term) ATOM_nomatch;
}

static term all_matches(Process *p, Search *s)
{
    term first = NIL, *hole = &first;
    size_t at, size;
    for (size_t from = s->from; search_next(s, from, &at, &size); from = at + size) {
        *hole = cons(p, position(p, at, size), NIL);
        hole = list_ptr(*hole) + 1;
    }
    return first;
}

static term search_with(Process *p, term hay, term pattern, term options, term (*result)(Process *, Search *))
{
    Search s;
    if (!search_begin(&s, hay)) return raise_badarg(p);
    bool good = match_options(&s, options) && search_pattern(&s, pattern);
    term t = good ? result(p, &s) : NONE;
    search_charge(p, &s);
    search_end(&s);
    return good ? t : raise_badarg(p);
}

term binary_match_2(Process *p, term *a) { return search_with(p, a[0], a[1], NIL, first_match); }
term binary_match_3(Process *p, term *a) { return search_with(p, a[0], a[1], a[2], first_match); }
term binary_matches_2(Process *p, term *a) { return search_with(p, a[0], a[1], NIL, all_matches); }
term binary_matches_3(Process *p, term *a) { return search_with(p, a[0], a[1], a[2], all_matches); }

// ---- split ----

typedef struct SplitOptions {
    bool global, trim, trim_all;
} SplitOptions;

static bool split_options(Search *s, term options, SplitOptions *out)
{
    *out = (SplitOptions) { 0 };
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        if (o == (term) ATOM_global) out->global = true;
        else if (o == (term) ATOM_trim) out->trim = true;
        else if (o == (term) ATOM_trim_all) out->trim_all = true;
        else if (!match_options(s, make_list((term[]) { o, NIL }))) return false;
    }
    return is_nil(options);
}

// Parts come out first to last; empty ones wait in `held` until a part that is kept follows, when they are to be trimmed.
typedef struct Parts {
    Process *p;
    const Bits *whole;
    SplitOptions options;
    term first, *hole;
    size_t held, held_at;
} Parts;

static void part_keep(Parts *parts, size_t from, size_t size)
{
    *parts->hole = cons(parts->p, bits_slice(parts->p, parts->whole, from * 8, size * 8), NIL);
    parts->hole = list_ptr(*parts->hole) + 1;
}

static void part_add(Parts *parts, size_t from, size_t size)
{
    if (size == 0 && parts->options.trim_all) return;
    if (size == 0 && parts->options.trim) {
        parts->held++;
        return;
    }
    for (; parts->held > 0; parts->held--) part_keep(parts, 0, 0);
    part_keep(parts, from, size);
}

static term split_parts(Process *p, Search *s, SplitOptions options)
{
    Parts parts = { .p = p, .whole = &s->bits, .options = options, .first = NIL };
    parts.hole = &parts.first;
    size_t from = 0, at, size;
    for (size_t next = s->from; search_next(s, next, &at, &size); next = from) {
        part_add(&parts, from, at - from);
        from = at + size;
        if (!options.global) break;
    }
    part_add(&parts, from, s->size - from);
    return parts.first;
}

static term split_with(Process *p, term hay, term pattern, term options)
{
    Search s;
    SplitOptions split;
    if (!search_begin(&s, hay)) return raise_badarg(p);
    bool good = split_options(&s, options, &split) && search_pattern(&s, pattern);
    term parts = good ? split_parts(p, &s, split) : NONE;
    search_charge(p, &s);
    search_end(&s);
    return good ? parts : raise_badarg(p);
}

term binary_split_2(Process *p, term *a) { return split_with(p, a[0], a[1], NIL); }
term binary_split_3(Process *p, term *a) { return split_with(p, a[0], a[1], a[2]); }

// ---- compile_pattern ----

term binary_compile_pattern_1(Process *p, term *a)
{
    size_t count, byte_total;
    if (!pattern_sizes(a[0], &count, &byte_total)) return raise_badarg(p);
    Needles *n = needles_new(a[0], count, byte_total);
    if (!n) return raise_system_limit(p);
    handle_init(&n->handle, &needles_type);
    term reference = handle_term(p, &n->handle);
    handle_release(&n->handle);
    return make_tuple2(p, pattern_kind(n), reference);
}
