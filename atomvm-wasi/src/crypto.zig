//! Root of what the VM takes from std.crypto for module crypto: C interface in crypto.h, one file per family.
comptime {
    _ = @import("crypto/hash.zig");
    _ = @import("crypto/mac.zig");
    _ = @import("crypto/cipher.zig");
    _ = @import("crypto/aead.zig");
    _ = @import("crypto/curve.zig");
}
