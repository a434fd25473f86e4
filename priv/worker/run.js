/**
 * The life of a machine during one request: time slices, timers, host calls, limits.
 *
 *     boot       slices until it listens and no host call is open
 *     serve      hands over the request; slices until it has responded
 *     settle     what is left to do behind the response
 *
 * V8 cannot replace a running wasm loop by a faster compilation of it, so a slice has to return for its own good;
 * between slices the event loop gets its turn.
 */

import { WorkerError } from "./errors.js";
import { announcedLength, isStreamed } from "./response.js";
import { VM_LISTENING, VM_MORE, VM_RESPONDED } from "./vm.js";

const SLICE_REDUCTIONS = 20_000;
const REDUCTIONS_BETWEEN_TURNS = 2_000_000;

/**
 * @typedef {object} Limits
 * @property {number} maxReductions of one request, start of the application included
 * @property {number} maxRequestMs from the first slice on, waiting included; at most what setTimeout takes
 */

export class Run {
  #machine;
  #host;
  #calls;
  #limits;
  #startMs;
  #spentReductions = 0;
  #heeding = false; // from the first wait of a request until its response
  #clientGone = false;

  /**
   * @param {import("./vm.js").Machine} machine
   * @param {import("./vm.js").Host} host
   * @param {import("./host_calls.js").HostCalls} calls
   * @param {Limits} limits
   */
  constructor(machine, host, calls, limits) {
    this.#machine = machine;
    this.#host = host;
    this.#calls = calls;
    this.#limits = limits;
    this.#startMs = host.clock.monotonicMs();
  }

  /**
   * @param {Uint8Array} archive
   * @param {number} memoryCapBytes
   */
  async boot(archive, memoryCapBytes) {
    this.#machine.boot(archive, memoryCapBytes);
    await this.#until(VM_LISTENING);
    while (this.#calls.open > 0) {
      await this.#waited();
      this.#deliver();
      await this.#until(VM_LISTENING);
    }
  }

  /**
   * Boots where nothing can be waited for.
   * @param {Uint8Array} archive
   * @param {number} memoryCapBytes
   * @returns {boolean} whether it listens, and all is done
   */
  bootAtOnce(archive, memoryCapBytes) {
    this.#machine.boot(archive, memoryCapBytes);
    let status = VM_MORE;
    while (status === VM_MORE) status = this.#slice();
    return status === VM_LISTENING && this.#calls.open === 0;
  }

  /**
   * @param {Uint8Array} head
   * @param {Uint8Array} body
   * @returns {Uint8Array | Promise<Uint8Array>} the response in the VM's layout: at once when one slice makes it
   */
  serve(head, body) {
    this.#machine.request(head, body);
    const status = this.#slice();
    return status === VM_RESPONDED ? this.#response() : this.#serveSlowly(status);
  }

  /** @param {number} status */
  async #serveSlowly(status) {
    await this.#until(VM_RESPONDED, status);
    this.#heeding = false;
    return this.#response();
  }

  #response() {
    const response = this.#machine.response();
    if (isStreamed(response)) this.#openStream(announcedLength(response));
    return response;
  }

  /**
   * A client that goes ends the stream, and so the handler that writes to it.
   * @param {number | undefined} length of the body
   */
  #openStream(length) {
    this.#calls.openStream(length);
    this.#host.signal?.addEventListener("abort", () => this.#calls.breakOff("the client has gone"));
  }

  /**
   * Work behind the response: as long as processes can run or wait for host calls, or the response is being streamed.
   * Timers alone do not keep a machine, or a ticking GenServer would hold every one of them.
   * @returns {Promise<void> | undefined} undefined when nothing was left after one slice
   */
  settle() {
    const status = this.#slice();
    return this.#busy(status) ? this.#settleSlowly(status) : undefined;
  }

  /** Saves what the machine still has to say before it is dropped; a response that is not whole breaks off. */
  abandon() {
    this.#calls.breakOff("the machine is gone");
    this.release();
    try {
      this.#machine.drainLog();
    } catch {
      // After a trap the records may be half-written; the trap itself is reported either way.
    }
  }

  /** The request has ended. */
  release() {
    this.#calls.close();
  }

  /** @param {number} status */
  #busy(status) {
    return status === VM_MORE || this.#calls.open > 0 || this.#calls.streaming;
  }

  /** @param {number} status */
  async #settleSlowly(status) {
    while (this.#busy(status)) {
      // The turn comes first, so that the response is on its way before its aftermath uses the CPU.
      await (status === VM_MORE ? nextTurn() : this.#waited());
      this.#deliver();
      status = this.#slice();
    }
  }

  /**
   * @param {number} goal VM_LISTENING or VM_RESPONDED
   * @param {number} status of the slice before
   */
  async #until(goal, status = this.#slice()) {
    for (; status !== goal; status = this.#slice()) {
      if (goal === VM_RESPONDED) this.#heedClient();
      if (status !== VM_MORE) {
        await this.#waited();
        this.#deliver();
      } else if (this.#spentReductions % REDUCTIONS_BETWEEN_TURNS === 0) await nextTurn();
    }
  }

  /** A client that goes ends the wait for its response. Asking for the signal costs, so only who waits asks, once. */
  #heedClient() {
    if (!this.#heeding) {
      this.#heeding = true;
      const { signal } = this.#host;
      this.#clientGone = signal?.aborted ?? false;
      signal?.addEventListener("abort", () => {
        this.#clientGone = true;
        if (this.#heeding) this.#calls.interrupt();
      });
    }
    if (this.#clientGone) throw new WorkerError("E_CLIENT_GONE", "the client has gone before the response");
  }

  #slice() {
    const status = this.#machine.run(SLICE_REDUCTIONS);
    this.#machine.drainLog();
    this.#machine.drainCalls(this.#calls);
    if (status === VM_MORE) this.#spend();
    return status;
  }

  #spend() {
    this.#spentReductions += SLICE_REDUCTIONS;
    if (this.#spentReductions >= this.#limits.maxReductions) {
      throw new WorkerError("E_LIMIT_REDUCTIONS", `more than ${this.#limits.maxReductions} reductions`);
    }
    this.#endMs(this.#host.clock.monotonicMs());
  }

  /** @param {number} nowMs @returns {number} when the request has to be over: later than now */
  #endMs(nowMs) {
    const endMs = this.#startMs + this.#limits.maxRequestMs;
    if (endMs > nowMs) return endMs;
    throw new WorkerError("E_LIMIT_TIME", `longer than ${this.#limits.maxRequestMs} ms`);
  }

  /** @returns {Promise<void> | undefined} fulfilled when a host call is answered or the next timer is due */
  #waited() {
    const { clock } = this.#host;
    const deadlineMs = this.#machine.deadlineMs();
    if (deadlineMs === Infinity && this.#calls.open === 0) {
      throw new WorkerError("E_VM_SILENT", "every process waits, and nothing is left that could respond");
    }
    const nowMs = clock.latestMs;
    return this.#calls.answeredBy(Math.min(deadlineMs, this.#endMs(nowMs)), nowMs, clock);
  }

  /** Tells the machine what has been answered. */
  #deliver() {
    for (const { id, kind, bytes } of this.#calls.takeAnswers()) this.#machine.reply(id, kind, bytes);
  }
}

/** @returns {Promise<void>} */
function nextTurn() {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
