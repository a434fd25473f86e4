//! HMAC, CMAC, Poly1305, and PBKDF2 over HMAC.
const std = @import("std");
const crypto = std.crypto;
const hash = @import("hash.zig");
const Hmac = crypto.auth.hmac.Hmac;
const Cmac = crypto.auth.cmac.Cmac;
const Aes128 = crypto.core.aes.Aes128;
const Aes192 = @import("aes192.zig").Aes192;
const Aes256 = crypto.core.aes.Aes256;
const Poly1305 = crypto.onetimeauth.Poly1305;

fn HmacOf(comptime kind: hash.Kind) type {
    return Hmac(std.meta.TagPayload(hash.Hash, kind));
}

/// Tags and their order are those of enum mac_kind: first the hashes, each meaning its HMAC.
const Mac = union(enum(u8)) {
    md5: HmacOf(.md5),
    sha: HmacOf(.sha),
    sha224: HmacOf(.sha224),
    sha256: HmacOf(.sha256),
    sha384: HmacOf(.sha384),
    sha512: HmacOf(.sha512),
    sha512_224: HmacOf(.sha512_224),
    sha512_256: HmacOf(.sha512_256),
    sha3_224: HmacOf(.sha3_224),
    sha3_256: HmacOf(.sha3_256),
    sha3_384: HmacOf(.sha3_384),
    sha3_512: HmacOf(.sha3_512),
    blake2b: HmacOf(.blake2b),
    blake2s: HmacOf(.blake2s),
    cmac_aes128: Cmac(Aes128),
    cmac_aes192: Cmac(Aes192),
    cmac_aes256: Cmac(Aes256),
    poly1305: Poly1305,
};

const Kind = std.meta.Tag(Mac);

export fn zig_mac_context_size() usize {
    return @sizeOf(Mac);
}

/// The key of a CMAC or of Poly1305 has exactly its size.
export fn zig_mac_init(context: *Mac, kind: Kind, key: [*]const u8, key_size: usize) void {
    switch (kind) {
        inline .cmac_aes128, .cmac_aes192, .cmac_aes256, .poly1305 => |tag| {
            const Type = std.meta.TagPayload(Mac, tag);
            context.* = @unionInit(Mac, @tagName(tag), Type.init(key[0..Type.key_length]));
        },
        inline else => |tag| {
            const Type = std.meta.TagPayload(Mac, tag);
            context.* = @unionInit(Mac, @tagName(tag), Type.init(key[0..key_size]));
        },
    }
}

export fn zig_mac_update(context: *Mac, bytes: [*]const u8, size: usize) void {
    switch (context.*) {
        inline else => |*state| state.update(bytes[0..size]),
    }
}

export fn zig_mac_final(context: *Mac, mac: [*]u8) void {
    switch (context.*) {
        inline else => |*state| state.final(mac[0..@TypeOf(state.*).mac_length]),
    }
}

/// HMAC as PBKDF2 needs it, for thousands of messages under one key: both pads of the key are hashed once.
fn KeyedHmac(comptime Digest: type) type {
    return struct {
        const Self = @This();
        pub const mac_length = Digest.digest_length;

        /// Of the key that init was called with last; PBKDF2 has one.
        var keyed: Self = undefined;

        inner: Digest,
        outer: Digest,

        pub fn init(key: []const u8) Self {
            const plain = Hmac(Digest).init(key);
            keyed = .{ .inner = plain.hash, .outer = Digest.init(.{}) };
            keyed.outer.update(&plain.o_key_pad);
            return keyed;
        }

        pub fn update(self: *Self, message: []const u8) void {
            self.inner.update(message);
        }

        pub fn final(self: *Self, out: *[mac_length]u8) void {
            var digest: [mac_length]u8 = undefined;
            self.inner.final(&digest);
            self.outer.update(&digest);
            self.outer.final(out);
        }

        pub fn create(out: *[mac_length]u8, message: []const u8, _: []const u8) void {
            var state = keyed;
            state.update(message);
            state.final(out);
        }
    };
}

/// `kind` is one of SHA-1 and SHA-2, `rounds` is not 0.
export fn zig_pbkdf2_hmac(kind: hash.Kind, password: [*]const u8, password_size: usize, salt: [*]const u8, salt_size: usize, rounds: u32, key: [*]u8, key_size: usize) void {
    switch (kind) {
        inline .sha, .sha224, .sha256, .sha384, .sha512 => |tag| {
            const Prf = KeyedHmac(std.meta.TagPayload(hash.Hash, tag));
            crypto.pwhash.pbkdf2(key[0..key_size], password[0..password_size], salt[0..salt_size], rounds, Prf) catch unreachable;
            std.crypto.utils.secureZero(u8, std.mem.asBytes(&Prf.keyed));
        },
        else => unreachable,
    }
}
