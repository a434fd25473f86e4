// Natives of module erlang that read and set what a process is like: process_flag, process_info, suspension.
#include "../exception.h"
#include "../heap_limit.h"
#include "../map.h"
#include "../module.h"
#include "../process.h"
#include "process_options.h"

enum { SAVE_CALLS_MAX = 10000 };

// ---- priorities ----

enum priority priority_of(term name)
{
    switch (name) {
    case ATOM_low: return PRIORITY_LOW;
    case ATOM_normal: return PRIORITY_NORMAL;
    case ATOM_high: return PRIORITY_HIGH;
    case ATOM_max: return PRIORITY_MAX;
    default: return PRIORITIES;
    }
}

static term priority_name(enum priority priority)
{
    static const enum atom_term names[] = { ATOM_low, ATOM_normal, ATOM_high, ATOM_max };
    return names[priority];
}

void process_set_priority(Process *target, enum priority priority)
{
    bool queued = target->state->status == STATUS_RUNNABLE;
    if (queued) scheduler_remove(target), target->state->status = STATUS_WAITING;
    target->state->priority = priority;
    if (queued) scheduler_ready(target);
}

// ---- process_flag ----

static term set_size(Process *p, term value, uint32_t *field)
{
    uint32_t before = *field;
    if (!is_small(value) || small_value(value) < 0) return raise_badarg(p);
    *field = (uint32_t) small_value(value);
    return make_small((sterm) before);
}

static term set_boolean(Process *p, term value, bool *field)
{
    bool before = *field;
    if (!is_bool(value)) return raise_badarg(p);
    *field = value == (term) ATOM_true;
    return make_bool(before);
}

static term queue_data_name(const ProcessState *s) { return s->queue_off_heap ? ATOM_off_heap : ATOM_on_heap; }

// What net_kernel makes of the options of monitor_nodes/2: [] or a map.
static bool is_node_options(term options)
{
    static const term booleans[] = { ATOM_nodedown_reason, ATOM_connection_id, ATOM_list };
    if (!is_map(options)) return options == NIL;
    term type = map_get(options, ATOM_node_type);
    if (type != NONE && type != (term) ATOM_all && type != (term) ATOM_visible && type != (term) ATOM_hidden) return false;
    size_t known = type != NONE;
    for (size_t i = 0; i < sizeof booleans / sizeof *booleans; i++) {
        term value = map_get(options, booleans[i]);
        if (value != NONE && !is_bool(value)) return false;
        known += value != NONE;
    }
    return known == map_size(options);
}

static term set_node_monitors(Process *p, term value)
{
    uint32_t before = p->state->node_monitors;
    if (!is_bool(value)) return raise_badarg(p);
    p->state->node_monitors = value == (term) ATOM_true ? before + 1 : 0;
    return make_small((sterm) before);
}

static bool is_monitor_nodes(term flag)
{
    if (flag == (term) ATOM_monitor_nodes) return true;
    return is_tuple(flag) && tuple_arity(flag) == 2 && tuple_at(flag, 0) == (term) ATOM_monitor_nodes && is_node_options(tuple_at(flag, 1));
}

