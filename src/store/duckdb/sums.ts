import type { RollupDelta } from '../../model/batch.ts';
import type { LabelValues, SeriesName } from '../../model/series.ts';
import { boundedTime } from './packing.ts';

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** The day of an hour, both since the epoch. */
export const dayOf = (hour: number): number => Math.floor((hour * HOUR) / DAY);

/** Sums as columns. */
export interface Bins {
  /** ms, the bin's beginning. */
  readonly times: Float64Array;
  /** Index into the combinations. */
  readonly combinations: Float64Array;
  readonly values: Float64Array;
}

/** What a batch counted, as it came: a combination may have several sums of a minute. */
export interface PackedSums {
  readonly combinations: readonly { readonly series: SeriesName; readonly labels: LabelValues }[];
  readonly times: Float64Array;
  /** Index into the combinations. */
  readonly places: Float64Array;
  readonly values: Float64Array;
}

/** The same in order of time, so that a range of it is a range of the file; each bin of a combination once. */
export interface SumsByLength {
  readonly minutes: Bins;
  readonly hours: Bins;
  readonly days: Bins;
}

/** Many times what makes a batch full. */
const MOST_DELTAS = 2 ** 21;

export function packSums(deltas: readonly RollupDelta[]): PackedSums {
  if (deltas.length > MOST_DELTAS) throw new RangeError(`${deltas.length} sums are too many for one batch`);
  const combinations: { series: SeriesName; labels: LabelValues }[] = [];
  const indices = new Map<string, number>();
  const indexOf = (series: SeriesName, labels: LabelValues): number => {
    const name = JSON.stringify([series, labels]);
    let index = indices.get(name);
    if (index === undefined) {
      index = combinations.push({ series, labels }) - 1;
      indices.set(name, index);
    }
    return index;
  };
  const times = new Float64Array(deltas.length);
  const places = new Float64Array(deltas.length);
  const values = new Float64Array(deltas.length);
  let last: RollupDelta | undefined;
  let index = 0;
  let at = 0;
  for (const delta of deltas) {
    // They come combination by combination.
    if (delta.labels !== last?.labels || delta.series !== last.series) {
      last = delta;
      index = indexOf(delta.series, delta.labels);
    }
    times[at] = delta.time;
    places[at] = index;
    values[at] = delta.value;
    at++;
  }
  return { combinations, times, places, values };
}

/** Adds up sums of the same minute, hour and day. What comes to nothing, or is no number, is left out. */
export function binSums({ combinations, times, places, values }: PackedSums): SumsByLength {
  // Time and place in one number each, so that they can be sorted as numbers, which is much faster: 32 bits of minutes, 21 of place.
  const order = new Float64Array(times.length);
  for (let place = 0; place < order.length; place++) {
    order[place] = Math.floor(boundedTime(times[place] ?? 0) / MINUTE) * MOST_DELTAS + place;
  }
  order.sort();
  const sorted = {
    times: new Float64Array(order.length),
    combinations: new Float64Array(order.length),
    values: new Float64Array(order.length),
  };
  for (let at = 0; at < order.length; at++) {
    const both = order[at] ?? 0;
    const minute = Math.floor(both / MOST_DELTAS);
    const place = both - minute * MOST_DELTAS;
    const value = values[place] ?? 0;
    sorted.times[at] = minute * MINUTE;
    sorted.combinations[at] = places[place] ?? 0;
    sorted.values[at] = Number.isFinite(value) ? value : 0;
  }
  const minutes = binned(sorted, MINUTE, combinations.length);
  const hours = binned(minutes, HOUR, combinations.length);
  return { minutes, hours, days: binned(hours, DAY, combinations.length) };
}

/** The sums of bins of `length` ms over finer ones. */
function binned({ times, combinations, values }: Bins, length: number, count: number): Bins {
  const sums = new Float64Array(count);
  const seen = new Uint8Array(count);
  const into = {
    times: new Float64Array(times.length),
    combinations: new Float64Array(times.length),
    values: new Float64Array(times.length),
  };
  let rows = 0;
  let touched: number[] = [];
  let bin = -1;
  const putDown = (): void => {
    for (const combination of touched) {
      const value = sums[combination] ?? 0;
      if (value !== 0) {
        into.times[rows] = bin * length;
        into.combinations[rows] = combination;
        into.values[rows] = value;
        rows++;
      }
      sums[combination] = 0;
      seen[combination] = 0;
    }
    touched = [];
  };
  for (let at = 0; at < times.length; at++) {
    const newBin = Math.floor((times[at] ?? 0) / length);
    if (newBin !== bin) putDown();
    bin = newBin;
    const combination = combinations[at] ?? 0;
    if (seen[combination] === 0) {
      seen[combination] = 1;
      touched.push(combination);
    }
    sums[combination] = (sums[combination] ?? 0) + (values[at] ?? 0);
  }
  putDown();
  return { times: into.times.slice(0, rows), combinations: into.combinations.slice(0, rows), values: into.values.slice(0, rows) };
}
