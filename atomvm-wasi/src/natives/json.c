// The framework's JSON: the one loop over single bytes in it.
#include "bits.h"

static bool is_plain(uint8_t byte) { return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\'; }

// 'Elixir.ElixirWorkers.JSON.Text':plain_end/2. Texts that do not start on a byte, and wrong arguments, are left to the
// module's own function.
term json_plain_end_2(Process *p, term *a)
{
    Bits text;
    if (!is_binary(a[0]) || !bits_of(a[0], &text) || text.bit_offset) return NONE;
    size_t size = text.bit_size / 8;
    if (!is_small(a[1]) || small_value(a[1]) < 0 || (size_t) small_value(a[1]) > size) return NONE;
    size_t from = (size_t) small_value(a[1]), at = from;
    for (;;) {
        while (at < size && is_plain(text.bytes[at])) at++;
        if (at == size || text.bytes[at] < 0x80) break;
        uint32_t code_point;
        int used = utf8_decode(text.bytes + at, size - at, &code_point);
        if (used <= 0) break;
        at += (size_t) used;
    }
    p->reductions -= (sterm) ((at - from) / 128);
    return make_small((sterm) at);
}
