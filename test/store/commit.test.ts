import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../src/model/batch.ts';
import { batchOf, databasePath, DAY_START, delivery, delta, login, NOON, openStore, queueFile, refusal, step, verdict } from './batches.ts';

const position = (offset: number) => ({ id: 'file-1', offset, state: { path: '/var/log/mail.log', inode: 7 } });
const range = { from: DAY_START, to: DAY_START + 86_400 };

test('every kind of row comes back as it was given, after the store was opened again', async (t) => {
  const path = await databasePath(t);
  const rows = {
    file: queueFile({ uid: 1, user: 'alice', via: 'submission' }),
    sent: delivery({ uid: 1 }),
    refused: refusal({ uid: 1, queueId: 'Q1', temporary: true, time: NOON + 5 }),
    spam: verdict({ uid: 1, score: null, counted: false }),
    removed: step({ uid: 1 }),
  };
  const logins = [login({ tls: null, time: NOON + 2 }), login({ tls: false, time: NOON + 1, attempts: 3, result: 'failed' }), login({})];
  const first = await openStore(t, { path });
  await first.commit(
    batchOf({
      queueFiles: [rows.file],
      deliveries: [rows.sent],
      refusals: [rows.refused],
      verdicts: [rows.spam],
      steps: [rows.removed],
      logins,
      positions: [position(10)],
      inFlight: new Map([
        ['a', '{"x":1}'],
        ['b', '"\\u0000"'],
      ]),
      lines: 5,
    }),
  );
  await first.commit(batchOf({ positions: [position(20)], inFlight: new Map([['a', null]]), lines: 2 }));
  await first.close();

  const store = await openStore(t, { path });
  assert.deepEqual(await store.savedState(), { positions: [position(20)], inFlight: new Map([['b', '"\\u0000"']]), lastUid: 1 });
  assert.equal((await store.facts()).lines, 7);
  assert.equal((await store.facts()).messages, 1);
  const trace = await store.trace('1');
  assert.deepEqual(trace?.queueFiles, [rows.file]);
  assert.deepEqual(trace?.deliveries, [rows.sent]);
  assert.deepEqual(trace?.refusals, [rows.refused]);
  assert.deepEqual(trace?.verdicts, [rows.spam]);
  assert.deepEqual(trace?.steps, [rows.removed]);
  const answer = await store.logins({ ...range, limit: 10, where: {} });
  assert.deepEqual(answer.recent, logins);
  assert.deepEqual(answer.byService, [
    { service: 'imap', result: 'failed', attempts: 3 },
    { service: 'imap', result: 'ok', attempts: 2 },
  ]);
  assert.deepEqual((await store.logins({ ...range, limit: 10, where: { result: ['failed'] }, user: 'bob@example.org' })).recent, [
    logins[1],
  ]);
});

test('a batch that fails leaves nothing behind, and the next one goes through', async (t) => {
  const store = await openStore(t);
  await store.commit(
    batchOf({ queueFiles: [queueFile({ uid: 1 })], rollups: [delta('received', NOON, 1)], positions: [position(1)], lines: 1 }),
  );
  const good = {
    queueFiles: [queueFile({ uid: 2 })],
    rollups: [delta('received', NOON, 1), delta('sent', NOON, 4)],
    positions: [position(2)],
    inFlight: new Map([['k', '1']]),
    lines: 1,
  };
  const broken = { ...delivery({ uid: 2 }), reply: 7 } as unknown as Batch['deliveries'][number];
  await assert.rejects(store.commit(batchOf({ ...good, deliveries: [delivery({ uid: 2 }), broken] })), { code: 'store_unusable' });
  assert.deepEqual(await store.savedState(), { positions: [position(1)], inFlight: new Map(), lastUid: 1 });
  assert.equal((await store.facts()).messages, 1);
  const question = { ...range, series: ['received', 'sent'], where: {} } as const;
  assert.deepEqual(await store.totals(question), [{ series: 'received', labels: { host: 'mail' }, value: 1 }]);

  await store.commit(batchOf(good));
  assert.deepEqual((await store.savedState()).positions, [position(2)]);
  assert.deepEqual(await store.totals(question), [
    { series: 'received', labels: { host: 'mail' }, value: 2 },
    { series: 'sent', labels: { host: 'mail' }, value: 4 },
  ]);
});

