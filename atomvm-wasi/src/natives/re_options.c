// Options of re:compile and re:run. See re.h.
#include "re.h"

static bool compile_flag(term option, uint32_t *flag)
{
    switch (option) {
    case ATOM_unicode: *flag = RE_UTF; return true;
    case ATOM_caseless: *flag = RE_CASELESS; return true;
    case ATOM_dollar_endonly: *flag = RE_DOLLAR_ENDONLY; return true;
    case ATOM_dotall: *flag = RE_DOTALL; return true;
    case ATOM_extended: *flag = RE_EXTENDED; return true;
    case ATOM_firstline: *flag = RE_FIRSTLINE; return true;
    case ATOM_multiline: *flag = RE_MULTILINE; return true;
    case ATOM_no_auto_capture: *flag = RE_NO_AUTO_CAPTURE; return true;
    case ATOM_dupnames: *flag = RE_DUPNAMES; return true;
    case ATOM_ungreedy: *flag = RE_UNGREEDY; return true;
    case ATOM_no_start_optimize: *flag = RE_NO_START_OPTIMIZE; return true;
    case ATOM_ucp: *flag = RE_UCP; return true;
    case ATOM_never_utf: *flag = RE_NEVER_UTF; return true;
    default: return false;
    }
}

static bool run_flag(term option, uint32_t *flag)
{
    switch (option) {
    case ATOM_notbol: *flag = RUN_NOTBOL; return true;
    case ATOM_noteol: *flag = RUN_NOTEOL; return true;
    case ATOM_notempty: *flag = RUN_NOTEMPTY; return true;
    case ATOM_notempty_atstart: *flag = RUN_NOTEMPTY_ATSTART; return true;
    default: return false;
    }
}

static bool option_newline(term value, ReOptions *o)
{
    switch (value) {
    case ATOM_lf: o->newline = NEWLINE_LF; return true;
    case ATOM_cr: o->newline = NEWLINE_CR; return true;
    case ATOM_crlf: o->newline = NEWLINE_CRLF; return true;
    case ATOM_anycrlf: o->newline = NEWLINE_ANYCRLF; return true;
    case ATOM_any: o->newline = NEWLINE_ANY; return true;
    default: return false;
    }
}

static bool option_count(term value, uint32_t *count)
{
    int64_t n;
    if (!integer_to_int64(value, &n) || n < 0 || n > INT32_MAX) return false;
    *count = (uint32_t) n;
    return true;
}

// What to capture is looked at when the pattern has been compiled: see re_captures_are_sound.
static bool option_capture(term option, ReOptions *o)
{
    o->capture = tuple_at(option, 1);
    o->capture_type = tuple_arity(option) == 3 ? tuple_at(option, 2) : (term) ATOM_index;
    return true;
}

static bool is_capture_id(term id)
{
    return is_atom(id) || (is_small(id) && small_value(id) >= 0) || is_bitstring(id) || is_list(id);
}

static bool is_capture_spec(term value)
{
    switch (value) {
    case ATOM_all: case ATOM_none: case ATOM_first: case ATOM_all_names: case ATOM_all_but_first: return true;
    }
    for (; is_cons(value); value = tail(value)) {
        if (!is_capture_id(head(value))) return false;
    }
    return is_nil(value);
}

bool re_captures_are_sound(const ReOptions *o)
{
    term type = o->capture_type;
    return is_capture_spec(o->capture) && (type == (term) ATOM_index || type == (term) ATOM_list || type == (term) ATOM_binary);
}

static bool option_tuple(term option, ReOptions *o)
{
    size_t arity = tuple_arity(option);
    uint32_t offset;
    if (arity != 2 && arity != 3) return false;
    term name = tuple_at(option, 0), value = tuple_at(option, 1);
    if (name == (term) ATOM_newline) return arity == 2 && option_newline(value, o);
    o->run_only = true;
    if (name == (term) ATOM_capture) return option_capture(option, o);
    if (arity != 2) return false;
    switch (name) {
    case ATOM_offset:
        if (!option_count(value, &offset)) return false;
        o->offset = offset;
        return true;
    case ATOM_match_limit: return option_count(value, &o->match_limit);
    case ATOM_match_limit_recursion: return option_count(value, &o->recursion_limit);
    default: return false;
    }
}

static bool option_bsr(enum bsr bsr, ReOptions *o)
{
    o->bsr = o->bsr == BSR_UNSET || o->bsr == bsr || regex_is_pcre2 ? bsr : BSR_BOTH;
    return true;
}

static bool option_atom(term option, ReOptions *o)
{
    uint32_t flag;
    if (compile_flag(option, &flag)) {
        o->compile.flags |= flag;
        o->compile_only = true;
        return true;
    }
    switch (option) {
    case ATOM_anchored:
        o->compile.flags |= RE_ANCHORED;
        o->run_flags |= RUN_ANCHORED;
        return true;
    case ATOM_bsr_anycrlf: return option_bsr(BSR_ANYCRLF, o);
    case ATOM_bsr_unicode: return option_bsr(BSR_UNICODE, o);
    case ATOM_export: return o->compile_only = o->export = true;
    }
    o->run_only = true;
    if (run_flag(option, &flag)) {
        o->run_flags |= flag;
        return true;
    }
    if (option == (term) ATOM_global) return o->global = true;
    if (option == (term) ATOM_report_errors) return o->report_errors = true;
    return false;
}

bool re_options(Process *p, term list, ReOptions *o)
{
    *o = (ReOptions) {
        .newline = NEWLINE_UNSET,
        .bsr = BSR_UNSET,
        .match_limit = REGEX_LIMIT,
        .recursion_limit = REGEX_LIMIT,
        .capture = (term) ATOM_all,
        .capture_type = (term) ATOM_index,
    };
    for (; is_cons(list); list = tail(list)) {
        term option = head(list);
        bool known = is_atom(option) ? option_atom(option, o) : is_tuple(option) && option_tuple(option, o);
        if (!known) return raise_error_info(p, (term) ATOM_badarg, (term) ATOM_badopt), false;
    }
    if (!is_nil(list)) return raise_error_info(p, (term) ATOM_badarg, (term) ATOM_badopt), false;
    o->compile.newline = o->newline == NEWLINE_UNSET ? NEWLINE_LF : o->newline;
    o->compile.bsr = o->bsr == BSR_UNSET ? BSR_UNICODE : o->bsr;
    return true;
}
