// Indexing a module: its chunks' tables become arrays; its functions get entries that decode themselves when called.
#include "condensed.h"
#include "format.h"

char module_error[256];

// ---- all functions anybody named, by module, name and arity ----

KEPT static struct {
    Function **slots;
    size_t size, count;
} functions;

static uint32_t mfa_hash(term m, term f, uint32_t arity)
{
    uint32_t h = (uint32_t) (m >> 4) * 2654435761u ^ (uint32_t) (f >> 4) * 2246822519u ^ arity * 3266489917u;
    return h ^ h >> 15;
}

static Function **function_slot(term m, term f, uint32_t arity)
{
    size_t at = mfa_hash(m, f, arity) & (functions.size - 1);
    for (;; at = (at + 1) & (functions.size - 1)) {
        Function *found = functions.slots[at];
        if (!found || (found->name == f && found->module == m && found->arity == arity)) return &functions.slots[at];
    }
}

static bool grow_functions(void)
{
    size_t old_size = functions.size, size = old_size ? old_size * 2 : 2048;
    Function **old = functions.slots, **grown = vm_malloc(size * sizeof *grown);
    if (!grown) return false;
    memset(grown, 0, size * sizeof *grown);
    functions.slots = grown;
    functions.size = size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i]) *function_slot(old[i]->module, old[i]->name, old[i]->arity) = old[i];
    vm_mfree(old, old_size * sizeof *old);
    return true;
}

Function *function_find(term module, term name, uint32_t arity)
{
    return functions.size ? *function_slot(module, name, arity) : NULL;
}

static Function *function_new(term module, term name, uint32_t arity)
{
    Function *f = vm_malloc(sizeof *f);
    if (!f) return NULL;
    *f = (Function) { .module = module, .name = name, .arity = arity, .code = stub_load, .native = native_find(module, name, arity) };
    if (f->native) f->code = stub_native;
    return f;
}

static Function *function_add(term module, term name, uint32_t arity)
{
    if (functions.count * 2 >= functions.size && !grow_functions()) return NULL;
    Function **slot = function_slot(module, name, arity);
    *slot = function_new(module, name, arity);
    functions.count += *slot != NULL;
    return *slot;
}

Function *function_get(term module, term name, uint32_t arity)
{
    Function *f = function_find(module, name, arity);
    if (f) return f;
    bool kept_before = memory_keep();
    f = function_add(module, name, arity);
    memory_back(kept_before);
    return f;
}

bool function_resolve(Function *f)
{
    if (f->native) return true;
    if (!f->owner) module_load(f->module);
    return f->owner && f->code_offset;
}

// ---- modules by name ----

// Found through an atom-indexed table: `module_load` is called on every first use of a function.
KEPT static Module **module_of_atom;
KEPT static size_t module_of_atom_size;

Module *module_find(term name)
{
    uint32_t i = atom_index(name);
    return i < module_of_atom_size ? module_of_atom[i] : NULL;
}

static bool module_remember(Module *m)
{
    uint32_t i = atom_index(m->name);
    if (i >= module_of_atom_size) {
        size_t size = (size_t) i * 2 + 1024;
        Module **grown = vm_realloc(module_of_atom, module_of_atom_size * sizeof *grown, size * sizeof *grown);
        if (!grown) return false;
        memset(grown + module_of_atom_size, 0, (size - module_of_atom_size) * sizeof *grown);
        module_of_atom = grown;
        module_of_atom_size = size;
    }
    module_of_atom[i] = m;
    return true;
}

// ---- chunks ----

// The chunks of a .beam, or the parts of a condensed module, of which `uniques` to `condensed` are the only ones it has alone.
typedef struct Chunks {
    Slice atoms, code, imports, exports, locals, literals, literals_packed, funs, strings, line, attributes, records;
    Slice uniques, literal_sizes, files;
    const Slice *condensed; // all parts, NULL for a .beam
} Chunks;

