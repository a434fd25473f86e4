// Bit syntax: matching command lists, and building segment by segment.
#include "cold.h"

#include "module.h"
#include "operand.h"

static term fetch(Process *p, Word w) { return operand_fetch(w, vm.x, p->stop); }

bool cold_field_bits(term size, Word unit, size_t *bits)
{
    if (!is_small(size) || small_value(size) < 0) return false;
    return !__builtin_mul_overflow((size_t) small_value(size), (size_t) unit, bits) && *bits <= BITS_MAX;
}

bool cold_get_binary(Process *p, term context, term size, Word unit, term *out)
{
    size_t bits = bits_remaining(context);
    if (size == (term) ATOM_all ? !is_units(bits, unit) : !cold_field_bits(size, unit, &bits)) return false;
    return bits_get_binary(p, context, bits, out);
}

// ---- bs_match: fail context count, then per command its words ----

static size_t command_words(Word command)
{
    static const uint8_t words[] = { [MATCH_ENSURE_AT_LEAST] = 3, [MATCH_ENSURE_EXACTLY] = 2, [MATCH_INTEGER] = 5,
        [MATCH_BINARY] = 5, [MATCH_SKIP] = 2, [MATCH_GET_TAIL] = 3, [MATCH_EQUAL] = 3 };
    return words[command];
}

static bool command_has_live(Word c) { return c == MATCH_INTEGER || c == MATCH_BINARY || c == MATCH_GET_TAIL; }

// Registers that live before the instruction: what its first command that tells says (later ones count results, too).
uint32_t cold_match_live(const Word *pc)
{
    const Word *c = pc + 4;
    for (Word i = 0; i < pc[3]; i++, c += command_words(*c))
        if (command_has_live(*c)) return (uint32_t) c[1];
    return 0;
}

// Upper bound of what the commands allocate, so that nothing need be collected between them.
size_t cold_match_words(Process *p, const Word *pc)
{
    enum { BINARY_WORDS = 2 + HEAPBIN_MAX / sizeof(term) + SUBBIN_WORDS };
    size_t words = 0, left = bits_remaining(fetch(p, pc[2]));
    const Word *c = pc + 4;
    for (Word i = 0; i < pc[3]; i++, c += command_words(*c)) {
        if (*c == MATCH_INTEGER && c[3] >= (Word) SMALL_BITS && c[3] <= left) words += 2 + c[3] / WORD_BITS + 2;
        else if (*c == MATCH_BINARY || *c == MATCH_GET_TAIL) words += BINARY_WORDS;
    }
    return words;
}

// The next bits against a constant of at most 64 bits, which is all that the compiler joins into one. Nothing is built,
// since what lives is not told.
static bool match_constant(term context, Word bits, term constant)
{
    uint64_t value;
    uint8_t bytes[8];
    if (bits > 64 || !integer_to_uint64(constant, &value)) return false;
    if (bits) value <<= 64 - bits;
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t) (value >> (56 - 8 * i));
    return bits_match_string(context, bytes, bits);
}

static bool run_command(Process *p, term context, const Word *c)
{
    term value;
    switch (*c) {
    case MATCH_ENSURE_AT_LEAST: {
        size_t left = bits_remaining(context);
        return left >= c[1] && is_units(left - c[1], c[2]);
    }
    case MATCH_ENSURE_EXACTLY:
        return bits_remaining(context) == c[1];
    case MATCH_SKIP:
        return bits_skip(context, c[1]);
    case MATCH_EQUAL:
        return match_constant(context, c[1], c[2]);
    case MATCH_INTEGER:
        if (!bits_get_integer(p, context, c[3], (unsigned) c[2], &value)) return false;
        *operand_slot(c[4], vm.x, p->stop) = value;
        return true;
    case MATCH_BINARY:
        if (!bits_get_binary(p, context, c[3], &value)) return false;
        *operand_slot(c[4], vm.x, p->stop) = value;
        return true;
    default: // MATCH_GET_TAIL
        value = bits_get_tail(p, context);
        *operand_slot(c[2], vm.x, p->stop) = value;
        return value != NONE;
    }
}

const Word *cold_match(Process *p, const Word *pc)
{
    term context = fetch(p, pc[2]);
    size_t position = bits_position(context);
    const Word *c = pc + 4;
    for (Word i = 0; i < pc[3]; i++, c += command_words(*c)) {
        if (!run_command(p, context, c)) {
            bits_set_position(context, position);
            return NULL;
        }
    }
    return c;
}

// ---- bs_create_bin: fail words live destination count, then per segment: kind unit flags+number source size ----

enum { SEGMENT_WORDS = 5, SEGMENTS_AT = 6 };

