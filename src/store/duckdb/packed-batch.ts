import type { Batch, Coverage } from '../../model/batch.ts';
import type { Position } from '../../model/line.ts';
import {
  CORRECTIONS,
  COVERAGE,
  DELIVERIES,
  ENDED,
  LAG_SAMPLES,
  LINKS,
  LOGINS,
  NOTICES,
  QUEUE_FILES,
  QUEUE_SAMPLES,
  REFUSALS,
  SERVICE_SAMPLES,
  STATE,
  STEPS,
  UNKNOWN_LINES,
  VERDICTS,
  type StateRow,
  type Table,
} from './columns.ts';
import { boundedTime, pack, Packer, type Packed } from './packing.ts';
import { HOUR, packSums, type PackedSums } from './sums.ts';

/** A batch in the shape in which it enters the database. Made on any thread; nothing in it but buffers is large. */
export interface PackedBatch {
  readonly queueFiles: Packed;
  readonly completions: Packed;
  readonly deliveries: Packed;
  readonly corrections: Packed;
  readonly refusals: Packed;
  readonly verdicts: Packed;
  readonly logins: Packed;
  readonly steps: Packed;
  readonly links: Packed;
  readonly ends: Packed;
  readonly notices: Packed;
  readonly queueSamples: Packed;
  readonly serviceSamples: Packed;
  readonly lagSamples: Packed;
  readonly unknownLines: Packed;
  readonly coverage: Packed;
  /** Rows of `state` whose version is still to be told. */
  readonly inFlight: Packed;
  readonly sums: PackedSums;
  readonly positions: readonly Position[];
  /** As intervals too, for who keeps them in memory. */
  readonly covered: readonly Coverage[];
  /** Times in ms between which the deliveries lie that are corrected. */
  readonly corrected: readonly [first: number, last: number];
  /** Hours (since the epoch) of the rows whose addresses are indexed: a row may be stored long after what it counted. */
  readonly hours: readonly number[];
  readonly lines: number;
  readonly reach: Reach;
}

/** What of the store a batch may have to do with. */
export interface Reach {
  /** The largest and the smallest number of a queue file or a message that it tells of; 0 and Infinity without any. */
  readonly largest: number;
  readonly smallest: number;
  /** ms: when the first of its messages came in; Infinity without any. */
  readonly earliest: number;
}

/** The rows of a batch that grow with the log. */
export type Rows = Pick<Batch, 'queueFiles' | 'deliveries' | 'refusals' | 'verdicts' | 'logins' | 'steps'>;

const TABLES: Readonly<Record<keyof Rows, Table>> = {
  queueFiles: QUEUE_FILES,
  deliveries: DELIVERIES,
  refusals: REFUSALS,
  verdicts: VERDICTS,
  logins: LOGINS,
  steps: STEPS,
};
const NAMES = Object.keys(TABLES) as (keyof Rows)[];

/** Packs a batch that grows too large to be kept as rows until it is whole. */
export class BatchPacker {
  readonly #packers = new Map(NAMES.map((name) => [name, new Packer(TABLES[name], true)]));
  #reach = NOWHERE;

