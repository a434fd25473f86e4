// Natives of lists, and the hot functions of lists.erl.
//
// A native that replaces Erlang code declines what it would not do exactly as that code does (bad arguments, mostly): it
// returns NONE alone (vm.h), and the module's own function runs.
#include "../vm.h"

enum { WORK_PER_REDUCTION = 8, SUBTRACT_NAIVE_MAX = 16 };

static term decline(void) { return NONE; }

static void charge(Process *p, size_t work) { p->reductions -= (sterm) (work / WORK_PER_REDUCTION); }

term erlang_length_1(Process *p, term *a)
{
    sterm length = list_length(a[0]);
    if (length < 0)
        return raise_badarg(p);
    charge(p, (size_t) length);
    return make_small(length);
}

term erlang_hd_1(Process *p, term *a) { return is_cons(a[0]) ? head(a[0]) : raise_badarg(p); }
term erlang_tl_1(Process *p, term *a) { return is_cons(a[0]) ? tail(a[0]) : raise_badarg(p); }

// ---- walking ----

term lists_member_2(Process *p, term *a)
{
    term key = a[0], list = a[1];
    size_t steps = 0;
    for (; is_cons(list); list = tail(list), steps++)
        if (same(head(list), key)) {
            charge(p, steps);
            return ATOM_true;
        }
    charge(p, steps);
    return is_nil(list) ? (term) ATOM_false : raise_badarg(p);
}

// Steps down the list until `n` is `stop` or there are no more cells; true when it came to `stop`.
static bool step_down(Process *p, term *list, sterm n, sterm stop)
{
    sterm from = n;
    for (; n > stop && is_cons(*list); n--)
        *list = tail(*list);
    charge(p, (size_t) (from - n));
    return n == stop;
}

// Both decline with the arguments they were given: which function then has no clause depends on the release.
term lists_nth_2(Process *p, term *a)
{
    term list = a[1];
    if (!is_small(a[0]) || small_value(a[0]) < 1 || !step_down(p, &list, small_value(a[0]), 1) || !is_cons(list))
        return decline();
    return head(list);
}

term lists_nthtail_2(Process *p, term *a)
{
    term list = a[1];
    if (!is_small(a[0]) || small_value(a[0]) < 1 || !step_down(p, &list, small_value(a[0]), 0))
        return decline();
    return list;
}

term lists_last_1(Process *p, term *a)
{
    if (!is_cons(a[0]))
        return decline();
    size_t steps = 0;
    term list = a[0];
    for (; is_cons(tail(list)); steps++)
        list = tail(list);
    if (!is_nil(tail(list)))
        return decline();
    charge(p, steps);
    return head(list);
}

// ---- keyfind and its kind: compare by ==, elements that are no such tuple are passed over ----

typedef enum { KEY_BAD, KEY_ABSENT, KEY_FOUND } KeyResult;

// Positions are the small integers of erl, with either size of word here.
static const int64_t MAX_POSITION = ((int64_t) 1 << 59) - 1;

static KeyResult key_find(Process *p, term key, term position, term list, term *tuple)
{
    int64_t number;
    if (!is_integer(position) || !integer_to_int64(position, &number) || number < 1 || number > MAX_POSITION)
        return KEY_BAD;
    uint64_t index = (uint64_t) number - 1;
    size_t steps = 0;
    bool by_word = !is_pointer(key) && !is_small(key); // only numbers equal something else than themselves
    for (; is_cons(list); list = tail(list), steps++) {
        term t = head(list);
        if (!is_tuple(t) || tuple_arity(t) <= index)
            continue;
        term element = tuple_at(t, index);
        if (element == key || (!by_word && is_pointer(element) + is_pointer(key) > 0 && equal(element, key))) {
            *tuple = t;
            charge(p, steps);
            return KEY_FOUND;
        }
    }
    charge(p, steps);
    return is_nil(list) ? KEY_ABSENT : KEY_BAD;
}

term lists_keyfind_3(Process *p, term *a)
{
    term tuple = ATOM_false;
    return key_find(p, a[0], a[1], a[2], &tuple) == KEY_BAD ? raise_badarg(p) : tuple;
}

term lists_keymember_3(Process *p, term *a)
{
    term tuple;
    KeyResult result = key_find(p, a[0], a[1], a[2], &tuple);
    return result == KEY_BAD ? raise_badarg(p) : make_bool(result == KEY_FOUND);
}

term lists_keysearch_3(Process *p, term *a)
{
    term tuple;
    KeyResult result = key_find(p, a[0], a[1], a[2], &tuple);
    if (result == KEY_BAD)
        return raise_badarg(p);
    return result == KEY_FOUND ? make_tuple2(p, ATOM_value, tuple) : (term) ATOM_false;
}

