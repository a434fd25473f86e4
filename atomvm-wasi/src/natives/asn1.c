// ASN.1's Basic Encoding Rules, natives of OTP's asn1rt_nif: {Tag, Value} from and to bytes. Tag is class << 16 | number,
// Value the bytes of a primitive encoding or the list of what a constructed one holds. Neither way recurses.
#include "../bits.h"
#include "../term_stack.h"

enum {
    CONSTRUCTED = 0x20,
    LONG_TAG = 31,          // the number follows
    MORE = 0x80,            // in a byte of a long number: another follows; in a length: so many bytes of it follow
    CLASS_SHIFT = 10,       // from the first byte's class bits to those of a tag
    TAG_NUMBER_MASK = 0xFFFF,
};

// ---- decoding ----

typedef struct Ber {
    const uint8_t *bytes;
    size_t at;
    enum atom_term problem; // 0: none
    size_t problem_at;
} Ber;

// A constructed value that is being read. A stack of them is [items before][end][tag]: see open_level.
typedef struct Level {
    size_t first; // of its items
    size_t end;   // where it ends, or must have ended by when its end is marked
    term tag;
    bool indefinite;
} Level;

typedef struct Header {
    term tag;
    size_t length;
    bool constructed, indefinite;
} Header;

static bool problem(Ber *b, enum atom_term what, size_t at)
{
    b->problem = what;
    b->problem_at = at;
    return false;
}

static bool read_tag(Ber *b, size_t end, Header *h)
{
    size_t at = b->at;
    uint8_t first = b->bytes[at];
    uint32_t class = (uint32_t) (first & 0xC0) << CLASS_SHIFT, tag = first & LONG_TAG;
    h->constructed = first & CONSTRUCTED;
    b->at = at + 1;
    if (tag == LONG_TAG) {
        if (end - at < 3) return problem(b, ATOM_invalid_value, at);
        tag = b->bytes[b->at++];
        if (tag & MORE) {
            uint8_t last = b->bytes[b->at];
            if (last & MORE) return problem(b, ATOM_invalid_tag, b->at);
            tag = (tag & ~(uint32_t) MORE) << 7 | last;
            if (++b->at == end) return problem(b, ATOM_invalid_tag, b->at);
        }
    }
    h->tag = make_small((sterm) (class | tag));
    return true;
}

static bool read_length(Ber *b, size_t end, Header *h)
{
    size_t at = b->at++, count = b->bytes[at];
    h->indefinite = count == MORE;
    h->length = 0;
    if (h->indefinite) return h->constructed || problem(b, ATOM_invalid_length, at + 1);
    if (count < MORE) {
        h->length = count;
    } else {
        count -= MORE;
        if (count > end - b->at) return problem(b, ATOM_invalid_length, at);
        for (; count > 0; count--) {
            uint8_t byte = b->bytes[b->at++];
            if (h->length <= end) h->length = h->length << 8 | byte; // beyond that it is too long already
        }
    }
    return h->length <= end - b->at || problem(b, ATOM_invalid_value, b->at - 1);
}

static bool read_header(Ber *b, size_t end, bool indefinite, Header *h)
{
    if (end - b->at < 2) return problem(b, indefinite ? ATOM_invalid_length : ATOM_invalid_value, b->at);
    return read_tag(b, end, h) && read_length(b, end, h);
}

typedef struct Levels {
    Level *items;
    size_t count, capacity;
} Levels;

static bool open_level(Levels *l, Level level)
{
    if (l->count == l->capacity) {
        size_t old = l->capacity * sizeof(Level), capacity = l->capacity ? l->capacity * 2 : 16;
        Level *grown = old ? vm_realloc(l->items, old, capacity * sizeof(Level)) : vm_malloc(capacity * sizeof(Level));
        if (!grown) return false;
        l->items = grown;
        l->capacity = capacity;
    }
    l->items[l->count++] = level;
    return true;
}

static bool is_over(const Ber *b, const Level *l)
{
    if (!l->indefinite) return b->at == l->end;
    return l->end - b->at >= 2 && b->bytes[b->at] == 0 && b->bytes[b->at + 1] == 0;
}

// The innermost value is whole: its pair takes the place of its items.
static bool close_level(Process *p, Ber *b, Levels *levels, TermStack *items)
{
    Level l = levels->items[--levels->count];
    if (l.indefinite) b->at += 2;
    term list = make_list_of(p, term_stack_items(items) + l.first, items->size - l.first, NIL);
    items->size = l.first;
    return term_stack_push(items, make_tuple2(p, l.tag, list));
}

// One value into items[0]. False: damage, or no memory when there is no problem.
static bool read_value(Process *p, Ber *b, const Bits *whole, Levels *levels, TermStack *items)
{
    size_t size = whole->bit_size / 8;
    do {
        const Level *in = levels->count ? &levels->items[levels->count - 1] : NULL;
        size_t end = in ? in->end : size;
        Header h;
        if (in && is_over(b, in)) {
            if (!close_level(p, b, levels, items)) return false;
            continue;
        }
        if (!read_header(b, end, in && in->indefinite, &h)) return false;
        if (h.constructed) {
            Level l = { items->size, h.indefinite ? end : b->at + h.length, h.tag, h.indefinite };
            if (!open_level(levels, l)) return false;
        } else {
            term bytes = bits_slice(p, whole, 8 * b->at, 8 * h.length);
            b->at += h.length;
            if (!term_stack_push(items, make_tuple2(p, h.tag, bytes))) return false;
        }
    } while (levels->count > 0);
    return true;
}

