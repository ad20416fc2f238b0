import type { DuckDBConnection } from '@duckdb/node-api';
import type { Retention } from '../store.ts';
import { indexAddresses } from './addresses.ts';
import { forgetAlerting } from './alerting.ts';
import { COVERAGE, STATE, type StateRow } from './columns.ts';
import type { Ask, Database } from './database.ts';
import type { Facts, Memory } from './memory.ts';
import type { Writing } from './open.ts';
import { sumRowHours } from './row-hours.ts';
import { asksOn, partsOfState } from './state.ts';
import { DAY, dayOf, HOUR } from './sums.ts';

/** One slice takes its turn between two commits, so it has to be short. */
const HOURS_IN_A_SLICE = 24;

/**
 * Merges sums of the same bin and key, makes what rows come to by the hour and indexes addresses, one slice a transaction; then
 * second-long pieces of `coverage` and repeated `unknown_lines`.
 */
export async function compact(database: Database, memoryOf: () => Memory): Promise<void> {
  for (const hours of slices([...memoryOf().unmerged].toSorted((a, b) => a - b))) {
    await database.write(async (writing) => {
      const memory = memoryOf();
      const first = hours[0] ?? 0;
      const end = (hours.at(-1) ?? 0) + 1;
      const remaining = new Set(memory.unmerged);
      for (const hour of hours) remaining.delete(hour);
      await writing.connection.run('BEGIN');
      await mergeSums(writing, 'minute_sums', first * HOUR, end * HOUR);
      await mergeSums(writing, 'hour_sums', first * HOUR, end * HOUR);
      const day = dayOf(first);
      await mergeSums(writing, 'day_sums', day * DAY, (day + 1) * DAY);
      const { summedUntil, indexedUntil, messagesFrom } = memory.facts;
      await sumRowHours(
        writing.connection,
        hours.filter((hour) => hour < summedUntil),
        // Whole days are dropped.
        day * DAY < messagesFrom,
      );
      if (day < indexedUntil) await indexAddresses(writing.connection, [day]);
      await saveFacts(writing, memory, { unmerged: JSON.stringify([...remaining]) });
      for (const hour of hours) memory.unmerged.delete(hour);
    });
    await checkpointWhenGrown(database);
  }
  const oldest = await database.read(oldestRow);
  // Up to the newest hour, and the newest day, which go on.
  await makeNew(database, memoryOf, {
    fact: 'summedUntil',
    oldest: Math.floor(oldest / HOUR),
    end: ({ newestHour }) => newestHour,
    atOnce: HOURS_IN_A_SLICE,
    make: sumRowHours,
  });
  await makeNew(database, memoryOf, {
    fact: 'indexedUntil',
    oldest: Math.floor(oldest / DAY),
    end: ({ newestHour }) => dayOf(newestHour),
    atOnce: 1,
    make: indexAddresses,
  });
  await database.write(({ connection }) =>
    connection.run(`BEGIN;
      CREATE TEMP TABLE merged_unknown AS SELECT max(time) AS time, host, program, template, sum(lines)::BIGINT AS lines
        FROM unknown_lines GROUP BY date_trunc('day', time), host, program, template;
      DELETE FROM unknown_lines;
      INSERT INTO unknown_lines SELECT * FROM merged_unknown ORDER BY time;
      DROP TABLE merged_unknown;
      COMMIT`),
  );
  await database.write((writing) => rewriteCoverage(writing, memoryOf()));
  await checkpoint(database);
}

/** Drops what later versions in `state` have replaced, and messages that are in flight no longer. */
async function forgetOldState(database: Database): Promise<void> {
  for (const part of await database.write(({ connection }) => partsOfState(asksOn(connection)))) {
    await database.write(({ connection }) =>
      connection.run(`DELETE FROM state WHERE rowid IN (SELECT rowid FROM (
        SELECT rowid, kind = 'in_flight' AND value IS NULL AS is_over, row_number() OVER (PARTITION BY kind, key ORDER BY version DESC, rowid DESC) AS age
        FROM state WHERE ${part}) WHERE age > 1 OR is_over)`),
    );
  }
}

/** In ms: when the first row is of that something is made of; Infinity without any. A log may begin with deliveries of what came in before. */
async function oldestRow(ask: Ask): Promise<number> {
  const times = ['queue_files', 'deliveries', 'refusals'].map((table) => `SELECT min(time) AS time FROM ${table}`);
  const [row] = await ask(`SELECT coalesce(epoch_ms(min(time))::DOUBLE, 'Infinity') AS since FROM (${times.join(' UNION ALL ')})`);
  return Number(row?.['since']);
}

/** Something that is made of the rows of some hours, or days, since the epoch. */
interface Made {
  /** The first that was never made. */
  readonly fact: 'summedUntil' | 'indexedUntil';
  /** The first that has rows; Infinity without any. */
  readonly oldest: number;
  readonly end: (memory: Memory) => number;
  readonly atOnce: number;
  readonly make: (connection: DuckDBConnection, which: readonly number[]) => Promise<void>;
}

async function makeNew(database: Database, memoryOf: () => Memory, { fact, oldest, end, atOnce, make }: Made): Promise<void> {
  for (;;) {
    const isDone = await database.write(async (writing) => {
      const memory = memoryOf();
      const from = Math.max(memory.facts[fact], oldest);
      const until = Math.min(from + atOnce, end(memory));
      if (from >= until) return true;
      await writing.connection.run('BEGIN');
      await make(
        writing.connection,
        Array.from({ length: until - from }, (_, at) => from + at),
      );
      await saveFacts(writing, memory, { [fact]: String(until) });
      memory.facts[fact] = until;
      return false;
    });
    if (isDone) return;
    await checkpointWhenGrown(database);
  }
}

