// nodes/1,2: this node is the only one there is.
#include "../map.h"
#include "../vm.h"

// Whether a kind of node, or one of a list of kinds, is that of this node. False with *known false for what is no kind.
static bool is_this_kind(term kind, bool *known)
{
    *known = *known && (kind == (term) ATOM_this || kind == (term) ATOM_known || kind == (term) ATOM_visible
                           || kind == (term) ATOM_hidden || kind == (term) ATOM_connected);
    return kind == (term) ATOM_this || kind == (term) ATOM_known;
}

static bool is_asked_for(term kinds, bool *known)
{
    if (!is_list(kinds)) return is_this_kind(kinds, known);
    bool asked = false;
    for (; is_cons(kinds); kinds = tail(kinds))
        if (is_this_kind(head(kinds), known)) asked = true;
    *known = *known && is_nil(kinds);
    return asked;
}

term erlang_nodes_1(Process *p, term *a)
{
    bool known = true, asked = is_asked_for(a[0], &known);
    if (!known) return raise_badarg(p);
    return asked ? cons(p, ATOM_nonode_nohost, NIL) : NIL;
}

// [{Node, Info}]; options #{connection_id => boolean(), node_type => boolean()}
term erlang_nodes_2(Process *p, term *a)
{
    bool known = true, asked = is_asked_for(a[0], &known);
    if (!known || !is_map(a[1])) return raise_badarg(p);
    term info = map_new(p);
    MapIterator it;
    map_iterate(&it, a[1]);
    while (map_next(&it)) {
        bool connection = it.key == (term) ATOM_connection_id;
        if ((!connection && it.key != (term) ATOM_node_type) || !is_bool(it.value)) return raise_badarg(p);
        if (it.value == (term) ATOM_true) info = map_put(p, info, it.key, connection ? (term) ATOM_undefined : (term) ATOM_this);
    }
    return asked ? cons(p, make_tuple2(p, ATOM_nonode_nohost, info), NIL) : NIL;
}
