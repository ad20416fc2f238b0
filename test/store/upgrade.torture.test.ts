import { test } from 'node:test';
import { OLDER, upgradeKilled } from './upgrade.ts';

for (const schema of OLDER) {
  test(`killed 50 times while schema ${schema} is brought to the newest`, (t) => upgradeKilled(t, schema, 50));
}
