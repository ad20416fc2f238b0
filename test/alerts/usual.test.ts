import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rehearse } from '../../src/alerts/rehearse.ts';
import { zoneNamed } from '../../src/envelope/zone.ts';
import { emptyBatch } from '../http/service.ts';
import { queueFile } from '../store/batches.ts';
import { above, below, ruleOf, watching, type Watching } from './counted.ts';
import { MINUTE, START } from './world.ts';

/** `change`: against the same hours of the last four weeks, over a real store. */

const HOUR = 60 * MINUTE;
const WEEK = 7 * 24 * HOUR;

const SPAM = { type: 'change', series: 'spam', where: {}, over: HOUR, atLeast: 50 } as const;
/** So much of it in this hour of so many weeks ago. */
const weekly = async (here: Watching, ...counts: readonly number[]): Promise<void> => {
  for (const [index, count] of counts.entries()) await here.count('spam', here.now - (index + 1) * WEEK - 30 * MINUTE, count);
};

test('change: so many times the median of the same hour of four weeks', async (t) => {
  const here = await watching(t, ruleOf(SPAM, { ...above(3), holdFor: 10 * MINUTE }));
  await weekly(here, 40, 60, 1000, 60);
  await here.count('spam', START - 2 * HOUR, 5000);
  await here.count('spam', START - 30 * MINUTE, 180);
  assert.deepEqual(await here.look(), [], 'three times is not above three times');
  await here.count('spam', START - 20 * MINUTE, 6);
  assert.deepEqual(await here.look(), ['pending 3.1']);
  assert.deepEqual(await here.look(10 * MINUTE), ['firing 3.1']);
  const [alert] = here.alerting.active();
  assert.ok(alert);
  assert.deepEqual(alert.evidence.figures, { current: 186, usual: 60 });
  assert.equal(here.alerting.words(alert, 'en').text, '186 messages in 60 minutes, where 60 messages are usual: 3.1 times; the limit is 3');
  assert.deepEqual(await here.look(HOUR), []);
});

test('change: where both are few nothing has changed; something where nothing is usual has', async (t) => {
  const here = await watching(t, ruleOf(SPAM, above(3)));
  await weekly(here, 1, 1, 1, 1);
  await here.count('spam', START - MINUTE, 49);
  assert.deepEqual(await here.look(), []);
  await here.count('spam', START - MINUTE, 1);
  assert.deepEqual(await here.look(), ['firing 50']);
});

test('change: nothing in a usual hour; and one week that was collected is no habit', async (t) => {
  const rule = ruleOf({ ...SPAM, series: 'received', atLeast: 10 }, below(0.01));
  const received = (here: Watching, weeks: number) => here.count('received', here.now - weeks * WEEK - 30 * MINUTE, 100);
  const here = await watching(t, rule);
  for (const weeks of [1, 2, 3, 4]) await received(here, weeks);
  assert.deepEqual(await here.look(), ['firing 0']);
  const young = await watching(t, rule, { collected: [START - 1.5 * WEEK, START + WEEK] });
  await received(young, 1);
  assert.deepEqual(await young.look(), []);
  const older = await watching(t, rule, { collected: [START - 2.5 * WEEK, START + WEEK] });
  await received(older, 1);
  await received(older, 2);
  assert.deepEqual(await older.look(), ['firing 0']);
});

test('change of each user: only who sends far more than usual', async (t) => {
  const expression = { ...SPAM, series: 'received', where: { via: ['submission'] }, atLeast: 100 } as const;
  const here = await watching(t, ruleOf(expression, { each: 'user', ...above(5, 3) }));
  let uid = 0;
  const sent = (user: string, count: number, time: number) =>
    here.store.commit(
      emptyBatch({
        queueFiles: Array.from({ length: count }, () => queueFile({ uid: ++uid, time, user, sender: user, via: 'submission' })),
      }),
    );
  for (const weeks of [1, 2, 3, 4]) {
    await sent('newsletter@example.org', 100, START - weeks * WEEK - 30 * MINUTE);
    await sent('ann@example.org', 2, START - weeks * WEEK - 30 * MINUTE);
  }
  await sent('newsletter@example.org', 300, START - 30 * MINUTE);
  await sent('ann@example.org', 99, START - 30 * MINUTE);
  assert.deepEqual(await here.look(), []);
  await sent('ann@example.org', 1, START - 20 * MINUTE);
  assert.deepEqual(await here.look(), ['ann@example.org firing 50']);
  assert.deepEqual(await here.look(2 * HOUR), []);
});

