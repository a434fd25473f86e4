/**
 * The sample `bindings` as `hatch build` bundled it, in workerd, with miniflare's KV and D1: every case that
 * `mix test` runs with fakes, and what only a worker has. BINDINGS_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { startBundle } from "../support/harness.mjs";
import { logLine } from "./support.mjs";

const BUNDLE = process.env.BINDINGS_BUNDLE;

/**
 * Real KV behind a delay, for the namespace SLOW. Reads of `together-…` are answered when five of them wait; that of `late`
 * when `later` is asked for, and before it.
 */
const DELAYED_KINDS = `
import kv from "./kv.js";
import d1 from "./d1.js";
const DELAYS = { "key": 150, "unheard": 1000 };
let late;
let waiting = [];
const together = () => new Promise((resolve) => {
  waiting.push(resolve);
  if (waiting.length === 5) for (const each of waiting.splice(0)) each();
});
const get = async (namespace, args, call) => {
  const key = new TextDecoder().decode(args[0]).split("-")[0];
  if (key === "later") {
    late();
    await kv.operations.get(namespace, args, call);
  }
  if (call.config.id === "slow-id") {
    if (key === "together") await together();
    else if (key === "late") await new Promise((resolve) => (late = resolve));
    else await new Promise((resolve) => setTimeout(resolve, DELAYS[key] ?? 20));
  }
  return kv.operations.get(namespace, args, call);
};
export default { kv: { operations: { ...kv.operations, get } }, d1 };
`;

/** Names of the cases in the source, since tests are made before there is a worker to ask. */
function caseNames() {
  const folder = new URL("../samples/bindings/lib/bindings/", import.meta.url);
  return ["kv_cases.ex", "d1_cases.ex"].flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/^ {6}\{"((?:kv|d1): [^"]+)"/gm)].map(([, name]) => name));
}

