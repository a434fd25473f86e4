// Encoding external terms, without recursion: containers that are not finished are on a stack of frames.
#include "bits.h"
#include "etf.h"
#include "map.h"
#include "number_text.h"
#include "process.h"
#include "record.h"

int etf_default_minor_version = 2;

enum { FLOAT_TEXT_BYTES = 31, FUN_UNIQ_BYTES = 16, STRING_MAX = 0xFFFF };

typedef struct Frame {
    const term *slots; // still to write, so many:
    size_t left;
    term list;         // NONE, or the rest of a list (then no slots)
    term *pairs;       // NULL, or vm_malloc'ed memory of pair_words that slots lie in
    size_t pair_words;
    size_t size_at;    // 0, or where the size of the fun goes that ends with the last slot
} Frame;

typedef struct Out {
    Buffer *buffer;
    const EtfOptions *options;
    Frame *frames;
    size_t depth, capacity;
    bool bad; // memory is out
} Out;

// ---- bytes ----

static void put_bytes(Out *o, const void *bytes, size_t size)
{
    if (!buffer_append(o->buffer, bytes, size)) o->bad = true;
}

static void store_number(uint8_t *at, uint32_t n, size_t size)
{
    while (size-- > 0) {
        at[size] = (uint8_t) n;
        n >>= 8;
    }
}

// A tag and a big-endian number of 0 to 4 bytes.
static void put_tag(Out *o, enum etf_tag tag, uint32_t n, size_t size)
{
    uint8_t bytes[5] = { (uint8_t) tag };
    store_number(bytes + 1, n, size);
    put_bytes(o, bytes, 1 + size);
}

static void put_number(Out *o, uint32_t n, size_t size)
{
    uint8_t bytes[4];
    store_number(bytes, n, size);
    put_bytes(o, bytes, size);
}

// ---- terms without terms in them ----

static void put_magnitude(Out *o, const uint8_t *magnitude, size_t size, bool negative)
{
    while (size > 0 && magnitude[size - 1] == 0) size--;
    if (size > 255) put_tag(o, ETF_LARGE_BIG, (uint32_t) size, 4);
    else put_tag(o, ETF_SMALL_BIG, (uint32_t) size, 1);
    put_number(o, negative, 1);
    put_bytes(o, magnitude, size);
}

static void put_int64(Out *o, int64_t n)
{
    if (n >= 0 && n <= 255) {
        put_tag(o, ETF_SMALL_INTEGER, (uint32_t) n, 1);
    } else if (n >= INT32_MIN && n <= INT32_MAX) {
        put_tag(o, ETF_INTEGER, (uint32_t) n, 4);
    } else {
        uint64_t rest = n < 0 ? (uint64_t) 0 - (uint64_t) n : (uint64_t) n;
        uint8_t magnitude[8];
        for (size_t i = 0; i < sizeof magnitude; i++, rest >>= 8) magnitude[i] = (uint8_t) rest;
        put_magnitude(o, magnitude, sizeof magnitude, n < 0);
    }
}

static void put_big(Out *o, term t)
{
    int64_t n;
    if (integer_to_int64(t, &n)) {
        put_int64(o, n);
        return;
    }
    const uint32_t *limbs = (const uint32_t *) (boxed_ptr(t) + 1);
    size_t size = header_words(*boxed_ptr(t)) * WORD_BYTES;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    put_magnitude(o, (const uint8_t *) limbs, size, boxed_kind(t) == KIND_NEGBIG);
#else
#error "limbs are read as bytes, least significant first"
#endif
}

static void put_float_text(Out *o, double d)
{
    char text[FLOAT_TEXT_MAX] = { 0 };
    float_to_scientific(d, FLOAT_DEFAULT_DIGITS, text);
    put_tag(o, ETF_FLOAT, 0, 0);
    put_bytes(o, text, FLOAT_TEXT_BYTES);
}

static void put_double(Out *o, double d)
{
    uint64_t bits;
    if (o->options->minor_version == 0) {
        put_float_text(o, d);
        return;
    }
    memcpy(&bits, &d, sizeof bits);
    put_tag(o, ETF_NEW_FLOAT, (uint32_t) (bits >> 32), 4);
    put_number(o, (uint32_t) bits, 4);
}

// Characters of the text, and its Latin-1 form in `latin1` when it has one; SIZE_MAX when not.
static size_t latin1_of(const uint8_t *text, size_t size, uint8_t *latin1)
{
    size_t count = 0;
    for (size_t i = 0; i < size; count++) {
        uint32_t code_point;
        i += (size_t) utf8_decode(text + i, size - i, &code_point);
        if (code_point > 0xFF) return SIZE_MAX;
        latin1[count] = (uint8_t) code_point;
    }
    return count;
}

