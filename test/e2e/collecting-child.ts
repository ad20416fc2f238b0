/**
 * Follows the log named first into the database named second, as `serve` does, and tells the lines that are stored. On standard
 * input `stall` makes commits wait until `go`.
 */
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { fileCollector } from '../../collectors/file.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';

const [, , path = '', database = '', commitMillis = '10'] = process.argv;
const store = await openDuckStore({ path: database, threads: 1 });
const saved = await store.savedState();
let stalled: Promise<void> | undefined;
let go: () => void = () => undefined;
createInterface({ input: process.stdin }).on('line', (word) => {
  if (word === 'stall') stalled = new Promise((resolve) => (go = resolve));
  else go();
});
const commit: typeof store.commit = async (batch) => {
  await stalled;
  await store.commit(batch);
};
const pipeline = new Pipeline({ commit }, saved, {
  zone: 'UTC',
  host: hostname(),
  domains: [],
  internalRelays: [],
  commitMillis: Number(commitMillis),
  onFailure: 'throw',
});
let stored = (await store.facts()).lines;
const tell = (): void => void process.stdout.write(`${stored}\n`);
pipeline.collecting.onCommit(({ lines }) => {
  stored += lines;
  tell();
});
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
tell();
await fileCollector({ path, positions: saved.positions, pollMillis: 5, rotateWaitMillis: 200 }).run(pipeline, stopping.signal);
await pipeline.close();
await store.close();
process.stdin.destroy();
