//! AES with keys of 192 bits, which std.crypto has not: the key schedule of FIPS 197, 5.2, over the rounds that are there.
const std = @import("std");
const aes = std.crypto.core.aes;
const Block = aes.Block;
const Word = [4]u8;

const rounds = 12;
const Schedule = [rounds + 1]Block;

pub const Aes192 = struct {
    pub const key_bits = 192;
    pub const block = Block;

    pub fn initEnc(key: [24]u8) Encryption {
        return .{ .keys = expanded(key) };
    }

    pub fn initDec(key: [24]u8) Decryption {
        return .{ .keys = inverted(expanded(key)) };
    }
};

pub const Encryption = struct {
    pub const block = Block;
    pub const block_length = 16;
    keys: Schedule,

    pub fn encrypt(self: Encryption, out: *[16]u8, in: *const [16]u8) void {
        var state = Block.fromBytes(in).xorBlocks(self.keys[0]);
        for (self.keys[1..rounds]) |key| state = state.encrypt(key);
        out.* = state.encryptLast(self.keys[rounds]).toBytes();
    }

    pub fn xor(self: Encryption, out: *[16]u8, in: *const [16]u8, counter: [16]u8) void {
        var stream: [16]u8 = undefined;
        self.encrypt(&stream, &counter);
        for (out, in, stream) |*o, i, s| o.* = i ^ s;
    }

    pub fn xorWide(self: Encryption, comptime count: usize, out: *[16 * count]u8, in: *const [16 * count]u8, counters: [16 * count]u8) void {
        for (0..count) |i| self.xor(out[16 * i ..][0..16], in[16 * i ..][0..16], counters[16 * i ..][0..16].*);
    }
};

pub const Decryption = struct {
    keys: Schedule,

    pub fn decrypt(self: Decryption, out: *[16]u8, in: *const [16]u8) void {
        var state = Block.fromBytes(in).xorBlocks(self.keys[0]);
        for (self.keys[1..rounds]) |key| state = state.decrypt(key);
        out.* = state.decryptLast(self.keys[rounds]).toBytes();
    }
};

const no_key = Block.fromBytes(&([_]u8{0} ** 16));

/// The S-box of four bytes: of a block whose columns are all alike, a last round changes nothing else.
fn substituted(word: Word) Word {
    return Block.fromBytes(&(word ** 4)).encryptLast(no_key).toBytes()[0..4].*;
}

fn expanded(key: [24]u8) Schedule {
    var words: [4 * (rounds + 1)]Word = undefined;
    for (words[0..6], 0..) |*word, i| word.* = key[4 * i ..][0..4].*;
    var constant: u8 = 1;
    for (6..words.len) |i| {
        var word = words[i - 1];
        if (i % 6 == 0) {
            word = substituted(.{ word[1], word[2], word[3], word[0] });
            word[0] ^= constant;
            constant *%= 2;
        }
        for (&words[i], words[i - 6], word) |*out, a, b| out.* = a ^ b;
    }
    var schedule: Schedule = undefined;
    for (&schedule, 0..) |*round_key, i| round_key.* = Block.fromBytes(std.mem.asBytes(words[4 * i ..][0..4]));
    return schedule;
}

/// For the equivalent inverse cipher, FIPS 197, 5.3.5. A last round and a round backwards leave the columns mixed back.
fn inverted(schedule: Schedule) Schedule {
    var backwards: Schedule = undefined;
    backwards[0] = schedule[rounds];
    backwards[rounds] = schedule[0];
    for (1..rounds) |i| backwards[i] = schedule[rounds - i].encryptLast(no_key).decrypt(no_key);
    return backwards;
}
