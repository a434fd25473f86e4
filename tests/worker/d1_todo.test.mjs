/**
 * examples/d1_todo as `hatch build` bundled it, in workerd, with miniflare's D1: over HTTP, and in a Chromium as a person
 * uses it. D1_TODO_BUNDLE is the folder of the bundle.
 */

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { ROOT, startBundle } from "../support/harness.mjs";
import { logLine } from "./support.mjs";

const BUNDLE = process.env.D1_TODO_BUNDLE;
/** The README shows a copy of it: docs/images/todo.png. */
const SCREENSHOT = path.join(ROOT, ".cache/screenshots/todo.png");

const SECRETS = Object.freeze({ SESSION_SECRET: "a secret of the tests, 32 bytes or more" });

/** A worker whose database has the schema that the bundle carries. */
async function start() {
  const bundle = /** @type {string} */ (BUNDLE);
  const worker = await startBundle(bundle, { secrets: SECRETS });
  const database = await worker.miniflare.getD1Database("DB");
  for (const name of (await readdir(path.join(bundle, "migrations"))).sort()) {
    const sql = await readFile(path.join(bundle, "migrations", name), "utf8");
    await database.exec(sql.replaceAll("\n", " ")); // which takes a statement a line
  }
  return { worker, database };
}

describe("examples/d1_todo", { skip: BUNDLE === undefined && "D1_TODO_BUNDLE is not set" }, () => {
  /** @type {import("../support/harness.mjs").RunningWorker} */
  let worker;
  /** @type {any} */
  let database;
  before(async () => {
    ({ worker, database } = await start());
  });
  after(() => worker.stop());

  /** @param {string} path @param {RequestInit} [init] */
  const ask = (path, init) => fetch(worker.url + path, { redirect: "manual", ...init });
  /** Cookie and token of a visitor who has just come. @returns {Promise<[string, string]>} */
  async function visitor() {
    const page = await ask("/");
    const token = /name="_csrf_token" value="([^"]+)"/.exec(await page.text())?.[1];
    return [cookieOf(page), /** @type {string} */ (token)];
  }
  /** @param {Response} reply */
  const cookieOf = (reply) => /** @type {string} */ (reply.headers.get("set-cookie")?.split(";")[0]);
  /** @param {string} path @param {Record<string, string>} [fields] */
  const submit = async (path, fields = {}) => {
    const [cookie, token] = await visitor();
    return ask(path, { method: "POST", headers: { cookie }, body: new URLSearchParams({ ...fields, _csrf_token: token }) });
  };
  /** @param {string} title @returns {Promise<any>} */
  const create = async (title) => {
    const headers = { "content-type": "application/json" };
    return (await ask("/api/todos", { method: "POST", headers, body: JSON.stringify({ title }) })).json();
  };

  test("forms add, mark and delete, and lead back to the page", async () => {
    const reply = await submit("/todos", { title: "  water <plants>  " });
    assert.equal(reply.status, 303);
    assert.equal(reply.headers.get("location"), "/");
    const row = await database.prepare("SELECT * FROM todos").first();
    assert.equal(row.title, "water <plants>");
    assert.ok(Math.abs(row.created_at - Date.now() / 1000) < 60);
    assert.match(await (await ask("/")).text(), /water &lt;plants&gt;[^]*1 of 1 to do/);
    await submit(`/todos/${row.id}/done`, { done: "true" });
    assert.match(await (await ask("/")).text(), /<li class="done">[^]*0 of 1 to do/);
    await submit(`/todos/${row.id}/delete`);
    assert.equal(await database.prepare("SELECT count(*) AS n FROM todos").first("n"), 0);
  });

  test("a session is encrypted, and its cookie keeps to itself", async () => {
    const cookie = (await ask("/")).headers.get("set-cookie") ?? "";
    assert.match(cookie, /^__Host-session=[\w-]+; Path=\/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax$/);
    const [sealed] = cookie.slice("__Host-session=".length).split(";");
    assert.doesNotMatch(Buffer.from(/** @type {string} */ (sealed), "base64url").toString("latin1"), /"[a-z]":/);
  });

  test("a form without the token of its visitor changes nothing", async () => {
    const [cookie, token] = await visitor();
    const [other] = await visitor();
    const post = (/** @type {Record<string, string>} */ headers, /** @type {Record<string, string>} */ fields) =>
      ask("/todos", { method: "POST", headers, body: new URLSearchParams({ title: "forged", ...fields }) });
    const forged = `${cookie.slice(0, -1)}${cookie.endsWith("A") ? "Q" : "A"}`;
    for (const reply of [
      await post({}, {}),
      await post({ cookie }, {}),
      await post({}, { _csrf_token: token }),
      await post({ cookie: other }, { _csrf_token: token }),
      await post({ cookie: forged }, { _csrf_token: token }),
    ]) assert.equal(reply.status, 403);
    assert.equal(await database.prepare("SELECT count(*) AS n FROM todos").first("n"), 0);
  });

  test("what was deleted is said once", async () => {
    const { id } = await create("short-lived");
    const deleted = await submit(`/todos/${id}/delete`);
    const shown = await ask("/", { headers: { cookie: cookieOf(deleted) } });
    assert.match(await shown.text(), /<p class="notice" role="status">Deleted\.<\/p>/);
    assert.doesNotMatch(await (await ask("/", { headers: { cookie: cookieOf(shown) } })).text(), /Deleted/);
  });

  test("JSON, and what is not there", async () => {
    const { id } = await create("ünïcode 😀");
    const todo = await (await ask(`/api/todos/${id}`)).json();
    assert.deepEqual([todo.title, todo.done], ["ünïcode 😀", false]);
    assert.equal((await ask(`/api/todos/${id}`, { method: "DELETE" })).status, 204);
    for (const missing of [id, 0, "x", "1%20OR%201=1"]) assert.equal((await ask(`/api/todos/${missing}`)).status, 404);
    assert.equal((await submit(`/todos/${id}/done`)).status, 404);
  });

  test("304 to who has it, 412 to who would overwrite what has changed", async () => {
    const { id } = await create("versioned");
    const path = `/api/todos/${id}`;
    const status = async (/** @type {Record<string, string>} */ headers, method = "GET") =>
      (await ask(path, { method, headers })).status;
    const etag = (await ask(path)).headers.get("etag") ?? "";
    assert.match(etag, /^"[\w-]{22}"$/);
    const known = await ask(path, { headers: { "if-none-match": `"x", W/${etag}` } });
    assert.deepEqual([known.status, await known.text(), known.headers.get("etag")], [304, "", etag]);
    assert.equal(known.headers.get("content-type"), null);
    assert.equal(await status({ "if-none-match": etag }, "HEAD"), 304);
    await submit(`/todos/${id}/done`, { done: "true" });
    assert.equal(await status({ "if-none-match": etag }), 200);
    assert.equal(await status({ "if-match": etag }, "DELETE"), 412);
    const now = (await ask(path)).headers.get("etag") ?? "";
    assert.equal(await status({ "if-match": `W/${now}` }, "DELETE"), 412);
    assert.equal(await status({ "if-match": `"x", ${now}` }, "DELETE"), 204);
  });

  test("the schema refuses a title, and the page says so", async () => {
    const reply = await submit("/todos", { title: "x".repeat(201) });
    assert.equal(reply.status, 422);
    assert.match(await reply.text(), /A title has 1 to 200 characters\./);
    assert.equal((await submit("/todos", { title: " " })).status, 422);
    assert.equal(await database.prepare("SELECT count(*) AS n FROM todos").first("n"), 0);
  });

  test("clearing is one transaction", async () => {
    const [, second] = [await create("a"), await create("b"), await create("c")];
    await submit(`/todos/${second.id}/done`, { done: "true" });
    assert.equal((await submit("/todos/clear")).status, 303);
    const { results } = await database.prepare("SELECT title, position FROM todos ORDER BY position").all();
    assert.deepEqual(results, [{ title: "a", position: 1 }, { title: "c", position: 2 }]);
  });

  test("a database without the schema is a 500 with its cause in the log, never an empty page", async () => {
    await database.exec("DROP TABLE todos");
    const reply = await ask("/");
    assert.equal(reply.status, 500);
    const requestId = reply.headers.get("x-request-id");
    await logLine(worker, new RegExp(`${requestId}[^]*BindingError[^]*no such table: todos`));
  });
});

