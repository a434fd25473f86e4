//! Elliptic curves: key pairs, Diffie-Hellman and signatures.
const std = @import("std");
const crypto = std.crypto;
const Ed25519 = crypto.sign.Ed25519;
const X25519 = crypto.dh.X25519;
const p521 = @import("p521.zig");

/// The order is that of enum curve_kind.
const Kind = enum(u8) { secp256r1, secp384r1, secp256k1, secp521r1 };

fn Curve(comptime kind: Kind) type {
    return switch (kind) {
        .secp256r1 => crypto.ecc.P256,
        .secp384r1 => crypto.ecc.P384,
        .secp256k1 => crypto.ecc.Secp256k1,
        .secp521r1 => p521.Point,
    };
}

/// The layout is that of CurveParameters.
const Parameters = extern struct { prime: [66]u8, a: [66]u8, b: [66]u8, order: [66]u8, base: [133]u8 };

/// Numbers have the curve's size, base: 0x04, x, y.
export fn zig_curve_parameters(kind: Kind, out: *Parameters) void {
    switch (kind) {
        inline else => |known| {
            const Point = Curve(known);
            const size = Point.scalar.encoded_length;
            const Number = std.meta.Int(.unsigned, 8 * size);
            const prime = Point.Fe.field_order;
            std.mem.writeInt(Number, out.prime[0..size], prime, .big);
            std.mem.writeInt(Number, out.a[0..size], if (known == .secp256k1) 0 else prime - 3, .big);
            out.b[0..size].* = Point.B.toBytes(.big);
            std.mem.writeInt(Number, out.order[0..size], Point.scalar.field_order, .big);
            out.base[0 .. 1 + 2 * size].* = Point.basePoint.toUncompressedSec1();
        },
    }
}

/// ECDSA of a digest: signers and verifiers take this for their hash. With `digest` it gives that back whatever it has seen;
/// without, as in the making of nonces, it is the real hash.
fn Digested(comptime Real: type) type {
    return struct {
        const Self = @This();
        pub const digest_length = Real.digest_length;
        pub const block_length = Real.block_length;
        pub const Options = struct {};

        real: Real,
        digest: ?[digest_length]u8 = null,

        pub fn init(_: Options) Self {
            return .{ .real = Real.init(.{}) };
        }

        pub fn hash(bytes: []const u8, out: *[digest_length]u8, _: Options) void {
            Real.hash(bytes, out, .{});
        }

        pub fn update(self: *Self, bytes: []const u8) void {
            self.real.update(bytes);
        }

        pub fn final(self: *Self, out: *[digest_length]u8) void {
            if (self.digest) |digest| out.* = digest else self.real.final(out);
        }
    };
}

fn Hash(comptime kind: Kind) type {
    return Digested(if (kind == .secp384r1) crypto.hash.sha2.Sha384 else crypto.hash.sha2.Sha256);
}

fn Scheme(comptime kind: Kind) type {
    return crypto.sign.ecdsa.Ecdsa(Curve(kind), Hash(kind));
}

/// public: 0x04, x, y. False: the secret is 0 modulo the order.
export fn zig_curve_public_key(kind: Kind, secret: [*]const u8, public: [*]u8) bool {
    switch (kind) {
        inline else => |known| {
            const Point = Curve(known);
            const size = Point.scalar.encoded_length;
            const point = Point.basePoint.mul(secret[0..size].*, .big) catch return false;
            public[0 .. 1 + 2 * size].* = point.toUncompressedSec1();
            return true;
        },
    }
}

/// Whether it is from 1 to the order - 1.
export fn zig_curve_is_secret(kind: Kind, secret: [*]const u8) bool {
    switch (kind) {
        inline else => |known| {
            const scalar = Curve(known).scalar.Scalar.fromBytes(secret[0..Curve(known).scalar.encoded_length].*, .big) catch return false;
            return !scalar.isZero();
        },
    }
}

export fn zig_curve_is_point(kind: Kind, point: [*]const u8, size: usize) bool {
    switch (kind) {
        inline else => |known| {
            const on_curve = Curve(known).fromSec1(point[0..size]) catch return false;
            on_curve.rejectIdentity() catch return false;
            return true;
        },
    }
}

