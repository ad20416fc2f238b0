import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { DeliveryRow, QueueFileRow, RefusalRow, StepRow } from '../../model/batch.ts';
import { DELIVERIES, QUEUE_FILES, REFUSALS, selectList, STEPS, type Table } from './columns.ts';
import type { Ask } from './database.ts';
import { BIGINT, LIST, listValue } from './library.ts';
import { ROWS_OF_A_GROUP } from './open.ts';

/** Everything of one message that tells how it fared. */
export interface Life<Delivery = DeliveryRow> {
  readonly root: number;
  readonly queueFiles: QueueFileRow[];
  readonly deliveries: Delivery[];
  readonly steps: StepRow[];
  readonly refusals: RefusalRow[];
  /** Where not all deliveries are here. */
  recipientCount?: number;
}

/** The messages' numbers, and those of the queue files that were linked to them later, at any remove. */
const NODES = `WITH RECURSIVE nodes AS (SELECT root, root AS node FROM (SELECT unnest($1) AS root)
  UNION SELECT nodes.root, l.child FROM nodes JOIN links l ON l.message = nodes.node)
  SELECT root::DOUBLE AS root, node::DOUBLE AS node FROM nodes`;

/**
 * Rows of a table that carry one of the numbers. Numbers grow with time: the bounds spare most of the table. Where they span more than a
 * row group, rows are found by rowid: DuckDB then reads the few blocks of the other columns that hold them, where a number spares only
 * whole row groups.
 */
async function rowsOf<T>(ask: Ask, table: Table, column: 'message' | 'uid', numbers: readonly number[]): Promise<T[]> {
  if (numbers.length === 0) return [];
  const { matching, span, values, types } = among(table.name, column, numbers);
  const found = span < ROWS_OF_A_GROUP ? matching : `${table.name} t JOIN (SELECT t.rowid AS row FROM ${matching}) f ON t.rowid = f.row`;
  return (await ask(`SELECT ${selectList(table, 't')} FROM ${found} ORDER BY t.time, t.rowid`, values, types)) as unknown as T[];
}

/** Rows `t` that carry one of the numbers, from FROM on. */
export function among(
  table: string,
  column: 'message' | 'uid',
  numbers: readonly number[],
): { matching: string; span: number; values: DuckDBValue[]; types: DuckDBType[] } {
  const [first, last] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  return {
    matching: `${table} t SEMI JOIN (SELECT unnest($1) AS node) n ON t.${column} = n.node WHERE t.${column} BETWEEN $2 AND $3`,
    span: last - first,
    values: [listValue(numbers.map(BigInt)), BigInt(first), BigInt(last)],
    types: [LIST(BIGINT), BIGINT, BIGINT],
  };
}

/** Reads messages by their root number, in the order asked for. */
export const loadLives = (ask: Ask, roots: readonly number[]): Promise<Life[]> =>
  loadWith(ask, roots, (numbers) => rowsOf<DeliveryRow>(ask, DELIVERIES, 'message', numbers));

/** Reads messages and all that belongs to them, deliveries by `deliveriesOf`. */
export async function loadWith<Delivery extends Pick<DeliveryRow, 'message'>>(
  ask: Ask,
  roots: readonly number[],
  deliveriesOf: (numbers: readonly number[], livesOf: (number: number) => readonly Life<Delivery>[]) => Promise<Delivery[]>,
): Promise<Life<Delivery>[]> {
  if (roots.length === 0) return [];
  const lives = new Map<number, Life<Delivery>>(
    roots.map((root) => [root, { root, queueFiles: [], deliveries: [], steps: [], refusals: [] }]),
  );
  /** A number is of one message, but for what was linked to several. */
  const owners = new Map<number, Life<Delivery>[]>();
  for (const { root, node } of await ask(NODES, [listValue(roots.map(BigInt))], [LIST(BIGINT)])) {
    const life = lives.get(Number(root));
    if (life !== undefined) owners.set(Number(node), [...(owners.get(Number(node)) ?? []), life]);
  }
  const livesOf = (number: number): readonly Life<Delivery>[] => owners.get(number) ?? [];
  const numbers = [...owners.keys()];
  const files = new Map<number, readonly Life<Delivery>[]>(owners);
  for (const row of await rowsOf<QueueFileRow>(ask, QUEUE_FILES, 'message', numbers)) {
    for (const life of livesOf(row.message)) life.queueFiles.push(row);
    if (!files.has(row.uid)) files.set(row.uid, livesOf(row.message));
  }
  for (const row of await deliveriesOf(numbers, livesOf)) for (const life of livesOf(row.message)) life.deliveries.push(row);
  for (const row of await rowsOf<StepRow>(ask, STEPS, 'message', numbers)) for (const life of livesOf(row.message)) life.steps.push(row);
  for (const row of await rowsOf<RefusalRow>(ask, REFUSALS, 'uid', [...files.keys()])) {
    if (row.uid !== 0) for (const life of files.get(row.uid) ?? []) life.refusals.push(row);
  }
  return [...lives.values()].filter(({ queueFiles, deliveries, steps }) => queueFiles.length + deliveries.length + steps.length > 0);
}

/**
 * The newest messages that are hit in `needed` ways, by their root number. `hits` selects `f` (which way), `m` (the message a row names)
 * and `time`.
 */
export const rootsSql = (hits: string, needed: number, limit: string): string =>
  `WITH RECURSIVE hit AS (SELECT f, m, max(time) AS time FROM (${hits}) GROUP BY f, m),
     up AS (SELECT DISTINCT m AS start, l.message AS node, 1 AS depth FROM hit JOIN links l ON l.child = m WHERE l.message <> m
       UNION ALL SELECT up.start, l.message, depth + 1 FROM up JOIN links l ON l.child = up.node WHERE l.message <> up.node AND depth < 32),
     linked AS (SELECT start, arg_max(node, depth) AS root FROM up GROUP BY start)
   SELECT coalesce(root, m)::DOUBLE AS root FROM hit LEFT JOIN linked ON hit.m = linked.start
   GROUP BY coalesce(root, m) HAVING count(DISTINCT f) = ${needed}
   ORDER BY max(hit.time) DESC, coalesce(root, m) DESC LIMIT ${limit}::BIGINT`;
