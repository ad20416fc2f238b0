import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import type { FastifyInstance } from 'fastify';

import { buildApp } from '../../src/http/app.ts';
import type { AppOptions } from '../../src/http/app.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import type { Batch } from '../../src/model/batch.ts';
import type { Graph } from '../../src/model/graph.ts';
import type { Collecting, CollectingState, Committed } from '../../src/model/live.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import type { Store } from '../../src/store/store.ts';

/** Monday, 23 November 2026, 12:00 UTC, in seconds. */
export const NOW = Date.UTC(2026, 10, 23, 12) / 1000;

/** A page's folder, with what must be served and what must not. */
export async function page(t: TestContext): Promise<string> {
  const outer = await mkdtemp(join(tmpdir(), 'mailgraph-web-'));
  t.after(() => rm(outer, { recursive: true }));
  const web = join(outer, 'web');
  await mkdir(join(web, 'sub'), { recursive: true });
  await mkdir(join(web, '.hidden'));
  const secret = 'do not serve this';
  await Promise.all([
    writeFile(join(outer, 'outside.txt'), secret),
    writeFile(
      join(web, 'index.html'),
      '<!doctype html><meta name="first-question" content="" /><title>page</title><script type="module" src="app.js"></script>',
    ),
    writeFile(join(web, 'app.js'), "import './sub/part.js';"),
    writeFile(join(web, 'sub', 'part.js'), '// A line so that compression pays.\n'.repeat(100)),
    writeFile(join(web, 'types.d.ts'), secret),
    writeFile(join(web, 'tsconfig.json'), secret),
    writeFile(join(web, 'app.js.map~'), secret),
    writeFile(join(web, '.secret.txt'), secret),
    writeFile(join(web, '.hidden', 'secret.txt'), secret),
  ]);
  await symlink(join(outer, 'outside.txt'), join(web, 'link.txt'));
  return web;
}

export const GRAPH: Graph = {
  id: 'traffic',
  title: 'graph.traffic',
  unit: 'messages',
  sections: ['overview'],
  curves: [{ title: 'curve.received', series: 'received', color: '#00aa00', style: 'area' }],
};

export const emptyBatch = (parts: Partial<Batch> = {}): Batch => ({
  positions: [],
  queueFiles: [],
  deliveries: [],
  refusals: [],
  verdicts: [],
  logins: [],
  steps: [],
  links: [],
  rollups: [],
  queueSamples: [],
  unknownLines: [],
  coverage: [],
  inFlight: new Map(),
  lines: 0,
  ...parts,
});

export const committed = (parts: Partial<Committed> = {}): Committed => ({
  time: NOW * 1000,
  newestEvent: NOW * 1000 - 500,
  lines: 0,
  rollups: [],
  deliveries: [],
  queueFiles: [],
  queueSamples: [],
  live: true,
  ...parts,
});

/** A pipeline that says and does what the test wants. */
export interface Pipeline extends Collecting {
  set(state: Partial<CollectingState>): void;
  emit(committed: Committed): void;
  readonly listeners: number;
}

export function pipeline(): Pipeline {
  const listeners = new Set<(committed: Committed) => void>();
  let state: CollectingState = {
    startedAt: NOW * 1000 - 3_600_000,
    sources: [{ source: '/var/log/mail.log', status: 'current', message: '', behindBytes: 0 }],
    lastLineAt: NOW * 1000 - 1500,
    lastCommitAt: NOW * 1000 - 1000,
    linesUnderstood: 100,
    linesUnknown: 1,
    linesMisdated: 0,
    linesFailed: 0,
    gapsBySource: {},
    gaps: [],
    lagSeconds: { '/var/log/mail.log': 0.25 },
    storeProblem: '',
  };
  return {
    state: () => state,
    onCommit(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(change) {
      state = { ...state, ...change };
    },
    emit(one) {
      for (const listener of listeners) listener(one);
    },
    get listeners() {
      return listeners.size;
    },
  };
}

/** The app over any reader; closed after the test. */
export async function build(t: TestContext, options: Pick<AppOptions, 'reader'> & Partial<AppOptions>): Promise<FastifyInstance> {
  const app = await buildApp({
    collecting: pipeline(),
    metrics: createMetrics({ version: '0.0.0', processMetrics: false }),
    graphs: [GRAPH],
    webDirectory: options.webDirectory ?? (await page(t)),
    silentMinutes: 30,
    logger: false,
    version: '0.0.0',
    clock: () => NOW * 1000,
    ...options,
  });
  t.after(() => app.close());
  return app;
}

/** The app over a DuckDB store that holds `batches`. */
export async function service(
  t: TestContext,
  batches: readonly Batch[] = [],
  options: Partial<AppOptions> = {},
): Promise<{ app: FastifyInstance; store: Store }> {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-http-'));
  const store = await openDuckStore({ path: join(directory, 'mail.duckdb') });
  for (const batch of batches) await store.commit(batch);
  const app = await build(t, { reader: store, ...options });
  t.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return { app, store };
}

/** A reader of which a test uses one question. */
export const reader = (answers: Partial<AppOptions['reader']>): AppOptions['reader'] => {
  const unasked = (): Promise<never> => Promise.reject(new Error('not asked in this test'));
  return {
    series: unasked,
    totals: unasked,
    top: unasked,
    breakdown: unasked,
    messages: unasked,
    trace: unasked,
    reconcile: unasked,
    queues: unasked,
    services: unasked,
    backlog: unasked,
    marks: unasked,
    logins: unasked,
    accounts: unasked,
    failures: unasked,
    findings: unasked,
    parser: unasked,
    labelValues: unasked,
    facts: unasked,
    alerts: unasked,
    alertDeliveries: unasked,
    reportMails: unasked,
    probes: unasked,
    ...answers,
  };
};

/** Lets the event loop go round until it is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** The JSON of a good answer; its shape is what the test is about. */
export async function get<T>(app: FastifyInstance, url: string): Promise<T> {
  const answer = await app.inject(`/api/v1/${url}`);
  assert.equal(answer.statusCode, 200, `${url}: ${answer.body}`);
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  return answer.json<T>();
}
