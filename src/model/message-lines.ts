import type { Trace } from './question.ts';

/** A log line as it was written, of the life of a message. */
export interface MessageLine {
  /** ms since the epoch. */
  readonly time: number;
  /** Where it was found: a file's path, or the journal. */
  readonly source: string;
  /** Of one line; what is not UTF-8 or too long is replaced. */
  readonly text: string;
}

/**
 * Why lines may be missing. `no_log`: no file and no journal is configured that could be looked through. `gone`: none that is there
 * reaches back to every moment of the message. `limit`: looking took too long or met too much. `unreadable`: a file could not be read.
 */
export const LINE_GAPS = ['no_log', 'gone', 'limit', 'unreadable'] as const;
export type LineGap = (typeof LINE_GAPS)[number];

export interface MessageLines {
  /** In order of time. */
  readonly lines: readonly MessageLine[];
  readonly missing: readonly LineGap[];
}

/** Looks for the lines that a message's life was read from, where the logs lie. Bounded in time and size; throws `query_timeout` when asked too often. */
export type LineFinder = (trace: Trace) => Promise<MessageLines>;

/** A stretch of time, in ms; both ends are included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}
