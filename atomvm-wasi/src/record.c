// Native records: their definitions in modules, making and updating them. See record.h.
#include "record.h"

#include "codec.h"
#include "literal.h"

size_t definition_field(term definition, term field)
{
    const term *fields = tuple_elements(definition) + DEFINITION_FIELDS;
    size_t count = tuple_arity(definition) - DEFINITION_FIELDS;
    for (size_t i = 0; i < count; i++)
        if (fields[i] == field) return i;
    return SIZE_MAX;
}

term record_get(term record, term field)
{
    size_t at = definition_field(record_definition(record), field);
    return at == SIZE_MAX ? NONE : record_values(record)[at];
}

term raise_record_field(Process *p, term reason, term definition, term field)
{
    term type = make_tuple2(p, tuple_at(definition, 0), tuple_at(definition, 1));
    return raise_error(p, make_tuple2(p, reason, make_tuple2(p, type, field)));
}

static bool set_fields(Process *p, term definition, term *values, const term *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = definition_field(definition, pairs[2 * i]);
        if (at == SIZE_MAX) return raise_record_field(p, ATOM_badfield, definition, pairs[2 * i]), false;
        values[at] = pairs[2 * i + 1];
    }
    return true;
}

term record_update(Process *p, term record, const term *pairs, size_t count)
{
    size_t words = 1 + header_words(*boxed_ptr(record));
    term *o = heap_alloc(p, words);
    memcpy(o, boxed_ptr(record), words * WORD_BYTES);
    return set_fields(p, record_definition(record), o + RECORD_HEAD_WORDS, pairs, count) ? make_boxed(o) : NONE;
}

// Fields without a value hold NIL while the others are set, so that the object is always whole.
static term missing_value(const RecordType *type, const term *pairs, size_t count)
{
    for (size_t i = tuple_arity(type->definition) - DEFINITION_FIELDS; i-- > 0;) {
        term field = tuple_at(type->definition, DEFINITION_FIELDS + i);
        bool given = type->defaults[i] != NONE;
        for (size_t k = 0; k < count && !given; k++) given = pairs[2 * k] == field;
        if (!given) return field;
    }
    return NONE;
}

term record_create(Process *p, const RecordType *type, const term *pairs, size_t count)
{
    size_t size = tuple_arity(type->definition) - DEFINITION_FIELDS;
    term *o = heap_alloc(p, RECORD_HEAD_WORDS + size);
    term record = put_record_head(o, size, type->definition);
    for (size_t i = 0; i < size; i++) o[RECORD_HEAD_WORDS + i] = type->defaults[i] == NONE ? NIL : type->defaults[i];
    if (!set_fields(p, type->definition, o + RECORD_HEAD_WORDS, pairs, count)) return NONE;
    term missing = missing_value(type, pairs, count);
    return missing == NONE ? record : raise_record_field(p, ATOM_novalue, type->definition, missing);
}

// ---- the Recs chunk: version, records, fields of all; then each record's label, name, exported?, [field, default].. ----

enum { RECORD_FIELDS_MAX = 1 << 16 };

static term atom_operand(Module *m, Reader *r)
{
    Arg a = read_arg(r);
    term t = a.tag == ARG_A ? module_constant(m, &a) : NONE;
    if (t == NONE) r->bad = true;
    return t;
}

static term default_operand(Module *m, Reader *r)
{
    Arg a = read_arg(r);
    if (a.tag == ARG_U) return NONE;
    term t = module_constant(m, &a);
    if (t == NONE) r->bad = true;
    return t;
}

static bool read_record(Module *m, Reader *r, RecordType *type)
{
    read_arg(r); // a label: none
    term name = atom_operand(m, r), exported = atom_operand(m, r);
    Arg list = read_arg(r);
    if (r->bad || list.tag != ARG_LIST || list.value % 2 || list.value < 0 || list.value > 2 * RECORD_FIELDS_MAX) return false;
    size_t fields = (size_t) list.value / 2;
    term *o = literal_alloc(1 + DEFINITION_FIELDS + fields);
    type->defaults = vm_malloc((fields + 1) * sizeof *type->defaults);
    if (!o || !type->defaults) return false;
    o[0] = make_header(KIND_TUPLE, DEFINITION_FIELDS + fields);
    o[1] = m->name;
    o[2] = name;
    o[3] = exported;
    for (size_t i = 0; i < fields; i++) {
        o[1 + DEFINITION_FIELDS + i] = atom_operand(m, r);
        type->defaults[i] = default_operand(m, r);
    }
    type->definition = make_boxed(o);
    return !r->bad;
}

static void read_records(Module *m)
{
    Reader r = { m->records.bytes, m->records.bytes + m->records.size, false };
    m->records_ready = true;
    read_u32(&r); // version
    uint32_t count = read_u32(&r);
    read_u32(&r);
    if (r.bad || count > m->records.size) return;
    m->record_types = vm_malloc((count + 1) * sizeof *m->record_types);
    while (m->record_types && m->record_count < count && read_record(m, &r, &m->record_types[m->record_count])) m->record_count++;
}

const RecordType *record_type(term module, term name)
{
    Module *m = is_atom(module) ? module_load(module) : NULL;
    if (!m) return NULL;
    if (!m->records_ready) read_records(m);
    for (uint32_t i = 0; i < m->record_count; i++)
        if (tuple_at(m->record_types[i].definition, 1) == name) return &m->record_types[i];
    return NULL;
}
