import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backlogs } from '../../collectors/index.ts';

const HOUR = 3_600_000;

test('of logs with a backlog the one that is furthest back goes on; nobody waits for who is read live, or cannot be read', (t) => {
  const now = Date.UTC(2026, 10, 23);
  t.mock.timers.enable({ apis: ['Date'], now });
  const backlogs = new Backlogs();
  const [one, other, live] = [{}, {}, {}];
  const turns = (): boolean[] => [one, other, live].map((log) => backlogs.mayGoOn(log));
  for (const log of [one, other, live]) backlogs.has(log);
  assert.deepEqual(turns(), [true, true, true], 'nothing is known of any');
  backlogs.has(one, now - 2 * HOUR);
  assert.deepEqual(turns(), [false, true, true], 'the others were not looked at');
  backlogs.has(other, now - HOUR);
  backlogs.has(live, now - 1000);
  assert.deepEqual(turns(), [true, false, true]);
  backlogs.has(one);
  assert.deepEqual(turns(), [true, false, true], 'a look that found no time: it stays where it was');
  t.mock.timers.tick(9000);
  assert.deepEqual([backlogs.mayGoOn(other), backlogs.mayGoOn(live)], [false, true]);
  t.mock.timers.tick(2000);
  assert.equal(backlogs.mayGoOn(other), true, 'the first has not asked for eleven seconds');
  assert.equal(backlogs.mayGoOn(one), true);
  t.mock.timers.tick(2000);
  assert.equal(backlogs.mayGoOn(other), false, 'the first asks again');
  backlogs.isDone(one);
  assert.equal(backlogs.mayGoOn(other), true);
});

test('the more logs have a backlog, the smaller the piece that one reads at its turn', () => {
  const backlogs = new Backlogs();
  const budgets = Array.from({ length: 100 }, () => {
    backlogs.has({});
    return backlogs.budget;
  });
  assert.deepEqual([budgets[0], budgets[1], budgets[7], budgets[99]], [1024 * 1024, 256 * 1024, 64 * 1024, 16 * 1024]);
});
