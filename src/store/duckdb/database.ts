import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { gone } from '../../lib/patience.ts';
import { OperationalError } from '../../model/errors.ts';
import { isDamagedFile, markDamaged, writeBackup } from './backup.ts';
import { explain, isFatal } from './failures.ts';
import { type DatabaseOptions, letGo, type Opened, openFile, ROWS_OF_A_GROUP, type Writing } from './open.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Ask = (sql: string, values?: DuckDBValue[], types?: DuckDBType[]) => Promise<Row[]>;

/**
 * Reads that run at once. With the writer they hold three of libuv's four threads at most, so that files, DNS and
 * compression always find one.
 */
const READERS = 2;
/** Of them, those that may be at questions that read rows of messages: a graph, which reads sums, finds a reader free. */
const ROW_READERS = 1;
/** What a service that was killed reads again at its start. */
const MOST_IN_LOG = 16 * 1024 * 1024;
/** Without a log; an import leaves less between two checkpoints. Not all of it can go to the temporary directory. */
const MOST_IN_MEMORY = 192 * 1024 * 1024;
const INTERRUPT_AGAIN_MS = 50;
const FIRST_REOPEN_MS = 250;
const REOPEN_POLL_MS = 10;
const LONGEST_REOPEN_MS = 30_000;

const bytesOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

const damaged = (file: string, cause: unknown): OperationalError =>
  new OperationalError(
    'store_damaged',
    `The database ${file} is damaged: start the service again, then it goes on from the backup and the logs.`,
    { cause, retryable: true },
  );

/** Two instances on one file in one process overwrite each other's rows without an error. */
const openPaths = new Set<string>();

/**
 * The one instance on a database file: one writer with a queue, a few readers. After a fatal error (a full disk)
 * everything is let go, and the next call opens it again, at growing intervals while that fails.
 */
export class Database {
  readonly #options: DatabaseOptions;
  #opened: Opened | undefined;
  #opening: Promise<Opened> | undefined;
  #closed = false;
  #writes: Promise<unknown> = Promise.resolve();
  #reading = 0;
  #readingRows = 0;
  #waiting: (() => void)[] = [];
  #reopenAfter = 0;
  #reopenDelay = FIRST_REOPEN_MS;
  #lastFailure: OperationalError | undefined;
  #broken = false;
  #damage: OperationalError | undefined;
  /** Called after the database was opened again. */
  onReopen: (opened: Writing) => Promise<void> = () => Promise.resolve();

