import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLED, startService, type RunningService } from '../test/stack/service.ts';
import { MIGRATIONS } from '../src/store/duckdb/migrations.ts';
import { type Example, makeLargeStore } from '../test/support/large-store.ts';
import { OUT } from './begin.ts';
import { today } from './sections.ts';

/** Of messages, and of sums. */
export const DAYS = 90;
const SUM_DAYS = 365;

/** A service over a store with months of messages and a year of sums. */
export interface LargeService {
  readonly database: string;
  /** What can be asked for in it. */
  readonly example: Example;
  /** Of its own; `log` in it is what the service reads. */
  readonly folder: string;
  readonly log: string;
  /** Starts it, and stops it once `use` is done. */
  readonly serving: (use: (service: RunningService) => Promise<void>) => Promise<void>;
  readonly remove: () => void;
}

export async function largeService(deliveries: number): Promise<LargeService> {
  const { database, example } = await store(deliveries);
  const folder = mkdtempSync(join(OUT, 'large-run-'));
  const log = join(folder, 'mail.log');
  writeFileSync(log, '');
  mkdirSync(join(folder, 'data'));
  copyFileSync(database, join(folder, 'data/mailgraph-ext.duckdb'));
  return {
    database,
    example,
    folder,
    log,
    async serving(use) {
      const service = await startService(undefined, folder, `sources:\n  - { type: file, path: ${log} }\n`, INSTALLED);
      try {
        await use(service);
      } finally {
        await service.stop();
      }
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Made once a day and schema, and kept: bringing an older one up to date takes a backup of it first, at each start of a copy. */
async function store(deliveries: number): Promise<{ database: string; example: Example }> {
  const path = join(OUT, `questions-${deliveries}-${today()}-${MIGRATIONS.length}.duckdb`);
  const note = `${path}.json`;
  if (!existsSync(note)) {
    rmSync(path, { force: true });
    console.log(`making a store of ${deliveries} deliveries`);
    const end = Math.floor(Date.now() / 86_400_000) * 86_400;
    writeFileSync(note, JSON.stringify(await makeLargeStore(path, { deliveries, end, days: DAYS, sumDays: SUM_DAYS })));
  }
  return { database: path, example: JSON.parse(readFileSync(note, 'utf8')) as Example };
}
