// Module re: regular expressions over iodata and Unicode text. The engine is in regex*.c.
#include "iolist.h"
#include "natives/re.h"

// Elixir compiles a literal pattern again when its version is not this one, so it must be no version of PCRE.
static const char VERSION[] = "8.45 2021-06-15 atomvm";
static const uint8_t MARK[4] = { 'A', 'R', 'E', '1' };
enum { HEADER_BYTES = sizeof MARK + 4 + 2, SUBJECT_MAX = 1 << 30 };

// Bytes of a term, and how to give them back.
typedef struct Text {
    const uint8_t *bytes;
    size_t size;
    uint8_t *scratch;
} Text;

static void text_free(Text *t) { vm_mfree(t->scratch, t->size); }

// Text as a binary: iodata, or with `unicode` lists of code points too. NONE: badarg is raised.
static term text_binary(Process *p, term text, bool unicode)
{
    if (is_bitstring(text)) return is_binary(text) ? text : raise_badarg(p);
    if (!is_list(text)) return raise_badarg(p);
    if (unicode) {
        term arguments[2] = { text, (term) ATOM_unicode };
        term binary = unicode_characters_to_binary_2(p, arguments);
        return binary == NONE || is_bitstring(binary) ? binary : raise_badarg(p);
    }
    int64_t size = iolist_size(text);
    if (size < 0 || size > SUBJECT_MAX) return raise_badarg(p);
    uint8_t *bytes;
    term binary = make_binary(p, NULL, (size_t) size, &bytes);
    if (binary != NONE) iolist_write(text, bytes);
    return binary;
}

static bool text_of(term binary, Text *t) { return binary_bytes(binary, &t->bytes, &t->size, &t->scratch); }

// ---- compiled patterns ----

static term pattern_tuple(Process *p, const RegexProgram *program, RegexOptions options, const Text *text)
{
    uint8_t *bytes;
    term binary = make_binary(p, NULL, HEADER_BYTES + text->size, &bytes);
    if (binary == NONE) return NONE;
    memcpy(bytes, MARK, sizeof MARK);
    for (int i = 0; i < 4; i++) bytes[4 + i] = (uint8_t) (options.flags >> (8 * i));
    bytes[8] = options.newline;
    bytes[9] = options.bsr;
    memcpy(bytes + HEADER_BYTES, text->bytes, text->size);
    term elements[5] = { (term) ATOM_re_pattern, make_small((sterm) regex_captures(program)),
                         make_small((options.flags & RE_UTF) != 0), make_small(regex_crlf_is_newline(program)), binary };
    return make_tuple(p, 5, elements);
}

static bool header_options(const Text *t, RegexOptions *options)
{
    if (t->size < HEADER_BYTES || memcmp(t->bytes, MARK, sizeof MARK) != 0) return false;
    options->flags = 0;
    for (int i = 0; i < 4; i++) options->flags |= (uint32_t) t->bytes[4 + i] << (8 * i);
    options->newline = t->bytes[8];
    options->bsr = t->bytes[9];
    return (options->flags & ~(uint32_t) RE_OPTIONS) == 0 && options->newline < NEWLINE_UNSET && options->bsr < BSR_UNSET;
}

// The program of a {re_pattern, ..}. NULL: it is none of ours.
static const RegexProgram *program_of_tuple(term pattern, bool *unicode)
{
    Text t;
    RegexOptions options;
    RegexError error;
    const RegexProgram *program = NULL;
    if (!is_tuple(pattern) || tuple_arity(pattern) != 5 || tuple_at(pattern, 0) != (term) ATOM_re_pattern) return NULL;
    term binary = tuple_at(pattern, 4);
    if (!is_bitstring(binary) || !text_of(binary, &t)) return NULL;
    if (header_options(&t, &options)) program = re_cached(t.bytes + HEADER_BYTES, t.size - HEADER_BYTES, options, &error);
    *unicode = program && (options.flags & RE_UTF);
    text_free(&t);
    return program;
}

