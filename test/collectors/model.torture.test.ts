/** Lists of actions that nobody has played before. A failure tells the seed and path that repeat it. */
import { test } from 'node:test';
import { nothingLeftBehind, nothingLost } from './model.ts';

// 10,000 lists without and 10,000 with truncations.
for (const { numRuns, pollMillis } of [
  { numRuns: 4000, pollMillis: 1 },
  { numRuns: 3000, pollMillis: 15 },
  { numRuns: 3000, pollMillis: 60 },
]) {
  const amount = { numRuns, pollMillis };

  test(`looked at each ${pollMillis} ms: every line exactly once`, () => nothingLost(amount));

  test(`looked at each ${pollMillis} ms, with truncations and deletions: nothing left behind`, () => nothingLeftBehind(amount));
}