/**
 * Every day at the same time on the wall clock many spam messages come for an hour, and few in the hours around it. Whoever
 * compares hours of UTC takes the wrong one after the clock was changed.
 */
async function mornings(t: Parameters<typeof watching>[0], zone: string, now: number): Promise<Watching> {
  const here = await watching(t, ruleOf(SPAM, above(2)), { zone, now });
  const clock = zoneNamed(zone);
  for (const weeks of [0, 1, 2, 3, 4]) {
    const end = clock.earlier(now, weeks * WEEK);
    for (const [hours, count] of [
      [-1, 60],
      [0, 600],
      [1, 60],
    ] as const)
      await here.count('spam', end + (hours - 0.5) * HOUR, count);
  }
  return here;
}

test('change: the same hours are those of the wall clock, over summer time in both directions and half an hour', async (t) => {
  for (const [zone, now] of [
    // Clocks were put forward on 29 March, back on 25 October; in Lord Howe's by half an hour, on 4 October and 5 April.
    ['Europe/Berlin', Date.UTC(2026, 2, 30, 6, 0)],
    ['Europe/Berlin', Date.UTC(2026, 9, 26, 7, 0)],
    ['America/New_York', Date.UTC(2026, 2, 9, 13, 0)],
    ['Australia/Lord_Howe', Date.UTC(2026, 9, 12, 22, 30)],
    ['Australia/Lord_Howe', Date.UTC(2026, 3, 8, 22, 30)],
    ['Asia/Shanghai', Date.UTC(2026, 2, 30, 1, 0)],
  ] as const) {
    const here = await mornings(t, zone, now);
    assert.deepEqual(await here.look(), [], zone);
    await here.count('spam', now - MINUTE, 601);
    assert.deepEqual(await here.look(), ['firing 2.002'], zone);
    const episodes = await rehearse(ruleOf(SPAM, above(2)), here.store, {
      from: now - 10 * MINUTE,
      to: now,
      every: 10 * MINUTE,
      zone: zoneNamed(zone),
    });
    assert.deepEqual(
      episodes.map(({ alert }) => alert.evidence.figures),
      [{ current: 1201, usual: 600 }],
      `${zone}, rehearsed`,
    );
  }
});

test('change: an hour that the clock skipped has a window as long as any, and the one it showed twice one of them', async (t) => {
  // Sunday 5 April 2026, 02:30 to 03:30 in Berlin; a week before the clock jumped from 02:00 to 03:00.
  const skipped = await watching(t, ruleOf(SPAM, above(2)), { zone: 'Europe/Berlin', now: Date.UTC(2026, 3, 5, 0, 30) });
  for (const weeks of [0, 1, 2, 3, 4])
    await skipped.count('spam', zoneNamed('Europe/Berlin').earlier(skipped.now, weeks * WEEK) - 30 * MINUTE, 100);
  assert.deepEqual(await skipped.look(), []);
  assert.deepEqual(skipped.failures, []);
  // 1 November, 02:30; a week before it was 02:30 twice: the first counts.
  const twice = await watching(t, ruleOf(SPAM, { ...above(2) }), { zone: 'Europe/Berlin', now: Date.UTC(2026, 10, 1, 1, 30) });
  await twice.count('spam', Date.UTC(2026, 9, 25, 0, 0), 100);
  for (const weeks of [0, 2, 3, 4])
    await twice.count('spam', zoneNamed('Europe/Berlin').earlier(twice.now, weeks * WEEK) - 30 * MINUTE, 100);
  await twice.count('spam', twice.now - MINUTE, 101);
  await twice.look();
  assert.deepEqual(twice.alerting.active()[0]?.evidence.figures, { current: 201, usual: 100 });
});

test('a long window reaches as far back as it must when the past is gone through', async (t) => {
  const rule = ruleOf({ ...SPAM, over: 10 * 24 * HOUR }, above(2));
  const here = await watching(t, rule, { collected: [START - 9 * WEEK, START + WEEK] });
  for (const weeks of [1, 2, 3, 4]) await here.count('spam', START - weeks * WEEK - 9.5 * 24 * HOUR, 100);
  await here.count('spam', START - HOUR, 1000);
  const window = { from: START, to: START, every: MINUTE, zone: zoneNamed('UTC') };
  const [episode] = await rehearse(rule, here.store, window);
  const [live] = (await here.look(), here.alerting.active());
  assert.deepEqual(episode?.alert.evidence.figures, live?.evidence.figures);
  assert.ok((live?.evidence.figures['usual'] ?? 0) > 0);
});
