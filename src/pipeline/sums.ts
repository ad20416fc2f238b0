import type { RollupDelta } from '../model/batch.ts';
import { SERIES, type Label, type LabelValues, type SeriesName } from '../model/series.ts';

/** One combination of a series and its labels. The labels object is the same for ever: the store knows it by identity. */
interface Combination {
  readonly series: SeriesName;
  readonly labels: LabelValues;
  readonly host: string;
  readonly instance: string;
  readonly pairs: readonly string[];
  /** ms of one bin. */
  readonly resolution: number;
  /** The bin that was added to last, which is nearly always the next one too. */
  bin: number;
  value: number;
  live: boolean;
  /** Others of this batch: bins of live lines, and of history. */
  readonly others: Map<number, number>;
  readonly historical: Map<number, number>;
  touched: boolean;
}

/** Beyond this many combinations the table is begun anew: labels come from logs, and their values are bounded but not few. */
const MAX_COMBINATIONS = 50_000;

const MOST_COMPARED = 64;

/** Adds up what is counted, by series, labels and minute, until the batch is taken. */
export class Sums {
  /** Series and domain -> its combinations, the often used ones in front. Comparing the few there are beats joining a key. */
  private combinations = new Map<SeriesName, Map<string, Combination[]>>();
  private byKey = new Map<string, Combination>();
  private count = 0;
  private touched: Combination[] = [];
  /** How many bins a batch has come to; for its size. */
  bins = 0;

  /** `pairs`: label, value, label, value ... of the series' own labels, in its order. */
  add(
    series: SeriesName,
    time: number,
    value: number,
    live: boolean,
    host: string,
    instance: string,
    domain: string,
    pairs: readonly string[],
  ): void {
    const into = this.find(series, host, instance, domain, pairs);
    if (!into.touched) {
      into.touched = true;
      this.touched.push(into);
    }
    const bin = Math.floor(time / into.resolution);
    if (bin === into.bin && live === into.live) {
      into.value += value;
      return;
    }
    putAway(into);
    this.bins++;
    into.bin = bin;
    into.live = live;
    into.value = value;
  }

  take(): RollupDelta[] {
    const deltas: RollupDelta[] = [];
    for (const one of this.touched) {
      putAway(one);
      const { series, labels, resolution } = one;
      for (const [bin, value] of one.others) if (value !== 0) deltas.push({ time: bin * resolution, series, labels, value, live: true });
      for (const [bin, value] of one.historical)
        if (value !== 0) deltas.push({ time: bin * resolution, series, labels, value, live: false });
      one.others.clear();
      one.historical.clear();
      one.touched = false;
    }
    this.touched = [];
    this.bins = 0;
    if (this.count > MAX_COMBINATIONS) {
      this.combinations = new Map();
      this.byKey = new Map();
      this.count = 0;
    }
    return deltas;
  }

  private find(series: SeriesName, host: string, instance: string, domain: string, pairs: readonly string[]): Combination {
    let ofSeries = this.combinations.get(series);
    if (ofSeries === undefined) this.combinations.set(series, (ofSeries = new Map<string, Combination[]>()));
    let known = ofSeries.get(domain);
    if (known === undefined) ofSeries.set(domain, (known = []));
    for (let at = 0; at < known.length; at++) {
      const one = known[at];
      if (one === undefined || one.host !== host || one.instance !== instance || !sameValues(one.pairs, pairs)) continue;
      const before = known[at - 1];
      if (before !== undefined) {
        known[at - 1] = one;
        known[at] = before;
      }
      return one;
    }
    // Hosts and instances are what the lines say: beyond some, a key finds them.
    const key = known.length < MOST_COMPARED ? '' : [series, host, instance, domain, ...pairs].join('\0');
    let found = key === '' ? undefined : this.byKey.get(key);
    if (found === undefined) {
      found = combination(series, host, instance, domain, pairs);
      if (key === '') known.push(found);
      else this.byKey.set(key, found);
      this.count++;
    }
    return found;
  }
}

function combination(series: SeriesName, host: string, instance: string, domain: string, pairs: readonly string[]): Combination {
  const labels: LabelValues = { host, instance, domain };
  for (let i = 0; i < pairs.length; i += 2) labels[pairs[i] as Label] = pairs[i + 1] ?? '';
  const { resolution } = SERIES[series];
  return {
    series,
    labels,
    host,
    instance,
    pairs,
    resolution: resolution * 1000,
    bin: -1,
    value: 0,
    live: false,
    others: new Map(),
    historical: new Map(),
    touched: false,
  };
}

function sameValues(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 1; i < one.length; i += 2) if (one[i] !== other[i]) return false;
  return true;
}

function putAway(one: Combination): void {
  if (one.value !== 0) {
    const bins = one.live ? one.others : one.historical;
    bins.set(one.bin, (bins.get(one.bin) ?? 0) + one.value);
  }
  one.value = 0;
  one.bin = -1;
}
