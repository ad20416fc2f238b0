import type { Graph } from '../../src/model/graph.ts';

/** Who gets in, by the door: IMAP, POP3, submission, webmail, Sieve. */
export const loginsOk: Graph = {
  id: 'logins-ok',
  title: 'graph.logins_ok',
  unit: 'logins',
  sections: ['logins'],
  split: { series: 'login', by: 'service', where: { result: ['ok'] } },
  curves: [],
};
