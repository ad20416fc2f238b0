import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { importCollector } from '../../collectors/import.ts';
import type { Block } from '../../src/model/line.ts';
import { Pipeline, type PipelineOptions } from '../../src/pipeline/pipeline.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import type { Store } from '../../src/store/store.ts';

/** A directory that is gone after the test. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Options of a pipeline that a test reads with. */
export const PIPELINE: PipelineOptions = {
  host: 'mail',
  zone: 'UTC',
  domains: [],
  internalRelays: [],
  commitMillis: 10_000,
  onFailure: 'throw',
};

/** Reads files into the store the way `import` does. `written`: when they were written, for stamps without a year. */
export async function importFiles(
  store: Store,
  paths: readonly string[],
  options: Partial<PipelineOptions> & { written?: number } = {},
): Promise<void> {
  const saved = await store.savedState();
  const pipeline = new Pipeline(store, saved, { ...PIPELINE, ...options });
  const sink = {
    lines: (block: Block) => pipeline.lines(options.written === undefined ? block : { ...block, written: options.written }),
    samples: () => Promise.resolve(),
    state: () => undefined,
    gap: () => undefined,
  };
  for (const path of paths) await importCollector({ path, positions: saved.positions }).run(sink, new AbortController().signal);
  await pipeline.flush();
  await pipeline.close();
}

/** A new store that has read these files, closed after the test. */
export async function storeOf(
  t: TestContext,
  paths: readonly string[],
  options: Partial<PipelineOptions> & { written?: number } = {},
): Promise<Store> {
  const directory = await temporaryDirectory(t);
  const store = await openDuckStore({ path: join(directory, 'test.duckdb') });
  t.after(() => store.close());
  await importFiles(store, paths, options);
  return store;
}

/** A new store that has read this text as a log. */
export async function storeOfText(
  t: TestContext,
  text: string,
  options: Partial<PipelineOptions> & { written?: number } = {},
): Promise<Store> {
  const path = join(await temporaryDirectory(t), 'mail.log');
  await writeFile(path, text);
  return storeOf(t, [path], options);
}
