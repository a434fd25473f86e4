/**
 * Kind "fetch": outgoing HTTP. `lib/elixir_workers/fetch.ex` is the other end.
 *
 *     request  [method, url, headers, body | nil, options]   %{status, headers, url, body | nil}
 *
 * Options are a map: length of the body, timeout_ms and max_redirects, which stand in for those of the configuration.
 * Redirects are followed here, and not by the runtime, because each of them has to be on the allow-list.
 */

import { OperationError, elements, list, optionalInteger, record, text, tuple } from "./values.js";

const DEFAULT_TIMEOUT_MS = 20_000;
const DEFAULT_MAX_REDIRECTS = 5;
/** Fetch, "redirect status". */
const REDIRECT_STATUSES = [301, 302, 303, 307, 308];
/** What describes a body, and what is nobody else's business: dropped with the body, and on the way to another origin. */
const BODY_HEADERS = ["content-type", "content-length", "content-encoding", "content-language", "content-location"];
const SECRET_HEADERS = ["authorization", "cookie", "proxy-authorization"];

/**
 * @typedef {{ readable: ReadableStream<Uint8Array>, length: number | null }} Body
 *
 * @typedef {object} Outgoing
 * @property {string} method
 * @property {URL} url
 * @property {Headers} headers
 * @property {Uint8Array | Body | null} body
 * @property {AbortSignal} signal
 *
 * @typedef {object} Config
 * @property {string[]} allow
 * @property {number} [timeout_ms]
 * @property {number} [max_redirects]
 * @property {number} [max_response_bytes]
 */

/** @type {import("./kinds.js").BindingKind} */
export default {
  operations: {
    async request(_, [method, url, headers, body, options], call) {
      const config = /** @type {Config} */ (/** @type {unknown} */ (call.config));
      const given = record(options, "options");
      const taken = body === null ? null : call.streams.take(body);
      const length = optionalInteger(given.get("length"), "a length");
      const stop = new AbortController();
      const outgoing = {
        method: text(method, "a method"),
        url: parsed(text(url, "a URL")),
        headers: headersOf(headers),
        body: taken instanceof Uint8Array || taken === null ? taken : moved(taken, length, stop),
        signal: stop.signal,
      };
      const timeoutMs = optionalInteger(given.get("timeout_ms"), "a timeout") ?? config.timeout_ms ?? DEFAULT_TIMEOUT_MS;
      const redirects = optionalInteger(given.get("max_redirects"), "redirects") ?? config.max_redirects ?? DEFAULT_MAX_REDIRECTS;
      const response = await within(timeoutMs, stop, () => follow(outgoing, config, redirects));
      return answer(response, config, call.streams);
    },
  },
};

// ---- what goes out ----

/** @param {import("./values.js").Term | undefined} pairs */
function headersOf(pairs) {
  const headers = new Headers();
  for (const pair of list(pairs, "headers")) {
    const [name, value] = elements(pair, "a header");
    headers.append(text(name, "a name"), text(value, "a value"));
  }
  return headers;
}

/**
 * A body that the runtime can send as it is; one of known length announces it. One that breaks off takes the connection with
 * it, since the runtime would end it as if it were whole; and only with streams of the runtime's own does it survive that.
 * @param {Body} body
 * @param {number | undefined} length given by the application
 * @param {AbortController} stop of the request
 * @returns {Body}
 */
function moved(body, length, stop) {
  if (body.length !== null) return body;
  const { readable, writable } = length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length);
  body.readable.pipeTo(writable, { preventAbort: true }).catch((cause) => stop.abort(cause));
  return { readable, length: length ?? null };
}

/** @param {string} url @param {URL} [base] */
function parsed(url, base) {
  let parts;
  try {
    parts = new URL(url, base);
  } catch (cause) {
    throw new OperationError("invalid_url", `${JSON.stringify(url)} is no absolute URL`, { cause });
  }
  if (!["http:", "https:"].includes(parts.protocol)) throw new OperationError("invalid_url", `${parts.protocol} is neither http: nor https:`);
  if (parts.username !== "" || parts.password !== "") throw new OperationError("invalid_url", "a URL must not hold a name or a password");
  return parts;
}

/**
 * @param {Outgoing} outgoing
 * @param {Config} config
 * @param {number} redirects that may be followed; none: a redirect is an answer like any other
 */
