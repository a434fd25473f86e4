// Natives of ets on tables as a whole and on objects by key. Matching is in ets_select.c.
//
// Every error is badarg; its cause tells ets:format_error what was wrong.
#include "../ets.h"
#include "../map.h"
#include "../module.h"
#include "ets_natives.h"

enum { NAME_BUCKETS = 64 };

static struct {
    Table *first;
    Table *named[NAME_BUCKETS];
} tables;

// ---- finding tables ----

static Table **named_link(term name)
{
    Table **link = &tables.named[atom_index(name) % NAME_BUCKETS];
    while (*link && (*link)->name != name)
        link = &(*link)->next_named;
    return link;
}

static void unlink_name(Table *t)
{
    if (t->named)
        *named_link(t->name) = t->next_named;
}

static void link_name(Table *t)
{
    Table **bucket = &tables.named[atom_index(t->name) % NAME_BUCKETS];
    t->next_named = *bucket;
    *bucket = t;
}

static void table_destroy(Resource *resource)
{
    vm_mfree(resource, sizeof(Table));
}

static const ResourceType table_resource = { "ets table", table_destroy };

static Table *table_of_plain_ref(term id)
{
    if (!is_kind(id, KIND_REF))
        return NULL;
    Table *t = tables.first;
    while (t && !ref_same(t->handle.id, ref_id(id)))
        t = t->next;
    return t;
}

// NULL when there is none (any more). *is_id: whether the term could name one at all.
static Table *table_lookup(term id, bool *is_id)
{
    Table *t;
    *is_id = true;
    if (is_atom(id)) {
        t = *named_link(id);
    } else {
        t = (Table *) handle_of(id, &table_resource);
        if (!t)
            *is_id = (t = table_of_plain_ref(id)) != NULL;
    }
    return t && t->alive ? t : NULL;
}

static bool access_allowed(const Process *p, const Table *t, enum table_access access)
{
    return t->owner == p->pid || access == ACCESS_ANY || t->protection == TABLE_PUBLIC ||
           (access == ACCESS_READ && t->protection == TABLE_PROTECTED);
}

Table *ets_table(Process *p, term id, enum table_access access)
{
    bool is_id;
    Table *t = table_lookup(id, &is_id);
    if (!t)
        raise_error_info(p, ATOM_badarg, is_id ? ATOM_id : ATOM_type);
    else if (!access_allowed(p, t, access))
        raise_error_info(p, ATOM_badarg, ATOM_access);
    else
        return t;
    return NULL;
}

term ets_table_term(Process *p, Table *t) { return t->named ? t->name : handle_term(p, &t->handle); }

// ---- making and ending tables ----

static void set_heir(Table *t, term pid, term data)
{
    if (t->heir_fragment)
        fragment_free(t->heir_fragment);
    t->heir = pid;
    t->heir_fragment = fragment_copy(data, &t->heir_data);
}

static bool is_truth(term t, bool *out)
{
    *out = t == ATOM_true || t == ATOM_auto;
    return is_bool(t) || t == ATOM_auto;
}

static bool option_pair(Table *t, term name, term value)
{
    switch (name) {
    case ATOM_keypos:
        t->key_index = is_small(value) && small_value(value) > 0 ? (size_t) small_value(value) - 1 : SIZE_MAX;
        return t->key_index != SIZE_MAX;
    case ATOM_heir: return value == ATOM_none;
    case ATOM_read_concurrency: return is_truth(value, &t->read_concurrency);
    case ATOM_write_concurrency: return is_truth(value, &t->write_concurrency);
    case ATOM_decentralized_counters: return is_truth(value, &t->decentralized_counters);
    default: return false;
    }
}

static bool option_word(Table *t, term option)
{
    switch (option) {
    case ATOM_set: t->type = TABLE_SET; return true;
    case ATOM_ordered_set: t->type = TABLE_ORDERED_SET; return true;
    case ATOM_bag: t->type = TABLE_BAG; return true;
    case ATOM_duplicate_bag: t->type = TABLE_DUPLICATE_BAG; return true;
    case ATOM_public: t->protection = TABLE_PUBLIC; return true;
    case ATOM_protected: t->protection = TABLE_PROTECTED; return true;
    case ATOM_private: t->protection = TABLE_PRIVATE; return true;
    case ATOM_named_table: t->named = true; return true;
    case ATOM_compressed: t->compressed = true; return true;
    default: return false;
    }
}

