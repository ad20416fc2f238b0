import { test } from 'node:test';
import { grow } from './growth.ts';

test('sixty busy days, thirty of them kept: the file does not grow on', (t) => grow(t, 60_000, 20));
