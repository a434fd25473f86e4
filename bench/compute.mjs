/**
 * node compute.mjs VM.wasm RUNS APP.avm…
 *
 * Runs archives on the virtual machine in V8, as `_start` under WASI: compiled once, a fresh instance for each run.
 * Prints one JSON object: archive -> list of milliseconds, the first run first.
 */

import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { WASI } from "node:wasi";

const [vm, runs, ...archives] = process.argv.slice(2);
if (vm === undefined || !(Number(runs) > 0) || archives.length === 0) {
  console.error("usage: compute.mjs VM.wasm RUNS APP.avm…");
  process.exit(2);
}
const module = await WebAssembly.compile(await readFile(vm));
const nowhere = openSync("/dev/null", "w");

/** @param {string} archive @returns {Promise<number>} milliseconds */
async function run(archive) {
  const wasi = new WASI({
    version: "preview1",
    args: ["atomvm", path.basename(archive)],
    preopens: { ".": path.dirname(archive) },
    stdout: nowhere,
    returnOnExit: true,
  });
  const instance = await WebAssembly.instantiate(module, /** @type {any} */ (wasi.getImportObject()));
  const start = performance.now();
  const code = wasi.start(instance);
  const ms = performance.now() - start;
  if (code !== 0) throw new Error(`${archive} ended with exit code ${code}`);
  return ms;
}

/** @type {Record<string, number[]>} */
const times = {};
for (const archive of archives) {
  const list = (times[archive] = /** @type {number[]} */ ([]));
  for (let each = 0; each < Number(runs); each++) list.push(await run(archive));
}
console.log(JSON.stringify(times));
