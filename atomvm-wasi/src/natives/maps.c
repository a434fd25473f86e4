// Natives of maps, and what maps.erl builds on. Errors are {badmap, Term} and {badkey, Key} as in OTP.
#include "../map.h"

enum { PAIRS_ON_STACK = 64, NEXT_CHUNK = 32, WORK_PER_REDUCTION = 8 };

static term raise_badmap(Process *p, term not_a_map)
{
    return raise_error(p, make_tuple2(p, ATOM_badmap, not_a_map));
}

static term raise_badkey(Process *p, term key)
{
    return raise_error(p, make_tuple2(p, ATOM_badkey, key));
}

static void charge(Process *p, size_t work) { p->reductions -= (sterm) (work / WORK_PER_REDUCTION); }

term maps_find_2(Process *p, term *a)
{
    if (!is_map(a[1]))
        return raise_badmap(p, a[1]);
    term value = map_get(a[1], a[0]);
    return value == NONE ? ATOM_error : make_tuple2(p, ATOM_ok, value);
}

term maps_get_2(Process *p, term *a)
{
    if (!is_map(a[1]))
        return raise_badmap(p, a[1]);
    term value = map_get(a[1], a[0]);
    return value == NONE ? raise_badkey(p, a[0]) : value;
}

term erlang_map_get_2(Process *p, term *a) { return maps_get_2(p, a); }

term maps_get_3(Process *p, term *a)
{
    (void) p;
    if (!is_map(a[1]))
        return NONE; // OTP's own code raises it, with its line
    term value = map_get(a[1], a[0]);
    return value == NONE ? a[2] : value;
}

term maps_is_key_2(Process *p, term *a)
{
    return is_map(a[1]) ? make_bool(map_get(a[1], a[0]) != NONE) : raise_badmap(p, a[1]);
}

term erlang_is_map_key_2(Process *p, term *a) { return maps_is_key_2(p, a); }

term erlang_map_size_1(Process *p, term *a)
{
    return is_map(a[0]) ? make_small((sterm) map_size(a[0])) : raise_badmap(p, a[0]);
}

term maps_keys_1(Process *p, term *a)
{
    if (!is_map(a[0]))
        return raise_badmap(p, a[0]);
    charge(p, map_size(a[0]));
    return map_keys(p, a[0]);
}

term maps_values_1(Process *p, term *a)
{
    if (!is_map(a[0]))
        return raise_badmap(p, a[0]);
    charge(p, map_size(a[0]));
    return map_values(p, a[0]);
}

term maps_merge_2(Process *p, term *a)
{
    if (!is_map(a[0]))
        return raise_badmap(p, a[0]);
    if (!is_map(a[1]))
        return raise_badmap(p, a[1]);
    charge(p, map_size(a[0]) + map_size(a[1]));
    return map_merge(p, a[0], a[1]);
}

term maps_put_3(Process *p, term *a)
{
    return is_map(a[2]) ? map_put(p, a[2], a[0], a[1]) : raise_badmap(p, a[2]);
}

term maps_update_3(Process *p, term *a)
{
    if (!is_map(a[2]))
        return raise_badmap(p, a[2]);
    term updated = map_put_exact(p, a[2], a[0], a[1]);
    return updated == NONE ? raise_badkey(p, a[0]) : updated;
}

term maps_remove_2(Process *p, term *a)
{
    return is_map(a[1]) ? map_remove(p, a[1], a[0]) : raise_badmap(p, a[1]);
}

term maps_take_2(Process *p, term *a)
{
    if (!is_map(a[1]))
        return raise_badmap(p, a[1]);
    term value = map_get(a[1], a[0]);
    return value == NONE ? ATOM_error : make_tuple2(p, value, map_remove(p, a[1], a[0]));
}

// The map of `count` pairs that `fill` takes from a list; false from `fill` is badarg.
static term from_list_by(Process *p, term list, bool (*fill)(term element, term with, term *pair), term with)
{
    sterm count = list_length(list);
    if (count < 0)
        return raise_badarg(p);
    term near[2 * PAIRS_ON_STACK], *pairs = near;
    size_t bytes = 2 * (size_t) count * WORD_BYTES;
    if (count > PAIRS_ON_STACK && !(pairs = vm_malloc(bytes)))
        return raise_system_limit(p);
    bool good = true;
    for (size_t i = 0; is_cons(list) && good; list = tail(list), i += 2)
        good = fill(head(list), with, pairs + i);
    term result = good ? map_from_pairs(p, pairs, (size_t) count) : raise_badarg(p);
    if (pairs != near)
        vm_mfree(pairs, bytes);
    charge(p, (size_t) count);
    return result;
}

