// max_heap_size: what a process may have, and the report when it has more.
//
// Kept to after collections alone, as OTP does: a process may well pass its limit between two of them.
#ifndef ATOMVM_HEAP_LIMIT_H
#define ATOMVM_HEAP_LIMIT_H

#include "process.h"

extern HeapLimit default_heap_limit; // of processes that ask for none: system_flag(max_heap_size, ..)

// The value of the flag max_heap_size, a number of words (0: no limit) or a map; what it does not say is as the default has
// it. False, and nothing written, when it is malformed.
bool heap_limit_of(term value, HeapLimit *out);
term heap_limit_term(Process *on, const HeapLimit *limit);

// Words that count against the limit. A minor collection leaves garbage in the old heap and off the heap among them.
size_t heap_limit_counted(const Process *p);
// Writes the report to the logger, if the process's limit wants one. What it builds on the process's heap is given back.
void heap_limit_report(Process *p);

#endif
