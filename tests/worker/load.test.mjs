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
const CONCURRENT = 200;
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

/** Resident bytes of the workerd that this process has started. */
async function residentBytes() {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (!/^Name:\tworkerd$/m.test(status) || !status.includes(`\nPPid:\t${process.pid}\n`)) continue;
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }
  throw new Error("workerd is not a child of this process");
}

describe("load", { skip: BUNDLE === undefined && "LOAD_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  let tokens = 0;
  before(async () => {
    const files = { "config.js": `export default ${JSON.stringify(SETTINGS)};`, "bindings/kinds.js": KINDS };
    worker = await startBundle(/** @type {string} */ (BUNDLE), { files, secrets: { FAULTY: "present" } });
  });
  after(() => worker.stop());

  /**
   * Over a connection of its own: workerd closes idle ones after five seconds, and who then uses one is reset.
   * @param {string} path
   * @returns {Promise<{ status: number, text: string }>}
   */
  function ask(path) {
    return new Promise((resolve, reject) => {
      const request = http.get(worker.url + path, { agent: false }, async (reply) => {
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
    const warm = await residentBytes();
    for (let i = 0; i < 5; i++) await round();
    const grown = (await residentBytes()) - warm;
    assert.ok(grown < 160 * MIB, `${Math.round(grown / MIB)} MiB more`);
    assert.deepEqual(worker.logs.filter(({ level }) => level === "error"), []);
  });

  test("references, unique integers and random numbers never come twice", async () => {
    const replies = await Promise.all(Array.from({ length: 60 }, () => ask("/identities")));
    const identities = replies.flatMap(({ text }) => text.split("\n"));
    assert.equal(identities.length, 180);
    assert.equal(new Set(identities).size, 180);
  });

  test("a binding that throws is an error of the call", async () => {
    const { status, text } = await ask("/fault/throws");
    assert.equal(status, 502);
    assert.match(text, /FAULTY.*the service is on fire/s);
    assert.equal((await ask("/fault/throws_nothing")).status, 502);
    assert.equal((await ask("/fault/no_term")).status, 502);
    await healthy();
  });

  for (const [path, statuses] of /** @type {[string, number[]][]} */ ([
    ["/fault/hangs", [503]],
    ["/fault/huge", [500, 503]],
    ["/endless", [503]],
    ["/deep", [500, 503]],
    ["/hoard", [500, 503]],
  ])) {
    test(`${path} ends alone`, async () => {
      const neighbours = Promise.all(Array.from({ length: 5 }, (_, i) => ask(`/sleep/n${i}`)));
      const { status } = await ask(path);
      assert.ok(statuses.includes(status), `status ${status}`);
      assert.deepEqual((await neighbours).map(({ text }) => text), ["n0", "n1", "n2", "n3", "n4"]);
      await healthy();
    });
  }

  test("events that take everything end alone, and leave nothing to requests or to each other", async () => {
    const handlers = await worker.miniflare.getWorker();
    const store = await worker.miniflare.getKVNamespace("STORE");
    const outcome = async (/** @type {string} */ cron) =>
      (await handlers.scheduled({ cron, scheduledTime: new Date() })).outcome;
    for (const cron of ["endless", "hoard", "killed"]) {
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
    await logLine(worker, /E_LIMIT_(TIME|MACHINES)/);
    await round();
  });
});
