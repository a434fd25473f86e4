// Decoding external terms. Two passes over the bytes: the first checks everything that does not depend on the machine's
// state and measures, the second builds in memory that is there already. Neither recurses, however deep the term.
#include "bits.h"
#include "decimal.h"
#include "etf.h"
#include "map.h"
#include "module.h"
#include "process.h"
#include "record.h"

#include <math.h>
#include <stdlib.h>

enum { FLOAT_TEXT_BYTES = 31, FUN_UNIQ_BYTES = 16 };

// ---- reading: `bad` sticks ----

typedef struct In {
    const uint8_t *at, *end;
    bool bad;
} In;

static size_t left(const In *in) { return (size_t) (in->end - in->at); }

static const uint8_t *take(In *in, size_t size)
{
    if (size > left(in)) {
        in->bad = true;
        in->at = in->end;
        return NULL;
    }
    in->at += size;
    return in->at - size;
}

// Big-endian, 1 to 4 bytes; 0 when there are not so many.
static uint32_t number(In *in, size_t size)
{
    const uint8_t *b = take(in, size);
    uint32_t n = 0;
    for (size_t i = 0; b && i < size; i++) n = n << 8 | b[i];
    return n;
}

// ---- parts that both passes read ----

typedef struct AtomText {
    const uint8_t *bytes;
    size_t size;
    bool latin1;
} AtomText;

static AtomText atom_body(In *in, uint32_t tag)
{
    AtomText a = { .latin1 = tag == ETF_ATOM || tag == ETF_SMALL_ATOM };
    a.size = number(in, tag == ETF_ATOM || tag == ETF_ATOM_UTF8 ? 2 : 1);
    a.bytes = take(in, a.size);
    return a;
}

static bool is_atom_tag(uint32_t tag)
{
    return tag == ETF_ATOM || tag == ETF_SMALL_ATOM || tag == ETF_ATOM_UTF8 || tag == ETF_SMALL_ATOM_UTF8;
}

static AtomText atom_text_of(In *in)
{
    uint32_t tag = number(in, 1);
    if (is_atom_tag(tag)) return atom_body(in, tag);
    in->bad = true;
    return (AtomText) { 0 };
}

static bool atom_is_valid(const AtomText *a)
{
    if (a->latin1) return a->size <= ATOM_MAX_CHARS;
    size_t characters = 0;
    for (size_t i = 0; i < a->size; characters++) {
        uint32_t code_point;
        int used = utf8_decode(a->bytes + i, a->size - i, &code_point);
        if (used <= 0 || characters == ATOM_MAX_CHARS) return false;
        i += (size_t) used;
    }
    return true;
}

// The atom of a valid text; NONE when it would be new and must not be, or the table is full.
static term atom_of(const AtomText *a, bool only_existing)
{
    char utf8[2 * ATOM_MAX_CHARS];
    const char *text = (const char *) a->bytes;
    size_t size = a->size;
    if (a->latin1) {
        size = 0;
        for (size_t i = 0; i < a->size; i++) size += (size_t) utf8_encode(a->bytes[i], (uint8_t *) utf8 + size);
        text = utf8;
    }
    return only_existing ? atom_existing(text, size) : atom_intern(text, size);
}

static bool is_local_node(const AtomText *a)
{
    size_t size;
    const char *name = atom_text((term) ATOM_nonode_nohost, &size);
    return a->size == size && memcmp(a->bytes, name, size) == 0;
}

static term pid_body(In *in, uint32_t tag)
{
    AtomText node = atom_text_of(in);
    uint32_t slot = number(in, 4), serial = number(in, 4);
    take(in, tag == ETF_PID ? 1 : 4);
    if (in->bad || !is_local_node(&node) || slot >= PID_SLOTS || serial > PID_SERIAL_MASK) {
        in->bad = true;
        return NONE;
    }
    return ((term) serial << PID_SLOT_BITS | slot) << 4 | TAG_PID;
}

