// max_heap_size: its values, and the report about a process that has passed it.
#include "heap_limit.h"

#include "exception.h"
#include "map.h"
#include "module.h"
#include "natives/process_options.h"

HeapLimit default_heap_limit = { .kill = true, .report = true };

// Since OTP 27 large binaries may count, and the report says where the process was.
static bool counts_binaries(void) { return archive_otp_release_number() >= 27; }

static bool boolean_entry(term map, term key, bool *out)
{
    term value = map_get(map, key);
    if (value == NONE) return true;
    *out = value == (term) ATOM_true;
    return is_bool(value);
}

bool heap_limit_of(term value, HeapLimit *out)
{
    HeapLimit limit = default_heap_limit;
    term size = value;
    if (is_map(value)) {
        size = map_get(value, ATOM_size);
        if (!boolean_entry(value, ATOM_kill, &limit.kill) || !boolean_entry(value, ATOM_error_logger, &limit.report)) return false;
        if (counts_binaries() && !boolean_entry(value, ATOM_include_shared_binaries, &limit.shared_binaries)) return false;
    }
    if (size == NONE || !is_small(size) || small_value(size) < 0) return false;
    if (small_value(size) > 0 && small_value(size) < MIN_HEAP_WORDS) return false;
    limit.words = (uint32_t) small_value(size);
    *out = limit;
    return true;
}

term heap_limit_term(Process *on, const HeapLimit *limit)
{
    term pairs[] = { ATOM_error_logger, make_bool(limit->report), ATOM_kill, make_bool(limit->kill), ATOM_size,
        make_small((sterm) limit->words), ATOM_include_shared_binaries, make_bool(limit->shared_binaries) };
    return map_from_pairs(on, pairs, counts_binaries() ? 4 : 3);
}

static size_t heap_words(const Process *p) { return (size_t) (p->end - p->heap) + (size_t) (p->old_end - p->old_heap); }

size_t heap_limit_counted(const Process *p)
{
    return heap_words(p) + (p->state->heap_limit.shared_binaries ? p->off_heap_bytes / WORD_BYTES : 0);
}

// {max_heap_size, Arguments}: those of the text in logger.erl.
static term report(Process *p)
{
    const ProcessState *s = p->state;
    const HeapLimit *limit = &s->heap_limit;
    term list = counts_binaries() ? cons(p, process_stacktrace_at(p, p->pc, p->cp), NIL) : NIL;
    term arguments[] = { p->pid, make_small((sterm) limit->words), make_integer(p, (int64_t) heap_words(p)), make_bool(limit->kill),
        make_bool(limit->report), make_small((sterm) s->queue_length), collection_sizes(p, p) };
    return make_tuple2(p, ATOM_max_heap_size, make_list_of(p, arguments, sizeof arguments / sizeof *arguments, list));
}

void heap_limit_report(Process *p)
{
    if (!p->state->heap_limit.report) return;
    term *top = p->htop;
    bool attention = p->attention;
    process_report(p, report(p), " has reached its maximum heap size:\n");
    p->htop = top;
    fragments_free(p);
    p->attention = attention;
}
