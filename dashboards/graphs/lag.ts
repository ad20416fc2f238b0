import type { Graph } from '../../src/model/graph.ts';

/** How late the latest of the logs is read: what is written late, or by a clock that is wrong, shows here too. */
export const lag: Graph = {
  id: 'lag',
  title: 'graph.lag',
  unit: 'lag',
  sections: ['health'],
  curves: [{ title: 'curve.lag', series: 'log_lag_seconds', color: '#0072b2', colorDark: '#4c9fdc', style: 'area' }],
};
