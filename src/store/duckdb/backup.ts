/**
 * A copy of the database beside it, and the way back from it. Reading positions are in the database, so a copy is as of one
 * moment in all logs: what came after it is read from them again, as long as they are there.
 */
import { constants, copyFile, link, open, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { OperationalError } from '../../model/errors.ts';

const backupOf = (path: string): string => `${path}.backup`;
const freshOf = (path: string): string => `${path}.backup.new`;
const markOf = (path: string): string => `${path}.damaged`;
const restoredOf = (path: string): string => `${path}.restored`;

/** The files that a backup is written through: all that a statement may reach beside the database itself. */
export const writtenByBackup = (path: string): string[] => ['', '.wal', '.wal.checkpoint'].map((ending) => freshOf(path) + ending);

/** Writes a new copy of what is committed and puts it in the place of the one before. Commits go on meanwhile. */
export async function writeBackup(connection: DuckDBConnection, path: string, rowsOfAGroup: number): Promise<void> {
  await removeFresh(path);
  await refuseWithoutRoom(connection, path);
  try {
    await copyInto(connection, freshOf(path), rowsOfAGroup);
  } catch (error) {
    // What there is of it takes the room that the database itself needs.
    await removeFresh(path);
    throw error;
  }
  await replaceBackup(path);
}

/** When the backup was made, in ms since the epoch. */
export const backupTime = (path: string): Promise<number | undefined> =>
  stat(backupOf(path)).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );

async function removeFresh(path: string): Promise<void> {
  for (const file of writtenByBackup(path)) await rm(file, { force: true });
}

/** For what is committed, and logged, while the copy is written. */
const LEFT_FREE = 64 * 1024 * 1024;

/** A copy that fills the disk stops the database's own commits, and whoever else writes there. */
async function refuseWithoutRoom(connection: DuckDBConnection, path: string): Promise<void> {
  const size = 'SELECT (used_blocks * block_size)::DOUBLE FROM pragma_database_size() WHERE database_name = current_database()';
  const [[bytes] = []] = (await connection.runAndReadAll(size)).getRowsJS();
  const { bavail, bsize } = await statfs(dirname(path));
  const [needed, free] = [Number(bytes) + LEFT_FREE, bavail * bsize];
  if (needed <= free) return;
  const [need, have] = [needed, free].map((of) => Math.ceil(of / 1_000_000));
  throw new OperationalError(
    'disk_full',
    `A backup of the database ${path} needs ${need} MB, and ${have} MB are free: make room, or set "backup: never".`,
    {
      retryable: true,
    },
  );
}

async function copyInto(connection: DuckDBConnection, fresh: string, rowsOfAGroup: number): Promise<void> {
  const [[database] = []] = (await connection.runAndReadAll('SELECT current_database()')).getRowsJS();
  if (typeof database !== 'string') throw new TypeError('the database has no name');
  await connection.run(`ATTACH '${fresh.replaceAll("'", "''")}' AS fresh_backup (ROW_GROUP_SIZE ${rowsOfAGroup})`);
  try {
    await connection.run(`COPY FROM DATABASE "${database.replaceAll('"', '""')}" TO fresh_backup`);
  } finally {
    await connection.run('DETACH fresh_backup');
  }
}

/**
 * Copies the file as it stands, for `replaceBackup` to make it the backup. Where `writeBackup` takes half a minute this takes a second, but
 * the file must not be open: with the first descriptor that this process closes, DuckDB's lock on it would be gone.
 */
export async function copyForBackup(path: string): Promise<void> {
  try {
    await copyFile(path, freshOf(path), constants.COPYFILE_FICLONE);
  } catch (cause) {
    await rm(freshOf(path), { force: true });
    throw new OperationalError(
      'store_unusable',
      `The database ${path} is of an older release, and no copy could be made before it is changed (${(cause as Error).message}): make room beside it and start again.`,
      { cause },
    );
  }
}

/** Puts what was written in the place of the backup before. */
export async function replaceBackup(path: string): Promise<void> {
  const file = await open(freshOf(path), 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(freshOf(path), backupOf(path));
}

/** DuckDB's words for a database file whose blocks are not what was written. It looks at a block when it reads it, not before. */
export const isDamagedFile = (error: unknown): boolean =>
  /Corrupt database file|Could not read enough bytes from file/.test(error instanceof Error ? error.message : String(error));

/** Notes that the file is damaged, for the next start: opening it reads only some of its blocks. Where that fails, reading tells again. */
export async function markDamaged(path: string): Promise<void> {
  try {
    await writeFile(markOf(path), '');
  } catch {
    // A full disk, most likely.
  }
}

/** Whether the file has to be put back before it is opened: it was found damaged, or is empty where a backup tells that it was not. */
export async function needsRestoring(path: string): Promise<boolean> {
  const size = await sizeOf(path);
  // It was moved away, to begin anew: the mark is not the next one's.
  if (size === undefined) await rm(markOf(path), { force: true });
  return size !== undefined && ((await sizeOf(markOf(path))) !== undefined || (size === 0 && (await sizeOf(backupOf(path))) !== undefined));
}

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

/**
 * Puts the damaged database aside and the backup in its place. Resolves to a sentence that says so; throws `store_damaged`
 * when there is no backup, `store_unusable` when there is no room for a copy of it, and leaves everything as it is.
 */
export async function restoreBackup(path: string, cause: unknown): Promise<string> {
  const backup = await stat(backupOf(path)).catch(() => undefined);
  if (backup === undefined) {
    throw new OperationalError(
      'store_damaged',
      `The database ${path} is damaged, and there is no backup: move it away to begin anew, then \`import\` the logs that are there.`,
      { cause },
    );
  }
  await copyBackup(path);
  const aside = `${path}.corrupt-${Date.now()}`;
  // The path is never without a file, or a start would begin anew there: a link first, and then the one replaces the other.
  await link(path, aside);
  await rename(`${path}.wal`, `${aside}.wal`).catch(() => undefined);
  await rename(restoredOf(path), path);
  await rm(markOf(path), { force: true });
  return `The database was damaged and put aside as ${aside}; the backup of ${backup.mtime.toISOString()} took its place, and what came after it is read from the logs again.`;
}

/** The backup stays: what took its place may be damaged as well one day. */
async function copyBackup(path: string): Promise<void> {
  try {
    await copyFile(backupOf(path), restoredOf(path), constants.COPYFILE_FICLONE);
  } catch (cause) {
    await rm(restoredOf(path), { force: true });
    throw new OperationalError(
      'store_unusable',
      `The database ${path} is damaged, and its backup could not be copied beside it (${(cause as Error).message}): make room and start again.`,
      { cause },
    );
  }
}

/** A backup that turned out to be damaged as well: put in the database's place at each start, it would leave one more file aside each time. */
export async function putBackupAside(path: string): Promise<void> {
  await rename(backupOf(path), `${backupOf(path)}.corrupt-${Date.now()}`);
}
