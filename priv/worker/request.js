/** A Request as the VM takes it: a head that becomes one external term, and a body of bytes, or a stream that it reads. */

import { OperationError } from "./bindings/values.js";
import { encode, Tuple } from "./etf.js";
import { WorkerError } from "./errors.js";

const NO_BYTES = new Uint8Array(0);

/**
 * @typedef {object} RequestConfig
 * @property {string} environment
 * @property {number} bodyLimitBytes
 * @property {import("./streamed_bodies.js").BodyLimitOf} streamedBodyLimitOf
 * @property {readonly string[]} vars names; nothing else of the environment enters the guest
 * @property {readonly string[]} secrets
 *
 * @typedef {{ head: Uint8Array, body: Uint8Array }} Input
 */

/**
 * @param {Request} request
 * @param {Record<string, unknown>} env
 * @param {RequestConfig} config
 * @param {string} requestId
 * @param {import("./streams.js").Streams} streams that a body joins which is not read here
 * @returns {Input | Promise<Input>} at once when there is no body to wait for
 */
export function readRequest(request, env, config, requestId, streams) {
  const head = requestHead(request, env, config, requestId);
  if (request.body === null) return { head: encode(head), body: NO_BYTES };
  const limitBytes = config.streamedBodyLimitOf(request.url);
  if (limitBytes === undefined) return readWhole(request, encode(head), config.bodyLimitBytes);
  const { readable, length } = limitedBody(request, request.body, limitBytes);
  head.body_stream = streams.add(readable, length);
  return { head: encode(head), body: NO_BYTES };
}

/**
 * @param {Request} request
 * @param {Uint8Array} head
 * @param {number} limitBytes of the body
 */
async function readWhole(request, head, limitBytes) {
  return { head, body: await readBody(request, limitBytes) };
}

/**
 * @param {Request} request
 * @param {Record<string, unknown>} env
 * @param {RequestConfig} config
 * @param {string} requestId
 * @returns {import("./etf.js").TermObject}
 */
export function requestHead(request, env, config, requestId) {
  return {
    method: request.method,
    url: request.url,
    headers: headerList(request.headers),
    env: selectedEnv(env, [...config.vars, ...config.secrets]),
    cf: /** @type {import("./etf.js").TermObject} */ (request.cf ?? {}), // JSON, and nobody else's
    request_id: requestId,
    environment: config.environment,
  };
}

/**
 * Names arrive in lower case, and once per field except for `set-cookie`: the runtime joins the others with `, `. It
 * has also read each value as UTF-8, with U+FFFD for what is none.
 * @param {Headers} headers
 */
function headerList(headers) {
  /** @type {Tuple[]} */
  const list = [];
  headers.forEach((value, name) => list.push(new Tuple([name.toLowerCase(), value])));
  return list;
}

/**
 * @param {Record<string, unknown>} env
 * @param {string[]} names of what may enter the guest
 */
export function selectedEnv(env, names) {
  /** @type {Map<string, import("./etf.js").Term>} */
  const selected = new Map();
  for (const name of names) {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined) selected.set(name, asTerm(value));
  }
  return selected;
}

/**
 * A JSON value with its type; a member without a JSON form is left out.
 * @param {unknown} value
 * @returns {import("./etf.js").Term}
 */
function asTerm(value) {
  return JSON.parse(JSON.stringify(value) ?? "null");
}

/**
 * The whole body, refused at the first byte beyond the limit, or before the first when its length is announced.
 * @param {Request} request
 * @param {number} limitBytes
 * @returns {Promise<Uint8Array>}
 * @throws {WorkerError} E_BODY_TOO_LARGE, E_BODY_READ
 */
export async function readBody(request, limitBytes) {
  if (request.body === null) return NO_BYTES;
  const announcedBytes = Number(request.headers.get("content-length") ?? 0);
  if (announcedBytes > limitBytes) throw tooLarge(limitBytes);
  const reader = request.body.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(unreadable);
    if (done) return joined(chunks, length);
    length += value.byteLength;
    if (length > limitBytes) {
      // Not awaited: the client may never stop sending, and the answer must not wait for it.
      reader.cancel().catch(() => {});
      throw tooLarge(limitBytes);
    }
    chunks.push(value);
  }
}

/**
 * The body as it comes in, which fails at the first byte beyond the limit. One whose length is announced cannot have more
 * than that: the runtime sees to it.
 * @param {Request} request
 * @param {ReadableStream<Uint8Array>} body
 * @param {number} limitBytes
 * @returns {import("./streams.js").Body}
 * @throws {WorkerError} E_BODY_TOO_LARGE when it is announced to be
 */
function limitedBody(request, body, limitBytes) {
  const announced = request.headers.get("content-length");
  if (announced === null) return { readable: body.pipeThrough(limiter(limitBytes)), length: null };
  const length = Number(announced);
  if (length > limitBytes) throw tooLarge(limitBytes);
  return { readable: body, length };
}

/** @param {number} limitBytes @returns {TransformStream<Uint8Array, Uint8Array>} */
function limiter(limitBytes) {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      length += chunk.byteLength;
      if (length > limitBytes) throw new OperationError("too_large", tooLarge(limitBytes).message);
      controller.enqueue(chunk);
    },
  });
}

/** @param {number} limitBytes */
function tooLarge(limitBytes) {
  return new WorkerError("E_BODY_TOO_LARGE", `the request body is larger than ${limitBytes} bytes`);
}

/** @param {unknown} cause @returns {never} */
function unreadable(cause) {
  throw new WorkerError("E_BODY_READ", "the request body ended before its end", { cause });
}

/** @param {Uint8Array[]} chunks @param {number} length */
function joined(chunks, length) {
  if (chunks.length === 1) return /** @type {Uint8Array} */ (chunks[0]);
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
