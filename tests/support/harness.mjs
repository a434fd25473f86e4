/** Bundles in workerd, as the kit for authors of plugins starts them, with the Node packages of this checkout. */

import path from "node:path";
import { fileURLToPath } from "node:url";
import * as kit from "../../hatch_elixir_workers/testing/workerd.mjs";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
/** What `.ci/setup` installs, out of the way of the sources. */
export const PACKAGES = path.join(ROOT, ".cache/node");

/** @typedef {kit.RunningWorker} RunningWorker */
/** @typedef {kit.LogLine} LogLine */

/**
 * @param {string} bundleDir
 * @param {Omit<Parameters<typeof kit.startBundle>[1], "packages">} [options]
 */
export const startBundle = (bundleDir, options) => kit.startBundle(bundleDir, { packages: PACKAGES, ...options });
