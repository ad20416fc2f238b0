/** A store that lives for months, in minutes: as much comes each day as is dropped. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { openStore, batchOf, databasePath, DAY_START, delivery, delta } from './batches.ts';

const DAY = 86_400_000;
const DAYS = 60;
const KEPT = 30;
const MOST = 1.5;

/** What a log says differs from line to line. */
const text = (): string => Math.random().toString(36).slice(2);

/** Commits so many messages a day, in so many batches, and does each night what the service does. */
export async function grow(t: TestContext, messagesADay: number, batchesADay: number): Promise<void> {
  const file = await databasePath(t);
  const store = await openStore(t, { path: file });
  const limits = { messages: KEPT, minutes: KEPT, hours: KEPT, days: 0 };
  const sizes: number[] = [];
  let uid = 0;
  for (let day = 0; day < DAYS; day++) {
    const start = DAY_START * 1000 + day * DAY;
    for (let number = 0; number < batchesADay; number++) {
      const each = messagesADay / batchesADay;
      const begin = start + (number * DAY) / batchesADay;
      const minutes = 1440 / batchesADay;
      await store.commit(
        batchOf({
          deliveries: Array.from({ length: each }, (_, i) =>
            delivery({ uid: ++uid, time: begin + Math.floor(((i / each) * DAY) / batchesADay), reply: text(), recipient: text() }),
          ),
          rollups: Array.from({ length: minutes }, (_, minute) => delta('sent', begin + minute * 60_000, each / minutes)),
          positions: [{ id: 'p', offset: uid, state: {} }],
          lines: each,
        }),
      );
    }
    await store.compact();
    await store.retain(limits, start + DAY);
    sizes.push((await stat(file)).size);
  }
  const full = sizes[KEPT - 1] ?? NaN;
  const most = Math.max(...sizes.slice(KEPT));
  t.diagnostic(
    `${messagesADay} messages a day: ${(full / 1e6).toFixed(1)} MB on day ${KEPT}, at most ${(most / 1e6).toFixed(1)} MB until day ${DAYS} (${(most / full).toFixed(2)} times)`,
  );
  const { total } = await store.top({
    of: 'recipient',
    series: 'sent',
    from: DAY_START,
    to: DAY_START + DAYS * 86_400,
    limit: 1,
    where: {},
  });
  assert.equal(total, KEPT * messagesADay);
  assert.ok(most <= MOST * full, `${most} bytes, of ${full} when as much was kept`);
}