static bool pair_of_tuple(term element, term with, term *pair)
{
    (void) with;
    if (!is_tuple(element) || tuple_arity(element) != 2)
        return false;
    pair[0] = tuple_at(element, 0);
    pair[1] = tuple_at(element, 1);
    return true;
}

static bool pair_of_key(term element, term with, term *pair)
{
    pair[0] = element;
    pair[1] = with;
    return true;
}

term maps_from_list_1(Process *p, term *a) { return from_list_by(p, a[0], pair_of_tuple, NONE); }
term maps_from_keys_2(Process *p, term *a) { return from_list_by(p, a[0], pair_of_key, a[1]); }

// ---- erts_internal:map_next(Path, Map, iterator | Acc): the steps of maps:next/1 and maps:to_list/1 ----
//
// Path 0 is the start; another integer is the term_hash at which a hash map's iteration goes on; a list holds the keys
// still to come (ordered iterators, OTP 26). `iterator` gives {K, V, {K, V, ..Rest}} with Rest `none` or [Path | Map].

static term chunk_tuples(Process *p, const term *pairs, size_t count, term rest)
{
    while (count-- > 0)
        rest = make_tuple3(p, pairs[2 * count], pairs[2 * count + 1], rest);
    return rest;
}

static term next_flat_chunk(Process *p, term map)
{
    term pairs[2 * MAP_FLAT_MAX];
    map_pairs(map, pairs);
    return chunk_tuples(p, pairs, map_size(map), ATOM_none);
}

// Pairs of equal hash stay together, since the path is a hash: so the tuples go on the heap back to front as they come.
static term next_hash_chunk(Process *p, term map, uint32_t from)
{
    MapIterator it;
    map_iterate_from(&it, map, from);
    term first = ATOM_none, *link = &first;
    uint32_t hash = 0;
    for (size_t i = 0; map_next(&it); i++) {
        uint32_t last = hash;
        hash = term_hash(it.key);
        if (i >= NEXT_CHUNK && hash != last) {
            *link = cons(p, make_unsigned(p, hash), map);
            break;
        }
        *link = make_tuple3(p, it.key, it.value, ATOM_none);
        link = tuple_elements(*link) + 2;
    }
    return first;
}

// NONE when the list is improper or names an absent key.
static term next_key_chunk(Process *p, term map, term keys)
{
    term pairs[2 * NEXT_CHUNK];
    size_t count = 0;
    for (; is_cons(keys) && count < NEXT_CHUNK; keys = tail(keys), count++) {
        pairs[2 * count] = head(keys);
        if ((pairs[2 * count + 1] = map_get(map, head(keys))) == NONE)
            return NONE;
    }
    if (!is_list(keys))
        return NONE;
    return chunk_tuples(p, pairs, count, is_nil(keys) ? (term) ATOM_none : cons(p, keys, map));
}

static term list_from(Process *p, term map, uint32_t from, term acc)
{
    MapIterator it;
    term first = acc, *link = &first;
    for (map_iterate_from(&it, map, from); map_next(&it);) {
        *link = cons(p, make_tuple2(p, it.key, it.value), acc);
        link = list_ptr(*link) + 1;
    }
    charge(p, map_size(map));
    return first;
}

static term list_of_keys(Process *p, term map, term keys, term acc)
{
    term first = acc, *link = &first;
    for (; is_cons(keys); keys = tail(keys)) {
        term value = map_get(map, head(keys));
        if (value == NONE)
            return NONE;
        *link = cons(p, make_tuple2(p, head(keys), value), acc);
        link = list_ptr(*link) + 1;
    }
    return is_nil(keys) ? first : NONE;
}

term erts_internal_map_next_3(Process *p, term *a)
{
    uint64_t from = 0;
    bool by_keys = is_list(a[0]), tuples = a[2] == ATOM_iterator;
    if (!is_map(a[1]) || !(tuples || is_list(a[2])) || !(by_keys || is_integer(a[0])))
        return raise_badarg(p);
    if (!by_keys && (!integer_to_uint64(a[0], &from) || from > UINT32_MAX))
        return raise_badarg(p);
    term result;
    if (by_keys)
        result = tuples ? next_key_chunk(p, a[1], a[0]) : list_of_keys(p, a[1], a[0], a[2]);
    else if (!tuples)
        result = list_from(p, a[1], (uint32_t) from, a[2]);
    else if (boxed_kind(a[1]) == KIND_FLATMAP)
        result = next_flat_chunk(p, a[1]);
    else
        result = next_hash_chunk(p, a[1], (uint32_t) from);
    return result == NONE ? raise_badarg(p) : result;
}

// The keys of a flat map, as the debugger of literals sees them.
term erts_internal_map_to_tuple_keys_1(Process *p, term *a)
{
    return is_kind(a[0], KIND_FLATMAP) ? boxed_ptr(a[0])[1] : raise_badarg(p);
}
