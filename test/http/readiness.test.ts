import assert from 'node:assert/strict';
import { test } from 'node:test';

import { problemsOf, storeProbe } from '../../src/http/readiness.ts';
import type { CollectingState } from '../../src/model/live.ts';
import { mailDay } from './mail-day.ts';
import { build, NOW, pipeline, reader, service } from './service.ts';

const MINUTE = 60_000;
const FULL = { firstTime: 1, lastTime: 2, lines: 20, messages: 2, bytesOnDisk: 1000, bytesInMemory: 1000 };
const EMPTY = { firstTime: 0, lastTime: 0, lines: 0, messages: 0, bytesOnDisk: 1000, bytesInMemory: 1000 };

interface Body {
  status: string;
  problems: { code: string; message: string; source?: string; minutes?: number }[];
}

test('healthz asks nobody', async (t) => {
  const app = await build(t, { reader: reader({}) });
  const answer = await app.inject('/healthz');
  assert.deepEqual([answer.statusCode, answer.json()], [200, { status: 'ok' }]);
});

test('readyz is 200 when lines come, are understood and are stored', async (t) => {
  const { app } = await service(t, [mailDay()]);
  const answer = await app.inject('/readyz');
  assert.deepEqual([answer.statusCode, answer.json()], [200, { status: 'ready', problems: [] }]);
});

const file = (status: 'waiting' | 'reading' | 'current' | 'failed', message = ''): CollectingState['sources'] => [
  { source: '/var/log/mail.log', status, message, behindBytes: 0 },
];

/** Each way to be wrong, with the code that says so and what the sentence must name. */
const WRONG: readonly (readonly [string, Partial<CollectingState>, RegExp])[] = [
  ['no_source', { sources: [] }, /--log/],
  ['source_missing', { sources: file('waiting') }, /\/var\/log\/mail\.log/],
  ['source_missing', { sources: file('waiting', 'There is no directory /var/log.') }, /^There is no directory/],
  ['source_failed', { sources: file('failed') }, /permissions.*adm/],
  ['source_failed', { sources: file('failed', 'Permission denied: add the user to the group adm.') }, /^Permission denied/],
  ['silent', { lastLineAt: NOW * 1000 - 30 * MINUTE }, /30 minutes/],
  ['silent', { lastLineAt: 0, startedAt: NOW * 1000 - 45 * MINUTE }, /45 minutes/],
  ['not_understood', { linesUnderstood: 0, linesUnknown: 12 }, /None of 12 lines/],
  ['store_problem', { storeProblem: 'The disk is full: free some space.' }, /^The disk is full/],
];

test('readyz is 503 with each thing that is wrong, its code and its cure', async (t) => {
  const collecting = pipeline();
  const well = collecting.state();
  const app = await build(t, { reader: reader({ facts: () => Promise.resolve(FULL) }), collecting });
  for (const [code, state, message] of WRONG) {
    collecting.set({ ...well, ...state });
    const answer = await app.inject('/readyz');
    const { status, problems } = answer.json<Body>();
    assert.deepEqual([answer.statusCode, status, problems.map((one) => one.code)], [503, 'not_ready', [code]], code);
    assert.match(problems[0]?.message ?? '', message);
  }
});

test('several things wrong are all told; being behind is none', () => {
  const state = pipeline().state();
  const two = problemsOf({ ...state, sources: [...file('waiting'), ...file('failed')], storeProblem: 'Full.' }, 30, NOW * 1000);
  assert.deepEqual(
    two.map(({ code }) => code),
    ['source_missing', 'source_failed', 'store_problem'],
  );
  assert.deepEqual(problemsOf({ ...state, sources: file('reading') }, 30, NOW * 1000), []);
  assert.deepEqual(problemsOf({ ...state, lastLineAt: NOW * 1000 - 30 * MINUTE + 1 }, 30, NOW * 1000), []);
});

test('a store that fails or hangs makes readyz say so, and healthz goes on', async (t) => {
  const app = await build(t, { reader: reader({}) });
  const answer = await app.inject('/readyz');
  assert.deepEqual([answer.statusCode, answer.json<Body>().problems[0]?.code], [503, 'store_unanswering']);
  assert.equal((await app.inject('/healthz')).statusCode, 200);

  let asked = 0;
  const probe = storeProbe(
    reader({
      facts() {
        asked++;
        return new Promise(() => {});
      },
    }),
    5,
  );
  assert.equal(await probe.facts(), undefined);
  assert.deepEqual(await Promise.all([probe.facts(), probe.facts()]), [undefined, undefined]);
  assert.equal(asked, 1, 'a store that hangs is not asked again and again');
});

test('status tells the facts, and why there is no data', async (t) => {
  const collecting = pipeline();
  const well = collecting.state();
  let facts: typeof EMPTY | undefined;
  const answering = reader({ facts: () => (facts ? Promise.resolve(facts) : Promise.reject(new Error('closed'))) });
  const app = await build(t, { reader: answering, collecting });
  const noData = async (state: Partial<CollectingState>, held?: typeof EMPTY): Promise<unknown> => {
    collecting.set({ ...well, ...state });
    facts = held;
    return (await app.inject('/api/v1/status')).json<{ noData: { code: string } | null }>().noData?.code;
  };
  assert.equal(await noData({}, FULL), undefined);
  assert.equal(await noData({ sources: file('failed') }, FULL), undefined, 'there is data, if old');
  assert.equal(await noData({}), 'store_unanswering');
  assert.equal(await noData({ sources: [] }, EMPTY), 'no_source');
  assert.equal(await noData({ sources: file('waiting') }, EMPTY), 'source_missing');
  assert.equal(await noData({ sources: file('failed') }, EMPTY), 'source_failed');
  assert.equal(await noData({ sources: file('reading') }, EMPTY), 'catching_up');
  assert.equal(await noData({ linesUnderstood: 0, linesUnknown: 0 }, EMPTY), 'no_line_yet');
  assert.equal(await noData({ linesUnderstood: 0, linesUnknown: 5 }, { ...EMPTY, lines: 5 }), 'not_understood');
});

test('status over the real store', async (t) => {
  const { app } = await service(t, [mailDay()]);
  const { store, sources, lastLineAt, ready, noData } = (await app.inject('/api/v1/status')).json<{
    store: typeof FULL;
    sources: unknown;
    lastLineAt: number;
    ready: boolean;
    noData: unknown;
  }>();
  assert.deepEqual([store.lines, store.messages, ready, noData], [20, 2, true, null]);
  assert.ok(store.bytesOnDisk > 0);
  assert.equal(lastLineAt, NOW - 1.5);
  assert.deepEqual(sources, [
    { source: '/var/log/mail.log', status: 'current', message: '', behindBytes: 0, lagSeconds: 0.25, dropped: 0, gaps: 0 },
  ]);
});

test('metrics come as Prometheus text', async (t) => {
  const app = await build(t, { reader: reader({}) });
  const answer = await app.inject({
    url: '/metrics',
    headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' },
  });
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(answer.body, /^mailgraph_build_info\{version="0\.0\.0",node="v\d/m);
});
