import type { Graph } from '../../src/model/graph.ts';

/** Whether the logs come, and whether they are understood. */
export const lines: Graph = {
  id: 'lines',
  title: 'graph.lines',
  unit: 'lines',
  sections: ['health'],
  finest: 600,
  curves: [
    {
      title: 'curve.understood',
      series: 'log_lines',
      where: { result: ['understood'] },
      color: '#0072b2',
      colorDark: '#4c9fdc',
      style: 'area',
    },
    {
      title: 'curve.unknown',
      series: 'log_lines',
      where: { result: ['unknown'] },
      color: '#d55e00',
      colorDark: '#ec7a2b',
      style: 'stack',
      mark: 'hatched',
    },
  ],
};
