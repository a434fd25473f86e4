// Natives of the host: input and output, entropy, requests, log records, host calls.
#include "../host.h"
#include "../module.h"

#include <errno.h>
#include <unistd.h>

enum { STDIN_DESCRIPTOR = 0, READ_BYTES = 64 * 1024, STATUS_MIN = 100, STATUS_MAX = 599, RAND_BYTES_MAX = 1 << 26 };

// ---- input and output ----

// Up to `size` bytes of stdin; 0 at its end, and in a worker, which has none.
static size_t read_some(uint8_t *out, size_t size)
{
    ssize_t got;
    if (platform_is_worker) return 0;
    do got = read(STDIN_DESCRIPTOR, out, size);
    while (got < 0 && errno == EINTR);
    return got > 0 ? (size_t) got : 0;
}

static bool read_all(Buffer *b)
{
    uint8_t part[READ_BYTES];
    for (size_t got; (got = read_some(part, sizeof part)) > 0;)
        if (!buffer_append(b, part, got)) return false;
    return true;
}

term wasi_read_stdin_0(Process *p, term *a)
{
    (void) a;
    Buffer b = { 0 };
    term bytes = read_all(&b) ? make_binary(p, b.data, b.size, NULL) : raise_system_limit(p);
    buffer_free(&b);
    return bytes;
}

// atomvm:read_stdin(Max): what is there, at most Max bytes, or eof.
term atomvm_read_stdin_1(Process *p, term *a)
{
    uint8_t part[READ_BYTES];
    if (!is_small(a[0]) || small_value(a[0]) < 1) return raise_badarg(p);
    size_t most = (size_t) small_value(a[0]) < sizeof part ? (size_t) small_value(a[0]) : sizeof part;
    size_t got = read_some(part, most);
    return got ? make_binary(p, part, got, NULL) : (term) ATOM_eof;
}

// The bytes of iodata, in *bytes of *capacity to be freed by the caller. False with an exception raised.
static bool iodata_bytes(Process *p, term iodata, uint8_t **bytes, size_t *size)
{
    int64_t needed = iolist_size(iodata);
    *bytes = NULL;
    if (needed < 0) return raise_badarg(p), false;
    *size = (size_t) needed;
    *bytes = vm_malloc(*size);
    if (!*bytes) return raise_system_limit(p), false;
    return iolist_write(iodata, *bytes);
}

static term write_with(Process *p, term iodata, void (*write_bytes)(const void *, size_t))
{
    uint8_t *bytes;
    size_t size;
    if (!iodata_bytes(p, iodata, &bytes, &size)) return NONE;
    write_bytes(bytes, size);
    vm_mfree(bytes, size);
    return ATOM_ok;
}

term wasi_write_stdout_1(Process *p, term *a) { return write_with(p, a[0], platform_write_stdout); }
term atomvm_write_stderr_1(Process *p, term *a) { return write_with(p, a[0], platform_write_stderr); }

// ---- the archive ----

term atomvm_platform_0(Process *p, term *a) { return (void) p, (void) a, ATOM_wasi; }

term atomvm_has_module_1(Process *p, term *a) { return is_atom(a[0]) ? make_bool(archive_has_module(a[0])) : raise_badarg(p); }

// atomvm:modules(): the names of all modules of the archive.
term atomvm_modules_0(Process *p, term *a)
{
    (void) a;
    term list = NIL;
    for (size_t i = archive_section_count(); i-- > 0;) {
        term name = archive_module_at(i);
        if (name != NONE) list = cons(p, name, list);
    }
    return list;
}

// atomvm:files(): the names of its plain files, as binaries.
term atomvm_files_0(Process *p, term *a)
{
    (void) a;
    term list = NIL;
    Slice name;
    for (size_t i = archive_section_count(); i-- > 0;) {
        if (!archive_file_name_at(i, &name)) continue;
        term binary = make_binary(p, name.bytes, name.size, NULL);
        if (binary == NONE) return NONE;
        list = cons(p, binary, list);
    }
    return list;
}

// atomvm:arguments(): those after the archive's name, as binaries.
term atomvm_arguments_0(Process *p, term *a)
{
    (void) a;
    term list = NIL;
    for (int i = host_argument_count; i-- > 0;) {
        term binary = make_binary(p, host_arguments[i], strlen(host_arguments[i]), NULL);
        if (binary == NONE) return NONE;
        list = cons(p, binary, list);
    }
    return list;
}

// atomvm:read_file(Name): {ok, Bytes} of a plain file of the archive, "app/priv/name", or {error, enoent}.
term atomvm_read_file_1(Process *p, term *a)
{
    uint8_t *name;
    size_t size;
    Slice file;
    if (!iodata_bytes(p, a[0], &name, &size)) return NONE;
    bool found = archive_file((const char *) name, size, &file);
    vm_mfree(name, size);
    if (!found) return make_tuple2(p, ATOM_error, ATOM_enoent);
    term bytes = make_binary(p, file.bytes, file.size, NULL);
    return bytes == NONE ? NONE : make_tuple2(p, ATOM_ok, bytes);
}

