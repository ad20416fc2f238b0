import { test } from 'node:test';
import { grow } from './growth.ts';

// Whole row groups of 122,880 rows are freed: with a few thousand messages a day the file comes to 1.7 times its size of the thirtieth day.
test('sixty days, thirty of them kept: the file does not grow on', (t) => grow(t, 16_000, 1));