/// x of peer * secret. False: the peer is no point of the curve, or the product is none with coordinates.
export fn zig_curve_shared(kind: Kind, secret: [*]const u8, peer: [*]const u8, peer_size: usize, shared: [*]u8) bool {
    switch (kind) {
        inline else => |known| {
            const Point = Curve(known);
            const size = Point.scalar.encoded_length;
            const point = Point.fromSec1(peer[0..peer_size]) catch return false;
            const product = point.mul(secret[0..size].*, .big) catch return false;
            shared[0..size].* = product.affineCoordinates().x.toBytes(.big);
            return true;
        },
    }
}

/// secret, digest and noise (random bytes) have the curve's size; signature: r, s. False: the secret is 0 or not below the
/// order, or a chance of one in 2^256.
export fn zig_ecdsa_sign(kind: Kind, secret: [*]const u8, digest: [*]const u8, noise: [*]const u8, signature: [*]u8) bool {
    switch (kind) {
        .secp521r1 => {
            const made = p521.sign(secret[0..p521.size].*, digest[0..p521.size].*, noise[0..p521.size].*) catch return false;
            signature[0..made.len].* = made;
            return true;
        },
        inline else => |known| {
            const Ecdsa = Scheme(known);
            const size = Curve(known).scalar.encoded_length;
            const key = Ecdsa.SecretKey.fromBytes(secret[0..size].*) catch return false;
            const scalar = Curve(known).scalar.Scalar.fromBytes(key.bytes, .big) catch return false;
            if (scalar.isZero()) return false;
            var hash = Hash(known).init(.{});
            hash.digest = digest[0..size].*;
            var signer = Ecdsa.Signer{ .h = hash, .secret_key = key, .noise = noise[0..size].* };
            const made = signer.finalize() catch return false;
            signature[0 .. 2 * size].* = made.toBytes();
            return true;
        },
    }
}

export fn zig_ecdsa_verify(kind: Kind, public: [*]const u8, public_size: usize, digest: [*]const u8, signature: [*]const u8) bool {
    switch (kind) {
        .secp521r1 => {
            const point = p521.Point.fromSec1(public[0..public_size]) catch return false;
            p521.verify(point, digest[0..p521.size].*, signature[0 .. 2 * p521.size].*) catch return false;
            return true;
        },
        inline else => |known| {
            const Ecdsa = Scheme(known);
            const size = Curve(known).scalar.encoded_length;
            const key = Ecdsa.PublicKey.fromSec1(public[0..public_size]) catch return false;
            const given = Ecdsa.Signature.fromBytes(signature[0 .. 2 * size].*);
            var verifier = given.verifier(key) catch return false;
            verifier.h.digest = digest[0..size].*;
            verifier.verify() catch return false;
            return true;
        },
    }
}

export fn zig_x25519_public_key(secret: *const [32]u8, public: *[32]u8) bool {
    public.* = X25519.recoverPublicKey(secret.*) catch return false;
    return true;
}

/// False: the peer's point has a small order.
export fn zig_x25519_shared(secret: *const [32]u8, peer: *const [32]u8, shared: *[32]u8) bool {
    shared.* = X25519.scalarmult(secret.*, peer.*) catch return false;
    return true;
}

export fn zig_ed25519_public_key(secret: *const [32]u8, public: *[32]u8) bool {
    const pair = Ed25519.KeyPair.create(secret.*) catch return false;
    public.* = pair.public_key.toBytes();
    return true;
}

export fn zig_ed25519_sign(secret: *const [32]u8, message: [*]const u8, size: usize, signature: *[64]u8) bool {
    const pair = Ed25519.KeyPair.create(secret.*) catch return false;
    const made = pair.sign(message[0..size], null) catch return false;
    signature.* = made.toBytes();
    return true;
}

export fn zig_ed25519_verify(public: *const [32]u8, message: [*]const u8, size: usize, signature: *const [64]u8) bool {
    const key = Ed25519.PublicKey.fromBytes(public.*) catch return false;
    Ed25519.Signature.fromBytes(signature.*).verify(message[0..size], key) catch return false;
    return true;
}
