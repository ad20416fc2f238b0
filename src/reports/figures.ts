import type { SeriesName } from '../model/series.ts';
import type { StoreReader } from '../store/store.ts';
import type { ReportSums } from './report.ts';

/** What the report asks. */
export type ReportReader = Pick<StoreReader, 'series' | 'totals' | 'top' | 'reconcile' | 'parser'>;

/** A figure beside what is usual: the mean of the same days before that were collected; undefined when none was. */
export interface Compared {
  readonly now: number;
  readonly usual: number | undefined;
}

export const FIGURES = [
  'received',
  'delivered',
  'sent',
  'rejected',
  'bounced',
  'deferred',
  'expired',
  'spam',
  'virus',
  'login_failed',
  'received_bytes',
  'sent_bytes',
] as const;
export type FigureName = (typeof FIGURES)[number];

const figureOf = ({ series }: ReportSums, name: FigureName): number =>
  name === 'login_failed' ? (series.login?.result?.['failed'] ?? 0) : (series[name]?.total ?? 0);

export const compared = (now: ReportSums, usual: readonly ReportSums[], name: FigureName): Compared => ({
  now: figureOf(now, name),
  usual: mean(usual.map((one) => figureOf(one, name))),
});

export const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Every value of a label that counted now or usually. What carries none stands under the empty name. */
export function byLabel(
  now: ReportSums,
  usual: readonly ReportSums[],
  name: SeriesName,
  label: 'reason' | 'provider',
): (readonly [string, Compared])[] {
  const valuesOf = ({ series }: ReportSums): Record<string, number> => {
    const { total = 0, [label]: values = {} } = series[name] ?? {};
    const named = Object.values(values).reduce((sum, value) => sum + value, 0);
    return total > named ? { ...values, '': total - named } : values;
  };
  const [current, past] = [valuesOf(now), usual.map(valuesOf)];
  const names = new Set([current, ...past].flatMap((values) => Object.keys(values)));
  return [...names]
    .map((value) => [value, { now: current[value] ?? 0, usual: mean(past.map((values) => values[value] ?? 0)) }] as const)
    .toSorted(([, a], [, b]) => b.now - a.now || (b.usual ?? 0) - (a.usual ?? 0));
}
