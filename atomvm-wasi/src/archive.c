// AVM archives, condensed or not: sections found once, modules by name. The bytes stay where the host put them.
#include "condensed.h"
#include "format.h"

static const char MAGIC[24] = "#!/usr/bin/env AtomVM\n";
enum { SECTION_HEADER = 12, FLAG_START = 1, FLAG_CODE = 2, FLAG_FILE = 4 };

typedef struct Section {
    const char *name;
    size_t name_length;
    Slice data; // in a condensed archive empty: its parts are those of a section of a block
    uint32_t flags, block, number;
} Section;

KEPT static struct {
    Section *sections;
    size_t count, capacity;
    uint32_t *table; // open addressing by module name's hash; index + 1
    size_t table_size;
    term start;
    bool condensed;
} archive = { .start = NONE };

static uint32_t u32(const uint8_t *b) { return (uint32_t) b[0] << 24 | (uint32_t) b[1] << 16 | (uint32_t) b[2] << 8 | b[3]; }

static uint32_t text_hash(const char *s, size_t n)
{
    uint32_t h = 2166136261u;
    while (n-- > 0) h = (h ^ (unsigned char) *s++) * 16777619u;
    return h;
}

// Name without ".beam".
static size_t module_name_length(const Section *s)
{
    size_t n = s->name_length;
    return n > 5 && memcmp(s->name + n - 5, ".beam", 5) == 0 ? n - 5 : n;
}

// The content of a plain file, which is preceded by its size.
static bool section_file(const Section *s, Slice *out)
{
    if (archive.condensed) {
        Slice parts[PARTS];
        if (!condensed_parts(s->block, s->number, parts)) return false;
        *out = parts[PART_RAW];
        return true;
    }
    if (s->data.size < 4) return false;
    uint32_t size = u32(s->data.bytes);
    if (size > s->data.size - 4) return false;
    *out = (Slice) { s->data.bytes + 4, size };
    return true;
}

static bool add_section(Section s)
{
    if (archive.count == archive.capacity) {
        size_t capacity = archive.capacity ? archive.capacity * 2 : 64;
        Section *grown = vm_realloc(archive.sections, archive.capacity * sizeof *grown, capacity * sizeof *grown);
        if (!grown) return false;
        archive.sections = grown;
        archive.capacity = capacity;
    }
    archive.sections[archive.count++] = s;
    if (archive.start != NONE || !(s.flags & FLAG_START)) return true;
    archive.start = atom_intern(s.name, module_name_length(&s));
    return archive.start != NONE || module_name_length(&s) > ATOM_MAX_BYTES;
}

static bool add_condensed(Slice name, uint32_t flags, uint32_t block, uint32_t number)
{
    return add_section((Section) { (const char *) name.bytes, name.size, { 0 }, flags, block, number });
}

// An archive with this plain file alone stands for the one in it.
static bool open_condensed(void)
{
    static const char name[] = "elixir_workers/condensed";
    Slice data;
    const Section *s = archive.sections;
    if (archive.count != 1 || s->name_length != sizeof name - 1 || memcmp(s->name, name, sizeof name - 1) != 0) return true;
    if (!section_file(s, &data)) return false;
    archive.count = 0;
    archive.condensed = true;
    return condensed_open(data, add_condensed);
}

static bool index_sections(void)
{
    archive.table_size = 64;
    while (archive.table_size < archive.count * 2) archive.table_size *= 2;
    archive.table = vm_malloc(archive.table_size * sizeof *archive.table);
    if (!archive.table) return false;
    memset(archive.table, 0, archive.table_size * sizeof *archive.table);
    for (size_t i = 0; i < archive.count; i++) {
        const Section *s = &archive.sections[i];
        size_t at = text_hash(s->name, module_name_length(s)) & (archive.table_size - 1);
        while (archive.table[at]) at = (at + 1) & (archive.table_size - 1);
        archive.table[at] = (uint32_t) i + 1;
    }
    return true;
}

