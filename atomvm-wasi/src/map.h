// Maps beyond what vm.h declares: the instructions' entries, and building into raw memory.
//
//   FLATMAP  [keys tuple][v1]..[vn]        n <= MAP_FLAT_MAX, keys strictly ascending by compare_exact; maps that differ
//                                          in values only share the keys tuple
//   HASHMAP  [count small][root HNODE]     count > MAP_FLAT_MAX, always
//   HNODE    [bitmap << 4][child]..        16 ways; bit i of the bitmap set = there is a child for hash nibble i, children
//                                          in bit order; the root looks at the top nibble of term_hash, each level at the next
//   bucket   HNODE with bitmap 0           leaves whose 32 bits of hash are equal, searched one by one (level 8 only)
//   leaf     cons cell [Key|Value]
//
// A subtree of one leaf is that leaf: every HNODE below the root has two leaves or more under it. So the shape of a map
// follows from its keys alone (but for the order inside buckets).
#ifndef ATOMVM_MAP_H
#define ATOMVM_MAP_H

#include "vm.h"

// `map` must be a map in all of these.

// The value of an immediate key (atom, small, pid, nil), or NONE. The fast half of map_get.
term map_get_immediate(term map, term key);
// The same under the name the interpreter uses for `#{atom := V}`.
static inline term map_get_atom(term map, term key) { return map_get_immediate(map, key); }

// A new map with the value of a present key replaced. NONE, without raising, when the key is absent.
term map_put_exact(Process *p, term map, term key, term value);

// put_map_assoc and put_map_exact: `count` pairs key, value, key, value.. applied in order. With `exact` every key must be
// present: otherwise NONE, without raising, and *missing_key (may be NULL) is the first absent one.
// NONE with *missing_key == NONE (and system_limit raised) when memory is out; that can only happen above 32 keys.
term map_update_many(Process *p, term map, const term *pairs, size_t count, bool exact, term *missing_key);

// Upper bound of the words map_build_at writes for `count` pairs.
size_t map_literal_words(size_t count);
// Builds a map of key, value, key, value.. at *htop and moves *htop on. `pairs` is reordered in place; of equal keys the
// last wins. NONE when there was no memory for the scratch space of a large map.
term map_build_at(term **htop, term *pairs, size_t count);

// Writes the pairs key, value.. of a map in the order of iteration: 2 * map_size(map) terms.
void map_pairs(term map, term *pairs);
// Sorts pairs by key (compare_exact): the order in which maps are compared and printed.
void map_sort_pairs(term *pairs, size_t count);

// Lists of all keys, all values, all {Key, Value}, in the order of iteration.
term map_keys(Process *p, term map);
term map_values(Process *p, term map);
term map_to_list(Process *p, term map);

// Starts a hash map's iteration at the first pair whose key's term_hash is not below `hash` (a flat map's at the start).
void map_iterate_from(MapIterator *it, term map, uint32_t hash);

// Pairs of both; those of `b` win.
term map_merge(Process *p, term a, term b);

#endif
