// Who runs next: a queue per priority, slices, timers, and the end of the first process.
#include "process.h"

#include "platform.h"

static struct Queue {
    ProcessState *first, **last;
} queues[PRIORITIES];
static uint32_t low_skipped;

static struct {
    Process *process; // the first one; NULL once it is over
    bool started, over;
    term reason;
    Fragment *fragment;
} main_process;

void scheduler_set_main(Process *p)
{
    main_process.process = p;
    main_process.started = true;
}

bool scheduler_main_over(term *reason)
{
    *reason = main_process.reason;
    return main_process.over;
}

bool scheduler_is_main(const Process *p) { return p == main_process.process; }

void scheduler_process_over(Process *p, term reason)
{
    if (p != main_process.process) return;
    main_process.process = NULL;
    main_process.over = true;
    main_process.fragment = fragment_copy(reason, &main_process.reason);
}

void scheduler_ready(Process *p)
{
    ProcessState *s = p->state;
    if (s->status != STATUS_WAITING && s->status != STATUS_RUNNING) return;
    if (s->suspended) {
        s->status = STATUS_WAITING;
        s->ready_when_resumed = true;
        return;
    }
    struct Queue *q = &queues[s->priority];
    s->status = STATUS_RUNNABLE;
    s->next = NULL;
    if (!q->first) q->last = &q->first;
    *q->last = s;
    q->last = &s->next;
}

void scheduler_remove(Process *p)
{
    struct Queue *q = &queues[p->state->priority];
    for (ProcessState **link = &q->first; *link; link = &(*link)->next) {
        if (*link != p->state) continue;
        *link = p->state->next;
        if (!*link) q->last = link;
        return;
    }
}

static ProcessState *dequeue(enum priority priority)
{
    struct Queue *q = &queues[priority];
    ProcessState *s = q->first;
    if (s) {
        q->first = s->next;
        if (!q->first) q->last = &q->first;
    }
    return s;
}

// Max and high before all others; low once for eight normals.
static ProcessState *next_process(void)
{
    ProcessState *s = dequeue(PRIORITY_MAX);
    if (!s) s = dequeue(PRIORITY_HIGH);
    if (s) return s;
    bool low_turn = queues[PRIORITY_LOW].first && ++low_skipped >= 8;
    if (low_turn) low_skipped = 0;
    s = dequeue(low_turn ? PRIORITY_LOW : PRIORITY_NORMAL);
    return s ? s : dequeue(PRIORITY_LOW);
}

static void run_slice(ProcessState *s)
{
    Process *p = s->process;
    s->status = STATUS_RUNNING;
    vm.running = p;
    p->reductions = REDUCTIONS_PER_SLICE;
    enum slice_result result = interp_run(p);
    vm.running = NULL;
    s->reductions += (uint64_t) (REDUCTIONS_PER_SLICE - p->reductions);
    vm.reductions += (uint64_t) (REDUCTIONS_PER_SLICE - p->reductions);
    vm.slices++;
    if (s->status == STATUS_EXITING) return;
    if (result == SLICE_YIELD) scheduler_ready(p);
    else if (*s->save) scheduler_ready(p); // a message came between the last look and the wait
    else s->status = STATUS_WAITING;
}

enum run_result scheduler_run(sterm reductions)
{
    for (;;) {
        scheduler_reap();
        if (main_process.over || vm.halted) return RUN_EXITED;
        timers_fire_due();
        ProcessState *s = next_process();
        if (!s) return RUN_WAITING;
        run_slice(s);
        reductions -= REDUCTIONS_PER_SLICE - s->process->reductions + 20;
        if (vm.interrupt) return RUN_MORE;
        if (reductions <= 0) {
            scheduler_reap();
            return main_process.over || vm.halted ? RUN_EXITED : RUN_MORE;
        }
    }
}
