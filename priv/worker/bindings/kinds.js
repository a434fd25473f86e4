/**
 * The binding kinds of this bundle, by the name that configuration gives them (`kind = "kv"`).
 * A build writes this file anew, with the kinds that its bindings are of.
 *
 * @typedef {object} BindingKind
 * @property {Record<string, Operation>} operations own properties only are called
 *
 * @callback Operation
 * @param {any} binding what the runtime put into `env` under the binding's name; undefined for a kind without a wrangler key
 * @param {import("../etf.js").Term[]} args
 * @param {Call} call
 * @returns {import("../etf.js").Term | Promise<import("../etf.js").Term>}
 *
 * @typedef {object} Call
 * @property {Readonly<Record<string, unknown>>} config the binding's own table of the configuration
 * @property {Map<unknown, any>} state of this binding in this request, for what must live longer than one call
 * @property {import("../streams.js").Streams} streams of this request: bodies that are not bytes, both ways
 */

/** @type {Readonly<Record<string, BindingKind>>} */
export default Object.freeze({});
