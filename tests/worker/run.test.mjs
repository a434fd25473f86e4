/** The run loop without workerd: a clock that stands still, limits, and modules that are not the machine. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { Clock } from "../../priv/worker/clock.js";
import { WorkerError } from "../../priv/worker/errors.js";
import { encode } from "../../priv/worker/etf.js";
import { HostCalls } from "../../priv/worker/host_calls.js";
import { RequestLog } from "../../priv/worker/logs.js";
import { parseResponse } from "../../priv/worker/response.js";
import { Run } from "../../priv/worker/run.js";
import { withDefaults } from "../../priv/worker/settings.js";
import { Machine } from "../../priv/worker/vm.js";
import { testVm } from "./support.mjs";

const FROZEN = { monotonicMs: () => 5000, systemMs: () => 1_790_000_000_000 };
const ignore = () => {};
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore, log: ignore };

/** @type {WebAssembly.Module} */
let module;
before(async () => {
  module = await WebAssembly.compile(await readFile(await testVm()));
});

/** @param {string} path @param {object} [limits] @param {any} [dispatch] @param {typeof FROZEN} [time] */
async function serveFrozen(path, limits = {}, dispatch = () => new Promise(() => {}), time = FROZEN) {
  const settings = withDefaults(limits);
  const host = { clock: new Clock(time), log: new RequestLog("id-1", SILENT) };
  const run = new Run(new Machine(module, host), host, new HostCalls(dispatch, { waitUntil: ignore, log: host.log }), settings);
  await run.boot(Buffer.from("AVMs"), settings.memoryCapBytes);
  const head = encode({ url: `http://app${path}` });
  return parseResponse(await run.serve(head, new Uint8Array(0)));
}

/** @param {string} code */
const failsWith = (code) => (/** @type {unknown} */ error) => error instanceof WorkerError && error.code === code;

test("timers fire, and take their time, while the clock stands still", async () => {
  const start = performance.now();
  const { body } = await serveFrozen("/sleep");
  assert.equal(Buffer.from(body).toString(), "120");
  assert.ok(performance.now() - start > 110, "the sleep is real");
});

test("a timer beside an open host call fires while the clock stands still", async () => {
  assert.equal(Buffer.from((await serveFrozen("/call/slow-beside-timer")).body).toString(), "timer first");
});

test("the time limit ends a request while the clock stands still", async () => {
  await assert.rejects(serveFrozen("/tick", { maxRequestMs: 100 }), failsWith("E_LIMIT_TIME"));
});

test("the time limit ends a request that waits for a host call", async () => {
  await assert.rejects(serveFrozen("/call/parallel", { maxRequestMs: 50 }), failsWith("E_LIMIT_TIME"));
});

test("the limit of reductions needs no clock", async () => {
  await assert.rejects(serveFrozen("/spin", { maxReductions: 1_000_000 }), failsWith("E_LIMIT_REDUCTIONS"));
});

test("the limit of reductions is that of the request, and no other number", async (scope) => {
  const { run } = Machine.prototype;
  let given = 0;
  scope.mock.method(Machine.prototype, "run", function (/** @type {number} */ reductions) {
    given += reductions;
    // @ts-expect-error: `this` is the machine
    return run.call(this, reductions);
  });
  await assert.rejects(serveFrozen("/spin", { maxReductions: 1_000_000 }), failsWith("E_LIMIT_REDUCTIONS"));
  assert.ok(given >= 1_000_000 && given < 1_100_000, `${given} reductions`);
});

test("the time limit ends a request that computes, where the clock goes on meanwhile", async () => {
  let nowMs = 5000;
  const time = { monotonicMs: () => nowMs++, systemMs: FROZEN.systemMs };
  const limits = { maxRequestMs: 100, maxReductions: 40_000_000 };
  await assert.rejects(serveFrozen("/spin", limits, undefined, time), failsWith("E_LIMIT_TIME"));
});

test("a loop leaves the event loop its turns", async () => {
  let turns = 0;
  const counter = setInterval(() => turns++, 0);
  await assert.rejects(serveFrozen("/spin", { maxReductions: 40_000_000 }), failsWith("E_LIMIT_REDUCTIONS"));
  clearInterval(counter);
  assert.ok(turns >= 10, `${turns} turns`);
});

test("wall time moves along with a clock that was advanced", () => {
  const clock = new Clock(FROZEN);
  clock.advanceTo(5100);
  clock.advanceTo(5050);
  assert.deepEqual([clock.monotonicMs(), clock.systemMs()], [5100, FROZEN.systemMs() + 100]);
});

test("a module that is not the machine is named as such", async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const host = { clock: new Clock(FROZEN), log: new RequestLog("id-1", SILENT) };
  assert.throws(() => new Machine(empty, host), /E_VM_ABI|does not export memory, vm_alloc/);
});
