/** Reads one file, plain or compressed, or standard input once to its end: history. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperationalError } from '../src/model/errors.ts';
import type { Collector, Position, Sink } from '../src/model/line.ts';
import { errorCode, explain } from './access.ts';
import { resumePoint } from './catchup.ts';
import { compressionOf, readCompressedHead } from './decompress.ts';
import { MAX_LINE_BYTES } from './framing.ts';
import { KnownStreams, inodeKey, readHead, sameBeginning } from './identity.ts';
import { fullBy, rotatedSets } from './rotation.ts';
import { CompressedReader, PlainReader } from './reader.ts';
import type { Reader } from './reader.ts';
import { LogStream } from './stream.ts';
import type { StreamContext } from './stream.ts';
import { readInput } from './stdin.ts';

/** How far an import is: bytes of the file as it lies there, compressed or not. `bytesTotal` is 0 when unknown. */
export interface ImportProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

export interface ImportOptions {
  /** A file, or `-` for standard input. */
  readonly path: string;
  /** All positions that are stored, whoever left them: what was read before is passed over. */
  readonly positions: readonly Position[];
  /** ms; when the last of it was written. Else the file's name and time tell. */
  readonly written?: number | undefined;
  /** Bytes that are read and handed over at once, unless a line is longer. */
  readonly chunkBytes?: number | undefined;
  readonly onProgress?: (progress: ImportProgress) => void;
}

const BUDGET = 4 * 1024 * 1024;
/** rsyslog writes when its buffer is full, which may be within a line, and the rest when it has no more to do. */
const JUST_NOW_MILLIS = 10_000;
const WAIT_MILLIS = 250;
const MOST_WAITS = 4;

/**
 * Delivers what the stored positions do not cover yet, so that the same content twice counts once. Rejects with
 * `source_missing`, `source_unreadable`, or `source_corrupt` once the good part of a damaged file was delivered.
 */
export function importCollector(options: ImportOptions): Collector {
  const run = (sink: Sink, signal: AbortSignal): Promise<void> =>
    options.path === '-' ? importInput(options, sink, signal) : importFile(options, sink, signal);
  return { source: options.path, run };
}

/**
 * The files by rotated sets, oldest first. Sets that have files that begin alike are one, so that whoever reads several sets at once
 * still reads the same content once. Standard input may have any file's content: with it all are one.
 */
export async function importSets(paths: readonly string[]): Promise<string[][]> {
  if (paths.includes('-')) return [rotatedSets(paths).flat()];
  const sets: { paths: string[]; heads: Buffer[] }[] = [];
  for (const set of rotatedSets(paths)) {
    const heads = await Promise.all(set.map(headOf));
    const alike = sets.find((one) => one.heads.some((head) => heads.some((other) => sameBeginning(head, other) === true)));
    if (alike === undefined) sets.push({ paths: set, heads });
    else {
      alike.paths.push(...set);
      alike.heads.push(...heads);
    }
  }
  return sets.map((set) => set.paths);
}

/** Nothing of what cannot be read: reading it will tell. */
async function headOf(path: string): Promise<Buffer> {
  const handle = await openFile(resolve(path)).catch(() => undefined);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const start = await readHead(handle);
    const compression = compressionOf(start);
    return compression === undefined ? start : await readCompressedHead(handle, compression, path).catch(() => Buffer.alloc(0));
  } finally {
    await handle.close();
  }
}

async function importInput(options: ImportOptions, sink: Sink, signal: AbortSignal): Promise<void> {
  const known = new KnownStreams(options.positions);
  let bytesRead = 0;
  const onBytes = (bytes: number): void => options.onProgress?.({ bytesRead: (bytesRead += bytes), bytesTotal: 0 });
  await readInput(
    { source: '-', origin: 'history', known, maxLineBytes: MAX_LINE_BYTES, written: options.written, onBytes },
    process.stdin,
    sink,
    signal,
  );
}

async function importFile(options: ImportOptions, sink: Sink, signal: AbortSignal): Promise<void> {
  const path = resolve(options.path);
  const handle = await openFile(path);
  let reader: Reader | undefined;
  try {
    const { size: bytesTotal } = await handle.stat();
    const progress = (bytesRead: number): void => options.onProgress?.({ bytesRead: Math.min(bytesRead, bytesTotal), bytesTotal });
    reader = await readerFor(path, handle, options, progress);
    let result = await reader.read(BUDGET, sink);
    for (let waits = 0; !signal.aborted; result = await reader.read(BUDGET, sink)) {
      if (result === 'more' && reader instanceof PlainReader) progress(reader.stream.framer.readOffset);
      if (result === 'more') continue;
      if (result !== 'end' || !isBeingWritten(reader) || waits++ === MOST_WAITS) break;
      await sleep(WAIT_MILLIS);
    }
    if (result === 'replaced')
      throw new OperationalError('source_unreadable', `${path} was emptied or replaced while it was read; import it again`);
    if (signal.aborted && result === 'more') return;
    if (reader instanceof PlainReader) await reader.finish(sink);
    progress(bytesTotal);
  } finally {
    await (reader?.close() ?? handle.close());
  }
}

/** Does it end within a line that was written just now? The rest is about to come, unless there is none. */
const isBeingWritten = (reader: Reader): boolean =>
  reader instanceof PlainReader && reader.stream.framer.isWithinLine && Date.now() - reader.mtimeMs < JUST_NOW_MILLIS;

async function openFile(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') throw new OperationalError('source_missing', `${path} does not exist. Check the path.`, { cause });
    throw new OperationalError('source_unreadable', await explain(path, cause), { cause });
  }
  throw new OperationalError('source_unreadable', `${path} is not a file. Name the log files themselves, for instance ${path}/mail.log*`);
}

async function readerFor(path: string, handle: FileHandle, options: ImportOptions, onRead: (bytes: number) => void): Promise<Reader> {
  const known = new KnownStreams(options.positions);
  const context: StreamContext = { source: options.path, known, maxLineBytes: MAX_LINE_BYTES, tailPath: undefined };
  const stats = await handle.stat({ bigint: true });
  const mtimeMs = Number(stats.mtimeNs) / 1e6;
  // An archive that was copied has a new mtime; the date in its name is older then, and true.
  const writtenBy = options.written ?? Math.min(mtimeMs, fullBy(path) ?? mtimeMs);
  const start = await readHead(handle);
  const compression = compressionOf(start);
  const head = compression === undefined ? start : await readCompressedHead(handle, compression, path);
  const match = known.match(head);
  const common = { inode: inodeKey(stats), head, match, historyUntil: Infinity };
  if (compression !== undefined) {
    const file = { compression, mtimeMs, writtenBy, chunkBytes: options.chunkBytes, key: path, onRead };
    return new CompressedReader(new LogStream(context, common), path, handle, file);
  }
  // A copy that is shorter than what was read of its original holds nothing new.
  const size = Number(stats.size);
  const resume = match === undefined || match.offset > size ? undefined : await resumePoint(handle, size, match);
  const offset = match === undefined ? 0 : (resume?.offset ?? size);
  const reader = new PlainReader(new LogStream(context, { ...common, offset, withinLine: resume?.withinLine ?? false }), path, handle);
  reader.writtenBy = writtenBy;
  if (options.chunkBytes !== undefined) reader.chunkBytes = options.chunkBytes;
  return reader;
}
