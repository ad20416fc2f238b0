import type { ReconcileRow, TopAnswer, TopOf, TotalsRow, Where } from '../model/question.ts';
import { LABELS, SERIES, SERIES_NAMES, type Label, type SeriesName } from '../model/series.ts';
import type { StoreReader } from '../store/store.ts';

/** Sums of one series: in all, and for each value of each of its labels. */
export type SeriesSums = { total: number; messages?: number } & { [label in Label]?: Record<string, number> };

/** What `report --format json` prints: sums to the byte and the line over [from, to). */
export interface ReportSums {
  /** RFC 3339, UTC. */
  readonly from: string;
  readonly to: string;
  readonly series: { readonly [name in SeriesName]?: SeriesSums };
}

export interface Report extends ReportSums {
  readonly tops: readonly { readonly of: TopOf; readonly series: SeriesName; readonly answer: TopAnswer }[];
  /** What became of the messages that came in; absent from a domain's report. */
  readonly fates?: readonly ReconcileRow[];
}

/** Told beside `deferred`, not as a series of its own. */
const BESIDE: SeriesName = 'deferred_messages';
const ADDITIVE = SERIES_NAMES.filter((name) => SERIES[name].type === 'sum');

const TOPS: readonly (readonly [TopOf, SeriesName])[] = [
  ['sender', 'received'],
  ['recipient', 'delivered'],
  ['domain', 'sent'],
  ['client', 'rejected'],
  ['reason', 'rejected'],
  ['user', 'login'],
];

/** The figures of a time range, in seconds since the epoch. */
export async function sums(reader: Pick<StoreReader, 'totals'>, from: number, to: number, where: Where = {}): Promise<ReportSums> {
  const rows = await reader.totals({ from, to, series: ADDITIVE, where });
  const series: Partial<Record<SeriesName, SeriesSums>> = {};
  for (const name of ADDITIVE) if (name !== BESIDE) series[name] = { total: 0 };
  series.deferred = { total: 0, messages: 0 };
  for (const row of rows) add(series, row);
  return { from: iso(from), to: iso(to), series };
}

function add(series: Partial<Record<SeriesName, SeriesSums>>, row: TotalsRow): void {
  if (row.series === BESIDE) {
    if (series.deferred !== undefined) series.deferred.messages = (series.deferred.messages ?? 0) + row.value;
    return;
  }
  const of = (series[row.series] ??= { total: 0 });
  of.total += row.value;
  for (const label of LABELS) {
    const value = row.labels[label];
    if (value === undefined || value === '') continue;
    const values = (of[label] ??= {});
    values[value] = (values[value] ?? 0) + row.value;
  }
}

/** The whole report: sums, fates and tops. With a `domain` of ours, what concerns that domain alone. */
export async function report(
  reader: Pick<StoreReader, 'totals' | 'top' | 'reconcile'>,
  from: number,
  to: number,
  domain = '',
): Promise<Report> {
  const where: Where = domain === '' ? {} : { domain: [domain] };
  const tops = [];
  for (const [of, series] of TOPS) tops.push({ of, series, answer: await reader.top({ of, series, from, to, limit: 10, where }) });
  // A message may be for several domains: its fate is nobody's alone.
  const fates = domain === '' ? { fates: await reader.reconcile({ from, to }) } : {};
  return { ...(await sums(reader, from, to, where)), tops, ...fates };
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
