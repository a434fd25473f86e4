import assert from "node:assert/strict";
import { test } from "node:test";
import { WorkerError } from "../../priv/worker/errors.js";
import { decode, Tuple } from "../../priv/worker/etf.js";
import { readBody, readRequest } from "../../priv/worker/request.js";
import { streamedBodies } from "../../priv/worker/streamed_bodies.js";
import { Streams } from "../../priv/worker/streams.js";

const CONFIG = {
  environment: "development",
  bodyLimitBytes: 1000,
  vars: ["MODE", "LIMITS", "toString"],
  secrets: ["KEY"],
  streamedBodyLimitOf: streamedBodies({ "/up/:name": 20 }),
};
const text = (/** @type {any} */ bytes) => new TextDecoder().decode(bytes);

/**
 * Decoded terms with text for binaries and objects for maps.
 * @param {any} term
 * @returns {any}
 */
function plain(term) {
  if (term instanceof Uint8Array) return text(term);
  if (term instanceof Tuple) return term.elements.map(plain);
  if (term instanceof Map) return Object.fromEntries([...term].map(([key, value]) => [plain(key), plain(value)]));
  return Array.isArray(term) ? term.map(plain) : term;
}

/** @param {Request} request @param {Record<string, unknown>} [env] */
async function head(request, env = {}) {
  return plain(decode((await readRequest(request, env, CONFIG, "id-1", new Streams())).head));
}

/**
 * @param {number} count
 * @param {number} chunkBytes
 */
function chunked(count, chunkBytes) {
  const state = { sent: 0, cancelled: false };
  const stream = new ReadableStream({
    pull(controller) {
      if (state.sent === count) return controller.close();
      state.sent++;
      controller.enqueue(new Uint8Array(chunkBytes).fill(state.sent));
    },
    cancel() {
      state.cancelled = true;
    },
  }, { highWaterMark: 0 });
  const request = new Request("http://app/", { method: "POST", body: stream, duplex: "half" });
  return { request, state };
}

/** @param {string} code */
const failsWith = (code) => (/** @type {unknown} */ error) => error instanceof WorkerError && error.code === code;

test("urls reach the application as they were asked for", async () => {
  for (const path of ["/", "/a/", "//a//b/", "/a?", "/a?b=&b", "/%2F%41", "/a;b=1", "/.well-known/a", "/a%20b+c?d=%20+"]) {
    const request = new Request(`http://app${path}`);
    assert.equal((await head(request)).url, `http://app${path}`);
  }
});

test("method, url, request id and environment", async () => {
  const request = new Request("http://app/a%2Fb?x=1&x=2#part", { method: "DELETE" });
  const { method, url, request_id, environment } = await head(request);
  assert.deepEqual([method, url, request_id, environment], ["DELETE", request.url, "id-1", "development"]);
});

test("headers are pairs of lower-case names, repetitions kept where the runtime keeps them", async () => {
  const headers = new Headers([["X-One", "1"], ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]);
  const sent = { method: "GET", url: "http://app/", headers, body: null };
  assert.deepEqual((await head(/** @type {any} */ (sent))).headers, [
    ["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-one", "1"],
  ]);
});

test("only declared names of the environment's own enter, with their types", async () => {
  const declared = { MODE: "fast", LIMITS: { max: 1.5, tags: ["a", null] }, KEY: "k" };
  const env = { ...declared, OTHER: "must not enter" };
  assert.deepEqual((await head(new Request("http://app/"), env)).env, declared);
});

test("cf arrives as a map; without one the map is empty", async () => {
  const request = new Request("http://app/");
  assert.deepEqual((await head(request)).cf, {});
  Object.defineProperty(request, "cf", { value: { colo: "AMS", asn: 13335, gone: undefined } });
  assert.deepEqual((await head(request)).cf, { colo: "AMS", asn: 13335 });
});

