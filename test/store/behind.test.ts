import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Where } from '../../src/model/question.ts';
import type { SeriesName } from '../../src/model/series.ts';
import type { Store } from '../../src/store/store.ts';
import { batchOf, DAY_START, delivery, delta, NOON, openStore, queueFile, refusal, step, verdict } from './batches.ts';

const behind = async (store: Store, series: SeriesName, where: Where = {}, minute = NOON / 1000): Promise<string[]> =>
  (await store.messages({ from: minute, to: minute + 60, limit: 20, series, where })).map(({ id, status }) =>
    id.startsWith('r-') ? `refused ${status}` : id,
  );

test('behind a point stand the messages and attempts that it was counted from, and no others', async (t) => {
  const store = await openStore(t);
  await store.commit(
    batchOf({
      queueFiles: [
        queueFile({ uid: 1, via: 'submission' }),
        queueFile({ uid: 2, host: 'mx2', size: 200_000 }),
        queueFile({ uid: 3, time: NOON - 3_600_000 }),
        // Came back from a filter: no message of its own.
        queueFile({ uid: 4, message: 1, origin: 'hop' }),
      ],
      deliveries: [
        delivery({ uid: 4, message: 1, outcome: 'sent', relayName: 'gmail-smtp-in.l.google.com', recipient: 'x@gmail.com' }),
        delivery({ uid: 2, outcome: 'sent', relayName: 'mx.example.net', recipient: 'y@example.net' }),
        delivery({ uid: 2, outcome: 'discarded', recipient: 'w@example.net' }),
        delivery({ uid: 2, outcome: 'discarded', recipient: 'v@example.net' }),
        delivery({ uid: 3, outcome: 'bounced', status: 'bounced', reason: 'unknown_user', recipient: 'z@example.net' }),
        delivery({ uid: 3, outcome: 'deferred', status: 'deferred', reason: 'network', time: NOON - 3_000_000 }),
      ],
      refusals: [
        refusal({ time: NOON, reason: 'dnsbl' }),
        refusal({ time: NOON, reason: 'greylist', temporary: true, recipient: 'other@example.org' }),
        refusal({ time: NOON + 120_000, reason: 'dnsbl' }),
        refusal({ uid: 2, queueId: 'Q2', time: NOON, reason: 'spam', stage: 'eod' }),
        refusal({ time: NOON, action: 'warned' }),
        // By a check, and another by the filter that it was handed to.
        refusal({ uid: 1, queueId: 'Q1', time: NOON, action: 'discarded', stage: 'eod' }),
        // By a milter: it never became a message.
        refusal({ uid: 9, queueId: 'Q9', time: NOON - 60_000, reason: 'spam', stage: 'eod', source: 'milter' }),
      ],
      verdicts: [
        verdict({ uid: 1, message: 1, time: NOON, result: 'spam', action: 'passed', counted: true }),
        verdict({ uid: 2, message: 2, time: NOON, result: 'spam', action: 'blocked', counted: true }),
        verdict({ uid: 3, message: 3, time: NOON, result: 'spam', action: 'blocked', counted: false }),
        verdict({ uid: 9, message: 9, time: NOON, result: 'virus', action: 'blocked', counted: true }),
        verdict({ uid: 10, message: 10, time: NOON, result: 'virus', action: 'blocked', counted: true }),
      ],
      steps: [step({ uid: 3, message: 3, time: NOON, kind: 'expired' })],
    }),
  );
  const cases: [SeriesName, Where, string[]][] = [
    ['received', {}, ['2', '1']],
    ['received', { via: ['submission'] }, ['1']],
    ['received', { host: ['mx2'] }, ['2']],
    ['received_bytes', { host: ['nobody'] }, []],
    ['received_sizes', { size_class: ['16K'] }, ['1']],
    ['received_sizes', { size_class: ['1M', '10M'] }, ['2']],
    ['received_sizes', { domain: ['example.org'] }, []],
    ['delivery_delay', {}, ['2', '1']],
    ['delivery_delay', { phase: ['connect'], quantile: ['0.99'], host: ['mx2'] }, []],
    ['sent', {}, ['2', '1']],
    ['sent', { provider: ['google'] }, ['1']],
    ['sent', { provider: [''] }, ['2']],
    ['bounced', {}, ['3']],
    ['bounced', { reason: ['unknown_user'] }, ['3']],
    ['bounced', { reason: ['spam'] }, []],
    ['deferred', {}, []],
    ['rejected', { reason: ['dnsbl'] }, ['refused rejected']],
    ['rejected', { permanence: ['temporary'] }, ['refused rejected']],
    ['rejected', { reason: ['spam'] }, ['2']],
    ['rejected', { domain: ["' OR 1=1 --"] }, []],
    ['spam', {}, ['2', '1']],
    ['spam', { action: ['tagged'] }, ['1']],
    ['spam', { action: ['blocked'] }, ['2']],
    ['virus', { action: ['blocked'] }, ['refused rejected']],
    ['virus', { host: ['mx2'] }, []],
    ['discarded', {}, ['1', '2']],
    ['discarded', { host: ['mx3'] }, []],
    ['expired', {}, ['3']],
    ['login', {}, []],
    ['queue_messages', {}, []],
    ['log_lines', {}, []],
  ];
  for (const [series, where, expected] of cases) {
    assert.deepEqual((await behind(store, series, where)).toSorted(), expected.toSorted(), `${series} ${JSON.stringify(where)}`);
  }
  // What was dropped for two recipients is one message; by a check, there is no relay.
  const discarded = { series: 'discarded', from: NOON / 1000, to: NOON / 1000 + 60, limit: 5, where: {} } as const;
  const bySender = await store.top({ ...discarded, of: 'sender' });
  const half = { count: 1, share: 0.5 };
  const senders = ['alice@example.org', 'spammer@example.net'].map((value) => ({ value, ...half }));
  assert.deepEqual(bySender, { total: 2, rows: senders });
  const byRelay = await store.top({ ...discarded, of: 'relay' });
  assert.deepEqual(byRelay, { total: 2, rows: [{ value: 'mx.example.com', ...half }] });
  // It is counted by these, so none would be a wrong answer.
  await assert.rejects(behind(store, 'bounced', { stage: ['rcpt'] }), /bounced is counted by stage, but the rows behind it do not tell/);
  await assert.rejects(behind(store, 'deferred', { source: [''] }), /deferred is counted by source/);
  assert.equal((await behind(store, 'rejected')).length, 3);
  assert.deepEqual(await behind(store, 'received', {}, DAY_START), []);
});

