import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GRAPHS } from '../../dashboards/graphs/index.ts';
import type { Graph } from '../../src/model/graph.ts';
import { LABELS, SERIES } from '../../src/model/series.ts';
import { pageModule } from './page-module.ts';

interface Column {
  readonly key: string;
  readonly unit: string;
  readonly style: string;
  readonly color: string;
  readonly colorDark: string;
  readonly values: readonly (number | null)[];
}
const { grouped } = await pageModule<{ grouped: (graph: Graph, by: string) => { graph: Graph; lead: string } }>('group.js');
const { ghostsOf } = await pageModule<{ ghostsOf: (columns: readonly Column[]) => Omit<Column, 'style'>[] }>('ghosts.js');

const graph = (id: string): Graph => {
  const found = GRAPHS.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};

test('a graph that is not grouped, or is by that label already, stays as it is', () => {
  for (const one of GRAPHS) assert.equal(grouped(one, '').graph, one);
  assert.equal(grouped(graph('rejects'), 'reason').graph, graph('rejects'));
});

test('grouped, a graph is its leading series split, with the values that its curves looked at', () => {
  assert.deepEqual(grouped(graph('delivered'), 'domain'), {
    graph: { ...graph('delivered'), curves: [], split: { series: 'delivered', by: 'domain', where: {} } },
    lead: 'curve.delivered',
  });
  assert.equal(grouped(graph('delivered'), 'host').lead, 'curve.sent');
  const logins = grouped(graph('logins'), 'host');
  assert.deepEqual(logins.graph.split?.where, { service: ['pop3', 'imap'], result: ['ok'], tls: ['no', '', 'yes'] });
  assert.equal(logins.lead, '', 'several curves together have no name of their own');
  assert.deepEqual(grouped(graph('queues'), 'host').graph.split?.where?.queue?.toSorted(), [
    'active',
    'deferred',
    'hold',
    'incoming',
    'maildrop',
  ]);
});

test('a split keeps what it looked at', () => {
  assert.deepEqual(grouped(graph('logins-failed'), 'host').graph.split, { ...graph('logins-failed').split, by: 'host' });
});

test('no graph is split by a label that its series lacks', () => {
  for (const by of ['host', 'instance', 'domain', 'reason'] as const) {
    for (const one of GRAPHS) {
      const { split } = grouped(one, by).graph;
      if (split === undefined || split.by !== by) continue;
      const { labels, type } = SERIES[split.series];
      const common = type === 'sum' ? ['host', 'instance', 'domain'] : ['host', 'instance'];
      assert.ok([...common, ...labels].includes(by) && LABELS.includes(by), `${one.id} by ${by}`);
    }
  }
  assert.equal(grouped(graph('queues'), 'domain').graph, graph('queues'), 'a queue sample has no domain');
  assert.equal(grouped(graph('webmail'), 'reason').graph, graph('webmail'));
});

test('the period before is a line for the top of a stack, and one for each line', () => {
  const look = { color: '#111111', colorDark: '#eeeeee', unit: 'messages' };
  const ghosts = ghostsOf([
    { key: 'a', style: 'area', values: [1, 2, null], ...look },
    { key: 'b', style: 'stack', values: [10, 20, null], ...look },
    { key: 'c', style: 'line', values: [5, 5, null], ...look },
  ]);
  assert.deepEqual(
    ghosts.map(({ color, values }) => [color, values]),
    [
      ['', [11, 22, null]],
      ['#111111', [5, 5, null]],
    ],
  );
});
