import type { Graph } from '../../src/model/graph.ts';

/** How long mail takes to its recipients: half of them, nine of ten, and the slowest in a hundred. */
export const delays: Graph = {
  id: 'delays',
  title: 'graph.delays',
  unit: 'seconds',
  sections: ['overview', 'mail', 'queue'],
  logarithmic: true,
  curves: [
    {
      title: 'curve.p99',
      series: 'delivery_delay',
      where: { phase: ['total'], quantile: ['0.99'] },
      color: '#d55e00',
      colorDark: '#ec7a2b',
      style: 'line',
      mark: 'dotted',
    },
    {
      title: 'curve.p90',
      series: 'delivery_delay',
      where: { phase: ['total'], quantile: ['0.9'] },
      color: '#b07a00',
      colorDark: '#f0b428',
      style: 'line',
      mark: 'dashed',
    },
    {
      title: 'curve.p50',
      series: 'delivery_delay',
      where: { phase: ['total'], quantile: ['0.5'] },
      color: '#0072b2',
      colorDark: '#4c9fdc',
      style: 'line',
    },
  ],
};
