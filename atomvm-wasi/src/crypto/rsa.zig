//! RSA (RFC 8017): the two primitives, and the paddings around them. Powers are std.crypto.ff's, whose time tells nothing of
//! secret exponents and numbers.
const std = @import("std");
const hash = @import("hash.zig");

const max_bits = 8192;
const max_bytes = max_bits / 8;
const max_digest = 64;
const Modulus = std.crypto.ff.Modulus(max_bits);
const Fe = Modulus.Fe;

/// Bytes of a number, most significant first; the layout is that of RsaNumber.
const Number = extern struct {
    at: [*]const u8,
    size: usize,

    fn slice(self: Number) []const u8 {
        return std.mem.trimLeft(u8, self.at[0..self.size], "\x00");
    }

    fn modulus(self: Number) !Modulus {
        return Modulus.fromBytes(self.slice(), .big);
    }
};

/// The layout is that of RsaKey. A public key has n and e, a private one d as well; p and what is behind it may be empty.
const Key = extern struct { n: Number, e: Number, d: Number, p: Number, q: Number, dp: Number, dq: Number, qi: Number };

// ---- numbers ----

/// Writes to all of `out`, which the element fits into.
fn write(element: Fe, out: []u8) void {
    var bytes: [max_bytes]u8 = undefined;
    element.toBytes(&bytes, .big) catch unreachable;
    @memset(out, 0);
    const used = @min(out.len, bytes.len);
    @memcpy(out[out.len - used ..], bytes[bytes.len - used ..]);
}

/// The number that `element` is, as an element of another field that it fits into.
fn moved(element: Fe, field: Modulus) !Fe {
    var bytes: [max_bytes]u8 = undefined;
    write(element, &bytes);
    return Fe.fromBytes(field, &bytes, .big);
}

fn publicPower(field: Modulus, in: Fe, e: Number) !Fe {
    return field.powWithEncodedPublicExponent(in, e.slice(), .big);
}

/// in ^ exponent modulo a prime factor of n.
fn powerModuloFactor(factor: Modulus, in: Fe, exponent: Number) !Fe {
    const reduced = factor.reduce(in.v);
    if (reduced.isZero()) return reduced;
    return factor.powWithEncodedExponent(reduced, exponent.slice(), .big);
}

/// By the Chinese remainder theorem, RFC 8017, 5.1.2; a quarter of the work.
fn privatePowerByFactors(field: Modulus, in: Fe, key: *const Key) !Fe {
    const p = try key.p.modulus();
    const q = try key.q.modulus();
    const m1 = try powerModuloFactor(p, in, key.dp);
    const m2 = try powerModuloFactor(q, in, key.dq);
    const coefficient = try Fe.fromBytes(p, key.qi.slice(), .big);
    const h = p.mul(p.sub(m1, p.reduce(m2.v)), coefficient);
    const factor = try Fe.fromBytes(field, key.q.slice(), .big);
    return field.add(try moved(m2, field), field.mul(try moved(h, field), factor));
}

/// A result that the factors gave is taken only when the public exponent leads back: a wrong one would tell the factors.
fn privatePower(field: Modulus, in: Fe, key: *const Key) !Fe {
    if (in.isZero()) return in;
    if (key.p.size > 0) by_factors: {
        const out = privatePowerByFactors(field, in, key) catch break :by_factors;
        const back = publicPower(field, out, key.e) catch break :by_factors;
        if (back.eql(in)) return out;
    }
    return field.powWithEncodedExponent(in, key.d.slice(), .big);
}

fn apply(key: *const Key, secret: bool, in: []const u8, out: []u8) !void {
    const field = try key.n.modulus();
    const number = try Fe.fromBytes(field, std.mem.trimLeft(u8, in, "\x00"), .big);
    write(if (secret) try privatePower(field, number, key) else try publicPower(field, number, key.e), out);
}

/// Bits of n, or 0 when n is nothing that there are powers modulo of.
export fn zig_rsa_bits(key: *const Key) usize {
    return (key.n.modulus() catch return 0).bits();
}

/// out: as many bytes as n. False: the input is not below n, or the key is none.
export fn zig_rsa_power(key: *const Key, secret: bool, in: [*]const u8, in_size: usize, out: [*]u8, out_size: usize) bool {
    apply(key, secret, in[0..in_size], out[0..out_size]) catch return false;
    return true;
}

