// The little of an operating system that there is: an environment, which starts with what the host gives.
#include "../integer.h"
#include "../platform.h"
#include "../process.h"

#include <stdlib.h>
#include <unistd.h>

extern char **environ;

typedef struct Variable {
    struct Variable *next;
    size_t name_size, size; // of "name=value"
    char text[];
} Variable;

static Variable *variables;
static bool environment_read;

static Variable **variable_link(const uint8_t *name, size_t size)
{
    Variable **link = &variables;
    while (*link && ((*link)->name_size != size || memcmp((*link)->text, name, size) != 0)) link = &(*link)->next;
    return link;
}

static void variable_remove(const uint8_t *name, size_t size)
{
    Variable **link = variable_link(name, size), *v = *link;
    if (!v) return;
    *link = v->next;
    vm_mfree(v, sizeof *v + v->size);
}

static bool variable_set(const uint8_t *name, size_t name_size, const uint8_t *value, size_t value_size)
{
    size_t size = name_size + 1 + value_size;
    Variable *v = vm_malloc(sizeof *v + size);
    if (!v) return false;
    variable_remove(name, name_size);
    *v = (Variable) { variables, name_size, size };
    memcpy(v->text, name, name_size);
    v->text[name_size] = '=';
    memcpy(v->text + name_size + 1, value, value_size);
    variables = v;
    return true;
}

static void read_environment(void)
{
    if (environment_read) return;
    environment_read = true;
    for (char **at = platform_is_worker ? NULL : environ; at && *at; at++) {
        char *equals = strchr(*at, '=');
        if (!equals || equals == *at) continue;
        variable_set((uint8_t *) *at, (size_t) (equals - *at), (uint8_t *) equals + 1, strlen(equals + 1));
    }
}

// ---- text: Unicode character lists inside, UTF-8 outside ----

// False when it is no text without '=' (a name) and without zeros.
static bool text_bytes(term text, bool is_name, Buffer *out)
{
    for (; is_cons(text); text = tail(text)) {
        uint8_t bytes[4];
        sterm c = is_small(head(text)) ? small_value(head(text)) : 0;
        int n = c > 0 && !(is_name && c == '=') ? utf8_encode((uint32_t) c, bytes) : 0;
        if (n == 0 || !buffer_append(out, bytes, (size_t) n)) return false;
    }
    return is_nil(text) && !(is_name && out->size == 0);
}

static term text_term(Process *p, const char *text, size_t size)
{
    term *points = vm_malloc(size * sizeof *points);
    size_t count = 0;
    if (!points) return raise_system_limit(p);
    for (size_t at = 0; at < size; count++) {
        uint32_t c;
        int n = utf8_decode((const uint8_t *) text + at, size - at, &c);
        points[count] = make_small(n > 0 ? (sterm) c : (uint8_t) text[at]); // a byte that is no UTF-8 stands for itself
        at += n > 0 ? (size_t) n : 1;
    }
    term list = make_list_of(p, points, count, NIL);
    vm_mfree(points, size * sizeof *points);
    return list;
}

// ---- natives ----

term os_getenv_1(Process *p, term *a)
{
    Buffer name = { 0 };
    read_environment();
    term result = ATOM_false;
    if (text_bytes(a[0], true, &name)) {
        const Variable *v = *variable_link(name.data, name.size);
        if (v) result = text_term(p, v->text + v->name_size + 1, v->size - v->name_size - 1);
    } else {
        result = raise_badarg(p);
    }
    buffer_free(&name);
    return result;
}

term os_env_0(Process *p, term *a)
{
    (void) a;
    read_environment();
    term list = NIL;
    for (const Variable *v = variables; v; v = v->next) {
        term name = text_term(p, v->text, v->name_size);
        term value = name == NONE ? NONE : text_term(p, v->text + v->name_size + 1, v->size - v->name_size - 1);
        if (value == NONE) return NONE;
        list = cons(p, make_tuple2(p, name, value), list);
    }
    return list;
}

term os_putenv_2(Process *p, term *a)
{
    Buffer name = { 0 }, value = { 0 };
    read_environment();
    term result = ATOM_true;
    if (!text_bytes(a[0], true, &name) || !text_bytes(a[1], false, &value)) result = raise_badarg(p);
    else if (!variable_set(name.data, name.size, value.data, value.size)) result = raise_system_limit(p);
    buffer_free(&name);
    buffer_free(&value);
    return result;
}

term os_unsetenv_1(Process *p, term *a)
{
    Buffer name = { 0 };
    read_environment();
    bool ok = text_bytes(a[0], true, &name);
    if (ok) variable_remove(name.data, name.size);
    buffer_free(&name);
    return ok ? (term) ATOM_true : raise_badarg(p);
}

term os_getpid_0(Process *p, term *a)
{
    (void) a;
#ifdef __wasi__
    int64_t pid = 1; // WASI has no processes: this one is the only one
#else
    int64_t pid = getpid();
#endif
    char text[INT64_TEXT_MAX], *at = int64_to_text(pid, 10, text);
    return make_string(p, at, (size_t) (text + sizeof text - at));
}

// There are no signals to set.
term os_set_signal_2(Process *p, term *a) { return is_atom(a[0]) && is_atom(a[1]) ? (term) ATOM_ok : raise_badarg(p); }
