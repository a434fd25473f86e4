/**
 * Kind "d1": D1, SQLite over HTTP. `priv/elixir/lib/elixir_workers/d1.ex` is the other end.
 *
 *     query     [session, sql, params]          %{rows, meta}
 *     batch     [session, [{sql, params}]]      [%{rows, meta}], one transaction
 *     bookmark  [session]                       text | nil
 *
 *     session   nil | {id, constraint}          the same id is the same session throughout a request
 *     param     nil, number, text | {:blob, bytes}
 *
 * D1 answers in JSON: a BLOB is an array of numbers there, and nothing else is an array.
 */

import { Tuple } from "../etf.js";
import { bytes, list, OperationError, text, tuple } from "./values.js";

/** @typedef {import("../etf.js").Term} Term */
/** @typedef {import("./kinds.js").Call} Call */

/** @type {import("./kinds.js").BindingKind} */
export default {
  operations: {
    async query(database, [session, sql, params], call) {
      const statement = prepare(connection(database, session, call), sql, params);
      return result(await performed(statement.all()));
    },

    async batch(database, [session, statements], call) {
      const open = connection(database, session, call);
      const prepared = list(statements, "statements").map((each) => {
        if (!(each instanceof Tuple)) throw new TypeError("a statement must be {sql, params}");
        return prepare(open, each.elements[0], each.elements[1]);
      });
      /** @type {D1Result[]} */
      const results = await performed(open.batch(prepared));
      return results.map(result);
    },

    async bookmark(database, [session], call) {
      return connection(database, session, call).getBookmark() ?? null;
    },
  },
};

/**
 * The database itself, or the session that was begun on it in this request.
 * @param {any} database
 * @param {Term | undefined} session
 * @param {Call} call
 */
function connection(database, session, { state }) {
  if (!(session instanceof Tuple)) return database;
  const [id, constraint] = session.elements;
  if (!state.has(id)) state.set(id, database.withSession(text(constraint, "a constraint or bookmark")));
  return state.get(id);
}

/**
 * @param {any} open
 * @param {Term | undefined} sql
 * @param {Term | undefined} params
 */
function prepare(open, sql, params) {
  return open.prepare(text(sql, "SQL")).bind(...list(params, "parameters").map(parameter));
}

/** @param {Term} term */
function parameter(term) {
  if (term instanceof Uint8Array) return text(term, "a text parameter");
  if (term instanceof Tuple) return bytes(term.elements[1], "a blob");
  return term;
}

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function performed(work) {
  try {
    return await work;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError(message.includes("SQLITE_CONSTRAINT") ? "constraint" : "failed", message, { cause });
  }
}

/**
 * @typedef {{ results?: Record<string, unknown>[], meta: Record<string, unknown> }} D1Result
 * @param {D1Result} answer
 */
function result({ results = [], meta }) {
  return { rows: results.map(row), meta: tuple(
    number(meta.changes), number(meta.last_row_id), number(meta.duration), number(meta.rows_read),
    number(meta.rows_written),
  ) };
}

/** @param {Record<string, unknown>} cells */
function row(cells) {
  return new Map(Object.entries(cells).map(([name, cell]) => [name, value(cell)]));
}

/** @param {unknown} cell @returns {Term} */
function value(cell) {
  return Array.isArray(cell) ? Uint8Array.from(cell) : /** @type {Term} */ (cell);
}

/** @param {unknown} value @returns {number} */
function number(value) {
  return typeof value === "number" ? value : 0;
}
