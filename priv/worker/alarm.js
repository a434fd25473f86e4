/**
 * The time until which a request waits for something else. Making a timer costs as much as a small binding call, so one
 * that is due earlier than asked for stays as it is; when it rings too early, it is set again.
 */
export class Alarm {
  #ring;
  #dueMs = Infinity;
  /** @type {ReturnType<typeof setTimeout> | null} */
  #timer = null;

  /** @param {(clock: import("./clock.js").Clock) => void} ring gets the clock that it was set by */
  constructor(ring) {
    this.#ring = ring;
  }

  /**
   * Rings at this time or before, and then the clock has come as far as it was set to.
   * @param {number} dueMs monotonic
   * @param {import("./clock.js").Clock} clock
   */
  set(dueMs, clock) {
    if (this.#dueMs <= dueMs) return;
    this.clear();
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#dueMs = Infinity;
      clock.advanceTo(dueMs);
      this.#ring(clock);
    }, Math.max(0, dueMs - clock.monotonicMs()));
  }

  clear() {
    clearTimeout(this.#timer);
    this.#dueMs = Infinity;
  }
}
