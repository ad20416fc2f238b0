import { isIPv6 } from 'node:net';
import { isLabel, type Each } from '../model/alert.ts';
import type { SeriesPoints, Where } from '../model/question.ts';
import { SERIES, type SeriesName } from '../model/series.ts';
import type { StoreReader } from '../store/store.ts';

/** The figures that rules are made of. Times in seconds. */
export interface Figures {
  /** What was counted, of all of these series together; null where nothing was collected. */
  sum(series: readonly SeriesName[], where: Where, from: number, to: number): Promise<number | null>;
  /** The newest sample of a gauge. */
  last(series: SeriesName, where: Where, from: number, to: number): Promise<number | null>;
  /** What was counted for each user, sender, network or value of a label; the largest ones. */
  each(each: Each, series: SeriesName, where: Where, from: number, to: number): Promise<ReadonlyMap<string, number>>;
}

/** Whole bins: the one that has just begun counts, too. */
function bins(series: SeriesName, from: number, to: number): { from: number; to: number; step: number } {
  const step = SERIES[series].resolution;
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step, step };
}

const SUBJECTS = 100;
/** Of one network there may be many addresses. */
const ADDRESSES = 1000;

/** Figures as they are now. */
export function liveFigures(reader: Pick<StoreReader, 'series' | 'top'>): Figures {
  const points = async (series: SeriesName, where: Where, from: number, to: number): Promise<SeriesPoints['points']> => {
    const answer = await reader.series({ series: [series], ...bins(series, from, to), by: [], where });
    return answer.series[0]?.points ?? [];
  };
  return {
    async sum(series, where, from, to) {
      const sums = await Promise.all(series.map(async (name) => total(await points(name, where, from, to))));
      return addUp(sums);
    },
    last: async (series, where, from, to) => (await points(series, where, from, to)).findLast(([, value]) => value !== null)?.[1] ?? null,
    async each(each, series, where, from, to) {
      if (isLabel(each)) {
        const answer = await reader.series({ series: [series], ...bins(series, from, to), by: [each], where });
        return new Map(answer.series.map(({ labels, total: sum }) => [labels[each] ?? '', sum]));
      }
      const of = each === 'network' ? 'client' : each;
      const { rows } = await reader.top({ of, series, from, to, limit: each === 'network' ? ADDRESSES : SUBJECTS, where });
      if (each !== 'network') return new Map(rows.map(({ value, count }) => [value, count]));
      const networks = new Map<string, number>();
      for (const { value, count } of rows) networks.set(networkOf(value), (networks.get(networkOf(value)) ?? 0) + count);
      return networks;
    },
  };
}

function total(points: SeriesPoints['points']): number | null {
  return addUp(points.map(([, value]) => value));
}

function addUp(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** What one customer of a provider usually has: /24, or /48 (RFC 6177). A name without an address stays. */
export function networkOf(client: string): string {
  const ipv4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(client);
  if (ipv4) return `${ipv4[1]}.0/24`;
  if (!isIPv6(client)) return client;
  // RFC 5952: `::` stands for as many zero groups as are missing.
  const [head = '', tail] = client.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const first = [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':')].slice(0, 3);
  return `${first.map((group) => (group === '' ? '0' : group)).join(':')}::/48`;
}

/** Bins of history are this long at least. */
const HISTORY_STEP = 600;

/**
 * Figures of the past, for going through weeks of it: each series is read once, in bins of ten minutes, and summed from
 * memory. `from` to `to` must hold all that will be asked.
 */
export function historyFigures(reader: Pick<StoreReader, 'series' | 'top'>, from: number, to: number): Figures {
  const live = liveFigures(reader);
  const first = Math.floor(from / HISTORY_STEP);
  const read = new Map<string, Promise<readonly (number | null)[]>>();
  const values = (series: SeriesName, where: Where): Promise<readonly (number | null)[]> => {
    const key = JSON.stringify([series, where]);
    let known = read.get(key);
    if (known === undefined) {
      known = reader
        .series({
          series: [series],
          from: first * HISTORY_STEP,
          to: Math.ceil(to / HISTORY_STEP) * HISTORY_STEP,
          step: HISTORY_STEP,
          by: [],
          where,
        })
        .then((answer) => (answer.series[0]?.points ?? []).map(([, value]) => value));
      read.set(key, known);
    }
    return known;
  };
  const window = async (series: SeriesName, where: Where, start: number, end: number): Promise<readonly (number | null)[]> =>
    (await values(series, where)).slice(Math.floor(start / HISTORY_STEP) - first, Math.ceil(end / HISTORY_STEP) - first);
  return {
    sum: async (series, where, start, end) =>
      addUp(await Promise.all(series.map(async (name) => addUp(await window(name, where, start, end))))),
    last: async (series, where, start, end) => (await window(series, where, start, end)).findLast((value) => value !== null) ?? null,
    each: (each, series, where, start, end) => live.each(each, series, where, start, end),
  };
}
