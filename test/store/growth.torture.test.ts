import { test } from 'node:test';
import { grow } from './growth.ts';

for (const messages of [1_500, 2_500, 3_500, 12_000, 16_000]) {
  test(`sixty days of ${messages} messages, thirty of them kept: the file does not grow on`, (t) => grow(t, messages, 1));
}

test('sixty busy days, thirty of them kept: the file does not grow on', (t) => grow(t, 60_000, 20));
