import { test } from 'node:test';
import { OLDER, upgradeKilled } from './upgrade.ts';

const [oldest = 1] = OLDER;

test('killed while the oldest schema is brought to the newest: one release or another, with all rows', (t) => upgradeKilled(t, oldest, 5));
