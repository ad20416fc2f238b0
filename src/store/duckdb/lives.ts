import { BIGINT, type DuckDBType, type DuckDBValue, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { DeliveryRow, QueueFileRow, RefusalRow, StepRow } from '../../model/batch.ts';
import { alike } from './addresses.ts';
import { DELIVERIES, only, QUEUE_FILES, REFUSALS, selectList, STEPS, type Table } from './columns.ts';
import type { Ask } from './database.ts';
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

const FARED = ['message', 'time', 'recipient', 'originalRecipient', 'outcome', 'reply'] as const;
const SENT = ['host', 'instance', 'queueId', 'sender', 'size'] as const;
/** As much of a delivery as a list shows; what tells of its message only where no queue file does. */
export type BriefDelivery = Pick<DeliveryRow, (typeof FARED)[number]> & Partial<Pick<DeliveryRow, (typeof SENT)[number]>>;

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
function among(
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

/** Rows of a message that a list reads one by one: of a mailing to thousands, of which a list may have fifty, the database makes a few. */
const MOST_ROWS = 500;
const ROWS_AT_ONCE = 200_000;
/** Recipients that a list names. */
export const MOST_NAMED = 100;

type Counted = BriefDelivery & {
  /** Rows that carry the same number, also those that are not here. */
  readonly rows: number;
};

async function briefRowsOf(ask: Ask, fields: readonly string[], numbers: readonly number[]): Promise<Counted[]> {
  if (numbers.length === 0) return [];
  const { matching, values, types } = among('deliveries', 'message', numbers);
  const rows = await ask(
    `SELECT ${selectList(only(DELIVERIES, fields), 't')}, f.rows FROM deliveries t
       JOIN (SELECT t.rowid AS row, count(*) OVER (PARTITION BY t.message)::DOUBLE AS rows FROM ${matching}
         QUALIFY row_number() OVER (PARTITION BY t.message ORDER BY t.rowid) <= ${MOST_ROWS}) f ON t.rowid = f.row
     ORDER BY t.time, t.rowid`,
    values,
    types,
  );
  return rows as unknown as Counted[];
}

/** Reads messages by their root number, in the order asked for. */
export const loadLives = (ask: Ask, roots: readonly number[]): Promise<Life[]> =>
  loadWith(ask, roots, (numbers) => rowsOf<DeliveryRow>(ask, DELIVERIES, 'message', numbers));

/**
 * The same, as much of them as a list shows: each column costs its time. Of a message to very many there are the deliveries that tell how
 * it fared, those to the first recipients, and those to `address`.
 */
export const loadBriefLives = (ask: Ask, roots: readonly number[], address = ''): Promise<Life<BriefDelivery>[]> =>
  loadWith(ask, roots, async (numbers, livesOf) => {
    const hasFile = (number: number): boolean => livesOf(number).every(({ queueFiles }) => queueFiles.length > 0);
    const rows = [
      ...(await briefRowsOf(ask, FARED, numbers.filter(hasFile))),
      ...(await briefRowsOf(
        ask,
        [...FARED, ...SENT],
        numbers.filter((number) => !hasFile(number)),
      )),
    ];
    const long = new Map<Life<BriefDelivery>, number>();
    for (const { message, rows: all } of rows) if (all > MOST_ROWS) for (const life of livesOf(message)) long.set(life, all);
    const result: BriefDelivery[] = rows.filter(({ message }) => !livesOf(message).some((life) => long.has(life)));
    for (const some of inParts(long)) {
      const pairs = numbers.flatMap((node) => livesOf(node).flatMap((life) => (some.includes(life) ? [{ node, life }] : [])));
      result.push(...(await fewOf(ask, pairs, address)));
    }
    return result;
  });

/** Lives by the number of their rows: those of one part have few enough for the database's memory. */
function inParts<T>(counts: ReadonlyMap<T, number>): T[][] {
  const parts: T[][] = [];
  let rows = Infinity;
  for (const [one, count] of counts) {
    if (rows + count > ROWS_AT_ONCE) parts.push([]);
    rows = rows + count > ROWS_AT_ONCE ? count : rows + count;
    parts.at(-1)?.push(one);
  }
  return parts;
}

/** Few deliveries that say the same of a life as all of them, and how many recipients it has. Recipients are told apart by 64 bits of theirs. */
async function fewOf(
  ask: Ask,
  pairs: readonly { readonly node: number; readonly life: Life<BriefDelivery> }[],
  address: string,
): Promise<BriefDelivery[]> {
  const nodes = pairs.map(({ node }) => node);
  const values = [
    listValue(nodes.map(BigInt)),
    listValue(pairs.map(({ life }) => BigInt(life.root))),
    BigInt(nodes.reduce((a, b) => Math.min(a, b))),
    BigInt(nodes.reduce((a, b) => Math.max(a, b))),
  ];
  const types = [LIST(BIGINT), LIST(BIGINT), BIGINT, BIGINT];
  const all = `deliveries t JOIN (SELECT unnest($1) AS node, unnest($2) AS root) n ON t.message = n.node WHERE t.message BETWEEN $3 AND $4`;
  const counts = await ask(
    `SELECT root::DOUBLE AS root, count(DISTINCT named)::DOUBLE AS recipients FROM (
       SELECT n.root, t.outcome = 'hop' AS hop, bool_and(t.outcome = 'hop') OVER (PARTITION BY n.root) AS only_hops,
         hash(coalesce(nullif(t.original_recipient, ''), t.recipient)) AS named FROM ${all})
     WHERE NOT hop OR only_hops GROUP BY root`,
    values,
    types,
  );
  for (const { root, recipients } of counts) {
    for (const { life } of pairs) if (life.root === root) life.recipientCount = Number(recipients);
  }
  return (await ask(
    `WITH rows AS MATERIALIZED (
         SELECT n.root, t.rowid AS row, t.time, t.outcome, hash(lower(t.recipient)) AS recipient,
           $5 <> '' AND (${alike('t.recipient', '$5')} OR ${alike('t.original_recipient', '$5')}) AS wanted FROM ${all}),
       last AS (SELECT root, recipient, min(row) AS first, arg_max(row, (time, row)) AS row, arg_max(outcome, (time, row)) AS outcome
         FROM rows WHERE outcome <> 'hop' GROUP BY root, recipient),
       chosen AS (
         SELECT row FROM (SELECT root, false AS hop, row, first FROM last UNION ALL SELECT root, true, row, row FROM rows WHERE outcome = 'hop')
           QUALIFY row_number() OVER (PARTITION BY root, hop ORDER BY first) <= ${MOST_NAMED}
         UNION SELECT arg_min(row, first) FROM last GROUP BY root, outcome
         UNION SELECT row FROM rows WHERE wanted)
     SELECT ${selectList(only(DELIVERIES, [...FARED, ...SENT]), 't')} FROM deliveries t JOIN chosen ON t.rowid = chosen.row
     ORDER BY t.time, t.rowid`,
    [...values, address],
    [...types, VARCHAR],
  )) as unknown as BriefDelivery[];
}

async function loadWith<Delivery extends Pick<DeliveryRow, 'message'>>(
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
