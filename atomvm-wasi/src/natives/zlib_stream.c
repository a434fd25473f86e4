// Frames around deflate data, in both directions. See zlib.h.
#include "zlib.h"

#include "../digest.h"

enum { METHOD_DEFLATE = 8, GZIP_ID1 = 0x1F, GZIP_ID2 = 0x8B, OS_UNIX = 3 };
enum { INPUT_STEP = 1 << 15 };

// ---- queues ----

bool queue_add(Queue *q, const void *bytes, size_t size)
{
    if (q->at > 0 && queue_size(q) == 0) q->buffer.size = q->at = 0;
    return buffer_append(&q->buffer, bytes, size);
}

// What is gone is given up once it is more than what is left: each byte is moved at most once for each that came.
void queue_drop(Queue *q, size_t size)
{
    q->at += size;
    if (q->at <= q->buffer.size / 2) return;
    q->buffer.size -= q->at;
    memmove(q->buffer.data, q->buffer.data + q->at, q->buffer.size);
    q->at = 0;
}

void queue_free(Queue *q)
{
    buffer_free(&q->buffer);
    *q = (Queue) { .at = 0 };
}

// ---- both directions ----

void stream_start(Stream *s, enum frame frame)
{
    s->frame = frame;
    s->checksum = frame == FRAME_ZLIB;
    s->plain_size = 0;
}

void stream_checksum(Stream *s, const uint8_t *plain, size_t size)
{
    s->plain_size += (uint32_t) size;
    if (s->frame == FRAME_ZLIB) s->checksum = zig_adler32(s->checksum, plain, size);
    else if (s->frame == FRAME_GZIP) s->checksum = zig_crc32(s->checksum, plain, size);
}

// ---- compressing ----

static bool emit(Stream *s, const uint8_t *bytes, size_t size)
{
    if (!queue_add(&s->output, bytes, size)) s->no_memory = true;
    return !s->no_memory;
}

static void big_endian(uint8_t out[4], uint32_t n)
{
    for (int i = 0; i < 4; i++) out[i] = (uint8_t) (n >> (24 - 8 * i));
}

static void little_endian(uint8_t out[4], uint32_t n)
{
    for (int i = 0; i < 4; i++) out[i] = (uint8_t) (n >> (8 * i));
}

// zlib's own compressor matches over the whole window, whatever its size in the head.
static enum deflate_kind kind_of(int level, int strategy, int window_bits)
{
    if (level == LEVEL_NONE) return DEFLATE_STORE;
    return strategy == STRATEGY_HUFFMAN_ONLY || window_bits < 15 ? DEFLATE_HUFFMAN : DEFLATE_LZ77;
}

// A context of what the parameters ask for, in place of the one that is there.
static bool renew(Deflate *d)
{
    enum deflate_kind kind = kind_of(d->level, d->strategy, d->window_bits);
    if (!d->context || kind != d->kind) {
        void *context = vm_malloc(zig_deflate_size((uint8_t) kind));
        if (!context) return false;
        vm_mfree(d->context, d->context ? zig_deflate_size((uint8_t) d->kind) : 0);
        d->context = context;
        d->kind = kind;
    }
    zig_deflate_init((uint8_t) d->kind, d->context, (uint8_t) d->level, &d->stream);
    return true;
}

bool deflate_restart(Deflate *d, bool with_input)
{
    if (with_input) queue_free(&d->stream.input), queue_free(&d->stream.output);
    stream_start(&d->stream, d->stream.frame);
    d->has_dictionary = d->begun = d->unflushed = d->finished = false;
    d->last_flush = -1;
    return renew(d);
}

bool deflate_start(Deflate *d, enum frame frame, int level, int strategy, int window_bits)
{
    *d = (Deflate) { .level = level < 0 ? LEVEL_DEFAULT : level, .strategy = strategy, .window_bits = window_bits };
    d->stream.frame = frame;
    return deflate_restart(d, false);
}

void deflate_end(Deflate *d)
{
    vm_mfree(d->context, d->context ? zig_deflate_size((uint8_t) d->kind) : 0);
    queue_free(&d->stream.input);
    queue_free(&d->stream.output);
    d->context = NULL;
}

bool deflate_dictionary_allowed(const Deflate *d)
{
    if (d->stream.frame == FRAME_RAW) return !d->unflushed && queue_size(&d->stream.input) == 0;
    return d->stream.frame == FRAME_ZLIB && !d->begun && queue_size(&d->stream.input) == 0;
}

