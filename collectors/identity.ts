/**
 * What tells one byte stream from another. A path names whatever lies there now and an inode is used again after a
 * deletion, so a stream is known by its content: the hash of its first bytes. A renamed, copied or compressed copy
 * is then the same stream, read on from where it was left.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Position } from '../src/model/line.ts';

/** So many bytes at a stream's start make its fingerprint; fewer while it is shorter. */
export const HEAD_BYTES = 1024;
/** So many bytes before a position are remembered, to see that they are still what was read. */
export const ANCHOR_BYTES = 64;

/** 128 bits of SHA-256: nobody who can write to the log shall be able to make two streams look alike. */
export function fingerprint(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

/** Device and inode: what is open, whatever its path is by now. */
export function inodeKey(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

/** Changes with the names in the folder of a path; for a second after a change it is never the same twice. */
export async function folderState(path: string): Promise<string> {
  try {
    const { mtimeNs, mtimeMs } = await stat(dirname(path), { bigint: true });
    // File times move in steps of the kernel's clock: what changes within the same one cannot be told from it.
    const racy = Math.abs(Date.now() - Number(mtimeMs)) < 1000;
    return `${mtimeNs}:${racy ? performance.now() : ''}`;
  } catch {
    return '';
  }
}

/** Up to HEAD_BYTES from the start of a file; shorter when the file is. */
export async function readHead(handle: FileHandle): Promise<Buffer> {
  return readExactly(handle, 0, HEAD_BYTES);
}

/** Reads `length` bytes at `offset`, or what is there of them. */
export async function readExactly(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** A stream that somebody reads just now. */
export interface ActiveStream {
  readonly inode: string;
  readonly head: Buffer;
}

/** All streams that a position is known of, and those being read: what keeps a byte from being read twice. */
export class KnownStreams {
  readonly #positions = new Map<string, Position>();
  readonly active = new Set<ActiveStream>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(positions: readonly Position[]) {
    for (const position of positions) this.#positions.set(position.id, position);
  }

  /**
   * Does one after the other: between seeing that nobody reads a stream and beginning to read it, no other source may do so.
   * What is done must not ask for a turn of its own.
   */
  alone<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(task);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  note(position: Position): void {
    this.#positions.set(position.id, position);
  }

  /** The latest positions that a tail of this path has left. */
  ofPath(path: string): Position[] {
    return [...this.#positions.values()].filter(({ state }) => state['tail'] === true && state['path'] === path);
  }

  /** The stream that begins with these bytes. The longest fingerprint that fits is the surest. */
  match(head: Buffer): Position | undefined {
    const hashes = new Map<number, string>();
    let best: Position | undefined;
    let bestLength = 0;
    for (const position of this.#positions.values()) {
      const length = position.state['fingerprintBytes'];
      if (typeof length !== 'number' || length < 1 || length > head.length || length < bestLength) continue;
      let hash = hashes.get(length);
      if (hash === undefined) hashes.set(length, (hash = fingerprint(head.subarray(0, length))));
      if (hash !== position.state['fingerprint']) continue;
      if (length === bestLength && best !== undefined && best.offset >= position.offset) continue;
      best = position;
      bestLength = length;
    }
    return best;
  }

  /** A name for a stream that no position is known of. Stays the same while the stream grows. */
  nameFor(head: Buffer): string {
    const name = fingerprint(head);
    // Two streams may have been as short and alike when they were first seen, and grown apart.
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? name : `${name}.${count}`;
      if (!this.#positions.has(candidate)) return candidate;
    }
  }
}

/** Whether one is the beginning of the other, and a whole line long, so that chance is ruled out. `unsure` before. */
export function sameBeginning(one: Buffer, other: Buffer): boolean | 'unsure' {
  const length = Math.min(one.length, other.length);
  if (length > 0 && one.compare(other, 0, length, 0, length) !== 0) return false;
  return one.subarray(0, length).includes(10) || length === HEAD_BYTES ? true : 'unsure';
}
