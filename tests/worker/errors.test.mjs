import assert from "node:assert/strict";
import { test } from "node:test";
import { asWorkerError, errorResponse, STATUS_OF_CODE, WorkerError } from "../../priv/worker/errors.js";

const ABOUT = { requestId: "id-1", method: "GET", environment: "production" };

for (const [code, status] of /** @type {[any, number][]} */ (Object.entries(STATUS_OF_CODE))) {
  test(`${code}: status ${status}, security headers, request id, nothing leaked`, async () => {
    const reply = errorResponse(new WorkerError(code, "secret detail"), ABOUT);
    assert.equal(reply.status, status);
    assert.equal(reply.headers.get("x-content-type-options"), "nosniff");
    assert.equal(reply.headers.get("x-request-id"), "id-1");
    assert.equal(reply.headers.get("content-type"), "text/plain; charset=utf-8");
    const policy = reply.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(await reply.text(), new RegExp(`^${status} [A-Z][A-Za-z ]+\nRequest ID: id-1\n$`));
  });
}

test("development shows code, message and stack", async () => {
  const error = new WorkerError("E_VM_TRAP", "vm_run: unreachable");
  const page = await errorResponse(error, { ...ABOUT, environment: "development" }).text();
  assert.match(page, /E_VM_TRAP: vm_run: unreachable/);
  assert.match(page, /errors\.test\.mjs/);
});

test("an environment that is not known counts as production", async () => {
  const reply = errorResponse(new WorkerError("E_INTERNAL", "secret"), { ...ABOUT, environment: "staging" });
  assert.doesNotMatch(await reply.text(), /secret/);
});

test("HEAD has the headers and no body", () => {
  const reply = errorResponse(new WorkerError("E_INTERNAL", "x"), { ...ABOUT, method: "HEAD" });
  assert.equal(reply.body, null);
  assert.equal(reply.headers.get("x-request-id"), "id-1");
});

test("whatever was thrown becomes an E_INTERNAL with its cause", () => {
  const cause = new TypeError("x is not a function");
  const error = asWorkerError(cause);
  assert.deepEqual([error.code, error.message, error.cause], ["E_INTERNAL", "TypeError: x is not a function", cause]);
  assert.equal(asWorkerError(error), error);
  assert.equal(asWorkerError("text").message, "thrown: text");
});
