/**
 * Follows one path through whatever is done to it: what lies there, what was rotated away from there and is still
 * being written, and what was rotated while nobody looked.
 */
import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { OperationalError } from '../src/model/errors.ts';
import type { Sink } from '../src/model/line.ts';
import { errorCode, explain } from './access.ts';
import { brokenKey, closeAll, firstGrown, hasMore, leftOf, mtimeMs } from './catchup.ts';
import { openSiblings, planCatchUp, readerOf, resumePoint } from './catchup.ts';
import { folderState, HEAD_BYTES, inodeKey, readHead, sameBeginning } from './identity.ts';
import { CompressedReader, PlainReader, type Reader, type ReadResult } from './reader.ts';
import { LogStream, type StreamContext } from './stream.ts';

export interface TailOptions {
  /** A file that was rotated away is let go when it was silent for so long and its successor has lines. */
  readonly rotateWaitMillis: number;
  /** The pattern names the rotated files too: read them first. */
  readonly includeRotated: boolean;
  /** When the path came up after the source was first looked at: since when (ms since the epoch) it is watched. */
  readonly newSince: number | undefined;
}

/** Read at once of what is read to its end. */
const PIECE_BYTES = 1024 * 1024;
const NOTHING = { inode: '', size: 0 };
/** A deleted file that nothing came in the place of is let go when it was silent for so many times the wait for a rotated one. */
const DELETED_WAITS = 20;
/** A path that is missing for less is being rotated. */
const ABSENCE_MILLIS = 10_000;

export class Tail {
  readonly path: string;
  readonly #context: StreamContext;
  readonly #options: TailOptions;
  /** Files to be read before the current one, oldest first. */
  readonly #queue: Reader[] = [];
  readonly #ignored = new Set<string>();
  readonly #broken = new Set<string>();
  #current: PlainReader | undefined;
  /** What lies at the path is read by another source, or under another path. */
  #readElsewhere = false;
  /** The stream that was last at the path and was emptied there. */
  #emptied: LogStream | undefined;
  #looked = false;
  #sight: string | undefined;
  /** What lay at the path when it was first looked at; its bytes are history. */
  #firstSight: { readonly inode: string; readonly size: number } | undefined;
  #lastWritten = 0;
  #absentSince: number | undefined;
  #problem = '';
  #explained: { readonly code: string; readonly text: string } | undefined;
  /** No file lies at the path, for sure. */
  #absent = false;
  #missing = false;

  constructor(path: string, context: StreamContext, options: TailOptions) {
    this.path = path;
    this.#context = context;
    this.#options = options;
  }

  /** What is wrong, one sentence; empty when nothing is. */
  get problem(): string {
    return this.#problem;
  }

  /** The path is not there. */
  get missing(): boolean {
    return this.#missing;
  }

  get behind(): number {
    return this.#queue.reduce((sum, reader) => sum + reader.behind, this.#current?.behind ?? 0);
  }

  /** The open file at the path, for whoever wants to be told of its changes. */
  get inode(): string | undefined {
    return this.#current?.stream.inode;
  }

  /** One file lies at the path and nothing else is to be read. */
  get settled(): boolean {
    return this.#current !== undefined && this.#queue.length === 0 && this.#problem === '';
  }

  /** Nothing is there and nothing is left to read. */
  get idle(): boolean {
    return this.#absent && this.#queue.length === 0;
  }

