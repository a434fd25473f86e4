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
  /** @type {Map<string, Target>} */
  const targets = new Map();
  return (name, operationName, args, streams) => {
    const refuse = (/** @type {string} */ code, /** @type {string} */ message) =>
      new BindingError(code, name, operationName, message);
    let target = targets.get(name);
    if (target === undefined) {
      target = targetOf(name, declared, kinds, env, refuse);
      targets.set(name, target);
    }
    let operation = target.operations.get(operationName);
    if (operation === undefined) {
      operation = operationOf(operationName, target, refuse);
      target.operations.set(operationName, operation);
    }
    return Promise.resolve(operation(target.binding, args, { config: target.config, state: target.state, streams }));
  };
}

/**
 * What a name has been found to mean; a look into a Map is all that the next call takes.
 * @typedef {object} Target
 * @property {unknown} binding
 * @property {{ kind: string, ambient?: boolean }} config
 * @property {import("./kinds.js").BindingKind} kind
 * @property {Map<string, import("./kinds.js").Operation>} operations those that have been called
 * @property {Map<unknown, any>} state
 *
 * @typedef {(code: string, message: string) => BindingError} Refuse
 */

/**
 * @param {string} name
 * @param {Readonly<Record<string, { kind: string, ambient?: boolean }>>} declared
 * @param {Readonly<Record<string, import("./kinds.js").BindingKind>>} kinds
 * @param {Record<string, unknown>} env
 * @param {Refuse} refuse
 * @returns {Target}
 */
function targetOf(name, declared, kinds, env, refuse) {
  const config = own(declared, name);
  if (config === undefined) throw refuse("unknown_binding", "no binding of this name is configured");
  const kind = own(kinds, config.kind);
  if (kind === undefined) throw refuse("not_available", `this bundle has no binding kind "${config.kind}"`);
  return { binding: own(env, name), config, kind, operations: new Map(), state: new Map() };
}

/**
 * @param {string} name
 * @param {Target} target
 * @param {Refuse} refuse
 */
function operationOf(name, { binding, config, kind }, refuse) {
  const operation = own(kind.operations, name);
  if (operation === undefined) throw refuse("unknown_operation", `kind "${config.kind}" has no such operation`);
  if (binding === undefined && !config.ambient) throw refuse("not_available", "the runtime does not provide this binding");
  return operation;
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
