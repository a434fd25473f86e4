// Natives of module erlang about timers that send messages.
#include "../process.h"
#include "options.h"

// In the table under its reference, and in the list of the process that it is for, which it does not outlive.
typedef struct MessageTimer MessageTimer;
struct MessageTimer {
    MessageTimer *next_in_bucket;
    MessageTimer *next, *before; // of the same process
    ProcessState *owner;         // NULL: it is for a name, or there was no such process
    RefId ref;
    uint64_t id;
    term to; // pid or name
    term message;
    Fragment *fragment;
};

// A hash table of chains; as many buckets as timers, a power of two.
static struct {
    MessageTimer **buckets;
    size_t size, count;
} table;

static MessageTimer **bucket_of(RefId ref)
{
    uint32_t hash = (ref.id[0] ^ ref.id[1] * 31 ^ ref.id[2] * 961) * UINT32_C(0x9E3779B1);
    return &table.buckets[(hash >> 8) & (table.size - 1)];
}

static void table_insert(MessageTimer *t)
{
    MessageTimer **bucket = bucket_of(t->ref);
    t->next_in_bucket = *bucket;
    *bucket = t;
}

static bool table_grow(void)
{
    size_t size = table.size, larger = size ? 2 * size : 16;
    MessageTimer **old = table.buckets, **made = vm_malloc(larger * sizeof *made);
    if (!made) return false;
    memset(made, 0, larger * sizeof *made);
    table.buckets = made;
    table.size = larger;
    for (size_t i = 0; i < size; i++) {
        for (MessageTimer *t = old[i], *next; t; t = next) {
            next = t->next_in_bucket;
            table_insert(t);
        }
    }
    if (old) vm_mfree(old, size * sizeof *old);
    return true;
}

static MessageTimer *message_timer_find(RefId ref)
{
    if (table.count == 0) return NULL;
    MessageTimer *t = *bucket_of(ref);
    while (t && !ref_same(t->ref, ref)) t = t->next_in_bucket;
    return t;
}

static void process_list_add(MessageTimer *t)
{
    Process *target = is_pid(t->to) ? process_lookup(t->to) : NULL;
    if (!target) return;
    t->owner = target->state;
    t->next = t->owner->message_timers;
    if (t->next) t->next->before = t;
    t->owner->message_timers = t;
}

static void process_list_remove(MessageTimer *t)
{
    if (!t->owner) return;
    if (t->next) t->next->before = t->before;
    if (t->before) t->before->next = t->next;
    else t->owner->message_timers = t->next;
}

// Out of the table and the list of its process.
static void message_timer_remove(MessageTimer *t)
{
    MessageTimer **link = bucket_of(t->ref);
    while (*link != t) link = &(*link)->next_in_bucket;
    *link = t->next_in_bucket;
    table.count--;
    process_list_remove(t);
}

static void message_timer_fire(void *data)
{
    MessageTimer *t = data;
    message_timer_remove(t);
    Process *to = is_pid(t->to) ? process_lookup(t->to) : name_whereis(t->to);
    if (to) process_deliver(to, t->message, t->fragment);
    else fragment_free(t->fragment);
    vm_mfree(t, sizeof *t);
}

static void message_timer_drop(MessageTimer *t)
{
    message_timer_remove(t);
    timer_cancel(t->id, NULL);
    fragment_free(t->fragment);
    vm_mfree(t, sizeof *t);
}

void message_timers_drop(ProcessState *s)
{
    while (s->message_timers) message_timer_drop(s->message_timers);
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
    MessageTimer *t = table.count < table.size || table_grow() ? vm_malloc(sizeof *t) : NULL;
    if (!t) return raise_system_limit(p);
    *t = (MessageTimer) { .ref = ref_fresh(), .to = to };
    t->id = timer_start(vm.monotonic_ms + (double) ms, message_timer_fire, t);
    if (!t->id) {
        vm_mfree(t, sizeof *t);
        return raise_system_limit(p);
    }
    term ref = ref_term(p, t->ref);
    if (timeout_tuple) message = make_tuple3(p, ATOM_timeout, ref, message);
    t->fragment = fragment_copy(message, &t->message);
    table_insert(t);
    table.count++;
    process_list_add(t);
    return ref;
}

term erlang_start_timer_3(Process *p, term *a) { return start(p, a[0], a[1], a[2], true, NIL); }
term erlang_send_after_3(Process *p, term *a) { return start(p, a[0], a[1], a[2], false, NIL); }
term erlang_start_timer_4(Process *p, term *a) { return start(p, a[0], a[1], a[2], true, a[3]); }
term erlang_send_after_4(Process *p, term *a) { return start(p, a[0], a[1], a[2], false, a[3]); }

static term time_left(Process *p, term ref)
{
    MessageTimer *t = message_timer_find(ref_id(ref));
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
    if (left != (term) ATOM_false) message_timer_drop(message_timer_find(ref_id(ref)));
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
