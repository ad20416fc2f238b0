/** A log that cannot be had for a while: gone, forbidden, or the link leads elsewhere. */
import assert from 'node:assert/strict';
import { appendFile, chmod, type FileHandle, open, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { eventually } from '../stack/program.ts';
import { startFollowing, type Following } from './following.ts';
import { lines, temporaryFolder, text } from './recorder.ts';

interface Scene {
  readonly folder: string;
  readonly log: string;
  readonly following: Following;
  /** Lines that are written, to whatever file. */
  write(to?: string | FileHandle): Promise<void>;
  /** Everything that was written has come. */
  settled(): Promise<void>;
  /** The time that it lasts. What a collector says of it is waited for, when it says anything after so long. */
  lasts(status: Following['statuses'][number]): Promise<void>;
}

export const skipOf = (name: string): string | false =>
  name === 'the folder may not be entered' && process.geteuid?.() !== 0 ? 'writes where others may not go, as root only' : false;

/** Each makes the log unavailable, writes what can be written, lets time pass, and makes it available again. */
export const INTERRUPTIONS: Readonly<Record<string, (s: Scene) => Promise<void>>> = {
  'the file is gone': async (s) => {
    await s.write();
    await rename(s.log, `${s.log}.1`);
    await s.lasts('waiting');
    await s.write();
  },
  'the file may not be read': async (s) => {
    await s.write();
    await rename(s.log, `${s.log}.1`);
    const file = await open(s.log, 'a', 0);
    await s.write(file);
    await file.close();
    await s.lasts('failed');
    await chmod(s.log, 0o644);
  },
  'the folder may not be entered': async (s) => {
    await chmod(s.folder, 0o700);
    await s.write();
    await rename(s.log, `${s.log}.1`);
    await s.write();
    await s.lasts('failed');
    await chmod(s.folder, 0o755);
  },
  'the link leads to another file': async (s) => {
    const [one, two] = [join(s.folder, 'one'), join(s.folder, 'two')];
    await rename(s.log, one);
    await link(s, one);
    await s.write();
    await s.settled();
    await link(s, two);
    await s.write();
    await s.settled();
    await s.lasts('current');
    await s.write(one);
    await link(s, one);
    await s.settled();
  },
};

async function link({ log }: Scene, to: string): Promise<void> {
  await symlink(to, `${log}.new`);
  await rename(`${log}.new`, log);
}

/**
 * `wait` gets the collector, and lets the time pass. `toldOf`: it is so long that the collector says what is wrong.
 * Without a restart everything comes, once, and all is well again.
 */
export async function interrupted(
  t: TestContext,
  interruption: (s: Scene) => Promise<void>,
  { toldOf, wait, options }: { toldOf: boolean; wait: (following: Following) => Promise<void>; options: readonly string[] },
): Promise<void> {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o755);
  const log = join(folder, 'mail.log');
  const written = lines(50);
  await writeFile(log, text(written));
  const following = startFollowing(t, log, ['--unprivileged', ...options]);
  const settled = async (): Promise<void> =>
    void (await eventually(`${written.length} lines`, () => following.lines.length >= written.length));
  const scene: Scene = {
    folder,
    log,
    following,
    settled,
    write: async (to = log) => {
      const more = lines(50);
      written.push(...more);
      await appendFile(to, text(more));
    },
    lasts: async (status) => {
      await wait(following);
      const told = (): boolean => !toldOf || following.statuses.at(-1) === status;
      // Its first look came after the clock had been set, perhaps: then the time begins only now.
      await eventually(`it to say ${status}`, async () => told() || (await wait(following), told()));
    },
  };
  await settled();
  await interruption(scene);
  await scene.write();
  await settled();
  await eventually('all to be well', () => following.statuses.at(-1) === 'current');
  assert.deepEqual(following.lines.toSorted(), written.toSorted());
  assert.deepEqual(following.gaps, []);
  assert.ok(following.statuses.filter((status) => status === 'waiting' || status === 'failed').length <= 1, 'told once');
  await unlink(log);
}
