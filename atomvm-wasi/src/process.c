// Processes: the table, messages, links, monitors, aliases, names, exit signals.
#include "process.h"

#include "ets.h"
#include "heap_limit.h"
#include "module.h"
#include "platform.h"

#include <stdlib.h>

// The process table grows as slots are first used, up to PID_SLOTS.
static struct Slot {
    ProcessState *process; // NULL: free
    uint32_t serial;       // of the next process here
} *slots;
static uint32_t slot_count, slot_hint = 1, alive;
enum { FIRST_SLOTS = 64 };

static uint32_t pid_slot(term pid) { return (uint32_t) (pid >> 4) & (PID_SLOTS - 1); }
static term make_pid(uint32_t slot, uint32_t serial) { return (term) (serial << PID_SLOT_BITS | slot) << 4 | TAG_PID; }

Process *process_lookup(term pid)
{
    ProcessState *s = pid_slot(pid) < slot_count ? slots[pid_slot(pid)].process : NULL;
    return s && s->process->pid == pid && s->status != STATUS_EXITING ? s->process : NULL;
}

Process *process_at(uint32_t slot)
{
    ProcessState *s = slot < slot_count ? slots[slot].process : NULL;
    return s && s->status != STATUS_EXITING ? s->process : NULL;
}

uint32_t process_count(void) { return alive; }

static bool grow_slots(void)
{
    uint32_t count = slot_count ? slot_count * 2 : FIRST_SLOTS;
    struct Slot *grown = vm_realloc(slots, slot_count * sizeof *grown, count * sizeof *grown);
    if (!grown) return false;
    memset(grown + slot_count, 0, (count - slot_count) * sizeof *grown);
    slots = grown;
    slot_count = count;
    return true;
}

// 0: the table is full, or there is no memory for a larger one.
static uint32_t free_slot(void)
{
    for (uint32_t i = 0; i < PID_SLOTS - 1; i++) {
        uint32_t slot = (slot_hint + i) % PID_SLOTS;
        if (slot >= slot_count && !grow_slots()) return 0;
        if (slot && !slots[slot].process) return slot;
    }
    return 0;
}

Process *process_new(size_t heap_words)
{
    if (heap_words < MIN_HEAP_WORDS) heap_words = MIN_HEAP_WORDS;
    uint32_t slot = free_slot();
    Process *p = slot ? vm_malloc(sizeof *p) : NULL;
    ProcessState *s = p ? vm_malloc(sizeof *s) : NULL;
    term *heap = s ? vm_malloc(heap_words * WORD_BYTES) : NULL;
    if (!heap) {
        vm_mfree(s, sizeof *s);
        vm_mfree(p, sizeof *p);
        return NULL;
    }
    *p = (Process) { .heap = heap, .htop = heap, .mature = heap, .end = heap + heap_words, .stop = heap + heap_words,
        .pid = make_pid(slot, slots[slot].serial), .state = s, .cp = stub_exit };
    *s = (ProcessState) { .process = p, .status = STATUS_WAITING, .priority = PRIORITY_NORMAL, .slot = slot,
        .serial = slots[slot].serial, .group_leader = p->pid, .dictionary = NONE, .parent = ATOM_undefined, .name = NONE,
        .min_heap_words = MIN_HEAP_WORDS, .fullsweep_after = 65535, .min_bin_vheap_words = MIN_BIN_VHEAP_WORDS,
        .error_handler = ATOM_error_handler, .heap_limit = default_heap_limit, .off_heap_limit = 4 << 20 };
    s->last = s->save = &s->first;
    slots[slot].process = s;
    slot_hint = slot + 1;
    alive++;
    return p;
}

static void set_parent(Process *p, Process *parent)
{
    if (!parent) return;
    p->state->group_leader = parent->state->group_leader;
    p->state->parent = parent->pid;
}

