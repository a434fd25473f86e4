// Text of terms, as erlang:display/1 (`pretty`) and io_lib's ~tw write it.
//
//             display                ~tw
//   string    "ab\n" when printable  [97,98,10]
//   binary    <<"ab">> when ASCII    <<97,98>>
//   float     1.500000e+00           1.5
//   map       #{a=>1}                #{a => 1}
//   atom      'a@b', fun             a@b, 'fun'
//
// Deep terms are printed from a stack of what is still to come; the text of Latin-1 strings is UTF-8.
#include "bits.h"
#include "integer.h"
#include "map.h"
#include "number_text.h"
#include "record.h"
#include "term_stack.h"

enum { DISPLAY_DIGITS = 6 };

// Entries of the stack that are no terms: text to print, and the tail of a list, which is the entry below.
enum { MARK_TAIL = 0x10, MARK_CLOSE_LIST = 0x20, MARK_CLOSE_BRACE = 0x30, MARK_COMMA = 0x40, MARK_ARROW = 0x50, MARK_EQUALS = 0x60 };

typedef struct Printer {
    Buffer *out;
    TermStack todo;
    bool pretty, ok;
} Printer;

static void put(Printer *pr, const void *text, size_t length) { pr->ok = pr->ok && buffer_append(pr->out, text, length); }
static void put_text(Printer *pr, const char *text) { put(pr, text, strlen(text)); }
static void put_byte(Printer *pr, char c) { put(pr, &c, 1); }
static void put_number(Printer *pr, uint64_t n)
{
    char text[INT64_TEXT_MAX], *at = uint64_to_text(n, 10, text);
    put(pr, at, (size_t) (text + sizeof text - at));
}
static void put_code_point(Printer *pr, uint32_t c)
{
    uint8_t utf8[4];
    put(pr, utf8, (size_t) utf8_encode(c, utf8));
}
static void later(Printer *pr, term t) { pr->ok = pr->ok && term_stack_push(&pr->todo, t); }

// ---- atoms ----

static bool is_lower(uint32_t c) { return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7); }
static bool is_upper(uint32_t c) { return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7); }
static bool is_name_character(uint32_t c) { return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9') || c == '_'; }

static bool is_reserved(const char *text, size_t length)
{
    static const char *const WORDS[] = { "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor",
        "case", "catch", "cond", "div", "end", "fun", "if", "let", "not", "of", "or", "orelse", "receive", "rem", "try",
        "when", "xor" };
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (strlen(WORDS[i]) == length && memcmp(WORDS[i], text, length) == 0) return true;
    }
    return false;
}

static bool needs_quotes(const Printer *pr, const char *text, size_t length)
{
    if (length == 0 || (!pr->pretty && is_reserved(text, length))) return true;
    uint32_t c = 0;
    for (size_t at = 0; at < length;) {
        int used = utf8_decode((const uint8_t *) text + at, length - at, &c);
        bool plain = at == 0 ? is_lower(c) : is_name_character(c) || (c == '@' && !pr->pretty);
        if (used <= 0 || !plain) return true;
        at += (size_t) used;
    }
    return false;
}

// The letter after the backslash of a character that has one, or 0.
static char escape_letter(const Printer *pr, uint32_t c)
{
    switch (c) {
    case '\'':
    case '\\':
        return (char) c;
    case '\n':
        return 'n';
    case '\t':
        return 't';
    case '\r':
        return 'r';
    case '\b':
        return 'b';
    case '\v':
        return 'v';
    case '\f':
        return 'f';
    case 0x1B:
        return pr->pretty ? 0 : 'e';
    case 0x7F:
        return pr->pretty ? 0 : 'd';
    default:
        return 0;
    }
}

static void put_quoted_character(Printer *pr, uint32_t c)
{
    char letter = escape_letter(pr, c);
    if (letter) {
        put_byte(pr, '\\');
        put_byte(pr, letter);
    } else if (c < ' ' || (c >= 0x80 && c < 0xA0)) {
        char text[] = { '\\', (char) ('0' + (c >> 6)), (char) ('0' + (c >> 3 & 7)), (char) ('0' + (c & 7)) };
        put(pr, text, sizeof text);
    } else {
        put_code_point(pr, c);
    }
}

static void print_atom(Printer *pr, term atom)
{
    size_t length;
    const char *text = atom_text(atom, &length);
    if (!needs_quotes(pr, text, length)) {
        put(pr, text, length);
        return;
    }
    put_byte(pr, '\'');
    uint32_t c;
    for (size_t at = 0; at < length;) {
        int used = utf8_decode((const uint8_t *) text + at, length - at, &c);
        if (used <= 0) break;
        put_quoted_character(pr, c);
        at += (size_t) used;
    }
    put_byte(pr, '\'');
}

