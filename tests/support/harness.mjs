/** Bundles in workerd, as the kit for authors of plugins starts them, with the Node packages of this checkout. */

import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as kit from "../../hatch_elixir_workers/testing/workerd.mjs";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
/** What `.ci/setup` installs, out of the way of the sources. */
export const PACKAGES = path.join(ROOT, ".cache/node");

// Each request of a test has a connection of its own: workerd closes those that are idle after five seconds, and one that is
// used again at that moment is reset, with the body that is on its way.
http.globalAgent = new http.Agent({ keepAlive: false });
const keptAlive = globalThis.fetch;
globalThis.fetch = (/** @type {any} */ input, /** @type {any} */ init) => {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : []));
  headers.set("connection", "close");
  return keptAlive(input, { ...init, headers });
};

/** @typedef {kit.RunningWorker} RunningWorker */
/** @typedef {kit.LogLine} LogLine */

/**
 * @param {string} bundleDir
 * @param {Omit<Parameters<typeof kit.startBundle>[1], "packages">} [options]
 */
export const startBundle = (bundleDir, options) => kit.startBundle(bundleDir, { packages: PACKAGES, ...options });
