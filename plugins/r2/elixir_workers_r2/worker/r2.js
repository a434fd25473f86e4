/**
 * Kind "r2": R2 buckets. `lib/elixir_workers/r2.ex` is the other end.
 *
 *     head             [key]                          object | nil
 *     get              [key, options]                 {object, body | nil} | nil; no body: a condition does not hold
 *     put              [key, body, options]           object | nil: a condition does not hold
 *     delete           [keys]                         nil
 *     list             [options]                      %{objects, prefixes, cursor}
 *     create_upload    [key, options]                 upload id
 *     upload_part      [key, id, number, body, length]   etag
 *     complete_upload  [key, id, [{number, etag}]]    object
 *     abort_upload     [key, id]                      nil
 *
 * Options are maps with string keys in snake case, times are milliseconds since 1970, digests are bytes. R2 wants to
 * know a body's length before its first byte; a body of unknown length is uploaded in parts.
 */

import { OperationError, bytes, elements, list, optionalInteger, optionalText, record, text, tuple } from "./values.js";

/** What R2 takes as the smallest part of an upload, and what is held in memory of a body of unknown length. */
const PART_BYTES = 5 * 1024 * 1024;
const DIGESTS = ["md5", "sha1", "sha256", "sha384", "sha512"];
/** Numbers at the end of R2's messages. */
const CODES = new Map([
  ["10007", "not_found"], ["10011", "part_too_small"], ["10024", "no_such_upload"], ["10025", "invalid_part"],
  ["10037", "bad_digest"], ["10039", "range_not_satisfiable"],
]);

/** @type {import("./kinds.js").BindingKind} */
export default {
  operations: {
    head: (bucket, [key]) => performed(async () => object(await bucket.head(text(key, "a key")))),

    get: (bucket, [key, options], { streams }) => performed(async () => {
      const given = getOptions(record(options, "options"));
      const found = await bucket.get(text(key, "a key"), given)
        .catch((/** @type {unknown} */ cause) => unsatisfiable(bucket, key, given, cause));
      if (found === null) return null;
      // The runtime says the range of whole objects too.
      const range = given.range && tuple(offsetOf(found), lengthOf(found));
      return tuple({ ...object(found), range }, found.body ? streams.add(found.body, lengthOf(found)) : null);
    }),

    put: (bucket, [key, body, options], { streams }) => performed(async () => {
      const given = record(options, "options");
      return object(await put(bucket, text(key, "a key"), streams.take(body), given));
    }),

    delete: (bucket, [keys]) => performed(async () => {
      await bucket.delete(list(keys, "keys").map((key) => text(key, "a key")));
      return null;
    }),

    list: (bucket, [options]) => performed(async () => {
      const page = await bucket.list(listOptions(record(options, "options")));
      return {
        objects: page.objects.map(object),
        prefixes: page.delimitedPrefixes,
        cursor: page.truncated ? page.cursor : null,
      };
    }),

    create_upload: (bucket, [key, options]) => performed(async () => {
      const upload = await bucket.createMultipartUpload(text(key, "a key"), writeOptions(record(options, "options")));
      return upload.uploadId;
    }),

    upload_part: (bucket, [key, id, number, body, length], { streams }) => performed(async () => {
      const part = streams.take(body);
      const bytesOfPart = optionalInteger(length, "a length") ?? part.length;
      if (bytesOfPart === null) throw lengthRequired("a part of an upload");
      const upload = bucket.resumeMultipartUpload(text(key, "a key"), text(id, "the id of an upload"));
      return sent(part, bytesOfPart, async (value) => (await upload.uploadPart(number, value)).etag);
    }),

    complete_upload: (bucket, [key, id, parts]) => performed(async () => {
      const upload = bucket.resumeMultipartUpload(text(key, "a key"), text(id, "the id of an upload"));
      const uploaded = list(parts, "parts").map((part) => {
        const [partNumber, etag] = elements(part, "a part");
        return { partNumber, etag: text(etag, "an etag") };
      });
      return object(await upload.complete(uploaded));
    }),

    abort_upload: (bucket, [key, id]) => performed(async () => {
      await bucket.resumeMultipartUpload(text(key, "a key"), text(id, "the id of an upload")).abort();
      return null;
    }),
  },
};

// ---- what R2 answers ----

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function performed(work) {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof OperationError || cause instanceof TypeError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError(CODES.get(/\((\d+)\)$/.exec(message)?.[1] ?? "") ?? "failed", message, { cause });
  }
}

