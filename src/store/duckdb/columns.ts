import type {
  CorrectionRow,
  DeliveryRow,
  EndRow,
  LoginRow,
  NoticeRow,
  QueueFileRow,
  RefusalRow,
  StepRow,
  UnknownLine,
  VerdictRow,
} from '../../model/batch.ts';
import type { LagSample, QueueSample, ServiceSample } from '../../model/line.ts';
import { STORED_LABELS } from '../../model/series.ts';

/**
 * How a field of a row object becomes a column, and back.
 *
 * `time`: ms since the epoch, a TIMESTAMP in UTC. `whole`, `big`: INTEGER, BIGINT. `real`: DOUBLE or NULL. `flag`: BOOLEAN.
 * `nullable`: text or NULL, which a batch crosses as an empty string: for values that are never empty.
 * `choice`: true, false or null as 'yes', 'no' or ''. `name`: text of which a batch has few different values. `text`: any text.
 */
export type ColumnKind = 'time' | 'whole' | 'big' | 'real' | 'flag' | 'choice' | 'name' | 'text' | 'nullable';

export interface Column {
  /** The field of the row object. */
  readonly field: string;
  /** The column of the table. */
  readonly name: string;
  readonly kind: ColumnKind;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** Field by field in the order of the table's columns; every field of the row must be there. */
type Fields<Row> = { readonly [Field in keyof Row]-?: ColumnKind | readonly [name: string, kind: ColumnKind] };

const snakeCase = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function table<Row>(name: string, fields: Fields<Row>): Table {
  const columns = Object.entries<ColumnKind | readonly [string, ColumnKind]>(fields).map(([field, is]) =>
    typeof is === 'string' ? { field, name: snakeCase(field), kind: is } : { field, name: is[0], kind: is[1] },
  );
  return { name, columns };
}

/** The table with some of its columns. */
export const only = ({ name, columns }: Table, fields: readonly string[]): Table => ({
  name,
  columns: columns.filter(({ field }) => fields.includes(field)),
});

export const QUEUE_FILES = table<QueueFileRow>('queue_files', {
  uid: 'big',
  message: 'big',
  time: 'time',
  host: 'name',
  instance: 'name',
  queueId: 'text',
  origin: 'name',
  via: 'name',
  clientName: 'name',
  clientIp: 'name',
  user: ['user_name', 'name'],
  sender: 'text',
  size: 'big',
  recipients: 'whole',
  messageId: 'text',
});

export const DELIVERIES = table<DeliveryRow>('deliveries', {
  uid: 'big',
  message: 'big',
  time: 'time',
  host: 'name',
  instance: 'name',
  queueId: 'text',
  sender: 'text',
  recipient: 'text',
  originalRecipient: 'name',
  transport: 'name',
  relayName: 'name',
  relayIp: 'name',
  relayPort: 'whole',
  delay: ['delay_ms', 'whole'],
  delayBefore: ['delay_before_ms', 'whole'],
  delayQueue: ['delay_queue_ms', 'whole'],
  delayConnect: ['delay_connect_ms', 'whole'],
  delayTransmit: ['delay_transmit_ms', 'whole'],
  dsn: 'name',
  status: 'name',
  outcome: 'name',
  reason: 'name',
  size: 'big',
  reply: 'text',
  nextQueueId: 'text',
});

export const CORRECTIONS = table<CorrectionRow>('corrections', {
  uid: 'big',
  recipient: 'text',
  nextQueueId: 'text',
  time: 'time',
  until: 'time',
  outcome: 'name',
});

export const REFUSALS = table<RefusalRow>('refusals', {
  uid: 'big',
  time: 'time',
  host: 'name',
  instance: 'name',
  queueId: 'text',
  action: 'name',
  source: 'name',
  stage: 'name',
  code: 'whole',
  dsn: 'name',
  temporary: 'flag',
  reason: 'name',
  clientName: 'name',
  clientIp: 'name',
  sender: 'text',
  recipient: 'text',
  helo: 'name',
  text: 'text',
});

export const VERDICTS = table<VerdictRow>('verdicts', {
  uid: 'big',
  message: 'big',
  time: 'time',
  host: 'name',
  instance: 'name',
  queueId: 'text',
  scanner: 'name',
  result: 'name',
  action: 'name',
  score: 'real',
  name: 'name',
  messageId: 'text',
  sender: 'text',
  recipient: 'text',
  counted: 'flag',
});

export const LOGINS = table<LoginRow>('logins', {
  time: 'time',
  host: 'name',
  service: 'name',
  result: 'name',
  user: ['user_name', 'name'],
  ip: 'name',
  attempts: 'whole',
  tls: 'choice',
  method: 'name',
});

export const STEPS = table<StepRow>('steps', {
  uid: 'big',
  message: 'big',
  time: 'time',
  host: 'name',
  instance: 'name',
  queueId: 'text',
  kind: 'name',
  text: 'text',
});

export const ENDED = table<EndRow>('ended', { uid: 'big', time: 'time', kind: 'name' });

export const NOTICES = table<NoticeRow>('notices', {
  time: 'time',
  host: 'name',
  instance: 'name',
  program: 'name',
  kind: 'name',
  text: 'text',
});

export const LINKS = table<{ child: number; message: number }>('links', { child: 'big', message: 'big' });

export const QUEUE_SAMPLES = table<QueueSample>('queue_samples', {
  time: 'time',
  host: 'name',
  instance: 'name',
  queue: 'name',
  messages: 'big',
  bytes: 'big',
  oldestSeconds: 'big',
});

export const SERVICE_SAMPLES = table<ServiceSample>('service_samples', { time: 'time', host: 'name', service: 'name', up: 'flag' });

export const LAG_SAMPLES = table<LagSample>('lag_samples', { time: 'time', source: 'name', seconds: 'real' });

export const UNKNOWN_LINES = table<UnknownLine>('unknown_lines', {
  time: 'time',
  host: 'name',
  program: 'name',
  template: 'text',
  count: ['lines', 'big'],
});

/** Sums of series in bins; the same bin may have several rows, which add up. */
const sums = (name: string): Table =>
  table<{ time: number; key: number; value: number }>(name, { time: 'time', key: 'whole', value: 'real' });
export const MINUTE_SUMS = sums('minute_sums');
export const HOUR_SUMS = sums('hour_sums');
export const DAY_SUMS = sums('day_sums');

export const COVERAGE = table<{ source: string; from: number; to: number }>('coverage', {
  source: 'name',
  from: ['from_time', 'time'],
  to: ['to_time', 'time'],
});

/** A value that is replaced as a whole: the row with the highest `version` is the one that counts, null in it means forgotten. */
export interface StateRow {
  readonly kind: 'position' | 'in_flight' | 'fact';
  readonly key: string;
  readonly version: number;
  readonly value: string | null;
}

export const STATE = table<StateRow>('state', { kind: 'name', key: 'text', version: 'big', value: 'nullable' });

export const SERIES_KEYS: Table = {
  name: 'series_keys',
  columns: [
    { field: 'key', name: 'key', kind: 'whole' },
    { field: 'series', name: 'series', kind: 'name' },
    ...STORED_LABELS.map((label) => ({ field: label, name: label, kind: 'name' as const })),
  ],
};

/** What a column of a fed row is in the table. `column` is the feed's own name of it. */
export function storedAs(kind: ColumnKind, column: string): string {
  switch (kind) {
    case 'time':
      return `make_timestamp_ms(${column}::BIGINT)`;
    case 'whole':
      return `${column}::INTEGER`;
    case 'big':
      return `${column}::BIGINT`;
    case 'real':
      return `CASE WHEN isnan(${column}) THEN NULL ELSE ${column} END`;
    case 'flag':
      return `${column} <> 0`;
    case 'nullable':
      return `nullif(${column}, '')`;
    default:
      return `${column}::VARCHAR`;
  }
}

function readAs({ kind, name }: Column, source: string): string {
  const column = `${source}.${name}`;
  switch (kind) {
    case 'time':
      return `epoch_ms(${column})::DOUBLE`;
    case 'big':
      return `${column}::DOUBLE`;
    case 'choice':
      return `CASE ${column} WHEN 'yes' THEN true WHEN 'no' THEN false END`;
    default:
      return column;
  }
}

/** The select list that gives back the row objects of a table, read under the name `source`. */
export const selectList = ({ columns }: Table, source: string): string =>
  columns.map((column) => `${readAs(column, source)} AS "${column.field}"`).join(', ');
