import type { Graph } from '../../src/model/graph.ts';

/** Why deliveries have to wait. */
export const deferrals: Graph = {
  id: 'deferrals',
  title: 'graph.deferrals',
  unit: 'attempts',
  sections: ['failures', 'queue'],
  split: { series: 'deferred', by: 'reason' },
  curves: [],
};
