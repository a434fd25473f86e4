/**
 * The sample `streams` in workerd: bodies of 50 MB on every way, past and through a machine that may have 12 MiB.
 * STREAMS_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startBundle } from "../support/harness.mjs";
import { logLine } from "./support.mjs";

const BUNDLE = process.env.STREAMS_BUNDLE;
const LARGE_BYTES = 50_000_000;
const CHUNK_BYTES = 100_000;

/** A kind whose operations take and give bodies; what became of them is in the log. */
const KINDS = `
const source = (bytes, { failAt = Infinity } = {}) => {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= failAt) return controller.error(new Error("the disk is gone"));
      if (sent >= bytes) return controller.close();
      const chunk = new Uint8Array(Math.min(${CHUNK_BYTES}, bytes - sent)).fill(sent / ${CHUNK_BYTES});
      sent += chunk.length;
      controller.enqueue(chunk);
    },
    cancel() { console.log("cancelled after " + sent + " of " + bytes); },
  }, { highWaterMark: 0 });
};
const bodies = {
  operations: {
    make(_, [bytes], { streams }) {
      const { readable, writable } = new FixedLengthStream(bytes);
      source(bytes).pipeTo(writable).catch(() => {});
      return streams.add(readable, bytes);
    },
    break: (_, [], { streams }) => streams.add(source(10 * ${CHUNK_BYTES}, { failAt: 3 * ${CHUNK_BYTES} })),
    async swallow(_, [body], { streams }) {
      let bytes = 0;
      try {
        for await (const chunk of streams.take(body).readable) bytes += chunk.length;
      } catch (error) {
        console.log("swallow failed: " + error);
        throw error;
      }
      return bytes;
    },
    refuse: () => { throw new RangeError("no bodies today"); },
    async ignore(_, [body], { streams }) {
      await streams.take(body).readable.cancel();
      return "ignored";
    },
  },
};
export default { bodies };
`;

/** @param {number} bytes */
function* chunks(bytes) {
  for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) yield new Uint8Array(Math.min(CHUNK_BYTES, bytes - sent)).fill(sent / CHUNK_BYTES);
}

/** @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} body whether it holds what `chunks` gives */
async function countSame(body) {
  let bytes = 0;
  for await (const chunk of body) {
    for (const at of [0, chunk.length - 1]) assert.equal(chunk[at], Math.floor((bytes + at) / CHUNK_BYTES) % 256);
    bytes += chunk.length;
  }
  return bytes;
}

