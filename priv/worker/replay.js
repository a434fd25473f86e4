/**
 * Requests on a machine that has only `_start`: it runs again with all answers so far, until it needs none.
 *
 *     round, its needs performed together, round, … until there is a response; then behind it until there are no needs;
 *     then the effects, once
 *
 * `docs/reference/replay.md` says what a handler may rely on. Every round is a new instance, so there is nothing to boot
 * ahead of a request and nothing to give back after it.
 */

import { asWorkerError, WorkerError } from "./errors.js";
import { encode } from "./etf.js";
import { REPLY_BINARY, REPLY_ERROR } from "./host_calls.js";
import { LEVEL_ERROR } from "./logs.js";
import { EntropyTape, startOf } from "./replay_clock.js";
import { ReplayLog, TOKEN_BYTES } from "./replay_output.js";
import { runRound } from "./replay_round.js";
import { isStreamed } from "./response.js";

const RECORD_HEADER_BYTES = 8;
const CAST_ID = 0;

/**
 * @typedef {object} ReplayConfig
 * @property {number} memoryCapBytes
 * @property {number} maxRequestMs
 * @property {number} maxRounds
 *
 * @typedef {import("./replay_round.js").Need} Need
 * @typedef {import("./replay_round.js").Outcome} Outcome
 * @typedef {import("./pool.js").Request} Request
 * @typedef {import("./pool.js").WaitUntil} WaitUntil
 */

export class Machines {
  #module;
  #archive;
  #config;

  /**
   * @param {WebAssembly.Module} module
   * @param {Uint8Array} archive
   * @param {ReplayConfig} config
   */
  constructor(module, archive, config) {
    this.#module = module;
    this.#archive = archive;
    this.#config = config;
  }

  /** There is no machine to make ready. */
  prepare() {}

  /**
   * One request. All of it goes on under `waitUntil` when the client has gone, and work behind the response in any case.
   * @param {Request} request
   * @param {import("./vm.js").Host} host
   * @param {import("./host_calls.js").HostCalls} calls
   * @param {WaitUntil} waitUntil
   * @returns {Promise<Uint8Array>} the response in the VM's layout
   */
  serve(request, host, calls, waitUntil) {
    const response = this.#serve(request, host, calls, waitUntil);
    waitUntil(response.then(ignore, ignore));
    return response;
  }

  /**
   * @param {Request} request
   * @param {import("./vm.js").Host} host
   * @param {import("./host_calls.js").HostCalls} calls
   * @param {WaitUntil} waitUntil
   */
  async #serve(request, host, calls, waitUntil) {
    const replay = new Replay({ module: this.#module, archive: this.#archive, config: this.#config }, request, host, calls);
    const response = await replay.respond();
    waitUntil(replay.settle());
    return response;
  }
}

function ignore() {}

/** The rounds of one request. */
class Replay {
  #host;
  #calls;
  #config;
  #round;
  #startMs;
  #rounds = 0;
  #lastId = CAST_ID;
  /** @type {import("./replay_round.js").Batch[]} */
  #batches = [];
  /** @type {Outcome | undefined} */
  #outcome;
  #responded = false;
  #heeding = false; // from the first wait on

  /**
   * @param {{ module: WebAssembly.Module, archive: Uint8Array, config: ReplayConfig }} machine
   * @param {Request} request
   * @param {import("./vm.js").Host} host
   * @param {import("./host_calls.js").HostCalls} calls
   */
  constructor({ module, archive, config }, { head, body }, host, calls) {
    this.#host = host;
    this.#calls = calls;
    this.#config = config;
    this.#startMs = host.clock.monotonicMs();
    const { memoryCapBytes } = config;
    const roundHost = {
      module, archive, memoryCapBytes,
      systemStartNs: startOf(host.clock.systemMs()),
      entropy: new EntropyTape(),
      log: new ReplayLog(host.log),
      checkLimits: (/** @type {import("./replay_clock.js").RoundClock} */ clock) => void this.#leftMs(clock.elapsedMs),
    };
    const token = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
    this.#round = () => runRound(roundHost, { token, head, body, batches: this.#batches });
  }

  /** @returns {Promise<Uint8Array>} */
  async respond() {
    try {
      for (;;) {
        const outcome = this.#next();
        if (outcome.response !== undefined) {
          await this.#waitUntilMs(outcome.respondedMs);
          this.#responded = true;
          if (isStreamed(outcome.response)) this.#calls.openStream();
          return outcome.response;
        }
        await this.#perform(outcome.needs);
      }
    } catch (thrown) {
      this.#end();
      throw thrown;
    }
  }

  /** What is left to do behind the response; never rejects. */
  async settle() {
    try {
      for (let { needs } = /** @type {Outcome} */ (this.#outcome); needs.length > 0; { needs } = this.#next()) {
        await nextTurn(); // the response is on its way before its aftermath begins
        await this.#perform(needs);
      }
    } catch (thrown) {
      const { code, message } = asWorkerError(thrown);
      this.#host.log.write(LEVEL_ERROR, `after the response: ${code}: ${message}`);
    }
    this.#end();
    await nextTurn(); // streams that are cancelled learn it while the request still lives
  }

  /** However the request has ended: what was cast in the last round that came to its end is performed. */
  #end() {
    const effects = this.#outcome?.effects ?? [];
    this.#calls.start(records(effects.map((call) => ({ id: CAST_ID, call }))));
    this.#calls.close();
    this.#host.log.flush();
  }

