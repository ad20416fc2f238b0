/** A log that is deleted while nobody follows it, and another that gets its inode: what is read of the other. */
import assert from 'node:assert/strict';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { mountAnew, mounted, type FileSystem } from '../stack/file-systems.ts';
import { follow, lines, recorder, text, until, type Recorder } from './recorder.ts';

/** An inode is free again at once on ext4, and after some milliseconds on xfs. */
const TRIES = 20_000;

/**
 * So often: followed, stopped, deleted, created with the same inode, followed on. The other file is shorter than what had been
 * read, about as long, or much longer: who goes on at the old place reads nothing, or begins in the midst of it.
 */
export async function inodesUsedAgain(t: TestContext, kind: FileSystem, times: number): Promise<void> {
  const log = join(await mounted(t, kind), 'mail.log');
  await writeFile(log, '');
  const { ino } = await stat(log, { bigint: true });
  let seen = recorder();
  let took = 0;
  for (let time = 0; time < times; time++) {
    await rm(log);
    const written = lines([5, 50, 400][time % 3] ?? 0);
    took += await create(kind, log, text(written), ino);
    seen = recorder(seen.positions());
    const running = follow(t, log, seen);
    await wholly(seen, written);
    await running.stop();
    assert.deepEqual(seen.lines(), written, `time ${time + 1}`);
  }
  t.diagnostic(`${kind}: inode ${ino} used again ${times} times, by ${took} files that were created`);
}

/** Writes a file that has this inode. Returns how many were created until one had it. */
async function create(kind: FileSystem, path: string, content: string, ino: bigint): Promise<number> {
  // tmpfs never gives a number twice, as long as it is mounted.
  if (kind === 'tmpfs') await mountAnew(dirname(path));
  const others: string[] = [];
  for (let number = 1; number <= TRIES; number++) {
    const candidate = `${path}.new${number}`;
    await writeFile(candidate, content);
    if ((await stat(candidate, { bigint: true })).ino === ino) {
      await rename(candidate, path);
      await Promise.all(others.map((other) => rm(other)));
      return number;
    }
    others.push(candidate);
    if (others.length > 200) await Promise.all(others.splice(0, 100).map((other) => rm(other)));
  }
  throw new Error(`the inode ${ino} did not come again`);
}

/** The last line is the last that comes: what is lost or doubled before it shows then. */
async function wholly(seen: Recorder, written: readonly string[]): Promise<void> {
  const last = `${written.at(-1)}\n`;
  await until('the last line', () => seen.blocks.at(-1)?.bytes.toString('latin1').endsWith(last) === true);
}
