import type { Column, Table } from './columns.ts';

/**
 * Rows as columns: what the database takes without touching a single value, and what another thread can be handed for
 * nothing, since it is all in buffers.
 */
export interface Packed {
  readonly rows: number;
  /** By column: what its codes stand for, where the pieces hold codes. */
  readonly dictionaries: readonly (readonly string[] | undefined)[];
  readonly pieces: readonly Piece[];
}

/** Some thousand rows: numbers as they are, codes, or texts in UTF-8 with a NUL between each two. */
export interface Piece {
  readonly rows: number;
  readonly columns: readonly (Float64Array | Uint8Array)[];
}

/** Large enough to make a call of the database cheap, small enough to be made while its rows are in the processor's cache. */
const ROWS_OF_A_PIECE = 8_192;
/** A column of so many characters is cut into more pieces: no string may be longer than 2^29. */
const LONGEST_TEXT = 1 << 24;
/** Fewer rows have no dictionaries: their statement can be prepared, since it looks the same for all such. */
const CODED_FROM_ROWS = 2_048;
/** So many that a code is one byte in DuckDB too. Making an ENUM of thousands of values costs more than their texts. */
const MOST_CODES = 255;
const NEWEST_TIME = Date.UTC(9999, 11, 31);
const MOST_WHOLE = 2 ** 31 - 1;

type Row = Readonly<Record<string, unknown>>;

interface Dictionary {
  readonly codeOf: Map<unknown, number>;
  readonly values: Map<string, number>;
}

/** Packs rows of one table, as they come. */
export class Packer {
  readonly #table: Table;
  #rows = 0;
  #pieces: { rows: number; columns: (Float64Array | Uint8Array)[] }[] = [];
  #dictionaries: (Dictionary | undefined)[];
  /** Columns that had too many different values to be worth a dictionary: such a one will have many again. */
  readonly #manifold: boolean[];

  /** `coded`: names cross as codes into a list, a code being cheaper than a text. */
  constructor(table: Table, coded: boolean) {
    this.#table = table;
    this.#manifold = table.columns.map(({ kind }) => !coded || (kind !== 'name' && kind !== 'choice'));
    this.#dictionaries = this.#newDictionaries();
  }

  add(rows: readonly object[]): void {
    for (let from = 0; from < rows.length; from += ROWS_OF_A_PIECE) {
      this.#addPiece(rows.length <= ROWS_OF_A_PIECE ? (rows as readonly Row[]) : (rows.slice(from, from + ROWS_OF_A_PIECE) as Row[]));
    }
  }

  /** What was added since the last call. */
  take(): Packed {
    const dictionaries = this.#dictionaries.map((dictionary) => dictionary && [...dictionary.values.keys()]);
    const packed = { rows: this.#rows, dictionaries, pieces: this.#pieces };
    this.#rows = 0;
    this.#pieces = [];
    this.#dictionaries = this.#newDictionaries();
    return packed;
  }

  #newDictionaries(): (Dictionary | undefined)[] {
    return this.#manifold.map((manifold) => (manifold ? undefined : { codeOf: new Map(), values: new Map() }));
  }

  #addPiece(rows: readonly Row[]): void {
    const columns: Piece['columns'][number][] = [];
    for (const [index, { field, kind }] of this.#table.columns.entries()) {
      const dictionary = this.#dictionaries[index];
      if (dictionary !== undefined) {
        const codes = encode(rows, field, kind, dictionary);
        if (codes !== undefined) {
          columns.push(codes);
          continue;
        }
        this.#giveUp(index, dictionary);
      }
      if (isText(kind)) {
        const texts = textsOf(rows, field, kind);
        if (texts === undefined) {
          const half = rows.length >> 1;
          this.#addPiece(rows.slice(0, half));
          this.#addPiece(rows.slice(half));
          return;
        }
        columns.push(texts);
      } else columns.push(numbersOf(rows, field, kind));
    }
    this.#pieces.push({ rows: rows.length, columns });
    this.#rows += rows.length;
  }

  /** The column goes on as texts, and what was packed of it becomes texts. */
  #giveUp(index: number, { values }: Dictionary): void {
    this.#dictionaries[index] = undefined;
    this.#manifold[index] = true;
    const names = [...values.keys()];
    for (const { columns } of this.#pieces) {
      columns[index] = utf8(Array.from(columns[index] as Uint8Array, (code) => names[code] ?? '').join('\0'));
    }
  }
}

