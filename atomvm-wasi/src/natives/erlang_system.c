// Natives about the machine itself: system_info, statistics, memory, flags, halt, and what OTP asks of nodes and tracing.
#include "../ets.h"
#include "../heap_limit.h"
#include "../host.h"
#include "../module.h"
#include "../term_stack.h"

enum { FULLSWEEP_AFTER = 65535, NODE_TABLE_GC_SECONDS = 60, BUSY_LIMIT_BYTES = 1 << 20, REQUESTS_LIMIT = 4, REQUESTS_LIMIT_MAX = (1 << 27) - 1 };
enum { ETS_LIMIT = 8192, EXIT_CODE_MAX = 255, EXIT_SLOGAN = 1, EXIT_ABORT = 134 };

static const char VERSION[] = "0.1.0";

// ---- system_info ----

static term text(Process *p, const char *s) { return make_string(p, s, strlen(s)); }

static term system_version(Process *p)
{
    Slice release = archive_otp_release();
    Buffer b = { 0 };
    static const char before[] = "Erlang/OTP ", machine[] = " [hatch-elixir-workers ";
    const char *bits = sizeof(term) == 4 ? "] [32-bit]\n" : "] [64-bit]\n";
    buffer_append(&b, before, sizeof before - 1);
    buffer_append(&b, release.bytes, release.size);
    buffer_append(&b, machine, sizeof machine - 1);
    buffer_append(&b, VERSION, sizeof VERSION - 1);
    buffer_append(&b, bits, strlen(bits));
    term result = make_string(p, (const char *) b.data, b.size);
    buffer_free(&b);
    return result;
}

static term pair(Process *p, term name, sterm n) { return make_tuple2(p, name, make_small(n)); }

static term collection_defaults(Process *p)
{
    term pairs[] = { pair(p, ATOM_max_heap_size, (sterm) default_heap_limit.words), pair(p, ATOM_min_bin_vheap_size, MIN_BIN_VHEAP_WORDS),
        pair(p, ATOM_min_heap_size, MIN_HEAP_WORDS), pair(p, ATOM_fullsweep_after, FULLSWEEP_AFTER) };
    return make_list_of(p, pairs, sizeof pairs / sizeof *pairs, NIL);
}

static term compiler(Process *p)
{
#ifdef __clang__
    term version = make_tuple3(p, make_small(__clang_major__), make_small(__clang_minor__), make_small(__clang_patchlevel__));
    return make_tuple2(p, ATOM_clang, version);
#else
    term version = make_tuple3(p, make_small(__GNUC__), make_small(__GNUC_MINOR__), make_small(__GNUC_PATCHLEVEL__));
    return make_tuple2(p, ATOM_gnuc, version);
#endif
}

static term architecture(Process *p)
{
#if defined __wasm__
    return text(p, "wasm32-wasi");
#elif defined __x86_64__
    return text(p, "x86_64-unknown-linux-gnu");
#elif defined __aarch64__
    return text(p, "aarch64-unknown-linux-gnu");
#else
    return text(p, "unknown");
#endif
}

static bool little_endian(void)
{
    const uint16_t one = 1;
    return *(const uint8_t *) &one == 1;
}

// One scheduler, one thread, no distribution, no drivers.
static term info_text_or_structure(Process *p, term item)
{
    Slice release;
    switch (item) {
    case ATOM_otp_release: return release = archive_otp_release(), make_string(p, (const char *) release.bytes, release.size);
    case ATOM_version: return text(p, VERSION);
    case ATOM_system_version: return system_version(p);
    case ATOM_system_architecture: return architecture(p);
    case ATOM_machine: return text(p, "BEAM");
    case ATOM_os_type: return make_tuple2(p, ATOM_unix, ATOM_wasi);
    case ATOM_os_version: return make_tuple3(p, make_small(0), make_small(1), make_small(0)); // WASI preview 1
    case ATOM_c_compiler_used: return compiler(p);
    case ATOM_fullsweep_after: return pair(p, item, FULLSWEEP_AFTER);
    case ATOM_min_heap_size: return pair(p, item, MIN_HEAP_WORDS);
    case ATOM_min_bin_vheap_size: return pair(p, item, MIN_BIN_VHEAP_WORDS);
    case ATOM_max_heap_size: return heap_limit_term(p, &default_heap_limit);
    case ATOM_schedulers_state: return make_tuple3(p, make_small(1), make_small(1), make_small(1));
    case ATOM_garbage_collection: return collection_defaults(p);
    case ATOM_scheduler_bindings: return make_tuple(p, 1, (term[]) { ATOM_unbound });
    default: return NONE;
    }
}

