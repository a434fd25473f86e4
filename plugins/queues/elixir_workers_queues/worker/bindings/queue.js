/**
 * Kind "queue": producers of Cloudflare Queues. `lib/elixir_workers/queues.ex` is the other end.
 *
 *     send        [{type, body, delay}]                nil
 *     send_batch  [[{type, body, delay}], delay]       nil
 *
 * Type is "json" (body is JSON), "text" or "bytes". A delay is seconds, or nil for the queue's own.
 */

import { bytes, elements, list, OperationError, optionalInteger, text } from "./values.js";

/** @typedef {import("../etf.js").Term} Term */

/** @type {Readonly<Record<string, (body: Term | undefined) => unknown>>} by type, what the queue is given */
const BODIES = Object.freeze({
  json: (body) => JSON.parse(text(body, "a message")),
  text: (body) => text(body, "a message of type text"),
  bytes: (body) => bytes(body, "a message"),
});

/** What the service takes: of one message, of a batch, and how many it may have. */
const MAX_MESSAGE_BYTES = 128_000;
const MAX_BATCH_BYTES = 256_000;
const MAX_BATCH_MESSAGES = 100;

/** @type {import("./kinds.js").BindingKind} */
export default {
  operations: {
    async send(queue, [message]) {
      const { body, contentType, delaySeconds } = messageOf(message);
      await queue.send(body, { contentType, delaySeconds });
      return null;
    },

    async send_batch(queue, [messages, delay]) {
      const batch = list(messages, "messages").map(messageOf);
      if (batch.length > MAX_BATCH_MESSAGES) tooLarge(`a batch of ${batch.length} messages`, MAX_BATCH_MESSAGES);
      const size = batch.reduce((sum, message) => sum + message.size, 0);
      if (size > MAX_BATCH_BYTES) tooLarge(`a batch of ${size} bytes`, `${MAX_BATCH_BYTES} bytes`);
      await queue.sendBatch(batch, { delaySeconds: optionalInteger(delay, "a delay") });
      return null;
    },
  },
};

/** @param {Term | undefined} term */
function messageOf(term) {
  const [type, body, delay] = elements(term, "a message");
  const contentType = text(type, "a type");
  const bodyOf = Object.hasOwn(BODIES, contentType) ? BODIES[contentType] : undefined;
  if (bodyOf === undefined) throw new TypeError(`there is no type of messages "${contentType}"`);
  const size = bytes(body, "a message").length;
  if (size > MAX_MESSAGE_BYTES) tooLarge(`a message of ${size} bytes`, `${MAX_MESSAGE_BYTES} bytes`);
  return { body: bodyOf(body), contentType, delaySeconds: optionalInteger(delay, "a delay"), size };
}

/**
 * @param {string} what
 * @param {string | number} limit
 * @returns {never}
 */
function tooLarge(what, limit) {
  throw new OperationError("too_large", `${what}; a queue takes at most ${limit}`);
}
