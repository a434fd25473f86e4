// Natives of module erlang about processes: spawning, signals, the dictionary, raising. Timers are in erlang_timer.c, flags
// and info in process_info.c.
#include "../exception.h"
#include "../heap_limit.h"
#include "../map.h"
#include "../platform.h"
#include "../process.h"
#include "process_options.h"

// ---- raising ----

static term raise_from_caller(Process *p, term class, term reason)
{
    raise_class(p, class, reason);
    p->exception.from_caller = true;
    return NONE;
}

term erlang_error_1(Process *p, term *a) { return raise_from_caller(p, ATOM_error, a[0]); }

term erlang_error_2(Process *p, term *a)
{
    term args = a[1];
    raise_from_caller(p, ATOM_error, a[0]);
    if (is_list(args)) p->exception.args = args;
    return NONE;
}

// Of the options of error/3 the last counts, and one that is none makes all of them void.
static term error_info_of(term options)
{
    term info = NONE;
    for (; is_cons(options); options = tail(options)) {
        term entry = head(options);
        if (!is_tuple(entry) || tuple_arity(entry) != 2 || tuple_at(entry, 0) != (term) ATOM_error_info || !is_map(tuple_at(entry, 1))) return NONE;
        info = tuple_at(entry, 1);
    }
    return options == NIL ? info : NONE;
}

term erlang_error_3(Process *p, term *a)
{
    term info = error_info_of(a[2]);
    erlang_error_2(p, a);
    // The module that explains the error is the raising one unless it says otherwise; error_info entries name it.
    if (info != NONE) p->exception.info = info;
    return NONE;
}

term erlang_exit_1(Process *p, term *a) { return raise_from_caller(p, ATOM_exit, a[0]); }
term erlang_throw_1(Process *p, term *a) { return raise_from_caller(p, ATOM_throw, a[0]); }

static bool is_trace_entry(term entry)
{
    if (!is_tuple(entry)) return false;
    size_t arity = tuple_arity(entry);
    const term *e = tuple_elements(entry);
    if (arity < 2 || arity > 4) return false;
    if (is_fun(e[0])) return arity == 2 || (arity == 3 && is_list(e[2]));
    return arity > 2 && is_atom(e[0]) && is_atom(e[1]) && (arity == 3 || is_list(e[3]));
}

// With a location at the end, empty where it had none.
static term full_trace_entry(Process *p, term entry)
{
    const term *e = tuple_elements(entry);
    size_t full = is_fun(e[0]) ? 3 : 4, arity = tuple_arity(entry);
    return arity == full ? entry : make_tuple(p, full, (term[]) { e[0], e[1], full == 3 ? (term) NIL : e[2], NIL });
}

// A stack trace as it is raised, from what a program says is one; NONE when it is none, or with system_limit raised.
static term full_trace(Process *p, term trace)
{
    size_t count = 0;
    term rest = trace;
    for (; is_cons(rest) && is_trace_entry(head(rest)); rest = tail(rest)) count++;
    if (!is_nil(rest)) return NONE;
    term *entries = vm_malloc(count * sizeof *entries);
    if (!entries) return raise_system_limit(p);
    for (size_t i = 0; i < count; i++, trace = tail(trace)) entries[i] = full_trace_entry(p, head(trace));
    term list = make_list_of(p, entries, count, NIL);
    vm_mfree(entries, count * sizeof *entries);
    return list;
}

term erlang_raise_3(Process *p, term *a)
{
    if (a[0] != (term) ATOM_error && a[0] != (term) ATOM_exit && a[0] != (term) ATOM_throw) return ATOM_badarg;
    term trace = full_trace(p, a[2]);
    if (trace == NONE) return p->exception.class == NONE ? (term) ATOM_badarg : NONE;
    raise_class(p, a[0], a[1]);
    p->exception.trace = trace;
    return NONE;
}

// ---- calling ----

term erlang_apply_3(Process *p, term *a)
{
    term module = a[0], name = a[1], args = a[2];
    sterm count = list_length(args);
    if (!is_atom(module) || !is_atom(name) || count < 0 || count > 255) return raise_badarg(p);
    Function *f = function_get(module, name, (uint32_t) count);
    if (!f) return raise_system_limit(p);
    for (sterm i = 0; i < count; i++, args = tail(args)) vm.x[i] = head(args);
    p->trap.function = f;
    return NONE;
}

