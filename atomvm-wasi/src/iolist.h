// iodata beyond what vm.h declares: nested lists of bytes and bit strings, the tail of a list may be a bit string too.
#ifndef ATOMVM_IOLIST_H
#define ATOMVM_IOLIST_H

#include "vm.h"

// Bits in all; -1 when it is no such data (bit strings of odd size count as such only with odd_bits), or when there is no
// memory to walk it.
int64_t iolist_bits(term iolist, bool odd_bits);
// Writes the bits from bit 0 of `out` on; iolist_bits has accepted the term.
void iolist_write_bits(term iolist, uint8_t *out);

// The bytes of iodata or a binary, as binary_bytes gives those of a binary: copied to *scratch only when they do not lie
// side by side already. False when it is no iodata.
bool iodata_bytes(term iodata, const uint8_t **bytes, size_t *size, uint8_t **scratch);

#endif
