import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeliveryRow, QueueFileRow, RefusalRow } from '../../src/model/batch.ts';
import { bitsOf } from '../../src/store/duckdb/addresses.ts';
import { batchOf, databasePath, DAY_START, delivery, delta, inDatabase, openStore, queueFile, refusal } from './batches.ts';

const DAYS = 8;
const KEPT_DAYS = 4;
const DAY = 86_400_000;
/** Two addresses that the index cannot tell apart. */
const ALIKE = ['r1300@example.org', 'r3144@example.org'] as const;
const address = fc.constantFrom(...ALIKE, 'R1300@Example.org', 'busy@example.net', 'busy@example.net', 'Bücher@example.org', '');

const KINDS = ['message', 'message', 'delivery', 'held', 'refusal', 'known by its delivery'] as const;

const round = fc.record({
  /** Further ahead with each round, and now and then far back: an import of an old log. */
  rows: fc.array(
    fc.record({
      minute: fc.integer({ min: 0, max: 2 * 1440 - 1 }),
      isOld: fc.integer({ min: 0, max: 4 }).map((chance) => chance === 0),
      kind: fc.nat(),
      sender: address,
      recipient: address,
      originalRecipient: address,
      /** Whether it was counted; what counts it may be stored before it, and in another hour. */
      isCounted: fc.boolean(),
    }),
    { minLength: 20, maxLength: 60 },
  ),
  /** All, or many of one: an address is in more of them on one day than are asked for. */
  kinds: fc.constantFrom(KINDS, KINDS, ['refusal'], ['delivery'] as const),
  linked: fc.boolean(),
  afterwards: fc.constantFrom('nothing', 'compact', 'compact', 'retain', 'reopen'),
});
const questions = fc.record({
  by: fc.constantFrom('sender', 'recipient', 'term'),
  address: fc.constantFrom(...ALIKE, 'BUSY@example.net', 'bücher@example.org', 'm3@example.org'),
  from: fc.integer({ min: 0, max: DAYS * 1440 }),
  length: fc.oneof(fc.constant(2 * DAYS * 1440), fc.integer({ min: 1, max: DAYS * 1440 })),
  limit: fc.constantFrom(1, 3, 10, 100),
});

/** What a store holds, as lists. */
class Brute {
  readonly queueFiles = new Map<number, QueueFileRow>();
  deliveries: DeliveryRow[] = [];
  refusals: RefusalRow[] = [];
  readonly links = new Map<number, number>();

  /** What comes later for the time before is kept until the next time. */
  dropBefore(first: number): void {
    for (const { uid, time } of this.queueFiles.values()) if (time < first) this.queueFiles.delete(uid);
    this.deliveries = this.deliveries.filter(({ time }) => time >= first);
    this.refusals = this.refusals.filter(({ time }) => time >= first);
    const oldest = Math.min(...this.queueFiles.keys());
    for (const child of this.links.keys()) if (child < oldest) this.links.delete(child);
  }

  search(wanted: { by: string; address: string; from: number; to: number; limit: number }): number[] {
    const isMeant = (text: string): boolean => text.toLowerCase() === wanted.address.toLowerCase();
    const inRange = ({ time }: { time: number }): boolean => time >= wanted.from && time < wanted.to;
    const [isSender, isRecipient] = [wanted.by !== 'recipient', wanted.by !== 'sender'];
    const hits = [
      ...[...this.queueFiles.values()].filter(
        ({ sender, messageId }) => (isSender && isMeant(sender)) || (wanted.by === 'term' && messageId === wanted.address),
      ),
      ...this.deliveries.filter(({ recipient, originalRecipient }) => isRecipient && (isMeant(recipient) || isMeant(originalRecipient))),
    ].filter(inRange);
    const newest = new Map<number, number>();
    for (const { message, time } of hits) newest.set(this.rootOf(message), Math.max(time, newest.get(this.rootOf(message)) ?? 0));
    const messages = [...newest]
      .toSorted(([a, atA], [b, atB]) => atB - atA || b - a)
      .slice(0, wanted.limit)
      .map(([root]) => this.timeOf(root));
    const attempts = this.refusals
      .filter(({ sender, recipient }) => (isSender && isMeant(sender)) || (isRecipient && isMeant(recipient)))
      .filter(inRange)
      .map(({ time }) => time);
    return [...messages, ...attempts].toSorted((a, b) => b - a).slice(0, wanted.limit);
  }

  /** As a list shows it. */
  timeOf(root: number): number {
    const isOf = ({ message }: { message: number }): boolean => this.rootOf(message) === root;
    const files = [...this.queueFiles.values()].filter(isOf).toSorted((a, b) => a.time - b.time);
    const first = files.find(({ uid }) => uid === root) ?? files[0];
    return first?.time ?? Math.min(...this.deliveries.filter(isOf).map(({ time }) => time));
  }

  rootOf(message: number): number {
    const parent = this.links.get(message);
    return parent === undefined ? message : this.rootOf(parent);
  }
}

