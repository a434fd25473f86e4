/**
 * Host calls of one request: started as soon as the VM returns, awaited together, answered as each one ends.
 * A cast, with id 0, is performed behind the response if need be; nobody waits for it, so its failure is logged.
 *
 *     record: call_id u32, length u32, external term {Binding, Operation, [Argument]}, padding to 4
 */

import { Alarm } from "./alarm.js";
import { BindingError } from "./bindings/index.js";
import { OperationError } from "./bindings/values.js";
import { WorkerError, describe } from "./errors.js";
import { decode, encode, Tuple } from "./etf.js";
import { LEVEL_ERROR } from "./logs.js";
import { ResponseStream } from "./response_stream.js";
import { Streams } from "./streams.js";

/** The binding of calls about bodies; no configuration can have it. */
const BODY_BINDING = "";

const RECORD_HEADER_BYTES = 8;
const CAST_ID = 0;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function ignore() {}

/**
 * @typedef {{ id: number, ok: boolean, term: Uint8Array }} Answer term is an external term
 *
 * @typedef {object} Background where casts go
 * @property {(work: Promise<void>) => void} waitUntil keeps the request's context alive
 * @property {import("./logs.js").RequestLog} log
 */

export class HostCalls {
  #dispatch;
  #background;
  /** @type {Answer[]} */
  #answers = [];
  #running = 0;
  /** @type {(interrupted: boolean) => void} */
  #wake = ignore;
  #alarm = new Alarm(() => this.#wake(false));
  /** @type {ResponseStream | undefined} */
  #stream;
  /** Bodies of this request that are not bytes. */
  streams = new Streams();

  /**
   * @param {import("./bindings/index.js").Dispatch} dispatch
   * @param {Background} background
   */
  constructor(dispatch, background) {
    this.#dispatch = dispatch;
    this.#background = background;
  }

  /**
   * The response of this request is streamed: a stream that was chosen for it, or what follows.
   * @param {number} [length] in bytes, when the response says it
   */
  openStream(length) {
    if (this.streams.piped === undefined) this.#stream = new ResponseStream(length, this.#background.log);
  }

  /** What the client reads of a streamed response. */
  get streamedBody() {
    return this.#stream?.readable ?? this.streams.piped;
  }

  /** Whether a response is being streamed. */
  get streaming() {
    return this.#stream?.open ?? false;
  }

  /** A body that is being streamed ends here. @param {string} why */
  breakOff(why) {
    if (this.#stream?.open) this.#stream.breakOff(why);
  }

  /** The request has ended: what is left of its streams goes. */
  close() {
    this.#alarm.clear();
    this.streams.close();
  }

  /** Calls that the VM has not been given an answer to. */
  get open() {
    return this.#running + this.#answers.length;
  }

  /** @param {Uint8Array} records */
  start(records) {
    for (const { id, term } of parseCalls(records)) {
      if (id === CAST_ID) {
        this.#background.waitUntil(this.#cast(term));
        continue;
      }
      this.#running++;
      this.#answer(id, term).then((answer) => {
        this.#running--;
        this.#answers.push(answer);
        this.#wake(false);
      });
    }
  }

  /**
   * Waits until an answer is there, or for as long, or until it is interrupted.
   * @param {number} wakeMs monotonic
   * @param {import("./clock.js").Clock} clock which has come to `wakeMs` when nothing else has ended the wait
   */
  async answeredBy(wakeMs, clock) {
    let interrupted = false;
    while (!interrupted && this.#answers.length === 0 && clock.monotonicMs() < wakeMs) {
      const { promise, resolve } = Promise.withResolvers();
      this.#wake = resolve;
      this.#alarm.set(wakeMs, clock);
      interrupted = await promise;
    }
    this.#wake = ignore;
  }

  /** Ends the wait of answeredBy before its time: there is something else to see. */
  interrupt() {
    this.#wake(true);
  }

  /** @returns {Answer[]} */
  takeAnswers() {
    return this.#answers.splice(0);
  }

  /**
   * @param {number} id
   * @param {Uint8Array} term
   * @returns {Promise<Answer>} never rejects: a failure is an answer too
   */
  async #answer(id, term) {
    try {
      return { id, ok: true, term: await this.#perform(term) };
    } catch (error) {
      return { id, ok: false, term: encode(/** @type {BindingError} */ (error).toTerm()) };
    }
  }

  /** @param {Uint8Array} term */
  async #cast(term) {
    try {
      await this.#perform(term);
    } catch (error) {
      const { binding, operation, code, message } = /** @type {BindingError} */ (error);
      this.#background.log.write(LEVEL_ERROR, `binding ${binding}, ${operation}: ${message} (${code})`);
    }
  }

  /**
   * @param {Uint8Array} term
   * @returns {Promise<Uint8Array>} the result as an external term; rejects with a BindingError and with nothing else
   */
  async #perform(term) {
    let [binding, operation] = ["?", "?"];
    try {
      const call = decodeCall(term);
      [binding, operation] = [call.binding, call.operation];
      return encode(await this.#performer(binding, operation)(binding, operation, call.args, this.streams));
    } catch (cause) {
      throw asBindingError(cause, binding, operation);
    }
  }

  /**
   * @param {string} binding
   * @param {string} operation
   * @returns {import("./bindings/index.js").Dispatch}
   */
  #performer(binding, operation) {
    if (binding !== BODY_BINDING) return this.#dispatch;
    if (Streams.has(operation)) return (_, name, args) => this.streams.perform(name, args);
    const stream = this.#stream;
    return stream === undefined ? this.#dispatch : (_, name, args) => stream.perform(name, args);
  }
}

/**
 * @param {unknown} cause
 * @param {string} binding
 * @param {string} operation
 */
function asBindingError(cause, binding, operation) {
  if (cause instanceof BindingError) return cause;
  if (cause instanceof OperationError) return new BindingError(cause.code, binding, operation, cause.message, { cause });
  return new BindingError("bad_call", binding, operation, describe(cause), { cause });
}

/**
 * @param {Uint8Array} term
 * @returns {{ binding: string, operation: string, args: import("./etf.js").Term[] }}
 */
function decodeCall(term) {
  const call = decode(term);
  if (!(call instanceof Tuple) || call.elements.length !== 3) throw new TypeError("a host call is a tuple of three");
  const [binding, operation, args] = call.elements;
  if (!(binding instanceof Uint8Array)) throw new TypeError("the name of a binding is a binary");
  if (!(operation instanceof Uint8Array)) throw new TypeError("the name of an operation is a binary");
  if (!Array.isArray(args)) throw new TypeError("the arguments of a host call are a list");
  return { binding: utf8.decode(binding), operation: utf8.decode(operation), args };
}

/**
 * @param {Uint8Array} records
 * @returns {Generator<{ id: number, term: Uint8Array }>}
 */
function* parseCalls(records) {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  let offset = 0;
  while (offset < records.length) {
    const start = offset + RECORD_HEADER_BYTES;
    const end = start <= records.length ? start + view.getUint32(offset + 4, true) : Infinity;
    if (end > records.length) throw new WorkerError("E_VM_ABI", `the host call at ${offset} does not fit its records`);
    yield { id: view.getUint32(offset, true), term: records.slice(start, end) };
    offset = (end + 3) & ~3;
  }
}
