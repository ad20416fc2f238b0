import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryRow } from '../../src/model/batch.ts';
import type { MessagesQuestion, MessageSummary } from '../../src/model/question.ts';
import type { Store } from '../../src/store/store.ts';
import { batchOf, DAY_START, delivery, NOON, openStore, queueFile, refusal, step, verdict } from './batches.ts';

const range = { from: DAY_START, to: DAY_START + 86_400 };
const found = async (store: Store, part: Partial<MessagesQuestion>) =>
  (await store.messages({ ...range, limit: 20, ...part })).map(({ id, status }) =>
    id.startsWith('r-') ? `refused ${status}` : `${id} ${status}`,
  );

test('a message that came in again through a filter is one message, whichever way it is asked for', async (t) => {
  const store = await openStore(t);
  // 1 in, handed to the filter, back as 2 (known at once) and forwarded on as 3 (learnt later, in two steps).
  await store.commit(
    batchOf({
      queueFiles: [
        queueFile({ uid: 1, queueId: 'AAA1', recipients: 2 }),
        queueFile({ uid: 2, message: 1, queueId: 'BBB2', origin: 'hop', time: NOON + 500 }),
        queueFile({
          uid: 3,
          queueId: 'CCC3',
          origin: 'unknown',
          time: NOON + 700,
          sender: 'srs0=alice@example.org',
          messageId: 'm1@example.org',
        }),
        queueFile({ uid: 4, queueId: 'DDD4', origin: 'unknown', time: NOON + 800, messageId: 'other@example.org' }),
        queueFile({ uid: 9, queueId: 'ZZZ9', sender: 'else@example.org', clientIp: '203.0.113.5' }),
      ],
      deliveries: [
        delivery({ uid: 1, queueId: 'AAA1', outcome: 'hop', transport: 'lmtp', relayName: '127.0.0.1' }),
        delivery({ uid: 2, message: 1, queueId: 'BBB2', outcome: 'hop', recipient: 'list@example.org', time: NOON + 600 }),
        delivery({ uid: 2, message: 1, queueId: 'BBB2', outcome: 'deferred', status: 'deferred', time: NOON + 650, reply: 'try later' }),
      ],
    }),
  );
  await store.commit(
    batchOf({
      deliveries: [
        delivery({ uid: 2, message: 1, queueId: 'BBB2', outcome: 'delivered', time: NOON + 60_000 }),
        delivery({
          uid: 4,
          queueId: 'DDD4',
          recipient: 'dave@example.net',
          originalRecipient: 'list@example.org',
          time: NOON + 900,
          relayName: 'mx.example.net',
        }),
      ],
      verdicts: [verdict({ uid: 3 })],
      steps: [step({ uid: 3, time: NOON + 1000 })],
      refusals: [refusal({ uid: 4, queueId: 'DDD4', action: 'warned' })],
      links: [
        { child: 4, message: 3 },
        { child: 3, message: 1 },
      ],
    }),
  );
  for (const term of [
    'AAA1',
    'BBB2',
    'CCC3',
    'DDD4',
    'm1@example.org',
    '<m1@example.org>',
    'ALICE@example.org',
    'dave@example.net',
    'list@example.org',
  ]) {
    assert.deepEqual(await found(store, { term }), ['1 sent'], term);
  }
  assert.deepEqual(
    await found(store, { sender: 'alice@example.org', recipient: 'dave@example.net', client: '192.0.2.1', relay: 'MX.example.net' }),
    ['1 sent'],
  );
  assert.deepEqual(await found(store, { recipient: 'dave@example.net', client: '203.0.113.5' }), []);
  assert.deepEqual(await found(store, { term: `' OR 1=1 --` }), []);
  assert.deepEqual(await found(store, {}), ['1 sent', '9 queued']);
  assert.deepEqual(await found(store, { status: 'delivered' }), ['1 sent']);
  assert.deepEqual(await found(store, { status: 'deferred' }), []);
  assert.deepEqual(await found(store, { status: 'queued' }), ['9 queued']);
  assert.deepEqual(await found(store, { from: range.to, to: range.to + 60 }), []);
  const [summary] = await store.messages({ ...range, term: 'AAA1', limit: 1 });
  assert.deepEqual(summary?.recipients, ['bob@example.com', 'list@example.org']);
  assert.deepEqual(
    [summary?.queueId, summary?.messageId, summary?.via, summary?.clientIp],
    ['AAA1', 'm1@example.org', 'smtp', '192.0.2.1'],
  );

  for (const id of ['1', '2', '4', 'DDD4', 'other@example.org']) {
    const trace = await store.trace(id);
    assert.equal(trace?.id, '1', id);
    assert.deepEqual(
      trace?.queueFiles.map(({ queueId }) => queueId),
      ['AAA1', 'BBB2', 'CCC3', 'DDD4'],
    );
    assert.equal(trace?.deliveries.length, 5);
    assert.deepEqual([trace?.verdicts.length, trace?.steps.length, trace?.refusals.length], [1, 1, 1]);
  }
  assert.equal(await store.trace('77'), undefined);
  assert.equal(await store.trace('nothing'), undefined);
});

