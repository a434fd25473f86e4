/**
 * node serve.mjs --packages DIR [--port N] [--options JSON] BUNDLE_DIR
 *
 * Serves a bundle in workerd. `{"url": …}` is the first line of stdout, when it is ready; each line behind it is one of the
 * worker's console, `{"level": …, "message": …}`, whose messages are on stderr too. Stops on SIGTERM or at the end of stdin.
 * The options are `secrets` and `miniflare` of `startBundle`.
 */

import path from "node:path";
import { parseArgs } from "node:util";
import { startBundle, untilStopped } from "./workerd.mjs";

const USAGE = "usage: serve.mjs --packages DIR [--port N] [--options JSON] BUNDLE_DIR";

async function main() {
  const { bundleDir, ...options } = parseArguments();
  /** @type {import("./workerd.mjs").LogLine[] | undefined} */
  let early = [];
  const say = (/** @type {object} */ line) => console.log(JSON.stringify(line));
  const onLog = (/** @type {import("./workerd.mjs").LogLine} */ line) => {
    console.error(line.message);
    if (early === undefined) say(line);
    else early.push(line);
  };
  const worker = await startBundle(bundleDir, { ...options, onLog });
  say({ url: worker.url });
  for (const line of early) say(line);
  early = undefined;
  await untilStopped(process.stdin);
  await worker.stop();
}

function parseArguments() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { packages: { type: "string" }, port: { type: "string" }, options: { type: "string", default: "{}" } },
  });
  const port = Number(values.port ?? 0);
  const [bundleDir] = positionals;
  if (bundleDir === undefined || positionals.length > 1 || values.packages === undefined) throw new Error(USAGE);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port ${values.port}: not a port\n${USAGE}`);
  }
  const { secrets, miniflare } = JSON.parse(values.options);
  return { bundleDir: path.resolve(bundleDir), packages: path.resolve(values.packages), port, secrets, miniflare };
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(`serve.mjs: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
