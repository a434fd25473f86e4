// The linker has no name for the begin of the section `.data`, only an order: that of the objects. This one is the first.
#include "data_start.h"

__attribute__((aligned(16))) uint8_t data_start[1] = { 1 };
