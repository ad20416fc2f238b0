import type { Graph } from '../../src/model/graph.ts';

/** How long the marked messages of the mail-flow probe are on their way. None came back where there is no line. */
export const probe: Graph = {
  id: 'probe',
  title: 'graph.probe',
  unit: 'seconds',
  sections: ['health'],
  logarithmic: true,
  curves: [{ title: 'curve.probe', series: 'probe_delay_seconds', color: '#0072b2', colorDark: '#4c9fdc', style: 'line' }],
};
