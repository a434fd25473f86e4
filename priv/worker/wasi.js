/**
 * WASI preview 1 as the VM meets it inside a worker: no files, no arguments, no environment, an empty stdin, and a
 * stdout and stderr that are log lines. Two layers: `wasiImports` moves bytes between linear memory and JavaScript;
 * descriptors hold what reading and writing mean.
 */

// errno, WASI snapshot_preview1 `errno`
export const ERRNO_SUCCESS = 0;
export const ERRNO_BADF = 8;
export const ERRNO_FAULT = 21;
export const ERRNO_INVAL = 28;
export const ERRNO_NOSYS = 52;
export const ERRNO_SPIPE = 70;

// `clockid`
export const CLOCKID_REALTIME = 0;
export const CLOCKID_MONOTONIC = 1;
export const CLOCKID_PROCESS_CPUTIME_ID = 2;
export const CLOCKID_THREAD_CPUTIME_ID = 3;

// `filetype`, `rights`
export const FILETYPE_CHARACTER_DEVICE = 2;
export const RIGHTS_FD_READ = 1n << 1n;
export const RIGHTS_FD_WRITE = 1n << 6n;

const CIOVEC_BYTES = 8; // `ciovec`, `iovec`: pointer u32, length u32
const FDSTAT_BYTES = 24; // `fdstat`: filetype u8, pad, flags u16, pad, rights_base u64, rights_inheriting u64
const FILESTAT_BYTES = 64; // `filestat`; only filetype, at 16, is not zero here
const FILESTAT_FILETYPE_OFFSET = 16;
const NANOSECONDS_PER_MILLISECOND = 1e6;
const MAX_RANDOM_BYTES_PER_CALL = 65536; // Web Crypto refuses more at once

/** `proc_exit`: unwinds the wasm stack up to the one place that called an export. */
export class ProcExit extends Error {
  /** @param {number} exitCode */
  constructor(exitCode) {
    super(`proc_exit(${exitCode})`);
    this.name = "ProcExit";
    this.exitCode = exitCode;
  }
}

/**
 * What an open file descriptor does. A method that is missing makes its call fail with EBADF, as WASI wants it of a
 * descriptor without the right.
 * @typedef {object} Descriptor
 * @property {bigint} rights
 * @property {(bytes: Uint8Array) => void} [write] takes a copy, all of it
 * @property {(bytes: Uint8Array) => number} [read] fills bytes, returns how many
 */

/** @type {Readonly<Descriptor>} */
export const EMPTY_INPUT = Object.freeze({ rights: RIGHTS_FD_READ, read: () => 0 });

/**
 * @param {(bytes: Uint8Array) => void} write
 * @returns {Descriptor}
 */
export function outputTo(write) {
  return { rights: RIGHTS_FD_WRITE, write };
}

/**
 * Functions of preview 1 that a worker has nothing behind. They are present, because a module that merely links them
 * must still start.
 */
const NOT_SUPPORTED = Object.freeze([
  "fd_advise", "fd_allocate", "fd_datasync", "fd_fdstat_set_rights", "fd_filestat_set_size", "fd_filestat_set_times",
  "fd_pread", "fd_pwrite", "fd_readdir", "fd_renumber", "fd_sync", "path_create_directory", "path_filestat_get",
  "path_filestat_set_times", "path_link", "path_open", "path_readlink", "path_remove_directory", "path_rename",
  "path_symlink", "path_unlink_file", "poll_oneoff", "proc_raise", "sock_accept", "sock_recv", "sock_send",
  "sock_shutdown",
]);

/**
 * The import object `wasi_snapshot_preview1`.
 * @param {object} options
 * @param {() => WebAssembly.Memory} options.memory asked at each call: the instance exists only after its imports
 * @param {Map<number, Descriptor>} options.descriptors by file descriptor; `fd_close` takes one out
 * @param {{ monotonicMs: () => number, systemMs: () => number }} options.clock
 * @param {Record<string, (...args: any[]) => number>} [options.more] functions in place of those of the same names
 * @returns {Record<string, (...args: any[]) => number>}
 */