static RefId reference_body(In *in, uint32_t tag)
{
    RefId ref = { { 0 } };
    uint32_t count = tag == ETF_REFERENCE ? 1 : number(in, 2);
    AtomText node = atom_text_of(in);
    if (tag != ETF_REFERENCE) take(in, tag == ETF_NEW_REFERENCE ? 1 : 4);
    if (count == 0 || count > 3 || in->bad || !is_local_node(&node)) in->bad = true;
    for (uint32_t i = 0; !in->bad && i < count; i++) ref.id[i] = number(in, 4);
    if (tag == ETF_REFERENCE) take(in, 1);
    return ref;
}

static uint32_t integer_body(In *in)
{
    uint32_t tag = number(in, 1);
    if (tag != ETF_SMALL_INTEGER && tag != ETF_INTEGER) in->bad = true;
    return number(in, tag == ETF_SMALL_INTEGER ? 1 : 4);
}

// fun M:F/A
typedef struct ExportText {
    AtomText module, name;
    uint32_t arity;
} ExportText;

static ExportText export_body(In *in)
{
    ExportText e = { .module = atom_text_of(in) };
    e.name = atom_text_of(in);
    e.arity = integer_body(in);
    if (e.arity > 255) in->bad = true;
    return e;
}

// A local fun without its free variables, which follow.
typedef struct FunText {
    AtomText module;
    uint32_t index, free_count, old_uniq;
} FunText;

static FunText fun_body(In *in)
{
    FunText f = { 0 };
    take(in, 4 + 1 + FUN_UNIQ_BYTES);
    f.index = number(in, 4);
    f.free_count = number(in, 4);
    f.module = atom_text_of(in);
    integer_body(in); // old index
    f.old_uniq = integer_body(in);
    uint32_t tag = number(in, 1);
    if (tag != ETF_PID && tag != ETF_NEW_PID) in->bad = true;
    else pid_body(in, tag);
    return f;
}

static double float_text_body(In *in)
{
    const uint8_t *b = take(in, FLOAT_TEXT_BYTES);
    if (!b) return 0;
    const char *text = (const char *) b;
    const char *end = memchr(text, 0, FLOAT_TEXT_BYTES);
    size_t length = end ? (size_t) (end - text) : FLOAT_TEXT_BYTES;
    double d = 0;
    if (memchr(text, ',', length) || length == 0 || decimal_read(text, length, &d) != length || !isfinite(d)) in->bad = true;
    return d;
}

static double float_body(In *in)
{
    uint64_t bits = (uint64_t) number(in, 4) << 32;
    bits |= number(in, 4);
    double d;
    memcpy(&d, &bits, sizeof d);
    if (!isfinite(d)) in->bad = true;
    return d;
}

// ---- first pass ----

static size_t heapbin_words(size_t size) { return 2 + WORDS_FOR_BYTES(size); }
static size_t binary_words(size_t size) { return size <= HEAPBIN_MAX ? heapbin_words(size) : REFCBIN_WORDS; }

enum { REF_WORDS = 1 + WORDS_FOR_BYTES(sizeof(RefId)), INTEGER_WORDS = 1 + WORDS_FOR_BYTES(4) };

typedef struct Measure {
    In in;
    uint64_t words;
    uint64_t pending; // terms that must still follow
    bool safe;
} Measure;

static void check_atom(Measure *m, const AtomText *a)
{
    if (m->in.bad || !atom_is_valid(a) || (m->safe && atom_of(a, true) == NONE)) m->in.bad = true;
}

static void measure_atom(Measure *m, uint32_t tag)
{
    AtomText a = atom_body(&m->in, tag);
    check_atom(m, &a);
}

static void measure_bit_binary(Measure *m)
{
    uint32_t size = number(&m->in, 4), last = number(&m->in, 1);
    take(&m->in, size);
    if (last > 8 || (last == 0) != (size == 0)) m->in.bad = true;
    m->words += binary_words(size) + SUBBIN_WORDS;
}