test('the status of a message is the worst of how its recipients fared last', async (t) => {
  const store = await openStore(t);
  const to = (uid: number, outcome: 'sent' | 'deferred' | 'bounced' | 'discarded' | 'delivered', recipient = 'r@example.com', later = 0) =>
    delivery({ uid, outcome, recipient, time: NOON + uid + later, reply: `${outcome} reply` });
  await store.commit(
    batchOf({
      queueFiles: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((uid) => queueFile({ uid, time: NOON + uid })),
      deliveries: [
        to(1, 'deferred'),
        to(1, 'sent', 'R@example.com', 500),
        to(2, 'sent', 'a@example.com'),
        to(2, 'bounced', 'b@example.com'),
        to(3, 'deferred'),
        to(4, 'deferred'),
        to(8, 'discarded'),
      ],
      steps: [step({ uid: 4, kind: 'expired' }), step({ uid: 5, kind: 'held', text: 'header check' }), step({ uid: 6, kind: 'removed' })],
      refusals: [refusal({ uid: 7, queueId: 'Q7', source: 'milter', stage: 'eod', text: 'spam' })],
    }),
  );
  assert.deepEqual(await found(store, {}), [
    '9 queued',
    '8 discarded',
    '7 rejected',
    '6 removed',
    '5 held',
    '4 expired',
    '3 deferred',
    '2 bounced',
    '1 sent',
  ]);
  assert.deepEqual(await found(store, { status: 'sent' }), ['2 bounced', '1 sent']);
  assert.deepEqual(await found(store, { status: 'held' }), ['5 held']);
  assert.deepEqual(await found(store, { limit: 2 }), ['9 queued', '8 discarded']);
  const reasons = (await store.messages({ ...range, limit: 20 })).map(({ reason }) => reason);
  assert.deepEqual(reasons, [
    '',
    'discarded reply',
    'spam',
    '',
    'header check',
    'deferred reply',
    'deferred reply',
    'bounced reply',
    'sent reply',
  ]);
});

