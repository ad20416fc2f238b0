/** One byte stream on its way to the sink: its name, its place, and the blocks made from it. */
import type { Block, Position, Sink } from '../src/model/line.ts';
import type { Framed } from './framing.ts';
import { LineFramer } from './framing.ts';
import type { ActiveStream, KnownStreams } from './identity.ts';
import { ANCHOR_BYTES, fingerprint } from './identity.ts';

/** What all streams of one source have in common. */
export interface StreamContext {
  readonly source: string;
  readonly known: KnownStreams;
  readonly maxLineBytes: number;
  /** The path that a tail watches, when one does: a restart finds its streams by it. */
  readonly tailPath: string | undefined;
}

/** Where and how to begin. */
export interface StreamStart {
  readonly inode: string;
  readonly head: Buffer;
  /** What is known of the stream. */
  readonly match: Position | undefined;
  /** Where reading begins; the match's offset is the default. */
  readonly offset?: number;
  /** `offset` lies within a line: skip to its end. */
  readonly withinLine?: boolean;
  /** Bytes before this offset were there before the source was watched. */
  readonly historyUntil: number;
}

/** What the file's facts were when bytes were read. */
export interface ReadFacts {
  readonly mtimeMs: number;
  /** ms; when these bytes were written, where that is known better than by the mtime. */
  readonly written?: number | undefined;
  /** The bytes reach to the end of what was there. */
  readonly atEnd: boolean;
}

/** A line read within this time of its file's last change was written about now. */
const FRESH_MILLIS = 60_000;

export class LogStream implements ActiveStream {
  readonly context: StreamContext;
  readonly inode: string;
  /** The first bytes, up to HEAD_BYTES; grows with the stream. */
  head: Buffer;
  framer: LineFramer;
  #historyUntil: number;
  /** The newest that the sink has taken over. */
  position: Position | undefined;
  #id: string | undefined;
  readonly #state: Position['state'];

  constructor(context: StreamContext, start: StreamStart) {
    this.context = context;
    this.inode = start.inode;
    this.head = start.head;
    this.#historyUntil = start.historyUntil;
    this.position = start.match;
    this.#id = start.match?.id;
    this.#state = start.match?.state ?? {};
    const cut = start.withinLine ?? (start.offset === undefined && start.match?.state['cut'] === true);
    this.framer = new LineFramer(start.offset ?? start.match?.offset ?? 0, context.maxLineBytes, cut);
  }

  /** A read must not pass the end of history: what comes after it counts as live. */
  readLimit(size: number): number {
    return this.framer.readOffset < this.#historyUntil ? Math.min(size, this.#historyUntil) : size;
  }

  /** Hands framed lines over, one block after the other, as fast as the sink takes them. */
  async deliver(framed: readonly Framed[], facts: ReadFacts, sink: Sink): Promise<void> {
    const { source, tailPath } = this.context;
    for (const piece of framed) {
      const position = this.#position(piece, facts.mtimeMs);
      const origin = piece.offset < this.#historyUntil ? 'history' : 'live';
      const now = Date.now();
      const fresh = origin === 'live' && facts.atEnd && Math.abs(now - facts.mtimeMs) < FRESH_MILLIS;
      const block: Block = {
        source,
        bytes: piece.bytes,
        offset: piece.offset,
        position,
        written: fresh ? now : Math.floor(facts.written ?? facts.mtimeMs),
        origin,
        ...(tailPath !== undefined && { log: tailPath }),
        ...(piece.cutBytes > 0 && { cutBytes: piece.cutBytes }),
      };
      await sink.lines(block);
      this.context.known.note(position);
      this.position = position;
    }
    // The line that was half written at the first sight is finished later: it is live.
    if (this.framer.readOffset === this.#historyUntil) this.#historyUntil = this.framer.offset;
  }

  #position(piece: Framed, mtimeMs: number): Position {
    this.#id ??= this.context.known.nameFor(this.head);
    const stream = piece.bytes.subarray(0, piece.bytes.length - piece.added);
    const anchor = stream.subarray(Math.max(0, stream.length - ANCHOR_BYTES));
    const { cut: _cut, ...before } = this.#state;
    const [dev = '', ino = ''] = this.inode.split(':');
    const { tailPath } = this.context;
    return {
      id: this.#id,
      offset: piece.next,
      state: {
        ...before,
        ...(tailPath !== undefined && { tail: true, path: tailPath }),
        dev,
        ino,
        fingerprint: fingerprint(this.head),
        fingerprintBytes: this.head.length,
        anchor: fingerprint(anchor),
        anchorBytes: anchor.length,
        mtime: mtimeMs,
        ...(piece.cut && { cut: true }),
      },
    };
  }
}
