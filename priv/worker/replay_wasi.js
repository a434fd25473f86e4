/**
 * WASI preview 1 as a command meets it that is run for one round: arguments, an environment, stdin, and a directory with
 * one file in it, the archive. What it has in common with the reactor is in wasi.js.
 */

import { WorkerError } from "./errors.js";
import {
  CLOCKID_MONOTONIC, CLOCKID_PROCESS_CPUTIME_ID, CLOCKID_REALTIME, CLOCKID_THREAD_CPUTIME_ID, eachIovec, ERRNO_BADF,
  ERRNO_INVAL, ERRNO_SPIPE, ERRNO_SUCCESS, FILETYPE_CHARACTER_DEVICE, RIGHTS_FD_READ, wasiImports,
} from "./wasi.js";

const ERRNO_NOENT = 44;
const ERRNO_ROFS = 69;
const FILETYPE_DIRECTORY = 3;
const FILETYPE_REGULAR_FILE = 4;
const RIGHTS_FD_SEEK = 1n << 2n;
const RIGHTS_FD_TELL = 1n << 5n;
const RIGHTS_PATH_OPEN = 1n << 13n;
const RIGHTS_PATH_FILESTAT_GET = 1n << 18n;
const RIGHTS_FD_FILESTAT_GET = 1n << 21n;
const RIGHTS_POLL_FD_READWRITE = 1n << 27n;
const RIGHTS_OF_FILE = RIGHTS_FD_READ | RIGHTS_FD_SEEK | RIGHTS_FD_TELL | RIGHTS_FD_FILESTAT_GET | RIGHTS_POLL_FD_READWRITE;
const RIGHTS_OF_DIRECTORY = RIGHTS_PATH_OPEN | RIGHTS_PATH_FILESTAT_GET | RIGHTS_FD_FILESTAT_GET;
const OFLAGS_CREAT = 1;
const OFLAGS_TRUNC = 8;
const WHENCE_SET = 0;
const WHENCE_CUR = 1;
const WHENCE_END = 2;
const FDSTAT_BYTES = 24; // `fdstat`: filetype u8, pad, flags u16, pad, rights_base u64, rights_inheriting u64
const FILESTAT_BYTES = 64; // `filestat`: filetype at 16, size u64 at 32
const SUBSCRIPTION_BYTES = 48; // `subscription`: userdata u64, tag u8, then at 16 what it is of
const EVENT_BYTES = 32; // `event`: userdata u64, error u16, type u8
const EVENTTYPE_CLOCK = 0;
const SUBSCRIPTION_CLOCK_ABSTIME = 1;

const FD_STDIN = 0;
const FD_STDOUT = 1;
const FD_STDERR = 2;
const FD_DIRECTORY = 3;
const DIRECTORY = ".";
/** What `sched_yield` takes: a machine that yields has nothing to do but to wait. */
const YIELD_NS = 1_000_000n;

/**
 * @typedef {object} Command
 * @property {string[]} args the program's name first
 * @property {Record<string, string>} environment
 * @property {Uint8Array} input stdin
 * @property {(bytes: Uint8Array) => void} stdout
 * @property {(bytes: Uint8Array) => void} stderr
 * @property {{ name: string, bytes: Uint8Array }} file the one in the working directory
 * @property {import("./replay_clock.js").RoundClock} clock
 * @property {import("./replay_clock.js").EntropyTape} entropy
 * @property {() => void} checkLimits throws what ends the round; called whenever the command asks for the time or waits
 *
 * @typedef {import("./wasi.js").Descriptor & { filetype: number, file?: OpenFile }} Opened
 */

/** A position in the bytes of a file. */
class OpenFile {
  #bytes;
  position = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  get size() {
    return this.#bytes.length;
  }

  /** @param {Uint8Array} target */
  read(target) {
    const count = this.readAt(target, this.position);
    this.position += count;
    return count;
  }

  /** @param {Uint8Array} target @param {number} offset */
  readAt(target, offset) {
    const part = this.#bytes.subarray(offset, offset + target.length);
    target.set(part);
    return part.length;
  }
}

/**
 * The import object `wasi_snapshot_preview1` of a command.
 * @param {() => WebAssembly.Memory} memory
 * @param {Command} command
 */
