/**
 * Kind "kv": Workers KV. `priv/elixir/lib/elixir_workers/kv.ex` is the other end.
 *
 *     get                [key, cache_ttl]                               value | nil
 *     get_with_metadata  [key, cache_ttl]                               {value, metadata} | nil
 *     get_many           [keys, type, cache_ttl]                        [{key, value}] of those found
 *     get_many_with_metadata                                            [{key, value, metadata}]
 *     put                [key, value, expiration, ttl, metadata_json]   nil
 *     delete             [key]                                          nil
 *     list               [prefix, limit, cursor]                        keys, cursor, complete
 *
 * Values cross as bytes. Type is "binary" or "text"; only text can be had in bulk, and only as JavaScript reads it.
 */

import { bytes, list, optionalInteger, optionalText, text, tuple } from "./values.js";

/** @typedef {import("../etf.js").Term} Term */

/** What the service takes in one bulk read. */
const MAX_KEYS_OF_BULK_READ = 100;
/** What stands in a text where bytes were not UTF-8; or it was written there, and then the bytes tell. */
const REPLACEMENT_CHARACTER = "\ufffd";

/** @param {Term | undefined} term @returns {string} */
const keyOf = (term) => text(term, "a key");
/** @param {Term | undefined} term */
const ttlOf = (term) => optionalInteger(term, "cache_ttl");

/** @type {import("./kinds.js").BindingKind} */
export default {
  operations: {
    // No async function: this one returns at once what it would wait for.
    get(namespace, [key, cacheTtl]) {
      const ttl = ttlOf(cacheTtl);
      return namespace.get(keyOf(key), ttl === undefined ? "arrayBuffer" : { type: "arrayBuffer", cacheTtl: ttl });
    },

    async get_with_metadata(namespace, [key, cacheTtl]) {
      const found = await readWithMetadata(namespace, keyOf(key), ttlOf(cacheTtl));
      return found && tuple(found.value, found.metadata);
    },

    async get_many(namespace, args) {
      return (await readMany(namespace, args)).map(({ key, value }) => tuple(key, value));
    },

    async get_many_with_metadata(namespace, args) {
      return (await readMany(namespace, args)).map(({ key, value, metadata }) => tuple(key, value, metadata));
    },

    async put(namespace, [key, value, expiration, ttl, metadata]) {
      await namespace.put(keyOf(key), bytes(value, "a value"), {
        expiration: optionalInteger(expiration, "expiration"),
        expirationTtl: optionalInteger(ttl, "expiration_ttl"),
        metadata: JSON.parse(optionalText(metadata, "metadata") ?? "null") ?? undefined,
      });
      return null;
    },

    async delete(namespace, [key]) {
      await namespace.delete(keyOf(key));
      return null;
    },

    async list(namespace, [prefix, limit, cursor]) {
      const page = await namespace.list({
        prefix: optionalText(prefix, "prefix"),
        limit: optionalInteger(limit, "limit"),
        cursor: optionalText(cursor, "cursor"),
      });
      const keys = page.keys.map(keyRecord);
      return { keys, complete: page.list_complete, cursor: page.list_complete ? null : page.cursor };
    },
  },
};

/** @param {{ name: string, expiration?: number, metadata?: unknown }} key */
function keyRecord({ name, expiration, metadata }) {
  return { name, expiration: expiration ?? null, metadata: /** @type {Term} */ (metadata ?? null) };
}

/**
 * @typedef {{ key: string, value: ArrayBuffer | string, metadata: any }} Found
 *
 * @param {any} namespace
 * @param {string} key
 * @param {number | undefined} cacheTtl
 * @returns {Promise<Found | null>}
 */
async function readWithMetadata(namespace, key, cacheTtl) {
  const { value, metadata } = await namespace.getWithMetadata(key, { type: "arrayBuffer", cacheTtl });
  return value === null ? null : { key, value, metadata: metadata ?? null };
}

/**
 * @param {any} namespace
 * @param {Term[]} args
 * @returns {Promise<Found[]>}
 */
async function readMany(namespace, [keys, type, cacheTtl]) {
  const names = list(keys, "keys").map(keyOf);
  const ttl = ttlOf(cacheTtl);
  const single = (/** @type {string} */ key) => readWithMetadata(namespace, key, ttl);
  if (text(type, "type") !== "text") return present(await Promise.all(names.map(single)));
  const chunks = Array.from({ length: Math.ceil(names.length / MAX_KEYS_OF_BULK_READ) }, (_, i) =>
    names.slice(i * MAX_KEYS_OF_BULK_READ, (i + 1) * MAX_KEYS_OF_BULK_READ));
  const found = (await Promise.all(chunks.map((chunk) => readTexts(namespace, chunk, ttl)))).flat();
  const exact = found.map((each) =>
    typeof each.value === "string" && each.value.includes(REPLACEMENT_CHARACTER) ? single(each.key) : each);
  return present(await Promise.all(exact));
}

/**
 * @param {any} namespace
 * @param {string[]} keys at most MAX_KEYS_OF_BULK_READ
 * @param {number | undefined} cacheTtl
 * @returns {Promise<Found[]>}
 */
async function readTexts(namespace, keys, cacheTtl) {
  /** @type {Map<string, { value: string | null, metadata: unknown } | null>} */
  const entries = await namespace.getWithMetadata(keys, { type: "text", cacheTtl });
  // The runtime makes the map from an object, in which `__proto__` is no key.
  const lost = keys.filter((key) => !entries.has(key));
  const found = [...entries].map(([key, entry]) =>
    entry === null || entry.value === null ? null : { key, value: entry.value, metadata: entry.metadata ?? null });
  return present([...found, ...(await Promise.all(lost.map((key) => readWithMetadata(namespace, key, cacheTtl))))]);
}

/**
 * @param {(Found | null)[]} found
 * @returns {Found[]}
 */
function present(found) {
  return found.filter((each) => each !== null);
}
