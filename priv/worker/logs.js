/**
 * What the VM has to say, on the worker's console: one call per record, with level and request id in front.
 *
 *     record: level u8, 0 u8, 0 u16, length u32, bytes, padding to 4
 */

const LEVELS = Object.freeze([
  "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency", "stdout", "stderr",
]);
export const LEVEL_WARNING = 3;
export const LEVEL_ERROR = 4;
export const LEVEL_STDOUT = 8;
export const LEVEL_STDERR = 9;

const METHODS = Object.freeze(
  /** @type {const} */ (["debug", "info", "info", "warn", "error", "error", "error", "error", "log", "error"]),
);

const RECORD_HEADER_BYTES = 8;
const MAX_PENDING_LINE_CHARACTERS = 65536;
/** What is shorter may be in any text. */
const MIN_SECRET_CHARACTERS = 8;

const utf8 = new TextDecoder();

/** @typedef {Pick<Console, "debug" | "info" | "warn" | "error" | "log">} ConsoleLike */

/**
 * Secrets are not for logs, which a failure would tell with the conn that it happened to: their names stand for them.
 * @param {Record<string, unknown>} env
 * @param {readonly string[]} names
 * @returns {(text: string) => string}
 */
export function withoutSecrets(env, names) {
  /** @type {[value: string, name: string][]} */
  const hidden = [];
  for (const name of names) {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (typeof value !== "string" || value.length < MIN_SECRET_CHARACTERS) continue;
    const inspected = JSON.stringify(value).slice(1, -1); // Elixir escapes the same characters
    hidden.push([value, `[${name}]`], [inspected, `[${name}]`]);
  }
  hidden.sort(([one], [other]) => other.length - one.length); // one may be a part of another
  return (text) => hidden.reduce((safe, [value, name]) => safe.replaceAll(value, () => name), text);
}

/** The log of one request. */
export class RequestLog {
  #requestId;
  #console;
  #safe;
  /** Pieces of lines of the printing levels, of those that were printed to. @type {Map<number, LineBuffer>} */
  #streams = new Map();

  /**
   * @param {string} requestId
   * @param {ConsoleLike} [target]
   * @param {(text: string) => string} [safe] the text as it may be written
   */
  constructor(requestId, target = console, safe = (text) => text) {
    this.#requestId = requestId;
    this.#console = target;
    this.#safe = safe;
  }

  /**
   * @param {number} level
   * @param {string} text
   */
  write(level, text) {
    const method = METHODS[level] ?? "error";
    this.#console[method](`[${LEVELS[level] ?? `level ${level}`}] ${this.#requestId} ${this.#safe(text)}`);
  }

  /**
   * Printed text arrives in pieces that know nothing of lines or characters; it leaves as whole lines.
   * @param {number} level LEVEL_STDOUT or LEVEL_STDERR
   * @param {Uint8Array} bytes
   */
  print(level, bytes) {
    let stream = this.#streams.get(level);
    if (stream === undefined) this.#streams.set(level, (stream = new LineBuffer()));
    for (const line of stream.add(bytes)) this.write(level, line);
  }

  /** @param {Uint8Array} records as the VM lays them out */
  add(records) {
    parseRecords(records, (level, bytes) => {
      if (level === LEVEL_STDOUT || level === LEVEL_STDERR) this.print(level, bytes);
      else this.write(level, utf8.decode(bytes));
    });
  }

  /** Writes out what was printed without a newline at its end. */
  flush() {
    for (const [level, stream] of this.#streams) {
      const rest = stream.rest();
      if (rest !== "") this.write(level, rest);
    }
  }
}

/**
 * @param {Uint8Array} records
 * @param {(level: number, bytes: Uint8Array) => void} each gets a view
 * @throws {RangeError} when a length reaches beyond the end
 */
export function parseRecords(records, each) {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  let offset = 0;
  while (offset < records.length) {
    const level = view.getUint8(offset);
    const length = view.getUint32(offset + 4, true);
    const start = offset + RECORD_HEADER_BYTES;
    if (start + length > records.length) throw new RangeError(`log record at ${offset}: ${length} bytes do not fit`);
    each(level, records.subarray(start, start + length));
    offset = (start + length + 3) & ~3;
  }
}

class LineBuffer {
  #decoder = new TextDecoder();
  #pending = "";

  /** @param {Uint8Array} bytes */
  add(bytes) {
    const lines = (this.#pending + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#pending = /** @type {string} */ (lines.pop());
    if (this.#pending.length > MAX_PENDING_LINE_CHARACTERS) {
      lines.push(this.#pending);
      this.#pending = "";
    }
    return lines;
  }

  rest() {
    const rest = this.#pending + this.#decoder.decode();
    this.#pending = "";
    return rest;
  }
}
