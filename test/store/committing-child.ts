/** Commits numbered batches on the file given, one after another, and says the number of each once it will outlive the process. */
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { batchOf, delivery, delta, NOON } from './batches.ts';

const [path = '', mode] = process.argv.slice(2);
const durability = mode === 'checkpoint' ? mode : 'commit';
const store = await openDuckStore({ path, threads: 1, durability });
const { positions } = await store.savedState();
for (let n = (positions[0]?.offset ?? 0) + 1; ; n++) {
  await store.commit(
    batchOf({
      deliveries: Array.from({ length: 10 }, (_, i) => delivery({ uid: n * 10 + i })),
      rollups: Array.from({ length: 10 }, () => delta('sent', NOON, 1)),
      positions: [{ id: 'p', offset: n, state: {} }],
      inFlight: new Map([['batch', String(n)]]),
      lines: 10,
    }),
  );
  if (durability === 'checkpoint') await store.compact();
  process.stdout.write(`${n}\n`);
}