// {heir, Pid, Data} of a list of options; *option is left NONE without one.
static bool is_heir_option(term option)
{
    return is_tuple(option) && tuple_arity(option) == 3 && tuple_at(option, 0) == ATOM_heir && is_pid(tuple_at(option, 1));
}

static bool read_options(Table *t, term options, term *heir)
{
    for (; is_cons(options); options = tail(options)) {
        term option = head(options);
        if (is_heir_option(option))
            *heir = option;
        else if (is_tuple(option) && tuple_arity(option) == 2) {
            if (!option_pair(t, tuple_at(option, 0), tuple_at(option, 1)))
                return false;
            if (tuple_at(option, 0) == ATOM_heir)
                *heir = NONE;
        } else if (!option_word(t, option))
            return false;
    }
    return is_nil(options);
}

static Table *table_make(const Table *wanted)
{
    Table *t = vm_malloc(sizeof *t);
    if (!t)
        return NULL;
    *t = *wanted;
    handle_init(&t->handle, &table_resource);
    if (!table_init(t)) {
        vm_mfree(t, sizeof *t);
        return NULL;
    }
    t->next = tables.first;
    if (t->next)
        t->next->previous = t;
    tables.first = t;
    if (t->named)
        link_name(t);
    return t;
}

term ets_new_2(Process *p, term *a)
{
    Table wanted = { .name = a[0], .alive = true, .protection = TABLE_PROTECTED, .owner = p->pid, .heir = ATOM_none,
                     .heir_data = NIL };
    term heir = NONE;
    if (!is_atom(a[0]) || !read_options(&wanted, a[1], &heir))
        return raise_badarg(p);
    if (wanted.named && (*named_link(a[0]) || a[0] == ATOM_undefined))
        return raise_error_info(p, ATOM_badarg, ATOM_already_exists);
    Table *t = table_make(&wanted);
    if (!t)
        return raise_system_limit(p);
    if (heir != NONE)
        set_heir(t, tuple_at(heir, 1), tuple_at(heir, 2));
    return ets_table_term(p, t);
}

static void table_end(Table *t)
{
    unlink_name(t);
    t->alive = false;
    table_clear(t);
    table_free_storage(t);
    if (t->heir_fragment)
        fragment_free(t->heir_fragment);
    t->heir_fragment = NULL;
    if (t->previous)
        t->previous->next = t->next;
    else
        tables.first = t->next;
    if (t->next)
        t->next->previous = t->previous;
    handle_release(&t->handle);
}

term ets_delete_1(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    ets_charge(p, t->count);
    table_end(t);
    return ATOM_true;
}

// Makes `to` the owner and tells it: {'ETS-TRANSFER', Table, From, Data}.
static void hand_over(Process *from, Table *t, term to, term data)
{
    term words[5 + HANDLE_TERM_WORDS];
    words[0] = make_header(KIND_TUPLE, 4);
    words[1] = ATOM_ETS_TRANSFER;
    words[2] = t->named ? t->name : handle_term_at(words + 5, &t->handle);
    words[3] = from->pid;
    words[4] = data;
    t->owner = to;
    process_send(from, to, make_boxed(words));
}

void ets_process_exited(Process *p)
{
    for (Table *t = tables.first, *next; t; t = next) {
        next = t->next;
        table_unfix_all(t, p->pid);
        if (t->owner != p->pid)
            continue;
        if (is_pid(t->heir) && t->heir != p->pid && process_lookup(t->heir))
            hand_over(p, t, t->heir, t->heir_data);
        else
            table_end(t);
    }
}

term ets_give_away_3(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    if (!is_pid(a[1]) || (a[1] != p->pid && !process_lookup(a[1])))
        return raise_badarg(p);
    if (t->owner != p->pid)
        return raise_error_info(p, ATOM_badarg, ATOM_not_owner);
    if (a[1] == p->pid)
        return raise_error_info(p, ATOM_badarg, ATOM_owner);
    hand_over(p, t, a[1], a[2]);
    return ATOM_true;
}