// {ErrString, Position}
static term error_tuple(Process *p, RegexError error)
{
    term text = make_string(p, error.text, strlen(error.text));
    return make_tuple2(p, text, make_small((sterm) error.at));
}

// {re_exported_pattern, Header, Source, Options, Encoded}: here the source alone counts.
static term exported(Process *p, term source, term options)
{
    term empty = make_binary(p, NULL, 0, NULL);
    term elements[5] = { (term) ATOM_re_exported_pattern, empty, source, options, empty };
    return make_tuple2(p, (term) ATOM_ok, make_tuple(p, 5, elements));
}

static term compile(Process *p, term pattern, term option_list)
{
    ReOptions o;
    Text text;
    RegexError error;
    if (!re_options(p, option_list, &o)) return NONE;
    if (o.run_only) return raise_error_info(p, (term) ATOM_badarg, (term) ATOM_badopt);
    term binary = text_binary(p, pattern, o.compile.flags & RE_UTF), result;
    if (binary == NONE) return NONE;
    if (!text_of(binary, &text)) return raise_badarg(p);
    p->reductions -= (sterm) text.size / 8 + 1;
    const RegexProgram *program = re_cached(text.bytes, text.size, o.compile, &error);
    if (!program && !error.text) result = raise_system_limit(p);
    else if (!program) result = make_tuple2(p, (term) ATOM_error, error_tuple(p, error));
    else if (o.export) result = exported(p, binary, option_list);
    else {
        result = pattern_tuple(p, program, o.compile, &text);
        if (result != NONE) result = make_tuple2(p, (term) ATOM_ok, result);
    }
    text_free(&text);
    return result;
}

term re_compile_1(Process *p, term *a) { return compile(p, a[0], NIL); }
term re_compile_2(Process *p, term *a) { return compile(p, a[0], a[1]); }

static term without(Process *p, term list, term element)
{
    if (!is_cons(list)) return list;
    term rest = NIL, kept = NIL;
    for (; is_cons(list); list = tail(list)) {
        if (head(list) != element) rest = cons(p, head(list), rest);
    }
    for (; is_cons(rest); rest = tail(rest)) kept = cons(p, head(rest), kept);
    return kept;
}

static bool is_exported(term pattern)
{
    return is_tuple(pattern) && tuple_arity(pattern) == 5 && tuple_at(pattern, 0) == (term) ATOM_re_exported_pattern
        && is_bitstring(tuple_at(pattern, 1)) && is_bitstring(tuple_at(pattern, 2)) && list_length(tuple_at(pattern, 3)) >= 0;
}

term re_import_1(Process *p, term *a)
{
    if (!is_exported(a[0])) return raise_badarg(p);
    term made = compile(p, tuple_at(a[0], 2), without(p, tuple_at(a[0], 3), (term) ATOM_export));
    if (made == NONE) return p->exception.cause == NONE ? NONE : raise_badarg(p);
    return tuple_at(made, 0) == (term) ATOM_ok ? tuple_at(made, 1) : raise_badarg(p);
}

term re_version_0(Process *p, term *a)
{
    (void) a;
    return make_binary(p, VERSION, sizeof VERSION - 1, NULL);
}

static term name_term(Process *p, const RegexProgram *program, const RegexName *name)
{
    return make_binary(p, regex_name_bytes(program, name), name->size, NULL);
}

static bool is_same_name(const RegexProgram *program, const RegexName *a, const RegexName *b)
{
    return a->size == b->size && memcmp(regex_name_bytes(program, a), regex_name_bytes(program, b), a->size) == 0;
}

// Is the name before it the same, by the option `dupnames`? Where (?J) alone allows that, OTP tells each of them.
static bool is_repeated_name(const RegexProgram *program, const RegexName *names, size_t at)
{
    return at > 0 && (regex_options(program).flags & RE_DUPNAMES) && is_same_name(program, names + at, names + at - 1);
}

