import type { Graph } from '../../src/model/graph.ts';

/** Who refused and why is what ExtMan could not tell. The page gives each reason its own colour and pattern. */
export const rejects: Graph = {
  id: 'rejects',
  title: 'graph.rejects',
  unit: 'attempts',
  sections: ['overview', 'failures'],
  split: { series: 'rejected', by: 'reason' },
  curves: [],
};
