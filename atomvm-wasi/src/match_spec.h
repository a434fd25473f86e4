// Match specifications of ets: compiled once per call, run once per object.
//
// [{Head, [Guard], [Body]}]: the first clause whose head matches and whose guards are all true gives the value of the
// last body expression. A failing guard is false; a failing body expression is 'EXIT'.
#ifndef ATOMVM_MATCH_SPEC_H
#define ATOMVM_MATCH_SPEC_H

#include "vm.h"

typedef struct MatchSpec MatchSpec;

enum match_error { MATCH_INVALID, MATCH_NO_MEMORY };

// What is wrong with a match specification, in words: [{error, Text}] in the order in which it was found, on p's heap.
typedef struct MatchReport {
    Process *p;
    term first, *hole; // first: NIL to begin with; hole: NULL
} MatchReport;

// NULL with *error set when `spec` is no match specification. The terms of `spec` are used, not copied: it must stay where
// it is. `foreign`: it is not on the heap of the process that will run it, so results get copies of its constants.
// `report`: NULL, or what gets all that is wrong in the first clause that has anything wrong; no clause is wrong then, too.
MatchSpec *match_spec_compile(term spec, bool foreign, MatchReport *report, enum match_error *error);
void match_spec_free(MatchSpec *ms);

// The value for an object, on p's heap throughout, or NONE when no clause matches. The object may live anywhere.
term match_spec_run(Process *p, const MatchSpec *ms, term object);

// The one key that element `key_index` of every object that can match has, or NONE when that is not known.
term match_spec_key(const MatchSpec *ms, size_t key_index);

// N of the variable '$N'; negative for what is no variable.
int32_t match_spec_variable(term t);

// A deep copy of t on p's heap.
term copy_to_process(Process *p, term t);

#endif
