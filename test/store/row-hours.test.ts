import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeliveryRow, QueueFileRow } from '../../src/model/batch.ts';
import type { SeriesQuestion } from '../../src/model/question.ts';
import { QUANTILES, SIZES } from '../../src/model/series.ts';
import type { Store } from '../../src/store/store.ts';
import { batchOf, databasePath, DAY_START, delivery, delta, openStore, queueFile } from './batches.ts';

const DAYS = 6;
const at = fc.integer({ min: 0, max: DAYS * 1440 - 1 }).map((minute) => (DAY_START + minute * 60 + 7) * 1000);
const host = fc.constantFrom('a', "it's");

/** What a round adds. */
const added = fc.record({
  deliveries: fc.array(
    fc.record({
      time: at,
      host,
      outcome: fc.constantFrom('sent', 'delivered', 'deferred', 'hop'),
      delay: fc.constantFrom(0, 10, 20, 1100, 99_000, 432_000_000),
      recipient: fc.constantFrom('r@example.org', 'r@example.net'),
    }),
    { maxLength: 40 },
  ),
  files: fc.array(
    fc.record({
      time: at,
      host,
      size: fc.constantFrom(0, 16_383, 16_384, 5_000_000, 2 ** 40),
      origin: fc.constantFrom('received', 'hop'),
    }),
    { maxLength: 20 },
  ),
  /** How many deliveries of earlier rounds turn out to be hops. */
  corrected: fc.integer({ min: 0, max: 3 }),
});

const questions = fc.record({
  from: fc.oneof(
    fc.integer({ min: 0, max: DAYS * 24 }).map((hour) => hour * 60),
    fc.integer({ min: 0, max: DAYS * 1440 }),
  ),
  length: fc.oneof(
    fc.integer({ min: 1, max: DAYS * 24 }).map((hour) => hour * 60),
    fc.integer({ min: 1, max: DAYS * 1440 }),
  ),
  step: fc.constantFrom(600, 3600, 14_400, 86_400),
  by: fc.subarray(['host'] as const),
  where: fc.constantFrom({}, { host: ["it's"] }, { host: [] }),
});

const grouped = <T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
};

function asked<Row extends { readonly time: number; readonly host: string }>(
  rows: readonly Row[],
  question: SeriesQuestion,
): Map<string, Row[]> {
  const { from, to, step, by, where } = question;
  const inRange = rows.filter(({ time, host: of }) => time >= from * 1000 && time < to * 1000 && (where.host?.includes(of) ?? true));
  return grouped(inRange, ({ time, host: of }) => JSON.stringify([by.includes('host') ? of : '', Math.floor(time / 1000 / step) * step]));
}

const inOrder = (values: Iterable<readonly [string, number]>): [string, number][] =>
  [...values].map(([key, value]): [string, number] => [key, value]).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Percentiles by sorting, as the definition says. */
const delays = (rows: readonly DeliveryRow[], question: SeriesQuestion) =>
  inOrder(
    [
      ...asked(
        rows.filter(({ outcome }) => outcome === 'sent' || outcome === 'delivered'),
        question,
      ),
    ].flatMap(([key, found]) => {
      const sorted = found.map(({ delay }) => delay).toSorted((a, b) => a - b);
      return QUANTILES.map(
        (quantile) => [`${key} ${quantile}`, (sorted[Math.ceil(sorted.length * Number(quantile)) - 1] ?? NaN) / 1000] as const,
      );
    }),
  );

const sizes = (rows: readonly QueueFileRow[], question: SeriesQuestion) =>
  inOrder(
    [
      ...asked(
        rows.filter(({ origin }) => origin === 'received'),
        question,
      ),
    ].flatMap(([key, found]) =>
      [...grouped(found, ({ size }) => Object.entries(SIZES).find(([, below]) => size < below)?.[0] ?? '')].map(
        ([sizeClass, all]) => [`${key} ${sizeClass}`, all.length] as const,
      ),
    ),
  );

async function answered(store: Store, question: SeriesQuestion): Promise<[string, number][]> {
  const { series } = await store.series(question);
  return inOrder(
    series.flatMap(({ labels, points }) =>
      points.flatMap(([t, value]) =>
        value === null || (value === 0 && labels.quantile === undefined)
          ? []
          : [[`${JSON.stringify([labels.host ?? '', t])} ${labels.quantile ?? labels.size_class}`, value] as const],
      ),
    ),
  );
}