static term info_number(Process *p, term item)
{
    switch (item) {
    case ATOM_wordsize: return make_small(sizeof(term));
    case ATOM_compat_rel: return make_small((sterm) archive_otp_release_number());
    case ATOM_schedulers: case ATOM_schedulers_online: case ATOM_scheduler_id: return make_small(1);
    case ATOM_logical_processors: case ATOM_logical_processors_online: case ATOM_logical_processors_available: return make_small(1);
    case ATOM_dirty_cpu_schedulers: case ATOM_dirty_cpu_schedulers_online: case ATOM_dirty_io_schedulers: return make_small(0);
    case ATOM_thread_pool_size: case ATOM_trace_control_word: case ATOM_creation: return make_small(0);
    case ATOM_process_count: return make_small((sterm) process_count());
    case ATOM_process_limit: return make_small(PID_SLOTS);
    case ATOM_port_count: case ATOM_port_limit: return make_small(0);
    case ATOM_atom_count: return make_small((sterm) atom_count());
    case ATOM_atom_limit: return make_small(ATOM_TABLE_MAX);
    case ATOM_ets_limit: return make_small(ETS_LIMIT);
    case ATOM_ets_count: return make_small((sterm) ets_count());
    case ATOM_start_time: return make_small(0);
    case ATOM_end_time: return make_integer(p, INT64_MAX);
    case ATOM_delayed_node_table_gc: return make_small(NODE_TABLE_GC_SECONDS);
    case ATOM_dist_buf_busy_limit: return make_small(BUSY_LIMIT_BYTES);
    case ATOM_outstanding_system_requests_limit: return make_small(REQUESTS_LIMIT);
    default: return NONE;
    }
}

static term info_atom(term item)
{
    switch (item) {
    case ATOM_threads: case ATOM_smp_support: case ATOM_debug_compiled: case ATOM_kernel_poll: return ATOM_false;
    case ATOM_lock_checking: case ATOM_lock_counting: case ATOM_port_parallelism: return ATOM_false;
    case ATOM_endian: return little_endian() ? ATOM_little : ATOM_big;
    case ATOM_time_warp_mode: return ATOM_no_time_warp;
    case ATOM_time_offset: return ATOM_final;
    case ATOM_time_correction: return ATOM_true;
    case ATOM_tolerant_timeofday: return ATOM_enabled;
    case ATOM_multi_scheduling: return ATOM_disabled;
    case ATOM_build_type: case ATOM_emu_type: return ATOM_opt;
    case ATOM_emu_flavor: return ATOM_emu;
    case ATOM_heap_type: return ATOM_private;
    case ATOM_message_queue_data: return ATOM_on_heap;
    case ATOM_scheduler_bind_type: return ATOM_unbound;
    case ATOM_update_cpu_info: return ATOM_unchanged;
    case ATOM_system_logger: case ATOM_cpu_topology: case ATOM_modified_timing_level: return ATOM_undefined;
    case ATOM_dynamic_trace: return ATOM_none;
    case ATOM_dynamic_trace_probes: return ATOM_false;
    case ATOM_async_dist: return archive_otp_release_number() >= 27 ? (term) ATOM_false : NONE;
    case ATOM_halt_flush_timeout: return archive_otp_release_number() >= 27 ? (term) ATOM_infinity : NONE;
    case ATOM_multi_scheduling_blockers: case ATOM_normal_multi_scheduling_blockers: case ATOM_dist_ctrl: case ATOM_alloc_util_allocators: return NIL;
    case ATOM_cpu_quota: return ATOM_unknown;
    default: return NONE;
    }
}

