// The machine's side of its host: requests in, responses, log records and host calls out. Layouts are those of
// docs/reference/host-abi.md; the buffers hold them ready to be read by the host.
#ifndef ATOMVM_HOST_H
#define ATOMVM_HOST_H

#include "platform.h"
#include "process.h"

// What the host reads, where it is: docs/reference/host-abi.md, "Outbox".
typedef struct Outbox {
    double deadline_ms; // of the next timer, as of the end of the last run
    Buffer log, calls, response;
} Outbox;
extern Outbox host_outbox;
extern bool host_responded; // the response is of the current request

bool host_log_append(enum log_level level, const void *bytes, size_t size); // false when memory is out

// Arguments of the application in `_start` mode; none in a worker.
extern int host_argument_count;
extern char **host_arguments;

// ---- requests ----

void host_listen(Process *p); // p gets the requests from now on
bool host_listening(void);    // somebody alive listens
enum host_status { HOST_OK, HOST_NOBODY_LISTENS, HOST_BAD_TERM, HOST_NO_MEMORY, HOST_UNKNOWN_CALL, HOST_NO_REQUEST };
// Sends {atomvm_request, Head, Body} to the listener; head is an external term. A new request forgets the old response.
enum host_status host_deliver_request(const uint8_t *head, size_t head_size, const uint8_t *body, size_t body_size);

bool host_in_request(void); // one has been delivered and waits for its response

// The response of the current request. `headers` are checked already: a list of {binary, binary}.
enum host_status host_respond(uint32_t status, term headers, term body);

// ---- calls ----

// Records a call whose answer goes to p as {atomvm_reply, Ref, {ok | error, Term}}; NONE when memory is out or the
// arguments have no external form.
term host_call(Process *p, term binding, term operation, term args);
bool host_cast(Process *p, term binding, term operation, term args); // a call without an answer; false as NONE above
bool host_cancel(Process *p, RefId ref); // no answer to this call of p will come; false when none was to come
bool host_calls_pending(void);
enum host_reply { HOST_REPLY_ERROR, HOST_REPLY_TERM, HOST_REPLY_BINARY }; // external terms, or a binary's bytes
enum host_status host_reply(uint32_t call_id, enum host_reply kind, const uint8_t *bytes, size_t size);

// ---- the clock ----

// Reads the clock into vm.monotonic_ms and vm.system_ms where there is one to read; in a worker the host gives it at
// each entry, and this does nothing.
void host_clock(void);

#endif