bool deflate_dictionary(Deflate *d, const uint8_t *bytes, size_t size)
{
    d->has_dictionary = d->stream.frame == FRAME_ZLIB;
    d->dictionary = zig_adler32(d->has_dictionary, bytes, size); // without a frame, zlib starts the sum at 0
    zig_deflate_dictionary((uint8_t) d->kind, d->context, bytes, size, &d->stream);
    return !d->stream.no_memory;
}

bool deflate_parameters(Deflate *d, int level, int strategy)
{
    int old_level = d->level, old_strategy = d->strategy;
    d->level = level < 0 ? LEVEL_DEFAULT : level;
    d->strategy = strategy;
    if (kind_of(d->level, strategy, d->window_bits) == d->kind) {
        zig_deflate_level((uint8_t) d->kind, d->context, (uint8_t) d->level);
        return true;
    }
    if (renew(d)) return true;
    d->level = old_level;
    d->strategy = old_strategy;
    return false;
}

// RFC 1950, 2.2. The level of compression is written as zlib writes it.
static bool zlib_head(Deflate *d)
{
    int level = d->strategy >= STRATEGY_HUFFMAN_ONLY || d->level < 2 ? 0 : d->level < 6 ? 1 : d->level == 6 ? 2 : 3;
    unsigned bits = d->window_bits < 9 ? 9 : (unsigned) d->window_bits;
    unsigned head = ((bits - 8) << 4 | METHOD_DEFLATE) << 8 | (unsigned) level << 6 | (d->has_dictionary ? 0x20 : 0);
    head += 31 - head % 31;
    uint8_t bytes[6] = { (uint8_t) (head >> 8), (uint8_t) head };
    big_endian(bytes + 2, d->dictionary);
    return emit(&d->stream, bytes, d->has_dictionary ? 6 : 2);
}

// RFC 1952, 2.3: no name, no time.
static bool gzip_head(Deflate *d)
{
    uint8_t speed = d->level == LEVEL_MAX ? 2 : d->strategy >= STRATEGY_HUFFMAN_ONLY || d->level < 2 ? 4 : 0;
    uint8_t bytes[10] = { GZIP_ID1, GZIP_ID2, METHOD_DEFLATE, 0, 0, 0, 0, 0, speed, OS_UNIX };
    return emit(&d->stream, bytes, sizeof bytes);
}

static bool head_written(Deflate *d)
{
    if (d->begun) return true;
    d->begun = true;
    return d->stream.frame == FRAME_ZLIB ? zlib_head(d) : d->stream.frame == FRAME_GZIP ? gzip_head(d) : true;
}

static bool finish(Deflate *d)
{
    uint8_t bytes[8];
    d->finished = true;
    if (!zig_deflate_finish((uint8_t) d->kind, d->context)) return false;
    if (d->stream.frame == FRAME_ZLIB) big_endian(bytes, d->stream.checksum);
    if (d->stream.frame == FRAME_GZIP) little_endian(bytes, d->stream.checksum), little_endian(bytes + 4, d->stream.plain_size);
    size_t size = d->stream.frame == FRAME_ZLIB ? 4 : d->stream.frame == FRAME_GZIP ? 8 : 0;
    return emit(&d->stream, bytes, size);
}

// A flush that is not stronger than the one before it, with nothing in between, does nothing.
static bool flush_output(Deflate *d, int flush)
{
    bool idle = !d->unflushed && flush <= d->last_flush;
    d->last_flush = flush;
    if (d->finished || flush == FLUSH_NONE) return true;
    if (flush == FLUSH_FINISH) return finish(d);
    if (idle) return true;
    d->unflushed = false;
    if (!zig_deflate_flush((uint8_t) d->kind, d->context)) return false;
    if (flush == FLUSH_FULL) zig_deflate_init((uint8_t) d->kind, d->context, (uint8_t) d->level, &d->stream); // nothing before it is referred to
    return true;
}

