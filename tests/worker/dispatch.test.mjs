/** From names to operations, and what KV and D1 ask of the runtime where miniflare's answers do not tell. */

import assert from "node:assert/strict";
import { test } from "node:test";
import d1 from "../../priv/worker/bindings/d1.js";
import { createDispatch } from "../../priv/worker/bindings/index.js";
import kv from "../../priv/worker/bindings/kv.js";
import { Tuple } from "../../priv/worker/etf.js";

const STREAMS = /** @type {any} */ ({});
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

/**
 * The runtime's object for a binding, which keeps what it is asked and answers with `answer`.
 * @param {unknown} answer @returns {{ asked: any[], binding: any }}
 */
function recorder(answer) {
  /** @type {any[]} */
  const asked = [];
  const binding = new Proxy({}, { get: (_, name) => (/** @type {any[]} */ ...args) => (asked.push([name, ...args]), answer) });
  return { asked, binding };
}

/** @param {any} kinds @param {Record<string, unknown>} env @param {Record<string, any>} declared */
const dispatchOf = (kinds, env, declared) => createDispatch(declared, kinds, env);

test("neither names nor operations reach what objects inherit", async () => {
  const kinds = { kv: { operations: { get: () => "got" } } };
  const declared = { toString: { kind: "kv" }, A: { kind: "kv" }, B: { kind: "constructor" }, C: { kind: "kv", ambient: true } };
  const dispatch = dispatchOf(kinds, { A: {} }, declared);
  for (const [name, operation, code] of [
    ["toString", "get", "not_available"], ["valueOf", "get", "unknown_binding"], ["A", "hasOwnProperty", "unknown_operation"],
    ["A", "constructor", "unknown_operation"], ["B", "get", "not_available"],
  ]) {
    await assert.rejects(async () => dispatch(/** @type {string} */ (name), /** @type {string} */ (operation), [], STREAMS), {
      code, binding: name, operation,
    });
  }
  assert.deepEqual([await dispatch("A", "get", [], STREAMS), await dispatch("C", "get", [], STREAMS)], ["got", "got"]);
});

test("KV is told for how long a data centre may answer from its cache", async () => {
  const { asked, binding } = recorder(Promise.resolve({ value: null, metadata: null }));
  const dispatch = dispatchOf({ kv }, { A: binding }, { A: { kind: "kv" } });
  const many = recorder(Promise.resolve(new Map([["k", null]])));
  const dispatchMany = dispatchOf({ kv }, { A: many.binding }, { A: { kind: "kv" } });
  const key = bytes("k");
  await dispatch("A", "get", [key, null], STREAMS);
  await dispatch("A", "get", [key, 60], STREAMS);
  await dispatch("A", "get_with_metadata", [key, 90], STREAMS);
  await dispatch("A", "get_many", [[key], bytes("binary"), 120], STREAMS);
  await dispatchMany("A", "get_many_with_metadata", [[key], bytes("text"), 150], STREAMS);
  assert.deepEqual([...asked, ...many.asked], [
    ["get", "k", "arrayBuffer"],
    ["get", "k", { type: "arrayBuffer", cacheTtl: 60 }],
    ["getWithMetadata", "k", { type: "arrayBuffer", cacheTtl: 90 }],
    ["getWithMetadata", "k", { type: "arrayBuffer", cacheTtl: 120 }],
    ["getWithMetadata", ["k"], { type: "text", cacheTtl: 150 }],
  ]);
});

test("what cannot be an argument is refused before the service is asked", async () => {
  const { asked, binding } = recorder(Promise.resolve(null));
  const dispatch = dispatchOf({ kv }, { A: binding }, { A: { kind: "kv" } });
  for (const [operation, args, message] of /** @type {[string, any[], RegExp][]} */ ([
    ["get", [bytes("k"), 2 ** 53], /cache_ttl must be an integer within/],
    ["get", [bytes("k"), 1.5], /cache_ttl must be an integer within/],
    ["get", [Uint8Array.of(0xff), null], /a key must be UTF-8/],
    ["get", [5, null], /a key must be a string/],
    ["put", [bytes("k"), "text", null, null, null], /a value must be a binary/],
    ["get_many", [bytes("k"), bytes("text"), null], /keys must be a list/],
  ])) {
    await assert.rejects(async () => dispatch("A", operation, args, STREAMS), message);
  }
  assert.deepEqual(asked, []);
});

test("D1: a session is begun once, where it is to begin, and what was billed is told apart", async () => {
  const meta = { changes: 1, last_row_id: 2, duration: 3, rows_read: 4, rows_written: 5 };
  /** @type {any[]} */
  const begun = [];
  const statement = { bind: () => statement, all: async () => ({ results: [{ n: [1, 2], empty: [] }], meta }) };
  const session = { prepare: () => statement, getBookmark: () => "mark" };
  const database = { withSession: (/** @type {string} */ from) => (begun.push(from), session), prepare: () => statement };
  const dispatch = dispatchOf({ d1 }, { DB: database }, { DB: { kind: "d1" } });
  const sessions = [[1, "first-unconstrained"], [1, "first-unconstrained"], [2, "a bookmark"]]
    .map(([id, from]) => new Tuple([/** @type {number} */ (id), bytes(/** @type {string} */ (from))]));
  for (const each of [null, ...sessions]) {
    const found = /** @type {any} */ (await dispatch("DB", "query", [each, bytes("SELECT"), []], STREAMS));
    assert.deepEqual(found.meta, new Tuple([1, 2, 3, 4, 5]));
    assert.deepEqual(found.rows, [new Map(Object.entries({ n: Uint8Array.of(1, 2), empty: new Uint8Array(0) }))]);
  }
  assert.deepEqual(begun, ["first-unconstrained", "a bookmark"]);
});

for (const [message, code] of [
  ["D1_ERROR: UNIQUE constraint failed: a.b: SQLITE_CONSTRAINT", "constraint"], ["D1_ERROR: no such table: SQLITE_ERROR", "failed"],
]) {
  test(`D1: ${message} is ${code}`, async () => {
    const statement = { bind: () => statement, all: async () => { throw new Error(message); } };
    const dispatch = dispatchOf({ d1 }, { DB: { prepare: () => statement } }, { DB: { kind: "d1" } });
    await assert.rejects(dispatch("DB", "query", [null, bytes("SELECT"), []], STREAMS), { code, message });
  });
}
