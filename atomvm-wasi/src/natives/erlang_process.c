// Natives of module erlang about processes: spawning, signals, timers, the dictionary, raising.
#include "../exception.h"
#include "../map.h"
#include "../platform.h"
#include "../process.h"

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

static term option(term options, term key)
{
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        if (is_tuple(o) && tuple_arity(o) == 2 && tuple_at(o, 0) == key) return tuple_at(o, 1);
    }
    return NONE;
}

static bool has_atom(term options, term key)
{
    for (; is_cons(options); options = tail(options))
        if (head(options) == key) return true;
    return false;
}

term erlang_error_3(Process *p, term *a)
{
    if (list_length(a[2]) < 0) return raise_badarg(p);
    term info = option(a[2], ATOM_error_info);
    erlang_error_2(p, a);
    if (info == NONE || !is_map(info)) return NONE;
    // The module that explains the error is the raising one unless it says otherwise; error_info entries name it.
    p->exception.info = info;
    return NONE;
}

term erlang_exit_1(Process *p, term *a) { return raise_from_caller(p, ATOM_exit, a[0]); }
term erlang_throw_1(Process *p, term *a) { return raise_from_caller(p, ATOM_throw, a[0]); }

term erlang_raise_3(Process *p, term *a)
{
    if ((a[0] != (term) ATOM_error && a[0] != (term) ATOM_exit && a[0] != (term) ATOM_throw) || list_length(a[2]) < 0) return ATOM_badarg;
    raise_class(p, a[0], a[1]);
    p->exception.trace = a[2];
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
    if (!is_fun(fun)) return raise_error(p, make_tuple2(p, ATOM_badfun, fun));
    if (count < 0 || count > 255) return raise_badarg(p);
    if (fun_arity(fun) != (uint32_t) count) return raise_error(p, make_tuple2(p, ATOM_badarity, make_tuple2(p, fun, args)));
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

static Process *spawn_checked(Process *p, term *a)
{
    if (!is_atom(a[0]) || !is_atom(a[1]) || list_length(a[2]) < 0) return raise_badarg(p), NULL;
    Process *child = process_spawn(p, a[0], a[1], a[2]);
    if (!child) raise_system_limit(p);
    return child;
}

static Process *spawn_fun_checked(Process *p, term fun)
{
    if (!is_fun(fun) || fun_arity(fun) != 0) return raise_badarg(p), NULL;
    Process *child = process_spawn_fun(p, fun);
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
    Process *child = spawn_fun_checked(p, a[0]);
    return child ? spawned(p, child) : NONE;
}
term erlang_spawn_3(Process *p, term *a)
{
    Process *child = spawn_checked(p, a);
    return child ? spawned(p, child) : NONE;
}
term erlang_spawn_link_1(Process *p, term *a) { return with_link(p, spawn_fun_checked(p, a[0])); }
term erlang_spawn_link_3(Process *p, term *a) { return with_link(p, spawn_checked(p, a)); }
term erlang_spawn_monitor_1(Process *p, term *a) { return with_monitor(p, spawn_fun_checked(p, a[0])); }
term erlang_spawn_monitor_3(Process *p, term *a) { return with_monitor(p, spawn_checked(p, a)); }

static enum priority priority_of(term name)
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

// Options of monitor/3 and of {monitor, Options}: alias and tag.
static bool apply_monitor_options(Process *p, term options, RefId ref)
{
    Monitor *m = monitor_find(p, ref, true);
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        if (!is_tuple(o) || tuple_arity(o) != 2) return false;
        term value = tuple_at(o, 1);
        if (tuple_at(o, 0) == (term) ATOM_tag) {
            if (m) m->tag = fragment_copy(value, &m->tag_term);
        } else if (tuple_at(o, 0) == (term) ATOM_alias) {
            if (value != (term) ATOM_explicit_unalias && value != (term) ATOM_demonitor && value != (term) ATOM_reply_demonitor) return false;
            alias_add(p, ref, value == (term) ATOM_reply_demonitor);
            if (m) m->alias_demonitor = value != (term) ATOM_explicit_unalias;
        } else {
            return false;
        }
    }
    return is_nil(options);
}

// An alias is looked up through the slot of its owner, which its third word holds.
static RefId ref_fresh_for(const Process *p)
{
    RefId ref = ref_fresh();
    ref.id[2] = p->state->slot;
    return ref;
}

static bool max_heap_size(term value, uint32_t *words)
{
    term size = is_map(value) ? map_get(value, ATOM_size) : value;
    if (size == NONE || !is_small(size) || small_value(size) < 0) return false;
    *words = (uint32_t) small_value(size);
    return true;
}

