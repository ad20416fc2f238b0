import type { TopAnswer, TopOf, TopQuestion } from '../../model/question.ts';
import type { Ask } from './database.ts';
import type { Memory } from './memory.ts';
import { readTotals } from './read-series.ts';
import { Parameters } from './segments.ts';
import { Columns, conditionsOf, DISCARDED_LATER, domainOf, type Source, SOURCES } from './series-rows.ts';

const EMPTY: TopAnswer = { rows: [], total: 0 };

export async function readTop(ask: Ask, memory: Memory, question: TopQuestion): Promise<TopAnswer> {
  if (question.of === 'reason' && question.series !== 'rejected') return topReasons(ask, memory, question);
  const source = SOURCES[question.series];
  if (source === undefined) return EMPTY;
  const sources = question.series === 'discarded' ? [source, DISCARDED_LATER] : [source];
  if (!sources.some((one) => valueOf(question.of, one, new Columns(one)) !== undefined)) return EMPTY;
  const parameters = new Parameters();
  const counted = sources.flatMap((one) => countedIn(one, question, parameters) ?? []);
  if (counted.length === 0) return EMPTY;
  const rows = await ask(
    `WITH counted AS (SELECT value, sum(count) AS count FROM (${counted.join(' UNION ALL ')}) GROUP BY 1),
     named AS (SELECT value, count FROM counted WHERE ${question.of === 'sender' ? 'value IS NOT NULL' : `value <> ''`} AND count > 0
       ORDER BY count DESC, value LIMIT ${parameters.add(question.limit)}::BIGINT)
     SELECT value, count, total FROM (SELECT coalesce(sum(count), 0) AS total FROM counted) LEFT JOIN named ON true ORDER BY count DESC, value`,
    parameters.values,
  );
  const total = Number(rows[0]?.['total'] ?? 0);
  return {
    total,
    // None has a name: one row, for the total.
    rows: rows
      .filter((row) => row['count'] !== null)
      .map((row) => ({ value: String(row['value']), count: Number(row['count']), share: Number(row['count']) / total })),
  };
}

/** How often each value stands in the rows of a source; '' where they tell none. */
function countedIn(source: Source, question: TopQuestion, parameters: Parameters): string | undefined {
  const columns = new Columns(source);
  const value = valueOf(question.of, source, columns) ?? `''`;
  const conditions = conditionsOf(source, columns, question, parameters);
  if (conditions === undefined) return undefined;
  const join = columns.join(question.from * 1000, question.to * 1000, parameters);
  const weight = source.weight ?? '';
  const count = weight === '' ? 'count(*)' : weight.startsWith('DISTINCT') ? `count(${weight})` : `sum(${weight})`;
  return `SELECT ${value} AS value, ${count}::DOUBLE AS count FROM ${source.table} t ${join} WHERE ${conditions.join(' AND ')} GROUP BY 1`;
}

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
