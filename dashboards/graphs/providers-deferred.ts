import type { Graph } from '../../src/model/graph.ts';

/** Which providers make us wait. */
export const providersDeferred: Graph = {
  id: 'providers-deferred',
  title: 'graph.providers_deferred',
  unit: 'attempts',
  sections: ['providers'],
  split: { series: 'deferred', by: 'provider' },
  curves: [],
};
