import type { Graph } from '../../src/model/graph.ts';

/** Which services take connections, one on the other: what is down is missing from the stack. */
export const services: Graph = {
  id: 'services',
  title: 'graph.services',
  unit: 'ratio',
  sections: ['health'],
  split: { series: 'service_up', by: 'service' },
  curves: [],
};
