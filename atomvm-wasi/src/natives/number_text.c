// Natives: numbers to and from text.
#include "../number_text.h"

#include "../bits.h"
#include "../integer.h"

// ---- integers to text ----

typedef term (*MakeText)(Process *p, const char *text, size_t length);

static term make_text_binary(Process *p, const char *text, size_t length) { return make_binary(p, text, length, NULL); }

static term integer_text(Process *p, term number, int base, MakeText make)
{
    int64_t small;
    if (integer_to_int64(number, &small)) {
        char text[INT64_TEXT_MAX], *start = int64_to_text(small, base, text);
        return make(p, start, (size_t) (text + sizeof text - start));
    }
    size_t length, capacity;
    char *text = integer_to_text(number, base, &length, &capacity);
    if (!text) return raise_system_limit(p);
    p->reductions -= (sterm) (length >> 3);
    term result = make(p, text, length);
    vm_mfree(text, capacity);
    return result;
}

static bool get_base(term t, int *base)
{
    if (!is_small(t) || small_value(t) < 2 || small_value(t) > 36) return false;
    *base = (int) small_value(t);
    return true;
}

static term integer_text_checked(Process *p, term number, term base_term, MakeText make)
{
    int base;
    if (!is_integer(number) || !get_base(base_term, &base)) return raise_badarg(p);
    return integer_text(p, number, base, make);
}

term erlang_integer_to_list_1(Process *p, term *a) { return integer_text_checked(p, a[0], make_small(10), make_string); }
term erlang_integer_to_list_2(Process *p, term *a) { return integer_text_checked(p, a[0], a[1], make_string); }
term erlang_integer_to_binary_1(Process *p, term *a) { return integer_text_checked(p, a[0], make_small(10), make_text_binary); }
term erlang_integer_to_binary_2(Process *p, term *a) { return integer_text_checked(p, a[0], a[1], make_text_binary); }

// ---- text of a list: its ASCII characters up to the first term that is none ----

typedef struct ListText {
    char *text;
    size_t length, capacity;
    term rest; // [] when all of the list was taken
    char local[64];
} ListText;

static bool is_ascii(term t) { return is_small(t) && small_value(t) >= 0 && small_value(t) < 128; }

static bool list_text_start(ListText *l, term list)
{
    l->length = 0;
    for (l->rest = list; is_cons(l->rest) && is_ascii(head(l->rest)); l->rest = tail(l->rest)) l->length++;
    l->capacity = l->length;
    l->text = l->length <= sizeof l->local ? l->local : vm_malloc(l->capacity);
    if (!l->text) return false;
    size_t at = 0;
    for (term t = list; at < l->length; t = tail(t)) l->text[at++] = (char) small_value(head(t));
    return true;
}

static void list_text_end(ListText *l)
{
    if (l->text != l->local) vm_mfree(l->text, l->capacity);
}

// What follows the first `count` characters.
static term list_after(term list, size_t count)
{
    while (count-- > 0) list = tail(list);
    return list;
}

// ---- integers from text ----

// NONE is badarg, but for what integer_from_text has raised already (system_limit).
static term integer_or_badarg(Process *p, const char *text, size_t length, int base)
{
    p->exception.class = NONE;
    term result = integer_from_text(p, text, length, base);
    return result != NONE || p->exception.class != NONE ? result : raise_badarg(p);
}

static term integer_from_list(Process *p, term list, term base_term)
{
    int base;
    ListText l;
    if (!is_list(list) || !get_base(base_term, &base)) return raise_badarg(p);
    if (!list_text_start(&l, list)) return raise_system_limit(p);
    term result = is_nil(l.rest) ? integer_or_badarg(p, l.text, l.length, base) : raise_badarg(p);
    list_text_end(&l);
    return result;
}

term erlang_list_to_integer_1(Process *p, term *a) { return integer_from_list(p, a[0], make_small(10)); }
term erlang_list_to_integer_2(Process *p, term *a) { return integer_from_list(p, a[0], a[1]); }

static term integer_from_binary(Process *p, term binary, term base_term)
{
    int base;
    const uint8_t *bytes;
    size_t size;
    uint8_t *scratch;
    if (!get_base(base_term, &base) || !binary_bytes(binary, &bytes, &size, &scratch)) return raise_badarg(p);
    term result = integer_or_badarg(p, (const char *) bytes, size, base);
    vm_mfree(scratch, size);
    return result;
}

term erlang_binary_to_integer_1(Process *p, term *a) { return integer_from_binary(p, a[0], make_small(10)); }
term erlang_binary_to_integer_2(Process *p, term *a) { return integer_from_binary(p, a[0], a[1]); }

// The reason instead of an exception, as OTP's erlang:binary_to_integer/2 takes it.
term erts_internal_binary_to_integer_2(Process *p, term *a)
{
    term result = integer_from_binary(p, a[0], a[1]);
    if (result != NONE) return result;
    p->exception.class = NONE;
    return p->exception.reason;
}

// {Integer, Rest} for the longest integer at the start of the list; no_integer, not_a_list or system_limit.
static term integer_prefix(Process *p, term list, int base)
{
    ListText l;
    if (!is_list(list)) return ATOM_not_a_list;
    if (!list_text_start(&l, list)) return ATOM_system_limit;
    size_t end = l.length > 0 && (l.text[0] == '-' || l.text[0] == '+');
    while (end < l.length && digit_value((uint8_t) l.text[end], base) >= 0) end++;
    p->exception.class = NONE;
    term number = integer_from_text(p, l.text, end, base);
    list_text_end(&l);
    if (number != NONE) return make_tuple2(p, number, list_after(list, end));
    term reason = p->exception.class == NONE ? (term) ATOM_no_integer : p->exception.reason;
    p->exception.class = NONE;
    return reason;
}

