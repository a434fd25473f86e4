// Streams of module zlib: deflate data in zlib's, gzip's or no frame (RFC 1950, 1952), in pieces. The natives are in zlib.c.
#ifndef ATOMVM_NATIVES_ZLIB_H
#define ATOMVM_NATIVES_ZLIB_H

#include "../flate.h"
#include "../vm.h"

// Bytes in the order they came: those before `at` are gone. Empty again, it starts anew.
typedef struct Queue {
    Buffer buffer;
    size_t at;
} Queue;
static inline size_t queue_size(const Queue *q) { return q->buffer.size - q->at; }
static inline const uint8_t *queue_bytes(const Queue *q) { return q->buffer.data + q->at; }
bool queue_add(Queue *q, const void *bytes, size_t size); // false: no memory
void queue_drop(Queue *q, size_t size);
void queue_free(Queue *q);

enum frame { FRAME_RAW, FRAME_ZLIB, FRAME_GZIP, FRAME_ZLIB_OR_GZIP };

// What both directions have. The checksum is that of the plain bytes: Adler-32, CRC-32, or none.
typedef struct Stream {
    Queue input, output;
    enum frame frame;
    uint32_t checksum;
    uint32_t plain_size; // modulo 2^32
    bool no_memory;      // the output could not grow
} Stream;
void stream_start(Stream *s, enum frame frame); // keeps the queues
void stream_checksum(Stream *s, const uint8_t *plain, size_t size);

enum { LEVEL_NONE = 0, LEVEL_DEFAULT = 6, LEVEL_MAX = 9 };
enum flush { FLUSH_NONE = 0, FLUSH_SYNC = 2, FLUSH_FULL = 3, FLUSH_FINISH = 4 };
enum strategy { STRATEGY_DEFAULT = 0, STRATEGY_HUFFMAN_ONLY = 2 };

typedef struct Deflate {
    Stream stream;
    void *context; // of this kind
    enum deflate_kind kind;
    int level, strategy, window_bits;
    uint32_t dictionary; // its Adler-32, when there is one
    bool has_dictionary, begun, unflushed, finished;
    int last_flush;
} Deflate;
// False: no memory. On failure the stream is as it was.
bool deflate_start(Deflate *d, enum frame frame, int level, int strategy, int window_bits);
bool deflate_restart(Deflate *d, bool with_input);
void deflate_end(Deflate *d);
bool deflate_dictionary_allowed(const Deflate *d);
bool deflate_dictionary(Deflate *d, const uint8_t *bytes, size_t size);
bool deflate_parameters(Deflate *d, int level, int strategy); // after a flush
// Works on the input until `room` bytes of output wait or it is used up, and then flushes. False: no memory.
bool deflate_run(Deflate *d, int flush, size_t room);

enum phase { PHASE_HEAD, PHASE_NEED_DICTIONARY, PHASE_BODY, PHASE_TAIL, PHASE_END, PHASE_DAMAGED };
enum end_behaviour { END_ERROR, END_RESET, END_CUT };

typedef struct Inflate {
    Stream stream;
    void *context;
    enum phase phase;
    enum end_behaviour at_end;
    enum frame wanted; // as asked for; stream.frame is what came
    int window_bits;
    uint32_t dictionary; // the Adler-32 of the one that is needed
    uint8_t step;        // of a head or a tail: what its next byte is
    uint8_t flags;       // of a gzip head
    uint32_t value, head_crc;
    uint16_t skip;
    bool end_seen;
} Inflate;
bool inflate_start(Inflate *i, enum frame frame, int window_bits, enum end_behaviour at_end); // false: no memory
void inflate_restart(Inflate *i);
void inflate_end(Inflate *i);
bool inflate_dictionary(Inflate *i, const uint8_t *bytes, size_t size); // false: not the one that is needed
// Until `room` bytes of output wait, or there is too little input, or the phase is one that needs attention. False: no memory.
bool inflate_run(Inflate *i, size_t room);

#endif
