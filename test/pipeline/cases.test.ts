import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeOf } from '../support/log-store.ts';
import { SERIES, SERIES_NAMES } from '../../src/model/series.ts';
import { cases, sumsOf } from './cases.ts';

const ADDITIVE = SERIES_NAMES.filter((name) => SERIES[name].type === 'sum');

for (const { name, why, path, options = {}, series, fates } of cases) {
  test(`${name}: ${why}`, async (t) => {
    const store = await storeOf(t, [path], options);
    assert.deepEqual(sumsOf(await store.totals({ from: 0, to: 4e9, series: ADDITIVE, where: {} })), sorted(series));
    const found: Record<string, number> = {};
    for (const { finished, queued, unexplained } of await store.reconcile({ from: 0, to: 4e9 })) {
      for (const [fate, messages] of Object.entries({ ...finished, queued, unexplained })) {
        if (messages > 0) found[fate] = (found[fate] ?? 0) + messages;
      }
    }
    assert.deepEqual(found, fates);
  });
}

function sorted(series: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(series).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
