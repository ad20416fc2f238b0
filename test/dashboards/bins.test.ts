import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GRAPHS } from '../../dashboards/graphs/index.ts';
import type { Graph } from '../../src/model/graph.ts';
import type { SeriesAnswer, SeriesPoints } from '../../src/model/question.ts';
import type { LabelValues, SeriesName } from '../../src/model/series.ts';
import { SERIES } from '../../src/model/series.ts';
import { pageModule } from './page-module.ts';

type Values = (number | null)[];
interface Column {
  key: string;
  title: string;
  label: string;
  color: string;
  mark: string | undefined;
  style: string;
  unit: string;
  gauge: boolean;
  values: Values;
}
interface Span {
  from: number;
  to: number;
  step: number;
}
interface BinsModule {
  questionOf: (graph: Graph) => { series: SeriesName[]; by: string[]; own: SeriesName[]; where: object; most: number | undefined };
  apartIn: (graph: Graph, answer: SeriesAnswer) => string[];
  columnsOf: (graph: Graph, answer: SeriesAnswer) => Column[];
  summary: (values: Values, gauge: boolean) => { total: number; avg: number; max: number; bins: number };
  stack: (columns: readonly Pick<Column, 'style' | 'unit' | 'values'>[]) => { lower: Values; upper: Values }[];
  gaps: (columns: readonly { values: Values }[], span: Span, now: number) => [number, number][];
  merge: (older: SeriesAnswer, newer: SeriesAnswer, span: Span) => SeriesAnswer;
}
interface Flat {
  from: number;
  to: number;
  low: number;
  high: number;
}
interface StepsModule {
  runs: (starts: readonly number[], step: number, lower: Values, upper: Values, skipEmpty: boolean) => Flat[][];
  lifted: (values: Values) => Values;
}
const { questionOf, apartIn, columnsOf, summary, stack, gaps, merge } = await pageModule<BinsModule>('bins.js');
const { runs, lifted } = await pageModule<StepsModule>('steps.js');

const points = (name: SeriesName, labels: LabelValues, from: number, values: Values): SeriesPoints => ({
  name,
  labels,
  unit: SERIES[name].unit,
  points: values.map((value, i) => [from + i * 60, value] as const),
  total: 0,
  avg: 0,
  max: 0,
});
const answer = (from: number, bins: number, ...series: SeriesPoints[]): SeriesAnswer => ({ from, to: from + bins * 60, step: 60, series });
const graph = (id: string): Graph => {
  const found = GRAPHS.find((one) => one.id === id);
  assert.ok(found);
  return found;
};

test('a graph is one question; by labels it also asks for the lines that tell quiet from unwatched', () => {
  assert.deepEqual(questionOf(graph('delivered')), {
    series: ['sent', 'delivered', 'received'],
    by: [],
    own: ['sent', 'delivered', 'received'],
    where: {},
    most: undefined,
  });
  assert.deepEqual(questionOf(graph('logins')), {
    series: ['login', 'log_lines'],
    by: ['service', 'result', 'tls'],
    own: ['login'],
    where: {},
    most: undefined,
  });
  assert.deepEqual(questionOf(graph('rejects')), {
    series: ['rejected', 'log_lines'],
    by: ['reason'],
    own: ['rejected'],
    where: {},
    most: undefined,
  });
  assert.deepEqual(questionOf(graph('delays')).where, { phase: ['total', ''], quantile: ['0.99', '0.9', '0.5', ''] });
  assert.deepEqual(questionOf(graph('queues')).series, ['queue_messages', 'queue_oldest_seconds']);
});

