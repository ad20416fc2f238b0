import type { Graph } from '../../src/model/graph.ts';

/** Why deliveries failed for good. */
export const bounces: Graph = {
  id: 'bounces',
  title: 'graph.bounces',
  unit: 'recipients',
  sections: ['failures'],
  split: { series: 'bounced', by: 'reason' },
  curves: [],
};
