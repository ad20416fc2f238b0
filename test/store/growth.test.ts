import { test } from 'node:test';
import { grow } from './growth.ts';

test('sixty days, thirty of them kept: the file does not grow on', (t) => grow(t, 16_000, 1));
