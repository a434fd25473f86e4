/**
 * The application `app` in workerd, and two servers that it asks: one that is allowed, and one that is not.
 * FETCH_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { startBundle } from "../../../tests/support/harness.mjs";
import { logLine } from "../../../tests/worker/support.mjs";

const BUNDLE = process.env.FETCH_BUNDLE;
const LARGE_BYTES = 50_000_000;

describe("fetch", { skip: BUNDLE === undefined && "FETCH_BUNDLE is not set" }, () => {
  /** @type {import("../../../tests/support/harness.mjs").RunningWorker} */
  let worker;
  /** @type {http.Server[]} */
  let servers;
  /** @type {string} */
  let allowed;
  /** @type {string} */
  let forbidden;
  /** What the servers were asked. @type {{ host: string | undefined, method: string | undefined, path: string, headers: http.IncomingHttpHeaders }[]} */
  const asked = [];
  /** @type {Record<string, (request: http.IncomingMessage, response: http.ServerResponse, query: URLSearchParams) => unknown>} */
  const routes = {
    async "/echo"(request, response) {
      const body = Buffer.concat(await Array.fromAsync(request)).toString();
      response.writeHead(201, [["x-tag", "a"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]].flat());
      response.end(JSON.stringify({ method: request.method, headers: request.headers, body }));
    },
    async "/count"(request, response) {
      let bytes = 0;
      for await (const chunk of request) bytes += chunk.length;
      response.end(JSON.stringify({ bytes, length: request.headers["content-length"] ?? null }));
    },
    "/pass": (request, response) => void request.pipe(response),
    "/bytes": (_, response, query) => void response.end(Buffer.alloc(Number(query.get("count")), 7)),
    "/chunks"(_, response, query) {
      response.write(Buffer.alloc(Number(query.get("count")), 7));
      response.end();
    },
    "/gzip"(_, response) {
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" });
      response.end(gzipSync("plain".repeat(1000)));
    },
    "/to"(_, response, query) {
      response.writeHead(Number(query.get("status") ?? 302), { location: /** @type {string} */ (query.get("url")) });
      response.end("elsewhere");
    },
    "/head": (_, response, query) => void response.writeHead(200, Object.fromEntries(query)).end(),
    "/never": () => {},
    "/reset": (request) => void request.socket.destroy(),
    "/status": (_, response, query) => void response.writeHead(Number(query.get("code"))).end(),
  };

  /** @param {http.IncomingMessage} request @param {http.ServerResponse} response */
  function respond(request, response) {
    const url = new URL(/** @type {string} */ (request.url), "http://server");
    asked.push({ host: request.headers.host, method: request.method, path: url.pathname, headers: request.headers });
    request.on("error", () => {});
    const route = routes[url.pathname] ?? ((_, reply) => void reply.writeHead(404).end("nothing"));
    route(request, response, url.searchParams);
  }

  before(async () => {
    servers = [http.createServer(respond), http.createServer(respond)];
    const origins = await Promise.all(servers.map(async (server) => {
      server.keepAliveTimeout = 0; // the runtime may use a connection at any time
      await once(server.listen(0, "127.0.0.1"), "listening");
      return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
    }));
    [allowed, forbidden] = /** @type {[string, string]} */ (origins);
    const bundled = await readFile(path.join(/** @type {string} */ (BUNDLE), "config.js"), "utf8");
    const { default: config } = await import(`data:text/javascript,${encodeURIComponent(bundled)}`);
    assert.deepEqual(config.bindings.API,
      { kind: "fetch", ambient: true, allow: ["https://api.example.com", "https://*.example.org"], timeout_ms: 30000 });
    const API = { ...config.bindings.API, allow: [allowed, "https://*.example.org"] };
    const bindings = { API, SMALL: { ...API, max_response_bytes: 1000 }, ANY: { ...API, allow: ["*"] } };
    worker = await startBundle(/** @type {string} */ (BUNDLE), {
      files: { "config.js": `export default ${JSON.stringify({ ...config, bindings })};` },
    });
  });
  after(async () => {
    await worker.stop();
    for (const server of servers) server.close().closeAllConnections();
  });

  /** @param {object} request @returns {Promise<any>} */
  async function ask(request) {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ method: "GET", ...request });
    return (await fetch(`${worker.url}/ask`, { method: "POST", headers, body })).json();
  }
  /** @param {string} path @param {Record<string, string>} query */
  const via = (path, query) => `${worker.url}${path}?${new URLSearchParams(query)}`;

  test("method, headers and body arrive, and so does the answer", async () => {
    const headers = [["X-One", "1"], ["Accept", "a/b"]];
    const answer = await ask({ method: "PUT", url: `${allowed}/echo`, headers, json: { a: ["ü"] } });
    const sent = JSON.parse(answer.body);
    assert.deepEqual([sent.method, sent.body], ["PUT", '{"a":["ü"]}']);
    assert.deepEqual([sent.headers["x-one"], sent.headers.accept, sent.headers["content-type"]], ["1", "a/b", "application/json"]);
    assert.deepEqual([answer.status, answer.url], [201, `${allowed}/echo`]);
    const own = answer.headers.filter(([name]) => name === "set-cookie" || name === "x-tag").sort();
    assert.deepEqual(own, [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-tag", "a"]]);
  });

  test("what a server answers is no failure", async () => {
    for (const code of [204, 304, 404, 500, 503]) {
      assert.equal((await ask({ url: `${allowed}/status?code=${code}` })).status, code);
    }
    const head = await ask({ method: "HEAD", url: `${allowed}/bytes?count=100` });
    assert.deepEqual([head.status, head.body], [200, ""]);
  });

  test("only what is allowed is asked", async () => {
    const before = asked.length;
    const others = [
      `${forbidden}/echo`, allowed.replace("127.0.0.1", "localhost"), allowed.replace("http:", "https:"),
      `${allowed.replace(/\d+$/, "1")}/echo`, "https://example.org/", "https://evilexample.org/", "http://a.example.org/",
      "https://a.example.org:8443/",
    ];
    for (const url of others) assert.equal((await ask({ url })).code, "not_allowed", url);
    assert.equal(asked.length, before);
    const { message } = await ask({ url: `${forbidden}/echo` });
    assert.equal(message, `binding API, request: ${forbidden} is not in \`allow\` of this binding (not_allowed)`);
    assert.equal((await ask({ binding: "ANY", url: `${forbidden}/status?code=200` })).status, 200);
    const below = await ask({ url: "https://a.b.example.org/", timeout: 20_000 });
    assert.notEqual(below.code, "not_allowed"); // nobody is there, but it was allowed
  });

  test("URLs that are none", async () => {
    for (const url of ["/echo", "", "ftp://example.org/", "data:text/plain,x", allowed.replace("//", "//user:secret@")]) {
      assert.equal((await ask({ url })).code, "invalid_url", url);
    }
  });

  test("redirects are followed, each checked against the list", async () => {
    const to = (/** @type {string} */ url, status = 302) => `${allowed}/to?${new URLSearchParams({ url, status: String(status) })}`;
    const twice = await ask({ url: to(to("/bytes?count=3")) });
    assert.deepEqual([twice.status, twice.url, twice.length], [200, `${allowed}/bytes?count=3`, 3]);
    const before = asked.filter(({ host }) => forbidden.endsWith(/** @type {string} */ (host))).length;
    assert.equal((await ask({ url: to(`${forbidden}/echo`) })).code, "not_allowed");
    assert.equal(asked.filter(({ host }) => forbidden.endsWith(/** @type {string} */ (host))).length, before);
    assert.equal((await ask({ url: to("ftp://example.org") })).code, "invalid_url");
    const answer = await ask({ url: to("/echo"), max_redirects: 0 });
    assert.deepEqual([answer.status, answer.body], [302, "elsewhere"]);
    assert.equal((await ask({ url: to(to("/echo")), max_redirects: 1 })).code, "too_many_redirects");
    assert.equal((await ask({ url: to(to("/echo")), max_redirects: 2 })).status, 201);
  });

  test("a redirect changes method and body as the Fetch standard has it", async () => {
    for (const [status, method, expected] of /** @type {[number, string, string[]][]} */ ([
      [301, "POST", ["GET", ""]], [302, "POST", ["GET", ""]], [303, "PUT", ["GET", ""]],
      [301, "PUT", ["PUT", "b"]], [307, "POST", ["POST", "b"]], [308, "PUT", ["PUT", "b"]],
    ])) {
      const url = `${allowed}/to?${new URLSearchParams({ url: "/echo", status: String(status) })}`;
      const sent = JSON.parse((await ask({ method, url, body: "b", headers: [["content-type", "a/b"]] })).body);
      assert.deepEqual([sent.method, sent.body], expected, `${status} ${method}`);
      assert.equal(sent.headers["content-type"], expected[0] === "GET" ? undefined : "a/b");
    }
    const again = new URLSearchParams({ url: "/count", status: "307" });
    const made = await fetch(via("/made", { url: `${allowed}/to?${again}`, chunks: "1" }));
    assert.equal(made.status, 500);
    await logLine(worker, /asks for a body that is sent already \(redirect_with_body\)/);
  });

  test("secrets stay with their origin", async () => {
    const headers = [["authorization", "Bearer x"], ["cookie", "a=1"], ["x-one", "1"]];
    const path = `/to?${new URLSearchParams({ url: `${forbidden}/echo` })}`;
    const away = JSON.parse((await ask({ binding: "ANY", url: allowed + path, headers })).body);
    assert.deepEqual([away.headers.authorization, away.headers.cookie, away.headers["x-one"]], [undefined, undefined, "1"]);
    const home = JSON.parse((await ask({ url: `${allowed}/to?url=/echo`, headers })).body);
    assert.deepEqual([home.headers.authorization, home.headers.cookie], ["Bearer x", "a=1"]);
  });

  test("a server that does not answer is given up; one that breaks off, and one that is not there, fail", async () => {
    const late = await ask({ url: `${allowed}/never`, timeout: 50 });
    assert.deepEqual([late.code, late.message], ["timeout", "binding API, request: no answer within 50 ms (timeout)"]);
    assert.equal((await ask({ url: `${allowed}/reset` })).code, "failed");
    assert.equal((await ask({ binding: "ANY", url: "http://127.0.0.1:1/" })).code, "failed");
  });

  test("an answer beyond the limit fails, whether its length is announced or not", async () => {
    assert.equal((await ask({ binding: "SMALL", url: `${allowed}/bytes?count=1000` })).length, 1000);
    assert.equal((await ask({ binding: "SMALL", url: `${allowed}/bytes?count=1001` })).code, "too_large");
    assert.equal((await ask({ binding: "SMALL", url: `${allowed}/chunks?count=1000` })).body.length, 1000);
    const { raised } = await ask({ binding: "SMALL", url: `${allowed}/chunks?count=1001` });
    assert.equal(raised, "binding SMALL, read: the answer has more than 1000 bytes (too_large)");
    assert.match((await ask({ binding: "SMALL", url: `${allowed}/gzip` })).raised, /too_large/);
  });

  test("a compressed answer is decoded, and passed on as it is", async () => {
    assert.equal((await ask({ url: `${allowed}/gzip` })).body, "plain".repeat(1000));
    const reply = await fetch(via("/relay", { url: `${allowed}/gzip` }));
    assert.equal(await reply.text(), "plain".repeat(1000));
    assert.equal(reply.headers.get("content-type"), "text/plain");
  });

  test("a large body goes to a server past the machine, and an answer comes back", async () => {
    const body = new Uint8Array(LARGE_BYTES).fill(7);
    const counted = await fetch(via("/relay", { url: `${allowed}/count` }), { method: "POST", body });
    assert.deepEqual(await counted.json(), { bytes: LARGE_BYTES, length: String(LARGE_BYTES) });
    const passed = await fetch(via("/relay", { url: `${allowed}/pass` }), { method: "POST", body });
    assert.equal((await passed.bytes()).length, LARGE_BYTES);
    const got = await fetch(via("/relay", { url: `${allowed}/bytes?count=${LARGE_BYTES}` }));
    assert.deepEqual([got.headers.get("content-length"), (await got.bytes()).length], [String(LARGE_BYTES), LARGE_BYTES]);
  });

  test("what the application makes is sent as it is made, with its length where that is known", async () => {
    const chunks = String(LARGE_BYTES / 100_000);
    const sent = await (await fetch(via("/made", { url: `${allowed}/count`, chunks }))).json();
    assert.deepEqual(sent, { bytes: LARGE_BYTES, length: null });
    const sized = await (await fetch(via("/made", { url: `${allowed}/count`, chunks: "3", sized: "1" }))).json();
    assert.deepEqual(sized, { bytes: 300_000, length: "300000" });
  });

  test("HEAD is passed on with the length that there would be", async () => {
    const init = { method: "HEAD", headers: { "accept-encoding": "identity" } };
    const reply = await fetch(via("/relay", { url: `${allowed}/head?content-length=100` }), init);
    assert.deepEqual([reply.status, reply.headers.get("content-length")], [200, "100"]);
    const unknown = await fetch(via("/relay", { url: `${allowed}/head?transfer-encoding=chunked` }), init);
    assert.deepEqual([unknown.status, unknown.headers.get("content-length")], [200, null]);
  });

  test("an answer is passed on while it is still being made", async () => {
    /** @type {http.ServerResponse | undefined} */
    let open;
    routes["/slow"] = (_, response) => {
      open = response;
      response.write("one");
    };
    const reply = await fetch(via("/relay", { url: `${allowed}/slow` }), { headers: { "accept-encoding": "identity" } });
    const reader = /** @type {ReadableStream<Uint8Array>} */ (reply.body).getReader();
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), "one");
    open?.end("two");
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), "two");
    assert.ok((await reader.read()).done);
  });

  test("a body that its application cannot finish never looks whole", async () => {
    let whole = false;
    let broken = Promise.withResolvers();
    routes["/watch"] = (request, response) => {
      request.on("end", () => (whole = true)).on("close", () => broken.resolve(undefined)).resume();
      response.on("error", () => {});
    };
    assert.equal((await fetch(via("/failing", { url: `${allowed}/watch` }))).status, 500);
    await logLine(worker, /\(RuntimeError\) no third/);
    await broken.promise;
    assert.equal(whole, false);
  });

  test("a body that is refused before it is sent does not wait to be read", async () => {
    assert.equal((await fetch(via("/made", { url: `${forbidden}/count`, chunks: "5" }))).status, 500);
    await logLine(worker, /not_allowed/);
    assert.equal((await fetch(via("/made", { url: `${allowed}/reset`, chunks: "5" }))).status, 500);
  });
});
