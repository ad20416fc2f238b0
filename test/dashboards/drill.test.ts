import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GRAPHS } from '../../dashboards/graphs/index.ts';
import type { Graph } from '../../src/model/graph.ts';
import { pageModule } from './page-module.ts';

interface Mark {
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly line: boolean;
}
interface DrillModule {
  meant: (marks: readonly Mark[], y: number) => number | undefined;
  behind: (graph: Graph, key: string, range: { from: number; to: number }) => Readonly<Record<string, unknown>> | undefined;
  labelsOf: (view: { where: readonly string[]; host: string; domain: string }) => Record<string, string[]>;
}
const { meant, behind, labelsOf } = await pageModule<DrillModule>('drill.js');
const { queryOf } = await pageModule<{ queryOf: (question: object) => string }>('question.js');
const BIN = { from: 600, to: 1200 };
const graph = (id: string): Graph => GRAPHS.find((one) => one.id === id) ?? assert.fail(id);

test('a click means the line that is near, else the area under it, else the nearest', () => {
  const marks = [
    { at: 0, low: 100, high: 60, line: false },
    { at: 1, low: 60, high: 40, line: false },
    { at: 2, low: 100, high: 70, line: true },
  ];
  assert.equal(meant(marks, 72), 2);
  assert.equal(meant(marks, 90), 0);
  assert.equal(meant(marks, 50), 1);
  assert.equal(meant(marks, 5), 1);
  assert.equal(meant([], 5), undefined);
});

test('behind every curve are messages, logins, or lines, in the time of the bin', () => {
  const { series, where, page, range } = behind(graph('errors'), 'curve.spam', BIN) ?? {};
  assert.deepEqual([page, series, where, range], ['messages', 'spam', [], BIN]);
  assert.deepEqual(behind(graph('rejects'), 'dnsbl', BIN)?.where, ['reason:dnsbl']);
  assert.deepEqual(behind(graph('queues'), 'queue.deferred', BIN)?.status, 'waiting');
  assert.deepEqual(behind(graph('sizes'), 'curve.size_10m', BIN)?.where, ['size_class:10M']);
  const slow = behind(graph('delays'), 'curve.p99', BIN);
  assert.deepEqual([slow?.series, slow?.where], ['delivery_delay', []]);
  const logins = behind(graph('logins'), 'curve.imap', BIN);
  assert.deepEqual([logins?.page, logins?.service, logins?.result, logins?.where], ['logins', 'imap', 'ok', ['tls:no', 'tls:']]);
  const failed = behind(graph('logins'), 'curve.login_failed', BIN);
  const several = ['service:pop3', 'service:imap', 'result:failed', 'result:disabled', 'result:inactive'];
  assert.deepEqual([failed?.service, failed?.result, failed?.where], ['', '', several]);
  assert.equal(behind(graph('lines'), 'curve.unknown', BIN)?.page, 'lines');
  assert.equal(behind(graph('lag'), 'curve.lag', BIN)?.page, 'lines');
  for (const one of GRAPHS.filter(({ id }) => id !== 'probe'))
    for (const { title } of one.curves) assert.ok(behind(one, title, BIN), `${one.id} ${title}`);
  assert.equal(behind(graph('probe'), 'curve.probe', BIN), undefined);
  assert.equal(behind(graph('services'), 'imap', BIN), undefined);
  assert.equal(behind(graph('errors'), 'nothing', BIN), undefined);
});

test('labels of the address as the API takes them; the point wins over the page', () => {
  assert.deepEqual(labelsOf({ where: ['reason:dnsbl', 'reason:spam', 'domain:a:b', 'odd'], host: 'mx1', domain: 'example.org' }), {
    host: ['mx1'],
    domain: ['a:b'],
    reason: ['dnsbl', 'spam'],
  });
});

test('what has no such label is asked for as that, and what is many values in one curve is not', () => {
  const split: Graph = { ...graph('errors'), curves: [], split: { series: 'rejected', by: 'domain' } };
  const point = behind(split, '', BIN) ?? {};
  assert.deepEqual(point.where, ['domain:']);
  const labels = labelsOf({ where: ['domain:'], host: '', domain: '' });
  assert.equal(queryOf({ term: '', series: 'rejected', by: [], ...labels }), 'series=rejected&domain=');
  assert.equal(behind(split, '*', BIN), undefined);
});
