//! Root of what the VM takes from std.crypto for module crypto: C interface in crypto.h, one file per family.
const std = @import("std");

/// Entropy is asked for each time: a generator of its own would be state, and begin again with every request.
pub const std_options = std.Options{ .crypto_always_getrandom = true };

comptime {
    _ = @import("crypto/hash.zig");
    _ = @import("crypto/mac.zig");
    _ = @import("crypto/cipher.zig");
    _ = @import("crypto/aead.zig");
    _ = @import("crypto/curve.zig");
    _ = @import("crypto/rsa.zig");
}