static uint32_t be32(const uint8_t *b) { return (uint32_t) b[0] << 24 | (uint32_t) b[1] << 16 | (uint32_t) b[2] << 8 | b[3]; }

static bool find_chunks(Slice beam, Chunks *c)
{
    static const struct { char id[5]; size_t at; } ids[] = {
        { "AtU8", offsetof(Chunks, atoms) }, { "Code", offsetof(Chunks, code) },
        { "ImpT", offsetof(Chunks, imports) }, { "ExpT", offsetof(Chunks, exports) }, { "LocT", offsetof(Chunks, locals) }, { "LitU", offsetof(Chunks, literals) },
        { "LitT", offsetof(Chunks, literals_packed) }, { "FunT", offsetof(Chunks, funs) }, { "StrT", offsetof(Chunks, strings) },
        { "Line", offsetof(Chunks, line) }, { "Attr", offsetof(Chunks, attributes) },
        { "Recs", offsetof(Chunks, records) },
    };
    *c = (Chunks) { 0 };
    if (beam.size < 12 || memcmp(beam.bytes, "FOR1", 4) != 0 || memcmp(beam.bytes + 8, "BEAM", 4) != 0) return false;
    for (size_t at = 12; at + 8 <= beam.size;) {
        uint32_t size = be32(beam.bytes + at + 4);
        if (size > beam.size - at - 8) return false;
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
            if (memcmp(beam.bytes + at, ids[i].id, 4) == 0) *(Slice *) ((char *) c + ids[i].at) = (Slice) { beam.bytes + at + 8, size };
        at += 8 + (((size_t) size + 3) & ~(size_t) 3);
    }
    return c->atoms.size >= 4 && c->code.size >= 20;
}

static bool restore_chunks(const Slice parts[PARTS], Chunks *c)
{
    *c = (Chunks) {
        .atoms = parts[PART_ATOMS], .imports = parts[PART_IMPORTS], .exports = parts[PART_EXPORTS], .literals = parts[PART_LITERALS],
        .literal_sizes = parts[PART_SIZES], .funs = parts[PART_FUNS], .uniques = parts[PART_UNIQUES], .strings = parts[PART_STRINGS],
        .line = parts[PART_LINES], .files = parts[PART_FILES], .condensed = parts,
    };
    return parts[PART_CODE].size && code_restore(parts, &c->code);
}

// The rows of a table: words, or in a condensed module numbers, some as the distance from the same column of the row before.
typedef struct Rows {
    Reader in;
    bool condensed;
    uint32_t count, before[2], next_function;
} Rows;

static uint32_t cell(Rows *t) { return t->condensed ? read_leb128(&t->in) : read_u32(&t->in); }

static uint32_t near_cell(Rows *t, int column)
{
    if (!t->condensed) return read_u32(&t->in);
    return t->before[column] += unzigzag(read_leb128(&t->in));
}

static Rows rows_of(const Chunks *c, Slice table)
{
    Rows t = { .in = reader_of(table), .condensed = c->condensed };
    if (table.size) t.count = cell(&t);
    return t;
}

// An array that fits the chunk: no count may promise more items than there are bytes.
static void *table_new(Reader *r, uint32_t count, size_t item)
{
    if (count > (size_t) (r->end - r->at) + 1) {
        r->bad = true;
        return NULL;
    }
    void *table = vm_malloc((size_t) count * item + 1);
    if (table) memset(table, 0, (size_t) count * item + 1);
    else r->bad = true;
    return table;
}

static bool read_archive_atoms(Module *m, Slice part)
{
    Reader r = reader_of(part);
    uint32_t next = read_leb128(&r);
    m->atom_count = read_leb128(&r);
    m->atoms = table_new(&r, m->atom_count + 1, sizeof *m->atoms);
    for (uint32_t i = 1; i <= m->atom_count && !r.bad; i++) {
        uint32_t number = read_leb128(&r);
        m->atoms[i] = condensed_atom(number ? number - 1 : next++);
        if (m->atoms[i] == NONE) return false;
    }
    return !r.bad && m->atom_count > 0;
}

