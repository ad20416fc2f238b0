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
import { domainOf, RECEIVED } from './series-rows.ts';

/** An address with its domain in lower case: two spellings of one. */
const address = (column: string): string =>
  `CASE WHEN contains(${column}, '@') THEN concat(regexp_extract(${column}, '^(.*)@', 1, 's'), '@', lower(split_part(${column}, '@', -1))) ELSE ${column} END`;

/** What is told of a field, of the columns that it is read from; a field that is not named here is its column. */
const EXPRESSIONS: Partial<Record<BreakdownField, { readonly of: readonly string[]; readonly is: string }>> = {
  sender: { of: ['sender'], is: address('sender') },
  recipient: { of: ['recipient'], is: address('recipient') },
  senderDomain: { of: ['sender'], is: domainOf('sender') },
  recipientDomain: { of: ['recipient'], is: domainOf('recipient') },
  client: { of: ['client_name', 'client_ip'], is: `CASE WHEN client_name IN ('', 'unknown') THEN client_ip ELSE client_name END` },
  relay: {
    of: ['relay_name', 'relay_ip', 'relay_port'],
    is: `CASE WHEN relay_ip = '' THEN relay_name ELSE concat(relay_name, '[', relay_ip, ']', CASE WHEN relay_port = 0 THEN '' ELSE concat(':', relay_port) END) END`,
  },
  code: { of: ['code'], is: 'code::VARCHAR' },
};

/** These are worked out row by row: there are about as many texts as rows. */
const SHAPES: Partial<Record<BreakdownField, string>> = {
  replyShape: `regexp_replace(reply, '(queued|forwarded) as \\w+', '\\1 as')`,
  textShape: `regexp_replace(regexp_replace(text, '<[^>]*>', '<>', 'g'), '\\[[^\\]]*\\]', '[]', 'g')`,
};

/** What rows are grouped by first. */
const columnsOf = (field: BreakdownField): readonly string[] => {
  const shape = SHAPES[field];
  return shape === undefined ? (EXPRESSIONS[field]?.of ?? [field]) : [`${shape} AS ${field}`];
};

const TABLES: Record<BreakdownOf, { readonly from: string; readonly bytes: string; readonly delay: string }> = {
  received: { from: `queue_files t WHERE ${RECEIVED} AND `, bytes: 'size', delay: '0' },
  deliveries: { from: 'deliveries WHERE ', bytes: 'size', delay: 'delay_ms' },
  refusals: { from: 'refusals WHERE ', bytes: '0', delay: '0' },
};

const MOST_GROUPS = 20_000;

/** @throws OperationalError `usage` for a field that `of` has not */
export async function readBreakdown(ask: Ask, question: BreakdownQuestion): Promise<BreakdownAnswer> {
  const { from, bytes, delay } = TABLES[question.of];
  const parameters = new Parameters();
  const conditions = [`time >= ${parameters.time(question.from * 1000)}`, `time < ${parameters.time(question.to * 1000)}`];
  for (const [name, allowed] of Object.entries(question.where)) {
    const field = known(question.of, name as BreakdownField);
    const values = allowed.map((value) => parameters.add(value));
    // Making small letters is cheap beside taking an address apart.
    if (field === 'sender' || field === 'recipient')
      conditions.push(`lower(${field}) IN (${listed(values.map((value) => `lower(${value})`))})`);
    conditions.push(`${SHAPES[field] ?? EXPRESSIONS[field]?.is ?? field} IN (${listed(values)})`);
  }
  const columns = [...new Set(question.by.flatMap((field) => columnsOf(known(question.of, field))))];
  const by = question.by.map((field, index) => `${EXPRESSIONS[field]?.is ?? field} AS v${index}`);
  const names = by.map((_one, index) => `v${index}`);
  const order = question.order === 'bytes' ? 'bytes DESC, count DESC' : 'count DESC, bytes DESC';
  // By the columns first, since there are fewer of their values than rows.
  const rows = await ask(
    `SELECT *, (count(*) OVER ())::DOUBLE AS groups FROM (
       SELECT ${[...by, ''].join(', ')} sum(n)::DOUBLE AS count, coalesce(sum(b), 0)::DOUBLE AS bytes,
         coalesce(sum(delay) / sum(delays), 0)::DOUBLE / 1000 AS mean, coalesce(max(longest), 0)::DOUBLE / 1000 AS longest
       FROM (SELECT ${[...columns, ''].join(', ')} count(*) AS n, sum(${bytes}) AS b, sum(${delay}) AS delay, count(${delay}) AS delays,
           max(${delay}) AS longest FROM ${from}${conditions.join(' AND ')} GROUP BY ALL)
       GROUP BY ALL)
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

function known(of: BreakdownOf, field: BreakdownField): BreakdownField {
  const fields: readonly BreakdownField[] = BREAKDOWN_FIELDS[of];
  if (fields.includes(field)) return field;
  throw new OperationalError('usage', `${of} can be told apart by ${fields.join(', ')}, not by ${field}`);
}

/** No value is none of them. */
const listed = (values: readonly string[]): string => (values.length === 0 ? 'NULL' : values.join(', '));