static void measure_export(Measure *m)
{
    ExportText e = export_body(&m->in);
    check_atom(m, &e.module);
    check_atom(m, &e.name);
    m->words += 2;
}

static void measure_fun(Measure *m)
{
    FunText f = fun_body(&m->in);
    check_atom(m, &f.module);
    m->words += 2 + (uint64_t) f.free_count;
    m->pending += f.free_count;
}

// `count` terms that take `words` words in all.
static void measure_container(Measure *m, uint64_t count, uint64_t words)
{
    m->pending += count;
    m->words += words;
}

static void measure_map(Measure *m)
{
    uint64_t count = number(&m->in, 4);
    if (2 * count > left(&m->in)) m->in.bad = true;
    else measure_container(m, 2 * count, map_literal_words((size_t) count));
}

static void measure_record(Measure *m)
{
    uint32_t count = number(&m->in, 4), exported = number(&m->in, 1);
    if (exported > 1 || count > left(&m->in)) m->in.bad = true;
    for (uint64_t i = 0; i < (uint64_t) count + 2 && !m->in.bad; i++) { // module, name, fields
        AtomText a = atom_text_of(&m->in);
        check_atom(m, &a);
    }
    measure_container(m, count, RECORD_HEAD_WORDS + 1 + DEFINITION_FIELDS + 2 * (uint64_t) count);
}

static void measure_bytes(Measure *m, size_t size, uint64_t words)
{
    take(&m->in, size);
    m->words += words;
}

static void measure_big(Measure *m, size_t size)
{
    take(&m->in, 1); // sign
    measure_bytes(m, size, 1 + WORDS_FOR_BYTES(size));
}

static void measure_term(Measure *m)
{
    In *in = &m->in;
    uint32_t tag = number(in, 1), n;
    switch (tag) {
    case ETF_SMALL_INTEGER:
        take(in, 1);
        break;
    case ETF_INTEGER:
        measure_bytes(m, 4, INTEGER_WORDS);
        break;
    case ETF_NEW_FLOAT:
        float_body(in);
        m->words += FLOAT_WORDS;
        break;
    case ETF_FLOAT:
        float_text_body(in);
        m->words += FLOAT_WORDS;
        break;
    case ETF_ATOM:
    case ETF_SMALL_ATOM:
    case ETF_ATOM_UTF8:
    case ETF_SMALL_ATOM_UTF8:
        measure_atom(m, tag);
        break;
    case ETF_PID:
    case ETF_NEW_PID:
        pid_body(in, tag);
        break;
    case ETF_REFERENCE:
    case ETF_NEW_REFERENCE:
    case ETF_NEWER_REFERENCE:
        reference_body(in, tag);
        m->words += REF_WORDS;
        break;
    case ETF_SMALL_TUPLE:
    case ETF_LARGE_TUPLE:
        n = number(in, tag == ETF_SMALL_TUPLE ? 1 : 4);
        measure_container(m, n, 1 + (uint64_t) n);
        break;
    case ETF_NIL:
        break;
    case ETF_STRING:
        n = number(in, 2);
        measure_bytes(m, n, 2 * (uint64_t) n);
        break;
    case ETF_LIST:
        n = number(in, 4);
        measure_container(m, 1 + (uint64_t) n, 2 * (uint64_t) n);
        break;
    case ETF_BINARY:
        n = number(in, 4);
        measure_bytes(m, n, binary_words(n));
        break;
    case ETF_BIT_BINARY:
        measure_bit_binary(m);
        break;
    case ETF_SMALL_BIG:
        measure_big(m, number(in, 1));
        break;
    case ETF_LARGE_BIG:
        measure_big(m, number(in, 4));
        break;
    case ETF_MAP:
        measure_map(m);
        break;
    case ETF_RECORD:
        measure_record(m);
        break;
    case ETF_EXPORT:
        measure_export(m);
        break;
    case ETF_NEW_FUN:
        measure_fun(m);
        break;
    default:
        in->bad = true;
    }
}

