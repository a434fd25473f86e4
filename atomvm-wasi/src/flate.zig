//! Raw deflate streams, in pieces. See flate.h.
const std = @import("std");
const flate = std.compress.flate;

/// Takes output, in C. False: no memory.
extern fn flate_sink(sink: *anyopaque, bytes: [*]const u8, size: usize) bool;

const Sink = struct {
    pub const Error = error{OutOfMemory};

    /// null: what is written is of no use.
    context: ?*anyopaque,

    pub fn write(self: Sink, bytes: []const u8) Error!usize {
        if (self.context) |context| {
            if (!flate_sink(context, bytes.ptr, bytes.len)) return error.OutOfMemory;
        }
        return bytes.len;
    }
};

// ---- compressing ----

/// The order is that of enum deflate_kind.
const Kind = enum(u8) { lz77, huffman, store };

fn Compressor(comptime kind: Kind) type {
    return switch (kind) {
        .lz77 => flate.deflate.Compressor(.raw, Sink),
        .huffman => flate.deflate.huffman.Compressor(.raw, Sink),
        .store => flate.deflate.store.Compressor(.raw, Sink),
    };
}

fn compressor(comptime kind: Kind, context: *anyopaque) *Compressor(kind) {
    return @ptrCast(@alignCast(context));
}

export fn zig_deflate_size(kind: Kind) usize {
    return switch (kind) {
        inline else => |known| @sizeOf(Compressor(known)),
    };
}

/// Made in place, for it is larger than the stack may hold: its tables and positions start as zeros.
export fn zig_deflate_init(kind: Kind, context: *anyopaque, level: u8, sink: *anyopaque) void {
    const writer = Sink{ .context = sink };
    switch (kind) {
        inline else => |known| {
            const it = compressor(known, context);
            @memset(std.mem.asBytes(it), 0);
            it.wrt = writer;
            it.block_writer = @TypeOf(it.block_writer).init(writer);
            it.hasher = .{};
            if (known == .lz77) {
                it.prev_match = null;
                it.prev_literal = null;
            }
        },
    }
    zig_deflate_level(kind, context, level);
}

/// 1 to 9; of no meaning without LZ77. Any that is lower than 4 is 4.
export fn zig_deflate_level(kind: Kind, context: *anyopaque, level: u8) void {
    if (kind != .lz77) return;
    const it = compressor(.lz77, context);
    it.level = @TypeOf(it.level).get(@enumFromInt(@max(level, 4)));
}

/// Only matches refer to it.
export fn zig_deflate_dictionary(kind: Kind, context: *anyopaque, bytes: [*]const u8, size: usize, sink: *anyopaque) void {
    if (kind != .lz77) return;
    const it = compressor(.lz77, context);
    it.setWriter(.{ .context = null });
    _ = it.write(bytes[0..size]) catch unreachable;
    it.flush() catch unreachable;
    it.setWriter(.{ .context = sink });
}

export fn zig_deflate_write(kind: Kind, context: *anyopaque, bytes: [*]const u8, size: usize) bool {
    switch (kind) {
        inline else => |known| _ = compressor(known, context).write(bytes[0..size]) catch return false,
    }
    return true;
}

/// Ends the block, and gives out all of it, up to a whole byte.
export fn zig_deflate_flush(kind: Kind, context: *anyopaque) bool {
    switch (kind) {
        inline else => |known| compressor(known, context).flush() catch return false,
    }
    return true;
}

export fn zig_deflate_finish(kind: Kind, context: *anyopaque) bool {
    switch (kind) {
        inline else => |known| compressor(known, context).finish() catch return false,
    }
    return true;
}

// ---- decompressing ----

/// Input that is there; more may come.
const Source = struct {
    bytes: []const u8 = &.{},
    at: usize = 0,

    const Reader = struct {
        pub const Error = error{};
        source: *Source,

        pub fn readAll(self: Reader, out: []u8) Error!usize {
            const count = @min(out.len, self.source.bytes.len - self.source.at);
            @memcpy(out[0..count], self.source.bytes[self.source.at..][0..count]);
            self.source.at += count;
            return count;
        }

        pub fn readNoEof(self: Reader, out: []u8) error{EndOfStream}!void {
            if (try self.readAll(out) < out.len) return error.EndOfStream;
        }
    };
};

