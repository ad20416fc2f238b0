import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BACKLOG_MINUTES, type SeriesAnswer } from '../../src/model/question.ts';
import { storeOfText } from '../support/log-store.ts';
import { batchOf, DAY_START, delivery, NOON, openStore, queueFile } from './batches.ts';

const DAY = { from: DAY_START, to: DAY_START + 86_400, step: 43_200 };
const values = ({ series }: SeriesAnswer): Record<string, (number | null)[]> =>
  Object.fromEntries(series.map(({ labels, points }) => [Object.values(labels).join(' '), points.map(([, value]) => value)]));

test('delays are percentiles of what was delivered, phase by phase; what is still tried and what is a hop is none', async (t) => {
  const store = await openStore(t);
  const deliveries = Array.from({ length: 100 }, (_, i) =>
    delivery({ uid: i + 1, delay: (i + 1) * 1000, delayBefore: 10, delayQueue: 20, delayConnect: 30, delayTransmit: (i + 1) * 100 }),
  );
  const others = (['deferred', 'hop', 'bounced'] as const).map((outcome, i) => delivery({ uid: 200 + i, outcome, delay: 9_000_000 }));
  await store.commit(
    batchOf({ deliveries: [...deliveries, ...others], coverage: [{ source: 'a', from: DAY.from * 1000, to: DAY.to * 1000 }] }),
  );
  const answer = await store.series({ series: ['delivery_delay'], ...DAY, by: ['phase', 'quantile'], where: {} });
  const found = values(answer);
  assert.equal(answer.series[0]?.unit, 'seconds');
  assert.deepEqual(found['total 0.5'], [null, 50], 'no delivery is no delay');
  assert.deepEqual(
    [found['total 0.9'], found['total 0.99']],
    [
      [null, 90],
      [null, 99],
    ],
  );
  assert.deepEqual(
    [found['before 0.9'], found['queue 0.9'], found['connect 0.9'], found['transmit 0.9']].map((all) => all?.[1]),
    [0.01, 0.02, 0.03, 9],
  );
  const half = await store.series({ series: ['delivery_delay'], ...DAY, by: ['host'], where: { host: ['mail'] } });
  assert.deepEqual(values(half), { mail: [null, 50] }, 'without a phase or quantile: half of all, in all');
  const elsewhere = await store.series({ series: ['delivery_delay'], ...DAY, by: [], where: { domain: ['example.net'] } });
  assert.deepEqual(values(elsewhere), { '': [null, null] });
});

test('sizes count what was received, and what is no longer kept is not zero', async (t) => {
  const store = await openStore(t);
  const sizes = [0, 16_383, 16_384, 1_048_575, 1_048_576, 20_000_000];
  await store.commit(
    batchOf({
      queueFiles: [...sizes.map((size, i) => queueFile({ uid: i + 1, size })), queueFile({ uid: 99, origin: 'hop', size: 5 })],
      coverage: [{ source: 'a', from: (DAY.from - 86_400) * 1000, to: DAY.to * 1000 }],
    }),
  );
  const answer = await store.series({ series: ['received_sizes'], ...DAY, from: DAY.from - 86_400, by: ['size_class'], where: {} });
  assert.deepEqual(values(answer), {
    '10M': [null, null, null, 1],
    '128K': [null, null, null, 1],
    '16K': [null, null, null, 2],
    '1M': [null, null, null, 1],
    more: [null, null, null, 1],
  });
  assert.equal(answer.series.find(({ labels }) => labels.size_class === '16K')?.total, 2);
});