// Starts in f with `count` arguments that are copied from elsewhere.
static bool set_call(Process *p, Function *f, const term *args, uint32_t count)
{
    uint32_t capacity = count < 8 ? 8 : count;
    p->x_saved = vm_malloc(capacity * WORD_BYTES);
    if (!p->x_saved) return false;
    p->x_capacity = capacity;
    for (uint32_t i = 0; i < count; i++) p->x_saved[i] = term_copy(args[i], &p->htop, &p->off_heap);
    p->live = count;
    p->current = f;
    p->pc = f->code;
    return true;
}

static Process *spawn_call(Process *parent, Function *f, const term *args, uint32_t count, size_t heap_words)
{
    size_t words = 0;
    for (uint32_t i = 0; i < count; i++) words += term_size(args[i]);
    words += MIN_HEAP_WORDS;
    Process *p = process_new(words < heap_words ? heap_words : words);
    if (!p) return NULL;
    if (!set_call(p, f, args, count)) {
        process_terminate(p, ATOM_system_limit);
        return NULL;
    }
    set_parent(p, parent);
    p->state->initial_module = f->module;
    p->state->initial_function = f->name;
    p->state->initial_arity = f->arity;
    scheduler_ready(p);
    return p;
}

Process *process_spawn(Process *parent, term module, term name, term args, size_t heap_words)
{
    term list[256];
    uint32_t count = 0;
    for (; is_cons(args) && count < 255; args = tail(args)) list[count++] = head(args);
    Function *f = function_get(module, name, count);
    return f ? spawn_call(parent, f, list, count, heap_words) : NULL;
}

Process *process_spawn_fun(Process *parent, term fun, size_t heap_words)
{
    bool external = boxed_kind(fun) == KIND_EXTFUN;
    Function *function = external ? extfun_function(fun) : fun_lambda(fun)->function;
    Process *p = spawn_call(parent, function, boxed_ptr(fun) + 2, external ? 0 : fun_lambda(fun)->free_count, heap_words);
    if (p) { // as spawned by apply(Fun, [])
        p->state->initial_module = ATOM_erlang;
        p->state->initial_function = ATOM_apply;
        p->state->initial_arity = 2;
    }
    return p;
}

// ---- messages ----

static void enqueue(Process *to, term value, Fragment *fragment)
{
    ProcessState *s = to->state;
    Message *m = vm_malloc(sizeof *m);
    if (!m) { // the receiver is what fills the memory
        fragment_free(fragment);
        process_terminate(to, ATOM_system_limit);
        return;
    }
    *m = (Message) { NULL, value, fragment };
    *s->last = m;
    s->last = &m->next;
    s->queue_length++;
    if (s->status == STATUS_WAITING) scheduler_ready(to);
}

void process_deliver(Process *to, term value, Fragment *fragment) { enqueue(to, value, fragment); }

void process_send(Process *from, term to_pid, term message)
{
    Process *to = process_lookup(to_pid);
    if (!to) return;
    size_t words = term_size(message);
    if (words == 0) {
        enqueue(to, message, NULL);
    } else if (to->state->queue_length < MAILBOX_ON_HEAP_MAX && !to->fragments && (size_t) (to->stop - to->htop) > words + MIN_HEAP_WORDS / 2
               && to != from) {
        term copy = term_copy(message, &to->htop, &to->off_heap);
        enqueue(to, copy, NULL);
    } else {
        term copy;
        Fragment *f = fragment_copy(message, &copy);
        enqueue(to, copy, f);
    }
}

static void free_mailbox(ProcessState *s)
{
    for (Message *m = s->first, *next; m; m = next) {
        next = m->next;
        fragment_free(m->fragment);
        vm_mfree(m, sizeof *m);
    }
    s->first = NULL;
    s->last = s->save = &s->first;
}

// ---- names ----

typedef struct Name {
    struct Name *next;
    term name;
    Process *process;
} Name;
static Name *names;

bool name_register(term name, Process *p)
{
    if (name_whereis(name) || p->state->name != NONE || name == (term) ATOM_undefined) return false;
    Name *n = vm_malloc(sizeof *n);
    if (!n) return false;
    *n = (Name) { names, name, p };
    names = n;
    p->state->name = name;
    return true;
}

