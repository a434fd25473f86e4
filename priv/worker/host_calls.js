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
import { encode, TupleReader, viewOf } from "./etf.js";
import { LEVEL_ERROR } from "./logs.js";
import { ResponseStream } from "./response_stream.js";
import { Streams } from "./streams.js";

/** The binding of calls about bodies; no configuration can have it. */
const BODY_BINDING = "";

const RECORD_HEADER_BYTES = 8;
const CAST_ID = 0;

function ignore() {}

/** How an answer is to be taken: `docs/reference/host-abi.md`, `vm_reply`. */
export const REPLY_ERROR = 0;
export const REPLY_TERM = 1;
export const REPLY_BINARY = 2;

/** What a call is as long as it has not been read. @type {Readonly<Call>} */
const UNKNOWN_CALL = Object.freeze({ binding: "?", operation: "?", args: [] });

/**
 * @typedef {import("./etf.js").Term} Term
 * @typedef {{ id: number, kind: number, bytes: Uint8Array }} Answer bytes are an external term, or a binary as it is
 * @typedef {{ binding: string, operation: string, args: Term[] }} Call
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
  #wake = ignore; // ends the wait
  #wakeMs = 0;
  #alarm = new Alarm((clock) => this.#ring(clock));
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

  /**
   * @param {Uint8Array} bytes of which nothing is needed when this returns
   * @param {DataView} [view] of the same
   * @param {number} [start] of the first record
   * @param {number} [end] of the last one
   */
  start(bytes, view = viewOf(bytes), start = 0, end = bytes.length) {
    for (let at = start; at < end; ) {
      const termStart = at + RECORD_HEADER_BYTES;
      const termEnd = termStart <= end ? termStart + view.getUint32(at + 4, true) : Infinity;
      if (termEnd > end) throw new WorkerError("E_VM_ABI", `the host call at ${at - start} does not fit its records`);
      const id = view.getUint32(at, true);
      const term = new TupleReader(bytes, view, termStart, termEnd);
      if (id === CAST_ID) this.#background.waitUntil(this.#cast(term));
      else this.#call(id, term);
      at = (termEnd + 3) & ~3;
    }
  }

  /**
   * Waits until an answer is there, or for as long, or until it is interrupted.
   * @param {number} wakeMs monotonic
   * @param {number} nowMs
   * @param {import("./clock.js").Clock} clock which has come to `wakeMs` when nothing else has ended the wait
   * @returns {Promise<void> | undefined} undefined when there is nothing to wait for
   */
  answeredBy(wakeMs, nowMs, clock) {
    if (this.#answers.length > 0 || wakeMs <= nowMs) return undefined;
    this.#wakeMs = wakeMs;
    this.#alarm.set(wakeMs, clock);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Ends the wait of answeredBy before its time: there is something else to see. */
  interrupt() {
    const wake = this.#wake;
    this.#wake = ignore;
    wake();
  }

  /** An alarm may have been set for a wait before this one. @param {import("./clock.js").Clock} clock */
  #ring(clock) {
    if (this.#wake === ignore) return;
    if (clock.monotonicMs() < this.#wakeMs) this.#alarm.set(this.#wakeMs, clock);
    else this.interrupt();
  }

  /** @returns {Answer[]} */
  takeAnswers() {
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  /** @param {number} id @param {TupleReader} term */
  #call(id, term) {
    this.#running++;
    this.#perform(
      term,
      (value) => {
        const bytes = bytesOf(value);
        if (bytes === undefined) this.#answer(id, REPLY_TERM, encode(value));
        else this.#answer(id, REPLY_BINARY, bytes);
      },
      (error) => this.#answer(id, REPLY_ERROR, encode(error.toTerm())),
    );
  }

  /** @param {number} id @param {number} kind @param {Uint8Array} bytes */
  #answer(id, kind, bytes) {
    this.#running--;
    this.#answers.push({ id, kind, bytes });
    this.interrupt();
  }

  /** @param {TupleReader} term @returns {Promise<void>} */
  #cast(term) {
    return new Promise((resolve) => {
      this.#perform(term, () => resolve(), ({ binding, operation, code, message }) => {
        this.#background.log.write(LEVEL_ERROR, `binding ${binding}, ${operation}: ${message} (${code})`);
        resolve();
      });
    });
  }

  /**
   * By callbacks, because each promise between a call and its binding takes time of its own.
   * @param {TupleReader} term
   * @param {(value: Term) => void} done which throws for what is no term
   * @param {(error: BindingError) => void} failed
   */
  #perform(term, done, failed) {
    let call = UNKNOWN_CALL;
    let code = "bad_call";
    const fail = (/** @type {unknown} */ cause) => failed(asBindingError(cause, call, code));
    try {
      call = readCall(term);
      if (call.binding !== BODY_BINDING) code = "failed";
      this.#work(call).then((value) => {
        try {
          done(value);
        } catch (cause) {
          code = "bad_call";
          fail(cause);
        }
      }, fail);
    } catch (cause) {
      fail(cause);
    }
  }

  /** @param {Call} call @returns {Promise<Term>} */
  #work({ binding, operation, args }) {
    if (binding === BODY_BINDING) {
      if (Streams.has(operation)) return this.streams.perform(operation, args);
      if (this.#stream !== undefined) return this.#stream.perform(operation, args);
    }
    return this.#dispatch(binding, operation, args, this.streams);
  }
}

/**
 * @param {unknown} cause
 * @param {{ binding: string, operation: string }} call
 * @param {string} code of a cause that has none
 */
function asBindingError(cause, { binding, operation }, code) {
  if (cause instanceof BindingError) return cause;
  if (cause instanceof OperationError) return new BindingError(cause.code, binding, operation, cause.message, { cause });
  return new BindingError(code, binding, operation, describe(cause), { cause });
}

/**
 * @param {Term} value
 * @returns {Uint8Array | undefined} the bytes of what is a binary as it is
 */
function bytesOf(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof Uint8Array ? value : undefined;
}

/**
 * @param {TupleReader} term
 * @returns {Call}
 */
function readCall(term) {
  if (term.size() !== 3) throw new TypeError("a host call is a tuple of three");
  const binding = term.text("the name of a binding");
  const operation = term.text("the name of an operation");
  const args = term.last();
  if (!Array.isArray(args)) throw new TypeError("the arguments of a host call are a list");
  return { binding, operation, args };
}
