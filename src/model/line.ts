/**
 * What collectors deliver: bytes that are whole lines, with the exact place where they came from.
 */

/**
 * Where reading goes on. Stored as it is, in the transaction that stores the rows made from the bytes before it.
 * `id` names the byte stream, not the path: for a file, the content's first bytes, so that a rotated, renamed or
 * compressed copy is the same stream and no line counts twice.
 */
export interface Position {
  readonly id: string;
  /** Bytes after the last whole line (of the uncompressed content). */
  readonly offset: number;
  /** What the collector needs to find the stream again; plain JSON, opaque to everybody else. */
  readonly state: Readonly<Record<string, string | number | boolean>>;
}

/** Whole lines of one stream. */
export interface Block {
  /** The configured source, as the operator knows it: `/var/log/mail.log`, `stdin`. */
  readonly source: string;
  /** Whole lines, each ended by LF (CR LF is left as it is); the last LF may be missing at the end of a finished stream. */
  readonly bytes: Buffer;
  /** Offset of the first byte in the stream. */
  readonly offset: number;
  /** Where to go on once this block is committed. */
  readonly position: Position;
  /**
   * The moment near which the last line was written, ms since the epoch: now when it is read as it is written, the
   * file's mtime otherwise. Gives RFC 3164 stamps their year.
   */
  readonly written: number;
  /**
   * `live`: written since this source is watched, also while the service was down. `history`: it was there before
   * the first start, or is imported; it moves no Prometheus counter.
   */
  readonly origin: 'live' | 'history';
  /** Which of the source's logs, where it may have several: each has its own order. Its rotated files belong to it. */
  readonly log?: string;
  /** Host of lines that name none, where the sender is known; else the source's. */
  readonly host?: string;
  /** Bytes of this block's stream that were given up before it (a line over the limit was cut). */
  readonly cutBytes?: number;
}

/** Messages, bytes and age in one Postfix queue. */
export interface QueueSample {
  /** ms since the epoch. */
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly queue: QueueName;
  readonly messages: number;
  readonly bytes: number;
  /** Age of the oldest message in seconds; 0 when the queue is empty. */
  readonly oldestSeconds: number;
}

export type QueueName = (typeof QUEUE_NAMES)[number];
export const QUEUE_NAMES = ['incoming', 'active', 'deferred', 'hold', 'maildrop', 'corrupt'] as const;

/** What a collector sees of its source, for `/readyz`, the page and `doctor`. */
export interface SourceState {
  readonly source: string;
  /** `waiting`: not there yet. `reading`: catching up. `current`: read to the end. `failed`: see `message`. */
  readonly status: 'waiting' | 'reading' | 'current' | 'failed';
  /** One sentence with the cure; empty when all is well. */
  readonly message: string;
  /** Bytes written and not read yet. */
  readonly behindBytes: number;
  /** Lines that came and were not taken, since the start, where a source knows of such. */
  readonly dropped?: number;
}

/** Whether a service took a connection. */
export interface ServiceSample {
  /** ms since the epoch. */
  readonly time: number;
  readonly host: string;
  /** As configured, or one of the usual names: mta, imap, web. */
  readonly service: string;
  readonly up: boolean;
}

/** How late lines of a source were read in a minute. */
export interface LagSample {
  /** ms since the epoch: the minute. */
  readonly time: number;
  readonly source: string;
  /** Seconds from the newest line's time until it was read; the most in that minute. */
  readonly seconds: number;
}

/** Where collectors put what they read. */
export interface Sink {
  /** Takes a block over (the buffer must not be used again). Resolves when the next one may come: back pressure. */
  lines(block: Block): Promise<void>;
  /** Takes samples of queues and services over. */
  samples(samples: readonly (QueueSample | ServiceSample)[]): Promise<void>;
  /** Tells what the collector sees; called on every change. */
  state(state: SourceState): void;
  /** Lines were lost between two blocks of a stream (a rotated file is gone): the graphs show a gap. */
  gap(source: string, message: string): void;
}

/** A source of lines or samples. Constructing does no I/O. */
export interface Collector {
  readonly source: string;
  /** Reads until the signal is aborted or the source ends. Rejects only for what trying again cannot cure. */
  run(sink: Sink, signal: AbortSignal): Promise<void>;
}
