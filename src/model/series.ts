/** The series of DESIGN section 5: what is counted, in which unit, with which labels. */

/** Labels that a series may carry besides host, instance and domain. None has values that a stranger chooses. */
export const LABELS = [
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
export type Label = (typeof LABELS)[number];

export type Unit = 'messages' | 'recipients' | 'attempts' | 'bytes' | 'lines' | 'seconds';

export interface SeriesInfo {
  readonly unit: Unit;
  /** `sum`: additive, kept in rollups. `gauge`: sampled, averaged over a step. */
  readonly type: 'sum' | 'gauge';
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
} as const satisfies Record<string, SeriesInfo>;

export type SeriesName = keyof typeof SERIES;
export const SERIES_NAMES = Object.keys(SERIES) as readonly SeriesName[];

export const isSeriesName = (name: string): name is SeriesName => Object.hasOwn(SERIES, name);

export type LabelValues = Partial<Record<Label, string>>;
