import type { DuckDBConnection } from '@duckdb/node-api';
import type { Position } from '../../model/line.ts';
import type { SavedState } from '../store.ts';
import type { StateRow } from './columns.ts';
import type { Row } from './database.ts';
import { FateDays } from './fate-days.ts';
import { HOUR } from './sums.ts';
import { Covered, type Facts, type Memory, SeriesKeys } from './memory.ts';

type AskPlain = (sql: string) => Promise<Row[]>;

/** For the writer, who waits for no turn and has no time limit. */
export const asksOn =
  (connection: DuckDBConnection): AskPlain =>
  async (sql) =>
    (await connection.runAndReadAll(sql)).getRowObjectsJS();

/** The values as last committed of the keys that meet a condition. */
const newest = (condition: string): string =>
  `SELECT * FROM (SELECT kind, key, arg_max_null(value, version) AS value FROM state WHERE ${condition} GROUP BY kind, key) WHERE value IS NOT NULL`;

/** More at once, with all their keys and values, take more memory than an import's database has. */
const ROWS_AT_ONCE = 100_000;

/** Conditions that share the keys out between them: in what is left of hours at full speed there may be a million rows. */
export async function partsOfState(ask: AskPlain): Promise<string[]> {
  const [found] = await ask('SELECT count(*)::INTEGER AS rows FROM state');
  const parts = Math.ceil(Number(found?.['rows']) / ROWS_AT_ONCE);
  return Array.from({ length: parts }, (_, part) => `hash(kind, key) % ${parts} = ${part}`);
}

/** Makes the memory from the file. */
export async function loadMemory(ask: AskPlain): Promise<Memory> {
  const keys = SeriesKeys.load(await ask('SELECT * FROM series_keys'));
  const covered = new Covered();
  // Touching intervals are merged before they leave the database: a second's worth each, there may be thousands.
  const intervals = await ask(`
    SELECT source, epoch_ms(min(from_time))::DOUBLE AS "from", epoch_ms(max(to_time))::DOUBLE AS "to"
    FROM (SELECT *, sum(begins) OVER (PARTITION BY source ORDER BY from_time, to_time ROWS UNBOUNDED PRECEDING) AS island
      FROM (SELECT *, CASE WHEN from_time <= max(to_time) OVER (PARTITION BY source ORDER BY from_time, to_time
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS begins FROM coverage))
    GROUP BY source, island ORDER BY source, "from"`);
  for (const row of intervals) covered.add({ source: String(row['source']), from: Number(row['from']), to: Number(row['to']) });
  const facts: Facts = { lines: 0, lastUid: 0, minutesFrom: 0, hoursFrom: 0, messagesFrom: 0, summedUntil: 0, indexedUntil: 0 };
  let unmerged: number[] = [];
  for (const { key, value } of await ask(newest(`kind = 'fact'`))) {
    if (key === 'unmerged') unmerged = JSON.parse(String(value)) as number[];
    else if (Object.hasOwn(facts, String(key))) facts[key as keyof Facts] = Number(value);
  }
  const [last] = await ask('SELECT coalesce(max(version), 0)::DOUBLE AS version FROM state');
  const hours = await ask('SELECT coalesce(epoch_ms(max(time))::DOUBLE, -1) AS newest FROM hour_sums');
  const newestHour = Math.floor(Number(hours[0]?.['newest']) / HOUR);
  return { keys, covered, facts, fates: new FateDays(), unmerged: new Set(unmerged), newestHour, version: Number(last?.['version']) };
}

export const positionRow = ({ id, offset, state }: Position, version: number): StateRow => ({
  kind: 'position',
  key: id,
  version,
  value: JSON.stringify({ offset, state }),
});

export async function readSavedState(ask: AskPlain, lastUid: number): Promise<SavedState> {
  const positions: Position[] = [];
  const inFlight = new Map<string, string>();
  for (const part of await partsOfState(ask)) {
    for (const { kind, key, value } of await ask(`${newest(`kind <> 'fact' AND ${part}`)} ORDER BY kind, key`)) {
      if (kind === 'in_flight') inFlight.set(String(key), String(value));
      else positions.push({ id: String(key), ...(JSON.parse(String(value)) as Omit<Position, 'id'>) });
    }
  }
  return { positions, inFlight, lastUid };
}
