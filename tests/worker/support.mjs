/** Bundles around the test machine of `fixtures/test_vm.c`, and small helpers that several tests share. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT, startBundle } from "../support/harness.mjs";

const TEST_VM_SOURCE = path.join(ROOT, "tests/worker/fixtures/test_vm.c");
const CACHE = path.join(ROOT, ".cache/test-vm");
const OPTIONS = ["-target", "wasm32-wasi", "-std=gnu17", "-D_GNU_SOURCE", "-Os", "-s", "-Wl,-z,stack-size=262144"];

const ECHO_KIND = `
const utf8 = (bytes) => new TextDecoder().decode(bytes);
const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
let first;
const together = () => new Promise((resolve) => {
  if (first === undefined) return void (first = resolve);
  first();
  first = undefined;
  resolve();
});
export default {
  echo: {
    operations: {
      upper: (binding, [text]) => binding.prefix + utf8(text).toUpperCase(),
      // Of two that are asked together neither is answered before the other has begun.
      slow: async (binding, [text]) => (utf8(text) === "late" ? later(80, text) : together().then(() => text)),
      slowest: (binding, [text]) => later(1500, text),
      fail: () => { throw new TypeError("the store is closed"); },
    },
  },
};`;

/** The Python that carries `ziglang`: the one of the virtual environment. */
function python() {
  return process.env.PYTHON ?? path.join(ROOT, ".venv/bin/python");
}

/** @returns {Promise<string>} path of the compiled test machine, compiled only when its source has changed */
export async function testVm() {
  const source = await readFile(TEST_VM_SOURCE);
  const target = path.join(CACHE, `${createHash("sha256").update(source).update(OPTIONS.join()).digest("hex").slice(0, 16)}.wasm`);
  if (existsSync(target)) return target;
  await mkdir(CACHE, { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  execFileSync(python(), ["-m", "ziglang", "cc", ...OPTIONS, "-o", unfinished, TEST_VM_SOURCE], { stdio: "inherit" });
  await rename(unfinished, target);
  return target;
}

/**
 * @param {import("node:test").TestContext | { after: (done: () => Promise<void>) => void }} scope
 * @param {object} [options]
 * @param {object} [options.config] of the worker, on top of what the test machine needs
 * @param {string} [options.archive]
 * @param {object} [options.vars] of the environment
 */
export async function startTestVm(scope, { config = {}, archive = "AVM!", vars = {} } = {}) {
  const dir = await mkdtemp(path.join(tmpdir(), "worker-test-"));
  await cp(path.join(ROOT, "priv/worker"), dir, { recursive: true });
  await cp(await testVm(), path.join(dir, "atomvm.wasm"));
  await writeFile(path.join(dir, "app.avm"), archive);
  await writeFile(path.join(dir, "config.js"), `export default ${JSON.stringify(config)};\n`);
  await writeFile(path.join(dir, "bindings/kinds.js"), ECHO_KIND);
  const varsTable = Object.entries({ ECHO: { prefix: ">" }, ...vars }).map(([name, value]) => `${name} = ${toml(value)}`);
  await writeFile(
    path.join(dir, "wrangler.toml"),
    ['compatibility_date = "2026-06-01"', "[vars]", ...varsTable].join("\n"),
  );
  const worker = await startBundle(dir);
  scope.after(async () => {
    await worker.stop();
    await rm(dir, { recursive: true });
  });
  return worker;
}

/** @param {unknown} value @returns {string} */
function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([key, each]) => `${key} = ${toml(each)}`).join(", ")} }`;
}

/**
 * The console of workerd arrives through a pipe, some time after the response.
 * @param {import("../support/harness.mjs").RunningWorker} worker
 * @param {RegExp} pattern
 */
export async function logLine(worker, pattern) {
  for (let tries = 0; tries < 3000; tries++) {
    const line = worker.logs.find(({ message }) => pattern.test(message));
    if (line !== undefined) return line;
    await sleep(20);
  }
  throw new Error(`no line like ${pattern} in ${JSON.stringify(worker.logs, null, 1)}`);
}
