import assert from 'node:assert/strict';
import { chmod, chown, copyFile, readdir, rename, rm, stat, statfs, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { smallDisk, unmountable } from '../stack/file-systems.ts';
import { batchOf } from './batches.ts';
import { DAMAGES, damaged, fileDamage, walDamage } from './damage.ts';

for (const name of Object.keys(DAMAGES)) {
  test(`write-ahead log: ${name}`, (t) => walDamage(t, name, 3));
}
for (const name of ['the end is cut off', 'a byte is flipped', 'the end is zeroed, as a power cut leaves it']) {
  test(`database file: ${name}`, (t) => fileDamage(t, name, 4));
}

test('damaged, and no backup: refused in a sentence with the cure, and left as it is', async (t) => {
  const one = await damaged(t);
  await one.reset();
  await rm(`${one.file}.backup`);
  await rm(`${one.file}.wal`);
  await truncate(one.file, 20_000);
  for (let start = 0; start < 2; start++) {
    await assert.rejects(openDuckStore({ path: one.file, threads: 1 }), {
      code: 'store_damaged',
      message: /^The database .* is damaged, and there is no backup: move it away to begin anew, then `import` the logs that are there\.$/,
    });
  }
});

test(
  'damaged, and no room for a copy of its backup: refused, left as it is, and healed once there is room',
  { skip: unmountable('tmpfs') ?? false },
  async (t) => {
    const folder = await smallDisk(t, 96);
    const file = join(folder, 'mail.duckdb');
    const store = await openDuckStore({ path: file, threads: 1 });
    await store.commit(batchOf({ positions: [{ id: 'p', offset: 7, state: {} }], lines: 1 }));
    await store.backup();
    const backedUpAt = (await store.backedUpAt()) ?? 0;
    assert.ok(Date.now() - backedUpAt < 60_000, `made at ${backedUpAt}`);
    await store.close();
    await truncate(file, 20_000);
    const { bavail, bsize } = await statfs(folder);
    await writeFile(join(folder, 'filler'), Buffer.alloc(bavail * bsize - 100_000));
    const before = await readdir(folder);
    await assert.rejects(openDuckStore({ path: file, threads: 1 }), {
      code: 'store_unusable',
      message: /^The database .* is damaged, and its backup could not be copied beside it \(ENOSPC: .*\): make room and start again\.$/,
    });
    assert.deepEqual(await readdir(folder), before);
    await rm(join(folder, 'filler'));
    const healed = await openDuckStore({ path: file, threads: 1 });
    t.after(() => healed.close());
    const { positions } = await healed.savedState();
    assert.equal(positions[0]?.offset, 7);
  },
);

test('damaged, and so is the backup: both are put aside once, and after the cure it begins anew and goes on', async (t) => {
  const one = await damaged(t);
  await one.reset();
  await rm(`${one.file}.wal`);
  await truncate(one.file, (await stat(one.file)).size - 300_000);
  await copyFile(one.file, `${one.file}.backup`);
  // As a process leaves it that came upon the damage.
  await writeFile(`${one.file}.damaged`, '');
  const files = (): Promise<string[]> => readdir(dirname(one.file));
  const refused = (): Promise<void> =>
    assert.rejects(openDuckStore({ path: one.file, threads: 1 }), {
      code: 'store_damaged',
      message: /there is no backup: move it away to begin anew/,
    });
  await refused();
  const left = await files();
  assert.ok(left.some((name) => /\.backup\.corrupt-\d+$/.test(name)));
  await refused();
  assert.deepEqual(await files(), left);
  await rename(one.file, `${one.file}.moved`);
  for (let start = 0; start < 2; start++) await (await openDuckStore({ path: one.file, threads: 1 })).close();
});

test('a write-ahead log that may not be read is no damaged one: refused in a sentence with the cure, and what is in it is kept', async (t) => {
  const one = await damaged(t);
  await one.reset();
  const [folder, log] = [dirname(one.file), `${one.file}.wal`];
  const files = await readdir(folder);
  await chmod(log, 0);
  const root = process.getuid?.() === 0;
  if (root) {
    for (const each of [folder, dirname(folder)]) await chmod(each, 0o777);
    await chown(one.file, 65534, 65534);
    process.seteuid?.(65534);
  }
  try {
    await assert.rejects(openDuckStore({ path: one.file, threads: 1 }), { code: 'store_unusable', message: /give this user the right to/ });
  } finally {
    if (root) process.seteuid?.(0);
  }
  assert.deepEqual(await readdir(folder), files);
  await chmod(log, 0o600);
  const store = await openDuckStore({ path: one.file, threads: 1 });
  t.after(() => store.close());
  assert.equal((await store.savedState()).positions[0]?.offset, 5);
});
