import type { Graph } from '../../src/model/graph.ts';

/** Who does not get in, by the door: a guessing attack is a tower. */
export const loginsFailed: Graph = {
  id: 'logins-failed',
  title: 'graph.logins_failed',
  unit: 'logins',
  sections: ['logins'],
  split: { series: 'login', by: 'service', where: { result: ['failed', 'disabled', 'inactive'] } },
  curves: [],
};