test('a provider is known by the relay that was reached, or by the domain where none was', async (t) => {
  const store = await openStore(t);
  await store.commit(
    batchOf({
      queueFiles: [queueFile({ uid: 1 })],
      deliveries: [delivery({ uid: 1, outcome: 'deferred', status: 'deferred', relayName: 'none', recipient: 'x@qq.com' })],
    }),
  );
  assert.deepEqual(await behind(store, 'deferred', { provider: ['tencent'] }), ['1']);
  assert.deepEqual(await behind(store, 'deferred', { provider: ['google'] }), []);
});

test("a domain of ours is the recipient's; of what goes out, and of what fails out there, the sender's", async (t) => {
  const store = await openStore(t);
  const out = { sender: 'alice@example.org', recipient: 'x@far.example' };
  const failed = { outcome: 'bounced', status: 'bounced', reason: 'unknown_user' } as const;
  await store.commit(
    batchOf({
      queueFiles: [
        queueFile({ uid: 1, via: 'submission' }),
        // A stranger who calls himself one of us.
        queueFile({ uid: 2, via: 'smtp' }),
        queueFile({ uid: 3, via: 'submission', sender: 'root@far.example' }),
      ],
      deliveries: [
        delivery({ uid: 1, ...out }),
        delivery({ uid: 1, ...out, ...failed }),
        delivery({ uid: 2, sender: 'alice@example.org', recipient: 'gone@example.com', ...failed }),
        delivery({ uid: 3, sender: 'root@far.example', recipient: 'x@far.example', ...failed }),
        delivery({ uid: 2, ...out, outcome: 'deferred', status: 'deferred', reason: 'network' }),
      ],
      refusals: [refusal({ time: NOON, recipient: 'nobody@far.example' })],
      rollups: ['example.org', 'example.com'].map((domain) => delta('delivered', NOON, 1, { host: 'mail', domain })),
    }),
  );
  const cases: [SeriesName, string, string[]][] = [
    ['received', 'example.org', ['1']],
    ['received', '', ['2', '3']],
    ['sent', 'example.org', ['1']],
    ['bounced', 'example.org', ['1']],
    ['bounced', 'example.com', ['2']],
    ['bounced', '', ['3']],
    ['deferred', 'example.org', ['2']],
    ['deferred', 'example.com', []],
    ['rejected', '', ['refused rejected']],
    ['rejected', 'far.example', []],
  ];
  for (const [series, domain, expected] of cases) {
    assert.deepEqual((await behind(store, series, { domain: [domain] })).toSorted(), expected, `${series} ${domain}`);
  }
});
