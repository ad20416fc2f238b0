// @ts-check
/**
 * From the API's answer to the columns that are drawn: pure, in bins, with gaps kept as gaps.
 *
 * @import { Curve, Graph } from '../../src/model/graph.ts'
 * @import { SeriesAnswer, SeriesPoints } from '../../src/model/question.ts'
 * @import { Label, SeriesName } from '../../src/model/series.ts'
 * @import { Kind } from './numbers.js'
 *
 * @typedef {(number | null)[]} Values one a bin; null where nothing was collected
 *
 * @typedef {object} Column a curve with its figures
 * @property {string} key names the curve in the address
 * @property {string} title dictionary key, or a label's value when `label` is set
 * @property {string} label the label that was split by, else empty
 * @property {string} color
 * @property {string} colorDark
 * @property {Curve['style']} style
 * @property {Curve['mark']} mark
 * @property {string} unit as the API says it
 * @property {boolean} gauge
 * @property {Values} values
 * @property {readonly boolean[]} [covered] where lines were read, of a series that has no value without an event
 */
import { kindOf } from './numbers.js';
import { paint } from './palette.js';

/** Curves of a graph that is split by what the mail system, not we, named: nobody tells twenty colours apart. */
const MOST = 10;
/** As the API calls what has no curve of its own. */
export const OTHERS = '*';

/**
 * The one question that answers a graph: its series, by all labels that its curves look at. An answer by labels has no
 * curve where nothing happened, so lines read are asked for beside it: they tell a quiet hour from one that nobody watched.
 *
 * @param {Graph} graph
 * @returns {{ series: SeriesName[], by: Label[], own: SeriesName[], where: NonNullable<Curve['where']>, most: number | undefined }}
 *   `own`: without the lines. `most`: how many values of the first label have a curve
 */
export function questionOf(graph) {
  const drawn = graph.split ? [graph.split] : graph.curves;
  const labels = drawn.flatMap(({ where }) => /** @type {Label[]} */ (Object.keys(where ?? {})));
  const by = [...new Set(graph.split ? [graph.split.by, ...labels] : labels)];
  const own = [...new Set(drawn.map(({ series }) => series))];
  const series = by.length > 0 && !own.some(isSampled) ? [...new Set([...own, /** @type {const} */ ('log_lines')])] : own;
  // Each phase and quantile is made by itself: what no curve looks at is not asked for. Lines have none.
  const dear = /** @type {const} */ (['phase', 'quantile']).filter((label) => by.includes(label));
  const where = Object.fromEntries(dear.map((label) => [label, [...new Set(drawn.flatMap((one) => one.where?.[label] ?? [])), '']]));
  const most = graph.split === undefined || graph.split.by === 'reason' ? undefined : MOST;
  return { series, by, own, where, most };
}

/**
 * The values that have a curve in this answer, for a later question to have the same; `OTHERS` is one where some have none.
 *
 * @param {Graph} graph @param {SeriesAnswer} answer
 */
export function apartIn(graph, answer) {
  const { by, own, most } = questionOf(graph);
  const [label] = by;
  if (most === undefined || label === undefined) return [];
  const values = answer.series.flatMap(({ name, labels }) => (own.includes(name) ? (labels[label] ?? []) : []));
  return [...new Set(values)].filter((value) => value !== '');
}

/** Asked of the system now and then, not made from lines. @param {SeriesName} series */
const isSampled = (series) => series.startsWith('queue_') || series === 'service_up' || series === 'log_lag_seconds';

/** Its figures cannot be added. @param {SeriesName} series */
const isGauge = (series) => isSampled(series) || series === 'delivery_delay' || series.startsWith('probe_');

/**
 * Bin starts from `from` to before `to`.
 *
 * @param {{ readonly from: number, readonly to: number, readonly step: number }} span
 */
export const grid = ({ from, to, step }) => Array.from({ length: Math.max(0, Math.round((to - from) / step)) }, (_, i) => from + i * step);

/**
 * @param {Graph} graph
 * @param {SeriesAnswer} answer
 * @returns {Column[]}
 */
