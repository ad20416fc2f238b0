import { test } from 'node:test';
import { FILE_SYSTEMS, unmountable } from '../stack/file-systems.ts';
import { inodesUsedAgain } from './inodes.ts';

for (const kind of FILE_SYSTEMS) {
  test(`an inode that is used again 1,000 times, on ${kind}`, { skip: unmountable(kind) }, (t) => inodesUsedAgain(t, kind, 1000));
}
