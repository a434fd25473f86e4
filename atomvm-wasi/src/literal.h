// Terms that are never collected and never copied between processes: literals of modules, and persistent terms.
#ifndef ATOMVM_LITERAL_H
#define ATOMVM_LITERAL_H

#include "term.h"

// Room for words that will never move, kept (arena.h) or state as memory is at the moment; NULL when memory is out.
term *literal_alloc(size_t words);
bool is_literal(const term *object);

#endif
