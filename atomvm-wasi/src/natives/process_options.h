// What flags, options of spawn and info about processes share.
#ifndef ATOMVM_PROCESS_OPTIONS_H
#define ATOMVM_PROCESS_OPTIONS_H

#include "../process.h"
#include "options.h"

enum priority priority_of(term name); // PRIORITIES when it is none
void process_set_priority(Process *target, enum priority priority);
// The value of max_heap_size; what it does not say stays as it is `now`. False when it is malformed.
bool heap_limit_of(term value, const HeapLimit *now, HeapLimit *out);

#endif