export function wasiImports({ memory, descriptors, clock, more = {} }) {
  // Memory may have grown since the last call, which detaches its old buffer: a view lives for one call.
  const view = () => new DataView(memory().buffer);
  const bytes = (/** @type {number} */ pointer, /** @type {number} */ length) =>
    new Uint8Array(memory().buffer, pointer >>> 0, length >>> 0);
  const withDescriptor = (/** @type {number} */ fd, /** @type {(descriptor: Descriptor) => number} */ use) => {
    const descriptor = descriptors.get(fd);
    return descriptor === undefined ? ERRNO_BADF : use(descriptor);
  };

  /** @type {Record<string, (...args: any[]) => number>} */
  const calls = {
    args_sizes_get: (count, size) => emptyList(view(), count, size),
    args_get: () => ERRNO_SUCCESS,
    environ_sizes_get: (count, size) => emptyList(view(), count, size),
    environ_get: () => ERRNO_SUCCESS,
    clock_res_get: (id, result) => {
      if (readClock(clock, id) === undefined) return ERRNO_INVAL;
      view().setBigUint64(result >>> 0, BigInt(NANOSECONDS_PER_MILLISECOND), true);
      return ERRNO_SUCCESS;
    },
    clock_time_get: (id, _precision, result) => {
      const milliseconds = readClock(clock, id);
      if (milliseconds === undefined) return ERRNO_INVAL;
      view().setBigUint64(result >>> 0, nanoseconds(milliseconds), true);
      return ERRNO_SUCCESS;
    },
    random_get: (pointer, length) => fillRandom(bytes(pointer, length)),
    sched_yield: () => ERRNO_SUCCESS,
    proc_exit: (exitCode) => {
      throw new ProcExit(exitCode);
    },
    fd_write: (fd, iovecs, count, written) =>
      withDescriptor(fd, ({ write }) => {
        if (write === undefined) return ERRNO_BADF;
        const total = eachIovec(view(), iovecs, count, (pointer, length) => {
          write(bytes(pointer, length).slice());
          return length;
        });
        view().setUint32(written >>> 0, total, true);
        return ERRNO_SUCCESS;
      }),
    fd_read: (fd, iovecs, count, got) =>
      withDescriptor(fd, ({ read }) => {
        if (read === undefined) return ERRNO_BADF;
        const total = eachIovec(view(), iovecs, count, (pointer, length) => read(bytes(pointer, length)));
        view().setUint32(got >>> 0, total, true);
        return ERRNO_SUCCESS;
      }),
    fd_close: (fd) => (descriptors.delete(fd) ? ERRNO_SUCCESS : ERRNO_BADF),
    fd_seek: (fd) => withDescriptor(fd, () => ERRNO_SPIPE),
    fd_tell: (fd) => withDescriptor(fd, () => ERRNO_SPIPE),
    fd_fdstat_get: (fd, result) =>
      withDescriptor(fd, ({ rights }) => {
        bytes(result, FDSTAT_BYTES).fill(0);
        view().setUint8(result >>> 0, FILETYPE_CHARACTER_DEVICE);
        view().setBigUint64((result >>> 0) + 8, rights, true);
        return ERRNO_SUCCESS;
      }),
    fd_fdstat_set_flags: (fd) => withDescriptor(fd, () => ERRNO_SUCCESS),
    fd_filestat_get: (fd, result) =>
      withDescriptor(fd, () => {
        bytes(result, FILESTAT_BYTES).fill(0);
        view().setUint8((result >>> 0) + FILESTAT_FILETYPE_OFFSET, FILETYPE_CHARACTER_DEVICE);
        return ERRNO_SUCCESS;
      }),
    // EBADF at the first descriptor is how a host says that it preopens nothing.
    fd_prestat_get: () => ERRNO_BADF,
    fd_prestat_dir_name: () => ERRNO_BADF,
  };
  for (const name of NOT_SUPPORTED) calls[name] = () => ERRNO_NOSYS;
  return Object.fromEntries(Object.entries({ ...calls, ...more }).map(([name, call]) => [name, faultSafe(call)]));
}

/**
 * A pointer outside of memory is the guest's mistake and an errno; everything else passes through.
 * @param {(...args: any[]) => number} call
 */
function faultSafe(call) {
  return (/** @type {any[]} */ ...args) => {
    try {
      return call(...args);
    } catch (error) {
      if (error instanceof RangeError) return ERRNO_FAULT;
      throw error;
    }
  };
}

/** @param {DataView} view @param {number} count @param {number} size */
function emptyList(view, count, size) {
  view.setUint32(count >>> 0, 0, true);
  view.setUint32(size >>> 0, 0, true);
  return ERRNO_SUCCESS;
}

/**
 * @param {{ monotonicMs: () => number, systemMs: () => number }} clock
 * @param {number} id
 * @returns {number | undefined}
 */
function readClock(clock, id) {
  switch (id) {
    case CLOCKID_REALTIME:
      return clock.systemMs();
    case CLOCKID_MONOTONIC:
    case CLOCKID_PROCESS_CPUTIME_ID:
    case CLOCKID_THREAD_CPUTIME_ID:
      return clock.monotonicMs();
    default:
      return undefined;
  }
}

/**
 * Whole milliseconds apart from the rest: a product of today's date has more digits than a number holds.
 * @param {number} milliseconds
 */
function nanoseconds(milliseconds) {
  const whole = Math.floor(milliseconds);
  const rest = Math.round((milliseconds - whole) * NANOSECONDS_PER_MILLISECOND);
  return BigInt(whole) * BigInt(NANOSECONDS_PER_MILLISECOND) + BigInt(rest);
}

/** Randomness that nobody has got yet: asking the runtime for little is as expensive as asking for much. */
const stored = new Uint8Array(4096);
let storedBytes = 0;
const MAX_STORED_BYTES = 64;

/** @param {Uint8Array} target of at most MAX_STORED_BYTES */
function takeRandom(target) {
  if (storedBytes < target.length) {
    crypto.getRandomValues(stored);
    storedBytes = stored.length;
  }
  storedBytes -= target.length;
  const taken = stored.subarray(storedBytes, storedBytes + target.length);
  target.set(taken);
  taken.fill(0);
  return ERRNO_SUCCESS;
}

/** @param {Uint8Array} target */
function fillRandom(target) {
  if (target.length <= MAX_STORED_BYTES) return takeRandom(target);
  for (let start = 0; start < target.length; start += MAX_RANDOM_BYTES_PER_CALL) {
    crypto.getRandomValues(target.subarray(start, start + MAX_RANDOM_BYTES_PER_CALL));
  }
  return ERRNO_SUCCESS;
}

/**
 * Sum of what `move` moved, which ends at the first part that it could not fill.
 * @param {DataView} view
 * @param {number} iovecs
 * @param {number} count
 * @param {(pointer: number, length: number) => number} move
 */
export function eachIovec(view, iovecs, count, move) {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const at = (iovecs >>> 0) + i * CIOVEC_BYTES;
    const length = view.getUint32(at + 4, true);
    const moved = move(view.getUint32(at, true), length);
    total += moved;
    if (moved < length) break;
  }
  return total;
}
