import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Following } from './following.ts';
import { INTERRUPTIONS, interrupted, skipOf } from './interrupted.ts';

const MINUTE = 60_000;

/** Its clock is set forward; it looks often, so that what it does after some time comes soon. */
const advance =
  (millis: number) =>
  async (following: Following): Promise<void> => {
    const told = following.statuses.length;
    following.advance(millis);
    for (let looks = 0; looks < 50 && following.statuses.length === told; looks++) await sleep(5);
  };

test('a log that cannot be had for a while: nothing lost, nothing twice, no restart', { concurrency: 4 }, async (t) => {
  await Promise.all(
    Object.entries(INTERRUPTIONS).flatMap(([name, interruption]) =>
      [0, 1, 9 * 60].map((minutes) =>
        t.test(`${name}, for ${minutes} min`, { skip: skipOf(name) }, (one) =>
          interrupted(one, interruption, { toldOf: minutes > 0, wait: advance(minutes * MINUTE), options: ['--poll', '5'] }),
        ),
      ),
    ),
  );
});
