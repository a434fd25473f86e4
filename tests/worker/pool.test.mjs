/** The pool without workerd: which machine serves which request, and what becomes of it. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, beforeEach, test } from "node:test";
import { Clock } from "../../priv/worker/clock.js";
import { WorkerError } from "../../priv/worker/errors.js";
import { encode } from "../../priv/worker/etf.js";
import { HostCalls } from "../../priv/worker/host_calls.js";
import { RequestLog } from "../../priv/worker/logs.js";
import { MachinePool } from "../../priv/worker/pool.js";
import { parseResponse } from "../../priv/worker/response.js";
import { withDefaults } from "../../priv/worker/settings.js";
import { Machine } from "../../priv/worker/vm.js";
import { testVm } from "./support.mjs";

const ignore = () => {};
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore, log: ignore };

/** @type {WebAssembly.Module} */
let module;
before(async () => {
  module = await WebAssembly.compile(await readFile(await testVm()));
});

/** How many instances of the machine there have been. */
let instances = 0;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} imports */
  constructor(module, imports) {
    super(module, imports);
    instances++;
  }
};
beforeEach(() => {
  instances = 0;
});

/** @param {object} [limits] @param {string} [archive] */
function newPool(limits = {}, archive = "AVM!") {
  return new MachinePool(module, Buffer.from(archive), withDefaults(limits));
}

/**
 * @param {MachinePool} pool
 * @param {string} path
 * @param {object} [options]
 * @param {Clock} [options.clock]
 * @param {Promise<void>[]} [options.rest] collects what goes on behind the response
 * @param {string[]} [options.lines] collects what is logged
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<string>} the body
 */
async function ask(pool, path, { clock = new Clock(), rest = [], lines = [], signal } = {}) {
  const host = { clock, signal, log: new RequestLog("id-1", { ...SILENT, error: (line) => void lines.push(line) }) };
  const calls = new HostCalls(async () => "answer", { waitUntil: ignore, log: host.log });
  const request = { head: encode({ url: `http://app${path}` }), body: new Uint8Array(0) };
  const output = await pool.serve(request, host, calls, (work) => rest.push(work));
  return new TextDecoder().decode(parseResponse(output).body);
}

/** @param {string} code */
const failsWith = (code) => (/** @type {unknown} */ error) => error instanceof WorkerError && error.code === code;

/** The test machine's sleep takes 120 ms. @param {string} body */
const slept = (body) => assert.ok(Number(body) >= 119, body);

/** @param {MachinePool} pool */
const counted = async (pool) => (await ask(pool, "/count")).split(" at ")[0];

test("one machine serves one request after the other, each as if it were the first", async () => {
  const pool = newPool();
  for (let i = 0; i < 5; i++) assert.equal(await counted(pool), "request 1");
  assert.equal(instances, 1);
});

test("requests at the same time have machines of their own, which are copies of the first", async () => {
  const pool = newPool({}, "AVMs");
  await counted(pool);
  const all = Array.from({ length: 6 }, () => ask(pool, "/sleep"));
  assert.equal(await counted(pool), "request 1");
  (await Promise.all(all)).forEach(slept);
  assert.equal(instances, 7);
  await counted(pool);
  assert.equal(instances, 7);
});

test("the machine's clock goes on from the start of each request, not through all of them", async () => {
  const pool = newPool();
  const at = async (/** @type {number} */ nowMs) => {
    const clock = new Clock({ monotonicMs: () => nowMs, systemMs: () => 0 });
    return Number((await ask(pool, "/count", { clock })).split(" at ")[1]);
  };
  const first = await at(5000);
  assert.equal(await at(5300), first);
});

test("requests beyond the last machine wait for one", async () => {
  const pool = newPool({ maxMachines: 2 });
  await counted(pool);
  (await Promise.all(Array.from({ length: 7 }, () => ask(pool, "/sleep")))).forEach(slept);
  assert.equal(instances, 2);
});

test("whoever waits too long, or finds too many waiting, is refused", async () => {
  const pool = newPool({ maxMachines: 1, maxRequestMs: 2000, maxWaitingRequests: 2 });
  const busy = ask(pool, "/sleep");
  const startMs = performance.now();
  const hasty = new Clock({ monotonicMs: () => 50 * performance.now() - 49 * startMs, systemMs: () => Date.now() });
  const waiting = [ask(pool, "/count"), ask(pool, "/count", { clock: hasty })];
  await assert.rejects(ask(pool, "/count"), failsWith("E_LIMIT_MACHINES"));
  await assert.rejects(/** @type {Promise<string>} */ (waiting[1]), failsWith("E_LIMIT_MACHINES"));
  slept(await busy);
  assert.match(String(await waiting[0]), /^request 1 /);
});

