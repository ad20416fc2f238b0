import type { Zone } from '../envelope/zone.ts';
import type { Alert, AlertRule, Expression } from '../model/alert.ts';
import type { CollectingState } from '../model/live.ts';
import type { Where } from '../model/question.ts';
import { type Label, SERIES } from '../model/series.ts';
import type { Figures } from './figures.ts';

/** What a rule sees for one subject. `value` is null where nothing is known: nothing changes then. */
export interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
  readonly figures: Readonly<Record<string, number>>;
}

/** What rules are evaluated on. */
export interface Surroundings {
  readonly figures: Figures;
  /** In which hours of other weeks are the same. */
  readonly zone: Zone;
  /** Absent: of the past, where `sources` and `disk` are not known. */
  readonly collecting?: CollectingState;
  /** The used part of the file system, 0 to 1, and the bytes that are free. */
  readonly disk?: () => Promise<{ readonly used: number; readonly free: number }>;
}

type Of<Type extends Expression['type']> = Extract<Expression, { type: Type }>;

const WEEK = 7 * 86_400_000;
const WEEKS = [1, 2, 3, 4];
/** Fewer weeks of history are no habit. */
const WEEKS_NEEDED = 2;

/** Reads a rule at a moment (ms): one reading for each subject; without `each` exactly one. */
export async function evaluate(rule: AlertRule, around: Surroundings, now: number): Promise<readonly Reading[]> {
  const { expression, each } = rule;
  switch (expression.type) {
    case 'sources':
      return failingSources(around.collecting);
    case 'disk':
      return around.disk === undefined ? [] : [await diskReading(around.disk)];
    case 'change':
      return each === undefined ? [await change(expression, around, now)] : changeOfEach(rule, expression, around, now);
    case 'share':
      return [await share(expression, around.figures, now)];
    case 'no_data':
      return [await noData(expression, around.figures, now)];
    default:
      return each === undefined ? [await value(expression, around.figures, now)] : valueOfEach(rule, expression, around.figures, now);
  }
}

function failingSources(state: CollectingState | undefined): Reading[] {
  const failing = (state?.sources ?? []).filter(({ status }) => status === 'failed');
  return failing.map(({ source }) => ({ labels: { source }, value: 1, figures: {} }));
}

async function diskReading(disk: NonNullable<Surroundings['disk']>): Promise<Reading> {
  const { used, free } = await disk();
  return { labels: {}, value: used, figures: { free } };
}

const windowOf = ({ over }: { readonly over: number }, now: number): [from: number, to: number] => [(now - over) / 1000, now / 1000];

const scale = (expression: Of<'value' | 'rate'>): number => (expression.type === 'rate' ? expression.per / expression.over : 1);

async function value(expression: Of<'value' | 'rate'>, figures: Figures, now: number): Promise<Reading> {
  const { series, where } = expression;
  const found =
    SERIES[series].type === 'gauge' || SERIES[series].type === 'percentile'
      ? await figures.last(series, where, ...windowOf(expression, now))
      : await figures.sum([series], where, ...windowOf(expression, now));
  return { labels: {}, value: found === null ? null : found * scale(expression), figures: {} };
}

async function valueOfEach({ each }: AlertRule, expression: Of<'value' | 'rate'>, figures: Figures, now: number): Promise<Reading[]> {
  if (each === undefined) return [];
  const found = await figures.each(each, expression.series, expression.where, ...windowOf(expression, now));
  return [...found].map(([subject, count]) => ({ labels: { [each]: subject }, value: count * scale(expression), figures: {} }));
}

async function noData(expression: Of<'no_data'>, figures: Figures, now: number): Promise<Reading> {
  const found = await figures.sum([expression.series], expression.where, ...windowOf(expression, now));
  return { labels: {}, value: found ?? 0, figures: {} };
}

async function share(expression: Of<'share'>, figures: Figures, now: number): Promise<Reading> {
  const window = windowOf(expression, now);
  const part = await figures.sum([expression.series], expression.where, ...window);
  const total = await figures.sum(expression.of, ofWhole(expression.where), ...window);
  if (part === null || total === null) return { labels: {}, value: null, figures: {} };
  return { labels: {}, value: total < expression.atLeast || total === 0 ? 0 : part / total, figures: { part, total } };
}

/** Which part of the system is looked at: every series has these labels, so the whole is of the same part. */
const PLACES: ReadonlySet<string> = new Set<Label>(['host', 'instance', 'domain']);
const ofWhole = (where: Where): Where => Object.fromEntries(Object.entries(where).filter(([label]) => PLACES.has(label)));

/** As many windows as there are weeks, each as long as this one and ending at the same time on the wall clock. */
const weeksBefore = (expression: Of<'change'>, zone: Zone, now: number): [from: number, to: number][] =>
  WEEKS.map((weeks) => windowOf(expression, zone.earlier(now, weeks * WEEK)));

async function change(expression: Of<'change'>, { figures, zone }: Surroundings, now: number): Promise<Reading> {
  const { series, where, atLeast } = expression;
  const current = await figures.sum([series], where, ...windowOf(expression, now));
  const before = await Promise.all(weeksBefore(expression, zone, now).map((window) => figures.sum([series], where, ...window)));
  const known = before.filter((sum) => sum !== null);
  if (current === null || known.length < WEEKS_NEEDED) return { labels: {}, value: null, figures: {} };
  return { labels: {}, ...against(current, median(known), atLeast) };
}

/** Of each subject that is busy enough; the others are as ever. */
async function changeOfEach(
  { each }: AlertRule,
  expression: Of<'change'>,
  { figures, zone }: Surroundings,
  now: number,
): Promise<Reading[]> {
  if (each === undefined) return [];
  const { series, where, atLeast } = expression;
  const current = [...(await figures.each(each, series, where, ...windowOf(expression, now)))].filter(([, count]) => count >= atLeast);
  if (current.length === 0) return [];
  const weeks: ReadonlyMap<string, number>[] = [];
  for (const window of weeksBefore(expression, zone, now)) {
    if ((await figures.sum([series], where, ...window)) === null) continue;
    weeks.push(await figures.each(each, series, where, ...window));
  }
  if (weeks.length < WEEKS_NEEDED) return [];
  return current.map(([subject, count]) => {
    const usual = median(weeks.map((week) => week.get(subject) ?? 0));
    return { labels: { [each]: subject }, ...against(count, usual, atLeast) };
  });
}

/**
 * Of a subject with an alert that is no longer among the readings: nothing is counted of it, or there are no samples any more,
 * so that it is beyond the threshold whatever the direction.
 */
export function readingOfAbsent({ each, expression, threshold }: AlertRule, { labels }: Alert): Reading {
  const subject = expression.type === 'sources' ? 'source' : each;
  return {
    labels: subject === undefined ? {} : { [subject]: labels[subject] ?? '' },
    value: threshold.is === 'above' ? 0 : threshold.resolveAt,
    figures: {},
  };
}

/** How many times the usual. Where both are few nothing has changed; something instead of nothing is so many times one. */
function against(current: number, usual: number, atLeast: number): Pick<Reading, 'value' | 'figures'> {
  const few = Math.max(current, usual) < atLeast;
  return { value: few ? 1 : current / Math.max(usual, 1), figures: { current, usual } };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
