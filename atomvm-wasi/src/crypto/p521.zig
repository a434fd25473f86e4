//! The curve P-521 (FIPS 186-5; SP 800-186, 3.2.1.5), which Zig's standard library has not: points over its fields of any
//! modulus (std.crypto.ff, Montgomery form throughout), and ECDSA. What depends on secrets takes the same time for all of them.
const std = @import("std");

const Modulus = std.crypto.ff.Modulus(521);
const Element = Modulus.Fe;
const HmacSha512 = std.crypto.auth.hmac.sha2.HmacSha512;

pub const size = 66;
const order = 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409;
const base_x = 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66;
const base_y = 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650;

fn modulus(comptime number: u521) Modulus {
    @setEvalBranchQuota(1_000_000);
    return Modulus.fromPrimitive(u521, number) catch unreachable;
}

/// Integers modulo a prime.
fn Field(comptime prime: u521) type {
    return struct {
        const Self = @This();
        pub const field_order = prime;
        const field = modulus(prime);

        /// In Montgomery form, and yet marked as if it were not: std.crypto.ff multiplies two of one form by way of the other,
        /// and two of different ones at once.
        element: Element,

        fn of(comptime number: u521) Self {
            @setEvalBranchQuota(1_000_000);
            return fromBytes(bytesOf(number), .big) catch unreachable;
        }

        fn from(number: Element) Self {
            var element = number;
            field.toMontgomery(&element) catch unreachable;
            element.montgomery = false;
            return .{ .element = element };
        }

        /// The error: it is not below the prime.
        pub fn fromBytes(bytes: [size]u8, comptime endian: std.builtin.Endian) !Self {
            return from(try Element.fromBytes(field, &bytes, endian));
        }

        /// Of a number of any size.
        fn reduced(comptime bits: usize, bytes: *const [bits / 8]u8) Self {
            const number = std.crypto.ff.Uint(bits).fromBytes(bytes, .big) catch unreachable;
            return from(field.reduce(number));
        }

        fn marked(self: Self) Element {
            var element = self.element;
            element.montgomery = true;
            return element;
        }

        fn plain(self: Self) Element {
            var element = self.marked();
            field.fromMontgomery(&element) catch unreachable;
            return element;
        }

        pub fn toBytes(self: Self, comptime endian: std.builtin.Endian) [size]u8 {
            var bytes: [size]u8 = undefined;
            self.plain().toBytes(&bytes, endian) catch unreachable;
            return bytes;
        }

        fn add(self: Self, other: Self) Self {
            return .{ .element = field.add(self.element, other.element) };
        }

        fn sub(self: Self, other: Self) Self {
            return .{ .element = field.sub(self.element, other.element) };
        }

        fn mul(self: Self, other: Self) Self {
            return .{ .element = field.mul(self.marked(), other.element) };
        }

        fn triple(self: Self) Self {
            return self.add(self).add(self);
        }

        /// The exponent is no secret.
        fn power(self: Self, comptime exponent: u521) Self {
            return from(field.powWithEncodedPublicExponent(self.marked(), &bytesOf(exponent), .big) catch unreachable);
        }

        /// Of 0 it is 0.
        fn invert(self: Self) Self {
            return self.power(prime - 2);
        }

        pub fn isZero(self: Self) bool {
            return self.element.isZero();
        }

        fn isOdd(self: Self) bool {
            return self.plain().isOdd();
        }

        fn eql(self: Self, other: Self) bool {
            return self.element.eql(other.element);
        }

        /// Becomes `other` where the mask is all ones, and stays as it is where it is 0.
        fn select(self: *Self, other: *const Self, mask: usize) void {
            for (&self.element.v.limbs_buffer, other.element.v.limbs_buffer) |*limb, its| limb.* ^= mask & (limb.* ^ its);
        }
    };
}

fn bytesOf(comptime number: u521) [size]u8 {
    var bytes: [size]u8 = undefined;
    std.mem.writeInt(u528, &bytes, number, .big);
    return bytes;
}

