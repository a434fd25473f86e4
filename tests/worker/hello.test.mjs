/**
 * examples/hello as `hatch build` bundled it, in workerd, over HTTP: every route, and what must hold around them.
 * HELLO_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { startBundle } from "../support/harness.mjs";
import { logLine } from "./support.mjs";

const BUNDLE = process.env.HELLO_BUNDLE;
const BODY_LIMIT_BYTES = 2_000_000;

/**
 * The bundle's own settings with a smaller body limit, so that refusing a body does not take a large one.
 * @param {string} environment
 */
async function start(environment) {
  const settings = { environment, bodyLimitBytes: BODY_LIMIT_BYTES, vars: [], secrets: [], bindings: {} };
  const files = { "config.js": `export default ${JSON.stringify(settings)};` };
  return startBundle(/** @type {string} */ (BUNDLE), { files });
}

/**
 * @param {string} url
 * @param {http.RequestOptions} [options]
 * @param {(request: http.ClientRequest) => void} [send]
 * @returns {Promise<{ status: number, headers: http.IncomingHttpHeaders, raw: string[], body: Buffer }>}
 */
function raw(url, options = {}, send = (request) => request.end()) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, options, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        raw: response.rawHeaders,
        body: Buffer.concat(chunks),
      }));
    });
    request.on("error", reject);
    send(request);
  });
}

