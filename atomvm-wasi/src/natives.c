// Natives by name: one hash table over the rows of natives/*.def, filled at start.
#include "vm.h"

// When the machine is shaken for an application (machine_shake.py), the rows of other natives are zero.
static const Native native_rows[] = {
#define NATIVE(module, name, arity, fn) { module, name, arity, fn, false },
#define NATIVE_OR_OWN(module, name, arity, fn) { module, name, arity, fn, true },
#include "natives/all.def"
#undef NATIVE_OR_OWN
#undef NATIVE
};

enum { ROWS = sizeof native_rows / sizeof *native_rows, SLOTS = 4096 };
_Static_assert(ROWS * 2 <= SLOTS, "the table of natives is too full: enlarge SLOTS");

static uint16_t slots[SLOTS]; // row + 1, open addressing
static struct {
    term module, name;
} names[ROWS];

static uint32_t slot_of(term module, term name, uint32_t arity)
{
    return (atom_index(module) * 31u + atom_index(name) * 2654435761u + arity * 97u) >> 3 & (SLOTS - 1);
}

void natives_init(void)
{
    term module = NONE;
    const char *module_text = "";
    for (uint32_t i = 0; i < ROWS; i++) {
        const Native *row = &native_rows[i];
        if (!row->function) continue;
        // Rows of one module stand together.
        if (strcmp(row->module, module_text) != 0) module = atom_intern(module_text = row->module, strlen(row->module));
        names[i].module = module;
        names[i].name = atom_intern(row->name, strlen(row->name));
        uint32_t at = slot_of(module, names[i].name, row->arity);
        while (slots[at]) at = (at + 1) & (SLOTS - 1);
        slots[at] = (uint16_t) (i + 1);
    }
}

static const Native *find(term module, term name, uint32_t arity)
{
    for (uint32_t at = slot_of(module, name, arity); slots[at]; at = (at + 1) & (SLOTS - 1)) {
        uint32_t row = slots[at] - 1u;
        if (names[row].module == module && names[row].name == name && native_rows[row].arity == arity) return &native_rows[row];
    }
    return NULL;
}

NativeFn native_find(term module, term name, uint32_t arity)
{
    const Native *native = find(module, name, arity);
    return native ? native->function : NULL;
}

bool native_may_decline(term module, term name, uint32_t arity)
{
    const Native *native = find(module, name, arity);
    return native && native->may_decline;
}