/** @param {any} found an R2Object, or null */
function object(found) {
  if (found === null) return null;
  return {
    key: found.key,
    version: found.version,
    size: found.size,
    etag: found.etag,
    http_etag: found.httpEtag,
    uploaded: found.uploaded.getTime(),
    storage_class: found.storageClass || "Standard",
    http_metadata: httpMetadata(found.httpMetadata ?? {}),
    custom_metadata: new Map(Object.entries(found.customMetadata ?? {})),
    checksums: found.checksums?.toJSON() ?? {},
  };
}

/** @param {any} metadata */
function httpMetadata({ contentType, contentLanguage, contentDisposition, contentEncoding, cacheControl, cacheExpiry }) {
  return {
    content_type: contentType,
    content_language: contentLanguage,
    content_disposition: contentDisposition,
    content_encoding: contentEncoding,
    cache_control: cacheControl,
    cache_expiry: cacheExpiry?.getTime(),
  };
}

/** @param {any} found what was read of it begins here */
function offsetOf({ range, size }) {
  if (range?.suffix !== undefined) return Math.max(0, size - range.suffix);
  return range?.offset ?? 0;
}

/** @param {any} found how much was read of it, in bytes */
function lengthOf(found) {
  const rest = found.size - offsetOf(found);
  return Math.min(found.range?.length ?? rest, rest);
}

// ---- options ----

/** @param {Map<string, any>} options */
function getOptions(options) {
  return { range: rangeOf(options.get("range")), onlyIf: conditionOf(options.get("only_if")) };
}

/**
 * Not every runtime has a number for a range that begins at the very end.
 * @param {any} bucket
 * @param {any} key
 * @param {{ range?: { offset?: number } }} given
 * @param {unknown} cause
 * @returns {Promise<never>}
 */
async function unsatisfiable(bucket, key, { range }, cause) {
  const size = range?.offset === undefined ? undefined : (await bucket.head(text(key, "a key")))?.size;
  if (size === undefined || /** @type {number} */ (range?.offset) < size) throw cause;
  throw new OperationError("range_not_satisfiable", `the object has ${size} bytes`, { cause });
}

/** @param {any} term `{offset, length | nil}` or the length of a suffix */
function rangeOf(term) {
  if (term === undefined) return undefined;
  if (typeof term === "number") return { suffix: term };
  const [offset, length] = elements(term, "a range");
  return { offset: optionalInteger(offset, "an offset"), length: optionalInteger(length, "a length") };
}

/** @param {any} term */
function conditionOf(term) {
  if (term === undefined) return undefined;
  const given = record(term, "a condition");
  return {
    etagMatches: optionalText(given.get("etag_matches"), "an etag"),
    etagDoesNotMatch: optionalText(given.get("etag_does_not_match"), "an etag"),
    uploadedBefore: timeOf(given.get("uploaded_before")),
    uploadedAfter: timeOf(given.get("uploaded_after")),
  };
}

/** @param {any} milliseconds */
function timeOf(milliseconds) {
  return milliseconds === undefined ? undefined : new Date(milliseconds);
}

/** @param {Map<string, any>} options */
function writeOptions(options) {
  const http = record(options.get("http_metadata") ?? new Map(), "HTTP metadata");
  const custom = record(options.get("custom_metadata") ?? new Map(), "custom metadata");
  return {
    httpMetadata: {
      contentType: optionalText(http.get("content_type"), "a content type"),
      contentLanguage: optionalText(http.get("content_language"), "a language"),
      contentDisposition: optionalText(http.get("content_disposition"), "a disposition"),
      contentEncoding: optionalText(http.get("content_encoding"), "an encoding"),
      cacheControl: optionalText(http.get("cache_control"), "cache control"),
      cacheExpiry: timeOf(http.get("cache_expiry")),
    },
    customMetadata: Object.fromEntries([...custom].map(([name, value]) => [name, text(value, "custom metadata")])),
    storageClass: optionalText(options.get("storage_class"), "a storage class"),
  };
}

/** @param {Map<string, any>} options */
function digestOf(options) {
  const name = DIGESTS.find((each) => options.has(each));
  return name === undefined ? {} : { [name]: bytes(options.get(name), `the ${name} of a body`) };
}

/** @param {Map<string, any>} options */
function listOptions(options) {
  const include = list(options.get("include") ?? [], "include").map((each) => text(each, "what to include"));
  return {
    prefix: optionalText(options.get("prefix"), "a prefix"),
    delimiter: optionalText(options.get("delimiter"), "a delimiter"),
    startAfter: optionalText(options.get("start_after"), "a key"),
    cursor: optionalText(options.get("cursor"), "a cursor"),
    limit: optionalInteger(options.get("limit"), "a limit"),
    include: include.length > 0 ? include : undefined,
  };
}

