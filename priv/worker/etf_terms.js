/** The tags of the external term format, and the terms that JavaScript has no value of its own for. */

export const VERSION_MAGIC = 131;
export const NEW_FLOAT_EXT = 70;
export const SMALL_INTEGER_EXT = 97;
export const INTEGER_EXT = 98;
export const FLOAT_EXT = 99;
export const ATOM_EXT = 100;
export const SMALL_TUPLE_EXT = 104;
export const LARGE_TUPLE_EXT = 105;
export const NIL_EXT = 106;
export const STRING_EXT = 107;
export const LIST_EXT = 108;
export const BINARY_EXT = 109;
export const SMALL_BIG_EXT = 110;
export const LARGE_BIG_EXT = 111;
export const SMALL_ATOM_EXT = 115;
export const MAP_EXT = 116;
export const ATOM_UTF8_EXT = 118;
export const SMALL_ATOM_UTF8_EXT = 119;

export const MAX_DEPTH = 256;

export class Atom {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }
}

export class Tuple {
  /** @param {Term[]} elements */
  constructor(elements) {
    this.elements = elements;
  }
}

/** A number that stays a float although it is integral: `new Float(1)` is `1.0`. */
export class Float {
  /** @param {number} value */
  constructor(value) {
    this.value = value;
  }
}

/**
 * @typedef {Uint8Array | ArrayBuffer | string | number | bigint | boolean | null | Atom | Tuple | Float} Leaf
 * @typedef {Leaf | TermList | TermObject | TermMap} Term
 * @typedef {Term[]} TermList
 * @typedef {{ [key: string]: Term | undefined }} TermObject
 * @typedef {Map<any, any>} TermMap of terms; TypeScript takes the exact type for a circle
 */

export class EtfError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "EtfError";
  }
}
