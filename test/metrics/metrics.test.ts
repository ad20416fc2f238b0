import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { array, assert as holds, asyncProperty, integer } from 'fast-check';

import type { Collecting, CollectingState } from '../../src/model/live.ts';
import { SERIES, SERIES_NAMES } from '../../src/model/series.ts';
import { COUNTERS } from '../../src/metrics/families.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import type { Metrics } from '../../src/metrics/metrics.ts';
import { committed, delivery, NOW, PLACE, queueFile, received, sample } from './rows.ts';

const STATE: CollectingState = {
  startedAt: NOW - 60_000,
  sources: [
    { source: '/var/log/mail.log', status: 'current', message: '', behindBytes: 0 },
    { source: '/var/log/gone.log', status: 'waiting', message: '', behindBytes: 0, dropped: 3 },
  ],
  lastLineAt: NOW - 1000,
  lastCommitAt: NOW - 500,
  linesUnderstood: 10,
  linesUnknown: 0,
  linesMisdated: 0,
  linesFailed: 0,
  gapsBySource: { '/var/log/mail.log': 2 },
  gaps: [],
  lagSeconds: { '/var/log/mail.log': 0.5 },
  storeProblem: '',
};

const collecting = (state: Partial<CollectingState> = {}): Collecting => ({
  state: () => ({ ...STATE, ...state }),
  onCommit: () => () => {},
});

const quiet = { version: '0.1.0', processMetrics: false };