// ---- copying ----

static term reverse_onto(Process *p, term list, size_t length, term onto)
{
    if (length == 0)
        return onto;
    term *cells = heap_alloc(p, 2 * length);
    for (; is_cons(list); list = tail(list))
        onto = put_cons(&cells, head(list), onto);
    charge(p, length);
    return onto;
}

term lists_reverse_2(Process *p, term *a)
{
    sterm length = list_length(a[0]);
    return length < 0 ? raise_badarg(p) : reverse_onto(p, a[0], (size_t) length, a[1]);
}

term lists_reverse_1(Process *p, term *a)
{
    sterm length = list_length(a[0]);
    if (length < 0)
        return decline();
    return length == 1 ? a[0] : reverse_onto(p, a[0], (size_t) length, NIL);
}

term erlang_append_2(Process *p, term *a)
{
    term left = a[0], right = a[1];
    sterm length = list_length(left);
    if (length < 0)
        return raise_badarg(p);
    if (length == 0)
        return right;
    if (is_nil(right))
        return left;
    term *cells = heap_alloc(p, 2 * (size_t) length), result = make_list(cells);
    for (; is_cons(left); left = tail(left), cells += 2) {
        cells[0] = head(left);
        cells[1] = make_list(cells + 2);
    }
    cells[-1] = right;
    charge(p, (size_t) length);
    return result;
}

term lists_append_2(Process *p, term *a) { return list_length(a[0]) < 0 ? decline() : erlang_append_2(p, a); }

// ---- '--': each element of the right list takes away its first equal on the left ----

// A growing list, written front to back.
typedef struct ListOut {
    Process *p;
    term first, *link;
} ListOut;

static void out_add(ListOut *out, term element)
{
    *out->link = cons(out->p, element, NIL);
    out->link = list_ptr(*out->link) + 1;
}

static term subtract_naive(Process *p, term left, term right)
{
    term rest[SUBTRACT_NAIVE_MAX];
    size_t count = 0;
    for (; is_cons(right); right = tail(right))
        rest[count++] = head(right);
    ListOut out = { .p = p, .first = NIL };
    for (out.link = &out.first; is_cons(left) && count > 0; left = tail(left)) {
        size_t i = 0;
        while (i < count && !same(rest[i], head(left)))
            i++;
        if (i < count)
            rest[i] = rest[--count];
        else
            out_add(&out, head(left));
    }
    *out.link = left; // nothing more to take away: the rest is shared
    return out.first;
}

typedef struct Counted {
    term element; // NONE = free
    uint32_t hash;
    uint32_t count;
} Counted;

static Counted *counted_find(Counted *table, size_t mask, term element, uint32_t hash)
{
    size_t i = hash & mask;
    while (table[i].element != NONE && !(table[i].hash == hash && same(table[i].element, element)))
        i = (i + 1) & mask;
    return &table[i];
}

static term subtract_hashed(Process *p, term left, term right, size_t right_length)
{
    size_t capacity = 32;
    while (capacity < 2 * right_length)
        capacity *= 2;
    Counted *table = vm_malloc(capacity * sizeof *table);
    if (!table)
        return raise_system_limit(p);
    memset(table, 0, capacity * sizeof *table);
    for (; is_cons(right); right = tail(right)) {
        uint32_t hash = term_hash(head(right));
        Counted *slot = counted_find(table, capacity - 1, head(right), hash);
        *slot = (Counted) { head(right), hash, slot->count + 1 };
    }
    ListOut out = { .p = p, .first = NIL };
    size_t to_go = right_length;
    for (out.link = &out.first; is_cons(left) && to_go > 0; left = tail(left)) {
        Counted *slot = counted_find(table, capacity - 1, head(left), term_hash(head(left)));
        if (slot->element != NONE && slot->count > 0) {
            slot->count--;
            to_go--;
        } else {
            out_add(&out, head(left));
        }
    }
    *out.link = left;
    vm_mfree(table, capacity * sizeof *table);
    return out.first;
}

term erlang_subtract_2(Process *p, term *a)
{
    sterm left_length = list_length(a[0]), right_length = list_length(a[1]);
    if (left_length < 0 || right_length < 0)
        return raise_badarg(p);
    if (left_length == 0 || right_length == 0)
        return a[0];
    charge(p, (size_t) (left_length + right_length));
    if (right_length <= SUBTRACT_NAIVE_MAX)
        return subtract_naive(p, a[0], a[1]);
    return subtract_hashed(p, a[0], a[1], (size_t) right_length);
}

term lists_subtract_2(Process *p, term *a)
{
    return list_length(a[0]) < 0 || list_length(a[1]) < 0 ? decline() : erlang_subtract_2(p, a);
}