export function commandImports(memory, command) {
  const { clock, entropy, file: archive } = command;
  const view = () => new DataView(memory().buffer);
  const bytes = (/** @type {number} */ pointer, /** @type {number} */ length) =>
    new Uint8Array(memory().buffer, pointer >>> 0, length >>> 0);
  const descriptors = standardDescriptors(command);
  let lastDescriptor = FD_DIRECTORY;
  const names = (/** @type {number} */ pointer, /** @type {number} */ length) => {
    const path = new TextDecoder().decode(bytes(pointer, length).slice());
    return path.replace(/^(\.\/)+/, "") === archive.name;
  };
  const withFile = (/** @type {number} */ fd, /** @type {(file: OpenFile) => number} */ use) => {
    const opened = descriptors.get(fd);
    if (opened === undefined) return ERRNO_BADF;
    return opened.file === undefined ? ERRNO_SPIPE : use(opened.file);
  };

  /** @type {Record<string, (...args: any[]) => number>} */
  const calls = {
    ...stringTable("args", command.args, view, bytes),
    ...stringTable("environ", Object.entries(command.environment).map((pair) => pair.join("=")), view, bytes),
    clock_time_get: (id, _precision, result) => {
      command.checkLimits();
      const nanoseconds = readClock(clock, id);
      if (nanoseconds === undefined) return ERRNO_INVAL;
      clock.tick();
      view().setBigUint64(result >>> 0, nanoseconds, true);
      return ERRNO_SUCCESS;
    },
    random_get: (pointer, length) => {
      entropy.fill(bytes(pointer, length));
      return ERRNO_SUCCESS;
    },
    sched_yield: () => {
      clock.advance(YIELD_NS);
      command.checkLimits();
      return ERRNO_SUCCESS;
    },
    poll_oneoff: (subscriptions, events, count, result) => {
      const happened = poll(view(), clock, subscriptions >>> 0, count, events >>> 0);
      command.checkLimits();
      view().setUint32(result >>> 0, happened, true);
      return ERRNO_SUCCESS;
    },
    fd_prestat_get: (fd, result) => {
      if (fd !== FD_DIRECTORY) return ERRNO_BADF;
      view().setUint32(result >>> 0, 0, true); // tag: a directory
      view().setUint32((result >>> 0) + 4, DIRECTORY.length, true);
      return ERRNO_SUCCESS;
    },
    fd_prestat_dir_name: (fd, pointer, length) => {
      if (fd !== FD_DIRECTORY) return ERRNO_BADF;
      if (length < DIRECTORY.length) return ERRNO_INVAL;
      bytes(pointer, length).set(new TextEncoder().encode(DIRECTORY));
      return ERRNO_SUCCESS;
    },
    path_open: (fd, _lookup, pointer, length, flags, _rights, _inheriting, _fdflags, result) => {
      if (fd !== FD_DIRECTORY) return ERRNO_BADF;
      if (flags & (OFLAGS_CREAT | OFLAGS_TRUNC)) return ERRNO_ROFS;
      if (!names(pointer, length)) return ERRNO_NOENT;
      const file = new OpenFile(archive.bytes);
      descriptors.set(++lastDescriptor, {
        rights: RIGHTS_OF_FILE, filetype: FILETYPE_REGULAR_FILE, file, read: (target) => file.read(target),
      });
      view().setUint32(result >>> 0, lastDescriptor, true);
      return ERRNO_SUCCESS;
    },
    path_filestat_get: (fd, _lookup, pointer, length, result) => {
      if (fd !== FD_DIRECTORY) return ERRNO_BADF;
      if (!names(pointer, length)) return ERRNO_NOENT;
      return writeFilestat(view(), result, FILETYPE_REGULAR_FILE, archive.bytes.length);
    },
    fd_filestat_get: (fd, result) => {
      const opened = descriptors.get(fd);
      return opened ? writeFilestat(view(), result, opened.filetype, opened.file?.size ?? 0) : ERRNO_BADF;
    },
    fd_fdstat_get: (fd, result) => {
      const opened = descriptors.get(fd);
      if (opened === undefined) return ERRNO_BADF;
      bytes(result, FDSTAT_BYTES).fill(0);
      view().setUint8(result >>> 0, opened.filetype);
      view().setBigUint64((result >>> 0) + 8, opened.rights, true);
      view().setBigUint64((result >>> 0) + 16, opened.filetype === FILETYPE_DIRECTORY ? RIGHTS_OF_FILE : 0n, true);
      return ERRNO_SUCCESS;
    },
    fd_pread: (fd, iovecs, count, offset, got) =>
      withFile(fd, (file) => {
        let at = Number(offset);
        const total = eachIovec(view(), iovecs, count, (pointer, length) => {
          const read = file.readAt(bytes(pointer, length), at);
          at += read;
          return read;
        });
        view().setUint32(got >>> 0, total, true);
        return ERRNO_SUCCESS;
      }),
    fd_seek: (fd, offset, whence, result) =>
      withFile(fd, (file) => {
        const from = { [WHENCE_SET]: 0, [WHENCE_CUR]: file.position, [WHENCE_END]: file.size }[/** @type {number} */ (whence)];
        const position = from === undefined ? -1 : from + Number(offset);
        if (position < 0) return ERRNO_INVAL;
        file.position = position;
        view().setBigUint64(result >>> 0, BigInt(position), true);
        return ERRNO_SUCCESS;
      }),
    fd_tell: (fd, result) =>
      withFile(fd, (file) => {
        view().setBigUint64(result >>> 0, BigInt(file.position), true);
        return ERRNO_SUCCESS;
      }),
  };
  const unused = { monotonicMs: () => clock.elapsedMs, systemMs: () => clock.elapsedMs };
  return wasiImports({ memory, descriptors, clock: unused, more: calls });
}

