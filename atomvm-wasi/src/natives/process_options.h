// What flags, options of spawn and info about processes share.
#ifndef ATOMVM_PROCESS_OPTIONS_H
#define ATOMVM_PROCESS_OPTIONS_H

#include "../process.h"
#include "options.h"

enum priority priority_of(term name); // PRIORITIES when it is none
void process_set_priority(Process *target, enum priority priority);
// Of `t`, on the heap of `p`: garbage_collection_info, sizes in words, as far as this collector has what they measure.
term collection_sizes(Process *p, const Process *t);

#endif
