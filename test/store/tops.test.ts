import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BreakdownQuestion, TopOf, Where } from '../../src/model/question.ts';
import type { SeriesName } from '../../src/model/series.ts';
import { batchOf, DAY_START, delivery, delta, login, NOON, openStore, queueFile, refusal } from './batches.ts';

const range = { from: DAY_START, to: DAY_START + 86_400 };

test('tops count what the series counts, by sender, recipient, domain, client, relay, reason and user', async (t) => {
  const store = await openStore(t);
  const reject = (reason: string, value: number) => delta('bounced', NOON, value, { host: 'mail', reason });
  await store.commit(
    batchOf({
      queueFiles: [
        queueFile({ uid: 1, user: 'alice', size: 10, time: NOON - 2 * 86_400_000 }),
        queueFile({ uid: 2, sender: '', size: 5 }),
        queueFile({ uid: 3, sender: 'Bob@Example.ORG', host: 'other' }),
        queueFile({ uid: 4, origin: 'hop' }),
        queueFile({ uid: 5, sender: 'refused@example.org' }),
      ],
      ends: [{ uid: 5, time: NOON, kind: 'refused' }],
      deliveries: [
        delivery({ uid: 1, recipient: 'x@example.com' }),
        delivery({ uid: 1, recipient: 'odd"@"y@Example.com' }),
        delivery({ uid: 2, recipient: 'z@example.net', relayName: 'mx.example.net' }),
        delivery({ uid: 3, outcome: 'hop' }),
        delivery({ uid: 3, outcome: 'deferred', status: 'deferred' }),
        delivery({ uid: 3, outcome: 'deferred', status: 'deferred', recipient: 'second@example.com' }),
      ],
      refusals: [refusal({}), refusal({ reason: 'dnsbl', sender: 'no-domain' }), refusal({ action: 'warned' })],
      logins: [login({ attempts: 5, result: 'failed', ip: '203.0.113.1' }), login({})],
      rollups: [reject('quota', 1), reject('unknown_user', 4), delta('sent', NOON, 2, { host: 'mail', domain: 'example.org' })],
    }),
  );
  const top = async (series: SeriesName, of: TopOf, where: Where = {}, limit = 10) => {
    const { rows, total } = await store.top({ series, of, ...range, limit, where });
    return [total, ...rows.map(({ value, count, share }) => [value, count, Math.round(share * 100)])];
  };
  assert.deepEqual(await top('received', 'sender'), [2, ['', 1, 50], ['Bob@Example.ORG', 1, 50]]);
  assert.deepEqual(await top('received', 'domain'), [2, ['example.org', 1, 50]]);
  assert.deepEqual(await top('received', 'sender', { host: ['other'] }), [1, ['Bob@Example.ORG', 1, 100]]);
  assert.deepEqual(await top('received_bytes', 'client'), [1005, ['192.0.2.1', 1005, 100]]);
  assert.deepEqual(await top('sent', 'domain'), [3, ['example.com', 2, 67], ['example.net', 1, 33]]);
  assert.deepEqual(await top('sent', 'relay', {}, 1), [3, ['mx.example.com', 2, 67]]);
  assert.deepEqual(await top('sent', 'user'), [3, ['alice', 2, 67]]);
  assert.deepEqual(await top('received', 'user', { via: ['smtp'] }), [2]);
  assert.deepEqual(await top('sent', 'domain', { domain: ['example.org'] }, 1), [3, ['example.com', 2, 67]]);
  await assert.rejects(top('sent', 'domain', { provider: ['google'] }), /sent is counted by provider, but the rows behind it do not tell/);
  assert.deepEqual(await top('deferred', 'recipient', {}, 1), [2, ['bob@example.com', 1, 50]]);
  assert.deepEqual(await top('deferred_messages', 'sender'), [1, ['alice@example.org', 1, 100]]);
  assert.deepEqual(await top('rejected', 'reason'), [2, ['dnsbl', 1, 50], ['unknown_user', 1, 50]]);
  assert.deepEqual(await top('rejected', 'client', { reason: ['dnsbl'], permanence: ['permanent'] }), [1, ['198.51.100.7', 1, 100]]);
  assert.deepEqual(await top('bounced', 'reason'), [5, ['unknown_user', 4, 80], ['quota', 1, 20]]);
  assert.deepEqual(await top('login', 'client', { result: ['failed'] }), [5, ['203.0.113.1', 5, 100]]);
  assert.deepEqual(await top('login', 'user'), [6, ['bob@example.org', 6, 100]]);
  assert.deepEqual(await top('log_lines', 'sender'), [0]);
  assert.deepEqual(await top('received', 'relay'), [0]);
  assert.deepEqual(await top('sent', 'domain', { host: [`'; DROP TABLE state; --`] }), [0]);
});

