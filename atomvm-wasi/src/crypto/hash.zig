//! Hashes: one union of their contexts, so that a context is copied as plain bytes.
const std = @import("std");
const hash = std.crypto.hash;

/// Tags and their order are those of enum hash_kind.
pub const Hash = union(enum(u8)) {
    md5: hash.Md5,
    sha: hash.Sha1,
    sha224: hash.sha2.Sha224,
    sha256: hash.sha2.Sha256,
    sha384: hash.sha2.Sha384,
    sha512: hash.sha2.Sha512,
    sha512_224: hash.sha2.Sha512_224,
    sha512_256: hash.sha2.Sha512_256,
    sha3_224: hash.sha3.Sha3_224,
    sha3_256: hash.sha3.Sha3_256,
    sha3_384: hash.sha3.Sha3_384,
    sha3_512: hash.sha3.Sha3_512,
    blake2b: hash.blake2.Blake2b512,
    blake2s: hash.blake2.Blake2s256,
    shake128: hash.sha3.Shake128,
    shake256: hash.sha3.Shake256,
};

pub const Kind = std.meta.Tag(Hash);

export fn zig_hash_context_size() usize {
    return @sizeOf(Hash);
}

pub export fn zig_hash_init(context: *Hash, kind: Kind) void {
    switch (kind) {
        inline else => |tag| {
            const Type = std.meta.TagPayload(Hash, tag);
            context.* = @unionInit(Hash, @tagName(tag), Type.init(.{}));
        },
    }
}

pub export fn zig_hash_update(context: *Hash, bytes: [*]const u8, size: usize) void {
    switch (context.*) {
        inline else => |*state| state.update(bytes[0..size]),
    }
}

/// `size` is the digest's, but for shake128 and shake256, which give any.
pub export fn zig_hash_final(context: *Hash, digest: [*]u8, size: usize) void {
    switch (context.*) {
        inline .shake128, .shake256 => |*state| state.squeeze(digest[0..size]),
        inline else => |*state| state.final(digest[0..@TypeOf(state.*).digest_length]),
    }
}
