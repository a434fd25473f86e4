import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EMPTY_INPUT, ERRNO_BADF, ERRNO_FAULT, ERRNO_INVAL, ERRNO_NOSYS, ERRNO_SPIPE, ERRNO_SUCCESS, outputTo, ProcExit,
  wasiImports,
} from "../../priv/worker/wasi.js";

/** Every function of preview 1: a module that links one must start, whether it works or not. */
const PREVIEW_1 = `args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise fd_allocate
  fd_close fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size
  fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_read fd_readdir fd_renumber fd_seek
  fd_sync fd_tell fd_write path_create_directory path_filestat_get path_filestat_set_times path_link path_open
  path_readlink path_remove_directory path_rename path_symlink path_unlink_file poll_oneoff proc_exit proc_raise
  random_get sched_yield sock_accept sock_recv sock_send sock_shutdown`.split(/\s+/);

function host() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  /** @type {Uint8Array[]} */
  const written = [];
  const imports = wasiImports({
    memory: () => memory,
    descriptors: new Map([[0, EMPTY_INPUT], [1, outputTo((bytes) => written.push(bytes))]]),
    clock: { monotonicMs: () => 1234.5678, systemMs: () => 1_790_000_000_123 },
  });
  /** @type {(name: string, ...args: any[]) => number} */
  const call = (name, ...args) => /** @type {any} */ (imports)[name](...args);
  return { call, imports, memory, written, view: new DataView(memory.buffer), bytes: new Uint8Array(memory.buffer) };
}

test("the import object has all of preview 1 and nothing else", () => {
  assert.deepEqual(Object.keys(host().imports).sort(), PREVIEW_1);
});

test("no arguments, no environment", () => {
  const { call, view } = host();
  for (const name of ["args_sizes_get", "environ_sizes_get"]) {
    view.setBigUint64(0, -1n & 0xffffffffffffffffn, true);
    assert.equal(call(name, 0, 4), ERRNO_SUCCESS);
    assert.equal(view.getBigUint64(0, true), 0n);
  }
});

test("clocks: nanoseconds of the host's, and EINVAL for one that does not exist", () => {
  const { call, view } = host();
  assert.equal(call("clock_time_get", 0, 0n, 8), ERRNO_SUCCESS);
  assert.equal(view.getBigUint64(8, true), 1_790_000_000_123_000_000n);
  assert.equal(call("clock_time_get", 1, 0n, 8), ERRNO_SUCCESS);
  assert.equal(view.getBigUint64(8, true), 1_234_567_800n);
  assert.equal(call("clock_time_get", 4, 0n, 8), ERRNO_INVAL);
  assert.equal(call("clock_res_get", 1, 8), ERRNO_SUCCESS);
  assert.equal(call("clock_res_get", 9, 8), ERRNO_INVAL);
});

test("random_get fills more than Web Crypto gives at once, and not a byte beside it", () => {
  const { call, memory } = host();
  memory.grow(2);
  const bytes = new Uint8Array(memory.buffer);
  assert.equal(call("random_get", 8, 100_000), ERRNO_SUCCESS);
  assert.ok(bytes.subarray(99_000, 100_008).some((byte) => byte !== 0));
  assert.ok(bytes.subarray(0, 8).every((byte) => byte === 0) && bytes[100_008] === 0);
});

test("random_get of little is as random, and never the same twice", () => {
  const { call, bytes } = host();
  const drawn = Array.from({ length: 200 }, () => {
    bytes.fill(0);
    assert.equal(call("random_get", 8, 60), ERRNO_SUCCESS);
    assert.ok([0, 20, 40].every((at) => bytes.subarray(8 + at, 28 + at).some((byte) => byte !== 0)));
    assert.ok(bytes.subarray(0, 8).every((byte) => byte === 0) && bytes[68] === 0);
    return Buffer.from(bytes.subarray(8, 68)).toString("hex");
  });
  assert.equal(new Set(drawn).size, drawn.length);
});

test("fd_write gathers its parts and copies them", () => {
  const { call, view, bytes, written } = host();
  bytes.set(new TextEncoder().encode("hello world"), 100);
  for (const [index, value] of [100, 5, 105, 6].entries()) view.setUint32(index * 4, value, true);
  assert.equal(call("fd_write", 1, 0, 2, 64), ERRNO_SUCCESS);
  assert.equal(view.getUint32(64, true), 11);
  bytes.fill(0);
  assert.deepEqual(written.map((part) => new TextDecoder().decode(part)), ["hello", " world"]);
});

test("fd_read finds the end of stdin", () => {
  const { call, view } = host();
  view.setUint32(4, 16, true);
  view.setUint32(64, 99, true);
  assert.equal(call("fd_read", 0, 0, 1, 64), ERRNO_SUCCESS);
  assert.equal(view.getUint32(64, true), 0);
});

test("EBADF: unknown descriptors, the wrong direction, no preopened directory, after fd_close", () => {
  const { call } = host();
  assert.equal(call("fd_write", 7, 0, 0, 64), ERRNO_BADF);
  assert.equal(call("fd_write", 0, 0, 0, 64), ERRNO_BADF);
  assert.equal(call("fd_read", 1, 0, 0, 64), ERRNO_BADF);
  assert.equal(call("fd_prestat_get", 3, 0), ERRNO_BADF);
  assert.equal(call("fd_fdstat_get", 3, 0), ERRNO_BADF);
  assert.equal(call("fd_close", 1), ERRNO_SUCCESS);
  assert.equal(call("fd_write", 1, 0, 0, 64), ERRNO_BADF);
  assert.equal(call("fd_close", 1), ERRNO_BADF);
});

test("a descriptor is a character device that cannot seek", () => {
  const { call, view, bytes } = host();
  bytes.fill(0xff, 0, 64);
  assert.equal(call("fd_fdstat_get", 1, 0), ERRNO_SUCCESS);
  assert.equal(view.getUint8(0), 2);
  assert.equal(view.getBigUint64(8, true), 1n << 6n);
  assert.equal(view.getBigUint64(16, true), 0n);
  assert.equal(call("fd_seek", 1, 0n, 0, 8), ERRNO_SPIPE);
});

test("EFAULT for a pointer outside of memory", () => {
  const { call } = host();
  assert.equal(call("random_get", 65530, 100), ERRNO_FAULT);
  assert.equal(call("fd_write", 1, -8, 1, 64), ERRNO_FAULT);
  assert.equal(call("clock_time_get", 0, 0n, 65533), ERRNO_FAULT);
});

test("memory that has grown is seen", () => {
  const { call, memory } = host();
  memory.grow(1);
  assert.equal(call("clock_time_get", 0, 0n, 70_000), ERRNO_SUCCESS);
});

test("what there is not is ENOSYS; proc_exit is typed", () => {
  const { call } = host();
  assert.equal(call("path_open", 3, 0, 0, 0, 0, 0n, 0n, 0, 0), ERRNO_NOSYS);
  assert.equal(call("poll_oneoff", 0, 0, 0, 0), ERRNO_NOSYS);
  assert.throws(() => call("proc_exit", 3), (error) => error instanceof ProcExit && error.exitCode === 3);
});
