// Shared by the files of ets natives: how a table is found and its use allowed.
#ifndef ATOMVM_ETS_NATIVES_H
#define ATOMVM_ETS_NATIVES_H

#include "../ets_table.h"
#include "../match_spec.h"

enum table_access { ACCESS_ANY, ACCESS_READ, ACCESS_WRITE };

// The table, or NULL after raising badarg with the cause `id`, `type` or `access`.
Table *ets_table(Process *p, term id, enum table_access access);
// What Erlang code calls the table by: its name, or its reference.
term ets_table_term(Process *p, Table *t);

static inline void ets_charge(Process *p, size_t objects) { p->reductions -= (sterm) (objects / 4); }

#endif
