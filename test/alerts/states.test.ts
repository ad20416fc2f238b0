import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { step, type Watched } from '../../src/alerts/states.ts';
import type { AlertRule } from '../../src/model/alert.ts';
import { DISK, MINUTE, START } from './world.ts';

/** Goes through one figure a minute; what the alert was after each. */
function walk(rule: AlertRule, values: readonly (number | null)[]): string[] {
  let watched: Watched | undefined;
  return values.map((value, minute) => {
    const after = step(rule, watched, { labels: {}, value, figures: {} }, START + minute * MINUTE);
    watched = after.kind === 'none' || after.kind === 'dropped' ? undefined : after.watched;
    const status = watched?.alert.status ?? after.kind;
    if (status === 'resolved') watched = undefined;
    return status;
  });
}

test('it fires when it held for long enough, and a pending one that does not comes to nothing', () => {
  const rule = { ...DISK, holdFor: 2 * MINUTE };
  assert.deepEqual(walk(rule, [0.5, 0.95, 0.95, 0.95]), ['none', 'pending', 'pending', 'firing']);
  assert.deepEqual(walk(rule, [0.95, 0.5, 0.95]), ['pending', 'dropped', 'pending']);
});

test('between the two thresholds nothing changes, either way', () => {
  assert.deepEqual(walk(DISK, [0.85, 0.95, 0.85, 0.81, 0.8, 0.85]), ['none', 'firing', 'firing', 'firing', 'resolved', 'none']);
  const below: AlertRule = { ...DISK, threshold: { is: 'below', value: 1, resolveAt: 3 } };
  assert.deepEqual(walk(below, [1, 0, 2, 3]), ['none', 'firing', 'firing', 'resolved']);
});

test('it is kept firing for a while, and a relapse begins that anew', () => {
  const rule = { ...DISK, keepFiringFor: 2 * MINUTE };
  assert.deepEqual(walk(rule, [0.95, 0.1, 0.95, 0.1, 0.1]), ['firing', 'firing', 'firing', 'firing', 'resolved']);
});

test('an unknown figure neither fires nor resolves', () => {
  assert.deepEqual(walk(DISK, [null, 0.95, null, 0.1]), ['none', 'firing', 'firing', 'resolved']);
});

test('whatever the figures: resolved only after firing, never firing below the threshold, ids are of one time', () => {
  const value = fc.option(fc.constantFrom(0, 0.8, 0.85, 0.9, 0.95, 1), { nil: null });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), fc.constantFrom(0, 1, 3), fc.constantFrom(0, 1, 3), (values, hold, keep) => {
      const rule = { ...DISK, holdFor: hold * MINUTE, keepFiringFor: keep * MINUTE };
      const statuses = walk(rule, values);
      for (const [index, status] of statuses.entries()) {
        const before = statuses[index - 1];
        if (status === 'resolved') assert.equal(before, 'firing');
        if (status === 'firing' && before !== 'firing') {
          const held = values.slice(index - hold, index + 1);
          assert.ok(held.length === hold + 1 && held.at(-1) !== null && (held.at(-1) ?? 0) > 0.9, JSON.stringify([statuses, values]));
          assert.ok(held.every((one) => one === null || one > 0.9));
        }
      }
    }),
  );
});