// ---- sorting: a stable merge of the runs that are there already ----
//
// lists:sort/1 is not stable in OTP: which of 1 and 1.0 comes first follows from its algorithm. So sort and usort decline
// when they meet two that are == but not =:=.

typedef struct Sorter {
    term *from, *to;  // count elements each
    size_t count;
    size_t key_index; // of tuples, for keysort; SIZE_MAX = whole elements
    bool mixed;       // met == but not =:=
} Sorter;

static int sorter_compare(Sorter *s, term a, term b)
{
    if (s->key_index != SIZE_MAX)
        return compare(tuple_at(a, s->key_index), tuple_at(b, s->key_index));
    if (a == b)
        return 0;
    if (both_small(a, b))
        return (sterm) a < (sterm) b ? -1 : 1;
    int order = compare(a, b);
    if (order == 0 && !equal_exact(a, b))
        s->mixed = true;
    return order;
}

// End of the ascending run that starts at `from`.
static size_t run_end(Sorter *s, size_t from)
{
    size_t i = from + 1;
    while (i < s->count && sorter_compare(s, s->from[i - 1], s->from[i]) <= 0)
        i++;
    return i;
}

static void merge_runs(Sorter *s, size_t a, size_t middle, size_t end)
{
    size_t out = a, b = middle;
    while (a < middle && b < end)
        s->to[out++] = sorter_compare(s, s->from[a], s->from[b]) <= 0 ? s->from[a++] : s->from[b++];
    memcpy(s->to + out, s->from + a, (middle - a) * WORD_BYTES);
    out += middle - a;
    memcpy(s->to + out, s->from + b, (end - b) * WORD_BYTES);
}

// Turns strictly descending runs round, so that a reversed list is one run too.
static void turn_descending(Sorter *s)
{
    for (size_t i = 0, j; i < s->count; i = j) {
        for (j = i + 1; j < s->count && sorter_compare(s, s->from[j - 1], s->from[j]) > 0; j++)
            ;
        for (size_t low = i, high = j - 1; low < high; low++, high--) {
            term swap = s->from[low];
            s->from[low] = s->from[high];
            s->from[high] = swap;
        }
    }
}

// One pass over all pairs of runs. Returns how many runs there were.
static size_t merge_pass(Sorter *s)
{
    size_t runs = 0;
    for (size_t i = 0; i < s->count;) {
        size_t middle = run_end(s, i), end = middle < s->count ? run_end(s, middle) : middle;
        merge_runs(s, i, middle, end);
        runs += middle < end ? 2 : 1;
        i = end;
    }
    term *swap = s->from;
    s->from = s->to;
    s->to = swap;
    return runs;
}

static void sorter_run(Process *p, Sorter *s)
{
    turn_descending(s);
    size_t runs;
    do {
        runs = merge_pass(s);
        charge(p, s->count);
    } while (runs > 2);
}

static size_t drop_equals(Sorter *s)
{
    size_t kept = 1;
    for (size_t i = 1; i < s->count; i++)
        if (sorter_compare(s, s->from[kept - 1], s->from[i]) != 0)
            s->from[kept++] = s->from[i];
    return kept;
}

static term sort_list(Process *p, term list, size_t count, size_t key_index, bool unique)
{
    size_t bytes = 2 * count * WORD_BYTES;
    term *room = vm_malloc(bytes);
    if (!room)
        return raise_system_limit(p);
    Sorter s = { .from = room, .to = room + count, .count = count, .key_index = key_index };
    for (size_t i = 0; i < count; i++, list = tail(list))
        room[i] = head(list);
    sorter_run(p, &s);
    size_t kept = unique ? drop_equals(&s) : count;
    term result = s.mixed ? decline() : make_list_of(p, s.from, kept, NIL);
    vm_mfree(room, bytes);
    return result;
}

static term sort_elements(Process *p, term list, bool unique)
{
    sterm count = list_length(list);
    if (count < 0)
        return decline();
    return count < 2 ? list : sort_list(p, list, (size_t) count, SIZE_MAX, unique);
}

term lists_sort_1(Process *p, term *a) { return sort_elements(p, a[0], false); }
term lists_usort_1(Process *p, term *a) { return sort_elements(p, a[0], true); }

term lists_keysort_2(Process *p, term *a)
{
    sterm count = list_length(a[1]);
    if (count < 2 || !is_small(a[0]) || small_value(a[0]) < 1)
        return decline();
    size_t index = (size_t) small_value(a[0]) - 1;
    for (term list = a[1]; is_cons(list); list = tail(list))
        if (!is_tuple(head(list)) || tuple_arity(head(list)) <= index)
            return decline();
    return sort_list(p, a[1], (size_t) count, index, false);
}
