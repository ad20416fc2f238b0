import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TotalsRow } from '../../src/model/question.ts';
import { sums } from '../../src/reports/report.ts';

test('sums are told by every label, also of hosts that are called as something every object has', async () => {
  const rows: TotalsRow[] = [
    { series: 'received', labels: { host: 'constructor', via: 'smtp' }, value: 2 },
    { series: 'received', labels: { host: '__proto__', via: 'smtp' }, value: 3 },
    { series: 'received', labels: { host: 'constructor', via: 'local', domain: '' }, value: 4 },
    { series: 'deferred', labels: { host: 'mx' }, value: 5 },
    { series: 'deferred_messages', labels: { host: 'mx' }, value: 1 },
  ];
  const { series } = await sums({ totals: () => Promise.resolve(rows) }, 0, 60);
  assert.equal(JSON.stringify(series.received), '{"total":9,"host":{"constructor":6,"__proto__":3},"via":{"smtp":5,"local":4}}');
  assert.equal(JSON.stringify(series.deferred), '{"total":5,"host":{"mx":5},"messages":1}');
  assert.deepEqual(series.sent, { total: 0 });
});