static bool set_option(Table *t, term option)
{
    if (is_heir_option(option)) {
        set_heir(t, tuple_at(option, 1), tuple_at(option, 2));
        return true;
    }
    if (!is_tuple(option) || tuple_arity(option) != 2)
        return false;
    term name = tuple_at(option, 0), value = tuple_at(option, 1);
    if (name == ATOM_heir && value == ATOM_none) {
        set_heir(t, ATOM_none, NIL);
        return true;
    }
    return name == ATOM_protection && (value == ATOM_public || value == ATOM_protected || value == ATOM_private) &&
           option_word(t, value);
}

term ets_setopts_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    if (t->owner != p->pid)
        return raise_error_info(p, ATOM_badarg, ATOM_not_owner);
    if (is_tuple(a[1]))
        return set_option(t, a[1]) ? ATOM_true : raise_badarg(p);
    term options = a[1];
    while (is_cons(options) && set_option(t, head(options)))
        options = tail(options);
    return is_nil(options) ? (term) ATOM_true : raise_badarg(p);
}

term ets_rename_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    if (!is_atom(a[1]))
        return raise_badarg(p);
    if (t->named && *named_link(a[1]))
        return raise_badarg(p);
    unlink_name(t);
    t->name = a[1];
    if (t->named)
        link_name(t);
    return ets_table_term(p, t);
}

term ets_whereis_1(Process *p, term *a)
{
    bool is_id;
    Table *t = table_lookup(a[0], &is_id);
    if (!is_id)
        return raise_badarg(p);
    return t ? handle_term(p, &t->handle) : (term) ATOM_undefined;
}

size_t ets_count(void)
{
    size_t count = 0;
    for (const Table *t = tables.first; t; t = t->next)
        count++;
    return count;
}

size_t ets_bytes(void)
{
    size_t bytes = 0;
    for (const Table *t = tables.first; t; t = t->next)
        bytes += t->bytes;
    return bytes;
}

static term all_tables(Process *p)
{
    term list = NIL;
    for (Table *t = tables.first; t; t = t->next)
        list = cons(p, ets_table_term(p, t), list);
    return list;
}

term ets_all_0(Process *p, term *a)
{
    (void) a;
    return all_tables(p);
}

// The one scheduler answers at once: {Ref, Tables}.
term ets_internal_request_all_0(Process *p, term *a)
{
    (void) a;
    term ref = make_ref(p);
    process_send(p, p->pid, make_tuple2(p, ref, all_tables(p)));
    return ref;
}

// ---- information ----

static term type_atom(const Table *t)
{
    static const term types[] = { ATOM_set, ATOM_ordered_set, ATOM_bag, ATOM_duplicate_bag };
    return types[t->type];
}

static term protection_atom(const Table *t)
{
    static const term protections[] = { ATOM_public, ATOM_protected, ATOM_private };
    return protections[t->protection];
}

static size_t memory_words(const Table *t)
{
    return (sizeof *t + t->bytes + t->bucket_count * sizeof *t->buckets) / WORD_BYTES;
}

// {Since, [{Pid, Count}]}, or false.
static term fixations(Process *p, const Table *t, bool monotonic)
{
    if (!t->fixations)
        return ATOM_false;
    term list = NIL;
    for (const Fixation *f = t->fixations; f; f = f->next)
        list = cons(p, make_tuple2(p, f->pid, make_small((sterm) f->count)), list);
    int64_t micros = (int64_t) (t->fixed_since_ms * 1000);
    if (monotonic)
        return make_tuple2(p, make_integer(p, micros * 1000), list);
    term now = make_tuple3(p, make_integer(p, micros / 1000000000000), make_integer(p, micros / 1000000 % 1000000),
                           make_integer(p, micros % 1000000));
    return make_tuple2(p, now, list);
}

