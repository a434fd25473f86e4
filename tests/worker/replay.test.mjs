/**
 * Replay without workerd: what is performed how often and when, limits, and how a machine is found out that does not do the
 * same in every round. BINDINGS_REPLAY_BUNDLE is the sample `bindings` with a machine that has only `_start`.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, test } from "node:test";
import { BindingError } from "../../priv/worker/bindings/index.js";
import { Clock } from "../../priv/worker/clock.js";
import { encode, Tuple } from "../../priv/worker/etf.js";
import { HostCalls } from "../../priv/worker/host_calls.js";
import { RequestLog } from "../../priv/worker/logs.js";
import { EntropyTape } from "../../priv/worker/replay_clock.js";
import { Machines } from "../../priv/worker/replay.js";
import { parseResponse } from "../../priv/worker/response.js";
import { withDefaults } from "../../priv/worker/settings.js";

const BUNDLE = process.env.BINDINGS_REPLAY_BUNDLE;
/** What `_start` exports beside its memory, and nothing to run it with. */
const NO_COMMAND = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** A command that ends at once: `(module (memory (export "memory") 1) (func (export "_start")))`. */
const IDLE_COMMAND = Uint8Array.from([
  [0, 97, 115, 109, 1, 0, 0, 0], [1, 4, 1, 0x60, 0, 0], [3, 2, 1, 0], [5, 3, 1, 0, 1],
  [7, 19, 2, 6, ...Buffer.from("memory"), 2, 0, 6, ...Buffer.from("_start"), 0, 0], [10, 4, 1, 2, 0, 0x0b],
].flat());

/**
 * One that takes 256 MiB and asks for the time: `(memory.grow 4096) (call $clock_time_get 1 0 0)` in `_start`, before all
 * that an application could do.
 */
const GREEDY_COMMAND = Uint8Array.from([
  [0, 97, 115, 109, 1, 0, 0, 0], [1, 11, 2, 0x60, 0, 0, 0x60, 3, 0x7f, 0x7e, 0x7f, 1, 0x7f],
  [2, 41, 1, 22, ...Buffer.from("wasi_snapshot_preview1"), 14, ...Buffer.from("clock_time_get"), 0, 1],
  [3, 2, 1, 0], [5, 3, 1, 0, 1],
  [7, 19, 2, 6, ...Buffer.from("memory"), 2, 0, 6, ...Buffer.from("_start"), 0, 1],
  [10, 19, 1, 17, 0, 0x41, 0x80, 0x20, 0x40, 0, 0x1a, 0x41, 1, 0x42, 0, 0x41, 0, 0x10, 0, 0x1a, 0x0b],
].flat());
const MIB = 1024 * 1024;

const text = (/** @type {any} */ bytes) => new TextDecoder().decode(bytes);

/** KV and D1 as far as these tests go. */
function store() {
  const values = new Map();
  let rows = 0;
  return async (/** @type {string} */ _binding, /** @type {string} */ operation, /** @type {any[]} */ args) => {
    if (operation === "put") values.set(text(args[0]), args[1]);
    if (operation === "get") return values.get(text(args[0])) ?? null;
    if (operation === "query") return { rows: [], meta: new Tuple([1, ++rows, 0, 0, 0]) };
    return null;
  };
}

