/**
 * The application `app` in workerd, with miniflare's R2: every case that `mix test` runs with the fake, objects over HTTP, and
 * bodies larger than the machine. R2_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { startBundle } from "../../../tests/support/harness.mjs";
import { logLine } from "../../../tests/worker/support.mjs";

const BUNDLE = process.env.R2_BUNDLE;
const LARGE_BYTES = 20_000_000; // miniflare takes its time

/** Names of the cases in the source, since tests are made before there is a worker to ask. */
function caseNames() {
  const source = readFileSync(new URL("app/lib/cases/cases.ex", import.meta.url), "utf8");
  return [...source.matchAll(/^ {6}\{"([^"]+)",/gm)].map(([, name]) => /** @type {string} */ (name));
}

describe("r2", { skip: BUNDLE === undefined && "R2_BUNDLE is not set" }, () => {
  /** @type {import("../../../tests/support/harness.mjs").RunningWorker} */
  let worker;
  /** @type {any} */
  let bucket;
  before(async () => {
    worker = await startBundle(/** @type {string} */ (BUNDLE));
    bucket = await worker.miniflare.getR2Bucket("FILES");
  });
  after(() => worker.stop());

  /** @param {string} path @param {any} [init] */
  const ask = (path, init) => fetch(worker.url + path, { ...init, headers: { "accept-encoding": "identity", ...init?.headers } });

  test("no case is forgotten", async () => {
    assert.deepEqual(caseNames().sort(), (await (await ask("/cases")).json()).sort());
  });

  for (const name of caseNames()) {
    test(`r2: ${name}`, async () => {
      const reply = await ask(`/cases/${encodeURIComponent(name)}`);
      const body = await reply.text();
      assert.equal(reply.status, 200, `${body}${worker.logs.at(-1)?.message}`);
      const { actual, expected } = JSON.parse(body);
      assert.equal(actual, expected);
    });
  }

  test("a name from a request selects nothing but a bucket of that name", async () => {
    for (const name of ["constructor", "__proto__", "FILES%00", "files"]) {
      const reply = await ask(`/name/${name}`);
      assert.deepEqual([reply.status, (await reply.text()).includes("(unknown_binding)")], [400, true]);
    }
  });

  describe("an object over HTTP", () => {
    /** @type {{ etag: string, date: string }} */
    let known;
    before(async () => {
      await bucket.put("page.txt", "0123456789", {
        httpMetadata: { contentType: "text/plain", cacheControl: "max-age=5", contentLanguage: "en" },
      });
      const reply = await ask("/objects/page.txt");
      const header = (/** @type {string} */ name) => /** @type {string} */ (reply.headers.get(name));
      known = { etag: header("etag"), date: header("last-modified") };
    });

    /** @param {Record<string, string>} headers @param {string} [method] */
    async function conditional(headers, method = "GET") {
      const reply = await ask("/objects/page.txt", { method, headers });
      return [reply.status, await reply.text()];
    }

    test("all of it, with its metadata", async () => {
      const reply = await ask("/objects/page.txt");
      const headers = Object.fromEntries(reply.headers);
      assert.equal(reply.status, 200);
      assert.equal(await reply.text(), "0123456789");
      assert.equal(headers["content-type"], "text/plain");
      assert.equal(headers["content-length"], "10");
      assert.equal(headers["cache-control"], "max-age=5");
      assert.equal(headers["content-language"], "en");
      assert.equal(headers["accept-ranges"], "bytes");
      assert.equal(headers.etag, `"${createHash("md5").update("0123456789").digest("hex")}"`);
      assert.match(/** @type {string} */ (headers["last-modified"]), /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/);
      assert.equal(new Date(known.date).toUTCString(), known.date);
    });

    test("HEAD has what GET has, without the body", async () => {
      const [get, head] = await Promise.all([ask("/objects/page.txt"), ask("/objects/page.txt", { method: "HEAD" })]);
      const fields = (/** @type {Response} */ reply) => [...reply.headers].filter(([name]) => !["date", "transfer-encoding"].includes(name));
      assert.deepEqual(fields(head), fields(get));
      assert.equal(head.status, 200);
    });

    test("none is a 404", async () => {
      assert.equal((await ask("/objects/none.txt")).status, 404);
      assert.equal((await ask("/objects/none.txt", { method: "HEAD" })).status, 404);
      assert.equal((await ask("/objects/none.txt", { headers: { range: "bytes=0-1" } })).status, 404);
    });

    test("conditions, in the order of RFC 9110", async () => {
      const { etag, date } = known;
      const [early, late] = ["Mon, 01 Jan 2001 00:00:00 GMT", "Sat, 01 Jan 2101 00:00:00 GMT"];
      const whole = [200, "0123456789"];
      const cases = /** @type {[Record<string, string>, number][]} */ ([
        [{ "if-none-match": etag }, 304],
        [{ "if-none-match": `"a", W/${etag}` }, 304],
        [{ "if-none-match": "*" }, 304],
        [{ "if-none-match": '"other"' }, 200],
        [{ "if-none-match": '"other"', "if-modified-since": late }, 200],
        [{ "if-modified-since": date }, 304],
        [{ "if-modified-since": early }, 200],
        [{ "if-modified-since": "Sat Jan  1 00:00:00 2101" }, 304],
        [{ "if-modified-since": "yesterday" }, 200],
        [{ "if-match": etag }, 200],
        [{ "if-match": "*" }, 200],
        [{ "if-match": `W/${etag}` }, 412],
        [{ "if-match": '"other"' }, 412],
        [{ "if-match": etag, "if-unmodified-since": early }, 200],
        [{ "if-unmodified-since": early }, 412],
        [{ "if-unmodified-since": date }, 200],
        [{ "if-match": '"other"', "if-none-match": etag }, 412],
        [{ "if-match": etag, "if-none-match": etag }, 304],
      ]);
      for (const [headers, status] of cases) {
        const [got, body] = await conditional(headers);
        assert.equal(got, status, JSON.stringify(headers));
        if (status === 200) assert.deepEqual([got, body], whole);
        if (status === 304) assert.equal(body, "");
        assert.equal((await conditional(headers, "HEAD"))[0], status, `HEAD ${JSON.stringify(headers)}`);
      }
      const reply = await ask("/objects/page.txt", { headers: { "if-none-match": etag } });
      assert.deepEqual([reply.headers.get("etag"), reply.headers.get("cache-control"), reply.headers.get("content-type")],
        [etag, "max-age=5", null]);
    });

    test("one range of bytes is a 206, or a 416", async () => {
      const cases = /** @type {[string, number, string, string | null][]} */ ([
        ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
        ["bytes=4-", 206, "456789", "bytes 4-9/10"],
        ["bytes=-3", 206, "789", "bytes 7-9/10"],
        ["bytes=-30", 206, "0123456789", "bytes 0-9/10"],
        ["bytes=8-30", 206, "89", "bytes 8-9/10"],
        ["bytes=9-9", 206, "9", "bytes 9-9/10"],
        ["bytes=0-1,3-4", 200, "0123456789", null],
        ["bytes=3-1", 200, "0123456789", null],
        ["lines=0-1", 200, "0123456789", null],
        ["bytes=x-1", 200, "0123456789", null],
      ]);
      for (const [range, status, body, contentRange] of cases) {
        const reply = await ask("/objects/page.txt", { headers: { range } });
        assert.deepEqual([reply.status, await reply.text(), reply.headers.get("content-range")], [status, body, contentRange], range);
        assert.equal(reply.headers.get("content-length"), String(body.length), range);
      }
      for (const range of ["bytes=10-", "bytes=10-20", "bytes=-0"]) {
        const reply = await ask("/objects/page.txt", { headers: { range } });
        assert.deepEqual([reply.status, reply.headers.get("content-range")], [416, "bytes */10"], range);
        assert.equal(reply.headers.get("cache-control"), null);
      }
    });

    test("a range beside conditions", async () => {
      const { etag, date } = known;
      assert.deepEqual(await conditional({ range: "bytes=0-1", "if-none-match": etag }), [304, ""]);
      assert.deepEqual(await conditional({ range: "bytes=90-", "if-none-match": etag }), [304, ""]);
      assert.equal((await conditional({ range: "bytes=0-1", "if-match": '"other"' }))[0], 412);
      assert.deepEqual(await conditional({ range: "bytes=0-1", "if-range": etag }), [206, "01"]);
      assert.deepEqual(await conditional({ range: "bytes=0-1", "if-range": date }), [206, "01"]);
      assert.deepEqual(await conditional({ range: "bytes=0-1", "if-range": '"other"' }), [200, "0123456789"]);
      assert.deepEqual(await conditional({ range: "bytes=0-1", "if-range": `W/${etag}` }), [200, "0123456789"]);
    });
  });

  describe("bodies larger than the machine", () => {
    const body = new Uint8Array(LARGE_BYTES).map((_, i) => i % 251);
    const md5 = createHash("md5").update(body).digest("hex");

    /** Without a Content-Length. */
    async function* chunks() {
      for (let at = 0; at < body.length; at += 100_000) yield body.subarray(at, at + 100_000);
    }

    test("from the client into a bucket, into another one, and back", async () => {
      const put = await ask("/objects/large", { method: "PUT", body, headers: { "content-type": "a/b" } });
      assert.deepEqual([put.status, await put.json()], [201, { size: LARGE_BYTES, etag: `"${md5}"` }]);
      assert.deepEqual(await (await ask("/copies/large", { method: "POST" })).json(), { size: LARGE_BYTES });
      const reply = await ask("/objects/large");
      assert.equal(reply.headers.get("content-length"), String(LARGE_BYTES));
      assert.equal(createHash("md5").update(await reply.bytes()).digest("hex"), md5);
    });

    test("from a client that does not say how much there is", async () => {
      const put = await ask("/objects/parts", { method: "PUT", body: ReadableStream.from(chunks()), duplex: "half" });
      assert.equal((await put.json()).size, LARGE_BYTES);
      const object = await bucket.get("parts");
      assert.equal(createHash("md5").update(new Uint8Array(await object.arrayBuffer())).digest("hex"), md5);
    });

    for (const query of [`bytes=${LARGE_BYTES}`, `bytes=${LARGE_BYTES}&sized=1`]) {
      test(`from the application: ${query}`, async () => {
        assert.equal((await (await ask(`/made/made?${query}`)).json()).size, LARGE_BYTES);
        const object = await bucket.get("made", { range: { suffix: 12 } });
        assert.equal(await object.text(), "890123456789");
      });
    }

    test("a body that breaks off leaves nothing behind", async () => {
      assert.equal((await ask("/broken/broken")).status, 500);
      await logLine(worker, /\(RuntimeError\) no more/);
      assert.equal(await bucket.head("broken"), null);
    });
  });
});
