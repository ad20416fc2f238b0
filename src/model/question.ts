import type { DeliveryRow, LoginRow, QueueFileRow, RefusalRow, StepRow, VerdictRow } from './batch.ts';
import type { QueueName } from './line.ts';
import type { Label, LabelValues, SeriesName, Unit } from './series.ts';

/** What the store can be asked. Times are seconds since the epoch; `from` is included, `to` is not. */

export type Where = Partial<Record<Label, readonly string[]>>;

export interface SeriesQuestion {
  readonly series: readonly SeriesName[];
  readonly from: number;
  readonly to: number;
  /** Seconds; a multiple of 60. Bins start at multiples of the step since the epoch. */
  readonly step: number;
  /** One answer series for each combination of these labels; none: one for each name. */
  readonly by: readonly Label[];
  readonly where: Where;
  /** Which values of the first label in `by` have a curve of their own: the largest of a series, or these. The others are one: `OTHERS`. */
  readonly apart?: number | readonly string[];
}

/** As a label's value: all values together that have no curve of their own. No host or domain is called so. */
export const OTHERS = '*';

export interface SeriesPoints {
  readonly name: SeriesName;
  readonly labels: LabelValues;
  readonly unit: Unit;
  /** [start of the bin in seconds, value]; `null` where nothing was collected. */
  readonly points: readonly (readonly [number, number | null])[];
  /** Of a gauge: the last value. */
  readonly total: number;
  /** Per bin that was collected. */
  readonly avg: number;
  readonly max: number;
}

export interface SeriesAnswer {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly series: readonly SeriesPoints[];
}

/** Sums over a time range, exact to the minute, for reports. */
export interface TotalsQuestion {
  readonly from: number;
  readonly to: number;
  readonly series: readonly SeriesName[];
  readonly where: Where;
}

/** One sum for each combination of a series' labels (host, instance and domain included). */
export interface TotalsRow {
  readonly series: SeriesName;
  readonly labels: LabelValues;
  readonly value: number;
}

export const TOP_OF = ['sender', 'recipient', 'domain', 'client', 'relay', 'reason', 'user'] as const;
export type TopOf = (typeof TOP_OF)[number];

export interface TopQuestion {
  readonly of: TopOf;
  readonly series: SeriesName;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly where: Where;
}

export interface TopAnswer {
  readonly rows: readonly { readonly value: string; readonly count: number; readonly share: number }[];
  readonly total: number;
}

/** What the rows behind the figures are told apart by. `client` is the client's name, or its address where it has none. */
export const BREAKDOWN_FIELDS = {
  /** Messages received. */
  received: ['sender', 'senderDomain', 'client', 'via'],
  /** Every attempt for every recipient. `replyShape` is `reply` without the queue id that it tells at its end. */
  deliveries: ['outcome', 'transport', 'relay', 'recipient', 'recipientDomain', 'reply', 'replyShape'],
  /** What smtpd, milters and checks acted on. `textShape` is `text` with what stands in `<...>` and `[...]` taken out. */
  refusals: ['action', 'source', 'stage', 'reason', 'code', 'client', 'sender', 'recipient', 'textShape'],
} as const;
export type BreakdownOf = keyof typeof BREAKDOWN_FIELDS;
export type BreakdownField = (typeof BREAKDOWN_FIELDS)[BreakdownOf][number];

/**
 * Groups rows by some of their fields. Domains are in lower case (in addresses, too), empty where an address has none.
 * Only as far back as messages are kept.
 */
export interface BreakdownQuestion {
  readonly of: BreakdownOf;
  /** Fields of `of`. None: one row for all. */
  readonly by: readonly BreakdownField[];
  readonly from: number;
  readonly to: number;
  /** Only rows whose fields have one of these values. */
  readonly where: Partial<Record<BreakdownField, readonly string[]>>;
  readonly order: 'count' | 'bytes';
  readonly limit: number;
}

export interface BreakdownAnswer {
  /** The largest first. `values` in the order of `by`; delays in seconds, 0 where there are none. */
  readonly rows: readonly {
    readonly values: readonly string[];
    readonly count: number;
    readonly bytes: number;
    readonly meanDelay: number;
    readonly maxDelay: number;
  }[];
  /** How many groups there are, also those that `limit` cut. */
  readonly groups: number;
}

export type MessageStatus =
  'queued' | 'delivered' | 'sent' | 'deferred' | 'bounced' | 'expired' | 'discarded' | 'held' | 'removed' | 'rejected';

export interface MessagesQuestion {
  readonly from: number;
  readonly to: number;
  /** A queue id, a message-id or an address, whole; matches any of them. */
  readonly term?: string;
  readonly sender?: string;
  readonly recipient?: string;
  /** Login name; upper and lower case are alike. */
  readonly user?: string;
  readonly client?: string;
  readonly relay?: string;
  readonly status?: MessageStatus;
  /** The messages behind one part of the reconciliation (received in the range); the other filters but `hosts` do not go with it. */
  readonly fate?: FateName;
  readonly hosts?: readonly string[];
  /** The messages and refused attempts that this series was counted from; of the other filters only `where` goes with it. */
  readonly series?: SeriesName;
  readonly where?: Where;
  readonly limit: number;
}

