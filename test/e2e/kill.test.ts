import { test } from 'node:test';
import { killedAtRandom, killedThenRotated } from './kill.ts';

test('SIGKILL while a log is written and rotated: every line counted once', (t) => killedAtRandom(t, 8));

for (const [compress, rotations] of [
  ['gzip', 7],
  ['zstd', 2],
  ['xz', 3],
] as const) {
  test(`killed, rotated ${rotations} times with ${compress}, started again: every line counted once`, (t) =>
    killedThenRotated(t, compress, rotations));
}
