/**
 * One instance of the virtual machine: its exports, and the bytes that cross its border. `docs/reference/host-abi.md`
 * is the contract. Nothing here waits; `run.js` decides when to call what.
 */

import { describe, WorkerError } from "./errors.js";
import { LEVEL_STDERR, LEVEL_STDOUT } from "./logs.js";
import { EMPTY_INPUT, outputTo, wasiImports } from "./wasi.js";

export const VM_MORE = 0;
export const VM_WAITING = 1;
export const VM_RESPONDED = 2;
export const VM_EXITED = 3;
export const VM_ERROR = 4;
export const VM_LISTENING = 5;

const EXPORTS = Object.freeze(/** @type {const} */ ([
  "vm_alloc", "vm_boot", "vm_run", "vm_outbox", "vm_request", "vm_reply", "vm_error_ptr", "vm_error_len", "vm_exit_code",
  "vm_freeze", "vm_image_ptr", "vm_image_len", "vm_reset", "vm_wall_clock_read",
]));

const PAGE_BYTES = 65536;

/** Of the outbox: the deadline, f64, and of each list that the VM has to hand out where its pointer is; behind that the length. */
const DEADLINE_AT = 0;
const LOG_AT = 8;
const CALLS_AT = 20;
const RESPONSE_AT = 32;

/**
 * @typedef {(a?: number, b?: number, c?: number, d?: number) => number} Export
 * @typedef {Record<typeof EXPORTS[number], Export>} Exports
 */

/**
 * What a request lends to the machine that serves it.
 * @typedef {object} Host
 * @property {import("./clock.js").Clock} clock
 * @property {import("./logs.js").RequestLog} log
 * @property {AbortSignal} [signal] aborted when the client has gone; costs something to ask for
 */

/**
 * The state of a machine that listens. Its own clock stands at `monotonicMs`, and starts from there with every request,
 * so that timers of the start are as far away for the last request of an isolate as for the first.
 * @typedef {object} Image
 * @property {readonly { start: number, bytes: Uint8Array }[]} state the parts that a reset puts back
 * @property {number} memoryBytes
 * @property {number} monotonicMs
 *
 * @typedef {object} Copy all that makes another machine like this one
 * @property {Image} image
 * @property {number} start address of the first byte of `memory`
 * @property {Uint8Array} memory
 */

export class Machine {
  /** @type {Exports} */
  #exports;
  /** @type {WebAssembly.Memory} */
  #memory;
  // All of memory. Asking for its buffer costs something, and a call that makes it grow detaches these.
  #bytes = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));
  #outbox; // address
  #host;
  #aheadMs = 0; // of the clock of the guest, before the host's
  /** @type {Image | undefined} */
  #image;
  #isNew = false; // reset, and not lent since

  /**
   * @param {WebAssembly.Module} module
   * @param {Host} host
   * @throws {WorkerError} E_VM_ABI when the module is not the VM
   */
  constructor(module, host) {
    this.#host = host;
    const exports = this.#instantiate(module).exports;
    /** @type {string[]} */
    const missing = EXPORTS.filter((name) => typeof exports[name] !== "function");
    if (!(exports.memory instanceof WebAssembly.Memory)) missing.unshift("memory");
    if (missing.length > 0) {
      throw new WorkerError("E_VM_ABI", `atomvm.wasm does not export ${missing.join(", ")}: build it again`);
    }
    this.#memory = /** @type {WebAssembly.Memory} */ (exports.memory);
    const calls = EXPORTS.map((name) => [name, guarded(name, /** @type {Export} */ (exports[name]))]);
    this.#exports = /** @type {Exports} */ (Object.fromEntries(calls));
    if ("_initialize" in exports) guarded("_initialize", /** @type {Export} */ (exports._initialize))();
    this.#outbox = this.#exports.vm_outbox() >>> 0;
  }

  /**
   * A machine with the memory of another: what that has learned from the archive, and the state of its image.
   * @param {WebAssembly.Module} module
   * @param {Copy} copy
   * @param {Host} host
   */
  static fromCopy(module, { image, start, memory }, host) {
    const machine = new Machine(module, host);
    const missingBytes = start + memory.length - machine.memoryBytes;
    if (missingBytes > 0) machine.#memory.grow(missingBytes / PAGE_BYTES);
    machine.#look().set(memory, start);
    machine.#image = image;
    machine.reset();
    return machine;
  }