test('refused attempts are found by address and client, and have a trace', async (t) => {
  const store = await openStore(t);
  const refused = refusal({ clientIp: '2001:db8::25' });
  await store.commit(
    batchOf({
      refusals: [
        refused,
        refusal({ time: NOON, recipient: 'second@example.org' }),
        refusal({ action: 'warned', recipient: 'warned@example.org' }),
        refusal({ action: 'discarded', recipient: 'dropped@example.org' }),
        refusal({ uid: 44, queueId: 'Q44', recipient: 'data@example.org', stage: 'data' }),
      ],
      queueFiles: [queueFile({ uid: 1 })],
    }),
  );
  assert.deepEqual(await found(store, {}), ['1 queued']);
  assert.deepEqual(await found(store, { term: 'NOBODY@example.org' }), ['refused rejected']);
  assert.deepEqual(await found(store, { client: '2001:db8::25' }), ['refused rejected']);
  assert.deepEqual(await found(store, { term: 'Q44' }), ['refused rejected']);
  assert.deepEqual(await found(store, { recipient: 'warned@example.org' }), []);
  assert.deepEqual(await found(store, { relay: 'mx.example.com' }), []);
  assert.deepEqual(await found(store, { status: 'rejected' }), ['refused rejected', 'refused rejected', 'refused rejected']);
  assert.deepEqual(await found(store, { status: 'discarded' }), ['refused discarded']);
  const [summary] = await store.messages({ ...range, client: '2001:db8::25', limit: 1 });
  const trace = await store.trace(summary?.id ?? '');
  assert.deepEqual(trace?.refusals, [refused]);
  assert.deepEqual(trace?.summary, summary);
  assert.equal(await store.trace('r-123-000000000000'), undefined);
});

test('a recipient that was refused is found, although the message was accepted for another one', async (t) => {
  const store = await openStore(t);
  await store.commit(
    batchOf({
      queueFiles: [queueFile({ uid: 1, queueId: 'Q1', sender: 's@example.net' })],
      deliveries: [delivery({ uid: 1, recipient: 'good@example.org', outcome: 'delivered' })],
      refusals: [refusal({ uid: 1, queueId: 'Q1', sender: 's@example.net', recipient: 'gone@example.org' })],
    }),
  );
  for (const where of [{ recipient: 'gone@example.org' }, { term: 'gone@example.org' }, { status: 'rejected' }] as const)
    assert.deepEqual(await found(store, where), ['refused rejected']);
  assert.deepEqual(await found(store, { sender: 's@example.net' }), ['1 delivered', 'refused rejected']);
  assert.deepEqual(await found(store, { recipient: 'good@example.org' }), ['1 delivered']);
  const [refused] = await store.messages({ ...range, recipient: 'gone@example.org', limit: 1 });
  assert.equal((await store.trace(refused?.id ?? ''))?.summary.recipients.join(), 'gone@example.org');
});

test('a message of which no queue file is known is listed by what its deliveries tell', async (t) => {
  const store = await openStore(t);
  await store.commit(
    batchOf({ queueFiles: [queueFile({ uid: 1 })], deliveries: [delivery({ uid: 1 }), delivery({ uid: 2, message: 2, size: 4321 })] }),
  );
  const listed = await store.messages({ ...range, recipient: delivery({ uid: 2 }).recipient, limit: 10 });
  const { host, instance, queueId, sender, size } = delivery({ uid: 2, size: 4321 });
  assert.deepEqual(
    listed
      .filter(({ id }) => id === '2')
      .map((one) => ({ host: one.host, instance: one.instance, queueId: one.queueId, sender: one.sender, size: one.size, via: one.via })),
    [{ host, instance, queueId, sender, size, via: '' }],
  );
  assert.equal(listed.length, 2);
});

