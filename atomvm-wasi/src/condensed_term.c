// Condensed literals: the external term, written from the form that compresses better. Layout: condensed_term.py.
#include "codec.h"
#include "etf.h"

enum { VERSION = 130, MAX_CONTEXTS = 32, MAX_DEPTH = 16, ROW_MAX = 8 };
enum { ELEMENT = 256, KEY, VALUE };
// A number of one byte becomes an INTEGER of five, beside the tag in the structure.
enum { MAX_GROWTH = 8 };

// A place within the term. Most hold no numbers themselves: `number` is UINT32_MAX until one appears.
typedef struct Place {
    uint32_t parent, slot, number;
} Place;

enum { MAX_PLACES = 256 };

typedef struct Restorer {
    Reader structure, numbers[MAX_CONTEXTS];
    uint32_t latest[MAX_CONTEXTS];
    uint32_t context_count, contexts_used, place_count;
    Place places[MAX_PLACES]; // the first is the term itself
    uint8_t *out, *end;
    bool bad;
} Restorer;

static void put(Restorer *s, uint8_t byte)
{
    if (s->out < s->end) *s->out++ = byte;
    else s->bad = true;
}

static uint32_t copy_count(Restorer *s, int bytes)
{
    uint32_t n = 0;
    while (bytes-- > 0) {
        uint8_t byte = read_u8(&s->structure);
        put(s, byte);
        n = n << 8 | byte;
    }
    return n;
}

static void copy_bytes(Restorer *s, uint32_t size)
{
    if (size > (size_t) (s->structure.end - s->structure.at) || size > (size_t) (s->end - s->out)) {
        s->bad = true;
        return;
    }
    memcpy(s->out, s->structure.at, size);
    s->structure.at += size;
    s->out += size;
}

static uint32_t place_of(Restorer *s, uint32_t parent, uint32_t slot)
{
    for (uint32_t i = parent + 1; i < s->place_count; i++)
        if (s->places[i].parent == parent && s->places[i].slot == slot) return i;
    if (s->place_count == MAX_PLACES) return s->bad = true, 0;
    s->places[s->place_count] = (Place) { parent, slot, UINT32_MAX };
    return s->place_count++;
}

static void number(Restorer *s, Place *place)
{
    if (place->number == UINT32_MAX) place->number = s->contexts_used++;
    if (place->number >= s->context_count) {
        s->bad = true;
        return;
    }
    uint32_t distance = read_leb128(&s->numbers[place->number]);
    uint32_t n = s->latest[place->number] += distance & 1 ? ~(distance >> 1) : distance >> 1;
    put(s, n <= 0xff ? ETF_SMALL_INTEGER : ETF_INTEGER);
    if (n > 0xff)
        for (int shift = 24; shift > 0; shift -= 8) put(s, (uint8_t) (n >> shift));
    put(s, (uint8_t) n);
}

static void term_at(Restorer *s, uint32_t place, int depth);

static void parts(Restorer *s, uint32_t count, uint32_t place, uint32_t slot, int depth)
{
    for (uint32_t i = 0; i < count && !s->bad && !s->structure.bad; i++)
        term_at(s, place_of(s, place, slot == UINT32_MAX ? i : slot), depth + 1);
}

static void term_at(Restorer *s, uint32_t place, int depth)
{
    uint8_t tag = read_u8(&s->structure);
    uint32_t count;
    if (depth > MAX_DEPTH) s->bad = true;
    if (s->bad || s->structure.bad) return;
    if (tag == ETF_SMALL_INTEGER) {
        number(s, &s->places[place]);
        return;
    }
    put(s, tag);
    switch (tag) {
    case ETF_SMALL_TUPLE:
    case ETF_LARGE_TUPLE:
        count = copy_count(s, tag == ETF_LARGE_TUPLE ? 4 : 1);
        parts(s, count, place, count <= ROW_MAX ? UINT32_MAX : ELEMENT, depth);
        break;
    case ETF_LIST:
        count = copy_count(s, 4);
        parts(s, count, place, ELEMENT, depth);
        parts(s, 1, place, ELEMENT, depth);
        break;
    case ETF_MAP:
        for (count = copy_count(s, 4); count > 0 && !s->bad && !s->structure.bad; count--) {
            parts(s, 1, place, KEY, depth);
            parts(s, 1, place, VALUE, depth);
        }
        break;
    case ETF_NIL: break;
    case ETF_SMALL_ATOM_UTF8: copy_bytes(s, copy_count(s, 1)); break;
    case ETF_STRING:
    case ETF_ATOM_UTF8: copy_bytes(s, copy_count(s, 2)); break;
    case ETF_BINARY: copy_bytes(s, copy_count(s, 4)); break;
    default: s->bad = true;
    }
}

static bool restore(Restorer *s)
{
    put(s, ETF_VERSION);
    term_at(s, 0, 0);
    for (uint32_t i = 0; i < s->context_count; i++) s->bad |= s->numbers[i].bad;
    return !s->bad && !s->structure.bad && s->out == s->end;
}

bool term_is_condensed(const uint8_t *bytes, size_t size) { return size > 0 && bytes[0] == VERSION; }

bool term_restore(const uint8_t *bytes, size_t size, Slice *external)
{
    Reader r = { bytes + 1, bytes + size, false };
    size_t whole = read_leb128(&r), sum = 0, sizes[MAX_CONTEXTS];
    Restorer *s = vm_malloc(sizeof *s);
    if (!s) return false;
    *s = (Restorer) { .context_count = read_leb128(&r), .place_count = 1 };
    s->places[0].number = UINT32_MAX;
    bool good = s->context_count <= MAX_CONTEXTS && whole <= size * MAX_GROWTH;
    for (uint32_t i = 0; good && i < s->context_count; i++) sum += sizes[i] = read_leb128(&r);
    good = good && !r.bad && sum <= (size_t) (r.end - r.at);
    uint8_t *out = good ? vm_malloc(whole) : NULL;
    if (out) {
        s->structure = (Reader) { r.at, r.end - sum, false };
        const uint8_t *at = r.end - sum;
        for (uint32_t i = 0; i < s->context_count; at += sizes[i++]) s->numbers[i] = (Reader) { at, at + sizes[i], false };
        s->out = out;
        s->end = out + whole;
        *external = (Slice) { out, whole };
    }
    good = out && restore(s);
    if (out && !good) vm_mfree(out, whole);
    vm_mfree(s, sizeof *s);
    return good;
}
