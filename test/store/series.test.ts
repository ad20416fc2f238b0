import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RollupDelta } from '../../src/model/batch.ts';
import type { SeriesQuestion, Where } from '../../src/model/question.ts';
import type { Label, SeriesName } from '../../src/model/series.ts';
import { segmentsOf } from '../../src/store/duckdb/segments.ts';
import type { Store } from '../../src/store/store.ts';
import { batchOf, databasePath, DAY_START, delta, openStore } from './batches.ts';

const NAMES = ['received', 'sent', 'rejected'] as const;
const DAYS = 40;

const deltas = fc.array(
  fc.record({
    minute: fc.integer({ min: 0, max: DAYS * 1440 - 1 }),
    series: fc.constantFrom(...NAMES),
    host: fc.constantFrom('a', 'b', "it's"),
    reason: fc.constantFrom('', 'dnsbl', 'helo'),
    value: fc.integer({ min: -3, max: 1_000_000 }),
  }),
  { maxLength: 60 },
);

const questions = fc.record({
  from: fc.integer({ min: 0, max: DAYS * 1440 }),
  length: fc.integer({ min: 1, max: DAYS * 1440 }),
  step: fc.constantFrom(300, 1800, 3600, 7200, 43_200, 86_400),
  by: fc.subarray<Label>(['host', 'reason', 'via']),
  where: fc.constantFrom<Where>({}, { host: ['a', "it's"] }, { reason: ['dnsbl'] }, { reason: [''] }, { host: [] }),
});

const asDelta = ({
  minute,
  series,
  host,
  reason,
  value,
}: {
  minute: number;
  series: SeriesName;
  host: string;
  reason: string;
  value: number;
}) => delta(series, (DAY_START + minute * 60 + 7) * 1000, value, reason === '' ? { host } : { host, reason });

function selected(all: readonly RollupDelta[], { from, to, where }: Pick<SeriesQuestion, 'from' | 'to' | 'where'>): RollupDelta[] {
  return all.filter(({ time, labels }) => {
    const minute = Math.floor(time / 60_000) * 60;
    const fits = Object.entries(where).every(([label, values]) => values.includes(labels[label as Label] ?? ''));
    return fits && minute >= from && minute < to;
  });
}

const inOrder = (sums: [string, number][]) => new Map(sums.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** The same answer by plain addition: sums by series, labels and bin. */
function reference(all: readonly RollupDelta[], question: SeriesQuestion): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { series, labels, time, value } of selected(all, question)) {
    const bin = Math.floor(time / 1000 / question.step) * question.step;
    const key = JSON.stringify([series, question.by.map((label) => labels[label] ?? ''), bin]);
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return inOrder([...sums].filter(([, value]) => value !== 0));
}

async function answered(store: Store, question: SeriesQuestion): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const { name, labels, points, total } of (await store.series(question)).series) {
    assert.equal(
      total,
      points.reduce((sum, [, value]) => sum + (value ?? 0), 0),
    );
    for (const [t, value] of points) {
      if (value !== null && value !== 0) sums.set(JSON.stringify([name, question.by.map((label) => labels[label] ?? ''), t]), value);
    }
  }
  return inOrder([...sums]);
}

test('series and totals equal plain addition, before and after merging, for any deltas and any question', async (t) => {
  const store = await openStore(t);
  const all: RollupDelta[] = [];
  let round = 0;
  await fc.assert(
    fc.asyncProperty(deltas, questions, async (added, { from, length, step, by, where }) => {
      const rollups = added.map(asDelta);
      await store.commit(batchOf({ rollups }));
      all.push(...rollups);
      if (++round % 7 === 0) await store.compact();
      const range = { from: DAY_START + from * 60, to: DAY_START + (from + length) * 60 };
      const question = { series: [...NAMES], ...range, step, by, where };
      assert.deepEqual(await answered(store, question), reference(all, question));
      const totals = await store.totals({ series: [...NAMES], ...range, where });
      assert.equal(
        totals.reduce((sum, { value }) => sum + value, 0),
        selected(all, question).reduce((sum, { value }) => sum + value, 0),
      );
    }),
    { numRuns: 40 },
  );
});

