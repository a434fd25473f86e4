/** The worker around the test machine, in workerd: each promise of the host ABI, and each way to break it. */

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { decode, Tuple } from "../../priv/worker/etf.js";
import { REPLY_BINARY, REPLY_ERROR } from "../../priv/worker/host_calls.js";
import { logLine, startTestVm } from "./support.mjs";

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

const CONFIG = {
  environment: "development",
  bodyLimitBytes: 100_000,
  memoryCapBytes: 8 * 1024 * 1024,
  maxReductions: 5_000_000,
  maxRequestMs: 1000,
  vars: ["GREETING", "SETTINGS", "ABSENT_VAR"],
  secrets: ["API_KEY"],
  bindings: { ECHO: { kind: "echo" }, ABSENT: { kind: "echo" } },
};
const VARS = { GREETING: "hi", SETTINGS: { limit: 3, on: true }, API_KEY: "s3cret-key", UNDECLARED: "must not enter" };

const text = (/** @type {any} */ bytes) => new TextDecoder().decode(bytes);

/** @param {any} head @param {string} key */
function member(head, key) {
  return [...head].find(([name]) => text(name) === key)?.[1];
}

/**
 * The bytes of a request as they are, past every client that would make them valid.
 * @param {string} url
 * @param {http.RequestOptions} options
 * @param {(request: http.ClientRequest) => void} [send]
 * @returns {Promise<{ status: number, headers: string[], body: Buffer }>}
 */
function rawRequest(url, options, send = (request) => request.end()) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, options, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.rawHeaders, body: Buffer.concat(chunks) }));
      response.on("error", reject);
    });
    request.on("error", reject);
    send(request);
  });
}