describe("streams", { skip: BUNDLE === undefined && "STREAMS_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  before(async () => {
    const bundled = await readFile(path.join(/** @type {string} */ (BUNDLE), "config.js"), "utf8");
    const { default: config } = await import(`data:text/javascript,${encodeURIComponent(bundled)}`);
    assert.equal(config.memoryCapBytes, 12 * 1024 * 1024);
    const bindings = { BODIES: { kind: "bodies" } };
    const files = { "config.js": `export default ${JSON.stringify({ ...config, bindings })};`, "bindings/kinds.js": KINDS };
    worker = await startBundle(/** @type {string} */ (BUNDLE), { files, secrets: { BODIES: "present" } });
  });
  after(() => worker.stop());

  /**
   * @param {string} path
   * @param {number} bytes
   * @param {{ announced?: boolean, sent?: number }} [options] whether there is a Content-Length; how much is sent of it
   */
  function upload(path, bytes, { announced = true, sent = bytes } = {}) {
    return send(path, announced ? { "content-length": bytes } : {}, chunks(sent), { ends: sent === bytes });
  }

  /**
   * @param {string} path
   * @param {http.OutgoingHttpHeaders} headers
   * @param {Iterator<Uint8Array>} body
   * @param {{ ends?: boolean }} [options] who is refused before the end must not be sending meanwhile
   * @returns {Promise<http.IncomingMessage>}
   */
  function send(path, headers, body, { ends = true } = {}) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const request = http.request(worker.url + path, { method: "POST", headers, agent: false }, resolve).on("error", reject);
    const more = () => {
      for (;;) {
        const { done, value } = body.next();
        if (done) return void (ends && request.end());
        if (!request.write(value)) return void request.once("drain", more);
      }
    };
    more();
    return promise;
  }

  /** @param {http.IncomingMessage} reply */
  const textOf = async (reply) => Buffer.concat(await Array.fromAsync(reply)).toString();
  /** @param {string} path */
  const ask = async (path) => (await fetch(worker.url + path)).text();

  for (const announced of [true, false]) {
    const how = announced ? "of announced length" : "in chunks";
    test(`a request body ${how} is read by the application`, async () => {
      assert.equal(await textOf(await upload("/up/count", LARGE_BYTES, { announced })), String(LARGE_BYTES));
    });

    test(`a request body ${how} is given to a binding`, async () => {
      assert.equal(await textOf(await upload("/up/pass", LARGE_BYTES, { announced })), String(LARGE_BYTES));
    });

    test(`a request body ${how} becomes the response, byte for byte`, async () => {
      const reply = await upload("/up/echo", LARGE_BYTES, { announced });
      assert.equal(reply.headers["content-length"], announced ? String(LARGE_BYTES) : undefined);
      assert.equal(await countSame(reply), LARGE_BYTES);
    });
  }

  /**
   * A form whose file has as many bytes, with beginnings of its boundary in them.
   * @param {number} bytes
   * @param {string} [end]
   */
  function* form(bytes, end = "\r\n--bound--\r\n") {
    const part = (/** @type {string} */ name, /** @type {string} */ more) =>
      `--bound\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
    yield Buffer.from(`${part("title", "")}Zoë\r\n${part("passed", '; filename="a"')}`);
    yield* chunks(3 * CHUNK_BYTES);
    yield Buffer.from(`\r\n${part("file", '; filename="b.bin"')}`);
    const trap = Buffer.from("\r\n--boun");
    for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, left), trap);
      yield chunk;
    }
    yield Buffer.from(end);
  }

  const FORM = { "content-type": "multipart/form-data; boundary=bound" };

  test("a form larger than the machine is taken apart while it comes in", async () => {
    const reply = await send("/up/form", FORM, form(LARGE_BYTES));
    assert.deepEqual(JSON.parse(await textOf(reply)), { title: "Zoë", passed: null, file: LARGE_BYTES });
  });

  test("a form that cannot be taken apart, or is too large, is refused", async () => {
    const broken = await send("/up/form", FORM, form(1000, "\r\n--bound\rx"));
    assert.deepEqual([broken.statusCode, await textOf(broken)], [
      400, "Bad Request\nmalformed form: a boundary is not followed by a line break\n",
    ]);
    assert.equal((await send("/up/form", FORM, form(1000, ""))).statusCode, 400);
    const other = { "content-type": "text/plain" };
    assert.equal((await send("/up/form", other, [Buffer.from("x")].values(), { ends: false })).statusCode, 415);
    const large = await send(`/up/form?max=${3 * CHUNK_BYTES}`, FORM, form(4 * CHUNK_BYTES, ""), { ends: false });
    assert.deepEqual([large.statusCode, await textOf(large)], [
      413, "Content Too Large\na part of the form has more than 300000 bytes\n",
    ]);
    assert.equal((await send("/up/form", FORM, form(1000))).statusCode, 200);
  });

  test("a body goes through the application and back, chunk by chunk", async () => {
    assert.equal(await countSame(await upload("/up/changed", 5_000_000)), 5_000_000);
  });

  test("a body from a binding is the response", async () => {
    const reply = await fetch(`${worker.url}/down/${LARGE_BYTES}`);
    assert.equal(reply.headers.get("content-length"), String(LARGE_BYTES));
    assert.equal(await countSame(/** @type {any} */ (reply.body)), LARGE_BYTES);
  });

  test("HEAD has the length of a stream, which is cancelled", async () => {
    const reply = await fetch(`${worker.url}/down/${LARGE_BYTES}`, { method: "HEAD" });
    assert.equal(reply.headers.get("content-length"), String(LARGE_BYTES));
    await logLine(worker, /cancelled after \d+ of 50000000$/);
  });

  test("what the application makes is the response, or goes to a binding", async () => {
    assert.equal((await (await fetch(`${worker.url}/made/${LARGE_BYTES}`)).bytes()).length, LARGE_BYTES);
    assert.equal(await ask(`/sent/${LARGE_BYTES}`), String(LARGE_BYTES));
  });

  test("a body that is made says its length when it is known, and one that breaks off is seen to", async () => {
    const whole = await fetch(`${worker.url}/sized/300000`);
    assert.deepEqual([whole.headers.get("content-length"), (await whole.bytes()).length], ["300000", 300_000]);
    for (const path of ["/sized/300001", "/sized/299999", "/sized/300000?fails=1"]) {
      const broken = await fetch(worker.url + path);
      assert.equal(broken.status, 200);
      await assert.rejects(broken.bytes(), path);
    }
    await logLine(worker, /^\[error\] \S+ the body of the response has 1 bytes more than its content-length$/);
    await logLine(worker, /^\[error\] \S+ the body of the response has 1 bytes less than its content-length$/);
  });

  test("a limit holds for what is announced and for what is not", async () => {
    assert.equal((await upload("/small/body", 1001)).statusCode, 413);
    const reply = await upload("/small/body", 3000, { announced: false, sent: 2000 });
    assert.equal(reply.statusCode, 413);
    assert.match(await textOf(reply), /larger than 1000 bytes/);
    assert.equal((await upload("/small/body", 101)).statusCode, 413); // the handler's own
    assert.equal((await textOf(await upload("/small/body", 100))).length, 100);
  });

  test("other paths read bodies whole, within their limit", async () => {
    assert.equal(await textOf(await upload("/whole", 1000)), "1000");
    assert.equal((await upload("/whole", 1025)).statusCode, 413);
    assert.equal((await upload("/whole", 3000, { announced: false, sent: 2000 })).statusCode, 413);
  });

  test("a reader may stop early; a body is read once", async () => {
    const first = Number(await textOf(await upload("/up/first", LARGE_BYTES, { sent: 80_000 })));
    assert.ok(first > 0 && first <= 65536);
    const twice = await upload("/up/twice", 1000);
    assert.equal(twice.statusCode, 500);
    await logLine(worker, /the body of the request: the stream has been read to its end/);
  });

  test("a stream that fails on its way tells why", async () => {
    assert.equal(await ask("/broken"), "binding BODIES, read: Error: the disk is gone (bad_call)");
  });

  test("a body that its application cannot finish fails for the binding, and for the request", async () => {
    assert.equal((await fetch(`${worker.url}/failing`)).status, 500);
    await logLine(worker, /swallow failed: .*the application failed/);
    await logLine(worker, /\(RuntimeError\) no third/);
  });

  test("an operation that does not read its body answers all the same", async () => {
    assert.equal(await ask("/refused"), "binding BODIES, refuse: RangeError: no bodies today (failed)");
    assert.equal(await ask("/unread"), '"ignored"');
  });

  test("what nobody has read is cancelled when the request ends", async () => {
    assert.equal(await ask("/left"), "unread");
    await logLine(worker, /cancelled after \d+ of 1000$/);
  });

  test("a client that goes away while it sends ends the request, and its machine serves the next", async () => {
    const headers = { "content-length": LARGE_BYTES };
    const request = http.request(`${worker.url}/up/abandoned`, { method: "POST", headers, agent: false });
    request.on("error", () => {});
    request.write(new Uint8Array(CHUNK_BYTES));
    await logLine(worker, /the first chunk is here/);
    request.socket?.resetAndDestroy();
    // Which of the two comes first is the runtime's affair: that the client has gone, or that its body ends.
    await logLine(worker, /E_CLIENT_GONE: |the body broke off: 400$/);
    assert.ok(!worker.logs.some(({ message }) => message.includes("E_LIMIT_TIME")));
    assert.equal(await ask("/left"), "unread");
  });
});