test('a failure in a large batch rolls all of it back', async (t) => {
  const store = await openStore(t);
  const deliveries = Array.from({ length: 5000 }, (_, i) => delivery({ uid: i + 1 }));
  const broken = { ...delivery({ uid: 5001 }), recipient: undefined } as unknown as Batch['deliveries'][number];
  await assert.rejects(store.commit(batchOf({ deliveries: [...deliveries, broken] })));
  await store.commit(batchOf({ deliveries }));
  const top = await store.top({ of: 'recipient', series: 'sent', ...range, limit: 1, where: {} });
  assert.deepEqual(top, { rows: [{ value: 'bob@example.com', count: 5000, share: 1 }], total: 5000 });
});

test('text that DuckDB cannot hold is cleaned, everything else survives', async (t) => {
  const store = await openStore(t);
  const long = 'x'.repeat(1_000_000);
  const hostile: Record<string, string> = {
    quotes: `'; DROP TABLE deliveries; -- " \\ \${x} $1`,
    control: 'a\u0001\u001b[2J\r\n\tb',
    unicode: '收件人@例子.中国 🐬',
    long,
  };
  // Few and many rows take different ways into the library.
  for (const [few, times] of [
    ['few', 1],
    ['many', 1500],
  ] as const) {
    const values = [...Object.values(hostile), 'nul\0in\0it', 'half \ud83d pair', 'half \ud83d\0', ''];
    const files = Array.from({ length: times }, () => values)
      .flat()
      .slice(0, times === 1 ? values.length : 2500)
      .map((text, i) => (text === long && i > 10 ? 'x' : text))
      .map((text, i) =>
        queueFile({
          uid: i + 1 + times * 10,
          host: few,
          sender: text,
          clientName: text.length > 1000 ? few : text,
          user: text.slice(0, 50),
        }),
      );
    await store.commit(batchOf({ queueFiles: files, inFlight: new Map([[few, JSON.stringify(values)]]) }));
    const expected = values.map((text) => text.replaceAll('\0', '\ufffd').replace(/\ud83d(?!\udc2c)/, '\ufffd'));
    for (const [i, text] of expected.entries()) {
      const file = (await store.trace(String(i + 1 + times * 10)))?.queueFiles[0];
      assert.equal(file?.sender, text);
      assert.equal(file?.user, text.slice(0, 50));
      if (text.length < 1000) assert.equal(file?.clientName, text);
    }
    assert.equal((await store.savedState()).inFlight.get(few), JSON.stringify(values));
  }
});

test('numbers that do not fit are bounded instead of stopping the batch', async (t) => {
  const store = await openStore(t);
  const wild = delivery({ uid: 1, delay: 1e15, delayQueue: Number.NaN, size: Number.POSITIVE_INFINITY, relayPort: -1e12, time: -5 });
  await store.commit(batchOf({ deliveries: [wild], queueFiles: [queueFile({ uid: 1, time: 1e18 })] }));
  const stored = (await store.trace('1'))?.deliveries[0];
  assert.deepEqual(
    [stored?.delay, stored?.delayQueue, stored?.size, stored?.relayPort, stored?.time],
    [2 ** 31 - 1, 0, Number.MAX_SAFE_INTEGER, 1 - 2 ** 31, 0],
  );
});

test('a correction changes the outcome of a delivery stored before or with it', async (t) => {
  const store = await openStore(t);
  const [early, other] = [delivery({ uid: 1 }), delivery({ uid: 1, recipient: 'carol@example.com' })];
  await store.commit(batchOf({ queueFiles: [queueFile({ uid: 1 }), queueFile({ uid: 2 })], deliveries: [early, other] }));
  const same = delivery({ uid: 2 });
  const hop = ({ uid, recipient, time }: typeof same) => ({ uid, recipient, nextQueueId: '', time, until: time, outcome: 'hop' as const });
  await store.commit(batchOf({ deliveries: [same], corrections: [hop(early), hop(same)] }));
  const outcomes = async (id: string) => (await store.trace(id))?.deliveries.map(({ recipient, outcome }) => [recipient, outcome]);
  assert.deepEqual(await outcomes('1'), [
    ['bob@example.com', 'hop'],
    ['carol@example.com', 'sent'],
  ]);
  assert.deepEqual(await outcomes('2'), [['bob@example.com', 'hop']]);
});