  private constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    const file = path.resolve(options.path);
    if (openPaths.has(file)) {
      throw new OperationalError('store_locked', `This process has the database ${file} open already.`);
    }
    openPaths.add(file);
    const database = new Database({ ...options, path: file });
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o750 });
      database.#opened = await openFile(database.#options);
      return database;
    } catch (error) {
      openPaths.delete(file);
      throw isDamagedFile(error) ? damaged(file, error) : explain(error, file);
    }
  }

  get path(): string {
    return this.#options.path;
  }

  /** Runs `work` alone on the writer connection. What it leaves open is rolled back when it throws. */
  write<T>(work: (writing: Writing) => Promise<T>): Promise<T> {
    const turn = this.#writes.then(async () => {
      const opened = await this.#ready();
      try {
        return await work(opened);
      } catch (error) {
        if (isFatal(error)) this.#broken = true;
        else await opened.connection.run('ROLLBACK').catch(() => undefined);
        throw await this.#explained(error);
      } finally {
        opened.feed.clear();
      }
    });
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Runs `work` on a reader connection, within the time limit and while it is wanted. `of`: whether it reads rows of messages, which may
   * take long.
   */
  async read<T>(work: (ask: Ask) => Promise<T>, of: 'sums' | 'rows' = 'sums'): Promise<T> {
    const deadline = Date.now() + this.#options.queryTimeoutMs;
    const isGone = gone();
    const isOver = (): boolean => Date.now() >= deadline || isGone();
    await this.#takeTurn(isOver, of);
    let reader: DuckDBConnection | undefined;
    let opened: Opened | undefined;
    let interrupting: NodeJS.Timeout | undefined;
    try {
      opened = await this.#ready();
      opened.readsRunning++;
      const connection = opened.idleReaders.pop() ?? (await opened.connect());
      reader = connection;
      // Again and again, because an interrupt that comes between two statements is forgotten.
      interrupting = setInterval(() => isOver() && connection.interrupt(), INTERRUPT_AGAIN_MS);
      return await work(async (sql, values, types) => {
        if (isOver()) throw new Error('INTERRUPT');
        const rows: Row[] = [];
        // Part by part: whoever else waits for this thread comes in between.
        for await (const part of (await connection.run(sql, values, types)).yieldRowObjectJs()) {
          if (isOver()) throw new Error('INTERRUPT');
          rows.push(...part);
        }
        return rows;
      });
    } catch (error) {
      if (isFatal(error)) this.#broken = true;
      throw await this.#explained(error);
    } finally {
      clearInterval(interrupting);
      if (opened !== undefined) {
        opened.readsRunning--;
        if (opened === this.#opened && !this.#broken) {
          if (reader !== undefined) opened.idleReaders.push(reader);
        } else reader?.closeSync();
      }
      this.#reading--;
      if (of === 'rows') this.#readingRows--;
      this.#wake();
    }
  }

  /** Copies what is committed into the backup beside the file; reads and writes go on. */
  async backup(): Promise<void> {
    const opened = await this.#ready();
    // It reads: the file is not opened anew before it is done.
    opened.readsRunning++;
    let connection: DuckDBConnection | undefined;
    try {
      connection = await opened.connect();
      await writeBackup(connection, this.path, ROWS_OF_A_GROUP);
    } catch (error) {
      throw await this.#explained(error);
    } finally {
      connection?.closeSync();
      opened.readsRunning--;
    }
  }

  /** Bytes of the file and its log. */
  async bytesOnDisk(): Promise<number> {
    return (await bytesOf(this.path)) + (await bytesOf(`${this.path}.wal`));
  }

  /** Was much committed that is not in the file yet? Small commits leave their log to us: DuckDB looks at it at 256 MB by itself. */
  async hasGrown(): Promise<boolean> {
    if (this.#options.durability === 'commit') return (await bytesOf(`${this.path}.wal`)) > MOST_IN_LOG;
    const bytes = 'sum(memory_usage_bytes + temporary_storage_bytes)::DOUBLE';
    const [found] = await this.read((ask) => ask(`SELECT ${bytes} AS bytes FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'`));
    return Number(found?.['bytes']) > MOST_IN_MEMORY;
  }

  /** Waits for what runs, checkpoints, lets the file go. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writes;
    while (this.#reading > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      if (!this.#broken) await this.#opened?.connection.run('CHECKPOINT');
    } catch (error) {
      // With a log all is in it already; failing to move it into the file is no loss.
      if (this.#options.durability === 'checkpoint') throw explain(error, this.path);
    } finally {
      this.#letGo();
      openPaths.delete(this.path);
      this.#wake();
    }
  }

  async #takeTurn(isOver: () => boolean, of: 'sums' | 'rows'): Promise<void> {
    const isFull = (): boolean => this.#reading >= READERS || (of === 'rows' && this.#readingRows >= ROW_READERS);
    while (isFull()) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (isOver()) throw new OperationalError('query_timeout', 'Too many questions at once: try again later.', { retryable: true });
    }
    this.#reading++;
    if (of === 'rows') this.#readingRows++;
  }

  /** All of them look whether it is their turn, in the order they came. */
  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  async #explained(error: unknown): Promise<OperationalError> {
    if (!isDamagedFile(error)) return explain(error, this.path);
    if (this.#damage === undefined) {
      this.#damage = damaged(this.path, error);
      await markDamaged(this.path);
      this.#options.onDamage?.(this.#damage);
    }
    return this.#damage;
  }

  async #ready(): Promise<Opened> {
    if (this.#damage !== undefined) throw this.#damage;
    if (this.#closed) throw new OperationalError('store_unusable', `The database ${this.path} is closed.`);
    if (this.#opened !== undefined && !this.#broken) return this.#opened;
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #reopen(): Promise<Opened> {
    if (Date.now() < this.#reopenAfter && this.#lastFailure !== undefined) throw this.#lastFailure;
    // While one connection lives, the broken instance has the file open: a second one in this process would not be kept from it.
    while ((this.#opened?.readsRunning ?? 0) > 0) await sleep(REOPEN_POLL_MS);
    this.#letGo();
    try {
      const opened = await openFile(this.#options);
      this.#opened = opened;
      await this.onReopen(opened);
      this.#broken = false;
      this.#reopenDelay = FIRST_REOPEN_MS;
      return opened;
    } catch (error) {
      this.#broken = true;
      this.#lastFailure = explain(error, this.path);
      this.#reopenAfter = Date.now() + this.#reopenDelay;
      this.#reopenDelay = Math.min(this.#reopenDelay * 2, LONGEST_REOPEN_MS);
      throw this.#lastFailure;
    }
  }

  #letGo(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) letGo(opened);
  }
}