test('segments cover a range once, without a hole', () => {
  const minute = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(minute, minute, fc.constantFrom(60, 300, 3600, 7200, 86_400), minute, minute, (a, b, step, kept, keptHours) => {
      const [from, to] = [Math.min(a, b) * 60, Math.max(a, b) * 60];
      const day = (time: number): number => Math.floor(time / 1440) * 86_400_000;
      const segments = segmentsOf(from, to, step, { minutesFrom: day(kept), hoursFrom: day(Math.min(kept, keptHours)) });
      let at = from;
      for (const segment of segments) {
        assert.equal(segment.from, at);
        assert.ok(segment.to > at);
        at = segment.to;
      }
      assert.equal(at, to);
    }),
  );
});

test('a bin is 0 where a source was read and null where none was', async (t) => {
  const path = await databasePath(t);
  const minute = (n: number): number => (DAY_START + n * 60) * 1000;
  const first = await openStore(t, { path });
  await first.commit(
    batchOf({
      rollups: [delta('received', minute(12), 3)],
      coverage: [
        { source: 'one', from: minute(0), to: minute(5) - 1 },
        { source: 'one', from: minute(10), to: minute(12) },
        { source: 'one', from: minute(12), to: minute(20) - 1 },
        { source: 'two', from: minute(31), to: minute(31) },
      ],
    }),
  );
  await first.compact();
  await first.close();
  const store = await openStore(t, { path });
  const question = { series: ['received', 'sent'], from: DAY_START, to: DAY_START + 2400, step: 300, by: [], where: {} } as const;
  const { series } = await store.series(question);
  assert.deepEqual(
    series.map(({ name, points }) => [name, points.map(([, value]) => value)]),
    [
      ['received', [0, null, 3, 0, null, null, 0, null]],
      ['sent', [0, null, 0, 0, null, null, 0, null]],
    ],
  );
  assert.deepEqual(
    series.map(({ total, avg, max, unit }) => [total, avg, max, unit]),
    [
      [3, 0.75, 3, 'messages'],
      [0, 0, 0, 'recipients'],
    ],
  );
  assert.deepEqual(series[0]?.points[2], [DAY_START + 600, 3]);
});

test('gauges are averaged per bin, summed over hosts, and total is the last value', async (t) => {
  const store = await openStore(t);
  const sample = (minute: number, host: string, queue: 'active' | 'deferred', messages: number, oldestSeconds = 0) => ({
    time: (DAY_START + minute * 60) * 1000,
    host,
    instance: 'postfix',
    queue,
    messages,
    bytes: messages * 1000,
    oldestSeconds,
  });
  await store.commit(
    batchOf({
      queueSamples: [
        sample(0, 'a', 'deferred', 10, 50),
        sample(1, 'a', 'deferred', 20, 60),
        sample(1, 'b', 'deferred', 4, 900),
        sample(1, 'b', 'active', 1),
        sample(10, 'a', 'deferred', 7, 10),
        sample(10, 'b', 'deferred', 2, 30),
        sample(11, 'b', 'active', 5),
      ],
    }),
  );
  const ask = async (series: SeriesName, by: Label[], where: Where = {}) =>
    (await store.series({ series: [series], from: DAY_START, to: DAY_START + 900, step: 300, by, where })).series.map((one) => [
      one.labels,
      one.points.map(([, value]) => value),
      one.total,
      one.max,
    ]);
  assert.deepEqual(await ask('queue_messages', ['queue']), [
    [{ queue: 'active' }, [1, null, 5], 5, 5],
    [{ queue: 'deferred' }, [19, null, 9], 9, 19],
  ]);
  assert.deepEqual(await ask('queue_bytes', [], { queue: ['deferred'], host: ['b'] }), [[{}, [4000, null, 2000], 2000, 4000]]);
  assert.deepEqual(await ask('queue_oldest_seconds', [], { queue: ['deferred'] }), [[{}, [900, null, 30], 30, 900]]);
  const queues = await store.queues();
  assert.deepEqual(
    queues.map(({ host, time, queues: list }) => [host, time / 1000 - DAY_START, list.map(({ queue, messages }) => [queue, messages])]),
    [
      ['a', 600, [['deferred', 7]]],
      ['b', 660, [['active', 5]]],
    ],
  );
});