test("a machine that has failed is not used again", async () => {
  const pool = newPool();
  for (const [path, code] of /** @type {const} */ ([["/trap", "E_VM_TRAP"], ["/error", "E_VM_FAULT"]])) {
    await counted(pool);
    const before = instances;
    await assert.rejects(ask(pool, path), failsWith(code));
    assert.equal(await counted(pool), "request 1");
    assert.equal(instances, before + 1);
  }
});

test("a machine that fails behind its response is not used again", async () => {
  const pool = newPool();
  assert.equal(await ask(pool, "/after-trap"), "before the trap");
  assert.equal(await counted(pool), "request 1");
  assert.equal(instances, 2);
});

test("work behind a response has the limits of its request", async () => {
  const pool = newPool({ maxReductions: 1_000_000 });
  /** @type {Promise<void>[]} */
  const rest = [];
  /** @type {string[]} */
  const lines = [];
  assert.equal(await ask(pool, "/after-spin", { rest, lines }), "before the loop");
  await Promise.all(rest);
  assert.match(lines.join("\n"), /after the response: E_LIMIT_REDUCTIONS: .*\n.*instance of this request is discarded/);
  assert.equal(await counted(pool), "request 1");
  assert.equal(instances, 2);
});

test("timers alone do not keep a machine behind its response", async () => {
  const pool = newPool({ maxMachines: 1 });
  assert.equal(await ask(pool, "/after-tick"), "before the ticks");
  assert.equal(await counted(pool), "request 1");
  assert.equal(instances, 1);
});

test("a machine that has grown large is not kept", async () => {
  const pool = newPool();
  assert.equal(await ask(pool, "/hoard"), "hoarded");
  assert.equal(await counted(pool), "request 1");
  assert.equal(instances, 2);
});

test("memory of all machines bounds how many there are", async () => {
  const pool = newPool({ maxPoolBytes: 1 });
  (await Promise.all([ask(pool, "/sleep"), ask(pool, "/sleep")])).forEach(slept);
  assert.equal(instances, 1);
});

test("machines that have grown are kept as far as there is memory for all of them", async () => {
  const pool = newPool({ maxPoolBytes: 11 * 1024 * 1024 });
  const gather = () => Promise.all(Array.from({ length: 3 }, () => ask(pool, "/gather")));
  (await Promise.all(Array.from({ length: 3 }, () => ask(pool, "/sleep")))).forEach(slept);
  assert.equal(instances, 3);
  await gather();
  assert.equal(instances, 3);
  (await Promise.all(Array.from({ length: 3 }, () => ask(pool, "/sleep")))).forEach(slept);
  assert.ok(instances > 3, "all three were kept");
});

test("a start that fails leaves nothing behind, and the next request starts again", async () => {
  const pool = newPool({ maxMachines: 1 }, "AVMe");
  for (let i = 0; i < 3; i++) await assert.rejects(ask(pool, "/count"), failsWith("E_VM_EXIT"));
  assert.equal(instances, 3);
});

test("a machine that was prepared serves the first request, as if it had not been", async () => {
  const pool = newPool();
  pool.prepare();
  assert.equal(instances, 1);
  for (let i = 0; i < 3; i++) assert.equal(await counted(pool), "request 1");
  const both = await Promise.all([ask(pool, "/sleep"), counted(pool)]);
  assert.equal(both[1], "request 1");
  assert.equal(instances, 2);
});

test("what a prepared start has logged is written once; what a failed one has logged, never", (scope) => {
  const info = scope.mock.method(console, "info", ignore);
  newPool({}, "AVMp").prepare();
  assert.deepEqual(info.mock.calls.map(({ arguments: [line] }) => line), ["[info] start started"]);
  newPool({}, "AVMq").prepare();
  assert.equal(info.mock.callCount(), 1);
});

for (const [mode, what] of /** @type {const} */ ([
  ["t", "the time of day"], ["r", "randomness"], ["c", "a host call"], ["s", "a timer"],
])) {
  test(`a start that needs ${what} waits for the first request`, async (scope) => {
    const pool = newPool({}, `AVM${mode}`);
    scope.mock.method(crypto, "getRandomValues", () => {
      throw new Error("not allowed in global scope");
    });
    pool.prepare();
    scope.mock.restoreAll();
    assert.equal(instances, 1);
    assert.equal(await counted(pool), "request 1");
    assert.equal(await counted(pool), "request 1");
    assert.equal(instances, 2);
  });
}