static term info_of_pair(term item)
{
    if (!is_tuple(item) || tuple_arity(item) != 2) return NONE;
    term name = tuple_at(item, 0), kind = tuple_at(item, 1);
    if (name == (term) ATOM_wordsize) return kind == (term) ATOM_internal || kind == (term) ATOM_external ? make_small(sizeof(term)) : NONE;
    if (name != (term) ATOM_cpu_topology) return NONE;
    return kind == (term) ATOM_defined || kind == (term) ATOM_detected || kind == (term) ATOM_used ? (term) ATOM_undefined : NONE;
}

term erlang_system_info_1(Process *p, term *a)
{
    term value = is_atom(a[0]) ? info_atom(a[0]) : info_of_pair(a[0]);
    if (value == NONE) value = info_number(p, a[0]);
    if (value == NONE) value = info_text_or_structure(p, a[0]);
    return value == NONE ? raise_badarg(p) : value;
}

// ---- statistics ----

static uint64_t reductions_now(const Process *p) { return vm.reductions + (uint64_t) (REDUCTIONS_PER_SLICE - p->reductions); }

// {Total, since the last question of this kind}.
static term with_difference(Process *p, uint64_t now, uint64_t *last)
{
    uint64_t before = *last;
    *last = now;
    term total = make_unsigned(p, now);
    return make_tuple2(p, total, make_unsigned(p, now - before));
}

static uint64_t uptime_ms(void)
{
    static double start_ms;
    static bool started;
    host_clock();
    if (!started) start_ms = vm.monotonic_ms;
    started = true;
    return (uint64_t) (vm.monotonic_ms - start_ms);
}

static term collections(Process *p)
{
    uint64_t count = 0;
    for (uint32_t slot = 1; slot < PID_SLOTS; slot++) {
        const Process *at = process_at(slot);
        if (at) count += (uint64_t) at->state->collections;
    }
    return make_tuple3(p, make_unsigned(p, count), make_small(0), make_small(0));
}

static sterm runnable(void)
{
    sterm count = 0;
    for (uint32_t slot = 1; slot < PID_SLOTS; slot++) {
        const Process *at = process_at(slot);
        if (at && at->state->status == STATUS_RUNNABLE) count++;
    }
    return count;
}

term erlang_statistics_1(Process *p, term *a)
{
    static uint64_t last_runtime, last_wall_clock, last_reductions;
    switch (a[0]) {
    case ATOM_runtime: return with_difference(p, uptime_ms(), &last_runtime);
    case ATOM_wall_clock: return with_difference(p, uptime_ms(), &last_wall_clock);
    case ATOM_reductions: case ATOM_exact_reductions: return with_difference(p, reductions_now(p), &last_reductions);
    case ATOM_context_switches: return make_tuple2(p, make_unsigned(p, vm.slices), make_small(0));
    case ATOM_garbage_collection: return collections(p);
    case ATOM_io: return make_tuple2(p, pair(p, ATOM_input, 0), pair(p, ATOM_output, 0));
    case ATOM_run_queue: case ATOM_total_run_queue_lengths: case ATOM_total_run_queue_lengths_all: return make_small(runnable());
    case ATOM_total_active_tasks: case ATOM_total_active_tasks_all: return make_small(runnable() + 1);
    case ATOM_run_queue_lengths: case ATOM_run_queue_lengths_all: return cons(p, make_small(runnable()), NIL);
    case ATOM_active_tasks: case ATOM_active_tasks_all: return cons(p, make_small(runnable() + 1), NIL);
    case ATOM_scheduler_wall_time: case ATOM_scheduler_wall_time_all: case ATOM_microstate_accounting: return ATOM_undefined;
    default: return raise_badarg(p);
    }
}

// ---- memory ----

