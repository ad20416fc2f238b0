import type { TopAnswer, TopOf, TopQuestion } from '../../model/question.ts';
import { type Label, LABELS, type SeriesName } from '../../model/series.ts';
import type { Ask } from './database.ts';
import type { Memory } from './memory.ts';
import { readTotals } from './read-series.ts';
import { Parameters } from './segments.ts';

/** Where the rows of a series are. */
interface Source {
  readonly table: 'queue_files' | 'deliveries' | 'refusals' | 'verdicts' | 'logins' | 'steps';
  readonly rows: string;
  /** What one row counts. */
  readonly weight?: string;
  /** The party that `domain` and the label of that name are about. */
  readonly party: 'sender' | 'recipient' | 'user';
}

/** A queue file that turned out to carry on another's message keeps the origin it was stored with. */
const RECEIVED = `t.origin = 'received' AND NOT EXISTS (SELECT 1 FROM links l WHERE l.child = t.uid AND l.message <> l.child)`;

const SOURCES: Partial<Record<SeriesName, Source>> = {
  received: { table: 'queue_files', rows: RECEIVED, party: 'sender' },
  received_bytes: { table: 'queue_files', rows: RECEIVED, weight: 't.size', party: 'sender' },
  sent: { table: 'deliveries', rows: `t.outcome = 'sent'`, party: 'recipient' },
  sent_bytes: { table: 'deliveries', rows: `t.outcome = 'sent'`, weight: 't.size', party: 'recipient' },
  delivered: { table: 'deliveries', rows: `t.outcome = 'delivered'`, party: 'recipient' },
  delivered_bytes: { table: 'deliveries', rows: `t.outcome = 'delivered'`, weight: 't.size', party: 'recipient' },
  bounced: { table: 'deliveries', rows: `t.outcome = 'bounced'`, party: 'recipient' },
  deferred: { table: 'deliveries', rows: `t.outcome = 'deferred'`, party: 'recipient' },
  deferred_messages: { table: 'deliveries', rows: `t.outcome = 'deferred'`, weight: 'DISTINCT t.message', party: 'recipient' },
  rejected: { table: 'refusals', rows: `t.action = 'rejected'`, party: 'sender' },
  discarded: { table: 'refusals', rows: `t.action = 'discarded'`, party: 'sender' },
  virus: { table: 'verdicts', rows: `t.result = 'virus' AND t.counted`, party: 'sender' },
  spam: { table: 'verdicts', rows: `t.result = 'spam' AND t.counted`, party: 'sender' },
  banned: { table: 'verdicts', rows: `t.result = 'banned' AND t.counted`, party: 'sender' },
  login: { table: 'logins', rows: 'true', weight: 't.attempts', party: 'user' },
  expired: { table: 'steps', rows: `t.kind = 'expired'`, party: 'sender' },
  held: { table: 'steps', rows: `t.kind = 'held'`, party: 'sender' },
};

/** Columns of their own; what a delivery, verdict or step does not carry is taken from the message it belongs to. */
const OWN: Record<Source['table'], readonly string[]> = {
  queue_files: ['sender', 'client_ip', 'user_name', 'via'],
  deliveries: ['sender', 'recipient', 'relay_name'],
  refusals: ['sender', 'recipient', 'client_ip', 'reason', 'stage', 'source'],
  verdicts: ['sender', 'recipient', 'action'],
  logins: ['user_name', 'ip', 'service', 'result', 'tls'],
  steps: [],
};
const OF_MESSAGE = ['sender', 'client_ip', 'user_name', 'via'];

/** A message may have come in some days before it was delivered. */
const MESSAGE_DAYS = 7;

const EMPTY: TopAnswer = { rows: [], total: 0 };

