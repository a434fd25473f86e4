/**
 * Errors of the worker itself, and the only place that turns one into an HTTP reply.
 *
 *     WorkerError            code, status: what is logged and what the client sees
 *     ├── E_BODY_*           the client's request
 *     ├── E_EVENT            the application's handler of an event has failed
 *     ├── E_CLIENT_GONE      nobody waits for the response any more
 *     ├── E_LIMIT_*          the application ran into a limit
 *     ├── E_REPLAY           the application did not do the same in every round
 *     ├── E_VM_*             the machine or the archive is at fault; its instance is dropped
 *     └── E_RESPONSE_*       the application answered with something HTTP does not allow
 */

/** Every code with the status of its reply. */
export const STATUS_OF_CODE = Object.freeze({
  E_BODY_READ: 400,
  E_BODY_TOO_LARGE: 413,
  E_EVENT: 500,
  E_LIMIT_MACHINES: 503,
  E_CLIENT_GONE: 499, // as nginx has it: nobody will see it
  E_LIMIT_REDUCTIONS: 503,
  E_LIMIT_ROUNDS: 503,
  E_LIMIT_TIME: 503,
  E_VM_MEMORY: 503,
  E_REPLAY: 500,
  E_VM_ABI: 500,
  E_VM_EXIT: 500,
  E_VM_FAULT: 500,
  E_VM_SILENT: 500,
  E_VM_TRAP: 500,
  E_RESPONSE_HEADER: 500,
  E_RESPONSE_LAYOUT: 500,
  E_RESPONSE_STATUS: 500,
  E_INTERNAL: 500,
});

/** @typedef {keyof typeof STATUS_OF_CODE} ErrorCode */

export class WorkerError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message for the log; the client of a production worker never sees it
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = "WorkerError";
    this.code = code;
    this.status = STATUS_OF_CODE[code];
  }
}

const REASON_PHRASES = Object.freeze({
  400: "Bad Request",
  413: "Content Too Large",
  499: "Client Closed Request",
  500: "Internal Server Error",
  503: "Service Unavailable",
});

/** On every reply the worker makes by itself: it is plain text that may load, frame and store nothing. */
const SECURITY_HEADERS = Object.freeze({
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
});

/**
 * Anything that was thrown, as a WorkerError.
 * @param {unknown} thrown
 * @returns {WorkerError}
 */
export function asWorkerError(thrown) {
  if (thrown instanceof WorkerError) return thrown;
  return new WorkerError("E_INTERNAL", describe(thrown), { cause: thrown });
}

/**
 * Class and message of anything that was thrown.
 * @param {unknown} thrown
 */
export function describe(thrown) {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `thrown: ${String(thrown)}`;
}

/**
 * The reply for an error. Production names the request and nothing else.
 * @param {WorkerError} error
 * @param {{ requestId: string, method: string, environment: string }} about
 * @returns {Response}
 */
export function errorResponse(error, { requestId, method, environment }) {
  const status = error.status;
  const phrase = REASON_PHRASES[/** @type {keyof typeof REASON_PHRASES} */ (status)];
  const lines = [`${status} ${phrase}`, `Request ID: ${requestId}`];
  if (environment === "development") lines.push("", `${error.code}: ${error.message}`, error.stack ?? "");
  const headers = { ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8", "x-request-id": requestId };
  return new Response(method === "HEAD" ? null : `${lines.join("\n")}\n`, { status, headers });
}
