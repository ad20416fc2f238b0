import { test } from 'node:test';
import { killedAtRandom, killedThenRotated } from './kill.ts';

for (let hundred = 1; hundred <= 10; hundred++) {
  test(`SIGKILL at 1,000 instants, the ${hundred}. hundred of them: 0 lost, 0 twice`, (t) => killedAtRandom(t, 100));
}

for (const compress of ['gzip', 'zstd', 'xz']) {
  for (let rotations = 1; rotations <= 7; rotations++) {
    test(`killed, rotated ${rotations} times with ${compress}`, (t) => killedThenRotated(t, compress, rotations));
  }
}