term erlang_apply_2(Process *p, term *a)
{
    term fun = a[0], args = a[1];
    sterm count = list_length(args);
    if (count < 0 || count > 255) return raise_badarg(p);
    if (!is_fun(fun)) return raise_from_caller(p, ATOM_error, make_tuple2(p, ATOM_badfun, fun));
    if (fun_arity(fun) != (uint32_t) count)
        return raise_from_caller(p, ATOM_error, make_tuple2(p, ATOM_badarity, make_tuple2(p, fun, args)));
    for (sterm i = 0; i < count; i++, args = tail(args)) vm.x[i] = head(args);
    if (boxed_kind(fun) == KIND_EXTFUN) {
        p->trap.function = extfun_function(fun);
        return NONE;
    }
    Lambda *l = fun_lambda(fun);
    for (uint32_t i = 0; i < l->free_count; i++) vm.x[(uint32_t) count + i] = boxed_ptr(fun)[2 + i];
    p->trap.function = l->function;
    return NONE;
}

term erlang_hibernate_3(Process *p, term *a)
{
    if (!is_atom(a[0]) || !is_atom(a[1]) || list_length(a[2]) < 0) return raise_badarg(p);
    p->stop = p->end;
    p->trap.hibernate = true;
    return erlang_apply_3(p, a);
}

// Comes back here once there is a message.
term erlang_hibernate_0(Process *p, term *a)
{
    (void) a;
    if (*p->state->save) return ATOM_ok;
    p->trap.function = function_get(ATOM_erlang, ATOM_hibernate, 0);
    p->trap.hibernate = p->trap.keeps_stack = true;
    p->wants_collection = p->attention = true;
    return NONE;
}

term erlang_yield_0(Process *p, term *a)
{
    (void) a;
    p->reductions = 0;
    return ATOM_true;
}

term erlang_bump_reductions_1(Process *p, term *a)
{
    if (!is_small(a[0]) || small_value(a[0]) < 1) return raise_badarg(p);
    p->reductions -= small_value(a[0]);
    return ATOM_true;
}

// ---- spawning ----

term erlang_self_0(Process *p, term *a) { return (void) a, p->pid; }

static term spawned(Process *p, Process *child) { return child ? child->pid : raise_system_limit(p); }

static Process *spawn_checked(Process *p, term *a, size_t heap_words)
{
    if (!is_atom(a[0]) || !is_atom(a[1]) || list_length(a[2]) < 0) return raise_badarg(p), NULL;
    Process *child = process_spawn(p, a[0], a[1], a[2], heap_words);
    if (!child) raise_system_limit(p);
    return child;
}

static Process *spawn_fun_checked(Process *p, term fun, size_t heap_words)
{
    if (!is_fun(fun)) return raise_badarg(p), NULL;
    // One of another arity fails in the process that runs it.
    Process *child = fun_arity(fun) == 0
        ? process_spawn_fun(p, fun, heap_words)
        : process_spawn(p, ATOM_erlang, ATOM_apply, make_list_of(p, (term[]) { fun, NIL }, 2, NIL), heap_words);
    if (!child) raise_system_limit(p);
    return child;
}

static term with_link(Process *p, Process *child)
{
    if (!child) return NONE;
    process_link(p, child);
    return child->pid;
}

static term with_monitor(Process *p, Process *child)
{
    if (!child) return NONE;
    RefId ref = process_monitor(p, child, NONE, NULL);
    return make_tuple2(p, child->pid, ref_term(p, ref));
}

term erlang_spawn_1(Process *p, term *a)
{
    Process *child = spawn_fun_checked(p, a[0], 0);
    return child ? spawned(p, child) : NONE;
}
term erlang_spawn_3(Process *p, term *a)
{
    Process *child = spawn_checked(p, a, 0);
    return child ? spawned(p, child) : NONE;
}
term erlang_spawn_link_1(Process *p, term *a) { return with_link(p, spawn_fun_checked(p, a[0], 0)); }
term erlang_spawn_link_3(Process *p, term *a) { return with_link(p, spawn_checked(p, a, 0)); }
term erlang_spawn_monitor_1(Process *p, term *a) { return with_monitor(p, spawn_fun_checked(p, a[0], 0)); }
term erlang_spawn_monitor_3(Process *p, term *a) { return with_monitor(p, spawn_checked(p, a, 0)); }

