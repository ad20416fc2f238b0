import type { LoginRow } from '../../model/batch.ts';
import type { QueueName } from '../../model/line.ts';
import type { LoginsAnswer, LoginsQuestion, ParserAnswer, QueueState, StoreFacts } from '../../model/question.ts';
import { LOGINS, selectList } from './columns.ts';
import type { Ask } from './database.ts';
import type { Memory } from './memory.ts';
import { readTotals } from './read-series.ts';
import { Parameters } from './segments.ts';
import { Columns, conditionsOf, LOGGED_IN } from './series-rows.ts';

/** A queue that was not sampled for a day is no longer shown. */
export async function readQueues(ask: Ask): Promise<QueueState[]> {
  const rows = await ask(`
    SELECT epoch_ms(time)::DOUBLE AS time, host, instance, queue, messages::DOUBLE AS messages, bytes::DOUBLE AS bytes,
      oldest_seconds::DOUBLE AS oldest FROM queue_samples
    WHERE time > (SELECT max(time) FROM queue_samples) - INTERVAL 1 DAY
    QUALIFY time = max(time) OVER (PARTITION BY host, instance) ORDER BY host, instance`);
  const states = new Map<string, { time: number; host: string; instance: string; queues: Map<QueueName, QueueState['queues'][number]> }>();
  for (const row of rows) {
    const [host, instance] = [String(row['host']), String(row['instance'])];
    const key = JSON.stringify([host, instance]);
    let state = states.get(key);
    if (state === undefined) states.set(key, (state = { time: Number(row['time']), host, instance, queues: new Map() }));
    const queue = row['queue'] as QueueName;
    state.queues.set(queue, {
      queue,
      messages: Number(row['messages']),
      bytes: Number(row['bytes']),
      oldestSeconds: Number(row['oldest']),
    });
  }
  return [...states.values()].map((state) => ({ ...state, queues: [...state.queues.values()] }));
}

export async function readLogins(ask: Ask, question: LoginsQuestion): Promise<LoginsAnswer> {
  const parameters = new Parameters();
  const conditions = conditionsOf(LOGGED_IN, new Columns(LOGGED_IN), { ...question, series: 'login' }, parameters);
  if (conditions === undefined) return { recent: [], byService: [] };
  const { user, ip } = question;
  if (user !== undefined) conditions.push(`lower(t.user_name) = ${parameters.add(user.toLowerCase())}`);
  if (ip !== undefined) conditions.push(`t.ip = ${parameters.add(ip)}`);
  const where = conditions.join(' AND ');
  const byService = await ask(
    `SELECT service, result, sum(attempts)::DOUBLE AS attempts FROM logins t WHERE ${where} GROUP BY ALL ORDER BY ALL`,
    parameters.values,
  );
  const limit = parameters.add(question.limit);
  const recent = await ask(
    `SELECT ${selectList(LOGINS, 't')} FROM logins t WHERE ${where} ORDER BY t.time DESC LIMIT ${limit}::BIGINT`,
    parameters.values,
  );
  return { recent: recent as unknown as LoginRow[], byService: byService as unknown as LoginsAnswer['byService'] };
}

const MOST_TEMPLATES = 500;

export async function readParser(ask: Ask, memory: Memory, from: number, to: number): Promise<ParserAnswer> {
  const programs = new Map<string, { host: string; instance: string; program: string; understood: number; unknown: number }>();
  for (const { labels, value } of await readTotals(ask, memory, { from, to, series: ['log_lines'], where: {} })) {
    const { host = '', instance = '', program = '', result } = labels;
    const key = JSON.stringify([host, instance, program]);
    let row = programs.get(key);
    if (row === undefined) programs.set(key, (row = { host, instance, program, understood: 0, unknown: 0 }));
    if (result === 'unknown') row.unknown += value;
    else row.understood += value;
  }
  const parameters = new Parameters();
  const unknown = await ask(
    `SELECT host, program, template, sum(lines)::DOUBLE AS "count", epoch_ms(max(time))::DOUBLE / 1000 AS "last" FROM unknown_lines
     WHERE time >= ${parameters.time(from * 1000)} AND time < ${parameters.time(to * 1000)}
     GROUP BY ALL ORDER BY "count" DESC, host, program, template LIMIT ${MOST_TEMPLATES}`,
    parameters.values,
  );
  const order = ({ host, instance, program }: ParserAnswer['programs'][number]): string => `${host}\0${instance}\0${program}`;
  const sorted = [...programs.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  return { programs: sorted, unknown: unknown as unknown as ParserAnswer['unknown'] };
}

/** Of so many queue files messages are counted each time: that takes no longer than the other facts. */
const FEW = 1_000_000;
const COUNT_KEPT_MS = 10_000;

export type MessageCount = (ask: Ask, memory: Memory) => Promise<number>;

/** How many messages there are; of many, as it was some seconds ago: pages ask every other second, and counting ten million takes 20 ms and more. */
export function messageCount(clock: () => number = Date.now): MessageCount {
  let known = { messages: 0, until: 0 };
  return async (ask, { facts }) => {
    const now = clock();
    if (facts.lastUid > FEW && now < known.until) return known.messages;
    const [row] = await ask('SELECT count(*)::DOUBLE AS n FROM queue_files WHERE uid = message');
    known = { messages: Number(row?.['n'] ?? 0), until: now + COUNT_KEPT_MS };
    return known.messages;
  };
}

export async function readFacts(ask: Ask, memory: Memory, messages: MessageCount): Promise<Omit<StoreFacts, 'bytesOnDisk'>> {
  const tables = ['queue_files', 'deliveries', 'refusals', 'logins', 'minute_sums', 'queue_samples'];
  const [times] = await ask(
    `SELECT epoch_ms(min(first))::DOUBLE AS first, epoch_ms(max(last))::DOUBLE AS last
     FROM (${tables.map((table) => `SELECT min(time) AS first, max(time) AS last FROM ${table}`).join(' UNION ALL ')})`,
  );
  const [held] = await ask('SELECT sum(memory_usage_bytes)::DOUBLE AS bytes FROM duckdb_memory()');
  return {
    firstTime: Number(times?.['first'] ?? 0) / 1000,
    lastTime: Number(times?.['last'] ?? 0) / 1000,
    lines: memory.facts.lines,
    messages: await messages(ask, memory),
    bytesInMemory: Number(held?.['bytes']),
  };
}
