/** Built-in binding kinds: what their modules answer is what the build says that they answer. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { createDispatch } from "../../priv/worker/bindings/index.js";
import { Streams } from "../../priv/worker/streams.js";
import { ROOT } from "../support/harness.mjs";

const PYTHON = process.env.PYTHON ?? path.join(ROOT, ".venv/bin/python");
const LIST = `
import json
from hatch_elixir_workers.plugins import load_registry
kinds = load_registry([]).bindings.values()
print(json.dumps({kind.name: [str(kind.javascript), kind.operations] for kind in kinds}))`;

/** @type {Record<string, [string, string[]]>} */
const declared = JSON.parse(execFileSync(PYTHON, ["-c", LIST], { encoding: "utf8", cwd: ROOT }));

for (const [name, [file, operations]] of Object.entries(declared)) {
  test(`kind "${name}" answers the operations that it declares, and no others`, async () => {
    const { default: kind } = await import(file);
    assert.deepEqual(Object.keys(kind.operations).sort(), [...operations].sort());
  });
}

test("an ambient binding needs nothing of env, and any other does", async () => {
  const kinds = { clock: { operations: { read: (/** @type {any} */ binding) => String(binding) } } };
  const dispatch = createDispatch({ CLOCK: { kind: "clock", ambient: true }, LOST: { kind: "clock" } }, kinds, {});
  assert.equal(await dispatch("CLOCK", "read", [], new Streams()), "undefined");
  await assert.rejects(dispatch("LOST", "read", [], new Streams()), { code: "not_available" });
});
