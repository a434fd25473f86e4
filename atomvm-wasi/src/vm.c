// The machine.
#include "vm.h"

// The memory cap of `_start` mode; a worker's comes with vm_boot. A 32-bit memory must leave room for the archive and
// for what malloc loses.
struct Vm vm = { .memory_cap = sizeof(void *) == 4 ? (size_t) 768 << 20 : (size_t) 2 << 30 };