term re_inspect_2(Process *p, term *a)
{
    bool unicode;
    size_t count;
    const RegexProgram *program = program_of_tuple(a[0], &unicode);
    if (!program || a[1] != (term) ATOM_namelist) return raise_badarg(p);
    const RegexName *names = regex_names(program, &count);
    term list = NIL;
    while (count-- > 0) {
        if (is_repeated_name(program, names, count)) continue;
        term name = name_term(p, program, names + count);
        if (name == NONE) return NONE;
        list = cons(p, name, list);
    }
    return make_tuple2(p, (term) ATOM_namelist, list);
}

// ---- runs ----

typedef struct Subject {
    Process *p;
    const RegexProgram *program;
    const ReOptions *options;
    bool unicode;
    Bits bits;      // of the binary that captures are parts of
    RegexRun run;
    uint32_t *ovector;
    size_t ovector_bytes;
} Subject;

static term no_capture(const Subject *s)
{
    if (s->options->capture_type == (term) ATOM_index) return make_tuple2(s->p, make_small(-1), make_small(0));
    if (s->options->capture_type == (term) ATOM_list) return NIL;
    return make_binary(s->p, NULL, 0, NULL);
}

static term capture_list(const Subject *s, uint32_t from, uint32_t size)
{
    if (!s->unicode) return make_string(s->p, (const char *) s->run.subject + from, size);
    term arguments[2] = { make_binary(s->p, s->run.subject + from, size, NULL), (term) ATOM_unicode };
    return arguments[0] == NONE ? NONE : unicode_characters_to_list_2(s->p, arguments);
}

static term capture_term(const Subject *s, uint32_t group)
{
    uint32_t from = s->ovector[2 * group], to = s->ovector[2 * group + 1];
    if (to == REGEX_UNSET) return no_capture(s);
    if (s->options->capture_type == (term) ATOM_index)
        return make_tuple2(s->p, make_small((sterm) from), make_small((sterm) to - (sterm) from));
    uint32_t size = to > from ? to - from : 0; // \K in a look-ahead can put the start behind the end
    if (s->options->capture_type == (term) ATOM_list) return capture_list(s, from, size);
    return bits_slice(s->p, &s->bits, (size_t) from * 8, (size_t) size * 8);
}

// Groups from `first` on up to the last one that is set (but up to `first` in any case).
static term capture_range(const Subject *s, uint32_t first, uint32_t last)
{
    term list = NIL;
    while (last > 0 && s->ovector[2 * last + 1] == REGEX_UNSET) last--;
    for (uint32_t group = last + 1; group-- > first;) {
        term capture = capture_term(s, group);
        if (capture == NONE) return NONE;
        list = cons(s->p, capture, list);
    }
    return list;
}

// The group that the name stands for: of several the first that is set. 0: none, or there is no such name.
static uint32_t named_group(const Subject *s, const uint8_t *name, size_t size)
{
    size_t count;
    uint32_t found = 0;
    const RegexName *names = regex_names(s->program, &count);
    for (size_t i = 0; i < count; i++) {
        if (names[i].size != size || memcmp(regex_name_bytes(s->program, names + i), name, size) != 0) continue;
        if (found == 0 || s->ovector[2 * found + 1] == REGEX_UNSET) found = names[i].group;
    }
    return found;
}

static term capture_named(const Subject *s, const uint8_t *name, size_t size)
{
    uint32_t group = named_group(s, name, size);
    return group == 0 ? no_capture(s) : capture_term(s, group);
}

// What (?J) alone has made a name of several groups stands for each of them, in a global run for the last one each time.
static uint32_t group_of_entry(const Subject *s, const RegexName *names, size_t count, size_t at)
{
    uint32_t group = names[at].group;
    for (size_t i = at + 1; s->options->global && i < count && is_same_name(s->program, names + i, names + at); i++) group = names[i].group;
    return group;
}