describe("replay", { skip: BUNDLE === undefined && "BINDINGS_REPLAY_BUNDLE is not set" }, () => {
  /** @type {WebAssembly.Module} */
  let module;
  /** @type {Uint8Array} */
  let archive;
  before(async () => {
    module = await WebAssembly.compile(await readFile(path.join(/** @type {string} */ (BUNDLE), "atomvm.wasm")));
    archive = await readFile(path.join(/** @type {string} */ (BUNDLE), "app.avm"));
  });

  /**
   * @param {string} url
   * @param {object} [options]
   * @param {object} [options.limits]
   * @param {import("../../priv/worker/bindings/index.js").Dispatch} [options.dispatch]
   * @param {AbortSignal} [options.signal]
   * @param {string} [options.body]
   * @param {WebAssembly.Module} [options.machine]
   */
  function ask(url, { limits = {}, dispatch = store(), signal, body, machine = module } = {}) {
    /** @type {string[]} */
    const lines = [];
    /** @type {string[]} */
    const performed = [];
    /** @type {Promise<void>[]} */
    const rest = [];
    const line = (/** @type {string} */ each) => void lines.push(each);
    const log = new RequestLog("id-1", { debug: line, info: line, warn: line, error: line, log: line });
    const waitUntil = (/** @type {Promise<void>} */ work) => void rest.push(work);
    const calls = new HostCalls((binding, operation, args) => {
      performed.push(`${binding} ${operation} ${args[0] instanceof Uint8Array ? text(args[0]) : text(args[1])}`);
      return dispatch(binding, operation, args);
    }, { waitUntil, log });
    const method = body === undefined ? "GET" : "POST";
    const head = encode({ url: `http://app${url}`, method, headers: [], env: {}, cf: {}, request_id: "id-1", environment: "production" });
    const request = { head, body: new TextEncoder().encode(body ?? "") };
    const machines = new Machines(machine, archive, withDefaults(limits));
    const response = machines.serve(request, { clock: new Clock(), log, signal }, calls, waitUntil).then((bytes) => {
      const { status, body: content } = parseResponse(bytes);
      return { status, text: text(content) };
    });
    const settled = async () => {
      for (let i = 0; i < rest.length; i++) await rest[i];
    };
    return { response, lines, performed, settled };
  }

  test("calls that follow each other are performed once, in their order", async () => {
    const { response, performed } = ask("/rounds/3");
    assert.deepEqual(await response, { status: 200, text: "round-4" });
    assert.deepEqual(performed, [
      "CACHE put round-1", "CACHE put round-2", "CACHE put round-3",
      "CACHE get round-1", "CACHE get round-2", "CACHE get round-3",
    ]);
  });

  test("calls of a round are performed together, and one that takes too long is given up", async () => {
    let running = 0;
    const together = Promise.withResolvers();
    const { response, performed } = ask("/slow", {
      dispatch: (_binding, _operation, [key]) => {
        if (text(key) === "late") return new Promise(() => {});
        if (text(key) === "later") return Promise.resolve(null);
        if (++running === 5) together.resolve(null);
        return together.promise;
      },
    });
    const { answers, error, late } = JSON.parse((await response).text);
    assert.equal(answers, "[:not_found, :not_found, :not_found, :not_found, :not_found]");
    assert.deepEqual([error, late, performed.length], ["timeout", "nothing", 7]);
  });

  test("effects are performed behind the response, once and in order; failures are logged", async () => {
    const { response, performed, lines, settled } = ask("/write-behind", {
      body: "later",
      dispatch: async (binding, operation, args) => {
        if (operation === "put" && args[2] !== null) throw new BindingError("failed", binding, operation, "it is over");
        return null;
      },
    });
    assert.equal((await response).text, "answered");
    await settled();
    assert.deepEqual(performed, [
      "CACHE put behind", "CACHE put behind-expired",
      "DB query CREATE TABLE IF NOT EXISTS behind (id INTEGER)", "DB query INSERT INTO nowhere VALUES (1)",
    ]);
    assert.deepEqual(lines, ["[error] id-1 binding CACHE, put: it is over (failed)"]);
  });

  test("what goes on behind the response has rounds of its own, and its effects come last", async () => {
    const { response, performed, settled } = ask("/left-behind", { body: "left" });
    assert.equal((await response).text, "answered");
    assert.deepEqual(performed, []);
    await settled();
    assert.deepEqual(performed, [
      "CACHE put left-1", "CACHE get left-1", "CACHE put left-2", "CACHE get left-2", "CACHE put left-3",
    ]);
  });

  test("whatever processes and timers do, a call is performed once, and a round is the one before", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const kv = store();
      const { response, performed, settled } = ask(`/bustle/${seed}`, {
        dispatch: async (binding, operation, args) => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
          return kv(binding, operation, args);
        },
      });
      const { status, text: body } = await response;
      assert.equal(status, 200, `seed ${seed}`);
      await settled();
      const { order, results } = JSON.parse(body);
      assert.equal(new Set(performed).size, performed.length, `seed ${seed}: ${performed}`);
      for (const name of "abcdef") {
        const own = order.filter((/** @type {string} */ each) => each.startsWith(`${seed}${name}`));
        assert.deepEqual(own, [1, 2, 3, 4].map((n) => `${seed}${name}${n}`));
      }
      for (const result of results.flat()) assert.ok([true, "ok", "timeout", ":not_found"].includes(result), result);
    }
  });

  test("what is printed before a call is not printed again", async () => {
    const { response, lines } = ask("/abandoned");
    await response;
    assert.deepEqual(lines, ["[stdout] id-1 before the slow read", "[stdout] id-1 after the slow read"]);
  });

  test("rounds are limited", async () => {
    const { response, performed } = ask("/rounds/3", { limits: { maxRounds: 3 } });
    await assert.rejects(response, { code: "E_LIMIT_ROUNDS", status: 503 });
    assert.equal(performed.length, 3);
    assert.equal((await ask("/rounds/3", { limits: { maxRounds: 7 } }).response).status, 200);
  });

  test("rounds behind the response count, and the log tells of their end", async () => {
    const { response, performed, lines, settled } = ask("/left-behind", { body: "left", limits: { maxRounds: 3 } });
    assert.equal((await response).text, "answered");
    await settled();
    assert.deepEqual(performed, ["CACHE put left-1", "CACHE get left-1", "CACHE put left-2"]);
    assert.deepEqual(lines, ["[error] id-1 after the response: E_LIMIT_ROUNDS: more than 3 rounds"]);
  });

  test("time that a handler sleeps away counts before it has passed", async () => {
    const limits = { maxRequestMs: 5000 };
    await assert.rejects(ask("/sleep/6000", { limits }).response, { code: "E_LIMIT_TIME", status: 503 });
    assert.equal((await ask("/sleep/1", { limits }).response).text, "slept");
  });

  test("a machine is told its memory, and ended when it takes far more", async () => {
    const small = ask("/sleep/1", { limits: { memoryCapBytes: 256 * 1024 } });
    await assert.rejects(small.response, { code: "E_VM_EXIT" });
    assert.match(small.lines.join("\n"), /memory/);
    const machine = await WebAssembly.compile(GREEDY_COMMAND);
    const message = /^the machine has taken 268/;
    await assert.rejects(ask("/", { machine }).response, { code: "E_VM_MEMORY", status: 503, message });
    const limits = { memoryCapBytes: 512 * MIB };
    await assert.rejects(ask("/", { machine, limits }).response, { code: "E_VM_EXIT" });
  });

  test("a request that is larger than the memory of a machine is not handed to it", async () => {
    const { response } = ask("/left-behind", { body: "x".repeat(2 * MIB), limits: { memoryCapBytes: MIB } });
    await assert.rejects(response, { code: "E_VM_MEMORY", status: 503, message: /^the request with all its answers so far has 2\d{6} bytes$/ });
  });

  test("a handler that computes for ever ends at its limit, and the next request works", async () => {
    await assert.rejects(ask("/endless", { limits: { maxRequestMs: 300 } }).response, { code: "E_LIMIT_TIME", status: 503 });
    assert.equal((await ask("/value/CACHE/missing").response).status, 404);
  });

  test("a call that is never answered ends at the request's limit", async () => {
    const dispatch = () => /** @type {Promise<any>} */ (new Promise(() => {}));
    await assert.rejects(ask("/value/CACHE/key", { dispatch, limits: { maxRequestMs: 300 } }).response, { code: "E_LIMIT_TIME" });
  });

  test("a request whose client has gone ends at its next wait, and no more is performed", async () => {
    const client = new AbortController();
    const { response, performed } = ask("/rounds/3", {
      signal: client.signal,
      dispatch: async () => {
        client.abort();
        return null;
      },
    });
    await assert.rejects(response, { code: "E_CLIENT_GONE" });
    assert.deepEqual(performed, ["CACHE put round-1"]);
  });

  test("what was cast is performed, once, when the request ends before its response", async () => {
    const client = new AbortController();
    const gone = ask("/abandoned", {
      signal: client.signal,
      dispatch: async () => {
        client.abort();
        return null;
      },
    });
    await assert.rejects(gone.response, { code: "E_CLIENT_GONE" });
    assert.deepEqual(gone.performed, ["SLOW get unheard-1", "CACHE put noted"]);
    const limited = ask("/abandoned", { limits: { maxRounds: 1 } });
    await assert.rejects(limited.response, { code: "E_LIMIT_ROUNDS" });
    assert.deepEqual(limited.performed, ["SLOW get unheard-1", "CACHE put noted"]);
    assert.deepEqual(limited.lines, ["[stdout] id-1 before the slow read"]);
  });

  test("a machine that does not do the same in every round is found out", async () => {
    const rewind = EntropyTape.prototype.rewind;
    EntropyTape.prototype.rewind = () => {}; // so each round draws random numbers of its own
    try {
      const { response, performed } = ask("/drawn");
      await assert.rejects(response, {
        code: "E_REPLAY",
        status: 500,
        message: /the same in every round.* put of binding "CACHE" \(call 1 of process 1\) has other arguments than before/,
      });
      assert.equal(performed.length, 1);
    } finally {
      EntropyTape.prototype.rewind = rewind;
    }
  });

  test("a module that is no command says so", async () => {
    const machine = await WebAssembly.compile(NO_COMMAND);
    await assert.rejects(ask("/", { machine }).response, { code: "E_VM_ABI", message: /memory and _start/ });
  });

  test("a machine of which nothing is heard: the log says where to look", async () => {
    const machine = await WebAssembly.compile(IDLE_COMMAND);
    const message = /ended without a response, and has written nothing for the worker: .*configuration\.md, vm/;
    await assert.rejects(ask("/", { machine }).response, { code: "E_VM_EXIT", status: 500, message });
  });
});
