/** Reads a stream from an open file, a bounded piece at a time, and notices when the file under it is no longer the same. */
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { OperationalError } from '../src/model/errors.ts';
import type { Sink } from '../src/model/line.ts';
import { explain } from './access.ts';
import { decompressed } from './decompress.ts';
import type { Compression } from './decompress.ts';
import { HEAD_BYTES, readExactly } from './identity.ts';
import type { LogStream, ReadFacts } from './stream.ts';
import { partAt, partsOf, type Part } from './years.ts';

/** `more` is there to read; `end` for now; `done` for good; `replaced`: other content lies where the stream was. */
export type ReadResult = 'more' | 'end' | 'done' | 'replaced';

export interface Reader {
  readonly stream: LogStream;
  /** The path it was found at, for messages. */
  readonly path: string;
  /** Reads and delivers about `budget` bytes at most. Rejects with what the file system or the decompressor says. */
  read(budget: number, sink: Sink): Promise<ReadResult>;
  /** Bytes known to be there and not read. */
  readonly behind: number;
  close(): Promise<void>;
}

const CHUNK = 256 * 1024;
/** Reading within this distance of the end is reading as it is written. */
const NEAR_END = 64 * 1024;
/** File times move in steps of the kernel's clock: within this time of a change, equal times prove nothing. */
const RACY_MILLIS = 1000;

/** Reads a plain file that may grow. Stays with the open file, whatever becomes of its path. */
export class PlainReader implements Reader {
  readonly stream: LogStream;
  readonly path: string;
  readonly handle: FileHandle;
  size = -1;
  mtimeMs = 0;
  /** ms; when the last of it was written, if that is known better than by the mtime. */
  writtenBy: number | undefined;
  /** Read at once. */
  chunkBytes = CHUNK;
  /** Bytes that had been there and were not read when the file was found replaced. */
  unread = 0;
  /** No name leads to it any more. */
  deleted = false;
  /** When it was last seen to have grown, or changed when it was opened. */
  grewAt: number;
  #mtimeNs = -1n;
  #racy = true;
  /** Those that the file's end does not date. */
  #parts: readonly Part[] | undefined;

  constructor(stream: LogStream, path: string, handle: FileHandle, grewAt = Date.now()) {
    this.stream = stream;
    this.path = path;
    this.handle = handle;
    this.grewAt = grewAt;
  }

  get behind(): number {
    return Math.max(0, this.size - this.stream.framer.readOffset);
  }