  #next() {
    if (++this.#rounds > this.#config.maxRounds) {
      throw new WorkerError("E_LIMIT_ROUNDS", `more than ${this.#config.maxRounds} rounds`);
    }
    this.#outcome = this.#round();
    return this.#outcome;
  }

  /**
   * Performs all needs of a round; what takes longer than it may is answered without its result.
   * @param {Need[]} needs
   */
  async #perform(needs) {
    this.#heedClient();
    await this.#waitUntilMs(Math.max(...needs.map(({ atMs }) => atMs)));
    const startMs = this.#elapsedMs();
    /** @type {Map<number, Need>} */
    const open = new Map(needs.map((need) => [++this.#lastId, need]));
    /** @type {Map<Need, import("./replay_round.js").Answered>} */
    const answers = new Map();
    this.#calls.start(records([...open].map(([id, { call }]) => ({ id, call }))));
    while (open.size > 0) {
      const endMs = startMs + Math.min(...[...open.values()].map(({ timeoutMs }) => timeoutMs ?? Infinity));
      await this.#answered(endMs);
      for (const { id, kind, bytes } of this.#calls.takeAnswers()) {
        const need = open.get(id); // gone when it has been given up
        const term = kind === REPLY_BINARY ? encode(bytes) : bytes;
        if (need !== undefined) answers.set(need, { identity: need.identity, ok: kind !== REPLY_ERROR, term });
        open.delete(id);
      }
      for (const [id, need] of open) {
        if (need.timeoutMs === undefined || startMs + need.timeoutMs > this.#elapsedMs()) continue;
        answers.set(need, { identity: need.identity, ok: false, term: timedOut(need.timeoutMs) });
        open.delete(id);
      }
    }
    const inOrder = needs.map((need) => /** @type {import("./replay_round.js").Answered} */ (answers.get(need)));
    this.#batches.push({ atMs: Math.ceil(this.#elapsedMs()), answers: inOrder });
  }

  /** Waits for an answer. @param {number} endMs at most until then, since the start */
  async #answered(endMs) {
    const { clock } = this.#host;
    const nowMs = clock.monotonicMs();
    await this.#calls.answeredBy(Math.min(this.#startMs + endMs, nowMs + this.#leftMs(0)), nowMs, clock);
    this.#requireClient();
  }

  /** The guest's clock has gone ahead while it waited; the host's follows. @param {number} elapsedMs */
  async #waitUntilMs(elapsedMs) {
    const waitMs = elapsedMs - this.#elapsedMs();
    if (waitMs <= 0) return;
    const untilMs = this.#startMs + elapsedMs;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    this.#host.clock.advanceTo(untilMs);
    this.#requireClient();
  }

  /** A client that goes ends the wait for its response. Asking for the signal costs, so only who waits asks. */
  #heedClient() {
    if (this.#heeding || this.#responded) return;
    this.#heeding = true;
    this.#host.signal?.addEventListener("abort", () => this.#responded || this.#calls.interrupt());
  }

  #requireClient() {
    if (!this.#responded && this.#host.signal?.aborted) {
      throw new WorkerError("E_CLIENT_GONE", "the client has gone before the response");
    }
  }

  #elapsedMs() {
    return this.#host.clock.monotonicMs() - this.#startMs;
  }

  /**
   * @param {number} elapsedMs on the guest's clock
   * @returns {number} more than 0
   */
  #leftMs(elapsedMs) {
    const leftMs = this.#config.maxRequestMs - Math.max(elapsedMs, this.#elapsedMs());
    if (leftMs > 0) return leftMs;
    throw new WorkerError("E_LIMIT_TIME", `longer than ${this.#config.maxRequestMs} ms`);
  }
}

/** @returns {Promise<void>} */
function nextTurn() {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** @param {number} timeoutMs as `ElixirWorkers.Bindings` has it where the machine waits itself */
function timedOut(timeoutMs) {
  return encode({ code: "timeout", message: `no answer within ${timeoutMs} ms` });
}

/**
 * Host calls in the layout of host_calls.js.
 * @param {{ id: number, call: Uint8Array }[]} calls
 */
function records(calls) {
  const padded = (/** @type {number} */ length) => (length + 3) & ~3;
  const bytes = new Uint8Array(calls.reduce((sum, { call }) => sum + RECORD_HEADER_BYTES + padded(call.length), 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { id, call } of calls) {
    view.setUint32(offset, id, true);
    view.setUint32(offset + 4, call.length, true);
    bytes.set(call, offset + RECORD_HEADER_BYTES);
    offset += RECORD_HEADER_BYTES + padded(call.length);
  }
  return bytes;
}
