/** What the build wrote into `config.js`, with a default for each setting that it left out. */

const MIB = 1024 * 1024;

/**
 * @typedef {object} Settings
 * @property {string} environment "production" or "development"; only the second shows errors to clients
 * @property {number} bodyLimitBytes
 * @property {Readonly<Record<string, number>>} streamedBodies limits in bytes by path: bodies that are not read whole
 * @property {number} memoryCapBytes of one machine
 * @property {number} maxReductions of one request
 * @property {number} maxRequestMs of one request, waiting included
 * @property {number} maxRounds of one request on a machine that replays
 * @property {number} maxMachines of an isolate, so many requests at once; others wait
 * @property {number} maxPoolBytes of memory of all machines of an isolate: above it no machine is added
 * @property {number} maxWaitingRequests for a machine; further ones are refused
 * @property {readonly string[]} vars
 * @property {readonly string[]} secrets
 * @property {Readonly<Record<string, { kind: string, ambient?: boolean }>>} bindings
 */

/** @type {Readonly<Settings>} */
export const DEFAULTS = Object.freeze({
  environment: "production",
  bodyLimitBytes: 1 * MIB,
  streamedBodies: {},
  memoryCapBytes: 64 * MIB, // an isolate has 128 MiB for everything
  maxReductions: 200_000_000,
  maxRequestMs: 30_000,
  maxRounds: 1000, // as many as a Worker may make requests to services
  maxMachines: 32,
  maxPoolBytes: 80 * MIB,
  maxWaitingRequests: 1000,
  vars: [],
  secrets: [],
  bindings: {},
});

const MAX_TIMEOUT_MS = 2 ** 31 - 1; // what setTimeout takes

/**
 * @param {Partial<Settings>} bundled
 * @returns {Settings}
 */
export function withDefaults(bundled) {
  const settings = { ...DEFAULTS, ...bundled };
  return { ...settings, maxRequestMs: Math.min(settings.maxRequestMs, MAX_TIMEOUT_MS) };
}