test("chunks of a body are joined in order", async () => {
  const body = await readBody(chunked(3, 200).request, 1000);
  assert.equal(body.length, 600);
  assert.deepEqual([body[0], body[200], body[400]], [1, 2, 3]);
  assert.equal((await readBody(new Request("http://app/"), 1000)).length, 0);
});

test("a body of exactly the limit is read", async () => {
  assert.equal((await readBody(chunked(5, 200).request, 1000)).length, 1000);
});

test("a body that comes in pieces of any size is all of them, byte for byte", async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const cuts = [0, 1, 3, 3, 500, 999, 1000];
  const pieces = cuts.slice(1).map((end, i) => bytes.slice(cuts[i], end));
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const request = new Request("http://app/", { method: "POST", body, duplex: "half" });
  assert.deepEqual(await readBody(request, 1000), bytes);
});

test("a body is refused at the first chunk beyond the limit, and no more of it is read", async () => {
  const { request, state } = chunked(1_000_000, 300);
  await assert.rejects(readBody(request, 1000), failsWith("E_BODY_TOO_LARGE"));
  assert.ok(state.sent <= 5, `${state.sent} chunks were pulled`);
  assert.ok(state.cancelled);
});

test("an announced length beyond the limit is refused before a byte is read", async () => {
  const { request, state } = chunked(5, 300);
  request.headers.set("content-length", "1001");
  await assert.rejects(readBody(request, 1000), failsWith("E_BODY_TOO_LARGE"));
  assert.equal(state.sent, 0);
});

test("a client that goes away is E_BODY_READ", async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
  const request = new Request("http://app/", { method: "POST", body, duplex: "half" });
  await assert.rejects(readBody(request, 1000), failsWith("E_BODY_READ"));
});

test("paths of streamed bodies match like those of routes, by decoded segments", () => {
  const limitOf = streamedBodies({ "/a/:name": 1, "/files/*": 2, "/caf é": 3, "/": 4, "/a/*rest": 5 });
  const limits = ["/a/x", "/a/%2F", "/a", "/a/x/y", "/files", "/files/x/y", "/caf%20%C3%A9/", "/", "/b", "/a/%FF", "/A/x"]
    .map((path) => limitOf(`http://app${path}?a=/files/x`));
  assert.deepEqual(limits, [1, 1, 5, 5, 2, 2, 3, 4, undefined, undefined, undefined]);
  assert.equal(streamedBodies({})("http://app/"), undefined);
});

/** @param {Request} request */
async function streamed(request) {
  const streams = new Streams();
  const { head, body } = await readRequest(request, {}, CONFIG, "id-1", streams);
  assert.equal(body.length, 0);
  const [, id, length] = plain(decode(head)).body_stream;
  const sizes = [];
  for (let chunk; (chunk = await streams.perform("stream_read", [id])) !== null; ) sizes.push(chunk.length);
  return { sizes, length };
}

/** @param {Request} request */
function at(request) {
  return new Request("http://app/up/x", request);
}

test("a streamed body is read when it is asked for, and refused at the first chunk beyond its limit", async () => {
  assert.deepEqual(await streamed(at(chunked(2, 10).request)), { sizes: [10, 10], length: null });
  const { request, state } = chunked(1_000_000, 10);
  await assert.rejects(streamed(at(request)), { name: "OperationError", code: "too_large" });
  assert.ok(state.sent <= 5, `${state.sent} chunks were pulled`);
});

test("a streamed body of announced length has it, and is refused by it", async () => {
  const { request } = chunked(2, 10);
  request.headers.set("content-length", "20");
  assert.deepEqual(await streamed(at(request)), { sizes: [10, 10], length: 20 });
  const larger = at(chunked(3, 7).request);
  larger.headers.set("content-length", "21");
  await assert.rejects(streamed(larger), failsWith("E_BODY_TOO_LARGE"));
});

test("a request without a body has none on any path", async () => {
  assert.equal("body_stream" in (await head(new Request("http://app/up/x"))), false);
  assert.equal("body_stream" in (await head(at(chunked(1, 1).request))), true);
});