pub const Point = struct {
    pub const Fe = Field((1 << 521) - 1);
    pub const scalar = struct {
        pub const encoded_length = size;
        pub const field_order = order;
        pub const Scalar = Field(order);
    };

    /// Projective: of the affine point (x / z, y / z), or with z = 0 of the identity.
    x: Fe,
    y: Fe,
    z: Fe,

    const Affine = struct { x: Fe, y: Fe };

    const zero = Fe.of(0);
    const one = Fe.of(1);
    pub const B = Fe.of(0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00);
    pub const basePoint = Point{ .x = Fe.of(base_x), .y = Fe.of(base_y), .z = one };
    const identity = Point{ .x = zero, .y = one, .z = zero };

    /// x^3 - 3x + b.
    fn right(x: Fe) Fe {
        return x.mul(x).mul(x).sub(x.triple()).add(B);
    }

    fn fromX(x: Fe, is_odd: bool) !Point {
        const square = right(x);
        const root = square.power(1 << 519); // (prime + 1) / 4
        if (!root.mul(root).eql(square)) return error.NotSquare;
        return .{ .x = x, .y = if (root.isOdd() == is_odd) root else zero.sub(root), .z = one };
    }

    /// SEC 1, 2.3.4: compressed or not.
    pub fn fromSec1(bytes: []const u8) !Point {
        if (bytes.len == 1 and bytes[0] == 0) return identity;
        const compressed = bytes.len == 1 + size and (bytes[0] == 2 or bytes[0] == 3);
        if (!compressed and (bytes.len != 1 + 2 * size or bytes[0] != 4)) return error.InvalidEncoding;
        const x = try Fe.fromBytes(bytes[1 .. 1 + size].*, .big);
        if (compressed) return fromX(x, bytes[0] == 3);
        const y = try Fe.fromBytes(bytes[1 + size ..][0..size].*, .big);
        if (!y.mul(y).eql(right(x))) return error.InvalidEncoding;
        return .{ .x = x, .y = y, .z = one };
    }

    pub fn toUncompressedSec1(self: Point) [1 + 2 * size]u8 {
        const affine = self.affineCoordinates();
        return .{4} ++ affine.x.toBytes(.big) ++ affine.y.toBytes(.big);
    }

    pub fn affineCoordinates(self: Point) Affine {
        const inverse = self.z.invert();
        return .{ .x = self.x.mul(inverse), .y = self.y.mul(inverse) };
    }

    pub fn rejectIdentity(self: Point) !void {
        if (self.z.isZero()) return error.IdentityElement;
    }

    /// The complete formulas of Renes, Costello and Batina (https://eprint.iacr.org/2015/1060, section 2) for a = -3: any two
    /// points, equal ones and the identity among them.
    fn add(p: Point, q: Point) Point {
        const xx = p.x.mul(q.x);
        const yy = p.y.mul(q.y);
        const zz = p.z.mul(q.z);
        const xy = p.x.add(p.y).mul(q.x.add(q.y)).sub(xx).sub(yy); // x1 y2 + x2 y1, and so the others
        const yz = p.y.add(p.z).mul(q.y.add(q.z)).sub(yy).sub(zz);
        const xz = p.x.add(p.z).mul(q.x.add(q.z)).sub(xx).sub(zz);
        const mixed = xz.sub(B.mul(zz)).triple();
        const plus = yy.add(mixed);
        const minus = yy.sub(mixed);
        const c = B.mul(xz).sub(xx).sub(zz.triple()).triple();
        const d = xx.sub(zz).triple();
        return .{
            .x = xy.mul(plus).sub(yz.mul(c)),
            .y = d.mul(c).add(minus.mul(plus)),
            .z = yz.mul(minus).add(xy.mul(d)),
        };
    }

    fn times16(self: Point) Point {
        var point = self;
        for (0..4) |_| point = point.add(point);
        return point;
    }

    fn multiples(self: Point) [16]Point {
        var table: [16]Point = undefined;
        table[0] = identity;
        for (1..16) |i| table[i] = table[i - 1].add(self);
        return table;
    }

    /// The whole table is read, whichever is wanted.
    fn chosen(table: *const [16]Point, index: u4) Point {
        var point = table[0];
        for (table, 0..) |*each, i| {
            const mask = 0 -% ((@as(usize, index) ^ i) -% 1 >> (@bitSizeOf(usize) - 1));
            point.x.select(&each.x, mask);
            point.y.select(&each.y, mask);
            point.z.select(&each.z, mask);
        }
        return point;
    }

    /// The error: the product is the identity.
    pub fn mul(self: Point, factor: [size]u8, comptime endian: std.builtin.Endian) !Point {
        comptime std.debug.assert(endian == .big);
        const table = self.multiples();
        var product = identity;
        for (factor) |byte| {
            product = product.times16().add(chosen(&table, @truncate(byte >> 4)));
            product = product.times16().add(chosen(&table, @truncate(byte)));
        }
        try product.rejectIdentity();
        return product;
    }

    /// base * u + self * v.
    fn mulWithBase(self: Point, u: [size]u8, v: [size]u8) !Point {
        const of_base = basePoint.multiples();
        const of_self = self.multiples();
        var sum = identity;
        for (u, v) |byte, other| {
            inline for (.{ 4, 0 }) |shift| {
                sum = sum.times16().add(chosen(&of_base, @truncate(byte >> shift))).add(chosen(&of_self, @truncate(other >> shift)));
            }
        }
        try sum.rejectIdentity();
        return sum;
    }
};

