import type { DuckDBConnection, DuckDBDataChunk, DuckDBPreparedStatement, DuckDBTableFunctionInfo } from '@duckdb/node-api';
import { storedAs, type Table } from './columns.ts';
import { bindings, DOUBLE, DuckDBTableFunction, ENUM, LIST, VARCHAR } from './library.ts';
import { isText, pack, type Packed } from './packing.ts';

interface Load {
  readonly table: Table;
  readonly packed: Packed;
  delivered: number;
}

/**
 * Rows on their way into tables, through a table function: `INSERT ... SELECT` over it runs on DuckDB's threads and asks
 * for one piece at a time here, while an appender would hold the event loop for a whole batch.
 *
 * A piece is one row of the function, with a list of each column's numbers or codes, and each text column as one text that
 * DuckDB splits: handing texts over one by one costs ten times as much, on the thread that can bear it least.
 */
export class Feed {
  readonly #connection: DuckDBConnection;
  readonly #loads = new Map<string, Load>();
  readonly #prepared = new Map<string, Promise<DuckDBPreparedStatement>>();
  #failure: Error | undefined;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
    connection.registerTableFunction(
      DuckDBTableFunction.create({
        name: 'fed_pieces',
        parameterTypes: [VARCHAR],
        bindFunction: (info) => {
          const load = this.#loads.get(String(info.getParameter(0)));
          if (load === undefined) {
            info.setError('nothing is fed to this table');
            return;
          }
          for (const [index, { kind }] of load.table.columns.entries()) {
            const values = load.packed.dictionaries[index];
            info.addResultColumn(`c${index}`, values !== undefined ? LIST(ENUM(values)) : isText(kind) ? VARCHAR : LIST(DOUBLE));
          }
          info.setCardinality(load.packed.pieces.length, true);
          info.setBindData({ table: load.table.name });
        },
        // A statement that was prepared for earlier rows finds those of today.
        initFunction: (info) => {
          const { table } = info.bindData as { table: string };
          info.setInitData({ load: this.#loads.get(table), next: 0 });
        },
        mainFunction: (info, output) => {
          try {
            this.#give(info, output);
          } catch (error) {
            this.#failure ??= error instanceof Error ? error : new Error(String(error));
            info.setError(this.#failure.message);
          }
        },
      }),
    );
  }

  /** Stores rows in a table. */
  async insert(table: Table, rows: Packed | readonly object[]): Promise<void> {
    await this.run(table, rows, insertOf);
  }

  /** Runs what `statement` makes of the query that gives the rows under the table's column names; nothing without rows. */
  async run(table: Table, rows: Packed | readonly object[], statement: (table: Table, select: string) => string): Promise<void> {
    const packed = 'pieces' in rows ? rows : pack(table, rows);
    if (packed.rows === 0) return;
    this.#loads.set(table.name, { table, packed, delivered: 0 });
    const sql = statement(table, selectOf(table, packed));
    const isInsert = statement === insertOf;
    // Few rows: planning the statement is most of the work, and it does not depend on them.
    const isCommon = isInsert && packed.dictionaries.every((values) => values === undefined);
    const { rowsChanged } = isCommon ? await (await this.#prepare(sql)).run() : await this.#connection.run(sql);
    if (isInsert && rowsChanged !== packed.rows) throw new Error(`${packed.rows} rows became ${rowsChanged} in ${table.name}`);
  }

  #prepare(sql: string): Promise<DuckDBPreparedStatement> {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      prepared = this.#connection.prepare(sql);
      this.#prepared.set(sql, prepared);
      prepared.catch(() => this.#prepared.delete(sql));
    }
    return prepared;
  }

  /** Throws unless every row that was loaded was taken, once. */
  verify(): void {
    if (this.#failure !== undefined) throw this.#failure;
    for (const { table, packed, delivered } of this.#loads.values()) {
      if (delivered !== packed.rows) throw new Error(`${delivered} of ${packed.rows} rows reached ${table.name}`);
    }
  }

  clear(): void {
    this.#loads.clear();
    this.#failure = undefined;
  }

  #give(info: DuckDBTableFunctionInfo, output: DuckDBDataChunk): void {
    const scan = info.initData as { load: Load; next: number };
    const { table, packed } = scan.load;
    const piece = packed.pieces[scan.next];
    output.rowCount = piece === undefined ? 0 : 1;
    if (piece === undefined) return;
    const { rows } = piece;
    // duckdb_list_entry: offset and length in the child vector.
    const whole = new BigUint64Array([0n, BigInt(rows)]);
    for (const [index, { kind }] of table.columns.entries()) {
      const vector = bindings.data_chunk_get_vector(output.chunk, index);
      const data = piece.columns[index];
      if (data === undefined) throw new RangeError(`${table.name} lacks column ${index}`);
      if (isText(kind) && packed.dictionaries[index] === undefined) {
        bindings.vector_assign_string_element_len(vector, 0, data as Uint8Array);
        continue;
      }
      if (data.length !== rows) throw new RangeError(`${data.length} values for ${rows} rows of ${table.name}`);
      bindings.list_vector_reserve(vector, rows);
      bindings.list_vector_set_size(vector, rows);
      bindings.copy_data_to_vector(vector, 0, whole.buffer, 0, whole.byteLength);
      bindings.copy_data_to_vector(bindings.list_vector_get_child(vector), 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    }
    scan.next++;
    scan.load.delivered += rows;
  }
}

function insertOf({ name, columns }: Table, select: string): string {
  return `INSERT INTO ${name} (${columns.map((column) => column.name).join(', ')}) ${select};\n`;
}

function selectOf({ name, columns }: Table, { dictionaries }: Packed): string {
  const values = columns.map(({ kind }, index) => {
    const column = `c${index}`;
    return `unnest(${isText(kind) && dictionaries[index] === undefined ? `string_split(${column}, chr(0))` : column}) AS ${column}`;
  });
  return `SELECT ${columns.map((column, index) => `${storedAs(column.kind, `c${index}`)} AS ${column.name}`).join(', ')}
    FROM (SELECT ${values.join(', ')} FROM fed_pieces('${name}'))`;
}
