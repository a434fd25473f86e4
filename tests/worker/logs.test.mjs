import assert from "node:assert/strict";
import { test } from "node:test";
import { LEVEL_STDERR, LEVEL_STDOUT, parseRecords, RequestLog, withoutSecrets } from "../../priv/worker/logs.js";

function recorder() {
  /** @type {[string, string][]} */
  const lines = [];
  const method = (/** @type {string} */ name) => (/** @type {string} */ line) => lines.push([name, line]);
  const target = /** @type {any} */ (
    Object.fromEntries(["debug", "info", "warn", "error", "log"].map((name) => [name, method(name)])));
  return { lines, target, log: new RequestLog("id-1", target) };
}

/** @param {[number, string | Uint8Array][]} records */
function layout(records) {
  return Uint8Array.from(records.flatMap(([level, text]) => {
    const bytes = typeof text === "string" ? Buffer.from(text) : text;
    const padding = Array((4 - (bytes.length % 4)) % 4).fill(0);
    return [level, 0, 0, 0, bytes.length & 255, bytes.length >> 8, 0, 0, ...bytes, ...padding];
  }));
}

test("each level has its method of the console", () => {
  const { lines, log } = recorder();
  log.add(layout([0, 1, 2, 3, 4, 5, 6, 7].map((level) => [level, `text ${level}`])));
  assert.deepEqual(lines, [
    ["debug", "[debug] id-1 text 0"], ["info", "[info] id-1 text 1"], ["info", "[notice] id-1 text 2"],
    ["warn", "[warning] id-1 text 3"], ["error", "[error] id-1 text 4"], ["error", "[critical] id-1 text 5"],
    ["error", "[alert] id-1 text 6"], ["error", "[emergency] id-1 text 7"],
  ]);
});

test("names stand for secrets, also where they are inspected", () => {
  const env = { KEY: 'se"cret\\$&', LONG: 'se"cret\\$&er', SHORT: "short", VAR: "a variable", JSON: { key: "a member" } };
  const safe = withoutSecrets(env, ["KEY", "LONG", "SHORT", "JSON", "toString", "ABSENT"]);
  assert.equal(safe(`${env.KEY} ${JSON.stringify(env)}`),
    '[KEY] {"KEY":"[KEY]","LONG":"[LONG]","SHORT":"short","VAR":"a variable","JSON":{"key":"a member"}}');
  const { lines, target } = recorder();
  const log = new RequestLog("id-1", target, safe);
  log.write(1, `of ${env.LONG}`);
  log.print(LEVEL_STDOUT, Buffer.from(`${env.KEY}\n`));
  assert.deepEqual(lines, [["info", "[info] id-1 of [LONG]"], ["log", "[stdout] id-1 [KEY]"]]);
});

test("a level that is not known is still logged", () => {
  const { lines, log } = recorder();
  log.add(layout([[77, "odd"]]));
  assert.deepEqual(lines, [["error", "[level 77] id-1 odd"]]);
});

test("printed text becomes lines, whatever its pieces are", () => {
  const { lines, log } = recorder();
  const euro = Buffer.from("€");
  log.add(layout([[LEVEL_STDOUT, "one"], [LEVEL_STDERR, "err\n"], [LEVEL_STDOUT, " line\n\ntwo "]]));
  log.print(LEVEL_STDOUT, euro.subarray(0, 1));
  log.print(LEVEL_STDOUT, euro.subarray(1));
  assert.deepEqual(lines, [
    ["error", "[stderr] id-1 err"], ["log", "[stdout] id-1 one line"], ["log", "[stdout] id-1 "],
  ]);
  log.flush();
  assert.deepEqual(lines.at(-1), ["log", "[stdout] id-1 two €"]);
  log.flush();
  assert.equal(lines.length, 4);
});

test("a line without an end does not grow forever", () => {
  const { lines, log } = recorder();
  for (let i = 0; i < 100; i++) log.print(LEVEL_STDOUT, new Uint8Array(10_000).fill(120));
  assert.ok(lines.length >= 10);
  log.flush();
  const printed = lines.map(([, line]) => line.replace("[stdout] id-1 ", "")).join("");
  assert.equal(printed.length, 1_000_000);
});

test("a record that does not fit is an error with its place", () => {
  const whole = layout([[1, "abcd"], [1, "efgh"]]);
  assert.throws(() => parseRecords(whole.subarray(0, 22), () => {}), /log record at 12: 4 bytes do not fit/);
});