test('by its address is found what looking at every row finds', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { minLength: 3, maxLength: DAYS - 1 }),
      fc.array(questions, { minLength: 50, maxLength: 50 }),
      async (rounds, asked) => {
        const path = await databasePath(t);
        let store = await openStore(t, { path });
        const brute = new Brute();
        let uid = 0;
        let last: number | undefined;
        let held: QueueFileRow[] = [];
        for (const [day, { rows, kinds, linked, afterwards }] of rounds.entries()) {
          const made = rows.map((row) => {
            uid++;
            const minute = row.isOld ? row.minute : day * 1440 + row.minute;
            // Moments of their own, or which one is newer would be chance.
            const time = (DAY_START + minute * 60) * 1000 + uid;
            const { sender, recipient, originalRecipient } = row;
            return {
              ...row,
              kind: kinds[row.kind % kinds.length],
              file: queueFile({ uid, time, sender, messageId: `m${uid}@example.org` }),
              delivery: delivery({ uid, time: time + 60_000 * (uid % 100), sender, recipient, originalRecipient }),
              refusal: refusal({ time, sender, recipient }),
            };
          });
          const of = (...wanted: (typeof KINDS)[number][]) => made.filter(({ kind }) => wanted.some((one) => one === kind));
          const files = of('message', 'delivery', 'held').map(({ file, kind }) => (kind === 'held' ? { ...file, sender: '' } : file));
          const deliveries = of('delivery', 'known by its delivery').map((one) => one.delivery);
          const refusals = of('refusal').map((one) => one.refusal);
          const child = files[0]?.uid;
          const links = linked && last !== undefined && child !== undefined ? [{ child, message: last }] : [];
          const newest = (DAY_START + day * 86_400) * 1000;
          await store.commit(
            batchOf({
              queueFiles: files,
              completions: held,
              deliveries,
              refusals,
              links,
              rollups: [
                delta('received', newest, 1),
                ...made.filter(({ isCounted }) => isCounted).map(({ file }) => delta('received', file.time, 1)),
              ],
            }),
          );
          for (const file of [...files, ...held]) brute.queueFiles.set(file.uid, file);
          brute.deliveries.push(...deliveries);
          brute.refusals.push(...refusals);
          for (const link of links) brute.links.set(link.child, link.message);
          held = of('held').map(({ file }) => file);
          last = child ?? last;
          if (afterwards === 'compact') await store.compact();
          if (afterwards === 'retain' && day > KEPT_DAYS) {
            const now = (DAY_START + day * 86_400) * 1000;
            await store.retain({ messages: KEPT_DAYS, minutes: 0, hours: 0, days: 0 }, now);
            brute.dropBefore(now - KEPT_DAYS * DAY);
            held = held.filter(({ uid: number }) => brute.queueFiles.has(number));
          }
          if (afterwards === 'reopen') {
            await store.close();
            store = await openStore(t, { path });
          }
        }
        for (const { by, address: text, from, length, limit } of asked) {
          const range = { from: DAY_START + from * 60, to: DAY_START + (from + length) * 60 };
          const found = await store.messages({ ...range, limit, [by]: text });
          assert.deepEqual(
            found.map(({ time }) => time),
            brute.search({ by, address: text, from: range.from * 1000, to: range.to * 1000, limit }),
            `${by} ${text}`,
          );
        }
        await store.close();
      },
    ),
    { numRuns: 8 },
  );
});

test('what a store of an older schema holds is indexed at the first compaction, but for the day that goes on', async (t) => {
  const path = await databasePath(t);
  const store = await openStore(t, { path });
  const at = (day: number): number => (DAY_START + day * 86_400) * 1000;
  const queueFiles = [0, 1, 2].map((day) => queueFile({ uid: day + 1, time: at(day) }));
  await store.commit(
    batchOf({ queueFiles, refusals: [refusal({ time: at(0) })], rollups: queueFiles.map(({ time }) => delta('received', time, 1)) }),
  );
  await store.compact();
  await store.close();
  await inDatabase(
    path,
    'DROP TABLE message_addresses',
    'DROP TABLE refusal_addresses',
    `DELETE FROM state WHERE key = 'indexedUntil'`,
    `UPDATE meta SET value = '10' WHERE name = 'schema'`,
  );
  const question = { from: DAY_START, to: DAY_START + 3 * 86_400, limit: 10, sender: 'Alice@example.org' };
  const upgraded = await openStore(t, { path });
  const found = await upgraded.messages(question);
  assert.equal(found.length, 3);
  await upgraded.compact();
  assert.deepEqual(await upgraded.messages(question), found);
  await upgraded.close();
  assert.deepEqual(await inDatabase(path, 'SELECT message::INTEGER FROM message_addresses ORDER BY ALL'), [[1], [2]]);
  assert.deepEqual(await inDatabase(path, 'SELECT minute FROM refusal_addresses'), [[0], [0]]);
  // Without the index nothing of those days is found: it is what was asked.
  await inDatabase(path, 'DELETE FROM message_addresses');
  assert.deepEqual(
    (await (await openStore(t, { path })).messages(question)).map(({ id }) => id),
    ['3'],
  );
});

test('the two addresses have the same bits, so that rows have to tell which is meant', async () => {
  const [bits = []] = await inDatabase(':memory:', `SELECT ${ALIKE.map((one) => bitsOf(`'${one}'`)).join(', ')}`);
  assert.equal(bits[0], bits[1]);
});
