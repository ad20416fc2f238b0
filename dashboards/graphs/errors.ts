import type { Graph } from '../../src/model/graph.ts';

/** ExtMan's "errors", stacked as there. Deferred and expired stand beside the stack: a retry is no failure yet. */
export const errors: Graph = {
  id: 'errors',
  title: 'graph.errors',
  unit: 'mixed',
  sections: ['overview', 'failures'],
  curves: [
    { title: 'curve.rejected', series: 'rejected', color: '#aa0000', colorDark: '#d9413f', style: 'area' },
    { title: 'curve.bounced', series: 'bounced', color: '#000000', colorDark: '#f2f2f2', style: 'stack' },
    { title: 'curve.virus', series: 'virus', color: '#ddbb00', colorDark: '#f0d021', style: 'stack' },
    { title: 'curve.spam', series: 'spam', color: '#999999', colorDark: '#8c8c8c', style: 'stack', mark: 'hatched' },
    { title: 'curve.deferred', series: 'deferred', color: '#0072b2', colorDark: '#56b4e9', style: 'line' },
    { title: 'curve.expired', series: 'expired', color: '#8b3fb0', colorDark: '#cf8cf0', style: 'line', mark: 'dashed' },
  ],
};
