// Processes as the scheduler and the process natives see them: mailbox, links, monitors, timers, names.
//
// There is one thread, so signals take effect when they are sent: a message is copied straight into the receiver (its
// heap when there is room and the queue is short, a fragment of its own otherwise), an exit signal ends or messages the
// receiver at once. A process that ends is torn down by scheduler_reap, never in the middle of somebody's native.
#ifndef ATOMVM_PROCESS_H
#define ATOMVM_PROCESS_H

#include "vm.h"

typedef struct RefId {
    uint32_t id[3];
} RefId;
static inline bool ref_same(RefId a, RefId b) { return memcmp(&a, &b, sizeof a) == 0; }
RefId ref_id(term ref); // of a KIND_REF or KIND_MAGIC term
RefId ref_fresh(void);
term ref_term(Process *p, RefId id); // on p's heap, by heap_alloc

enum { PID_SLOT_BITS = 15, PID_SLOTS = 1 << PID_SLOT_BITS, PID_SERIAL_MASK = (1 << 13) - 1 };
enum process_status { STATUS_RUNNABLE, STATUS_RUNNING, STATUS_WAITING, STATUS_EXITING, STATUS_FREE };
enum priority { PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH, PRIORITY_MAX, PRIORITIES };
enum { MAILBOX_ON_HEAP_MAX = 32, MIN_HEAP_WORDS = 233, MIN_BIN_VHEAP_WORDS = 46422 };

// One end of a monitor; both processes hold one with the same ref.
// One side of a monitor; both are there, or neither.
typedef struct Monitor {
    struct Monitor *next, **back; // in the process's list; *back points here
    struct Monitor *twin;         // the other side
    RefId ref;
    bool origin;   // this process watches `other`; otherwise `other` watches this process
    term other;    // pid
    term name;     // registered name it was asked for by, or NONE
    bool alias_demonitor, alias_reply; // alias options
    term tag_term; // {tag, Term} option, or NONE; in `tag` unless immediate
    Fragment *tag;
} Monitor;

// One side of a link. Both are there, or neither: a process with many links loses one of them without looking for it.
typedef struct Link {
    struct Link *next, **back; // in the process's list; *back points here
    struct Link *twin;         // the other side
    term other;                // pid
} Link;

typedef struct Alias {
    struct Alias *next;
    RefId ref;
    bool reply; // gone after the first message through it
} Alias;

// Another process that this one has suspended, so many times.
typedef struct Suspension {
    struct Suspension *next;
    term target; // pid
    uint32_t count;
} Suspension;

typedef struct HeapLimit { // max_heap_size
    uint32_t words;        // 0 = none
    bool kill, report, shared_binaries;
} HeapLimit;

typedef struct ProcessState {
    Process *process;
    struct ProcessState *next; // in its run queue
    enum process_status status;
    enum priority priority;
    uint32_t slot, serial;
    bool trap_exit, exit_pending;
    bool timeout_read; // by the receive that it waits in: what held the timeout need not be there any more
    bool over_limit, over_heap_limit; // it must end: the memory is full; it has more than its max_heap_size
    term group_leader; // pid
    term name;         // registered, or NONE
    term dictionary;   // a map on the process's heap, or NONE
    term parent;       // pid, or ATOM_undefined
    term initial_module, initial_function;
    uint32_t initial_arity;
    Message *first, **last; // the mailbox
    Message **save;         // where the receive that is going on looks next
    uint32_t queue_length;
    uint64_t receive_timer; // id, 0 = none
    const Word *timeout_pc; // where to go on when it fires
    Link *links;
    Monitor *monitors;
    Alias *aliases;
    struct ProcessState *next_ending; // while STATUS_EXITING: to be torn down
    term exit_reason_term;            // in exit_fragment
    Fragment *exit_fragment;
    bool ready_when_resumed;
    uint64_t reductions;
    bool sensitive, async_dist, queue_off_heap; // flags that are kept and mean nothing here
    uint32_t save_calls, min_bin_vheap_words;   // likewise
    uint32_t node_monitors;                     // how often it asked to be told of nodes, of which there are no others
    term error_handler;                         // likewise
    Suspension *suspensions;
    struct MessageTimer *message_timers; // that are to send to this process
    HeapLimit heap_limit;
    uint32_t suspended, min_heap_words, fullsweep_after;
    size_t next_heap_words; // the heap should be this big after the next collection; 0 = as it is
    size_t off_heap_limit;  // more bytes than this held off the heap ask for a major collection
    sterm collections;
} ProcessState;

