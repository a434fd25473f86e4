/**
 * node bindings.mjs BARE_BUNDLE ELIXIR_BUNDLE
 *
 * Times calls to KV and D1 from two workers, each in a workerd of its own, in turns. Prints one JSON object,
 * `{ "kv-get": { bare: { first: […], more: […] }, elixir: … }, … }`. For each round the milliseconds of the first call of
 * a request (what one call takes longer than none) and of each more (what CALLS more take longer, divided by CALLS).
 */

import { startBundle } from "../tests/support/harness.mjs";

const KINDS = ["kv-get", "kv-put", "d1-query", "d1-exec"];
const CALLS = 20;
const WARM_UP_ROUNDS = 5;
const ROUNDS = 40;

const [bareBundle, elixirBundle] = process.argv.slice(2);
if (bareBundle === undefined || elixirBundle === undefined) {
  console.error("usage: bindings.mjs BARE_BUNDLE ELIXIR_BUNDLE");
  process.exit(2);
}

/** @param {string} bundle */
async function start(bundle) {
  const worker = await startBundle(bundle);
  await (await worker.miniflare.getKVNamespace("CACHE")).put("key", "x".repeat(100));
  const database = await worker.miniflare.getD1Database("DB");
  await database.exec("CREATE TABLE items (id INTEGER PRIMARY KEY, title TEXT, count INTEGER)");
  await database.exec("INSERT INTO items (title, count) VALUES ('first', 0), ('second', 0)");
  return worker;
}

/** @param {string} url */
async function timed(url) {
  const start = performance.now();
  const reply = await fetch(url);
  const body = await reply.text();
  const ms = performance.now() - start;
  if (reply.status !== 200 || !url.endsWith(`/${body}`)) throw new Error(`${url}: status ${reply.status}, ${body}`);
  return ms;
}

const workers = { bare: await start(bareBundle), elixir: await start(elixirBundle) };
/** @typedef {{ first: number[], more: number[] }} Times */
/** @type {Record<string, Record<string, Times>>} */
const times = {};
for (const kind of KINDS) {
  /** @type {Record<string, Times>} */
  const ofKind = { bare: { first: [], more: [] }, elixir: { first: [], more: [] } };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [name, { url }] of Object.entries(workers)) {
      const none = await timed(`${url}/${kind}/0`);
      const one = await timed(`${url}/${kind}/1`);
      const many = await timed(`${url}/${kind}/${1 + CALLS}`);
      if (round < 0) continue;
      ofKind[name]?.first.push(one - none);
      ofKind[name]?.more.push((many - one) / CALLS);
    }
  }
  times[kind] = ofKind;
}
await Promise.all(Object.values(workers).map((worker) => worker.stop()));
console.log(JSON.stringify(times));
