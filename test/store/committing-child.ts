/** Commits numbered batches on the file given, one after another, and says the number of each once it is stored. */
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { batchOf, delivery, delta, NOON } from './batches.ts';

const store = await openDuckStore({ path: process.argv[2] ?? '', threads: 1 });
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
  process.stdout.write(`${n}\n`);
}
