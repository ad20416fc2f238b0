import type { Graph } from '../../src/model/graph.ts';

/** ExtMan's "courier". Its red and green are one colour to many eyes: with TLS is hatched, and dark stands beside bright. */
export const logins: Graph = {
  id: 'logins',
  title: 'graph.logins',
  unit: 'logins',
  sections: ['overview', 'logins'],
  curves: [
    {
      title: 'curve.pop3',
      series: 'login',
      where: { service: ['pop3'], result: ['ok'], tls: ['no', ''] },
      color: '#dd0000',
      colorDark: '#f0524f',
      style: 'area',
    },
    {
      title: 'curve.pop3_tls',
      series: 'login',
      where: { service: ['pop3'], result: ['ok'], tls: ['yes'] },
      color: '#770000',
      colorDark: '#9e2b2b',
      style: 'stack',
      mark: 'hatched',
    },
    {
      title: 'curve.imap',
      series: 'login',
      where: { service: ['imap'], result: ['ok'], tls: ['no', ''] },
      color: '#00dd00',
      colorDark: '#4fe06a',
      style: 'stack',
    },
    {
      title: 'curve.imap_tls',
      series: 'login',
      where: { service: ['imap'], result: ['ok'], tls: ['yes'] },
      color: '#007700',
      colorDark: '#23803a',
      style: 'stack',
      mark: 'hatched',
    },
    {
      title: 'curve.login_failed',
      series: 'login',
      where: { service: ['pop3', 'imap'], result: ['failed', 'disabled', 'inactive'] },
      color: '#000000',
      colorDark: '#ffffff',
      style: 'line',
      mark: 'dashed',
    },
  ],
};