test('label values, parser figures and facts', async (t) => {
  const store = await openStore(t);
  const at = (DAY_START + 60) * 1000;
  const lines = (program: string, result: string, value: number) => delta('log_lines', at, value, { host: 'h', program, result });
  const unknown = { time: at, host: 'h', program: 'smtpd', template: 'odd <n>', count: 2 };
  await store.commit(
    batchOf({
      rollups: [
        lines('smtpd', 'understood', 90),
        lines('smtpd', 'unknown', 10),
        lines('cron', 'unknown', 1),
        delta('sent', at, 1, { host: 'g', domain: 'example.org' }),
      ],
      unknownLines: [unknown, { ...unknown, time: at + 5000, count: 3 }],
      lines: 101,
    }),
  );
  await store.compact();
  assert.deepEqual(await store.parser(DAY_START, DAY_START + 3600), {
    programs: [
      { host: 'h', instance: '', program: 'cron', understood: 0, unknown: 1 },
      { host: 'h', instance: '', program: 'smtpd', understood: 90, unknown: 10 },
    ],
    unknown: [{ host: 'h', program: 'smtpd', template: 'odd <n>', count: 5, last: DAY_START + 65 }],
  });
  assert.deepEqual(await store.labelValues('host'), ['g', 'h']);
  assert.deepEqual(await store.labelValues('domain'), ['example.org']);
  const facts = await store.facts();
  assert.deepEqual([facts.firstTime, facts.lastTime, facts.lines, facts.messages], [DAY_START + 60, DAY_START + 60, 101, 0]);
  assert.ok(facts.bytesOnDisk > 0 && facts.bytesInMemory > 0);
});

test('curves by the thousand are refused, not made; few of them, or short ones, are', async (t) => {
  const store = await openStore(t);
  const domains = Array.from({ length: 600 }, (_, i) => `d${i}.example`);
  await store.commit(batchOf({ rollups: domains.map((domain) => delta('delivered', DAY_START * 1000, 1, { domain })) }));
  const question = { series: ['delivered'], from: DAY_START, to: DAY_START + 86_400, by: ['domain'], where: {} } as const;
  await assert.rejects(store.series({ ...question, step: 60 }), { code: 'usage', message: /500000 points/ });
  assert.equal((await store.series({ ...question, step: 3600 })).series.length, 600);
  const some = await store.series({ ...question, step: 60, where: { domain: domains.slice(0, 5) } });
  assert.deepEqual(
    some.series.map(({ labels, total }) => [labels['domain'], total]),
    domains.slice(0, 5).map((domain) => [domain, 1]),
  );
});

test('the largest values of a label have a curve of their own, or those that are named; the others are one', async (t) => {
  const store = await openStore(t);
  const at = (minute: number) => (DAY_START + minute * 60) * 1000;
  const rollups = [
    ...['a', 'b', 'c', 'd'].map((domain, i) => delta('delivered', at(0), 10 * (i + 1), { host: 'mail', domain })),
    delta('delivered', at(5), 100, { host: 'mail', domain: 'a' }),
    delta('delivered', at(0), 7, { host: 'other', domain: 'b' }),
    delta('delivered', at(0), 3, { host: 'mail' }),
    delta('log_lines', at(0), 9, { program: 'postfix/lmtp' }),
  ];
  await store.commit(batchOf({ rollups }));
  const question = { series: ['delivered', 'log_lines'], from: DAY_START, to: DAY_START + 600, step: 300, where: {} } as const;
  const curves = async (by: readonly Label[], apart: number | readonly string[]) =>
    (await store.series({ ...question, by, apart })).series.map(({ name, labels, points }) => [
      name === 'delivered' ? Object.values(labels).join(' ') : name,
      points.map(([, value]) => value ?? 0),
    ]);
  const none = ['', [3, 0]];
  const lines = ['log_lines', [9, 0]];
  assert.deepEqual(await curves(['domain'], 2), [none, ['*', [30 + 27, 0]], ['a', [10, 100]], ['d', [40, 0]], lines]);
  assert.deepEqual(await curves(['domain'], ['b']), [none, ['*', [10 + 30 + 40, 100]], ['b', [27, 0]], lines]);
  assert.deepEqual((await curves(['domain'], 4)).length, 6, 'no more than there are');
  assert.deepEqual(await curves(['domain', 'host'], ['b']), [
    ['mail', [3, 0]],
    ['* mail', [80, 100]],
    ['b mail', [20, 0]],
    ['b other', [7, 0]],
    lines,
  ]);
  assert.deepEqual(await curves([], 2), [['', [100 + 7 + 3, 100]], lines]);
});
