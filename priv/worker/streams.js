/**
 * Streams of one request: bodies that JavaScript holds and the application reads, and bodies that the application writes
 * and JavaScript reads. The application knows each by a small integer. They are host calls to the binding "":
 *
 *     stream_read    [id]             bytes, nil at the end
 *     stream_cancel  [id]             nil: nobody wants the rest
 *     stream_pipe    [id]             nil: the body of the response that comes next, past the machine
 *     stream_open    []               id of one that the application writes
 *     stream_write   [id, bytes]      nil, when they are taken
 *     stream_close   [id]             nil
 *     stream_abort   [id, reason]     nil: its reader sees it fail
 *
 * As an argument or a result of an operation a stream is the term `{stream, id, length | nil}`. Whoever takes one owns it;
 * what nobody has taken is cancelled when the request ends.
 */

import { OperationError } from "./bindings/values.js";
import { Atom, Tuple } from "./etf.js";

/** @typedef {import("./etf.js").Term} Term */

const READ_BYTES = 65536;

/**
 * @typedef {object} Body
 * @property {ReadableStream<Uint8Array>} readable
 * @property {number | null} length in bytes, null when the runtime does not know it
 *
 * @typedef {() => Promise<{ done: boolean, value?: unknown }>} ReadNext
 * @typedef {{ read: ReadNext, releaseLock: () => void, cancel: () => Promise<void> }} Reader
 * @typedef {Body & { reader?: Reader }} Incoming `reader` once it has been read from
 */

export class Streams {
  #lastId = 0;
  /** @type {Map<number, Incoming>} */
  #incoming = new Map();
  /** @type {Map<number, WritableStreamDefaultWriter<Uint8Array>>} */
  #outgoing = new Map();
  /** @type {ReadableStream<Uint8Array> | undefined} */
  #piped;

  /**
   * Gives the application a stream to read.
   * @param {ReadableStream<Uint8Array>} readable
   * @param {number | null} [length] when the runtime knows it too, so that services which want it take the stream as it is
   * @returns {Tuple} what an operation answers with
   */
  add(readable, length = null) {
    this.#incoming.set(++this.#lastId, { readable, length });
    return new Tuple([new Atom("stream"), this.#lastId, length]);
  }

  /**
   * The body that an argument of an operation stands for.
   * @param {Term | undefined} term
   * @returns {Uint8Array | Body} bytes as they are; a stream belongs to the caller from now on
   */
  take(term) {
    if (term instanceof Uint8Array) return term;
    if (!(term instanceof Tuple)) throw new TypeError("a body must be a binary or a stream");
    const { readable, length } = this.#taken(term.elements[1]);
    return { readable, length };
  }

  /** What the application has chosen as the body of its response. */
  get piped() {
    return this.#piped;
  }

  /** @param {string} operation */
  static has(operation) {
    return operation.startsWith("stream_");
  }

  /**
   * @param {string} operation
   * @param {Term[]} args
   * @returns {Promise<Term>}
   */
  async perform(operation, [id, argument]) {
    switch (operation) {
      case "stream_read":
        return this.#read(id);
      case "stream_cancel":
        await this.#taken(id).readable.cancel();
        return null;
      case "stream_pipe":
        this.#piped = this.#taken(id).readable;
        return null;
      case "stream_open":
        return this.#open();
      case "stream_write":
        await this.#write(id, argument);
        return null;
      case "stream_close":
        await this.#writer(id, { last: true }).close();
        return null;
      case "stream_abort":
        await this.#writer(id, { last: true }).abort(new OperationError("aborted", reasonOf(argument)));
        return null;
      default:
        throw new TypeError(`streams have no operation ${JSON.stringify(operation)}`);
    }
  }

  /** The request has ended: nobody reads or writes these any more. */
  close() {
    for (const stream of this.#incoming.values()) {
      (stream.reader ?? stream.readable).cancel().catch(ignore);
    }
    for (const writer of this.#outgoing.values()) writer.abort(new Error("the request has ended")).catch(ignore);
    this.#incoming.clear();
    this.#outgoing.clear();
  }

  // ---- the application reads ----

  /** @param {Term | undefined} id */
  #stream(id) {
    const stream = this.#incoming.get(/** @type {number} */ (id));
    if (stream === undefined) {
      throw new OperationError("no_stream", "the stream has been read to its end, cancelled or given away");
    }
    return stream;
  }

  /**
   * A stream that the application no longer has.
   * @param {Term | undefined} id
   */
  #taken(id) {
    const stream = this.#stream(id);
    stream.reader?.releaseLock();
    this.#incoming.delete(/** @type {number} */ (id));
    return stream;
  }

  /** @param {Term | undefined} id @returns {Promise<Uint8Array | null>} at most READ_BYTES where the source can be asked */
  async #read(id) {
    const stream = this.#stream(id);
    stream.reader ??= lock(stream.readable);
    const { done, value } = await stream.reader.read().catch((cause) => {
      this.#incoming.delete(/** @type {number} */ (id));
      throw cause;
    });
    if (done) {
      this.#incoming.delete(/** @type {number} */ (id));
      return null;
    }
    if (!(value instanceof Uint8Array)) throw new TypeError("a stream must give bytes");
    if (stream.length !== null) stream.length -= value.length;
    return value;
  }

  // ---- the application writes ----

  #open() {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    // A failure is told to the next write; here it only must not be one that nobody handles.
    writer.closed.catch(ignore);
    this.#incoming.set(++this.#lastId, { readable, length: null });
    this.#outgoing.set(this.#lastId, writer);
    return this.#lastId;
  }

  /** @param {Term | undefined} id @param {Term | undefined} bytes */
  async #write(id, bytes) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("a chunk is a binary");
    await this.#writer(id).write(bytes);
  }

  /** @param {Term | undefined} id @param {{ last: boolean }} [use] whether it is written to no more */
  #writer(id, { last } = { last: false }) {
    const writer = this.#outgoing.get(/** @type {number} */ (id));
    if (writer === undefined) throw new OperationError("no_stream", "the stream has been closed");
    if (last) this.#outgoing.delete(/** @type {number} */ (id));
    return writer;
  }
}

/**
 * A reader with a buffer of its own where the source fills those: the runtime's streams otherwise give small pieces.
 * @param {ReadableStream<Uint8Array>} readable
 * @returns {Reader}
 */
function lock(readable) {
  /** @type {ReadableStreamBYOBReader} */
  let reader;
  try {
    reader = readable.getReader({ mode: "byob" });
  } catch {
    return readable.getReader();
  }
  return {
    read: () => reader.read(new Uint8Array(READ_BYTES)),
    releaseLock: () => reader.releaseLock(),
    cancel: () => reader.cancel(),
  };
}

/** @param {Term | undefined} term */
function reasonOf(term) {
  return term instanceof Uint8Array ? new TextDecoder().decode(term) : "the application gave up";
}

function ignore() {}
