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
  readonly largestUid: number;
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
  #largestUid = 0;

  /** Rows of the batch that will be finished next. */
  add(rows: Rows): void {
    for (const [name, packer] of this.#packers) packer.add(rows[name]);
    this.#largestUid = Math.max(this.#largestUid, largestUid(rows));
  }

  /** Ends the batch: with the rows that are in it and those added before. */
  finish(batch: Batch): PackedBatch {
    this.add(batch);
    const packed = packRest(batch, this.#largestUid, (name) => this.#packers.get(name)?.take() ?? pack(TABLES[name], []));
    this.#largestUid = 0;
    return packed;
  }
}

/** Packs a batch at once. */
export const packBatch = (batch: Batch): PackedBatch => packRest(batch, largestUid(batch), (name) => pack(TABLES[name], batch[name]));

function packRest(batch: Batch, largestOfRows: number, rows: (name: keyof Rows) => Packed): PackedBatch {
  const corrections = batch.corrections ?? [];
  const times = corrections.map(({ time }) => boundedTime(time));
  const ends = batch.ends ?? [];
  const inFlight = Array.from(batch.inFlight, ([key, value]): StateRow => ({ kind: 'in_flight', key, version: 0, value }));
  let largest = largestOfRows;
  for (const { uid } of ends) if (uid > largest) largest = uid;
  for (const { child } of batch.links) if (child > largest) largest = child;
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
    ends: pack(ENDED, ends),
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
    largestUid: largest,
  };
}

function hoursIn(parts: readonly (readonly [Table, Packed])[]): number[] {
  const hours = new Set<number>();
  for (const [{ columns }, { pieces }] of parts) {
    const time = columns.findIndex(({ name }) => name === 'time');
    for (const piece of pieces) for (const at of piece.columns[time] ?? []) hours.add(Math.floor(at / HOUR));
  }
  return [...hours];
}

function largestUid({ queueFiles, deliveries, refusals, verdicts, steps }: Rows): number {
  let largest = 0;
  for (const rows of [queueFiles, deliveries, refusals, verdicts, steps]) for (const { uid } of rows) if (uid > largest) largest = uid;
  return largest;
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
