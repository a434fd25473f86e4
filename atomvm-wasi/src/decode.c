// Decoding: one function from the Code chunk into words the loop runs, on its first call.
//
// Output of an instruction: its number, then the words its kinds ask for (opcodes.def). Labels become addresses: while
// the function is being decoded they are noted in `fixups` and written once its place is known.
#include "instructions.h"

#include "codec.h"
#include "format.h"
#include "literal.h"
#include "operand.h"


// ---- constants made while decoding ----

KEPT static Process loader; // without a heap: all that natives build for it is in fragments, and copied to the literal area
KEPT static term *literal_off_heap;

static term literal_keep(term t)
{
    size_t words = t == NONE ? 0 : term_size(t);
    term *room = words ? literal_alloc(words) : NULL;
    if (words) t = room ? term_copy(t, &room, &literal_off_heap) : NONE;
    off_heap_release(loader.off_heap);
    loader.off_heap = NULL;
    for (Fragment *f = loader.fragments, *next; f; f = next) {
        next = f->next;
        vm_mfree(f, sizeof *f + f->words * WORD_BYTES);
    }
    loader.fragments = NULL;
    return t;
}

static term external_literal(const uint8_t *bytes, size_t size)
{
    Slice external = { bytes, size };
    if (!term_is_condensed(bytes, size)) return etf_decode(&loader, bytes, size, false, NULL);
    if (!term_restore(bytes, size, &external)) return NONE;
    term t = etf_decode(&loader, external.bytes, external.size, false, NULL);
    vm_mfree((void *) external.bytes, external.size);
    return t;
}

term module_literal(Module *m, uint32_t index)
{
    if (index >= m->literal_count) return NONE;
    term *value = &m->literal_values[index];
    if (*value == NONE) {
        const struct Literal *l = &m->literals[index];
        *value = literal_keep(l->is_binary ? make_binary(&loader, l->bytes, l->size, NULL) : external_literal(l->bytes, l->size));
    }
    return *value;
}

// ---- the function being decoded ----

enum { ARGS_MAX = 16, CHAINS = 3 };

typedef struct Fixup {
    uint32_t at, label;
} Fixup;

typedef struct Decoder {
    Module *m;
    Function *f;
    Reader in;
    Word *out;
    size_t size, capacity;
    Fixup *fixups;
    size_t fixup_count, fixup_capacity;
    struct LineMark *lines;
    size_t line_count, line_capacity;
    uint32_t *label_at; // word offset of each label of the function, from first_label on; +1, 0 = not yet
    uint32_t first_label, label_span;
    bool bad;
    bool record_is_local; // of the newest emit_record_id
    const uint8_t *current; // the instruction being read
    size_t last_at; // where the newest instruction starts, SIZE_MAX when it must keep its form
    size_t newest_at; // where the newest instruction starts
    struct Chain { size_t at; Word op; } chains[CHAINS]; // what the instructions before it begin, as fused so far; op 0: none
} Decoder;

// Grows one of the decoder's arrays for one more item. On failure the decoding is given up.
static bool reserve(Decoder *d, void **items, size_t *capacity, size_t count, size_t item)
{
    if (count < *capacity) return true;
    size_t grown = *capacity ? *capacity * 2 : 128;
    void *p = vm_realloc(*items, *capacity * item, grown * item);
    if (!p) return d->bad = true, false;
    *items = p;
    *capacity = grown;
    return true;
}

static void emit(Decoder *d, Word w)
{
    if (reserve(d, (void **) &d->out, &d->capacity, d->size, sizeof *d->out)) d->out[d->size++] = w;
}

static Word fused(Word first, Word second)
{
    switch (first << 16 | second) {
#define OPCODE(number, name, arity, kinds)
#define OBSOLETE(number, name, arity)
#define INSTRUCTION(name)
#define FUSED(name, first, second) case OP_##first << 16 | OP_##second: return OP_##name;
#include "opcodes.def"
#undef OPCODE
#undef OBSOLETE
#undef INSTRUCTION
#undef FUSED
    default: return 0;
    }
}

// Fuses the newest instruction, which is complete, with what stands before it. The number of an instruction in the
// middle of a fused one may be fused itself: nothing looks at it but a jump to it.
static void fuse(Decoder *d)
{
    if (d->newest_at >= d->size) return;
    Word op = d->out[d->newest_at];
    for (size_t i = 0; i < CHAINS; i++) {
        struct Chain *chain = &d->chains[i];
        if (chain->op) chain->op = fused(chain->op, op);
        if (chain->op) d->out[chain->at] = chain->op;
    }
    memmove(d->chains + 1, d->chains, (CHAINS - 1) * sizeof *d->chains);
    d->chains[0] = (struct Chain) { d->newest_at, op };
}

static void emit_op(Decoder *d, enum instruction op)
{
    fuse(d);
    d->newest_at = d->last_at = d->size;
    emit(d, op);
}

static void emit_label(Decoder *d, const Arg *a)
{
    if (a->tag != ARG_F || a->value < 0) d->bad = true;
    else if (a->value && reserve(d, (void **) &d->fixups, &d->fixup_capacity, d->fixup_count, sizeof *d->fixups))
        d->fixups[d->fixup_count++] = (Fixup) { (uint32_t) d->size, (uint32_t) a->value };
    emit(d, 0);
}

static term big_constant(const Arg *a)
{
    return literal_keep(integer_from_bytes(&loader, a->bytes, (size_t) a->value, true, false));
}

term module_constant(Module *m, const Arg *a)
{
    switch (a->tag) {
    case ARG_I:
    case ARG_U: // sizes in bs_* come as plain numbers, too, and the values that bs_match compares with
        return fits_small(a->value) ? make_small((sterm) a->value) : literal_keep(make_integer(&loader, a->value));
    case ARG_A:
        return a->value == 0 ? NIL : a->value > 0 && a->value <= m->atom_count ? m->atoms[a->value] : NONE;
    case ARG_LITERAL:
        return module_literal(m, (uint32_t) a->value);
    case ARG_BIG:
        return big_constant(a);
    default:
        return NONE;
    }
}

static term constant(Decoder *d, const Arg *a)
{
    term t = module_constant(d->m, a);
    if (t == NONE) d->bad = true;
    return t;
}

static bool is_register_arg(const Arg *a) { return a->tag == ARG_X || a->tag == ARG_Y; }

