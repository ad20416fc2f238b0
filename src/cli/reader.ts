import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { OperationalError } from '../model/errors.ts';
import type {
  BreakdownAnswer,
  BreakdownQuestion,
  MessagesQuestion,
  MessageSummary,
  ParserAnswer,
  ReconcileQuestion,
  ReconcileRow,
  SeriesAnswer,
  SeriesQuestion,
  TopAnswer,
  TopQuestion,
  TotalsQuestion,
  TotalsRow,
  Trace,
} from '../model/question.ts';
import type { LabelValues, SeriesName } from '../model/series.ts';
import { openDuckStore } from '../store/duckdb/index.ts';
import type { ReportedAlert } from '../reports/daily.ts';
import type { Period } from '../reports/period.ts';
import type { StoreReader } from '../store/store.ts';
import { type AlertsTold, reportedAlerts, toldAlerts } from './reported-alerts.ts';
import { DATABASE, tellRepair } from './data-directory.ts';
import { seriesInParts } from './long-series.ts';
import { runningService } from './running-service.ts';

/** What commands ask. */
export interface CommandReader extends Pick<
  StoreReader,
  'series' | 'totals' | 'top' | 'breakdown' | 'messages' | 'reconcile' | 'trace' | 'parser'
> {
  /** Alerts that fired, in words. */
  alertsFired(period: Period, language: Config['language']): Promise<readonly ReportedAlert[]>;
}

/** Lets `use` ask the running service, or the store itself when none runs: only one process may have the store open. */
export async function withReader<T>(config: Config, use: (reader: CommandReader) => Promise<T>): Promise<T> {
  const url = await runningService(config);
  if (url !== undefined) return use(serviceReader(url));
  const path = join(config.data, DATABASE);
  // Opening would make one: empty, in a directory that was misspelt, and owned by whoever asks rather than by the service's user.
  await access(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') return;
    const cure = 'name its directory with --data DIR, or read logs first with serve or import';
    throw new OperationalError('store_unusable', `there is no database in ${config.data}: ${cure}`, { cause });
  });
  const store = await openDuckStore({ path, onNotice: tellRepair });
  try {
    return await use({ ...store, alertsFired: (period, language) => reportedAlerts(store, config, language)(period) });
  } finally {
    await store.close();
  }
}

/** The API as a reader (src/http/README.md). Its times are seconds, the model's milliseconds. */
function serviceReader(url: string): CommandReader {
  return {
    async totals({ from, to, series, where }: TotalsQuestion) {
      const answer = await get(url, 'totals', { from, to, series: series.join(','), ...where });
      const { totals } = answer as { totals: { series: SeriesName; labels: LabelValues; value: number }[] };
      return totals satisfies readonly TotalsRow[];
    },
    series(question: SeriesQuestion) {
      return seriesInParts(question, async ({ from, to, step, series, by, where }) => {
        const lists = { series: series.join(','), ...(by.length === 0 ? {} : { by: by.join(',') }) };
        return (await get(url, 'series', { from, to, step, ...lists, ...where })) as SeriesAnswer;
      });
    },
    async breakdown({ of, by, from, to, where, order, limit }: BreakdownQuestion) {
      const lists = by.length === 0 ? {} : { by: by.join(',') };
      return (await get(url, 'breakdown', { of, ...lists, from, to, order, limit, ...where })) as BreakdownAnswer;
    },
    async top({ of, series, from, to, limit, where }: TopQuestion) {
      return (await get(url, 'top', { of, series, from, to, limit, ...where })) as TopAnswer;
    },
    async messages({ where = {}, ...question }: MessagesQuestion) {
      const { messages } = (await get(url, 'messages', { ...question, ...where })) as { messages: MessageSummary[] };
      return messages.map(inMillis);
    },
    async reconcile({ from, to }: ReconcileQuestion) {
      return ((await get(url, 'reconcile', { from, to })) as { rows: ReconcileRow[] }).rows;
    },
    async alertsFired({ from, to }: Period, language: Config['language']) {
      return toldAlerts((await get(url, 'alerts', { from, to, limit: 50 })) as AlertsTold, language);
    },
    async parser(from: number, to: number) {
      const { programs, templates } = (await get(url, 'parser', { from, to })) as {
        programs: ParserAnswer['programs'];
        templates: ParserAnswer['unknown'];
      };
      return { programs, unknown: templates };
    },
    async trace(id: string) {
      const trace = (await get(url, `messages/${encodeURIComponent(id)}`, {}, true)) as Trace | undefined;
      if (trace === undefined) return undefined;
      const { queueFiles, deliveries, refusals, verdicts, steps } = trace;
      return {
        ...trace,
        summary: inMillis(trace.summary),
        queueFiles: queueFiles.map(inMillis),
        deliveries: deliveries.map(inMillis),
        refusals: refusals.map(inMillis),
        verdicts: verdicts.map(inMillis),
        steps: steps.map(inMillis),
      };
    },
  };
}

const SECONDS = new Set(['time', 'delay', 'delayBefore', 'delayQueue', 'delayConnect', 'delayTransmit']);

function inMillis<T extends object>(row: T): T {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, SECONDS.has(key) ? Math.round(Number(value) * 1000) : value]),
  ) as T;
}

type Asked = string | number | readonly string[] | undefined;

async function get(url: string, route: string, query: Readonly<Record<string, Asked>>, mayMiss = false): Promise<unknown> {
  const address = new URL(`/api/v1/${route}`, url);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, String(value));
  let answer: Response;
  try {
    answer = await fetch(address, { signal: AbortSignal.timeout(60_000) });
  } catch (cause) {
    throw new OperationalError(
      'service_unreachable',
      `the running service at ${url} does not answer: look at its log, or stop it and try again`,
      { cause },
    );
  }
  if (answer.status === 404 && mayMiss) return undefined;
  const body = (await answer.json()) as { detail?: string };
  if (!answer.ok) throw new OperationalError('service_unreachable', `the running service answered ${answer.status}: ${body.detail ?? ''}`);
  return body;
}
