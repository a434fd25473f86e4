/**
 * The sample `load` in workerd: many requests at once that leave state wherever they can, and faults of every kind.
 * LOAD_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import http from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { startBundle } from "../support/harness.mjs";
import { logLine } from "./support.mjs";

const BUNDLE = process.env.LOAD_BUNDLE;
/** The machine has only `_start`: docs/reference/replay.md says what is different then. */
const REPLAYED = BUNDLE !== undefined && BUNDLE === process.env.LOAD_REPLAY_BUNDLE;
const CONCURRENT = REPLAYED ? 40 : 200;
const MIB = 1024 * 1024;

const SETTINGS = {
  maxRequestMs: 3000,
  maxReductions: 10_000_000,
  memoryCapBytes: 32 * MIB,
  bindings: { STORE: { kind: "kv" }, FAULTY: { kind: "faulty" } },
};
const KINDS = `
import kv from "./kv.js";
const faulty = {
  operations: {
    throws: () => { throw new RangeError("the service is on fire"); },
    throws_nothing: () => { throw undefined; },
    hangs: () => new Promise(() => {}),
    huge: () => new Uint8Array(${64 * MIB}),
    no_term: () => () => {},
  },
};
export default { kv, faulty };`;

/** Resident bytes of the workerds that this process has started. */
async function residentBytes() {
  let bytes = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (!/^Name:\tworkerd$/m.test(status) || !status.includes(`\nPPid:\t${process.pid}\n`)) continue;
    bytes += Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }
  assert.ok(bytes > 0, "workerd is a child of this process");
  return bytes;
}

