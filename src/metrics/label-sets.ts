import type { LabelValues } from '../model/series.ts';

/**
 * The label sets that a metric may have. Every one lives in Prometheus's memory for hours: what comes above the limit is refused and
 * counted, since host names come from logs.
 */
export interface LabelSets<T> {
  /** The entry of these labels, made by `make` when it is new; `undefined` when the metric is full. */
  entry(labels: LabelValues, make: (labels: Record<string, string>) => T): T | undefined;
  readonly size: number;
}

/** `names` are the labels that count; `limit` is the most label sets. `refused` is called for each update that found no room. */
export function labelSets<T>(names: readonly (keyof LabelValues)[], limit: number, refused: () => void): LabelSets<T> {
  const entries = new Map<string, T>();
  return {
    entry(labels, make) {
      let key = '';
      for (const name of names) key += `${labels[name] ?? ''}\0`;
      const known = entries.get(key);
      if (known !== undefined) return known;
      if (entries.size >= limit) {
        refused();
        return undefined;
      }
      const made = make(Object.fromEntries(names.map((name) => [name, labels[name] ?? ''])));
      entries.set(key, made);
      return made;
    },
    get size() {
      return entries.size;
    },
  };
}
