/**
 * Event kind "queue": a batch of messages. `lib/elixir_workers/queues/consumer.ex` is the other end.
 *
 *     payload   [{id, timestamp_ms, attempts, body}]
 *     answer    [{index, delay | nil}] of the messages that are to come again; the others are done
 *
 * A body of bytes is a binary, one of text a string; JSON, and whatever else, has the terms of its JSON form.
 */

import { elements, list, optionalInteger, tuple } from "../bindings/values.js";

/** @typedef {import("../etf.js").Term} Term */

/** @type {import("./kinds.js").EventKind} */
export default {
  read(/** @type {MessageBatch} */ batch) {
    const payload = batch.messages.map(({ id, timestamp, attempts, body }) =>
      tuple(id, Number(timestamp), attempts, bodyTerm(body)));
    return { source: batch.queue, payload };
  },

  settle(/** @type {MessageBatch} */ batch, answer) {
    const retries = new Map(list(answer, "the answer").map(retryOf));
    batch.messages.forEach((message, index) => {
      if (retries.has(index)) message.retry({ delaySeconds: retries.get(index) });
      else message.ack();
    });
  },
};

/** @param {unknown} body @returns {Term} */
function bodyTerm(body) {
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return JSON.parse(JSON.stringify(body) ?? "null");
}

/** @param {Term} entry @returns {[number | undefined, number | undefined]} */
function retryOf(entry) {
  const [index, delay] = elements(entry, "an entry of the answer");
  return [optionalInteger(index, "an index"), optionalInteger(delay, "a delay")];
}