static term set_flag(Process *p, term flag, term value)
{
    ProcessState *s = p->state;
    switch (flag) {
    case ATOM_trap_exit: return set_boolean(p, value, &s->trap_exit);
    case ATOM_sensitive: return set_boolean(p, value, &s->sensitive);
    case ATOM_async_dist: return set_boolean(p, value, &s->async_dist);
    case ATOM_min_heap_size: return set_size(p, value, &s->min_heap_words);
    case ATOM_min_bin_vheap_size: return set_size(p, value, &s->min_bin_vheap_words);
    case ATOM_fullsweep_after: return set_size(p, value, &s->fullsweep_after);
    case ATOM_priority: {
        enum priority before = s->priority, now = is_atom(value) ? priority_of(value) : PRIORITIES;
        if (now == PRIORITIES) return raise_badarg(p);
        process_set_priority(p, now);
        return priority_name(before);
    }
    case ATOM_max_heap_size: {
        HeapLimit before = s->heap_limit, now;
        if (!heap_limit_of(value, &now)) return raise_badarg(p);
        s->heap_limit = now;
        return heap_limit_term(p, &before);
    }
    case ATOM_message_queue_data: {
        term before = queue_data_name(s);
        if (value != (term) ATOM_on_heap && value != (term) ATOM_off_heap) return raise_badarg(p);
        s->queue_off_heap = value == (term) ATOM_off_heap;
        return before;
    }
    case ATOM_save_calls: {
        if (is_small(value) && small_value(value) > SAVE_CALLS_MAX) return raise_badarg(p);
        return set_size(p, value, &s->save_calls);
    }
    case ATOM_error_handler: {
        term before = s->error_handler;
        if (!is_atom(value)) return raise_badarg(p);
        s->error_handler = value;
        return before;
    }
    default: return is_monitor_nodes(flag) ? set_node_monitors(p, value) : raise_badarg(p);
    }
}

term erlang_process_flag_2(Process *p, term *a) { return set_flag(p, a[0], a[1]); }

// Of another process only the number of saved calls can be set.
term erlang_process_flag_3(Process *p, term *a)
{
    Process *target = is_pid(a[0]) ? process_lookup(a[0]) : NULL;
    if (!target || a[1] != (term) ATOM_save_calls) return raise_badarg(p);
    if (!is_small(a[2]) || small_value(a[2]) < 0 || small_value(a[2]) > SAVE_CALLS_MAX) return raise_badarg(p);
    uint32_t before = target->state->save_calls;
    target->state->save_calls = (uint32_t) small_value(a[2]);
    return make_small((sterm) before);
}

// ---- process_info ----

// Copies a term of another process onto p's heap.
static term copy_to(Process *p, term t)
{
    size_t words = term_size(t);
    term *top = heap_alloc(p, words);
    return term_copy(t, &top, &p->off_heap);
}

static term status_name(const Process *p)
{
    switch (p->state->status) {
    case STATUS_RUNNING: return ATOM_running;
    case STATUS_RUNNABLE: return ATOM_runnable;
    case STATUS_EXITING: return ATOM_exiting;
    default: return p->state->suspended ? ATOM_suspended : ATOM_waiting;
    }
}

static term list_links(Process *p, const Process *target)
{
    term list = NIL;
    for (Link *l = target->state->links; l; l = l->next) list = cons(p, l->other, list);
    return list;
}

static term list_monitors(Process *p, const Process *target, bool origin)
{
    term list = NIL;
    for (Monitor *m = target->state->monitors; m; m = m->next) {
        if (m->origin != origin) continue;
        term other = m->name != NONE && origin ? make_tuple2(p, m->name, ATOM_nonode_nohost) : m->other;
        list = cons(p, origin ? make_tuple2(p, ATOM_process, other) : m->other, list);
    }
    return list;
}

static term list_messages(Process *p, const Process *target)
{
    term list = NIL, *link = NULL;
    for (Message *m = target->state->first; m; m = m->next) {
        term cell = cons(p, target == p && !m->fragment ? m->value : copy_to(p, m->value), NIL);
        if (link) *link = cell;
        else list = cell;
        link = &list_ptr(cell)[1];
    }
    return list;
}

// In erlang:hibernate/3, which leaves no stack behind: what it calls once there is a message is not entered yet.
static bool is_hibernating(const Process *t)
{
    const Function *f = t->current;
    return t->state->status == STATUS_WAITING && f && !(f->module == (term) ATOM_erlang && f->name == (term) ATOM_hibernate && f->arity == 0);
}

static term current_location(Process *p, Process *target)
{
    if (is_hibernating(target)) return make_tuple(p, 4, (term[]) { ATOM_erlang, ATOM_hibernate, make_small(3), NIL });
    term trace = process_stacktrace(p, target);
    if (is_cons(trace)) return head(trace);
    ProcessState *s = target->state;
    return make_tuple(p, 4, (term[]) { s->initial_module, s->initial_function, make_small((sterm) s->initial_arity), NIL });
}

