// Terms that live as long as the machine: literals of modules. Never collected, never copied between processes.
#ifndef ATOMVM_LITERAL_H
#define ATOMVM_LITERAL_H

#include "term.h"

// Room for words that will never move; NULL when memory is out.
term *literal_alloc(size_t words);
bool is_literal(const term *object);

#endif
