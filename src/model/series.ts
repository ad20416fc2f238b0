/** What is counted, in which unit, with which labels (docs/counting.md). */

/** Labels that sums may be kept by. None has values that a stranger chooses. */
export const STORED_LABELS = [
  'host',
  'instance',
  'domain',
  'via',
  'reason',
  'permanence',
  'stage',
  'source',
  'action',
  'service',
  'result',
  'tls',
  'provider',
  'program',
  'queue',
] as const;

/** All labels that a series may carry; the last ones only exist in answers. */
export const LABELS = [...STORED_LABELS, 'phase', 'quantile', 'size_class'] as const;
export type Label = (typeof LABELS)[number];

export type Unit = 'messages' | 'recipients' | 'attempts' | 'bytes' | 'lines' | 'seconds' | 'ratio';

export interface SeriesInfo {
  readonly unit: Unit;
  /**
   * `sum`: additive, kept in rollups. `gauge`: sampled, averaged over a step. `counted` (additive) and `percentile`: made when asked from
   * the rows of messages, and where bins are whole hours from what these came to by the hour, which is kept for longer.
   */
  readonly type: 'sum' | 'gauge' | 'counted' | 'percentile';
  /** Labels besides host, instance and domain. */
  readonly labels: readonly Label[];
  /** Seconds of the finest bin that is kept. */
  readonly resolution: number;
}

const MINUTE = 60;

const sum = (unit: Unit, ...labels: Label[]): SeriesInfo => ({ unit, type: 'sum', labels, resolution: MINUTE });
const gauge = (unit: Unit, ...labels: Label[]): SeriesInfo => ({ unit, type: 'gauge', labels, resolution: MINUTE });

export const SERIES = {
  received: sum('messages', 'via'),
  sent: sum('recipients', 'provider'),
  delivered: sum('recipients'),
  bounced: sum('recipients', 'reason', 'stage', 'source', 'provider'),
  expired: sum('messages'),
  deferred: sum('attempts', 'reason', 'stage', 'source', 'provider'),
  /** Distinct messages beside `deferred`: counted at a message's first deferral. */
  deferred_messages: sum('messages'),
  rejected: sum('attempts', 'reason', 'permanence', 'stage', 'source'),
  discarded: sum('messages'),
  held: sum('messages'),
  virus: sum('messages', 'action'),
  spam: sum('messages', 'action'),
  banned: sum('messages', 'action'),
  received_bytes: sum('bytes', 'via'),
  sent_bytes: sum('bytes', 'provider'),
  delivered_bytes: sum('bytes'),
  login: sum('attempts', 'service', 'result', 'tls'),
  session_bytes_in: sum('bytes', 'service'),
  session_bytes_out: sum('bytes', 'service'),
  /** Each program in each minute would be half of all that is stored. */
  log_lines: { ...sum('lines', 'program', 'result'), resolution: 10 * MINUTE },
  queue_messages: gauge('messages', 'queue'),
  queue_bytes: gauge('bytes', 'queue'),
  queue_oldest_seconds: gauge('seconds', 'queue'),
  /** Until a probe was back, of those that came; and what part of them came, 0 to 1. */
  probe_delay_seconds: gauge('seconds'),
  probe_success: gauge('ratio'),
  /** How long after their time lines were read, as they were written. */
  log_lag_seconds: gauge('seconds', 'source'),
  /** 1 where a service took every connection, 0 where none. */
  service_up: gauge('ratio', 'service'),
  /** Of recipients that were reached: how long it took, in all and in each of Postfix's four phases. */
  delivery_delay: { unit: 'seconds', type: 'percentile', labels: ['phase', 'quantile'], resolution: MINUTE },
  /** `received` by size of the message. */
  received_sizes: { unit: 'messages', type: 'counted', labels: ['size_class'], resolution: MINUTE },
} as const satisfies Record<string, SeriesInfo>;

export type SeriesName = keyof typeof SERIES;
export const SERIES_NAMES = Object.keys(SERIES) as readonly SeriesName[];

export const isSeriesName = (name: string): name is SeriesName => Object.hasOwn(SERIES, name);

/** Values of `phase`: Postfix's delays=a/b/c/d, and their sum. */
export const PHASES = ['total', 'before', 'queue', 'connect', 'transmit'] as const;
export type Phase = (typeof PHASES)[number];
/** Values of `quantile`. */
export const QUANTILES = ['0.5', '0.9', '0.99'] as const;
/** Values of `size_class`, and the bytes below which a message has it. */
export const SIZES = { '16K': 16 * 1024, '128K': 128 * 1024, '1M': 1024 ** 2, '10M': 10 * 1024 ** 2, more: Infinity } as const;

export type LabelValues = Partial<Record<Label, string>>;
