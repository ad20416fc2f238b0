import type { Graph } from '../../src/model/graph.ts';

/** What scanners found, and whether it was stopped or only marked. */
export const scanned: Graph = {
  id: 'scanned',
  title: 'graph.scanned',
  unit: 'messages',
  sections: ['failures'],
  curves: [
    { title: 'curve.spam_blocked', series: 'spam', where: { action: ['blocked'] }, color: '#666666', colorDark: '#8c8c8c', style: 'area' },
    {
      title: 'curve.spam_tagged',
      series: 'spam',
      where: { action: ['tagged'] },
      color: '#999999',
      colorDark: '#c4c4c4',
      style: 'stack',
      mark: 'hatched',
    },
    { title: 'curve.virus', series: 'virus', color: '#ddbb00', colorDark: '#f0d021', style: 'stack' },
    { title: 'curve.banned', series: 'banned', color: '#d55e00', colorDark: '#ec7a2b', style: 'stack', mark: 'dotted' },
  ],
};