static bool read_atoms(Module *m, const Chunks *c)
{
    if (c->condensed) return read_archive_atoms(m, c->atoms);
    Reader r = reader_of(c->atoms);
    int32_t count = (int32_t) read_u32(&r);
    bool compact = count < 0; // OTP 28: lengths are compact terms
    m->atom_count = (uint32_t) (compact ? -count : count);
    m->atoms = table_new(&r, m->atom_count + 1, sizeof *m->atoms);
    for (uint32_t i = 1; i <= m->atom_count && !r.bad; i++) {
        size_t size = compact ? (size_t) read_unsigned(&r) : read_u8(&r);
        if (size > (size_t) (r.end - r.at)) return false;
        m->atoms[i] = atom_intern((const char *) r.at, size);
        if (m->atoms[i] == NONE) return false;
        r.at += size;
    }
    return !r.bad && m->atom_count > 0;
}

static term module_atom(const Module *m, uint32_t index, Reader *r)
{
    if (index >= 1 && index <= m->atom_count) return m->atoms[index];
    r->bad = true;
    return ATOM_undefined;
}

static bool read_imports(Module *m, const Chunks *c)
{
    Rows t = rows_of(c, c->imports);
    m->import_count = t.count;
    m->imports = table_new(&t.in, t.count, sizeof *m->imports);
    for (uint32_t i = 0; i < t.count && !t.in.bad; i++) {
        term module = module_atom(m, near_cell(&t, 0), &t.in), name = module_atom(m, near_cell(&t, 1), &t.in);
        uint32_t arity = cell(&t);
        if (t.in.bad || arity > 255 || !(m->imports[i] = function_get(module, name, arity))) return false;
    }
    return !t.in.bad;
}

// Walks the instructions once, skipping operands: where each label and each function starts.
static bool scan_code(Module *m, Slice chunk)
{
    Reader r = reader_of(chunk);
    uint32_t header = read_u32(&r);
    if (header < 16 || header > chunk.size - 4) return false;
    read_u32(&r); // instruction set: 0
    read_u32(&r); // highest opcode
    m->label_count = read_u32(&r);
    m->function_count = read_u32(&r);
    r.at = chunk.bytes + 4 + header;
    m->code = (Slice) { r.at, (size_t) (r.end - r.at) };
    m->label_offset = table_new(&r, m->label_count, sizeof *m->label_offset);
    m->label_function = table_new(&r, m->label_count, sizeof *m->label_function);
    m->functions = table_new(&r, m->function_count, sizeof *m->functions);
    uint32_t found = 0, before = 0, line = 0; // label and line in front of the coming func_info
    Function *current = NULL;
    while (!r.bad && r.at < r.end) {
        uint32_t at = (uint32_t) (r.at - m->code.bytes);
        uint8_t op = read_u8(&r);
        if (op == 3) return found == m->function_count; // int_code_end
        if (opcode_arity[op] == 255) return format_text(module_error, sizeof module_error, "unknown instruction %d", op), false;
        if (op == 1) {
            int64_t label = read_unsigned(&r);
            if (r.bad || label >= m->label_count) return false;
            m->label_offset[label] = (uint32_t) (r.at - m->code.bytes);
            m->label_function[label] = current;
            before = (uint32_t) label;
            if (current) {
                if (!current->label) current->label = before;
                if (before < current->label_low) current->label_low = before;
                if (before > current->label_high) current->label_high = before;
            }
        } else if (op == 2) {
            skip_arg(&r);
            Arg name = read_arg(&r);
            int64_t arity = read_unsigned(&r);
            if (r.bad || name.tag != ARG_A || arity > 255 || found == m->function_count) return false;
            term name_atom = module_atom(m, (uint32_t) name.value, &r);
            if (r.bad || !(current = vm_malloc(sizeof *current))) return false;
            *current = (Function) { .module = m->name, .name = name_atom, .arity = (uint32_t) arity, .owner = m,
                .code_offset = at, .code = stub_decode, .label_low = before, .label_high = before,
                .clause_line = line };
            if (m->label_count > before) m->label_function[before] = current;
            m->functions[found++] = current;
        } else if (op == 153) { // line
            line = (uint32_t) read_unsigned(&r);
        } else {
            for (int i = opcode_arity[op]; i-- > 0;) skip_operand(&r);
        }
    }
    return false;
}