bool deflate_run(Deflate *d, int flush, size_t room)
{
    Queue *input = &d->stream.input;
    d->stream.no_memory = false;
    if (!head_written(d)) return false;
    while (queue_size(input) > 0 && queue_size(&d->stream.output) < room) {
        size_t size = queue_size(input) < INPUT_STEP ? queue_size(input) : INPUT_STEP;
        if (!zig_deflate_write((uint8_t) d->kind, d->context, queue_bytes(input), size)) return false;
        stream_checksum(&d->stream, queue_bytes(input), size);
        d->unflushed = true;
        queue_drop(input, size);
    }
    return queue_size(input) > 0 || flush_output(d, flush);
}

// ---- decompressing ----

bool inflate_start(Inflate *i, enum frame frame, int window_bits, enum end_behaviour at_end)
{
    *i = (Inflate) { .wanted = frame, .window_bits = window_bits, .at_end = at_end, .context = vm_malloc(zig_inflate_size()) };
    if (i->context) inflate_restart(i);
    return i->context != NULL;
}

void inflate_restart(Inflate *i)
{
    stream_start(&i->stream, i->wanted);
    zig_inflate_init(i->context);
    i->phase = i->wanted == FRAME_RAW ? PHASE_BODY : PHASE_HEAD;
    i->step = i->flags = 0;
    i->value = i->head_crc = 0;
    i->skip = 0;
    i->end_seen = false;
}

void inflate_end(Inflate *i)
{
    vm_mfree(i->context, i->context ? zig_inflate_size() : 0);
    queue_free(&i->stream.input);
    queue_free(&i->stream.output);
    i->context = NULL;
}

bool inflate_dictionary(Inflate *i, const uint8_t *bytes, size_t size)
{
    if (i->phase == PHASE_NEED_DICTIONARY && zig_adler32(1, bytes, size) != i->dictionary) return false;
    zig_inflate_dictionary(i->context, bytes, size);
    if (i->phase == PHASE_NEED_DICTIONARY) i->phase = PHASE_BODY;
    return true;
}

static void next_phase(Inflate *i, enum phase phase)
{
    i->phase = phase;
    i->step = 0;
    i->value = 0;
}

static void begin_body(Inflate *i, enum frame frame)
{
    stream_start(&i->stream, frame);
    next_phase(i, PHASE_BODY);
}

// Steps of a gzip head (RFC 1952, 2.3): its first bytes by number, then its optional parts.
enum { GZIP_FLAGS = 3, GZIP_FIXED = 10, GZIP_EXTRA_SIZE = 10, GZIP_EXTRA = 12, GZIP_NAME, GZIP_COMMENT, GZIP_CRC, GZIP_CRC_HIGH, GZIP_DONE };
enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xE0 };

// Leaves out the parts that the flags do not announce.
static void gzip_skip_absent(Inflate *i)
{
    if (i->step == GZIP_EXTRA_SIZE && !(i->flags & FLAG_EXTRA)) i->step = GZIP_NAME;
    if (i->step == GZIP_EXTRA && i->skip == 0) i->step = GZIP_NAME;
    if (i->step == GZIP_NAME && !(i->flags & FLAG_NAME)) i->step = GZIP_COMMENT;
    if (i->step == GZIP_COMMENT && !(i->flags & FLAG_COMMENT)) i->step = GZIP_CRC;
    if (i->step == GZIP_CRC && !(i->flags & FLAG_HCRC)) i->step = GZIP_DONE;
}

static bool gzip_fixed(Inflate *i, uint8_t byte)
{
    static const uint8_t expected[] = { GZIP_ID1, GZIP_ID2, METHOD_DEFLATE };
    if (i->step < sizeof expected && byte != expected[i->step]) return false;
    if (i->step == GZIP_FLAGS) i->flags = byte;
    i->step++;
    return !(i->flags & FLAGS_RESERVED);
}

static bool gzip_optional(Inflate *i, uint8_t byte)
{
    switch (i->step) {
    case GZIP_EXTRA_SIZE: i->skip = byte; i->step++; return true;
    case GZIP_EXTRA_SIZE + 1: i->skip |= (uint16_t) (byte << 8); i->step++; return true;
    case GZIP_EXTRA: i->skip--; return true; // gzip_skip_absent goes on at 0
    case GZIP_NAME: case GZIP_COMMENT: i->step += byte == 0; return true;
    case GZIP_CRC: i->value = i->head_crc & 0xFFFF; i->step++; return byte == (uint8_t) i->value;
    default: i->step++; return byte == (uint8_t) (i->value >> 8);
    }
}