Process *process_new(size_t heap_words); // NULL: table or memory full (nothing is raised)
Process *process_lookup(term pid); // NULL when not alive
uint32_t process_count(void);
Process *process_at(uint32_t slot); // NULL when free or exiting

// Spawns apply(module, name, args); `args` is a proper list on `parent`'s heap (or literals).
// The heap has as many words as that, or as are usual.
Process *process_spawn(Process *parent, term module, term name, term args, size_t heap_words);
Process *process_spawn_fun(Process *parent, term fun, size_t heap_words);

// Sends a copy. `to` is a pid; nothing happens when it is not alive.
void process_send(Process *from, term to, term message);
// Hands over a message that is already alone in a fragment.
void process_deliver(Process *to, term value, Fragment *fragment);
// A fragment holding a copy of t; *copy is the term in it. For an immediate NULL, and *copy = t.
Fragment *fragment_copy(term t, term *copy);
void fragment_free(Fragment *f);

// Exit signal as by exit/2 (from a link when `linked`). reason ATOM_kill kills for certain unless linked.
void process_exit_signal(Process *to, term from, term reason, bool linked);
// Ends the process: it will not run again. Links, monitors, names and tables are dealt with by scheduler_reap.
void process_terminate(Process *p, term reason);

void process_link(Process *a, Process *b);
void process_unlink(Process *a, term b);
Monitor *monitor_find(Process *p, RefId ref, bool origin);
void monitor_down_now(Process *watcher, RefId ref, term object, term name, term reason, term tag);
void alias_add(Process *p, RefId ref, bool reply);
bool alias_drop(Process *p, RefId ref);
RefId process_monitor(Process *watcher, Process *target, term name, const RefId *reuse);
bool process_demonitor(Process *watcher, RefId ref); // true when there was one

// The process a reference is an alias of, or NULL. An alias for one reply is gone afterwards.
Process *alias_lookup(term ref);
// Tells the logger what happened to a process: an exit reason, or {max_heap_size, ..}. Without a logger the console gets
// "Error in process <Pid>", the text and the term.
void process_report(Process *p, term event, const char *text);

bool name_register(term name, Process *p);
Process *name_whereis(term name);
void name_unregister(term name);
term name_list(Process *p);

// ---- timers (timer.c) ----
typedef struct Timer Timer;
// Fires at vm.monotonic_ms >= at_ms. `fire` gets the timer's data once. Returns an id, never 0.
uint64_t timer_start(double at_ms, void (*fire)(void *data), void *data);
bool timer_cancel(uint64_t id, double *left_ms); // false when it has fired
double timer_at(uint64_t id); // when it will fire
double timer_next(void);   // +inf without one
void timers_fire_due(void);
void message_timers_drop(ProcessState *s); // those for the process; natives/erlang_timer.c
void suspensions_process_exited(Process *p);    // natives/process_info.c

// ---- scheduler.c ----
void scheduler_ready(Process *p);  // puts a process that waits, or whose slice is over, into its run queue
void scheduler_remove(Process *p); // takes it out
void scheduler_reap(void);         // tears down processes that have ended
void scheduler_process_over(Process *p, term reason);
void scheduler_set_main(Process *p);
bool scheduler_is_main(const Process *p);
bool scheduler_main_over(term *reason); // reason stays valid
enum run_result { RUN_MORE, RUN_WAITING, RUN_EXITED };
enum run_result scheduler_run(sterm reductions);

// ---- interp.c ----
enum slice_result { SLICE_YIELD, SLICE_WAIT, SLICE_EXIT };
enum slice_result interp_run(Process *p);

// ---- gc.c ----
// Makes room for `need` words beside what lives. Roots: the first `live` X registers, the stack, all of the process's own.
// False: the process may not have that much; it must end.
bool gc_collect(Process *p, size_t need, uint32_t live, bool full);
void heap_free_all(Process *p); // at the end of a process
void fragments_free(Process *p); // of which nothing is referred to

// So many bytes more are held off the heap: past the limit the process collects when the loop attends to it next, however
// much room its heap still has.
static inline void off_heap_grew(Process *p, size_t bytes)
{
    p->off_heap_bytes += bytes;
    if (p->state && p->off_heap_bytes > p->state->off_heap_limit) p->wants_collection = p->attention = true;
}

#endif
