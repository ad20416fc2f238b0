import {
  OTHERS,
  type SeriesAnswer,
  type SeriesPoints,
  type SeriesQuestion,
  type TotalsQuestion,
  type TotalsRow,
  type Where,
} from '../../model/question.ts';
import { type Label, LABELS, type LabelValues, SERIES, type SeriesName } from '../../model/series.ts';
import { OperationalError } from '../../model/errors.ts';
import type { Ask } from './database.ts';
import type { Memory, SeriesKey } from './memory.ts';
import { rowCurves, type RowSeries, rowsSince } from './read-rows.ts';
import { Parameters, segmentsOf, sumsSql } from './segments.ts';

/** Curves of one series while they are gathered: the labels that tell them apart, and the values by bin. */
interface Curve {
  readonly labels: LabelValues;
  readonly bins: Map<number, number>;
  /** Of a gauge. */
  last?: number;
}

/** Of all curves of an answer together: with thousands of domains a curve for each would take all memory, and the page's time. */
const MOST_POINTS = 500_000;

export async function readSeries(ask: Ask, memory: Memory, question: SeriesQuestion): Promise<SeriesAnswer> {
  const { from, to, step } = question;
  const firstBin = Math.floor(from / step);
  const count = Math.max(0, Math.ceil(to / step) - firstBin);
  const covered = memory.covered.bins(firstBin * step * 1000, step * 1000, count);
  const series: SeriesPoints[] = [];
  const sums = await sumCurves(ask, memory, question, firstBin);
  const gauges = await gaugeCurves(ask, question, firstBin);
  for (const name of question.series) {
    const { type } = SERIES[name];
    const curves: Curve[] = isRows(name)
      ? await rowCurves(ask, memory, name, question, firstBin)
      : type === 'sum'
        ? (sums.get(name) ?? [])
        : (gauges.get(name) ?? []);
    // Older messages are no longer kept: that is not the same as none.
    const since = type === 'counted' ? await rowsSince(ask) : 0;
    const isZero = (bin: number): boolean =>
      (type === 'sum' || type === 'counted') && covered[bin] === true && (firstBin + bin + 1) * step * 1000 > since;
    bounded((series.length + curves.length) * count);
    if (curves.length === 0 && question.by.length === 0) curves.push({ labels: {}, bins: new Map() });
    for (const curve of curves.toSorted((a, b) => compareLabels(a.labels, b.labels, question.by))) {
      series.push(pointsOf(name, curve, { firstBin, count, step, empty: (bin) => (isZero(bin) ? 0 : null) }));
    }
  }
  return { from, to, step, series };
}

function bounded(points: number): void {
  if (points <= MOST_POINTS) return;
  throw new OperationalError(
    'usage',
    `That is more than ${MOST_POINTS} points: ask for a longer step, a shorter time, fewer labels in "by", or some values of one. Which are the largest, /top tells.`,
  );
}

const isRows = (name: SeriesName): name is RowSeries => SERIES[name].type === 'counted' || SERIES[name].type === 'percentile';

interface Bins {
  readonly firstBin: number;
  readonly count: number;
  readonly step: number;
  /** What a bin without a row is: 0, or null where nothing was collected. */
  readonly empty: (bin: number) => number | null;
}

function pointsOf(name: SeriesName, { labels, bins, last }: Curve, { firstBin, count, step, empty }: Bins): SeriesPoints {
  const points: [number, number | null][] = [];
  let total = 0;
  let max = 0;
  let collected = 0;
  for (let bin = 0; bin < count; bin++) {
    const value = bins.get(bin) ?? empty(bin);
    points.push([(firstBin + bin) * step, value]);
    if (value === null) continue;
    if (collected === 0 || value > max) max = value;
    collected++;
    total += value;
  }
  const avg = collected === 0 ? 0 : total / collected;
  const { unit, type } = SERIES[name];
  const state = type === 'gauge' ? last : points.findLast(([, value]) => value !== null)?.[1];
  return { name, labels, unit, points, total: type === 'gauge' || type === 'percentile' ? (state ?? 0) : total, avg, max };
}