/// base ^ exponent modulo an odd number; out is as long as the modulus. False: base is not below it, or it is even.
export fn zig_power_modulo(modulus: *const Number, base: *const Number, exponent: *const Number, out: [*]u8) bool {
    const field = modulus.modulus() catch return false;
    const number = Fe.fromBytes(field, base.slice(), .big) catch return false;
    const power = field.powWithEncodedExponent(number, exponent.slice(), .big) catch field.one();
    write(power, out[0..modulus.size]);
    return true;
}

// ---- hashes ----

fn digestSize(kind: hash.Kind) usize {
    return switch (kind) {
        .shake128, .shake256 => unreachable,
        inline else => |tag| std.meta.TagPayload(hash.Hash, tag).digest_length,
    };
}

fn digest(kind: hash.Kind, parts: []const []const u8, out: []u8) void {
    var context: hash.Hash = undefined;
    hash.zig_hash_init(&context, kind);
    for (parts) |part| hash.zig_hash_update(&context, part.ptr, part.len);
    hash.zig_hash_final(&context, out.ptr, out.len);
}

/// XORs MGF1 of the seed, RFC 8017, B.2.1, over `out`.
fn mask(kind: hash.Kind, seed: []const u8, out: []u8) void {
    const size = digestSize(kind);
    var block: [max_digest]u8 = undefined;
    var at: usize = 0;
    while (at < out.len) : (at += size) {
        var counter: [4]u8 = undefined;
        std.mem.writeInt(u32, &counter, @intCast(at / size), .big);
        digest(kind, &.{ seed, &counter }, block[0..size]);
        for (out[at..@min(at + size, out.len)], 0..) |*byte, i| byte.* ^= block[i];
    }
}

// ---- PSS, RFC 8017, 9.1 ----

/// Whether a hash and salt of these sizes fit into `size` bytes.
fn pssFits(size: usize, digest_size: usize, salt_size: usize) bool {
    return size >= digest_size + 2 and salt_size <= size - digest_size - 2;
}

/// out: bytes for a number of `bits` bits. False: it is too small.
export fn zig_pss_encode(kind: hash.Kind, mgf: hash.Kind, hashed: [*]const u8, salt: [*]const u8, salt_size: usize, bits: usize, out: [*]u8) bool {
    const size = (bits + 7) / 8;
    const digest_size = digestSize(kind);
    if (!pssFits(size, digest_size, salt_size)) return false;
    const masked = out[0 .. size - digest_size - 1];
    const h = out[masked.len..][0..digest_size];
    digest(kind, &.{ &[_]u8{0} ** 8, hashed[0..digest_size], salt[0..salt_size] }, h);
    @memset(masked, 0);
    masked[masked.len - salt_size - 1] = 1;
    @memcpy(masked[masked.len - salt_size ..], salt[0..salt_size]);
    mask(mgf, h, masked);
    masked[0] &= @as(u8, 0xff) >> @intCast(8 * size - bits);
    out[size - 1] = 0xbc;
    return true;
}

/// salt_size < 0: any. The encoded message is lost.
export fn zig_pss_verify(kind: hash.Kind, mgf: hash.Kind, hashed: [*]const u8, salt_size: isize, bits: usize, encoded: [*]u8) bool {
    const size = (bits + 7) / 8;
    const digest_size = digestSize(kind);
    if (!pssFits(size, digest_size, 0) or encoded[size - 1] != 0xbc) return false;
    const masked = encoded[0 .. size - digest_size - 1];
    const h = encoded[masked.len..][0..digest_size];
    const above = ~(@as(u8, 0xff) >> @intCast(8 * size - bits));
    if (masked[0] & above != 0) return false;
    mask(mgf, h, masked);
    masked[0] &= ~above;
    const start = std.mem.indexOfNone(u8, masked, "\x00") orelse return false;
    const salt = masked[start + 1 ..];
    if (masked[start] != 1 or (salt_size >= 0 and salt.len != salt_size)) return false;
    var again: [max_digest]u8 = undefined;
    digest(kind, &.{ &[_]u8{0} ** 8, hashed[0..digest_size], salt }, again[0..digest_size]);
    return std.mem.eql(u8, again[0..digest_size], h);
}

// ---- OAEP, RFC 8017, 7.1 ----

