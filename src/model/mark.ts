/** Something that happened to the mail system or to us, drawn as a line across the graphs. */
export interface Mark {
  /** Seconds since the epoch. */
  readonly time: number;
  /** Seconds; absent when it was a moment. */
  readonly until?: number;
  /** `start`, `stop`, `reload`: a daemon's own life. `gap`: a source was not read. `alert`: a rule fired. */
  readonly kind: (typeof MARK_KINDS)[number];
  readonly host: string;
  /** Program, source or rule. */
  readonly name: string;
  /** As logged, or one sentence. */
  readonly text: string;
}

export const MARK_KINDS = ['start', 'stop', 'reload', 'gap', 'alert'] as const;

/** A part of the service that has marks between two times (seconds). */
export type MarkProvider = (from: number, to: number) => Promise<readonly Mark[]>;
