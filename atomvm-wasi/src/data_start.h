// Where data begins that can be written to.
#ifndef ATOMVM_DATA_START_H
#define ATOMVM_DATA_START_H

#include <stdint.h>

extern uint8_t data_start[];

#endif
