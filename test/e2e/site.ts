import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { lineFinder } from '../../src/cli/message-lines.ts';
import type { Batch } from '../../src/model/batch.ts';
import type { Store } from '../../src/store/store.ts';
import { webDirectory as sources } from '../dashboards/page-module.ts';
import { build, committed, pipeline } from '../http/service.ts';
import { storeOf, temporaryDirectory } from '../support/log-store.ts';
import { writeSameHistory } from '../support/same-history.ts';

/** The dashboard over a made-up mail system's last days, in this process: ready in seconds, and a test decides what comes next. */
export interface TestSite {
  /** Without a path. */
  readonly url: string;
  readonly store: Store;
  /** Stores a batch and tells the live stream, as reading a log does. */
  readonly commit: (batch: Batch) => Promise<void>;
}

interface SiteOptions {
  readonly days?: number;
  readonly seed?: number;
  /** Lines that follow the history. */
  readonly more?: string;
  /** Whose pages may frame a graph. */
  readonly embedOrigins?: readonly string[];
  /** The page's files; its sources unless said otherwise. */
  readonly webDirectory?: string;
}

export async function startSite(
  t: TestContext,
  { days = 2, seed = 1, more = '', embedOrigins = [], webDirectory = sources }: SiteOptions = {},
): Promise<TestSite> {
  const log = join(await temporaryDirectory(t), 'mail.log');
  const now = Date.now();
  await writeSameHistory(log, { days, seed, to: now });
  await appendFile(log, more);
  const store = await storeOf(t, [log]);
  const collecting = pipeline();
  collecting.set({ startedAt: now, lastLineAt: now, lastCommitAt: now });
  const findLines = lineFinder([{ type: 'file', path: log }], { zone: 'UTC', host: 'mail' });
  const app = await build(t, { reader: store, collecting, findLines, graphs: GRAPHS, webDirectory, embedOrigins, clock: Date.now });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    store,
    async commit(batch) {
      await store.commit(batch);
      const { lines, rollups, deliveries, queueFiles, queueSamples } = batch;
      const live = rollups.every((one) => one.live);
      collecting.emit(committed({ time: Date.now(), newestEvent: Date.now(), lines, rollups, deliveries, queueFiles, queueSamples, live }));
    },
  };
}
