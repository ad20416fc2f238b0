import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { INTERRUPTIONS, interrupted, skipOf } from './interrupted.ts';

const MINUTE = 60_000;

test('for as long as the clock on the wall says, looked at as a service looks', { concurrency: true }, async (t) => {
  await Promise.all(
    Object.entries(INTERRUPTIONS).flatMap(([name, interruption]) =>
      [0.05, 1, 20].map((minutes) =>
        t.test(`${name}, for ${minutes} min`, { skip: skipOf(name) }, (one) =>
          interrupted(one, interruption, { toldOf: minutes >= 1, wait: () => sleep(minutes * MINUTE), options: [] }),
        ),
      ),
    ),
  );
});
