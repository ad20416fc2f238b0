import type { Graph } from '../../src/model/graph.ts';

/** How large the messages are that come in. */
export const sizes: Graph = {
  id: 'sizes',
  title: 'graph.sizes',
  unit: 'messages',
  sections: ['mail'],
  curves: [
    {
      title: 'curve.size_16k',
      series: 'received_sizes',
      where: { size_class: ['16K'] },
      color: '#56b4e9',
      colorDark: '#8fd0f7',
      style: 'area',
    },
    {
      title: 'curve.size_128k',
      series: 'received_sizes',
      where: { size_class: ['128K'] },
      color: '#0072b2',
      colorDark: '#4c9fdc',
      style: 'stack',
    },
    {
      title: 'curve.size_1m',
      series: 'received_sizes',
      where: { size_class: ['1M'] },
      color: '#009e73',
      colorDark: '#1fbf92',
      style: 'stack',
      mark: 'hatched',
    },
    {
      title: 'curve.size_10m',
      series: 'received_sizes',
      where: { size_class: ['10M'] },
      color: '#e69f00',
      colorDark: '#f0b428',
      style: 'stack',
    },
    {
      title: 'curve.size_more',
      series: 'received_sizes',
      where: { size_class: ['more'] },
      color: '#d55e00',
      colorDark: '#ec7a2b',
      style: 'stack',
      mark: 'dotted',
    },
  ],
};
