/**
 * examples/outbox as `hatch build` bundled it, in workerd, with miniflare's queues, KV and cron triggers.
 * OUTBOX_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startBundle } from "../support/harness.mjs";
import { logLine } from "./support.mjs";

const BUNDLE = process.env.OUTBOX_BUNDLE;
const MAIL = Object.freeze({ to: "ada@example.com", subject: "Hëllo 😀" });
const DAY_MS = 24 * 3600 * 1000;
const NIGHTLY = "0 3 * * *";

describe("examples/outbox", { skip: BUNDLE === undefined && "OUTBOX_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  /** @type {any} */
  let mailbox;
  /** @type {any} the worker's handlers other than `fetch`, called by the runtime */
  let handlers;
  before(async () => {
    worker = await startBundle(/** @type {string} */ (BUNDLE));
    mailbox = await worker.miniflare.getKVNamespace("MAILBOX");
    handlers = await worker.miniflare.getWorker();
  });
  after(() => worker.stop());

  /** @param {unknown} body */
  const post = (body) =>
    fetch(`${worker.url}/mails`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  /** @param {string} path @returns {Promise<any[]>} */
  const list = async (path) => (await fetch(worker.url + path)).json();

  /** Queues deliver when they like. @param {string} path @param {(mails: any[]) => any} find */
  async function eventually(path, find) {
    for (let tries = 0; tries < 600; tries++) {
      const found = find(await list(path));
      if (found) return found;
      await sleep(100);
    }
    throw new Error(`${path} still holds ${JSON.stringify(await list(path))}`);
  }

  /** @param {string} id @param {unknown} body @param {number} [attempts] */
  const message = (id, body, attempts = 1) => ({ id, timestamp: new Date(1_700_000_000_000), attempts, body });

  test("a mail goes through the queue to its consumer", async () => {
    assert.equal((await post(MAIL)).status, 202);
    const mail = await eventually("/mails", (mails) => mails.find(({ to }) => to === MAIL.to));
    assert.deepEqual([mail.subject, mail.attempts], [MAIL.subject, 1]);
    assert.ok(Math.abs(mail.at - Date.now() / 1000) < 300);
  });

  test("a batch arrives whole; one that is to come again does, and harms no other", async () => {
    const batch = ["c@example.com", "d@busy.example", "e@example.com"].map((to) => ({ to, subject: "batch" }));
    assert.equal((await post(batch)).status, 202);
    const mails = await eventually("/mails", (all) => {
      const found = all.filter(({ subject }) => subject === "batch");
      return found.length === 3 && found;
    });
    const attempts = Object.fromEntries(mails.map((/** @type {any} */ mail) => [mail.to, mail.attempts]));
    assert.deepEqual(attempts, { "c@example.com": 1, "d@busy.example": 2, "e@example.com": 1 });
    await logLine(worker, /^\[notice\] [0-9a-f-]{36} d@busy\.example is busy$/);
  });

  test("what a handler raises is logged with the event's id; the message comes again, and ends as a dead letter", async () => {
    assert.equal((await post({ nobody: "knows" })).status, 202);
    const dead = await eventually("/dead-mails", (mails) => mails[0]);
    assert.equal(dead.body, '%{"nobody" => "knows"}');
    const pattern = /message [^ ]+ of event queue mails failed in request ([0-9a-f-]{36})[^]*FunctionClauseError[^]*mailer\.ex/;
    const { level, message: line } = await logLine(worker, pattern);
    assert.equal(level, "error");
    assert.ok(line.startsWith(`[error] ${pattern.exec(line)?.[1]} `));
    assert.equal(worker.logs.filter(({ message: each }) => pattern.test(each)).length, 3);
  });

  test("a mail that no queue takes is refused", async () => {
    const reply = await post({ to: "x", subject: "x".repeat(130_000) });
    assert.equal(reply.status, 413);
    assert.match((await reply.json()).error, /a message of 130\d+ bytes; a queue takes at most 128000 bytes/);
    const many = await post(Array.from({ length: 101 }, () => MAIL));
    assert.match((await many.json()).error, /a batch of 101 messages; a queue takes at most 100/);
  });

  test("each message is acknowledged or retried, with its delay", async () => {
    const busy = { to: "a@busy.example", subject: "s" };
    const result = await handlers.queue("mails", [message("1", MAIL), message("2", busy), message("3", 7)]);
    assert.equal(result.outcome, "ok");
    assert.deepEqual(result.explicitAcks, ["1"]);
    assert.deepEqual(result.retryMessages, [{ msgId: "2", delaySeconds: 1 }, { msgId: "3" }]);
  });

  test("bodies of every kind arrive", async () => {
    const bodies = ["text ü", new Uint8Array([0, 255, 128]), { a: [1, 2.5, null, true] }, null, 2 ** 40];
    const result = await handlers.queue("dead-mails", bodies.map((body, i) => message(`kind-${i}`, body)));
    assert.deepEqual(result.explicitAcks, bodies.map((_, i) => `kind-${i}`));
    const stored = [];
    for (const i of bodies.keys()) stored.push((await mailbox.getWithMetadata(`dead:kind-${i}`)).metadata.body);
    assert.deepEqual(stored, ['"text ü"', "<<0, 255, 128>>", '%{"a" => [1, 2.5, nil, true]}', "nil", "1099511627776"]);
  });

  test("a message whose body cannot be read comes again by itself, and the log names it", async () => {
    const batch = [message("first", 1), message("big", { n: 2n ** 70n }), message("busy", { to: "a@busy.example", subject: "" })];
    const result = await handlers.queue("mails", [message("mail", MAIL), ...batch]);
    assert.equal(result.outcome, "ok");
    assert.deepEqual(result.explicitAcks, ["mail"]);
    const retried = Object.fromEntries(result.retryMessages.map((/** @type {any} */ each) => [each.msgId, each.delaySeconds]));
    assert.deepEqual(retried, { first: undefined, busy: 1, big: undefined });
    const { level } = await logLine(worker, /^\[error\] [0-9a-f-]{36} message big of queue mails comes again: .*BigInt/);
    assert.equal(level, "error");
    const alone = await handlers.queue("mails", [message("alone", 1n)]);
    assert.deepEqual([alone.outcome, alone.retryMessages], ["ok", [{ msgId: "alone" }]]);
  });

  test("a queue that nobody handles is an error that says so, and its messages come again", async () => {
    const result = await handlers.queue("others", [message("1", MAIL)]);
    assert.equal(result.outcome, "exception");
    await logLine(worker, /\[error\] [0-9a-f-]{36} event queue others failed [^]*no handler is configured for queue "others"/);
    await logLine(worker, /\[error\] [0-9a-f-]{36} E_EVENT: the handler of queue others has failed/);
  });

  test("a cron trigger runs its handler at the time it was due, with the variables of the configuration", async () => {
    const at = Math.floor(Date.now() / 1000);
    await mailbox.put("delivered:kept", "", { metadata: { at } });
    await mailbox.put("delivered:old", "", { metadata: { at: at - 31 * 24 * 3600 } });
    assert.equal((await handlers.scheduled({ cron: NIGHTLY, scheduledTime: new Date() })).outcome, "ok");
    assert.deepEqual([await mailbox.get("delivered:kept"), await mailbox.get("delivered:old")], ["", null]);
    const later = new Date(Date.now() + 32 * DAY_MS);
    assert.equal((await handlers.scheduled({ cron: NIGHTLY, scheduledTime: later })).outcome, "ok");
    assert.equal(await mailbox.get("delivered:kept"), null);
  });

  test("a trigger that fails counts as failed", async () => {
    await mailbox.put("delivered:broken", "", { metadata: { at: "never" } });
    await mailbox.put("delivered:unreadable", "");
    const result = await handlers.scheduled({ cron: NIGHTLY, scheduledTime: new Date() });
    assert.equal(result.outcome, "exception");
    await logLine(worker, /event scheduled 0 3 \* \* \* failed in request/);
    for (const name of ["broken", "unreadable"]) await mailbox.delete(`delivered:${name}`);
  });

  test("requests are answered as before", async () => {
    assert.equal((await fetch(`${worker.url}/nothing`)).status, 404);
  });
});
