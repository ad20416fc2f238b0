/** Follows the log named first into the database named second, as `serve` does, and tells the lines that are stored. */
import { hostname } from 'node:os';
import { fileCollector } from '../../collectors/file.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';

const [, , path = '', database = ''] = process.argv;
const store = await openDuckStore({ path: database, threads: 1 });
const saved = await store.savedState();
const pipeline = new Pipeline(store, saved, {
  zone: 'UTC',
  host: hostname(),
  domains: [],
  internalRelays: [],
  commitMillis: 10,
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