// Where m->functions holds the function whose func_info is at this offset.
static Function **function_at(Module *m, uint32_t offset)
{
    size_t low = 0, high = m->function_count - 1;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (m->functions[mid]->code_offset < offset) low = mid + 1;
        else high = mid;
    }
    return &m->functions[low];
}

// The function that a row of a condensed table names: by its distance from the one behind that of the row before.
static Function *function_in_row(const Module *m, Rows *t)
{
    uint32_t place = t->next_function + unzigzag(read_leb128(&t->in));
    t->next_function = place + 1;
    return place < m->function_count && !t->in.bad ? m->functions[place] : NULL;
}

// The function at the label in such a row of a .beam, if it has the name and the arity that stand in front.
static Function *function_at_label(const Module *m, Rows *t, uint32_t *label)
{
    term name = module_atom(m, read_u32(&t->in), &t->in);
    uint32_t arity = read_u32(&t->in);
    *label = read_u32(&t->in);
    Function *f = *label < m->label_count && !t->in.bad ? m->label_function[*label] : NULL;
    return f && f->name == name && f->arity == arity ? f : NULL;
}

// The label after func_info is the entry; functions others named already get the code, others are new.
static bool read_exports(Module *m, const Chunks *c)
{
    Rows t = rows_of(c, c->exports);
    m->export_count = t.count;
    m->exports = table_new(&t.in, t.count, sizeof *m->exports);
    for (uint32_t i = 0; i < t.count && !t.in.bad; i++) {
        uint32_t label;
        Function *inside = t.condensed ? function_in_row(m, &t) : function_at_label(m, &t, &label);
        if (!inside) return false;
        if (t.condensed) label = inside->label;
        Function *f = function_get(m->name, inside->name, inside->arity);
        if (!f || f == inside) return false;
        f->owner = m;
        f->exported = true;
        f->code_offset = inside->code_offset;
        f->label = label;
        f->clause_line = inside->clause_line;
        f->label_low = inside->label_low;
        f->label_high = inside->label_high;
        if (!f->native) f->code = stub_decode;
        m->exports[i] = f;
        // From here on the module's own calls go to the same entry.
        for (uint32_t l = inside->label_low; l <= inside->label_high; l++)
            if (m->label_function[l] == inside) m->label_function[l] = f;
        *function_at(m, inside->code_offset) = f;
        vm_mfree(inside, sizeof *inside);
    }
    return !t.in.bad;
}

// A native may stand in for a function that the module does not export, too: lists:foo/3 called from inside lists.
static bool adopt_natives(Module *m)
{
    for (uint32_t i = 0; i < m->function_count; i++) {
        Function *f = m->functions[i];
        if (!f->exported && (f->native = native_find(f->module, f->name, f->arity))) f->code = stub_native;
    }
    return true;
}

static bool read_lambdas(Module *m, const Chunks *c)
{
    Rows t = rows_of(c, c->funs);
    Reader uniques = reader_of(c->uniques);
    m->lambda_count = t.count;
    m->lambdas = table_new(&t.in, t.count, sizeof *m->lambdas);
    for (uint32_t i = 0; i < t.count && !t.in.bad; i++) {
        uint32_t label;
        Function *f = t.condensed ? function_in_row(m, &t) : function_at_label(m, &t, &label);
        uint32_t index = cell(&t), free_count = cell(&t), uniq = read_u32(t.condensed ? &uniques : &t.in);
        if (t.in.bad || uniques.bad || !f || free_count > f->arity) return false;
        m->lambdas[i] = (Lambda) { f, m, index, uniq, free_count, f->arity - free_count };
    }
    return !t.in.bad;
}

