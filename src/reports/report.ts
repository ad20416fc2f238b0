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
  const of = (name: SeriesName): TotalsRow[] => rows.filter((row) => row.series === name);
  const series: Partial<Record<SeriesName, SeriesSums>> = {};
  for (const name of ADDITIVE) if (name !== BESIDE) series[name] = sumsOf(of(name));
  return {
    from: iso(from),
    to: iso(to),
    series: { ...series, deferred: { ...sumsOf(of('deferred')), messages: sumsOf(of(BESIDE)).total } },
  };
}

function sumsOf(rows: readonly TotalsRow[]): SeriesSums {
  const of: SeriesSums = { total: rows.reduce((total, { value }) => total + value, 0) };
  for (const label of LABELS) {
    // An object would add a host called "constructor" to what it has by that name already.
    const values = new Map<string, number>();
    for (const { labels, value } of rows) {
      const name = labels[label] ?? '';
      if (name !== '') values.set(name, (values.get(name) ?? 0) + value);
    }
    if (values.size > 0) of[label] = Object.fromEntries(values);
  }
  return of;
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
