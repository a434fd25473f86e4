/**
 * Where a request gets its machine and gives it back.
 *
 * Every request gets a machine of its own, booted for it, and giving back drops it: no state can pass from one request
 * to the next. Keeping machines and restoring their booted image belongs here and changes nothing outside.
 */

import { asWorkerError } from "./errors.js";
import { LEVEL_ERROR } from "./logs.js";
import { Run } from "./run.js";
import { Machine } from "./vm.js";

/** @typedef {import("./run.js").Limits & { memoryCapBytes: number }} PoolConfig */

export class MachinePool {
  #module;
  #archive;
  #config;

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
   * One request on one machine. Work behind the response goes on under `waitUntil`.
   * @param {{ head: Uint8Array, body: Uint8Array }} request
   * @param {import("./vm.js").Host} host
   * @param {import("./host_calls.js").HostCalls} calls
   * @param {(work: Promise<void>) => void} waitUntil
   * @returns {Promise<Uint8Array>} the response in the VM's layout
   */
  async serve(request, host, calls, waitUntil) {
    const run = new Run(new Machine(this.#module, host), host, calls, this.#config);
    let response;
    try {
      await run.boot(this.#archive, this.#config.memoryCapBytes);
      response = await run.serve(request.head, request.body);
    } catch (error) {
      discard(run, host);
      throw error;
    }
    this.#giveBack(run, host, waitUntil);
    return response;
  }

  /**
   * @param {Run} run
   * @param {import("./vm.js").Host} host
   * @param {(work: Promise<void>) => void} waitUntil
   */
  #giveBack(run, host, waitUntil) {
    const failed = (/** @type {unknown} */ thrown) => {
      const { code, message } = asWorkerError(thrown);
      host.log.write(LEVEL_ERROR, `after the response: ${code}: ${message}`);
      discard(run, host);
    };
    try {
      const rest = run.settle();
      if (rest === undefined) host.log.flush();
      else waitUntil(rest.then(() => host.log.flush(), failed));
    } catch (thrown) {
      failed(thrown);
    }
  }
}

/**
 * A machine that failed is never used again, and the log says so.
 * @param {Run} run
 * @param {import("./vm.js").Host} host
 */
function discard(run, host) {
  run.abandon();
  host.log.flush();
  host.log.write(LEVEL_ERROR, "the VM instance of this request is discarded");
}