  /** @returns {Copy} of a machine that has an image, at any moment between two calls */
  copy() {
    const image = /** @type {Image} */ (this.#image);
    const { start } = /** @type {{ start: number }} */ (image.state[0]); // below is the stack, empty between calls
    return { image, start, memory: this.#look().slice(start) };
  }

  /** @param {WebAssembly.Module} module */
  #instantiate(module) {
    const print = (/** @type {number} */ level) =>
      outputTo((bytes) => this.#host.log.print(level, bytes));
    const wasi_snapshot_preview1 = wasiImports({
      memory: () => this.#memory,
      descriptors: new Map([[0, EMPTY_INPUT], [1, print(LEVEL_STDOUT)], [2, print(LEVEL_STDERR)]]),
      clock: { monotonicMs: () => this.#host.clock.monotonicMs(), systemMs: () => this.#host.clock.systemMs() },
    });
    try {
      return new WebAssembly.Instance(module, { wasi_snapshot_preview1 });
    } catch (cause) {
      throw new WorkerError("E_VM_ABI", `atomvm.wasm does not start: ${describe(cause)}`, { cause });
    }
  }

  /**
   * Takes the archive and starts its first process. The VM owns those bytes from now on, so they are not freed.
   * @param {Uint8Array} archive
   * @param {number} memoryCapBytes
   */
  boot(archive, memoryCapBytes) {
    const pointer = this.#copyIn(archive);
    this.#checked("vm_boot", this.#exports.vm_boot(pointer, archive.length, memoryCapBytes));
  }

  /**
   * @param {number} reductions
   * @returns {number} VM_MORE, VM_WAITING, VM_RESPONDED or VM_LISTENING
   * @throws {WorkerError} E_VM_EXIT, E_VM_FAULT, E_VM_TRAP
   */
  run(reductions) {
    const { clock } = this.#host;
    const guestMs = clock.monotonicMs() + this.#aheadMs;
    const status = this.#checked("vm_run", this.#exports.vm_run(guestMs, clock.latestSystemMs, reductions));
    if (status === VM_EXITED) {
      throw new WorkerError("E_VM_EXIT", `the application has ended with exit code ${this.#exports.vm_exit_code()}`);
    }
    return status;
  }

  /** @returns {number} monotonic milliseconds of the host's clock, Infinity without a timer */
  deadlineMs() {
    this.#look();
    return this.#view.getFloat64(this.#outbox + DEADLINE_AT, true) - this.#aheadMs;
  }

  get memoryBytes() {
    return this.#look().length;
  }

  /** What `reset` goes back to, once there is one. */
  get image() {
    return this.#image;
  }

  /** Makes the image of a machine that listens; once. */
  freeze() {
    this.#checked("vm_freeze", this.#exports.vm_freeze());
    const memory = this.#look();
    const table = new Uint32Array(this.#named("vm_image").buffer); // start u32, length u32; ascending
    const state = Array.from({ length: table.length / 2 }, (_, i) => {
      const [start, length] = /** @type {[number, number]} */ ([table[2 * i], table[2 * i + 1]]);
      return { start, bytes: memory.slice(start, start + length) };
    });
    const monotonicMs = this.#host.clock.monotonicMs() + this.#aheadMs;
    this.#image = { state, memoryBytes: memory.length, monotonicMs };
  }

  /** Whether the application has asked for the time of day since the start. */
  get hasReadWallClock() {
    return this.#exports.vm_wall_clock_read() !== 0;
  }

  /** Forgets everything since the image was made, but for what it has learned from the archive. */
  reset() {
    const memory = this.#look();
    for (const { start, bytes } of /** @type {Image} */ (this.#image).state) memory.set(bytes, start);
    this.#checked("vm_reset", this.#exports.vm_reset());
    this.#isNew = true;
  }

  /**
   * The host of the next request. The guest's clock goes on where the image has stopped it.
   * @param {Host} host
   */
  lend(host) {
    this.#host = host;
    this.#aheadMs = /** @type {Image} */ (this.#image).monotonicMs - host.clock.monotonicMs();
    if (!this.#isNew) this.reset();
    this.#isNew = false;
  }

  /**
   * @param {Uint8Array} head external term
   * @param {Uint8Array} body
   */
  request(head, body) {
    const headPointer = this.#copyIn(head);
    this.#checked("vm_request", this.#exports.vm_request(headPointer, head.length, this.#copyIn(body), body.length));
  }

  /** @returns {Uint8Array} a copy, which outlives the instance */
  response() {
    const length = this.#lengthOf(RESPONSE_AT);
    const start = this.#startOf(RESPONSE_AT, length);
    return this.#bytes.slice(start, start + length);
  }

  /** Moves collected log records to the log of the request. */
  drainLog() {
    const length = this.#lengthOf(LOG_AT);
    if (length === 0) return;
    const start = this.#startOf(LOG_AT, length);
    this.#host.log.add(this.#bytes.subarray(start, start + length));
    this.#clear(LOG_AT);
  }

  /** @param {import("./host_calls.js").HostCalls} calls which start those that were made since the last time */
  drainCalls(calls) {
    const length = this.#lengthOf(CALLS_AT);
    if (length === 0) return;
    const start = this.#startOf(CALLS_AT, length);
    calls.start(this.#bytes, this.#view, start, start + length);
    this.#clear(CALLS_AT);
  }

  /**
   * @param {number} callId
   * @param {number} kind REPLY_ERROR, REPLY_TERM or REPLY_BINARY
   * @param {Uint8Array} bytes external term, or those of a binary
   */
  reply(callId, kind, bytes) {
    this.#checked("vm_reply", this.#exports.vm_reply(callId, kind, this.#copyIn(bytes), bytes.length));
  }

  /**
   * @param {string} name of the export that has returned it
   * @param {number} status
   * @returns {number} a status other than VM_ERROR
   */
  #checked(name, status) {
    if (status === VM_ERROR) {
      const text = new TextDecoder().decode(this.#named("vm_error"));
      throw new WorkerError("E_VM_FAULT", `${name}: ${text || "no reason given"}`);
    }
    return status;
  }

  /**
   * Gives bytes to the VM, which frees them when it has read them.
   * @param {Uint8Array} bytes
   * @returns {number} address; 0 for no bytes
   */
  #copyIn(bytes) {
    if (bytes.length === 0) return 0;
    const pointer = this.#exports.vm_alloc(bytes.length) >>> 0;
    if (pointer === 0) throw new WorkerError("E_VM_MEMORY", `the VM has no room for ${bytes.length} bytes`);
    this.#look().set(bytes, pointer);
    return pointer;
  }

  /** @returns {Uint8Array} all of memory: good until the machine runs, is reset or given memory */
  #look() {
    if (this.#bytes.length === 0) {
      this.#bytes = new Uint8Array(this.#memory.buffer);
      this.#view = new DataView(this.#memory.buffer);
    }
    return this.#bytes;
  }

  /** @param {number} at offset in the outbox */
  #lengthOf(at) {
    this.#look();
    return this.#view.getUint32(this.#outbox + at + 4, true);
  }

  /** @param {number} at offset in the outbox @param {number} length */
  #startOf(at, length) {
    const start = this.#view.getUint32(this.#outbox + at, true);
    if (start + length > this.#bytes.length) throw outside("vm_outbox", start, length);
    return start;
  }

  /** What is there has been taken. @param {number} at offset in the outbox */
  #clear(at) {
    this.#look();
    this.#view.setUint32(this.#outbox + at + 4, 0, true);
  }

  /**
   * @param {"vm_image" | "vm_error"} name of a pair of exports `_ptr` and `_len`
   * @returns {Uint8Array} a copy
   */
  #named(name) {
    const length = this.#exports[`${name}_len`]() >>> 0;
    const start = this.#exports[`${name}_ptr`]() >>> 0;
    if (start + length > this.memoryBytes) throw outside(name, start, length);
    return this.#bytes.slice(start, start + length);
  }
}

/** @param {string} name @param {number} start @param {number} length */
function outside(name, start, length) {
  return new WorkerError("E_VM_ABI", `${name}: ${length} bytes at ${start} are outside of memory`);
}

/**
 * The one door into wasm: what is thrown out of it is a trap, an exhausted stack or `proc_exit`, and each means that the
 * instance is in the middle of something and lost.
 * @param {string} name
 * @param {Export} call of at most four parameters
 * @returns {Export}
 */
function guarded(name, call) {
  return (a, b, c, d) => {
    try {
      return call(a, b, c, d);
    } catch (cause) {
      throw new WorkerError("E_VM_TRAP", `${name}: ${describe(cause)}`, { cause });
    }
  };
}
