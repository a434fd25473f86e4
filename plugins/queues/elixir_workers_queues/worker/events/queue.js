/**
 * Event kind "queue": a batch of messages. `lib/elixir_workers/queues/consumer.ex` is the other end.
 *
 *     payload   [{id, timestamp_ms, attempts, body}], the body an external term: each is decoded by itself
 *     answer    [{index, delay | nil}] of the messages that are to come again; the others are done
 *
 * A body of bytes is a binary, one of text a string; JSON, and whatever else, has the terms of its JSON form. A message whose
 * body has none is not in the payload, and comes again.
 */

import { encode } from "../etf.js";
import { elements, list, optionalInteger, tuple } from "../bindings/values.js";

/** @typedef {import("../etf.js").Term} Term */

/** Messages of batches that are being handled, whose bodies have no term. @type {WeakSet<Message>} */
const unreadable = new WeakSet();

/** @type {import("./kinds.js").EventKind} */
export default {
  read(/** @type {MessageBatch} */ batch, { log }) {
    const payload = [];
    for (const message of batch.messages) {
      const { id, timestamp, attempts, body } = message;
      try {
        payload.push(tuple(id, Number(timestamp), attempts, encode(bodyTerm(body))));
      } catch (cause) {
        unreadable.add(message);
        log(`message ${id} of queue ${batch.queue} comes again: its body has no JSON form: ${cause}`);
      }
    }
    return { source: batch.queue, payload };
  },

  settle(/** @type {MessageBatch} */ batch, answer) {
    const retries = new Map(list(answer, "the answer").map(retryOf));
    const readable = batch.messages.filter((message) => !unreadable.has(message));
    readable.forEach((message, index) => {
      if (retries.has(index)) message.retry({ delaySeconds: retries.get(index) });
      else message.ack();
    });
    for (const message of batch.messages) if (unreadable.has(message)) message.retry();
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
