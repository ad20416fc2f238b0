import { STORED_LABELS } from '../../model/series.ts';
import {
  CORRECTIONS,
  COVERAGE,
  DAY_SUMS,
  DELIVERIES,
  ENDED,
  HOUR_SUMS,
  LAG_SAMPLES,
  LINKS,
  LOGINS,
  MINUTE_SUMS,
  NOTICES,
  QUEUE_FILES,
  QUEUE_SAMPLES,
  REFUSALS,
  SERIES_KEYS,
  SERVICE_SAMPLES,
  STATE,
  STEPS,
  UNKNOWN_LINES,
  VERDICTS,
  type StateRow,
} from './columns.ts';
import type { Writing } from './open.ts';
import type { Feed } from './feed.ts';
import type { Facts, Memory, SeriesKey } from './memory.ts';
import type { PackedBatch } from './packed-batch.ts';
import { pack, packNumbers, type Packed } from './packing.ts';
import { positionRow } from './state.ts';
import { type Bins, binSums, dayOf, HOUR } from './sums.ts';

/** What a transaction came to. `committing`: COMMIT was sent, and failed without a clear answer. */
export interface Attempt {
  version: number;
  committing: boolean;
}

/** Stores a batch in one transaction and brings the memory up to it. Throws with the transaction still to be rolled back. */
export async function storeBatch({ connection, feed }: Writing, memory: Memory, batch: PackedBatch, attempt: Attempt): Promise<void> {
  const version = memory.version + 1;
  attempt.version = version;
  try {
    const sums = binSums(batch.sums);
    const keys = Float64Array.from(batch.sums.combinations, ({ series, labels }) => memory.keys.keyOf(series, labels));
    const hours = hoursOf(sums.hours);
    const newHours = hoursAddedTo([...new Set([...hours, ...batch.hours])], memory.newestHour).filter((hour) => !memory.unmerged.has(hour));
    const unmerged = newHours.length === 0 ? memory.unmerged : new Set([...memory.unmerged, ...newHours]);
    const lastUid = Math.max(batch.reach.largest, memory.facts.lastUid);
    const facts: Facts = { ...memory.facts, lines: memory.facts.lines + batch.lines, lastUid };
    const state: StateRow[] = [
      { kind: 'fact', key: 'lines', version, value: String(facts.lines) },
      ...batch.positions.map((position) => positionRow(position, version)),
    ];
    if (facts.lastUid !== memory.facts.lastUid) state.push({ kind: 'fact', key: 'lastUid', version, value: String(facts.lastUid) });
    if (newHours.length > 0) state.push({ kind: 'fact', key: 'unmerged', version, value: JSON.stringify([...unmerged]) });
    await connection.run('BEGIN');
    await feed.insert(QUEUE_FILES, batch.queueFiles);
    await complete(feed, batch.completions);
    await feed.insert(DELIVERIES, batch.deliveries);
    await correct(feed, batch);
    await feed.insert(REFUSALS, batch.refusals);
    await feed.insert(VERDICTS, batch.verdicts);
    await feed.insert(LOGINS, batch.logins);
    await feed.insert(STEPS, batch.steps);
    await feed.insert(LINKS, batch.links);
    await feed.insert(ENDED, batch.ends);
    await feed.insert(NOTICES, batch.notices);
    await feed.insert(QUEUE_SAMPLES, batch.queueSamples);
    await feed.insert(SERVICE_SAMPLES, batch.serviceSamples);
    await feed.insert(LAG_SAMPLES, batch.lagSamples);
    await feed.insert(UNKNOWN_LINES, batch.unknownLines);
    await feed.insert(COVERAGE, batch.coverage);
    await feed.insert(SERIES_KEYS, memory.keys.added.map(keyRow));
    await feed.insert(MINUTE_SUMS, sumRows(sums.minutes, keys));
    await feed.insert(HOUR_SUMS, sumRows(sums.hours, keys));
    await feed.insert(DAY_SUMS, sumRows(sums.days, keys));
    await feed.insert(STATE, stateRows(state, batch.inFlight, version));
    // A transaction that an error in a callback has spoilt commits without one, and stores nothing.
    feed.verify();
    attempt.committing = true;
    await connection.run('COMMIT');
    memory.version = version;
    Object.assign(memory.facts, facts);
    for (const hour of newHours) memory.unmerged.add(hour);
    memory.newestHour = hours.reduce((a, b) => Math.max(a, b), memory.newestHour);
    for (const interval of batch.covered) memory.covered.add(interval);
    memory.keys.committed();
    memory.fates.stored(batch.reach);
  } catch (error) {
    memory.keys.rolledBack();
    throw error;
  }
}

/** Changes deliveries stored before, or just now. The time range keeps the search to their part of the table. */
function correct(feed: Feed, { corrections, corrected: [first, last] }: PackedBatch): Promise<void> {
  return feed.run(
    CORRECTIONS,
    corrections,
    (_, select) => `UPDATE deliveries SET outcome = c.outcome FROM (${select}) c
      WHERE deliveries.uid = c.uid AND deliveries.time BETWEEN c.time AND c.until
      AND CASE WHEN c.next_queue_id = '' THEN deliveries.recipient = c.recipient ELSE deliveries.next_queue_id = c.next_queue_id END
      AND deliveries.time >= make_timestamp_ms(${first}) AND deliveries.time <= make_timestamp_ms(${last});\n`,
  );
}

/** Fills in rows stored before all was known, here or in this batch. */
function complete(feed: Feed, rows: Packed): Promise<void> {
  const table = { ...QUEUE_FILES, name: 'completions' };
  const set = QUEUE_FILES.columns.filter(({ name }) => name !== 'uid').map(({ name }) => `${name} = c.${name}`);
  return feed.run(
    table,
    rows,
    (_, select) => `UPDATE queue_files SET ${set.join(', ')} FROM (${select}) c WHERE queue_files.uid = c.uid;\n`,
  );
}

const keyRow = ({ key, series, labels }: SeriesKey): Record<string, unknown> => ({
  key,
  series,
  ...Object.fromEntries(STORED_LABELS.map((label) => [label, labels[label] ?? ''])),
});

const hoursOf = ({ times }: Bins): number[] => [...new Set(times.map((time) => time / HOUR))];

/** Hours of which rows were stored before. A day that goes on is merged with its newest hour. */
function hoursAddedTo(hours: readonly number[], newest: number): number[] {
  const again = hours.filter((hour) => hour < newest);
  const dayGoesOn = hours.some((hour) => hour >= newest && dayOf(hour) === dayOf(newest));
  return dayGoesOn ? [...again, newest] : again;
}

/** As the columns of a table of sums. */
const sumRows = ({ times, combinations, values }: Bins, keys: Float64Array): Packed =>
  packNumbers([times, combinations.map((combination) => keys[combination] ?? 0), values]);

const VERSION = STATE.columns.findIndex(({ field }) => field === 'version');

/** The batch's own rows of `state`, with the version it gets, after these. */
function stateRows(rows: readonly StateRow[], inFlight: Packed, version: number): Packed {
  for (const { columns } of inFlight.pieces) columns[VERSION]?.fill(version);
  const first = pack(STATE, rows, false);
  return { rows: first.rows + inFlight.rows, dictionaries: [], pieces: [...first.pieces, ...inFlight.pieces] };
}
