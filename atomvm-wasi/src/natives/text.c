// Loops over the bytes of texts that nearly every request goes through: Elixir's String.valid?/1, and what the framework
// takes in headers and URLs.
#include "bits.h"

// The bytes of a class: a bit for each below 128, and whether all others belong to it.
typedef struct ByteClass {
    term name;
    uint32_t low[4];
    bool high;
} ByteClass;

// As the clauses of 'Elixir.ElixirWorkers.Bytes' have them.
static const ByteClass byte_classes[] = {
    { ATOM_token, { 0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff }, false },
    { ATOM_lower_token, { 0, 0x03ff6cfa, 0xc0000000, 0x57ffffff }, false },
    { ATOM_field_value, { 0x00000200, 0xffffffff, 0xffffffff, 0x7fffffff }, true },
    { ATOM_visible, { 0, 0xfffffffe, 0xffffffff, 0x7fffffff }, true },
    { ATOM_unescaped, { 0xffffffff, 0xffffffdf, 0xffffffff, 0xffffffff }, false },
};

static const ByteClass *byte_class(term name)
{
    for (size_t i = 0; i < sizeof byte_classes / sizeof *byte_classes; i++)
        if (byte_classes[i].name == name) return &byte_classes[i];
    return NULL;
}

static bool in_class(const ByteClass *class, uint8_t byte)
{
    return byte < 128 ? class->low[byte >> 5] >> (byte & 31) & 1 : class->high;
}

// False for what the module's own function has to see to: no binary, or one that does not start on a byte.
static bool text_of(term t, Bits *text) { return is_binary(t) && bits_of(t, text) && !text->bit_offset; }

static void spend(Process *p, size_t bytes) { p->reductions -= (sterm) (bytes / 128); }

// 'Elixir.ElixirWorkers.Bytes':'only?'/2
term bytes_only_2(Process *p, term *a)
{
    Bits text;
    const ByteClass *class = byte_class(a[1]);
    if (!class || !text_of(a[0], &text)) return NONE;
    size_t size = text.bit_size / 8, at = 0;
    while (at < size && in_class(class, text.bytes[at])) at++;
    spend(p, at);
    return at == size ? ATOM_true : ATOM_false;
}

// 'Elixir.String':'valid?'/1
term string_valid_1(Process *p, term *a)
{
    Bits text;
    if (!text_of(a[0], &text)) return NONE;
    size_t size = text.bit_size / 8, at = 0;
    while (at < size) {
        uint32_t code_point;
        int used = text.bytes[at] < 0x80 ? 1 : utf8_decode(text.bytes + at, size - at, &code_point);
        if (used <= 0) break;
        at += (size_t) used;
    }
    spend(p, at);
    return at == size ? ATOM_true : ATOM_false;
}