test('delays and sizes are those of the rows, whatever part of them is summed up by the hour', async (t) => {
  // Of new stores, because what goes wrong with the first rows does not show once there are many.
  for (let stores = 0; stores < 5; stores++) {
    const store = await openStore(t);
    const known: { deliveries: DeliveryRow[]; files: QueueFileRow[] } = { deliveries: [], files: [] };
    let uid = 0;
    let round = 0;
    await fc.assert(
      fc.asyncProperty(added, questions, async (more, { from, length, step, by, where }) => {
        const deliveries = more.deliveries.map((one) => delivery({ uid: ++uid, ...one }));
        const queueFiles = more.files.map((one) => queueFile({ uid: ++uid, ...one }));
        const corrections = known.deliveries
          .filter(({ outcome }) => outcome === 'sent')
          .slice(0, more.corrected)
          .map((one) => ({
            uid: one.uid,
            recipient: one.recipient,
            nextQueueId: '',
            time: one.time,
            until: one.time,
            outcome: 'hop' as const,
          }));
        const wrong = new Set(corrections.map((one) => one.uid));
        // As the pipeline counts: what changes an hour's rows changes its sums.
        const rollups = [
          ...deliveries.map((one) => delta('sent', one.time, 1, { host: one.host })),
          ...queueFiles.map((one) => delta('received', one.time, 1, { host: one.host })),
          ...corrections.map((one) => delta('sent', one.time, -1, { host: 'a' })),
        ];
        await store.commit(batchOf({ deliveries, queueFiles, corrections, rollups }));
        known.deliveries = [
          ...known.deliveries.map((one) => (wrong.has(one.uid) ? { ...one, outcome: 'hop' as const } : one)),
          ...deliveries,
        ];
        known.files.push(...queueFiles);
        if (++round % 4 === 0) await store.compact();
        const question = { from: DAY_START + from * 60, to: DAY_START + (from + length) * 60, step, where };
        const delay = { ...question, series: ['delivery_delay' as const], by: [...by, 'quantile' as const] };
        assert.deepEqual(await answered(store, delay), delays(known.deliveries, delay));
        const size = { ...question, series: ['received_sizes' as const], by: [...by, 'size_class' as const] };
        assert.deepEqual(await answered(store, size), sizes(known.files, size));
        const ofDomain = { ...delay, where: { ...where, domain: ['example.net'] } };
        const itsOwn = known.deliveries.filter(({ recipient }) => recipient.endsWith('@example.net'));
        assert.deepEqual(await answered(store, ofDomain), delays(itsOwn, delay));
      }),
      { numRuns: 14 },
    );
    await store.close();
  }
});

test('a delivery of before the first message that came in counts by the hour as well', async (t) => {
  const store = await openStore(t);
  const timeOf = (hour: number): number => (DAY_START + hour * 3600) * 1000;
  await store.commit(
    batchOf({
      deliveries: [delivery({ uid: 1, time: timeOf(2), delay: 1100 })],
      queueFiles: [queueFile({ uid: 2, time: timeOf(5) })],
      rollups: [delta('sent', timeOf(2), 1), delta('received', timeOf(5), 1), delta('received', timeOf(9), 1)],
    }),
  );
  await store.compact();
  const { series } = await store.series({
    from: DAY_START,
    to: DAY_START + 86_400,
    step: 3600,
    series: ['delivery_delay'],
    by: [],
    where: {},
  });
  assert.deepEqual(
    series[0]?.points.flatMap(([, value]) => value ?? []),
    [1.1],
  );
});

test('what was summed up outlives its rows, a restart, and what comes later for the time of rows that are gone', async (t) => {
  const path = await databasePath(t);
  const first = await openStore(t, { path });
  const day = (n: number): number => (DAY_START + n * 86_400 + 1800) * 1000;
  const commit = async (into: Store, uid: number, n: number, delay: number) =>
    into.commit(
      batchOf({
        deliveries: [delivery({ uid, time: day(n), delay })],
        queueFiles: [queueFile({ uid, time: day(n) })],
        rollups: [delta('sent', day(n), 1)],
      }),
    );
  await commit(first, 1, 0, 1000);
  await commit(first, 2, 1, 2000);
  await commit(first, 3, 30, 3000);
  await first.compact();
  await first.retain({ messages: 10, minutes: 10, hours: 100, days: 0 }, day(30));
  await first.close();
  const store = await openStore(t, { path });
  const question = { from: DAY_START, to: DAY_START + 31 * 86_400, step: 86_400, where: {} };
  const found = async () =>
    (await store.series({ ...question, series: ['delivery_delay'], by: [] })).series[0]?.points.flatMap(([, value]) => value ?? []);
  assert.deepEqual(await found(), [1, 2, 3]);
  await commit(store, 4, 0, 9000);
  await store.compact();
  assert.deepEqual((await found())?.slice(1), [2, 3]);
  await commit(store, 5, 2, 5000);
  await commit(store, 6, 40, 5000);
  assert.deepEqual((await found())?.slice(1), [2, 5, 3], 'an hour that was never summed up is counted from its rows');
});

test('an archive of before the time whose rows are kept is summed up beside what stands there, and outlives its rows', async (t) => {
  const store = await openStore(t);
  const hour = (n: number): number => (DAY_START + n * 86_400 + 1800) * 1000;
  let uid = 0;
  const commit = async (n: number, of: string, ...delaysOfRows: readonly number[]) => {
    const rows = delaysOfRows.map((delay) => ({ uid: ++uid, time: hour(n), host: of, delay }));
    await store.commit(
      batchOf({
        deliveries: rows.map((row) => delivery(row)),
        queueFiles: rows.map(({ delay: _delay, ...row }) => queueFile(row)),
        rollups: [delta('sent', hour(n), rows.length, { host: of })],
      }),
    );
  };
  const limits = { messages: 10, minutes: 10, hours: 100, days: 0 };
  const found = async (name: 'delivery_delay' | 'received_sizes') =>
    (await store.series({ from: DAY_START, to: DAY_START + 4 * 86_400, step: 86_400, where: {}, series: [name], by: ['host'] })).series.map(
      ({ labels, points }) => [labels.host, points.flatMap(([, value]) => value ?? [])],
    );
  await commit(1, 'a', 1000, 1000);
  await commit(30, 'a', 9000);
  await store.compact();
  await store.retain(limits, hour(30));
  await commit(1, 'a', 2000);
  await commit(1, 'b', 3000, 3000);
  await commit(3, 'b', 4000);
  await store.compact();
  await commit(3, 'b', 4000, 5000, 5000, 5000);
  await store.compact();
  const expected = [
    ['a', [1]],
    ['b', [3, 5]],
  ];
  assert.deepEqual(await found('delivery_delay'), expected);
  await store.retain(limits, hour(31));
  assert.deepEqual(await found('delivery_delay'), expected);
  assert.deepEqual(await found('received_sizes'), [
    ['a', [2]],
    ['b', [2, 5]],
  ]);
});
