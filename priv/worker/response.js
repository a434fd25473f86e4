/**
 * The VM's response as a Response.
 *
 *     status u16, flags u16, head_length u32, body_length u32, head, body
 *     head: sequence of name_length u32, value_length u32, name, value
 */

import { describe, WorkerError } from "./errors.js";

const RESPONSE_HEADER_BYTES = 12;
const FIELD_HEADER_BYTES = 8;
const FLAG_STREAMED = 1;
/** Header text up to here becomes a string without a call out of JavaScript, if it is ASCII. */
const MAX_SHORT_BYTES = 32;
const MIN_STATUS = 200;
const MAX_STATUS = 599;
/** Fetch, "null body status", without 101 and 103, which are below MIN_STATUS. */
const NULL_BODY_STATUSES = Object.freeze([204, 205, 304]);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @typedef {object} RawResponse
 * @property {number} status
 * @property {[string, string][]} headers in order, repetitions kept
 * @property {Uint8Array} body
 * @property {boolean} streamed the body follows as host calls
 */

/**
 * @param {Uint8Array} bytes
 * @returns {RawResponse} whose body is a view of bytes
 * @throws {WorkerError} E_RESPONSE_LAYOUT
 */
export function parseResponse(bytes) {
  if (bytes.length < RESPONSE_HEADER_BYTES) throw badLayout(`${bytes.length} bytes are less than its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = view.getUint32(4, true);
  const bodyLength = view.getUint32(8, true);
  const bodyStart = RESPONSE_HEADER_BYTES + headLength;
  if (bodyStart + bodyLength !== bytes.length) {
    throw badLayout(`head of ${headLength} and body of ${bodyLength} bytes in ${bytes.length}`);
  }
  const headers = parseFields(bytes.subarray(RESPONSE_HEADER_BYTES, bodyStart));
  return { status: view.getUint16(0, true), headers, body: bytes.subarray(bodyStart), streamed: isStreamed(bytes) };
}

/**
 * Whether the body of a response follows as host calls.
 * @param {Uint8Array} bytes the response in the VM's layout
 */
export function isStreamed(bytes) {
  if (bytes.length < RESPONSE_HEADER_BYTES) return false;
  const flags = new DataView(bytes.buffer, bytes.byteOffset).getUint16(2, true);
  return (flags & FLAG_STREAMED) !== 0;
}

/**
 * The length that a response says its body will have.
 * @param {Uint8Array} bytes the response in the VM's layout
 * @returns {number | undefined}
 */
export function announcedLength(bytes) {
  const field = parseResponse(bytes).headers.find(isLength);
  return field !== undefined && /^\d+$/.test(field[1]) ? Number(field[1]) : undefined;
}

/**
 * @param {Uint8Array} head
 * @returns {[string, string][]}
 */
function parseFields(head) {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  /** @type {[string, string][]} */
  const fields = [];
  let offset = 0;
  while (offset < head.length) {
    if (offset + FIELD_HEADER_BYTES > head.length) throw badLayout(`header ${fields.length} is cut off`);
    const nameStart = offset + FIELD_HEADER_BYTES;
    const valueStart = nameStart + view.getUint32(offset, true);
    const end = valueStart + view.getUint32(offset + 4, true);
    if (end > head.length) throw badLayout(`header ${fields.length} reaches beyond the head`);
    fields.push([headerText(head.subarray(nameStart, valueStart)), headerText(head.subarray(valueStart, end))]);
    offset = end;
  }
  return fields;
}

/**
 * The runtime writes header text as UTF-8, so that is how bytes have to become text for the same bytes to leave.
 * Bytes that are no UTF-8 cannot leave as they are; they leave as the Latin-1 characters that HTTP once took them for.
 * @param {Uint8Array} bytes
 */
function headerText(bytes) {
  return (bytes.length <= MAX_SHORT_BYTES ? asciiText(bytes) : undefined) ?? anyText(bytes);
}

/** @param {Uint8Array} bytes @returns {string | undefined} undefined when there are others than ASCII */
function asciiText(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = /** @type {number} */ (bytes[i]);
    if (byte > 127) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** @param {Uint8Array} bytes */
function anyText(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

/**
 * @param {RawResponse} raw
 * @param {string} method of the request: HEAD gets the headers of GET and no body
 * @param {ReadableStream<Uint8Array>} [stream] the body of a streamed response
 * @returns {Response}
 * @throws {WorkerError} E_RESPONSE_STATUS, E_RESPONSE_HEADER
 */
export function toResponse({ status, headers, body, streamed }, method, stream) {
  if (status < MIN_STATUS || status > MAX_STATUS) {
    throw new WorkerError("E_RESPONSE_STATUS", `status ${status} is outside ${MIN_STATUS}-${MAX_STATUS}`);
  }
  const bodyless = NULL_BODY_STATUSES.includes(status);
  const fields = bodyless ? headers.filter((field) => !isLength(field)) : headers;
  // No bytes to HEAD may also stand for a body that would be streamed: nobody knows its length.
  if (method === "HEAD" && !bodyless && !streamed && body.length > 0 && !fields.some(isLength)) {
    fields.push(["content-length", String(body.length)]);
  }
  const content = stream ?? /** @type {Uint8Array<ArrayBuffer>} */ (body);
  return checkedResponse(bodyless || method === "HEAD" ? null : content, status, fields);
}

/** @param {[string, string]} field */
function isLength([name]) {
  return name.toLowerCase() === "content-length";
}

/**
 * @param {ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null} content
 * @param {number} status
 * @param {[string, string][]} fields
 */
function checkedResponse(content, status, fields) {
  try {
    // "manual": a body that is already compressed says so in its headers and must not be compressed once more.
    return new Response(content, { status, headers: recordOf(fields) ?? fields, encodeBody: "manual" });
  } catch (cause) {
    throw firstRefused(fields) ?? cause;
  }
}

/**
 * The runtime takes a record at once; for lists of pairs it calls back for each pair and each of its parts.
 * @param {[string, string][]} fields
 * @returns {Record<string, string> | undefined} undefined where a name comes twice, or is one that every object has
 */
function recordOf(fields) {
  /** @type {Record<string, string>} */
  const record = {};
  for (const [name, value] of fields) {
    if (name in record) return undefined;
    record[name] = value;
  }
  return record;
}

/** @param {[string, string][]} fields @returns {WorkerError | undefined} about the first that the runtime does not take */
function firstRefused(fields) {
  for (const field of fields) {
    try {
      new Headers([field]);
    } catch (cause) {
      return new WorkerError("E_RESPONSE_HEADER", `header ${JSON.stringify(field[0])}: ${describe(cause)}`, { cause });
    }
  }
  return undefined;
}

/** @param {string} what */
function badLayout(what) {
  return new WorkerError("E_RESPONSE_LAYOUT", `the response of the VM: ${what}`);
}