static Word source(Decoder *d, const Arg *a)
{
    if (a->tag == ARG_X && a->value < X_REGISTERS) return operand_x((uint32_t) a->value);
    if (a->tag == ARG_Y && a->value < 4096) return operand_y((uint32_t) a->value);
    return constant(d, a);
}

static Word destination(Decoder *d, const Arg *a)
{
    if (!is_register_arg(a)) return d->bad = true, 0;
    return source(d, a);
}

// ---- frame and heap sizes ----

static Word frame_bytes(Decoder *d, const Arg *a)
{
    if (a->tag != ARG_U || a->value < 0 || a->value > 4096) return d->bad = true, 0;
    return (Word) (a->value + 1) * WORD_BYTES;
}

static Word allocation_words(Decoder *d, const Arg *a)
{
    if (a->tag == ARG_U) return (Word) a->value;
    if (a->tag != ARG_ALLOC) return d->bad = true, 0;
    static const size_t unit[] = { 1, FLOAT_WORDS, 2 };
    Word words = 0;
    for (int64_t i = 0; i < a->value && !d->in.bad; i++) {
        int64_t kind = read_unsigned(&d->in), count = read_unsigned(&d->in);
        if (kind > 2 || count > 1 << 20) return d->bad = true, 0;
        words += (Word) count * unit[kind];
    }
    return words;
}

static Function *local_function(Decoder *d, const Arg *a)
{
    if (a->tag == ARG_F && a->value > 0 && a->value < d->m->label_count) {
        Function *f = d->m->label_function[a->value];
        if (f) return f;
    }
    d->bad = true;
    return NULL;
}

static Function *import(Decoder *d, const Arg *a)
{
    if (a->tag == ARG_U && a->value >= 0 && a->value < d->m->import_count) return d->m->imports[a->value];
    d->bad = true;
    return NULL;
}

// Reads the items of a list operand into `items` (freed by the caller); *count is set.
static Arg *read_list(Decoder *d, size_t *count)
{
    Arg list = read_arg(&d->in);
    *count = 0;
    if (list.tag != ARG_LIST || list.value < 0 || list.value > d->in.end - d->in.at) return d->bad = true, NULL;
    Arg *items = vm_malloc(((size_t) list.value + 1) * sizeof *items);
    if (!items) return d->bad = true, NULL;
    *count = (size_t) list.value;
    for (size_t i = 0; i < *count; i++) items[i] = read_arg(&d->in);
    if (d->in.bad) d->bad = true;
    return items;
}
static void free_list(Arg *items, size_t count) { vm_mfree(items, (count + 1) * sizeof *items); }

static void emit_sources(Decoder *d)
{
    size_t count;
    Arg *items = read_list(d, &count);
    emit(d, count);
    for (size_t i = 0; i < count && !d->bad; i++) emit(d, source(d, &items[i]));
    if (items) free_list(items, count);
}

// A number. What a word does not hold is a number of bits that no bit string has: the largest word does for it.
static Word number(const Arg *a)
{
    if (a->tag == ARG_BIG) return a->bytes[0] & 0x80 ? 0 : UINTPTR_MAX;
    return (uint64_t) a->value > UINTPTR_MAX ? UINTPTR_MAX : (Word) a->value;
}

static void emit_kind(Decoder *d, char kind, const Arg *a)
{
    switch (kind) {
    case 's': emit(d, source(d, a)); break;
    case 'd': emit(d, destination(d, a)); break;
    case 'f': emit_label(d, a); break;
    case 'l': emit(d, (Word) local_function(d, a)); break;
    case 'e': emit(d, (Word) import(d, a)); break;
    case 'u':
        if (a->tag != ARG_U) d->bad = true;
        emit(d, number(a));
        break;
    case 'S': emit(d, frame_bytes(d, a)); break;
    case 'Y': emit(d, frame_bytes(d, a) - WORD_BYTES); break;
    case 'w': emit(d, allocation_words(d, a)); break;
    case 'r':
        if (a->tag != ARG_FR || a->value >= F_REGISTERS) d->bad = true;
        emit(d, (Word) a->value);
        break;
    case 'A': emit(d, constant(d, a)); break;
    case 'n': break;
    default: d->bad = true;
    }
}

// ---- forms chosen by operand ----

typedef struct Form {
    enum instruction general;
    char pattern[8]; // per word of the general form: x, y register; c constant; i immediate, n small constant; . as it is
    enum instruction special;
} Form;

static const Form forms[] = {
    { OP_move, "xx", OP_move_xx }, { OP_move, "xy", OP_move_xy }, { OP_move, "yx", OP_move_yx }, { OP_move, "yy", OP_move_yy },
    { OP_move, "cx", OP_move_cx }, { OP_move, "cy", OP_move_cy },
    { OP_get_list, "xxx", OP_get_list_xxx }, { OP_get_list, "xyx", OP_get_list_xyx }, { OP_get_hd, "xx", OP_get_hd_xx }, { OP_get_tl, "xx", OP_get_tl_xx },
    { OP_get_tuple_element, "x.x", OP_get_tuple_element_xx }, { OP_get_tuple_element, "x.y", OP_get_tuple_element_xy },
    { OP_get_tuple_element, "y.x", OP_get_tuple_element_yx }, { OP_put_list, "xxx", OP_put_list_xxx },
    { OP_put_list, "yxx", OP_put_list_yxx },
    { OP_is_nonempty_list, ".x", OP_is_nonempty_list_x }, { OP_is_nil, ".x", OP_is_nil_x }, { OP_is_tuple, ".x", OP_is_tuple_x },
    { OP_is_atom, ".x", OP_is_atom_x }, { OP_is_binary, ".x", OP_is_binary_x }, { OP_is_integer, ".x", OP_is_integer_x },
    { OP_is_eq_exact, ".xi", OP_is_eq_exact_xc }, { OP_is_ne_exact, ".xi", OP_is_ne_exact_xc },
    { OP_test_arity, ".x.", OP_test_arity_x }, { OP_is_tagged_tuple, ".x..", OP_is_tagged_tuple_x },
    { OP_is_lt, ".ix", OP_is_lt_cx }, { OP_is_ge, ".ix", OP_is_ge_cx },
    { OP_is_lt, ".xi", OP_is_lt_xc }, { OP_is_lt, ".xx", OP_is_lt_xx }, { OP_is_ge, ".xi", OP_is_ge_xc }, { OP_is_ge, ".xx", OP_is_ge_xx },
    { OP_plus, "...xnx", OP_plus_xcx }, { OP_plus, "...ynx", OP_plus_ycx }, { OP_plus, "...xxx", OP_plus_xxx }, { OP_plus, "...yxx", OP_plus_yxx },
    { OP_minus, "...xnx", OP_minus_xcx }, { OP_minus, "...ynx", OP_minus_ycx }, { OP_minus, "...xxx", OP_minus_xxx },
};

