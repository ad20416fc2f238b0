import type { Graph } from '../../src/model/graph.ts';

/** ExtMan's "queue", its four queues stacked, and what it lacked: maildrop, and the age of the oldest message (right axis). */
export const queues: Graph = {
  id: 'queues',
  title: 'graph.queues',
  unit: 'mixed',
  sections: ['overview', 'queue'],
  curves: [
    {
      title: 'queue.active',
      series: 'queue_messages',
      where: { queue: ['active'] },
      color: '#00ff00',
      colorDark: '#45e05f',
      style: 'area',
    },
    {
      title: 'queue.hold',
      series: 'queue_messages',
      where: { queue: ['hold'] },
      color: '#000000',
      colorDark: '#f2f2f2',
      style: 'stack',
    },
    {
      title: 'queue.deferred',
      series: 'queue_messages',
      where: { queue: ['deferred'] },
      color: '#0000ff',
      colorDark: '#5d73ff',
      style: 'stack',
    },
    {
      title: 'queue.incoming',
      series: 'queue_messages',
      where: { queue: ['incoming'] },
      color: '#336699',
      colorDark: '#76a9d8',
      style: 'stack',
      mark: 'hatched',
    },
    {
      title: 'queue.maildrop',
      series: 'queue_messages',
      where: { queue: ['maildrop'] },
      color: '#e69f00',
      colorDark: '#e69f00',
      style: 'stack',
      mark: 'dotted',
    },
    { title: 'curve.oldest', series: 'queue_oldest_seconds', color: '#a3005c', colorDark: '#ff7ac0', style: 'line', mark: 'dashed' },
  ],
};
