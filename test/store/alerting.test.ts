import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Alert, AlertChange, AlertDelivery, Silence } from '../../src/model/alert.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const DAY = 86_400_000;
const HOSTILE = `'); DROP TABLE alerts; --"\u0000\u202e<script>`;

const alert = (id: string, change: Partial<Alert> = {}): Alert => ({
  id,
  fingerprint: `f-${id}`,
  rule: 'queue_age',
  severity: 'warning',
  labels: { user: HOSTILE.replace('\u0000', '') },
  status: 'firing',
  since: NOW - 60_000,
  startsAt: NOW,
  endsAt: 0,
  value: 1.5,
  threshold: 1,
  evidence: { figures: { total: 3 }, link: '/', samples: [] },
  ...change,
});
const change = (id: string, of: string, delivery = ''): AlertChange => ({
  id,
  time: NOW,
  channel: 'hook',
  group: '["queue_age"]',
  alert: of,
  status: 'firing',
  delivery,
});
const delivery = (id: string, change_: Partial<AlertDelivery> = {}): AlertDelivery => ({
  id,
  channel: 'hook',
  group: '["queue_age"]',
  time: NOW,
  status: 'waiting',
  attempts: 0,
  due: NOW,
  problem: '',
  notice: { id, time: NOW, channel: 'hook', reason: 'change', group: { rule: 'queue_age' }, alerts: [alert('a')], truncated: 0 },
  ...change_,
});

async function open(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-alerting-'));
  const path = join(directory, 'mail.duckdb');
  let store = await openDuckStore({ path });
  t.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return {
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = await openDuckStore({ path });
    },
  };
}

test('alerts, changes, deliveries and silences come back as they were, also after a restart', async (t) => {
  const opened = await open(t);
  const silence: Silence = {
    id: 's',
    time: NOW,
    until: NOW + DAY,
    rule: 'queue_age',
    fingerprint: '',
    comment: HOSTILE.replace('\u0000', ''),
  };
  const saved = { alerts: [alert('a')], changes: [change('c', 'a')], deliveries: [delivery('d')], silences: [silence] };
  await opened.store.saveAlerting(saved);
  await opened.reopen();
  assert.deepEqual(await opened.store.alerting(), saved);
  assert.deepEqual(await opened.store.alertDeliveries(10), saved.deliveries);
});

test('a row replaces the one with its id; what is over and told is no part of the state', async (t) => {
  const { store } = await open(t);
  await store.saveAlerting({
    alerts: [alert('a'), alert('p', { status: 'pending', startsAt: 0 })],
    changes: [change('c', 'a')],
    deliveries: [delivery('d')],
  });
  const resolved = alert('a', { status: 'resolved', endsAt: NOW + 1 });
  await store.saveAlerting({
    alerts: [resolved],
    dropped: ['p'],
    changes: [change('c', 'a', 'd')],
    deliveries: [delivery('d', { status: 'delivered', attempts: 2 })],
  });
  const state = await store.alerting();
  assert.deepEqual([state.alerts, state.changes], [[], []]);
  // The newest of its group says when the group may be told of again.
  assert.deepEqual(
    state.deliveries.map(({ id, status, attempts }) => [id, status, attempts]),
    [['d', 'delivered', 2]],
  );
  assert.deepEqual(await store.alerts(NOW - DAY, NOW + DAY, 10), [resolved]);
  assert.deepEqual(await store.alerts(NOW + 2, NOW + DAY, 10), []);
});

test('a thousand at once are one transaction', async (t) => {
  const { store } = await open(t);
  const alerts = Array.from({ length: 1000 }, (_, n) => alert(`a${n}`));
  await store.saveAlerting({ alerts, changes: alerts.map(({ id }) => change(`c${id}`, id)) });
  const state = await store.alerting();
  assert.equal(state.alerts.length, 1000);
  assert.equal(state.changes.length, 1000);
});

test('retention forgets what is over, and nothing that is still to be told', async (t) => {
  const { store } = await open(t);
  const old = { since: NOW - 99 * DAY, startsAt: NOW - 99 * DAY };
  await store.saveAlerting({
    alerts: [
      alert('firing', old),
      alert('over', { ...old, status: 'resolved', endsAt: NOW - 98 * DAY }),
      alert('untold', { ...old, status: 'resolved', endsAt: NOW - 98 * DAY }),
    ],
    changes: [
      { ...change('told', 'over', 'd'), time: NOW - 98 * DAY },
      { ...change('open', 'untold'), time: NOW - 98 * DAY },
    ],
    deliveries: [delivery('d', { status: 'delivered', time: NOW - 98 * DAY })],
  });
  await store.retain({ messages: 90, minutes: 90, hours: 0, days: 0 }, NOW);
  const state = await store.alerting();
  assert.deepEqual(state.alerts.map(({ id }) => id).toSorted(), ['firing', 'untold']);
  assert.deepEqual(
    state.changes.map(({ id }) => id),
    ['open'],
  );
  assert.deepEqual(await store.alertDeliveries(10), []);
  assert.deepEqual((await store.alerts(0, NOW, 10)).map(({ id }) => id).toSorted(), ['firing', 'untold']);
});

test('of an alert that is over and whose end is still to be told, the beginning is there too: it tells whether anybody heard of it', async (t) => {
  const opened = await open(t);
  const begun = change('c1', 'a', 'd');
  const ended: AlertChange = { ...change('c2', 'a'), time: NOW + 1, status: 'resolved' };
  await opened.store.saveAlerting({
    alerts: [alert('a', { status: 'resolved', endsAt: NOW + 1 })],
    changes: [begun, ended],
    deliveries: [delivery('d', { status: 'delivered', attempts: 1 })],
  });
  await opened.reopen();
  assert.deepEqual((await opened.store.alerting()).changes, [begun, ended]);
});