// Words for the term (without version byte), and the bytes it takes. False: damaged. Every term still to come takes at
// least a byte, so no count can promise more than there is.
static bool measure(const uint8_t *bytes, size_t size, bool safe, uint64_t *words, size_t *used)
{
    Measure m = { .in = { bytes, bytes + size, false }, .pending = 1, .safe = safe };
    while (m.pending > 0) {
        m.pending--;
        measure_term(&m);
        if (m.in.bad || m.pending > left(&m.in)) return false;
    }
    *words = m.words;
    *used = size - left(&m.in);
    return true;
}

// ---- second pass ----

// Where the terms to come go: consecutive words; the heads of a row of cells, then the last one's tail; or the pairs of a
// map that is built when all are there.
typedef struct Frame {
    enum { FRAME_SLOTS, FRAME_LIST, FRAME_MAP } kind;
    term *slot;   // the next
    size_t left;  // how many after that (of a list: heads)
    term *pairs;  // FRAME_MAP: vm_malloc'ed,
    size_t count; // so many of them,
    term *hole;   // and where the map goes
} Frame;

typedef struct Build {
    In in;
    term *top;
    Process *p;
    Frame *frames;
    size_t depth, capacity;
    bool safe;
} Build;

// Starts filling `left` (> 0) words or cells at `slot`.
static Frame *push_frame(Build *b, Frame f)
{
    if (b->depth == b->capacity) {
        size_t old = b->capacity * sizeof(Frame), capacity = b->capacity ? b->capacity * 2 : 16;
        Frame *grown = b->frames ? vm_realloc(b->frames, old, capacity * sizeof(Frame)) : vm_malloc(capacity * sizeof(Frame));
        if (!grown) {
            b->in.bad = true;
            return NULL;
        }
        b->frames = grown;
        b->capacity = capacity;
    }
    b->frames[b->depth] = f;
    return &b->frames[b->depth++];
}

static bool finish_map(Build *b, const Frame *f)
{
    term map = map_build_at(&b->top, f->pairs, f->count);
    vm_mfree(f->pairs, 2 * f->count * sizeof(term));
    if (map == NONE || map_size(map) != f->count) return false; // a key twice is damage
    *f->hole = map;
    return true;
}

// Where the next term goes; NULL when all are there, or something went wrong.
static term *next_hole(Build *b)
{
    while (b->depth > 0) {
        Frame *f = &b->frames[b->depth - 1];
        if (f->kind == FRAME_LIST) {
            f->slot += 2;
            if (f->left-- > 0) return f->slot - 2;
            b->depth--;
            return f->slot - 3; // tail of the last cell
        }
        if (f->left > 0) {
            f->left--;
            term *hole = f->slot++;
            if (f->left == 0 && f->kind == FRAME_SLOTS) b->depth--;
            return hole;
        }
        b->depth--;
        if (!finish_map(b, f)) {
            b->in.bad = true;
            return NULL;
        }
    }
    return NULL;
}

static term *take_words(Build *b, size_t words)
{
    term *o = b->top;
    b->top += words;
    return o;
}

static term put_object(Build *b, enum kind kind, term only_word)
{
    term *o = take_words(b, 2);
    o[0] = make_header(kind, 1);
    o[1] = only_word;
    return make_boxed(o);
}

static term build_atom(Build *b, const AtomText *a)
{
    term atom = atom_of(a, b->safe);
    if (atom == NONE) b->in.bad = true;
    return atom;
}

