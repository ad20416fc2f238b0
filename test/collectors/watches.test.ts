import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../stack/program.ts';
import { startFollowing } from './following.ts';
import { lines, temporaryFolder, text } from './recorder.ts';
import { queueOverflows } from './watches.ts';

test("the kernel's queue of events overflows: every line exactly once", (t) => queueOverflows(t, 2));

/** A namespace has limits of its own: the machine's stay as they are. */
const apart = (setting: string): string[] => [
  '--user',
  '--map-root-user',
  'sh',
  '-c',
  `echo 0 > /proc/sys/user/${setting} && exec "$@"`,
  'sh',
];
const noNamespace =
  spawnSync('unshare', [...apart('max_inotify_watches'), 'true']).status !== 0 && 'this machine lets nobody make a user namespace';

for (const [what, setting] of [
  ['no watch is left', 'max_inotify_watches'],
  ['no inotify at all', 'max_inotify_instances'],
] as const) {
  test(`${what}: every line exactly once, through rotations`, { skip: noNamespace }, async (t) => {
    const log = join(await temporaryFolder(t), 'mail.log');
    const written = lines(100);
    await writeFile(log, text(written));
    const following = startFollowing(t, log, ['--poll', '20'], ['unshare', ...apart(setting)]);
    const all = (): Promise<true> => eventually(`${written.length} lines`, () => following.lines.length >= written.length);
    await all();
    assert.equal(await watchesOf(following.pid), 0);
    for (let rotation = 0; rotation < 5; rotation++) {
      const [before, after] = [lines(100), lines(100)];
      await appendFile(log, text(before));
      await rename(log, `${log}.1`);
      await writeFile(log, text(after));
      written.push(...before, ...after);
      await all();
    }
    assert.deepEqual(following.lines.toSorted(), written.toSorted());
  });
}

/** What the process has the kernel watch. */
async function watchesOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fdinfo`;
  const infos = await Promise.all((await readdir(folder)).map((fd) => readFile(join(folder, fd), 'utf8').catch(() => '')));
  return infos.join('').match(/^inotify /gm)?.length ?? 0;
}
