import type { Where } from '../../model/question.ts';
import { OperationalError } from '../../model/errors.ts';
import { type Label, LABELS, SERIES, type SeriesName, SIZES } from '../../model/series.ts';
import type { Parameters } from './segments.ts';

/** The rows that a series was counted from, as long as they are kept, and where its labels are in them. */

/** Where the rows of a series are. */
export interface Source {
  readonly table: 'queue_files' | 'deliveries' | 'refusals' | 'verdicts' | 'logins' | 'steps';
  readonly rows: string;
  /** What one row counts. */
  readonly weight?: string;
  /** The party whose domain is meant where rows are told apart by it. */
  readonly party: 'sender' | 'recipient' | 'user';
  /** Whose domain of ours the label `domain` is, as the pipeline chose it: of the first that has one. */
  readonly ours: readonly string[];
}

/**
 * Messages that came in, of `queue_files t`. Some were stored before it was known that they carry on another's message, or that the client
 * was told no after all. Not asked with EXISTS or an anti join, which take five to ten times as long.
 */
export const RECEIVED = `t.origin = 'received' AND t.uid NOT IN (SELECT child FROM links WHERE message <> child)
  AND t.uid NOT IN (SELECT uid FROM ended WHERE kind = 'refused')`;

/** Spam that was tagged and then blocked counts as blocked. */
const SPAM = `t.result = 'spam' AND t.counted AND (t.action = 'blocked'
  OR t.message NOT IN (SELECT message FROM verdicts WHERE result = 'spam' AND counted AND action = 'blocked' AND message <> 0))`;

/** Deliveries whose recipient was reached. */
export const REACHED = `outcome IN ('sent', 'delivered')`;

/** The size class of a message. */
export const SIZE_CLASS = `CASE ${Object.entries(SIZES)
  .map(([name, below]) => (below === Infinity ? `ELSE '${name}'` : `WHEN size < ${below} THEN '${name}'`))
  .join(' ')} END`;

/** Of what failed on its way in and on its way out. */
const EITHER = ['recipient', 'sender'];

export const LOGGED_IN: Source = { table: 'logins', rows: 'true', weight: 't.attempts', party: 'user', ours: ['user_name'] };

export const SOURCES: Partial<Record<SeriesName, Source>> = {
  received: { table: 'queue_files', rows: RECEIVED, party: 'sender', ours: ['sender'] },
  received_bytes: { table: 'queue_files', rows: RECEIVED, weight: 't.size', party: 'sender', ours: ['sender'] },
  received_sizes: { table: 'queue_files', rows: RECEIVED, party: 'sender', ours: [] },
  sent: { table: 'deliveries', rows: `t.outcome = 'sent'`, party: 'recipient', ours: ['sender'] },
  sent_bytes: { table: 'deliveries', rows: `t.outcome = 'sent'`, weight: 't.size', party: 'recipient', ours: ['sender'] },
  delivered: { table: 'deliveries', rows: `t.outcome = 'delivered'`, party: 'recipient', ours: ['recipient'] },
  delivered_bytes: { table: 'deliveries', rows: `t.outcome = 'delivered'`, weight: 't.size', party: 'recipient', ours: ['recipient'] },
  bounced: { table: 'deliveries', rows: `t.outcome = 'bounced'`, party: 'recipient', ours: EITHER },
  deferred: { table: 'deliveries', rows: `t.outcome = 'deferred'`, party: 'recipient', ours: EITHER },
  deferred_messages: {
    table: 'deliveries',
    rows: `t.outcome = 'deferred'`,
    weight: 'DISTINCT t.message',
    party: 'recipient',
    ours: EITHER,
  },
  rejected: { table: 'refusals', rows: `t.action = 'rejected'`, party: 'sender', ours: ['recipient'] },
  discarded: { table: 'refusals', rows: `t.action = 'discarded'`, party: 'sender', ours: ['recipient'] },
  virus: { table: 'verdicts', rows: `t.result = 'virus' AND t.counted`, party: 'sender', ours: ['recipient'] },
  spam: { table: 'verdicts', rows: SPAM, party: 'sender', ours: ['recipient'] },
  banned: { table: 'verdicts', rows: `t.result = 'banned' AND t.counted`, party: 'sender', ours: ['recipient'] },
  login: LOGGED_IN,
  expired: { table: 'steps', rows: `t.kind = 'expired'`, party: 'sender', ours: ['sender'] },
  held: { table: 'steps', rows: `t.kind = 'held'`, party: 'sender', ours: ['sender'] },
};

/** What a percentile is made of; there is nothing to add up. */
export const DELAYED: Source = { table: 'deliveries', rows: REACHED, party: 'recipient', ours: EITHER };

/** What is dropped only when it is handed on, by a filter or a mailbox program, is told by its deliveries. */
export const DISCARDED_LATER: Source = {
  table: 'deliveries',
  rows: `t.outcome = 'discarded'`,
  weight: 'DISTINCT t.message',
  party: 'sender',
  ours: EITHER,
};