describe("bindings", { skip: BUNDLE === undefined && "BINDINGS_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  before(async () => {
    worker = await startBundle(/** @type {string} */ (BUNDLE), { files: { "bindings/kinds.js": DELAYED_KINDS } });
  });
  after(() => worker.stop());

  /**
   * On a connection of its own: after a request that has computed for long the runtime may close one that is kept.
   * @param {string} path @param {RequestInit} [init]
   */
  const ask = (path, init) => fetch(worker.url + path, { headers: { connection: "close" }, ...init });

  /** @param {() => Promise<boolean>} condition */
  async function eventually(condition) {
    for (let tries = 0; tries < 3000; tries++) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail(`never: ${condition}`);
  }

  test("no case is forgotten", async () => {
    assert.deepEqual(caseNames().sort(), (await (await ask("/cases")).json()).sort());
  });

  for (const name of caseNames()) {
    test(/** @type {string} */ (name), async () => {
      const reply = await ask(`/cases/${encodeURIComponent(/** @type {string} */ (name))}`);
      const body = await reply.text();
      assert.equal(reply.status, 200, `${body}${worker.logs.at(-1)?.message}`);
      const { actual, expected } = JSON.parse(body);
      assert.equal(actual, expected);
    });
  }

  test("bytes are those that JavaScript sees", async () => {
    const namespace = await worker.miniflare.getKVNamespace("CACHE");
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await ask(`/cases/${encodeURIComponent("kv: every byte")}`);
    assert.deepEqual(new Uint8Array(await namespace.get("bytes", "arrayBuffer")), bytes);
  });

  test("a name from a request selects nothing but a binding of that name", async () => {
    for (const name of ["constructor", "__proto__", "hasOwnProperty", "toString", "CACHE%00", "cache"]) {
      const reply = await ask(`/value/${name}/key`);
      assert.equal(reply.status, 400);
      assert.match(await reply.text(), /no binding of this name is configured \(unknown_binding\)$/);
    }
    assert.equal((await ask("/value/CACHE/missing")).status, 404);
  });

  for (const [way, binding, operation] of /** @type {[string, string, string][]} */ ([
    ["raised", "NOT_CONFIGURED", "get"],
    ["matched", "DB", "query"],
    ["put", "CACHE", "put"],
    ["conn", "NOT_CONFIGURED", "get"],
    ["task", "DB", "query"],
  ])) {
    test(`a failure that a handler lets pass is a 500 with its cause in the log: ${way}`, async () => {
      const reply = await ask(`/failing/${way}`);
      assert.equal(reply.status, 500);
      const requestId = reply.headers.get("x-request-id");
      const { message } = await logLine(worker, new RegExp(`${requestId}[^]*BindingError`));
      assert.match(message, new RegExp(binding));
      assert.match(message, new RegExp(operation));
      assert.doesNotMatch(await reply.text(), /nowhere|NOT_CONFIGURED/);
    });
  }

  test("writes behind the response happen; those that fail are logged with the request's id", async () => {
    const reply = await ask("/write-behind", { method: "POST", body: "later" });
    assert.equal(await reply.text(), "answered");
    const namespace = await worker.miniflare.getKVNamespace("CACHE");
    await eventually(async () => (await namespace.get("behind")) === "later");
    const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.source;
    await logLine(worker, new RegExp(`^\\[error\\] ${UUID} binding CACHE, put: .*expiration.* \\(failed\\)$`, "i"));
    await logLine(worker, new RegExp(`^\\[error\\] ${UUID} binding DB, query: .*no such table: nowhere.* \\(failed\\)$`));
  });

  test("calls of all processes are awaited together; one is given up in time", async () => {
    const { answers, error, late } = await (await ask("/slow")).json();
    assert.equal(answers, "[:not_found, :not_found, :not_found, :not_found, :not_found]");
    assert.equal(error, "timeout");
    assert.equal(late, "nothing");
  });

  test("a handler whose client has gone ends at its next call, and its machine serves the next request", async () => {
    const request = http.get(`${worker.url}/abandoned`);
    request.on("error", () => {});
    await logLine(worker, /before the slow read/);
    request.socket?.resetAndDestroy(); // without a reset the runtime may believe that the client still listens
    await logLine(worker, /^\[warning\] \S+ E_CLIENT_GONE: /);
    assert.equal((await ask("/value/CACHE/missing")).status, 404);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.ok(!worker.logs.some(({ message }) => /after the slow read|discarded/.test(message)));
    const namespace = await worker.miniflare.getKVNamespace("CACHE");
    await eventually(async () => (await namespace.get("noted")) === "yes");
  });

  test("a read that depends on another works to any depth", async () => {
    assert.equal(await (await ask("/rounds/60")).text(), "round-61");
  });

  test("calls with equal arguments are told apart", async () => {
    const rows = await (await ask("/equal")).json();
    assert.deepEqual(rows.sort((/** @type {number} */ a, /** @type {number} */ b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("what a handler has drawn stays what it is", async () => {
    const first = await (await ask("/drawn")).json();
    const second = await (await ask("/drawn")).json();
    assert.ok(first.same && second.same);
    assert.notEqual(first.drawn, second.drawn);
  });

  test("a timer does not wait for a read, and a pause takes its time", async () => {
    const startMs = Date.now();
    const { order, took } = await (await ask("/paused")).json();
    assert.deepEqual(order, ["timer", "read"]);
    // Timers of runtimes may be a little early.
    assert.ok(took >= 240, `${took} ms on the guest's clock`);
    assert.ok(Date.now() - startMs >= 240);
  });

  test("a process goes on behind the response", async () => {
    assert.equal(await (await ask("/left-behind", { method: "POST", body: "left" })).text(), "answered");
    const namespace = await worker.miniflare.getKVNamespace("CACHE");
    await eventually(async () => (await namespace.get("left-3")) === "left!!");
  });

  test("records of Logger and reports of crashes have their levels, the request's id and their order", async () => {
    const known = worker.logs.length;
    assert.equal(await (await ask("/logged")).text(), "logged");
    await logLine(worker, /nobody catches this/);
    const told = /^(\[\w+\]) [0-9a-f-]{36} [^]*?(before the read|beside Logger|error of :otp|after the read|nobody catches)/;
    const records = worker.logs.slice(known).map(({ message }) => told.exec(message)?.slice(1).join(" "));
    assert.deepEqual(records.filter((each) => each !== undefined), [
      "[warning] before the read",
      "[notice] beside Logger",
      "[error] error of :otp",
      "[info] after the read",
      "[error] nobody catches",
    ]);
  });

  test("nothing a handler does runs twice", async () => {
    for (const count of [1, 2, 3]) assert.equal(await (await ask("/counted")).json(), count);
    await logLine(worker, /counted once/);
    assert.equal(worker.logs.filter(({ message }) => message.includes("counted once")).length, 3);
  });
});
