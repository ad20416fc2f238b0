import type { DeliveryReason, DeliveryStatus, Login, Notice, Refusal, RejectReason, Verdict } from './event.ts';
import type { LagSample, Position, QueueSample, ServiceSample } from './line.ts';
import type { LabelValues, SeriesName } from './series.ts';

/**
 * One transaction's worth: rows, rollup deltas, in-flight messages and positions that belong together.
 * Either all of it is stored or nothing. Times are ms since the epoch, UTC.
 *
 * `uid` numbers queue files as they are first seen, `message` is the uid of the queue file the message entered with
 * (its root): the same number on all that happened to one message, as far as was known when the row was made;
 * `links` completes what was learnt later.
 */
export interface Batch {
  readonly positions: readonly Position[];
  readonly queueFiles: readonly QueueFileRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly refusals: readonly RefusalRow[];
  readonly verdicts: readonly VerdictRow[];
  readonly logins: readonly LoginRow[];
  readonly steps: readonly StepRow[];
  readonly links: readonly LinkRow[];
  /** Deliveries stored earlier whose outcome is now known to be another. Rare. */
  readonly corrections?: readonly CorrectionRow[];
  /** Queue files that are no more. */
  readonly ends?: readonly EndRow[];
  /** Queue files stored earlier (held mail, before the queue manager saw it) of which all is known now. Rare. */
  readonly completions?: readonly QueueFileRow[];
  /** Starts, stops and reloads of daemons. */
  readonly notices?: readonly NoticeRow[];
  readonly rollups: readonly RollupDelta[];
  readonly queueSamples: readonly QueueSample[];
  readonly serviceSamples?: readonly ServiceSample[];
  readonly lagSamples?: readonly LagSample[];
  readonly unknownLines: readonly UnknownLine[];
  readonly coverage: readonly Coverage[];
  /** In-flight state that changed: `null` forgets the key. Plain JSON text, opaque to the store. */
  readonly inFlight: ReadonlyMap<string, string | null>;
  /** Lines that went into this batch. */
  readonly lines: number;
}

/** A queue file, written when the queue manager first takes it up (or when it ends before that). */
export interface QueueFileRow {
  readonly uid: number;
  readonly message: number;
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly queueId: string;
  /** `received`: came from outside or from a user here. `hop`: handed over inside. `generated`: made here (bounces). `unknown`: its beginning was not seen. */
  readonly origin: 'received' | 'hop' | 'generated' | 'unknown';
  readonly via: 'smtp' | 'submission' | 'local' | '';
  readonly clientName: string;
  readonly clientIp: string;
  readonly user: string;
  readonly sender: string;
  readonly size: number;
  readonly recipients: number;
  readonly messageId: string;
}

/** What a delivery attempt amounts to. */
export type Outcome = 'sent' | 'delivered' | 'hop' | 'discarded' | 'deferred' | 'bounced';

export interface DeliveryRow {
  readonly uid: number;
  readonly message: number;
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly queueId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly originalRecipient: string;
  readonly transport: string;
  readonly relayName: string;
  readonly relayIp: string;
  readonly relayPort: number;
  /** ms */
  readonly delay: number;
  readonly delayBefore: number;
  readonly delayQueue: number;
  readonly delayConnect: number;
  readonly delayTransmit: number;
  readonly dsn: string;
  readonly status: DeliveryStatus;
  readonly outcome: Outcome;
  /** Empty unless bounced or deferred. */
  readonly reason: DeliveryReason | '';
  readonly size: number;
  readonly reply: string;
  readonly nextQueueId: string;
}

export interface RefusalRow {
  readonly uid: number;
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly queueId: string;
  readonly action: Refusal['kind'];
  readonly source: Refusal['source'];
  readonly stage: Refusal['stage'];
  readonly code: number;
  readonly dsn: string;
  readonly temporary: boolean;
  readonly reason: RejectReason;
  readonly clientName: string;
  readonly clientIp: string;
  readonly sender: string;
  readonly recipient: string;
  readonly helo: string;
  readonly text: string;
}

export interface VerdictRow {
  readonly uid: number;
  readonly message: number;
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly queueId: string;
  readonly scanner: string;
  readonly result: Verdict['result'];
  readonly action: Verdict['action'];
  readonly score: number | null;
  readonly name: string;
  readonly messageId: string;
  readonly sender: string;
  readonly recipient: string;
  /** False when another program had said so of the same message: shown, not counted. */
  readonly counted: boolean;
}

export interface LoginRow {
  readonly time: number;
  readonly host: string;
  readonly service: Exclude<Login['service'], 'auth'>;
  readonly result: Login['result'];
  readonly user: string;
  readonly ip: string;
  readonly attempts: number;
  readonly tls: boolean | null;
  readonly method: string;
}

/** A moment in a message's life that is no delivery: removed, expired, held, notification, policy, stored. */
export interface StepRow {
  readonly uid: number;
  readonly message: number;
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly queueId: string;
  readonly kind: string;
  readonly text: string;
}

/**
 * A queue file's end. `removed`: the queue manager was done with it. `deleted`: by postsuper. `discarded`: dropped before the
 * queue manager saw it. `refused`: the client was told no after all. `requeued`: another queue file carries it on
 * (postsuper -r). `lost`: its id was given to another, so it ended where the log does not tell.
 */
export interface EndRow {
  readonly uid: number;
  readonly time: number;
  readonly kind: EndKind;
}
export type EndKind = 'removed' | 'deleted' | 'discarded' | 'refused' | 'requeued' | 'lost';

/** A daemon's own life. */
export interface NoticeRow {
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly program: string;
  readonly kind: NonNullable<Notice['lifecycle']>;
  readonly text: string;
}

/** Learnt after the rows were made: queue file `child` carries on message `message`. */
export interface LinkRow {
  readonly child: number;
  readonly message: number;
}

/** Deliveries that turned out to be hops: the message came in again. */
export interface CorrectionRow {
  readonly uid: number;
  /** Which: that to this recipient, or all that the relay queued as this. The other one is empty. */
  readonly recipient: string;
  readonly nextQueueId: string;
  /** ms; of the first delivery and of the last. */
  readonly time: number;
  readonly until: number;
  readonly outcome: Outcome;
}

/** A signed addition to a series in the minute of `time`. Only live ones move Prometheus counters. */
export interface RollupDelta {
  readonly time: number;
  readonly series: SeriesName;
  readonly labels: LabelValues;
  readonly value: number;
  readonly live: boolean;
}

/** A line no parser knows, as a template: addresses, ids and numbers masked. */
export interface UnknownLine {
  readonly time: number;
  readonly host: string;
  readonly program: string;
  readonly template: string;
  readonly count: number;
}

/** From-to in which this source was read without a break: outside of all of them a graph shows a gap. */
export interface Coverage {
  readonly source: string;
  readonly from: number;
  readonly to: number;
}