static term apply_spawn_options(Process *p, Process *child, term options)
{
    term monitor_ref = NONE;
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        if (o == (term) ATOM_link) process_link(p, child);
        else if (o == (term) ATOM_monitor) monitor_ref = ref_term(p, process_monitor(p, child, NONE, NULL));
        else if (!is_tuple(o) || tuple_arity(o) != 2) continue;
        else if (tuple_at(o, 0) == (term) ATOM_max_heap_size) max_heap_size(tuple_at(o, 1), &child->state->max_heap_words);
        else if (tuple_at(o, 0) == (term) ATOM_min_heap_size && is_small(tuple_at(o, 1))) child->state->min_heap_words = (uint32_t) small_value(tuple_at(o, 1));
        else if (tuple_at(o, 0) == (term) ATOM_priority && priority_of(tuple_at(o, 1)) < PRIORITIES) {
            scheduler_remove(child);
            child->state->status = STATUS_WAITING;
            child->state->priority = priority_of(tuple_at(o, 1));
            scheduler_ready(child);
        } else if (tuple_at(o, 0) == (term) ATOM_monitor) {
            RefId ref = ref_fresh_for(p);
            process_monitor(p, child, NONE, &ref);
            apply_monitor_options(p, tuple_at(o, 1), ref);
            monitor_ref = ref_term(p, ref);
        }
    }
    return monitor_ref == NONE ? child->pid : make_tuple2(p, child->pid, monitor_ref);
}

term erlang_spawn_opt_2(Process *p, term *a)
{
    if (list_length(a[1]) < 0) return raise_badarg(p);
    Process *child = spawn_fun_checked(p, a[0]);
    return child ? apply_spawn_options(p, child, a[1]) : NONE;
}