export function columnsOf(graph, answer) {
  const covered = coverage(answer);
  if (graph.split) {
    const { by, series } = graph.split;
    const where = graph.split.where ?? {};
    const own = answer.series.filter((one) => one.name === series && matches(one, where));
    const values = [...new Set(own.map(({ labels }) => labels[by] ?? ''))];
    /** @type {Set<number>} */
    const taken = new Set();
    const columns = values
      .map((value) => ({ value, points: own.filter(({ labels }) => (labels[by] ?? '') === value) }))
      .map(({ value, points }) =>
        column(points, answer, covered, { key: value, title: value, label: by, series, style: 'stack', ...paint(by, value, taken) }),
      )
      .sort((a, b) => summary(b.values, false).total - summary(a.values, false).total);
    return by === 'reason' ? columns : fewer(columns);
  }
  return graph.curves.map((curve) => {
    const points = answer.series.filter((one) => one.name === curve.series && matches(one, curve.where ?? {}));
    const { title, series, style, mark, color } = curve;
    return column(points, answer, covered, {
      key: title,
      title,
      label: '',
      series,
      style,
      mark,
      color,
      colorDark: curve.colorDark ?? color,
    });
  });
}

/** @param {SeriesPoints} points @param {NonNullable<Curve['where']>} where */
const matches = (points, where) =>
  Object.entries(where).every(([label, values]) => values.includes(points.labels[/** @type {Label} */ (label)] ?? ''));