/**
 * @param {Command} command
 * @returns {Map<number, Opened>}
 */
function standardDescriptors({ input, stdout, stderr }) {
  const stdin = new OpenFile(input);
  const device = { rights: RIGHTS_POLL_FD_READWRITE, filetype: FILETYPE_CHARACTER_DEVICE };
  return new Map(/** @type {[number, Opened][]} */ ([
    [FD_STDIN, { ...device, rights: RIGHTS_FD_READ, read: (/** @type {Uint8Array} */ target) => stdin.read(target) }],
    [FD_STDOUT, { ...device, write: stdout }],
    [FD_STDERR, { ...device, write: stderr }],
    [FD_DIRECTORY, { rights: RIGHTS_OF_DIRECTORY, filetype: FILETYPE_DIRECTORY }],
  ]));
}

/**
 * `<name>_sizes_get` and `<name>_get`: strings that end with NUL, and a table of pointers to them.
 * @param {string} name
 * @param {string[]} strings
 * @param {() => DataView} view
 * @param {(pointer: number, length: number) => Uint8Array} bytes
 * @returns {Record<string, (...args: any[]) => number>}
 */
function stringTable(name, strings, view, bytes) {
  const encoded = strings.map((text) => new TextEncoder().encode(`${text}\0`));
  return {
    [`${name}_sizes_get`]: (count, size) => {
      view().setUint32(count >>> 0, encoded.length, true);
      view().setUint32(size >>> 0, encoded.reduce((sum, { length }) => sum + length, 0), true);
      return ERRNO_SUCCESS;
    },
    [`${name}_get`]: (table, buffer) => {
      let pointer = buffer >>> 0;
      for (const [index, text] of encoded.entries()) {
        view().setUint32((table >>> 0) + 4 * index, pointer, true);
        bytes(pointer, text.length).set(text);
        pointer += text.length;
      }
      return ERRNO_SUCCESS;
    },
  };
}

/**
 * @param {import("./replay_clock.js").RoundClock} clock
 * @param {number} id
 */
function readClock(clock, id) {
  if (id === CLOCKID_REALTIME) return clock.systemNs;
  const known = [CLOCKID_MONOTONIC, CLOCKID_PROCESS_CPUTIME_ID, CLOCKID_THREAD_CPUTIME_ID].includes(id);
  return known ? clock.monotonicNs : undefined;
}

/**
 * A descriptor is always ready. When only timers are waited for, the clock goes on to the first of them.
 * @param {DataView} view
 * @param {import("./replay_clock.js").RoundClock} clock
 * @param {number} subscriptions address
 * @param {number} count
 * @param {number} events address
 * @returns {number} how many events were written
 */
function poll(view, clock, subscriptions, count, events) {
  const waits = Array.from({ length: count }, (_, i) => subscription(view, clock, subscriptions + i * SUBSCRIPTION_BYTES));
  const firstNs = waits.reduce((first, { inNs }) => (inNs < first ? inNs : first), waits[0]?.inNs ?? 0n);
  const due = waits.filter(({ inNs }) => inNs <= firstNs);
  clock.advance(firstNs);
  for (const [index, { userdata, tag }] of due.entries()) {
    const at = events + index * EVENT_BYTES;
    for (let offset = 0; offset < EVENT_BYTES; offset += 8) view.setBigUint64(at + offset, 0n, true);
    view.setBigUint64(at, userdata, true);
    view.setUint8(at + 10, tag);
  }
  if (due.length === 0) throw new WorkerError("E_VM_SILENT", "the machine waits for nothing that could happen");
  return due.length;
}

/**
 * @param {DataView} view
 * @param {import("./replay_clock.js").RoundClock} clock
 * @param {number} at address
 */
function subscription(view, clock, at) {
  const userdata = view.getBigUint64(at, true);
  const tag = view.getUint8(at + 8);
  if (tag !== EVENTTYPE_CLOCK) return { userdata, tag, inNs: 0n };
  const timeoutNs = view.getBigUint64(at + 24, true);
  const absolute = (view.getUint16(at + 40, true) & SUBSCRIPTION_CLOCK_ABSTIME) !== 0;
  const nowNs = readClock(clock, view.getUint32(at + 16, true)) ?? clock.monotonicNs;
  const inNs = absolute ? timeoutNs - nowNs : timeoutNs;
  return { userdata, tag, inNs: inNs > 0n ? inNs : 0n };
}

/**
 * @param {DataView} view
 * @param {number} result
 * @param {number} filetype
 * @param {number} size
 */
function writeFilestat(view, result, filetype, size) {
  const at = result >>> 0;
  for (let offset = 0; offset < FILESTAT_BYTES; offset += 8) view.setBigUint64(at + offset, 0n, true);
  view.setUint8(at + 16, filetype);
  view.setBigUint64(at + 32, BigInt(size), true);
  return ERRNO_SUCCESS;
}
