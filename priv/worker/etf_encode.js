/** JavaScript values -> external terms. */

import {
  ATOM_UTF8_EXT, Atom, BINARY_EXT, EtfError, Float, INTEGER_EXT, LARGE_BIG_EXT, LARGE_TUPLE_EXT, LIST_EXT,
  MAP_EXT, MAX_DEPTH, NEW_FLOAT_EXT, NIL_EXT, SMALL_ATOM_UTF8_EXT, SMALL_BIG_EXT, SMALL_INTEGER_EXT,
  SMALL_TUPLE_EXT, Tuple, VERSION_MAGIC,
} from "./etf_terms.js";

/** @typedef {import("./etf_terms.js").Term} Term */

const MAX_ATOM_CHARACTERS = 255;
const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
/** Up to here a loop over characters is faster than a call out of JavaScript. */
const MAX_LOOP_CHARACTERS = 64;
/** A writer that is kept for the next term may hold so much. */
const MAX_KEPT_BYTES = 65536;
const INITIAL_BYTES = 4096;

const utf8Encoder = new TextEncoder();

/**
 * @param {Term} term
 * @returns {Uint8Array} with the version byte 131 in front
 * @throws {EtfError} naming what has no external form
 */
export function encode(term) {
  const writer = keptWriter;
  writer.clear();
  writer.byte(VERSION_MAGIC);
  encodeTerm(writer, term, 0);
  return writer.taken();
}

/**
 * @param {Writer} writer
 * @param {unknown} term
 * @param {number} depth
 */
function encodeTerm(writer, term, depth) {
  if (depth > MAX_DEPTH) throw new EtfError(`nested deeper than ${MAX_DEPTH}`);
  switch (typeof term) {
    case "string":
      return encodeText(writer, term);
    case "number":
      return Number.isSafeInteger(term) ? encodeInteger(writer, term) : encodeFloat(writer, term);
    case "bigint":
      return encodeBigInt(writer, term);
    case "boolean":
      return encodeAtom(writer, String(term));
    case "object":
      return encodeObject(writer, term, depth);
    default:
      throw new EtfError(`a JavaScript ${typeof term} has no external form`);
  }
}

/**
 * @param {Writer} writer
 * @param {object | null} term
 * @param {number} depth
 */
function encodeObject(writer, term, depth) {
  if (term === null) return encodeAtom(writer, "nil");
  if (term instanceof Uint8Array) return encodeBinary(writer, term);
  if (term instanceof ArrayBuffer) return encodeBinary(writer, new Uint8Array(term));
  if (term instanceof Atom) return encodeAtom(writer, term.name);
  if (term instanceof Float) return encodeFloat(writer, term.value);
  if (term instanceof Tuple) return encodeTuple(writer, term.elements, depth);
  if (Array.isArray(term)) return encodeList(writer, term, depth);
  if (term instanceof Map) return encodePairs(writer, [...term], depth);
  const prototype = Object.getPrototypeOf(term);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new EtfError(`an object of class ${prototype.constructor?.name ?? "?"} has no external form`);
  }
  return encodePairs(writer, Object.entries(term).filter(([, value]) => value !== undefined), depth);
}

/** @param {Writer} writer @param {string} text */
function encodeText(writer, text) {
  writer.byte(BINARY_EXT);
  writer.utf8(text);
}

/** @param {Writer} writer @param {Uint8Array} bytes */
function encodeBinary(writer, bytes) {
  writer.byte(BINARY_EXT);
  writer.uint32(bytes.length);
  writer.bytes(bytes);
}

/** @param {Writer} writer @param {number} value */
function encodeInteger(writer, value) {
  if (value >= 0 && value <= 255) {
    writer.byte(SMALL_INTEGER_EXT);
    writer.byte(value);
  } else if (value >= INT32_MIN && value <= INT32_MAX) {
    writer.byte(INTEGER_EXT);
    writer.uint32(value >>> 0);
  } else {
    encodeBigInt(writer, BigInt(value));
  }
}

/** @param {Writer} writer @param {bigint} value */
function encodeBigInt(writer, value) {
  if (value >= INT32_MIN && value <= INT32_MAX) return encodeInteger(writer, Number(value));
  const digits = littleEndianBytes(value < 0n ? -value : value);
  if (digits.length <= 255) {
    writer.byte(SMALL_BIG_EXT);
    writer.byte(digits.length);
  } else {
    writer.byte(LARGE_BIG_EXT);
    writer.uint32(digits.length);
  }
  writer.byte(value < 0n ? 1 : 0);
  writer.bytes(digits);
}

