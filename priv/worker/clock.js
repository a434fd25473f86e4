/**
 * The time of one request, in milliseconds.
 *
 * At the edge the host's clock stands still between I/O, so a timer that was slept for can fire while the clock still
 * reads the old time. `advanceTo` moves this clock to the moment that was waited for; it never runs backwards, and
 * wall time moves along with it.
 */
export class Clock {
  #read;
  #latestMs = 0;

  /** @param {{ monotonicMs: () => number, systemMs: () => number }} [host] */
  constructor(host = { monotonicMs: () => performance.now(), systemMs: () => Date.now() }) {
    this.#read = host;
  }

  monotonicMs() {
    this.#latestMs = Math.max(this.#latestMs, this.#read.monotonicMs());
    return this.#latestMs;
  }

  systemMs() {
    const aheadMs = this.monotonicMs() - this.#read.monotonicMs();
    return this.#read.systemMs() + aheadMs;
  }

  /** @param {number} monotonicMs */
  advanceTo(monotonicMs) {
    this.#latestMs = Math.max(this.#latestMs, monotonicMs);
  }
}