  /** Rows of the batch that will be finished next. */
  add(rows: Rows): void {
    for (const [name, packer] of this.#packers) packer.add(rows[name]);
    this.#reach = joined(this.#reach, reachOf(rows));
  }

  /** Ends the batch: with the rows that are in it and those added before. */
  finish(batch: Batch): PackedBatch {
    this.add(batch);
    const packed = packRest(batch, this.#reach, (name) => this.#packers.get(name)?.take() ?? pack(TABLES[name], []));
    this.#reach = NOWHERE;
    return packed;
  }
}

/** Packs a batch at once. */
export const packBatch = (batch: Batch): PackedBatch => packRest(batch, reachOf(batch), (name) => pack(TABLES[name], batch[name]));

function packRest(batch: Batch, reach: Reach, rows: (name: keyof Rows) => Packed): PackedBatch {
  const corrections = batch.corrections ?? [];
  const times = corrections.flatMap(({ time, until }) => [boundedTime(time), boundedTime(until)]);
  const inFlight = Array.from(batch.inFlight, ([key, value]): StateRow => ({ kind: 'in_flight', key, version: 0, value }));
  const [queueFiles, deliveries, refusals] = [rows('queueFiles'), rows('deliveries'), rows('refusals')];
  const completions = pack(QUEUE_FILES, batch.completions ?? []);
  return {
    queueFiles,
    completions,
    deliveries,
    corrections: pack(CORRECTIONS, corrections),
    refusals,
    verdicts: rows('verdicts'),
    logins: rows('logins'),
    steps: rows('steps'),
    links: pack(LINKS, batch.links),
    ends: pack(ENDED, batch.ends ?? []),
    notices: pack(NOTICES, batch.notices ?? []),
    queueSamples: pack(QUEUE_SAMPLES, batch.queueSamples),
    serviceSamples: pack(SERVICE_SAMPLES, batch.serviceSamples ?? []),
    lagSamples: pack(LAG_SAMPLES, batch.lagSamples ?? []),
    unknownLines: pack(UNKNOWN_LINES, batch.unknownLines),
    coverage: pack(COVERAGE, batch.coverage),
    inFlight: pack(STATE, inFlight, false),
    sums: packSums(batch.rollups),
    positions: batch.positions,
    covered: batch.coverage,
    corrected: [times.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER), times.reduce((a, b) => Math.max(a, b), 0)],
    hours: hoursIn([
      [QUEUE_FILES, queueFiles],
      [QUEUE_FILES, completions],
      [DELIVERIES, deliveries],
      [REFUSALS, refusals],
    ]),
    lines: batch.lines,
    reach: joined(reach, reachOfRest(batch)),
  };
}

const NOWHERE: Reach = { largest: 0, smallest: Infinity, earliest: Infinity };

const joined = (a: Reach, b: Reach): Reach => ({
  largest: Math.max(a.largest, b.largest),
  smallest: Math.min(a.smallest, b.smallest),
  earliest: Math.min(a.earliest, b.earliest),
});

function reachOf({ queueFiles, deliveries, refusals, verdicts, steps }: Rows): Reach {
  let { largest, smallest, earliest } = NOWHERE;
  for (const { time } of queueFiles) if (time < earliest) earliest = time;
  for (const rows of [queueFiles, deliveries, refusals, verdicts, steps]) {
    for (const { uid } of rows) if (uid > largest) largest = uid;
  }
  // A message's number is that of its first queue file.
  for (const rows of [queueFiles, deliveries, steps]) {
    for (const { message } of rows) if (message < smallest) smallest = message;
  }
  return { largest, smallest, earliest };
}

function reachOfRest({ completions = [], corrections = [], ends = [], links }: Batch): Reach {
  const numbers = [
    ...completions.flatMap(({ uid, message }) => [uid, message]),
    ...links.flatMap(({ child, message }) => [child, message]),
    ...[...corrections, ...ends].map(({ uid }) => uid),
  ];
  return {
    largest: numbers.reduce((a, b) => Math.max(a, b), 0),
    smallest: numbers.reduce((a, b) => Math.min(a, b), Infinity),
    earliest: completions.reduce((first, { time }) => Math.min(first, time), Infinity),
  };
}

function hoursIn(parts: readonly (readonly [Table, Packed])[]): number[] {
  const hours = new Set<number>();
  for (const [{ columns }, { pieces }] of parts) {
    const time = columns.findIndex(({ name }) => name === 'time');
    let last = -1;
    for (const piece of pieces) {
      for (const at of piece.columns[time] ?? []) {
        const hour = Math.floor(at / HOUR);
        if (hour !== last) hours.add((last = hour));
      }
    }
  }
  return [...hours];
}

/** How much memory a packed batch takes, nearly all of it in buffers. */
export const bytesOf = (batch: PackedBatch): number => buffersOf(batch).reduce((sum, { byteLength }) => sum + byteLength, 0);

/** The memory of a packed batch, for handing it over to another thread. */
export function buffersOf(batch: PackedBatch): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const add = (column: Float64Array | Uint8Array): unknown => buffers.add(column.buffer as ArrayBuffer);
  for (const part of Object.values(batch) as unknown[]) {
    if (typeof part === 'object' && part !== null && 'pieces' in part)
      for (const { columns } of (part as Packed).pieces) columns.forEach(add);
  }
  const { times, places, values } = batch.sums;
  [times, places, values].forEach(add);
  return [...buffers];
}
