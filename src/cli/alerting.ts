import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { createAlerting, type AlertingOptions, type RunningAlerting } from '../alerts/alerting.ts';
import type { Config } from '../config/load.ts';
import { mailTransport } from '../lib/mail-transport.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Collecting } from '../model/live.ts';
import type { Store } from '../store/store.ts';

/** What is made after alerting, and asked when there is something to count or to tell. */
interface Later {
  readonly metrics: () => Metrics;
  readonly url: () => string;
}

/** Alerting as the service runs it: what fails is logged and counted here. */
export function serviceAlerting(store: Store, collecting: Collecting, config: Config, logger: Logger, later: Later): RunningAlerting {
  return createAlerting({
    store,
    collecting,
    ...config.alerts,
    zone: config.zone,
    services: alertServices(config, later.url),
    disk: () => diskUse(config.data),
    ruleFailed: (rule, error) => {
      later.metrics().ruleFailed(rule);
      logger.error({ err: error, rule }, 'an alert rule could not be looked at');
    },
    attempted: (channel, result, problem) => {
      later.metrics().notified(channel, result);
      if (result !== 'delivered') logger.warn({ channel, result, problem }, 'an alert was not taken');
    },
    failed: (error) => {
      later.metrics().storeFailed();
      logger.error({ err: error }, 'alerting failed, trying again');
    },
  });
}

/** What notifiers work with. */
export function alertServices(config: Config, url: () => string): AlertingOptions['services'] {
  const domain = /@([^>]+)/.exec(config.smtp.from)?.[1] ?? hostname();
  return { pageUrl: () => config.alerts.pageUrl ?? url(), language: config.language, mail: mailTransport(config.smtp), mailDomain: domain };
}

/** As df(1) has it: what root alone may use counts as used. */
export async function diskUse(path: string): Promise<{ used: number; free: number }> {
  const { blocks, bavail, bfree, bsize } = await statfs(path);
  const used = blocks - bfree;
  return { used: used + bavail === 0 ? 0 : used / (used + bavail), free: bavail * bsize };
}
