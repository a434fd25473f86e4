// From an archive to a first process, and from its end to an exit code.
#ifndef ATOMVM_BOOT_H
#define ATOMVM_BOOT_H

#include "process.h"

// Makes the tables and opens the archive; once. False with a message in `why` when the archive is damaged.
bool boot_machine(const uint8_t *archive, size_t archive_size, char *why, size_t why_size);
// Starts the first process: atomvm_init:boot(Start) when the archive has that module, Start:start() otherwise. NULL with
// a message in `why` when there is no start module or no memory.
Process *boot(char *why, size_t why_size);
// Exit code of the machine after RUN_EXITED. Tells on the error channel why the first process failed, if it did.
int boot_exit_code(void);

#endif
