import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FATE_NAMES } from '../../src/model/question.ts';
import { storeOf } from '../support/log-store.ts';

test('each part of the reconciliation opens just its messages', async (t) => {
  const log = join(import.meta.dirname, '../fixtures/contract/sample.iso.log');
  const store = await storeOf(t, [log]);
  const range = { from: Date.UTC(2026, 10, 20) / 1000, to: Date.UTC(2026, 10, 21) / 1000 };
  const rows = await store.reconcile(range);
  const figures = (fate: (typeof FATE_NAMES)[number]): number =>
    rows.reduce((sum, { received, finished, queued, unexplained }) => sum + { ...finished, received, queued, unexplained }[fate], 0);
  const opened: Record<string, number> = {};
  const ids: string[] = [];
  for (const fate of FATE_NAMES) {
    const messages = await store.messages({ ...range, fate, limit: 100 });
    opened[fate] = messages.length;
    if (fate !== 'received') ids.push(...messages.map(({ id }) => id));
  }
  assert.deepEqual(opened, Object.fromEntries(FATE_NAMES.map((fate) => [fate, figures(fate)])));
  assert.deepEqual(opened, {
    received: 6,
    delivered: 2,
    sent: 2,
    bounced: 1,
    expired: 0,
    discarded: 0,
    removed: 0,
    queued: 1,
    unexplained: 0,
  });
  // The parts share no message, and leave none out.
  const all = (await store.messages({ ...range, fate: 'received', limit: 100 })).map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), all.toSorted());
  assert.equal((await store.messages({ ...range, fate: 'received', hosts: ['elsewhere'], limit: 100 })).length, 0);
  assert.ok((await store.messages({ ...range, fate: 'received', hosts: ['elsewhere', 'mail'], limit: 100 })).length > 0);
});