typedef struct MemoryUse {
    size_t processes, binary, atom, ets;
} MemoryUse;

static MemoryUse memory_use(void)
{
    MemoryUse use = { .ets = ets_bytes() };
    for (uint32_t slot = 1; slot < PID_SLOTS; slot++) {
        const Process *at = process_at(slot);
        if (!at) continue;
        size_t words = (size_t) (at->end - at->heap) + (size_t) (at->old_end - at->old_heap);
        for (const Fragment *f = at->fragments; f; f = f->next) words += f->words;
        use.processes += sizeof *at + sizeof *at->state + words * WORD_BYTES;
        use.binary += at->off_heap_bytes;
    }
    for (uint32_t i = 0; i < atom_count(); i++) {
        size_t length;
        atom_text(make_atom(i), &length);
        use.atom += length + sizeof(void *) + 4 * sizeof(uint32_t);
    }
    return use;
}

// NONE when there is no such kind. A binary that processes share counts for each of them.
static term memory_item(Process *p, const MemoryUse *use, term kind)
{
    switch (kind) {
    case ATOM_total: return make_unsigned(p, vm.memory_used);
    case ATOM_processes: case ATOM_processes_used: return make_unsigned(p, use->processes);
    case ATOM_system: return make_unsigned(p, vm.memory_used > use->processes ? vm.memory_used - use->processes : 0);
    case ATOM_atom: case ATOM_atom_used: return make_unsigned(p, use->atom);
    case ATOM_binary: return make_unsigned(p, use->binary);
    case ATOM_code: return make_unsigned(p, code_bytes());
    case ATOM_ets: return make_unsigned(p, use->ets);
    default: return NONE;
    }
}

static term memory_list(Process *p, term kinds)
{
    MemoryUse use = memory_use();
    if (list_length(kinds) < 0) return raise_badarg(p);
    term result = NIL;
    for (; is_cons(kinds); kinds = tail(kinds)) {
        term value = memory_item(p, &use, head(kinds));
        if (value == NONE) return raise_badarg(p);
        result = cons(p, make_tuple2(p, head(kinds), value), result);
    }
    term in_order = NIL;
    for (; is_cons(result); result = tail(result)) in_order = cons(p, head(result), in_order);
    return in_order;
}

term erlang_memory_0(Process *p, term *a)
{
    static const enum atom_term kinds[] = { ATOM_total, ATOM_processes, ATOM_processes_used, ATOM_system, ATOM_atom, ATOM_atom_used,
        ATOM_binary, ATOM_code, ATOM_ets };
    (void) a;
    term list = NIL;
    for (size_t i = sizeof kinds / sizeof *kinds; i-- > 0;) list = cons(p, kinds[i], list);
    return memory_list(p, list);
}

term erlang_memory_1(Process *p, term *a)
{
    if (is_list(a[0])) return memory_list(p, a[0]);
    MemoryUse use = memory_use();
    term value = memory_item(p, &use, a[0]);
    return value == NONE ? raise_badarg(p) : value;
}

// ---- flags ----

// Flags that are numbers, kept and given back, and change nothing else.
static term set_number(Process *p, term name, term value)
{
    static struct {
        enum atom_term name;
        sterm value, min, max;
    } flags[] = { { ATOM_backtrace_depth, STACKTRACE_DEPTH, 0, SMALL_MAX }, { ATOM_fullsweep_after, FULLSWEEP_AFTER, 0, SMALL_MAX },
        { ATOM_min_heap_size, MIN_HEAP_WORDS, 0, SMALL_MAX }, { ATOM_min_bin_vheap_size, MIN_BIN_VHEAP_WORDS, 0, SMALL_MAX },
        { ATOM_schedulers_online, 1, 1, 1 }, { ATOM_trace_control_word, 0, 0, SMALL_MAX },
        { ATOM_outstanding_system_requests_limit, REQUESTS_LIMIT, 1, REQUESTS_LIMIT_MAX } };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (name != (term) flags[i].name) continue;
        if (!is_small(value) || small_value(value) < flags[i].min || small_value(value) > flags[i].max) return raise_badarg(p);
        sterm before = flags[i].value;
        flags[i].value = small_value(value);
        return make_small(before);
    }
    return NONE;
}

