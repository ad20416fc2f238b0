import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minuteOfDay } from '../../src/alerts/quiet.ts';
import { startReceiver, toldOf } from './receiver.ts';
import { DISK, hook, MINUTE, SOURCES, START, world } from './world.ts';

const HOUR = 60 * MINUTE;

test('quiet hours within a day: told when they end, and what ended in them is not told at all', async (t) => {
  const receiver = await startReceiver(t);
  // It is noon.
  const here = await world(t, { rules: [{ ...DISK, quietHours: { from: 12 * 60, to: 14 * 60 } }], channels: [hook(receiver.url)] });
  here.now -= MINUTE;
  here.disk = 0.95;
  await here.pass();
  assert.deepEqual(toldOf(receiver.received), ['disk firing'], 'a minute before they begin');
  here.disk = 0;
  await here.pass(MINUTE);
  assert.deepEqual(toldOf(receiver.received), ['disk firing', 'disk resolved'], 'an end is told: it wakes nobody who does not know');
  here.disk = 0.95;
  await here.pass(MINUTE);
  here.disk = 0;
  await here.pass(MINUTE);
  await here.pass(2 * HOUR);
  assert.equal(receiver.received.length, 2);
  here.now = START + 24 * HOUR;
  here.disk = 0.95;
  await here.pass(119 * MINUTE);
  assert.equal(receiver.received.length, 2);
  await here.pass(MINUTE);
  assert.deepEqual(toldOf(receiver.received.slice(2)), ['disk firing']);
});

test('quiet hours are hours on the wall clock, on the days it is changed too', () => {
  const at = (...utc: Parameters<typeof Date.UTC>) => minuteOfDay(Date.UTC(...utc), 'Europe/Berlin') / 60;
  assert.deepEqual([at(2026, 2, 29, 0, 0), at(2026, 2, 29, 1, 0), at(2026, 2, 29, 5, 0)], [1, 3, 7]);
  assert.deepEqual([at(2026, 9, 25, 0, 0), at(2026, 9, 25, 1, 0), at(2026, 9, 25, 6, 0)], [2, 2, 7]);
  assert.equal(minuteOfDay(Date.UTC(2026, 0, 1), 'UTC'), 0, 'midnight is 0 and not 24');
});

test('a silence of one subject leaves the others loud, holds back repetitions, and runs out by itself', async (t) => {
  const receiver = await startReceiver(t);
  const settings = hook(receiver.url, { groupBy: ['source'], repeat: HOUR });
  const here = await world(t, { rules: [SOURCES], channels: [settings] });
  here.fail('a.log', 'b.log');
  await here.pass();
  await here.pass(1000);
  assert.deepEqual(toldOf(receiver.received).toSorted(), ['a.log firing', 'b.log firing']);
  const a = here.alerting.active().find(({ labels }) => labels['source'] === 'a.log');
  await here.alerting.silence({ rule: 'sources', fingerprint: a?.fingerprint ?? '', comment: '', until: here.now + 2.5 * HOUR });
  await here.pass(HOUR);
  await here.pass(HOUR);
  assert.deepEqual(toldOf(receiver.received.slice(2)), ['b.log firing', 'b.log firing']);
  await here.pass(HOUR);
  await here.pass(1000);
  assert.deepEqual(toldOf(receiver.received.slice(4)).toSorted(), ['a.log firing', 'b.log firing']);
  assert.deepEqual(here.alerting.silences(), []);
});

test('what began and ended in a silence is not told; of what was told before, the end is', async (t) => {
  const receiver = await startReceiver(t);
  const here = await world(t, { rules: [DISK, SOURCES], channels: [hook(receiver.url)] });
  here.disk = 0.95;
  await here.pass();
  for (const rule of ['disk', 'sources']) await here.alerting.silence({ rule, fingerprint: '', comment: '', until: here.now + HOUR });
  here.fail('a.log');
  await here.pass(MINUTE);
  here.fail();
  here.disk = 0;
  await here.pass(MINUTE);
  await here.pass(2 * HOUR);
  assert.deepEqual(toldOf(receiver.received), ['disk firing', 'disk resolved']);
});

test('a group is what has the same values of its labels: by the rule, by a label, or all as one', async (t) => {
  for (const [groupBy, notices] of [
    [['rule'], [['disk firing'], ['a.log firing', 'b.log firing']]],
    [['source'], [['disk firing'], ['a.log firing'], ['b.log firing']]],
    [['severity'], [['a.log firing', 'b.log firing', 'disk firing']]],
    [[], [['a.log firing', 'b.log firing', 'disk firing']]],
  ] as const) {
    const receiver = await startReceiver(t);
    const here = await world(t, { rules: [DISK, SOURCES], channels: [hook(receiver.url, { groupBy })] });
    here.disk = 0.95;
    here.fail('a.log', 'b.log');
    for (const _ of [1, 2, 3, 4]) await here.pass(1000);
    const told = receiver.received.map((one) => toldOf([one]).toSorted());

    assert.deepEqual(
      told.toSorted((x, y) => (x.join() < y.join() ? -1 : 1)),
      notices.toSorted((x, y) => (x.join() < y.join() ? -1 : 1)),
      groupBy.join(),
    );
  }
});
