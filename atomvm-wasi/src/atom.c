// The atom table: open addressing over names kept in big blocks; an atom is its index, for ever.
#include "atom.h"

#include "vm.h"

typedef struct AtomEntry {
    const char *text;
    uint32_t hash;
    uint32_t length : 16;
    uint32_t of_run : 1; // a program has made it, not the archive
    uint32_t hidden : 1; // of_run, and its run is over: it does not exist until somebody makes it again
} AtomEntry;

KEPT static struct {
    AtomEntry *entries;
    uint32_t count, capacity;
    uint32_t *slots; // index + 1
    uint32_t slot_count;
    char *block; // names are copied here
    size_t block_left;
    uint32_t of_run; // how many are, and not hidden
} atoms;

enum { NAME_BLOCK_BYTES = 32 * 1024 };

static uint32_t name_hash(const char *s, size_t n)
{
    uint32_t h = 2166136261u;
    while (n-- > 0) h = (h ^ (unsigned char) *s++) * 16777619u;
    return h ^ h >> 15;
}

static bool grow_slots(void)
{
    uint32_t size = atoms.slot_count ? atoms.slot_count * 2 : 4096;
    uint32_t *slots = vm_malloc(size * sizeof *slots);
    if (!slots) return false;
    memset(slots, 0, size * sizeof *slots);
    for (uint32_t i = 0; i < atoms.count; i++) {
        uint32_t at = atoms.entries[i].hash & (size - 1);
        while (slots[at]) at = (at + 1) & (size - 1);
        slots[at] = i + 1;
    }
    vm_mfree(atoms.slots, atoms.slot_count * sizeof *slots);
    atoms.slots = slots;
    atoms.slot_count = size;
    return true;
}

static bool grow_entries(void)
{
    uint32_t capacity = atoms.capacity ? atoms.capacity * 2 : 2048;
    AtomEntry *grown = vm_realloc(atoms.entries, atoms.capacity * sizeof *grown, capacity * sizeof *grown);
    if (!grown) return false;
    atoms.entries = grown;
    atoms.capacity = capacity;
    return true;
}

static const char *keep_name(const char *text, size_t length)
{
    if (atoms.block_left < length) {
        atoms.block = vm_malloc(NAME_BLOCK_BYTES);
        atoms.block_left = atoms.block ? NAME_BLOCK_BYTES : 0;
        if (!atoms.block) return NULL;
    }
    char *name = atoms.block;
    memcpy(name, text, length);
    atoms.block += length;
    atoms.block_left -= length;
    return name;
}

// The slot of the name, or the empty one where it belongs.
static uint32_t *find(const char *text, size_t length, uint32_t hash)
{
    uint32_t at = hash & (atoms.slot_count - 1);
    for (; atoms.slots[at]; at = (at + 1) & (atoms.slot_count - 1)) {
        const AtomEntry *e = &atoms.entries[atoms.slots[at] - 1];
        if (e->hash == hash && e->length == length && memcmp(e->text, text, length) == 0) break;
    }
    return &atoms.slots[at];
}

static term add(const char *text, size_t length, bool copy)
{
    if (atoms.count * 2 >= atoms.slot_count && !grow_slots()) return NONE;
    uint32_t hash = name_hash(text, length), *slot = find(text, length, hash);
    if (*slot) return make_atom(*slot - 1);
    if (length > ATOM_MAX_BYTES || atoms.count >= (vm_cap_is_suspended() ? ATOM_TABLE_MAX : PROGRAM_ATOMS_MAX)) return NONE;
    if (atoms.count == atoms.capacity && !grow_entries()) return NONE;
    const char *name = copy ? keep_name(text, length) : text;
    if (!name) return NONE;
    atoms.entries[atoms.count] = (AtomEntry) { .text = name, .hash = hash, .length = (uint32_t) length };
    *slot = ++atoms.count;
    return make_atom(atoms.count - 1);
}

// What the archive names belongs to the archive, also when a program had it first.
static void claim(AtomEntry *e, bool for_run, bool is_new)
{
    bool was_of_run = e->of_run && !e->hidden;
    e->of_run = for_run && (is_new || e->of_run);
    e->hidden = false;
    atoms.of_run += (uint32_t) e->of_run - was_of_run;
}

void atoms_init(void)
{
    // One text, and a loop: a call for each is 4 KB of code.
    static const char texts[] =
#define ATOM(name, text) text "\0"
#include "atoms.def"
#undef ATOM
        ;
    for (const char *text = texts; text < texts + sizeof texts - 1;) {
        size_t length = strlen(text);
        add(text, length, false);
        text += length + 1;
    }
}

term atom_intern(const char *utf8, size_t length)
{
    uint32_t count = atoms.count;
    bool kept_before = memory_keep();
    term atom = add(utf8, length, true);
    memory_back(kept_before);
    if (atom != NONE) claim(&atoms.entries[atom_index(atom)], !kept_before, atoms.count > count);
    return atom;
}

void atoms_freeze(void)
{
    for (uint32_t i = ATOM_CONSTANTS; atoms.of_run > 0 && i < atoms.count; i++) {
        atoms.of_run -= atoms.entries[i].of_run;
        atoms.entries[i].of_run = false;
    }
}

void atoms_rewind(void)
{
    for (uint32_t i = ATOM_CONSTANTS; atoms.of_run > 0 && i < atoms.count; i++) {
        AtomEntry *e = &atoms.entries[i];
        if (!e->of_run || e->hidden) continue;
        e->hidden = true;
        atoms.of_run--;
    }
}

term atom_existing(const char *utf8, size_t length)
{
    uint32_t *slot = find(utf8, length, name_hash(utf8, length));
    return *slot && !atoms.entries[*slot - 1].hidden ? make_atom(*slot - 1) : NONE;
}

const char *atom_text(term atom, size_t *length)
{
    const AtomEntry *e = &atoms.entries[atom_index(atom)];
    *length = e->length;
    return e->text;
}

uint32_t atom_hash(term atom) { return atoms.entries[atom_index(atom)].hash; }
uint32_t atom_count(void) { return atoms.count; }
