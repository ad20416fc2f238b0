import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

import type { RollupDelta } from '../model/batch.ts';
import type { SeriesName } from '../model/series.ts';
import type { CounterFamily } from './families.ts';
import { labelSets } from './label-sets.ts';
import type { LabelSets } from './label-sets.ts';

/** What was counted, and what was told to Prometheus. */
interface Running {
  readonly child: { inc(value: number): void };
  sum: number;
  published: number;
}

/**
 * Counters moved by rollup deltas. Deltas are signed (a delivery turns out to be a hop and is taken back), counters never fall, since
 * Prometheus takes a fall for a restart: the highest sum so far is published, and equals the truth again once counting has caught up.
 */
export function rollupCounters(
  registry: Registry,
  families: readonly CounterFamily[],
  limit: number,
  refused: (metric: string) => void,
): (rollups: readonly RollupDelta[]) => void {
  const bySeries = new Map<SeriesName, { counter: Counter; sets: LabelSets<Running> }>();
  for (const { series, name, help, labels } of families) {
    const counter = new Counter({ name, help, labelNames: labels, registers: [registry] });
    bySeries.set(series, { counter, sets: labelSets(labels, limit, () => refused(name)) });
  }
  return (rollups) => {
    // Summed up over the batch first: what is taken back in the same batch was never there.
    const moved = new Set<Running>();
    for (const { series, labels, value, live } of rollups) {
      const family = live ? bySeries.get(series) : undefined;
      const running = family?.sets.entry(labels, (own) => ({ child: family.counter.labels(own), sum: 0, published: 0 }));
      if (!running) continue;
      running.sum += value;
      moved.add(running);
    }
    for (const running of moved) {
      if (!(running.sum > running.published)) continue;
      running.child.inc(running.sum - running.published);
      running.published = running.sum;
    }
  };
}
