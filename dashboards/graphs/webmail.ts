import type { Graph } from '../../src/model/graph.ts';

/** ExtMan's "webmail", its four outcomes as the webmail line names them. */
export const webmail: Graph = {
  id: 'webmail',
  title: 'graph.webmail',
  unit: 'logins',
  sections: ['overview', 'logins'],
  curves: [
    {
      title: 'curve.webmail_ok',
      series: 'login',
      where: { service: ['webmail'], result: ['ok'] },
      color: '#009900',
      colorDark: '#2f9e4a',
      style: 'area',
    },
    {
      title: 'curve.webmail_failed',
      series: 'login',
      where: { service: ['webmail'], result: ['failed'] },
      color: '#aa0000',
      colorDark: '#ff6b66',
      style: 'line',
    },
    {
      title: 'curve.webmail_disabled',
      series: 'login',
      where: { service: ['webmail'], result: ['disabled'] },
      color: '#999999',
      colorDark: '#b5b5b5',
      style: 'line',
      mark: 'dotted',
    },
    {
      title: 'curve.webmail_inactive',
      series: 'login',
      where: { service: ['webmail'], result: ['inactive'] },
      color: '#0000ff',
      colorDark: '#7d90ff',
      style: 'line',
      mark: 'dashed',
    },
  ],
};