// ---- numbers, bit strings, funs, references ----

static void print_integer(Printer *pr, term t)
{
    int64_t n;
    if (integer_to_int64(t, &n)) {
        char text[INT64_TEXT_MAX], *start = int64_to_text(n, 10, text);
        put(pr, start, (size_t) (text + sizeof text - start));
        return;
    }
    size_t length, capacity;
    char *text = integer_to_text(t, 10, &length, &capacity);
    pr->ok = pr->ok && text != NULL;
    if (!text) return;
    put(pr, text, length);
    vm_mfree(text, capacity);
}

static void print_float(Printer *pr, term t)
{
    char text[FLOAT_TEXT_MAX];
    double d = float_value(t);
    put(pr, text, pr->pretty ? float_to_scientific(d, DISPLAY_DIGITS, text) : float_to_shortest(d, text));
}

static uint8_t byte_at(const Bits *bits, size_t i, size_t count)
{
    uint8_t byte = 0;
    bits_copy(&byte, 0, bits->bytes + i, bits->bit_offset, count);
    return byte;
}

static bool is_ascii_text(const Bits *bits)
{
    for (size_t i = 0; i < bits->bit_size / 8; i++) {
        uint8_t c = byte_at(bits, i, 8);
        if (c < ' ' || c > '~') return false;
    }
    return bits->bit_size > 0 && bits->bit_size % 8 == 0;
}

static void put_string_character(Printer *pr, uint32_t c)
{
    if (c == '"') put_text(pr, "\\\"");
    else if (c == '\n') put_text(pr, "\\n");
    else put_code_point(pr, c);
}

static void print_bits(Printer *pr, term t)
{
    Bits bits;
    bits_of(t, &bits);
    bool text = pr->pretty && is_ascii_text(&bits);
    size_t size = bits.bit_size / 8, odd = bits.bit_size % 8;
    put_text(pr, text ? "<<\"" : "<<");
    for (size_t i = 0; i < size && pr->ok; i++) {
        if (text) {
            put_string_character(pr, byte_at(&bits, i, 8));
        } else {
            if (i > 0) put_byte(pr, ',');
            put_number(pr, byte_at(&bits, i, 8));
        }
    }
    if (odd) {
        if (size > 0) put_byte(pr, ',');
        put_number(pr, byte_at(&bits, size, odd) >> (8 - odd));
        put_byte(pr, ':');
        put_number(pr, odd);
    }
    put_text(pr, text ? "\">>" : ">>");
}

static void print_fun(Printer *pr, term t)
{
    if (boxed_kind(t) == KIND_EXTFUN) {
        const Function *f = extfun_function(t);
        put_text(pr, "fun ");
        print_atom(pr, f->module);
        put_byte(pr, ':');
        print_atom(pr, f->name);
        put_byte(pr, '/');
        put_number(pr, f->arity);
        return;
    }
    const Lambda *f = fun_lambda(t);
    size_t length;
    const char *module = atom_text(f->function->module, &length); // not quoted here
    put_text(pr, "#Fun<");
    put(pr, module, length);
    put_byte(pr, '.');
    put_number(pr, f->index);
    put_byte(pr, '.');
    put_number(pr, f->old_uniq);
    put_byte(pr, '>');
}

static void print_ref(Printer *pr, term t)
{
    const uint32_t *id = (const uint32_t *) (boxed_ptr(t) + (boxed_kind(t) == KIND_MAGIC ? 3 : 1));
    put_text(pr, "#Ref<0");
    for (int i = 2; i >= 0; i--) {
        put_byte(pr, '.');
        put_number(pr, id[i]);
    }
    put_byte(pr, '>');
}

static void print_pid(Printer *pr, term t)
{
    put_text(pr, "<0.");
    put_number(pr, t >> 4 & 0x7FFF);
    put_byte(pr, '.');
    put_number(pr, t >> 19);
    put_byte(pr, '>');
}

// ---- terms with terms inside ----

static bool is_printable(term t)
{
    if (!is_small(t)) return false;
    sterm c = small_value(t);
    return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= '~') || (c >= 0xA0 && c <= 0xFF);
}

static bool is_printable_string(term list)
{
    while (is_cons(list) && is_printable(head(list))) list = tail(list);
    return is_nil(list);
}