static term info_item(Process *p, Table *t, term item)
{
    switch (item) {
    case ATOM_id: return handle_term(p, &t->handle);
    case ATOM_name: return t->name;
    case ATOM_named_table: return make_bool(t->named);
    case ATOM_type: return type_atom(t);
    case ATOM_keypos: return make_small((sterm) t->key_index + 1);
    case ATOM_protection: return protection_atom(t);
    case ATOM_size: return make_unsigned(p, t->count);
    case ATOM_memory: return make_unsigned(p, memory_words(t));
    case ATOM_owner: return t->owner;
    case ATOM_heir: return t->heir;
    case ATOM_node: return ATOM_nonode_nohost;
    case ATOM_read_concurrency: return make_bool(t->read_concurrency);
    case ATOM_write_concurrency: return make_bool(t->write_concurrency);
    case ATOM_decentralized_counters: return make_bool(t->decentralized_counters);
    case ATOM_compressed: return make_bool(t->compressed);
    case ATOM_fixed: return make_bool(t->fixations != NULL);
    case ATOM_safe_fixed: return fixations(p, t, false);
    case ATOM_safe_fixed_monotonic_time: return fixations(p, t, true);
    case ATOM_binary: return NIL;
    default: return NONE;
    }
}

// The table, or NULL with *result `undefined` or NONE (raised).
static Table *table_for_info(Process *p, term id, term *result)
{
    bool is_id;
    Table *t = table_lookup(id, &is_id);
    if (!t)
        *result = is_id ? (term) ATOM_undefined : raise_error_info(p, ATOM_badarg, ATOM_type);
    return t;
}

term ets_info_1(Process *p, term *a)
{
    static const term items[] = { ATOM_id, ATOM_decentralized_counters, ATOM_read_concurrency, ATOM_write_concurrency,
                                  ATOM_compressed, ATOM_memory, ATOM_owner, ATOM_heir, ATOM_name, ATOM_size, ATOM_node,
                                  ATOM_named_table, ATOM_type, ATOM_keypos, ATOM_protection };
    term list = NIL;
    Table *t = table_for_info(p, a[0], &list);
    if (!t)
        return list;
    for (size_t i = sizeof items / sizeof *items; i-- > 0;)
        list = cons(p, make_tuple2(p, items[i], info_item(p, t, items[i])), list);
    return list;
}

term ets_info_2(Process *p, term *a)
{
    term result;
    Table *t = table_for_info(p, a[0], &result);
    if (!t)
        return result;
    result = info_item(p, t, a[1]);
    return result == NONE ? raise_badarg(p) : result;
}

// ---- inserting ----

static bool is_object(const Table *t, term object) { return is_tuple(object) && tuple_arity(object) > t->key_index; }

// One object, or a proper list of objects.
static bool are_objects(const Table *t, term objects)
{
    if (!is_list(objects))
        return is_object(t, objects);
    while (is_cons(objects) && is_object(t, head(objects)))
        objects = tail(objects);
    return is_nil(objects);
}

// A bag takes a list from its end, as OTP does, which shows in the order of lookups.
static bool insert_all(Process *p, Table *t, term objects)
{
    if (!is_list(objects))
        return table_insert(t, objects);
    if (t->type == TABLE_BAG)
        objects = lists_reverse_2(p, (term[]) { objects, NIL });
    for (size_t count = 0; is_cons(objects); objects = tail(objects)) {
        if (!table_insert(t, head(objects)))
            return false;
        ets_charge(p, ++count % 4 ? 0 : 4);
    }
    return true;
}

static Table *table_for_insert(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (t && !are_objects(t, a[1])) {
        raise_badarg(p);
        return NULL;
    }
    return t;
}

term ets_insert_2(Process *p, term *a)
{
    Table *t = table_for_insert(p, a);
    if (!t)
        return NONE;
    return insert_all(p, t, a[1]) ? ATOM_true : raise_system_limit(p);
}

static bool any_key_present(const Table *t, term objects)
{
    if (!is_list(objects))
        return table_find(t, tuple_at(objects, t->key_index)) != NULL;
    for (; is_cons(objects); objects = tail(objects))
        if (table_find(t, tuple_at(head(objects), t->key_index)))
            return true;
    return false;
}

term ets_insert_new_2(Process *p, term *a)
{
    Table *t = table_for_insert(p, a);
    if (!t)
        return NONE;
    if (any_key_present(t, a[1]))
        return ATOM_false;
    return insert_all(p, t, a[1]) ? ATOM_true : raise_system_limit(p);
}

// ---- looking up ----

