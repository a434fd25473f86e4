/**
 * The sample `tokens` in workerd: what its handlers sign, encrypt and compress, Node's own crypto and zlib read, and the
 * other way round. TOKENS_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { createDecipheriv, createHmac, createPublicKey, pbkdf2Sync, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { startBundle } from "../support/harness.mjs";

const BUNDLE = process.env.TOKENS_BUNDLE;
const HELLO = process.env.HELLO_BUNDLE;
const TEXT = "user:42";

/** @param {string} salt */
const key = (salt) => pbkdf2Sync("the secret key base", salt, 1000, 32, "sha256");
/** @param {string} text */
const decode = (text) => Buffer.from(text, "base64url");

describe("tokens", { skip: BUNDLE === undefined && "TOKENS_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  before(async () => {
    worker = await startBundle(/** @type {string} */ (BUNDLE));
  });
  after(() => worker.stop());

  /** @param {string} at @param {RequestInit} [init] */
  const ask = (at, init) => fetch(worker.url + at, init);
  /** @param {string} at */
  const text = async (at) => (await ask(at)).text();

  test("a signed token is the one that the key gives, and only that is taken", async () => {
    const token = `${Buffer.from(TEXT).toString("base64url")}.${createHmac("sha256", key("signed")).update(TEXT).digest("base64url")}`;
    assert.equal(await text(`/sign/${TEXT}`), token);
    assert.equal(await text(`/verify/${token}`), TEXT);
    assert.equal((await ask(`/verify/${token.replace(/^./, "e")}`)).status, 401);
    assert.equal((await ask(`/verify/${token.slice(0, -4)}`)).status, 401);
  });

  test("an encrypted token is AES-256-GCM, with a nonce of its own each time", async () => {
    const tokens = [decode(await text(`/encrypt/${TEXT}`)), decode(await text(`/encrypt/${TEXT}`))];
    for (const token of tokens) {
      const cipher = createDecipheriv("aes-256-gcm", key("encrypted"), token.subarray(0, 12));
      cipher.setAAD(Buffer.from("tokens")).setAuthTag(token.subarray(12, 28));
      assert.equal(Buffer.concat([cipher.update(token.subarray(28)), cipher.final()]).toString(), TEXT);
    }
    assert.notDeepEqual(tokens[0], tokens[1]);
  });

  test("a signature verifies", async () => {
    const answer = decode(await text(`/signature/${TEXT}`));
    const prefix = Buffer.from("302a300506032b6570032100", "hex");
    const publicKey = createPublicKey({ key: Buffer.concat([prefix, answer.subarray(0, 32)]), format: "der", type: "spki" });
    assert.equal(verify(null, Buffer.from(TEXT), publicKey, answer.subarray(32)), true);
  });

  test("random bytes differ from request to request", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => text("/random")));
    assert.equal(new Set(answers).size, 8);
    assert.equal(decode(answers[0]).length, 32);
  });

  test("gzip both ways", async () => {
    const gzipped = await (await ask(`/gzip/${TEXT}`)).arrayBuffer();
    assert.equal(gunzipSync(Buffer.from(gzipped)).toString(), TEXT);
    const body = "many times the same, ".repeat(5000);
    const answer = await ask("/gunzip", { method: "POST", body: gzipSync(body) });
    assert.equal(await answer.text(), body);
  });

  test("the machine of an application without crypto is smaller", { skip: HELLO === undefined && "HELLO_BUNDLE is not set" }, async () => {
    const [whole, core] = await Promise.all([BUNDLE, HELLO].map((bundle) => readFile(path.join(String(bundle), "atomvm.wasm"))));
    assert.ok(core.length < whole.length * 0.7, `${core.length} of ${whole.length} bytes`);
  });
});
