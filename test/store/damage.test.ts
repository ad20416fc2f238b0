import assert from 'node:assert/strict';
import { rm, truncate } from 'node:fs/promises';
import { test } from 'node:test';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
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