static term object_copy(Process *p, const Object *o)
{
    term *top = heap_alloc(p, o->words);
    return term_copy(o->tuple, &top, &p->off_heap);
}

// Objects of one key, oldest first.
static term objects_list(Process *p, const Table *t, const Object *o)
{
    term list = NIL;
    for (; o; o = table_next_live(t, o))
        list = cons(p, object_copy(p, o), list);
    return list;
}

term ets_lookup_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    return t ? objects_list(p, t, table_find(t, a[1])) : NONE;
}

term ets_member_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    return t ? make_bool(table_find(t, a[1]) != NULL) : NONE;
}

static term element_list(Process *p, const Table *t, const Object *o, size_t index)
{
    term list = NIL;
    for (; o; o = table_next_live(t, o)) {
        if (tuple_arity(o->tuple) <= index)
            return raise_badarg(p);
        list = cons(p, copy_to_process(p, tuple_at(o->tuple, index)), list);
    }
    return list;
}

// absent: the value of a missing key, NONE = badarg.
static term lookup_element(Process *p, term *a, term absent)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    if (!t)
        return NONE;
    if (!is_small(a[2]) || small_value(a[2]) < 1)
        return raise_badarg(p);
    size_t index = (size_t) small_value(a[2]) - 1;
    const Object *o = table_find(t, a[1]);
    if (!o)
        return absent == NONE ? raise_error_info(p, ATOM_badarg, ATOM_badkey) : absent;
    if (table_is_bag(t))
        return element_list(p, t, o, index);
    return index < tuple_arity(o->tuple) ? copy_to_process(p, tuple_at(o->tuple, index)) : raise_badarg(p);
}

term ets_lookup_element_3(Process *p, term *a) { return lookup_element(p, a, NONE); }
term ets_lookup_element_4(Process *p, term *a) { return lookup_element(p, a, a[3]); }

term ets_take_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    term list = objects_list(p, t, table_find(t, a[1]));
    table_delete_key(t, a[1]);
    return list;
}

// ---- deleting ----

term ets_delete_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    table_delete_key(t, a[1]);
    return ATOM_true;
}

term ets_delete_object_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    if (!is_object(t, a[1]))
        return raise_badarg(p);
    table_delete_object(t, a[1]);
    return ATOM_true;
}

static bool everything(void *context, const Object *o)
{
    (void) context;
    (void) o;
    return true;
}

// ets:delete_all_objects/1 is made of this. Returns how many there were.
term ets_internal_delete_all_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    size_t count = t->count;
    ets_charge(p, count);
    if (t->fixations)
        table_sweep(t, NONE, everything, NULL);
    else
        table_clear(t);
    return make_unsigned(p, count);
}

// ---- walking by key ----

// A key, or {Key, Objects} for the *_lookup functions.
static term step_result(Process *p, const Table *t, const Object *o, bool with_objects)
{
    if (!o)
        return ATOM_dollar_end_of_table;
    term key = copy_to_process(p, o->key);
    return with_objects ? make_tuple2(p, key, objects_list(p, t, o)) : key;
}

static term step_first(Process *p, term *a, bool with_objects)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    if (!t)
        return NONE;
    Cursor c;
    cursor_start(&c, t);
    return step_result(p, t, cursor_next(&c), with_objects);
}

static term step_next(Process *p, term *a, bool with_objects)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    if (!t)
        return NONE;
    if (t->type == TABLE_ORDERED_SET)
        return step_result(p, t, table_above(t, a[1]), with_objects);
    const Object *o = table_find_any(t, a[1]);
    return o ? step_result(p, t, table_after(t, o), with_objects) : raise_badarg(p);
}

static term step_last(Process *p, term *a, bool with_objects)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    if (!t)
        return NONE;
    return t->type == TABLE_ORDERED_SET ? step_result(p, t, table_below(t, NONE), with_objects)
                                        : step_first(p, a, with_objects);
}

static term step_previous(Process *p, term *a, bool with_objects)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    if (!t)
        return NONE;
    return t->type == TABLE_ORDERED_SET ? step_result(p, t, table_below(t, a[1]), with_objects)
                                        : step_next(p, a, with_objects);
}

