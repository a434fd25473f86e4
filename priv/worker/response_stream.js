/**
 * The body of a response that is made while it is on its way: what host calls to the binding "" write, the client reads.
 * A write ends when the client has taken it, so a handler is never far ahead of its reader.
 */

import { LEVEL_ERROR } from "./logs.js";

export class ResponseStream {
  /** What the client reads. @type {ReadableStream<Uint8Array>} */
  readable;
  /** @type {WritableStreamDefaultWriter<Uint8Array>} */
  #writer;
  #open = true;
  #log;
  /** Bytes that are still to come, when that is known. @type {number | undefined} */
  #left;

  /**
   * @param {number} [length] of the body: with it a client can tell that one has broken off
   * @param {import("./logs.js").RequestLog} [log]
   */
  constructor(length, log) {
    const { readable, writable } = length === undefined ? new TransformStream() : new FixedLengthStream(length);
    this.#left = length;
    this.#log = log;
    this.readable = readable;
    this.#writer = writable.getWriter();
    // A failure is told to the next call; here it only must not be one that nobody handles.
    this.#writer.closed.catch(() => {});
  }

  /** Whether the handler may still write; one whose client has gone learns it by its next write. */
  get open() {
    return this.#open;
  }

  /**
   * @param {string} operation
   * @param {import("./etf.js").Term[]} args
   * @returns {Promise<null>}
   */
  async perform(operation, args) {
    if (operation === "chunk") await this.#write(args[0]);
    else if (operation === "end") await this.#end();
    else if (operation === "abort") this.#abort();
    else throw new TypeError(`a response stream has no operation ${JSON.stringify(operation)}`);
    return null;
  }

  /** From here on every write fails, and the client sees a body that breaks off. @param {string} why */
  breakOff(why) {
    this.#writer.abort(new Error(why)).catch(() => {});
  }

  /** @param {import("./etf.js").Term | undefined} bytes */
  async #write(bytes) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("a chunk is a binary");
    if (this.#left !== undefined) {
      this.#left -= bytes.length;
      if (this.#left < 0) this.#complain(`${-this.#left} bytes more than`);
    }
    try {
      await this.#writer.write(bytes);
    } catch (cause) {
      this.#open = false;
      throw cause;
    }
  }

  async #end() {
    this.#open = false;
    if (this.#left !== undefined && this.#left > 0) this.#complain(`${this.#left} bytes less than`);
    await this.#writer.close();
  }

  /**
   * The runtime breaks such a body off, and the handler is told no more than of a client that has gone.
   * @param {string} difference
   */
  #complain(difference) {
    this.#log?.write(LEVEL_ERROR, `the body of the response has ${difference} its content-length`);
  }

  #abort() {
    this.#open = false;
    this.breakOff("the handler failed");
  }
}
