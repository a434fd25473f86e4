/**
 * The worker: what happens to a request, in order.
 *
 *     global scope: Machines.prepare
 *     Request -> readRequest -> Machines.serve -> parseResponse -> toResponse -> Response
 *                                                        any error -> errorResponse
 *
 * `events/index.js` says the same of other events.
 */

import archive from "./app.avm";
import atomvm from "./atomvm.wasm";
import { createDispatch } from "./bindings/index.js";
import kinds from "./bindings/kinds.js";
import { Clock } from "./clock.js";
import bundled from "./config.js";
import { asWorkerError, errorResponse } from "./errors.js";
import { eventHandlers } from "./events/index.js";
import eventKinds from "./events/kinds.js";
import { HostCalls } from "./host_calls.js";
import { LEVEL_ERROR, LEVEL_WARNING, RequestLog, withoutSecrets } from "./logs.js";
import { Machines } from "./machines.js";
import { readRequest } from "./request.js";
import { parseResponse, toResponse } from "./response.js";
import { withDefaults } from "./settings.js";
import { streamedBodies } from "./streamed_bodies.js";

const settings = withDefaults(bundled);
const config = { ...settings, streamedBodyLimitOf: streamedBodies(settings.streamedBodies) };
const machines = new Machines(atomvm, new Uint8Array(archive), config);
machines.prepare();

/**
 * @typedef {import("./vm.js").Host} Host
 * @implements {Host}
 */
class RequestHost {
  clock = new Clock();
  log;
  #request;

  /** @param {Request} request @param {RequestLog} log */
  constructor(request, log) {
    this.#request = request;
    this.log = log;
  }

  /** The runtime makes it when it is asked for. */
  get signal() {
    return this.#request.signal;
  }
}

export default {
  /**
   * @param {Request} request
   * @param {Record<string, unknown>} env
   * @param {ExecutionContext} context
   * @returns {Promise<Response>}
   */
  async fetch(request, env, context) {
    const requestId = crypto.randomUUID();
    const log = new RequestLog(requestId, console, withoutSecrets(env, config.secrets));
    try {
      const waitUntil = (/** @type {Promise<void>} */ work) => context.waitUntil(work);
      const calls = new HostCalls(createDispatch(config.bindings, kinds, env), { waitUntil, log });
      const input = readRequest(request, env, config, requestId, calls.streams);
      const host = new RequestHost(request, log);
      const output = machines.serve(input instanceof Promise ? await input : input, host, calls, waitUntil);
      const response = parseResponse(output instanceof Promise ? await output : output);
      return toResponse(response, request.method, calls.streamedBody);
    } catch (thrown) {
      const error = asWorkerError(thrown);
      log.write(error.status < 500 ? LEVEL_WARNING : LEVEL_ERROR, `${error.code}: ${error.message}`);
      return errorResponse(error, { requestId, method: request.method, environment: config.environment });
    }
  },

  ...eventHandlers(eventKinds, { machines, config, bindingKinds: kinds }),
};
