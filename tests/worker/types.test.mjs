/** JSDoc types of the worker, of modules that plugins put into it, and of the harness, checked by the compiler. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { ROOT } from "../support/harness.mjs";

for (const project of ["tsconfig.worker.json", "tsconfig.plugins.json", "tsconfig.harness.json"]) {
  test(`tsc -p ${project}`, () => {
    const compiler = path.join(ROOT, ".cache/node/node_modules/typescript/bin/tsc");
    const options = [compiler, "-p", path.join(ROOT, "tests/support", project), "--pretty", "false"];
    const { status, stdout, stderr } = spawnSync(process.execPath, options, { encoding: "utf8", cwd: ROOT });
    assert.equal(status, 0, stdout + stderr);
  });
}
