/** External terms -> JavaScript values; every length is checked before it is believed. */

import {
  ATOM_EXT, ATOM_UTF8_EXT, Atom, BINARY_EXT, EtfError, FLOAT_EXT, INTEGER_EXT, LARGE_BIG_EXT, LARGE_TUPLE_EXT,
  LIST_EXT, MAP_EXT, MAX_DEPTH, NEW_FLOAT_EXT, NIL_EXT, SMALL_ATOM_EXT, SMALL_ATOM_UTF8_EXT, SMALL_BIG_EXT,
  SMALL_INTEGER_EXT, SMALL_TUPLE_EXT, STRING_EXT, Tuple, VERSION_MAGIC,
} from "./etf_terms.js";
import { utf8Text } from "./utf8.js";

/** @typedef {import("./etf_terms.js").Term} Term */

const FLOAT_EXT_BYTES = 31;
/** Up to here a loop over bytes is faster than a call out of JavaScript. */
const MAX_LOOP_BYTES = 64;

/**
 * @param {Uint8Array} bytes one whole external term
 * @returns {Term}
 * @throws {EtfError} naming the offset and the cause
 */
export function decode(bytes) {
  const reader = new Reader(bytes, viewOf(bytes), 0, bytes.length);
  const magic = reader.byte();
  if (magic !== VERSION_MAGIC) throw new EtfError(`offset 0: version ${magic}, expected ${VERSION_MAGIC}`);
  const term = decodeTerm(reader, 0);
  reader.end();
  return term;
}

/** The elements of an external term that is a tuple, one after the other; its texts are not copied first. */
export class TupleReader {
  #reader;

  /**
   * @param {Uint8Array} bytes which hold the term
   * @param {DataView} view of the same
   * @param {number} start where it begins
   * @param {number} end where it has to end
   */
  constructor(bytes, view, start, end) {
    this.#reader = new Reader(bytes, view, start, end);
  }

  /** @returns {number} of the tuple's elements, which are read after this; 0 when the term is none */
  size() {
    const isTuple = this.#reader.byte() === VERSION_MAGIC && this.#reader.byte() === SMALL_TUPLE_EXT;
    return isTuple ? this.#reader.byte() : 0;
  }