// {Address, Bytes, References} of each large binary that it holds.
static term list_binaries(Process *p, const Process *t)
{
    term list = NIL;
    for (int old = 0; old < 2; old++) {
        for (const term *o = old ? t->old_off_heap : t->off_heap; o; o = (const term *) o[1]) {
            if (header_kind(*o) != KIND_REFCBIN) continue;
            const Blob *blob = (const Blob *) o[2];
            term address = make_unsigned(p, (uintptr_t) blob), size = make_unsigned(p, o[3]);
            list = cons(p, make_tuple3(p, address, size, make_small((sterm) blob->references)), list);
        }
    }
    return list;
}

static term dictionary_value(Process *p, const Process *t, term key)
{
    term dictionary = t->state->dictionary, value = dictionary == NONE ? NONE : map_get(dictionary, key);
    return value == NONE ? (term) ATOM_undefined : copy_to(p, value);
}

static term list_suspensions(Process *p, const Process *target)
{
    term list = NIL;
    for (Suspension *s = target->state->suspensions; s; s = s->next)
        list = cons(p, make_tuple3(p, s->target, make_small((sterm) s->count), make_small(0)), list);
    return list;
}

static term pair_list(Process *p, const term *pairs, size_t count)
{
    term list = NIL;
    for (size_t i = count; i-- > 0;) list = cons(p, make_tuple2(p, pairs[2 * i], pairs[2 * i + 1]), list);
    return list;
}

static term collection_settings(Process *p, const Process *t)
{
    const ProcessState *s = t->state;
    term pairs[] = { ATOM_max_heap_size, heap_limit_term(p, &s->heap_limit), ATOM_min_bin_vheap_size,
        make_small((sterm) s->min_bin_vheap_words), ATOM_min_heap_size, make_small((sterm) s->min_heap_words), ATOM_fullsweep_after,
        make_small((sterm) s->fullsweep_after), ATOM_minor_gcs, make_small((sterm) t->minor_collections) };
    return pair_list(p, pairs, 5);
}

term collection_sizes(Process *p, const Process *t)
{
    size_t off_heap = t->off_heap_bytes / WORD_BYTES, limit = t->state->off_heap_limit / WORD_BYTES;
    term pairs[] = { ATOM_old_heap_block_size, make_small(t->old_end - t->old_heap), ATOM_heap_block_size, make_small(t->end - t->heap),
        ATOM_mbuf_size, make_small(0), ATOM_recent_size, make_small(t->mature - t->heap), ATOM_stack_size, make_small(t->end - t->stop),
        ATOM_old_heap_size, make_small(t->old_top - t->old_heap), ATOM_heap_size, make_small(t->htop - t->heap), ATOM_bin_vheap_size,
        make_small((sterm) off_heap), ATOM_bin_vheap_block_size, make_small((sterm) limit), ATOM_bin_old_vheap_size, make_small(0),
        ATOM_bin_old_vheap_block_size, make_small((sterm) limit) };
    return pair_list(p, pairs, 11);
}

// Text for people: the stack, a line for each frame.
static term backtrace(Process *p, const Process *t)
{
    Buffer b = { 0 };
    bool ok = true;
    for (term trace = process_stacktrace(p, t); ok && is_cons(trace); trace = tail(trace))
        ok = term_print(head(trace), &b, true) && buffer_append(&b, "\n", 1);
    term text = make_binary(p, b.data, b.size, NULL);
    buffer_free(&b);
    return text;
}