// "app/priv/", then the path.
static bool append_priv_name(Buffer *b, term app, term path, size_t path_size)
{
    static const char priv[] = "/priv/";
    size_t app_size;
    const char *app_name = atom_text(app, &app_size);
    if (!buffer_append(b, app_name, app_size) || !buffer_append(b, priv, sizeof priv - 1)) return false;
    uint8_t *bytes = vm_malloc(path_size);
    bool ok = bytes && iolist_write(path, bytes) && buffer_append(b, bytes, path_size);
    vm_mfree(bytes, path_size);
    return ok;
}

// atomvm:read_priv(App, Path): the bytes of App's plain file, or undefined, as AtomVM has it.
term atomvm_read_priv_2(Process *p, term *a)
{
    Buffer name = { 0 };
    Slice file;
    int64_t path_size = is_atom(a[0]) ? iolist_size(a[1]) : -1;
    if (path_size < 0) return raise_badarg(p);
    bool ok = append_priv_name(&name, a[0], a[1], (size_t) path_size);
    bool found = ok && archive_file((const char *) name.data, name.size, &file);
    buffer_free(&name);
    if (!ok) return raise_system_limit(p);
    return found ? make_binary(p, file.bytes, file.size, NULL) : (term) ATOM_undefined;
}

// ---- entropy ----

term atomvm_rand_bytes_1(Process *p, term *a)
{
    uint8_t *bytes;
    if (!is_small(a[0]) || small_value(a[0]) < 0) return raise_badarg(p);
    if (small_value(a[0]) > RAND_BYTES_MAX) return raise_system_limit(p);
    size_t size = (size_t) small_value(a[0]);
    term binary = make_binary(p, NULL, size, &bytes);
    if (binary != NONE) platform_random(bytes, size);
    return binary;
}

term atomvm_random_0(Process *p, term *a)
{
    (void) a;
    uint32_t n;
    platform_random(&n, sizeof n);
    return make_unsigned(p, n);
}

// ---- requests ----

term atomvm_host_listen_0(Process *p, term *a)
{
    (void) a;
    if (!platform_is_worker) return make_tuple2(p, ATOM_error, ATOM_not_a_worker);
    host_listen(p);
    return ATOM_ok;
}

static bool is_binary(term t)
{
    Bits bits;
    return bits_of(t, &bits) && bits.bit_size % 8 == 0;
}

static bool is_header_list(term headers)
{
    for (; is_cons(headers); headers = tail(headers)) {
        term pair = head(headers);
        if (!is_tuple(pair) || tuple_arity(pair) != 2 || !is_binary(tuple_at(pair, 0)) || !is_binary(tuple_at(pair, 1))) return false;
    }
    return is_nil(headers);
}

term atomvm_host_respond_3(Process *p, term *a)
{
    if (!is_small(a[0]) || small_value(a[0]) < STATUS_MIN || small_value(a[0]) > STATUS_MAX || !is_header_list(a[1])) return raise_badarg(p);
    switch (host_respond((uint32_t) small_value(a[0]), a[1], a[2])) {
    case HOST_OK: return ATOM_ok;
    case HOST_NO_MEMORY: return raise_system_limit(p);
    default: return raise_badarg(p);
    }
}

// ---- log records ----

static bool level_of(term name, enum log_level *level)
{
    switch (name) {
    case ATOM_debug: return *level = LOG_DEBUG, true;
    case ATOM_info: return *level = LOG_INFO, true;
    case ATOM_notice: return *level = LOG_NOTICE, true;
    case ATOM_warning: return *level = LOG_WARNING, true;
    case ATOM_error: return *level = LOG_ERROR, true;
    case ATOM_critical: return *level = LOG_CRITICAL, true;
    case ATOM_alert: return *level = LOG_ALERT, true;
    case ATOM_emergency: return *level = LOG_EMERGENCY, true;
    default: return false;
    }
}

term atomvm_host_log_2(Process *p, term *a)
{
    enum log_level level;
    uint8_t *bytes;
    size_t size;
    if (!level_of(a[0], &level)) return raise_badarg(p);
    if (!iodata_bytes(p, a[1], &bytes, &size)) return NONE;
    platform_log(level, bytes, size);
    vm_mfree(bytes, size);
    return ATOM_ok;
}

// ---- host calls ----

// Without a worker there is no host to answer: the answer comes at once.
static term call_without_host(Process *p)
{
    term ref = make_ref(p), answer = make_tuple2(p, ATOM_error, ATOM_not_a_worker);
    process_send(p, p->pid, make_tuple3(p, ATOM_atomvm_reply, ref, answer));
    return ref;
}

static bool is_call(term *a) { return is_binary(a[0]) && is_binary(a[1]) && list_length(a[2]) >= 0; }

term atomvm_host_call_3(Process *p, term *a)
{
    if (!is_call(a)) return raise_badarg(p);
    if (!platform_is_worker) return call_without_host(p);
    term ref = host_call(p, a[0], a[1], a[2]);
    return ref == NONE ? raise_system_limit(p) : ref;
}

term atomvm_host_cast_3(Process *p, term *a)
{
    if (!is_call(a)) return raise_badarg(p);
    if (!platform_is_worker) return make_tuple2(p, ATOM_error, ATOM_not_a_worker);
    return host_cast(p, a[0], a[1], a[2]) ? ATOM_ok : raise_system_limit(p);
}

term atomvm_host_cancel_1(Process *p, term *a)
{
    if (!is_ref(a[0])) return raise_badarg(p);
    return host_cancel(p, ref_id(a[0])) ? ATOM_true : ATOM_false;
}
