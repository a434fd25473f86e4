// Timers: a binary heap by time. Equal times fire in the order they were started.
#include "process.h"

#include <math.h>

struct Timer {
    double at_ms;
    uint64_t id;
    void (*fire)(void *data);
    void *data;
};

static struct {
    Timer *heap;
    size_t count, capacity;
    uint64_t last_id;
} timers;

static bool before(const Timer *a, const Timer *b) { return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->id < b->id; }

static void sift_up(size_t i)
{
    Timer t = timers.heap[i];
    for (; i > 0 && before(&t, &timers.heap[(i - 1) / 2]); i = (i - 1) / 2) timers.heap[i] = timers.heap[(i - 1) / 2];
    timers.heap[i] = t;
}

static void sift_down(size_t i)
{
    Timer t = timers.heap[i];
    for (size_t child; (child = 2 * i + 1) < timers.count; i = child) {
        if (child + 1 < timers.count && before(&timers.heap[child + 1], &timers.heap[child])) child++;
        if (!before(&timers.heap[child], &t)) break;
        timers.heap[i] = timers.heap[child];
    }
    timers.heap[i] = t;
}

static void remove_at(size_t i)
{
    Timer last = timers.heap[--timers.count];
    if (i == timers.count) return;
    timers.heap[i] = last;
    sift_up(i);
    sift_down(i);
}

uint64_t timer_start(double at_ms, void (*fire)(void *data), void *data)
{
    if (timers.count == timers.capacity) {
        size_t capacity = timers.capacity ? timers.capacity * 2 : 32;
        Timer *grown = vm_realloc(timers.heap, timers.capacity * sizeof *grown, capacity * sizeof *grown);
        if (!grown) return 0;
        timers.heap = grown;
        timers.capacity = capacity;
    }
    timers.heap[timers.count] = (Timer) { at_ms, ++timers.last_id, fire, data };
    sift_up(timers.count++);
    return timers.last_id;
}

bool timer_cancel(uint64_t id, double *left_ms)
{
    for (size_t i = 0; i < timers.count; i++) {
        if (timers.heap[i].id != id) continue;
        if (left_ms) *left_ms = timers.heap[i].at_ms - vm.monotonic_ms;
        remove_at(i);
        return true;
    }
    return false;
}

double timer_at(uint64_t id)
{
    for (size_t i = 0; i < timers.count; i++)
        if (timers.heap[i].id == id) return timers.heap[i].at_ms;
    return vm.monotonic_ms;
}

double timer_next(void) { return timers.count ? timers.heap[0].at_ms : INFINITY; }

void timers_fire_due(void)
{
    while (timers.count && timers.heap[0].at_ms <= vm.monotonic_ms) {
        Timer due = timers.heap[0];
        remove_at(0);
        due.fire(due.data);
    }
}
