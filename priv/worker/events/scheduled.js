/** Kind "scheduled": cron triggers. `priv/elixir/lib/elixir_workers/scheduled.ex` is the other end. */

/** @type {import("./kinds.js").EventKind} */
export default {
  read(/** @type {ScheduledController} */ { cron, scheduledTime }) {
    return { source: cron, payload: { cron, scheduled_time_ms: Math.trunc(scheduledTime) } };
  },

  settle() {},
};
