// Native records (OTP 29): values of a type of their own, with named fields.
//
//   [header KIND_RECORD][fields << 4][definition][value 1]..[value n]
//
// The definition is the tuple {Module, Name, IsExported, Field 1, .., Field n}, all atoms. A record that an instruction
// made shares the literal of its module; a decoded one has its own, and may have other fields than the module says.
#ifndef ATOMVM_RECORD_H
#define ATOMVM_RECORD_H

#include "vm.h"

enum { RECORD_HEAD_WORDS = 3, DEFINITION_FIELDS = 3 }; // words in front of the values, elements in front of the fields

static inline bool is_native_record(term t) { return is_kind(t, KIND_RECORD); }
static inline size_t record_size(term t) { return header_words(*boxed_ptr(t)) + 1 - RECORD_HEAD_WORDS; }
static inline term record_definition(term t) { return boxed_ptr(t)[2]; }
static inline term *record_values(term t) { return boxed_ptr(t) + RECORD_HEAD_WORDS; }
static inline term record_module(term t) { return tuple_at(record_definition(t), 0); }
static inline term record_name(term t) { return tuple_at(record_definition(t), 1); }
static inline bool record_is_exported(term t) { return tuple_at(record_definition(t), 2) == (term) ATOM_true; }
static inline term *record_fields(term t) { return tuple_elements(record_definition(t)) + DEFINITION_FIELDS; }
static inline bool record_is(term t, term module, term name) { return record_module(t) == module && record_name(t) == name; }

// The header words of a record with so many values, which the caller writes behind them.
static inline term put_record_head(term *o, size_t size, term definition)
{
    o[0] = make_header(KIND_RECORD, RECORD_HEAD_WORDS - 1 + size);
    o[1] = (term) size << 4;
    o[2] = definition;
    return make_boxed(o);
}

// Where the definition has the field; SIZE_MAX when it has no such.
size_t definition_field(term definition, term field);
// The value of a field; NONE when the record has no such.
term record_get(term record, term field);
// A copy of the record with the values of count pairs field, value..; NONE with badfield raised for one that it lacks.
term record_update(Process *p, term record, const term *pairs, size_t count);
// {badfield, {{Module, Name}, Field}} and the like.
term raise_record_field(Process *p, term reason, term definition, term field);

// ---- of modules: the Recs chunk ----

typedef struct RecordType {
    term definition;
    term *defaults; // NONE for a field without one
} RecordType;

// Loads the module. NULL when it or the record does not exist, or memory is out.
const RecordType *record_type(term module, term name);
// A new record of the type; pairs as above. NONE with badfield or novalue raised.
term record_create(Process *p, const RecordType *type, const term *pairs, size_t count);

#endif
