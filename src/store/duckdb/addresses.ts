import type { DuckDBConnection } from '@duckdb/node-api';
import type { Memory } from './memory.ts';
import { DAY, dayOf, MINUTE } from './sums.ts';

/**
 * Which messages and refused attempts an address had part in, day by day: reading the addresses of ten million rows takes half a second.
 * Made when sums are merged, of days that are over, so that storing a line costs nothing more; a day that goes on, or to which
 * something came later, is looked through row by row until it is made (again). An address is kept as some bits of it, which lie in
 * order and take up little; whether it is the one that is meant, the row tells.
 */

/** Two addresses of one day share their bits so seldom that reading the wrong message costs nothing, with a million messages a day either. */
const BITS = 2 ** 22 - 1;

/** Of md5 and not of hash(), which is another one in another release of DuckDB. */
export const bitsOf = (address: string): string => `(md5_number_lower(lower(${address})) & ${BITS})::INTEGER`;

/** The same but for small and capital letters. Lengths are compared first: making small letters of everything takes the most time. */
export const alike = (column: string, text: string): string =>
  `(strlen(${column}) = strlen(lower(${text})) AND lower(${column}) = lower(${text}))`;

/** Makes the days (since the epoch) anew from the rows, in the transaction that runs. */
export async function indexAddresses(connection: DuckDBConnection, days: readonly number[]): Promise<void> {
  for (const day of days) {
    const inDay = `time >= make_timestamp_ms(${day * DAY}) AND time < make_timestamp_ms(${(day + 1) * DAY})`;
    const rows = (table: string, address: string, what: string): string =>
      `SELECT ${address} AS address, ${what} FROM ${table} WHERE ${inDay} AND ${address} <> ''`;
    const minute = `((epoch_ms(time) - ${day * DAY}) // ${MINUTE})::SMALLINT AS minute`;
    const found = (all: readonly string[], what: string): string =>
      `SELECT DISTINCT make_timestamp_ms(${day * DAY}), ${bitsOf('address')}, ${what} FROM (${all.join(' UNION ALL ')}) ORDER BY ALL`;
    await connection.run(`
      DELETE FROM message_addresses WHERE ${inDay};
      INSERT INTO message_addresses ${found(
        [
          rows('queue_files', 'sender', 'message'),
          rows('deliveries', 'recipient', 'message'),
          rows('deliveries', 'original_recipient', 'message'),
        ],
        'message',
      )};
      DELETE FROM refusal_addresses WHERE ${inDay};
      INSERT INTO refusal_addresses ${found([rows('refusals', 'sender', minute), rows('refusals', 'recipient', minute)], 'minute')}`);
  }
}

/** The parts of [from, to), in ms, whose rows have to be looked through; none for another. */
export function notIndexed(
  { facts, unmerged }: Pick<Memory, 'facts' | 'unmerged'>,
  from: number,
  to: number,
): [from: number, to: number][] {
  const again = new Set(Array.from(unmerged, dayOf).filter((day) => day < facts.indexedUntil));
  return [...Array.from(again, (day) => [day * DAY, (day + 1) * DAY] as const), [facts.indexedUntil * DAY, to] as const]
    .map(([start, end]): [number, number] => [Math.max(start, from), Math.min(end, to)])
    .filter(([start, end]) => start < end)
    .toSorted(([a], [b]) => a - b);
}
