/**
 * Archives are in AtomVM's format: AtomVM itself starts them, and they do there what they do on `erl`. The AtomVM is that of
 * Popcorn, which is built for browsers; it has no library, so the program asks for natives only.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { PACKAGES, ROOT } from "../support/harness.mjs";

const PYTHON = process.env.PYTHON ?? path.join(ROOT, ".venv/bin/python");
const FIXTURES = path.join(ROOT, "tests/worker/fixtures");
const MODULES = ["atomvm_app", "atomvm_app_lib"];
const ATOMVM = path.join(PACKAGES, "node_modules/@swmansion/popcorn/dist");
const PATIENCE_MS = 120_000;
/** What AtomVM prints behind the program's own lines. */
const END = "Return value: done";

const PAGE = `<!doctype html><script type="module">
import start from "./AtomVM.mjs";
window.printed = [];
const archive = new Uint8Array(await (await fetch("app.avm")).arrayBuffer());
await start({
  preRun: [({ FS }) => FS.writeFile("/app.avm", archive)],
  arguments: ["/app.avm"],
  print: (line) => window.printed.push(line),
  printErr: (line) => console.error(line),
});
</script>`;

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "atomvm-"));
  execFileSync("erlc", ["-o", folder, ...MODULES.map((name) => path.join(FIXTURES, `${name}.erl`))]);
  browser = await startBrowser();
});
after(async () => {
  await browser?.stop();
  await rm(folder, { recursive: true });
});

/** @param {Record<string, Buffer | string>} files @returns {Promise<http.Server>} isolated, as threads in a page need it */
function serveFiles(files) {
  const server = http.createServer(({ url = "/" }, response) => {
    const name = url.slice(1);
    const type = name === "" ? "text/html" : name.endsWith(".mjs") ? "text/javascript" : "application/wasm";
    response.writeHead(name in files ? 200 : 404, {
      "content-type": type,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    response.end(files[name]);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** @param {Buffer} archive @returns {Promise<string[]>} the lines that its program displays on AtomVM */
async function displayedOnAtomVm(archive) {
  const [script, machine] = await Promise.all(["AtomVM.mjs", "AtomVM.wasm"].map((name) => readFile(path.join(ATOMVM, name))));
  const server = await serveFiles({
    "": PAGE, "AtomVM.mjs": /** @type {Buffer} */ (script), "AtomVM.wasm": /** @type {Buffer} */ (machine), "app.avm": archive,
  });
  try {
    await browser.page.open(`http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`);
    return await linesUntilEnd();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function linesUntilEnd() {
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const printed = await browser.page.evaluate("window.printed ?? []");
    const end = printed.findIndex((/** @type {string} */ line) => line.startsWith("Return value:"));
    if (end < 0) continue;
    assert.equal(printed[end], END, printed.join("\n"));
    return printed.slice(0, end);
  }
  return assert.fail(`AtomVM did not end: ${browser.problems.join("\n")}`);
}

/** @param {string} shake @returns {Promise<Buffer>} */
async function packed(shake) {
  const archive = path.join(folder, `${shake}.avm`);
  execFileSync(PYTHON, [
    "-m", "hatch_elixir_workers", "pack", ...MODULES.map((name) => path.join(folder, `${name}.beam`)),
    "--start", "atomvm_app", "--no-stdlib", "--shake", shake, "--output", archive,
  ]);
  return readFile(archive);
}

for (const shake of ["none", "modules", "functions"]) {
  test(`AtomVM runs an archive that was shaken by ${shake}`, { timeout: 2 * PATIENCE_MS }, async () => {
    const onErl = execFileSync("erl", ["-noshell", "-pa", folder, "-eval", "atomvm_app:start(), halt()."], { encoding: "utf8" });
    assert.deepEqual(await displayedOnAtomVm(await packed(shake)), onErl.trimEnd().split(/\r?\n/));
  });
}