  /** @param {string} what the next element is, which has to be a binary */
  text(what) {
    if (this.#reader.byte() !== BINARY_EXT) throw new TypeError(`${what} is a binary`);
    return this.#reader.utf8(this.#reader.uint32(), what);
  }

  /** @returns {Term} behind which nothing may follow */
  last() {
    const term = decodeTerm(this.#reader, 1);
    this.#reader.end();
    return term;
  }
}

/**
 * @param {Reader} reader
 * @param {number} depth
 * @returns {Term}
 */
function decodeTerm(reader, depth) {
  if (depth > MAX_DEPTH) reader.fail(`nested deeper than ${MAX_DEPTH}`);
  const tag = reader.byte();
  switch (tag) {
    case SMALL_INTEGER_EXT:
      return reader.byte();
    case INTEGER_EXT:
      return reader.uint32() | 0;
    case SMALL_BIG_EXT:
      return decodeBig(reader, reader.byte());
    case LARGE_BIG_EXT:
      return decodeBig(reader, reader.uint32());
    case NEW_FLOAT_EXT:
      return reader.float64();
    case FLOAT_EXT:
      return decodeTextFloat(reader);
    case SMALL_ATOM_UTF8_EXT:
      return decodeAtom(reader.utf8(reader.byte(), "an atom"));
    case ATOM_UTF8_EXT:
      return decodeAtom(reader.utf8(reader.uint16(), "an atom"));
    case SMALL_ATOM_EXT:
      return decodeAtom(latin1(reader.bytes(reader.byte())));
    case ATOM_EXT:
      return decodeAtom(latin1(reader.bytes(reader.uint16())));
    case BINARY_EXT:
      return reader.copy(reader.uint32());
    case STRING_EXT:
      return [...reader.bytes(reader.uint16())];
    case NIL_EXT:
      return [];
    case LIST_EXT:
      return decodeList(reader, depth);
    case SMALL_TUPLE_EXT:
      return new Tuple(decodeElements(reader, reader.byte(), depth));
    case LARGE_TUPLE_EXT:
      return new Tuple(decodeElements(reader, reader.uint32(), depth));
    case MAP_EXT:
      return decodeMap(reader, depth);
    default:
      return reader.fail(`tag ${tag} does not cross into JavaScript`, 1);
  }
}

/** @param {Reader} reader @param {number} length @returns {number | bigint} */
function decodeBig(reader, length) {
  const negative = reader.byte() !== 0;
  const digits = reader.bytes(length);
  let hex = "";
  for (let i = digits.length - 1; i >= 0; i--) hex += /** @type {number} */ (digits[i]).toString(16).padStart(2, "0");
  const magnitude = BigInt(`0x${hex === "" ? "0" : hex}`);
  const value = negative ? -magnitude : magnitude;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** @param {Reader} reader */
function decodeTextFloat(reader) {
  const text = latin1(reader.bytes(FLOAT_EXT_BYTES)).replace(/\0+$/, "");
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) reader.fail(`${JSON.stringify(text)} is not a float`, FLOAT_EXT_BYTES);
  return value;
}

/** @param {string} name @returns {Term} */
function decodeAtom(name) {
  if (name === "true") return true;
  if (name === "false") return false;
  if (name === "nil") return null;
  return new Atom(name);
}

/** @param {Reader} reader @param {number} depth */
function decodeList(reader, depth) {
  const elements = decodeElements(reader, reader.uint32(), depth);
  if (reader.byte() !== NIL_EXT) reader.fail("an improper list does not cross into JavaScript", 1);
  return elements;
}

/** @param {Reader} reader @param {number} count @param {number} depth */
function decodeElements(reader, count, depth) {
  reader.need(count); // every element takes at least one byte: a lying count fails before memory is taken
  /** @type {Term[]} */
  const elements = [];
  for (let i = 0; i < count; i++) elements.push(decodeTerm(reader, depth + 1));
  return elements;
}

/** @param {Reader} reader @param {number} depth */
function decodeMap(reader, depth) {
  const count = reader.uint32();
  /** @type {import("./etf_terms.js").TermMap} */
  const map = new Map();
  for (let i = 0; i < count; i++) {
    const key = decodeTerm(reader, depth + 1);
    map.set(key, decodeTerm(reader, depth + 1));
  }
  return map;
}

/** @param {Uint8Array} bytes */
function latin1(bytes) {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** @param {Uint8Array} bytes */
export function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Each access is checked against the end of the term before it is made. */
class Reader {
  #bytes;
  #view;
  #start;
  #end;
  offset;

  /**
   * @param {Uint8Array} bytes
   * @param {DataView} view of the same
   * @param {number} start
   * @param {number} end
   */
  constructor(bytes, view, start, end) {
    this.#bytes = bytes;
    this.#view = view;
    this.#start = start;
    this.#end = end;
    this.offset = start;
  }

  /** @param {number} length */
  need(length) {
    const left = this.#end - this.offset;
    if (length > left) this.fail(`${length} bytes wanted, ${left} left`);
  }

  byte() {
    this.need(1);
    return this.#view.getUint8(this.offset++);
  }

  uint16() {
    this.need(2);
    this.offset += 2;
    return this.#view.getUint16(this.offset - 2);
  }

  uint32() {
    this.need(4);
    this.offset += 4;
    return this.#view.getUint32(this.offset - 4);
  }

  float64() {
    this.need(8);
    this.offset += 8;
    return this.#view.getFloat64(this.offset - 8);
  }

  /** @param {number} length @returns {Uint8Array} a view, not a copy */
  bytes(length) {
    this.need(length);
    this.offset += length;
    return this.#bytes.subarray(this.offset - length, this.offset);
  }

  /** @param {number} length @returns {Uint8Array} */
  copy(length) {
    this.need(length);
    const start = this.offset;
    this.offset += length;
    if (length > MAX_LOOP_BYTES) return this.#bytes.slice(start, this.offset);
    const copy = new Uint8Array(length);
    for (let i = 0; i < length; i++) copy[i] = /** @type {number} */ (this.#bytes[start + i]);
    return copy;
  }

  /** @param {number} length @param {string} what it is */
  utf8(length, what) {
    this.need(length);
    this.offset += length;
    try {
      return utf8Text(this.#bytes, this.offset - length, this.offset);
    } catch {
      return this.fail(`${what} that is not UTF-8`, length);
    }
  }

  end() {
    const left = this.#end - this.offset;
    if (left > 0) this.fail(`${left} bytes after the term`);
  }

  /**
   * @param {string} cause
   * @param {number} [back] bytes already read of what is at fault
   * @returns {never}
   */
  fail(cause, back = 0) {
    throw new EtfError(`offset ${this.offset - this.#start - back}: ${cause}`);
  }
}