static bool form_fits(const Word *words, const char *pattern, size_t count)
{
    if (strlen(pattern) != count) return false;
    for (size_t i = 0; i < count; i++) {
        Word w = words[i];
        bool reg = operand_is_register(w), y = reg && (w & OPERAND_Y);
        switch (pattern[i]) {
        case 'x': if (!reg || y) return false; break;
        case 'y': if (!y) return false; break;
        case 'c': if (reg) return false; break;
        case 'i': if (reg || is_pointer(w)) return false; break;
        case 'n': if (reg || !is_small(w)) return false; break;
        default: break;
        }
    }
    return true;
}

// Replaces the newest instruction by a form made for its operands, with bare registers.
static void specialize(Decoder *d)
{
    if (d->bad || d->last_at == SIZE_MAX) return;
    Word *at = d->out + d->last_at;
    size_t count = d->size - d->last_at - 1;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const Form *form = &forms[i];
        if (form->general != at[0] || !form_fits(at + 1, form->pattern, count)) continue;
        at[0] = form->special;
        for (size_t k = 0; k < count; k++) {
            if (form->pattern[k] == 'x') at[1 + k] = operand_bare_x(at[1 + k]);
            else if (form->pattern[k] == 'y') at[1 + k] = operand_bare_y(at[1 + k]);
        }
        return;
    }
}

// ---- instructions with a function of their own ----

// Calls of native functions skip the frame; apply/2,3 are tail calls in disguise.
static enum instruction call_ext_form(const Function *f, enum instruction general)
{
    static const enum instruction native[] = { OP_call_native, OP_call_native_last, OP_call_native_only };
    size_t which = general == OP_call_ext ? 0 : general == OP_call_ext_last ? 1 : 2;
    return f->native ? native[which] : general;
}

static void decode_call_ext(Decoder *d, enum instruction general, const Arg *args)
{
    Function *f = import(d, &args[1]);
    if (!f) return;
    emit_op(d, call_ext_form(f, general));
    emit(d, (Word) f);
    if (general == OP_call_ext_last) emit(d, frame_bytes(d, &args[2]));
}

// Arithmetic and the commonest guard functions have instructions of their own.
static const struct { const char *name; uint32_t arity; enum instruction op; } inline_bifs[] = {
    { "+", 2, OP_plus }, { "-", 2, OP_minus }, { "*", 2, OP_times }, { "div", 2, OP_int_div }, { "rem", 2, OP_int_rem },
    { "band", 2, OP_band }, { "bor", 2, OP_bor }, { "bxor", 2, OP_bxor }, { "bsl", 2, OP_bsl }, { "bsr", 2, OP_bsr },
    { "element", 2, OP_element }, { "hd", 1, OP_hd }, { "tl", 1, OP_tl }, { "map_get", 2, OP_map_get },
};

static enum instruction inline_bif(const Function *f)
{
    size_t n;
    const char *name = atom_text(f->name, &n);
    if (f->module != (term) ATOM_erlang) return 0;
    for (size_t i = 0; i < sizeof inline_bifs / sizeof *inline_bifs; i++)
        if (inline_bifs[i].arity == f->arity && strlen(inline_bifs[i].name) == n && memcmp(inline_bifs[i].name, name, n) == 0)
            return inline_bifs[i].op;
    return 0;
}

// f, live, import, sources.., d. All forms: fail, live, function, sources.., destination.
static void decode_bif(Decoder *d, enum instruction general, const Arg *args, size_t arity, bool has_fail, bool has_live)
{
    size_t at = 0;
    const Arg no_label = { .tag = ARG_F }, *fail = has_fail ? &args[at++] : &no_label;
    Word live = has_live ? (Word) args[at++].value : LIVE_UNKNOWN;
    Function *f = import(d, &args[at++]);
    if (!f) return;
    enum instruction special = inline_bif(f);
    emit_op(d, special ? special : general);
    emit_label(d, fail);
    emit(d, live);
    emit(d, (Word) f);
    for (size_t i = 0; i < arity; i++) emit(d, source(d, &args[at++]));
    emit(d, destination(d, &args[at]));
    specialize(d);
}

enum { DENSE_FACTOR = 6 };

// Sorted pairs of small values that fill most of the range they span.
static bool is_dense(const Word *pairs, size_t count)
{
    if (count < 4 || !is_small(pairs[0]) || !is_small(pairs[2 * count - 2])) return false;
    for (size_t i = 0; i < count; i++)
        if (!is_small(pairs[2 * i])) return false;
    return (pairs[2 * count - 2] - pairs[0]) / 4 < DENSE_FACTOR * count;
}

// [source][fail][lowest value][count][labels, that of the failure for values which are not there]
static void emit_select_dense(Decoder *d, const Arg *value, const Arg *fail, const Arg *items, const Word *pairs, size_t count)
{
    term low = pairs[0];
    size_t span = (pairs[count - 2] - low) / 4 + 1, at = 0;
    emit_op(d, OP_select_dense);
    emit(d, source(d, value));
    emit_label(d, fail);
    emit(d, low);
    emit(d, span);
    for (size_t i = 0; i < span; i++) {
        bool here = at < count && pairs[at] == low + 4 * i;
        emit_label(d, here ? &items[pairs[at + 1]] : fail);
        if (here) at += 2;
    }
}

