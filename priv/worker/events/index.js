/**
 * Events other than requests: for each kind of this bundle a handler of the worker's default export.
 *
 *     event -> kind.read -> MachinePool.serve -> parseResponse -> kind.settle
 *                   any error -> logged, and thrown: the runtime takes the event for failed
 *
 * The application answers status 200 and an external term, or any other status when its handler has failed.
 */

import { createDispatch } from "../bindings/index.js";
import { Clock } from "../clock.js";
import { asWorkerError, WorkerError } from "../errors.js";
import { decode, encode } from "../etf.js";
import { HostCalls } from "../host_calls.js";
import { LEVEL_ERROR, RequestLog, withoutSecrets } from "../logs.js";
import { selectedEnv } from "../request.js";
import { parseResponse } from "../response.js";

const HANDLED = 200;
const NO_BODY = new Uint8Array(0);

/**
 * @typedef {object} Surroundings
 * @property {import("../machines.js").Machines} machines
 * @property {import("../settings.js").Settings} config
 * @property {Readonly<Record<string, import("../bindings/kinds.js").BindingKind>>} bindingKinds
 *
 * @typedef {(event: any, env: Record<string, unknown>, context: ExecutionContext) => Promise<void>} EventHandler
 */

/**
 * @param {Readonly<Record<string, import("./kinds.js").EventKind>>} kinds
 * @param {Surroundings} surroundings
 * @returns {Record<string, EventHandler>}
 */
export function eventHandlers(kinds, surroundings) {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, eventHandler(name, kind, surroundings)]));
}

/**
 * @param {string} name
 * @param {import("./kinds.js").EventKind} kind
 * @param {Surroundings} surroundings
 * @returns {EventHandler}
 */
function eventHandler(name, kind, { machines, config, bindingKinds }) {
  return async (event, env, context) => {
    const requestId = crypto.randomUUID();
    const log = new RequestLog(requestId, console, withoutSecrets(env, config.secrets));
    try {
      const { source, payload } = await kind.read(event, { log: (text) => log.write(LEVEL_ERROR, text) });
      const head = encode({
        event: name,
        source,
        payload,
        env: selectedEnv(env, [...config.vars, ...config.secrets]),
        request_id: requestId,
        environment: config.environment,
      });
      const waitUntil = (/** @type {Promise<void>} */ work) => context.waitUntil(work);
      const calls = new HostCalls(createDispatch(config.bindings, bindingKinds, env), { waitUntil, log });
      const output = await machines.serve({ head, body: NO_BODY }, { clock: new Clock(), log }, calls, waitUntil);
      const { status, body } = parseResponse(output);
      if (status !== HANDLED) throw new WorkerError("E_EVENT", `the handler of ${name} ${source} has failed`);
      await kind.settle(event, decode(body));
    } catch (thrown) {
      const error = asWorkerError(thrown);
      log.write(LEVEL_ERROR, `${error.code}: ${error.message}`);
      throw error;
    }
  };
}