describe("examples/d1_todo in Chromium", { skip: BUNDLE === undefined && "D1_TODO_BUNDLE is not set" }, () => {
  test("a person adds todos, marks one, clears it, and finds the rest after a reload", async (scope) => {
    const { worker } = await start();
    scope.after(() => worker.stop());
    const { page, problems, stop } = await startBrowser();
    scope.after(stop);
    await page.resize(640, 460);
    await page.open(worker.url);
    for (const title of ["Buy milk", "Write it in Elixir", "Run it on the edge", "Read <b>all</b> of OTP"]) {
      await page.submit("input[name=title]", title);
    }
    const titles = () => page.evaluate("[...document.querySelectorAll('li span')].map((each) => each.textContent)");
    assert.deepEqual(await titles(), ["Buy milk", "Write it in Elixir", "Run it on the edge", "Read <b>all</b> of OTP"]);
    await page.click("document.querySelector('li button')");
    await page.click("document.querySelectorAll('li')[1].querySelector('button')");
    assert.equal(await page.evaluate("document.querySelectorAll('li.done').length"), 2);
    const style = await page.evaluate("getComputedStyle(document.querySelector('li.done span')).textDecorationLine");
    assert.equal(style, "line-through", "the style sheet is allowed and applied");
    const png = await page.screenshot();
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [640, 460]);
    await mkdir(path.dirname(SCREENSHOT), { recursive: true });
    await writeFile(SCREENSHOT, png);
    await page.click("document.querySelector('footer button')");
    assert.deepEqual(await titles(), ["Run it on the edge", "Read <b>all</b> of OTP"]);
    const notice = () => page.evaluate("document.querySelector('.notice')?.textContent ?? null");
    assert.equal(await notice(), "Cleared 2.");
    await page.open(worker.url);
    assert.equal((await titles()).length, 2);
    assert.equal(await notice(), null, "it was shown once");
    assert.equal(await page.evaluate("document.querySelector('footer span').textContent"), "2 of 2 to do");
    assert.deepEqual(problems.filter((problem) => !problem.includes("favicon.ico")), []);
  });
});