  /** `stats` of the open file, when the caller has them, save a system call. */
  async read(budget: number, sink: Sink, stats?: BigIntStats): Promise<ReadResult> {
    const now = stats ?? (await this.#guard(this.handle.stat({ bigint: true })));
    const { stream } = this;
    const size = Number(now.size);
    this.deleted = now.nlink === 0n;
    const changed = size !== this.size || now.mtimeNs !== this.#mtimeNs;
    if (!changed && !this.#racy && stream.framer.readOffset === size) return 'end';
    if (this.size >= 0 && size !== this.size) this.grewAt = Date.now();
    this.unread = this.behind;
    this.size = size;
    this.#mtimeNs = now.mtimeNs;
    this.mtimeMs = Number(now.mtimeNs) / 1e6;
    this.#racy = Math.abs(Date.now() - this.mtimeMs) < RACY_MILLIS;
    if (size < stream.framer.readOffset) return 'replaced';
    this.#parts ??= await this.#guard(partsOf(this.handle, size, this.writtenBy ?? this.mtimeMs));
    let left = budget;
    let read = 0;
    while (left > 0) {
      const { readOffset } = stream.framer;
      const part = partAt(this.#parts, readOffset);
      const want = Math.min(readOffset + Math.min(this.chunkBytes, left), stream.readLimit(size), part?.end ?? size) - readOffset;
      if (want <= 0) return read > 0 || (await this.#headHolds(size)) ? 'end' : 'replaced';
      const buffer = stream.framer.reserve(want);
      const { bytesRead } = await this.#guard(this.handle.read(buffer, buffer.length - want, want, readOffset));
      // After the read and before the delivery: bytes of a file that was emptied and refilled meanwhile are not this stream's.
      if (!(await this.#headHolds(size))) return 'replaced';
      if (bytesRead === 0) return 'end';
      const framed = stream.framer.accept(buffer, bytesRead);
      await stream.deliver(framed, this.#facts(readOffset + bytesRead, part), sink);
      read += bytesRead;
      left -= bytesRead;
    }
    return this.behind > 0 ? 'more' : 'end';
  }

  /** The rest that has no LF, once nothing more is to be expected. */
  async finish(sink: Sink): Promise<void> {
    const rest = this.stream.framer.finish();
    if (rest !== undefined) await this.stream.deliver([rest], this.#facts(this.size), sink);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** Of bytes up to this offset. */
  #facts(offset: number, part?: Part): ReadFacts {
    return { mtimeMs: this.mtimeMs, written: part?.written ?? this.writtenBy, atEnd: offset + NEAR_END >= this.size };
  }

  /** Tells what the file system refuses from what the sink refuses. */
  async #guard<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (cause) {
      throw new OperationalError('source_unreadable', await explain(this.path, cause), { retryable: true, cause });
    }
  }

  async #headHolds(size: number): Promise<boolean> {
    const { stream } = this;
    const head = await this.#guard(readExactly(this.handle, 0, Math.min(size, HEAD_BYTES)));
    if (head.length < stream.head.length || head.compare(stream.head, 0, stream.head.length, 0, stream.head.length) !== 0) return false;
    stream.head = head;
    return true;
  }
}

/** Reads a compressed file to its end; begins to deliver at the stream's offset. */
export class CompressedReader implements Reader {
  readonly stream: LogStream;
  readonly path: string;
  /** Not known before the end; more than nothing. */
  readonly behind = 1;
  /** Tells the file, to whoever wants to leave it alone from now on. */
  readonly key: string;
  readonly #handle: FileHandle;
  readonly #chunks: AsyncGenerator<Buffer>;
  readonly #facts: ReadFacts;
  readonly #chunkBytes: number;
  #toSkip: number;

  constructor(stream: LogStream, path: string, handle: FileHandle, file: CompressedFile) {
    this.stream = stream;
    this.path = path;
    this.#handle = handle;
    this.#chunkBytes = file.chunkBytes ?? CHUNK;
    this.#facts = { mtimeMs: file.mtimeMs, written: file.writtenBy, atEnd: false };
    this.key = file.key;
    this.#chunks = decompressed(handle, file.compression, path, file.onRead);
    this.#toSkip = stream.framer.readOffset;
  }

  async read(budget: number, sink: Sink): Promise<ReadResult> {
    const facts = this.#facts;
    let left = budget;
    while (left > 0) {
      const next = await this.#chunks.next();
      if (next.done === true) {
        const rest = this.stream.framer.finish();
        if (rest !== undefined) await this.stream.deliver([rest], facts, sink);
        return 'done';
      }
      const chunk = next.value;
      left -= chunk.length;
      let from = Math.min(this.#toSkip, chunk.length);
      this.#toSkip -= from;
      for (; from < chunk.length; from += this.#chunkBytes) {
        await this.stream.deliver(this.stream.framer.push(chunk.subarray(from, from + this.#chunkBytes)), facts, sink);
      }
    }
    return 'more';
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
    await this.#handle.close();
  }
}

export interface CompressedFile {
  readonly compression: Compression;
  readonly mtimeMs: number;
  /** ms; when the last of it was written, if that is known better than by the mtime. */
  readonly writtenBy?: number | undefined;
  /** Handed over at once. */
  readonly chunkBytes?: number | undefined;
  readonly key: string;
  readonly onRead?: (bytes: number) => void;
}
