/**
 * node serve.mjs BUNDLE_DIR [--port N] [--secret NAME=VALUE]...
 *
 * Serves a bundle in workerd. Prints `{"url": …}` as one line when it is ready, the worker's console on stderr, and
 * stops on SIGTERM or at the end of stdin.
 */

import path from "node:path";
import { parseArgs } from "node:util";
import { startBundle, untilStopped } from "./harness.mjs";

const USAGE = "usage: serve.mjs BUNDLE_DIR [--port N] [--secret NAME=VALUE]...";

async function main() {
  const { bundleDir, port, secrets } = parseArguments();
  const worker = await startBundle(bundleDir, { port, secrets, onLog: ({ message }) => console.error(message) });
  console.log(JSON.stringify({ url: worker.url }));
  await untilStopped(process.stdin);
  await worker.stop();
}

function parseArguments() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: "string" }, secret: { type: "string", multiple: true } },
  });
  const port = Number(values.port ?? 0);
  const [bundleDir] = positionals;
  if (bundleDir === undefined || positionals.length > 1) throw new Error(USAGE);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port ${values.port}: not a port\n${USAGE}`);
  }
  const secrets = Object.fromEntries((values.secret ?? []).map((each) => each.split(/=(.*)/s, 2)));
  return { bundleDir: path.resolve(bundleDir), port, secrets };
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(`serve.mjs: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