static term capture_names(const Subject *s)
{
    size_t count;
    const RegexName *names = regex_names(s->program, &count);
    bool first_set = regex_options(s->program).flags & RE_DUPNAMES;
    term list = NIL;
    for (size_t i = count; i-- > 0;) {
        if (is_repeated_name(s->program, names, i)) continue;
        term capture = first_set ? capture_named(s, regex_name_bytes(s->program, names + i), names[i].size)
                                 : capture_term(s, group_of_entry(s, names, count, i));
        if (capture == NONE) return NONE;
        list = cons(s->p, capture, list);
    }
    return list;
}

// One element of {capture, [..]}: a number, or a name as atom or text.
static term capture_of_id(const Subject *s, term id)
{
    Text t;
    if (is_small(id) && small_value(id) >= 0) {
        return small_value(id) <= (sterm) regex_captures(s->program) ? capture_term(s, (uint32_t) small_value(id)) : no_capture(s);
    }
    if (is_integer(id)) return raise_badarg(s->p);
    if (is_atom(id)) {
        size_t size;
        const char *name = atom_text(id, &size);
        return capture_named(s, (const uint8_t *) name, size);
    }
    if (!iodata_bytes(id, &t.bytes, &t.size, &t.scratch)) return raise_badarg(s->p);
    term capture = capture_named(s, t.bytes, t.size);
    text_free(&t);
    return capture;
}

static term capture_ids(const Subject *s, term ids)
{
    term list = NIL, reversed = NIL;
    for (; is_cons(ids); ids = tail(ids)) {
        term capture = capture_of_id(s, head(ids));
        if (capture == NONE) return NONE;
        reversed = cons(s->p, capture, reversed);
    }
    for (; is_cons(reversed); reversed = tail(reversed)) list = cons(s->p, head(reversed), list);
    return list;
}

// Nothing to be captured: `match` is the whole answer.
static bool captures_nothing(const Subject *s)
{
    term capture = s->options->capture;
    size_t count = 1;
    if (capture == (term) ATOM_all_names) regex_names(s->program, &count);
    return capture == (term) ATOM_none || is_nil(capture) || count == 0;
}

// What the options want of a match, as a list.
static term captures(const Subject *s)
{
    switch (s->options->capture) {
    case ATOM_all: return capture_range(s, 0, regex_captures(s->program));
    case ATOM_all_but_first: return capture_range(s, 1, regex_captures(s->program));
    case ATOM_first: return capture_range(s, 0, 0);
    case ATOM_all_names: return capture_names(s);
    default: return capture_ids(s, s->options->capture);
    }
}

static enum regex_result run_at(Subject *s, uint32_t offset, uint32_t more_flags)
{
    s->run.offset = offset;
    s->run.flags = s->options->run_flags | more_flags;
    s->run.match_limit = s->options->match_limit;
    s->run.recursion_limit = s->options->recursion_limit;
    enum regex_result result = regex_run(s->program, &s->run, s->ovector);
    s->p->reductions -= (sterm) (s->run.steps / 64) + 1;
    return result;
}

static term failure(const Subject *s, enum regex_result result)
{
    if (result == REGEX_NO_MEMORY) return raise_system_limit(s->p);
    if (!s->options->report_errors || result == REGEX_NOMATCH || result == REGEX_RECURSION_LOOP) return (term) ATOM_nomatch;
    return make_tuple2(s->p, (term) ATOM_error,
                       result == REGEX_MATCH_LIMIT ? (term) ATOM_match_limit : (term) ATOM_match_limit_recursion);
}

static term run_once(Subject *s)
{
    enum regex_result result = run_at(s, (uint32_t) s->options->offset, 0);
    if (result != REGEX_MATCH) return failure(s, result);
    if (captures_nothing(s)) return (term) ATOM_match;
    term list = captures(s);
    return list == NONE ? NONE : make_tuple2(s->p, (term) ATOM_match, list);
}