term ets_first_1(Process *p, term *a) { return step_first(p, a, false); }
term ets_next_2(Process *p, term *a) { return step_next(p, a, false); }
term ets_last_1(Process *p, term *a) { return step_last(p, a, false); }
term ets_prev_2(Process *p, term *a) { return step_previous(p, a, false); }
term ets_first_lookup_1(Process *p, term *a) { return step_first(p, a, true); }
term ets_next_lookup_2(Process *p, term *a) { return step_next(p, a, true); }
term ets_last_lookup_1(Process *p, term *a) { return step_last(p, a, true); }
term ets_prev_lookup_2(Process *p, term *a) { return step_previous(p, a, true); }

static const Object *ordered_at(const Table *t, size_t index)
{
    Cursor c;
    cursor_start(&c, t);
    const Object *o = cursor_next(&c);
    while (o && index-- > 0)
        o = cursor_next(&c);
    return o;
}

static term bucket_list(Process *p, const Table *t, size_t bucket)
{
    term list = NIL;
    for (const Object *o = t->buckets[bucket]; o; o = o->links[0])
        if (!o->doomed)
            list = cons(p, object_copy(p, o), list);
    return list;
}

term ets_slot_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    if (!t)
        return NONE;
    bool ordered = t->type == TABLE_ORDERED_SET;
    size_t slots = ordered ? t->count : t->bucket_count;
    if (!is_small(a[1]) || small_value(a[1]) < 0 || (size_t) small_value(a[1]) > slots)
        return raise_badarg(p);
    size_t slot = (size_t) small_value(a[1]);
    if (slot == slots)
        return ATOM_dollar_end_of_table;
    return ordered ? cons(p, object_copy(p, ordered_at(t, slot)), NIL) : bucket_list(p, t, slot);
}

term ets_safe_fixtable_2(Process *p, term *a)
{
    Table *t = ets_table(p, a[0], ACCESS_READ);
    if (!t)
        return NONE;
    if (!is_bool(a[1]))
        return raise_badarg(p);
    if (a[1] == ATOM_true && !table_fix(t, p->pid))
        return raise_system_limit(p);
    if (a[1] == ATOM_false)
        table_unfix(t, p->pid);
    return ATOM_true;
}

// ---- updating ----

// The element that {Pos, ..} of an update names, or SIZE_MAX after raising.
static size_t update_index(Process *p, const Table *t, term position, size_t arity, bool with_cause)
{
    size_t index = is_small(position) && small_value(position) > 0 ? (size_t) small_value(position) - 1 : SIZE_MAX;
    if (index < arity && index != t->key_index)
        return index;
    if (!with_cause || !is_integer(position))
        raise_badarg(p);
    else
        raise_error_info(p, ATOM_badarg, index == t->key_index ? ATOM_keypos : ATOM_position);
    return SIZE_MAX;
}

// One counter operation on the elements of an object: Incr, {Pos, Incr} or {Pos, Incr, Threshold, SetValue}. Returns the
// new value or NONE after raising.
static term count_once(Process *p, const Table *t, term *elements, size_t arity, term operation)
{
    term short_form[2] = { make_small((sterm) t->key_index + 2), operation };
    const term *part = is_tuple(operation) ? tuple_elements(operation) : short_form;
    size_t parts = is_tuple(operation) ? tuple_arity(operation) : 2;
    if ((parts != 2 && parts != 4) || !is_integer(part[1]))
        return raise_badarg(p);
    if (parts == 4 && (!is_integer(part[2]) || !is_integer(part[3])))
        return raise_badarg(p);
    size_t index = update_index(p, t, part[0], arity, true);
    if (index == SIZE_MAX)
        return NONE;
    if (!is_integer(elements[index]))
        return raise_badarg(p);
    term value = arith_add(p, elements[index], part[1]);
    if (parts == 4 && value != NONE) {
        bool down = integer_compare(part[1], make_small(0)) < 0;
        int order = integer_compare(value, part[2]);
        if (down ? order < 0 : order > 0)
            value = part[3];
    }
    return elements[index] = value;
}

