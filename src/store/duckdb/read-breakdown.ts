import { OperationalError } from '../../model/errors.ts';
import {
  BREAKDOWN_FIELDS,
  type BreakdownAnswer,
  type BreakdownField,
  type BreakdownOf,
  type BreakdownQuestion,
} from '../../model/question.ts';
import type { Ask } from './database.ts';
import { Parameters } from './segments.ts';
import { LINKED } from './series-rows.ts';

/** An address with its domain in lower case: two spellings of one. */
const address = (column: string): string =>
  `CASE WHEN contains(${column}, '@') THEN concat(regexp_extract(${column}, '^(.*)@', 1, 's'), '@', lower(split_part(${column}, '@', -1))) ELSE ${column} END`;
const domain = (column: string): string => `CASE WHEN contains(${column}, '@') THEN lower(split_part(${column}, '@', -1)) ELSE '' END`;
const CLIENT = `CASE WHEN client_name IN ('', 'unknown') THEN client_ip ELSE client_name END`;

/** The expression of each field; those that are not named here are columns. */
const EXPRESSIONS: Partial<Record<BreakdownField, string>> = {
  sender: address('sender'),
  recipient: address('recipient'),
  senderDomain: domain('sender'),
  recipientDomain: domain('recipient'),
  client: CLIENT,
  relay: `CASE WHEN relay_ip = '' THEN relay_name ELSE concat(relay_name, '[', relay_ip, ']', CASE WHEN relay_port = 0 THEN '' ELSE concat(':', relay_port) END) END`,
  replyShape: `regexp_replace(reply, '(queued|forwarded) as \\w+', '\\1 as')`,
  textShape: `regexp_replace(regexp_replace(text, '<[^>]*>', '<>', 'g'), '\\[[^\\]]*\\]', '[]', 'g')`,
  code: 'code::VARCHAR',
};

/** Rows that were written before it was known that they are a hop, or that the client was told no after all, do not count. */
export const RECEIVED = `queue_files q ANTI JOIN (${LINKED}) l ON l.uid = q.uid
      ANTI JOIN (SELECT uid FROM ended WHERE kind = 'refused') e ON e.uid = q.uid WHERE origin = 'received' AND `;

const TABLES: Record<BreakdownOf, { readonly from: string; readonly bytes: string; readonly delay: string }> = {
  received: {
    from: RECEIVED,
    bytes: 'size',
    delay: '0',
  },
  deliveries: { from: 'deliveries WHERE ', bytes: 'size', delay: 'delay_ms' },
  refusals: { from: 'refusals WHERE ', bytes: '0', delay: '0' },
};

const MOST_GROUPS = 20_000;

/** @throws OperationalError `usage` for a field that `of` has not */
export async function readBreakdown(ask: Ask, question: BreakdownQuestion): Promise<BreakdownAnswer> {
  const { from, bytes, delay } = TABLES[question.of];
  const fields: readonly BreakdownField[] = BREAKDOWN_FIELDS[question.of];
  const expression = (field: BreakdownField): string => {
    if (!fields.includes(field))
      throw new OperationalError('usage', `${question.of} can be told apart by ${fields.join(', ')}, not by ${field}`);
    return EXPRESSIONS[field] ?? field;
  };
  const parameters = new Parameters();
  const conditions = [`time >= ${parameters.time(question.from * 1000)}`, `time < ${parameters.time(question.to * 1000)}`];
  for (const [field, allowed] of Object.entries(question.where)) {
    const values = allowed.map((value) => parameters.add(value)).join(', ');
    conditions.push(`${expression(field as BreakdownField)} IN (${values === '' ? 'NULL' : values})`);
  }
  const by = question.by.map((field, index) => `${expression(field)} AS v${index}`);
  const names = by.map((_one, index) => `v${index}`);
  const order = question.order === 'bytes' ? 'bytes DESC, count DESC' : 'count DESC, bytes DESC';
  const rows = await ask(
    `SELECT *, (count(*) OVER ())::DOUBLE AS groups FROM (
       SELECT ${[...by, ''].join(', ')} count(*)::DOUBLE AS count, coalesce(sum(${bytes}), 0)::DOUBLE AS bytes,
         coalesce(avg(${delay}), 0)::DOUBLE / 1000 AS mean, coalesce(max(${delay}), 0)::DOUBLE / 1000 AS longest
       FROM ${from}${conditions.join(' AND ')} GROUP BY ALL)
     WHERE count > 0 ORDER BY ${[order, ...names].join(', ')} LIMIT ${parameters.add(Math.min(question.limit, MOST_GROUPS))}::BIGINT`,
    parameters.values,
  );
  return {
    groups: Number(rows[0]?.['groups'] ?? 0),
    rows: rows.map((row) => ({
      values: names.map((name) => String(row[name])),
      count: Number(row['count']),
      bytes: Number(row['bytes']),
      meanDelay: Number(row['mean']),
      maxDelay: Number(row['longest']),
    })),
  };
}
