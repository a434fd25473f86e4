// The blocks of a condensed archive. They are one stream, so that each is decoded after all before it.
#include "condensed.h"

#include "lzma.h"

enum { MAX_BLOCKS = 8, MAX_BYTES = 1 << 28, TEXT_END = 0xff };

typedef struct Block {
    size_t end; // in `decoded`
    uint32_t section_count;
    uint32_t *part_at; // where in `decoded` each part begins: [part][section], and the end of all
} Block;

KEPT static struct {
    Block blocks[MAX_BLOCKS];
    uint32_t block_count, opened;
    uint8_t *decoded;
    Lzma *lzma; // until all blocks are there
    uint32_t atom_count;
    const uint8_t **atom_text;
    term *atoms; // NONE until first asked for
} archive;

Slice read_text(Reader *r)
{
    const uint8_t *start = r->at, *end = memchr(start, TEXT_END, (size_t) (r->end - start));
    if (!end) r->bad = true;
    r->at = end ? end + 1 : r->end;
    return (Slice) { start, (size_t) ((end ? end : r->end) - start) };
}

static void *grown(void *old, size_t old_count, size_t count, size_t item)
{
    return vm_realloc(old, old_count * item, count * item);
}

static bool add_atoms(Reader *r)
{
    uint32_t more = read_leb128(r), before = archive.atom_count;
    if (more == 0) return true;
    if (more > (size_t) (r->end - r->at)) return false;
    const uint8_t **text = grown(archive.atom_text, before, before + more, sizeof *text);
    if (!text) return false;
    archive.atom_text = text;
    term *atoms = grown(archive.atoms, before, before + more, sizeof *atoms);
    if (!atoms) return false;
    archive.atoms = atoms;
    for (uint32_t i = before; i < before + more; i++) {
        text[i] = read_text(r).bytes;
        atoms[i] = NONE;
    }
    archive.atom_count = before + more;
    return !r->bad;
}

term condensed_atom(uint32_t number)
{
    if (number >= archive.atom_count) return NONE;
    term *atom = &archive.atoms[number];
    const uint8_t *text = archive.atom_text[number];
    if (*atom == NONE) {
        size_t size = 0;
        while (text[size] != TEXT_END) size++;
        *atom = atom_intern((const char *) text, size);
    }
    return *atom;
}

static bool index_parts(Block *b, Reader *r)
{
    size_t count = (size_t) PARTS * b->section_count;
    if (count > (size_t) (r->end - r->at)) return false;
    b->part_at = vm_malloc((count + 1) * sizeof *b->part_at);
    if (!b->part_at) return false;
    uint32_t at = 0;
    for (size_t i = 0; i < count; i++) {
        b->part_at[i] = at;
        uint32_t size = read_leb128(r);
        if (size > b->end - at) return false;
        at += size;
    }
    uint32_t start = (uint32_t) (r->at - archive.decoded);
    if (r->bad || at != (size_t) (r->end - r->at)) return false;
    for (size_t i = 0; i < count; i++) b->part_at[i] += start;
    b->part_at[count] = start + at;
    return true;
}

static Reader block_reader(uint32_t number)
{
    size_t start = number ? archive.blocks[number - 1].end : 0;
    return (Reader) { archive.decoded + start, archive.decoded + archive.blocks[number].end, false };
}

static bool open_block(Reader *r)
{
    bool good = add_atoms(r) && index_parts(&archive.blocks[archive.opened], r);
    if (!good) return false;
    if (++archive.opened == archive.block_count) {
        vm_mfree(archive.lzma, sizeof *archive.lzma);
        archive.lzma = NULL;
    }
    return true;
}

static bool open_next_block(void)
{
    bool kept_before = memory_keep();
    size_t cap = vm_suspend_cap();
    bool good = archive.lzma && lzma_decode(archive.lzma, archive.blocks[archive.opened].end);
    if (good) {
        Reader r = block_reader(archive.opened);
        good = open_block(&r);
    }
    vm_restore_cap(cap);
    memory_back(kept_before);
    return good;
}

static bool read_sizes(Reader *r)
{
    size_t end = 0;
    archive.block_count = read_leb128(r);
    if (archive.block_count == 0 || archive.block_count > MAX_BLOCKS) return false;
    for (uint32_t i = 0; i < archive.block_count; i++) {
        uint32_t size = read_leb128(r);
        if (size > MAX_BYTES - end) return false;
        archive.blocks[i].end = end += size;
    }
    return !r->bad;
}

static bool read_directory(Reader *r, AddSection add)
{
    uint32_t count = read_leb128(r);
    if (count > (size_t) (r->end - r->at)) return false;
    Reader flags = *r, blocks, names;
    for (uint32_t i = 0; i < count; i++) read_leb128(r);
    blocks = *r;
    for (uint32_t i = 0; i < count; i++) read_leb128(r);
    names = *r;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t block = read_leb128(&blocks);
        Slice name = read_text(&names);
        if (block >= archive.block_count || names.bad) return false;
        if (!add(name, read_leb128(&flags), block, archive.blocks[block].section_count++)) return false;
    }
    *r = names;
    return true;
}

bool condensed_open(Slice data, AddSection add)
{
    Reader in = { data.bytes, data.bytes + data.size, false };
    if (!read_sizes(&in)) return false;
    size_t size = archive.blocks[archive.block_count - 1].end;
    archive.lzma = vm_malloc(sizeof *archive.lzma);
    archive.decoded = vm_malloc(size + 1);
    if (!archive.lzma || !archive.decoded) return false;
    lzma_start(archive.lzma, in.at, (size_t) (in.end - in.at), archive.decoded, size);
    if (!lzma_decode(archive.lzma, archive.blocks[0].end)) return false;
    Reader r = block_reader(0);
    return read_directory(&r, add) && open_block(&r);
}

bool condensed_parts(uint32_t block, uint32_t section, Slice parts[PARTS])
{
    while (archive.opened <= block)
        if (!open_next_block()) return false;
    const Block *b = &archive.blocks[block];
    for (size_t i = 0; i < PARTS; i++) {
        const uint32_t *at = &b->part_at[i * b->section_count + section];
        parts[i] = (Slice) { archive.decoded + at[0], at[1] - at[0] };
    }
    return true;
}
