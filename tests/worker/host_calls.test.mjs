/** Host calls without a machine: which records are calls, how each is answered, and how long a wait for answers lasts. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { BindingError } from "../../priv/worker/bindings/index.js";
import { OperationError } from "../../priv/worker/bindings/values.js";
import { Clock } from "../../priv/worker/clock.js";
import { decode, encode, Tuple } from "../../priv/worker/etf.js";
import { HostCalls, REPLY_BINARY, REPLY_ERROR, REPLY_TERM } from "../../priv/worker/host_calls.js";
import { RequestLog } from "../../priv/worker/logs.js";

const utf8 = new TextDecoder();
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** @param {number} id @param {unknown} term */
function record(id, term) {
  const bytes = encode(/** @type {any} */ (term));
  const whole = new Uint8Array((8 + bytes.length + 3) & ~3);
  const view = new DataView(whole.buffer);
  view.setUint32(0, id, true);
  view.setUint32(4, bytes.length, true);
  whole.set(bytes, 8);
  return whole;
}

/** @param {number} id @param {string} binding @param {string} operation @param {any} args */
const call = (id, binding, operation, args) => record(id, new Tuple([binding, operation, args]));

/** @param {Uint8Array[]} records */
const joined = (...records) => new Uint8Array(Buffer.concat(records));

/**
 * @param {(operation: string, args: any[]) => any} perform
 * @returns {{ calls: HostCalls, lines: string[], background: Promise<void>[] }}
 */
function open(perform) {
  /** @type {string[]} */
  const lines = [];
  /** @type {Promise<void>[]} */
  const background = [];
  const write = (/** @type {string} */ line) => void lines.push(line);
  const log = new RequestLog("id-1", { debug: write, info: write, warn: write, error: write, log: write });
  const dispatch = async (/** @type {string} */ _binding, /** @type {string} */ operation, /** @type {any[]} */ args) =>
    perform(operation, args);
  const calls = new HostCalls(dispatch, { waitUntil: (work) => background.push(work), log });
  return { calls, lines, background };
}

/** @param {HostCalls} calls @returns {{ id: number, kind: number, value: any }[]} */
function answers(calls) {
  return calls.takeAnswers().map(({ id, kind, bytes }) => {
    if (kind === REPLY_BINARY) return { id, kind, value: [...bytes] };
    const term = decode(bytes);
    const pairs = term instanceof Map ? [...term].map(([key, value]) => [utf8.decode(key), utf8.decode(value)]) : undefined;
    return { id, kind, value: pairs ? Object.fromEntries(pairs) : term };
  });
}

test("each record is a call, wherever the records lie, and is answered by its id", async () => {
  const { calls } = open((operation, [value]) => ({ bytes: value, buffer: value?.buffer.slice(0, 0), nothing: null })[operation]);
  const bytes = joined(
    new Uint8Array(8), call(7, "A", "bytes", [Uint8Array.of(0, 255)]), call(9, "A", "nothing", []),
    call(8, "A", "buffer", [Uint8Array.of(1)]), new Uint8Array(4),
  );
  calls.start(bytes, undefined, 8, bytes.length - 4);
  assert.equal(calls.open, 3);
  await turn();
  assert.equal(calls.open, 3, "until they are taken");
  assert.deepEqual(answers(calls), [
    { id: 7, kind: REPLY_BINARY, value: [0, 255] },
    { id: 9, kind: REPLY_TERM, value: null },
    { id: 8, kind: REPLY_BINARY, value: [] },
  ]);
  assert.equal(calls.open, 0);
});

test("a record that does not fit is a fault of the machine, and no call", async () => {
  const whole = call(1, "A", "get", ["a key"]);
  const length = 8 + new DataView(whole.buffer).getUint32(4, true);
  for (const end of [4, 7, 8, length - 4, length - 1]) {
    let performed = 0;
    const { calls } = open(() => void performed++);
    assert.throws(() => calls.start(whole.slice(0, end)), { code: "E_VM_ABI" }, `${end} of ${length} bytes`);
    assert.equal(performed, 0);
    assert.equal(calls.open, 0);
  }
});

