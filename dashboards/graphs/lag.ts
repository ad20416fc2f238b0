import type { Graph } from '../../src/model/graph.ts';

/** How late each log is read: what is written late, or by a clock that is wrong, shows here too. */
export const lag: Graph = {
  id: 'lag',
  title: 'graph.lag',
  unit: 'seconds',
  sections: ['health'],
  split: { series: 'log_lag_seconds', by: 'source' },
  curves: [],
};