// Options of monitor/3 and of {monitor, Options}, which are valid: alias and tag.
static void apply_monitor_options(Process *p, term options, RefId ref)
{
    Monitor *m = monitor_find(p, ref, true);
    term tag = option(options, ATOM_tag), alias = option(options, ATOM_alias);
    if (tag != NONE && m) m->tag = fragment_copy(tag, &m->tag_term);
    if (alias == NONE) return;
    alias_add(p, ref, alias == (term) ATOM_reply_demonitor);
    if (m) m->alias_demonitor = alias != (term) ATOM_explicit_unalias;
}

// An alias is looked up through the slot of its owner, which its third word holds.
static RefId ref_fresh_for(const Process *p)
{
    RefId ref = ref_fresh();
    ref.id[2] = p->state->slot;
    return ref;
}

static bool monitor_options_valid(term options)
{
    static const OptionRule rules[] = { { ATOM_tag, OPTION_ANY }, { ATOM_alias, OPTION_ANY }, { 0 } };
    term alias = option(options, ATOM_alias);
    return options_valid(options, rules)
        && (alias == NONE || alias == (term) ATOM_explicit_unalias || alias == (term) ATOM_demonitor || alias == (term) ATOM_reply_demonitor);
}

static bool spawn_options_valid(term options)
{
    static const OptionRule rules[] = { { ATOM_link, OPTION_FLAG }, { ATOM_monitor, OPTION_FLAG }, { ATOM_monitor, OPTION_ANY },
        { ATOM_priority, OPTION_ANY }, { ATOM_fullsweep_after, OPTION_SIZE }, { ATOM_min_heap_size, OPTION_SIZE },
        { ATOM_min_bin_vheap_size, OPTION_SIZE }, { ATOM_max_heap_size, OPTION_ANY }, { ATOM_message_queue_data, OPTION_ANY },
        { ATOM_async_dist, OPTION_BOOLEAN }, { ATOM_scheduler, OPTION_SIZE }, { 0 } };
    HeapLimit limit;
    term priority = option(options, ATOM_priority), heap = option(options, ATOM_max_heap_size), monitor = option(options, ATOM_monitor);
    term data = option(options, ATOM_message_queue_data);
    return options_valid(options, rules) && (priority == NONE || priority_of(priority) < PRIORITIES)
        && (heap == NONE || heap_limit_of(heap, &limit)) && (monitor == NONE || monitor_options_valid(monitor))
        && (data == NONE || data == (term) ATOM_on_heap || data == (term) ATOM_off_heap);
}

static void set_spawn_option(Process *child, term name, term value)
{
    ProcessState *s = child->state;
    switch (name) {
    case ATOM_max_heap_size: heap_limit_of(value, &s->heap_limit); break;
    case ATOM_min_heap_size: s->min_heap_words = (uint32_t) small_value(value); break;
    case ATOM_min_bin_vheap_size: s->min_bin_vheap_words = (uint32_t) small_value(value); break;
    case ATOM_fullsweep_after: s->fullsweep_after = (uint32_t) small_value(value); break;
    case ATOM_message_queue_data: s->queue_off_heap = value == (term) ATOM_off_heap; break;
    case ATOM_priority: process_set_priority(child, priority_of(value)); break;
    default: break;
    }
}

static term apply_spawn_options(Process *p, Process *child, term options)
{
    term monitor_ref = NONE;
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        if (o == (term) ATOM_link) process_link(p, child);
        else if (o == (term) ATOM_monitor) monitor_ref = ref_term(p, process_monitor(p, child, NONE, NULL));
        else if (tuple_at(o, 0) == (term) ATOM_monitor) {
            RefId ref = ref_fresh_for(p);
            process_monitor(p, child, NONE, &ref);
            apply_monitor_options(p, tuple_at(o, 1), ref);
            monitor_ref = ref_term(p, ref);
        } else set_spawn_option(child, tuple_at(o, 0), tuple_at(o, 1));
    }
    return monitor_ref == NONE ? child->pid : make_tuple2(p, child->pid, monitor_ref);
}

// A process begins with a heap as large as a program wants it; a very large one comes with its first collection.
enum { FIRST_HEAP_WORDS_MAX = 1 << 16 };

static size_t heap_words_of(term options)
{
    term words = option(options, ATOM_min_heap_size);
    return words != NONE && small_value(words) <= FIRST_HEAP_WORDS_MAX ? (size_t) small_value(words) : 0;
}

