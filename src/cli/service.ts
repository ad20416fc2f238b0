import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { Backlogs, KnownStreams } from '../../collectors/index.ts';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import type { Config, Source } from '../config/load.ts';
import { buildApp } from '../http/app.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { OperationalError } from '../model/errors.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import { sendProbes } from './probe.ts';
import { sendReportsWhenDue } from './report-mail.ts';
import { openDuckStore } from '../store/duckdb/index.ts';
import type { Store } from '../store/store.ts';
import { alertMarks } from '../alerts/marks.ts';
import { serviceAlerting } from './alerting.ts';
import { DATABASE, SERVICE_FILE } from './data-directory.ts';
import { scheduleMaintenance } from './maintenance.ts';
import { notListening } from './listen.ts';
import { lineFinder } from './message-lines.ts';
import { collectorOf, placesOf } from './sources.ts';
import { VERSION } from './version.ts';

/** Well under the two seconds that a line may take to the page, and few enough transactions. */
const COMMIT_MILLIS = 300;

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** A release has the page in one piece (scripts/pack-page.mjs). */
const PACKED_PAGE = folder('../../dashboards/page');
const WEB_DIRECTORY = existsSync(PACKED_PAGE) ? PACKED_PAGE : folder('../../dashboards/web');

export interface Service {
  /** `http://127.0.0.1:9825` */
  readonly url: string;
  /** Resolves when the database is found damaged: only a new start heals it. */
  readonly damaged: Promise<OperationalError>;
  /** Commits what was read, and lets go of port and database. */
  stop(): Promise<void>;
}

/** Opens the store, starts collecting, and serves. All or nothing: what was started is stopped when a later step fails. */
export async function startService(config: Config, sources: readonly Source[], logger: Logger): Promise<Service> {
  let damage: (error: OperationalError) => void = () => undefined;
  const damaged = new Promise<OperationalError>((resolve) => (damage = resolve));
  const store = await openDuckStore({
    path: join(config.data, DATABASE),
    onNotice: (notice) => logger.warn({ notice }, 'the database was repaired'),
    onDamage: damage,
  });
  try {
    return { ...(await startOn(store, config, sources, logger)), damaged };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function startOn(store: Store, config: Config, sources: readonly Source[], logger: Logger): Promise<Omit<Service, 'damaged'>> {
  const saved = await store.savedState();
  const pipeline = new Pipeline(store, saved, {
    zone: config.zone,
    host: config.host,
    sources: placesOf(sources),
    domains: config.domains,
    internalRelays: config.internalRelays,
    commitMillis: COMMIT_MILLIS,
    onFailure: 'retry',
    lost: (source, message) => logger.warn({ source, reason: message }, 'log lines are missing'),
    failed: (error) => {
      metrics.storeFailed();
      logger.error({ err: error, code: error.code }, 'commit failed, trying again');
    },
  });
  const { collecting } = pipeline;
  let url = '';
  const alerting = serviceAlerting(store, collecting, config, logger, { metrics: () => metrics, url: () => url });
  const sampleMillis = Math.max(...sources.map((source) => ('every' in source ? source.every : 0)));
  const metrics = createMetrics({ collecting, alerting, sampleMillis, version: VERSION });
  collecting.onCommit((committed) => metrics.observe(committed));
  const app = await buildApp({
    reader: store,
    collecting,
    alerting,
    marks: [alertMarks(store)],
    findLines: lineFinder(sources, config),
    metrics,
    graphs: GRAPHS,
    webDirectory: WEB_DIRECTORY,
    embedOrigins: config.embedOrigins,
    language: config.language,
    zone: config.zone,
    silentMinutes: Math.round(config.silentAfter / 60_000),
    logger,
    version: VERSION,
  });
  await listen(app, config);
  const probes = await sendProbes(config, store, metrics.probed, logger).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  url = `http://${hostPort(app.server.address() as AddressInfo)}`;
  await writeFile(join(config.data, SERVICE_FILE), JSON.stringify({ pid: process.pid, url }));

  const stopping = new AbortController();
  const shared = { known: new KnownStreams(saved.positions), backlogs: new Backlogs() };
  const running = sources
    .map((source) => collectorOf(source, config, saved.positions, shared))
    .map((collector) =>
      collector.run(pipeline, stopping.signal).catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        logger.error({ err: error, source: collector.source }, 'source given up');
        const message = error instanceof Error ? error.message : String(error);
        pipeline.state({ source: collector.source, status: 'failed', message, behindBytes: 0 });
      }),
    );
  pipeline.start();
  alerting.start();
  const maintenance = scheduleMaintenance(store, config, logger);
  const reports = sendReportsWhenDue(config, store, collecting, logger);

  return {
    url,
    stop: async () => {
      await maintenance();
      await alerting.stop();
      await reports();
      await probes();
      stopping.abort();
      await Promise.all(running);
      await pipeline.close();
      await app.close();
      await store.close();
      await rm(join(config.data, SERVICE_FILE), { force: true });
    },
  };
}

async function listen(app: Awaited<ReturnType<typeof buildApp>>, config: Config): Promise<void> {
  const { host, port } = config.listen;
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw notListening(config.listen, cause);
  }
}

const hostPort = ({ address, port, family }: AddressInfo): string => (family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`);