bool archive_open(const uint8_t *bytes, size_t size, char *why, size_t why_size)
{
#define FAIL(...) return format_text(why, why_size, __VA_ARGS__), false
    if (size < sizeof MAGIC || memcmp(bytes, MAGIC, sizeof MAGIC) != 0) FAIL("not an AVM archive: it does not start with \"#!/usr/bin/env AtomVM\"");
    size_t at = sizeof MAGIC;
    for (;;) {
        if (size - at < SECTION_HEADER) FAIL("archive is cut off at byte %zu: a section header is missing", at);
        uint32_t section = u32(bytes + at), flags = u32(bytes + at + 4);
        if (section == 0) break;
        if (section < SECTION_HEADER + 4 || section > size - at) FAIL("section at byte %zu says it is %u bytes long, %zu are left", at, (unsigned) section, size - at);
        const char *name = (const char *) bytes + at + SECTION_HEADER;
        const char *name_end = memchr(name, 0, section - SECTION_HEADER);
        if (!name_end) FAIL("section at byte %zu has a name without an end", at);
        size_t data = (SECTION_HEADER + (size_t) (name_end - name) + 1 + 3) & ~(size_t) 3;
        if (data > section) data = section;
        Section s = { name, (size_t) (name_end - name), { bytes + at + data, section - data }, flags, 0, 0 };
        if (!add_section(s)) FAIL("out of memory");
        at += section;
    }
    if (!open_condensed()) FAIL("the condensed archive is damaged");
    if (!index_sections()) FAIL("out of memory");
    return true;
#undef FAIL
}

term archive_start_module(void) { return archive.start; }

static const Section *find(const char *name, size_t length, bool file)
{
    if (!archive.table_size) return NULL;
    for (size_t at = text_hash(name, length) & (archive.table_size - 1); archive.table[at]; at = (at + 1) & (archive.table_size - 1)) {
        const Section *s = &archive.sections[archive.table[at] - 1];
        bool is_file = !(s->flags & FLAG_CODE);
        size_t n = is_file ? s->name_length : module_name_length(s);
        if (is_file == file && n == length && memcmp(s->name, name, n) == 0) return s;
    }
    return NULL;
}

static const Section *find_module(term name)
{
    size_t length;
    const char *text = atom_text(name, &length);
    return find(text, length, false);
}

bool archive_has_module(term name) { return find_module(name) != NULL; }

size_t archive_section_count(void) { return archive.count; }

term archive_module_at(size_t section)
{
    const Section *s = &archive.sections[section];
    return s->flags & FLAG_CODE ? atom_intern(s->name, module_name_length(s)) : NONE;
}

bool archive_file_name_at(size_t section, Slice *name)
{
    const Section *s = &archive.sections[section];
    *name = (Slice) { (const uint8_t *) s->name, s->name_length };
    return !(s->flags & FLAG_CODE);
}

bool archive_module(term name, Slice *beam, Slice parts[PARTS])
{
    const Section *s = find_module(name);
    *beam = s && !archive.condensed ? s->data : (Slice) { 0 };
    if (!s || !archive.condensed) return s != NULL;
    if (!condensed_parts(s->block, s->number, parts)) memset(parts, 0, PARTS * sizeof *parts); // which is no module
    if (!parts[PART_CODE].size) *beam = parts[PART_RAW];
    return true;
}

bool archive_file(const char *name, size_t length, Slice *out)
{
    const Section *s = find(name, length, true);
    return s && section_file(s, out);
}

Slice archive_otp_release(void)
{
    static const char name[] = "atomvm/otp_release";
    Slice release;
    if (archive_file(name, sizeof name - 1, &release) && release.size > 0) return release;
    return (Slice) { (const uint8_t *) "25", 2 };
}

uint32_t archive_otp_release_number(void)
{
    Slice release = archive_otp_release();
    uint32_t n = 0;
    for (size_t i = 0; i < release.size && release.bytes[i] >= '0' && release.bytes[i] <= '9' && n < 1000; i++) n = n * 10 + release.bytes[i] - '0';
    return n;
}
