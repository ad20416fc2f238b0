import { test } from 'node:test';
import { unmountable } from '../stack/file-systems.ts';
import { OLDER, upgradeDamaged, upgradeKilled, upgradeWithoutRoom } from './upgrade.ts';

const [oldest = 1] = OLDER;

test('killed while the oldest schema is brought to the newest: one release or another, with all rows', (t) => upgradeKilled(t, oldest, 5));

test('before an older schema is brought to the newest a backup is made, and takes the place of a file that did not survive', (t) =>
  upgradeDamaged(t, oldest));

test('an older schema stays where there is no room for a backup', { skip: unmountable('tmpfs') ?? false }, (t) =>
  upgradeWithoutRoom(t, oldest),
);
