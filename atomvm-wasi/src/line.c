// Lines of stack traces: the Line chunk, read when a trace first asks for it.
#include "condensed.h"

// lines[i] = file << 24 | line, for line reference i; 0 = unknown.
static bool read_line_chunk(Module *m)
{
    Reader r = { m->line.bytes, m->line.bytes + m->line.size, false };
    m->line_ready = true;
    if (m->line.size < 20) return false;
    read_u32(&r); // version
    read_u32(&r); // flags
    read_u32(&r); // line instructions
    uint32_t lines = read_u32(&r), files = read_u32(&r);
    if (lines > m->line.size || files > m->line.size) return false;
    m->lines = vm_malloc((lines + 1) * sizeof *m->lines);
    m->files = vm_malloc((files + 1) * sizeof *m->files);
    if (!m->lines || !m->files) return false;
    m->lines[0] = 0;
    uint32_t file = 0;
    for (uint32_t i = 1; i <= lines && !r.bad;) {
        Arg a = read_arg(&r);
        if (a.tag == ARG_A) file = (uint32_t) a.value;
        else m->lines[i++] = file << 24 | ((uint32_t) a.value & 0xFFFFFF);
    }
    for (uint32_t i = 1; i <= files && !r.bad; i++) {
        size_t size = (size_t) read_u8(&r) << 8;
        size |= read_u8(&r);
        if (size > (size_t) (r.end - r.at)) return false;
        m->files[i] = (Slice) { r.at, size };
        r.at += size;
    }
    m->line_count = r.bad ? 0 : lines + 1;
    m->file_count = r.bad ? 0 : files + 1;
    return !r.bad;
}

// As above, of a condensed module: no byte is less than a line, or a file's name.
static bool read_condensed_lines(Module *m)
{
    Reader r = reader_of(m->line), files = reader_of(m->line_files);
    m->line_ready = true;
    uint32_t lines = read_leb128(&r), file = 0, line = 0;
    if (lines > m->line.size) return false;
    m->lines = vm_malloc((lines + 1) * sizeof *m->lines);
    m->files = vm_malloc((m->line_files.size + 1) * sizeof *m->files);
    if (!m->lines || !m->files) return false;
    m->lines[0] = 0;
    for (uint32_t i = 1; i <= lines && !r.bad;) {
        uint32_t n = read_leb128(&r);
        if (n == 0) file = read_leb128(&r);
        else m->lines[i++] = file << 24 | ((line += unzigzag(n - 1)) & 0xFFFFFF);
    }
    uint32_t count = 1;
    while (files.at < files.end) m->files[count++] = read_text(&files);
    m->line_count = r.bad ? 0 : lines + 1;
    m->file_count = r.bad ? 0 : count;
    return !r.bad;
}

static void read_lines(Module *m)
{
    bool kept_before = memory_keep();
    size_t cap = vm_suspend_cap();
    if (m->condensed) read_condensed_lines(m);
    else read_line_chunk(m);
    vm_restore_cap(cap);
    memory_back(kept_before);
}

static Slice own_file(const Module *m)
{
    static char name[ATOM_MAX_BYTES + 8];
    size_t n;
    const char *text = atom_text(m->name, &n);
    memcpy(name, text, n);
    memcpy(name + n, ".erl", 4);
    return (Slice) { (const uint8_t *) name, n + 4 };
}

bool code_line(const Word *pc, Slice *file, uint32_t *line)
{
    const CodeRange *range = code_range_of(pc);
    if (!range) return false;
    Module *m = range->function->owner;
    if (!m->line_ready) read_lines(m);
    uint32_t at = (uint32_t) (pc - range->start), reference = 0;
    for (uint32_t i = 0; i < range->line_count && range->lines[i].at <= at; i++) reference = range->lines[i].line;
    if (!reference || reference >= m->line_count) return false;
    uint32_t index = m->lines[reference] >> 24;
    *line = m->lines[reference] & 0xFFFFFF;
    *file = index && index < m->file_count ? m->files[index] : own_file(m);
    return true;
}
