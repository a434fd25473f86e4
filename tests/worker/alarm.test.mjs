/** The alarm of a request: how many timers it makes, and what the clock reads when it rings. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Alarm } from "../../priv/worker/alarm.js";
import { Clock } from "../../priv/worker/clock.js";

const STANDING = { monotonicMs: () => 1000, systemMs: () => 0 };

/** @type {number} */
let rings;
/** @type {Clock} */
let clock;
/** @type {Alarm} */
let alarm;
beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  rings = 0;
  clock = new Clock(STANDING);
  alarm = new Alarm(() => rings++);
});

test("it rings in time, and then the clock has come so far although the host's stands still", () => {
  alarm.set(1020, clock);
  mock.timers.tick(19);
  assert.deepEqual([rings, clock.monotonicMs()], [0, 1000]);
  mock.timers.tick(1);
  assert.deepEqual([rings, clock.monotonicMs()], [1, 1020]);
});

test("one that is due earlier stays, and can be set again when it has rung", () => {
  alarm.set(1020, clock);
  alarm.set(1500, clock);
  mock.timers.tick(20);
  assert.deepEqual([rings, clock.monotonicMs()], [1, 1020]);
  alarm.set(1500, clock);
  mock.timers.tick(480);
  assert.deepEqual([rings, clock.monotonicMs()], [2, 1500]);
});

test("an earlier time replaces a later one; a cleared alarm never rings", () => {
  alarm.set(1500, clock);
  alarm.set(1020, clock);
  mock.timers.tick(20);
  assert.equal(rings, 1);
  mock.timers.tick(1000);
  assert.equal(rings, 1);
  alarm.set(3000, clock);
  alarm.clear();
  mock.timers.tick(5000);
  assert.equal(rings, 1);
});
