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
  #aheadMs = 0; // of the host's clock

  /** @param {{ monotonicMs: () => number, systemMs: () => number }} [host] */
  constructor(host = { monotonicMs: () => performance.now(), systemMs: () => Date.now() }) {
    this.#read = host;
  }

  monotonicMs() {
    const hostMs = this.#read.monotonicMs();
    this.#latestMs = Math.max(this.#latestMs, hostMs);
    this.#aheadMs = this.#latestMs - hostMs;
    return this.#latestMs;
  }

  /** What `monotonicMs` returned last: asking the runtime for the time costs something. */
  get latestMs() {
    return this.#latestMs;
  }

  systemMs() {
    this.monotonicMs();
    return this.latestSystemMs;
  }

  /** Wall time, for whoever has asked `monotonicMs` right before. */
  get latestSystemMs() {
    return this.#read.systemMs() + this.#aheadMs;
  }

  /** @param {number} monotonicMs */
  advanceTo(monotonicMs) {
    this.#latestMs = Math.max(this.#latestMs, monotonicMs);
  }
}
