import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import { orderRotatedSet } from '../../collectors/index.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { OperationalError } from '../model/errors.ts';
import { type DuckStore, openDuckStore } from '../store/duckdb/index.ts';
import { buffersOf, type PackedBatch } from '../store/duckdb/packed-batch.ts';
import { endOf, readArguments, STORE_OPTIONS } from './arguments.ts';
import { errorOf, failureOf, type FromReader, type Imported, type ImportTask, type ToReader } from './import-messages.ts';
import { DATABASE, makeDataDirectory } from './data-directory.ts';
import { runningService } from './running-service.ts';
import { startThread } from './thread.ts';

const OPTIONS = {
  ...STORE_OPTIONS,
  year: { type: 'string' },
  zone: { type: 'string' },
  host: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** `import FILE...`: history, once. What was read before, by an import or by the service, is not read again. */
export async function importFiles(args: readonly string[]): Promise<void> {
  const { values, positionals } = readArguments(args, OPTIONS, {
    min: 1,
    max: Infinity,
    what: 'a file to import ("-" for standard input)',
  });
  const config = await loadConfig({ path: values.config, data: values.data });
  const written = values.year === undefined ? undefined : endOf(values.year);
  for (const path of positionals) await checkReadable(path);
  await makeDataDirectory(config);
  await refuseBesideService(config);
  const stopping = new AbortController();
  for (const signal of STOPS) process.once(signal, () => stopping.abort());
  const started = performance.now();
  const store = await openDuckStore({ path: join(config.data, DATABASE), memoryLimit: STORE_MEMORY, threads: 1, durability: 'checkpoint' });
  const progress = progressBar();
  try {
    const { lines, understood, unknown, events, stopped } = await readInto(
      store,
      progress,
      {
        paths: orderRotatedSet(positionals),
        saved: await store.savedState(),
        written,
        zone: values.zone ?? config.zone,
        host: values.host ?? config.host,
        domains: config.domains,
        internalRelays: config.internalRelays,
      },
      stopping.signal,
    );
    if (stopped) {
      throw new OperationalError('interrupted', `stopped after ${lines} lines, which are stored. The same command goes on from there.`);
    }
    await store.compact();
    const seconds = Math.round(performance.now() - started) / 1000;
    if (values.json) process.stdout.write(`${JSON.stringify({ lines, understood, unknown, events, seconds })}\n`);
    else {
      const share = lines === 0 ? 100 : (100 * understood) / (understood + unknown);
      process.stderr.write(`imported ${lines} lines in ${seconds} s: ${share.toFixed(2)} % understood, ${unknown} not, ${events} events\n`);
    }
  } finally {
    progress.stop();
    await store.close();
  }
}

/** One process may have the database open, and the service must not be made to read files by whoever reaches its port. */
async function refuseBesideService(config: Config): Promise<void> {
  const url = await runningService(config);
  if (url === undefined) return;
  throw new OperationalError(
    'store_locked',
    `the service at ${url} has the database open. Stop it, import, and start it again: it goes on where it was in files and ` +
      'journal, so that no line of them is lost. (What it receives over the network meanwhile is lost, unless the sender keeps it.)',
  );
}

/** The first asks to stop in order: what was read is stored with its position. The second ends the process, which loses no more than time. */
const STOPS = ['SIGINT', 'SIGTERM'] as const;

/** The database's share of the 512 MB that an import may take; what it cannot keep it has on disk. */
const STORE_MEMORY = '128MB';

/** Stores what a thread of its own reads, counts and packs: while it is at one batch, DuckDB is at the one before. */
async function readInto(store: DuckStore, progress: Progress, task: ImportTask, stopping: AbortSignal): Promise<Imported> {
  const stdin = task.paths.includes('-');
  const reader = startThread('import-reader', import.meta.url, {
    workerData: task,
    stdin,
  });
  if (stdin && reader.stdin !== null) process.stdin.pipe(reader.stdin);
  try {
    return await new Promise<Imported>((resolve, reject) => {
      const tell = (message: ToReader): void => reader.postMessage(message);
      const stop = (): void => tell({ kind: 'stop' });
      if (stopping.aborted) stop();
      else stopping.addEventListener('abort', stop);
      reader.once('error', reject);
      reader.once('exit', () => reject(new Error('the reading thread ended before its time')));
      reader.on('message', (message: FromReader) => {
        switch (message.kind) {
          case 'batch':
            store
              .commitPacked(message.batch)
              .then(
                () => tell({ kind: 'stored' }),
                (error: unknown) => tell({ kind: 'stored', failure: failureOf(error) }),
              )
              .finally(() => letGo(message.batch));
            return;
          case 'progress':
            return progress.update(message.path, message.at);
          case 'read':
            return progress.done(message.path);
          case 'done':
            return resolve(message.imported);
          case 'failed':
            return reject(errorOf(message.failure));
        }
      });
    });
  } finally {
    if (stdin) {
      process.stdin.unpipe();
      process.stdin.destroy();
    }
    await reader.terminate();
  }
}

/** Frees a batch's memory at once: this thread makes so little that its collector would come by after several batches only. */
function letGo(batch: PackedBatch): void {
  structuredClone(undefined, { transfer: buffersOf(batch) });
}

async function checkReadable(path: string): Promise<void> {
  if (path === '-') return;
  try {
    const file = await open(path, 'r');
    const isFile = (await file.stat()).isFile();
    await file.close();
    if (!isFile)
      throw new OperationalError('source_unreadable', `${path} is no file: name the log files themselves, e.g. ${path}/mail.log*`);
  } catch (cause) {
    if (cause instanceof OperationalError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new OperationalError('source_missing', `${path}: there is no such file`, { cause });
    throw new OperationalError(
      'source_unreadable',
      `${path} may not be read (${code ?? String(cause)}): run this as a user of the file's group (adm on Debian)`,
      { cause },
    );
  }
}

interface Progress {
  update(path: string, at: { bytesRead: number; bytesTotal: number }): void;
  done(path: string): void;
  stop(): void;
}

/** A bar with an estimate on a terminal; elsewhere a line now and then. */
function progressBar(): Progress {
  return process.stderr.isTTY ? terminalBar() : plainLines();
}

function terminalBar(): Progress {
  let bar: SingleBar | undefined;
  return {
    update(path, { bytesRead, bytesTotal }) {
      if (bar === undefined) {
        bar = new SingleBar(
          { format: '{path} {bar} {percentage} %, {eta_formatted} left', stream: process.stderr, hideCursor: true },
          Presets.shades_classic,
        );
        bar.start(bytesTotal, 0, { path });
      }
      bar.setTotal(Math.max(bytesTotal, bytesRead));
      bar.update(bytesRead, { path });
    },
    done() {
      bar?.stop();
      bar = undefined;
    },
    stop() {
      bar?.stop();
    },
  };
}

const FIRST_PLAIN_MILLIS = 500;
const PLAIN_MILLIS = 5_000;

function plainLines(): Progress {
  const started = Date.now();
  let next = started + FIRST_PLAIN_MILLIS;
  return {
    update(path, { bytesRead, bytesTotal }) {
      const now = Date.now();
      if (now < next || bytesRead === 0) return;
      next = now + PLAIN_MILLIS;
      const left = bytesTotal > 0 ? Math.round(((now - started) * (bytesTotal - bytesRead)) / bytesRead / 1000) : 0;
      const share = bytesTotal > 0 ? `${Math.floor((100 * bytesRead) / bytesTotal)} %, about ${left} s left` : `${bytesRead} bytes`;
      process.stderr.write(`${path}: ${share}\n`);
    },
    done: () => undefined,
    stop: () => undefined,
  };
}
