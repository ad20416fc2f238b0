/** Finds lines again in a log that is in order of time: the file itself and those that it was before, by bisection where they are plain. */
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Window } from '../src/model/message-lines.ts';
import { errorCode } from './access.ts';
import { compressionOf, decompressed } from './decompress.ts';
import { LineFramer, linesOf } from './framing.ts';
import { expand } from './glob.ts';
import { readExactly } from './identity.ts';
import { rotatedFiles } from './rotation.ts';
import { partAt, partsOf, type Part } from './years.ts';

export interface LookUp {
  /** Of a configured source; may be a glob. */
  readonly path: string;
  /** In order of time, not overlapping. */
  readonly windows: readonly Window[];
  /** A reader of a file's stamps: ms, or NaN for a line without one. `near`: when it was written, for stamps without a year. */
  readonly timeReader: (path: string) => (line: string, near: number) => number;
  /** Told of each line in a window. */
  readonly found: (path: string, line: string, time: number) => void;
  readonly budget: Budget;
  /** Files that were looked into: a pattern matches rotated files, and several sources may name one file. */
  readonly looked: Set<string>;
}

/** What looking may cost, over all files. */
export interface Budget {
  /** Of plain text. */
  bytes: number;
  /** ms since the epoch. */
  readonly deadline: number;
}

const spent = ({ bytes, deadline }: Budget): boolean => bytes <= 0 || Date.now() > deadline;

/** How a file ended: which windows it covers, or why it could not be looked through. */
export type Looked = { readonly covered: readonly Window[] } | 'limit' | 'unreadable';

const CHUNK = 64 * 1024;
const LONGEST_LINE = 16 * 1024;
const DAY = 86_400_000;
/** Lines of one file may stand so much out of order. */
const DISORDER = 5_000;

/** Looks through a file and its rotated predecessors, the newest first, as far back as the first window begins. */
export async function lookUp(asked: LookUp): Promise<Looked[]> {
  const answers: Looked[] = [];
  const begins = asked.windows[0]?.from ?? 0;
  for (const path of await expand(asked.path)) {
    for (const file of [path, ...(await rotatedFiles(path)).toReversed()]) {
      if (asked.looked.has(file)) continue;
      if (spent(asked.budget)) return [...answers, 'limit'];
      asked.looked.add(file);
      const { looked, first } = await lookInto(file, asked);
      if (looked !== undefined) answers.push(looked);
      if (first < begins) break;
    }
  }
  return answers;
}

/** `first`: the time of the file's first line; Infinity when there is none. */
async function lookInto(path: string, asked: LookUp): Promise<{ looked?: Looked; first: number }> {
  let handle: FileHandle | undefined;
  try {
    // A pipe without a writer would be waited for.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) return { first: Infinity };
    const compression = compressionOf(await readExactly(handle, 0, 8));
    const file = new File(path, handle, stats, asked);
    return compression === undefined ? await file.plain() : await file.stream(decompressed(handle, compression, path));
  } catch (error) {
    // It may have been rotated away between two looks; what is not there covers nothing.
    const isGone = errorCode(error) === 'ENOENT';
    return { ...(isGone ? {} : { looked: 'unreadable' as const }), first: Infinity };
  } finally {
    await handle?.close();
  }
}

class File {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #size: number;
  /** ms; a compressor keeps it. */
  readonly #mtimeMs: number;
  readonly #asked: LookUp;
  readonly #timeOf: (line: string, near: number) => number;
  /** Those that the mtime does not date. */
  #parts: readonly Part[] = [];

  constructor(path: string, handle: FileHandle, { size, mtimeMs }: Stats, asked: LookUp) {
    this.#path = path;
    this.#handle = handle;
    this.#size = size;
    this.#mtimeMs = mtimeMs;
    this.#asked = asked;
    this.#timeOf = asked.timeReader(path);
  }

