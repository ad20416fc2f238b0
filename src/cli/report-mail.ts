import cron from 'node-cron';
import type { Logger } from 'pino';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import type { Config } from '../config/load.ts';
import { zoneNamed } from '../envelope/zone.ts';
import { mailTransport } from '../lib/mail-transport.ts';
import type { Collecting } from '../model/live.ts';
import { domainOf, reportBody } from '../reports/mail.ts';
import { reportMailer } from '../reports/mailer.ts';
import type { Schedule } from '../reports/schedule.ts';
import type { Store } from '../store/store.ts';
import { reportedAlerts } from './reported-alerts.ts';
import { VERSION } from './version.ts';

/** A source that never gets to its end would hold reports back for ever: after so long they go out with what is there. */
const LONGEST_WAIT = 2 * 3_600_000;

/**
 * Sends the configured reports when they are due; returns how to stop. The minute comes from cron in UTC, where no hour is
 * skipped or doubled; what is due is decided on the report's own wall clock.
 */
export function sendReportsWhenDue(config: Config, store: Store, collecting: Collecting, logger: Logger): () => Promise<void> {
  if (config.reports.length === 0) return () => Promise.resolve();
  const schedules = config.reports.map((report): Schedule => ({ ...report, zone: zoneNamed(report.zone) }));
  const mailer = reportMailer({
    store,
    schedules,
    transport: mailTransport(config.smtp),
    compose: ({ zone, language, domain }, period) =>
      reportBody(store, {
        period,
        zone,
        language,
        domain,
        graphs: GRAPHS,
        sender: { host: config.host, version: VERSION },
        from: config.smtp.from,
        collecting: collecting.state(),
        alerts: reportedAlerts(store, config, language),
      }),
    caughtUp: () => isCaughtUp(collecting.state(), Date.now()),
    domain: domainOf(config.smtp.from),
    clock: Date.now,
    logger,
  });
  let looking: Promise<void> = Promise.resolve();
  const task = cron.schedule(
    '* * * * *',
    async () => {
      looking = mailer.look().catch((error: unknown) => logger.error({ err: error }, 'reports that are due could not be looked up'));
      await looking;
    },
    { timezone: 'UTC', noOverlap: true },
  );
  return async () => {
    await task.destroy();
    await looking;
  };
}

/** Whether every source is read to its end, as far as it can be read at all. */
function isCaughtUp({ sources, startedAt }: ReturnType<Collecting['state']>, now: number): boolean {
  return now - startedAt > LONGEST_WAIT || (sources.length > 0 && sources.every(({ status }) => status !== 'reading'));
}
