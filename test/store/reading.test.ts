import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whileWanted } from '../../src/lib/patience.ts';
import type { Memory } from '../../src/store/duckdb/memory.ts';
import { messageCount } from '../../src/store/duckdb/read-state.ts';
import { ENDLESS, openDatabase } from './batches.ts';

test('a question is given up when the one who asked has gone, and the next is answered', async (t) => {
  const database = await openDatabase(t, 60_000);
  const going = new AbortController();
  const asked = whileWanted(going.signal, () => database.read((ask) => ask(ENDLESS), 'rows'));
  const behind = whileWanted(going.signal, () => database.read((ask) => ask('SELECT 2'), 'rows'));
  const next = database.read((ask) => ask('SELECT 1 AS one'), 'rows');
  // It runs, or waits for its turn; both are given up.
  setTimeout(() => going.abort(), 100);
  await assert.rejects(asked, { code: 'query_timeout' });
  await assert.rejects(behind, { code: 'query_timeout' });
  assert.deepEqual(await next, [{ one: 1 }]);
});

test('sums are read while rows are, however many wait for rows', async (t) => {
  const database = await openDatabase(t, 60_000);
  const going = new AbortController();
  const rows = whileWanted(going.signal, () =>
    Promise.allSettled(Array.from({ length: 5 }, () => database.read((ask) => ask(ENDLESS), 'rows'))),
  );
  assert.deepEqual(await database.read((ask) => ask('SELECT 1 AS one')), [{ one: 1 }]);
  going.abort();
  assert.ok((await rows).every(({ status }) => status === 'rejected'));
});

test('a long answer lets others come in between', async (t) => {
  const database = await openDatabase(t, 60_000);
  let turns = 0;
  let done = false;
  const others = (): void => void (done || (turns++, setImmediate(others)));
  setImmediate(others);
  const rows = await database.read(async (ask) => {
    await ask('SELECT 1');
    turns = 0;
    return ask("SELECT range AS n, 'text ' || range AS text FROM range(40_960)");
  });
  done = true;
  assert.deepEqual([rows.length, rows[40_959]], [40_960, { n: 40_959n, text: 'text 40959' }]);
  // DuckDB hands out 2,048 rows at a time.
  assert.ok(turns >= 20, `${turns}`);
});

test('messages are counted each time, of a large store every ten seconds', async () => {
  let [now, held] = [1000, 5];
  const count = messageCount(() => now);
  const asked = (lastUid: number) => count(async () => [{ n: held++ }], { facts: { lastUid } } as Memory);
  assert.deepEqual([await asked(10), await asked(10)], [5, 6]);
  assert.deepEqual([await asked(2e7), await asked(2e7)], [6, 6]);
  now += 10_000;
  assert.deepEqual([await asked(2e7), await asked(2e7)], [7, 7]);
});
