import type { TopOf, Where } from '../model/question.ts';
import type { SeriesName } from '../model/series.ts';
import { byLabel, mean, type Compared, type FigureName, type ReportReader } from './figures.ts';
import type { Period } from './period.ts';
import type { ReportSums } from './report.ts';

/** One part of a change: who or what moved, and by how much. */
export interface Cause {
  readonly of: 'provider' | TopOf;
  /** As logged for a `TopOf`: hostile. */
  readonly value: string;
  readonly by: number;
}

/** A figure that is not as usual, and what moved it most. */
export interface Change extends Compared {
  readonly figure: FigureName;
  readonly usual: number;
  readonly causes: readonly Cause[];
}

/** Where the parts of a figure are found: labels of its series, and lists of who. */
const PARTS: Partial<Record<FigureName, { series: SeriesName; labels: readonly ('reason' | 'provider')[]; tops: readonly TopOf[] }>> = {
  received: { series: 'received', labels: [], tops: ['sender', 'client'] },
  delivered: { series: 'delivered', labels: [], tops: ['recipient', 'sender'] },
  sent: { series: 'sent', labels: ['provider'], tops: ['sender'] },
  rejected: { series: 'rejected', labels: ['reason'], tops: ['client'] },
  bounced: { series: 'bounced', labels: ['reason', 'provider'], tops: ['sender'] },
  deferred: { series: 'deferred', labels: ['provider', 'reason'], tops: ['sender'] },
  spam: { series: 'spam', labels: [], tops: ['sender', 'client'] },
  virus: { series: 'virus', labels: [], tops: ['sender', 'client'] },
  login_failed: { series: 'login', labels: [], tops: ['user', 'client'] },
};

/** A change is told when it is this many times what chance does to a count (its square root), and this share. */
const BEYOND_CHANCE = 3;
const WORTH_TELLING = 0.2;
const LEAST = 5;
const MOST_CHANGES = 5;
const MOST_CAUSES = 4;
const MOST_OF_A_KIND = 2;
/** A cause explains at least this share of the change. */
const SHARE_OF_CHANGE = 0.1;
const LONGEST_LIST = 50;

export interface ChangesQuestion {
  readonly period: Period;
  readonly before: readonly Period[];
  readonly where: Where;
  readonly now: ReportSums;
  readonly usual: readonly ReportSums[];
  readonly figures: Readonly<Record<FigureName, Compared>>;
}

/** The figures that moved, the most unusual first, each with what moved it. */
export async function changesOf(reader: Pick<ReportReader, 'top'>, question: ChangesQuestion): Promise<Change[]> {
  const moved = (Object.keys(PARTS) as FigureName[])
    .flatMap((figure) => {
      const { now, usual } = question.figures[figure];
      return usual !== undefined && isUnusual(now, usual) ? [{ figure, now, usual }] : [];
    })
    .toSorted((a, b) => oddness(b.now, b.usual) - oddness(a.now, a.usual))
    .slice(0, MOST_CHANGES);
  const changes: Change[] = [];
  for (const change of moved) changes.push({ ...change, causes: await causesOf(reader, change, question) });
  return changes;
}

const oddness = (now: number, usual: number): number => Math.abs(now - usual) / Math.sqrt(usual + 1);

export const isUnusual = (now: number, usual: number): boolean =>
  Math.abs(now - usual) >= LEAST && Math.abs(now - usual) >= WORTH_TELLING * usual && oddness(now, usual) >= BEYOND_CHANCE;

async function causesOf(
  reader: Pick<ReportReader, 'top'>,
  { figure, now, usual }: Pick<Change, 'figure' | 'now' | 'usual'>,
  question: ChangesQuestion,
): Promise<Cause[]> {
  const parts = PARTS[figure];
  if (parts === undefined) return [];
  const where: Where = figure === 'login_failed' ? { ...question.where, result: ['failed'] } : question.where;
  const change = now - usual;
  const causes: Cause[] = [];
  for (const of of parts.labels) {
    const values = byLabel(question.now, question.usual, parts.series, of).map(([value, one]) => ({
      of,
      value,
      by: one.now - (one.usual ?? 0),
    }));
    causes.push(
      ...largest(
        values.filter(({ value }) => value !== ''),
        change,
      ),
    );
  }
  for (const of of parts.tops) {
    const current = await listed(reader, of, parts.series, question.period, where);
    const past: Map<string, number>[] = [];
    for (const period of question.before) past.push(await listed(reader, of, parts.series, period, where));
    const names = new Set([current, ...past].flatMap((list) => [...list.keys()]));
    const values = [...names].map((value) => ({
      of,
      value,
      by: (current.get(value) ?? 0) - (mean(past.map((list) => list.get(value) ?? 0)) ?? 0),
    }));
    causes.push(...largest(values, change));
  }
  return causes.toSorted((a, b) => Math.abs(b.by) - Math.abs(a.by)).slice(0, MOST_CAUSES);
}

/** Those that moved the same way as the whole, and enough of it. */
const largest = (causes: readonly Cause[], change: number): Cause[] =>
  causes
    .filter(({ by }) => by * Math.sign(change) >= Math.max(1, SHARE_OF_CHANGE * Math.abs(change)))
    .toSorted((a, b) => Math.abs(b.by) - Math.abs(a.by))
    .slice(0, MOST_OF_A_KIND);

async function listed(
  reader: Pick<ReportReader, 'top'>,
  of: TopOf,
  series: SeriesName,
  period: Period,
  where: Where,
): Promise<Map<string, number>> {
  const { rows } = await reader.top({ of, series, ...period, limit: LONGEST_LIST, where });
  return new Map(rows.map(({ value, count }) => [value, count]));
}
