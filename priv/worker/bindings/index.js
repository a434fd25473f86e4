/**
 * From the name of a binding and an operation to the function that does it.
 *
 * Names come from the application and may come from a request in the end, so every step looks at own properties of
 * what configuration declared and at nothing else: `constructor` and a binding that is not declared are both unknown.
 */

/** A host call that failed, with all that the application needs to tell why. */
export class BindingError extends Error {
  /**
   * @param {string} code "unknown_binding", "unknown_operation", "not_available", "bad_call", "failed", or a kind's own
   * @param {string} binding
   * @param {string} operation
   * @param {string} message the cause
   * @param {ErrorOptions} [options]
   */
  constructor(code, binding, operation, message, options) {
    super(message, options);
    this.name = "BindingError";
    this.code = code;
    this.binding = binding;
    this.operation = operation;
  }

  /** @returns {import("../etf.js").TermObject} the `Term` of `{error, Term}` */
  toTerm() {
    const { binding, operation, code, message } = this;
    return { binding, operation, code, message };
  }
}

/**
 * @typedef {import("../etf.js").Term} Term
 * @typedef {(binding: string, operation: string, args: Term[], streams: Streams) => Promise<Term>} Dispatch
 * @typedef {import("../streams.js").Streams} Streams
 */

/**
 * @param {Readonly<Record<string, { kind: string, ambient?: boolean }>>} declared bindings of the configuration, by
 *   name; an ambient one needs nothing of `env`
 * @param {Readonly<Record<string, import("./kinds.js").BindingKind>>} kinds
 * @param {Record<string, unknown>} env
 * @returns {Dispatch} which throws a BindingError when there is no such operation, and otherwise does what the operation does
 */
export function createDispatch(declared, kinds, env) {
  /** @type {Map<string, Map<unknown, any>>} */
  const states = new Map();
  return (name, operationName, args, streams) => {
    const refuse = (/** @type {string} */ code, /** @type {string} */ message) =>
      new BindingError(code, name, operationName, message);
    const config = own(declared, name);
    if (config === undefined) throw refuse("unknown_binding", "no binding of this name is configured");
    const operations = own(kinds, config.kind)?.operations;
    if (operations === undefined) throw refuse("not_available", `this bundle has no binding kind "${config.kind}"`);
    const operation = own(operations, operationName);
    if (operation === undefined) throw refuse("unknown_operation", `kind "${config.kind}" has no such operation`);
    const binding = own(env, name);
    if (binding === undefined && !config.ambient) throw refuse("not_available", "the runtime does not provide this binding");
    return Promise.resolve(operation(binding, args, { config, state: stateOf(states, name), streams }));
  };
}

/**
 * @param {Map<string, Map<unknown, any>>} states
 * @param {string} name
 */
function stateOf(states, name) {
  const state = states.get(name) ?? new Map();
  states.set(name, state);
  return state;
}

/**
 * @template T
 * @param {Readonly<Record<string, T>>} record
 * @param {string} key
 * @returns {T | undefined}
 */
function own(record, key) {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