test('of many domains the largest are asked for and drawn, the others as one; a later question asks for the same', () => {
  const byDomain: Graph = { ...graph('delivered'), split: { series: 'delivered', by: 'domain' }, curves: [] };
  assert.equal(questionOf(byDomain).most, 10);
  const domains = (n: number) => Array.from({ length: n }, (_, i) => points('delivered', { domain: `d${i}.example` }, 0, [20 - i, 1]));
  const lines = points('log_lines', {}, 0, [50, 50]);
  const drawn = (...series: SeriesPoints[]) =>
    columnsOf(byDomain, answer(0, 2, ...series, lines)).map(({ key, values }) => [key, values[0]]);
  assert.deepEqual(drawn(...domains(10)).length, 10);
  const named = Array.from({ length: 9 }, (_, i) => [`d${i}.example`, 20 - i]);
  assert.deepEqual(drawn(...domains(11)), [...named, ['*', 11 + 10]]);
  const rest = points('delivered', { domain: '*' }, 0, [100, 100]);
  assert.deepEqual(drawn(...domains(10), rest), [...named, ['*', 11 + 100]]);
  assert.deepEqual(apartIn(byDomain, answer(0, 2, ...domains(2), points('delivered', { domain: '' }, 0, [1, 1]), rest, lines)), [
    'd0.example',
    'd1.example',
    '*',
  ]);
  assert.deepEqual(apartIn(graph('rejects'), answer(0, 2, points('rejected', { reason: 'rate' }, 0, [1, 1]))), []);
});

test('curves sum the label values that they look at, and only those', () => {
  const columns = columnsOf(
    graph('logins'),
    answer(
      0,
      3,
      points('login', { service: 'imap', result: 'ok', tls: 'yes' }, 0, [1, 2, null]),
      points('login', { service: 'imap', result: 'failed', tls: 'yes' }, 0, [1, 0, null]),
      points('login', { service: 'pop3', result: 'inactive' }, 0, [0, 4, null]),
      points('login', { service: 'webmail', result: 'ok' }, 0, [9, 9, null]),
      points('login', { service: 'imap', result: 'ok' }, 0, [5, 5, null]),
    ),
  );
  const values = Object.fromEntries(columns.map((column) => [column.key, column.values]));
  assert.deepEqual(values, {
    'curve.pop3': [0, 0, null],
    'curve.pop3_tls': [0, 0, null],
    'curve.imap': [5, 5, null],
    'curve.imap_tls': [1, 2, null],
    'curve.login_failed': [1, 4, null],
  });
});

test('where lines were read and nothing happened there is zero; where none were read there is nothing', () => {
  const columns = columnsOf(graph('webmail'), answer(0, 3, points('log_lines', {}, 0, [4, 0, null])));
  assert.deepEqual(
    columns.map(({ values }) => values),
    Array.from({ length: 4 }, () => [0, 0, null]),
  );
});

test('a split graph has a curve for each value, the largest first, each with its own look', () => {
  const columns = columnsOf(
    graph('rejects'),
    answer(
      0,
      2,
      points('rejected', { reason: 'spf' }, 0, [1, 1]),
      points('rejected', { reason: 'dnsbl' }, 0, [5, 0]),
      points('log_lines', {}, 0, [9, 9]),
    ),
  );
  assert.deepEqual(
    columns.map(({ key, label, style, values }) => ({ key, label, style, values })),
    [
      { key: 'dnsbl', label: 'reason', style: 'stack', values: [5, 0] },
      { key: 'spf', label: 'reason', style: 'stack', values: [1, 1] },
    ],
  );
  assert.notEqual(`${columns[0]?.color} ${columns[0]?.mark}`, `${columns[1]?.color} ${columns[1]?.mark}`);
});

test('queues of hosts add up, of ages the largest counts; a bin that the sampler missed is bridged, two are not', () => {
  const columns = columnsOf(
    graph('queues'),
    answer(
      0,
      6,
      points('queue_messages', { queue: 'active' }, 0, [1, null, 3, null, null, 2]),
      points('queue_oldest_seconds', { queue: 'active' }, 0, [10, null, 20, null, null, 5]),
      points('queue_oldest_seconds', { queue: 'deferred' }, 0, [7, null, 90, null, null, 1]),
    ),
  );
  assert.deepEqual(columns.find(({ key }) => key === 'queue.active')?.values, [1, 1, 3, null, null, 2]);
  assert.deepEqual(columns.find(({ key }) => key === 'curve.oldest')?.values, [10, 10, 90, null, null, 5]);
});

