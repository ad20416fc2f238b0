import { test } from 'node:test';
import { OLDER, upgradeDamaged, upgradeKilled } from './upgrade.ts';

const [oldest = 1] = OLDER;

test('killed while the oldest schema is brought to the newest: one release or another, with all rows', (t) => upgradeKilled(t, oldest, 5));

test('before an older schema is brought to the newest a backup is made, and takes the place of a file that did not survive', (t) =>
  upgradeDamaged(t, oldest));
