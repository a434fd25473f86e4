/**
 * Where a request gets its machine and gives it back.
 *
 * The first machine boots, in global scope if it can and with the first request otherwise; further ones are copies. A
 * machine serves one request at a time and goes back to its image after each, so nothing passes from one request to the
 * next. One that has failed is dropped.
 *
 * Requests of one isolate share this object and nothing else. They must not wait for each other's promises: a request
 * whose client has gone never goes on, and one that waits for it would not either. So whoever waits looks again by a
 * timer of its own, and a machine that is not given back in time is given up.
 */

import { Clock } from "./clock.js";
import { asWorkerError, WorkerError } from "./errors.js";
import { HostCalls } from "./host_calls.js";
import { LEVEL_ERROR, RequestLog } from "./logs.js";
import { Run } from "./run.js";
import { Machine } from "./vm.js";

const MIB = 1024 * 1024;
/** Of a start in global scope, where only so much CPU time is allowed. */
const MAX_REDUCTIONS_OF_PREPARATION = 2_000_000;
/** Memory never shrinks; a machine that has grown by more is not worth keeping. */
const MAX_GROWTH_BYTES = 8 * MIB;
/** Counters of the machine that a reset leaves alone cannot overflow within so many. */
const MAX_REQUESTS_OF_MACHINE = 1_000_000;
const GIVE_BACK_MARGIN_MS = 5000;
const MIN_LOOK_MS = 1;
const MAX_LOOK_MS = 32;

/**
 * @typedef {object} PoolLimits
 * @property {number} memoryCapBytes
 * @property {number} maxMachines
 * @property {number} maxPoolBytes
 * @property {number} maxWaitingRequests
 *
 * @typedef {import("./run.js").Limits & PoolLimits} PoolConfig
 *
 * @typedef {object} Request
 * @property {Uint8Array} head
 * @property {Uint8Array} body
 *
 * @typedef {(work: Promise<void>) => void} WaitUntil
 * @typedef {import("./logs.js").ConsoleLike} ConsoleLike
 */

export class MachinePool {
  #module;
  #archive;
  #config;
  /** What further machines are made of, once a second one was needed. @type {import("./vm.js").Copy | undefined} */
  #copy;
  /** @type {Machine[]} */
  #idle = [];
  /** Machines of requests that are being served, and when each counts as lost. @type {Map<Machine, number>} */
  #leases = new Map();
  /** @type {WeakMap<Machine, number>} */
  #served = new WeakMap();
  #waiting = 0;

  /**
   * @param {WebAssembly.Module} module
   * @param {Uint8Array} archive
   * @param {PoolConfig} config
   */
  constructor(module, archive, config) {
    this.#module = module;
    this.#archive = archive;
    this.#config = config;
  }

