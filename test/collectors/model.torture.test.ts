/** Lists of actions that nobody has played before. A failure tells the seed and path that repeat it. */
import { test } from 'node:test';
import { nothingLeftBehind, nothingLost } from './model.ts';

for (const pollMillis of [1, 15, 60]) {
  const amount = { numRuns: 1000, pollMillis };

  test(`looked at each ${pollMillis} ms: every line exactly once`, () => nothingLost(amount));

  test(`looked at each ${pollMillis} ms, with truncations and deletions: nothing left behind`, () => nothingLeftBehind(amount));
}
