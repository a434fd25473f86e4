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
  "vm_alloc", "vm_free", "vm_boot", "vm_run", "vm_deadline", "vm_request", "vm_response_ptr", "vm_response_len",
  "vm_log_ptr", "vm_log_len", "vm_log_clear", "vm_calls_ptr", "vm_calls_len", "vm_calls_clear", "vm_reply",
  "vm_error_ptr", "vm_error_len", "vm_exit_code", "vm_freeze", "vm_image_ptr", "vm_image_len", "vm_reset",
  "vm_wall_clock_read",
]));

const PAGE_BYTES = 65536;

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
    new Uint8Array(machine.#memory.buffer).set(memory, start);
    machine.#image = image;
    machine.reset();
    return machine;
  }

  /** @returns {Copy} of a machine that has an image, at any moment between two calls */
  copy() {
    const image = /** @type {Image} */ (this.#image);
    const { start } = /** @type {{ start: number }} */ (image.state[0]); // below is the stack, empty between calls
    return { image, start, memory: new Uint8Array(this.#memory.buffer).slice(start) };
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
    const [monotonicMs, systemMs] = this.#host.clock.now();
    const status = this.#checked("vm_run", this.#exports.vm_run(monotonicMs + this.#aheadMs, systemMs, reductions));
    if (status === VM_EXITED) {
      throw new WorkerError("E_VM_EXIT", `the application has ended with exit code ${this.#exports.vm_exit_code()}`);
    }
    return status;
  }

  /** @returns {number} monotonic milliseconds of the host's clock, Infinity without a timer */
  deadlineMs() {
    return this.#exports.vm_deadline() - this.#aheadMs;
  }

  get memoryBytes() {
    return this.#memory.buffer.byteLength;
  }

  /** What `reset` goes back to, once there is one. */
  get image() {
    return this.#image;
  }

  /** Makes the image of a machine that listens; once. */
  freeze() {
    this.#checked("vm_freeze", this.#exports.vm_freeze());
    const memory = new Uint8Array(this.#memory.buffer);
    const table = new Uint32Array(this.#bytes("vm_image").slice().buffer); // start u32, length u32; ascending
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
    const memory = new Uint8Array(this.#memory.buffer);
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
    const bodyPointer = this.#copyIn(body);
    this.#checked("vm_request", this.#exports.vm_request(headPointer, head.length, bodyPointer, body.length));
    this.#free(headPointer);
    this.#free(bodyPointer);
  }

  /** @returns {Uint8Array} a copy, which outlives the instance */
  response() {
    return this.#bytes("vm_response").slice();
  }

  /** Moves collected log records to the log of the request. */
  drainLog() {
    if (this.#exports.vm_log_len() === 0) return;
    this.#host.log.add(this.#bytes("vm_log"));
    this.#exports.vm_log_clear();
  }

  /** @param {import("./host_calls.js").HostCalls} calls which start those that were made since the last time */
  drainCalls(calls) {
    if (this.#exports.vm_calls_len() === 0) return;
    calls.start(this.#bytes("vm_calls"));
    this.#exports.vm_calls_clear();
  }

  /**
   * @param {number} callId
   * @param {boolean} ok
   * @param {Uint8Array} term external term
   */
  reply(callId, ok, term) {
    const pointer = this.#copyIn(term);
    this.#checked("vm_reply", this.#exports.vm_reply(callId, ok ? 1 : 0, pointer, term.length));
    this.#free(pointer);
  }

  /**
   * @param {string} name of the export that has returned it
   * @param {number} status
   * @returns {number} a status other than VM_ERROR
   */
  #checked(name, status) {
    if (status === VM_ERROR) {
      const text = new TextDecoder().decode(this.#bytes("vm_error").slice());
      throw new WorkerError("E_VM_FAULT", `${name}: ${text || "no reason given"}`);
    }
    return status;
  }

  /** @param {Uint8Array} bytes @returns {number} 0 for no bytes */
  #copyIn(bytes) {
    if (bytes.length === 0) return 0;
    const pointer = this.#exports.vm_alloc(bytes.length) >>> 0;
    if (pointer === 0) throw new WorkerError("E_VM_MEMORY", `the VM has no room for ${bytes.length} bytes`);
    new Uint8Array(this.#memory.buffer, pointer, bytes.length).set(bytes);
    return pointer;
  }

  /** @param {number} pointer 0 for nothing */
  #free(pointer) {
    if (pointer !== 0) this.#exports.vm_free(pointer);
  }

  /**
   * @param {"vm_image" | "vm_response" | "vm_log" | "vm_calls" | "vm_error"} name of a pair of exports `_ptr` and `_len`
   * @returns {Uint8Array} a view: good until the machine runs, is reset or given memory
   */
  #bytes(name) {
    const length = this.#exports[`${name}_len`]() >>> 0;
    const pointer = this.#exports[`${name}_ptr`]() >>> 0;
    if (pointer + length > this.#memory.buffer.byteLength) {
      throw new WorkerError("E_VM_ABI", `${name}: ${length} bytes at ${pointer} are outside of memory`);
    }
    return new Uint8Array(this.#memory.buffer, pointer, length);
  }
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
