// From an archive to a first process, and from its end to an exit code.
#include "boot.h"

#include "etf.h"
#include "format.h"
#include "module.h"
#include "platform.h"
#include "regex.h"


// REPORT_BYTES: what is told of the end may need this much beyond the cap, which may be why there is something to tell.
enum { EXIT_FAILED = 1, REPORT_BYTES = 64 << 10 };

bool boot_machine(const uint8_t *archive, size_t archive_size, char *why, size_t why_size)
{
    bool kept_before = memory_keep();
    // A machine that is set up in part would lack atoms and natives without saying so.
    size_t cap = vm_suspend_cap();
    atoms_init();
    natives_init();
    vm_restore_cap(cap);
    bool ok = archive_open(archive, archive_size, why, why_size);
    memory_back(kept_before);
    return ok;
}

Process *boot(char *why, size_t why_size)
{
    regex_is_pcre2 = archive_otp_release_number() >= 28;
    term start = archive_start_module();
    if (start == NONE) {
        format_text(why, why_size, "the archive has no start module");
        return NULL;
    }
    etf_default_minor_version = archive_otp_release_number() >= 26 ? 2 : 1;
    term arguments[] = { start, NIL };
    bool has_init = archive_has_module(ATOM_atomvm_init);
    Process *first = has_init ? process_spawn(NULL, ATOM_atomvm_init, ATOM_boot, make_list(arguments), 0)
                              : process_spawn(NULL, start, ATOM_start, NIL, 0);
    if (first) scheduler_set_main(first);
    else format_text(why, why_size, "out of memory");
    return first;
}

// ---- what an exit reason says ----

static bool text(Buffer *b, const char *s) { return buffer_append(b, s, strlen(s)); }

static bool is_frame(term t) { return is_tuple(t) && tuple_arity(t) == 4 && is_atom(tuple_at(t, 0)) && is_atom(tuple_at(t, 1)); }

// {Reason, StackTrace}, as an uncaught error ends a process.
static bool has_stacktrace(term reason)
{
    if (!is_tuple(reason) || tuple_arity(reason) != 2 || !is_cons(tuple_at(reason, 1))) return false;
    for (term t = tuple_at(reason, 1); !is_nil(t); t = tail(t))
        if (!is_cons(t) || !is_frame(head(t))) return false;
    return true;
}

static term location_item(term location, term key)
{
    for (; is_cons(location); location = tail(location)) {
        term item = head(location);
        if (is_tuple(item) && tuple_arity(item) == 2 && tuple_at(item, 0) == key) return tuple_at(item, 1);
    }
    return NONE;
}

static bool print_characters(Buffer *b, term list)
{
    for (; is_cons(list); list = tail(list)) {
        uint8_t bytes[4];
        int n = is_small(head(list)) ? utf8_encode((uint32_t) small_value(head(list)), bytes) : 0;
        if (n == 0 || !buffer_append(b, bytes, (size_t) n)) return false;
    }
    return true;
}

static bool print_location(Buffer *b, term location)
{
    term file = location_item(location, ATOM_file), line = location_item(location, ATOM_line);
    if (file == NONE || line == NONE) return true;
    return text(b, " (") && print_characters(b, file) && text(b, ":") && term_print(line, b, false) && text(b, ")");
}

// "  in m:f/1 (file.erl:12)", or with the arguments of a call that failed: "  in m:f([],x)".
static bool print_frame(Buffer *b, term frame)
{
    bool ok = text(b, "  in ") && term_print(tuple_at(frame, 0), b, false) && text(b, ":") && term_print(tuple_at(frame, 1), b, false);
    term arguments = tuple_at(frame, 2);
    if (is_small(arguments)) {
        ok = ok && text(b, "/") && term_print(arguments, b, false);
    } else {
        ok = ok && text(b, "(");
        for (; ok && is_cons(arguments); arguments = tail(arguments))
            ok = term_print(head(arguments), b, true) && (!is_cons(tail(arguments)) || text(b, ","));
        ok = ok && text(b, ")");
    }
    return ok && print_location(b, tuple_at(frame, 3)) && text(b, "\n");
}

static bool print_reason(Buffer *b, term reason)
{
    if (!has_stacktrace(reason)) return text(b, "exit: ") && term_print(reason, b, true) && text(b, "\n");
    term what = tuple_at(reason, 0);
    bool thrown = is_tuple(what) && tuple_arity(what) == 2 && tuple_at(what, 0) == (term) ATOM_nocatch;
    bool ok = text(b, thrown ? "throw: " : "error: ") && term_print(thrown ? tuple_at(what, 1) : what, b, true) && text(b, "\n");
    for (term t = tuple_at(reason, 1); ok && is_cons(t); t = tail(t)) ok = print_frame(b, head(t));
    return ok;
}

static void report(term reason)
{
    Buffer b = { 0 };
    if (vm.memory_cap < SIZE_MAX - REPORT_BYTES) vm.memory_cap = (vm.memory_used > vm.memory_cap ? vm.memory_used : vm.memory_cap) + REPORT_BYTES;
    static const char no_room[] = "out of memory\n";
    bool some = print_reason(&b, reason) || b.size > 0; // without memory for all of it, what there is
    const void *bytes = some ? (const void *) b.data : no_room;
    size_t size = some ? b.size : sizeof no_room - 1;
    if (platform_is_worker) platform_log(LOG_ERROR, bytes, size);
    else platform_write_stderr(bytes, size);
    buffer_free(&b);
}

int boot_exit_code(void)
{
    term reason;
    if (vm.halted) return vm.exit_code;
    if (!scheduler_main_over(&reason) || reason == (term) ATOM_normal) return 0;
    report(reason);
    return EXIT_FAILED;
}
