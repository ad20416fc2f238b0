import type { CollectingState } from '../model/live.ts';
import type { ParserAnswer, Where } from '../model/question.ts';
import type { Zone } from '../envelope/zone.ts';
import { changesOf, type Change } from './changes.ts';
import { byLabel, compared, FIGURES, type Compared, type FigureName, type ReportReader } from './figures.ts';
import { sameDaysBefore, type Period } from './period.ts';
import { report, sums, type Report, type ReportSums } from './report.ts';

export interface QueueFigures {
  readonly queue: string;
  /** Messages when the period ended, and at most. */
  readonly last: number;
  readonly most: number;
}

/** How far the figures can be trusted. */
export interface Health {
  /** Of the period's half hours those in which a log was read, 0 to 1. */
  readonly collected: number;
  readonly understood: number;
  readonly unknown: number;
  /** The most frequent lines that no parser knows. */
  readonly templates: ParserAnswer['unknown'];
  /** Seconds from a line's stamp to its being counted, of the slowest source; undefined when the service does not run. */
  readonly lag: number | undefined;
}

/** An alert that fired in the period, as far as a reader of mail wants to know. Times in seconds. */
export interface ReportedAlert {
  readonly rule: string;
  readonly severity: string;
  readonly summary: string;
  readonly since: number;
  /** Undefined while it still fires. */
  readonly until: number | undefined;
}

/** What one mail tells: a period's figures beside the usual ones, of the whole system or of one domain that is ours. */
export interface DailyReport extends Report {
  readonly period: Period;
  /** Empty: of the whole system. */
  readonly domain: string;
  /** How many of the four periods before were collected. */
  readonly compared: number;
  readonly figures: Readonly<Record<FigureName, Compared>>;
  readonly changes: readonly Change[];
  /** Attempts by value, the most frequent first. */
  readonly rejects: readonly (readonly [reason: string, Compared])[];
  readonly deferrals: readonly (readonly [provider: string, Compared])[];
  /** Attempts by service, the busiest first; `failed` is all that did not get in. */
  readonly logins: readonly { readonly service: string; readonly ok: number; readonly failed: number }[];
  readonly failedUsers: readonly { readonly value: string; readonly count: number }[];
  /** These concern the whole system: absent from a domain's report. */
  readonly queues?: readonly QueueFigures[];
  readonly oldestSeconds?: number;
  readonly health?: Health;
  readonly alerts?: readonly ReportedAlert[];
}

export interface DailyQuestion {
  readonly period: Period;
  readonly zone: Zone;
  readonly domain: string;
  /** Asks for the alerts of a period; absent where nobody watches. */
  readonly alerts?: (period: Period) => Promise<readonly ReportedAlert[]>;
  readonly collecting?: CollectingState;
}

/** Shorter than this share of a past period collected, and it is no measure. */
const ENOUGH_COLLECTED = 0.9;
const HALF_HOUR = 1800;
const MOST_TEMPLATES = 3;

export async function dailyReport(reader: ReportReader, question: DailyQuestion): Promise<DailyReport> {
  const { period, domain } = question;
  const where: Where = domain === '' ? {} : { domain: [domain] };
  const before: Period[] = [];
  for (const past of sameDaysBefore(period, question.zone)) {
    if ((await collectedShare(reader, past)) >= ENOUGH_COLLECTED) before.push(past);
  }
  const usual: ReportSums[] = [];
  for (const past of before) usual.push(await sums(reader, past.from, past.to, where));
  const now = await report(reader, period.from, period.to, domain);
  const figures = Object.fromEntries(FIGURES.map((name) => [name, compared(now, usual, name)])) as Record<FigureName, Compared>;
  return {
    ...now,
    period,
    domain,
    compared: before.length,
    figures,
    changes: await changesOf(reader, { period, before, where, now, usual, figures }),
    rejects: byLabel(now, usual, 'rejected', 'reason'),
    deferrals: byLabel(now, usual, 'deferred', 'provider'),
    logins: await loginsByService(reader, period, where),
    failedUsers: (await reader.top({ of: 'user', series: 'login', ...period, limit: 5, where: { ...where, result: ['failed'] } })).rows,
    ...(domain === '' ? await ofTheSystem(reader, question) : {}),
  };
}

async function loginsByService(reader: ReportReader, period: Period, where: Where): Promise<DailyReport['logins']> {
  const rows = new Map<string, { service: string; ok: number; failed: number }>();
  for (const { labels, value } of await reader.totals({ ...period, series: ['login'], where })) {
    const { service = '', result } = labels;
    const row = rows.get(service) ?? { service, ok: 0, failed: 0 };
    row[result === 'ok' ? 'ok' : 'failed'] += value;
    rows.set(service, row);
  }
  return [...rows.values()].toSorted((a, b) => b.ok + b.failed - a.ok - a.failed);
}

/** Of the half hours of a period those in which a log was read. */
async function collectedShare(reader: ReportReader, { from, to }: Period): Promise<number> {
  const { series } = await reader.series({ series: ['received'], from, to, step: HALF_HOUR, by: [], where: {} });
  const points = series[0]?.points ?? [];
  return points.length === 0 ? 0 : points.filter(([, value]) => value !== null).length / points.length;
}

async function ofTheSystem(
  reader: ReportReader,
  { period, alerts, collecting }: DailyQuestion,
): Promise<Pick<DailyReport, 'queues' | 'oldestSeconds' | 'health' | 'alerts'>> {
  const gauges = { ...period, step: HALF_HOUR, where: {} };
  const messages = await reader.series({ ...gauges, series: ['queue_messages'], by: ['queue'] });
  const oldest = await reader.series({ ...gauges, series: ['queue_oldest_seconds'], by: [] });
  const { programs, unknown } = await reader.parser(period.from, period.to);
  const lags = Object.values(collecting?.lagSeconds ?? {});
  return {
    queues: messages.series
      .filter(({ labels }) => labels.queue !== undefined)
      .map(({ labels, total, max }) => ({ queue: labels.queue ?? '', last: total, most: Math.max(total, Math.ceil(max)) })),
    oldestSeconds: oldest.series[0]?.max ?? 0,
    health: {
      collected: await collectedShare(reader, period),
      understood: programs.reduce((sum, program) => sum + program.understood, 0),
      unknown: programs.reduce((sum, program) => sum + program.unknown, 0),
      templates: unknown.slice(0, MOST_TEMPLATES),
      lag: lags.length === 0 ? undefined : Math.max(...lags),
    },
    ...(alerts === undefined ? {} : { alerts: await alerts(period) }),
  };
}
