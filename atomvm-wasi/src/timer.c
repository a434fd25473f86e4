// Timers: a binary heap by time. Equal times fire in the order they were started.
//
// A timer's id is the number of its slot (32 bits) under how often the slot has been used: the slot knows the timer's
// place in the heap, so that one of many is found at once. Free slots are chained.
#include "process.h"

#include <math.h>

struct Timer {
    double at_ms;
    uint64_t order;
    uint32_t slot;
    void (*fire)(void *data);
    void *data;
};

typedef struct Slot {
    uint32_t used;  // how often; 0: never
    uint32_t place; // in the heap, or of the next free slot
} Slot;

static struct {
    Timer *heap;
    Slot *slots;
    size_t count, capacity;
    uint32_t free; // the first slot, when fewer than `capacity` are in use
    uint64_t last_order;
} timers;

static bool before(const Timer *a, const Timer *b) { return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order; }

static void place(size_t i, Timer t)
{
    timers.heap[i] = t;
    timers.slots[t.slot].place = (uint32_t) i;
}

static void sift_up(size_t i)
{
    Timer t = timers.heap[i];
    for (; i > 0 && before(&t, &timers.heap[(i - 1) / 2]); i = (i - 1) / 2) place(i, timers.heap[(i - 1) / 2]);
    place(i, t);
}

static void sift_down(size_t i)
{
    Timer t = timers.heap[i];
    for (size_t child; (child = 2 * i + 1) < timers.count; i = child) {
        if (child + 1 < timers.count && before(&timers.heap[child + 1], &timers.heap[child])) child++;
        if (!before(&timers.heap[child], &t)) break;
        place(i, timers.heap[child]);
    }
    place(i, t);
}

static void slot_free(uint32_t slot)
{
    timers.slots[slot].place = timers.free;
    timers.free = slot;
}

static void remove_at(size_t i)
{
    slot_free(timers.heap[i].slot);
    Timer last = timers.heap[--timers.count];
    if (i == timers.count) return;
    place(i, last);
    sift_up(i);
    sift_down(i);
}

static bool grow(void)
{
    size_t capacity = timers.capacity ? timers.capacity * 2 : 32;
    Timer *heap = vm_realloc(timers.heap, timers.capacity * sizeof *heap, capacity * sizeof *heap);
    if (!heap) return false;
    timers.heap = heap;
    Slot *slots = vm_realloc(timers.slots, timers.capacity * sizeof *slots, capacity * sizeof *slots);
    if (!slots) { // the heap's new half is given back: sizes are told when blocks are freed
        timers.heap = vm_realloc(heap, capacity * sizeof *heap, timers.capacity * sizeof *heap);
        return false;
    }
    timers.slots = slots;
    for (size_t i = capacity; i-- > timers.capacity;) {
        slots[i].used = 0;
        slot_free((uint32_t) i);
    }
    timers.capacity = capacity;
    return true;
}

uint64_t timer_start(double at_ms, void (*fire)(void *data), void *data)
{
    if (timers.count == timers.capacity && !grow()) return 0;
    uint32_t slot = timers.free;
    timers.free = timers.slots[slot].place;
    timers.slots[slot].used++;
    place(timers.count, (Timer) { at_ms, ++timers.last_order, slot, fire, data });
    sift_up(timers.count++);
    return (uint64_t) timers.slots[slot].used << 32 | slot;
}

// NULL: it has fired or was cancelled.
static Timer *timer_find(uint64_t id)
{
    uint32_t slot = (uint32_t) id;
    if (slot >= timers.capacity || timers.slots[slot].used != id >> 32) return NULL;
    size_t i = timers.slots[slot].place;
    return i < timers.count && timers.heap[i].slot == slot ? &timers.heap[i] : NULL;
}

bool timer_cancel(uint64_t id, double *left_ms)
{
    Timer *t = timer_find(id);
    if (!t) return false;
    if (left_ms) *left_ms = t->at_ms - vm.monotonic_ms;
    remove_at((size_t) (t - timers.heap));
    return true;
}

double timer_at(uint64_t id)
{
    Timer *t = timer_find(id);
    return t ? t->at_ms : vm.monotonic_ms;
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