test('total, average of the bins that were collected, maximum; of a state the last value', () => {
  assert.deepEqual(summary([2, null, 4, 0], false), { total: 6, avg: 2, max: 4, bins: 3 });
  assert.deepEqual(summary([2, null, 4, 1, null], true), { total: 1, avg: 7 / 3, max: 4, bins: 3 });
  assert.deepEqual(summary([null, null], false), { total: 0, avg: 0, max: 0, bins: 0 });
});

test('a stack stands on what is below it in its unit; lines stand on nothing; gaps stay gaps', () => {
  const edges = stack([
    { style: 'area', unit: 'messages', values: [1, 2, null] },
    { style: 'line', unit: 'messages', values: [9, 9, null] },
    { style: 'stack', unit: 'recipients', values: [3, 0, null] },
    { style: 'stack', unit: 'seconds', values: [50, 50, null] },
    { style: 'stack', unit: 'attempts', values: [1, 1, null] },
  ]);
  assert.deepEqual(
    edges.map(({ upper }) => upper),
    [
      [1, 2, null],
      [9, 9, null],
      [4, 2, null],
      [50, 50, null],
      [5, 3, null],
    ],
  );
  assert.deepEqual(edges[4]?.lower, [4, 2, null]);
  assert.deepEqual(edges[3]?.lower, [0, 0, null]);
});

test('gaps end at now and at the first value of any curve', () => {
  const columns = [{ values: [1, null, null, 1, null, null] }, { values: [null, null, null, null, null, null] }];
  assert.deepEqual(gaps(columns, { from: 600, to: 960, step: 60 }, 870), [
    [660, 780],
    [840, 870],
  ]);
  assert.deepEqual(gaps([], { from: 600, to: 720, step: 60 }, 700), [[600, 700]]);
});

test('newer bins replace older ones, what is new gets a past of zeros, what left the range is gone', () => {
  const older = answer(
    0,
    4,
    points('login', { service: 'imap' }, 0, [1, null, 3, 4]),
    points('login', { service: 'pop3' }, 0, [7, null, 7, 7]),
  );
  const newer = answer(180, 2, points('login', { service: 'imap' }, 180, [5, 6]), points('login', { service: 'webmail' }, 180, [1, 1]));
  const merged = merge(older, newer, { from: 60, to: 300, step: 60 });
  assert.deepEqual([merged.from, merged.to], [60, 300]);
  assert.deepEqual(
    merged.series.map((one) => one.points),
    [
      [
        [60, null],
        [120, 3],
        [180, 5],
        [240, 6],
      ],
      [
        [60, null],
        [120, 7],
      ],
      [
        [120, 0],
        [180, 1],
        [240, 1],
      ],
    ],
  );
});

test('runs break at gaps, join equal bins, and leave out empty parts of a stack', () => {
  const starts = [0, 60, 120, 180, 240];
  assert.deepEqual(runs(starts, 60, [0, 0, null, 0, 0], [2, 2, null, 1, 3], false), [
    [{ from: 0, to: 120, low: 0, high: 2 }],
    [
      { from: 180, to: 240, low: 0, high: 1 },
      { from: 240, to: 300, low: 0, high: 3 },
    ],
  ]);
  assert.deepEqual(
    runs(starts, 60, [1, 2, 3, 4, 5], [1, 3, 3, 4, 5], true).map((run) => run.map(({ from }) => from)),
    [[60]],
  );
  assert.deepEqual(lifted([0, 0, 3, 0, 0, null, 0]), [null, 0, 3, 0, null, null, null]);
});
