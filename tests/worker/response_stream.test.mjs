import assert from "node:assert/strict";
import { test } from "node:test";

import { ResponseStream } from "../../priv/worker/response_stream.js";

const bytes = (text) => new TextEncoder().encode(text);

test("what is written is read, and a write ends when it is taken", async () => {
  const stream = new ResponseStream();
  const reader = stream.readable.getReader();
  let taken = false;
  const writing = stream.perform("chunk", [bytes("a")]).then(() => (taken = true));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(taken, false);
  assert.deepEqual((await reader.read()).value, bytes("a"));
  await writing;
  assert.ok(stream.open);
  const ending = stream.perform("end", []);
  assert.ok((await reader.read()).done);
  await ending;
  assert.equal(stream.open, false);
});

test("a reader that has gone fails the write and closes the stream", async () => {
  const stream = new ResponseStream();
  const writing = stream.perform("chunk", [bytes("a")]);
  await stream.readable.cancel("gone");
  await assert.rejects(writing);
  assert.equal(stream.open, false);
  await assert.rejects(stream.perform("chunk", [bytes("b")]));
});

test("a body that breaks off is an error for its reader", async () => {
  const stream = new ResponseStream();
  const reader = stream.readable.getReader();
  await stream.perform("abort", []);
  await assert.rejects(reader.read(), /the handler failed/);
  assert.equal(stream.open, false);
});

test("what is no chunk and what is no operation is refused", async () => {
  const stream = new ResponseStream();
  await assert.rejects(stream.perform("chunk", ["text"]), /a chunk is a binary/);
  await assert.rejects(stream.perform("flush", []), /no operation "flush"/);
});
