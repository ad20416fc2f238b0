import type { TestContext } from 'node:test';
import type { AlertRule, Expression } from '../../src/model/alert.ts';
import type { RollupDelta } from '../../src/model/batch.ts';
import type { LabelValues, SeriesName } from '../../src/model/series.ts';
import { emptyBatch } from '../http/service.ts';
import { DISK, START, world, type World } from './world.ts';

const WEEK = 7 * 86_400_000;

export const ruleOf = (expression: Expression, change: Partial<AlertRule> = {}): AlertRule => ({
  ...DISK,
  name: 'watched',
  expression,
  threshold: { is: 'above', value: 100, resolveAt: 100 },
  ...change,
});
export const below = (value: number, resolveAt = value): Pick<AlertRule, 'threshold'> => ({ threshold: { is: 'below', value, resolveAt } });
export const above = (value: number, resolveAt = value): Pick<AlertRule, 'threshold'> => ({ threshold: { is: 'above', value, resolveAt } });

export interface Watching extends World {
  /** Stores that so much was counted at that time (ms). */
  count(series: SeriesName, at: number, value: number, labels?: LabelValues): Promise<void>;
  /** Looks at the rule, `later` ms later: what there is of alerts, `status value` with the subject before it. */
  look(later?: number): Promise<string[]>;
}

/** One rule over a real store in which everything was collected for the last six weeks, unless said otherwise. */
export async function watching(
  t: TestContext,
  rule: AlertRule,
  options: { readonly zone?: string; readonly now?: number; readonly collected?: readonly [from: number, to: number] } = {},
): Promise<Watching> {
  const { now = START, zone = 'UTC', collected = [now - 6 * WEEK, now + WEEK] } = options;
  const here = await world(t, { rules: [rule], channels: [], zone });
  here.now = now;
  await here.store.commit(emptyBatch({ coverage: [{ source: 'a', from: collected[0], to: collected[1] }] }));
  return Object.assign(here, {
    count: (series: SeriesName, time: number, value: number, labels: LabelValues = { host: 'mail' }) => {
      const rollup: RollupDelta = { time, series, labels, value, live: true };
      return here.store.commit(emptyBatch({ rollups: [rollup] }));
    },
    async look(later = 0) {
      here.now += later;
      await here.alerting.look();
      return here.alerting
        .active()
        .map(({ status, value, labels }) => [...Object.values(labels), status, Math.round(value * 1000) / 1000].join(' '))
        .toSorted();
    },
  });
}