/** Rows of a table, packed at once. */
export function pack(table: Table, rows: readonly object[], coded = rows.length >= CODED_FROM_ROWS): Packed {
  const packer = new Packer(table, coded);
  packer.add(rows);
  return packer.take();
}

/** Rows that are columns of numbers already. */
export function packNumbers(columns: readonly Float64Array[]): Packed {
  const rows = columns[0]?.length ?? 0;
  const pieces: Piece[] = [];
  for (let from = 0; from < rows; from += ROWS_OF_A_PIECE) {
    const to = Math.min(from + ROWS_OF_A_PIECE, rows);
    pieces.push({ rows: to - from, columns: columns.map((column) => column.subarray(from, to)) });
  }
  return { rows, dictionaries: [], pieces };
}

export const isText = (kind: Column['kind']): boolean => kind === 'text' || kind === 'nullable' || kind === 'name' || kind === 'choice';

/**
 * Text as DuckDB can hold it: NUL stands between texts on the way there, and half a surrogate pair is no UTF-8. Both
 * become U+FFFD.
 */
export function clean(text: string): string {
  return /[\0\ud800-\udfff]/.test(text) ? Buffer.from(text.replaceAll('\0', '\ufffd'), 'utf8').toString('utf8') : text;
}

/** A moment in ms that a TIMESTAMP can hold. */
export const boundedTime = (time: number): number => numberOf(time, 'time');

const encoder = new TextEncoder();
/** Half a surrogate pair becomes U+FFFD on the way. */
const utf8 = (text: string): Uint8Array => encoder.encode(text);

function textOf(value: unknown, kind: Column['kind']): string {
  if (typeof value === 'string') return value;
  if (kind === 'nullable' && value === null) return '';
  if (kind === 'choice') return value === null ? '' : value === true ? 'yes' : 'no';
  throw new TypeError(`text expected, not ${typeof value}`);
}

/** Undefined when they are too long to be one string. */
function textsOf(rows: readonly Row[], field: string, kind: Column['kind']): Uint8Array | undefined {
  const texts: string[] = [];
  let length = 0;
  for (const row of rows) {
    const text = textOf(row[field], kind);
    length += text.length;
    texts.push(text);
  }
  if (length > LONGEST_TEXT && rows.length > 1) return undefined;
  const joined = texts.join('\0');
  let separators = 0;
  for (let at = joined.indexOf('\0'); at !== -1; at = joined.indexOf('\0', at + 1)) separators++;
  return utf8(separators === rows.length - 1 ? joined : texts.map((text) => text.replaceAll('\0', '\ufffd')).join('\0'));
}

function numbersOf(rows: readonly Row[], field: string, kind: Column['kind']): Float64Array {
  const numbers = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) numbers[i] = numberOf(rows[i]?.[field], kind);
  return numbers;
}

/** Numbers from logs may be anything; a value that does not fit must not stop the batch. */
function numberOf(value: unknown, kind: Column['kind']): number {
  if (kind === 'flag') return value === true ? 1 : 0;
  if (kind === 'real') return typeof value === 'number' ? value : Number.NaN;
  const number = typeof value === 'number' && !Number.isNaN(value) ? Math.round(value) : 0;
  if (kind === 'time') return Math.min(Math.max(number, 0), NEWEST_TIME);
  const most = kind === 'whole' ? MOST_WHOLE : Number.MAX_SAFE_INTEGER;
  return Math.min(Math.max(number, -most), most);
}

/** Undefined when there are too many different values. */
function encode(rows: readonly Row[], field: string, kind: Column['kind'], { codeOf, values }: Dictionary): Uint8Array | undefined {
  const codes = new Uint8Array(rows.length);
  let last: unknown;
  let lastCode = -1;
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]?.[field];
    if (lastCode === -1 || value !== last) {
      let code = codeOf.get(value);
      if (code === undefined) {
        if (values.size >= MOST_CODES) return undefined;
        // Two values may be the same once they are clean, and an ENUM names each once.
        const text = clean(textOf(value, kind));
        code = values.get(text) ?? values.size;
        values.set(text, code);
        codeOf.set(value, code);
      }
      last = value;
      lastCode = code;
    }
    codes[i] = lastCode;
  }
  return codes;
}