/// `seed`: random, of the digest's size. False: the text is too long.
export fn zig_oaep_encode(kind: hash.Kind, mgf: hash.Kind, label: [*]const u8, label_size: usize, text: [*]const u8, text_size: usize, seed: [*]const u8, out: [*]u8, size: usize) bool {
    const digest_size = digestSize(kind);
    if (size < 2 * digest_size + 2 or text_size > size - 2 * digest_size - 2) return false;
    const masked_seed = out[1..][0..digest_size];
    const block = out[1 + digest_size .. size];
    out[0] = 0;
    digest(kind, &.{label[0..label_size]}, block[0..digest_size]);
    @memset(block[digest_size..], 0);
    block[block.len - text_size - 1] = 1;
    @memcpy(block[block.len - text_size ..], text[0..text_size]);
    @memcpy(masked_seed, seed[0..digest_size]);
    mask(mgf, masked_seed, block);
    mask(mgf, block, masked_seed);
    return true;
}

/// Where the text begins in `in`, which becomes plain, or 0 when it is none. The time of everything before the answer
/// depends on sizes alone.
export fn zig_oaep_decode(kind: hash.Kind, mgf: hash.Kind, label: [*]const u8, label_size: usize, in: [*]u8, size: usize) usize {
    const digest_size = digestSize(kind);
    if (size < 2 * digest_size + 2) return 0;
    const seed = in[1..][0..digest_size];
    const block = in[1 + digest_size .. size];
    mask(mgf, block, seed);
    mask(mgf, seed, block);
    var expected: [max_digest]u8 = undefined;
    digest(kind, &.{label[0..label_size]}, expected[0..digest_size]);
    var wrong: u8 = in[0];
    for (block[0..digest_size], expected[0..digest_size]) |a, b| wrong |= a ^ b;
    const mark = firstMark(block[digest_size..]);
    wrong |= mark.wrong;
    return if (wrong == 0) 1 + digest_size + digest_size + mark.at + 1 else 0;
}

/// Of zeros and then 1: where the 1 is. Looks at every byte whatever it finds.
fn firstMark(bytes: []const u8) struct { at: usize, wrong: u8 } {
    var at: usize = 0;
    var looking: usize = 1;
    var wrong: u8 = 0;
    for (bytes, 0..) |byte, i| {
        const zero = isZero(byte);
        const here = looking & (1 - zero);
        at |= (0 -% here) & i;
        wrong |= @as(u8, @truncate(0 -% here)) & (byte ^ 1);
        looking &= zero;
    }
    return .{ .at = at, .wrong = wrong | @as(u8, @truncate(0 -% looking)) };
}

fn isZero(byte: u8) usize {
    return ((@as(usize, byte) -% 1) >> 8) & 1;
}

// ---- PKCS #1 v1.5, RFC 8017, 7.2 and 9.2 ----

const least_padding = 8;

/// 0, 1, bytes FF, 0, text. False: the text is too long.
export fn zig_pkcs1_encode_1(text: [*]const u8, text_size: usize, out: [*]u8, size: usize) bool {
    if (size < 3 + least_padding or text_size > size - 3 - least_padding) return false;
    out[0] = 0;
    out[1] = 1;
    const start = size - text_size;
    @memset(out[2 .. start - 1], 0xff);
    out[start - 1] = 0;
    @memcpy(out[start..size], text[0..text_size]);
    return true;
}

/// Where the text begins, or 0. Nothing of this is secret.
export fn zig_pkcs1_decode_1(in: [*]const u8, size: usize) usize {
    if (size < 3 + least_padding or in[0] != 0 or in[1] != 1) return 0;
    const end = std.mem.indexOfNonePos(u8, in[0..size], 2, "\xff") orelse return 0;
    return if (in[end] == 0 and end >= 2 + least_padding) end + 1 else 0;
}

/// 0, 2, padding, 0, text. The padding is what `out` has there: random bytes, none of them 0. False: the text is too long.
export fn zig_pkcs1_encode_2(text: [*]const u8, text_size: usize, out: [*]u8, size: usize) bool {
    if (size < 3 + least_padding or text_size > size - 3 - least_padding) return false;
    const start = size - text_size;
    out[0] = 0;
    out[1] = 2;
    out[start - 1] = 0;
    @memcpy(out[start..size], text[0..text_size]);
    return true;
}

/// Where the text begins, or 0 when there is none. Looks at every byte whatever it finds.
export fn zig_pkcs1_decode_2(in: [*]const u8, size: usize) usize {
    if (size < 3 + least_padding) return 0;
    var end: usize = 0;
    var looking: usize = 1;
    for (in[2..size], 2..) |byte, i| {
        const here = looking & isZero(byte);
        end |= (0 -% here) & i;
        looking &= 1 - here;
    }
    const wrong = in[0] | (in[1] ^ 2) | @as(u8, @truncate(looking));
    return if (wrong == 0 and end >= 2 + least_padding) end + 1 else 0;
}
