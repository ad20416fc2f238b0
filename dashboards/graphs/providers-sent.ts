import type { Graph } from '../../src/model/graph.ts';

/** To whom mail goes out, by the provider behind the relay. */
export const providersSent: Graph = {
  id: 'providers-sent',
  title: 'graph.providers_sent',
  unit: 'recipients',
  sections: ['providers'],
  split: { series: 'sent', by: 'provider' },
  curves: [],
};