static term info_item(Process *p, Process *t, term item)
{
    ProcessState *s = t->state;
    switch (item) {
    case ATOM_registered_name: return s->name == NONE ? NIL : s->name;
    case ATOM_message_queue_len: return make_small((sterm) s->queue_length);
    case ATOM_messages: return list_messages(p, t);
    case ATOM_links: return list_links(p, t);
    case ATOM_monitors: return list_monitors(p, t, true);
    case ATOM_monitored_by: return list_monitors(p, t, false);
    case ATOM_dictionary: return s->dictionary == NONE ? NIL : map_to_list(p, copy_to(p, s->dictionary));
    case ATOM_trap_exit: return make_bool(s->trap_exit);
    case ATOM_status: return status_name(t);
    case ATOM_priority: return priority_name(s->priority);
    case ATOM_group_leader: return s->group_leader;
    case ATOM_parent: return s->parent;
    case ATOM_error_handler: return s->error_handler;
    case ATOM_initial_call:
        return make_tuple3(p, s->initial_module, s->initial_function, make_small((sterm) s->initial_arity));
    case ATOM_current_function: {
        term where = current_location(p, t);
        return make_tuple3(p, tuple_at(where, 0), tuple_at(where, 1), tuple_at(where, 2));
    }
    case ATOM_current_stacktrace: return process_stacktrace(p, t);
    case ATOM_current_location: return current_location(p, t);
    case ATOM_heap_size: return make_small((sterm) (t->end - t->heap));
    case ATOM_stack_size: return make_small((sterm) (t->end - t->stop));
    case ATOM_total_heap_size: return make_small((sterm) ((t->end - t->heap) + (t->old_end - t->old_heap)));
    case ATOM_memory:
        return make_integer(p, (int64_t) ((size_t) ((t->end - t->heap) + (t->old_end - t->old_heap)) * WORD_BYTES + sizeof *t + sizeof *s));
    case ATOM_reductions: return make_integer(p, (int64_t) (s->reductions + (uint64_t) (t == p ? REDUCTIONS_PER_SLICE - p->reductions : 0)));
    case ATOM_suspending: return list_suspensions(p, t);
    case ATOM_min_heap_size: return make_small((sterm) s->min_heap_words);
    case ATOM_min_bin_vheap_size: return make_small((sterm) s->min_bin_vheap_words);
    case ATOM_max_heap_size: return heap_limit_term(p, &s->heap_limit);
    case ATOM_fullsweep_after: return make_small((sterm) s->fullsweep_after);
    case ATOM_message_queue_data: return queue_data_name(s);
    case ATOM_last_calls: return ATOM_false;
    case ATOM_catchlevel: return make_small(0);
    case ATOM_trace: return make_small(0);
    case ATOM_binary: return list_binaries(p, t);
    case ATOM_sequential_trace_token: return NIL;
    case ATOM_garbage_collection: return collection_settings(p, t);
    case ATOM_garbage_collection_info: return collection_sizes(p, t);
    case ATOM_backtrace: return backtrace(p, t);
    case ATOM_async_dist: return archive_otp_release_number() >= 27 ? make_bool(s->async_dist) : NONE;
    case ATOM_label: return archive_otp_release_number() >= 27 ? dictionary_value(p, t, ATOM_process_label) : NONE; // proc_lib:set_label/1
    case ATOM_priority_messages: return archive_otp_release_number() >= 28 ? (term) ATOM_false : NONE;
    default: return NONE;
    }
}

static term info_pair(Process *p, Process *target, term item)
{
    bool of_key = is_tuple(item) && tuple_arity(item) == 2 && tuple_at(item, 0) == (term) ATOM_dictionary;
    if (of_key && archive_otp_release_number() >= 26) return make_tuple2(p, item, dictionary_value(p, target, tuple_at(item, 1)));
    term value = is_atom(item) ? info_item(p, target, item) : NONE;
    return value == NONE ? NONE : make_tuple2(p, item, value);
}

static term info_list(Process *p, Process *target, term items)
{
    term reversed = NIL, list = NIL;
    for (; is_cons(items); items = tail(items)) {
        term pair = info_pair(p, target, head(items));
        if (pair == NONE) return NONE;
        reversed = cons(p, pair, reversed);
    }
    for (; is_cons(reversed); reversed = tail(reversed)) list = cons(p, head(reversed), list);
    return is_nil(items) ? list : NONE;
}

