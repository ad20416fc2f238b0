import type { RollupDelta } from '../model/batch.ts';
import { SERIES, type LabelValues, type SeriesName } from '../model/series.ts';

/** The values of a series' own labels in its order; empty where it has fewer. */
type Values = readonly [string, string, string, string];

/** One combination of a series and its labels. The labels object is the same for ever: the store knows it by identity. */
interface Combination {
  readonly series: SeriesName;
  readonly labels: LabelValues;
  readonly host: string;
  readonly instance: string;
  readonly domain: string;
  readonly values: Values;
  /** ms of one bin. */
  readonly resolution: number;
  /** The bin that was added to last, which is nearly always the next one too. */
  bin: number;
  value: number;
  /** Others of this batch. */
  readonly others: Map<number, number>;
  touched: boolean;
}

/** The combinations of a series. */
interface Combinations {
  /** That which was added to last. */
  last: Combination | undefined;
  /** By domain, the often used ones in front. Comparing the few there are beats joining a key. */
  readonly byDomain: Map<string, Combination[]>;
}

/** Beyond this many combinations the table is begun anew: labels come from logs, and their values are bounded but not few. */
const MAX_COMBINATIONS = 50_000;

const MOST_COMPARED = 64;

/** Adds up what is counted, by series, labels and minute, until the batch is taken. */
export class Sums {
  private bySeries = new Map<SeriesName, Combinations>();
  private byKey = new Map<string, Combination>();
  private count = 0;
  private touched: Combination[] = [];
  /** How many bins a batch has come to; for its size. */
  bins = 0;

  /** `a` to `d`: see Values. */
  add(
    series: SeriesName,
    time: number,
    value: number,
    host: string,
    instance: string,
    domain: string,
    a: string,
    b: string,
    c: string,
    d: string,
  ): void {
    let known = this.bySeries.get(series);
    if (known === undefined) this.bySeries.set(series, (known = { last: undefined, byDomain: new Map() }));
    let into = known.last;
    if (into?.domain !== domain || !isFor(into, host, instance, a, b, c, d)) {
      into = this.find(known, series, host, instance, domain, [a, b, c, d]);
      known.last = into;
    }
    if (!into.touched) {
      into.touched = true;
      this.touched.push(into);
    }
    const bin = Math.floor(time / into.resolution);
    if (bin === into.bin) {
      into.value += value;
      return;
    }
    putAway(into);
    this.bins++;
    into.bin = bin;
    into.value = value;
  }

  /** What was added since the last call; `live`: whether by lines written since we watch. */
  take(live: boolean): RollupDelta[] {
    const deltas: RollupDelta[] = [];
    for (const one of this.touched) {
      putAway(one);
      const { series, labels, resolution } = one;
      for (const [bin, value] of one.others) if (value !== 0) deltas.push({ time: bin * resolution, series, labels, value, live });
      one.others.clear();
      one.touched = false;
    }
    this.touched = [];
    this.bins = 0;
    if (this.count > MAX_COMBINATIONS) {
      this.bySeries = new Map();
      this.byKey = new Map();
      this.count = 0;
    }
    return deltas;
  }

  private find(
    { byDomain }: Combinations,
    series: SeriesName,
    host: string,
    instance: string,
    domain: string,
    values: Values,
  ): Combination {
    let known = byDomain.get(domain);
    if (known === undefined) byDomain.set(domain, (known = []));
    const [a, b, c, d] = values;
    for (let at = 0; at < known.length; at++) {
      const one = known[at];
      if (one === undefined || !isFor(one, host, instance, a, b, c, d)) continue;
      const before = known[at - 1];
      if (before !== undefined) {
        known[at - 1] = one;
        known[at] = before;
      }
      return one;
    }
    // Hosts and instances are what the lines say: beyond some, a key finds them.
    const key = known.length < MOST_COMPARED ? '' : [series, host, instance, domain, ...values].join('\0');
    let found = key === '' ? undefined : this.byKey.get(key);
    if (found === undefined) {
      found = combination(series, host, instance, domain, values);
      if (key === '') known.push(found);
      else this.byKey.set(key, found);
      this.count++;
    }
    return found;
  }
}

function isFor({ host, instance, values }: Combination, ofHost: string, of: string, a: string, b: string, c: string, d: string): boolean {
  return host === ofHost && instance === of && values[0] === a && values[1] === b && values[2] === c && values[3] === d;
}

function combination(series: SeriesName, host: string, instance: string, domain: string, values: Values): Combination {
  const { resolution, labels: own } = SERIES[series];
  const labels: LabelValues = { host, instance, domain };
  for (const [place, label] of own.entries()) labels[label] = values[place] ?? '';
  return {
    series,
    labels,
    host,
    instance,
    domain,
    values,
    resolution: resolution * 1000,
    bin: -1,
    value: 0,
    others: new Map(),
    touched: false,
  };
}

function putAway(one: Combination): void {
  if (one.value !== 0) one.others.set(one.bin, (one.others.get(one.bin) ?? 0) + one.value);
  one.value = 0;
  one.bin = -1;
}