static void put_atom(Out *o, term atom)
{
    size_t size;
    const char *text = atom_text(atom, &size);
    if (o->options->minor_version < 2) {
        uint8_t latin1[ATOM_MAX_CHARS];
        size_t count = latin1_of((const uint8_t *) text, size, latin1);
        if (count != SIZE_MAX) {
            put_tag(o, ETF_ATOM, (uint32_t) count, 2);
            put_bytes(o, latin1, count);
            return;
        }
    }
    if (size <= 255) put_tag(o, ETF_SMALL_ATOM_UTF8, (uint32_t) size, 1);
    else put_tag(o, ETF_ATOM_UTF8, (uint32_t) size, 2);
    put_bytes(o, text, size);
}

static void put_pid(Out *o, term pid)
{
    uint32_t bits = (uint32_t) (pid >> 4);
    put_tag(o, ETF_NEW_PID, 0, 0);
    put_atom(o, (term) ATOM_nonode_nohost);
    put_number(o, bits & (PID_SLOTS - 1), 4);
    put_number(o, bits >> PID_SLOT_BITS, 4);
    put_number(o, 0, 4); // creation
}

static void put_reference(Out *o, term ref)
{
    RefId r = ref_id(ref);
    put_tag(o, ETF_NEWER_REFERENCE, 3, 2);
    put_atom(o, (term) ATOM_nonode_nohost);
    put_number(o, 0, 4); // creation
    for (int i = 0; i < 3; i++) put_number(o, r.id[i], 4);
}

// The last byte's unused bits are written as zeros.
static void put_bitstring(Out *o, term t)
{
    Bits b;
    bits_of(t, &b);
    size_t whole = b.bit_size >> 3, odd = b.bit_size & 7, size = whole + (odd > 0);
    put_tag(o, odd > 0 ? ETF_BIT_BINARY : ETF_BINARY, (uint32_t) size, 4);
    if (odd > 0) put_number(o, (uint32_t) odd, 1);
    if (b.bit_offset == 0) {
        put_bytes(o, b.bytes, whole);
    } else {
        for (size_t done = 0; done < whole;) {
            uint8_t chunk[256];
            size_t n = whole - done < sizeof chunk ? whole - done : sizeof chunk;
            bits_copy(chunk, 0, b.bytes + done, b.bit_offset, n * 8);
            put_bytes(o, chunk, n);
            done += n;
        }
    }
    if (odd > 0) {
        uint8_t last = 0;
        bits_copy(&last, 0, b.bytes + whole, b.bit_offset, odd);
        put_bytes(o, &last, 1);
    }
}

// ---- containers ----

static void push_frame(Out *o, Frame f)
{
    if (o->depth == o->capacity) {
        size_t old = o->capacity * sizeof(Frame), capacity = o->capacity ? o->capacity * 2 : 16;
        Frame *grown = o->frames ? vm_realloc(o->frames, old, capacity * sizeof(Frame)) : vm_malloc(capacity * sizeof(Frame));
        if (!grown) {
            o->bad = true;
            vm_mfree(f.pairs, f.pair_words * sizeof(term));
            return;
        }
        o->frames = grown;
        o->capacity = capacity;
    }
    o->frames[o->depth++] = f;
}

static void put_tuple(Out *o, term t)
{
    size_t arity = tuple_arity(t);
    if (arity <= 255) put_tag(o, ETF_SMALL_TUPLE, (uint32_t) arity, 1);
    else put_tag(o, ETF_LARGE_TUPLE, (uint32_t) arity, 4);
    push_frame(o, (Frame) { .slots = tuple_elements(t), .left = arity });
}

static bool is_byte(term t) { return is_small(t) && small_value(t) >= 0 && small_value(t) <= 255; }

// Cells of a list, *bytes: they hold nothing but bytes, and the list is proper.
static size_t cells(term list, bool *bytes)
{
    size_t n = 0;
    *bytes = true;
    for (; is_cons(list); list = tail(list), n++) *bytes = *bytes && is_byte(head(list));
    *bytes = *bytes && is_nil(list);
    return n;
}

static void put_list(Out *o, term list)
{
    bool bytes;
    size_t n = cells(list, &bytes);
    if (!bytes || n > STRING_MAX) {
        put_tag(o, ETF_LIST, (uint32_t) n, 4);
        push_frame(o, (Frame) { .list = list });
        return;
    }
    put_tag(o, ETF_STRING, (uint32_t) n, 2);
    for (; is_cons(list); list = tail(list)) put_number(o, (uint32_t) small_value(head(list)), 1);
}

