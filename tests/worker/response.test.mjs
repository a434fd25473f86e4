import assert from "node:assert/strict";
import { test } from "node:test";
import { WorkerError } from "../../priv/worker/errors.js";
import { parseResponse, toResponse } from "../../priv/worker/response.js";

/**
 * The VM's layout, written from its description.
 * @param {number} status
 * @param {[string, string][]} headers values as bytes of Latin-1
 * @param {Uint8Array} [body]
 */
function layout(status, headers, body = new Uint8Array(0)) {
  const u32 = (/** @type {number} */ value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
  const head = headers.flatMap(([name, value]) => [
    ...u32(name.length), ...u32(value.length), ...Buffer.from(name, "latin1"), ...Buffer.from(value, "latin1"),
  ]);
  return Uint8Array.from([status & 255, status >> 8, 0, 0, ...u32(head.length), ...u32(body.length), ...head, ...body]);
}

/** @param {string} code */
const failsWith = (code) => (/** @type {unknown} */ error) => error instanceof WorkerError && error.code === code;

/** @param {Uint8Array} bytes @param {string} [method] */
const response = (bytes, method = "GET") => toResponse(parseResponse(bytes), method);

test("status, headers in order with repetitions, body byte for byte", async () => {
  const body = Uint8Array.from({ length: 256 }, (_, i) => i);
  const raw = parseResponse(layout(201, [["Set-Cookie", "a=1"], ["x", ""], ["Set-Cookie", "b=2"]], body));
  assert.deepEqual(raw.headers, [["Set-Cookie", "a=1"], ["x", ""], ["Set-Cookie", "b=2"]]);
  const reply = toResponse(raw, "GET");
  assert.equal(reply.status, 201);
  assert.deepEqual(reply.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.deepEqual(new Uint8Array(await reply.arrayBuffer()), body);
});

test("names that every object of JavaScript has are headers like any other", () => {
  const { headers } = response(layout(200, [["__proto__", "1"], ["constructor", "2"], ["x", "3"]]));
  assert.deepEqual([...headers], [["__proto__", "1"], ["constructor", "2"], ["x", "3"]]);
});

test("reads a layout that does not start its buffer", async () => {
  const inner = layout(200, [["x", "1"]], Uint8Array.of(7));
  const outer = new Uint8Array(inner.length + 3);
  outer.set(inner, 3);
  assert.deepEqual(await response(outer.subarray(3)).bytes(), Uint8Array.of(7));
});

test("HEAD, 204, 205 and 304 have no body", async () => {
  const body = Buffer.from("body");
  const head = response(layout(200, [], body), "HEAD");
  assert.equal(head.body, null);
  assert.equal(head.headers.get("content-length"), "4");
  assert.equal(response(layout(200, [], Buffer.alloc(0)), "HEAD").headers.get("content-length"), null);
  for (const status of [204, 205, 304]) {
    const reply = response(layout(status, [["content-length", "4"], ["etag", '"x"']], body));
    assert.equal(reply.body, null);
    assert.equal(reply.headers.get("content-length"), null);
    assert.equal(reply.headers.get("etag"), '"x"');
  }
});

for (const status of [0, 101, 199, 600, 65535]) {
  test(`status ${status} is refused`, () => {
    assert.throws(() => response(layout(status, [])), failsWith("E_RESPONSE_STATUS"));
  });
}

test("the length that a handler gives to HEAD is the one that is told", () => {
  const { headers } = response(layout(200, [["Content-Length", "9"]], Buffer.from("body")), "HEAD");
  assert.equal(headers.get("content-length"), "9");
});

test("header bytes are UTF-8, and Latin-1 where they are not", () => {
  const fields = /** @type {[string, string][]} */ ([["x", "caf\xc3\xa9"], ["y", "caf\xe9"]]);
  assert.deepEqual(parseResponse(layout(200, fields)).headers, [["x", "café"], ["y", "café"]]);
});

for (const [name, value] of /** @type {[string, string][]} */ ([
  ["x", "a\r\nset-cookie: b"], ["x", "a\nb"], ["x", "a\0b"], ["a b", "x"], ["", "x"], ["x:y", "z"],
])) {
  test(`header ${JSON.stringify(`${name}: ${value}`)} is refused`, () => {
    assert.throws(() => response(layout(200, [[name, value]])), failsWith("E_RESPONSE_HEADER"));
  });
}

test("every cut of a layout is refused", () => {
  const whole = layout(200, [["name", "value"], ["two", "2"]], Buffer.from("body"));
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => parseResponse(whole.subarray(0, length)), failsWith("E_RESPONSE_LAYOUT"));
  }
});

test("lengths that lie are refused", () => {
  const whole = layout(200, [["name", "value"]]);
  for (const offset of [4, 8, 12, 16]) {
    const lying = whole.slice();
    new DataView(lying.buffer).setUint32(offset, 0xffffffff, true);
    assert.throws(() => parseResponse(lying), failsWith("E_RESPONSE_LAYOUT"));
  }
});
