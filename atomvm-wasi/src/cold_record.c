// Instructions of native records. Their words are written by decode_record_* in decode.c.
#include "cold.h"
#include "operand.h"
#include "record.h"

enum { PAIRS_INLINE = 32 };

static term fetch(const Process *p, Word w) { return operand_fetch(w, vm.x, p->stop); }

// put_record: fail module name source destination live local count [field source]..
term cold_put_record(Process *p, const Word *pc)
{
    term inline_pairs[2 * PAIRS_INLINE], *pairs = inline_pairs, source = fetch(p, pc[4]), result;
    size_t count = pc[8], bytes = 2 * count * sizeof *pairs;
    if (count > PAIRS_INLINE && !(pairs = vm_malloc(bytes))) return raise_system_limit(p);
    for (size_t i = 0; i < count; i++) {
        pairs[2 * i] = pc[9 + 2 * i];
        pairs[2 * i + 1] = fetch(p, pc[10 + 2 * i]);
    }
    if (is_nil(source)) {
        const RecordType *type = record_type(pc[2], pc[3]);
        bool known = type && (pc[7] || tuple_at(type->definition, 2) == (term) ATOM_true);
        result = known ? record_create(p, type, pairs, count) : cold_error_tuple(p, ATOM_badrecord, make_tuple2(p, pc[2], pc[3]));
    } else if (is_native_record(source)) {
        result = record_update(p, source, pairs, count);
    } else {
        result = cold_error_tuple(p, ATOM_badrecord, source);
    }
    if (pairs != inline_pairs) vm_mfree(pairs, bytes);
    return result;
}

// get_record_field: fail source module name local field destination. Any record when the name is '_'.
term cold_get_record_field(Process *p, const Word *pc)
{
    term record = fetch(p, pc[2]);
    bool fits = is_native_record(record) && (pc[4] == (Word) ATOM_underscore
                || (record_is(record, pc[3], pc[4]) && (pc[5] || record_is_exported(record))));
    if (!fits) return cold_error_tuple(p, ATOM_badrecord, record);
    term value = record_get(record, pc[6]);
    return value == NONE ? raise_record_field(p, ATOM_badfield, record_definition(record), pc[6]) : value;
}

// get_record_elements: fail source count [field destination]..; false when the record lacks one.
bool cold_get_record_elements(Process *p, const Word *pc)
{
    term record = fetch(p, pc[2]);
    if (!is_native_record(record)) return false;
    for (Word i = 0; i < pc[3]; i++) {
        term value = record_get(record, pc[4 + 2 * i]);
        if (value == NONE) return false;
        *operand_slot(pc[5 + 2 * i], vm.x, p->stop) = value;
    }
    return true;
}

// is_record_accessible: fail source module; the module is NONE for code that names the record's own.
bool cold_is_record_accessible(Process *p, const Word *pc)
{
    term record = fetch(p, pc[2]);
    return is_native_record(record) && (record_is_exported(record) || record_module(record) == pc[3]);
}
