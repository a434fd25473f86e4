/** One round: a new instance of the machine runs from its start to its end, with all that was answered so far. */

import { describe, WorkerError } from "./errors.js";
import { decode, encode, Tuple } from "./etf.js";
import { LEVEL_STDOUT } from "./logs.js";
import { RoundClock } from "./replay_clock.js";
import { parseOutput } from "./replay_output.js";
import { commandImports } from "./replay_wasi.js";
import { ProcExit } from "./wasi.js";

const ARCHIVE_NAME = "app.avm";
const UNHEARD = ", and has written nothing for the worker: does the machine have what docs/reference/configuration.md, vm, names?";

/**
 * What an application asks for in a round and has not been answered.
 * @typedef {object} Need
 * @property {import("./etf.js").Term} identity goes back as it came
 * @property {number} atMs since the start, on the guest's clock
 * @property {number | undefined} timeoutMs how long it may take
 * @property {Uint8Array} call an external term, as in host_calls.js
 *
 * @typedef {object} Outcome
 * @property {Need[]} needs
 * @property {Uint8Array[]} effects external terms of calls that nobody waits for
 * @property {Uint8Array | undefined} response in the layout of response.js
 * @property {number} respondedMs since the start, on the guest's clock; 0 without a response
 *
 * @typedef {object} Answered
 * @property {import("./etf.js").Term} identity
 * @property {boolean} ok
 * @property {Uint8Array} term
 *
 * @typedef {{ atMs: number, answers: Answered[] }} Batch answers that came together
 *
 * @typedef {object} RoundInput
 * @property {Uint8Array} token
 * @property {Uint8Array} head external term
 * @property {Uint8Array} body
 * @property {Batch[]} batches
 *
 * @typedef {object} RoundHost
 * @property {WebAssembly.Module} module
 * @property {Uint8Array} archive
 * @property {number} memoryCapBytes
 * @property {bigint} systemStartNs
 * @property {import("./replay_clock.js").EntropyTape} entropy
 * @property {import("./replay_output.js").ReplayLog} log
 * @property {(clock: RoundClock) => void} checkLimits throws what ends the request
 */

/**
 * @param {RoundHost} host
 * @param {RoundInput} input
 * @returns {Outcome}
 * @throws {WorkerError} E_VM_*, E_LIMIT_*, E_REPLAY
 */
export function runRound(host, input) {
  const stdout = new Bytes();
  const stderr = new Bytes();
  const state = stateOf(input);
  if (state.length > host.memoryCapBytes) {
    throw new WorkerError("E_VM_MEMORY", `the request with all its answers so far has ${state.length} bytes`);
  }
  host.entropy.rewind();
  /** @type {any} */
  let failure;
  try {
    runCommand(host, state, stdout, stderr);
  } catch (thrown) {
    failure = thrown;
  }
  const { records, outcome } = parseOutput(stdout.taken(), input.token);
  host.log.add(records, stderr.taken());
  if (failure === undefined && outcome !== undefined) return readOutcome(outcome);
  failure ??= new WorkerError("E_VM_EXIT", "the application has ended without a response");
  const isSilent = outcome === undefined && records.every(({ level }) => level === LEVEL_STDOUT);
  if (isSilent && failure.code === "E_VM_EXIT") failure = new WorkerError("E_VM_EXIT", failure.message + UNHEARD);
  throw failure;
}

/**
 * @param {RoundHost} host
 * @param {Uint8Array} input
 * @param {Bytes} stdout
 * @param {Bytes} stderr
 */