// There is one scheduler, and nothing is accounted.
static bool blocks_schedulers(term value)
{
    return value == (term) ATOM_block || value == (term) ATOM_unblock || value == (term) ATOM_block_normal || value == (term) ATOM_unblock_normal;
}

term erlang_system_flag_2(Process *p, term *a)
{
    term number = set_number(p, a[0], a[1]);
    if (number != NONE || p->exception.class != NONE) return number;
    if (a[0] == (term) ATOM_max_heap_size) {
        HeapLimit before = default_heap_limit;
        return heap_limit_of(a[1], &default_heap_limit) ? heap_limit_term(p, &before) : raise_badarg(p);
    }
    if (a[0] == (term) ATOM_time_offset && a[1] == (term) ATOM_finalize) return ATOM_final;
    switch (a[0]) {
    case ATOM_scheduler_wall_time: return is_bool(a[1]) ? (term) ATOM_false : raise_badarg(p);
    case ATOM_microstate_accounting: return is_bool(a[1]) || a[1] == (term) ATOM_reset ? (term) ATOM_false : raise_badarg(p);
    case ATOM_multi_scheduling: return blocks_schedulers(a[1]) ? (term) ATOM_disabled : raise_badarg(p);
    default: return raise_error_info(p, ATOM_badarg, ATOM_badopt);
    }
}

// ---- the end ----

static term stop(Process *p, int code)
{
    vm.halted = true;
    vm.exit_code = code;
    vm.interrupt = true;
    process_terminate(p, ATOM_normal);
    return NONE;
}

// halt(Slogan): the text, as a crash dump would begin with it.
static term stop_with_slogan(Process *p, term slogan)
{
    int64_t size = iolist_size(slogan);
    uint8_t *bytes = size >= 0 ? vm_malloc((size_t) size) : NULL;
    if (!bytes) return raise_badarg(p);
    iolist_write(slogan, bytes);
    platform_log(LOG_EMERGENCY, bytes, (size_t) size);
    vm_mfree(bytes, (size_t) size);
    return stop(p, EXIT_SLOGAN);
}

term erlang_halt_0(Process *p, term *a) { return (void) a, stop(p, 0); }

term erlang_halt_1(Process *p, term *a)
{
    if (a[0] == (term) ATOM_abort) return stop(p, EXIT_ABORT);
    if (is_small(a[0]) && small_value(a[0]) >= 0) return stop(p, (int) (small_value(a[0]) & EXIT_CODE_MAX));
    return is_list(a[0]) ? stop_with_slogan(p, a[0]) : raise_badarg(p);
}

term erlang_halt_2(Process *p, term *a)
{
    for (term options = a[1]; !is_nil(options); options = tail(options)) {
        if (!is_cons(options) || !is_tuple(head(options)) || tuple_arity(head(options)) != 2) return raise_badarg(p);
        if (tuple_at(head(options), 0) != (term) ATOM_flush || !is_bool(tuple_at(head(options), 1))) return raise_badarg(p);
    }
    return erlang_halt_1(p, a);
}

// ---- printing ----

static term display(Process *p, term characters, void (*write_bytes)(const void *, size_t))
{
    Buffer b = { 0 };
    term result = ATOM_true;
    for (; result != NONE && is_cons(characters); characters = tail(characters)) {
        uint8_t bytes[4];
        int n = is_small(head(characters)) ? utf8_encode((uint32_t) small_value(head(characters)), bytes) : 0;
        if (n == 0) result = raise_badarg(p);
        else if (!buffer_append(&b, bytes, (size_t) n)) result = raise_system_limit(p);
    }
    if (result != NONE && !is_nil(characters)) result = raise_badarg(p);
    if (result != NONE) write_bytes(b.data, b.size);
    buffer_free(&b);
    return result;
}