test('a breakdown tells rows apart by what their columns amount to, and adds up those that amount to the same', async (t) => {
  const store = await openStore(t);
  await store.commit(
    batchOf({
      queueFiles: [
        queueFile({ uid: 1, sender: 'Bob@Example.ORG', size: 10, clientName: 'unknown', clientIp: '192.0.2.9' }),
        queueFile({ uid: 2, sender: 'Bob@example.org', size: 5, clientName: '', clientIp: '192.0.2.9' }),
        queueFile({ uid: 3, sender: 'bob@example.org', size: 100, clientName: 'a.example', clientIp: '192.0.2.9' }),
        queueFile({ uid: 4, sender: 'refused@example.org' }),
        queueFile({ uid: 5, sender: 'linked@example.org' }),
      ],
      ends: [{ uid: 4, time: NOON, kind: 'refused' }],
      links: [{ child: 5, message: 1 }],
      deliveries: [
        delivery({ uid: 1, recipient: 'x@Example.com', delay: 1000, size: 10 }),
        delivery({ uid: 2, recipient: 'x@example.COM', delay: 4000, size: 5 }),
        delivery({ uid: 3, recipient: 'y@example.com', delay: 1000, size: 0, reply: '250 2.0.0 Ok: queued as ABC' }),
        delivery({ uid: 3, recipient: 'y@example.com', delay: 1000, size: 0, reply: '250 2.0.0 Ok: queued as DEF' }),
      ],
    }),
  );
  const told = async (question: Pick<BreakdownQuestion, 'of' | 'by'> & Partial<BreakdownQuestion>): Promise<unknown> => {
    const { groups, rows } = await store.breakdown({ where: {}, order: 'count', limit: 10, ...range, ...question });
    return [groups, ...rows.map(({ values, count, bytes, meanDelay, maxDelay }) => [...values, count, bytes, meanDelay, maxDelay])];
  };
  assert.deepEqual(await told({ of: 'received', by: ['sender'] }), [
    2,
    ['Bob@example.org', 2, 15, 0, 0],
    ['bob@example.org', 1, 100, 0, 0],
  ]);
  assert.deepEqual(await told({ of: 'received', by: ['sender'], order: 'bytes', limit: 1 }), [2, ['bob@example.org', 1, 100, 0, 0]]);
  assert.deepEqual(await told({ of: 'received', by: ['client', 'senderDomain'] }), [
    2,
    ['192.0.2.9', 'example.org', 2, 15, 0, 0],
    ['a.example', 'example.org', 1, 100, 0, 0],
  ]);
  assert.deepEqual(await told({ of: 'deliveries', by: ['recipient'], where: { recipient: ['x@example.com'] } }), [
    1,
    ['x@example.com', 2, 15, 2.5, 4],
  ]);
  assert.deepEqual(
    await told({ of: 'deliveries', by: ['replyShape'], where: { recipientDomain: ['example.com'], recipient: ['y@example.com'] } }),
    [1, ['250 2.0.0 Ok: queued as', 2, 0, 1, 1]],
  );
  assert.deepEqual(await told({ of: 'deliveries', by: [] }), [1, [4, 15, 1.75, 4]]);
  assert.deepEqual(await told({ of: 'deliveries', by: [], where: { outcome: [] } }), [0]);
  await assert.rejects(() => told({ of: 'received', by: ['recipient'] }), { code: 'usage' });
});
