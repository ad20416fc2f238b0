/** The same lists of actions each time; new ones are looked for by model.torture.test.ts. */
import { test } from 'node:test';
import { nothingLeftBehind, nothingLost } from './model.ts';

const amount = { numRuns: 200, seed: 1431185912 };

test('written, rotated, compressed, restarted in any order: every line exactly once', () => nothingLost(amount));

test('with truncations and deletions: nothing twice, nothing invented, nothing lost that was left there', () => nothingLeftBehind(amount));
