// Module zlib: natives behind OTP's own zlib.erl. A stream belongs to the process that opened it or was given it.
#include "zlib.h"

#include "../iolist.h"
#include "../resource.h"

enum state { STATE_OPEN, STATE_DEFLATE, STATE_INFLATE, STATE_CLOSED };
enum { BUFFER_SIZE_DEFAULT = 4000 };

typedef struct Zlib {
    Handle handle;
    enum state state;
    term owner;
    term buffer_size;
    Buffer stash; // a term between two calls, in external format; empty: none
    union {
        Deflate deflate;
        Inflate inflate;
    };
} Zlib;

static void end(Zlib *z)
{
    if (z->state == STATE_DEFLATE) deflate_end(&z->deflate);
    if (z->state == STATE_INFLATE) inflate_end(&z->inflate);
    buffer_free(&z->stash);
    z->stash = (Buffer) { 0 };
    z->state = STATE_OPEN;
}

static void destroy(Resource *resource)
{
    Zlib *z = (Zlib *) resource;
    end(z);
    vm_mfree(z, sizeof *z);
}

static const ResourceType zlib_resource = { "zlib", destroy };

// ---- errors and arguments ----

static term raise_name(Process *p, const char *name) { return raise_error(p, atom_intern(name, strlen(name))); }

// The stream, if the process may use it; NULL with an error raised.
static Zlib *zlib_of(Process *p, term t)
{
    Zlib *z = (Zlib *) handle_of(t, &zlib_resource);
    if (!z) return raise_badarg(p), NULL;
    return z->owner == p->pid ? z : (raise_name(p, "not_on_controlling_process"), NULL);
}

static Zlib *zlib_in(Process *p, term t, enum state state)
{
    Zlib *z = zlib_of(p, t);
    if (!z || z->state == state) return z;
    return raise_name(p, "not_initialized"), NULL;
}

static Stream *stream_of(Zlib *z) { return z->state == STATE_DEFLATE ? &z->deflate.stream : &z->inflate.stream; }

// Window bits as zlib takes them: negative without a frame, 16 more for gzip's, 32 more for either (to inflate only).
static bool frame_of(int bits, bool compressing, enum frame *frame, int *window_bits)
{
    *frame = bits < 0 ? FRAME_RAW : bits < 16 ? FRAME_ZLIB : bits < 32 ? FRAME_GZIP : FRAME_ZLIB_OR_GZIP;
    *window_bits = bits < 0 ? -bits : bits & 15;
    if (compressing && (*frame == FRAME_ZLIB_OR_GZIP || (*window_bits == 8 && *frame != FRAME_ZLIB))) return false;
    return *window_bits >= 8 || (*window_bits == 0 && !compressing);
}

// ---- a stream's life ----

term zlib_on_load_0(Process *p, term *a) { return (void) p, (void) a, ATOM_ok; }

term zlib_open_nif_0(Process *p, term *a)
{
    (void) a;
    Zlib *z = vm_malloc(sizeof *z);
    if (!z) return raise_system_limit(p);
    *z = (Zlib) { .state = STATE_OPEN, .owner = p->pid, .buffer_size = make_small(BUFFER_SIZE_DEFAULT) };
    handle_init(&z->handle, &zlib_resource);
    term result = handle_term(p, &z->handle);
    handle_release(&z->handle);
    return result;
}

term zlib_close_nif_1(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    if (z->state == STATE_CLOSED) return raise_name(p, "not_initialized");
    end(z);
    z->state = STATE_CLOSED;
    return ATOM_ok;
}

term zlib_set_controller_nif_2(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    if (!is_pid(a[1])) return raise_badarg(p);
    z->owner = a[1];
    return ATOM_ok;
}

// ---- compressing ----

// stream, level or -1, method, window bits, memory level, strategy: zlib.erl has checked their ranges
term zlib_deflateInit_nif_6(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    for (int i = 1; i < 6; i++)
        if (!is_small(a[i])) return raise_badarg(p);
    if (z->state != STATE_OPEN) return raise_name(p, "already_initialized");
    enum frame frame;
    int window_bits, level = (int) small_value(a[1]);
    if (!frame_of((int) small_value(a[3]), true, &frame, &window_bits) || level > LEVEL_MAX) return raise_name(p, "stream_error");
    if (!deflate_start(&z->deflate, frame, level, (int) small_value(a[5]), window_bits)) return raise_system_limit(p);
    z->state = STATE_DEFLATE;
    return ATOM_ok;
}

