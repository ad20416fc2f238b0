import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { FINISHED, type ReconcileRow } from '../../src/model/question.ts';
import { pageModule } from './page-module.ts';

interface FatesModule {
  PARTS: readonly string[];
  addUp: (
    rows: readonly ReconcileRow[],
    host: string,
  ) => { received: number; parts: Record<string, number>; named: readonly { id: string; day: number; host: string }[]; firstDay: number };
  countedSince: (firstDay: number, from: number, firstTime: number) => number;
}
const { PARTS, addUp, countedSince } = await pageModule<FatesModule>('fates.js');
const DAY = 86_400;

const row = (day: number, host: string, counts: readonly number[]): ReconcileRow => {
  const [queued = 0, unexplained = 0, ...rest] = counts;
  return {
    day: day * DAY,
    host,
    instance: 'postfix',
    received: counts.reduce((sum, n) => sum + n, 0),
    finished: Object.fromEntries(FINISHED.map((fate, i) => [fate, rest[i] ?? 0])) as ReconcileRow['finished'],
    queued,
    unexplained,
    unexplainedMessages: Array.from({ length: Math.min(unexplained, 20) }, (_, i) => ({
      id: `${day}-${host}-${i}`,
      queueId: 'A1B2C3',
      reason: 'lost',
    })),
  };
};

test('the parts are those of the model, in the order of the equation', () => {
  assert.deepEqual(PARTS, [...FINISHED, 'queued', 'unexplained']);
});

test('days, hosts and instances add up part by part', () => {
  const rows = [row(3, 'mx1', [1, 0, 10, 5, 1, 0, 2, 1]), row(4, 'mx1', [4, 1, 20, 5]), row(4, 'mx2', [0, 2, 7])];
  const { received, parts, firstDay } = addUp(rows, '');
  assert.equal(received, 59);
  assert.deepEqual(parts, { delivered: 37, sent: 10, bounced: 1, expired: 0, discarded: 2, removed: 1, queued: 5, unexplained: 3 });
  assert.equal(firstDay, 3 * DAY);
});

test('one host is that host alone, also in the list of the unexplained', () => {
  const rows = [row(3, 'mx1', [1, 1, 10]), row(4, 'mx1', [0, 25, 2]), row(4, 'mx2', [0, 2, 7])];
  const { received, parts, named } = addUp(rows, 'mx1');
  assert.equal(received, 39);
  assert.equal(parts['unexplained'], 26);
  assert.equal(named.length, 21, 'twenty of the day that has more, and the one of the other');
  assert.ok(named.every(({ host }) => host === 'mx1'));
  assert.deepEqual([named[0]?.day, named.at(-1)?.id], [4 * DAY, '3-mx1-0'], 'newest day first');
});

test('a host without mail, or no mail at all, is nothing', () => {
  for (const { received, parts, named, firstDay } of [addUp([], ''), addUp([row(3, 'mx1', [1])], 'mx9')]) {
    assert.deepEqual([received, named.length, firstDay], [0, 0, 0]);
    assert.ok(Object.values(parts).every((n) => n === 0));
  }
});

test('whatever the rows are, the sum is an equation when each row is one', () => {
  const counts = fc.array(fc.nat(10_000), { minLength: 8, maxLength: 8 });
  const rows = fc.array(fc.tuple(fc.nat(400), fc.constantFrom('mx1', 'mx2', 'mx3'), counts), { maxLength: 40 });
  fc.assert(
    fc.property(rows, fc.constantFrom('', 'mx1', 'mx2'), (list, host) => {
      const { received, parts } = addUp(
        list.map(([day, name, n]) => row(day, name, n)),
        host,
      );
      const expected = list.filter(([, name]) => host === '' || name === host).flatMap(([, , n]) => n);
      assert.equal(
        received,
        expected.reduce((sum, n) => sum + n, 0),
      );
      assert.equal(
        Object.values(parts).reduce((sum, n) => sum + n, 0),
        received,
      );
    }),
  );
});

test('it is said where the range reaches back further than messages are kept', () => {
  assert.equal(countedSince(300 * DAY, 0, 100 * DAY), 300 * DAY, 'graphs have older figures');
  assert.equal(countedSince(300 * DAY, 0, 300 * DAY + 60), 0, 'collecting began on that day');
  assert.equal(countedSince(300 * DAY, 300 * DAY + 600, 100 * DAY), 0, 'the range began on that day');
  assert.equal(countedSince(0, 0, 100 * DAY), 0, 'no message');
  assert.equal(countedSince(300 * DAY, 0, 0), 0, 'the status is not known');
});
