import type { Coverage } from '../../model/batch.ts';
import { isSeriesName, STORED_LABELS, type Label, type LabelValues, type SeriesName } from '../../model/series.ts';
import type { Row } from './database.ts';
import type { FateDays } from './fate-days.ts';
import { clean } from './packing.ts';

export interface SeriesKey {
  readonly key: number;
  readonly series: SeriesName;
  /** Those that are not empty. */
  readonly labels: LabelValues;
}

/** The combinations of series and labels that were ever counted, numbered: some hundreds, so they stay in memory. */
export class SeriesKeys {
  readonly #byName = new Map<string, SeriesKey>();
  /** By the labels as they were written, which need not be in order; a short cut only. */
  readonly #shortCut = new Map<string, number>();
  #added: SeriesKey[] = [];
  #next = 1;

  static load(rows: readonly Row[]): SeriesKeys {
    const keys = new SeriesKeys();
    for (const row of rows) {
      const series = String(row['series']);
      const key = Number(row['key']);
      keys.#next = Math.max(keys.#next, key + 1);
      if (!isSeriesName(series)) continue;
      const labels: LabelValues = {};
      for (const label of STORED_LABELS) if (row[label] !== '') labels[label] = String(row[label]);
      keys.#byName.set(nameOf(series, labels), { key, series, labels });
    }
    return keys;
  }

  keyOf(series: SeriesName, labels: LabelValues): number {
    let written: string = series;
    for (const label in labels) written += `\x1e${label}\x1f${labels[label as Label] ?? ''}`;
    const short = this.#shortCut.get(written);
    if (short !== undefined) return short;
    const cleaned: LabelValues = {};
    for (const label of STORED_LABELS) {
      const value = labels[label];
      if (value !== undefined && value !== '') cleaned[label] = clean(value);
    }
    const name = nameOf(series, cleaned);
    let found = this.#byName.get(name);
    if (found === undefined) {
      found = { key: this.#next++, series, labels: cleaned };
      this.#byName.set(name, found);
      this.#added.push(found);
    }
    this.#shortCut.set(written, found.key);
    return found.key;
  }

  /** Keys that no committed batch holds yet. */
  get added(): readonly SeriesKey[] {
    return this.#added;
  }

  committed(): void {
    this.#added = [];
  }

  rolledBack(): void {
    for (const { series, labels } of this.#added) this.#byName.delete(nameOf(series, labels));
    if (this.#added.length > 0) this.#shortCut.clear();
    this.#added = [];
  }

  *of(series: SeriesName): Iterable<SeriesKey> {
    for (const key of this.#byName.values()) if (key.series === series) yield key;
  }

  valuesOf(label: Label): string[] {
    const values = new Set<string>();
    for (const { labels } of this.#byName.values()) {
      const value = labels[label];
      if (value !== undefined) values.add(value);
    }
    return [...values].toSorted();
  }
}

const nameOf = (series: SeriesName, labels: LabelValues): string =>
  `${series}\x1e${STORED_LABELS.map((label) => labels[label] ?? '').join('\x1f')}`;

interface Interval {
  from: number;
  to: number;
}

/** When each source was read, as disjoint intervals in order. */
export class Covered {
  readonly #bySource = new Map<string, Interval[]>();

  add({ source, from, to }: Coverage): void {
    if (!(to >= from)) return;
    const key = clean(source);
    let intervals = this.#bySource.get(key);
    if (intervals === undefined) this.#bySource.set(key, (intervals = []));
    // New ones are nearly always the newest.
    let first = intervals.length;
    while (first > 0 && (intervals[first - 1]?.to ?? 0) >= from) first--;
    let last = first;
    const merged = { from, to };
    for (let at = intervals[last]; at !== undefined && at.from <= to; at = intervals[++last]) {
      merged.from = Math.min(merged.from, at.from);
      merged.to = Math.max(merged.to, at.to);
    }
    intervals.splice(first, last - first, merged);
  }

  /** Forgets what lies before `time` (ms). */
  dropBefore(time: number): void {
    for (const [source, intervals] of this.#bySource)
      this.#bySource.set(
        source,
        intervals.filter(({ to }) => to >= time),
      );
  }

  rows(): Coverage[] {
    return [...this.#bySource].flatMap(([source, intervals]) => intervals.map(({ from, to }) => ({ source, from, to })));
  }

  /** Breaks of at least `shortest` ms between two readings of one source that touch [from, to); all in ms. */
  gaps(from: number, to: number, shortest: number): Coverage[] {
    return [...this.#bySource].flatMap(([source, intervals]) =>
      intervals.slice(1).flatMap((next, at) => {
        const gap = { source, from: intervals[at]?.to ?? next.from, to: next.from };
        return gap.to - gap.from >= shortest && gap.from < to && gap.to > from ? [gap] : [];
      }),
    );
  }

  /** For bins of `step` ms from `start`: was any source read in them? */
  bins(start: number, step: number, count: number): boolean[] {
    const covered = Array.from({ length: count }, () => false);
    for (const intervals of this.#bySource.values()) {
      for (const { from, to } of intervals) {
        const first = Math.max(0, Math.floor((from - start) / step));
        const last = Math.min(count - 1, Math.floor((to - start) / step));
        for (let bin = first; bin <= last; bin++) covered[bin] = true;
      }
    }
    return covered;
  }
}

/** Facts that are stored with each commit. Times in ms. */
export interface Facts {
  lines: number;
  lastUid: number;
  /** Minute and hour sums before these were dropped. */
  minutesFrom: number;
  hoursFrom: number;
  /** Rows of messages before this were dropped. */
  messagesFrom: number;
  /** The first hour (since the epoch) of which row-hours were never made. Those of `unmerged` are to be made again. */
  summedUntil: number;
  /** The first day (since the epoch) whose addresses were never indexed. Those of `unmerged` are to be made again. */
  indexedUntil: number;
}

/** What the store keeps in memory of what it has stored; made again from the file when that is opened again. */
export interface Memory {
  readonly keys: SeriesKeys;
  readonly covered: Covered;
  readonly facts: Facts;
  readonly fates: FateDays;
  /** Hours (since the epoch) whose sums may have several rows for one key. */
  readonly unmerged: Set<number>;
  /** The newest hour that has sums; -1 without any. A later one can have no row yet. */
  newestHour: number;
  /** The number of the last commit. */
  version: number;
}
