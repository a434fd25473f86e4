// Exceptions: from raise to handler.
//
// A raw trace, what x2 holds in a handler until build_stacktrace: {Class, Top, Pc..}
//   Top   [] or the ready first entry {M, F, Args | Arity, Location}
//   Pc    return addresses as smalls, newest first
// or {Class, StackTrace} after erlang:raise/3: a list.
#ifndef ATOMVM_EXCEPTION_H
#define ATOMVM_EXCEPTION_H

#include "module.h"
#include "process.h"

// Builds the raw trace of the pending exception and finds its handler. Sets x0..x3 (NONE, class, reason, raw trace) and
// p->stop, clears the exception, and returns where to go on; NULL when nothing catches: then p->exception.trace is the
// raw trace, and class and reason are still there.
const Word *exception_dispatch(Process *p, const Word *pc, const Word *cp);

// The stack trace list of a raw trace (or of a list, itself).
term exception_stacktrace(Process *p, term raw);
term exception_class_of_raw(term raw); // ATOM_error when it has none

// An error of the native or guard function `f` with these arguments.
void exception_note_native(Process *p, Function *f, const term *args);

// erlang:error(function_clause) for the arguments in x.
term raise_function_clause(Process *p, Function *f, const term *x);
term raise_undef(Process *p, Function *f, const term *x);

// Stack trace of a live process, built on the heap of `on`; its first entry is where the process is.
term process_stacktrace(Process *on, const Process *p);
// The same of a process that goes on at pc and from there returns to cp (NULL: to what its stack says).
term process_stacktrace_at(Process *p, const Word *pc, const Word *cp);

#endif