static term segment_type(Word kind)
{
    static const enum atom_term names[] = { ATOM_binary, ATOM_binary, ATOM_integer, ATOM_float, ATOM_string, ATOM_utf8, ATOM_utf16, ATOM_utf32 };
    return names[kind];
}

static unsigned segment_flags(const Word *s) { return (unsigned) s[2] & ((1u << SEGMENT_NUMBER_SHIFT) - 1); }

// Raised with what erl_erts_errors:format_bs_fail/2 needs to explain it.
static bool raise_segment(Process *p, term reason, const Word *s, term what, term value)
{
    raise_error(p, reason);
    term cause = make_tuple(p, 4, (term[]) { make_small((sterm) (s[2] >> SEGMENT_NUMBER_SHIFT)), segment_type(s[0]), what, value });
    term pairs[] = { ATOM_cause, cause, ATOM_function, ATOM_format_bs_fail, ATOM_module, ATOM_erl_erts_errors };
    p->exception.info = map_from_pairs(p, pairs, 3);
    return false;
}

static bool bad_segment(Process *p, const Word *s, term what, term value)
{
    return raise_segment(p, ATOM_badarg, s, what, value);
}

static bool given_bits(Process *p, const Word *s, size_t *bits)
{
    term size = fetch(p, s[4]);
    if (cold_field_bits(size, s[1], bits)) return true;
    bool large = is_integer(size) && !is_negative(size);
    return raise_segment(p, large ? ATOM_system_limit : ATOM_badarg, s, ATOM_size, size);
}

// Bits of a bit string of which all is put in; false: raised.
static bool whole_bits(Process *p, const Word *s, size_t *bits)
{
    Bits whole;
    term value = fetch(p, s[3]);
    if (!bits_of(value, &whole)) return bad_segment(p, s, ATOM_type, value);
    *bits = whole.bit_size;
    return true;
}

// Whether all of a bit string is a number of units; false: raised.
static bool is_multiple(Process *p, const Word *s)
{
    size_t bits;
    return whole_bits(p, s, &bits) && (is_units(bits, s[1]) || bad_segment(p, s, ATOM_unit, fetch(p, s[3])));
}

// Bits of a segment; false: raised. As erl does, this looks at all sizes before put_segment looks at most values.
static bool segment_bits(Process *p, const Word *s, size_t *bits)
{
    switch (s[0]) {
    case SEGMENT_STRING: *bits = s[4] * 8; return true;
    case SEGMENT_UTF8:
        *bits = utf8_bits(fetch(p, s[3]));
        return *bits != 0 || archive_otp_release_number() < 26 || bad_segment(p, s, ATOM_type, fetch(p, s[3]));
    case SEGMENT_UTF16: *bits = utf16_bits(fetch(p, s[3])); return true;
    case SEGMENT_UTF32:
        *bits = 32;
        return utf8_bits(fetch(p, s[3])) != 0 || bad_segment(p, s, ATOM_type, fetch(p, s[3]));
    case SEGMENT_APPEND: *bits = 0; return true; // its own are there already
    case SEGMENT_BINARY:
        if (fetch(p, s[4]) == (term) ATOM_all) return whole_bits(p, s, bits);
    }
    return given_bits(p, s, bits);
}

static bool put_float_segment(Process *p, BitBuilder *b, const Word *s, size_t bits, term value)
{
    if (bits != 16 && bits != 32 && bits != 64) return bad_segment(p, s, ATOM_invalid, make_small((sterm) bits));
    if (!is_number(value)) return bad_segment(p, s, ATOM_type, value);
    return builder_put_float(b, value, bits, segment_flags(s)) || bad_segment(p, s, ATOM_no_float, value);
}

static bool put_segment(Process *p, BitBuilder *b, const Word *s, size_t bits)
{
    Bits whole;
    if (s[0] == SEGMENT_STRING) return builder_put_string(b, (const uint8_t *) s[3], bits);
    term value = fetch(p, s[3]);
    switch (s[0]) {
    case SEGMENT_INTEGER:
        if (!is_integer(value)) return bad_segment(p, s, ATOM_type, value);
        return builder_put_integer(b, value, bits, segment_flags(s));
    case SEGMENT_FLOAT: return put_float_segment(p, b, s, bits, value);
    case SEGMENT_UTF8: return builder_put_utf8(b, value) || bad_segment(p, s, ATOM_type, value);
    case SEGMENT_UTF16: return builder_put_utf16(b, value, segment_flags(s)) || bad_segment(p, s, ATOM_type, value);
    case SEGMENT_UTF32: return builder_put_utf32(b, value, segment_flags(s));
    default:
        if (!bits_of(value, &whole)) return bad_segment(p, s, ATOM_type, value);
        if (fetch(p, s[4]) == (term) ATOM_all && !is_multiple(p, s)) return false;
        if (bits > whole.bit_size) return bad_segment(p, s, ATOM_short, value);
        whole.bit_size = bits;
        return builder_put_bits(b, &whole);
    }
}

