import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { DOUBLE, INTEGER, LIST, listValue, VARCHAR } from './library.ts';
import type { Facts } from './memory.ts';

/** A stretch of time and the table of sums that answers for it. Times in seconds, whole minutes. */
export interface Segment {
  readonly table: 'minute_sums' | 'hour_sums' | 'day_sums';
  readonly from: number;
  readonly to: number;
}

const LEVELS = [
  { table: 'day_sums', bin: 86_400 },
  { table: 'hour_sums', bin: 3_600 },
  { table: 'minute_sums', bin: 60 },
] as const;

/**
 * Covers [from, to) exactly to the minute with the coarsest sums whose bin divides `step`: days in the middle, hours
 * and minutes at the edges. Where minutes or hours were dropped with age, the coarser ones answer, whole bins at a time.
 */
export function segmentsOf(from: number, to: number, step: number, kept: Pick<Facts, 'minutesFrom' | 'hoursFrom'>): Segment[] {
  const start = Math.floor(from / 60) * 60;
  const end = Math.ceil(to / 60) * 60;
  return cover(start, end, 0, step).flatMap((segment) => whereKept(segment, kept));
}

function cover(from: number, to: number, depth: number, step: number): Segment[] {
  const level = LEVELS[depth];
  if (level === undefined || from >= to) return [];
  if (level.bin === 60) return [{ table: level.table, from, to }];
  const first = Math.ceil(from / level.bin) * level.bin;
  const last = Math.floor(to / level.bin) * level.bin;
  if (step % level.bin !== 0 || first >= last) return cover(from, to, depth + 1, step);
  return [...cover(from, first, depth + 1, step), { table: level.table, from: first, to: last }, ...cover(last, to, depth + 1, step)];
}

function whereKept(segment: Segment, kept: Pick<Facts, 'minutesFrom' | 'hoursFrom'>): Segment[] {
  const minutesFrom = kept.minutesFrom / 1000;
  const hoursFrom = kept.hoursFrom / 1000;
  if (segment.table === 'minute_sums' && segment.from < minutesFrom) {
    const old = whereKept({ table: 'hour_sums', from: segment.from, to: Math.min(segment.to, minutesFrom) }, kept);
    return segment.to > minutesFrom ? [...old, { ...segment, from: minutesFrom }] : old;
  }
  if (segment.table === 'hour_sums' && segment.from < hoursFrom) {
    const old: Segment = { table: 'day_sums', from: segment.from, to: Math.min(segment.to, hoursFrom) };
    return segment.to > hoursFrom ? [old, { ...segment, from: hoursFrom }] : [old];
  }
  return [segment];
}

/** Parameters of a statement, numbered as they are added. */
export class Parameters {
  readonly values: DuckDBValue[] = [];
  readonly types: DuckDBType[] = [];

  /** Adds a value; returns its place holder. Numbers arrive as DOUBLE. */
  add(value: string | number): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** A moment in ms since the epoch. */
  time(ms: number): string {
    return `make_timestamp_ms(${this.add(Math.round(ms))}::BIGINT)`;
  }

  integers(numbers: readonly number[]): string {
    return this.#list(numbers, INTEGER);
  }

  doubles(numbers: readonly number[]): string {
    return this.#list(numbers, DOUBLE);
  }

  texts(texts: readonly string[]): string {
    return this.#list(texts, VARCHAR);
  }

  #list(values: readonly (string | number)[], type: DuckDBType): string {
    this.values.push(listValue([...values]));
    this.types[this.values.length - 1] = LIST(type);
    return `$${this.values.length}`;
  }
}

/** The sums of the segments as one relation of time, key, value. */
export const sumsSql = (segments: readonly Segment[], parameters: Parameters): string =>
  segments
    .map(
      ({ table, from, to }) =>
        `SELECT time, key, value FROM ${table} WHERE time >= ${parameters.time(from * 1000)} AND time < ${parameters.time(to * 1000)}`,
    )
    .join(' UNION ALL ');
