/** hello.test.mjs once more, with a machine that has only `_start`. HELLO_REPLAY_BUNDLE is the folder of the bundle. */

const bundle = process.env.HELLO_REPLAY_BUNDLE;
if (bundle === undefined) delete process.env.HELLO_BUNDLE;
else process.env.HELLO_BUNDLE = bundle;
await import("./hello.test.mjs");
