/**
 * Kind "queue": `lib/elixir_workers/queue.ex` is the other end.
 *
 *     send  [body, delay_seconds | nil]   nil
 */

import { OperationError, bytes, optionalInteger } from "./values.js";

const MAX_MESSAGE_BYTES = 128_000;

export default {
  operations: {
    async send(queue, [body, delay], { state }) {
      const message = bytes(body, "a message");
      if (message.length > MAX_MESSAGE_BYTES) throw new OperationError("too_large", `${message.length} bytes`);
      await queue.send(message, { contentType: "bytes", delaySeconds: optionalInteger(delay, "a delay") });
      state.set("sent", (state.get("sent") ?? 0) + 1);
      return state.get("sent");
    },
  },
};
