/**
 * Time and entropy of a request that is replayed: the same in every round, as far as a round has come.
 *
 * The clock stands still while the machine computes, as the runtime's does, but for a microsecond each time it is looked
 * at, so that who only looks sees it go. When the machine waits it goes on to the moment for which it waits, at once;
 * how long that has really been, the host waits between the rounds.
 */

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const LOOK_NS = 1000n;
const MAX_RANDOM_BYTES_PER_CALL = 65536; // Web Crypto refuses more at once
/** Where the monotonic clock of a round begins: some machines take 0 for no time. */
const MONOTONIC_START_NS = 1_000_000_000n;

/**
 * The time of day, with nanoseconds that the runtime does not tell: machines seed generators of random numbers by them, and
 * requests of the same millisecond must not draw the same.
 * @param {number} systemMs
 */
export function startOf(systemMs) {
  const [nanoseconds = 0] = crypto.getRandomValues(new Uint32Array(1));
  return BigInt(Math.floor(systemMs)) * NANOSECONDS_PER_MILLISECOND + (BigInt(nanoseconds) % NANOSECONDS_PER_MILLISECOND);
}

/** The clock of one round. */
export class RoundClock {
  #systemStartNs;
  #elapsedNs = 0n;

  /** @param {bigint} systemStartNs when the request came */
  constructor(systemStartNs) {
    this.#systemStartNs = systemStartNs;
  }

  get monotonicNs() {
    return MONOTONIC_START_NS + this.#elapsedNs;
  }

  get systemNs() {
    return this.#systemStartNs + this.#elapsedNs;
  }

  /** Somebody has looked. */
  tick() {
    this.#elapsedNs += LOOK_NS;
  }

  get elapsedMs() {
    return Number(this.#elapsedNs) / Number(NANOSECONDS_PER_MILLISECOND);
  }

  /** @param {bigint} nanoseconds not negative */
  advance(nanoseconds) {
    this.#elapsedNs += nanoseconds;
  }
}

/** Random bytes that are drawn once and read again in every round. */
export class EntropyTape {
  #bytes = new Uint8Array(64);
  #drawn = 0;
  #offset = 0;

  rewind() {
    this.#offset = 0;
  }

  /** @param {Uint8Array} target */
  fill(target) {
    const end = this.#offset + target.length;
    if (end > this.#drawn) this.#draw(end);
    target.set(this.#bytes.subarray(this.#offset, end));
    this.#offset = end;
  }

  /** @param {number} end up to which there must be bytes */
  #draw(end) {
    if (end > this.#bytes.length) {
      const longer = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    for (; this.#drawn < end; this.#drawn = Math.min(end, this.#drawn + MAX_RANDOM_BYTES_PER_CALL)) {
      crypto.getRandomValues(this.#bytes.subarray(this.#drawn, Math.min(end, this.#drawn + MAX_RANDOM_BYTES_PER_CALL)));
    }
  }
}