async function follow(outgoing, config, redirects) {
  let response = await send(outgoing, config);
  for (let left = redirects; redirects > 0; left--) {
    const location = REDIRECT_STATUSES.includes(response.status) ? response.headers.get("location") : null;
    if (location === null) return response;
    await response.body?.cancel();
    if (left === 0) throw new OperationError("too_many_redirects", `more than ${redirects} redirects`);
    outgoing = redirected(outgoing, response.status, parsed(location, outgoing.url));
    response = await send(outgoing, config);
  }
  return response;
}

/**
 * @param {Outgoing} outgoing
 * @param {Config} config
 */
async function send({ method, url, headers, body, signal }, { allow }) {
  if (!allow.some((origin) => covers(origin, url))) {
    await discard(body);
    throw new OperationError("not_allowed", `${url.origin} is not in \`allow\` of this binding`);
  }
  try {
    const content = body instanceof Uint8Array || body === null ? body : body.readable;
    return await fetch(url, { method, headers, body: content, redirect: "manual", signal });
  } catch (cause) {
    await discard(body);
    throw cause;
  }
}

/** Whoever writes it must not wait for somebody to read. @param {Uint8Array | Body | null} body */
async function discard(body) {
  if (body === null || body instanceof Uint8Array || body.readable.locked) return;
  await body.readable.cancel().catch(() => {});
}

/**
 * @param {string} allowed "*", an origin, or one whose host begins with "*."
 * @param {URL} url
 */
function covers(allowed, url) {
  if (allowed === "*") return true;
  const wildcard = allowed.includes("://*.");
  const { protocol, port, hostname, origin } = new URL(allowed.replace("://*.", "://"));
  if (!wildcard) return origin === url.origin;
  return protocol === url.protocol && port === url.port && url.hostname.endsWith(`.${hostname}`);
}

/**
 * The next request of a chain (Fetch, "HTTP-redirect fetch").
 * @param {Outgoing} outgoing
 * @param {number} status
 * @param {URL} url
 * @returns {Outgoing}
 */
function redirected({ method, url: from, headers: sent, body, signal }, status, url) {
  const headers = new Headers(sent);
  if (url.origin !== from.origin) for (const name of SECRET_HEADERS) headers.delete(name);
  const becomesGet = status === 303 ? method !== "HEAD" : status <= 302 && method === "POST";
  if (becomesGet && method !== "GET") {
    for (const name of BODY_HEADERS) headers.delete(name);
    return { method: "GET", url, headers, body: null, signal };
  }
  if (body !== null && !(body instanceof Uint8Array)) {
    throw new OperationError("redirect_with_body", `${status} to ${url.href} asks for a body that is sent already`);
  }
  return { method, url, headers, body, signal };
}

/**
 * @template T
 * @param {number} timeoutMs until the head of the answer
 * @param {AbortController} stop
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function within(timeoutMs, stop, work) {
  const timer = setTimeout(() => stop.abort(new OperationError("timeout", `no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await work();
  } catch (cause) {
    throw stop.signal.aborted ? stop.signal.reason : cause;
  } finally {
    clearTimeout(timer);
  }
}

// ---- what comes back ----

/**
 * @param {Response} response
 * @param {Config} config
 * @param {any} streams
 */
async function answer(response, { max_response_bytes: limitBytes }, streams) {
  // The runtime decodes bodies, whose length is then another.
  const announced = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  const length = announced === null ? null : Number(announced);
  if (limitBytes !== undefined && length !== null && length > limitBytes && response.body !== null) {
    await response.body.cancel();
    throw tooLarge(limitBytes);
  }
  const body = response.body && limitBytes !== undefined && length === null ? limited(response.body, limitBytes) : response.body;
  return {
    status: response.status,
    headers: [...response.headers].map(([name, value]) => tuple(name, value)),
    url: response.url,
    body: body === null ? null : streams.add(body, length),
  };
}

/** @param {ReadableStream<Uint8Array>} body @param {number} limitBytes */
function limited(body, limitBytes) {
  let length = 0;
  return body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      length += chunk.byteLength;
      if (length > limitBytes) throw tooLarge(limitBytes);
      controller.enqueue(chunk);
    },
  }));
}

/** @param {number} limitBytes */
function tooLarge(limitBytes) {
  return new OperationError("too_large", `the answer has more than ${limitBytes} bytes`);
}