  async plain(): Promise<{ looked?: Looked; first: number }> {
    const { windows } = this.#asked;
    this.#parts = await partsOf(this.#handle, this.#size, this.#mtimeMs);
    const first = (await this.#timeAfter(0))?.time ?? Infinity;
    const covered: Window[] = [];
    let done = 0;
    for (const window of windows) {
      if (window.to < first) continue;
      const start = Math.max(done, await this.#startOf(window));
      const end = await this.#scan(start, window);
      if (end === undefined) return { looked: 'limit', first };
      done = end.offset;
      covered.push(...(end.seen ? [window] : []));
    }
    return { looked: { covered }, first };
  }

  /** The offset of a line that was written before the window, near it. */
  async #startOf(window: Window): Promise<number> {
    let low = 0;
    let high = this.#size;
    while (high - low > CHUNK) {
      const middle = low + Math.floor((high - low) / 2);
      const line = await this.#timeAfter(middle);
      if (line !== undefined && line.time < window.from - DISORDER) low = line.offset;
      else high = middle;
    }
    return low;
  }

  /** The first line with a stamp behind an offset. */
  async #timeAfter(offset: number): Promise<{ time: number; offset: number } | undefined> {
    const chunk = await readExactly(this.#handle, offset, CHUNK);
    this.#asked.budget.bytes -= chunk.length;
    let at = offset === 0 ? 0 : chunk.indexOf(10) + 1;
    if (offset > 0 && at === 0) return undefined;
    const near = this.#writtenAt(offset);
    for (let end = chunk.indexOf(10, at); end >= 0; at = end + 1, end = chunk.indexOf(10, at)) {
      const time = this.#timeOf(chunk.toString('utf8', at, Math.min(end, at + LONGEST_LINE)), near);
      if (!Number.isNaN(time)) return { time, offset: offset + at };
    }
    return undefined;
  }

  /** Tells the lines of the window from an offset on; undefined when the budget is spent. `seen`: the log goes on beyond it, or ends in it. */
  async #scan(offset: number, window: Window): Promise<{ offset: number; seen: boolean } | undefined> {
    const framer = new LineFramer(0, LONGEST_LINE);
    let at = offset;
    let newest = -Infinity;
    while (at < this.#size) {
      if (spent(this.#asked.budget)) return undefined;
      const chunk = await readExactly(this.#handle, at, CHUNK);
      if (chunk.length === 0) break;
      this.#asked.budget.bytes -= chunk.length;
      const before = at;
      const near = this.#writtenAt(at);
      at += chunk.length;
      for (const line of linesOf(framer, chunk)) {
        newest = Math.max(newest, this.#tell(line, near, window));
        if (newest > window.to + DISORDER) return { offset: before, seen: true };
      }
    }
    return { offset, seen: newest >= window.from };
  }

  /** Tells of a line in the window; returns its time, or -Infinity. */
  #tell(line: string, near: number, { from, to }: Window): number {
    const time = this.#timeOf(line, near);
    if (time >= from && time <= to) this.#asked.found(this.#path, line, time);
    return Number.isNaN(time) ? -Infinity : time;
  }

  #writtenAt(offset: number): number {
    return partAt(this.#parts, offset)?.written ?? this.#mtimeMs;
  }

  /** A compressed file is read through once for all windows. */
  async stream(chunks: AsyncIterable<Buffer>): Promise<{ looked?: Looked; first: number }> {
    const { windows, budget } = this.#asked;
    const [begin = { from: 0, to: 0 }, end = begin] = [windows[0], windows.at(-1)];
    if (this.#mtimeMs < begin.from - DAY) return { first: -Infinity };
    let first = Infinity;
    let newest = -Infinity;
    const framer = new LineFramer(0, LONGEST_LINE);
    for await (const chunk of chunks) {
      budget.bytes -= chunk.length;
      if (spent(budget)) return { looked: 'limit', first };
      for (const line of linesOf(framer, chunk)) {
        const time = this.#timeOf(line, this.#mtimeMs);
        if (Number.isNaN(time)) continue;
        first = Math.min(first, time);
        newest = Math.max(newest, time);
        if (windows.some(({ from, to }) => time >= from && time <= to)) this.#asked.found(this.#path, line, time);
      }
      if (first > end.to + DISORDER || newest > end.to + DISORDER) break;
    }
    return { looked: { covered: windows.filter(({ from, to }) => first <= to && newest >= from) }, first };
  }
}
