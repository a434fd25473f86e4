/** load.test.mjs once more, with a machine that has only `_start`. LOAD_REPLAY_BUNDLE is the folder of the bundle. */

const bundle = process.env.LOAD_REPLAY_BUNDLE;
if (bundle === undefined) delete process.env.LOAD_BUNDLE;
else process.env.LOAD_BUNDLE = bundle;
await import("./load.test.mjs");