static void print_list(Printer *pr, term t)
{
    if (pr->pretty && is_printable_string(t)) {
        put_byte(pr, '"');
        for (; is_cons(t); t = tail(t)) put_string_character(pr, (uint32_t) small_value(head(t)));
        put_byte(pr, '"');
        return;
    }
    put_byte(pr, '[');
    later(pr, tail(t));
    later(pr, MARK_TAIL);
    later(pr, head(t));
}

static void print_tail(Printer *pr, term t)
{
    if (is_nil(t)) {
        put_byte(pr, ']');
    } else if (is_cons(t)) {
        put_byte(pr, ',');
        later(pr, tail(t));
        later(pr, MARK_TAIL);
        later(pr, head(t));
    } else {
        put_byte(pr, '|');
        later(pr, MARK_CLOSE_LIST);
        later(pr, t);
    }
}

static void print_tuple(Printer *pr, term t)
{
    put_byte(pr, '{');
    later(pr, MARK_CLOSE_BRACE);
    for (size_t i = tuple_arity(t); i-- > 0;) {
        later(pr, tuple_at(t, i));
        if (i > 0) later(pr, MARK_COMMA);
    }
}

// In key order, whatever the map is inside.
static void print_map(Printer *pr, term t)
{
    size_t count = map_size(t), bytes = 2 * count * sizeof(term);
    put_text(pr, "#{");
    later(pr, MARK_CLOSE_BRACE);
    if (count == 0) return;
    term *pairs = vm_malloc(bytes);
    pr->ok = pr->ok && pairs != NULL;
    if (!pairs) return;
    map_pairs(t, pairs);
    map_sort_pairs(pairs, count);
    for (size_t i = count; i-- > 0;) {
        later(pr, pairs[2 * i + 1]);
        later(pr, MARK_ARROW);
        later(pr, pairs[2 * i]);
        if (i > 0) later(pr, MARK_COMMA);
    }
    vm_mfree(pairs, bytes);
}

// #module:name{field=value,..}
static void print_record(Printer *pr, term t)
{
    put_byte(pr, '#');
    print_atom(pr, record_module(t));
    put_byte(pr, ':');
    print_atom(pr, record_name(t));
    put_byte(pr, '{');
    later(pr, MARK_CLOSE_BRACE);
    for (size_t i = record_size(t); i-- > 0;) {
        later(pr, record_values(t)[i]);
        later(pr, MARK_EQUALS);
        later(pr, record_fields(t)[i]);
        if (i > 0) later(pr, MARK_COMMA);
    }
}

static void print_boxed(Printer *pr, term t)
{
    switch (boxed_kind(t)) {
    case KIND_TUPLE:
        print_tuple(pr, t);
        break;
    case KIND_FLATMAP:
    case KIND_HASHMAP:
        print_map(pr, t);
        break;
    case KIND_RECORD:
        print_record(pr, t);
        break;
    case KIND_POSBIG:
    case KIND_NEGBIG:
        print_integer(pr, t);
        break;
    case KIND_FLOAT:
        print_float(pr, t);
        break;
    case KIND_FUN:
    case KIND_EXTFUN:
        print_fun(pr, t);
        break;
    case KIND_REF:
    case KIND_MAGIC:
        print_ref(pr, t);
        break;
    default:
        print_bits(pr, t);
    }
}

static void print_one(Printer *pr, term t)
{
    switch (t) {
    case MARK_TAIL:
        print_tail(pr, term_stack_pop(&pr->todo));
        return;
    case MARK_CLOSE_LIST:
        put_byte(pr, ']');
        return;
    case MARK_CLOSE_BRACE:
        put_byte(pr, '}');
        return;
    case MARK_COMMA:
        put_byte(pr, ',');
        return;
    case MARK_EQUALS:
        put_text(pr, pr->pretty ? "=" : " = ");
        return;
    case MARK_ARROW:
        put_text(pr, pr->pretty ? "=>" : " => ");
        return;
    }
    if (is_small(t)) print_integer(pr, t);
    else if (is_atom(t)) print_atom(pr, t);
    else if (is_cons(t)) print_list(pr, t);
    else if (is_boxed(t)) print_boxed(pr, t);
    else if (is_pid(t)) print_pid(pr, t);
    else if (is_nil(t)) put_text(pr, "[]");
    else put_text(pr, "#<no term>"); // a catch mark or the like, when the VM's own state is printed
}

bool term_print(term t, Buffer *out, bool pretty)
{
    Printer pr = { .out = out, .pretty = pretty, .ok = true };
    term_stack_init(&pr.todo);
    later(&pr, t);
    while (pr.ok && pr.todo.size > 0) print_one(&pr, term_stack_pop(&pr.todo));
    term_stack_free(&pr.todo);
    return pr.ok;
}