describe("a machine that works", () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  /** @type {(() => Promise<void>)[]} */
  const done = [];
  before(async () => {
    worker = await startTestVm({ after: (each) => done.push(each) }, { config: CONFIG, vars: VARS });
  });
  after(() => Promise.all(done.map((each) => each())));

  /** @param {string} path @param {RequestInit} [init] */
  const ask = (path, init) => fetch(worker.url + path, init);
  const healthy = async () => assert.equal((await ask("/status/418")).status, 418, "the next request works");

  test("the head is an external term with method, url, header list, cf and request id", async () => {
    const { body } = await rawRequest(`${worker.url}/caf%C3%A9/head`, {
      method: "PUT",
      headers: [
        "Host", "example", "Content-Length", "0",
        "X-Twice", "1", "X-Twice", "2", "X-Utf8", Buffer.from("é").toString("latin1"),
      ],
    });
    const head = decode(body);
    assert.equal(text(member(head, "method")), "PUT");
    assert.match(text(member(head, "url")), /\/caf%C3%A9\/head$/);
    assert.match(text(member(head, "request_id")), UUID);
    assert.equal(text(member(member(head, "cf"), "colo")), "TST");
    const headers = member(head, "headers").map((/** @type {Tuple} */ { elements }) => elements.map(text));
    assert.deepEqual(headers.filter(([name]) => name === "x-twice"), [["x-twice", "1, 2"]]);
    assert.deepEqual(headers.filter(([name]) => name === "x-utf8"), [["x-utf8", "é"]]);
  });

  test("bytes of a header that are not UTF-8 do no harm", async () => {
    const { body } = await rawRequest(`${worker.url}/head`, { headers: { "x-latin1": "caf\xe9" } });
    const pairs = member(decode(body), "headers").map((/** @type {Tuple} */ { elements }) => elements.map(text));
    assert.equal(Object.fromEntries(pairs)["x-latin1"], "caf\ufffd");
  });

  test("a path of bytes that are not UTF-8 reaches the machine", async () => {
    const { status, body } = await rawRequest(`${worker.url}/%FF%FE/head`, {});
    assert.equal(status, 200);
    assert.match(text(member(decode(body), "url")), /\/%FF%FE\/head$/);
  });

  test("only declared variables and secrets enter, with their types", async () => {
    const env = member(decode(new Uint8Array(await (await ask("/head")).arrayBuffer())), "env");
    assert.deepEqual([...env.keys()].map(text), ["GREETING", "SETTINGS", "API_KEY"]);
    assert.equal(text(member(env, "API_KEY")), "s3cret-key");
    const settings = [...member(env, "SETTINGS")].map(([key, value]) => [text(key), value]);
    assert.deepEqual(settings, [["limit", 3], ["on", true]]);
  });

  test("bodies cross byte for byte, both ways", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256);
    const reply = await ask("/echo", { method: "POST", body: bytes });
    assert.deepEqual(new Uint8Array(await reply.arrayBuffer()), bytes);
    assert.equal((await (await ask("/echo")).arrayBuffer()).byteLength, 0);
  });

  test("a body over the limit is 413 when its length is announced", async () => {
    const reply = await ask("/echo", { method: "POST", body: new Uint8Array(100_001) });
    assert.equal(reply.status, 413);
    assert.equal((await ask("/echo", { method: "POST", body: new Uint8Array(100_000) })).status, 200);
  });

  test("a body without a length is refused while it is still being sent", async () => {
    /** @type {http.ClientRequest | undefined} */
    let open;
    const { status, headers } = await rawRequest(`${worker.url}/echo`, { method: "POST" }, (request) => {
      open = request;
      request.write(Buffer.alloc(100_001)); // and no end: buffering the whole would wait forever
    });
    open?.destroy();
    assert.equal(status, 413);
    assert.ok(headers.includes("nosniff"));
    await healthy();
  });

  test("two Set-Cookie headers both arrive, and text above 127 in a value", async () => {
    const { headers } = await rawRequest(`${worker.url}/cookies`, {});
    const cookies = headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === "set-cookie");
    assert.deepEqual(cookies, ["a=1; Path=/", "b=2; Path=/"]);
    assert.equal(headerBytes(headers, "x-utf8").toString(), "café €");
    assert.equal(headerBytes(headers, "x-latin1").toString(), "café");
  });

  test("HEAD answers with the headers of GET and no body", async () => {
    const { status, headers, body } = await rawRequest(`${worker.url}/status/418`, { method: "HEAD" });
    assert.equal(status, 418);
    assert.equal(body.length, 0);
    assert.equal(headers[headers.findIndex((name) => name.toLowerCase() === "content-length") + 1], "6");
  });

  for (const status of [204, 304]) {
    test(`${status} has no body, whatever the application says`, async () => {
      const reply = await rawRequest(`${worker.url}/status/${status}`, {});
      assert.equal(reply.status, status);
      assert.equal(reply.body.length, 0);
    });
  }

  test("a body that is already compressed is not compressed again", async () => {
    const reply = await ask("/gzip", { method: "POST", body: gzipSync("squeezed") });
    assert.equal(await reply.text(), "squeezed");
  });

  test("what the application prints is logged and changes nothing", async () => {
    const reply = await ask("/print");
    assert.equal(reply.status, 200);
    assert.equal(await reply.text(), "clean");
    assert.deepEqual(reply.headers.getSetCookie(), []);
    const line = await logLine(worker, /\{"_effects": \[\]\}/);
    assert.match(line.message, new RegExp(`^\\[stdout\\] ${UUID.source} `));
    assert.match((await logLine(worker, /stderr line/)).message, /^\[stderr\] /);
  });

  test("log records carry level and request id; printed pieces become lines", async () => {
    await ask("/logs");
    const expected = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
    for (const [level, name] of expected.entries()) {
      await logLine(worker, new RegExp(`^\\[${name}\\] ${UUID.source} level ${level}$`));
    }
    await logLine(worker, /^\[stdout\] \S+ one line$/);
    await logLine(worker, /^\[stdout\] \S+ two €$/);
    assert.equal((await logLine(worker, /^\[stderr\] \S+ oops$/)).level, "error");
  });

  test("a secret is not in the log", async () => {
    await ask("/secret");
    await logLine(worker, /^\[info\] \S+ the key is \[API_KEY\]$/);
  });

  test("WASI: stdin is empty, there are no files, the clock and randomness are real", async () => {
    const [one, two] = await Promise.all([ask("/stdio"), ask("/stdio")].map(async (each) => (await each).json()));
    assert.equal(one.stdin, 0);
    assert.equal(one.file, null);
    assert.ok(Math.abs(one.realtime - Date.now() / 1000) < 10);
    assert.notEqual(one.random, two.random);
  });

  test("timers fire one after the other", async () => {
    const start = performance.now();
    const slept = Number(await (await ask("/sleep")).text());
    assert.ok(slept >= 119, `the machine saw ${slept} ms`);
    assert.ok(performance.now() - start >= 100);
  });

  test("host calls run together and are answered by id", async () => {
    const answers = replies(await (await ask("/call/parallel")).arrayBuffer());
    assert.deepEqual(answers.map(({ id, kind }) => [id, kind]).sort(), [[1, REPLY_BINARY], [2, REPLY_BINARY]]);
    assert.deepEqual(answers.map(({ id, term }) => [id, text(term)]).sort(), [[1, "one"], [2, "two"]]);
  });

  test("a host call may depend on an earlier one", async () => {
    const answers = replies(await (await ask("/call/dependent")).arrayBuffer());
    assert.deepEqual(answers.map(({ term }) => text(term)), [">FIRST", ">SECOND"]);
  });

  test("a timer fires although a slower host call is still open", async () => {
    assert.equal(await (await ask("/call/slow-beside-timer")).text(), "timer first");
  });

  test("failed and unknown host calls are errors that name binding, operation and cause", async () => {
    const [failed, prototype] = errors(await (await ask("/call/failed")).arrayBuffer());
    assert.deepEqual(failed, ["ECHO", "fail", "failed", "TypeError: the store is closed"]);
    assert.deepEqual(prototype?.slice(0, 3), ["constructor", "upper", "unknown_binding"]);
    const [operation, absent] = errors(await (await ask("/call/unknown")).arrayBuffer());
    assert.deepEqual(operation?.slice(0, 3), ["ECHO", "toString", "unknown_operation"]);
    assert.deepEqual(absent?.slice(0, 3), ["ABSENT", "upper", "not_available"]);
  });

  test("work behind the response goes on, host calls included", async () => {
    assert.equal(await (await ask("/after")).text(), "early");
    await logLine(worker, /^\[info\] \S+ aftermath done$/);
  });

  test("a trap behind the response is logged and harms nobody", async () => {
    assert.equal(await (await ask("/after-trap")).text(), "before the trap");
    await logLine(worker, /after the response: E_VM_TRAP/);
    await healthy();
  });

  for (const [path, status, code] of /** @type {[string, number, string][]} */ ([
    ["/spin", 503, "E_LIMIT_REDUCTIONS"],
    ["/tick", 503, "E_LIMIT_TIME"],
    ["/stuck", 500, "E_VM_SILENT"],
    ["/trap", 500, "E_VM_TRAP"],
    ["/recursion", 500, "E_VM_TRAP"],
    ["/proc-exit", 500, "E_VM_TRAP"],
    ["/ended", 500, "E_VM_EXIT"],
    ["/error", 500, "E_VM_FAULT"],
    ["/bad-layout", 500, "E_RESPONSE_LAYOUT"],
    ["/status/100", 500, "E_RESPONSE_STATUS"],
    ["/bad-header", 500, "E_RESPONSE_HEADER"],
    ["/split", 500, "E_RESPONSE_HEADER"],
  ])) {
    test(`${path} ends the request with ${code}, not the isolate`, async () => {
      const reply = await ask(path);
      const page = await reply.text();
      assert.equal(reply.status, status);
      assert.match(page, new RegExp(code));
      const requestId = reply.headers.get("x-request-id") ?? "";
      assert.match(requestId, UUID);
      await logLine(worker, new RegExp(`^\\[error\\] ${requestId} ${code}: `));
      if (code.startsWith("E_VM") || code.startsWith("E_LIMIT")) {
        await logLine(worker, new RegExp(`^\\[error\\] ${requestId} the VM instance of this request is discarded`));
      }
      await healthy();
    });
  }

  test("what a machine logged before its trap is not lost", async () => {
    const requestId = (await ask("/trap")).headers.get("x-request-id");
    await logLine(worker, new RegExp(`^\\[info\\] ${requestId} last words`));
  });

  test("the reason that the machine gives is in the log", async () => {
    await ask("/error");
    await logLine(worker, /E_VM_FAULT: vm_run: heap of process <0\.1\.0> is damaged/);
  });

  test("requests at the same time do not meet", async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => `request ${i}`);
    const replies = await Promise.all(bodies.map(async (body) => (await ask("/echo", { method: "POST", body })).text()));
    assert.deepEqual(replies, bodies);
  });
});

