import type { DeliveryRow, QueueFileRow, RollupDelta } from './batch.ts';
import type { QueueSample, ServiceSample, SourceState } from './line.ts';

/** A batch that was committed, as subscribers (metrics, the live stream) see it. */
export interface Committed {
  /** ms since the epoch: when it was committed, and the newest event in it. */
  readonly time: number;
  readonly newestEvent: number;
  readonly lines: number;
  readonly rollups: readonly RollupDelta[];
  readonly deliveries: readonly DeliveryRow[];
  readonly queueFiles: readonly QueueFileRow[];
  readonly queueSamples: readonly QueueSample[];
  readonly serviceSamples?: readonly ServiceSample[];
  /** Whether what is in it was written since we watch; only then histograms are observed. */
  readonly live: boolean;
}

/** Lines of a source that nobody can read any more. */
export interface Gap {
  readonly source: string;
  /** ms since the epoch: when it was noticed. */
  readonly time: number;
  readonly message: string;
}

/** How collecting is going, for readiness and the page. */
export interface CollectingState {
  readonly startedAt: number;
  readonly sources: readonly SourceState[];
  /** ms since the epoch; 0 before the first. */
  readonly lastLineAt: number;
  readonly lastCommitAt: number;
  readonly linesUnderstood: number;
  readonly linesUnknown: number;
  /** Of the unknown: stamps in the future or from before there were mail logs, in no figure. */
  readonly linesMisdated: number;
  /** Of the unknown: lines on which we failed ourselves. */
  readonly linesFailed: number;
  /** Seconds between a line's time stamp and its commit, by source; the newest. */
  readonly lagSeconds: Readonly<Record<string, number>>;
  /** How often lines of a source were lost before they could be read, by source; and the newest such losses, oldest first. */
  readonly gapsBySource: Readonly<Record<string, number>>;
  readonly gaps: readonly Gap[];
  /** The store's last failure, empty when the last commit went through. */
  readonly storeProblem: string;
}

/** The running pipeline as the service's other parts see it. */
export interface Collecting {
  state(): CollectingState;
  /** Calls back after each commit; returns how to stop. A listener must not throw. */
  onCommit(listener: (committed: Committed) => void): () => void;
}