term zlib_deflateSetDictionary_nif_2(Process *p, term *a)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    Zlib *z = zlib_in(p, a[0], STATE_DEFLATE);
    if (!z) return NONE;
    if (!iodata_bytes(a[1], &bytes, &size, &scratch)) return raise_badarg(p);
    bool allowed = deflate_dictionary_allowed(&z->deflate), done = allowed && deflate_dictionary(&z->deflate, bytes, size);
    vm_mfree(scratch, size);
    if (!allowed) return raise_name(p, "stream_error");
    return done ? make_unsigned(p, z->deflate.dictionary) : raise_system_limit(p);
}

term zlib_deflateReset_nif_1(Process *p, term *a)
{
    Zlib *z = zlib_in(p, a[0], STATE_DEFLATE);
    if (!z) return NONE;
    return deflate_restart(&z->deflate, true) ? (term) ATOM_ok : raise_system_limit(p);
}

// Not at its end, a stream that was begun is lost.
term zlib_deflateEnd_nif_1(Process *p, term *a)
{
    Zlib *z = zlib_in(p, a[0], STATE_DEFLATE);
    if (!z) return NONE;
    const Deflate *d = &z->deflate;
    bool lost = queue_size(&d->stream.input) > 0 || (d->begun && !d->finished);
    end(z);
    return lost ? raise_name(p, "data_error") : (term) ATOM_ok;
}

term zlib_deflateParams_nif_3(Process *p, term *a)
{
    Zlib *z = zlib_in(p, a[0], STATE_DEFLATE);
    if (!z) return NONE;
    if (!is_small(a[1]) || !is_small(a[2])) return raise_badarg(p);
    return deflate_parameters(&z->deflate, (int) small_value(a[1]), (int) small_value(a[2])) ? (term) ATOM_ok : raise_system_limit(p);
}

// ---- going on ----

// Takes `size` bytes of output at most: [] or [Binary].
static term output_chunk(Process *p, Queue *output, size_t size)
{
    if (queue_size(output) < size) size = queue_size(output);
    if (size == 0) return NIL;
    term binary = make_binary(p, queue_bytes(output), size, NULL);
    if (binary == NONE) return NONE;
    queue_drop(output, size);
    return cons(p, binary, NIL);
}

static term output_result(Process *p, Stream *s, size_t room, bool more)
{
    term chunk = output_chunk(p, &s->output, room);
    if (chunk == NONE) return NONE;
    const char *tag = more ? "continue" : "finished";
    return make_tuple2(p, atom_intern(tag, strlen(tag)), chunk);
}

// a: stream, bytes of input for a step, bytes of output, flush. The first number is not needed here.
static bool step_arguments(Process *p, term *a, size_t *room)
{
    if (!is_small(a[1]) || !is_small(a[2]) || small_value(a[2]) < 1 || !is_small(a[3])) return raise_badarg(p), false;
    *room = (size_t) small_value(a[2]);
    return true;
}

term zlib_deflate_nif_4(Process *p, term *a)
{
    size_t room;
    Zlib *z = zlib_in(p, a[0], STATE_DEFLATE);
    if (!z || !step_arguments(p, a, &room)) return NONE;
    Deflate *d = &z->deflate;
    size_t before = queue_size(&d->stream.input);
    if (d->finished && before > 0) return raise_name(p, "stream_error");
    if (!deflate_run(d, (int) small_value(a[3]), room)) return raise_system_limit(p);
    p->reductions -= (sterm) ((before - queue_size(&d->stream.input)) / 8);
    return output_result(p, &d->stream, room, queue_size(&d->stream.output) > room || queue_size(&d->stream.input) > 0);
}

// {need_dictionary, Adler-32, Output}
static term need_dictionary(Process *p, Inflate *i, size_t room)
{
    static const char tag[] = "need_dictionary";
    term chunk = output_chunk(p, &i->stream.output, room);
    if (chunk == NONE) return NONE;
    return make_tuple3(p, atom_intern(tag, sizeof tag - 1), make_unsigned(p, i->dictionary), chunk);
}

term zlib_inflate_nif_4(Process *p, term *a)
{
    size_t room;
    Zlib *z = zlib_in(p, a[0], STATE_INFLATE);
    if (!z || !step_arguments(p, a, &room)) return NONE;
    Inflate *i = &z->inflate;
    if (!inflate_run(i, room)) return raise_system_limit(p);
    p->reductions -= (sterm) (room / 16);
    bool full = queue_size(&i->stream.output) >= room;
    if (!full && i->phase == PHASE_DAMAGED) return raise_name(p, "data_error");
    if (!full && i->phase == PHASE_NEED_DICTIONARY) return need_dictionary(p, i, room);
    return output_result(p, &i->stream, room, full);
}

