import type { Graph } from '../../src/model/graph.ts';

/** ExtMan's "success": what came in as a line over what went out, now with hosts outside and mailboxes here kept apart. */
export const delivered: Graph = {
  id: 'delivered',
  title: 'graph.delivered',
  unit: 'mixed',
  sections: ['overview', 'mail'],
  curves: [
    { title: 'curve.sent', series: 'sent', color: '#000099', colorDark: '#5d73ff', style: 'area' },
    { title: 'curve.delivered', series: 'delivered', color: '#9db9f2', colorDark: '#2b3a8c', style: 'stack' },
    { title: 'curve.received', series: 'received', color: '#009900', colorDark: '#3fd65f', style: 'line' },
  ],
};
