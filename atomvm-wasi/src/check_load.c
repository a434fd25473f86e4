// `atomvm --check-load APP.avm`: everything that running would read only when it is needed, read now. Not in the wasm build.
#ifndef __wasi__
#include "boot.h"
#include "module.h"

#include <stdio.h>

enum { EXIT_BAD_ARCHIVE = 2 };

static struct {
    size_t modules, functions, literals, failed;
} counts;

static void fail(term module, const char *why)
{
    size_t n;
    const char *name = atom_text(module, &n);
    counts.failed++;
    printf("%.*s: %s\n", (int) n, name, why);
}

static void check_functions(Module *m)
{
    for (uint32_t i = 0; i < m->function_count; i++) {
        Function *f = m->functions[i];
        Slice file;
        uint32_t line;
        counts.functions++;
        if (function_decode(f)) code_line(f->code, &file, &line);
        else fail(m->name, module_error);
    }
    if (m->line.size && (!m->line_ready || !m->line_count)) fail(m->name, "damaged chunk Line");
}

static void check_literals(Module *m)
{
    for (uint32_t i = 0; i < m->literal_count; i++) {
        counts.literals++;
        if (module_literal(m, i) == NONE) fail(m->name, "damaged literal");
    }
}

// One line for each thing that cannot be loaded, then the counts. Returns the exit code.
int check_load(void)
{
    for (size_t i = 0; i < archive_section_count(); i++) {
        term name = archive_module_at(i);
        if (name == NONE) continue;
        counts.modules++;
        Module *m = module_load(name);
        if (!m) {
            fail(name, module_error);
            continue;
        }
        check_literals(m);
        check_functions(m);
    }
    printf("%zu modules, %zu functions, %zu literals; %zu failed\n", counts.modules, counts.functions, counts.literals, counts.failed);
    return counts.failed ? EXIT_BAD_ARCHIVE : 0;
}
#endif