/** The sample lines of a metric, without HELP and TYPE. */
async function samples(metrics: Metrics, name: string): Promise<string[]> {
  const { body } = await metrics.text();
  return body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

test('deltas move counters by host and instance, other labels are summed up', async () => {
  const metrics = createMetrics(quiet);
  metrics.observe(committed({ rollups: [received(3), received(2, { labels: { ...PLACE, via: 'smtp', domain: 'example.org' } })] }));
  metrics.observe(committed({ rollups: [received(1, { labels: { ...PLACE, via: 'local' } })] }));
  assert.deepEqual(await samples(metrics, 'mailgraph_messages_received_total'), [
    'mailgraph_messages_received_total{host="mx1",instance="postfix",via="smtp"} 5',
    'mailgraph_messages_received_total{host="mx1",instance="postfix",via="local"} 1',
  ]);
});

test('imported history moves nothing', async () => {
  const metrics = createMetrics(quiet);
  metrics.observe(
    committed({ live: false, rollups: [received(3, { live: false })], deliveries: [delivery({})], queueFiles: [queueFile({})] }),
  );
  assert.deepEqual(await samples(metrics, 'mailgraph_messages_received_total'), []);
  assert.deepEqual(await samples(metrics, 'mailgraph_message_size_bytes_count'), []);
  assert.deepEqual(await samples(metrics, 'mailgraph_delivery_delay_seconds_count'), []);
});

test('after a correction a counter waits and then equals the truth', async () => {
  const metrics = createMetrics(quiet);
  const value = async (): Promise<number> => Number((await samples(metrics, 'mailgraph_messages_received_total'))[0]?.split(' ').at(-1));
  const seen: number[] = [];
  for (const delta of [5, -2, 1, 3]) {
    metrics.observe(committed({ rollups: [received(delta)] }));
    seen.push(await value());
  }
  assert.deepEqual(seen, [5, 5, 5, 7]);
  metrics.observe(committed({ rollups: [received(4), received(-4)] }));
  assert.equal(await value(), 7, 'taken back in the same batch: never there');
});

test('whatever the deltas, a counter is the highest sum so far', async () => {
  await holds(
    asyncProperty(array(integer({ min: -20, max: 20 }), { maxLength: 30 }), async (deltas) => {
      const metrics = createMetrics(quiet);
      let sum = 0;
      let highest = 0;
      for (const delta of deltas) {
        metrics.observe(committed({ rollups: [received(delta)] }));
        sum += delta;
        highest = Math.max(highest, sum);
        const line = (await samples(metrics, 'mailgraph_messages_received_total'))[0];
        assert.equal(Number(line?.split(' ').at(-1) ?? 0), highest);
      }
    }),
    { numRuns: 50 },
  );
});

test('each additive series but the distinct deferrals has a counter with labels it carries', () => {
  const expected = SERIES_NAMES.filter((name) => SERIES[name].type === 'sum' && name !== 'deferred_messages');
  assert.deepEqual(
    COUNTERS.map(({ series }) => series),
    expected,
  );
  for (const { series, labels, name } of COUNTERS) {
    const carried = new Set<string>(['host', 'instance', ...SERIES[series].labels]);
    assert.deepEqual(
      labels.filter((label) => !carried.has(label)),
      [],
      name,
    );
  }
});

test('delays are observed once a recipient, for success only, and by phase', async () => {
  const metrics = createMetrics(quiet);
  const without = { delayBefore: 0, delayQueue: 0, delayConnect: 0, delayTransmit: 0 };
  metrics.observe(
    committed({
      deliveries: [
        delivery({}),
        delivery({ outcome: 'delivered', delay: 20_000, ...without }),
        delivery({ outcome: 'hop' }),
        delivery({ outcome: 'deferred' }),
        delivery({ outcome: 'bounced' }),
      ],
    }),
  );
  const place = 'host="mx1",instance="postfix"';
  assert.deepEqual(await samples(metrics, 'mailgraph_delivery_delay_seconds_sum'), [
    `mailgraph_delivery_delay_seconds_sum{${place},phase="total"} 21.5`,
    `mailgraph_delivery_delay_seconds_sum{${place},phase="before_queue"} 0.1`,
    `mailgraph_delivery_delay_seconds_sum{${place},phase="in_queue"} 0.2`,
    `mailgraph_delivery_delay_seconds_sum{${place},phase="connection"} 0.7`,
    `mailgraph_delivery_delay_seconds_sum{${place},phase="transmission"} 0.5`,
  ]);
  const buckets = await samples(metrics, 'mailgraph_delivery_delay_seconds_bucket');
  assert.ok(buckets.includes(`mailgraph_delivery_delay_seconds_bucket{le="10",${place},phase="total"} 1`), buckets.join('\n'));
  assert.ok(
    buckets.includes(`mailgraph_delivery_delay_seconds_bucket{le="+Inf",${place},phase="connection"} 1`),
    'a line without delays= has no phases',
  );
});

test('a message is sized once, where it was received', async () => {
  const metrics = createMetrics(quiet);
  metrics.observe(
    committed({ queueFiles: [queueFile({}), queueFile({ origin: 'hop' }), queueFile({ origin: 'generated' }), queueFile({ size: 5e6 })] }),
  );
  assert.deepEqual(await samples(metrics, 'mailgraph_message_size_bytes_sum'), [
    'mailgraph_message_size_bytes_sum{host="mx1",instance="postfix"} 5002000',
  ]);
  assert.deepEqual(await samples(metrics, 'mailgraph_message_size_bytes_count'), [
    'mailgraph_message_size_bytes_count{host="mx1",instance="postfix"} 2',
  ]);
});

test('a queue shows its newest sample, and vanishes five minutes after the last', async () => {
  let now = NOW;
  const metrics = createMetrics({ ...quiet, clock: () => now });
  metrics.observe(committed({ queueSamples: [sample({}), sample({ queue: 'active', messages: 0, bytes: 0, oldestSeconds: 0 })] }));
  metrics.observe(committed({ queueSamples: [sample({ time: NOW - 60_000, messages: 99 })] }));
  const line = 'mailgraph_queue_messages{host="mx1",instance="postfix",queue="deferred"} 7';
  assert.deepEqual(await samples(metrics, 'mailgraph_queue_messages'), [line, line.replace('deferred', 'active').replace(/7$/, '0')]);
  assert.deepEqual(await samples(metrics, 'mailgraph_queue_oldest_seconds'), [
    'mailgraph_queue_oldest_seconds{host="mx1",instance="postfix",queue="deferred"} 3600',
    'mailgraph_queue_oldest_seconds{host="mx1",instance="postfix",queue="active"} 0',
  ]);
  now = NOW + 4 * 60_000;
  metrics.observe(committed({ queueSamples: [sample({ time: now, queue: 'active' })] }));
  now = NOW + 6 * 60_000;
  assert.deepEqual(await samples(metrics, 'mailgraph_queue_messages'), [
    'mailgraph_queue_messages{host="mx1",instance="postfix",queue="active"} 7',
  ]);
});

test('what is sampled every ten minutes by the configuration is there until three samples are missing', async () => {
  let now = NOW;
  const metrics = createMetrics({ ...quiet, sampleMillis: 10 * 60_000, clock: () => now });
  const services = [{ time: NOW, host: 'mx1', service: 'imap', up: true }];
  metrics.observe(committed({ queueSamples: [sample({})], serviceSamples: services }));
  const shown = async (): Promise<number[]> =>
    Promise.all(['mailgraph_queue_messages', 'mailgraph_service_up'].map(async (name) => (await samples(metrics, name)).length));
  now = NOW + 29 * 60_000;
  assert.deepEqual(await shown(), [1, 1]);
  now = NOW + 31 * 60_000;
  assert.deepEqual(await shown(), [0, 0]);
});

test('collecting is asked at each scrape', async () => {
  const metrics = createMetrics({ ...quiet, collecting: collecting({ storeProblem: 'The disk is full.' }) });
  metrics.storeFailed();
  assert.deepEqual(await samples(metrics, 'mailgraph_source_up'), [
    'mailgraph_source_up{source="/var/log/mail.log"} 1',
    'mailgraph_source_up{source="/var/log/gone.log"} 0',
  ]);
  assert.deepEqual(await samples(metrics, 'mailgraph_log_gaps_total'), ['mailgraph_log_gaps_total{source="/var/log/mail.log"} 2']);
  assert.deepEqual(await samples(metrics, 'mailgraph_source_dropped_lines_total'), [
    'mailgraph_source_dropped_lines_total{source="/var/log/gone.log"} 3',
  ]);
  assert.deepEqual(await samples(metrics, 'mailgraph_log_lag_seconds'), ['mailgraph_log_lag_seconds{source="/var/log/mail.log"} 0.5']);
  assert.deepEqual(await samples(metrics, 'mailgraph_store_up'), ['mailgraph_store_up 0']);
  assert.deepEqual(await samples(metrics, 'mailgraph_store_failures_total'), ['mailgraph_store_failures_total 1']);
  assert.deepEqual(await samples(metrics, 'mailgraph_last_line_timestamp_seconds'), [
    `mailgraph_last_line_timestamp_seconds ${NOW / 1000 - 1}`,
  ]);
});

test('a flood of host names stops at the limit, and known ones go on', async () => {
  const metrics = createMetrics({ ...quiet, seriesLimit: 100, clock: () => NOW });
  const flood = Array.from({ length: 1000 }, (_, number) => `host${number}`);
  const rollups = flood.map((host) => received(1, { labels: { host, instance: '', via: 'smtp' } }));
  metrics.observe(
    committed({
      rollups,
      deliveries: flood.map((host) => delivery({ host })),
      queueFiles: flood.map((host) => queueFile({ host })),
      queueSamples: flood.map((host) => sample({ host })),
    }),
  );
  metrics.observe(committed({ rollups: rollups.slice(0, 1) }));
  const counters = await samples(metrics, 'mailgraph_messages_received_total');
  assert.equal(counters.length, 100);
  assert.equal(counters[0], 'mailgraph_messages_received_total{host="host0",instance="",via="smtp"} 2');
  const { body } = await metrics.text();
  for (const prefix of ['mailgraph_delivery_delay_seconds_', 'mailgraph_message_size_bytes_', 'mailgraph_queue_messages{']) {
    const lines = body.split('\n').filter((line) => line.startsWith(prefix)).length;
    assert.ok(lines > 0 && lines <= 100, `${prefix}: ${lines}`);
  }
  const overflow = await samples(metrics, 'mailgraph_metric_overflow_total');
  assert.ok(overflow.includes('mailgraph_metric_overflow_total{metric="mailgraph_messages_received_total"} 900'), overflow.join('\n'));
});

const HOSTILE = ['"} 1\nevil_total 5', 'back\\slash', '<script>alert(1)</script>', '\u202egnp.exe', 'a,instance:b'];

/** Every kind of figure, with hostile values wherever a label's value comes from a log. */
function filled(): Metrics {
  const metrics = createMetrics({ version: '0.1.0', collecting: collecting(), clock: () => NOW });
  for (const host of [...HOSTILE, 'mx1']) {
    const rollups = COUNTERS.map(({ series, labels }) => ({
      time: NOW,
      series,
      labels: Object.fromEntries(labels.map((label) => [label, label === 'host' || label === 'program' ? host : label])),
      value: 2,
      live: true,
    }));
    metrics.observe(
      committed({ rollups, deliveries: [delivery({ host })], queueFiles: [queueFile({ host })], queueSamples: [sample({ host })] }),
    );
  }
  return metrics;
}

test('hostile label values stay inside their quotes', async () => {
  const { body, contentType } = await filled().text();
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  for (const line of body.split('\n')) {
    assert.match(
      line,
      /^(?:|# (?:HELP|TYPE) [a-z_0-9]+ .*|[a-z_0-9]+(?:\{[a-z_]+="(?:[^"\\]|\\.)*"(?:,[a-z_]+="(?:[^"\\]|\\.)*")*\})? [-+.\deInfNa]+)$/u,
    );
  }
  assert.ok(!/^evil_total/m.test(body));
});

const promtool = ['/usr/bin/promtool', '/usr/local/bin/promtool'].find((path) => existsSync(path));

test('promtool check metrics is silent', { skip: promtool === undefined && 'promtool (Debian: prometheus) is not installed' }, async () => {
  const { body } = await filled().text();
  const { status, stdout, stderr } = spawnSync(promtool ?? '', ['check', 'metrics'], { input: body, encoding: 'utf8' });
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});
