//! AES in ECB, CBC, CTR, CFB and OFB mode, and ChaCha20: unauthenticated, in pieces.
//!
//! std.crypto has the block cipher and the stream; the chaining of SP 800-38A is here.
const std = @import("std");
const aes = std.crypto.core.aes;
const aes192 = @import("aes192.zig");
const ChaCha20 = std.crypto.stream.chacha.ChaCha20With64BitNonce;

const Block = [16]u8;
const chacha_block = 64;

/// The order is that of enum cipher_mode.
const Mode = enum(u8) { ecb, cbc, ctr, cfb8, cfb128, ofb, chacha20 };

const Key = union(enum) {
    encrypt128: aes.AesEncryptCtx(aes.Aes128),
    encrypt192: aes192.Encryption,
    encrypt256: aes.AesEncryptCtx(aes.Aes256),
    decrypt128: aes.AesDecryptCtx(aes.Aes128),
    decrypt192: aes192.Decryption,
    decrypt256: aes.AesDecryptCtx(aes.Aes256),
    chacha20: [32]u8,

    fn init(mode: Mode, bytes: []const u8, encrypt: bool) Key {
        const backwards = !encrypt and (mode == .ecb or mode == .cbc); // the other modes encrypt either way
        if (mode == .chacha20) return .{ .chacha20 = bytes[0..32].* };
        if (bytes.len == 16) {
            const key = bytes[0..16].*;
            return if (backwards) .{ .decrypt128 = aes.Aes128.initDec(key) } else .{ .encrypt128 = aes.Aes128.initEnc(key) };
        }
        if (bytes.len == 24) {
            const key = bytes[0..24].*;
            return if (backwards) .{ .decrypt192 = aes192.Aes192.initDec(key) } else .{ .encrypt192 = aes192.Aes192.initEnc(key) };
        }
        const key = bytes[0..32].*;
        return if (backwards) .{ .decrypt256 = aes.Aes256.initDec(key) } else .{ .encrypt256 = aes.Aes256.initEnc(key) };
    }

    /// One block, in the direction the key was made for.
    fn apply(self: *const Key, out: *Block, in: *const Block) void {
        switch (self.*) {
            .encrypt128 => |*key| key.encrypt(out, in),
            .encrypt192 => |*key| key.encrypt(out, in),
            .encrypt256 => |*key| key.encrypt(out, in),
            .decrypt128 => |*key| key.decrypt(out, in),
            .decrypt192 => |*key| key.decrypt(out, in),
            .decrypt256 => |*key| key.decrypt(out, in),
            .chacha20 => unreachable,
        }
    }
};

const Cipher = struct {
    key: Key,
    mode: Mode,
    encrypt: bool,
    /// CBC: the block before in cipher text. CTR, ChaCha20: the next counter. CFB: the shift register. OFB: the last output.
    iv: Block,
    /// CTR, CFB-128, OFB, ChaCha20: the key stream, used up to `used`.
    stream: [chacha_block]u8 = undefined,
    used: usize,

    fn block(self: *Cipher, out: *Block, in: *const Block) void {
        var text = in.*;
        switch (self.mode) {
            .ecb => self.key.apply(out, &text),
            .cbc => if (self.encrypt) {
                xor(&text, &self.iv);
                self.key.apply(&self.iv, &text);
                out.* = self.iv;
            } else {
                self.key.apply(out, &text);
                xor(out, &self.iv);
                self.iv = text;
            },
            else => unreachable,
        }
    }

    fn cfb8(self: *Cipher, in: u8) u8 {
        var stream: Block = undefined;
        self.key.apply(&stream, &self.iv);
        const out = in ^ stream[0];
        std.mem.copyForwards(u8, self.iv[0..15], self.iv[1..16]);
        self.iv[15] = if (self.encrypt) out else in;
        return out;
    }

    fn streamed(self: *Cipher, in: u8) u8 {
        const size: usize = if (self.mode == .chacha20) chacha_block else 16;
        if (self.used == size) self.refill();
        const out = in ^ self.stream[self.used];
        if (self.mode == .cfb128) self.iv[self.used] = if (self.encrypt) out else in;
        self.used += 1;
        return out;
    }

    fn refill(self: *Cipher) void {
        self.used = 0;
        if (self.mode == .chacha20) {
            const counter = std.mem.readInt(u64, self.iv[0..8], .little);
            const zeros = [_]u8{0} ** chacha_block;
            ChaCha20.xor(&self.stream, &zeros, counter, self.key.chacha20, self.iv[8..16].*);
            std.mem.writeInt(u64, self.iv[0..8], counter +% 1, .little);
            return;
        }
        self.key.apply(self.stream[0..16], &self.iv);
        switch (self.mode) {
            .ctr => std.mem.writeInt(u128, &self.iv, std.mem.readInt(u128, &self.iv, .big) +% 1, .big),
            .ofb => self.iv = self.stream[0..16].*,
            else => {},
        }
    }
};

fn xor(to: *Block, with: *const Block) void {
    for (to, with) |*a, b| a.* ^= b;
}

export fn zig_cipher_context_size() usize {
    return @sizeOf(Cipher);
}

/// key: 16, 24 or 32 bytes, ChaCha20: 32; iv: 16 bytes, not read for ECB.
export fn zig_cipher_init(context: *Cipher, mode: Mode, key: [*]const u8, key_size: usize, iv: *const Block, encrypt: bool) void {
    context.* = .{
        .key = Key.init(mode, key[0..key_size], encrypt),
        .mode = mode,
        .encrypt = encrypt,
        .iv = if (mode == .ecb) [_]u8{0} ** 16 else iv.*,
        .used = if (mode == .chacha20) chacha_block else 16,
    };
}

/// out: size bytes, may be `in`. ECB, CBC: whole blocks.
export fn zig_cipher_update(context: *Cipher, in: [*]const u8, size: usize, out: [*]u8) void {
    var i: usize = 0;
    switch (context.mode) {
        .ecb, .cbc => while (i < size) : (i += 16) context.block(out[i..][0..16], in[i..][0..16]),
        .cfb8 => while (i < size) : (i += 1) {
            out[i] = context.cfb8(in[i]);
        },
        else => while (i < size) : (i += 1) {
            out[i] = context.streamed(in[i]);
        },
    }
}
