/**
 * node requests.mjs BARE_BUNDLE HELLO_BUNDLE
 *
 * Times requests to two workers, each in a workerd of its own, in turns: what disturbs one disturbs the other. Prints
 * one JSON object: `{ request: { bare, hello }, first: {…}, echo: { "10240": {…}, … }, throughput: {…} }`, lists of
 * milliseconds, and of requests per second.
 */

import http from "node:http";
import net from "node:net";
import { startBundle } from "../tests/support/harness.mjs";

const WARM_UP_REQUESTS = 200;
const REQUESTS = 1000;
const COLD_STARTS = 7;
const BODY_BYTES = [10_000, 100_000, 1_000_000];
const ECHOES = 15;
const CONNECTIONS = 32;
const THROUGHPUT_ROUNDS = 7;
const THROUGHPUT_REQUESTS = 4000;

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

/**
 * Sends the same request again and again over one connection, as soon as it has the answer. Written by hand, so that the
 * client is no slower than what it asks.
 * @param {URL} url
 * @param {() => boolean} more whether there is another request to send
 * @returns {Promise<void>}
 */
function hammer(url, more) {
  return new Promise((resolve, reject) => {
    const request = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`;
    let received = "";
    let waiting = false;
    const socket = net.connect(Number(url.port), url.hostname);
    const next = () => ((waiting = more()) ? socket.write(request) : socket.end(resolve));
    // A connection that the server resets between two requests, as HTTP lets it, is replaced.
    const failed = (/** @type {Error} */ error) => (waiting ? reject(error) : hammer(url, more).then(resolve, reject));
    socket.setNoDelay(true).setEncoding("latin1").on("connect", next).on("error", failed);
    socket.on("data", (/** @type {string} */ text) => {
      received += text;
      const end = endOfResponse(received);
      if (end === undefined) return;
      if (!received.startsWith("HTTP/1.1 200 ") || end !== received.length) reject(new Error(received));
      received = "";
      next();
    });
  });
}

/** @param {string} received @returns {number | undefined} undefined when there is more to come */
function endOfResponse(received) {
  const body = received.indexOf("\r\n\r\n") + 4;
  if (body < 4) return undefined;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(received);
  const end = length ? body + Number(length[1]) : received.indexOf("\r\n0\r\n\r\n", body - 2) + 7;
  return end < body || end > received.length ? undefined : end;
}

/**
 * @param {Record<string, string>} urls
 * @returns {Promise<Record<string, number[]>>} requests per second, of all connections
 */
async function throughput(urls) {
  const rates = /** @type {Record<string, number[]>} */ (pair(/** @type {number[]} */ ([])));
  for (let round = 0; round <= THROUGHPUT_ROUNDS; round++) {
    for (const [name, url] of Object.entries(urls)) {
      let left = THROUGHPUT_REQUESTS;
      const start = performance.now();
      await Promise.all(Array.from({ length: CONNECTIONS }, () => hammer(new URL(url), () => left-- > 0)));
      const rate = THROUGHPUT_REQUESTS / ((performance.now() - start) / 1000);
      if (round > 0) rates[name]?.push(rate); // the first round is not counted
    }
  }
  return rates;
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
const rates = await throughput(to("/api/health"));
await Promise.all([bare.stop(), hello.stop()]);
console.log(JSON.stringify({ request, first, echo, throughput: rates }));
