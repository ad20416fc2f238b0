import cron from 'node-cron';
import type { Logger } from 'pino';
import type { Config } from '../config/load.ts';
import type { Store } from '../store/store.ts';

/** What comes late, because the machine slept or was busy, is done all the same: node-cron by itself leaves out what is two seconds late. */
const LATE_MILLIS = 86_400_000;

/** Every hour rollups are merged, every night what is too old goes and a backup is made. UTC: no hour is skipped or doubled there. */
export function scheduleMaintenance(
  store: Pick<Store, 'compact' | 'retain' | 'backup'>,
  config: Pick<Config, 'retention' | 'backup'>,
  logger: Pick<Logger, 'error'>,
): () => Promise<void> {
  const run = (task: () => Promise<unknown>, sentence: string) => async (): Promise<void> => {
    try {
      await task();
    } catch (error) {
      logger.error({ err: error }, sentence);
    }
  };
  const options = { timezone: 'UTC', noOverlap: true, missedExecutionTolerance: LATE_MILLIS };
  const hourly = cron.schedule(
    '7 * * * *',
    run(() => store.compact(), 'compaction failed'),
    options,
  );
  const nightly = cron.schedule(
    '37 3 * * *',
    run(() => store.retain(config.retention, Date.now()), 'retention failed'),
    options,
  );
  const backups =
    config.backup === 'daily'
      ? cron.schedule(
          '7 4 * * *',
          run(() => store.backup(), 'backup failed'),
          options,
        )
      : undefined;
  return async () => {
    await hourly.destroy();
    await nightly.destroy();
    await backups?.destroy();
  };
}