term erlang_spawn_opt_2(Process *p, term *a)
{
    if (!spawn_options_valid(a[1])) return raise_badarg(p);
    Process *child = spawn_fun_checked(p, a[0], heap_words_of(a[1]));
    return child ? apply_spawn_options(p, child, a[1]) : NONE;
}

term erlang_spawn_opt_4(Process *p, term *a)
{
    if (!spawn_options_valid(a[3])) return raise_badarg(p);
    Process *child = spawn_checked(p, a, heap_words_of(a[3]));
    return child ? apply_spawn_options(p, child, a[3]) : NONE;
}

// ---- links, exit signals ----

term erlang_link_1(Process *p, term *a)
{
    if (!is_pid(a[0])) return raise_badarg(p);
    Process *other = process_lookup(a[0]);
    if (other) process_link(p, other);
    else if (p->state->trap_exit) process_exit_signal(p, a[0], ATOM_noproc, true);
    else return raise_error(p, ATOM_noproc);
    return ATOM_true;
}

term erlang_unlink_1(Process *p, term *a)
{
    if (!is_pid(a[0])) return raise_badarg(p);
    process_unlink(p, a[0]);
    return ATOM_true;
}

term erlang_exit_2(Process *p, term *a)
{
    if (!is_pid(a[0])) return raise_badarg(p);
    Process *to = process_lookup(a[0]);
    if (to) process_exit_signal(to, p->pid, a[1], false);
    if (p->state->status == STATUS_EXITING) return NONE;
    return ATOM_true;
}

// Options that only say how soon it is to be delivered, which here is at once: [] or [priority, ..].
static bool are_priority_options(term options)
{
    while (is_cons(options) && head(options) == (term) ATOM_priority) options = tail(options);
    return is_nil(options);
}

term erlang_exit_3(Process *p, term *a) { return are_priority_options(a[2]) ? erlang_exit_2(p, a) : raise_badarg(p); }
term erlang_link_2(Process *p, term *a) { return are_priority_options(a[1]) ? erlang_link_1(p, a) : raise_badarg(p); }

// As exit/2, but that `normal` from the process itself is ignored, as it is from any other.
term erlang_exit_signal_2(Process *p, term *a)
{
    return a[0] == p->pid && a[1] == (term) ATOM_normal ? (term) ATOM_true : erlang_exit_2(p, a);
}

term erlang_exit_signal_3(Process *p, term *a) { return are_priority_options(a[2]) ? erlang_exit_signal_2(p, a) : raise_badarg(p); }

// ---- monitors ----

static bool monitor_target(term target, term *pid, term *name)
{
    *name = NONE;
    *pid = target;
    if (is_pid(target)) return true;
    if (is_tuple(target) && tuple_arity(target) == 2 && is_atom(tuple_at(target, 0)) && tuple_at(target, 1) == (term) ATOM_nonode_nohost)
        target = tuple_at(target, 0);
    if (!is_atom(target)) return false;
    Process *found = name_whereis(target);
    *name = target;
    *pid = found ? found->pid : NIL;
    return true;
}

static term monitor(Process *p, term type, term target, term options)
{
    term pid, name;
    if (type == (term) ATOM_time_offset) return make_ref(p); // the offset never changes
    if (type != (term) ATOM_process || !monitor_target(target, &pid, &name) || !monitor_options_valid(options)) return raise_badarg(p);
    RefId ref = ref_fresh_for(p);
    Process *to = is_pid(pid) ? process_lookup(pid) : NULL;
    if (to && to != p) process_monitor(p, to, name, &ref);
    apply_monitor_options(p, options, ref);
    if (!to) {
        term tag = option(options, ATOM_tag);
        if (option(options, ATOM_alias) != NONE && option(options, ATOM_alias) != (term) ATOM_explicit_unalias) alias_drop(p, ref);
        monitor_down_now(p, ref, is_pid(pid) ? pid : target, name, ATOM_noproc, tag);
    }
    return ref_term(p, ref);
}

term erlang_monitor_2(Process *p, term *a) { return monitor(p, a[0], a[1], NIL); }
term erlang_monitor_3(Process *p, term *a) { return monitor(p, a[0], a[1], a[2]); }