/** The largest stay, the others become one, with those that the answer has as one. @param {Column[]} columns @returns {Column[]} */
function fewer(columns) {
  const named = columns.filter(({ key }) => key !== OTHERS);
  const kept = named.slice(0, columns.length > MOST ? MOST - 1 : MOST);
  const rest = columns.filter((one) => !kept.includes(one));
  const [first] = rest;
  if (first === undefined) return columns;
  const values = first.values.map((_, i) => {
    const known = rest.flatMap((one) => one.values[i] ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
  const others = {
    ...first,
    key: OTHERS,
    title: 'curve.others',
    label: '',
    color: '#999999',
    colorDark: '#8c8c8c',
    mark: undefined,
    values,
  };
  return [...kept, others];
}

/** A bin counts as collected when any series of the answer has a value there. @param {SeriesAnswer} answer */
function coverage(answer) {
  const bins = grid(answer).map(() => false);
  for (const { points } of answer.series) {
    for (const [time, value] of points) {
      const at = Math.round((time - answer.from) / answer.step);
      if (value !== null && at >= 0 && at < bins.length) bins[at] = true;
    }
  }
  return bins;
}

/**
 * Counts add up; of ages the largest is what matters.
 *
 * @param {readonly SeriesPoints[]} parts
 * @param {SeriesAnswer} answer
 * @param {readonly boolean[]} covered
 * @param {Pick<Column, 'key' | 'title' | 'label' | 'style' | 'mark' | 'color' | 'colorDark'> & { series: SeriesName }} look
 * @returns {Column}
 */
function column(parts, answer, covered, { series, ...look }) {
  const sparse = series === 'delivery_delay';
  /** @type {Values} */
  const values = covered.map((yes) => (yes && !sparse ? 0 : null));
  const unit = parts[0]?.unit ?? unitOf(series);
  for (const { points } of parts) {
    for (const [time, value] of points) {
      const at = Math.round((time - answer.from) / answer.step);
      const before = values[at];
      if (value !== null && before !== undefined) values[at] = unit === 'seconds' ? Math.max(before ?? 0, value) : (before ?? 0) + value;
    }
  }
  const gauge = isGauge(series);
  return { ...look, unit, gauge, values: isSampled(series) ? bridged(values) : values, ...(sparse && { covered }) };
}

/** A state holds until the next sample: one bin that the sampler's beat missed is no gap. @param {Values} values */
const bridged = (values) =>
  values.map((value, i) => (value === null && (values[i + 1] ?? null) !== null ? (values[i - 1] ?? null) : value));

/** For a series that is not in the answer: nothing of it happened. @param {SeriesName} series */
function unitOf(series) {
  if (series.includes('bytes')) return 'bytes';
  if (series === 'service_up') return 'ratio';
  if (series.endsWith('_seconds') || series === 'delivery_delay') return 'seconds';
  if (series === 'sent' || series === 'delivered' || series === 'bounced') return 'recipients';
  return series === 'rejected' || series === 'deferred' || series === 'login' ? 'attempts' : 'messages';
}

/**
 * @param {Values} values
 * @param {boolean} gauge its `total` is the last value: sampled states cannot be added
 * @returns {{ total: number, avg: number, max: number, bins: number }} `bins`: how many were collected
 */
export function summary(values, gauge) {
  let total = 0;
  let max = 0;
  let bins = 0;
  let last = 0;
  for (const value of values) {
    if (value === null) continue;
    total += value;
    last = value;
    bins++;
    if (value > max) max = value;
  }
  return { total: gauge ? last : total, avg: bins === 0 ? 0 : total / bins, max, bins };
}

/**
 * Lower and upper edge of every column. An area starts anew at zero, a stack stands on what is below it and has the same
 * kind of unit; a line has no lower edge.
 *
 * @param {readonly Column[]} columns
 * @returns {{ lower: Values, upper: Values }[]}
 */
export function stack(columns) {
  /** @type {Map<Kind, Values>} */
  const tops = new Map();
  return columns.map(({ style, unit, values }) => {
    const zero = values.map((value) => (value === null ? null : 0));
    if (style === 'line') return { lower: zero, upper: values };
    const kind = kindOf(unit);
    const below = style === 'stack' ? tops.get(kind) : undefined;
    const lower = below === undefined ? zero : values.map((value, i) => (value === null ? null : (below[i] ?? 0)));
    const upper = values.map((value, i) => (value === null ? null : value + (lower[i] ?? 0)));
    tops.set(
      kind,
      upper.map((value, i) => value ?? below?.[i] ?? null),
    );
    return { lower, upper };
  });
}

/**
 * Stretches where nothing was collected, as [from, to) in seconds; the future is none.
 *
 * @param {readonly Column[]} columns
 * @param {{ readonly from: number, readonly to: number, readonly step: number }} span
 * @param {number} now
 * @returns {[number, number][]}
 */
export function gaps(columns, span, now) {
  /** @type {[number, number][]} */
  const found = [];
  grid(span).forEach((start, i) => {
    if (start >= now || columns.some(({ values, covered }) => covered?.[i] || (values[i] ?? null) !== null)) return;
    const last = found.at(-1);
    const end = Math.min(start + span.step, now);
    if (last?.[1] === start) last[1] = end;
    else found.push([start, end]);
  });
  return found;
}

/**
 * Newer bins over older ones, so that a tick costs a few bins. Both have the same step; bins before `span.from` fall off.
 *
 * @param {SeriesAnswer} older
 * @param {SeriesAnswer} newer
 * @param {{ readonly from: number, readonly to: number, readonly step: number }} span
 * @returns {SeriesAnswer}
 */
export function merge(older, newer, span) {
  const fresh = new Map(newer.series.map((one) => [identity(one), one]));
  const known = new Set(older.series.map(identity));
  const olderBins = coverage(older);
  const coveredBefore = grid(older).flatMap((time, i) => (olderBins[i] && time >= span.from && time < newer.from ? [time] : []));
  const series = older.series.map((one) => {
    const kept = one.points.filter(([time]) => time >= span.from && time < newer.from);
    return { ...one, points: [...kept, ...(fresh.get(identity(one))?.points ?? [])] };
  });
  for (const one of newer.series) {
    if (known.has(identity(one))) continue;
    series.push({ ...one, points: [...coveredBefore.map((time) => /** @type {const} */ ([time, 0])), ...one.points] });
  }
  return { from: span.from, to: span.to, step: span.step, series };
}

/** @param {SeriesPoints} points */
const identity = ({ name, labels }) => JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
