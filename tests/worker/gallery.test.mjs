/**
 * examples/gallery as `hatch build` bundled it, in workerd, with miniflare's R2 and a server that it imports from.
 * GALLERY_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startBundle } from "../support/harness.mjs";

const BUNDLE = process.env.GALLERY_BUNDLE;
const PICTURE = new Uint8Array(3_000_000).map((_, i) => i % 253);

describe("examples/gallery", { skip: BUNDLE === undefined && "GALLERY_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  /** @type {http.Server} */
  let server;
  /** @type {string} */
  let origin;
  before(async () => {
    server = http.createServer((request, response) => {
      if (request.url !== "/pictures/far%20away.png") return void response.writeHead(404).end();
      response.writeHead(200, { "content-type": "image/png" }).end(PICTURE);
    });
    server.keepAliveTimeout = 0; // the runtime may use a connection at any time
    await once(server.listen(0, "127.0.0.1"), "listening");
    origin = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
    const bundled = await readFile(path.join(/** @type {string} */ (BUNDLE), "config.js"), "utf8");
    const { default: config } = await import(`data:text/javascript,${encodeURIComponent(bundled)}`);
    config.bindings.WEB.allow.push(origin);
    worker = await startBundle(/** @type {string} */ (BUNDLE), {
      files: { "config.js": `export default ${JSON.stringify(config)};` },
    });
  });
  after(async () => {
    await worker.stop();
    server.close().closeAllConnections();
  });

  /** @param {string} url */
  const importFrom = (url) =>
    fetch(`${worker.url}/imports`, { method: "POST", body: new URLSearchParams({ url }), redirect: "manual" });
  /** @returns {Promise<string[]>} */
  const names = async () => (await (await fetch(`${worker.url}/photos`)).json()).map((/** @type {any} */ photo) => photo.name);

  test("a picture is sent, shown in parts, and forgotten", async () => {
    const headers = { "content-type": "image/png" };
    const sent = await fetch(`${worker.url}/photos/near.png`, { method: "PUT", headers, body: PICTURE });
    assert.deepEqual([sent.status, await sent.json()], [201, { name: "near.png", bytes: PICTURE.length, type: "image/png" }]);
    const shown = await fetch(`${worker.url}/photos/near.png`);
    assert.equal(shown.headers.get("content-type"), "image/png");
    assert.deepEqual(await shown.bytes(), PICTURE);
    const part = await fetch(`${worker.url}/photos/near.png`, { headers: { range: "bytes=100-199" } });
    assert.equal(part.status, 206);
    assert.deepEqual(await part.bytes(), PICTURE.subarray(100, 200));
    const etag = /** @type {string} */ (shown.headers.get("etag"));
    assert.equal((await fetch(`${worker.url}/photos/near.png`, { headers: { "if-none-match": etag } })).status, 304);
    assert.equal((await fetch(`${worker.url}/photos/near.png`, { method: "DELETE" })).status, 204);
    assert.deepEqual(await names(), []);
  });

  test("a picture is imported, past the machine", async () => {
    const reply = await importFrom(`${origin}/pictures/far%20away.png`);
    assert.deepEqual([reply.status, reply.headers.get("location")], [303, "/"]);
    assert.deepEqual(await names(), ["far away.png"]);
    const page = await (await fetch(worker.url)).text();
    assert.match(page, /<img src="\/photos\/far%20away\.png"/);
    assert.deepEqual(await (await fetch(`${worker.url}/photos/far%20away.png`)).bytes(), PICTURE);
  });

  test("other servers, and what is no picture, are refused", async () => {
    const reply = await importFrom("https://example.com/a.png");
    assert.deepEqual([reply.status, (await reply.text()).includes("not_allowed")], [422, true]);
    assert.equal((await importFrom(`${origin}/none`)).status, 422);
    const page = await fetch(`${worker.url}/photos/page`, { method: "PUT", headers: { "content-type": "text/html" }, body: "<p>" });
    assert.equal(page.status, 415);
  });
});
