// Requests, responses, log records and host calls, in the layouts of docs/reference/host-abi.md.
#include "host.h"

#include <math.h>

Outbox host_outbox = { .deadline_ms = INFINITY };
bool host_responded;
int host_argument_count;
char **host_arguments;

static term listener = NONE; // pid
static bool in_request;      // a request has been delivered and not answered

// ---- records ----

static void put_u16(uint8_t *at, uint32_t n)
{
    at[0] = (uint8_t) n;
    at[1] = (uint8_t) (n >> 8);
}

static void put_u32(uint8_t *at, uint32_t n)
{
    put_u16(at, n);
    put_u16(at + 2, n >> 16);
}

static bool append_u32(Buffer *b, uint32_t n)
{
    uint8_t bytes[4];
    put_u32(bytes, n);
    return buffer_append(b, bytes, sizeof bytes);
}

// The bytes with their length in front, padded to 4.
static bool append_counted(Buffer *b, const void *bytes, size_t size)
{
    static const uint8_t padding[4];
    return append_u32(b, (uint32_t) size) && buffer_append(b, bytes, size) && buffer_append(b, padding, -size & 3);
}

// A record is whole or not there.
static bool whole(Buffer *b, size_t size_before, bool ok)
{
    if (!ok) b->size = size_before;
    return ok;
}

bool host_log_append(enum log_level level, const void *bytes, size_t size)
{
    size_t before = host_outbox.log.size;
    uint8_t head[4] = { (uint8_t) level };
    return whole(&host_outbox.log, before, buffer_append(&host_outbox.log, head, sizeof head) && append_counted(&host_outbox.log, bytes, size));
}

// ---- requests ----

void host_listen(Process *p) { listener = p->pid; }
bool host_listening(void) { return listener != NONE && process_lookup(listener); }

enum host_status host_deliver_request(const uint8_t *head, size_t head_size, const uint8_t *body, size_t body_size)
{
    Process *to = host_listening() ? process_lookup(listener) : NULL;
    if (!to) return HOST_NOBODY_LISTENS;
    term head_term = etf_decode(to, head, head_size, false, NULL);
    if (head_term == NONE) return HOST_BAD_TERM;
    term body_term = make_binary(to, body, body_size, NULL);
    if (body_term == NONE) {
        to->exception = (Exception) { .class = NONE };
        return HOST_NO_MEMORY;
    }
    host_outbox.response.size = 0;
    host_responded = false;
    in_request = true;
    process_deliver(to, make_tuple3(to, ATOM_atomvm_request, head_term, body_term), NULL);
    return HOST_OK;
}

bool host_in_request(void) { return in_request; }

static bool append_field(Buffer *b, term binary, size_t *size)
{
    const uint8_t *bytes;
    uint8_t *scratch;
    if (!binary_bytes(binary, &bytes, size, &scratch)) return false;
    bool ok = buffer_append(b, bytes, *size);
    vm_mfree(scratch, *size);
    return ok;
}

// name_len:u32 value_len:u32 name value
static bool append_header(Buffer *b, term name, term value)
{
    size_t at = b->size, name_size, value_size;
    if (!append_u32(b, 0) || !append_u32(b, 0) || !append_field(b, name, &name_size) || !append_field(b, value, &value_size)) return false;
    put_u32(b->data + at, (uint32_t) name_size);
    put_u32(b->data + at + 4, (uint32_t) value_size);
    return true;
}

static bool append_body(Buffer *b, term body, size_t size)
{
    if (is_bitstring(body)) return append_field(b, body, &size);
    uint8_t *bytes = vm_malloc(size);
    bool ok = bytes && iolist_write(body, bytes) && buffer_append(b, bytes, size);
    vm_mfree(bytes, size);
    return ok;
}

// status:u16 flags:u16 head_len:u32 body_len:u32, head, body
enum { RESPONSE_HEADER_BYTES = 12, RESPONSE_STREAMED = 1 };

static bool write_response(uint32_t status, uint32_t flags, term headers, term body, size_t body_size)
{
    Buffer *b = &host_outbox.response;
    uint8_t fixed[RESPONSE_HEADER_BYTES] = { 0 };
    b->size = 0;
    if (!buffer_append(b, fixed, sizeof fixed)) return false;
    for (; is_cons(headers); headers = tail(headers))
        if (!append_header(b, tuple_at(head(headers), 0), tuple_at(head(headers), 1))) return false;
    put_u16(b->data, status);
    put_u16(b->data + 2, flags);
    put_u32(b->data + 4, (uint32_t) (b->size - RESPONSE_HEADER_BYTES));
    put_u32(b->data + 8, (uint32_t) body_size);
    return append_body(b, body, body_size);
}

