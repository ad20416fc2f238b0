import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLives } from './lives.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/lab');
const KINDS: ReadonlySet<string> = new Set(['requeued', 'deleted', 'discarded', 'refused']);

interface Truth {
  readonly messages: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly series: Readonly<Record<string, number>>;
  readonly ended: Readonly<Record<string, number>>;
}

test('lives from a real mail system: filters, proxies, aliases, instances, the operator', async (t) => {
  const truth = JSON.parse(readFileSync(join(FIXTURES, 'truth.json'), 'utf8')) as Truth;
  const { store, messages, ends } = await readLives(t, [join(FIXTURES, 'excerpt.log')], { zone: 'UTC' });
  const found: Record<string, Record<string, number>> = {};
  for (const { root, deliveries, steps } of messages.values()) {
    const name =
      /^(\w+)\.\d+\.\w+@lab\.test$/.exec(root.messageId)?.[1] ??
      (root.messageId === '' ? 'without a message-id in the log' : root.messageId);
    const fates = (found[name] ??= {});
    const add = (fate: string): void => void (fates[fate] = (fates[fate] ?? 0) + 1);
    add('messages');
    for (const { outcome } of deliveries) if (outcome !== 'hop' && outcome !== 'deferred') add(outcome);
    if (steps.some(({ kind, text }) => kind === 'expired' && text === 'qmgr')) add('expired');
  }
  assert.deepEqual(found, truth.messages);

  const sums: Record<string, number> = {};
  const series = ['received', 'virus', 'spam', 'banned', 'held', 'discarded', 'expired', 'rejected'] as const;
  for (const { series: name, labels, value } of await store.totals({ from: 0, to: 4e9, series, where: {} })) {
    const key = [name, labels.action ?? labels.reason].filter(Boolean).join(' ');
    sums[key] = (sums[key] ?? 0) + value;
  }
  assert.deepEqual(sums, truth.series);

  const ended: Record<string, number> = {};
  for (const { kind } of ends) if (KINDS.has(kind)) ended[kind] = (ended[kind] ?? 0) + 1;
  assert.deepEqual(ended, truth.ended);

  const [day, ...others] = await store.reconcile({ from: 0, to: 4e9 });
  assert.deepEqual(others, []);
  assert.deepEqual([day?.received, day?.unexplained, day?.queued], [truth.series['received'], 0, 3]);
});
