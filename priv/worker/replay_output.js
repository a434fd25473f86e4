/**
 * What a machine writes in one round: what the application prints, log records, and the outcome of the round.
 *
 *     stdout   printed bytes, with frames in between
 *     frame    token, kind u8, level u8, length u32, bytes
 *
 * Only who has read stdin knows the token, so nothing that is printed is taken for a frame.
 */

import { LEVEL_STDERR, LEVEL_STDOUT } from "./logs.js";

export const TOKEN_BYTES = 16;
const FRAME_HEADER_BYTES = TOKEN_BYTES + 6;
const KIND_LOG = 0;
const KIND_OUTCOME = 1;

/**
 * @typedef {{ level: number, bytes: Uint8Array }} Record LEVEL_STDOUT: printed
 * @typedef {{ records: Record[], outcome: Uint8Array | undefined }} Output
 */

/**
 * @param {Uint8Array} stdout
 * @param {Uint8Array} token
 * @returns {Output}
 */
export function parseOutput(stdout, token) {
  const view = new DataView(stdout.buffer, stdout.byteOffset, stdout.byteLength);
  /** @type {Record[]} */
  const records = [];
  let outcome;
  let start = 0;
  for (;;) {
    const at = indexOf(stdout, token, start);
    const printed = stdout.subarray(start, at);
    if (printed.length > 0) records.push({ level: LEVEL_STDOUT, bytes: printed });
    if (at + FRAME_HEADER_BYTES > stdout.length) return { records, outcome };
    const bytesStart = at + FRAME_HEADER_BYTES;
    const end = Math.min(bytesStart + view.getUint32(at + TOKEN_BYTES + 2, true), stdout.length);
    const bytes = stdout.subarray(bytesStart, end);
    const kind = view.getUint8(at + TOKEN_BYTES);
    if (kind === KIND_LOG) records.push({ level: view.getUint8(at + TOKEN_BYTES + 1), bytes });
    if (kind === KIND_OUTCOME) outcome = bytes;
    start = end;
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} token
 * @param {number} start
 * @returns {number} the length of the bytes when it is not there
 */
function indexOf(bytes, token, start) {
  const last = bytes.length - token.length;
  for (let at = start; (at = bytes.indexOf(/** @type {number} */ (token[0]), at)) !== -1 && at <= last; at++) {
    if (token.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return bytes.length;
}

/** The log of a request whose machine says everything again in each round: what is new goes to the log. */
export class ReplayLog {
  #log;
  #records = 0; // written, but for those that are printed
  #printedBytes = new Map([[LEVEL_STDOUT, 0], [LEVEL_STDERR, 0]]);

  /** @param {import("./logs.js").RequestLog} log */
  constructor(log) {
    this.#log = log;
  }

  /**
   * @param {Record[]} records of a round
   * @param {Uint8Array} stderr of the same
   */
  add(records, stderr) {
    let count = 0;
    const printedBytes = new Map([[LEVEL_STDOUT, 0], [LEVEL_STDERR, 0]]);
    for (const { level, bytes } of [...records, { level: LEVEL_STDERR, bytes: stderr }]) {
      const before = printedBytes.get(level);
      if (before === undefined) {
        if (++count > this.#records) this.#log.write(level, new TextDecoder().decode(bytes));
      } else {
        const known = Math.max(0, /** @type {number} */ (this.#printedBytes.get(level)) - before);
        if (bytes.length > known) this.#log.print(level, bytes.subarray(known));
        printedBytes.set(level, before + bytes.length);
      }
    }
    this.#records = Math.max(count, this.#records);
    for (const [level, bytes] of printedBytes) {
      this.#printedBytes.set(level, Math.max(bytes, /** @type {number} */ (this.#printedBytes.get(level))));
    }
  }
}
