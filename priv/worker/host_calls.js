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
import { encode, TupleReader } from "./etf.js";
import { LEVEL_ERROR } from "./logs.js";
import { ResponseStream } from "./response_stream.js";
import { Streams } from "./streams.js";

/** The binding of calls about bodies; no configuration can have it. */
const BODY_BINDING = "";

const RECORD_HEADER_BYTES = 8;
const CAST_ID = 0;

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

  /** @param {Uint8Array} records which may be a view: nothing of it is needed when this returns */
  start(records) {
    eachCall(records, (id, term) => {
      if (id === CAST_ID) this.#background.waitUntil(this.#cast(term));
      else this.#call(id, term);
    });
  }

  /**
   * Waits until an answer is there, or for as long, or until it is interrupted.
   * @param {number} wakeMs monotonic
   * @param {import("./clock.js").Clock} clock which has come to `wakeMs` when nothing else has ended the wait
   * @returns {Promise<void>}
   */
  answeredBy(wakeMs, clock) {
    return new Promise((resolve) => {
      this.#wake = (interrupted) => {
        if (!interrupted && this.#answers.length === 0 && clock.monotonicMs() < wakeMs) {
          this.#alarm.set(wakeMs, clock);
          return;
        }
        this.#wake = ignore;
        resolve();
      };
      this.#wake(false);
    });
  }

  /** Ends the wait of answeredBy before its time: there is something else to see. */
  interrupt() {
    this.#wake(true);
  }

  /** @returns {Answer[]} */
  takeAnswers() {
    return this.#answers.splice(0);
  }

  /** @param {number} id @param {Uint8Array} term */
  #call(id, term) {
    this.#running++;
    const answer = (/** @type {boolean} */ ok, /** @type {Uint8Array} */ result) => {
      this.#running--;
      this.#answers.push({ id, ok, term: result });
      this.#wake(false);
    };
    this.#perform(term, (result) => answer(true, result), (error) => answer(false, encode(error.toTerm())));
  }

  /** @param {Uint8Array} term @returns {Promise<void>} */
  #cast(term) {
    return new Promise((resolve) => {
      this.#perform(term, () => resolve(), ({ binding, operation, code, message }) => {
        this.#background.log.write(LEVEL_ERROR, `binding ${binding}, ${operation}: ${message} (${code})`);
        resolve();
      });
    });
  }

  /**
   * By callbacks, because each async function between a call and its binding takes time of its own.
   * @param {Uint8Array} term
   * @param {(result: Uint8Array) => void} done with an external term
   * @param {(error: BindingError) => void} failed
   */
  #perform(term, done, failed) {
    let [binding, operation] = ["?", "?"];
    const fail = (/** @type {unknown} */ cause) => failed(asBindingError(cause, binding, operation));
    try {
      const call = decodeCall(term);
      [binding, operation] = [call.binding, call.operation];
      const work = this.#performer(binding, operation)(binding, operation, call.args, this.streams);
      work.then((value) => {
        let result;
        try {
          result = encode(value);
        } catch (cause) {
          return fail(cause);
        }
        done(result);
      }, fail);
    } catch (cause) {
      fail(cause);
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
  const call = new TupleReader(term);
  if (call.size !== 3) throw new TypeError("a host call is a tuple of three");
  const binding = call.text("the name of a binding");
  const operation = call.text("the name of an operation");
  const args = call.last();
  if (!Array.isArray(args)) throw new TypeError("the arguments of a host call are a list");
  return { binding, operation, args };
}

/**
 * @param {Uint8Array} records
 * @param {(id: number, term: Uint8Array) => void} each gets a view
 */
function eachCall(records, each) {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  let offset = 0;
  while (offset < records.length) {
    const start = offset + RECORD_HEADER_BYTES;
    const end = start <= records.length ? start + view.getUint32(offset + 4, true) : Infinity;
    if (end > records.length) throw new WorkerError("E_VM_ABI", `the host call at ${offset} does not fit its records`);
    each(view.getUint32(offset, true), records.subarray(start, end));
    offset = (end + 3) & ~3;
  }
}
