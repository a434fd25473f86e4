/**
 * Kind "{{name}}": `lib/elixir_workers/{{snake}}.ex` is the other end.
 *
 *     fetch  [key]         text | nil
 *     store  [key, text]   nil
 */

import { OperationError, text } from "./values.js";

const MAX_TEXT_LENGTH = 1_000_000;

export default {
  operations: {
    fetch(namespace, [key]) {
      return namespace.get(text(key, "a key"));
    },

    async store(namespace, [key, value]) {
      const stored = text(value, "a text");
      if (stored.length > MAX_TEXT_LENGTH) throw new OperationError("too_large", `${stored.length} characters`);
      await namespace.put(text(key, "a key"), stored);
      return null;
    },
  },
};