test('of a status all are found, however many others came later', async (t) => {
  const store = await openStore(t);
  const LATER = 2_500;
  const later = Array.from({ length: LATER }, (_, i) => ({ uid: 100 + i, time: NOON + 1000 + i }));
  await store.commit(
    batchOf({
      queueFiles: [...[1, 2, 3, 4, 5, 6].map((uid) => queueFile({ uid, time: NOON + uid })), ...later.map(queueFile)],
      deliveries: [
        delivery({ uid: 1, time: NOON + 1, outcome: 'deferred' }),
        delivery({ uid: 4, time: NOON + 4, outcome: 'deferred' }),
        // They were all told to come back, and delivered then.
        ...later.flatMap(({ uid, time }) => [
          delivery({ uid, time, outcome: 'deferred' }),
          delivery({ uid, time: time + 1, outcome: 'sent', recipient: 'r@example.com' }),
        ]),
      ],
      refusals: [
        refusal({ uid: 2, time: NOON + 2, action: 'discarded' }),
        refusal({ uid: 3, time: NOON + 3, source: 'milter', stage: 'eod' }),
      ],
      steps: [step({ uid: 4, time: NOON + 5, kind: 'removed', text: 'postsuper' })],
      ends: [
        { uid: 2, time: NOON + 3, kind: 'discarded' },
        { uid: 3, time: NOON + 4, kind: 'refused' },
        { uid: 4, time: NOON + 5, kind: 'deleted' },
        { uid: 6, time: NOON + 6, kind: 'requeued' },
        ...later.map(({ uid, time }) => ({ uid, time: time + 2, kind: 'removed' as const })),
      ],
    }),
  );
  assert.deepEqual(await found(store, { status: 'deferred' }), ['1 deferred']);
  assert.deepEqual(await found(store, { status: 'discarded' }), ['2 discarded']);
  assert.deepEqual(await found(store, { status: 'rejected' }), ['3 rejected']);
  assert.deepEqual(await found(store, { status: 'removed' }), ['4 removed']);
  assert.deepEqual(await found(store, { status: 'queued' }), ['6 queued', '5 queued']);
});

test('mailings to many are listed with how they fared, some recipients and how many there are', async (t) => {
  const store = await openStore(t);
  const READERS = 1_200;
  const address = (i: number): string => `Reader${i}@example.org`;
  const mailing = (uid: number, last: (i: number) => 'sent' | 'deferred' | 'bounced'): DeliveryRow[] =>
    Array.from({ length: READERS }, (_, i) => [
      delivery({ uid, recipient: 'list@here.example', outcome: 'hop', time: NOON + uid }),
      delivery({ uid, recipient: address(i), outcome: 'deferred', time: NOON + uid + i, reply: 'later' }),
      delivery({ uid, recipient: address(i), outcome: last(i), time: NOON + uid + 5000 + i, reply: `${last(i)} ${i}` }),
    ]).flat();
  await store.commit(
    batchOf({
      queueFiles: [1, 2, 3, 4].map((uid) => queueFile({ uid, time: NOON + uid, sender: 'news@here.example' })),
      deliveries: [
        ...mailing(1, () => 'sent'),
        ...mailing(2, (i) => (i === 700 ? 'bounced' : 'sent')),
        ...mailing(3, (i) => (i % 2 === 0 ? 'deferred' : 'sent')),
        ...Array.from({ length: READERS }, (_, i) => delivery({ uid: 4, recipient: address(i), outcome: 'hop', time: NOON + 4 })),
      ],
    }),
  );
  const listed = async (question: Partial<MessagesQuestion>) => (await store.messages({ ...range, limit: 20, ...question })).toReversed();
  const of = ({ id, status, reason, recipientCount, recipients }: MessageSummary) => [
    id,
    status,
    reason,
    recipientCount,
    recipients.length,
  ];
  const all = await listed({ sender: 'news@here.example' });
  assert.deepEqual(all.map(of), [
    ['1', 'sent', 'sent 0', READERS, 100],
    ['2', 'bounced', 'bounced 700', READERS, 100],
    ['3', 'deferred', 'deferred 0', READERS, 100],
    ['4', 'queued', '', READERS, 100],
  ]);
  for (const { id, status, reason, recipients } of all) {
    const whole = (await store.trace(id))?.summary;
    assert.deepEqual([whole?.status, whole?.reason, whole?.recipientCount], [status, reason, READERS]);
    assert.deepEqual(recipients, whole?.recipients);
  }
  assert.deepEqual(
    (await listed({ recipient: 'reader900@example.org' })).map(({ id }) => id),
    ['1', '2', '3', '4'],
  );
  assert.deepEqual(
    (await listed({ status: 'sent' })).map(({ id }) => id),
    ['1', '2', '3'],
  );
  assert.deepEqual(
    (await listed({ status: 'bounced' })).map(({ id }) => id),
    ['2'],
  );
});
