// The machine.
#include "vm.h"

// The memory cap of `_start` mode; a worker's comes with vm_boot.
struct Vm vm = { .memory_cap = (size_t) 256 << 20 };