async function sumCurves(ask: Ask, memory: Memory, question: SeriesQuestion, firstBin: number): Promise<Map<SeriesName, Curve[]>> {
  const curves: Curve[] = [];
  const keys: number[] = [];
  const curveOfKey: number[] = [];
  const bySeries = new Map<SeriesName, Curve[]>();
  for (const name of new Set(question.series)) {
    const byLabels = new Map<string, number>();
    const own: Curve[] = [];
    const matching = [...memory.keys.of(name)].filter(({ labels }) => matches(labels, question.where));
    for (const { key, labels } of await folded(ask, memory, question, matching)) {
      const group = JSON.stringify(question.by.map((label) => labels[label] ?? ''));
      let index = byLabels.get(group);
      if (index === undefined) {
        index = curves.length;
        byLabels.set(group, index);
        const curve = { labels: pick(labels, question.by), bins: new Map<number, number>() };
        curves.push(curve);
        own.push(curve);
      }
      keys.push(key);
      curveOfKey.push(index);
    }
    bySeries.set(name, own);
  }
  const segments = segmentsOf(question.from, question.to, question.step, memory.facts);
  if (keys.length === 0 || segments.length === 0) return new Map();
  const parameters = new Parameters();
  const wanted = `SELECT unnest(${parameters.integers(keys)}) AS key, unnest(${parameters.integers(curveOfKey)}) AS curve`;
  const bin = `(epoch_ms(time) // ${parameters.add(question.step * 1000)}::BIGINT - ${parameters.add(firstBin)}::BIGINT)::INTEGER`;
  const rows = await ask(
    `SELECT curve, ${bin} AS bin, sum(value) AS value FROM (${sumsSql(segments, parameters)}) JOIN (${wanted}) USING (key) GROUP BY ALL LIMIT ${MOST_POINTS + 1}`,
    parameters.values,
    parameters.types,
  );
  bounded(rows.length);
  for (const row of rows) curves[row['curve'] as number]?.bins.set(row['bin'] as number, row['value'] as number);
  for (const [name, own] of bySeries) {
    bySeries.set(
      name,
      own.filter(({ bins }) => bins.size > 0),
    );
  }
  return bySeries;
}

/** Curves for the values of the first label that are to have one; the others become one value. */
async function folded(ask: Ask, memory: Memory, question: SeriesQuestion, keys: readonly SeriesKey[]): Promise<readonly SeriesKey[]> {
  const { apart, by } = question;
  const [label] = by;
  if (apart === undefined || label === undefined) return keys;
  const kept = typeof apart === 'number' ? await largest(ask, memory, question, keys, label, apart) : new Set(apart);
  return keys.map((one) => {
    const value = one.labels[label];
    return value === undefined || kept.has(value) ? one : { ...one, labels: { ...one.labels, [label]: OTHERS } };
  });
}

async function largest(
  ask: Ask,
  memory: Memory,
  range: Range,
  keys: readonly SeriesKey[],
  label: Label,
  most: number,
): Promise<ReadonlySet<string>> {
  const valueOfKey = new Map(keys.flatMap(({ key, labels }) => (labels[label] === undefined ? [] : [[key, labels[label]] as const])));
  const totals = new Map(Array.from(valueOfKey.values(), (value) => [value, 0]));
  if (totals.size > most) {
    for (const [key, total] of await totalsOf(ask, memory, range, [...valueOfKey.keys()])) {
      const value = valueOfKey.get(key) ?? '';
      totals.set(value, (totals.get(value) ?? 0) + total);
    }
  }
  const ordered = [...totals].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return new Set(ordered.slice(0, most).map(([value]) => value));
}

interface GaugeSource {
  readonly table: 'queue_samples' | 'service_samples' | 'lag_samples' | 'probes';
  readonly labels: readonly Label[];
  readonly column: string;
  /** Of several hosts, instances or queues in one curve. */
  readonly combine: (a: number, b: number) => number;
}

const add = (a: number, b: number): number => a + b;
const QUEUES = { table: 'queue_samples', labels: ['host', 'instance', 'queue'] } as const;
const GAUGES = {
  queue_messages: { ...QUEUES, column: 'messages', combine: add },
  queue_bytes: { ...QUEUES, column: 'bytes', combine: add },
  queue_oldest_seconds: { ...QUEUES, column: 'oldest_seconds', combine: Math.max },
  service_up: { table: 'service_samples', labels: ['host', 'service'], column: 'up::INTEGER', combine: Math.min },
  log_lag_seconds: { table: 'lag_samples', labels: ['source'], column: 'seconds', combine: Math.max },
  probe_delay_seconds: { table: 'probes', labels: [], column: 'delay_ms / 1000', combine: add },
  probe_success: { table: 'probes', labels: [], column: `(result = 'ok')::INTEGER`, combine: add },
} as const satisfies Partial<Record<SeriesName, GaugeSource>>;
const isGauge = (name: SeriesName): name is keyof typeof GAUGES => Object.hasOwn(GAUGES, name);

/** Series of one table are one question: reading it takes longer than adding up. */
async function gaugeCurves(ask: Ask, question: SeriesQuestion, firstBin: number): Promise<Map<SeriesName, Curve[]>> {
  const asked = new Set(question.series.filter(isGauge));
  const found = new Map<SeriesName, Curve[]>();
  for (const table of new Set([...asked].map((name) => GAUGES[name].table))) {
    const names = [...asked].filter((name) => GAUGES[name].table === table);
    const own: readonly Label[] = [...new Set(names.flatMap((name) => GAUGES[name].labels))];
    const rows = await gaugeRows(ask, table, own, names, question, firstBin);
    names.forEach((name, i) => found.set(name, curvesOf(rows, i, own, GAUGES[name].combine, question)));
  }
  return found;
}

