import { test } from 'node:test';
import { killAgainAndAgain } from './killed.ts';

test('killed between any two steps: no state is missed, and twice is told only with the same id', async (t) => {
  const { deliveries, again } = await killAgainAndAgain(t, 4);
  t.diagnostic(`${deliveries} deliveries, ${again} of them again after a kill`);
});
