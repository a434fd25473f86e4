/**
 * The binding kinds of this bundle, by the name that configuration gives them (`kind = "kv"`).
 *
 * @typedef {object} BindingKind
 * @property {Record<string, Operation>} operations own properties only are called
 *
 * @callback Operation
 * @param {any} binding what the runtime put into `env` under the binding's name
 * @param {import("../etf.js").Term[]} args
 * @param {object} config the binding's own table of the configuration
 * @returns {import("../etf.js").Term | Promise<import("../etf.js").Term>}
 */

/** @type {Readonly<Record<string, BindingKind>>} */
export default Object.freeze({});