// Input: a list of binaries.
term zlib_enqueue_nif_2(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    if (z->state != STATE_DEFLATE && z->state != STATE_INFLATE) return raise_name(p, "not_initialized");
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    if (!iodata_bytes(a[1], &bytes, &size, &scratch)) return raise_badarg(p);
    bool added = queue_add(&stream_of(z)->input, bytes, size);
    vm_mfree(scratch, size);
    return added ? (term) ATOM_ok : raise_system_limit(p);
}

// ---- decompressing ----

// stream, window bits, what to do at the end
term zlib_inflateInit_nif_3(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    if (!is_small(a[1]) || !is_small(a[2])) return raise_badarg(p);
    if (z->state != STATE_OPEN) return raise_name(p, "already_initialized");
    enum frame frame;
    int window_bits;
    if (!frame_of((int) small_value(a[1]), false, &frame, &window_bits)) return raise_name(p, "stream_error");
    if (!inflate_start(&z->inflate, frame, window_bits, (enum end_behaviour) small_value(a[2]))) return raise_system_limit(p);
    z->state = STATE_INFLATE;
    return ATOM_ok;
}

term zlib_inflateSetDictionary_nif_2(Process *p, term *a)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    Zlib *z = zlib_in(p, a[0], STATE_INFLATE);
    if (!z) return NONE;
    if (!iodata_bytes(a[1], &bytes, &size, &scratch)) return raise_badarg(p);
    bool allowed = z->inflate.phase == PHASE_NEED_DICTIONARY || z->inflate.wanted == FRAME_RAW;
    bool right = allowed && inflate_dictionary(&z->inflate, bytes, size);
    vm_mfree(scratch, size);
    return right ? (term) ATOM_ok : raise_name(p, allowed ? "data_error" : "stream_error");
}

term zlib_inflateGetDictionary_nif_1(Process *p, term *a)
{
    Zlib *z = zlib_in(p, a[0], STATE_INFLATE);
    if (!z) return NONE;
    uint8_t *window = vm_malloc(INFLATE_WINDOW_MAX);
    if (!window) return raise_system_limit(p);
    term result = make_binary(p, window, zig_inflate_window(z->inflate.context, window), NULL);
    vm_mfree(window, INFLATE_WINDOW_MAX);
    return result;
}

term zlib_inflateReset_nif_1(Process *p, term *a)
{
    Zlib *z = zlib_in(p, a[0], STATE_INFLATE);
    if (!z) return NONE;
    queue_free(&z->inflate.stream.input);
    queue_free(&z->inflate.stream.output);
    inflate_restart(&z->inflate);
    return ATOM_ok;
}

term zlib_inflateEnd_nif_1(Process *p, term *a)
{
    Zlib *z = zlib_in(p, a[0], STATE_INFLATE);
    if (!z) return NONE;
    bool lost = !z->inflate.end_seen || queue_size(&z->inflate.stream.input) > 0;
    end(z);
    return lost ? raise_name(p, "data_error") : (term) ATOM_ok;
}

// ---- what zlib.erl keeps with a stream ----

term zlib_setStash_nif_2(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    if (z->stash.size > 0) return raise_name(p, "error");
    return etf_encode(a[1], &z->stash) ? (term) ATOM_ok : raise_system_limit(p);
}

term zlib_getStash_nif_1(Process *p, term *a)
{
    static const char empty[] = "empty";
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    if (z->stash.size == 0) return atom_intern(empty, sizeof empty - 1);
    term stash = etf_decode(p, z->stash.data, z->stash.size, false, NULL);
    return stash == NONE ? raise_system_limit(p) : make_tuple2(p, ATOM_ok, stash);
}

term zlib_clearStash_nif_1(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    buffer_free(&z->stash);
    z->stash = (Buffer) { 0 };
    return ATOM_ok;
}

// ---- gone since OTP 27 ----

term zlib_getBufSize_nif_1(Process *p, term *a)
{
    const Zlib *z = zlib_of(p, a[0]);
    return z ? z->buffer_size : NONE;
}

term zlib_setBufSize_nif_2(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    if (!is_small(a[1])) return raise_badarg(p);
    z->buffer_size = a[1];
    return ATOM_ok;
}

term zlib_crc32_nif_1(Process *p, term *a)
{
    Zlib *z = zlib_of(p, a[0]);
    if (!z) return NONE;
    if (z->state != STATE_DEFLATE && z->state != STATE_INFLATE) return raise_name(p, "not_initialized");
    return make_unsigned(p, stream_of(z)->frame == FRAME_GZIP ? stream_of(z)->checksum : 0);
}