test("what cannot be a call, and what cannot be an answer, is an error of the call", async () => {
  const { calls } = open((operation) => ({ symbol: Symbol("no term"), number: 5 })[operation]);
  const wrong = [
    ["a tuple", 1], new Tuple(["A", "number", [], 1]), new Tuple(["A", "number"]), new Tuple(["A", "number", 1]),
    new Tuple([1, "number", []]), new Tuple(["A", null, []]),
  ];
  calls.start(joined(...wrong.map((term, at) => record(at + 1, term)), call(7, "A", "symbol", []), call(8, "A", "number", [])));
  await turn();
  const found = answers(calls);
  assert.deepEqual(found.map(({ kind }) => kind).sort(), [...Array(7).fill(REPLY_ERROR), REPLY_TERM].sort());
  for (const { id, kind, value } of found) {
    if (kind === REPLY_ERROR) assert.equal(value.code, "bad_call", `${id}: ${JSON.stringify(value)}`);
  }
  assert.equal(calls.open, 0);
});

test("an error has the code of its cause, or says that the service failed", async () => {
  const { calls } = open((operation) => {
    if (operation === "own") throw new OperationError("constraint", "not unique");
    if (operation === "inner") throw new BindingError("timeout", "B", "ask", "too late");
    throw new RangeError("it is closed");
  });
  calls.start(joined(call(1, "A", "own", []), call(2, "A", "inner", []), call(3, "A", "other", [])));
  await turn();
  assert.deepEqual(answers(calls).map(({ kind, value }) => [kind, value]), [
    [REPLY_ERROR, { binding: "A", operation: "own", code: "constraint", message: "not unique" }],
    [REPLY_ERROR, { binding: "B", operation: "ask", code: "timeout", message: "too late" }],
    [REPLY_ERROR, { binding: "A", operation: "other", code: "failed", message: "RangeError: it is closed" }],
  ]);
});

test("a cast is kept behind the response until it has ended, and is an error in the log when it fails", async () => {
  /** @type {(() => void)[]} */
  const ends = [];
  const { calls, lines, background } = open(
    (operation) => new Promise((resolve, reject) => ends.push(() => (operation === "put" ? resolve(null) : reject(new Error("full"))))),
  );
  calls.start(joined(call(0, "A", "put", []), call(0, "A", "list", [])));
  let over = 0;
  for (const work of background) work.then(() => over++);
  await turn();
  assert.deepEqual([background.length, over, calls.open], [2, 0, 0]);
  for (const end of ends) end();
  await Promise.all(background);
  assert.deepEqual(lines, ["[error] id-1 binding A, list: Error: full (failed)"]);
  assert.deepEqual(answers(calls), []);
});

test("a wait lasts until its own time, whatever was waited for before it", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { calls } = open(() => null);
    const clock = new Clock({ monotonicMs: () => 1000, systemMs: () => 0 });
    calls.answeredBy(1020, 1000, clock);
    calls.interrupt(); // and the alarm stays
    let waited = false;
    calls.answeredBy(1500, 1000, clock)?.then(() => (waited = true));
    mock.timers.tick(20);
    await turn();
    assert.deepEqual([waited, clock.monotonicMs()], [false, 1020]);
    mock.timers.tick(480);
    await turn();
    assert.deepEqual([waited, clock.monotonicMs()], [true, 1500]);
    assert.equal(calls.answeredBy(1500, 1500, clock), undefined, "it is over");
  } finally {
    mock.timers.reset();
  }
});

test("a wait ends with an answer, and there is none where an answer is there", async () => {
  const { calls } = open(() => 5);
  const clock = new Clock();
  calls.start(call(1, "A", "get", []));
  await calls.answeredBy(Infinity, 0, clock);
  assert.equal(calls.answeredBy(Infinity, 0, clock), undefined);
  assert.deepEqual(answers(calls), [{ id: 1, kind: REPLY_TERM, value: 5 }]);
  calls.close();
});
