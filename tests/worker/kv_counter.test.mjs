/**
 * examples/kv_counter as `hatch build` bundled it, in workerd, over HTTP, with miniflare's KV.
 * KV_COUNTER_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startBundle } from "../support/harness.mjs";
import { logLine } from "./support.mjs";

const BUNDLE = process.env.KV_COUNTER_BUNDLE;

describe("examples/kv_counter", { skip: BUNDLE === undefined && "KV_COUNTER_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  /** @type {any} */
  let namespace;
  before(async () => {
    worker = await startBundle(/** @type {string} */ (BUNDLE));
    namespace = await worker.miniflare.getKVNamespace("COUNTERS");
  });
  after(() => worker.stop());

  /** @param {string} path @param {RequestInit} [init] */
  const ask = (path, init) => fetch(worker.url + path, { redirect: "manual", ...init });
  /** @param {string} path @param {RequestInit} [init] */
  const json = async (path, init) => (await ask(path, init)).json();
  const POST = { method: "POST" };

  test("a counter that is not there is a 404; counting begins at 1", async () => {
    assert.equal((await ask("/api/counters/visits")).status, 404);
    assert.deepEqual(await json("/api/counters/visits", POST), { name: "visits", count: 1 });
    assert.deepEqual(await json("/api/counters/visits", POST), { name: "visits", count: 2 });
    assert.deepEqual(await json("/api/counters/visits"), { name: "visits", count: 2 });
  });

  test("the store holds what the application wrote, with metadata", async () => {
    await ask("/api/counters/stored", POST);
    const { value, metadata } = await namespace.getWithMetadata("counter:stored");
    assert.equal(value, "1");
    assert.equal(metadata.count, 1);
    assert.ok(Math.abs(metadata.changed_at - Date.now() / 1000) < 60);
  });

  test("counters that were put from outside are listed, other keys are not", async () => {
    await namespace.put("counter:outside", "7", { metadata: { count: 7 } });
    await namespace.put("outside", "8", { metadata: { count: 8 } });
    const counters = await json("/api/counters");
    assert.equal(counters.outside, 7);
    assert.ok(!Object.values(counters).includes(8));
  });

  test("the form counts and leads back to the page, which escapes names", async () => {
    const body = new URLSearchParams({ name: "<script>" });
    const reply = await ask("/count", { method: "POST", body });
    assert.equal(reply.status, 303);
    assert.equal(reply.headers.get("location"), "/");
    const page = await (await ask("/")).text();
    assert.match(page, /&lt;script&gt;: 1/);
    assert.doesNotMatch(page, /<script>/);
  });

  test("deleting is final", async () => {
    await ask("/api/counters/gone", POST);
    assert.equal((await ask("/api/counters/gone", { method: "DELETE" })).status, 204);
    assert.equal((await ask("/api/counters/gone")).status, 404);
    assert.equal(await namespace.get("counter:gone"), null);
  });

  test("a name that no key can have is refused with the rule", async () => {
    const reply = await ask(`/api/counters/${"x".repeat(600)}`, POST);
    assert.equal(reply.status, 422);
    assert.match((await reply.json()).error, /at most 512 bytes, this one has 608/);
  });

  test("a value that is no number is a 500 with its cause in the log, never an empty answer", async () => {
    await namespace.put("counter:broken", "many");
    const reply = await ask("/api/counters/broken");
    assert.equal(reply.status, 500);
    await logLine(worker, new RegExp(`${reply.headers.get("x-request-id")}[^]*\\(ArgumentError\\)`));
  });
});
