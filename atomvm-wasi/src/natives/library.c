// Small functions of OTP's and Elixir's libraries, here because one answer of theirs would bring a large module along
// (printing an atom the whole scanner, printing anything the preprocessor), or would ask a process that a stand-in has no
// need of.
#include "../module.h"
#include "../process.h"

#include <string.h>

// The atoms that must be quoted to be atoms. The last two are words of the language since OTP 27.
static bool reserved(term word)
{
    switch (word) {
    case ATOM_after: case ATOM_and: case ATOM_andalso: case ATOM_band: case ATOM_begin: case ATOM_bnot: case ATOM_bor:
    case ATOM_bsl: case ATOM_bsr: case ATOM_bxor: case ATOM_case: case ATOM_catch: case ATOM_cond: case ATOM_div:
    case ATOM_end: case ATOM_fun_: case ATOM_if: case ATOM_let: case ATOM_not: case ATOM_of: case ATOM_or:
    case ATOM_orelse: case ATOM_receive: case ATOM_rem: case ATOM_try: case ATOM_when: case ATOM_xor:
        return true;
    case ATOM_else: case ATOM_maybe:
        return archive_otp_release_number() >= 27;
    default:
        return false;
    }
}

term erl_scan_reserved_word_1(Process *p, term *a) { return (void) p, make_bool(reserved(a[0])); }

term epp_default_encoding_0(Process *p, term *a) { return (void) p, (void) a, ATOM_utf8; }

// A record is with the host as soon as it is logged.
term logger_flush_0(Process *p, term *a) { return (void) p, (void) a, ATOM_ok; }

static term in_stand_in(Process *p, const char *module, const char *name, unsigned arity)
{
    p->trap.function = function_get(atom_intern(module, strlen(module)), atom_intern(name, strlen(name)), arity);
    return NONE;
}

// Elixir's Logger up to 1.14 keeps its configuration in a process; here the stand-in does.
static const char logger[] = "atomvm_elixir_logger";

term logger_config_configure_1(Process *p, term *a) { return (void) a, in_stand_in(p, logger, "configure", 1); }
term logger_config_add_translator_1(Process *p, term *a) { return (void) a, in_stand_in(p, logger, "add_translator", 1); }
term logger_config_remove_translator_1(Process *p, term *a) { return (void) a, in_stand_in(p, logger, "remove_translator", 1); }

// Elixir changes its settings in a process.
static const char settings[] = "atomvm_elixir_config";

term elixir_config_put_2(Process *p, term *a) { return (void) a, in_stand_in(p, settings, "put", 2); }
term elixir_config_update_2(Process *p, term *a) { return (void) a, in_stand_in(p, settings, "update", 2); }
term elixir_config_get_and_put_2(Process *p, term *a) { return (void) a, in_stand_in(p, settings, "get_and_put", 2); }
term elixir_config_serial_1(Process *p, term *a) { return (void) a, in_stand_in(p, settings, "serial", 1); }