// All operations; a list gives a list of results.
static term count_all(Process *p, const Table *t, term *elements, size_t arity, term operations)
{
    if (!is_list(operations))
        return copy_to_process(p, count_once(p, t, elements, arity, operations));
    term first = NIL, *link = &first;
    for (; is_cons(operations); operations = tail(operations)) {
        term value = is_tuple(head(operations)) ? count_once(p, t, elements, arity, head(operations)) : raise_badarg(p);
        if (value == NONE)
            return NONE;
        *link = cons(p, copy_to_process(p, value), NIL);
        link = list_ptr(*link) + 1;
    }
    return is_nil(operations) ? first : raise_badarg(p);
}

// Sets the elements of an object to those of a changed shallow copy: in place where that changes immediates only.
static bool store_elements(Table *t, Object *o, term changed)
{
    const term *now = tuple_elements(changed);
    term *was = tuple_elements(o->tuple);
    for (size_t i = 0; i < tuple_arity(changed); i++)
        if (now[i] != was[i] && (is_pointer(now[i]) || is_pointer(was[i])))
            return table_insert(t, changed);
    memcpy(was, now, tuple_arity(changed) * WORD_BYTES);
    return true;
}

// A shallow copy of the object to update: the one in the table, or the default with the key put in. NONE after raising.
static term update_base(Process *p, const Table *t, const Object *o, term key, term fallback)
{
    if (!o && fallback == NONE)
        return raise_error_info(p, ATOM_badarg, ATOM_badkey);
    if (!o && !is_object(t, fallback))
        return raise_badarg(p);
    term from = o ? o->tuple : fallback, copy = make_tuple(p, tuple_arity(from), tuple_elements(from));
    if (!o)
        tuple_elements(copy)[t->key_index] = key;
    return copy;
}

static term update_counter(Process *p, term *a, term fallback)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    if (table_is_bag(t))
        return raise_error_info(p, ATOM_badarg, ATOM_table_type);
    Object *o = table_find(t, a[1]);
    term changed = update_base(p, t, o, a[1], fallback);
    if (changed == NONE)
        return NONE;
    term result = count_all(p, t, tuple_elements(changed), tuple_arity(changed), a[2]);
    if (result == NONE)
        return NONE;
    return (o ? store_elements(t, o, changed) : table_insert(t, changed)) ? result : raise_system_limit(p);
}

term ets_update_counter_3(Process *p, term *a) { return update_counter(p, a, NONE); }
term ets_update_counter_4(Process *p, term *a) { return update_counter(p, a, a[3]); }

// Applies {Pos, Value} to the elements; false after raising.
static bool set_once(Process *p, const Table *t, term tuple, term update)
{
    if (!is_tuple(update) || tuple_arity(update) != 2) {
        raise_badarg(p);
        return false;
    }
    bool keypos = tuple_at(update, 0) == make_small((sterm) t->key_index + 1);
    // OTP names a position that is too large since update_element/4 came, in 27.
    bool with_cause = keypos || archive_otp_release_number() >= 27;
    size_t index = update_index(p, t, tuple_at(update, 0), tuple_arity(tuple), with_cause);
    if (index != SIZE_MAX)
        tuple_elements(tuple)[index] = tuple_at(update, 1);
    return index != SIZE_MAX;
}

static term update_element(Process *p, term *a, term fallback)
{
    Table *t = ets_table(p, a[0], ACCESS_WRITE);
    if (!t)
        return NONE;
    if (table_is_bag(t))
        return raise_badarg(p);
    Object *o = table_find(t, a[1]);
    if (!o && fallback == NONE)
        return ATOM_false;
    term changed = update_base(p, t, o, a[1], fallback), updates = a[2];
    if (changed == NONE || (is_tuple(updates) && !set_once(p, t, changed, updates)))
        return NONE;
    if (is_tuple(updates))
        updates = NIL;
    for (; is_cons(updates); updates = tail(updates))
        if (!set_once(p, t, changed, head(updates)))
            return NONE;
    if (!is_nil(updates))
        return raise_badarg(p);
    return (o ? store_elements(t, o, changed) : table_insert(t, changed)) ? ATOM_true : raise_system_limit(p);
}

term ets_update_element_3(Process *p, term *a) { return update_element(p, a, NONE); }
term ets_update_element_4(Process *p, term *a) { return update_element(p, a, a[3]); }
