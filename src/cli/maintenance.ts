import cron from 'node-cron';
import type { Logger } from 'pino';
import type { Config } from '../config/load.ts';
import type { Store } from '../store/store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What comes late, because the machine slept or was busy, is done all the same: node-cron by itself leaves out what is two seconds late. */
const LATE_MILLIS = DAY;
/** UTC: no hour is skipped or doubled there. */
const RETENTION_HOUR = 3;
const BACKUP_HOUR = 4;

/**
 * Every hour sums are merged; once a day, by night, what is too old goes and a backup is made. Where the service did not run at that hour,
 * or it failed then, the next hour makes up for it: a machine that is switched off every night would never have a backup.
 */
export function scheduleMaintenance(
  store: Pick<Store, 'compact' | 'retain' | 'backup' | 'backedUpAt'>,
  config: Pick<Config, 'retention' | 'backup'>,
  logger: Pick<Logger, 'error'>,
): () => Promise<void> {
  let retainedAt = -Infinity;
  const retain = async (): Promise<void> => {
    const now = Date.now();
    if (retainedAt >= latest(RETENTION_HOUR, now)) return;
    await store.retain(config.retention, now);
    retainedAt = now;
  };
  const backUp = async (): Promise<void> => {
    if (config.backup !== 'daily') return;
    const last = await store.backedUpAt();
    if (last === undefined || last < latest(BACKUP_HOUR, Date.now())) await store.backup();
  };
  const attempt = async (task: () => Promise<unknown>, sentence: string): Promise<void> => {
    try {
      await task();
    } catch (error) {
      logger.error({ err: error }, sentence);
    }
  };
  const hourly = cron.schedule(
    '7 * * * *',
    async () => {
      await attempt(() => store.compact(), 'compaction failed');
      await attempt(retain, 'retention failed');
      await attempt(backUp, 'backup failed');
    },
    { timezone: 'UTC', noOverlap: true, missedExecutionTolerance: LATE_MILLIS },
  );
  return async () => {
    await hourly.destroy();
  };
}

/** When it was that hour (UTC) last, in ms since the epoch. */
const latest = (hour: number, now: number): number => Math.floor((now - hour * HOUR) / DAY) * DAY + hour * HOUR;
