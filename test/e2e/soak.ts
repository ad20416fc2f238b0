/** A service that works for long: its memory and its open files, and in the end every line counted once. */
import assert from 'node:assert/strict';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiveStream, LiveWriter, quantile } from '../stack/live-lines.ts';
import { memoryOf } from '../stack/process.ts';
import { eventually, output } from '../stack/program.ts';
import { INSTALLED, startService, totals, type RunningService } from '../stack/service.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { makeLargeStore } from '../support/large-store.ts';
import { mailLine, mailTotals } from '../support/mail-lines.ts';

const ROOT = join(import.meta.dirname, '../..');
const LINES_A_SECOND = 5_000;
const SAMPLE_SECONDS = 5;
const SCRAPE_SECONDS = 15;
const MEGABYTE = 2 ** 20;
/**
 * Over the time after the warm-up, of resident memory but for what the database holds: that is between nothing and its limit, by what
 * was asked and how long ago the last checkpoint was, and swings by more than a leak of half an hour would come to. What of it is
 * JavaScript's is told beside it.
 */
const MOST_GROWTH = 16 * MEGABYTE;
/** Of resident memory, at any time. */
const MOST_MEMORY = 512 * MEGABYTE;
const WARM_UP_SHARE = 1 / 3;
/** What the service has from before the last day: of a file that is still small it keeps all blocks, and they become more; that is no leak. */
const BEFORE = { deliveries: 2_000_000, days: 90, sumDays: 365 };

/** What a page that is open asks for now and then. */
const PAGE = [
  '/api/v1/status',
  '/api/v1/series?series=received,sent,delivered&from=now-1d&to=now',
  '/api/v1/series?series=rejected&by=reason&from=now-1w&to=now',
  '/api/v1/series?series=delivery_delay&by=quantile&from=now-1h&to=now',
  '/api/v1/top?of=sender&series=received&from=now-1h&to=now',
  '/api/v1/messages?limit=50&from=now-1h&to=now',
  '/graph/delivered.svg?range=day',
];

interface Sample {
  readonly seconds: number;
  readonly memory: number;
  /** Of it what the database holds. */
  readonly held: number;
  readonly ours: number;
  readonly files: number;
}

export async function soak(t: TestContext, minutes: number): Promise<void> {
  await output('npm', '--prefix', ROOT, 'run', '--silent', 'build');
  const directory = await temporaryDirectory(t);
  const log = join(directory, 'mail.log');
  const file = await open(log, 'a');
  t.after(() => file.close());
  await mkdir(join(directory, 'data'));
  const end = (Math.floor(Date.now() / 86_400_000) - 1) * 86_400;
  await makeLargeStore(join(directory, 'data/mailgraph-ext.duckdb'), { ...BEFORE, end });
  const service = await startService(t, directory, `sources:\n  - { type: file, path: ${log} }\n`, INSTALLED);
  const stream = await LiveStream.open(service.url);
  t.after(() => stream.close());
  const writer = new LiveWriter(file, stream, mailLine);

  const stopping = new AbortController();
  const samples: Sample[] = [];
  let ours = NaN;
  const begun = performance.now();
  const work = Promise.all([
    every(SAMPLE_SECONDS, stopping.signal, async () => {
      const files = (await readdir(`/proc/${service.pid}/fd`)).length;
      const { store } = (await service.get('/api/v1/status')) as { store: { bytesInMemory: number } };
      const memory = await memoryOf(service.pid);
      samples.push({ seconds: (performance.now() - begun) / 1000, memory, held: store.bytesInMemory, ours, files });
    }),
    every(SCRAPE_SECONDS, stopping.signal, async () => {
      const [metrics = ''] = await ask(service, ['/metrics']);
      ours = valueOf(metrics, 'nodejs_heap_size_used_bytes') + valueOf(metrics, 'nodejs_external_memory_bytes');
    }),
    every(2 * SCRAPE_SECONDS, stopping.signal, async () => void (await ask(service, PAGE))),
  ]);
  await writer.run(LINES_A_SECOND, minutes * 60);
  stopping.abort();
  await work;
  await eventually('every line to be told of', () => writer.complete, 600_000);

  const settled = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const duration = (settled.at(-1)?.seconds ?? 0) - (settled[0]?.seconds ?? 0);
  const growth = (of: (sample: Sample) => number): number =>
    duration * slopeOf(settled.filter((one) => !Number.isNaN(of(one))).map((one) => [one.seconds, of(one)]));
  const [whole, held, script] = [growth(({ memory }) => memory), growth((one) => one.held), growth((one) => one.ours)];
  const rest = growth((one) => one.memory - one.held);
  const files = settled.map((sample) => sample.files);
  const shown = samples.filter((_, index) => index % Math.ceil(samples.length / 20) === 0);
  const listed = (of: 'memory' | 'held' | 'ours'): string => shown.map((one) => (one[of] / MEGABYTE).toFixed(0)).join(' ');
  t.diagnostic(`resident, MB: ${listed('memory')}`);
  t.diagnostic(`of it what the database holds, MB: ${listed('held')}`);
  t.diagnostic(`of it JavaScript's heap in use and buffers beside it, MB: ${listed('ours')}`);
  t.diagnostic(
    `${writer.written} lines in ${minutes} min; in the last ${(duration / 60).toFixed(1)} min resident memory grew by ${megabytes(whole)} MB, ` +
      `of it what the database holds by ${megabytes(held)}, the rest by ${megabytes(rest)}, in it heap and buffers by ${megabytes(script)}; ` +
      `open files ${Math.min(...files)} to ${Math.max(...files)}, ` +
      `${quantile(files.slice(0, files.length / 2), 0.5)} in the middle of the first half, ${quantile(files.slice(files.length / 2), 0.5)} of the second; ` +
      `written to told: p50 ${quantile(writer.latencies, 0.5).toFixed(0)} ms, p99 ${quantile(writer.latencies, 0.99).toFixed(0)} ms`,
  );
  for (const [series, value] of Object.entries(mailTotals(writer.written))) {
    assert.equal((await totals(service, series))['total'], value, series);
  }
  assert.ok(rest < MOST_GROWTH, 'memory grows');
  assert.ok(
    samples.every(({ memory }) => memory < MOST_MEMORY),
    'memory is bounded',
  );
  // A connection more or less is open at a sample's moment.
  assert.ok(
    Math.abs(quantile(files.slice(0, files.length / 2), 0.5) - quantile(files.slice(files.length / 2), 0.5)) <= 2,
    'open files grow',
  );
}

const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);

/** At steady times until the signal. */
async function every(seconds: number, signal: AbortSignal, task: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await task();
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

async function ask(service: RunningService, paths: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const path of paths) {
    const answer = await fetch(service.url + path);
    texts.push(await answer.text());
    assert.equal(answer.status, 200, path);
  }
  return texts;
}

/** Of a metric without labels. */
const valueOf = (metrics: string, name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics)?.[1]);

/** Of the points' straight line: the median of the slopes between each two (Theil and Sen), so that no single checkpoint leads it. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const slopes = points.flatMap(([x, y], i) => points.slice(i + 1).map(([x2, y2]) => (y2 - y) / (x2 - x)));
  return quantile(slopes, 0.5);
}