for (const [mode, code] of /** @type {const} */ ([
  ["e", "E_VM_EXIT"], ["l", "E_LIMIT_REDUCTIONS"], ["w", "E_VM_SILENT"],
])) {
  test(`a start that ends with ${code} is reported by the first request, not in global scope`, async () => {
    const pool = newPool({ maxReductions: 5_000_000 }, `AVM${mode}`);
    pool.prepare();
    await assert.rejects(ask(pool, "/count"), failsWith(code));
  });
}

test("a start in global scope may take only so much, whatever a request may", (scope) => {
  const { run } = Machine.prototype;
  let given = 0;
  scope.mock.method(Machine.prototype, "run", function (/** @type {number} */ reductions) {
    given += reductions;
    // @ts-expect-error: `this` is the machine
    return run.call(this, reductions);
  });
  newPool({ maxReductions: 100_000_000 }, "AVMl").prepare();
  assert.ok(given > 0 && given <= 2_100_000, `${given} reductions`);
});

test("requests that come before the first machine has started boot their own", async () => {
  const pool = newPool({}, "AVMs");
  const bodies = await Promise.all(Array.from({ length: 3 }, () => counted(pool)));
  assert.deepEqual(bodies, Array(3).fill("request 1"));
  assert.equal(instances, 3);
  for (let i = 0; i < 3; i++) assert.equal(await counted(pool), "request 1");
});

test("those who have waited make room for others to wait", async () => {
  const pool = newPool({ maxMachines: 1, maxWaitingRequests: 1 });
  for (let i = 0; i < 3; i++) await Promise.all([ask(pool, "/sleep"), counted(pool)]);
});

test("a machine whose request never ends is given up in the end, and not taken back", async (scope) => {
  const pool = newPool({ maxMachines: 1, maxRequestMs: 20_000 });
  await counted(pool);
  // A request of a client that has gone: nothing of it goes on, and when it does, it is too late.
  const goOn = /** @type {(() => void)[]} */ ([]);
  const timers = scope.mock.method(globalThis, "setTimeout", (/** @type {() => void} */ ring) => void goOn.push(ring));
  const startMs = performance.now();
  const gone = ask(pool, "/sleep", { clock: new Clock({ monotonicMs: () => startMs, systemMs: () => 0 }) });
  timers.mock.restore();
  assert.equal(goOn.length, 1, "it waits");
  const hasty = new Clock({ monotonicMs: () => 500 * performance.now() - 499 * startMs, systemMs: () => 0 });
  await assert.rejects(ask(pool, "/count", { clock: hasty }), failsWith("E_LIMIT_MACHINES"));
  const later = new Clock({ monotonicMs: () => performance.now() + 3_600_000, systemMs: () => 0 });
  assert.match(await ask(pool, "/count", { clock: later }), /^request 1 /);
  for (const ring of goOn) ring();
  slept(await gone);
  assert.equal(instances, 2);
  /** @type {string[]} */
  const order = [];
  await Promise.all(["/sleep", "/count"].map((path) => ask(pool, path).then(() => order.push(path))));
  assert.deepEqual(order, ["/sleep", "/count"], "there is one machine, for which the second request waits");
});

test("what a client that has gone had asked for is closed with its request", async (scope) => {
  const pool = newPool();
  await counted(pool);
  const close = scope.mock.method(HostCalls.prototype, "close");
  const gone = new AbortController();
  const response = ask(pool, "/sleep", { signal: gone.signal });
  gone.abort();
  await assert.rejects(response, failsWith("E_CLIENT_GONE"));
  assert.equal(close.mock.callCount(), 1);
  assert.equal(await counted(pool), "request 1");
  assert.equal(instances, 1, "the machine is in order");
});

test("a client that has gone before its request waits is waited for no longer", async () => {
  const pool = newPool();
  await counted(pool);
  const gone = new AbortController();
  gone.abort();
  await assert.rejects(ask(pool, "/sleep", { signal: gone.signal }), failsWith("E_CLIENT_GONE"));
  assert.match(await ask(pool, "/count", { signal: gone.signal }), /^request 1 /, "what waits for nothing is answered");
});

test("all of a request goes on when its client has gone", async () => {
  const pool = newPool();
  /** @type {Promise<void>[]} */
  const rest = [];
  const response = ask(pool, "/sleep", { rest });
  await Promise.resolve();
  assert.equal(rest.length, 1, "under waitUntil before anything is waited for");
  await Promise.all([...rest, response]);
});
