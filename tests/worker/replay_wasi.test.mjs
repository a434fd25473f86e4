/** WASI as a command meets it that is run for one round. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { EntropyTape, RoundClock, startOf } from "../../priv/worker/replay_clock.js";
import { commandImports } from "../../priv/worker/replay_wasi.js";
import { ERRNO_BADF, ERRNO_FAULT, ERRNO_INVAL, ERRNO_SPIPE, ERRNO_SUCCESS, wasiImports } from "../../priv/worker/wasi.js";

const ERRNO_NOENT = 44;
const ERRNO_ROFS = 69;
const START_MS = 1_790_000_000_123;
const FILE = new TextEncoder().encode("0123456789");

function command({ input = "", checkLimits = () => {} } = {}) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  /** @type {string[]} */
  const written = [];
  const clock = new RoundClock(BigInt(START_MS) * 1_000_000n);
  const imports = commandImports(() => memory, {
    args: ["atomvm", "app.avm"],
    environment: { CAP: "1", NAME: "é" },
    input: new TextEncoder().encode(input),
    stdout: (bytes) => written.push(`out ${new TextDecoder().decode(bytes)}`),
    stderr: (bytes) => written.push(`err ${new TextDecoder().decode(bytes)}`),
    file: { name: "app.avm", bytes: FILE },
    clock,
    entropy: new EntropyTape(),
    checkLimits,
  });
  const view = new DataView(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  /** @type {(name: string, ...args: any[]) => number} */
  const call = (name, ...args) => /** @type {any} */ (imports)[name](...args);
  const textAt = (/** @type {number} */ at, /** @type {number} */ length) => new TextDecoder().decode(bytes.slice(at, at + length));
  const put = (/** @type {number} */ at, /** @type {string} */ text) => new TextEncoder().encodeInto(text, bytes.subarray(at)).written;
  const open = (/** @type {string} */ name, flags = 0) => call("path_open", 3, 1, 1000, put(1000, name), flags, 0n, 0n, 0, 64);
  /** One iovec at 0: `length` bytes at 2000. */
  const iovec = (/** @type {number} */ length) => {
    view.setUint32(0, 2000, true);
    view.setUint32(4, length, true);
  };
  return { call, clock, imports, memory, open, iovec, put, textAt, view, bytes, written };
}

test("a command has what a worker has, and no more", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const ofWorker = wasiImports({ memory: () => memory, descriptors: new Map(), clock: { monotonicMs: () => 0, systemMs: () => 0 } });
  assert.deepEqual(Object.keys(command().imports).sort(), Object.keys(ofWorker).sort());
});

test("arguments and environment", () => {
  const { call, view, textAt } = command();
  assert.equal(call("args_sizes_get", 0, 4), ERRNO_SUCCESS);
  assert.deepEqual([view.getUint32(0, true), view.getUint32(4, true)], [2, 15]);
  call("args_get", 8, 100);
  assert.deepEqual([view.getUint32(8, true), view.getUint32(12, true), textAt(100, 15)], [100, 107, "atomvm\0app.avm\0"]);
  call("environ_sizes_get", 0, 4);
  assert.deepEqual([view.getUint32(0, true), view.getUint32(4, true)], [2, 14]);
  call("environ_get", 8, 100);
  assert.equal(textAt(100, 14), "CAP=1\0NAME=é\0");
});

test("one directory with one file, which is read, sought in and closed", () => {
  const { call, view, open, iovec, textAt } = command();
  assert.equal(call("fd_prestat_get", 3, 64), ERRNO_SUCCESS);
  assert.equal(view.getUint32(68, true), 1);
  assert.equal(call("fd_prestat_dir_name", 3, 72, 1), ERRNO_SUCCESS);
  assert.equal(textAt(72, 1), ".");
  assert.equal(call("fd_prestat_get", 4, 64), ERRNO_BADF);
  assert.equal(open("./app.avm"), ERRNO_SUCCESS);
  const fd = view.getUint32(64, true);
  iovec(4);
  const read = () => [call("fd_read", fd, 0, 1, 80), textAt(2000, view.getUint32(80, true))];
  assert.deepEqual([read(), read(), read(), read()], [[0, "0123"], [0, "4567"], [0, "89"], [0, ""]]);
  assert.equal(call("fd_seek", fd, -3n, 2, 88), ERRNO_SUCCESS);
  assert.equal(view.getBigUint64(88, true), 7n);
  assert.deepEqual(read(), [0, "789"]);
  assert.equal(call("fd_pread", fd, 0, 1, 1n, 80), ERRNO_SUCCESS);
  assert.equal(textAt(2000, 4), "1234");
  assert.equal(call("fd_tell", fd, 88), ERRNO_SUCCESS);
  assert.equal(view.getBigUint64(88, true), 10n);
  assert.equal(call("fd_seek", fd, -1n, 0, 88), ERRNO_INVAL);
  assert.equal(call("fd_filestat_get", fd, 200), ERRNO_SUCCESS);
  assert.deepEqual([view.getUint8(216), view.getBigUint64(232, true)], [4, 10n]);
  assert.equal(call("fd_close", fd), ERRNO_SUCCESS);
  assert.equal(read()[0], ERRNO_BADF);
});