// Magnitude, least significant byte first.
static term build_big(Build *b, size_t size)
{
    bool negative = number(&b->in, 1) != 0;
    const uint8_t *bytes = take(&b->in, size);
    while (size > 0 && bytes[size - 1] == 0) size--;
    if (size <= sizeof(uint64_t)) {
        uint64_t n = 0;
        for (size_t i = size; i-- > 0;) n = n << 8 | bytes[i];
        if (n <= (uint64_t) SMALL_MAX + negative) return make_small(negative ? (sterm) (0 - n) : (sterm) n);
    }
    size_t words = WORDS_FOR_BYTES(size);
    term *o = take_words(b, 1 + words);
    o[0] = make_header(negative ? KIND_NEGBIG : KIND_POSBIG, words);
    for (size_t i = 0; i < words; i++) {
        term word = 0;
        for (size_t j = WORD_BYTES; j-- > 0;) {
            size_t at = i * WORD_BYTES + j;
            word = word << 8 | (at < size ? bytes[at] : 0);
        }
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
        word = word << (WORD_BITS / 2) | word >> (WORD_BITS / 2); // 32-bit limbs, least significant first
#endif
        o[1 + i] = word;
    }
    return make_boxed(o);
}

static term build_integer(Build *b)
{
    int32_t n = (int32_t) number(&b->in, 4);
    if (fits_small(n)) return make_small(n);
    return put_object(b, n < 0 ? KIND_NEGBIG : KIND_POSBIG, n < 0 ? (term) 0 - (term) n : (term) n);
}

static term build_binary(Build *b, size_t size)
{
    const uint8_t *bytes = take(&b->in, size);
    if (size > HEAPBIN_MAX) {
        Blob *blob = blob_new(size);
        if (!blob) {
            b->in.bad = true;
            return NONE;
        }
        blob->used = size;
        memcpy(blob->data, bytes, size);
        return put_refcbin(b->p, take_words(b, REFCBIN_WORDS), blob);
    }
    term *o = take_words(b, heapbin_words(size));
    o[0] = make_header(KIND_HEAPBIN, heapbin_words(size) - 1);
    o[1] = size;
    if (size > 0) memcpy(o + 2, bytes, size);
    return make_boxed(o);
}

static term build_bit_binary(Build *b)
{
    uint32_t size = number(&b->in, 4), last = number(&b->in, 1);
    term owner = build_binary(b, size);
    if (owner == NONE || last == 8 || size == 0) return owner;
    term *o = take_words(b, SUBBIN_WORDS);
    o[0] = make_header(KIND_SUBBIN, SUBBIN_WORDS - 1);
    o[1] = owner;
    o[2] = 0;
    o[3] = ((term) size * 8 - 8 + last) << 2;
    return make_boxed(o);
}

static term build_reference(Build *b, uint32_t tag)
{
    RefId ref = reference_body(&b->in, tag);
    term *o = take_words(b, REF_WORDS);
    o[REF_WORDS - 1] = 0; // padding
    o[0] = make_header(KIND_REF, REF_WORDS - 1);
    memcpy(o + 1, &ref, sizeof ref);
    return make_boxed(o);
}

static term build_string(Build *b)
{
    size_t size = number(&b->in, 2);
    const uint8_t *bytes = take(&b->in, size);
    term list = NIL;
    while (size-- > 0) list = put_cons(&b->top, make_small(bytes[size]), list);
    return list;
}

static term build_tuple(Build *b, size_t arity)
{
    term *o = take_words(b, 1 + arity);
    o[0] = make_header(KIND_TUPLE, arity);
    if (arity > 0) push_frame(b, (Frame) { .kind = FRAME_SLOTS, .slot = o + 1, .left = arity });
    return make_boxed(o);
}

// An empty one is just its tail, which comes next; NONE then.
static term build_list(Build *b, term *hole)
{
    size_t length = number(&b->in, 4);
    if (length == 0) {
        push_frame(b, (Frame) { .kind = FRAME_SLOTS, .slot = hole, .left = 1 });
        return NONE;
    }
    term *cells = take_words(b, 2 * length);
    for (size_t i = 0; i + 1 < length; i++) cells[2 * i + 1] = make_list(cells + 2 * (i + 1));
    push_frame(b, (Frame) { .kind = FRAME_LIST, .slot = cells, .left = length });
    return make_list(cells);
}

