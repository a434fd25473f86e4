/** What a machine that replays writes, and what of it is new. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestLog } from "../../priv/worker/logs.js";
import { parseOutput, ReplayLog, TOKEN_BYTES } from "../../priv/worker/replay_output.js";

const TOKEN = Uint8Array.from({ length: TOKEN_BYTES }, (_, i) => (i * 37 + 11) % 256);
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);
const text = (/** @type {Uint8Array | undefined} */ each) => each && new TextDecoder().decode(each);

/** @param {...(Uint8Array | string)} parts */
function joined(...parts) {
  return new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "string" ? bytes(part) : part))));
}

/** @param {number} kind @param {number} level @param {string} content */
function frame(kind, level, content, length = bytes(content).length) {
  const head = new Uint8Array(6);
  new DataView(head.buffer).setUint16(0, kind | (level << 8), true);
  new DataView(head.buffer).setUint32(2, length, true);
  return joined(TOKEN, head, content);
}

/** @param {Uint8Array} stdout */
function parsed(stdout) {
  const { records, outcome } = parseOutput(stdout, TOKEN);
  return { records: records.map(({ level, bytes: each }) => [level, text(each)]), outcome: text(outcome) };
}

test("printed text, records and the outcome, in their order", () => {
  const stdout = joined("a", frame(0, 4, "wrong"), "b\n", frame(1, 0, "outcome"), "c");
  assert.deepEqual(parsed(stdout), { records: [[8, "a"], [4, "wrong"], [8, "b\n"], [8, "c"]], outcome: "outcome" });
});

test("what is printed is no frame, however much it looks like one", () => {
  const other = TOKEN.map((byte, i) => (i === TOKEN_BYTES - 1 ? byte ^ 1 : byte));
  const forged = joined(other, frame(1, 0, "forged").subarray(TOKEN_BYTES));
  assert.equal(parseOutput(forged, TOKEN).outcome, undefined);
  assert.equal(parseOutput(joined(TOKEN.subarray(0, 15), frame(1, 0, "true")), TOKEN).outcome?.length, 4);
});

test("a frame that contains the token is one frame", () => {
  const inside = joined(frame(0, 1, "x"), "tail");
  const outer = joined(frame(1, 0, "", inside.length), inside);
  assert.deepEqual(parseOutput(outer, TOKEN).outcome, inside);
});

test("a machine that stopped in the middle of a frame", () => {
  const whole = frame(0, 3, "a warning");
  for (let length = 0; length <= whole.length; length++) {
    const { outcome } = parseOutput(whole.subarray(0, length), TOKEN);
    assert.equal(outcome, undefined);
  }
  assert.deepEqual(parsed(whole.subarray(0, whole.length - 3)).records, [[3, "a warn"]]);
  assert.deepEqual(parseOutput(new Uint8Array(0), TOKEN), { records: [], outcome: undefined });
});

test("what was said in the round before is not said again", () => {
  /** @type {string[]} */
  const lines = [];
  const line = (/** @type {string} */ each) => void lines.push(each);
  const log = new RequestLog("id", { debug: line, info: line, warn: line, error: line, log: line });
  const replayed = new ReplayLog(log);
  const printed = (/** @type {string} */ each) => ({ level: 8, bytes: bytes(each) });
  const record = (/** @type {string} */ each) => ({ level: 1, bytes: bytes(each) });
  replayed.add([printed("one\ntw"), record("first")], bytes("err\n"));
  replayed.add([printed("one\n"), printed("two\n"), record("first"), record("second"), printed("three\n")], bytes("err\nmore\n"));
  replayed.add([printed("one\n")], bytes("")); // a round that ends early says nothing, and takes nothing back
  replayed.add([printed("one\ntwo\nthree\nfour\n"), record("first"), record("second"), record("third")], bytes("err\nmore\n"));
  assert.deepEqual(lines, [
    "[stdout] id one", "[info] id first", "[stderr] id err",
    "[stdout] id two", "[info] id second", "[stdout] id three", "[stderr] id more",
    "[stdout] id four", "[info] id third",
  ]);
});
