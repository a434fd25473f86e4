// What the rest of the machine needs of ets.
#ifndef ATOMVM_ETS_H
#define ATOMVM_ETS_H

#include "vm.h"

// The process has ended: its tables go to their heirs or away, its fixations are undone. Its pid is still set.
void ets_process_exited(Process *p);

size_t ets_count(void);
size_t ets_bytes(void); // held by the objects of all tables

#endif
