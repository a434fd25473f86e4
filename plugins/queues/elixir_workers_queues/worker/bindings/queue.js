/**
 * Kind "queue": producers of Cloudflare Queues. `lib/elixir_workers/queues.ex` is the other end.
 *
 *     send        [{type, body, delay}]                nil
 *     send_batch  [[{type, body, delay}], delay]       nil
 *
 * Type is "json" (body is JSON), "text" or "bytes". A delay is seconds, or nil for the queue's own.
 */

import { bytes, list, OperationError, optionalInteger, text } from "./values.js";
import { Tuple } from "../etf.js";

const BODIES = Object.freeze({
  json: (/** @type {any} */ body) => JSON.parse(text(body, "a message")),
  text: (/** @type {any} */ body) => text(body, "a message of type text"),
  bytes: (/** @type {any} */ body) => bytes(body, "a message"),
});

/** What the service takes: of one message, of a batch, and how many it may have. */
const MAX_MESSAGE_BYTES = 128_000;
const MAX_BATCH_BYTES = 256_000;
const MAX_BATCH_MESSAGES = 100;

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

function messageOf(term) {
  if (!(term instanceof Tuple)) throw new TypeError("a message must be a tuple of type, body and delay");
  const [type, body, delay] = term.elements;
  const contentType = text(type, "a type");
  if (!Object.hasOwn(BODIES, contentType)) throw new TypeError(`there is no type of messages "${contentType}"`);
  const size = bytes(body, "a message").length;
  if (size > MAX_MESSAGE_BYTES) tooLarge(`a message of ${size} bytes`, `${MAX_MESSAGE_BYTES} bytes`);
  return { body: BODIES[contentType](body), contentType, delaySeconds: optionalInteger(delay, "a delay"), size };
}

/** @returns {never} */
function tooLarge(what, limit) {
  throw new OperationError("too_large", `${what}; a queue takes at most ${limit}`);
}
