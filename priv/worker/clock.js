/**
 * The time of one request, in milliseconds.
 *
 * At the edge the host's clock stands still between I/O, so a timer that was slept for can fire while the clock still
 * reads the old time. `advanceTo` moves this clock to the moment that was waited for; it never runs backwards, and
 * wall time moves along with it: the host is asked for that once, since asking costs something.
 */
export class Clock {
  #readMs;
  #latestMs;
  #systemAheadMs; // of the monotonic time

  /** @param {{ monotonicMs: () => number, systemMs: () => number }} [host] */
  constructor(host = { monotonicMs: () => performance.now(), systemMs: () => Date.now() }) {
    this.#readMs = host.monotonicMs;
    this.#latestMs = host.monotonicMs();
    this.#systemAheadMs = host.systemMs() - this.#latestMs;
  }

  monotonicMs() {
    const hostMs = this.#readMs();
    if (hostMs > this.#latestMs) this.#latestMs = hostMs;
    return this.#latestMs;
  }

  /** What `monotonicMs` returned last. */
  get latestMs() {
    return this.#latestMs;
  }

  systemMs() {
    return this.monotonicMs() + this.#systemAheadMs;
  }

  /** Wall time at `latestMs`. */
  get latestSystemMs() {
    return this.#latestMs + this.#systemAheadMs;
  }

  /** @param {number} monotonicMs */
  advanceTo(monotonicMs) {
    if (monotonicMs > this.#latestMs) this.#latestMs = monotonicMs;
  }
}
