// Natives of module erlang about timers that send messages.
#include "../process.h"
#include "options.h"

typedef struct MessageTimer {
    struct MessageTimer *next;
    RefId ref;
    uint64_t id;
    term to; // pid or name
    term message;
    Fragment *fragment;
} MessageTimer;

static MessageTimer *message_timers;

static MessageTimer **message_timer_link(RefId ref)
{
    MessageTimer **link = &message_timers;
    while (*link && !ref_same((*link)->ref, ref)) link = &(*link)->next;
    return link;
}

static void count(term to, int by)
{
    Process *target = is_pid(to) ? process_lookup(to) : NULL;
    if (target) target->state->message_timers += (uint32_t) by;
}

static void message_timer_fire(void *data)
{
    MessageTimer *t = data;
    *message_timer_link(t->ref) = t->next;
    count(t->to, -1);
    Process *to = is_pid(t->to) ? process_lookup(t->to) : name_whereis(t->to);
    if (to) process_deliver(to, t->message, t->fragment);
    else fragment_free(t->fragment);
    vm_mfree(t, sizeof *t);
}

static void message_timer_drop(MessageTimer **link)
{
    MessageTimer *t = *link;
    *link = t->next;
    count(t->to, -1);
    timer_cancel(t->id, NULL);
    fragment_free(t->fragment);
    vm_mfree(t, sizeof *t);
}

// Timers for a pid end with its process.
void message_timers_process_exited(term pid)
{
    for (MessageTimer **link = &message_timers; *link;) {
        if ((*link)->to == pid) message_timer_drop(link);
        else link = &(*link)->next;
    }
}

static const OptionRule start_options[] = { { ATOM_abs, OPTION_BOOLEAN }, { 0 } };
static const OptionRule cancel_options[] = { { ATOM_async, OPTION_BOOLEAN }, { ATOM_info, OPTION_BOOLEAN }, { 0 } };
static const OptionRule read_options[] = { { ATOM_async, OPTION_BOOLEAN }, { 0 } };

static term start(Process *p, term time, term to, term message, bool timeout_tuple, term options)
{
    int64_t ms;
    if (!options_valid(options, start_options) || !is_integer(time) || !integer_to_int64(time, &ms)) return raise_badarg(p);
    bool absolute = option(options, ATOM_abs) == (term) ATOM_true;
    if (absolute) ms = ms < (int64_t) vm.monotonic_ms ? 0 : ms - (int64_t) vm.monotonic_ms;
    if (ms < 0 || (!is_pid(to) && !is_atom(to))) return raise_badarg(p);
    MessageTimer *t = vm_malloc(sizeof *t);
    if (!t) return raise_system_limit(p);
    *t = (MessageTimer) { .next = message_timers, .ref = ref_fresh(), .to = to };
    term ref = ref_term(p, t->ref);
    if (timeout_tuple) message = make_tuple3(p, ATOM_timeout, ref, message);
    t->fragment = fragment_copy(message, &t->message);
    t->id = timer_start(vm.monotonic_ms + (double) ms, message_timer_fire, t);
    message_timers = t;
    count(to, 1);
    return ref;
}

term erlang_start_timer_3(Process *p, term *a) { return start(p, a[0], a[1], a[2], true, NIL); }
term erlang_send_after_3(Process *p, term *a) { return start(p, a[0], a[1], a[2], false, NIL); }
term erlang_start_timer_4(Process *p, term *a) { return start(p, a[0], a[1], a[2], true, a[3]); }
term erlang_send_after_4(Process *p, term *a) { return start(p, a[0], a[1], a[2], false, a[3]); }

static term time_left(Process *p, term ref)
{
    MessageTimer *t = *message_timer_link(ref_id(ref));
    if (!t) return ATOM_false;
    double ms = timer_at(t->id) - vm.monotonic_ms;
    return make_integer(p, ms <= 0 ? 0 : (int64_t) (ms + 0.999));
}

// What is left goes to the caller as a message when the options ask for that.
static term answer(Process *p, term name, term ref, term left, term options)
{
    bool info = option(options, ATOM_info) != (term) ATOM_false;
    if (option(options, ATOM_async) != (term) ATOM_true) return info ? left : (term) ATOM_ok;
    if (info) process_send(p, p->pid, make_tuple3(p, name, ref, left));
    return ATOM_ok;
}

static term cancel(Process *p, term ref, term options)
{
    if (!is_ref(ref) || !options_valid(options, cancel_options)) return raise_badarg(p);
    term left = time_left(p, ref);
    if (left != (term) ATOM_false) message_timer_drop(message_timer_link(ref_id(ref)));
    return answer(p, ATOM_cancel_timer, ref, left, options);
}

term erlang_cancel_timer_1(Process *p, term *a) { return cancel(p, a[0], NIL); }
term erlang_cancel_timer_2(Process *p, term *a) { return cancel(p, a[0], a[1]); }

static term read(Process *p, term ref, term options)
{
    if (!is_ref(ref) || !options_valid(options, read_options)) return raise_badarg(p);
    return answer(p, ATOM_read_timer, ref, time_left(p, ref), options);
}

term erlang_read_timer_1(Process *p, term *a) { return read(p, a[0], NIL); }
term erlang_read_timer_2(Process *p, term *a) { return read(p, a[0], a[1]); }