// select_* source fail count (value label)..: immediates sorted by word for a binary search, others in order.
static void decode_select(Decoder *d, bool arity)
{
    Arg value = read_arg(&d->in), fail = read_arg(&d->in);
    size_t count;
    Arg *items = read_list(d, &count);
    if (!items) return;
    Word *pairs = vm_malloc((count + 2) * sizeof *pairs);
    bool immediate = true;
    if (!pairs || count % 2) d->bad = true;
    for (size_t i = 0; i + 1 < count && !d->bad; i += 2) {
        pairs[i] = arity ? (Word) items[i].value : constant(d, &items[i]);
        pairs[i + 1] = i + 1;
        if (!arity && is_pointer(pairs[i])) immediate = false;
    }
    if (!d->bad && immediate) sort_words(pairs, count / 2, 2);
    if (!d->bad && !arity && is_dense(pairs, count / 2)) {
        emit_select_dense(d, &value, &fail, items, pairs, count);
    } else if (!d->bad) {
        emit_op(d, arity ? OP_select_arity : !immediate ? OP_select_linear : count > 16 ? OP_select_binary : OP_select_immediate);
        emit(d, source(d, &value));
        emit_label(d, &fail);
        emit(d, count / 2);
        for (size_t i = 0; i < count; i += 2) emit(d, pairs[i]);
        for (size_t i = 0; i < count; i += 2) emit_label(d, &items[pairs[i + 1]]);
    }
    vm_mfree(pairs, (count + 2) * sizeof *pairs);
    free_list(items, count);
    d->last_at = SIZE_MAX;
}

KEPT static struct { CatchTarget *items; size_t count, capacity; } catches;
const CatchTarget *catch_target(uint32_t index) { return &catches.items[index]; }

// catch/try y label: [y destination][catch mark]; the mark's target is filled in with the other labels.
static void decode_catch(Decoder *d, const Arg *args, bool is_try)
{
    if (args[0].tag != ARG_Y || args[1].tag != ARG_F) {
        d->bad = true;
        return;
    }
    if (!reserve(d, (void **) &catches.items, &catches.capacity, catches.count, sizeof *catches.items)) return;
    uint32_t index = (uint32_t) catches.count++;
    catches.items[index] = (CatchTarget) { NULL, (uint32_t) (((uint32_t) args[0].value + 1) * WORD_BYTES) };
    emit_op(d, is_try ? OP_try : OP_catch);
    emit(d, destination(d, &args[0]));
    emit(d, (Word) index << 8 | CATCH_MARK);
    emit_label(d, &args[1]);
}

static void decode_get_map_elements(Decoder *d)
{
    Arg fail = read_arg(&d->in), map = read_arg(&d->in);
    size_t count;
    Arg *items = read_list(d, &count);
    if (!items) return;
    emit_op(d, OP_get_map_elements);
    emit_label(d, &fail);
    emit(d, source(d, &map));
    emit(d, count / 2);
    for (size_t i = 0; i + 1 < count; i += 2) {
        emit(d, source(d, &items[i]));
        emit(d, destination(d, &items[i + 1]));
    }
    free_list(items, count);
}

// update_record hint size source destination [position value]..: [size][source][destination][count][position, value]..
static void decode_update_record(Decoder *d)
{
    read_arg(&d->in); // hint: reuse is always allowed to copy
    Arg size = read_arg(&d->in), from = read_arg(&d->in), to = read_arg(&d->in);
    size_t count;
    Arg *items = read_list(d, &count);
    if (!items) return;
    emit_op(d, OP_update_record);
    emit(d, (Word) size.value);
    emit(d, source(d, &from));
    emit(d, destination(d, &to));
    emit(d, count / 2);
    for (size_t i = 0; i + 1 < count; i += 2) {
        emit(d, (Word) items[i].value);
        emit(d, source(d, &items[i + 1]));
    }
    free_list(items, count);
}

// The name of a record, as an instruction has it: [module][name][of this module?]. `name`, '_', or {module, name}.
static void emit_record_id(Decoder *d, const Arg *a)
{
    term id = constant(d, a), module = d->m->name;
    bool local = is_atom(id);
    if (is_tuple(id) && tuple_arity(id) == 2) {
        module = tuple_at(id, 0);
        id = tuple_at(id, 1);
    }
    if (!is_atom(module) || !is_atom(id)) d->bad = true;
    emit(d, module);
    emit(d, id);
    d->record_is_local = local;
}

static void decode_put_record(Decoder *d)
{
    Arg fail = read_arg(&d->in), id = read_arg(&d->in), from = read_arg(&d->in), to = read_arg(&d->in), live = read_arg(&d->in);
    size_t count;
    Arg *items = read_list(d, &count);
    if (!items) return;
    emit_op(d, OP_put_record);
    emit_label(d, &fail);
    emit_record_id(d, &id);
    emit(d, source(d, &from));
    emit(d, destination(d, &to));
    emit(d, (Word) live.value);
    emit(d, d->record_is_local);
    emit(d, count / 2);
    for (size_t i = 0; i + 1 < count; i += 2) {
        emit(d, constant(d, &items[i]));
        emit(d, source(d, &items[i + 1]));
    }
    free_list(items, count);
}

static void decode_get_record_elements(Decoder *d)
{
    Arg fail = read_arg(&d->in), from = read_arg(&d->in);
    size_t count;
    Arg *items = read_list(d, &count);
    if (!items) return;
    emit_op(d, OP_get_record_elements);
    emit_label(d, &fail);
    emit(d, source(d, &from));
    emit(d, count / 2);
    for (size_t i = 0; i + 1 < count; i += 2) {
        emit(d, constant(d, &items[i]));
        emit(d, destination(d, &items[i + 1]));
    }
    free_list(items, count);
}

static void decode_get_record_field(Decoder *d)
{
    Arg fail = read_arg(&d->in), from = read_arg(&d->in), id = read_arg(&d->in), field = read_arg(&d->in), to = read_arg(&d->in);
    emit_op(d, OP_get_record_field);
    emit_label(d, &fail);
    emit(d, source(d, &from));
    emit_record_id(d, &id);
    emit(d, d->record_is_local);
    emit(d, constant(d, &field));
    emit(d, destination(d, &to));
}

// The scope is `external`, or `auto_local`: the record may be one of this module's own.
static void decode_is_record_accessible(Decoder *d)
{
    Arg fail = read_arg(&d->in), from = read_arg(&d->in), scope = read_arg(&d->in);
    emit_op(d, OP_is_record_accessible);
    emit_label(d, &fail);
    emit(d, source(d, &from));
    emit(d, constant(d, &scope) == (term) ATOM_external ? NONE : d->m->name);
}

