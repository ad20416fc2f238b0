import { test } from 'node:test';
import { grow } from './growth.ts';

// Merging row groups needs room for old and new: with DuckDB's default of 122,880 rows this comes to 1.57 times.
test('sixty days of a small site, thirty of them kept: the file does not grow on', (t) => grow(t, 8_000, 1));