/** Columns of their own; what a delivery, verdict or step does not carry is taken from the message it belongs to. */
const OWN: Record<Source['table'], readonly string[]> = {
  queue_files: ['sender', 'client_ip', 'user_name', 'via'],
  deliveries: ['sender', 'recipient', 'relay_name', 'reason'],
  refusals: ['sender', 'recipient', 'client_ip', 'reason', 'stage', 'source'],
  verdicts: ['sender', 'recipient', 'action'],
  logins: ['user_name', 'ip', 'service', 'result', 'tls'],
  steps: [],
};
const OF_MESSAGE = ['sender', 'client_ip', 'user_name', 'via'];

/** A message may have come in some days before it was delivered. */
const MESSAGE_DAYS = 7;

interface RowsQuestion {
  readonly series: SeriesName;
  /** Seconds. */
  readonly from: number;
  readonly to: number;
  readonly where: Where;
}

/**
 * Which rows `t` the question is about; nothing when neither they nor the series carry such a label.
 *
 * @throws OperationalError `usage` for a label that the series has and its rows have not: none would be no answer
 */
export function conditionsOf(
  source: Source,
  columns: Columns,
  { series, from, to, where }: RowsQuestion,
  parameters: Parameters,
): string[] | undefined {
  const conditions = [source.rows, `t.time >= ${parameters.time(from * 1000)}`, `t.time < ${parameters.time(to * 1000)}`];
  for (const label of LABELS) {
    const allowed = where[label];
    if (allowed === undefined) continue;
    const column = columnOfLabel(label, source, columns);
    if (column === undefined && isCountedBy(series, label))
      throw new OperationalError('usage', `${series} is counted by ${label}, but the rows behind it do not tell: leave out that filter`);
    // What the rows do not carry is the empty value, as it is in the series.
    if (column === undefined && !allowed.includes('')) return undefined;
    if (column !== undefined) conditions.push(`${column} IN (${allowed.map((one) => parameters.add(one)).join(', ') || 'NULL'})`);
  }
  return conditions;
}

function isCountedBy(series: SeriesName, label: Label): boolean {
  const own: readonly Label[] = SERIES[series].labels;
  return label === 'instance' || own.includes(label);
}

/** Finds a column in the row, or in the message it belongs to. */
export class Columns {
  readonly #table: Source['table'];
  #joined = false;

  constructor({ table }: Source) {
    this.#table = table;
  }

  find(column: string): string | undefined {
    if (OWN[this.#table].includes(column)) return `t.${column}`;
    const hasMessage = this.#table === 'deliveries' || this.#table === 'verdicts' || this.#table === 'steps';
    if (!hasMessage || !OF_MESSAGE.includes(column)) return undefined;
    this.#joined = true;
    return `m.${column}`;
  }

  /** What brings the messages' own columns, if one was found there. Times in ms. */
  join(from: number, to: number, parameters: Parameters): string {
    if (!this.#joined) return '';
    return `LEFT JOIN (SELECT uid, ${OF_MESSAGE.join(', ')} FROM queue_files WHERE time >= ${parameters.time(from - MESSAGE_DAYS * 86_400_000)}
       AND time < ${parameters.time(to)}) m ON m.uid = t.message`;
  }
}

/** The part after the last `@`; nothing without one. */
export const domainOf = (address: string): string =>
  `CASE WHEN contains(${address}, '@') THEN lower(split_part(${address}, '@', -1)) ELSE '' END`;

function columnOfLabel(label: Label, source: Source, columns: Columns): string | undefined {
  switch (label) {
    case 'host':
      return 't.host';
    case 'instance':
      return source.table === 'logins' ? undefined : 't.instance';
    case 'permanence':
      return source.table === 'refusals' ? `CASE WHEN t.temporary THEN 'temporary' ELSE 'permanent' END` : undefined;
    // What is not blocked counts as tagged, whatever the scanner calls it.
    case 'action':
      return source.table === 'verdicts' ? `CASE WHEN t.action = 'blocked' THEN 'blocked' ELSE 'tagged' END` : undefined;
    case 'size_class':
      return source.table === 'queue_files' ? SIZE_CLASS : undefined;
    case 'domain':
      return ourDomain(source, columns);
    default:
      return columns.find(label);
  }
}

/** Empty where no domain is ours, as of what strangers send in. */
function ourDomain({ table, ours }: Source, columns: Columns): string | undefined {
  const domains = ours.flatMap((column) => columns.find(column) ?? []).map((address) => ifOurs(domainOf(address)));
  if (domains.length === 0) return undefined;
  const first = domains.reduceRight((rest, domain) => `coalesce(nullif(${domain}, ''), ${rest})`);
  return table === 'queue_files' ? `CASE WHEN t.via = 'smtp' THEN '' ELSE ${first} END` : first;
}

/** A stranger's domain is no label. */
const ifOurs = (domain: string): string => `CASE WHEN ${domain} IN (SELECT domain FROM series_keys) THEN ${domain} ELSE '' END`;