term cold_create_bin(Process *p, const Word *pc)
{
    Word count = pc[5];
    const Word *segments = pc + SEGMENTS_AT, *s = segments;
    size_t total = 0, bits;
    for (Word i = 0; i < count; i++, s += SEGMENT_WORDS) {
        if (!segment_bits(p, s, &bits)) return NONE;
        if (total + bits > BITS_MAX) return raise_system_limit(p);
        total += bits;
    }
    BitBuilder b;
    Word first = count && segments[0] == SEGMENT_APPEND ? 1 : 0;
    if (first && !is_multiple(p, segments)) return NONE;
    bool started = first ? builder_start_append(p, &b, fetch(p, segments[3]), total) : builder_start(p, &b, total);
    if (!started) return NONE;
    s = segments + first * SEGMENT_WORDS;
    for (Word i = first; i < count; i++, s += SEGMENT_WORDS) {
        segment_bits(p, s, &bits);
        if (!put_segment(p, &b, s, bits)) return p->exception.class == NONE ? raise_badarg(p) : NONE;
    }
    return builder_finish(p, &b);
}

// ---- construction by the instructions of OTP 24 and older ----

static BitBuilder builder;

// False: raised. A size that is none is badarg, one that is too large system_limit.
static bool size_bits(Process *p, term size, Word unit, size_t *bits)
{
    if (cold_field_bits(size, unit, bits)) return true;
    if (is_integer(size) && !is_negative(size)) raise_system_limit(p);
    else raise_badarg(p);
    return false;
}

// bs_init2: bytes; bs_init_bits: bits.
term cold_init_bin(Process *p, const Word *pc)
{
    size_t bits;
    Word unit = pc[0] == OP_bs_init2 ? 8 : 1;
    term size = operand_is_register(pc[2]) || is_small(pc[2]) ? fetch(p, pc[2]) : NONE;
    if (size == NONE) return raise_badarg(p);
    if (!size_bits(p, size, unit, &bits)) return NONE;
    return builder_start(p, &builder, bits) ? builder_finish(p, &builder) : NONE;
}

term cold_append_bin(Process *p, Word size, Word unit, Word binary)
{
    size_t bits; // of all that will be put; the unit is that of the binary so far
    Bits whole;
    if (!size_bits(p, fetch(p, size), 1, &bits)) return NONE;
    if (bits_of(fetch(p, binary), &whole) && !is_units(whole.bit_size, unit)) return raise_badarg(p);
    return builder_start_append(p, &builder, fetch(p, binary), bits) ? builder_finish(p, &builder) : NONE;
}

// The bit string may have been moved since it was started: its bytes are looked up again.
void cold_builder_owner(term bin)
{
    Bits b;
    if (!bits_of(bin, &b)) return;
    builder.owner = b.owner;
    builder.bytes = owner_bytes(b.owner);
}

term cold_bin_add(Process *p, term a, term b, Word unit)
{
    size_t first, second;
    if (!size_bits(p, a, 1, &first) || !size_bits(p, b, unit, &second)) return NONE;
    return make_integer(p, (int64_t) first + (int64_t) second);
}

bool cold_put_segment(Process *p, Word opcode, term size, Word unit, unsigned flags, term value)
{
    size_t bits = 0;
    Bits whole;
    bool all = size == (term) ATOM_all, ok = false;
    if (opcode <= OP_bs_put_float && !all && !size_bits(p, size, unit, &bits)) return false;
    switch (opcode) {
    case OP_bs_put_integer: ok = builder_put_integer(&builder, value, bits, flags); break;
    case OP_bs_put_float: ok = builder_put_float(&builder, value, bits, flags); break;
    case OP_bs_put_utf8: ok = builder_put_utf8(&builder, value); break;
    case OP_bs_put_utf16: ok = builder_put_utf16(&builder, value, flags); break;
    case OP_bs_put_utf32: ok = builder_put_utf32(&builder, value, flags); break;
    default:
        if (!bits_of(value, &whole)) break;
        if (all ? !is_units(whole.bit_size, unit) : bits > whole.bit_size) break;
        if (!all) whole.bit_size = bits;
        ok = builder_put_bits(&builder, &whole);
    }
    if (!ok) raise_badarg(p);
    return ok;
}

void cold_put_string(const uint8_t *bytes, size_t size) { builder_put_string(&builder, bytes, size * 8); }
