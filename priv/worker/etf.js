/**
 * External term format (erl_ext_dist), the part that crosses between the worker and the VM.
 *
 *     Erlang                JavaScript, decoded          JavaScript, encoded
 *     binary                Uint8Array                   Uint8Array | ArrayBuffer | string (as UTF-8)
 *     integer               number, bigint beyond ±2^53  integral number | bigint
 *     float                 number                       other number | Float
 *     true, false, nil      true, false, null            boolean, null
 *     other atom            Atom                         Atom
 *     proper list           Array                        Array
 *     tuple                 Tuple                        Tuple
 *     map                   Map                          Map | plain object (keys become binaries)
 *
 * `undefined` members of an object are left out; anywhere else `undefined` is an error, as are functions, symbols,
 * pids, references, funs and bit strings: none of them means anything on the other side.
 */

export { decode, TupleReader, viewOf } from "./etf_decode.js";
export { encode } from "./etf_encode.js";
export { Atom, EtfError, Float, Tuple } from "./etf_terms.js";

/** @typedef {import("./etf_terms.js").Term} Term */
/** @typedef {import("./etf_terms.js").TermObject} TermObject */
