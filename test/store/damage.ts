/** A store that was damaged while nobody had it open: what is there when it is opened again. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { OperationalError } from '../../src/model/errors.ts';
import { openDuckStore, type DuckStore } from '../../src/store/duckdb/index.ts';
import { batchOf, DAY_START, delivery, delta, NOON } from './batches.ts';

const ROWS = 500;
const range = { from: DAY_START, to: DAY_START + 86_400 };

const batch = (number: number) =>
  batchOf({
    deliveries: Array.from({ length: ROWS }, (_, i) => delivery({ uid: number * ROWS + i, reply: `250 ${Math.random()}` })),
    rollups: [delta('sent', NOON, ROWS)],
    positions: [{ id: 'p', offset: number, state: {} }],
    lines: ROWS,
  });

/** Rows, sums and position are of one moment: the position, which tells how much of the logs has to be read again. */
async function position(store: DuckStore): Promise<number> {
  const { positions } = await store.savedState();
  const offset = positions[0]?.offset ?? 0;
  const { total } = await store.top({ of: 'recipient', series: 'sent', ...range, limit: 1, where: {} });
  const [sums] = await store.totals({ series: ['sent'], ...range, where: {} });
  assert.deepEqual({ rows: total, sums: sums?.value ?? 0 }, { rows: offset * ROWS, sums: offset * ROWS });
  return offset;
}

/** A database of three batches in its file, the first two of them in a backup, and a fourth and fifth in the write-ahead log. */
export interface Damaged {
  readonly file: string;
  /** Puts everything back as it was made. */
  reset(): Promise<void>;
}

export async function damaged(t: TestContext): Promise<Damaged> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mailgraph-damage-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const made = path.join(folder, 'made.duckdb');
  const store = await openDuckStore({ path: made, threads: 1 });
  await store.commit(batch(1));
  await store.commit(batch(2));
  await store.backup();
  await store.commit(batch(3));
  await store.close();
  const again = await openDuckStore({ path: made, threads: 1 });
  await again.commit(batch(4));
  await again.commit(batch(5));
  // As a crash leaves it: with its write-ahead log.
  await copyFile(`${made}.wal`, `${made}.kept-wal`);
  await copyFile(made, `${made}.kept`);
  await again.close();
  const file = path.join(folder, 'data', 'mail.duckdb');
  return {
    file,
    reset: async () => {
      await rm(path.dirname(file), { recursive: true, force: true });
      await mkdir(path.dirname(file));
      await copyFile(`${made}.kept`, file);
      await copyFile(`${made}.kept-wal`, `${file}.wal`);
      await copyFile(`${made}.backup`, `${file}.backup`);
    },
  };
}

export const DAMAGES: Readonly<Record<string, (file: string) => Promise<void>>> = {
  'the end is cut off': async (file) => truncate(file, Math.floor(Math.random() * (await stat(file)).size)),
  'a byte is flipped': (file) => overwrite(file, (bytes) => void (bytes[0] = (bytes[0] ?? 0) ^ 0xff), 1),
  'the end is zeroed, as a power cut leaves it': (file) => overwrite(file, (bytes) => bytes.fill(0), Infinity),
  'there is garbage at the end': async (file) => {
    const handle = await open(file, 'a');
    await handle.write(Buffer.from(Array.from({ length: 300 }, () => Math.floor(Math.random() * 256))));
    await handle.close();
  },
};

async function overwrite(file: string, change: (bytes: Buffer) => void, most: number): Promise<void> {
  const handle = await open(file, 'r+');
  const { size } = await handle.stat();
  const at = Math.floor(Math.random() * size);
  const bytes = Buffer.alloc(Math.min(most, size - at));
  await handle.read(bytes, 0, bytes.length, at);
  change(bytes);
  await handle.write(bytes, 0, bytes.length, at);
  await handle.close();
}

/** Opens it, reads everything, and opens it once more where the damage was found only then. Resolves to where it went on. */
async function heal(file: string): Promise<number> {
  for (let starts = 1; ; starts++) {
    const store = await openDuckStore({ path: file, threads: 1 });
    try {
      const offset = await position(store);
      // Reads every block that is in use.
      await store.backup();
      // It works on: what was lost comes from the logs again.
      for (let number = offset + 1; number <= 6; number++) await store.commit(batch(number));
      assert.equal(await position(store), 6);
      return offset;
    } catch (error) {
      if (!(error instanceof OperationalError && error.code === 'store_damaged') || starts === 3) throw error;
    } finally {
      await store.close();
    }
  }
}

/** Damages the write-ahead log `times` times: always in service again, with what the file has or more. */
export async function walDamage(t: TestContext, name: string, times: number): Promise<void> {
  const one = await damaged(t);
  for (let time = 0; time < times; time++) {
    await one.reset();
    await DAMAGES[name]?.(`${one.file}.wal`);
    const offset = await heal(one.file);
    assert.ok(offset >= 3 && offset <= 5, `batch ${offset}`);
  }
}

/** Damages the file itself: either nothing that is in use was hit, or it is put aside and the backup takes its place. */
export async function fileDamage(t: TestContext, name: string, times: number): Promise<void> {
  const one = await damaged(t);
  let restored = 0;
  for (let time = 0; time < times; time++) {
    await one.reset();
    await DAMAGES[name]?.(one.file);
    const offset = await heal(one.file);
    const aside = (await readdir(path.dirname(one.file))).some((entry) => /duckdb\.corrupt-\d+$/.test(entry));
    if (aside) restored++;
    assert.ok(aside ? offset === 2 : offset >= 3, `batch ${offset}, ${aside ? '' : 'not '}put aside`);
  }
  t.diagnostic(`${restored} of ${times} were restored from the backup`);
}
