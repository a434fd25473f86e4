// Native records by name: module records of OTP 29, and erlang:is_record, which knows tuples, too.
#include "../record.h"

#include "../map.h"
#include "../module.h"

static term error_pair(Process *p, term reason, term value) { return raise_error(p, make_tuple2(p, reason, value)); }

static bool is_tagged_tuple(term t, term tag) { return is_tuple(t) && tuple_arity(t) > 0 && tuple_at(t, 0) == tag; }

term erlang_is_record_1(Process *p, term *a) { return (void) p, make_bool(is_native_record(a[0])); }

term erlang_is_record_2(Process *p, term *a)
{
    if (!is_atom(a[1])) return raise_badarg(p);
    return make_bool(is_native_record(a[0]) ? record_name(a[0]) == a[1] : is_tagged_tuple(a[0], a[1]));
}

// A native record by module and name, or a tuple by tag and size.
// A size is a small integer of erl's; native records, since OTP 29, have the name of a module there.
static bool is_record_size(term size)
{
    int64_t n;
    if (is_atom(size)) return archive_otp_release_number() >= 29;
    return is_integer(size) && integer_to_int64(size, &n) && n >= -(INT64_C(1) << 59) && n < INT64_C(1) << 59;
}

term erlang_is_record_3(Process *p, term *a)
{
    if (!is_atom(a[1]) || !is_record_size(a[2])) return raise_badarg(p);
    if (is_atom(a[2])) return make_bool(is_native_record(a[0]) && record_is(a[0], a[1], a[2]));
    return make_bool(is_tagged_tuple(a[0], a[1]) && a[2] == make_small((sterm) tuple_arity(a[0])));
}

term records_get_name_1(Process *p, term *a) { return is_native_record(a[0]) ? record_name(a[0]) : raise_badarg(p); }
term records_get_module_1(Process *p, term *a) { return is_native_record(a[0]) ? record_module(a[0]) : raise_badarg(p); }

term records_get_field_names_1(Process *p, term *a)
{
    if (!is_native_record(a[0])) return error_pair(p, ATOM_badrecord, a[0]);
    return make_list_of(p, record_fields(a[0]), record_size(a[0]), NIL);
}

term records_is_exported_1(Process *p, term *a)
{
    return is_native_record(a[0]) ? make_bool(record_is_exported(a[0])) : error_pair(p, ATOM_badrecord, a[0]);
}

term records_get_2(Process *p, term *a)
{
    term value = is_native_record(a[1]) ? record_get(a[1], a[0]) : NONE;
    return value == NONE ? raise_badarg(p) : value;
}

// {#{is_exported => boolean()}, [Field | {Field, Default}]}
term records_get_definition_2(Process *p, term *a)
{
    const RecordType *type = is_atom(a[1]) ? record_type(a[0], a[1]) : NULL;
    if (!type) return raise_badarg(p);
    term fields = NIL, pair[] = { ATOM_is_exported, tuple_at(type->definition, 2) };
    for (size_t i = tuple_arity(type->definition) - DEFINITION_FIELDS; i-- > 0;) {
        term field = tuple_at(type->definition, DEFINITION_FIELDS + i);
        fields = cons(p, type->defaults[i] == NONE ? field : make_tuple2(p, field, type->defaults[i]), fields);
    }
    return make_tuple2(p, map_from_pairs(p, pair, 1), fields);
}

// ---- create(Module, Name, [{Field, Value}], #{is_exported => boolean()}) ----

static bool is_pair(term t) { return is_tuple(t) && tuple_arity(t) == 2; }

static bool named_before(term fields, term end, term name)
{
    for (; fields != end; fields = tail(fields))
        if (tuple_at(head(fields), 0) == name) return true;
    return false;
}

// False after raising.
static bool check_fields(Process *p, term module, term name, term fields)
{
    for (term t = fields; is_cons(t); t = tail(t)) {
        if (!is_pair(head(t))) return raise_badarg(p), false;
        term field = tuple_at(head(t), 0);
        if (!is_atom(field)) return error_pair(p, ATOM_badfield, make_tuple2(p, make_tuple2(p, module, name), field)), false;
        if (named_before(fields, t, field)) return raise_badarg(p), false;
    }
    return true;
}

term records_create_4(Process *p, term *a)
{
    if (!is_atom(a[0])) return error_pair(p, ATOM_badrecord, a[1]);
    if (!is_atom(a[1])) return error_pair(p, ATOM_badrecord, a[1]);
    if (!is_map(a[3])) return error_pair(p, ATOM_badmap, a[3]);
    term exported = map_get(a[3], ATOM_is_exported);
    sterm size = list_length(a[2]);
    if (size < 0 || exported == NONE || !is_bool(exported) || map_size(a[3]) != 1) return raise_badarg(p);
    if (!check_fields(p, a[0], a[1], a[2])) return NONE;
    term *definition = heap_alloc(p, 1 + DEFINITION_FIELDS + (size_t) size), *o = heap_alloc(p, RECORD_HEAD_WORDS + (size_t) size);
    definition[0] = make_header(KIND_TUPLE, DEFINITION_FIELDS + (size_t) size);
    definition[1] = a[0];
    definition[2] = a[1];
    definition[3] = exported;
    term fields = a[2];
    for (sterm i = 0; i < size; i++, fields = tail(fields)) {
        definition[1 + DEFINITION_FIELDS + i] = tuple_at(head(fields), 0);
        o[RECORD_HEAD_WORDS + i] = tuple_at(head(fields), 1);
    }
    return put_record_head(o, (size_t) size, make_boxed(definition));
}

// update(Record, Module, Name, #{Field => Value})
term records_update_4(Process *p, term *a)
{
    if (!is_native_record(a[0])) return error_pair(p, ATOM_badrecord, a[0]);
    if (!record_is(a[0], a[1], a[2])) return error_pair(p, ATOM_badrecord, a[2]);
    if (!is_map(a[3])) return error_pair(p, ATOM_badmap, a[3]);
    size_t count = map_size(a[3]), bytes = 2 * (count + 1) * sizeof(term);
    term *pairs = vm_malloc(bytes);
    if (!pairs) return raise_system_limit(p);
    map_pairs(a[3], pairs);
    term updated = record_update(p, a[0], pairs, count);
    vm_mfree(pairs, bytes);
    return updated;
}
