// LZMA, after the public specification of its format (LZMA SDK, lzma-specification.txt): a range coder over bits, whose
// probabilities depend on what the bit says: literal or match, length, distance.
#include "lzma.h"

enum { BITS = 11, MOVE = 5, LITERAL_BITS = 2 };
enum { TOP = 1 << 24 };
enum { FIRST_MATCH_STATE = 7, SHORTEST = 2, ALIGN_BITS = 4, FIRST_ALIGNED_SLOT = 14 };

static inline uint8_t next_byte(Lzma *s)
{
    if (s->in < s->in_end) return *s->in++;
    s->bad = true;
    return 0;
}

void lzma_start(Lzma *s, const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size)
{
    *s = (Lzma) { .in = in, .in_end = in + in_size, .start = out, .out = out, .end = out + out_size, .range = UINT32_MAX };
    Probability *model = (Probability *) &s->model;
    for (size_t i = 0; i < sizeof s->model / sizeof *model; i++) model[i] = 1 << (BITS - 1);
    for (int i = 0; i < 5; i++) s->code = s->code << 8 | next_byte(s); // the first is 0
}

// `count` bits, the highest first; each has a probability of its own for what came before: p[1], p[2..3], p[4..7], …
static __attribute__((noinline)) uint32_t tree(Lzma *s, Probability *p, int count)
{
    uint32_t m = 1, range = s->range, code = s->code;
    for (int i = count; i-- > 0;) {
        Probability *at = p + m;
        uint32_t bound = (range >> BITS) * *at;
        if (code < bound) {
            range = bound;
            *at = (Probability) (*at + (((1 << BITS) - *at) >> MOVE));
            m <<= 1;
        } else {
            range -= bound;
            code -= bound;
            *at = (Probability) (*at - (*at >> MOVE));
            m = m << 1 | 1;
        }
        if (range < TOP) {
            range <<= 8;
            code = code << 8 | next_byte(s);
        }
    }
    s->range = range;
    s->code = code;
    return m - (1u << count);
}

static uint32_t bit(Lzma *s, Probability *p) { return tree(s, p - 1, 1); }

static uint32_t reverse_tree(Lzma *s, Probability *p, int count)
{
    uint32_t m = 1, value = 0;
    for (int i = 0; i < count; i++) {
        uint32_t b = bit(s, p + m);
        m = m << 1 | b;
        value |= b << i;
    }
    return value;
}

// Bits that are as likely as not, the highest first.
static uint32_t even_bits(Lzma *s, int count)
{
    uint32_t value = 0;
    while (count-- > 0) {
        s->range >>= 1;
        uint32_t b = s->code >= s->range;
        if (b) s->code -= s->range;
        value = value << 1 | b;
        if (s->range < TOP) {
            s->range <<= 8;
            s->code = s->code << 8 | next_byte(s);
        }
    }
    return value;
}

static uint32_t length(Lzma *s, LzmaLength *l)
{
    if (!bit(s, &l->choice)) return tree(s, l->low, 3);
    if (!bit(s, &l->choice2)) return 8 + tree(s, l->middle, 3);
    return 16 + tree(s, l->high, 8);
}

static uint32_t distance(Lzma *s, uint32_t length)
{
    uint32_t slot = tree(s, s->model.slot[length < 3 ? length : 3], 6);
    if (slot < 4) return slot;
    int bits = (int) (slot >> 1) - 1;
    uint32_t base = (2 | (slot & 1)) << bits;
    if (slot < FIRST_ALIGNED_SLOT) return base + reverse_tree(s, s->model.near_distance + base - slot, bits);
    uint32_t high = even_bits(s, bits - ALIGN_BITS);
    return base + (high << ALIGN_BITS) + reverse_tree(s, s->model.align, ALIGN_BITS);
}

// After a match it is likely that the next byte is another than what follows in the match: bits of that are a context.
static void literal(Lzma *s)
{
    Probability *model = s->model.literal[s->out > s->start ? s->out[-1] >> (8 - LITERAL_BITS) : 0];
    if (s->state < FIRST_MATCH_STATE) {
        *s->out++ = (uint8_t) tree(s, model, 8);
    } else {
        uint32_t expected = s->out[-(ptrdiff_t) s->distances[0] - 1], m = 1;
        bool as_expected = true;
        while (m < 0x100) {
            uint32_t b = expected >> 7 & 1;
            uint32_t got = bit(s, model + (as_expected ? (1 + b) << 8 : 0) + m);
            expected <<= 1;
            as_expected = as_expected && got == b;
            m = m << 1 | got;
        }
        *s->out++ = (uint8_t) m;
    }
    s->state = s->state < 4 ? 0 : s->state < 10 ? s->state - 3 : s->state - 6;
}

static void set_distance(Lzma *s, int older, uint32_t value)
{
    for (int i = older; i > 0; i--) s->distances[i] = s->distances[i - 1];
    s->distances[0] = value;
}

// How many bytes to copy from the latest distance.
static uint32_t match(Lzma *s)
{
    bool after_literal = s->state < FIRST_MATCH_STATE;
    if (!bit(s, &s->model.is_repeated[s->state])) {
        uint32_t n = length(s, &s->model.length);
        s->state = after_literal ? 7 : 10;
        set_distance(s, 3, distance(s, n));
        return n + SHORTEST;
    }
    if (bit(s, &s->model.is_older[s->state])) {
        int older = !bit(s, &s->model.is_third[s->state]) ? 1 : !bit(s, &s->model.is_fourth[s->state]) ? 2 : 3;
        set_distance(s, older, s->distances[older]);
    } else if (!bit(s, &s->model.is_long[s->state])) {
        s->state = after_literal ? 9 : 11;
        return 1;
    }
    s->state = after_literal ? 8 : 11;
    return length(s, &s->model.repeated_length) + SHORTEST;
}

bool lzma_decode(Lzma *s, size_t until)
{
    while ((size_t) (s->out - s->start) < until && !s->bad) {
        if (!bit(s, &s->model.is_match[s->state])) {
            literal(s);
            continue;
        }
        uint32_t count = match(s);
        if (s->distances[0] >= (size_t) (s->out - s->start) || count > (size_t) (s->end - s->out)) {
            s->bad = true;
            break;
        }
        const uint8_t *from = s->out - s->distances[0] - 1;
        while (count-- > 0) *s->out++ = *from++;
    }
    return !s->bad;
}