const Decoder = flate.inflate.Inflate(.raw, u64, Source.Reader);

/// The decoder cannot wait for input within a symbol or a block's header. Where it runs out of it, `saved` is put back, from
/// before the step, and the step is done again once there is more; what it had decoded is given out the first time.
///
/// `taken` counts the bytes given out; like the decoder's own positions it is taken modulo the window.
const Inflater = struct {
    source: Source,
    decoder: Decoder,
    saved: Decoder,
    taken: usize,

    const window = 1 << 16;
    const position_max = 1 << 30;

    fn init(self: *Inflater) void {
        self.source = .{};
        self.taken = 0;
        const it = &self.decoder;
        it.bits = .{ .forward_reader = .{ .source = &self.source } };
        it.hist.wp = 0;
        it.hist.rp = 0;
        it.hasher = .{};
        it.bfinal = 0;
        it.block_type = 0b11;
        it.state = .protocol_header;
    }

    /// Positions only grow; long before they would run over they start again, at the same places of the window.
    fn rebase(self: *Inflater) void {
        if (self.decoder.hist.wp < position_max) return;
        self.decoder.hist.wp -= position_max - window;
        self.taken -= position_max - window;
    }

    /// Too few bits to tell whether a code is wrong or not there yet.
    fn starved(self: *Inflater) bool {
        return self.source.at == self.source.bytes.len and self.decoder.bits.nbits < 15;
    }

    /// Takes whole bytes that were read ahead out of the decoder again; returns how many.
    fn unread(self: *Inflater) usize {
        const bits = &self.decoder.bits;
        const count = bits.nbits / 8;
        bits.nbits %= 8;
        bits.bits &= (@as(u64, 1) << @intCast(bits.nbits)) - 1;
        return count;
    }

    fn give(self: *Inflater, sink: *anyopaque) Sink.Error!void {
        const hist = &self.decoder.hist;
        while (self.taken < hist.wp) {
            const from = self.taken % window;
            const count = @min(hist.wp - self.taken, window - from);
            _ = try (Sink{ .context = sink }).write(hist.buffer[from..][0..count]);
            self.taken += count;
        }
    }
};

/// The order is that of enum inflate_status.
const Status = enum(c_int) { more, starved, end, damaged, no_memory };

export fn zig_inflate_size() usize {
    return @sizeOf(Inflater);
}

export fn zig_inflate_init(context: *Inflater) void {
    context.init();
}

/// One step: up to a window of output, or to the end of a block. *used is set to the bytes of input that it took.
export fn zig_inflate_step(context: *Inflater, bytes: [*]const u8, size: usize, used: *usize, sink: *anyopaque) Status {
    const it = &context.decoder;
    context.rebase();
    context.source = .{ .bytes = bytes[0..size] };
    it.hist.rp = it.hist.wp;
    context.saved = it.*;
    used.* = 0;
    const failure: ?Decoder.Error = if (it.get(1)) |_| null else |problem| problem;
    context.give(sink) catch return .no_memory;
    if (failure) |problem| {
        const waiting = problem == error.EndOfStream or (problem == error.InvalidCode and context.starved());
        if (!waiting) return .damaged;
        it.* = context.saved;
        return .starved;
    }
    used.* = context.source.at - context.unread();
    return if (it.state == .end) .end else .more;
}

export fn zig_inflate_dictionary(context: *Inflater, bytes: [*]const u8, size: usize) void {
    const hist = &context.decoder.hist;
    const kept = @min(size, Inflater.window / 2);
    hist.rp = hist.wp;
    for (bytes[size - kept .. size]) |byte| hist.write(byte);
    hist.rp = hist.wp;
    context.taken = hist.wp;
}

/// The last output, at most 32 KiB; returns its size.
export fn zig_inflate_window(context: *Inflater, out: [*]u8) usize {
    const hist = &context.decoder.hist;
    const size = @min(hist.wp, Inflater.window / 2);
    for (0..size) |i| out[i] = hist.buffer[(hist.wp - size + i) % Inflater.window];
    return size;
}