describe("boot", () => {
  test("may take slices and timers", async (scope) => {
    const worker = await startTestVm(scope, { archive: "AVMs" });
    assert.equal((await fetch(`${worker.url}/status/418`)).status, 418);
  });

  for (const [archive, code] of /** @type {[string, string][]} */ ([
    ["garbage", "E_VM_FAULT"],
    ["AVMe", "E_VM_EXIT"],
    ["AVMw", "E_VM_SILENT"],
    ["AVMl", "E_LIMIT_REDUCTIONS"],
  ])) {
    test(`archive "${archive}" ends with ${code}; production tells the client nothing`, async (scope) => {
      const worker = await startTestVm(scope, { archive, config: { maxReductions: 1_000_000 } });
      const reply = await fetch(worker.url);
      assert.ok(reply.status >= 500);
      const requestId = reply.headers.get("x-request-id");
      assert.match(await reply.text(), new RegExp(`^5\\d\\d [A-Za-z ]+\nRequest ID: ${requestId}\n$`));
      await logLine(worker, new RegExp(`${requestId} ${code}`));
    });
  }

  test("an archive larger than the memory cap is an error of its own", async (scope) => {
    const worker = await startTestVm(scope, { archive: `AVM!${"x".repeat(100)}`, config: { memoryCapBytes: 50 } });
    // The cap is known to the test machine only after its first boot, so the request is what does not fit.
    const reply = await fetch(worker.url);
    assert.equal(reply.status, 503);
    await logLine(worker, /E_VM_MEMORY/);
  });
});

/** @param {string[]} headers raw, names and values in turn @param {string} name */
function headerBytes(headers, name) {
  return Buffer.from(headers[headers.findIndex((each) => each.toLowerCase() === name) + 1] ?? "", "latin1");
}

/** @param {ArrayBuffer} body of /call: id u32, kind u32, length u32, external term or, of kind 2, a binary */
function replies(body) {
  const view = new DataView(body);
  const found = [];
  for (let offset = 0; offset < body.byteLength; ) {
    const [id, kind, length] = [0, 4, 8].map((at) => view.getUint32(offset + at, true));
    const bytes = new Uint8Array(body, offset + 12, length);
    found.push({ id, kind, term: kind === REPLY_BINARY ? bytes : decode(bytes) });
    offset += 12 + length;
  }
  return found;
}

/** @param {ArrayBuffer} body */
function errors(body) {
  const found = replies(body).sort((one, two) => one.id - two.id);
  assert.deepEqual(found.map(({ kind }) => kind), [REPLY_ERROR, REPLY_ERROR]);
  const keys = ["binding", "operation", "code", "message"];
  return found.map(({ term }) => keys.map((key) => text(member(term, key))));
}