// Takes a DOWN message of this ref out of the mailbox.
static bool flush_down(Process *p, RefId ref)
{
    ProcessState *s = p->state;
    for (Message **link = &s->first; *link; link = &(*link)->next) {
        Message *m = *link;
        if (!is_tuple(m->value) || tuple_arity(m->value) != 5 || !is_ref(tuple_at(m->value, 1))) continue;
        if (!ref_same(ref_id(tuple_at(m->value, 1)), ref)) continue;
        *link = m->next;
        if (!*link) s->last = link;
        if (s->save == &m->next) s->save = link;
        s->queue_length--;
        fragment_free(m->fragment);
        vm_mfree(m, sizeof *m);
        return true;
    }
    return false;
}

static term demonitor(Process *p, term ref, term options)
{
    static const OptionRule rules[] = { { ATOM_flush, OPTION_FLAG }, { ATOM_info, OPTION_FLAG }, { 0 } };
    if (!is_ref(ref) || !options_valid(options, rules)) return raise_badarg(p);
    bool had = process_demonitor(p, ref_id(ref));
    bool flushed = has_flag(options, ATOM_flush) && !had && flush_down(p, ref_id(ref));
    if (!has_flag(options, ATOM_info)) return ATOM_true;
    return make_bool(has_flag(options, ATOM_flush) ? !flushed && had : had);
}

term erlang_demonitor_1(Process *p, term *a) { return demonitor(p, a[0], NIL); }
term erlang_demonitor_2(Process *p, term *a) { return demonitor(p, a[0], a[1]); }

term erlang_alias_0(Process *p, term *a)
{
    (void) a;
    RefId ref = ref_fresh_for(p);
    alias_add(p, ref, false);
    return ref_term(p, ref);
}

term erlang_alias_1(Process *p, term *a)
{
    static const OptionRule rules[] = { { ATOM_reply, OPTION_FLAG }, { ATOM_explicit_unalias, OPTION_FLAG }, { 0 } };
    if (!options_valid(a[0], rules)) return raise_badarg(p);
    RefId ref = ref_fresh_for(p);
    alias_add(p, ref, has_flag(a[0], ATOM_reply));
    return ref_term(p, ref);
}

term erlang_unalias_1(Process *p, term *a)
{
    if (!is_ref(a[0])) return raise_badarg(p);
    Monitor *m = monitor_find(p, ref_id(a[0]), true);
    if (m) m->alias_demonitor = false;
    return make_bool(alias_drop(p, ref_id(a[0])));
}

// ---- names ----

term erlang_register_2(Process *p, term *a)
{
    Process *target = is_pid(a[1]) ? process_lookup(a[1]) : NULL;
    if (!is_atom(a[0]) || a[0] == (term) ATOM_undefined || !is_pid(a[1])) return raise_error_info(p, ATOM_badarg, ATOM_none);
    if (!target) return raise_error_info(p, ATOM_badarg, ATOM_notalive);
    if (!name_register(a[0], target)) return raise_error_info(p, ATOM_badarg, ATOM_registered_name);
    return ATOM_true;
}

term erlang_unregister_1(Process *p, term *a)
{
    if (!is_atom(a[0]) || !name_whereis(a[0])) return raise_badarg(p);
    name_unregister(a[0]);
    return ATOM_true;
}

term erlang_whereis_1(Process *p, term *a)
{
    if (!is_atom(a[0])) return raise_badarg(p);
    Process *found = name_whereis(a[0]);
    return found ? found->pid : (term) ATOM_undefined;
}

term erlang_registered_0(Process *p, term *a) { return (void) a, name_list(p); }

// ---- sending ----

bool cold_deliver(Process *p, term to, term message);

static term send(Process *p, const term *a, term result) { return cold_deliver(p, a[0], a[1]) ? result : raise_badarg(p); }

term erlang_send_2(Process *p, term *a) { return send(p, a, a[1]); }

// A name at another node: there is none, and no connection to it.
static bool is_elsewhere(term to)
{
    return is_tuple(to) && tuple_arity(to) == 2 && tuple_at(to, 1) != (term) ATOM_nonode_nohost;
}

term erlang_send_3(Process *p, term *a)
{
    bool connect = true;
    for (term options = a[2]; !is_nil(options); options = tail(options)) {
        if (!is_cons(options) || (head(options) != ATOM_noconnect && head(options) != ATOM_nosuspend))
            return raise_error_info(p, (term) ATOM_badarg, (term) ATOM_badopt);
        if (head(options) == ATOM_noconnect) connect = false;
    }
    return send(p, a, connect || !is_elsewhere(a[0]) ? ATOM_ok : ATOM_noconnect);
}

