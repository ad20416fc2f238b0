import type { Graph } from '../../src/model/graph.ts';

/** Which providers refuse for good. */
export const providersBounced: Graph = {
  id: 'providers-bounced',
  title: 'graph.providers_bounced',
  unit: 'recipients',
  sections: ['providers'],
  split: { series: 'bounced', by: 'provider' },
  curves: [],
};
