/** How the machine of this bundle is run: what a build chooses by its exports (hatch_elixir_workers/bundle.py). */

export { MachinePool as Machines } from "./pool.js";