static term display_any(Process *p, term t, void (*write_bytes)(const void *, size_t))
{
    const uint8_t *bytes;
    uint8_t *scratch;
    size_t size;
    if (!binary_bytes(t, &bytes, &size, &scratch)) return display(p, t, write_bytes);
    write_bytes(bytes, size);
    vm_mfree(scratch, size);
    return ATOM_true;
}

term erlang_display_string_1(Process *p, term *a) { return display_any(p, a[0], platform_write_stdout); }

term erlang_display_string_2(Process *p, term *a)
{
    if (a[0] == (term) ATOM_stdout) return display_any(p, a[1], platform_write_stdout);
    return a[0] == (term) ATOM_stderr ? display_any(p, a[1], platform_write_stderr) : raise_badarg(p);
}

term erlang_display_nl_0(Process *p, term *a)
{
    platform_write_stdout("\n", 1);
    return (void) p, (void) a, ATOM_true;
}

// The consoles of OTP treat lists as text in Latin-1 unless told otherwise.
term io_printable_range_0(Process *p, term *a) { return (void) p, (void) a, ATOM_latin1; }
term file_native_name_encoding_0(Process *p, term *a) { return (void) p, (void) a, ATOM_utf8; }
// Every process that answers I/O requests here understands Unicode.
term net_kernel_dflag_unicode_io_1(Process *p, term *a) { return (void) p, (void) a, ATOM_true; }

// ---- nodes: this one only ----

term erlang_get_cookie_0(Process *p, term *a) { return (void) p, (void) a, ATOM_nocookie; }

term erlang_monitor_node_2(Process *p, term *a)
{
    if (!is_atom(a[0]) || !is_bool(a[1])) return raise_badarg(p);
    return a[0] == (term) ATOM_nonode_nohost ? (term) ATOM_true : raise_error(p, ATOM_notalive);
}

// ---- tracing: nobody does ----

term erlang_trace_3(Process *p, term *a) { return is_bool(a[1]) && is_list(a[2]) ? make_small(0) : raise_badarg(p); }
term erlang_trace_pattern_2(Process *p, term *a) { return (void) p, (void) a, make_small(0); }
term erlang_no_watcher_0(Process *p, term *a) { return (void) p, (void) a, ATOM_undefined; }

// There never is a token.
term erlang_seq_trace_2(Process *p, term *a)
{
    return a[0] == (term) ATOM_sequential_token && is_nil(a[1]) ? NIL : raise_badarg(p);
}
term erlang_seq_trace_info_1(Process *p, term *a) { return is_atom(a[0]) ? NIL : raise_badarg(p); }
term erlang_seq_trace_print_1(Process *p, term *a) { return (void) p, (void) a, ATOM_false; }

// ---- terms ----

term erts_debug_same_2(Process *p, term *a) { return (void) p, make_bool(a[0] == a[1]); }

// Words of one object, literal or not; its terms are pushed.
static bool object_words(term t, TermStack *todo, uint64_t *words)
{
    if (is_cons(t)) {
        *words += 2;
        return term_stack_push(todo, head(t)) && term_stack_push(todo, tail(t));
    }
    if (!is_boxed(t)) return true;
    const term *object = boxed_ptr(t);
    size_t size = header_words(*object);
    bool ok = true;
    *words += 1 + size;
    if (header_kind(*object) >= KIND_RAW) return true;
    for (size_t i = 1; ok && i <= size; i++)
        if (is_pointer(object[i])) ok = term_stack_push(todo, object[i]);
    return ok;
}

term erts_debug_flat_size_1(Process *p, term *a)
{
    TermStack todo;
    uint64_t words = 0;
    term_stack_init(&todo);
    bool ok = term_stack_push(&todo, a[0]);
    while (ok && todo.size > 0) ok = object_words(term_stack_pop(&todo), &todo, &words);
    term_stack_free(&todo);
    return ok ? make_unsigned(p, words) : raise_system_limit(p);
}