/** One message as its user sees it. Also a refused attempt (status `rejected`), which has no uid and id `r-...`. */
export interface MessageSummary {
  readonly id: string;
  /** ms */
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly queueId: string;
  readonly messageId: string;
  readonly via: QueueFileRow['via'];
  readonly sender: string;
  /** As addressed by the sender, where the log tells; not all of very many. */
  readonly recipients: readonly string[];
  readonly recipientCount: number;
  readonly clientName: string;
  readonly clientIp: string;
  readonly user: string;
  readonly size: number;
  readonly status: MessageStatus;
  readonly reason: string;
}

/** A message's whole life: its queue files, and everything that happened to them, in order of time. */
export interface Trace {
  readonly id: string;
  readonly summary: MessageSummary;
  readonly queueFiles: readonly QueueFileRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly refusals: readonly RefusalRow[];
  readonly verdicts: readonly VerdictRow[];
  readonly steps: readonly StepRow[];
}

export interface BacklogQuestion {
  /** Seconds: what was waiting then. */
  readonly at: number;
  /** Domains, the largest first. */
  readonly limit: number;
  readonly host?: string;
}

/** Upper ends in minutes of the classes of age, as qshape(1) has them; one more is open. */
export const BACKLOG_MINUTES = [5, 10, 20, 40, 80, 160, 320, 640, 1280] as const;

/** Recipients that a delivery was tried for and put off, by where they are and how long their message is here. */
export interface BacklogAnswer {
  readonly rows: readonly {
    /** In lower case. */
    readonly domain: string;
    readonly recipients: number;
    /** In each class of age, one more than `BACKLOG_MINUTES`. */
    readonly byAge: readonly number[];
  }[];
  /** Of all domains, those that `limit` cut included. */
  readonly recipients: number;
  readonly domains: number;
}

export interface QueueState {
  /** ms of the newest sample. */
  readonly time: number;
  readonly host: string;
  readonly instance: string;
  readonly queues: readonly {
    readonly queue: QueueName;
    readonly messages: number;
    readonly bytes: number;
    readonly oldestSeconds: number;
  }[];
}

/** Whether a service takes connections, as it was last tried. Times in ms. */
export interface ServiceState {
  readonly host: string;
  readonly service: string;
  readonly up: boolean;
  /** The first try of those that all ended like the last. */
  readonly since: number;
  /** It was otherwise before; false: nothing else is known, it may be so for longer. */
  readonly changed: boolean;
  readonly checked: number;
}

export interface LoginsQuestion {
  readonly from: number;
  readonly to: number;
  /** As of the series `login`. */
  readonly where: Where;
  /** Upper and lower case are alike. */
  readonly user?: string;
  readonly ip?: string;
  readonly limit: number;
}

export interface LoginsAnswer {
  readonly recent: readonly LoginRow[];
  readonly byService: readonly { readonly service: string; readonly result: string; readonly attempts: number }[];
}

/** How well the logs are understood. */
export interface ParserAnswer {
  readonly programs: readonly {
    readonly host: string;
    readonly instance: string;
    readonly program: string;
    readonly understood: number;
    readonly unknown: number;
  }[];
  readonly unknown: readonly {
    readonly host: string;
    readonly program: string;
    readonly template: string;
    readonly count: number;
    readonly last: number;
  }[];
}

/** What the store holds. Times in seconds; 0 when empty. */
export interface StoreFacts {
  readonly firstTime: number;
  readonly lastTime: number;
  readonly lines: number;
  /** Of a large store as it was at most ten seconds ago. */
  readonly messages: number;
  readonly bytesOnDisk: number;
  /** What the database holds in memory: blocks of its file, and what is not in the file yet. It has a limit. */
  readonly bytesInMemory: number;
}

export interface ReconcileQuestion {
  readonly from: number;
  readonly to: number;
}

/** What became of a received message, as far as is known now. `removed`: deleted by the operator (postsuper -d). */
export const FINISHED = ['delivered', 'sent', 'bounced', 'expired', 'discarded', 'removed'] as const;
export type Finished = (typeof FINISHED)[number];
/** What may be asked of the reconciliation: all of it, or one of its parts. */
export const FATE_NAMES = ['received', ...FINISHED, 'queued', 'unexplained'] as const;
export type FateName = (typeof FATE_NAMES)[number];

/**
 * Why a message's fate is not known. `lost`: its queue id was given to another while it had not ended. `unfinished`: it
 * ended with a recipient whose last attempt was deferred. `handed_on`: given to a host of ours whose log is not here.
 * `no_outcome`: it ended without a delivery.
 */
export type Unexplained = 'lost' | 'unfinished' | 'handed_on' | 'no_outcome';

/** Messages that came in on one UTC day: received = all of finished + queued + unexplained. docs/counting.md. */
export interface ReconcileRow {
  /** Start of the day, in seconds. */
  readonly day: number;
  readonly host: string;
  readonly instance: string;
  readonly received: number;
  readonly finished: Readonly<Record<Finished, number>>;
  readonly queued: number;
  readonly unexplained: number;
  /** The first 20 of them; `id` is what `trace` takes. */
  readonly unexplainedMessages: readonly { readonly id: string; readonly queueId: string; readonly reason: Unexplained }[];
}