static uint32_t character_after(const Subject *s, uint32_t at)
{
    const uint8_t *b = s->run.subject;
    bool crlf = s->run.newline == NEWLINE_UNSET ? regex_crlf_is_newline(s->program) : s->run.newline >= NEWLINE_CRLF;
    if (crlf && at + 1 < s->run.size && b[at] == '\r' && b[at + 1] == '\n') return at + 2;
    at++;
    while (s->unicode && at < s->run.size && (b[at] & 0xC0) == 0x80) at++;
    return at;
}

// The matches so far, in a list that grows at its end.
typedef struct Matches {
    term first, *hole;
    size_t count;
} Matches;

static bool add_match(Subject *s, Matches *matches)
{
    matches->count++;
    if (captures_nothing(s)) return true;
    term list = captures(s);
    if (list == NONE) return false;
    *matches->hole = cons(s->p, list, NIL);
    matches->hole = list_ptr(*matches->hole) + 1;
    return true;
}

// Whether the match is the one before, which was empty and behind where its search began: OTP since 28 searches there
// again, and has one of the two.
static bool is_repeated(const Subject *s, const uint32_t *before)
{
    return memcmp(s->ovector, before, s->ovector_bytes) == 0;
}

// After an empty match: one that is not empty from where the search began, or a step on. OTP's re:run does the same.
static bool after_empty(Subject *s, Matches *matches, uint32_t *at, uint32_t *before)
{
    uint32_t began = *at, empty_at = s->ovector[0];
    bool again = regex_is_pcre2 && empty_at > began && empty_at < s->run.size;
    *at = again ? empty_at : character_after(s, empty_at);
    memcpy(before, s->ovector, s->ovector_bytes);
    enum regex_result result = run_at(s, began, RUN_NOTEMPTY_ATSTART | RUN_ANCHORED);
    if (result == REGEX_NO_MEMORY) return raise_system_limit(s->p) != NONE;
    if (result != REGEX_MATCH) return true;
    if (regex_is_pcre2 && is_repeated(s, before)) return true;
    if (s->ovector[1] > s->ovector[0]) *at = empty_at + (s->ovector[1] - s->ovector[0]);
    before[0] = REGEX_UNSET;
    return add_match(s, matches);
}

// `before` has room for the groups of a match.
static term run_global(Subject *s, uint32_t *before)
{
    Matches matches = { .first = NIL };
    matches.hole = &matches.first;
    uint32_t at = (uint32_t) s->options->offset;
    before[0] = REGEX_UNSET;
    while (at <= s->run.size) {
        enum regex_result result = run_at(s, at, 0);
        if (result == REGEX_NOMATCH || (result != REGEX_MATCH && failure(s, result) == (term) ATOM_nomatch)) break;
        if (result != REGEX_MATCH) return failure(s, result);
        if (!(regex_is_pcre2 && is_repeated(s, before)) && !add_match(s, &matches)) return NONE;
        if (s->ovector[1] > s->ovector[0]) {
            at = s->ovector[1];
            before[0] = REGEX_UNSET;
        } else if (!after_empty(s, &matches, &at, before)) return NONE;
    }
    if (matches.count == 0) return (term) ATOM_nomatch;
    return captures_nothing(s) ? (term) ATOM_match : make_tuple2(s->p, (term) ATOM_match, matches.first);
}

static bool is_utf8(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint64_t word;
        uint32_t code_point;
        while (size - i >= sizeof word && (memcpy(&word, bytes + i, sizeof word), word & UINT64_C(0x8080808080808080)) == 0)
            i += sizeof word;
        if (i == size) break;
        int used = bytes[i] < 0x80 ? 1 : utf8_decode(bytes + i, size - i, &code_point);
        if (used <= 0) return false;
        i += (size_t) used;
    }
    return true;
}