// The map is put into its hole by finish_map.
static void build_map(Build *b, term *hole)
{
    size_t count = number(&b->in, 4);
    term *pairs = vm_malloc(2 * count * sizeof(term));
    Frame f = { .kind = FRAME_MAP, .slot = pairs, .left = 2 * count, .pairs = pairs, .count = count, .hole = hole };
    if (!pairs) b->in.bad = true;
    else if (!push_frame(b, f)) vm_mfree(pairs, 2 * count * sizeof(term));
}

// A field twice is damage. Sorts the words.
static bool all_differ(term *words, size_t count)
{
    sort_words(words, count, 1);
    for (size_t i = 1; i < count; i++)
        if (words[i] == words[i - 1]) return false;
    return true;
}

static term build_record(Build *b)
{
    size_t count = number(&b->in, 4), words = 1 + DEFINITION_FIELDS + count;
    bool exported = number(&b->in, 1);
    term *definition = take_words(b, words), *o = take_words(b, RECORD_HEAD_WORDS + count);
    definition[0] = make_header(KIND_TUPLE, DEFINITION_FIELDS + count);
    definition[3] = make_bool(exported);
    for (size_t i = 1; i < words; i++) {
        if (i == DEFINITION_FIELDS) continue;
        AtomText a = atom_text_of(&b->in);
        definition[i] = build_atom(b, &a);
    }
    memcpy(o + RECORD_HEAD_WORDS, definition + 1 + DEFINITION_FIELDS, count * WORD_BYTES); // the values come over them
    if (b->in.bad || !all_differ(o + RECORD_HEAD_WORDS, count)) {
        b->in.bad = true;
        return NONE;
    }
    if (count > 0) push_frame(b, (Frame) { .kind = FRAME_SLOTS, .slot = o + RECORD_HEAD_WORDS, .left = count });
    return put_record_head(o, count, make_boxed(definition));
}

static term build_export(Build *b)
{
    ExportText e = export_body(&b->in);
    term module = build_atom(b, &e.module), name = build_atom(b, &e.name);
    if (b->in.bad) return NONE;
    Function *f = b->safe ? function_find(module, name, e.arity) : function_get(module, name, e.arity);
    if (!f) {
        b->in.bad = true;
        return NONE;
    }
    return put_object(b, KIND_EXTFUN, (term) f);
}

static term build_fun(Build *b)
{
    FunText f = fun_body(&b->in);
    term module = build_atom(b, &f.module);
    Module *m = module == NONE ? NULL : module_load(module);
    Lambda *lambda = m ? module_lambda(m, f.index) : NULL;
    if (!lambda || lambda->free_count != f.free_count || lambda->old_uniq != f.old_uniq) {
        b->in.bad = true;
        return NONE;
    }
    term *o = take_words(b, 2 + f.free_count);
    o[0] = make_header(KIND_FUN, 1 + f.free_count);
    o[1] = (term) lambda;
    if (f.free_count > 0) push_frame(b, (Frame) { .kind = FRAME_SLOTS, .slot = o + 2, .left = f.free_count });
    return make_boxed(o);
}

static void build_term(Build *b, term *hole)
{
    In *in = &b->in;
    uint32_t tag = number(in, 1);
    term t = NONE;
    switch (tag) {
    case ETF_SMALL_INTEGER:
        t = make_small((sterm) number(in, 1));
        break;
    case ETF_INTEGER:
        t = build_integer(b);
        break;
    case ETF_NEW_FLOAT:
        t = put_float(&b->top, float_body(in));
        break;
    case ETF_FLOAT:
        t = put_float(&b->top, float_text_body(in));
        break;
    case ETF_PID:
    case ETF_NEW_PID:
        t = pid_body(in, tag);
        break;
    case ETF_REFERENCE:
    case ETF_NEW_REFERENCE:
    case ETF_NEWER_REFERENCE:
        t = build_reference(b, tag);
        break;
    case ETF_SMALL_TUPLE:
        t = build_tuple(b, number(in, 1));
        break;
    case ETF_LARGE_TUPLE:
        t = build_tuple(b, number(in, 4));
        break;
    case ETF_NIL:
        t = NIL;
        break;
    case ETF_STRING:
        t = build_string(b);
        break;
    case ETF_LIST:
        t = build_list(b, hole);
        break;
    case ETF_BINARY:
        t = build_binary(b, number(in, 4));
        break;
    case ETF_BIT_BINARY:
        t = build_bit_binary(b);
        break;
    case ETF_SMALL_BIG:
        t = build_big(b, number(in, 1));
        break;
    case ETF_LARGE_BIG:
        t = build_big(b, number(in, 4));
        break;
    case ETF_MAP:
        build_map(b, hole);
        break;
    case ETF_RECORD:
        t = build_record(b);
        break;
    case ETF_EXPORT:
        t = build_export(b);
        break;
    case ETF_NEW_FUN:
        t = build_fun(b);
        break;
    default: {
        AtomText a = atom_body(in, tag);
        t = build_atom(b, &a);
    }
    }
    if (t != NONE) *hole = t;
}