static bool gzip_head_byte(Inflate *i, uint8_t byte)
{
    if (!(i->step < GZIP_FIXED ? gzip_fixed : gzip_optional)(i, byte)) return false;
    if (i->step <= GZIP_CRC) i->head_crc = zig_crc32(i->head_crc, &byte, 1);
    if (i->step >= GZIP_FIXED) gzip_skip_absent(i);
    if (i->step == GZIP_DONE) begin_body(i, FRAME_GZIP);
    return true;
}

// CMF, FLG, and the four bytes of a dictionary's checksum
static bool zlib_head_byte(Inflate *i, uint8_t byte)
{
    i->value = i->value << 8 | byte;
    if (++i->step == 2) {
        if (i->value % 31 != 0 || (i->value >> 8 & 15) != METHOD_DEFLATE) return false;
        if (i->window_bits > 0 && (int) (i->value >> 12) + 8 > i->window_bits) return false;
        i->flags = i->value & 0x20;
        if (!i->flags) begin_body(i, FRAME_ZLIB);
    } else if (i->step == 6) {
        i->dictionary = i->value;
        begin_body(i, FRAME_ZLIB);
        i->phase = PHASE_NEED_DICTIONARY;
    }
    return true;
}

static bool head_byte(Inflate *i, uint8_t byte)
{
    if (i->stream.frame == FRAME_ZLIB_OR_GZIP) i->stream.frame = byte == GZIP_ID1 ? FRAME_GZIP : FRAME_ZLIB;
    return (i->stream.frame == FRAME_GZIP ? gzip_head_byte : zlib_head_byte)(i, byte);
}

// The checksum, most significant byte first, or for gzip least significant first and then the size like that.
static bool tail_byte(Inflate *i, uint8_t byte)
{
    bool gzip = i->stream.frame == FRAME_GZIP;
    uint32_t expected = i->step < 4 ? i->stream.checksum : i->stream.plain_size;
    unsigned at = i->step++ % 4;
    if (byte != (uint8_t) (expected >> 8 * (gzip ? at : 3 - at))) return false;
    if (i->step == (gzip ? 8 : 4)) next_phase(i, PHASE_END);
    return true;
}

static bool frame_bytes(Inflate *i, bool (*take)(Inflate *, uint8_t))
{
    enum phase phase = i->phase;
    while (i->phase == phase && queue_size(&i->stream.input) > 0) {
        uint8_t byte = *queue_bytes(&i->stream.input);
        queue_drop(&i->stream.input, 1);
        if (!take(i, byte)) i->phase = PHASE_DAMAGED;
    }
    return i->phase != phase;
}

// Whether there is reason to go on.
static bool body_step(Inflate *i)
{
    Stream *s = &i->stream;
    size_t used, before = queue_size(&s->output);
    int status = zig_inflate_step(i->context, queue_bytes(&s->input), queue_size(&s->input), &used, s);
    stream_checksum(s, queue_bytes(&s->output) + before, queue_size(&s->output) - before);
    if (status == INFLATE_NO_MEMORY) return s->no_memory = true, false;
    if (status == INFLATE_DAMAGED) i->phase = PHASE_DAMAGED;
    queue_drop(&s->input, used);
    if (status == INFLATE_END) next_phase(i, s->frame == FRAME_RAW ? PHASE_END : PHASE_TAIL);
    return status != INFLATE_STARVED;
}

// The end: what comes after it is another stream, nothing, or an error.
static bool after_end(Inflate *i)
{
    Queue *input = &i->stream.input;
    i->end_seen = true;
    if (queue_size(input) == 0) return false;
    if (i->at_end == END_RESET) return inflate_restart(i), true;
    if (i->at_end == END_CUT) queue_drop(input, queue_size(input));
    else i->phase = PHASE_DAMAGED;
    return false;
}

bool inflate_run(Inflate *i, size_t room)
{
    bool going = true;
    i->stream.no_memory = false;
    while (going && queue_size(&i->stream.output) < room) switch (i->phase) {
        case PHASE_HEAD: going = frame_bytes(i, head_byte); break;
        case PHASE_BODY: going = body_step(i); break;
        case PHASE_TAIL: going = frame_bytes(i, tail_byte); break;
        case PHASE_END: going = after_end(i); break;
        default: going = false;
        }
    return !i->stream.no_memory;
}

bool flate_sink(void *sink, const uint8_t *bytes, size_t size) { return emit(sink, bytes, size); }
