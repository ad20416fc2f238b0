import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { importCollector, importSets } from '../../collectors/index.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { type ErrorCode, OperationalError } from '../model/errors.ts';
import type { Block, Sink } from '../model/line.ts';
import { Envelopes } from '../pipeline/envelopes.ts';
import type { SavedState } from '../store/store.ts';
import { endOf, readArguments, STORE_OPTIONS, zoneOption } from './arguments.ts';
import { DATABASE, makeDataDirectory, tellRepair } from './data-directory.ts';
import type { Imported } from './import-messages.ts';
import { type Progress, progressBar, progressOfAll } from './import-progress.ts';
import { type Lane, Turns } from './import-turns.ts';
import { CountingThread } from './import-thread.ts';
import { runningService } from './running-service.ts';

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
  const written = values.year === undefined ? undefined : endOf(values.year);
  const zone = zoneOption(values.zone);
  const stopping = new AbortController();
  for (const signal of STOPS) process.once(signal, () => stopping.abort());
  const started = performance.now();
  const counter = new CountingThread();
  try {
    const config = await loadConfig({ path: values.config, data: values.data });
    for (const path of positionals) await checkReadable(path);
    await makeDataDirectory(config);
    await refuseBesideService(config);
    const files: Files = {
      sets: await importSets(positionals),
      written,
      zone: zone ?? config.zone,
      host: values.host ?? config.host,
    };
    const { imported, unreadable } = await importInto(config, files, counter, stopping.signal);
    const { lines, understood, unknown, events } = imported;
    const seconds = Math.round(performance.now() - started) / 1000;
    if (values.json) process.stdout.write(`${JSON.stringify({ lines, understood, unknown, events, seconds })}\n`);
    else {
      const share = lines === 0 ? 100 : (100 * understood) / (understood + unknown);
      process.stderr.write(`imported ${lines} lines in ${seconds} s: ${share.toFixed(2)} % understood, ${unknown} not, ${events} events\n`);
    }
    const [first] = unreadable;
    if (first !== undefined) throw new OperationalError(first.code, unreadable.map(({ message }) => message).join('\n'), { cause: first });
  } finally {
    await counter.close();
  }
}

interface Outcome {
  readonly imported: Imported;
  /** Why files were not read, or not to their end. */
  readonly unreadable: readonly OperationalError[];
}

async function importInto(config: Config, files: Files, counter: CountingThread, stopping: AbortSignal): Promise<Outcome> {
  // The database is much to load: the counting thread starts meanwhile.
  const { openDuckStore } = await import('../store/duckdb/index.ts');
  const store = await openDuckStore({
    path: join(config.data, DATABASE),
    memoryLimit: STORE_MEMORY,
    threads: 1,
    durability: 'checkpoint',
    onNotice: tellRepair,
  });
  const progress = progressBar();
  try {
    const saved = await store.savedState();
    const { domains, internalRelays } = config;
    counter.begin({ saved, host: files.host, domains, internalRelays }, (batch) => store.commitPacked(batch));
    const unreadable = await read(files, saved, counter, progress, stopping);
    const imported = await counter.end();
    if (stopping.aborted) {
      throw new OperationalError(
        'interrupted',
        `stopped after ${imported.lines} lines, which are stored. The same command goes on from there.`,
      );
    }
    await store.compact();
    return { imported, unreadable };
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
const STORE_MEMORY = '64MB';

interface Files {
  /** Each is read in its order, several by turns. */
  readonly sets: readonly (readonly string[])[];
  /** ms; when all of it was written. Else each file's own time tells. */
  readonly written: number | undefined;
  readonly zone: string;
  readonly host: string;
}

/** Sets that are read at once: each has a file open, and perhaps a program that decompresses it. */
const MOST_AT_ONCE = 64;
/** Of several sets: so little that what they have of one moment is read at nearly the same one. */
const CHUNK_OF_SEVERAL = 16 * 1024;

/**
 * Reads the files to their end or until it is told to stop, and has them counted; those of several sets by turns, in the order of their
 * lines. One that is damaged or gone keeps none of the others from being read, nor what was read of it from being stored: the answer is
 * what became of those.
 */
async function read(
  { sets, written, zone, host }: Files,
  saved: SavedState,
  counter: CountingThread,
  progress: Progress,
  stopping: AbortSignal,
): Promise<OperationalError[]> {
  const unreadable: OperationalError[] = [];
  const envelopes = new Envelopes({ zone, host });
  const positions = new Map(saved.positions.map((position) => [position.id, position]));
  const several = sets.length > 1;
  const shown = several ? await progressOfAll(sets.flat(), progress) : progress;
  const turns = new Turns();
  const readSet = async (paths: readonly string[], lane: Lane | undefined): Promise<void> => {
    const sink: Sink = {
      async lines({ bytes, ...block }: Block) {
        await lane?.take({ ...block, bytes });
        positions.set(block.position.id, block.position);
        // Only now: lines are counted in the order in which their envelopes are read.
        await counter.lines(block, envelopes.read({ ...block, bytes }));
      },
      samples: () => Promise.resolve(),
      state: () => undefined,
      gap: () => undefined,
    };
    for (const path of paths) {
      if (stopping.aborted) break;
      const options = { path, positions: [...positions.values()], written, chunkBytes: several ? CHUNK_OF_SEVERAL : undefined };
      const collector = importCollector({ ...options, onProgress: (at) => shown.update(path, at) });
      await collector.run(sink, stopping).catch((error: unknown) => {
        if (!(error instanceof OperationalError) || !OF_THE_FILE.has(error.code)) throw error;
        unreadable.push(error);
      });
      if (!stopping.aborted) shown.done(path);
    }
    lane?.leave();
  };
  const atOnce = sets.length <= MOST_AT_ONCE ? sets : together(sets, MOST_AT_ONCE);
  await Promise.all(atOnce.map((paths) => readSet(paths, several ? turns.lane({ zone, host }) : undefined)));
  return unreadable;
}

/** As many sets, of some one after the other. */
const together = (sets: readonly (readonly string[])[], most: number): string[][] =>
  Array.from({ length: most }, (_, i) => sets.filter((_set, at) => at % most === i).flat());

/** What else goes wrong is the store's, and would go wrong with the next file, too. */
const OF_THE_FILE: ReadonlySet<ErrorCode> = new Set(['source_missing', 'source_unreadable', 'source_corrupt']);

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