/**
 * Through hexadecimal text, because shifting a BigInt byte by byte takes quadratic time.
 * @param {bigint} magnitude
 */
function littleEndianBytes(magnitude) {
  let hex = magnitude.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const end = hex.length - 2 * i;
    bytes[i] = Number.parseInt(hex.slice(end - 2, end), 16);
  }
  return bytes;
}

/** @param {Writer} writer @param {number} value */
function encodeFloat(writer, value) {
  if (!Number.isFinite(value)) throw new EtfError(`${value} has no external form`);
  writer.byte(NEW_FLOAT_EXT);
  writer.float64(value);
}

/** @param {Writer} writer @param {string} name */
function encodeAtom(writer, name) {
  const bytes = utf8Encoder.encode(name);
  if (name.length > MAX_ATOM_CHARACTERS && [...name].length > MAX_ATOM_CHARACTERS) {
    throw new EtfError(`an atom of more than ${MAX_ATOM_CHARACTERS} characters`);
  }
  if (bytes.length <= 255) {
    writer.byte(SMALL_ATOM_UTF8_EXT);
    writer.byte(bytes.length);
  } else {
    writer.byte(ATOM_UTF8_EXT);
    writer.uint16(bytes.length);
  }
  writer.bytes(bytes);
}

/** @param {Writer} writer @param {unknown[]} elements @param {number} depth */
function encodeTuple(writer, elements, depth) {
  if (elements.length <= 255) {
    writer.byte(SMALL_TUPLE_EXT);
    writer.byte(elements.length);
  } else {
    writer.byte(LARGE_TUPLE_EXT);
    writer.uint32(elements.length);
  }
  for (const element of elements) encodeTerm(writer, element, depth + 1);
}

/** @param {Writer} writer @param {unknown[]} elements @param {number} depth */
function encodeList(writer, elements, depth) {
  if (elements.length > 0) {
    writer.byte(LIST_EXT);
    writer.uint32(elements.length);
    for (const element of elements) encodeTerm(writer, element, depth + 1);
  }
  writer.byte(NIL_EXT);
}

/** @param {Writer} writer @param {[unknown, unknown][]} pairs @param {number} depth */
function encodePairs(writer, pairs, depth) {
  writer.byte(MAP_EXT);
  writer.uint32(pairs.length);
  for (const [key, value] of pairs) {
    encodeTerm(writer, key, depth + 1);
    encodeTerm(writer, value, depth + 1);
  }
}

/** Bytes that grow; numbers are big-endian as the format wants them. */
class Writer {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Starts again. */
  clear() {
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#allocate(INITIAL_BYTES);
    this.#length = 0;
  }

  taken() {
    return this.#bytes.slice(0, this.#length);
  }

  /** @param {number} value */
  byte(value) {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** @param {number} value */
  uint16(value) {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
  }

  /** @param {number} value */
  uint32(value) {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
  }

  /** @param {number} value */
  float64(value) {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** @param {Uint8Array} bytes */
  bytes(bytes) {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * Length and UTF-8 bytes, encoded in place.
   * @param {string} text
   */
  utf8(text) {
    this.#reserve(4 + text.length * 3);
    if (text.length <= MAX_LOOP_CHARACTERS && this.#ascii(text)) return;
    const { written } = utf8Encoder.encodeInto(text, this.#bytes.subarray(this.#length + 4));
    this.#view.setUint32(this.#length, written);
    this.#length += 4 + written;
  }

  /** @param {string} text @returns {boolean} whether it is ASCII, and written */
  #ascii(text) {
    const start = this.#length + 4;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      this.#bytes[start + i] = code;
    }
    this.uint32(text.length);
    this.#length += text.length;
    return true;
  }

  /** @param {number} more */
  #reserve(more) {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const full = this.#bytes.subarray(0, this.#length);
    this.#allocate(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.set(full);
  }

  /** @param {number} length */
  #allocate(length) {
    this.#bytes = new Uint8Array(length);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

/** Of one term at a time; nothing waits while a term is written. */
const keptWriter = new Writer();