static void decode_init_yregs(Decoder *d)
{
    size_t count;
    Arg *items = read_list(d, &count);
    if (!items) return;
    emit_op(d, OP_init_yregs);
    emit(d, count);
    for (size_t i = 0; i < count; i++) emit(d, destination(d, &items[i]));
    free_list(items, count);
}

// What compilers before OTP 24 write for allocate and init_yregs of the whole frame: slots, [heap words,] live registers.
static void decode_allocate_zero(Decoder *d, bool with_heap)
{
    Arg slots = read_arg(&d->in);
    emit_op(d, with_heap ? OP_allocate_heap : OP_allocate);
    emit(d, frame_bytes(d, &slots));
    for (size_t i = with_heap ? 0 : 1; i < 2; i++) {
        Arg number = read_arg(&d->in);
        emit_kind(d, i == 0 ? 'w' : 'u', &number);
    }
    emit_op(d, OP_init_yregs);
    emit(d, (Word) slots.value);
    for (int64_t i = 0; i < slots.value && !d->bad; i++) emit(d, operand_y((uint32_t) i));
}

// The compiler has no tail call of a fun: it writes call_fun, deallocate, return. *frame: what deallocate drops.
static bool take_fun_tail(Decoder *d, Arg *frame)
{
    Reader ahead = d->in;
    if (read_u8(&ahead) != OPCODE_deallocate) return false;
    *frame = read_arg(&ahead);
    if (read_u8(&ahead) != OPCODE_return || ahead.bad) return false;
    d->in = ahead;
    return true;
}

// call_fun arity; call_fun2 tag arity fun: [arity][fun of call_fun2][frame of a tail call]
static void decode_call_fun(Decoder *d, bool has_fun)
{
    if (has_fun) read_arg(&d->in); // the tag: a hint
    Arg arity = read_arg(&d->in), fun = has_fun ? read_arg(&d->in) : arity, frame;
    bool is_tail = !d->in.bad && take_fun_tail(d, &frame);
    if (has_fun) emit_op(d, is_tail ? OP_call_fun2_last : OP_call_fun2);
    else emit_op(d, is_tail ? OP_call_fun_last : OP_call_fun);
    emit(d, (Word) arity.value);
    if (has_fun) emit(d, source(d, &fun));
    if (is_tail) emit(d, frame_bytes(d, &frame));
    if (arity.tag != ARG_U || arity.value > 255) d->bad = true;
}

static Word lambda(Decoder *d, const Arg *a)
{
    if (a->value < 0 || a->value >= d->m->lambda_count || !d->m->lambdas[a->value].function) return d->bad = true, 0;
    return (Word) &d->m->lambdas[a->value];
}

// make_fun3 index destination [free..]: [Lambda*][destination][count][sources]..
static void decode_make_fun3(Decoder *d)
{
    Arg index = read_arg(&d->in), to = read_arg(&d->in);
    emit_op(d, OP_make_fun3);
    emit(d, lambda(d, &index));
    emit(d, destination(d, &to));
    emit_sources(d);
}

// make_fun2 index, as compilers write it for OTP 23: the free variables are x0, x1..; so is the fun. It makes its own room.
static void decode_make_fun2(Decoder *d, const Arg *index)
{
    Word made = lambda(d, index);
    if (d->bad) return;
    uint32_t free_count = ((const Lambda *) made)->free_count;
    emit_op(d, OP_test_heap);
    emit(d, 2 + free_count);
    emit(d, free_count);
    emit_op(d, OP_make_fun3);
    emit(d, made);
    emit(d, operand_x(0));
    emit(d, free_count);
    for (uint32_t i = 0; i < free_count; i++) emit(d, operand_x(i));
}

static const uint8_t *string_at(Decoder *d, int64_t offset, int64_t bytes)
{
    if (offset < 0 || bytes < 0 || (uint64_t) offset + (uint64_t) bytes > d->m->strings.size) return d->bad = true, NULL;
    return d->m->strings.bytes + offset;
}

// bs_match_string fail context bits offset; bs_put_string size offset
static void decode_match_string(Decoder *d, const Arg *args)
{
    emit_op(d, OP_bs_match_string);
    emit_label(d, &args[0]);
    emit(d, source(d, &args[1]));
    emit(d, (Word) args[2].value);
    emit(d, (Word) string_at(d, args[3].value, (args[2].value + 7) / 8));
}

