/**
 * A worker bundle in workerd, through miniflare: the same files that `wrangler deploy` would take.
 *
 * Node looks for packages beside the importing file; these are in a folder of their own, which callers name.
 */

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const MODULE_TYPES = Object.freeze({ ".js": "ESModule", ".wasm": "CompiledWasm", ".avm": "Data" });

/**
 * @param {string} packages the folder that has node_modules
 * @param {string} name
 * @returns {Promise<any>}
 */
async function importPackage(packages, name) {
  try {
    return await import(pathToFileURL(createRequire(path.join(packages, "/")).resolve(name)).href);
  } catch (cause) {
    throw new Error(`${name} is not installed in ${packages}`, { cause });
  }
}

/**
 * What the worker wrote to its console.
 * @typedef {{ level: string, message: string }} LogLine
 *
 * @typedef {object} RunningWorker
 * @property {string} url without a slash at its end
 * @property {LogLine[]} logs grows while the worker runs
 * @property {any} miniflare
 * @property {() => Promise<void>} stop
 */

/**
 * @param {string} bundleDir
 * @param {object} options
 * @param {string} options.packages the folder whose node_modules have miniflare and smol-toml
 * @param {number} [options.port] 0 for any that is free
 * @param {Record<string, string>} [options.files] replace or join the files of the bundle, by relative path
 * @param {Record<string, string>} [options.secrets] values, which no bundle holds
 * @param {object} [options.miniflare] options of miniflare, on top of what follows from wrangler.toml
 * @param {(line: LogLine) => void} [options.onLog]
 * @returns {Promise<RunningWorker>}
 */
export async function startBundle(bundleDir, { packages, port = 0, files = {}, secrets = {}, miniflare: more = {}, onLog }) {
  const modules = await bundleModules(bundleDir, files);
  const wrangler = await wranglerTable(packages, bundleDir);
  const { Miniflare } = await importPackage(packages, "miniflare");
  /** @type {LogLine[]} */
  const logs = [];
  const collect = (/** @type {LogLine} */ line) => {
    logs.push(line);
    onLog?.(line);
  };
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port,
    modules,
    modulesRoot: bundleDir,
    compatibilityDate: wrangler.compatibility_date,
    compatibilityFlags: wrangler.compatibility_flags ?? [],
    bindings: { ...wrangler.vars, ...secrets },
    ...simulatedBindings(wrangler),
    cf: { colo: "TST", country: "XX" },
    telemetry: { enabled: false },
    structuredWorkerdLogs: true,
    handleStructuredLogs: (/** @type {LogLine} */ { level, message }) => collect({ level, message }),
    ...more,
  });
  const url = String(await miniflare.ready).replace(/\/$/, "");
  return { url, logs, miniflare, stop: () => miniflare.dispose() };
}

/**
 * The entry first, as miniflare takes it.
 * @param {string} bundleDir
 * @param {Record<string, string>} files
 */
async function bundleModules(bundleDir, files) {
  if (!existsSync(path.join(bundleDir, "index.js"))) {
    throw new Error(`${bundleDir} is not a worker bundle: it has no index.js`);
  }
  const names = (await readdir(bundleDir, { recursive: true })).filter((name) => path.extname(name) in MODULE_TYPES);
  const all = [...new Set([...names, ...Object.keys(files)])].sort();
  const ordered = ["index.js", ...all.filter((name) => name !== "index.js")];
  return Promise.all(
    ordered.map(async (name) => ({
      type: MODULE_TYPES[/** @type {keyof typeof MODULE_TYPES} */ (path.extname(name))],
      path: path.join(bundleDir, name),
      contents: files[name] ?? (await readFile(path.join(bundleDir, name))),
    })),
  );
}

/**
 * @param {string} packages
 * @param {string} bundleDir
 */
async function wranglerTable(packages, bundleDir) {
  const { parse } = await importPackage(packages, "smol-toml");
  return parse(await readFile(path.join(bundleDir, "wrangler.toml"), "utf8"));
}

/**
 * @param {any} wrangler
 * @returns {object} options of miniflare for the bindings that it simulates itself
 */
function simulatedBindings({ kv_namespaces = [], d1_databases = [], r2_buckets = [], queues = {} }) {
  const byBinding = (/** @type {any[]} */ tables, /** @type {string} */ id) =>
    Object.fromEntries(tables.map((table) => [table.binding, table[id] ?? table.binding]));
  return {
    kvNamespaces: byBinding(kv_namespaces, "id"),
    d1Databases: byBinding(d1_databases, "database_id"),
    r2Buckets: byBinding(r2_buckets, "bucket_name"),
    queueProducers: byBinding(queues.producers ?? [], "queue"),
    queueConsumers: Object.fromEntries((queues.consumers ?? []).map(queueConsumer)),
  };
}

/**
 * @param {any} table of wrangler.toml, in which seconds have no unit in their names either
 * @returns {[string, object]}
 */
function queueConsumer({ queue, max_batch_size, max_batch_timeout, max_retries, dead_letter_queue, retry_delay }) {
  const options = {
    maxBatchSize: max_batch_size,
    maxBatchTimeout: max_batch_timeout,
    maxRetries: max_retries,
    deadLetterQueue: dead_letter_queue,
    retryDelay: retry_delay,
  };
  return [queue, Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))];
}

/**
 * Resolves when `input` ends or the process is asked to stop.
 * @param {NodeJS.ReadableStream} input
 */
export function untilStopped(input) {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, resolve);
    createInterface({ input }).once("close", () => resolve(undefined));
  });
}