  /** Looks at the path and reads about `budget` bytes, so that a long backlog does not starve others. True when there is more to read at once. */
  async pass(sink: Sink, budget: number): Promise<boolean> {
    const stats = await this.#look();
    if (this.#current !== undefined && (stats === undefined ? this.#absent : inodeKey(stats) !== this.#current.stream.inode)) this.#leave();
    if (stats !== undefined && stats.size > 0n && this.#current === undefined) await this.#alone(() => this.#take(sink));
    await this.#catchUpWithout(sink, stats);
    if (await this.#readQueue(sink, budget)) return true;
    return this.#readCurrent(sink, budget, stats);
  }

  async close(): Promise<void> {
    const readers = [...this.#queue, ...(this.#current === undefined ? [] : [this.#current])];
    this.#queue.length = 0;
    this.#current = undefined;
    for (const reader of readers) await this.#letGo(reader);
  }

  readonly #alone = <T>(task: () => Promise<T>): Promise<T> => this.#context.known.alone(task);

  /** While nothing is taken up, each change at the path may have been a rotation: look for what it left. */
  async #catchUpWithout(sink: Sink, stats: BigIntStats | undefined): Promise<void> {
    const size = stats?.size ?? 0n;
    // A file of this size is not taken up for another reason than that it has no line yet.
    const short = size < HEAD_BYTES ? `${size}:${stats?.mtimeNs}` : '';
    const sight =
      this.#current !== undefined ? 'taken' : stats === undefined ? await folderState(this.path) : `${inodeKey(stats)}:${short}`;
    const changed = sight !== this.#sight;
    this.#sight = sight;
    if (this.#current === undefined && (changed || !this.#looked)) await this.#alone(() => this.#catchUp(sink));
  }

  /** What lies at the path, when it is a file. */
  async #look(): Promise<BigIntStats | undefined> {
    try {
      const stats = await stat(this.path, { bigint: true });
      this.#firstSight ??= this.#options.newSince === undefined ? { inode: inodeKey(stats), size: Number(stats.size) } : NOTHING;
      this.#absent = !stats.isFile();
      this.#missing = false;
      this.#absentSince = undefined;
      this.#problem = stats.isFile()
        ? ''
        : `${this.path} is ${stats.isDirectory() ? 'a folder' : 'not a file'}. Name a file or a pattern such as ${this.path}/*.log`;
      return stats.isFile() ? stats : undefined;
    } catch (error) {
      const code = errorCode(error);
      // What cannot be looked at may still be there: only a sure answer makes it gone.
      this.#missing = code === 'ENOENT';
      this.#absent = this.#missing || code === 'ENOTDIR' || code === 'ELOOP';
      if (code === 'ENOENT') this.#firstSight ??= NOTHING;
      const rotating = code === 'ENOENT' && this.#looked && this.#lastWritten > 0;
      this.#absentSince ??= Date.now();
      this.#problem = rotating && Date.now() - this.#absentSince < ABSENCE_MILLIS ? '' : await this.#explain(error);
      return undefined;
    }
  }

  /** The current file is no longer at the path, but its writer may have it open still. */
  #leave(): void {
    if (this.#current === undefined) return;
    this.#lastWritten = this.#current.mtimeMs;
    this.#current.grewAt = Date.now();
    this.#queue.push(this.#current);
    this.#current = undefined;
  }

  /** The sentence for an error; looked up once as long as the error stays the same. */
  async #explain(error: unknown): Promise<string> {
    if (error instanceof OperationalError) return error.message;
    const code = errorCode(error);
    if (this.#explained?.code !== code) this.#explained = { code, text: await explain(this.path, error) };
    return this.#explained.text;
  }

  /** Takes the file at the path up, once it has a line by which to know it. */
  async #take(sink: Sink): Promise<void> {
    let handle: FileHandle;
    try {
      handle = await open(this.path, 'r');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#problem = await this.#explain(error);
      return;
    }
    let reader: PlainReader | undefined;
    try {
      reader = await this.#takeOpen(handle, sink);
    } catch (error) {
      this.#problem = await this.#explain(error);
    }
    if (reader === undefined) {
      await handle.close();
      return;
    }
    this.#current = reader;
    await this.#catchUp(sink);
  }

  async #takeOpen(handle: FileHandle, sink: Sink): Promise<PlainReader | undefined> {
    const { known } = this.#context;
    const stats = await handle.stat({ bigint: true });
    const inode = inodeKey(stats);
    const back = this.#queue.findIndex((reader) => reader.stream.inode === inode);
    const returned = this.#queue[back];
    if (returned instanceof PlainReader) {
      this.#queue.splice(back, 1);
      this.#current = returned;
      return undefined;
    }
    this.#readElsewhere = [...known.active].some((stream) => stream.inode === inode);
    if (!stats.isFile() || this.#readElsewhere) return undefined;
    const head = await readHead(handle);
    if (!head.includes(10) && head.length < HEAD_BYTES) return undefined;
    for (const stream of known.active) {
      if (sameBeginning(head, stream.head) !== true) continue;
      const reader = this.#queue.find((candidate) => candidate.stream === stream);
      // Another path has the same content (rsyslog's mail.info beside mail.log): read once.
      if (reader === undefined) return undefined;
      // The same content under a new inode: an editor or a restored copy. It supersedes what was there.
      let result: ReadResult;
      do result = await reader.read(PIECE_BYTES, sink);
      while (result === 'more');
      if (result === 'replaced' && reader instanceof PlainReader) await this.#startAnew(reader, sink);
      else await this.#drop(reader);
    }
    const size = Number(stats.size);
    const match = known.match(head) ?? leftOf(this.#emptied, head);
    const fresh = known.ofPath(this.path).length === 0 && this.#firstSight?.inode === inode;
    const resume = await resumePoint(handle, size, match);
    // Emptied while it was looked at: what was found holds no longer. The next look will see.
    if ((await handle.stat()).size < size || !(await readHead(handle)).subarray(0, head.length).equals(head)) return undefined;
    if (resume.doubt !== undefined) sink.gap(this.#context.source, `${this.path} ${resume.doubt}: lines may be missing`);
    const historyUntil = fresh ? (this.#firstSight?.size ?? 0) : 0;
    const stream = new LogStream(this.#context, { inode, head, match, offset: resume.offset, withinLine: resume.withinLine, historyUntil });
    known.active.add(stream);
    this.#emptied = undefined;
    const taken = new PlainReader(stream, this.path, handle);
    taken.mtimeMs = Number(stats.mtimeNs) / 1e6;
    return taken;
  }

  /** Puts rotated files that hold unread lines into the queue. */
  async #catchUp(sink: Sink): Promise<void> {
    const { known, source } = this.#context;
    const first = !this.#looked;
    this.#looked = true;
    const { files, unreadable } = await openSiblings(this.path);
    const plan = planCatchUp(files, {
      path: this.path,
      known,
      live: this.#current === undefined ? undefined : known.match(this.#current.stream.head),
      elsewhere: this.#readElsewhere,
      ignored: this.#ignored,
      first,
      grown: first ? await firstGrown(files, known) : Infinity,
      wanted: this.#options.includeRotated,
      newSince: this.#options.newSince ?? Infinity,
      lastWritten: this.#lastWritten,
      leftAt: first ? await this.#leftAt() : undefined,
    });
    if (plan.lost !== undefined) {
      const cause = unreadable.length > 0 ? `${unreadable.join(', ')} cannot be read` : 'it was rotated away and is gone';
      sink.gap(
        source,
        `${this.path}: the file that was read last was not found, ${cause}: lines written after byte ${plan.lost.offset} of it are missing`,
      );
    }
    const taken = new Set<FileHandle>();
    for (const catchUp of plan.read) {
      if (this.#broken.has(brokenKey(catchUp)) || !(await hasMore(catchUp))) continue;
      taken.add(catchUp.sibling.handle);
      const reader = readerOf(catchUp, this.#context);
      known.active.add(reader.stream);
      this.#queue.push(reader);
      this.#lastWritten = Math.max(this.#lastWritten, mtimeMs(catchUp.sibling));
    }
    await closeAll(files.filter(({ handle }) => !taken.has(handle)));
  }

  /** When the current file was last written, if it is no longer at the path. */
  async #leftAt(): Promise<number | undefined> {
    const current = this.#current;
    if (current === undefined) return undefined;
    const stats = await stat(this.path, { bigint: true }).catch(() => undefined);
    return stats !== undefined && inodeKey(stats) === current.stream.inode ? undefined : current.mtimeMs;
  }

  async #readQueue(sink: Sink, budget: number): Promise<boolean> {
    for (const reader of this.#queue.slice()) {
      try {
        const result = await reader.read(budget, sink);
        if (result === 'more') return true;
        if (reader instanceof PlainReader) {
          if (result === 'replaced') {
            await this.#alone(() => this.#startAnew(reader, sink));
            return true;
          }
          if (result === 'end' && !this.#silent(reader)) continue;
          if (result === 'end') await reader.finish(sink);
        }
        await this.#drop(reader);
      } catch (error) {
        if (!(error instanceof OperationalError) || !error.code.startsWith('source_')) throw error;
        sink.gap(this.#context.source, error.message);
        if (reader instanceof CompressedReader) this.#broken.add(reader.key);
        await this.#drop(reader);
      }
    }
    return false;
  }

  /** Its writer has gone over to the new file, as far as one can tell, or has no file any more: kept open, it would take up its room for ever. */
  #silent(reader: PlainReader): boolean {
    const silentFor = Date.now() - reader.grewAt;
    const { rotateWaitMillis } = this.#options;
    const followed = this.#current === undefined ? this.#readElsewhere : this.#current.size > 0;
    if (followed || this.#current !== undefined) return followed && silentFor >= rotateWaitMillis;
    return this.#absent && reader.deleted && silentFor >= DELETED_WAITS * rotateWaitMillis;
  }

  async #readCurrent(sink: Sink, budget: number, stats: BigIntStats | undefined): Promise<boolean> {
    const current = this.#current;
    if (current === undefined) return false;
    try {
      const same = stats !== undefined && inodeKey(stats) === current.stream.inode;
      const result = await current.read(budget, sink, same ? stats : undefined);
      this.#lastWritten = current.mtimeMs;
      if (result === 'replaced') await this.#emptiedInPlace(current, sink);
      return result === 'more';
    } catch (error) {
      if (!(error instanceof OperationalError) || error.code !== 'source_unreadable') throw error;
      this.#problem = error.message;
      return false;
    }
  }

  /** copytruncate, or a plain truncation: the rest of what was there may stand in a rotated copy. */
  async #emptiedInPlace(reader: PlainReader, sink: Sink): Promise<void> {
    const { stream } = reader;
    this.#current = undefined;
    this.#emptied = stream;
    await this.#letGo(reader);
    await this.#alone(() => this.#readCopy(reader, sink));
  }

  /**
   * A file that was rotated away holds other content: it was emptied and filled again before it was renamed, all
   * between two looks. Nothing at the path leads to that content any more, but the file is open still.
   */
  async #startAnew(reader: PlainReader, sink: Sink): Promise<void> {
    const { known, source } = this.#context;
    const { handle, path, stream: before } = reader;
    const { inode } = before;
    let started: LogStream | undefined;
    try {
      const { size } = await handle.stat();
      const head = await readHead(handle);
      const readElsewhere = [...known.active].some((stream) => stream !== before && sameBeginning(head, stream.head) === true);
      if (!readElsewhere) {
        const match = known.match(head) ?? leftOf(before, head);
        const { offset, withinLine, doubt } = await resumePoint(handle, size, match);
        if (doubt !== undefined) sink.gap(source, `${path} ${doubt}: lines may be missing`);
        started = new LogStream(this.#context, { inode, head, match, offset, withinLine, historyUntil: 0 });
      }
    } catch (cause) {
      throw new OperationalError('source_unreadable', await explain(path, cause), { retryable: true, cause });
    }
    this.#queue.splice(this.#queue.indexOf(reader), 1);
    known.active.delete(before);
    if (started === undefined) await reader.close();
    else known.active.add(started);
    // The copy holds what came first.
    await this.#readCopy(reader, sink);
    if (started !== undefined) this.#queue.push(new PlainReader(started, path, handle));
  }

  /** Looks for the copy that may hold the rest of a stream whose file was emptied. */
  async #readCopy({ stream, unread }: PlainReader, sink: Sink): Promise<void> {
    await this.#catchUp(sink);
    const copied = this.#queue.some((candidate) => sameBeginning(candidate.stream.head, stream.head) === true);
    if (copied) return;
    // What was held back is a line whose end nobody knows: not a line.
    const lost = unread + stream.framer.readOffset - stream.framer.offset;
    if (lost > 0) sink.gap(this.#context.source, `${this.path} was emptied before the last ${lost} bytes of it could be read as lines`);
  }

  async #drop(reader: Reader): Promise<void> {
    const index = this.#queue.indexOf(reader);
    if (index >= 0) this.#queue.splice(index, 1);
    await this.#letGo(reader);
  }

  async #letGo(reader: Reader): Promise<void> {
    this.#context.known.active.delete(reader.stream);
    await reader.close();
  }
}
