/** outbox.test.mjs once more, with a machine that has only `_start`. OUTBOX_REPLAY_BUNDLE is the folder of the bundle. */

const bundle = process.env.OUTBOX_REPLAY_BUNDLE;
if (bundle === undefined) delete process.env.OUTBOX_BUNDLE;
else process.env.OUTBOX_BUNDLE = bundle;
await import("./outbox.test.mjs");
