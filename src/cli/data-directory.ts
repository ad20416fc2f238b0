import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/load.ts';
import { OperationalError } from '../model/errors.ts';

/*
 * Apart from the service, so that a command does not load all that the service is made of.
 */

export const DATABASE = 'mailgraph-ext.duckdb';
/** Where commands find the running service: `{"pid","url"}` in the data directory. */
export const SERVICE_FILE = 'service.json';

/** What was healed when a command opened the database: its figures may be those of the last backup. */
export const tellRepair = (notice: string): void => void process.stderr.write(`mailgraph-ext: ${notice}\n`);

/** Makes the data directory, readable by its owner alone: log data is personal data. */
export async function makeDataDirectory(config: Config): Promise<void> {
  try {
    await makeDirectories(config.data);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new OperationalError(
      'store_unusable',
      `cannot make the data directory ${config.data} (${code}): name one you may write to with --data DIR`,
      { cause },
    );
  }
}

/** Not mkdir's own `recursive`: it never returns where a parent exists and still answers ENOENT, as /proc does. */
async function makeDirectories(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    const parentIsThere = await stat(parent).then(
      () => true,
      () => false,
    );
    if (code !== 'ENOENT' || parentIsThere) throw error;
    await makeDirectories(parent);
    await mkdir(path, { mode: 0o700 });
  }
}