// ---- ECDSA (FIPS 186-5, 6.4) ----

const Scalar = Point.scalar.Scalar;

/// The number of a signature: from noise and, should that be none, from what is signed and the key: known to nobody else.
fn nonce(secret: *const [size]u8, digest: *const [size]u8, noise: *const [size]u8) Scalar {
    var wide: [2 * HmacSha512.mac_length]u8 = undefined; // far longer than the order, so that no remainder is more likely
    inline for (0..2) |i| {
        var mac = HmacSha512.init(secret);
        mac.update(&[_]u8{i});
        mac.update(noise);
        mac.update(digest);
        mac.final(wide[i * HmacSha512.mac_length ..][0..HmacSha512.mac_length]);
    }
    return Scalar.reduced(8 * wide.len, &wide);
}

/// The digest is below the order, with zeros before it. The error: the secret is not from 1 to the order - 1.
pub fn sign(secret: [size]u8, digest: [size]u8, noise: [size]u8) ![2 * size]u8 {
    const key = try Scalar.fromBytes(secret, .big);
    const number = nonce(&secret, &digest, &noise);
    if (key.isZero()) return error.IdentityElement;
    const point = try Point.basePoint.mul(number.toBytes(.big), .big);
    const r = Scalar.reduced(8 * size, &point.affineCoordinates().x.toBytes(.big));
    const s = number.invert().mul((try Scalar.fromBytes(digest, .big)).add(r.mul(key)));
    if (r.isZero() or s.isZero()) return error.IdentityElement;
    return r.toBytes(.big) ++ s.toBytes(.big);
}

pub fn verify(public: Point, digest: [size]u8, signature: [2 * size]u8) !void {
    const r = try Scalar.fromBytes(signature[0..size].*, .big);
    const s = try Scalar.fromBytes(signature[size..].*, .big);
    if (r.isZero() or s.isZero()) return error.SignatureVerificationFailed;
    const inverse = s.invert();
    const u = (try Scalar.fromBytes(digest, .big)).mul(inverse);
    const point = try public.mulWithBase(u.toBytes(.big), r.mul(inverse).toBytes(.big));
    if (!Scalar.reduced(8 * size, &point.affineCoordinates().x.toBytes(.big)).eql(r)) return error.SignatureVerificationFailed;
}