test('who is waited for: deferred last, not delivered since, and still in the queue', async (t) => {
  const store = await openStore(t);
  const minutes = (n: number): number => NOON - n * 60_000;
  const file = (uid: number, age: number) => queueFile({ uid, time: minutes(age) });
  const tried = (uid: number, recipient: string, outcome: 'deferred' | 'sent', age: number) =>
    delivery({ uid, recipient, outcome, time: minutes(age) });
  await store.commit(
    batchOf({
      queueFiles: [file(1, 4), file(2, 2000), file(3, 60), file(4, 60)],
      deliveries: [
        tried(1, 'a@Example.com', 'deferred', 3),
        tried(1, 'b@example.net', 'deferred', 3),
        tried(2, 'a@example.com', 'deferred', 1900),
        tried(2, 'a@example.com', 'deferred', 10),
        tried(3, 'c@example.org', 'deferred', 50),
        tried(3, 'c@example.org', 'sent', 20),
        tried(4, 'd@example.org', 'deferred', 50),
      ],
      ends: [{ uid: 4, time: minutes(30), kind: 'deleted' }],
    }),
  );
  const now = await store.backlog({ at: NOON / 1000, limit: 10 });
  const age = (...at: readonly number[]) =>
    Array.from({ length: BACKLOG_MINUTES.length + 1 }, (_, i) => at.filter((one) => one === i).length);
  assert.deepEqual(now, {
    rows: [
      { domain: 'example.com', recipients: 2, byAge: age(0, BACKLOG_MINUTES.length) },
      { domain: 'example.net', recipients: 1, byAge: age(0) },
    ],
    recipients: 3,
    domains: 2,
  });
  const before = await store.backlog({ at: minutes(40) / 1000, limit: 1 });
  assert.deepEqual(
    [before.recipients, before.domains, before.rows.length, before.rows[0]?.domain],
    [3, 2, 1, 'example.org'],
    'as it was then',
  );
  assert.deepEqual((await store.backlog({ at: NOON / 1000, limit: 10, host: 'other' })).rows, []);
});

test('a reload is one mark, however many programs log it, and a source that was not read for a while is another', async (t) => {
  const store = await storeOfText(
    t,
    [
      '2026-03-02T10:00:00+00:00 mail postfix/postfix-script[7]: refreshing the Postfix mail system',
      '2026-03-02T10:00:00+00:00 mail postfix/master[8]: reload -- version 3.7.11, configuration /etc/postfix',
      '2026-03-02T11:00:00+00:00 mail postfix/postfix-script[9]: stopping the Postfix mail system',
      '2026-03-02T11:00:05+00:00 mail postfix/master[8]: terminating on signal 15',
      '2026-03-02T11:00:09+00:00 mail postfix/master[10]: daemon started -- version 3.7.11, configuration /etc/postfix',
      '',
    ].join('\n'),
  );
  const gap = { from: NOON, to: NOON + 3_600_000 };
  const coverage = [
    { source: 'one', from: NOON - 60_000, to: gap.from },
    { source: 'one', from: gap.to, to: gap.to + 60_000 },
    { source: 'one', from: gap.to + 90_000, to: gap.to + 120_000 },
  ];
  await store.commit(batchOf({ coverage }));
  const marks = await store.marks(DAY.from, DAY.to);
  assert.deepEqual(
    marks.map(({ kind, name, host }) => [kind, name, host]),
    [
      ['reload', 'postfix', 'mail'],
      ['stop', 'postfix', 'mail'],
      ['start', 'postfix', 'mail'],
      ['gap', 'one', ''],
    ],
  );
  assert.deepEqual([marks.at(-1)?.time, marks.at(-1)?.until], [gap.from / 1000, gap.to / 1000]);
  assert.deepEqual(await store.marks(DAY.to, DAY.to + 60), []);
});

test('of the lags in a bin the mean counts, and of several logs the latest', async (t) => {
  const store = await openStore(t);
  const sample = (source: string, minutes: number, seconds: number) => ({ time: NOON + minutes * 60_000, source, seconds });
  await store.commit(batchOf({ lagSamples: [sample('a', 0, 1), sample('a', 1, 3), sample('b', 0, 0.5)] }));
  const by = async (...labels: readonly 'source'[]) =>
    values(await store.series({ series: ['log_lag_seconds'], ...DAY, by: labels, where: {} }));
  assert.deepEqual(await by('source'), { a: [null, 2], b: [null, 0.5] });
  assert.deepEqual(await by(), { '': [null, 2] });
});

test('a service is as good as the share of its checks, and in several places as where it is worst', async (t) => {
  const store = await openStore(t);
  const sample = (host: string, service: string, minutes: number, up: boolean) => ({ time: NOON + minutes * 60_000, host, service, up });
  const serviceSamples = [
    sample('a', 'imap', 0, true),
    sample('a', 'imap', 1, false),
    sample('b', 'imap', 0, true),
    sample('a', 'mta', 1, true),
  ];
  await store.commit(batchOf({ serviceSamples }));
  const by = async (...labels: readonly ('host' | 'service')[]) =>
    values(await store.series({ series: ['service_up'], ...DAY, by: labels, where: {} }));
  assert.deepEqual(await by('service'), { imap: [null, 0.5], mta: [null, 1] });
  assert.deepEqual(await by('service', 'host'), { 'imap a': [null, 0.5], 'imap b': [null, 1], 'mta a': [null, 1] });
});
