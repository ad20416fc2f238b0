/** File systems of a test's own, mounted on a temporary folder and gone after it. */
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { missing, output } from './program.ts';

export const FILE_SYSTEMS = ['ext4', 'xfs', 'overlayfs', 'tmpfs'] as const;
export type FileSystem = (typeof FILE_SYSTEMS)[number];

/** Why it cannot be mounted here; undefined when it can. */
export function unmountable(kind: FileSystem): string | undefined {
  if (process.getuid?.() !== 0) return 'mounts a file system of its own, as root only';
  return kind === 'tmpfs' ? undefined : missing(kind === 'xfs' ? 'mkfs.xfs' : 'mkfs.ext4');
}

/** A folder on a fresh file system of this kind. `overlayfs` lies over ext4, as containers have it. */
export async function mounted(t: TestContext, kind: FileSystem): Promise<string> {
  const outside = await mkdtemp(join(tmpdir(), 'mailgraph-mount-'));
  const folder = join(outside, 'mounted');
  t.after(async () => {
    await output('umount', '-l', folder);
    await rm(outside, { recursive: true, force: true });
  });
  await mkdir(folder);
  await output('mount', ...(await mountOptions(t, kind, outside)), folder);
  return folder;
}

/** Mounts a tmpfs anew: it is empty then, and numbers its inodes from the beginning, as after a restart of the machine. */
export async function mountAnew(folder: string): Promise<void> {
  await output('umount', folder);
  await output('mount', ...TMPFS, folder);
}

const TMPFS = ['-t', 'tmpfs', 'tmpfs'] as const;

/** A disk so small that it is soon full. */
export async function smallDisk(t: TestContext, megabytes: number): Promise<string> {
  const folder = await mounted(t, 'tmpfs');
  await output('mount', '-o', `remount,size=${megabytes}m`, folder);
  return folder;
}

async function mountOptions(t: TestContext, kind: FileSystem, outside: string): Promise<readonly string[]> {
  if (kind === 'tmpfs') return TMPFS;
  if (kind === 'overlayfs') {
    const below = await mounted(t, 'ext4');
    const [lower, upper, work] = [join(below, 'lower'), join(below, 'upper'), join(below, 'work')];
    for (const each of [lower, upper, work]) await mkdir(each);
    return ['-t', 'overlay', '-o', `lowerdir=${lower},upperdir=${upper},workdir=${work}`, 'overlay'];
  }
  const image = join(outside, 'image');
  await writeFile(image, '');
  // The smallest that mkfs.xfs makes; it is sparse.
  await truncate(image, 320 * 1024 * 1024);
  await output(`mkfs.${kind}`, '-q', image);
  return ['-o', 'loop', image];
}