term erlang_send_nosuspend_2(Process *p, term *a) { return send(p, a, (term) ATOM_true); }

term erlang_send_nosuspend_3(Process *p, term *a) { return erlang_send_3(p, a) == NONE ? NONE : (term) ATOM_true; }

// ---- who is there ----

// A request is carried out at once, so there is never one to abandon.
term erlang_spawn_request_abandon_1(Process *p, term *a) { return is_ref(a[0]) ? (term) ATOM_false : raise_badarg(p); }

term erlang_processes_0(Process *p, term *a)
{
    (void) a;
    term list = NIL;
    for (uint32_t slot = PID_SLOTS; slot-- > 1;) {
        Process *found = process_at(slot);
        if (found) list = cons(p, found->pid, list);
    }
    return list;
}

term erlang_is_process_alive_1(Process *p, term *a) { return is_pid(a[0]) ? make_bool(process_lookup(a[0]) != NULL) : raise_badarg(p); }
term erlang_group_leader_0(Process *p, term *a) { return (void) a, p->state->group_leader; }

term erlang_group_leader_2(Process *p, term *a)
{
    Process *target = is_pid(a[1]) ? process_lookup(a[1]) : NULL;
    if (!is_pid(a[0]) || !target) return raise_badarg(p);
    target->state->group_leader = a[0];
    return ATOM_true;
}
// ---- the process dictionary: a map ----

static term dictionary(Process *p)
{
    if (p->state->dictionary == NONE) p->state->dictionary = map_new(p);
    return p->state->dictionary;
}

static term or_undefined(term t) { return t == NONE ? (term) ATOM_undefined : t; }

term erlang_put_2(Process *p, term *a)
{
    term map = dictionary(p), old = map_get(map, a[0]);
    p->state->dictionary = map_put(p, map, a[0], a[1]);
    return or_undefined(old);
}

term erlang_get_1(Process *p, term *a)
{
    return p->state->dictionary == NONE ? (term) ATOM_undefined : or_undefined(map_get(p->state->dictionary, a[0]));
}

term erlang_get_0(Process *p, term *a) { return (void) a, map_to_list(p, dictionary(p)); }
term erlang_get_keys_0(Process *p, term *a) { return (void) a, map_keys(p, dictionary(p)); }

term erlang_get_keys_1(Process *p, term *a)
{
    term list = NIL;
    MapIterator it;
    map_iterate(&it, dictionary(p));
    while (map_next(&it))
        if (equal_exact(it.value, a[0])) list = cons(p, it.key, list);
    return list;
}

term erlang_erase_0(Process *p, term *a)
{
    term all = erlang_get_0(p, a);
    p->state->dictionary = NONE;
    return all;
}

term erlang_erase_1(Process *p, term *a)
{
    term map = dictionary(p), old = map_get(map, a[0]);
    p->state->dictionary = map_remove(p, map, a[0]);
    return or_undefined(old);
}

// ---- collection ----

// The collector runs after the native: asking for attention with a fragment makes it do so.
static term collect_soon(Process *p)
{
    p->attention = true;
    p->wants_collection = true;
    return ATOM_true;
}

term erlang_garbage_collect_0(Process *p, term *a) { return (void) a, collect_soon(p); }

term erlang_garbage_collect_1(Process *p, term *a)
{
    if (!is_pid(a[0])) return raise_badarg(p);
    if (a[0] == p->pid) return collect_soon(p);
    return make_bool(process_lookup(a[0]) != NULL);
}
term erlang_garbage_collect_2(Process *p, term *a) { return erlang_garbage_collect_1(p, a); }

// ---- nodes ----

term erlang_node_0(Process *p, term *a) { return (void) p, (void) a, ATOM_nonode_nohost; }
term erlang_node_1(Process *p, term *a) { return is_pid(a[0]) || is_ref(a[0]) ? (term) ATOM_nonode_nohost : raise_badarg(p); }
term erlang_nodes_0(Process *p, term *a) { return (void) p, (void) a, NIL; }
term erlang_is_alive_0(Process *p, term *a) { return (void) p, (void) a, ATOM_false; }