// A measured term into the words at b->top. False: no memory, no room for atoms, an unknown fun, a key twice in a map.
static bool build(Build *b, term *result)
{
    for (term *hole = result; hole; hole = next_hole(b)) {
        build_term(b, hole);
        if (b->in.bad) break;
    }
    for (size_t i = 0; i < b->depth; i++)
        if (b->frames[i].kind == FRAME_MAP) vm_mfree(b->frames[i].pairs, 2 * b->frames[i].count * sizeof(term));
    vm_mfree(b->frames, b->capacity * sizeof(Frame));
    return !b->in.bad;
}

// ---- whole terms ----

// Without version byte; *used as measured.
static term decode_plain(Process *p, const uint8_t *bytes, size_t size, bool safe, size_t *used)
{
    uint64_t words;
    if (!measure(bytes, size, safe, &words, used)) return NONE;
    if (words > vm.memory_cap / WORD_BYTES) return NONE;
    Build b = { .in = { bytes, bytes + *used, false }, .top = heap_alloc(p, (size_t) words), .p = p, .safe = safe };
    term result = NONE;
    if (!build(&b, &result)) return NONE; // REFCBINs that were made already go with the next collection
    heap_trim(p, b.top);
    p->reductions -= (sterm) (*used / 32);
    return result;
}

// [size:32][zlib stream]
static term decode_compressed(Process *p, const uint8_t *bytes, size_t size, bool safe, size_t *used)
{
    enum { DEFLATE_MAX_RATIO = 1032 };
    In in = { bytes, bytes + size, false };
    uint32_t plain_size = number(&in, 4);
    if (in.bad || plain_size / DEFLATE_MAX_RATIO > left(&in)) return NONE;
    // A native, so that a machine whose application decodes no terms but its own does without.
    NativeFn inflate = native_find(ATOM_atomvm, ATOM_inflate, 2);
    term arguments[] = { make_binary(p, in.at, left(&in), NULL), make_small((sterm) plain_size) };
    term inflated = inflate && arguments[0] != NONE ? inflate(p, arguments) : NONE;
    Bits plain;
    if (inflated == NONE || !is_tuple(inflated) || !bits_of(tuple_at(inflated, 0), &plain)) return NONE;
    size_t plain_used = 0;
    term t = decode_plain(p, plain.bytes, plain_size, safe, &plain_used);
    *used = 4 + (size_t) small_value(tuple_at(inflated, 1));
    return t != NONE && plain_used == plain_size ? t : NONE;
}

term etf_decode(Process *p, const uint8_t *bytes, size_t size, bool safe, size_t *used)
{
    if (size < 2 || bytes[0] != ETF_VERSION) return NONE;
    bool compressed = bytes[1] == ETF_COMPRESSED;
    size_t head_size = compressed ? 2 : 1, taken = 0;
    term t = (compressed ? decode_compressed : decode_plain)(p, bytes + head_size, size - head_size, safe, &taken);
    if (t == NONE) return NONE;
    taken += head_size;
    if (used) *used = taken;
    return used || taken == size ? t : NONE;
}
