//! AES-GCM, AES-CCM and ChaCha20-Poly1305.
//!
//! std.crypto has GCM for the usual nonce of 12 bytes; for nonces of other sizes its GHASH and CTR are put together here as
//! SP 800-38D, 7.1 says. It has no CCM: that follows SP 800-38C, with the formatting of its appendix A.
const std = @import("std");
const crypto = std.crypto;
const aes = crypto.core.aes;
const Aes192 = @import("aes192.zig").Aes192;
const Ghash = crypto.onetimeauth.Ghash;

const Tag = [16]u8;
const usual_nonce = 12;

/// The order is that of enum aead_kind.
const Kind = enum(u8) { aes128_gcm, aes192_gcm, aes256_gcm, aes128_ccm, aes192_ccm, aes256_ccm, chacha20_poly1305 };

/// What a call is about; the layout is that of AeadInput.
const Input = extern struct {
    key: [*]const u8,
    nonce: [*]const u8,
    aad: [*]const u8,
    text: [*]const u8,
    nonce_size: usize,
    aad_size: usize,
    text_size: usize,
    tag_size: usize,
};

/// `out` is apart from the input, or the text itself.
fn seal(kind: Kind, input: *const Input, text: [*]const u8, out: []u8, tag: *Tag) void {
    switch (kind) {
        .aes128_gcm => sealGcm(aes.Aes128, crypto.aead.aes_gcm.Aes128Gcm, input, text, out, tag),
        .aes192_gcm => sealGcm(Aes192, null, input, text, out, tag),
        .aes256_gcm => sealGcm(aes.Aes256, crypto.aead.aes_gcm.Aes256Gcm, input, text, out, tag),
        .chacha20_poly1305 => sealUsual(crypto.aead.chacha_poly.ChaCha20Poly1305, input, text, out, tag),
        else => unreachable,
    }
}

fn sealUsual(comptime Aead: type, input: *const Input, text: [*]const u8, out: []u8, tag: *Tag) void {
    const aad = input.aad[0..input.aad_size];
    Aead.encrypt(out, tag, text[0..out.len], aad, input.nonce[0..usual_nonce].*, input.key[0..Aead.key_length].*);
}

fn sealGcm(comptime Aes: type, comptime Usual: ?type, input: *const Input, text: [*]const u8, out: []u8, tag: *Tag) void {
    if (Usual) |Aead| if (input.nonce_size == usual_nonce) return sealUsual(Aead, input, text, out, tag);
    const nonce = input.nonce[0..input.nonce_size];
    const cipher = Aes.initEnc(input.key[0 .. Aes.key_bits / 8].*);
    var hash_key = [_]u8{0} ** 16;
    cipher.encrypt(&hash_key, &hash_key);
    var first: Tag = undefined;
    if (nonce.len == usual_nonce) first = nonce[0..usual_nonce].* ++ .{ 0, 0, 0, 1 } else ghash(&first, &hash_key, "", nonce);
    countWithin32Bits(cipher, &first, text, out);
    ghash(tag, &hash_key, input.aad[0..input.aad_size], out);
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

/// CBC-MAC of parts that are each filled up with zeros.
fn CbcMac(comptime Cipher: type) type {
    return struct {
        cipher: Cipher,
        state: Tag = [_]u8{0} ** 16,
        used: usize = 0,

        fn add(self: *@This(), bytes: []const u8) void {
            for (bytes) |byte| {
                self.state[self.used] ^= byte;
                self.used += 1;
                if (self.used == 16) self.pad();
            }
        }

        fn pad(self: *@This()) void {
            if (self.used > 0) self.cipher.encrypt(&self.state, &self.state);
            self.used = 0;
        }
    };
}

/// The blocks of appendix A.2.1 and A.2.2: B0, and the size of the additional data.
fn ccmHead(input: *const Input, mac: anytype) void {
    const width = 15 - input.nonce_size;
    var block = ccmBlock(input, @intCast((@as(usize, @intFromBool(input.aad_size > 0)) << 6) | ((input.tag_size - 2) / 2) << 3 | (width - 1)));
    var size: [8]u8 = undefined;
    std.mem.writeInt(u64, &size, input.text_size, .big);
    for (block[15 - @min(width, 8) + 1 ..], size[8 - @min(width, 8) ..]) |*a, b| a.* = b;
    mac.add(&block);
    if (input.aad_size == 0) return;
    std.mem.writeInt(u64, &size, input.aad_size, .big);
    if (input.aad_size < 0xFF00) mac.add(size[6..]) else {
        mac.add(&.{ 0xFF, 0xFE });
        mac.add(size[4..]);
    }
}

/// Flags, the nonce, zeros.
fn ccmBlock(input: *const Input, flags: u8) Tag {
    var block = [_]u8{0} ** 16;
    block[0] = flags;
    @memcpy(block[1..][0..input.nonce_size], input.nonce[0..input.nonce_size]);
    return block;
}

/// `out` is apart from the input. The tag is that of the plain text, whichever of the two that is.
fn ccm(comptime Aes: type, input: *const Input, out: []u8, encrypt: bool, tag: *Tag) void {
    const cipher = Aes.initEnc(input.key[0 .. Aes.key_bits / 8].*);
    const text = input.text[0..input.text_size];
    const first = ccmBlock(input, @intCast(14 - input.nonce_size));
    var second = first;
    second[15] = 1;
    crypto.core.modes.ctr(@TypeOf(cipher), cipher, out, text, second, .big);
    var mac = CbcMac(@TypeOf(cipher)){ .cipher = cipher };
    ccmHead(input, &mac);
    mac.add(input.aad[0..input.aad_size]);
    mac.pad();
    mac.add(if (encrypt) text else out);
    mac.pad();
    cipher.encrypt(tag, &first);
    for (tag, mac.state) |*a, b| a.* ^= b;
}

/// False: the cipher is another one.
fn applyCcm(kind: Kind, input: *const Input, out: []u8, encrypt: bool, tag: *Tag) bool {
    switch (kind) {
        .aes128_ccm => ccm(aes.Aes128, input, out, encrypt, tag),
        .aes192_ccm => ccm(Aes192, input, out, encrypt, tag),
        .aes256_ccm => ccm(aes.Aes256, input, out, encrypt, tag),
        else => return false,
    }
    return true;
}

export fn zig_aead_seal(kind: Kind, input: *const Input, out: [*]u8, tag: *Tag) void {
    const text = out[0..input.text_size];
    if (!applyCcm(kind, input, text, true, tag)) seal(kind, input, input.text, text, tag);
}

/// All but CCM are XOR with a key stream and a tag of the cipher text, so sealing the cipher text gives the plain text, and
/// sealing that the tag, which may have been shortened. Nothing of the plain text is left in `out` when the tag is wrong.
export fn zig_aead_open(kind: Kind, input: *const Input, out: [*]u8, given: [*]const u8) bool {
    const plain = out[0..input.text_size];
    var tag: Tag = undefined;
    const is_ccm = applyCcm(kind, input, plain, false, &tag);
    if (!is_ccm) {
        seal(kind, input, input.text, plain, &tag);
        seal(kind, input, out, plain, &tag);
    }
    const authentic = equal(tag[0..input.tag_size], given[0..input.tag_size]);
    if (!authentic) @memset(plain, 0) else if (!is_ccm) seal(kind, input, input.text, plain, &tag);
    return authentic;
}