test("no other file, and none that is written", () => {
  const { call, open, put, view } = command();
  assert.equal(open("other.avm"), ERRNO_NOENT);
  assert.equal(open("../app.avm"), ERRNO_NOENT);
  assert.equal(open("app.avm", 1), ERRNO_ROFS);
  assert.equal(call("path_filestat_get", 3, 0, 1000, put(1000, "other"), 200), ERRNO_NOENT);
  assert.equal(call("path_filestat_get", 3, 0, 1000, put(1000, "app.avm"), 200), ERRNO_SUCCESS);
  assert.equal(view.getBigUint64(232, true), 10n);
  assert.equal(call("fd_seek", 0, 0n, 0, 88), ERRNO_SPIPE);
  assert.equal(call("fd_fdstat_get", 3, 200), ERRNO_SUCCESS);
  assert.equal(view.getUint8(200), 3);
});

test("stdin ends, stdout and stderr are apart", () => {
  const { call, iovec, textAt, view, put, written } = command({ input: "hello" });
  iovec(4);
  const read = () => [call("fd_read", 0, 0, 1, 80), textAt(2000, view.getUint32(80, true))];
  assert.deepEqual([read(), read(), read()], [[0, "hell"], [0, "o"], [0, ""]]);
  put(2000, "text");
  call("fd_write", 1, 0, 1, 80);
  call("fd_write", 2, 0, 1, 80);
  assert.deepEqual(written, ["out text", "err text"]);
  assert.equal(call("fd_read", 1, 0, 1, 80), ERRNO_BADF);
});

test("the clock goes on by as much as nothing for who looks, and to the moment that is waited for", () => {
  const { call, clock, view } = command();
  const now = (/** @type {number} */ id) => {
    assert.equal(call("clock_time_get", id, 0n, 8), ERRNO_SUCCESS);
    return view.getBigUint64(8, true);
  };
  const start = now(0);
  assert.equal(start, BigInt(START_MS) * 1_000_000n);
  const monotonic = now(1);
  assert.equal(now(1) - monotonic, 1000n);
  assert.equal(now(0) - start, 3000n);
  assert.equal(call("clock_time_get", 9, 0n, 8), ERRNO_INVAL);
  const timer = (/** @type {number} */ at, /** @type {bigint} */ userdata, /** @type {number} */ id, /** @type {bigint} */ ns, absolute = false) => {
    view.setBigUint64(at, userdata, true);
    view.setUint8(at + 8, 0);
    view.setUint32(at + 16, id, true);
    view.setBigUint64(at + 24, ns, true);
    view.setUint16(at + 40, absolute ? 1 : 0, true);
  };
  const lookedMs = clock.elapsedMs;
  assert.equal(lookedMs, 0.004);
  timer(256, 7n, 1, 5_000_000n);
  timer(304, 8n, 0, BigInt(START_MS) * 1_000_000n + 3_000_000n, true);
  assert.equal(call("poll_oneoff", 256, 512, 2, 600), ERRNO_SUCCESS);
  assert.deepEqual([view.getUint32(600, true), view.getBigUint64(512, true)], [1, 8n], "the first of them");
  assert.equal(clock.elapsedMs, 3);
  assert.equal(now(0) - BigInt(START_MS) * 1_000_000n, 3_000_000n);
  view.setBigUint64(256, 9n, true);
  view.setUint8(256 + 8, 1); // stdin is ready at any time
  assert.equal(call("poll_oneoff", 256, 512, 1, 600), ERRNO_SUCCESS);
  assert.deepEqual([view.getBigUint64(512, true), view.getUint8(522), clock.elapsedMs], [9n, 1, 3.001]);
  assert.equal(call("poll_oneoff", 65530, 512, 1, 600), ERRNO_FAULT);
  call("sched_yield");
  assert.equal(clock.elapsedMs, 4.001);
});

test("who waits for nothing is told so, and limits end a command that asks for the time", () => {
  assert.throws(() => command().call("poll_oneoff", 256, 512, 0, 600), { code: "E_VM_SILENT" });
  const limited = command({
    checkLimits: () => {
      throw new Error("enough");
    },
  });
  for (const call of [["clock_time_get", 1, 0n, 8], ["sched_yield"]]) {
    assert.throws(() => limited.call(.../** @type {[string]} */ (call)), /enough/);
  }
});

test("requests of one millisecond do not begin at the same moment", () => {
  const starts = new Set(Array.from({ length: 20 }, () => startOf(START_MS + 0.9)));
  assert.ok(starts.size > 10);
  for (const start of starts) assert.equal(start / 1_000_000n, BigInt(START_MS));
});

test("random bytes are drawn once, and read again", () => {
  const tape = new EntropyTape();
  const draw = (/** @type {number} */ length) => {
    const bytes = new Uint8Array(length);
    tape.fill(bytes);
    return Buffer.from(bytes).toString("hex");
  };
  const first = [draw(16), draw(100), draw(70_000)];
  tape.rewind();
  assert.deepEqual([draw(16), draw(100), draw(70_000)], first);
  const more = draw(100_000);
  tape.rewind();
  assert.deepEqual([draw(16), draw(70_100), draw(100_000)].join(""), [...first, more].join(""));
  assert.notEqual(first[0], more.slice(0, 32));
  assert.ok(/[1-9a-f]/.test(more.slice(-64)));
});