function runCommand(host, input, stdout, stderr) {
  const clock = new RoundClock(host.systemStartNs);
  /** @type {WebAssembly.Memory | undefined} */
  let memory;
  const wasi_snapshot_preview1 = commandImports(() => /** @type {WebAssembly.Memory} */ (memory), {
    args: ["atomvm", ARCHIVE_NAME],
    environment: { ATOMVM_MEMORY_CAP: String(host.memoryCapBytes) },
    input,
    stdout: (bytes) => stdout.add(bytes),
    stderr: (bytes) => stderr.add(bytes),
    file: { name: ARCHIVE_NAME, bytes: host.archive },
    clock,
    entropy: host.entropy,
    checkLimits: () => {
      host.checkLimits(clock);
      checkMemory(/** @type {WebAssembly.Memory} */ (memory), host);
    },
  });
  const exports = instantiate(host.module, { wasi_snapshot_preview1 });
  memory = /** @type {WebAssembly.Memory} */ (exports.memory);
  run(/** @type {() => void} */ (exports._start));
}

/** @param {WebAssembly.Module} module @param {WebAssembly.Imports} imports */
function instantiate(module, imports) {
  let exports;
  try {
    exports = new WebAssembly.Instance(module, imports).exports;
  } catch (cause) {
    throw new WorkerError("E_VM_ABI", `atomvm.wasm does not start: ${describe(cause)}`, { cause });
  }
  if (!(exports.memory instanceof WebAssembly.Memory) || typeof exports._start !== "function") {
    throw new WorkerError("E_VM_ABI", "atomvm.wasm does not export memory and _start: it is no WASI command");
  }
  return exports;
}

/** @param {() => void} start */
function run(start) {
  try {
    start();
  } catch (thrown) {
    if (thrown instanceof WorkerError) throw thrown;
    if (!(thrown instanceof ProcExit)) throw new WorkerError("E_VM_TRAP", `_start: ${describe(thrown)}`, { cause: thrown });
    if (thrown.exitCode !== 0) {
      throw new WorkerError("E_VM_EXIT", `the application has ended with exit code ${thrown.exitCode}`);
    }
  }
}

/** @param {WebAssembly.Memory} memory @param {RoundHost} host */
function checkMemory(memory, { archive, memoryCapBytes }) {
  // What a machine needs beside its cap: the archive, which is not counted, and its own code's data and stack.
  const mostBytes = memoryCapBytes + 2 * archive.length + 16 * 1024 * 1024;
  if (memory.buffer.byteLength > mostBytes) {
    throw new WorkerError("E_VM_MEMORY", `the machine has taken ${memory.buffer.byteLength} bytes`);
  }
}

/** @param {RoundInput} input @returns {Uint8Array} what the machine reads from stdin */
function stateOf({ token, head, body, batches }) {
  const state = batches.map(({ atMs, answers }) =>
    new Tuple([atMs, answers.map(({ identity, ok, term }) => new Tuple([identity, ok, term]))]));
  return encode({ token, head, body, _state: state });
}

/**
 * @param {Uint8Array} bytes
 * @returns {Outcome}
 */
function readOutcome(bytes) {
  const utf8 = new TextDecoder();
  const terms = new Map([.../** @type {Map<any, any>} */ (decode(bytes))].map(([key, value]) => [utf8.decode(key), value]));
  if (terms.has("_diverged")) throw new WorkerError("E_REPLAY", utf8.decode(terms.get("_diverged")));
  return {
    needs: terms.get("_needs").map(readNeed),
    effects: terms.get("_effects"),
    response: terms.get("response") ?? undefined,
    respondedMs: terms.get("at") ?? 0,
  };
}

/** @param {Tuple} need @returns {Need} */
function readNeed({ elements: [identity, atMs, timeoutMs, call] }) {
  return {
    identity: /** @type {import("./etf.js").Term} */ (identity),
    atMs: /** @type {number} */ (atMs),
    timeoutMs: /** @type {number | null} */ (timeoutMs) ?? undefined,
    call: /** @type {Uint8Array} */ (call),
  };
}

/** Bytes that come in pieces. */
class Bytes {
  /** @type {Uint8Array[]} */
  #pieces = [];
  #length = 0;

  /** @param {Uint8Array} piece */
  add(piece) {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  taken() {
    const whole = new Uint8Array(this.#length);
    let offset = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }
}