// Segment kinds of bs_create_bin; the words of a segment: kind, unit, flags with its number in the source in front, source
// (or bytes), size. The compiler joins segments of literals, and what is wrong with one is told by its number.
static bool segment_kind(term type, Word *kind)
{
    static const struct { enum atom_term type; enum segment kind; } kinds[] = {
        { ATOM_append, SEGMENT_APPEND }, { ATOM_private_append, SEGMENT_APPEND }, { ATOM_binary, SEGMENT_BINARY },
        { ATOM_integer, SEGMENT_INTEGER }, { ATOM_float, SEGMENT_FLOAT }, { ATOM_string, SEGMENT_STRING },
        { ATOM_utf8, SEGMENT_UTF8 }, { ATOM_utf16, SEGMENT_UTF16 }, { ATOM_utf32, SEGMENT_UTF32 },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((term) kinds[i].type == type) return *kind = kinds[i].kind, true;
    return false;
}

// Field flags come as a number, or as a literal list of atoms.
static Word field_flags(Decoder *d, const Arg *a)
{
    if (a->tag == ARG_U) return (Word) a->value;
    Word flags = 0;
    for (term t = constant(d, a); is_cons(t); t = tail(t))
        flags |= head(t) == (term) ATOM_little ? BSF_LITTLE : head(t) == (term) ATOM_signed ? BSF_SIGNED : head(t) == (term) ATOM_native ? BSF_NATIVE : 0;
    return flags;
}

// bs_create_bin fail alloc live unit destination [type segment unit flags value size]..
static void decode_create_bin(Decoder *d)
{
    Arg fail = read_arg(&d->in), alloc = read_arg(&d->in);
    Word words = allocation_words(d, &alloc);
    Arg live = read_arg(&d->in);
    read_arg(&d->in); // unit
    Arg to = read_arg(&d->in);
    size_t count;
    Arg *items = read_list(d, &count);
    if (!items) return;
    emit_op(d, OP_bs_create_bin);
    emit_label(d, &fail);
    emit(d, words);
    emit(d, (Word) live.value);
    emit(d, destination(d, &to));
    emit(d, count / 6);
    for (size_t i = 0; i + 5 < count && !d->bad; i += 6) {
        const Arg *s = &items[i];
        Word kind = 0;
        if (!segment_kind(constant(d, &s[0]), &kind)) d->bad = true;
        emit(d, kind);
        emit(d, (Word) s[2].value);
        emit(d, (Word) s[1].value << SEGMENT_NUMBER_SHIFT | field_flags(d, &s[3]));
        if (kind == SEGMENT_STRING) {
            emit(d, (Word) string_at(d, s[4].value, s[5].value));
            emit(d, (Word) s[5].value); // bytes
        } else {
            emit(d, source(d, &s[4]));
            emit(d, source(d, &s[5]));
        }
    }
    free_list(items, count);
}

// bs_match fail context [command, operands..]..: [commands] then their words.
static Word field_bits(const Arg *size, const Arg *unit)
{
    Word bits;
    return __builtin_mul_overflow(number(size), number(unit), &bits) ? UINTPTR_MAX : bits;
}

static void decode_bs_match(Decoder *d)
{
    Arg fail = read_arg(&d->in), context = read_arg(&d->in);
    size_t count, commands = 0;
    Arg *items = read_list(d, &count);
    if (!items) return;
    emit_op(d, OP_bs_match);
    emit_label(d, &fail);
    emit(d, source(d, &context));
    size_t count_at = d->size;
    emit(d, 0);
    for (size_t i = 0; i < count && !d->bad; commands++) {
        term name = constant(d, &items[i++]);
        const Arg *a = &items[i];
        size_t left = count - i, used = 0;
        if (name == (term) ATOM_ensure_at_least && left >= 2) {
            emit(d, MATCH_ENSURE_AT_LEAST), emit(d, number(&a[0])), emit(d, number(&a[1])), used = 2;
        } else if (name == (term) ATOM_ensure_exactly && left >= 1) {
            emit(d, MATCH_ENSURE_EXACTLY), emit(d, number(&a[0])), used = 1;
        } else if ((name == (term) ATOM_integer || name == (term) ATOM_binary) && left >= 5) {
            emit(d, name == (term) ATOM_integer ? MATCH_INTEGER : MATCH_BINARY); // live flags size unit destination
            emit(d, (Word) a[0].value), emit(d, field_flags(d, &a[1])), emit(d, field_bits(&a[2], &a[3])), emit(d, destination(d, &a[4]));
            used = 5;
        } else if (name == (term) ATOM_skip && left >= 1) {
            emit(d, MATCH_SKIP), emit(d, number(&a[0])), used = 1;
        } else if (name == (term) ATOM_get_tail && left >= 3) {
            emit(d, MATCH_GET_TAIL), emit(d, (Word) a[0].value), emit(d, destination(d, &a[2])), used = 3;
        } else if (name == (term) ATOM_colon_eqq && left >= 3) { // nil size value
            if (a[1].value > 64) d->bad = true; // match_constant
            emit(d, MATCH_EQUAL), emit(d, (Word) a[1].value), emit(d, constant(d, &a[2])), used = 3;
        } else {
            d->bad = true;
        }
        i += used;
    }
    if (!d->bad) {
        Word *w = d->out + d->newest_at;
        d->out[count_at] = commands;
        if (commands == 2 && w[4] == MATCH_ENSURE_AT_LEAST && w[5] == 8 && w[7] == MATCH_INTEGER && w[10] == 8 && !(w[9] & BSF_SIGNED)) w[0] = OP_match_byte;
    }
    free_list(items, count);
    d->last_at = SIZE_MAX;
}

// bs_start_match4 fail live source destination; the fail may be the atom no_fail or resume.
static void decode_start_match4(Decoder *d, const Arg *args)
{
    const Arg no_label = { .tag = ARG_F };
    emit_op(d, OP_bs_start_match3);
    emit_label(d, args[0].tag == ARG_F ? &args[0] : &no_label);
    emit(d, source(d, &args[2]));
    emit(d, (Word) args[1].value);
    emit(d, destination(d, &args[3]));
}

static void decode_fmove(Decoder *d, const Arg *args)
{
    bool from_f = args[0].tag == ARG_FR, to_f = args[1].tag == ARG_FR;
    emit_op(d, from_f && to_f ? OP_fmove_registers : from_f ? OP_fmove_store : OP_fmove_load);
    emit_kind(d, from_f ? 'r' : 's', &args[0]);
    emit_kind(d, to_f ? 'r' : 'd', &args[1]);
}

static void mark_line(Decoder *d, uint32_t line)
{
    if (reserve(d, (void **) &d->lines, &d->line_capacity, d->line_count, sizeof *d->lines))
        d->lines[d->line_count++] = (struct LineMark) { (uint32_t) d->size, line };
}

// ---- the instruction switch ----

static const char *const opcode_kinds[256] = {
#define OPCODE(number, name, arity, kinds) [number] = kinds,
#define OBSOLETE(number, name, arity)
#define INSTRUCTION(name)
#define FUSED(name, first, second)
#include "opcodes.def"
#undef OPCODE
#undef OBSOLETE
#undef INSTRUCTION
#undef FUSED
};

static void read_args(Decoder *d, Arg *args, size_t count)
{
    for (size_t i = 0; i < count; i++) args[i] = read_arg(&d->in);
    if (d->in.bad) d->bad = true;
}

static void decode_special(Decoder *d, uint8_t op)
{
    Arg args[ARGS_MAX];
    switch (op) {
    case OPCODE_label: {
        int64_t label = read_unsigned(&d->in);
        if (label < d->first_label || label - d->first_label >= d->label_span) d->bad = true;
        else d->label_at[label - d->first_label] = (uint32_t) d->size + 1;
        d->last_at = SIZE_MAX;
        return;
    }
    case OPCODE_line:
        read_args(d, args, 1);
        mark_line(d, (uint32_t) args[0].value);
        return;
    case OPCODE_executable_line:
        read_args(d, args, 2);
        return;
    case OPCODE_debug_line:
        read_args(d, args, 4);
        return;
    case OPCODE_func_info:
        read_args(d, args, 3);
        emit_op(d, OP_func_clause);
        emit(d, (Word) d->f);
        return;
    case OPCODE_on_load: case OPCODE_nif_start: case OPCODE_fclearerror:
        return;
    case OPCODE_recv_mark: case OPCODE_recv_set: case OPCODE_recv_marker_clear: case OPCODE_recv_marker_reserve:
    case OPCODE_recv_marker_use: case OPCODE_fcheckerror:
        read_args(d, args, 1);
        if (op == OPCODE_recv_marker_reserve) { // the marker itself is never looked at
            emit_op(d, OP_move);
            emit(d, NIL);
            emit(d, destination(d, &args[0]));
        }
        return;
    case OPCODE_recv_marker_bind:
        read_args(d, args, 2);
        return;
    case OPCODE_call_fun: decode_call_fun(d, false); return;
    case OPCODE_call_fun2: decode_call_fun(d, true); return;
    case OPCODE_select_val: decode_select(d, false); return;
    case OPCODE_select_tuple_arity: decode_select(d, true); return;
    case OPCODE_catch: case OPCODE_try:
        read_args(d, args, 2);
        decode_catch(d, args, op == OPCODE_try);
        return;
    case OPCODE_bs_put_string:
        read_args(d, args, 2);
        emit_op(d, OP_bs_put_string);
        emit(d, (Word) args[0].value);
        emit(d, (Word) string_at(d, args[1].value, args[0].value));
        return;
    case OPCODE_fmove:
        read_args(d, args, 2);
        decode_fmove(d, args);
        return;
    case OPCODE_fconv:
        read_args(d, args, 2);
        emit_op(d, OP_fconv);
        emit_kind(d, 's', &args[0]);
        emit_kind(d, 'r', &args[1]);
        return;
    case OPCODE_make_fun2:
        read_args(d, args, 1);
        decode_make_fun2(d, &args[0]);
        return;
    case OPCODE_make_fun3: decode_make_fun3(d); return;
    case OPCODE_bs_match_string:
        read_args(d, args, 4);
        decode_match_string(d, args);
        return;
    case OPCODE_get_map_elements: decode_get_map_elements(d); return;
    case OPCODE_bs_start_match4:
        read_args(d, args, 4);
        decode_start_match4(d, args);
        return;
    case OPCODE_allocate_zero: case OPCODE_allocate_heap_zero:
        decode_allocate_zero(d, op == OPCODE_allocate_heap_zero);
        return;
    case OPCODE_init_yregs: decode_init_yregs(d); return;
    case OPCODE_bs_create_bin: decode_create_bin(d); return;
    case OPCODE_bs_match: decode_bs_match(d); return;
    case OPCODE_update_record: decode_update_record(d); return;
    case OPCODE_put_record: decode_put_record(d); return;
    case OPCODE_get_record_elements: decode_get_record_elements(d); return;
    case OPCODE_get_record_field: decode_get_record_field(d); return;
    case OPCODE_is_record_accessible: decode_is_record_accessible(d); return;
    default: d->bad = true;
    }
}

// Rows of opcodes.def whose words come out in another order, or in another form, than they are read.
static bool decode_reordered(Decoder *d, uint8_t op, const char *kinds)
{
    Arg args[ARGS_MAX];
    switch (op) {
    case OPCODE_call_ext: case OPCODE_call_ext_last: case OPCODE_call_ext_only:
        read_args(d, args, strlen(kinds));
        decode_call_ext(d, op == OPCODE_call_ext ? OP_call_ext : op == OPCODE_call_ext_last ? OP_call_ext_last : OP_call_ext_only, args);
        return true;
    case OPCODE_bif0: read_args(d, args, 2); decode_bif(d, OP_bif0, args, 0, false, false); return true;
    case OPCODE_bif1: read_args(d, args, 4); decode_bif(d, OP_gc_bif1, args, 1, true, false); return true;
    case OPCODE_bif2: read_args(d, args, 5); decode_bif(d, OP_gc_bif2, args, 2, true, false); return true;
    case OPCODE_bif3: read_args(d, args, 6); decode_bif(d, OP_gc_bif3, args, 3, true, false); return true;
    case OPCODE_gc_bif1: read_args(d, args, 5); decode_bif(d, OP_gc_bif1, args, 1, true, true); return true;
    case OPCODE_gc_bif2: read_args(d, args, 6); decode_bif(d, OP_gc_bif2, args, 2, true, true); return true;
    case OPCODE_gc_bif3: read_args(d, args, 7); decode_bif(d, OP_gc_bif3, args, 3, true, true); return true;
    default: return false;
    }
}

// Unsigned fields of one byte have a form of their own, with the same words.
static void choose_get_byte(Decoder *d)
{
    if (d->bad) return;
    Word *w = d->out + d->newest_at;
    if (w[0] == OP_bs_get_integer2 && is_small(w[4]) && small_value(w[4]) * (sterm) w[5] == 8 && !(w[6] & (BSF_SIGNED | BSF_LITTLE | BSF_NATIVE)))
        w[0] = OP_get_byte;
}

static void decode_plain(Decoder *d, uint8_t op, const char *kinds)
{
    emit_op(d, (enum instruction) op);
    for (const char *k = kinds; *k && !d->bad; k++) {
        if (*k == 'L') {
            emit_sources(d);
            continue;
        }
        Arg a = read_arg(&d->in);
        if (d->in.bad) d->bad = true;
        else emit_kind(d, *k, &a);
    }
    specialize(d);
    choose_get_byte(d);
}

static void decode_instruction(Decoder *d)
{
    d->current = d->in.at;
    uint8_t op = read_u8(&d->in);
    const char *kinds = opcode_kinds[op];
    if (!kinds) {
        format_text(module_error, sizeof module_error, "instruction %d is not supported", op);
        d->bad = true;
    } else if (kinds[0] == '!') {
        decode_special(d, op);
    } else if (!decode_reordered(d, op, kinds)) {
        decode_plain(d, op, kinds);
    }
}

// ---- code memory and ranges ----

KEPT static struct { CodeRange *items; size_t count, capacity; } ranges;
KEPT static struct { Word *free, *end; } code_chunk;
enum { CODE_CHUNK_WORDS = 16 * 1024 };

static Word *code_alloc(size_t words)
{
    if ((size_t) (code_chunk.end - code_chunk.free) < words) {
        size_t size = words > CODE_CHUNK_WORDS ? words : CODE_CHUNK_WORDS;
        Word *chunk = vm_malloc(size * sizeof(Word));
        if (!chunk) return NULL;
        code_chunk.free = chunk;
        code_chunk.end = chunk + size;
    }
    Word *room = code_chunk.free;
    code_chunk.free += words;
    return room;
}

static bool range_add(CodeRange range)
{
    if (ranges.count == ranges.capacity) {
        size_t capacity = ranges.capacity ? ranges.capacity * 2 : 256;
        CodeRange *grown = vm_realloc(ranges.items, ranges.capacity * sizeof *grown, capacity * sizeof *grown);
        if (!grown) return false;
        ranges.items = grown;
        ranges.capacity = capacity;
    }
    size_t at = ranges.count++;
    for (; at > 0 && ranges.items[at - 1].start > range.start; at--) ranges.items[at] = ranges.items[at - 1];
    ranges.items[at] = range;
    return true;
}

size_t code_bytes(void)
{
    size_t words = 0;
    for (size_t i = 0; i < ranges.count; i++) words += (size_t) (ranges.items[i].end - ranges.items[i].start);
    return words * sizeof(Word);
}

const CodeRange *code_range_of(const Word *pc)
{
    size_t low = 0, high = ranges.count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (ranges.items[mid].end <= pc) low = mid + 1;
        else high = mid;
    }
    return low < ranges.count && pc >= ranges.items[low].start ? &ranges.items[low] : NULL;
}

