/** A real file system that is full: a small tmpfs, with a file on it that takes the room and is removed later. */
import assert from 'node:assert/strict';
import { readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { OperationalError } from '../../src/model/errors.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { smallDisk, unmountable } from '../stack/file-systems.ts';
import { eventually } from '../stack/program.ts';
import { batchOf, DAY_START, delivery, delta, NOON } from './batches.ts';

const ROWS = 2_000;
const range = { from: DAY_START, to: DAY_START + 86_400 };
/** Texts that do not compress, so that the disk is full soon. */
const noise = (): string => Array.from({ length: 12 }, () => Math.random().toString(36).slice(2)).join('');

const batch = (number: number) =>
  batchOf({
    deliveries: Array.from({ length: ROWS }, (_, i) => delivery({ uid: number * ROWS + i, reply: noise() })),
    rollups: [delta('sent', NOON, ROWS)],
    positions: [{ id: 'p', offset: number, state: {} }],
    lines: ROWS,
  });

test(
  'a full disk: the position stands still, what is there can be read, and it goes on by itself',
  { skip: unmountable('tmpfs') ?? false },
  async (t) => {
    const folder = await smallDisk(t, 32);
    const filler = join(folder, 'filler');
    await writeFile(filler, Buffer.alloc(14 * 1024 * 1024));
    const store = await openDuckStore({ path: join(folder, 'mail.duckdb'), threads: 1 });
    t.after(() => store.close());

    let number = 0;
    let failure: unknown;
    while (failure === undefined && number < 500) {
      await store.commit(batch(number + 1)).then(
        () => number++,
        (error: unknown) => (failure = error),
      );
    }
    assert.ok(failure instanceof OperationalError, String(failure));
    assert.deepEqual([failure.code, failure.retryable], ['disk_full', true], failure.message);

    const seen = async (): Promise<unknown> => {
      const { positions } = await store.savedState();
      const { total } = await store.top({ of: 'recipient', series: 'sent', ...range, limit: 1, where: {} });
      const [sums] = await store.totals({ series: ['sent'], ...range, where: {} });
      return { position: positions[0]?.offset, rows: total, sums: sums?.value };
    };
    const expected = (batches: number): unknown => ({ position: batches, rows: batches * ROWS, sums: batches * ROWS });
    assert.deepEqual(await seen(), expected(number), 'with the disk still full');

    const next = batch(number + 1);
    await assert.rejects(store.commit(next), { code: 'disk_full' });
    await unlink(filler);
    await eventually('the commit to go through', () =>
      store.commit(next).then(
        () => true,
        () => false,
      ),
    );
    assert.deepEqual(await seen(), expected(number + 1), 'once there was room again');
  },
);

test('no room for a backup: it is refused, and takes none of the room that is left', { skip: unmountable('tmpfs') ?? false }, async (t) => {
  const folder = await smallDisk(t, 32);
  const path = join(folder, 'mail.duckdb');
  const store = await openDuckStore({ path, threads: 1 });
  t.after(() => store.close());
  await store.commit(batch(1));
  // What a backup that was killed has left.
  await writeFile(`${path}.backup.new`, Buffer.alloc(20 * 1024 * 1024));
  await assert.rejects(store.backup(), {
    code: 'disk_full',
    message: /^A backup of the database .* needs \d+ MB, and \d+ MB are free: make room, or set "backup: never"\.$/,
  });
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('backup')),
    [],
  );
  assert.equal(await store.backedUpAt(), undefined);
  await store.commit(batch(2));
});