enum host_status host_respond(uint32_t status, term headers, term body)
{
    if (!in_request) return HOST_NO_REQUEST;
    uint32_t flags = body == (term) ATOM_stream ? RESPONSE_STREAMED : 0;
    if (flags) body = NIL;
    int64_t body_size = iolist_size(body);
    if (body_size < 0) return HOST_BAD_TERM;
    if ((uint64_t) body_size > UINT32_MAX || !write_response(status, flags, headers, body, (size_t) body_size)) {
        host_outbox.response.size = 0;
        return HOST_NO_MEMORY;
    }
    in_request = false;
    host_responded = true;
    vm.interrupt = true; // the host may send it on before the rest of the work
    return HOST_OK;
}

// ---- calls ----

typedef struct PendingCall {
    struct PendingCall *next;
    uint32_t id;
    term caller; // pid; NONE when it has cancelled the call
    RefId ref;
} PendingCall;

static PendingCall *pending_calls;
static uint32_t last_call_id; // the first is 1

// call_id:u32 len:u32 bytes, padded to 4
static bool append_call(uint32_t id, term call)
{
    static const uint8_t padding[4];
    Buffer *b = &host_outbox.calls;
    size_t before = b->size;
    bool ok = append_u32(b, id) && append_u32(b, 0) && etf_encode(call, b);
    size_t size = b->size - before - 2 * sizeof(uint32_t);
    ok = ok && buffer_append(b, padding, -size & 3);
    if (ok) put_u32(b->data + before + sizeof(uint32_t), (uint32_t) size);
    return whole(b, before, ok);
}

term host_call(Process *p, term binding, term operation, term args)
{
    PendingCall *call = vm_malloc(sizeof *call);
    if (!call) return NONE;
    *call = (PendingCall) { pending_calls, ++last_call_id, p->pid, ref_fresh() };
    if (!append_call(call->id, make_tuple3(p, binding, operation, args))) {
        vm_mfree(call, sizeof *call);
        return NONE;
    }
    pending_calls = call;
    return ref_term(p, call->ref);
}

// The record of a call that no process waits for.
enum { NO_CALL_ID = 0 };

bool host_cast(Process *p, term binding, term operation, term args)
{
    return append_call(NO_CALL_ID, make_tuple3(p, binding, operation, args));
}

// The host answers it all the same; the answer is dropped as if the caller had died.
bool host_cancel(Process *p, RefId ref)
{
    for (PendingCall *call = pending_calls; call; call = call->next) {
        if (call->caller != p->pid || !ref_same(call->ref, ref)) continue;
        call->caller = NONE;
        return true;
    }
    return false;
}

bool host_calls_pending(void) { return pending_calls != NULL; }

static bool take_call(uint32_t id, PendingCall *out)
{
    for (PendingCall **link = &pending_calls; *link; link = &(*link)->next) {
        PendingCall *call = *link;
        if (call->id != id) continue;
        *link = call->next;
        *out = *call;
        vm_mfree(call, sizeof *call);
        return true;
    }
    return false;
}

enum host_status host_reply(uint32_t call_id, enum host_reply kind, const uint8_t *bytes, size_t size)
{
    PendingCall call;
    if (!take_call(call_id, &call)) return HOST_UNKNOWN_CALL;
    Process *to = call.caller == NONE ? NULL : process_lookup(call.caller);
    if (!to) return HOST_OK; // it died while it waited, or has given up
    term answer = kind == HOST_REPLY_BINARY ? make_binary(to, bytes, size, NULL) : etf_decode(to, bytes, size, false, NULL);
    if (answer == NONE) return kind == HOST_REPLY_BINARY ? HOST_NO_MEMORY : HOST_BAD_TERM;
    term result = make_tuple2(to, kind == HOST_REPLY_ERROR ? ATOM_error : ATOM_ok, answer);
    process_deliver(to, make_tuple3(to, ATOM_atomvm_reply, ref_term(to, call.ref), result), NULL);
    return HOST_OK;
}