term erts_internal_list_to_integer_2(Process *p, term *a)
{
    int base;
    return get_base(a[1], &base) ? integer_prefix(p, a[0], base) : (term) ATOM_badarg;
}

term string_list_to_integer_1(Process *p, term *a)
{
    term result = integer_prefix(p, a[0], 10);
    return is_tuple(result) ? result : make_tuple2(p, ATOM_error, result);
}

// ---- floats from text ----

term erlang_list_to_float_1(Process *p, term *a)
{
    ListText l;
    double d;
    if (!is_list(a[0])) return raise_badarg(p);
    if (!list_text_start(&l, a[0])) return raise_system_limit(p);
    bool good = is_nil(l.rest) && float_from_text(l.text, l.length, &d);
    list_text_end(&l);
    return good ? make_double(p, d) : raise_badarg(p);
}

term erlang_binary_to_float_1(Process *p, term *a)
{
    const uint8_t *bytes;
    size_t size;
    uint8_t *scratch;
    double d;
    if (!binary_bytes(a[0], &bytes, &size, &scratch)) return raise_badarg(p);
    bool good = float_from_text((const char *) bytes, size, &d);
    vm_mfree(scratch, size);
    return good ? make_double(p, d) : raise_badarg(p);
}

// {Float, Rest} for the longest float at the start of the list, or {error, no_float | not_a_list}.
term string_list_to_float_1(Process *p, term *a)
{
    ListText l;
    double d;
    if (!is_list(a[0])) return make_tuple2(p, ATOM_error, ATOM_not_a_list);
    if (!list_text_start(&l, a[0])) return raise_system_limit(p);
    size_t end = float_text_prefix(l.text, l.length);
    bool good = float_from_text(l.text, end, &d);
    list_text_end(&l);
    if (!good) return make_tuple2(p, ATOM_error, ATOM_no_float);
    return make_tuple2(p, make_double(p, d), list_after(a[0], end));
}

// ---- floats to text ----

typedef struct FloatFormat {
    enum { FORMAT_SCIENTIFIC, FORMAT_DECIMALS, FORMAT_SHORT } kind;
    int digits;
    bool compact;
} FloatFormat;

static const FloatFormat DEFAULT_FORMAT = { FORMAT_SCIENTIFIC, FLOAT_DEFAULT_DIGITS, false };

// More than `most` digits, or fewer than none, are an error when the option is the one that counts: -1 until then.
static bool get_digits(term t, int most, int *digits)
{
    if (!is_small(t)) return false;
    *digits = small_value(t) < 0 || small_value(t) > most ? -1 : (int) small_value(t);
    return true;
}

// Fewer than no digits are C's default precision.
static bool get_scientific_digits(term t, int *digits)
{
    enum { PRINTF_PRECISION = 6 };
    if (!get_digits(t, SCIENTIFIC_MAX, digits)) return false;
    if (small_value(t) < 0) *digits = PRINTF_PRECISION;
    return true;
}

static bool read_option(term option, FloatFormat *f)
{
    if (option == (term) ATOM_compact) {
        f->compact = true;
        return true;
    }
    if (option == (term) ATOM_short) {
        f->kind = FORMAT_SHORT;
        f->digits = 0;
        return true;
    }
    if (!is_tuple(option) || tuple_arity(option) != 2) return false;
    if (tuple_at(option, 0) == (term) ATOM_decimals) {
        f->kind = FORMAT_DECIMALS;
        return get_digits(tuple_at(option, 1), DECIMALS_MAX, &f->digits);
    }
    f->kind = FORMAT_SCIENTIFIC;
    return tuple_at(option, 0) == (term) ATOM_scientific && get_scientific_digits(tuple_at(option, 1), &f->digits);
}

// The last of the options that exclude each other counts.
static bool read_options(term options, FloatFormat *f)
{
    for (; is_cons(options); options = tail(options)) {
        if (!read_option(head(options), f)) return false;
    }
    return is_nil(options) && f->digits >= 0;
}

static term float_text(Process *p, term number, const FloatFormat *f, MakeText make)
{
    char text[FLOAT_TEXT_MAX];
    double d = float_value(number);
    size_t length = f->kind == FORMAT_SHORT      ? float_to_shortest(d, text)
                    : f->kind == FORMAT_DECIMALS ? float_to_decimals(d, f->digits, f->compact, text)
                                                 : float_to_scientific(d, f->digits, text);
    return length > 0 ? make(p, text, length) : raise_badarg(p);
}

static term float_text_with(Process *p, term number, term options, MakeText make)
{
    FloatFormat f = DEFAULT_FORMAT;
    return is_float(number) && read_options(options, &f) ? float_text(p, number, &f, make) : raise_badarg(p);
}

term erlang_float_to_list_1(Process *p, term *a) { return float_text_with(p, a[0], NIL, make_string); }
term erlang_float_to_list_2(Process *p, term *a) { return float_text_with(p, a[0], a[1], make_string); }
term erlang_float_to_binary_1(Process *p, term *a) { return float_text_with(p, a[0], NIL, make_text_binary); }
term erlang_float_to_binary_2(Process *p, term *a) { return float_text_with(p, a[0], a[1], make_text_binary); }