enum { JUMP_HOPS_MAX = 8 };

// Labels become addresses, in the operands and in the catch targets behind their marks; of a jump to a jump, that of the
// last.
static bool resolve_labels(Decoder *d, Word *code)
{
    for (size_t i = 0; i < d->fixup_count; i++) {
        uint32_t label = d->fixups[i].label, at = d->fixups[i].at;
        uint32_t offset = label >= d->first_label && label - d->first_label < d->label_span ? d->label_at[label - d->first_label] : 0;
        if (!offset) return false;
        code[at] = (Word) (code + offset - 1);
        if (at >= 3 && (code[at - 3] == OP_try || code[at - 3] == OP_catch) && (code[at - 1] & 0xFF) == CATCH_MARK && (code[at - 1] >> 8) < catches.count) {
            CatchTarget *target = &catches.items[code[at - 1] >> 8];
            if (!target->handler) target->handler = code + offset - 1;
        }
    }
    for (size_t i = 0; i < d->fixup_count; i++) {
        Word *operand = &code[d->fixups[i].at];
        const Word *target = (const Word *) *operand;
        for (int hops = 0; *target == OP_jump && hops < JUMP_HOPS_MAX; hops++) target = (const Word *) target[1];
        *operand = (Word) target;
    }
    return true;
}

