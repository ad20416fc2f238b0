import { rename, stat } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBInstance as Instance } from '@duckdb/node-api';
import type { OperationalError } from '../../model/errors.ts';
import { copyForBackup, isDamagedFile, needsRestoring, replaceBackup, restoreBackup, writtenByBackup } from './backup.ts';
import { isDamagedWal } from './failures.ts';
import { Feed } from './feed.ts';
import { DuckDBInstance } from './library.ts';
import { isOlder, migrate } from './migrations.ts';

export interface DatabaseOptions {
  readonly path: string;
  readonly memoryLimit: string;
  readonly threads: number;
  readonly durability: Durability;
  /** How long a question may take, waiting included. */
  readonly queryTimeoutMs: number;
  readonly onNotice: (text: string) => void;
  /** Told once when the file turns out to be damaged. Nothing can be done with it before it is opened anew. */
  readonly onDamage?: (error: OperationalError) => void;
}

/**
 * When what was committed outlives the process. `commit`: at once, by the write-ahead log. `checkpoint`: once it is in the file; until
 * then nothing of it is, so that after a crash rows and positions are those of the last checkpoint. Writing all twice, a log costs an
 * import a fifth of what storing takes.
 */
export type Durability = 'commit' | 'checkpoint';

/** The writer's hands on the database. */
export interface Writing {
  readonly connection: DuckDBConnection;
  readonly feed: Feed;
}

export interface Opened extends Writing {
  readonly instance: Instance;
  readonly connect: () => Promise<DuckDBConnection>;
  readonly idleReaders: DuckDBConnection[];
  readsRunning: number;
}

/** Opens the file, or makes it. What is damaged is put aside: the file for its backup, the log for nothing. */
export async function openFile(options: DatabaseOptions): Promise<Opened> {
  if (await needsRestoring(options.path)) options.onNotice(await restoreBackup(options.path, undefined));
  try {
    return await openWithLog(options);
  } catch (error) {
    if (!isDamagedFile(error)) throw error;
    options.onNotice(await restoreBackup(options.path, error));
    return openInstance(options);
  }
}

/** Opens the file with its write-ahead log, or without it when that is damaged. */
async function openWithLog(options: DatabaseOptions): Promise<Opened> {
  try {
    return await openInstance(options);
  } catch (error) {
    const wal = `${options.path}.wal`;
    const walSize = await stat(wal).then(
      (found) => found.size,
      () => 0,
    );
    if (!isDamagedWal(error) || walSize === 0) throw error;
    // The reading positions are in the same log as the rows: without it both are as of the last checkpoint, and what
    // is missing is read from the mail logs again.
    const aside = `${wal}.corrupt-${Date.now()}`;
    await rename(wal, aside);
    try {
      const opened = await openInstance(options);
      options.onNotice(`The database's write-ahead log was damaged and put aside as ${aside}; reading goes on from the last checkpoint.`);
      return opened;
    } catch {
      await rename(aside, wal).catch(() => undefined);
      throw error;
    }
  }
}

/** The attached file's name in SQL. */
const ATTACHED = 'mail';

/**
 * Half of DuckDB's default. A checkpoint merges groups that rows were added to or dropped from, and old and new stand in the file
 * together: with the default a small site's file is up to half free blocks. A quarter would make the file of an import a sixth larger.
 */
export const ROWS_OF_A_GROUP = 61_440;

async function openInstance(options: DatabaseOptions): Promise<Opened> {
  if (options.durability === 'checkpoint') await emptyWal(options);
  let opened = await connectTo(options);
  try {
    if (await isOlder(opened.connection)) {
      // A process killed while DuckDB rewrote the tables of an old schema left, once, a file that could not be opened again.
      await opened.connection.run('CHECKPOINT');
      letGo(opened);
      await copyForBackup(options.path);
      opened = await connectTo(options);
      await replaceBackup(options.path);
    }
    await migrate(opened.connection);
    return opened;
  } catch (error) {
    letGo(opened);
    throw error;
  }
}

async function connectTo(options: DatabaseOptions): Promise<Opened> {
  const instance = await attach(options);
  const connect = async (): Promise<DuckDBConnection> => {
    const made = await instance.connect();
    await made.run(`USE ${ATTACHED}`);
    return made;
  };
  let connection: DuckDBConnection | undefined;
  try {
    connection = await connect();
    const paths = writtenByBackup(options.path).map(quoted);
    // No query reaches files or the network, and no query changes that.
    await connection.run(`SET allowed_paths = [${paths.join(', ')}]; SET enable_external_access = false; SET lock_configuration = true`);
    return { instance, connect, connection, feed: new Feed(connection), idleReaders: [], readsRunning: 0 };
  } catch (error) {
    connection?.closeSync();
    instance.closeSync();
    throw error;
  }
}

/** Closes the file. Not while it is read. */
export function letGo({ idleReaders, connection, instance }: Opened): void {
  for (const reader of idleReaders.splice(0)) reader.closeSync();
  connection.closeSync();
  instance.closeSync();
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const settings = ({ path: file, memoryLimit, threads }: DatabaseOptions): Record<string, string> => ({
  memory_limit: memoryLimit,
  threads: String(threads),
  temp_directory: `${file}.tmp`,
  // Transactions are checkpointed by us: the default of 16 MB would stop a commit now and then for it.
  checkpoint_threshold: '256MB',
  // Rows that are sought by so many rowids are found by them; by more (the default is 50) all blocks between are read.
  dynamic_or_filter_threshold: '2000',
  // For a new file: texts take an eighth less than as the oldest release could read them.
  storage_compatibility_version: 'latest',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
});

/** The file as an attached one: the only way to have smaller row groups, or no log. */
async function attach(options: DatabaseOptions): Promise<Instance> {
  const log = options.durability === 'checkpoint' ? ', RECOVERY_MODE no_wal_writes' : '';
  const instance = await DuckDBInstance.fromCache(':memory:', settings(options));
  try {
    const connection = await instance.connect();
    await connection.run(`ATTACH ${quoted(options.path)} AS ${ATTACHED} (ROW_GROUP_SIZE ${ROWS_OF_A_GROUP}${log})`);
    connection.closeSync();
    return instance;
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** DuckDB's names for a log, and for what it makes of it during a checkpoint. */
const WAL_ENDINGS = ['.wal', '.wal.checkpoint', '.wal.recovery'];

/** What a service that was killed left in the log goes into the file: nothing may be replayed over what an import adds there. */
async function emptyWal(options: DatabaseOptions): Promise<void> {
  const sizes = await Promise.all(
    WAL_ENDINGS.map((ending) =>
      stat(`${options.path}${ending}`).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  if (Math.max(...sizes) === 0) return;
  const opened = await openInstance({ ...options, durability: 'commit' });
  try {
    await opened.connection.run('CHECKPOINT');
  } finally {
    letGo(opened);
  }
}
