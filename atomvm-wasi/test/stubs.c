// What the bit string, text and external term tests need of the machine, without processes and code: exceptions that
// are just noted, functions that are just names.
#include "module.h"
#include "platform.h"
#include "process.h"

#include <stdio.h>
#include <stdlib.h>

struct Vm vm = { .memory_cap = (size_t) 1 << 30 };

void platform_panic(const char *message)
{
    fprintf(stderr, "panic: %s\n", message);
    abort();
}

// ---- exceptions ----

term raise_class(Process *p, term class, term reason)
{
    p->exception = (Exception) { .class = class, .reason = reason };
    return NONE;
}
term raise_error(Process *p, term reason) { return raise_class(p, (term) ATOM_error, reason); }
term raise_badarg(Process *p) { return raise_error(p, (term) ATOM_badarg); }
term raise_error_info(Process *p, term reason, term cause) { return (void) cause, raise_error(p, reason); }
term raise_system_limit(Process *p) { return raise_error(p, (term) ATOM_system_limit); }

// ---- functions: known by name, never loaded ----

static Function functions[4096];
static size_t function_total;

Function *function_find(term module, term name, uint32_t arity)
{
    for (Function *f = functions; f < functions + function_total; f++)
        if (f->module == module && f->name == name && f->arity == arity) return f;
    return NULL;
}

Function *function_get(term module, term name, uint32_t arity)
{
    Function *f = function_find(module, name, arity);
    if (f || function_total == 4096) return f;
    functions[function_total] = (Function) { .module = module, .name = name, .arity = arity };
    return &functions[function_total++];
}

// One module with funs: "fun_module", two lambdas, the second with one free variable.
static Function lambda_functions[2];
static Lambda lambdas[2];
static Module fun_module = { .lambda_count = 2, .lambdas = lambdas };

Module *module_load(term name)
{
    if (name != atom_intern("fun_module", 10)) return NULL;
    for (uint32_t i = 0; i < 2; i++) {
        lambda_functions[i] = (Function) { .module = name };
        lambdas[i] = (Lambda) { .function = &lambda_functions[i], .owner = &fun_module, .index = i, .old_uniq = 1000 + i, .free_count = i, .arity = 1 };
    }
    return &fun_module;
}

Lambda *module_lambda(Module *m, uint32_t index) { return index < m->lambda_count ? &m->lambdas[index] : NULL; }