describe("examples/hello", { skip: BUNDLE === undefined && "HELLO_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  before(async () => {
    worker = await start("production");
  });
  after(() => worker.stop());

  /** @param {string} path @param {RequestInit} [init] */
  const ask = (path, init) => fetch(worker.url + path, init);
  const healthy = async () => assert.deepEqual(await (await ask("/api/health")).json(), { status: "ok" });

  test("GET / is a page with security headers", async () => {
    const reply = await ask("/");
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get("content-type") ?? "", /^text\/html/);
    assert.match(await reply.text(), /<h1>Hello from Elixir<\/h1>/);
    assert.equal(reply.headers.get("x-content-type-options"), "nosniff");
    assert.doesNotMatch(reply.headers.get("content-security-policy") ?? "", /unsafe-inline/);
  });

  test("GET /api/health is JSON", async () => {
    const reply = await ask("/api/health");
    assert.match(reply.headers.get("content-type") ?? "", /^application\/json/);
    assert.deepEqual(await reply.json(), { status: "ok" });
  });

  test("a path parameter is decoded once", async () => {
    assert.equal(await (await ask("/hello/J%C3%BCrgen")).text(), "Hello, Jürgen!\n");
    assert.equal(await (await ask("/hello/a%252Fb")).text(), "Hello, a%2Fb!\n");
    assert.equal(await (await ask("/hello/a+b")).text(), "Hello, a+b!\n");
  });

  test("a path that is not UTF-8 is the client's error", async () => {
    const reply = await raw(`${worker.url}/hello/%FF%FE`);
    assert.ok(reply.status >= 400 && reply.status < 500, `status ${reply.status}`);
    await healthy();
  });

  test("a body is echoed byte for byte, with its type", async () => {
    // No bytes, few that are one chunk, chunks of several sizes, and as many as there may be.
    for (const length of [0, 1, 255, 256, 4096, 65_535, 65_536, 65_537, 100_000, 1_000_003, BODY_LIMIT_BYTES]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256);
      const reply = await ask("/echo", { method: "POST", body: bytes, headers: { "content-type": "image/png" } });
      assert.equal(reply.headers.get("content-type"), "image/png");
      assert.ok(Buffer.from(await reply.arrayBuffer()).equals(bytes), `${length} bytes`);
    }
  });

  test("JSON is parsed and written", async () => {
    const value = { text: "€ 😀 \u0000 \"", list: [1, -2.5, 1e300, null, true], map: {} };
    const headers = { "content-type": "Application/JSON; charset=utf-8" };
    const reply = await ask("/api/json", { method: "POST", body: JSON.stringify(value), headers });
    assert.deepEqual(await reply.json(), value);
  });

  for (const body of ["{", '{"a":1} x', '"\xff"', '{"a":"\\ud800"}x']) {
    test(`malformed JSON ${JSON.stringify(body)} is a 400`, async () => {
      const headers = { "content-type": "application/json" };
      const reply = await ask("/api/json", { method: "POST", body: Buffer.from(body, "latin1"), headers });
      assert.equal(reply.status, 400);
      await healthy();
    });
  }

  test("time grows no faster than a body of JSON, up to a megabyte", async () => {
    const timeMs = async (/** @type {number} */ bytes) => {
      const item = { name: "Zoë \"quoted\"", price: 12.5, tags: ["a", null, true] };
      const body = JSON.stringify(Array.from({ length: bytes / JSON.stringify(item).length }, () => item));
      const start = performance.now();
      const reply = await ask("/api/json", { method: "POST", body, headers: { "content-type": "application/json" } });
      assert.equal((await reply.text()).length, body.length);
      return performance.now() - start;
    };
    // Ten times the bytes; quadratic work would take a hundred times as long. What else the machine does comes on top, so
    // that the least of several counts.
    let [small, large] = [Infinity, Infinity];
    for (let round = 0; round < 3 || (round < 60 && large >= 30 * small); round++) {
      small = Math.min(small, await timeMs(100_000));
      large = Math.min(large, await timeMs(1_000_000));
    }
    assert.ok(large < 30 * small, `100 KB in ${small} ms, 1 MB in ${large} ms`);
  });

  test("GET /stats uses Enum, String, a GenServer and a Task", async () => {
    const stats = await (await ask("/stats?text=a%20b+a%20stra%C3%9Fe")).json();
    assert.equal(stats.words, 4);
    assert.equal(stats.longest, "straße");
    assert.equal(stats.reversed, "eßarts a b a");
    assert.deepEqual(stats.most_frequent[0], { word: "a", count: 2 });
    assert.equal(stats.letters.a, 3);
  });

  test("two cookies are two headers", async () => {
    const { raw: headers } = await raw(`${worker.url}/cookies`);
    const cookies = headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === "set-cookie");
    assert.deepEqual(cookies.map((cookie) => cookie.split("=")[0]).sort(), ["theme", "visits"]);
  });

  test("Process.sleep sleeps", async () => {
    const start = performance.now();
    assert.equal((await ask("/sleep")).status, 200);
    assert.ok(performance.now() - start >= 49);
  });

  test("what a handler prints goes to the log and nowhere else", async () => {
    const reply = await ask("/print");
    assert.equal(reply.status, 201);
    assert.equal(await reply.text(), "printed\n");
    assert.match((await logLine(worker, /\{"status":200/)).message, /^\[stdout\] [0-9a-f-]{36} \{"status":200$/);
  });

  test("GET /inspect shows terms as Elixir does", async () => {
    const page = await (await ask("/inspect")).text();
    for (const term of ["1..3", "MapSet", "STRASSE", (2n ** 200n).toString(), "&lt;&lt;1, 2, 255&gt;&gt;"]) {
      assert.ok(page.includes(term), `${term} in ${page}`);
    }
  });

  test("a crash is a 500 with a request id that the log has too, and tells nothing else", async () => {
    const reply = await ask("/crash");
    const page = await reply.text();
    assert.equal(reply.status, 500);
    const requestId = reply.headers.get("x-request-id") ?? "";
    assert.match(requestId, /^[0-9a-f-]{36}$/);
    assert.doesNotMatch(page, /on purpose|RuntimeError|router\.ex/);
    assert.equal(reply.headers.get("x-content-type-options"), "nosniff");
    const line = await logLine(worker, new RegExp(`^\\[error\\] ${requestId} [^]*on purpose`));
    assert.match(line.message, /RuntimeError/);
    assert.match(line.message, /router\.ex:\d+/);
    await healthy();
  });

  test("HEAD answers as GET, without the body", async () => {
    const get = await raw(`${worker.url}/api/health`);
    const head = await raw(`${worker.url}/api/health`, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    assert.equal(head.headers["content-type"], get.headers["content-type"]);
    assert.equal(head.headers["content-length"], String(get.body.length));
  });

  test("OPTIONS and a method that is not there carry Allow", async () => {
    const options = await ask("/echo", { method: "OPTIONS" });
    assert.match(options.headers.get("allow") ?? "", /POST/);
    const wrong = await ask("/echo");
    assert.equal(wrong.status, 405);
    assert.match(wrong.headers.get("allow") ?? "", /POST/);
  });

  test("/favicon.ico and every other path belong to the application", async () => {
    const reserved = ["/favicon.ico", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt", "/index.html", "/index.js"];
    const internal = ["/__proto__", "/__scheduled", "/_worker.js", "/app.avm", "/atomvm.wasm", "/config.js", "/health", "/metrics"];
    for (const path of ["/nowhere", "/hello", "/hello/a/b", "/favicon.ico/", ...reserved, ...internal]) {
      const reply = await raw(worker.url + path);
      assert.deepEqual([path, reply.status, reply.body.toString()], [path, 404, "Not Found\n"]);
      assert.equal(reply.headers["x-content-type-options"], "nosniff");
      // The application's own request log.
      await logLine(worker, new RegExp(`^\\[info\\] [0-9a-f-]{36} GET ${path.replaceAll(".", "\\.")} 404$`));
    }
  });

  test("a body over the limit is refused while it is still being sent", async () => {
    /** @type {http.ClientRequest | undefined} */
    let open;
    const reply = await raw(`${worker.url}/echo`, { method: "POST" }, (request) => {
      open = request;
      request.on("error", () => {}); // the refused rest
      request.write(Buffer.alloc(BODY_LIMIT_BYTES + 1));
    });
    open?.destroy();
    assert.equal(reply.status, 413);
    assert.equal(reply.headers["x-content-type-options"], "nosniff");
    await healthy();
  });

  test("requests at the same time get their own answers", async () => {
    const names = Array.from({ length: 10 }, (_, i) => `n${i}`);
    const replies = await Promise.all(names.map(async (name) => (await ask(`/hello/${name}`)).text()));
    assert.deepEqual(replies, names.map((name) => `Hello, ${name}!\n`));
  });

  test("a development build shows the exception", async (scope) => {
    const development = await start("development");
    scope.after(() => development.stop());
    const page = await (await fetch(`${development.url}/crash`)).text();
    assert.match(page, /on purpose/);
    assert.match(page, /router\.ex:\d+/);
  });
});