  /**
   * Boots a machine in global scope, before there is a request. There is no time of day, no randomness and nothing to
   * wait for: an application whose start asks for one of them, fails, or takes long, starts with the first request.
   */
  prepare() {
    const lines = /** @type {[keyof ConsoleLike, string][]} */ ([]);
    const log = new RequestLog("start", recorder(lines));
    const clock = new Clock({ monotonicMs: () => 0, systemMs: () => 0 });
    const calls = new HostCalls(() => new Promise(() => {}), { waitUntil: refuse, log });
    const maxReductions = Math.min(this.#config.maxReductions, MAX_REDUCTIONS_OF_PREPARATION);
    try {
      const machine = new Machine(this.#module, { clock, log });
      const run = new Run(machine, { clock, log }, calls, { ...this.#config, maxReductions });
      if (!run.bootAtOnce(this.#archive, this.#config.memoryCapBytes) || machine.hasReadWallClock) return;
      machine.freeze();
      this.#idle.push(machine);
    } catch {
      return; // the first request meets the same, and reports it
    }
    log.flush();
    for (const [method, line] of lines) console[method](line);
  }

  /**
   * One request on one machine: at once if a machine is idle and needs no more than a slice. What waits goes on under
   * `waitUntil` when the client has gone, and work behind the response does in any case.
   * @param {Request} request
   * @param {import("./vm.js").Host} host
   * @param {import("./host_calls.js").HostCalls} calls
   * @param {WaitUntil} waitUntil
   * @returns {Uint8Array | Promise<Uint8Array>} the response in the VM's layout
   */
  serve(request, host, calls, waitUntil) {
    const machine = this.#take(host);
    const response =
      machine?.image === undefined
        ? this.#serveSlowly(machine, request, host, calls, waitUntil)
        : this.#serveOn(machine, new Run(machine, host, calls, this.#config), request, host, waitUntil);
    if (response instanceof Promise) waitUntil(response.then(ignore, ignore));
    return response;
  }

  /**
   * @param {Machine | undefined} taken which has to boot; undefined when all are busy
   * @param {Request} request
   * @param {import("./vm.js").Host} host
   * @param {import("./host_calls.js").HostCalls} calls
   * @param {WaitUntil} waitUntil
   */
  async #serveSlowly(taken, request, host, calls, waitUntil) {
    const machine = taken ?? (await this.#waitForMachine(host));
    const run = new Run(machine, host, calls, this.#config);
    if (machine.image === undefined) await this.#boot(machine, run, host);
    return this.#serveOn(machine, run, request, host, waitUntil);
  }

  /**
   * @param {Machine} machine
   * @param {Run} run
   * @param {Request} request
   * @param {import("./vm.js").Host} host
   * @param {WaitUntil} waitUntil
   * @returns {Uint8Array | Promise<Uint8Array>}
   */
  #serveOn(machine, run, { head, body }, host, waitUntil) {
    const failed = (/** @type {unknown} */ error) => {
      // A machine whose client has gone is in order; what it still asked for, nobody hands to it any more.
      if (asWorkerError(error).code === "E_CLIENT_GONE") {
        run.release();
        this.#giveBack(machine);
      } else {
        this.#discard(machine, run, host);
      }
      throw error;
    };
    const responded = (/** @type {Uint8Array} */ response) => {
      this.#settle(machine, run, host, waitUntil);
      return response;
    };
    try {
      machine.lend(host);
      const response = run.serve(head, body);
      return response instanceof Promise ? response.then(responded, failed) : responded(response);
    } catch (error) {
      return failed(error);
    }
  }

  // ---- machines ----

  /**
   * @param {import("./vm.js").Host} host
   * @returns {Machine | undefined} undefined when there may be no more
   */
  #take(host) {
    const nowMs = host.clock.monotonicMs();
    let machine = this.#idle.pop();
    if (machine === undefined) {
      if (!this.#mayAdd()) this.#giveUpLost(nowMs);
      if (!this.#mayAdd()) return undefined;
      machine = this.#add(host);
    }
    this.#leases.set(machine, nowMs + 2 * this.#config.maxRequestMs + GIVE_BACK_MARGIN_MS);
    return machine;
  }

  /** @param {import("./vm.js").Host} host @returns {Machine} a copy of a busy one; one that has to boot when there is none */
  #add(host) {
    this.#copy ??= this.#smallest()?.copy();
    return this.#copy ? Machine.fromCopy(this.#module, this.#copy, host) : new Machine(this.#module, host);
  }

  /** The busy machine that has grown least since it has started, if that is little. */
  #smallest() {
    const small = [...this.#leases.keys()].filter((machine) => machine.image !== undefined && !hasGrown(machine));
    return small.sort((a, b) => a.memoryBytes - b.memoryBytes)[0];
  }

  #mayAdd() {
    if (this.#leases.size + this.#idle.length >= this.#config.maxMachines) return false;
    return this.#hasRoomFor(this.#copy?.memory.length ?? this.#archive.length) || this.#leases.size === 0;
  }

  /** @param {number} bytes of one more machine */
  #hasRoomFor(bytes) {
    let sum = bytes;
    for (const machine of this.#leases.keys()) sum += machine.memoryBytes;
    for (const machine of this.#idle) sum += machine.memoryBytes;
    return sum <= this.#config.maxPoolBytes;
  }

  /** @param {number} nowMs */
  #giveUpLost(nowMs) {
    for (const [machine, lostMs] of this.#leases) if (lostMs < nowMs) this.#leases.delete(machine);
  }

  /** @param {import("./vm.js").Host} host */
  async #waitForMachine(host) {
    if (this.#waiting >= this.#config.maxWaitingRequests) {
      throw new WorkerError("E_LIMIT_MACHINES", `${this.#waiting} requests wait for a machine already`);
    }
    this.#waiting++;
    try {
      return await this.#lookForMachine(host);
    } finally {
      this.#waiting--;
    }
  }

  /** @param {import("./vm.js").Host} host */
  async #lookForMachine({ clock, log }) {
    const { maxRequestMs } = this.#config;
    const endMs = clock.monotonicMs() + maxRequestMs;
    for (let lookMs = MIN_LOOK_MS; clock.monotonicMs() < endMs; lookMs = Math.min(2 * lookMs, MAX_LOOK_MS)) {
      const wakeMs = clock.monotonicMs() + lookMs;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      clock.advanceTo(wakeMs);
      const machine = this.#take({ clock, log });
      if (machine !== undefined) return machine;
    }
    const busy = this.#leases.size;
    throw new WorkerError("E_LIMIT_MACHINES", `all ${busy} machines were busy for ${maxRequestMs} ms`);
  }

  /** @param {Machine} machine @param {Run} run @param {import("./vm.js").Host} host */
  async #boot(machine, run, host) {
    try {
      await run.boot(this.#archive, this.#config.memoryCapBytes);
      machine.freeze();
    } catch (error) {
      this.#discard(machine, run, host);
      throw error;
    }
  }

  // ---- after the response ----

  /**
   * @param {Machine} machine
   * @param {Run} run
   * @param {import("./vm.js").Host} host
   * @param {WaitUntil} waitUntil
   */
  #settle(machine, run, host, waitUntil) {
    const done = () => {
      run.release();
      host.log.flush();
      this.#giveBack(machine);
    };
    const failed = (/** @type {unknown} */ thrown) => {
      const { code, message } = asWorkerError(thrown);
      host.log.write(LEVEL_ERROR, `after the response: ${code}: ${message}`);
      this.#discard(machine, run, host);
    };
    try {
      const rest = run.settle();
      if (rest === undefined) done();
      else waitUntil(rest.then(done).catch(failed));
    } catch (thrown) {
      failed(thrown);
    }
  }

  /** @param {Machine} machine */
  #giveBack(machine) {
    const inTime = this.#leases.delete(machine);
    const served = (this.#served.get(machine) ?? 0) + 1;
    if (!inTime || served > MAX_REQUESTS_OF_MACHINE || hasGrown(machine)) return;
    if (machine.memoryBytes > (machine.image?.memoryBytes ?? 0) && !this.#hasRoomFor(machine.memoryBytes)) return;
    machine.reset();
    this.#served.set(machine, served);
    this.#idle.push(machine);
  }

  /**
   * A machine that failed is never used again, and the log says so.
   * @param {Machine} machine
   * @param {Run} run
   * @param {import("./vm.js").Host} host
   */
  #discard(machine, run, host) {
    this.#leases.delete(machine);
    run.abandon();
    host.log.flush();
    host.log.write(LEVEL_ERROR, "the VM instance of this request is discarded");
  }
}

/** @param {Machine} machine whether it has become too large to be kept */
function hasGrown(machine) {
  return machine.memoryBytes > (machine.image?.memoryBytes ?? 0) + MAX_GROWTH_BYTES;
}

function ignore() {}

/** @returns {never} */
function refuse() {
  throw new WorkerError("E_INTERNAL", "nothing can be waited for in global scope");
}

/** @param {[keyof ConsoleLike, string][]} lines @returns {ConsoleLike} which collects what is written to it */
function recorder(lines) {
  const into = (/** @type {keyof ConsoleLike} */ method) => (/** @type {string} */ line) => void lines.push([method, line]);
  return { debug: into("debug"), info: into("info"), warn: into("warn"), error: into("error"), log: into("log") };
}