static void put_map(Out *o, term map)
{
    size_t count = map_size(map);
    put_tag(o, ETF_MAP, (uint32_t) count, 4);
    term *pairs = vm_malloc(2 * count * sizeof(term));
    if (!pairs) {
        o->bad = true;
        return;
    }
    map_pairs(map, pairs);
    if (o->options->deterministic) map_sort_pairs(pairs, count);
    push_frame(o, (Frame) { .slots = pairs, .left = 2 * count, .pairs = pairs, .pair_words = 2 * count });
}

static void put_export(Out *o, term t)
{
    const Function *f = extfun_function(t);
    put_tag(o, ETF_EXPORT, 0, 0);
    put_atom(o, f->module);
    put_atom(o, f->name);
    put_int64(o, f->arity);
}

static void put_fun(Out *o, term t)
{
    static const uint8_t no_uniq[FUN_UNIQ_BYTES];
    const Lambda *lambda = fun_lambda(t);
    put_tag(o, ETF_NEW_FUN, 0, 0);
    size_t size_at = o->buffer->size;
    put_number(o, 0, 4);
    put_number(o, lambda->arity, 1);
    put_bytes(o, no_uniq, sizeof no_uniq);
    put_number(o, lambda->index, 4);
    put_number(o, lambda->free_count, 4);
    put_atom(o, lambda->function->module);
    put_int64(o, lambda->index);
    put_int64(o, lambda->old_uniq);
    put_pid(o, TAG_PID);
    push_frame(o, (Frame) { .slots = boxed_ptr(t) + 2, .left = lambda->free_count, .size_at = size_at });
}

// Fields, whether it is exported, module, name, the fields' names, their values.
static void put_record(Out *o, term t)
{
    size_t size = record_size(t);
    put_tag(o, ETF_RECORD, (uint32_t) size, 4);
    put_number(o, record_is_exported(t), 1);
    put_atom(o, record_module(t));
    put_atom(o, record_name(t));
    for (size_t i = 0; i < size; i++) put_atom(o, record_fields(t)[i]);
    push_frame(o, (Frame) { .slots = record_values(t), .left = size });
}

static void put_boxed(Out *o, term t)
{
    switch (boxed_kind(t)) {
    case KIND_RECORD:
        put_record(o, t);
        break;
    case KIND_TUPLE:
        put_tuple(o, t);
        break;
    case KIND_FLATMAP:
    case KIND_HASHMAP:
        put_map(o, t);
        break;
    case KIND_FUN:
        put_fun(o, t);
        break;
    case KIND_EXTFUN:
        put_export(o, t);
        break;
    case KIND_POSBIG:
    case KIND_NEGBIG:
        put_big(o, t);
        break;
    case KIND_FLOAT:
        put_double(o, float_value(t));
        break;
    case KIND_REF:
    case KIND_MAGIC:
        put_reference(o, t);
        break;
    default:
        put_bitstring(o, t);
    }
}

static void put_term(Out *o, term t)
{
    if (is_small(t)) put_int64(o, small_value(t));
    else if (is_atom(t)) put_atom(o, t);
    else if (is_cons(t)) put_list(o, t);
    else if (is_nil(t)) put_tag(o, ETF_NIL, 0, 0);
    else if (is_pid(t)) put_pid(o, t);
    else put_boxed(o, t);
}

static void finish_frame(Out *o, const Frame *f)
{
    if (f->size_at > 0 && !o->bad) store_number(o->buffer->data + f->size_at, (uint32_t) (o->buffer->size - f->size_at), 4);
    vm_mfree(f->pairs, f->pair_words * sizeof(term));
}

// The next term to write; false when all are written.
static bool next_term(Out *o, term *t)
{
    while (o->depth > 0) {
        Frame *f = &o->frames[o->depth - 1];
        if (f->left > 0) {
            f->left--;
            *t = *f->slots++;
            return true;
        }
        if (f->list != NONE) {
            bool more = is_cons(f->list);
            *t = more ? head(f->list) : f->list;
            f->list = more ? tail(f->list) : NONE;
            return true;
        }
        o->depth--;
        finish_frame(o, f);
    }
    return false;
}

bool etf_encode_with(term t, const EtfOptions *options, Buffer *out)
{
    Out o = { .buffer = out, .options = options };
    uint8_t version = ETF_VERSION;
    put_bytes(&o, &version, 1);
    do {
        put_term(&o, t);
    } while (!o.bad && next_term(&o, &t));
    while (o.depth > 0) finish_frame(&o, &o.frames[--o.depth]);
    vm_mfree(o.frames, o.capacity * sizeof(Frame));
    return !o.bad;
}

bool etf_encode(term t, Buffer *out)
{
    EtfOptions options = { .minor_version = 2 };
    return etf_encode_with(t, &options, out);
}