export async function readTop(ask: Ask, memory: Memory, question: TopQuestion): Promise<TopAnswer> {
  if (question.of === 'reason' && question.series !== 'rejected') return topReasons(ask, memory, question);
  const source = SOURCES[question.series];
  if (source === undefined) return EMPTY;
  const columns = new Columns(source);
  const value = valueOf(question.of, source, columns);
  if (value === undefined) return EMPTY;
  const parameters = new Parameters();
  const from = question.from * 1000;
  const conditions = [source.rows, `t.time >= ${parameters.time(from)}`, `t.time < ${parameters.time(question.to * 1000)}`];
  for (const label of LABELS) {
    const allowed = question.where[label];
    if (allowed === undefined) continue;
    const column = columnOfLabel(label, source, columns);
    // What the rows do not carry is the empty value, as it is in the series.
    if (column === undefined && !allowed.includes('')) return EMPTY;
    if (column !== undefined) conditions.push(`${column} IN (${allowed.map((one) => parameters.add(one)).join(', ') || 'NULL'})`);
  }
  const join = columns.joined
    ? `LEFT JOIN (SELECT uid, ${OF_MESSAGE.join(', ')} FROM queue_files WHERE time >= ${parameters.time(from - MESSAGE_DAYS * 86_400_000)}
       AND time < ${parameters.time(question.to * 1000)}) m ON m.uid = t.message`
    : '';
  const weight = source.weight ?? '';
  const count = weight === '' ? 'count(*)' : weight.startsWith('DISTINCT') ? `count(${weight})` : `sum(${weight})`;
  const rows = await ask(
    `WITH counted AS (SELECT ${value} AS value, ${count}::DOUBLE AS count FROM ${source.table} t ${join} WHERE ${conditions.join(' AND ')} GROUP BY 1)
     SELECT value, count, (SELECT coalesce(sum(count), 0) FROM counted) AS total FROM counted
     WHERE ${question.of === 'sender' ? 'value IS NOT NULL' : `value <> ''`} AND count > 0 ORDER BY count DESC, value LIMIT ${parameters.add(question.limit)}::BIGINT`,
    parameters.values,
  );
  const total = Number(rows[0]?.['total'] ?? 0);
  return {
    total,
    rows: rows.map((row) => ({ value: String(row['value']), count: Number(row['count']), share: Number(row['count']) / total })),
  };
}

/** Finds a column in the row, or in the message it belongs to. */
class Columns {
  readonly #table: Source['table'];
  joined = false;

  constructor({ table }: Source) {
    this.#table = table;
  }

  find(column: string): string | undefined {
    if (OWN[this.#table].includes(column)) return `t.${column}`;
    const hasMessage = this.#table === 'deliveries' || this.#table === 'verdicts' || this.#table === 'steps';
    if (!hasMessage || !OF_MESSAGE.includes(column)) return undefined;
    this.joined = true;
    return `m.${column}`;
  }
}

/** The part after the last `@`; nothing without one. */
const domainOf = (address: string): string => `CASE WHEN contains(${address}, '@') THEN lower(split_part(${address}, '@', -1)) ELSE '' END`;

function valueOf(of: TopOf, source: Source, columns: Columns): string | undefined {
  switch (of) {
    case 'domain': {
      const address = columns.find(source.party === 'user' ? 'user_name' : source.party);
      return address && domainOf(address);
    }
    case 'client':
      return columns.find(source.table === 'logins' ? 'ip' : 'client_ip');
    case 'relay':
      return columns.find('relay_name');
    case 'user':
      return columns.find('user_name');
    default:
      return columns.find(of);
  }
}

function columnOfLabel(label: Label, source: Source, columns: Columns): string | undefined {
  switch (label) {
    case 'host':
      return 't.host';
    case 'instance':
      return source.table === 'logins' ? undefined : 't.instance';
    case 'permanence':
      return source.table === 'refusals' ? `CASE WHEN t.temporary THEN 'temporary' ELSE 'permanent' END` : undefined;
    case 'domain': {
      // Ours is the recipient's where mail comes in, and the sender's where it goes out.
      const outgoing = goesOut(source);
      const address = columns.find(source.party === 'user' ? 'user_name' : outgoing ? 'sender' : 'recipient') ?? columns.find('sender');
      return address && domainOf(address);
    }
    default:
      return columns.find(label);
  }
}

const goesOut = (source: Source): boolean => source.rows.includes(`'sent'`) || source.table === 'queue_files';

/** Deliveries carry no reason of their own; the series do. */
async function topReasons(ask: Ask, memory: Memory, question: TopQuestion): Promise<TopAnswer> {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { labels, value } of await readTotals(ask, memory, { ...question, series: [question.series] })) {
    total += value;
    if (labels.reason !== undefined) counts.set(labels.reason, (counts.get(labels.reason) ?? 0) + value);
  }
  const rows = [...counts].map(([value, count]) => ({ value, count, share: count / total }));
  return { rows: rows.toSorted((a, b) => b.count - a.count).slice(0, question.limit), total };
}
