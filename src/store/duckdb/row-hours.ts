import type { DuckDBConnection } from '@duckdb/node-api';
import { type Phase, PHASES } from '../../model/series.ts';
import type { Memory } from './memory.ts';
import type { Parameters } from './segments.ts';
import { REACHED, RECEIVED, SIZE_CLASS } from './series-rows.ts';
import { DAY, HOUR } from './sums.ts';

/**
 * What the rows of messages come to hour by hour, for questions over weeks and years: counting millions of rows takes seconds. Made when
 * sums are merged, so that storing a line costs nothing more; an hour to which something came later is counted from its rows until it is
 * made again. Delays, of which there are many, are summed up by the day as well. Nothing is rounded: the answers are those of the rows.
 */

export const PHASE_COLUMN: Readonly<Record<Phase, string>> = {
  total: 'delay_ms',
  before: 'delay_before_ms',
  queue: 'delay_queue_ms',
  connect: 'delay_connect_ms',
  transmit: 'delay_transmit_ms',
};

const HOURS_A_DAY = DAY / HOUR;

/**
 * Makes the hours (since the epoch, ascending) anew from the rows, in the transaction that runs. `rowsGone`: what there was of rows
 * has been dropped, and what is there came later. Then what stands of an hour, a host and an instance is kept, unless the rows are more.
 */
export async function sumRowHours(connection: DuckDBConnection, hours: readonly number[], rowsGone = false): Promise<void> {
  const [first, last] = [hours[0], hours.at(-1)];
  if (first === undefined || last === undefined) return;
  const inHours = `time >= make_timestamp_ms(${first * HOUR}) AND time < make_timestamp_ms(${(last + 1) * HOUR})
    AND epoch_ms(time) // ${HOUR} IN (${hours.join(', ')})`;
  const reached = `FROM deliveries WHERE ${REACHED} AND ${inHours}`;
  const received = `FROM queue_files t WHERE ${RECEIVED} AND ${inHours}`;
  if (rowsGone) {
    await findFuller(
      connection,
      'fuller_delays',
      reached,
      `sum(recipients) AS standing FROM delay_hours WHERE phase = 'total' AND ${inHours}`,
    );
    await findFuller(connection, 'fuller_sizes', received, `sum(messages) AS standing FROM size_hours WHERE ${inHours}`);
  }
  const among = (fuller: string): string =>
    rowsGone ? `AND (date_trunc('hour', time), host, instance) IN (SELECT (hour, host, instance) FROM ${fuller})` : '';
  const delays = PHASES.map(
    (phase) => `SELECT date_trunc('hour', time) AS time, host, instance, '${phase}' AS phase, ${PHASE_COLUMN[phase]} AS delay_ms, count(*)
      ${reached} ${among('fuller_delays')} GROUP BY ALL`,
  );
  const [firstDay, lastDay] = [Math.floor((first * HOUR) / DAY), Math.floor((last * HOUR) / DAY)];
  const inDays = `time >= make_timestamp_ms(${firstDay * DAY}) AND time < make_timestamp_ms(${(lastDay + 1) * DAY})`;
  await connection.run(`
    DELETE FROM delay_hours WHERE ${inHours} ${among('fuller_delays')};
    INSERT INTO delay_hours ${delays.join(' UNION ALL ')} ORDER BY ALL;
    DELETE FROM delay_days WHERE ${inDays};
    INSERT INTO delay_days SELECT date_trunc('day', time) AS time, host, instance, phase, delay_ms, sum(recipients)::BIGINT
      FROM delay_hours WHERE ${inDays} GROUP BY ALL ORDER BY ALL;
    DELETE FROM size_hours WHERE ${inHours} ${among('fuller_sizes')};
    INSERT INTO size_hours SELECT date_trunc('hour', time) AS time, host, instance, ${SIZE_CLASS} AS size_class, count(*)
      ${received} ${among('fuller_sizes')} GROUP BY ALL ORDER BY ALL`);
}

/** Notes the hours, hosts and instances of which there are more rows than what stands of them came from. */
async function findFuller(connection: DuckDBConnection, name: string, rows: string, standing: string): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${name} AS SELECT hour, host, instance
    FROM (SELECT date_trunc('hour', time) AS hour, host, instance, count(*) AS rows ${rows} GROUP BY ALL)
    LEFT JOIN (SELECT time AS hour, host, instance, ${standing} GROUP BY ALL) USING (hour, host, instance)
    WHERE rows > coalesce(standing, 0)`);
}

/** Conditions on `time`: which part of a question is answered from hours, and which from rows. */
export interface Split {
  /** Whole days among those hours, where bins are whole days; they are not in `hours`, then. */
  readonly days: string;
  readonly hours: string;
  readonly rows: string;
}

/** Splits [from, to), in seconds, where bins of `step` are whole hours; else, or when `rowsOnly`, rows answer all of it. */
export function split(
  { facts, unmerged }: Pick<Memory, 'facts' | 'unmerged'>,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
  parameters: Parameters,
  { rowsOnly = false, withDays = false } = {},
): Split {
  const ranges: Record<keyof Split, [from: number, to: number][]> = { days: [], hours: [], rows: [] };
  const put = (part: keyof Split, start: number, end: number): void => {
    const last = ranges[part].at(-1);
    if (last?.[1] === start) last[1] = end;
    else if (start < end) ranges[part].push([start, end]);
  };
  const [begin, end] = [from * 1000, to * 1000];
  const first = Math.ceil(begin / HOUR);
  const past = rowsOnly || (step * 1000) % HOUR !== 0 ? first : Math.min(Math.floor(end / HOUR), facts.summedUntil);
  put('rows', begin, Math.min(first * HOUR, end));
  const byDay = withDays && (step * 1000) % DAY === 0;
  for (let hour = first; hour < past;) {
    const isDay = byDay && (hour * HOUR) % DAY === 0 && hour + HOURS_A_DAY <= past && !someOf(unmerged, hour);
    const next = hour + (isDay ? HOURS_A_DAY : 1);
    put(isDay ? 'days' : unmerged.has(hour) ? 'rows' : 'hours', hour * HOUR, next * HOUR);
    hour = next;
  }
  put('rows', Math.max(first, past) * HOUR, end);
  return {
    days: within(ranges.days, parameters),
    hours: within(ranges.hours, parameters),
    rows: within(ranges.rows, parameters),
  };
}

/** Is one of the day's hours among these? */
function someOf(hours: ReadonlySet<number>, first: number): boolean {
  for (let hour = first; hour < first + HOURS_A_DAY; hour++) if (hours.has(hour)) return true;
  return false;
}

/** A condition on `time`, in ms. The outer bounds spare the database the rest of the table. */
export function within(ranges: readonly (readonly [from: number, to: number])[], parameters: Parameters): string {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined) return 'false';
  const condition = ([from, to]: readonly [number, number]): string => `time >= ${parameters.time(from)} AND time < ${parameters.time(to)}`;
  const outer = condition([first[0], last[1]]);
  return ranges.length === 1 ? outer : `${outer} AND (${ranges.map((range) => `(${condition(range)})`).join(' OR ')})`;
}