// The offset lies in the subject; for a UTF-8 program it begins a character, and the subject is well-formed.
static bool subject_fits(const Subject *s)
{
    size_t offset = s->options->offset;
    if (offset > s->run.size) return s->options->global;
    if (!regex_is_utf(s->program)) return true;
    if (offset < s->run.size && (s->run.subject[offset] & 0xC0) == 0x80) return false;
    return is_utf8(s->run.subject, s->run.size);
}

static term run_program(Process *p, const RegexProgram *program, bool unicode, term subject, const ReOptions *o)
{
    Text text;
    Subject s = { .p = p, .program = program, .options = o, .unicode = unicode };
    if (!re_captures_are_sound(o)) return raise_badarg(p);
    term binary = text_binary(p, subject, unicode);
    if (binary == NONE) return NONE;
    if (!text_of(binary, &text)) return raise_badarg(p);
    bits_of(binary, &s.bits);
    s.run = (RegexRun) { .subject = text.bytes, .size = (uint32_t) text.size, .newline = NEWLINE_UNSET, .bsr = BSR_UNSET };
    if (!regex_is_pcre2) {
        s.run.newline = o->newline;
        s.run.bsr = o->bsr;
    }
    s.ovector_bytes = 2 * (regex_captures(program) + 1) * sizeof *s.ovector;
    s.ovector = vm_malloc(2 * s.ovector_bytes); // and those of the match before
    term result;
    if (!s.ovector) result = raise_system_limit(p);
    else if (text.size > SUBJECT_MAX || !subject_fits(&s)) result = raise_badarg(p);
    else result = o->global ? run_global(&s, s.ovector + s.ovector_bytes / sizeof *s.ovector) : run_once(&s);
    p->reductions -= (sterm) (text.size / 256);
    vm_mfree(s.ovector, 2 * s.ovector_bytes);
    text_free(&text);
    return result;
}

// PCRE2 knows what ends a line when it compiles: a run may say no other.
static bool lines_are_alike(const RegexProgram *program, const ReOptions *o)
{
    RegexOptions own = regex_options(program);
    return !regex_is_pcre2
        || ((o->newline == NEWLINE_UNSET || o->newline == own.newline) && (o->bsr == BSR_UNSET || o->bsr == own.bsr));
}

static term run_source(Process *p, term subject, term pattern, const ReOptions *o)
{
    Text text;
    RegexError error;
    bool unicode = o->compile.flags & RE_UTF;
    term binary = text_binary(p, pattern, unicode);
    if (binary == NONE) return NONE;
    if (!text_of(binary, &text)) return raise_badarg(p);
    const RegexProgram *program = re_cached(text.bytes, text.size, o->compile, &error);
    text_free(&text);
    if (program && o->global && !lines_are_alike(program, o)) return raise_badarg(p);
    if (program) return run_program(p, program, unicode, subject, o);
    if (!error.text) return raise_system_limit(p);
    if (!o->report_errors) return raise_badarg(p);
    return make_tuple2(p, (term) ATOM_error, make_tuple2(p, (term) ATOM_compile, error_tuple(p, error)));
}

static term run(Process *p, term subject, term pattern, term option_list, bool ignore_global)
{
    ReOptions o;
    bool unicode;
    if (!re_options(p, option_list, &o)) return NONE;
    if (o.export) return raise_badarg(p);
    if (ignore_global) o.global = false;
    if (!is_tuple(pattern)) return run_source(p, subject, pattern, &o);
    const RegexProgram *program = program_of_tuple(pattern, &unicode);
    if (!program || o.compile_only || !lines_are_alike(program, &o)) return raise_badarg(p);
    return run_program(p, program, unicode, subject, &o);
}

term re_run_2(Process *p, term *a) { return run(p, a[0], a[1], NIL, false); }
term re_run_3(Process *p, term *a) { return run(p, a[0], a[1], a[2], false); }
term re_internal_run_4(Process *p, term *a) { return run(p, a[0], a[1], a[2], true); }
