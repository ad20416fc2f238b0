import type { DeliveryRow } from '../../model/batch.ts';
import { alike } from './addresses.ts';
import { DELIVERIES, only, selectList } from './columns.ts';
import type { Ask } from './database.ts';
import { BIGINT, LIST, listValue, VARCHAR } from './library.ts';
import { among, type Life, loadWith } from './lives.ts';

const FARED = ['message', 'time', 'recipient', 'originalRecipient', 'outcome', 'reply'] as const;
const SENT = ['host', 'instance', 'queueId', 'sender', 'size'] as const;
/** As much of a delivery as a list shows; what tells of its message only where no queue file does. */
export type BriefDelivery = Pick<DeliveryRow, (typeof FARED)[number]> & Partial<Pick<DeliveryRow, (typeof SENT)[number]>>;

/** Rows of a message that a list reads one by one: of a mailing to thousands, of which a list may have fifty, the database makes a few. */
const MOST_ROWS = 500;
/** Rows of mailings that are added up together. */
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

/**
 * Reads messages by their root number, in the order asked for, as much of them as a list shows: each column costs its time. Of a message to
 * very many there are the deliveries that tell how it fared, those to the first recipients, and those to `address`.
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
