import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { batchOf, DAY_START, delivery, openStore, queueFile, refusal } from './batches.ts';

const DAYS = 30;
const SENDERS = ['busy@example.org', 'rare@example.org'] as const;

/** Busy on most days or on a few: some lie in the newest days, some do not. */
const rows = fc.array(
  fc.record({
    time: fc.integer({ min: 0, max: DAYS * 1440 - 1 }).map((minute) => (DAY_START + minute * 60) * 1000),
    sender: fc.constantFrom('busy@example.org', 'busy@example.org', 'Busy@Example.org', 'rare@example.org'),
    kind: fc.constantFrom('delivered', 'bounced', 'refused'),
  }),
  { minLength: 30, maxLength: 60 },
);
const questions = fc.record({
  from: fc.integer({ min: 0, max: DAYS - 1 }),
  to: fc.integer({ min: 1, max: DAYS + 20 }),
  limit: fc.integer({ min: 1, max: 30 }),
  by: fc.constantFrom('sender', 'term', 'status', 'both', 'series', 'nothing'),
  sender: fc.constantFrom(...SENDERS),
});

test('the newest messages are those of all the time that is asked for, however far back they lie', async (t) => {
  await fc.assert(
    fc.asyncProperty(rows, fc.array(questions, { minLength: 8, maxLength: 8 }), async (made, asked) => {
      const store = await openStore(t);
      // Moments of their own, or which one is newer would be chance. Numbers that lie in one row group, and in several.
      const all = made.map((row, i) => ({ ...row, uid: (i + 1) * 5_000, time: row.time + i }));
      const messages = all.filter(({ kind }) => kind !== 'refused');
      await store.commit(
        batchOf({
          queueFiles: messages.map(({ uid, time, sender }) => queueFile({ uid, time, sender, queueId: `Q${uid}` })),
          deliveries: messages.map(({ uid, time, kind }) =>
            delivery({ uid, time, outcome: kind as 'delivered', recipient: `r${uid}@example.net` }),
          ),
          refusals: all.filter(({ kind }) => kind === 'refused').map(({ time, sender }) => refusal({ time, sender, action: 'rejected' })),
        }),
      );
      for (const { from, to, limit, by, sender } of asked) {
        const range = { from: DAY_START + from * 86_400, to: DAY_START + (from + to) * 86_400 };
        const found = await store.messages({
          ...range,
          limit,
          ...(['sender', 'term', 'both'].includes(by) && { [by === 'term' ? 'term' : 'sender']: sender }),
          ...(by === 'series' && { series: 'bounced' as const }),
          ...((by === 'status' || by === 'both') && { status: 'bounced' as const }),
        });
        const wanted = all.filter(
          (one) =>
            one.time >= range.from * 1000 &&
            one.time < range.to * 1000 &&
            (!['sender', 'term', 'both'].includes(by) || one.sender.toLowerCase() === sender) &&
            (['status', 'both', 'series'].includes(by) ? one.kind === 'bounced' : by !== 'nothing' || one.kind !== 'refused'),
        );
        const newest = wanted.map(({ time }) => time).toSorted((a, b) => b - a);
        assert.deepEqual(
          found.map(({ time }) => time),
          newest.slice(0, limit),
          by,
        );
      }
      await store.close();
    }),
    { numRuns: 12 },
  );
});