term erlang_spawn_opt_4(Process *p, term *a)
{
    if (list_length(a[3]) < 0) return raise_badarg(p);
    Process *child = spawn_checked(p, a);
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
    if (type != (term) ATOM_process || !monitor_target(target, &pid, &name)) return raise_badarg(p);
    RefId ref = ref_fresh_for(p);
    Process *to = is_pid(pid) ? process_lookup(pid) : NULL;
    if (to && to != p) process_monitor(p, to, name, &ref);
    if (!apply_monitor_options(p, options, ref)) {
        process_demonitor(p, ref);
        return raise_badarg(p);
    }
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
    if (!is_ref(ref) || list_length(options) < 0) return raise_badarg(p);
    bool had = process_demonitor(p, ref_id(ref));
    bool flushed = has_atom(options, ATOM_flush) && !had && flush_down(p, ref_id(ref));
    if (!has_atom(options, ATOM_info)) return ATOM_true;
    return make_bool(has_atom(options, ATOM_flush) ? !flushed && had : had);
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
    if (list_length(a[0]) < 0) return raise_badarg(p);
    RefId ref = ref_fresh_for(p);
    alias_add(p, ref, has_atom(a[0], ATOM_reply));
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
    if (!is_atom(a[0]) || !target || !name_register(a[0], target)) return raise_badarg(p);
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

term cold_send(Process *p, term to, term message);

term erlang_send_2(Process *p, term *a) { return cold_send(p, a[0], a[1]); }

term erlang_send_3(Process *p, term *a)
{
    if (list_length(a[2]) < 0) return raise_badarg(p);
    return cold_send(p, a[0], a[1]) == NONE ? NONE : (term) ATOM_ok;
}

term erlang_send_nosuspend_2(Process *p, term *a) { return cold_send(p, a[0], a[1]) == NONE ? NONE : (term) ATOM_true; }

// ---- flags and info ----

static bool size_option(term value, uint32_t *out, uint32_t *old)
{
    *old = *out;
    if (!is_small(value) || small_value(value) < 0) return false;
    *out = (uint32_t) small_value(value);
    return true;
}

static term max_heap_size_info(Process *on, uint32_t words)
{
    term pairs[] = { ATOM_error_logger, ATOM_true, ATOM_kill, ATOM_true, ATOM_size, make_small((sterm) words),
        ATOM_include_shared_binaries, ATOM_false };
    return map_from_pairs(on, pairs, 4);
}

static term set_flag(Process *p, Process *target, term flag, term value)
{
    ProcessState *s = target->state;
    uint32_t old, ignored = 0;
    switch (flag) {
    case ATOM_trap_exit: {
        if (!is_bool(value)) return raise_badarg(p);
        bool before = s->trap_exit;
        s->trap_exit = value == (term) ATOM_true;
        return make_bool(before);
    }
    case ATOM_priority: {
        enum priority before = s->priority, now = is_atom(value) ? priority_of(value) : PRIORITIES;
        if (now == PRIORITIES) return raise_badarg(p);
        bool queued = s->status == STATUS_RUNNABLE;
        if (queued) scheduler_remove(target), s->status = STATUS_WAITING;
        s->priority = now;
        if (queued) scheduler_ready(target);
        return priority_name(before);
    }
    case ATOM_min_heap_size:
        return size_option(value, &s->min_heap_words, &old) ? make_small((sterm) old) : raise_badarg(p);
    case ATOM_fullsweep_after:
        return size_option(value, &s->fullsweep_after, &old) ? make_small((sterm) old) : raise_badarg(p);
    case ATOM_max_heap_size: {
        uint32_t before = s->max_heap_words;
        return max_heap_size(value, &s->max_heap_words) ? max_heap_size_info(p, before) : raise_badarg(p);
    }
    case ATOM_min_bin_vheap_size:
        return size_option(value, &ignored, &old) ? make_small(46422) : raise_badarg(p);
    case ATOM_message_queue_data:
        return value == (term) ATOM_on_heap || value == (term) ATOM_off_heap ? (term) ATOM_on_heap : raise_badarg(p);
    case ATOM_save_calls:
        return make_small(0);
    case ATOM_sensitive: case ATOM_async_dist:
        return is_bool(value) ? (term) ATOM_false : raise_badarg(p);
    case ATOM_error_handler:
        return is_atom(value) ? (term) ATOM_error_handler : raise_badarg(p);
    default:
        return raise_badarg(p);
    }
}

term erlang_process_flag_2(Process *p, term *a) { return is_atom(a[0]) ? set_flag(p, p, a[0], a[1]) : raise_badarg(p); }

term erlang_process_flag_3(Process *p, term *a)
{
    Process *target = is_pid(a[0]) ? process_lookup(a[0]) : NULL;
    return target && is_atom(a[1]) ? set_flag(p, target, a[1], a[2]) : raise_badarg(p);
}

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

static term current_location(Process *p, Process *target)
{
    term trace = process_stacktrace(p, target);
    if (is_cons(trace)) return head(trace);
    ProcessState *s = target->state;
    return make_tuple(p, 4, (term[]) { s->initial_module, s->initial_function, make_small((sterm) s->initial_arity), NIL });
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
    case ATOM_error_handler: return ATOM_error_handler;
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
    case ATOM_suspending: return NIL;
    case ATOM_min_heap_size: return make_small((sterm) s->min_heap_words);
    case ATOM_max_heap_size: return max_heap_size_info(p, s->max_heap_words);
    case ATOM_fullsweep_after: return make_small((sterm) s->fullsweep_after);
    case ATOM_message_queue_data: return ATOM_on_heap;
    case ATOM_last_calls: return ATOM_false;
    case ATOM_catchlevel: return make_small(0);
    case ATOM_trace: return make_small(0);
    case ATOM_binary: case ATOM_garbage_collection: case ATOM_garbage_collection_info: return NIL;
    default: return NONE;
    }
}

static term info_pair(Process *p, Process *target, term item)
{
    if (is_tuple(item) && tuple_arity(item) == 2 && tuple_at(item, 0) == (term) ATOM_dictionary) {
        term dictionary = target->state->dictionary;
        term value = dictionary == NONE ? NONE : map_get(dictionary, tuple_at(item, 1));
        return make_tuple2(p, item, value == NONE ? (term) ATOM_undefined : copy_to(p, value));
    }
    term value = is_atom(item) ? info_item(p, target, item) : NONE;
    return value == NONE ? NONE : make_tuple2(p, item, value);
}

static term info_list(Process *p, Process *target, term items)
{
    if (is_nil(items)) return NIL;
    if (!is_cons(items)) return NONE;
    term pair = info_pair(p, target, head(items));
    term rest = pair == NONE ? NONE : info_list(p, target, tail(items));
    return rest == NONE ? NONE : cons(p, pair, rest);
}

