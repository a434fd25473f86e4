/**
 * What a binding kind needs to take arguments apart and to fail with a code of its own.
 *
 * Arguments are terms as `etf.js` decodes them: every Elixir string is a Uint8Array.
 */

import { Tuple } from "../etf.js";
import { utf8Text } from "../utf8.js";

/** @typedef {import("../etf.js").Term} Term */

/** A failure whose code the application may tell apart: it becomes `:code` of `ElixirWorkers.BindingError`. */
export class OperationError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = "OperationError";
    this.code = code;
  }
}

/**
 * @param {Term | undefined} term
 * @param {string} what it is, for the message
 * @returns {string}
 */
export function text(term, what) {
  if (!(term instanceof Uint8Array)) throw new TypeError(`${what} must be a string`);
  try {
    return utf8Text(term, 0, term.length);
  } catch {
    throw new TypeError(`${what} must be UTF-8`);
  }
}

/**
 * @param {Term | undefined} term
 * @param {string} what
 * @returns {string | undefined} undefined for nil
 */
export function optionalText(term, what) {
  return term === null || term === undefined ? undefined : text(term, what);
}

/**
 * @param {Term | undefined} term
 * @param {string} what
 * @returns {Uint8Array}
 */
export function bytes(term, what) {
  if (!(term instanceof Uint8Array)) throw new TypeError(`${what} must be a binary`);
  return term;
}

/**
 * @param {Term | undefined} term
 * @param {string} what
 * @returns {number | undefined} undefined for nil
 */
export function optionalInteger(term, what) {
  if (term === null || term === undefined) return undefined;
  if (!Number.isSafeInteger(term)) throw new TypeError(`${what} must be an integer within ±2^53`);
  return /** @type {number} */ (term);
}

/**
 * @param {Term | undefined} term
 * @param {string} what
 * @returns {Term[]}
 */
export function list(term, what) {
  if (!Array.isArray(term)) throw new TypeError(`${what} must be a list`);
  return term;
}

/**
 * A map with string keys; members that are nil are left out.
 * @param {Term | undefined} term
 * @param {string} what
 * @returns {Map<string, Term>}
 */
export function record(term, what) {
  if (!(term instanceof Map)) throw new TypeError(`${what} must be a map`);
  const members = [...term].filter(([, value]) => value !== null);
  return new Map(members.map(([key, value]) => [text(key, `a key of ${what}`), value]));
}

/**
 * @param {Term | undefined} term
 * @param {string} what
 * @returns {Term[]} of a tuple
 */
export function elements(term, what) {
  if (!(term instanceof Tuple)) throw new TypeError(`${what} must be a tuple`);
  return term.elements;
}

/** @param {Term[]} elements */
export function tuple(...elements) {
  return new Tuple(elements);
}
