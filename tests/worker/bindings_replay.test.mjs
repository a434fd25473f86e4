/** bindings.test.mjs once more, with a machine that has only `_start`. BINDINGS_REPLAY_BUNDLE is the folder of the bundle. */

const bundle = process.env.BINDINGS_REPLAY_BUNDLE;
if (bundle === undefined) delete process.env.BINDINGS_BUNDLE;
else process.env.BINDINGS_BUNDLE = bundle;
await import("./bindings.test.mjs");