type GaugeName = keyof typeof GAUGES;
type Rows = Awaited<ReturnType<Ask>>;

/** Bins in their order; `mean0` and `last0` are of the first name, null where it has no value. */
async function gaugeRows(
  ask: Ask,
  table: string,
  own: readonly Label[],
  names: readonly GaugeName[],
  question: SeriesQuestion,
  firstBin: number,
): Promise<Rows> {
  const parameters = new Parameters();
  const bin = `(epoch_ms(time) // ${parameters.add(question.step * 1000)}::BIGINT - ${parameters.add(firstBin)}::BIGINT)::INTEGER`;
  const figures = names.map(
    (name, i) => `avg(${GAUGES[name].column}) AS mean${i}, arg_max(${GAUGES[name].column}, time)::DOUBLE AS last${i}`,
  );
  return ask(
    `SELECT ${[...own, ''].join(', ')} ${bin} AS bin, ${figures.join(', ')} FROM ${table}
     WHERE time >= ${parameters.time(question.from * 1000)} AND time < ${parameters.time(question.to * 1000)} GROUP BY ALL ORDER BY bin`,
    parameters.values,
    parameters.types,
  );
}

/** Queues of several hosts add up; of ages and lags the largest counts, and a service is as good as where it is worst. */
function curvesOf(rows: Rows, at: number, own: readonly Label[], combine: GaugeSource['combine'], question: SeriesQuestion): Curve[] {
  const curves = new Map<string, Curve & { lastBin: number }>();
  for (const row of rows) {
    const mean = row[`mean${at}`] as number | null;
    if (mean === null) continue;
    const labels: LabelValues = {};
    for (const label of own) if (row[label] !== '') labels[label] = String(row[label]);
    if (!matches(labels, question.where)) continue;
    const group = JSON.stringify(question.by.map((label) => labels[label] ?? ''));
    let curve = curves.get(group);
    if (curve === undefined) curves.set(group, (curve = { labels: pick(labels, question.by), bins: new Map(), last: 0, lastBin: -1 }));
    const bin = row['bin'] as number;
    const before = curve.bins.get(bin);
    curve.bins.set(bin, before === undefined ? mean : combine(before, mean));
    const last = row[`last${at}`] as number;
    curve.last = bin > curve.lastBin ? last : combine(curve.last ?? 0, last);
    curve.lastBin = bin;
  }
  return [...curves.values()];
}

export async function readTotals(ask: Ask, memory: Memory, question: TotalsQuestion): Promise<TotalsRow[]> {
  const wanted = [...new Set(question.series)].flatMap((series) =>
    [...memory.keys.of(series)].filter(({ labels }) => matches(labels, question.where)).map(({ key, labels }) => ({ key, series, labels })),
  );
  const totals = await totalsOf(
    ask,
    memory,
    question,
    wanted.map(({ key }) => key),
  );
  return wanted
    .map(({ key, ...labelled }) => ({ ...labelled, value: totals.get(key) ?? 0 }))
    .filter(({ value }) => value !== 0)
    .toSorted((a, b) => question.series.indexOf(a.series) - question.series.indexOf(b.series) || compareLabels(a.labels, b.labels, LABELS));
}

type Range = Pick<SeriesQuestion, 'from' | 'to'>;

async function totalsOf(ask: Ask, { facts }: Memory, { from, to }: Range, keys: readonly number[]): Promise<Map<number, number>> {
  const segments = segmentsOf(from, to, 86_400, facts);
  if (keys.length === 0 || segments.length === 0) return new Map();
  const parameters = new Parameters();
  const rows = await ask(
    `SELECT key, sum(value) AS value FROM (${sumsSql(segments, parameters)}) JOIN (SELECT unnest(${parameters.integers(keys)}) AS key) USING (key) GROUP BY key`,
    parameters.values,
    parameters.types,
  );
  return new Map(rows.map((row) => [row['key'] as number, row['value'] as number]));
}

/** A label that a series does not carry has the value ''. */
function matches(labels: LabelValues, where: Where): boolean {
  for (const label of LABELS) {
    const allowed = where[label];
    if (allowed !== undefined && !allowed.includes(labels[label] ?? '')) return false;
  }
  return true;
}

function pick(labels: LabelValues, by: readonly Label[]): LabelValues {
  const picked: LabelValues = {};
  for (const label of by) {
    const value = labels[label];
    if (value !== undefined) picked[label] = value;
  }
  return picked;
}

function compareLabels(a: LabelValues, b: LabelValues, by: readonly Label[]): number {
  for (const label of by) {
    const [x, y] = [a[label] ?? '', b[label] ?? ''];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
