//! C interface to what the VM takes from Zig's standard library: MD5, CRC-32, Adler-32, zlib. See digest.h.
const std = @import("std");
const Md5 = std.crypto.hash.Md5;
const Crc32 = std.hash.crc.Crc32;
const Adler32 = std.hash.Adler32;
const zlib = std.compress.zlib;

export fn zig_md5_context_size() usize {
    return @sizeOf(Md5);
}

export fn zig_md5_init(context: *Md5) void {
    context.* = Md5.init(.{});
}

/// False when the context cannot be one: it went through the program as a plain binary.
export fn zig_md5_valid(context: *const Md5) bool {
    return context.buf_len < context.buf.len and context.total_len % context.buf.len == context.buf_len;
}

export fn zig_md5_update(context: *Md5, bytes: [*]const u8, size: usize) void {
    context.update(bytes[0..size]);
}

export fn zig_md5_final(context: *Md5, digest: *[16]u8) void {
    context.final(digest);
}

export fn zig_crc32(before: u32, bytes: [*]const u8, size: usize) u32 {
    var crc = Crc32.init();
    crc.crc = ~before;
    crc.update(bytes[0..size]);
    return crc.final();
}

export fn zig_adler32(before: u32, bytes: [*]const u8, size: usize) u32 {
    var adler = Adler32{ .adler = before };
    adler.update(bytes[0..size]);
    return adler.final();
}

/// Inflates a zlib stream that makes exactly out_size bytes. Returns the bytes read, 0 when it is damaged.
export fn zig_zlib_inflate(bytes: [*]const u8, size: usize, out: [*]u8, out_size: usize) usize {
    var input = std.io.fixedBufferStream(bytes[0..size]);
    var output = std.io.fixedBufferStream(out[0..out_size]);
    zlib.decompress(input.reader(), output.writer()) catch return 0;
    return if (output.pos == out_size) input.pos else 0;
}