term erlang_process_info_2(Process *p, term *a)
{
    if (!is_pid(a[0])) return raise_badarg(p);
    Process *target = process_lookup(a[0]);
    if (is_list(a[1])) {
        if (list_length(a[1]) < 0 || list_length(a[1]) > 64) return raise_badarg(p);
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

// ---- timers ----

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

static void message_timer_fire(void *data)
{
    MessageTimer *t = data;
    *message_timer_link(t->ref) = t->next;
    Process *to = is_pid(t->to) ? process_lookup(t->to) : name_whereis(t->to);
    if (to) process_deliver(to, t->message, t->fragment);
    else fragment_free(t->fragment);
    vm_mfree(t, sizeof *t);
}

static term start_message_timer(Process *p, term time, term to, term message, bool timeout_tuple, bool absolute)
{
    int64_t ms;
    if (!is_integer(time) || !integer_to_int64(time, &ms)) return raise_badarg(p);
    if (absolute) ms -= (int64_t) vm.monotonic_ms;
    if (absolute && ms < 0) ms = 0;
    if (ms < 0 || (!is_pid(to) && !is_atom(to))) return raise_badarg(p);
    MessageTimer *t = vm_malloc(sizeof *t);
    if (!t) return raise_system_limit(p);
    *t = (MessageTimer) { .next = message_timers, .ref = ref_fresh(), .to = to };
    term ref = ref_term(p, t->ref);
    if (timeout_tuple) message = make_tuple3(p, ATOM_timeout, ref, message);
    t->fragment = fragment_copy(message, &t->message);
    t->id = timer_start(vm.monotonic_ms + (double) ms, message_timer_fire, t);
    message_timers = t;
    return ref;
}

term erlang_start_timer_3(Process *p, term *a) { return start_message_timer(p, a[0], a[1], a[2], true, false); }
term erlang_send_after_3(Process *p, term *a) { return start_message_timer(p, a[0], a[1], a[2], false, false); }
term erlang_start_timer_4(Process *p, term *a)
{
    return start_message_timer(p, a[0], a[1], a[2], true, option(a[3], ATOM_abs) == (term) ATOM_true);
}
term erlang_send_after_4(Process *p, term *a)
{
    return start_message_timer(p, a[0], a[1], a[2], false, option(a[3], ATOM_abs) == (term) ATOM_true);
}

static term time_left(Process *p, double ms) { return make_integer(p, ms <= 0 ? 0 : (int64_t) (ms + 0.999)); }

static term cancel(Process *p, term ref)
{
    if (!is_ref(ref)) return raise_badarg(p);
    MessageTimer **link = message_timer_link(ref_id(ref)), *t = *link;
    double left;
    if (!t || !timer_cancel(t->id, &left)) return ATOM_false;
    *link = t->next;
    fragment_free(t->fragment);
    vm_mfree(t, sizeof *t);
    return time_left(p, left);
}

term erlang_cancel_timer_1(Process *p, term *a) { return cancel(p, a[0]); }

term erlang_cancel_timer_2(Process *p, term *a)
{
    term left = cancel(p, a[0]);
    if (left == NONE) return NONE;
    if (option(a[1], ATOM_async) == (term) ATOM_true) {
        if (option(a[1], ATOM_info) != (term) ATOM_false) process_send(p, p->pid, make_tuple3(p, ATOM_cancel_timer, a[0], left));
        return ATOM_ok;
    }
    return option(a[1], ATOM_info) == (term) ATOM_false ? (term) ATOM_ok : left;
}

term erlang_read_timer_1(Process *p, term *a)
{
    if (!is_ref(a[0])) return raise_badarg(p);
    MessageTimer *t = *message_timer_link(ref_id(a[0]));
    return t ? time_left(p, timer_at(t->id) - vm.monotonic_ms) : (term) ATOM_false;
}

// ---- suspension, nodes ----

term erlang_suspend_process_1(Process *p, term *a)
{
    Process *target = is_pid(a[0]) ? process_lookup(a[0]) : NULL;
    if (!target || target == p) return raise_badarg(p);
    ProcessState *s = target->state;
    if (s->status == STATUS_RUNNABLE) {
        scheduler_remove(target);
        s->status = STATUS_WAITING;
        s->ready_when_resumed = true;
    }
    s->suspended++;
    return ATOM_true;
}

term erlang_resume_process_1(Process *p, term *a)
{
    Process *target = is_pid(a[0]) ? process_lookup(a[0]) : NULL;
    if (!target || !target->state->suspended) return raise_badarg(p);
    if (--target->state->suspended == 0 && target->state->ready_when_resumed) {
        target->state->ready_when_resumed = false;
        scheduler_ready(target);
    }
    return ATOM_true;
}

term erlang_node_0(Process *p, term *a) { return (void) p, (void) a, ATOM_nonode_nohost; }
term erlang_node_1(Process *p, term *a) { return is_pid(a[0]) || is_ref(a[0]) ? (term) ATOM_nonode_nohost : raise_badarg(p); }
term erlang_nodes_0(Process *p, term *a) { return (void) p, (void) a, NIL; }
term erlang_nodes_1(Process *p, term *a) { return (void) p, (void) a, NIL; }
term erlang_is_alive_0(Process *p, term *a) { return (void) p, (void) a, ATOM_false; }