Process *name_whereis(term name)
{
    for (Name *n = names; n; n = n->next)
        if (n->name == name) return n->process;
    return NULL;
}

void name_unregister(term name)
{
    for (Name **link = &names; *link; link = &(*link)->next) {
        Name *n = *link;
        if (n->name != name) continue;
        *link = n->next;
        n->process->state->name = NONE;
        vm_mfree(n, sizeof *n);
        return;
    }
}

term name_list(Process *p)
{
    term list = NIL;
    for (Name *n = names; n; n = n->next) list = cons(p, n->name, list);
    return list;
}

// ---- links, monitors, aliases ----

// What a has of a link with b, or NULL. Looks through both lists at once, as far as the shorter one goes.
static Link *link_between(const Process *a, const Process *b)
{
    for (Link *x = a->state->links, *y = b->state->links; x && y; x = x->next, y = y->next) {
        if (x->other == b->pid) return x;
        if (y->other == a->pid) return y->twin;
    }
    return NULL;
}

static void push_link(Process *p, Link *l, Link *twin, term other)
{
    *l = (Link) { p->state->links, &p->state->links, twin, other };
    if (l->next) l->next->back = &l->next;
    p->state->links = l;
}

static void pop_link(Link *l)
{
    *l->back = l->next;
    if (l->next) l->next->back = l->back;
    vm_mfree(l, sizeof *l);
}

static void drop_link(Link *l)
{
    pop_link(l->twin);
    pop_link(l);
}

void process_link(Process *a, Process *b)
{
    if (a == b || link_between(a, b)) return;
    Link *of_a = vm_malloc(sizeof *of_a), *of_b = of_a ? vm_malloc(sizeof *of_b) : NULL;
    if (!of_b) {
        vm_mfree(of_a, sizeof *of_a);
        return;
    }
    push_link(a, of_a, of_b, b->pid);
    push_link(b, of_b, of_a, a->pid);
}

void process_unlink(Process *a, term b)
{
    Process *other = process_lookup(b);
    Link *l = other ? link_between(a, other) : a->state->links;
    while (!other && l && l->other != b) l = l->next; // one that has ended, but is not torn down yet
    if (l) drop_link(l);
}

static void push_monitor(Process *p, Monitor *m, Monitor *twin)
{
    m->twin = twin;
    m->next = p->state->monitors;
    m->back = &p->state->monitors;
    if (m->next) m->next->back = &m->next;
    p->state->monitors = m;
}

RefId process_monitor(Process *watcher, Process *target, term name, const RefId *reuse)
{
    RefId ref = reuse ? *reuse : ref_fresh();
    Monitor *mine = vm_malloc(sizeof *mine), *theirs = mine ? vm_malloc(sizeof *theirs) : NULL;
    if (!theirs) {
        vm_mfree(mine, sizeof *mine);
        return ref;
    }
    *mine = (Monitor) { .ref = ref, .origin = true, .other = target->pid, .name = name, .tag_term = NONE };
    *theirs = (Monitor) { .ref = ref, .origin = false, .other = watcher->pid, .name = name, .tag_term = NONE };
    push_monitor(watcher, mine, theirs);
    push_monitor(target, theirs, mine);
    return ref;
}

Monitor *monitor_find(Process *p, RefId ref, bool origin)
{
    for (Monitor *m = p->state->monitors; m; m = m->next)
        if (m->origin == origin && ref_same(m->ref, ref)) return m;
    return NULL;
}

static void pop_monitor(Monitor *m)
{
    *m->back = m->next;
    if (m->next) m->next->back = m->back;
    fragment_free(m->tag);
    vm_mfree(m, sizeof *m);
}

static void drop_monitor(Monitor *m)
{
    pop_monitor(m->twin);
    pop_monitor(m);
}

