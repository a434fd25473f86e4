/** The command that serves a bundle. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { PACKAGES, ROOT } from "../support/harness.mjs";
import { testVm } from "./support.mjs";

const SERVE = path.join(ROOT, "hatch_elixir_workers/testing/serve.mjs");

/** @type {string} */
let bundle;
before(async () => {
  bundle = await mkdtemp(path.join(tmpdir(), "serve-test-"));
  await cp(path.join(ROOT, "priv/worker"), bundle, { recursive: true });
  await cp(await testVm(), path.join(bundle, "atomvm.wasm"));
  await writeFile(path.join(bundle, "app.avm"), "AVM!");
  await writeFile(path.join(bundle, "config.js"), "export default {};\n");
  await writeFile(path.join(bundle, "wrangler.toml"), 'compatibility_date = "2026-06-01"\n');
});
after(() => rm(bundle, { recursive: true }));

/** @param {string[]} args */
function serve(...args) {
  const child = spawn(process.execPath, [SERVE, `--packages=${PACKAGES}`, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (output.stdout += text));
  child.stderr.on("data", (text) => (output.stderr += text));
  return { child, output, exited: once(child, "exit").then(([code]) => code) };
}

/** @param {ReturnType<typeof serve>} server */
async function ready({ child, output }) {
  while (!output.stdout.includes("\n")) await once(child.stdout, "data");
  return JSON.parse(output.stdout).url;
}

test("prints its url, then the console, whose messages are on stderr too; ends with stdin", async () => {
  const server = serve(bundle);
  const url = await ready(server);
  assert.equal((await fetch(`${url}/logs`)).status, 200);
  server.child.stdin.end();
  assert.equal(await server.exited, 0);
  const [first, ...lines] = server.output.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(first, { url });
  assert.ok(lines.some(({ level, message }) => level === "error" && message.includes(" level 4")));
  assert.match(server.output.stderr, /\[error\] \S+ level 4/);
});

test("ends with SIGTERM, and workerd with it", async () => {
  const server = serve(bundle, "--port", "0");
  const url = await ready(server);
  server.child.kill("SIGTERM");
  // miniflare has a handler of its own, which exits as a shell would report the signal.
  assert.ok([0, 128 + 15].includes(await server.exited));
  await assert.rejects(fetch(url), "workerd is gone");
});

for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
  [[], /usage: serve\.mjs/],
  [["a", "b"], /usage: serve\.mjs/],
  [["a", "--port", "http"], /--port http: not a port/],
  [["a", "--prot", "1"], /--prot/],
  [["a", "--packages", tmpdir()], /is not a worker bundle/],
  [["/nonexistent"], /nonexistent/],
  [[tmpdir()], /is not a worker bundle/],
])) {
  test(`serve.mjs ${args.join(" ")}: one line that tells what is wrong, exit code 1`, async () => {
    const server = serve(...args);
    assert.equal(await server.exited, 1);
    assert.match(server.output.stderr, message);
    assert.doesNotMatch(server.output.stderr, /^ {4}at /m);
  });
}
