//! AES-GCM and ChaCha20-Poly1305.
//!
//! std.crypto has GCM for the usual nonce of 12 bytes; for nonces of other sizes its GHASH and CTR are put together here as
//! SP 800-38D, 7.1 says.
const std = @import("std");
const crypto = std.crypto;
const aes = crypto.core.aes;
const Ghash = crypto.onetimeauth.Ghash;

const Tag = [16]u8;
const usual_nonce = 12;

/// The order is that of enum aead_kind.
const Kind = enum(u8) { aes128_gcm, aes256_gcm, chacha20_poly1305 };

/// What a call is about; the layout is that of AeadInput.
const Input = extern struct {
    key: [*]const u8,
    nonce: [*]const u8,
    aad: [*]const u8,
    text: [*]const u8,
    nonce_size: usize,
    aad_size: usize,
    text_size: usize,
};

/// `out` is apart from the input, or the text itself.
fn seal(kind: Kind, input: *const Input, text: [*]const u8, out: []u8, tag: *Tag) void {
    const aad = input.aad[0..input.aad_size];
    const nonce = input.nonce[0..input.nonce_size];
    switch (kind) {
        inline else => |known| {
            const Aead = switch (known) {
                .aes128_gcm => crypto.aead.aes_gcm.Aes128Gcm,
                .aes256_gcm => crypto.aead.aes_gcm.Aes256Gcm,
                .chacha20_poly1305 => crypto.aead.chacha_poly.ChaCha20Poly1305,
            };
            const key = input.key[0..Aead.key_length].*;
            if (nonce.len == usual_nonce) {
                Aead.encrypt(out, tag, text[0..out.len], aad, nonce[0..usual_nonce].*, key);
            } else if (known != .chacha20_poly1305) {
                sealUnusual(if (known == .aes128_gcm) aes.Aes128 else aes.Aes256, key, nonce, aad, text, out, tag);
            } else unreachable;
        },
    }
}

fn sealUnusual(comptime Aes: type, key: [Aes.key_bits / 8]u8, nonce: []const u8, aad: []const u8, text: [*]const u8, out: []u8, tag: *Tag) void {
    const cipher = Aes.initEnc(key);
    var hash_key = [_]u8{0} ** 16;
    cipher.encrypt(&hash_key, &hash_key);
    var first: Tag = undefined;
    ghash(&first, &hash_key, "", nonce);
    countWithin32Bits(cipher, &first, text, out);
    ghash(tag, &hash_key, aad, out);
    var mask: Tag = undefined;
    cipher.encrypt(&mask, &first);
    for (tag, mask) |*a, b| a.* ^= b;
}

fn ghash(out: *Tag, key: *const Tag, aad: []const u8, text: []const u8) void {
    var state = Ghash.init(key);
    state.update(aad);
    state.pad();
    state.update(text);
    state.pad();
    var lengths: Tag = undefined;
    std.mem.writeInt(u64, lengths[0..8], @as(u64, aad.len) * 8, .big);
    std.mem.writeInt(u64, lengths[8..16], @as(u64, text.len) * 8, .big);
    state.update(&lengths);
    state.final(out);
}

/// CTR mode after the counter block `first`, of which only the last 32 bits count: they may wrap, once.
fn countWithin32Bits(cipher: anytype, first: *const Tag, text: [*]const u8, out: []u8) void {
    var counter = first.*;
    const start = std.mem.readInt(u32, counter[12..16], .big) +% 1;
    const before_wrap = @min((@as(u64, 1 << 32) - start) * 16, out.len);
    const split: usize = @intCast(before_wrap);
    std.mem.writeInt(u32, counter[12..16], start, .big);
    crypto.core.modes.ctr(@TypeOf(cipher), cipher, out[0..split], text[0..split], counter, .big);
    std.mem.writeInt(u32, counter[12..16], 0, .big);
    crypto.core.modes.ctr(@TypeOf(cipher), cipher, out[split..], text[split..out.len], counter, .big);
}

fn equal(a: []const u8, b: []const u8) bool {
    var difference: u8 = 0;
    for (a, b) |x, y| difference |= x ^ y;
    return difference == 0;
}

export fn zig_aead_seal(kind: Kind, input: *const Input, out: [*]u8, tag: *Tag) void {
    seal(kind, input, input.text, out[0..input.text_size], tag);
}

/// Both ciphers are XOR with a key stream, so sealing the cipher text gives the plain text, and sealing that the tag, which
/// may have been shortened for `given`. Nothing of the plain text is left in `out` when the tag is wrong.
export fn zig_aead_open(kind: Kind, input: *const Input, out: [*]u8, given: [*]const u8, given_size: usize) bool {
    const plain = out[0..input.text_size];
    var tag: Tag = undefined;
    seal(kind, input, input.text, plain, &tag);
    seal(kind, input, out, plain, &tag);
    const authentic = equal(tag[0..given_size], given[0..given_size]);
    if (authentic) seal(kind, input, input.text, plain, &tag) else @memset(plain, 0);
    return authentic;
}