/** By UTC day: what is made of a day is made once. */
function slices(hours: readonly number[]): number[][] {
  const result: number[][] = [];
  for (const hour of hours) {
    const current = result.at(-1);
    if (current?.[0] !== undefined && dayOf(current[0]) === dayOf(hour)) current.push(hour);
    else result.push([hour]);
  }
  return result;
}

async function mergeSums(
  { connection }: Writing,
  table: 'minute_sums' | 'hour_sums' | 'day_sums',
  from: number,
  to: number,
): Promise<void> {
  const range = `time >= make_timestamp_ms(${from}) AND time < make_timestamp_ms(${to})`;
  const found = await connection.runAndReadAll(
    `SELECT count(*)::INTEGER, count(DISTINCT (time, key))::INTEGER FROM ${table} WHERE ${range}`,
  );
  const [rows, distinct] = found.getRowsJS()[0] ?? [];
  if (rows === distinct) return;
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE merged_sums AS SELECT time, key, sum(value) AS value FROM ${table} WHERE ${range} GROUP BY time, key;
    DELETE FROM ${table} WHERE ${range};
    INSERT INTO ${table} SELECT time, key, value FROM merged_sums WHERE value <> 0 ORDER BY time, key;
    DROP TABLE merged_sums`);
}

async function rewriteCoverage({ connection, feed }: Writing, memory: Memory): Promise<void> {
  await connection.run('BEGIN; DELETE FROM coverage');
  await feed.insert(COVERAGE, memory.covered.rows());
  feed.verify();
  await connection.run('COMMIT');
}

/** Stores facts and ends the transaction. They carry the number of the last commit: no batch went in. */
async function saveFacts({ connection, feed }: Writing, memory: Memory, facts: Readonly<Record<string, string>>): Promise<void> {
  const rows = Object.entries(facts).map(([key, value]): StateRow => ({ kind: 'fact', key, version: memory.version + 1, value }));
  await feed.insert(STATE, rows);
  feed.verify();
  await connection.run('COMMIT');
  memory.version++;
}

const BY_MESSAGES = [
  'queue_files',
  'deliveries',
  'refusals',
  'verdicts',
  'logins',
  'steps',
  'ended',
  'notices',
  'unknown_lines',
  'message_addresses',
  'refusal_addresses',
] as const;

/** Drops what is older than its limit, one table a transaction. Returns the rows dropped. */
export async function retain(database: Database, memoryOf: () => Memory, limits: Retention, now: number): Promise<number> {
  // Whole UTC days, so that coarser sums take over without an overlap.
  const before = (days: number): number => (days <= 0 ? 0 : Math.max(0, Math.floor((now - days * DAY) / DAY) * DAY));
  let dropped = 0;
  const drop = async (table: string, column: string, time: number): Promise<void> => {
    if (time > 0) dropped += await remove(database, `DELETE FROM ${table} WHERE ${column} < make_timestamp_ms(${time})`);
  };
  const [messagesFrom, minutesFrom, hoursFrom] = [before(limits.messages), before(limits.minutes), before(limits.hours)];
  if (Math.max(messagesFrom, minutesFrom, hoursFrom) > 0) await saveLimits(database, memoryOf, { messagesFrom, minutesFrom, hoursFrom });
  for (const table of BY_MESSAGES) await drop(table, 'time', messagesFrom);
  if (messagesFrom > 0) {
    dropped += await remove(database, 'DELETE FROM links WHERE child < (SELECT coalesce(min(uid), 9223372036854775807) FROM queue_files)');
    memoryOf().fates.dropped(messagesFrom);
  }
  for (const sql of forgetAlerting(messagesFrom)) dropped += await remove(database, sql);
  for (const table of ['queue_samples', 'service_samples', 'lag_samples', 'probes', 'delay_hours', 'delay_days', 'size_hours'])
    await drop(table, 'time', hoursFrom);
  await drop('minute_sums', 'time', minutesFrom);
  await drop('hour_sums', 'time', hoursFrom);
  const daysFrom = before(limits.days);
  if (daysFrom > 0) {
    await drop('day_sums', 'time', daysFrom);
    await database.write((writing) => {
      const memory = memoryOf();
      memory.covered.dropBefore(daysFrom);
      return rewriteCoverage(writing, memory);
    });
  }
  if (dropped > 0) await checkpoint(database);
  return dropped;
}

/** What is dropped before which time, in ms: told before it is done, so that nothing asks for what is going. */
async function saveLimits(
  database: Database,
  memoryOf: () => Memory,
  limits: Pick<Facts, 'messagesFrom' | 'minutesFrom' | 'hoursFrom'>,
): Promise<void> {
  await database.write(async (writing) => {
    const memory = memoryOf();
    const facts = Object.entries(limits).map(([name, time]) => [name, Math.max(time, memory.facts[name as keyof typeof limits])] as const);
    await writing.connection.run('BEGIN');
    await saveFacts(writing, memory, Object.fromEntries(facts.map(([name, time]) => [name, String(time)])));
    Object.assign(memory.facts, Object.fromEntries(facts));
  });
}

const remove = (database: Database, sql: string): Promise<number> =>
  database.write(async ({ connection }) => (await connection.run(sql)).rowsChanged);

/** Brings what was committed into the file, and forgets first what need not go there. */
export async function checkpoint(database: Database): Promise<void> {
  await forgetOldState(database);
  await database.write(({ connection }) => connection.run('CHECKPOINT'));
}

/** The same when it is much. Failing is no harm: it stays where it is. */
export async function checkpointWhenGrown(database: Database): Promise<void> {
  if (await database.hasGrown()) await checkpoint(database).catch(() => undefined);
}
