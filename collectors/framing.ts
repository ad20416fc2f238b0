/**
 * Line framing: bytes in, blocks of whole lines out, with the offset that each one has in its stream. Knows LF and
 * nothing else: CR, NUL and broken UTF-8 pass through untouched.
 */

/** A longer line is cut there. */
export const MAX_LINE_BYTES = 1024 * 1024;

const LF = 10;
const EMPTY = Buffer.alloc(0);

/** Whole lines, and where the stream goes on after them. */
export interface Framed {
  /** Owns its memory: no other buffer shares it. */
  readonly bytes: Buffer;
  /** Stream offset of the first byte. */
  readonly offset: number;
  /** Stream offset from which reading goes on after these lines. */
  readonly next: number;
  /** The last line was cut: what stands from `next` to the next LF belongs to it and is skipped. */
  readonly cut: boolean;
  /** Bytes of cut lines that were skipped since the last block. */
  readonly cutBytes: number;
  /** How many of the last bytes were added here and do not stand in the stream (the LF of a cut line). */
  readonly added: number;
}

/** Frames one stream. Holds back what follows the last LF, at most `maxLineBytes` of it. */
export class LineFramer {
  readonly #maxLineBytes: number;
  #offset: number;
  #carry: Buffer = EMPTY;
  #cut: boolean;
  #skipped = 0;
  #cutBytes = 0;

  /** `cut` says that `offset` lies within a line that was cut there, whose rest is to be skipped. */
  constructor(offset: number, maxLineBytes: number, cut = false) {
    this.#offset = offset;
    this.#maxLineBytes = maxLineBytes;
    this.#cut = cut;
  }

  /** Where reading would go on after a restart: the first byte that was not given out. */
  get offset(): number {
    return this.#offset;
  }

  /** The stream offset of the next byte to read. */
  get readOffset(): number {
    return this.#offset + this.#carry.length + this.#skipped;
  }

  /** Bytes of a line are held back whose end has not come. */
  get isWithinLine(): boolean {
    return this.#carry.length > 0;
  }

  /** A fresh buffer that begins with the bytes held back and has room for `size` more. */
  reserve(size: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(this.#carry.length + size);
    this.#carry.copy(buffer);
    return buffer;
  }

  /** Takes a buffer made by `reserve` over, of which `added` new bytes are filled. */
  accept(buffer: Buffer, added: number): Framed[] {
    const length = this.#carry.length + added;
    const pieces: Framed[] = [];
    const base = this.#offset + this.#skipped;
    let start = 0;
    this.#carry = EMPTY;
    if (this.#cut) {
      const end = find(buffer, 0, length);
      if (end < 0) {
        this.#skipped += length;
        return pieces;
      }
      this.#endCut(this.#skipped + end, base + end + 1);
      start = end + 1;
    }
    for (;;) {
      const long = this.#lineOverLimit(buffer, start, length);
      const stop = long < 0 ? buffer.lastIndexOf(LF, length - 1) + 1 : long;
      if (stop > start) pieces.push(this.#piece(buffer.subarray(start, stop), base + start, 0));
      if (long < 0) {
        const rest = Math.max(stop, start);
        this.#offset = base + rest;
        this.#carry = own(buffer.subarray(rest, length));
        break;
      }
      const bytes = Buffer.allocUnsafeSlow(this.#maxLineBytes + 1);
      buffer.copy(bytes, 0, long, long + this.#maxLineBytes);
      bytes[this.#maxLineBytes] = LF;
      pieces.push(this.#piece(bytes, base + long, 1));
      const kept = long + this.#maxLineBytes;
      const end = find(buffer, kept, length);
      if (end < 0) {
        this.#cut = true;
        this.#offset = base + kept;
        this.#skipped = length - kept;
        break;
      }
      this.#endCut(end - kept, base + end + 1);
      start = end + 1;
    }
    // Several pieces of one buffer would share its memory; who takes one over may hand it to another thread.
    return pieces.length < 2 ? pieces : pieces.map((piece) => ({ ...piece, bytes: own(piece.bytes) }));
  }

  /** Copies a chunk in and frames it. */
  push(chunk: Buffer): Framed[] {
    const buffer = this.reserve(chunk.length);
    chunk.copy(buffer, buffer.length - chunk.length);
    return this.accept(buffer, chunk.length);
  }

  /** The stream has ended: what is left without its LF is a line as well. */
  finish(): Framed | undefined {
    if (this.#carry.length === 0) return undefined;
    const piece = this.#piece(this.#carry, this.#offset, 0);
    this.#offset = piece.next;
    this.#carry = EMPTY;
    return piece;
  }

  #piece(bytes: Buffer, offset: number, added: number): Framed {
    const cutBytes = this.#cutBytes;
    this.#cutBytes = 0;
    return { bytes, offset, next: offset + bytes.length - added, cut: added > 0, cutBytes, added };
  }

  #endCut(bytes: number, offset: number): void {
    this.#cut = false;
    this.#cutBytes += bytes;
    this.#skipped = 0;
    this.#offset = offset;
  }

  /** Where the first line longer than the limit begins, or -1. Leaps from LF to LF, a limit's length at a time. */
  #lineOverLimit(buffer: Buffer, start: number, length: number): number {
    let position = start;
    while (length - position > this.#maxLineBytes) {
      const end = buffer.lastIndexOf(LF, position + this.#maxLineBytes);
      if (end < position) return position;
      position = end + 1;
    }
    return -1;
  }
}

/** The lines that the next bytes of a stream end, as text without their LF. */
export function* linesOf(framer: LineFramer, chunk: Buffer): Generator<string> {
  for (const { bytes } of framer.push(chunk)) yield* bytes.toString('utf8', 0, bytes.length - 1).split('\n');
}

function find(buffer: Buffer, from: number, length: number): number {
  const index = buffer.indexOf(LF, from);
  return index < length ? index : -1;
}

function own(bytes: Buffer): Buffer {
  if (bytes.length === 0) return EMPTY;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
