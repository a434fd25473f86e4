/**
 * node requests.mjs BARE_BUNDLE HELLO_BUNDLE
 *
 * Times requests to two workers, each in a workerd of its own, in turns: what disturbs one disturbs the other. Prints
 * one JSON object: `{ request: { bare, hello }, first: {…}, echo: { "10240": {…}, … } }`, lists of milliseconds.
 */

import http from "node:http";
import { startBundle } from "../tests/support/harness.mjs";

const WARM_UP_REQUESTS = 200;
const REQUESTS = 1000;
const COLD_STARTS = 7;
const BODY_BYTES = [10_000, 100_000, 1_000_000];
const ECHOES = 15;

/**
 * @param {http.Agent} agent
 * @param {string} url
 * @param {Buffer} [body]
 * @returns {Promise<number>} milliseconds from sending to the last byte of the answer
 */
function timed(agent, url, body) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const headers = body && { "content-type": "application/json", "content-length": body.length };
    const request = http.request(url, { agent, method: body ? "POST" : "GET", headers }, (response) => {
      let bytes = 0;
      response.on("data", (chunk) => { bytes += chunk.length; });
      response.on("error", reject);
      response.on("end", () => {
        const ms = performance.now() - start;
        const complete = response.statusCode === 200 && (!body || bytes >= body.length * 0.9);
        complete ? resolve(ms) : reject(new Error(`${url}: status ${response.statusCode}, ${bytes} bytes`));
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** @template T @param {T} value @returns {{ bare: T, hello: T }} */
const pair = (value) => ({ bare: structuredClone(value), hello: structuredClone(value) });

/**
 * @param {Record<string, string>} urls
 * @param {number} rounds
 * @param {Buffer} [body]
 * @returns {Promise<Record<string, number[]>>}
 */
async function interleaved(urls, rounds, body) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const times = /** @type {Record<string, number[]>} */ (pair(/** @type {number[]} */ ([])));
  for (let round = 0; round < rounds; round++) {
    for (const [name, url] of Object.entries(urls)) times[name]?.push(await timed(agent, url, body));
  }
  agent.destroy();
  return times;
}

/** A JSON document of about this many bytes, of the kinds of values that documents hold. @param {number} bytes */
function document(bytes) {
  const row = { id: 12345, name: "Jürgen Müller", tags: ["a", "b"], price: 12.5, active: true, note: null };
  const rows = Math.ceil(bytes / Buffer.byteLength(`${JSON.stringify(row)},`));
  return Buffer.from(JSON.stringify(Array.from({ length: rows }, () => row)));
}

/** @param {Record<string, string>} bundles */
async function firstRequests(bundles) {
  const times = /** @type {Record<string, number[]>} */ (pair(/** @type {number[]} */ ([])));
  for (let start = 0; start < COLD_STARTS; start++) {
    for (const [name, bundle] of Object.entries(bundles)) {
      const worker = await startBundle(bundle);
      const agent = new http.Agent();
      times[name]?.push(await timed(agent, `${worker.url}/api/health`));
      await worker.stop();
    }
  }
  return times;
}

const [bareBundle, helloBundle] = process.argv.slice(2);
if (bareBundle === undefined || helloBundle === undefined) {
  console.error("usage: requests.mjs BARE_BUNDLE HELLO_BUNDLE");
  process.exit(2);
}
const first = await firstRequests({ bare: bareBundle, hello: helloBundle });
const bare = await startBundle(bareBundle);
const hello = await startBundle(helloBundle);
const to = (/** @type {string} */ path) => ({ bare: bare.url + path, hello: hello.url + path });
await interleaved(to("/api/health"), WARM_UP_REQUESTS);
const request = await interleaved(to("/api/health"), REQUESTS);
/** @type {Record<string, Record<string, number[]>>} */
const echo = {};
for (const bytes of BODY_BYTES) {
  const body = document(bytes);
  await interleaved(to("/api/json"), 3, body);
  echo[bytes] = await interleaved(to("/api/json"), ECHOES, body);
}
await Promise.all([bare.stop(), hello.stop()]);
console.log(JSON.stringify({ request, first, echo }));