// {{Tag, Value}, Rest} or {error, {Problem, At}}
term asn1rt_nif_decode_ber_tlv_raw_1(Process *p, term *a)
{
    const uint8_t *bytes;
    size_t size;
    uint8_t *scratch;
    Bits whole;
    if (!binary_bytes(a[0], &bytes, &size, &scratch) || !bits_of(a[0], &whole)) return raise_badarg(p);
    Ber b = { .bytes = bytes };
    Levels levels = { 0 };
    TermStack items;
    term_stack_init(&items);
    bool ok = read_value(p, &b, &whole, &levels, &items);
    term result = ok ? make_tuple2(p, term_stack_items(&items)[0], bits_slice(p, &whole, 8 * b.at, 8 * (size - b.at))) : NONE;
    if (levels.items) vm_mfree(levels.items, levels.capacity * sizeof(Level));
    term_stack_free(&items);
    if (scratch) vm_mfree(scratch, size);
    p->reductions -= (sterm) (b.at / 16);
    if (ok) return result;
    if (!b.problem) return raise_system_limit(p);
    return make_tuple2(p, ATOM_error, make_tuple2(p, b.problem, make_small((sterm) b.problem_at)));
}

// ---- encoding: from the last byte to the first, so that every length is known when it is written ----

enum { MARK_CLOSE = 0x10 }; // on the stack over [offset of the value's end][tag]

typedef struct Backward {
    uint8_t *data;
    size_t used, capacity; // the last `used` bytes of data are written
} Backward;

static bool put_front(Backward *o, const uint8_t *bytes, size_t size)
{
    if (o->capacity - o->used < size) {
        size_t capacity = 2 * o->capacity + size + 256;
        uint8_t *grown = vm_malloc(capacity);
        if (!grown) return false;
        if (o->used) memcpy(grown + capacity - o->used, o->data + o->capacity - o->used, o->used);
        if (o->data) vm_mfree(o->data, o->capacity);
        o->data = grown;
        o->capacity = capacity;
    }
    o->used += size;
    if (size > 0) memcpy(o->data + o->capacity - o->used, bytes, size);
    return true;
}

// Tag and length in front of a value.
static bool put_header(Backward *o, uint32_t tag, bool constructed, size_t length)
{
    uint8_t bytes[16];
    size_t at = sizeof bytes, length_bytes = 0;
    if (length < MORE) {
        bytes[--at] = (uint8_t) length;
    } else {
        for (; length > 0; length >>= 8, length_bytes++) bytes[--at] = (uint8_t) length;
        bytes[--at] = (uint8_t) (MORE | length_bytes);
    }
    uint8_t first = (uint8_t) ((tag >> CLASS_SHIFT & 0xC0) | (constructed ? CONSTRUCTED : 0));
    uint32_t number = tag & TAG_NUMBER_MASK;
    if (number < LONG_TAG) {
        bytes[--at] = first | (uint8_t) number;
    } else {
        bytes[--at] = number & 0x7F;
        while (number >>= 7) bytes[--at] = (uint8_t) (MORE | (number & 0x7F));
        bytes[--at] = first | LONG_TAG;
    }
    return put_front(o, bytes + at, sizeof bytes - at);
}

static bool put_primitive(Backward *o, uint32_t tag, term value)
{
    const uint8_t *bytes;
    size_t size;
    uint8_t *scratch;
    if (!binary_bytes(value, &bytes, &size, &scratch)) return false;
    bool ok = put_front(o, bytes, size) && put_header(o, tag, false, size);
    if (scratch) vm_mfree(scratch, size);
    return ok;
}

static bool push_items(TermStack *todo, term list)
{
    for (; is_cons(list); list = tail(list))
        if (!term_stack_push(todo, head(list))) return false;
    return is_nil(list);
}

// {Tag, Value}, whose bytes end where the output now begins.
static bool put_pair(Backward *o, TermStack *todo, term pair)
{
    uint64_t tag;
    if (!is_tuple(pair) || tuple_arity(pair) != 2 || !is_integer(tuple_at(pair, 0))) return false;
    if (!integer_to_uint64(tuple_at(pair, 0), &tag) || tag > UINT32_MAX) return false;
    if (!is_list(tuple_at(pair, 1))) return put_primitive(o, (uint32_t) tag, tuple_at(pair, 1));
    return term_stack_push(todo, make_small((sterm) o->used)) && term_stack_push(todo, tuple_at(pair, 0))
        && term_stack_push(todo, MARK_CLOSE) && push_items(todo, tuple_at(pair, 1));
}

static bool close_pair(Backward *o, TermStack *todo)
{
    uint64_t tag = 0;
    integer_to_uint64(term_stack_pop(todo), &tag);
    size_t end = (size_t) small_value(term_stack_pop(todo));
    return put_header(o, (uint32_t) tag, true, o->used - end);
}

// The bytes, or {error, -1} for what is no such pair.
term asn1rt_nif_encode_ber_tlv_1(Process *p, term *a)
{
    Backward o = { 0 };
    TermStack todo;
    term_stack_init(&todo);
    bool ok = term_stack_push(&todo, a[0]);
    while (ok && todo.size > 0) {
        term t = term_stack_pop(&todo);
        ok = t == MARK_CLOSE ? close_pair(&o, &todo) : put_pair(&o, &todo, t);
    }
    term result = ok ? make_binary(p, o.data + o.capacity - o.used, o.used, NULL) : make_tuple2(p, ATOM_error, make_small(-1));
    p->reductions -= (sterm) (o.used / 16);
    term_stack_free(&todo);
    if (o.data) vm_mfree(o.data, o.capacity);
    return result;
}
