/** Binding kinds, built in and of `plugins/`: what their modules answer is what the build says that they answer. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { createDispatch } from "../../priv/worker/bindings/index.js";
import { Streams } from "../../priv/worker/streams.js";
import { ROOT } from "../support/harness.mjs";

const PYTHON = process.env.PYTHON ?? path.join(ROOT, ".venv/bin/python");
const LIST = `
import importlib, json, sys
from pathlib import Path
from hatch_elixir_workers.plugins import load_registry
kinds = list(load_registry([]).bindings.values())
for package in sorted(Path("plugins").glob("*/elixir_workers_*")):
    sys.path.insert(0, str(package.parent.resolve()))
    kinds += getattr(importlib.import_module(package.name), "elixir_workers_bindings", list)()
print(json.dumps({kind.name: [str(kind.javascript), kind.operations] for kind in kinds}))`;

/** @type {Record<string, [string, string[]]>} */
const declared = JSON.parse(execFileSync(PYTHON, ["-c", LIST], { encoding: "utf8", cwd: ROOT }));

/** Beside the worker's own modules, where a bundle has it. @param {string} file */
async function importModule(file) {
  const source = await readFile(file, "utf8");
  const resolved = source.replace(/(?<=from ")\.{1,2}\/[^"]+/g, (specifier) =>
    pathToFileURL(path.resolve(ROOT, "priv/worker/bindings", specifier)).href);
  return import(`data:text/javascript,${encodeURIComponent(resolved)}`);
}

test("kinds of plugins are there", () => {
  for (const name of ["kv", "d1", "fetch", "queue", "r2"]) assert.ok(name in declared, name);
});

for (const [name, [file, operations]] of Object.entries(declared)) {
  test(`kind "${name}" answers the operations that it declares, and no others`, async () => {
    const { default: kind } = await importModule(file);
    assert.deepEqual(Object.keys(kind.operations).sort(), [...operations].sort());
  });
}

test("an ambient binding needs nothing of env, and any other does", async () => {
  const kinds = { clock: { operations: { read: (/** @type {any} */ binding) => String(binding) } } };
  const dispatch = createDispatch({ CLOCK: { kind: "clock", ambient: true }, LOST: { kind: "clock" } }, kinds, {});
  assert.equal(await dispatch("CLOCK", "read", [], new Streams()), "undefined");
  assert.throws(() => dispatch("LOST", "read", [], new Streams()), { code: "not_available" });
});