void alias_add(Process *p, RefId ref, bool reply)
{
    Alias *a = vm_malloc(sizeof *a);
    if (!a) return;
    *a = (Alias) { p->state->aliases, ref, reply };
    p->state->aliases = a;
}

bool alias_drop(Process *p, RefId ref)
{
    for (Alias **link = &p->state->aliases; *link; link = &(*link)->next) {
        Alias *a = *link;
        if (!ref_same(a->ref, ref)) continue;
        *link = a->next;
        vm_mfree(a, sizeof *a);
        return true;
    }
    return false;
}

bool process_demonitor(Process *watcher, RefId ref)
{
    Monitor *m = monitor_find(watcher, ref, true);
    if (!m) return false;
    if (m->alias_demonitor) alias_drop(watcher, ref);
    return drop_monitor(m), true;
}

// The third word of an alias is its owner's slot.
Process *alias_lookup(term ref)
{
    RefId id = ref_id(ref);
    Process *p = id.id[2] < PID_SLOTS ? process_at(id.id[2]) : NULL;
    for (Alias *a = p ? p->state->aliases : NULL; a; a = a->next) {
        if (!ref_same(a->ref, id)) continue;
        if (a->reply) {
            alias_drop(p, id);
            process_demonitor(p, id);
        }
        return p;
    }
    return NULL;
}

// ---- exit ----

static void send_exit_message(Process *to, term from, term reason)
{
    // {'EXIT', From, Reason} built in the fragment that delivers it
    size_t words = 4 + term_size(reason);
    term copy;
    Fragment *f = vm_malloc(sizeof *f + words * WORD_BYTES);
    if (!f) return;
    *f = (Fragment) { .words = words };
    term *top = f->data + 4;
    copy = term_copy(reason, &top, &f->off_heap);
    f->data[0] = make_header(KIND_TUPLE, 3);
    f->data[1] = ATOM_EXIT;
    f->data[2] = from;
    f->data[3] = copy;
    f->used = words;
    process_deliver(to, make_boxed(f->data), f);
}

void process_exit_signal(Process *to, term from, term reason, bool linked)
{
    ProcessState *s = to->state;
    if (!linked && reason == (term) ATOM_kill) {
        process_terminate(to, ATOM_killed);
    } else if (s->trap_exit) {
        send_exit_message(to, from, reason);
    } else if (reason != (term) ATOM_normal || (!linked && from == to->pid)) {
        process_terminate(to, reason);
    }
}

static ProcessState *ending; // processes scheduler_reap has to tear down

void process_terminate(Process *p, term reason)
{
    ProcessState *s = p->state;
    if (s->status == STATUS_EXITING) return;
    // The reason must outlive its home, which may be the sender's heap.
    term copy;
    s->exit_fragment = fragment_copy(reason, &copy);
    s->exit_reason_term = copy;
    if (s->status == STATUS_RUNNABLE) scheduler_remove(p);
    s->status = STATUS_EXITING;
    p->attention = true;
    s->next_ending = ending;
    ending = s;
}

static void send_down(Process *watcher, const Monitor *m, term object, term reason)
{
    size_t words = 6 + (1 + WORDS_FOR_BYTES(sizeof(RefId))) + 3 + term_size(reason) + (m->tag ? m->tag->used : 0);
    Fragment *f = vm_malloc(sizeof *f + words * WORD_BYTES);
    if (!f) return;
    *f = (Fragment) { .words = words };
    term *top = f->data + 6, *ref = top;
    size_t ref_words = WORDS_FOR_BYTES(sizeof(RefId));
    ref[ref_words] = 0;
    ref[0] = make_header(KIND_REF, ref_words);
    memcpy(ref + 1, &m->ref, sizeof m->ref);
    top += 1 + ref_words;
    if (m->name != NONE) { // {Name, Node}
        top[0] = make_header(KIND_TUPLE, 2);
        top[1] = m->name;
        top[2] = ATOM_nonode_nohost;
        object = make_boxed(top);
        top += 3;
    }
    term tag = m->tag ? term_copy(m->tag_term, &top, &f->off_heap) : m->tag_term != NONE ? m->tag_term : (term) ATOM_DOWN;
    term copy = term_copy(reason, &top, &f->off_heap);
    f->data[0] = make_header(KIND_TUPLE, 5);
    f->data[1] = tag;
    f->data[2] = make_boxed(ref);
    f->data[3] = ATOM_process;
    f->data[4] = object;
    f->data[5] = copy;
    f->used = (size_t) (top - f->data);
    process_deliver(watcher, make_boxed(f->data), f);
}