describe("load", { skip: BUNDLE === undefined && "LOAD_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  let tokens = 0;
  /** The same with more time, and more reductions than memory. @type {import("../support/harness.mjs").RunningWorker} */
  let patient;
  before(async () => {
    worker = await start(SETTINGS);
    patient = await start({ ...SETTINGS, maxRequestMs: 300_000, maxReductions: 200_000_000 });
  });
  after(() => Promise.all([worker.stop(), patient.stop()]));

  /** @param {object} settings */
  function start(settings) {
    const files = { "config.js": `export default ${JSON.stringify(settings)};`, "bindings/kinds.js": KINDS };
    return startBundle(/** @type {string} */ (BUNDLE), { files, secrets: { FAULTY: "present" } });
  }

  /**
   * Over a connection of its own: workerd closes idle ones after five seconds, and who then uses one is reset.
   * @param {string} path
   * @param {import("../support/harness.mjs").RunningWorker} [at]
   * @returns {Promise<{ status: number, text: string }>}
   */
  function ask(path, at = worker) {
    return new Promise((resolve, reject) => {
      const request = http.get(at.url + path, { agent: false }, async (reply) => {
        resolve({ status: reply.statusCode ?? 0, text: await text(reply) });
      });
      request.on("error", reject);
    });
  }

  /** Requests with a token of their own each, all at once, and each must get that token. */
  async function round() {
    const kinds = ["token", "sleep", "work", "kv"];
    const mine = Array.from({ length: CONCURRENT }, () => `t${tokens++}`);
    const replies = await Promise.all(mine.map((token, i) => ask(`/${kinds[i % kinds.length]}/${token}`)));
    assert.deepEqual(replies, mine.map((token) => ({ status: 200, text: token })));
  }

  /** @param {() => Promise<boolean>} condition */
  async function eventually(condition) {
    for (let tries = 0; !(await condition()); tries++) {
      assert.ok(tries < 600, `never: ${condition}`);
      await sleep(50);
    }
  }

  const healthy = async () => assert.deepEqual(await ask("/token/next"), { status: 200, text: "next" });

  test(`${CONCURRENT} requests at once, again and again: own tokens, no traces, flat memory`, async () => {
    // A leak of one machine in ten would be 250 MiB; workerd itself takes some 2 MiB for so many connections.
    for (let i = 0; i < 3; i++) await round();
    if (REPLAYED) return; // rounds that are over are garbage until the runtime collects it
    const warm = await residentBytes();
    for (let i = 0; i < 5; i++) await round();
    const grown = (await residentBytes()) - warm;
    assert.ok(grown < 160 * MIB, `${Math.round(grown / MIB)} MiB more`);
    assert.deepEqual(worker.logs.filter(({ level }) => level === "error"), []);
  });

  test("references, unique integers and random numbers never come twice", async () => {
    const replies = await Promise.all(Array.from({ length: 60 }, () => ask("/identities")));
    // A machine that is started for each request begins its references and integers anew.
    const identities = replies.flatMap(({ text }) => text.split("\n").slice(REPLAYED ? 2 : 0));
    assert.equal(identities.length, REPLAYED ? 60 : 180);
    assert.equal(new Set(identities).size, identities.length);
  });

  test("a binding that throws is an error of the call", async () => {
    const { status, text } = await ask("/fault/throws");
    assert.equal(status, 502);
    assert.match(text, /FAULTY.*the service is on fire/s);
    assert.equal((await ask("/fault/throws_nothing")).status, 502);
    assert.equal((await ask("/fault/no_term")).status, 502);
    await healthy();
  });

  /** What ends each, and what the log says of it. @type {Record<string, { status: number, log: RegExp, replayed?: [number[], RegExp] }>} */
  const faults = {
    "/fault/hangs": { status: 503, log: /E_LIMIT_TIME: longer than 3000 ms$/ },
    "/fault/huge": { status: 503, log: /E_VM_MEMORY: / },
    "/endless": { status: 503, log: /E_LIMIT_REDUCTIONS: / },
    "/deep": { status: 500, log: /system_limit, :memory/, replayed: [[500, 503], /system_limit|E_VM_MEMORY: /] },
    "/hoard": { status: 500, log: /system_limit, :memory/, replayed: [[500, 503], /system_limit|E_VM_MEMORY: /] },
  };

  for (const [path, { status: expected, log, replayed = [[expected], log] }] of Object.entries(faults)) {
    if (REPLAYED && path === "/endless") continue; // ends by the platform's limit of CPU time
    const [statuses, pattern] = REPLAYED ? replayed : [[expected], log];
    test(`${path} ends alone`, async () => {
      // What does not end by its time must not, on a machine that is slow.
      const at = path === "/fault/hangs" ? worker : patient;
      const known = at.logs.length;
      const neighbours = Promise.all(Array.from({ length: 5 }, (_, i) => ask(`/sleep/n${i}`, at)));
      const { status } = await ask(path, at);
      assert.ok(statuses.includes(status), `status ${status}, not ${statuses}`);
      assert.deepEqual((await neighbours).map(({ text }) => text), ["n0", "n1", "n2", "n3", "n4"]);
      assert.deepEqual(await ask("/token/next", at), { status: 200, text: "next" });
      await logLine({ ...at, get logs() { return at.logs.slice(known); } }, pattern);
    });
  }

  test("events that take everything end alone, and leave nothing to requests or to each other", async () => {
    const handlers = await worker.miniflare.getWorker();
    const store = await worker.miniflare.getKVNamespace("STORE");
    const outcome = async (/** @type {string} */ cron) =>
      (await handlers.scheduled({ cron, scheduledTime: new Date() })).outcome;
    for (const cron of REPLAYED ? ["hoard", "killed"] : ["endless", "hoard", "killed"]) {
      const neighbours = Promise.all(Array.from({ length: 5 }, (_, i) => ask(`/sleep/e${i}`)));
      assert.equal(await outcome(cron), "exception", cron);
      assert.deepEqual((await neighbours).map((reply) => reply.text), ["e0", "e1", "e2", "e3", "e4"]);
      await healthy();
    }
    for (let i = 0; i < 3; i++) {
      await store.delete("event");
      assert.equal(await outcome("trace"), "ok");
      await eventually(async () => (await store.get("event")) === "true");
      await healthy();
    }
  });

  test("clients that go away take no machine with them", async () => {
    for (let i = 0; i < 60; i++) {
      const request = http.get(`${worker.url}/sleep/gone${i}`);
      request.on("error", () => {});
      setTimeout(() => request.destroy(), 10);
    }
    await sleep(50);
    await round();
  });

  test("requests that hang do not wedge the worker", async () => {
    const hanging = Array.from({ length: 40 }, () => ask("/fault/hangs"));
    const statuses = (await Promise.all(hanging)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)], [503]);
    await logLine(worker, REPLAYED ? /E_LIMIT_TIME/ : /E_LIMIT_(TIME|MACHINES)/);
    await round();
  });
});