term erlang_process_info_2(Process *p, term *a)
{
    if (!is_pid(a[0])) return raise_badarg(p);
    Process *target = process_lookup(a[0]);
    if (is_list(a[1])) {
        term list = info_list(p, target ? target : p, a[1]);
        return list == NONE ? raise_badarg(p) : target ? list : (term) ATOM_undefined;
    }
    term pair = info_pair(p, target ? target : p, a[1]);
    if (pair == NONE) return raise_badarg(p);
    if (!target) return ATOM_undefined;
    return a[1] == (term) ATOM_registered_name && is_nil(tuple_at(pair, 1)) ? NIL : pair;
}

term erlang_process_info_1(Process *p, term *a)
{
    static const enum atom_term items[] = { ATOM_registered_name, ATOM_current_function, ATOM_initial_call, ATOM_status,
        ATOM_message_queue_len, ATOM_links, ATOM_dictionary, ATOM_trap_exit, ATOM_error_handler, ATOM_priority, ATOM_group_leader,
        ATOM_total_heap_size, ATOM_heap_size, ATOM_stack_size, ATOM_reductions, ATOM_garbage_collection, ATOM_suspending };
    if (!is_pid(a[0])) return raise_badarg(p);
    Process *target = process_lookup(a[0]);
    if (!target) return ATOM_undefined;
    term list = NIL;
    for (size_t i = sizeof items / sizeof *items; i-- > 0;) {
        if (items[i] == ATOM_registered_name && target->state->name == NONE) continue;
        list = cons(p, info_pair(p, target, items[i]), list);
    }
    return list;
}

// ---- suspension ----

static Suspension **suspension_link(const Process *p, term target)
{
    Suspension **link = &p->state->suspensions;
    while (*link && (*link)->target != target) link = &(*link)->next;
    return link;
}

static void suspend(Process *target)
{
    ProcessState *s = target->state;
    if (s->status == STATUS_RUNNABLE) {
        scheduler_remove(target);
        s->status = STATUS_WAITING;
        s->ready_when_resumed = true;
    }
    s->suspended++;
}

static void resume(Process *target, uint32_t times)
{
    ProcessState *s = target->state;
    s->suspended -= times;
    if (s->suspended == 0 && s->ready_when_resumed) {
        s->ready_when_resumed = false;
        scheduler_ready(target);
    }
}

static term suspend_process(Process *p, term pid, term options)
{
    static const OptionRule rules[] = { { ATOM_unless_suspending, OPTION_FLAG }, { ATOM_asynchronous, OPTION_FLAG }, { 0 } };
    Process *target = is_pid(pid) ? process_lookup(pid) : NULL;
    if (!target || target == p || !options_valid(options, rules)) return raise_badarg(p);
    Suspension *s = *suspension_link(p, pid);
    if (s && has_flag(options, ATOM_unless_suspending)) return ATOM_false;
    if (!s) {
        s = vm_malloc(sizeof *s);
        if (!s) return raise_system_limit(p);
        *s = (Suspension) { .next = p->state->suspensions, .target = pid };
        p->state->suspensions = s;
    }
    s->count++;
    suspend(target);
    return ATOM_true;
}

term erlang_suspend_process_1(Process *p, term *a) { return suspend_process(p, a[0], NIL); }
term erlang_suspend_process_2(Process *p, term *a) { return suspend_process(p, a[0], a[1]); }

static void forget_suspension(Suspension **link)
{
    Suspension *s = *link;
    *link = s->next;
    vm_mfree(s, sizeof *s);
}

term erlang_resume_process_1(Process *p, term *a)
{
    Suspension **link = is_pid(a[0]) ? suspension_link(p, a[0]) : NULL;
    if (!link || !*link) return raise_badarg(p);
    Process *target = process_lookup(a[0]);
    if (target) resume(target, 1);
    if (--(*link)->count == 0) forget_suspension(link);
    return target ? (term) ATOM_true : raise_badarg(p);
}

// Whom it has suspended goes on when a process ends.
void suspensions_process_exited(Process *p)
{
    while (p->state->suspensions) {
        Process *target = process_lookup(p->state->suspensions->target);
        if (target) resume(target, p->state->suspensions->count);
        forget_suspension(&p->state->suspensions);
    }
}