// ---- bodies ----

/**
 * @typedef {{ readable: ReadableStream<Uint8Array>, length: number | null }} Body
 *
 * @param {any} bucket
 * @param {string} key
 * @param {Uint8Array | Body} body
 * @param {Map<string, any>} options
 */
async function put(bucket, key, body, options) {
  const length = optionalInteger(options.get("length"), "a length") ?? body.length;
  const onlyIf = conditionOf(options.get("only_if"));
  const digest = digestOf(options);
  if (body instanceof Uint8Array || length !== null) {
    const all = { ...writeOptions(options), ...digest, onlyIf };
    return sent(body, /** @type {number} */ (length), (value) => bucket.put(key, value, all));
  }
  if (onlyIf !== undefined || Object.keys(digest).length > 0) throw await refused(body);
  return putInParts(bucket, key, body.readable, writeOptions(options));
}

/** @param {Body} body */
async function refused(body) {
  await body.readable.cancel().catch(ignore);
  return lengthRequired("a body with a condition or a digest");
}

/** @param {string} what */
function lengthRequired(what) {
  return new OperationError("length_required", `${what} needs a length: give it as \`length:\``);
}

/**
 * @template T
 * @param {Uint8Array | Body} body
 * @param {number} length
 * @param {(value: Uint8Array | ReadableStream<Uint8Array>) => Promise<T>} send
 * @returns {Promise<T>}
 */
function sent(body, length, send) {
  if (body instanceof Uint8Array) return send(body);
  return body.length === null ? sentThrough(new FixedLengthStream(length), body, send) : sentAsIs(body, send);
}

/**
 * @template T
 * @param {Body} body
 * @param {(value: ReadableStream<Uint8Array>) => Promise<T>} send
 */
async function sentAsIs({ readable }, send) {
  try {
    return await send(readable);
  } finally {
    if (!readable.locked) await readable.cancel().catch(ignore);
  }
}

/**
 * @template T
 * @param {FixedLengthStream} fixed
 * @param {Body} body
 * @param {(value: ReadableStream<Uint8Array>) => Promise<T>} send
 */
async function sentThrough({ readable, writable }, body, send) {
  const stop = new AbortController();
  const moved = body.readable.pipeTo(writable, { signal: stop.signal });
  moved.catch(ignore);
  try {
    return await send(readable);
  } catch (cause) {
    // The body's own failure says more than that of the service which waited for it.
    throw await Promise.race([moved.then(() => cause, (reason) => reason), later(cause)]);
  } finally {
    stop.abort(new Error("nobody reads this body any more"));
  }
}

/** @template T @param {T} value @returns {Promise<T>} in a turn of its own */
function later(value) {
  return new Promise((resolve) => setTimeout(resolve, 0, value));
}

/**
 * One that is smaller than a part is put at once.
 * @param {any} bucket
 * @param {string} key
 * @param {ReadableStream<Uint8Array>} readable
 * @param {object} options
 */
async function putInParts(bucket, key, readable, options) {
  const parts = partsOf(readable);
  const first = await parts.next();
  if (first.done) return bucket.put(key, new Uint8Array(0), options);
  if (first.value.length < PART_BYTES) return bucket.put(key, first.value, options);
  const upload = await bucket.createMultipartUpload(key, options);
  try {
    const uploaded = [await upload.uploadPart(1, first.value)];
    for await (const part of parts) uploaded.push(await upload.uploadPart(uploaded.length + 1, part));
    return await upload.complete(uploaded);
  } catch (cause) {
    await upload.abort().catch(ignore);
    throw cause;
  }
}

/**
 * Parts of PART_BYTES, the last one smaller. Each is in a buffer of its own: the one before may still be on its way.
 * @param {ReadableStream<Uint8Array>} readable
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* partsOf(readable) {
  let part = new Uint8Array(PART_BYTES);
  let filled = 0;
  for await (let chunk of readable) {
    while (chunk.length > 0) {
      const taken = chunk.subarray(0, PART_BYTES - filled);
      part.set(taken, filled);
      filled += taken.length;
      chunk = chunk.subarray(taken.length);
      if (filled < PART_BYTES) continue;
      yield part;
      part = new Uint8Array(PART_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

function ignore() {}
