import type { Graph } from '../../src/model/graph.ts';

/** Passwords that went over the wire in the clear, beside those that did not. Not every log tells. */
export const loginsTls: Graph = {
  id: 'logins-tls',
  title: 'graph.logins_tls',
  unit: 'logins',
  sections: ['logins'],
  curves: [
    { title: 'curve.tls_yes', series: 'login', where: { tls: ['yes'] }, color: '#009e73', colorDark: '#1fbf92', style: 'area' },
    {
      title: 'curve.tls_no',
      series: 'login',
      where: { tls: ['no'] },
      color: '#d55e00',
      colorDark: '#ec7a2b',
      style: 'stack',
      mark: 'hatched',
    },
    {
      title: 'curve.tls_unknown',
      series: 'login',
      where: { tls: [''] },
      color: '#999999',
      colorDark: '#8c8c8c',
      style: 'stack',
      mark: 'dotted',
    },
  ],
};