static bool place(Decoder *d)
{
    Word *code = code_alloc(d->size);
    struct LineMark *lines = vm_malloc((d->line_count + 1) * sizeof *lines);
    if (!code || !lines) return false;
    memcpy(code, d->out, d->size * sizeof *code);
    if (d->line_count) memcpy(lines, d->lines, d->line_count * sizeof *lines);
    if (!resolve_labels(d, code)) return false;
    uint32_t entry = d->label_at[d->f->label - d->first_label];
    if (!entry || !range_add((CodeRange) { code, code + d->size, d->f, (uint32_t) d->line_count, lines })) return false;
    d->f->code = code + entry - 1;
    return true;
}

static bool label_window(Decoder *d)
{
    Function *f = d->f;
    if (!f->label) return false;
    d->first_label = f->label_low;
    d->label_span = f->label_high - f->label_low + 1;
    d->label_at = vm_malloc(d->label_span * sizeof *d->label_at);
    if (!d->label_at) return false;
    memset(d->label_at, 0, d->label_span * sizeof *d->label_at);
    return true;
}

// Offset in the Code chunk where the function behind this one starts, or where the code ends.
static const uint8_t *function_end(const Module *m, const Function *f)
{
    size_t low = 0, high = m->function_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (m->functions[mid]->code_offset <= f->code_offset) low = mid + 1;
        else high = mid;
    }
    return low < m->function_count ? m->code.bytes + m->functions[low]->code_offset : m->code.bytes + m->code.size;
}

static void decoder_free(Decoder *d)
{
    vm_mfree(d->out, d->capacity * sizeof *d->out);
    vm_mfree(d->fixups, d->fixup_capacity * sizeof *d->fixups);
    vm_mfree(d->lines, d->line_capacity * sizeof *d->lines);
    vm_mfree(d->label_at, d->label_span * sizeof *d->label_at);
}

static bool decode(Function *f)
{
    Module *m = f->owner;
    Decoder d = { .m = m, .f = f, .last_at = SIZE_MAX };
    d.in = (Reader) { m->code.bytes + f->code_offset, function_end(m, f), false };
    module_error[0] = 0;
    bool ok = m->code.size && label_window(&d);
    if (f->clause_line) mark_line(&d, f->clause_line);
    while (ok && !d.bad && d.in.at < d.in.end && *d.in.at != OPCODE_int_code_end) decode_instruction(&d);
    fuse(&d);
    // The label in front of func_info, where failing clauses jump, was read with the function before.
    if (ok && m->label_offset[f->label_low] <= f->code_offset) d.label_at[0] = 1;
    ok = ok && !d.bad && place(&d);
    if (!ok && !module_error[0]) {
        size_t mn, fn;
        const char *mt = atom_text(f->module, &mn), *ft = atom_text(f->name, &fn);
        unsigned op = d.current ? *d.current : 0;
        format_text(module_error, sizeof module_error, "damaged code in %.*s:%.*s/%u (instruction %u at byte %u)", (int) mn, mt, (int) fn, ft,
            (unsigned) f->arity, op, d.current ? (unsigned) (d.current - m->code.bytes) : 0);
    }
    decoder_free(&d);
    return ok;
}

bool function_decode(Function *f)
{
    bool kept_before = memory_keep();
    size_t cap = vm_suspend_cap();
    bool ok = decode(f);
    vm_restore_cap(cap);
    memory_back(kept_before);
    return ok;
}

const Word *function_own_code(Function *f)
{
    if (f->own_code) return f->own_code;
    if (!f->owner) module_load(f->module);
    const Word *stub = f->code;
    if (f->owner && f->code_offset && function_decode(f)) f->own_code = f->code;
    f->code = stub;
    return f->own_code;
}
