// Natives about code: what a module says about itself, and the loading, unloading and replacing that does not happen here.
#include "../condensed.h"
#include "../digest.h"
#include "../process.h"

// ---- chunks of a module's file ----

static uint32_t be32(const uint8_t *b) { return (uint32_t) b[0] << 24 | (uint32_t) b[1] << 16 | (uint32_t) b[2] << 8 | b[3]; }

enum { FORM_HEADER_BYTES = 12, CHUNK_HEADER_BYTES = 8 };

static Slice chunk(Slice beam, const char *id)
{
    for (size_t at = FORM_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= beam.size;) {
        size_t size = be32(beam.bytes + at + 4), left = beam.size - at - CHUNK_HEADER_BYTES;
        if (size > left) break;
        if (memcmp(beam.bytes + at, id, 4) == 0) return (Slice) { beam.bytes + at + CHUNK_HEADER_BYTES, size };
        at += CHUNK_HEADER_BYTES + ((size + 3) & ~(size_t) 3);
    }
    return (Slice) { NULL, 0 };
}

// Attributes and compilation facts are external terms; the packer may have left them out.
static term chunk_term(Process *p, Slice c)
{
    term t = c.size ? etf_decode(p, c.bytes, c.size, false, NULL) : NONE;
    return t == NONE ? NIL : t;
}

// ---- module_info ----

static term functions(Process *p, Function *const *list, uint32_t count)
{
    term result = NIL;
    for (uint32_t i = 0; i < count; i++) result = cons(p, make_tuple2(p, list[i]->name, make_small((sterm) list[i]->arity)), result);
    return result;
}

// Over the chunks that make the module what it is, or all its parts.
static term md5_of(Process *p, Slice beam, const Slice *parts)
{
    static const char ids[][5] = { "AtU8", "Code", "StrT", "ImpT", "ExpT", "FunT", "LitT", "LitU" };
    _Alignas(8) uint8_t context[MD5_CONTEXT_MAX];
    uint8_t digest[MD5_BYTES];
    zig_md5_init(context);
    size_t count = beam.size ? sizeof ids / sizeof *ids : PARTS;
    for (size_t i = 0; i < count; i++) {
        Slice c = beam.size ? chunk(beam, ids[i]) : parts[i];
        if (c.size) zig_md5_update(context, c.bytes, c.size);
    }
    zig_md5_final(context, digest);
    return make_binary(p, digest, sizeof digest, NULL);
}

// NONE when there is no such item.
static term info(Process *p, Module *m, term item)
{
    Slice beam, parts[PARTS];
    archive_module(m->name, &beam, parts);
    switch (item) {
    case ATOM_module: return m->name;
    case ATOM_exports: return functions(p, m->exports, m->export_count);
    case ATOM_functions: return functions(p, m->functions, m->function_count);
    case ATOM_attributes: return chunk_term(p, beam.size ? chunk(beam, "Attr") : parts[PART_RAW]);
    case ATOM_compile: return chunk_term(p, chunk(beam, "CInf"));
    case ATOM_md5: return md5_of(p, beam, parts);
    case ATOM_native: return ATOM_false;
    case ATOM_native_addresses: case ATOM_nifs: return NIL;
    default: return NONE;
    }
}

// atomvm:call_local(Module, Function): what that function without arguments returns, exported or not.
term atomvm_call_local_2(Process *p, term *a)
{
    Module *m = is_atom(a[0]) ? module_load(a[0]) : NULL;
    for (uint32_t i = 0; m && i < m->function_count; i++) {
        Function *f = m->functions[i];
        if (f->name != a[1] || f->arity != 0) continue;
        p->trap.function = f;
        return NONE;
    }
    return raise_badarg(p);
}

term erlang_get_module_info_2(Process *p, term *a)
{
    Module *m = is_atom(a[0]) ? module_load(a[0]) : NULL;
    term value = m && is_atom(a[1]) ? info(p, m, a[1]) : NONE;
    return value == NONE ? raise_badarg(p) : value;
}

term erlang_get_module_info_1(Process *p, term *a)
{
    static const enum atom_term items[] = { ATOM_module, ATOM_exports, ATOM_attributes, ATOM_compile, ATOM_md5 };
    Module *m = is_atom(a[0]) ? module_load(a[0]) : NULL;
    if (!m) return raise_badarg(p);
    term list = NIL;
    for (size_t i = sizeof items / sizeof *items; i-- > 0;) list = cons(p, make_tuple2(p, items[i], info(p, m, items[i])), list);
    return list;
}

// ---- which modules ----

term erlang_loaded_0(Process *p, term *a)
{
    (void) a;
    term list = NIL;
    for (size_t i = archive_section_count(); i-- > 0;) {
        term name = archive_module_at(i);
        if (name != NONE && module_find(name)) list = cons(p, name, list);
    }
    return list;
}

term erlang_pre_loaded_0(Process *p, term *a)
{
    (void) a;
    return cons(p, ATOM_erlang, NIL);
}

// ---- there is one version of each module, for ever ----

term erlang_check_old_code_1(Process *p, term *a) { return is_atom(a[0]) ? (term) ATOM_false : raise_badarg(p); }

term erlang_check_process_code_2(Process *p, term *a)
{
    return is_pid(a[0]) && is_atom(a[1]) ? (term) ATOM_false : raise_badarg(p);
}

// Old code is what it would purge.
term erlang_purge_module_1(Process *p, term *a) { return (void) a, raise_badarg(p); }

term erlang_load_nif_2(Process *p, term *a)
{
    static const char text[] = "this virtual machine has no native libraries to load";
    (void) a;
    term reason = make_string(p, text, sizeof text - 1);
    return make_tuple2(p, ATOM_error, make_tuple2(p, ATOM_load_failed, reason));
}