// DOWN for a process that is already gone when it is to be watched.
void monitor_down_now(Process *watcher, RefId ref, term object, term name, term reason, term tag)
{
    Monitor m = { .ref = ref, .origin = true, .other = object, .name = name, .tag_term = tag };
    if (tag != NONE) m.tag = fragment_copy(tag, &m.tag_term);
    send_down(watcher, &m, object, reason);
    fragment_free(m.tag);
}

static void notify_monitors(Process *p, term reason)
{
    while (p->state->monitors) {
        Monitor *m = p->state->monitors;
        Process *watcher = m->origin ? NULL : process_lookup(m->other);
        if (watcher) {
            send_down(watcher, m->twin, p->pid, reason);
            if (m->twin->alias_demonitor) alias_drop(watcher, m->ref);
        }
        drop_monitor(m);
    }
}

static void notify_links(Process *p, term reason)
{
    while (p->state->links) {
        Process *other = process_lookup(p->state->links->other);
        drop_link(p->state->links);
        if (other) process_exit_signal(other, p->pid, reason, true);
    }
}

static void tear_down(Process *p)
{
    ProcessState *s = p->state;
    term reason = s->exit_reason_term;
    if (s->receive_timer) timer_cancel(s->receive_timer, NULL);
    if (s->name != NONE) name_unregister(s->name);
    ets_process_exited(p);
    suspensions_process_exited(p);
    message_timers_drop(s);
    heap_free_all(p);
    size_t cap = vm_suspend_cap(); // nobody may be left waiting for an end that was not told for lack of memory
    notify_links(p, reason);
    notify_monitors(p, reason);
    vm_restore_cap(cap);
    while (s->aliases) alias_drop(p, s->aliases->ref);
    scheduler_process_over(p, reason);
    free_mailbox(s);
    fragment_free(s->exit_fragment);
    vm_mfree(p->x_saved, p->x_capacity * WORD_BYTES);
    slots[s->slot] = (struct Slot) { NULL, (s->serial + 1) & PID_SERIAL_MASK };
    alive--;
    vm_mfree(s, sizeof *s);
    vm_mfree(p, sizeof *p);
}

void scheduler_reap(void)
{
    while (ending) { // tearing one down may end others
        ProcessState *s = ending;
        ending = s->next_ending;
        tear_down(s->process);
    }
}

// As the emulator tells the logger of OTP: logger:report_crash(Pid, GroupLeader, Event), in a process of its own. False
// when the archive has no logger, or it is about the logger.
static bool relay(Process *p, term event)
{
    if (p->state->initial_module == (term) ATOM_logger || !archive_has_module(ATOM_logger)) return false;
    Function *report = function_get(ATOM_logger, ATOM_report_crash, 3);
    if (!report || !function_resolve(report)) return false;
    term args[] = { p->pid, p->state->group_leader, event };
    return spawn_call(NULL, report, args, 3, 0) != NULL;
}

void process_report(Process *p, term event, const char *text)
{
    if (relay(p, event)) return;
    Buffer b = { 0 };
    static const char before[] = "Error in process ";
    bool ok = buffer_append(&b, before, sizeof before - 1) && term_print(p->pid, &b, false) && buffer_append(&b, text, strlen(text))
        && term_print(event, &b, true);
    if (ok) platform_log(LOG_ERROR, b.data, b.size);
    buffer_free(&b);
}