Lambda *module_lambda(Module *m, uint32_t index)
{
    size_t low = 0, high = m->lambda_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (m->lambdas[mid].index < index) low = mid + 1;
        else high = mid;
    }
    return low < m->lambda_count && m->lambdas[low].index == index ? &m->lambdas[low] : NULL;
}

static bool read_literals(Module *m, const Chunks *c, Slice chunk)
{
    Reader r = reader_of(chunk), separate = reader_of(c->literal_sizes), *sizes = c->condensed ? &separate : &r;
    if (sizes->at == sizes->end) return true;
    m->literal_count = c->condensed ? read_leb128(sizes) : read_u32(sizes);
    m->literal_values = table_new(sizes, m->literal_count, sizeof *m->literal_values);
    m->literals = table_new(sizes, m->literal_count, sizeof *m->literals);
    for (uint32_t i = 0; i < m->literal_count && !sizes->bad; i++) {
        uint32_t size = c->condensed ? read_leb128(sizes) : read_u32(sizes);
        bool is_binary = c->condensed && (size & 1);
        if (c->condensed) size >>= 1;
        if (size > (size_t) (r.end - r.at)) return false;
        m->literals[i] = (struct Literal) { r.at, size, is_binary };
        r.at += size;
    }
    return !sizes->bad;
}

static const char *index_module(Module *m, const Chunks *c)
{
    if (!read_atoms(m, c)) return "AtU8";
    if (m->atoms[1] != m->name) return "AtU8 (another module's name)";
    if (c->literals_packed.size && !c->literals.size) {
        if (be32(c->literals_packed.bytes) != 0) return "LitT (compressed: pack the module first)";
        if (!read_literals(m, c, (Slice) { c->literals_packed.bytes + 4, c->literals_packed.size - 4 })) return "LitT";
    } else if (!read_literals(m, c, c->literals)) {
        return "LitU";
    }
    if (!read_imports(m, c)) return "ImpT";
    if (!scan_code(m, c->code)) return "Code";
    if (!read_exports(m, c)) return "ExpT";
    adopt_natives(m);
    if (!read_lambdas(m, c)) return "FunT";
    m->strings = c->strings;
    m->line = c->line;
    m->line_files = c->files;
    m->condensed = c->condensed;
    m->attributes = c->attributes;
    m->records = c->records;
    return NULL;
}

static Module *load(term name, Slice beam, const Slice parts[PARTS])
{
    Chunks chunks;
    size_t n;
    const char *text = atom_text(name, &n);
    Module *m = vm_malloc(sizeof *m);
    if (!m) return NULL;
    *m = (Module) { .name = name };
    module_error[0] = 0;
    bool found = beam.size ? find_chunks(beam, &chunks) : restore_chunks(parts, &chunks);
    const char *bad = found ? index_module(m, &chunks) : beam.size ? "FOR1" : "Code";
    if (!bad && module_remember(m)) return m;
    m->code = (Slice) { 0 }; // functions that were indexed before the damage was found cannot be decoded
    char detail[128];
    format_text(detail, sizeof detail, "%.*s", 100, module_error);
    format_text(module_error, sizeof module_error, "module %.*s: damaged chunk %s%s%s", (int) n, text, bad ? bad : "(out of memory)", *detail ? ": " : "", detail);
    return NULL;
}

Module *module_load(term name)
{
    Module *m = module_find(name);
    Slice beam, parts[PARTS];
    if (m || !archive_module(name, &beam, parts)) return m;
    bool kept_before = memory_keep();
    size_t cap = vm_suspend_cap();
    m = load(name, beam, parts);
    vm_restore_cap(cap);
    memory_back(kept_before);
    return m;
}
