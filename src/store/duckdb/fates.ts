import type { Finished, Unexplained } from '../../model/question.ts';
import type { EndKind, Outcome } from '../../model/batch.ts';
import type { Parameters } from './segments.ts';
import { DAY } from './sums.ts';

export type Fate = Finished | 'queued' | Unexplained;

/** Why a fate is not known: each of them is `unexplained`. */
export const UNEXPLAINED: readonly Unexplained[] = ['lost', 'unfinished', 'handed_on', 'no_outcome'];

/** A stretch of time, [from, to) in ms, and the smallest and the largest number of a message that came in then. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

/** Which rows of `queue_files` are messages that came in, if no other row says that they are not. */
export const IS_RECEIVED = `origin = 'received' AND message = uid`;

/** Clocks of hosts differ, and a hop's row may bear a time before its root's. */
const SKEW = DAY;

/** As bits, what many rows came to is one `bit_or`: several times as fast as a column for each. */
const OUTCOME: Readonly<Record<Outcome | 'handedOn', number>> = {
  sent: 1,
  delivered: 2,
  bounced: 4,
  discarded: 8,
  deferred: 16,
  hop: 32,
  handedOn: 64,
};
const END = { open: 1, lost: 2, deleted: 4, discarded: 8 } as const satisfies Partial<Record<EndKind | 'open', number>>;

const asBits = (column: string, bits: Readonly<Record<string, number>>): string =>
  `CASE ${column} ${Object.entries(bits)
    .map(([value, bit]) => `WHEN '${value}' THEN ${bit}`)
    .join(' ')} ELSE 0 END`;

/** What every attempt of a queue file came to is what the last one came to, if it is one of these alone. */
const PLAIN = [OUTCOME.sent, OUTCOME.delivered, OUTCOME.bounced, OUTCOME.discarded].join(', ');

/**
 * The fate of each message of a slice, as the last of some common tables: `fates`, with the message's own row. docs/counting.md says in
 * words what this says in SQL: a message is its root and all that was linked to it; it is finished when every queue file of it has
 * ended; its fate is the worst that any recipient met, judged by the last attempt of each recipient in each queue file. `top`: the largest
 * number of its queue files.
 */
export function fatesSql(slice: Slice, parameters: Parameters): string {
  const from = parameters.time(slice.from);
  const to = parameters.time(slice.to);
  const since = `time >= ${parameters.time(Math.max(0, slice.from - SKEW))}`;
  const range = `BETWEEN ${parameters.add(slice.first)}::BIGINT AND ${parameters.add(slice.last)}::BIGINT`;
  return `WITH RECURSIVE
      roots AS (SELECT uid, time, host, instance, queue_id FROM queue_files
        WHERE ${IS_RECEIVED} AND time >= ${from} AND time < ${to} AND uid ${range}
          AND uid NOT IN (SELECT child FROM links) AND uid NOT IN (SELECT uid FROM ended WHERE kind = 'refused' AND uid ${range})),
      linked AS (SELECT r.uid AS root, l.child AS node FROM roots r JOIN links l ON l.message = r.uid
        UNION SELECT k.root, l.child FROM linked k JOIN links l ON l.message = k.node),
      files AS (SELECT message AS root, uid, queue_id FROM queue_files WHERE message ${range} AND ${since}
        UNION ALL SELECT DISTINCT k.root, q.uid, q.queue_id FROM linked k JOIN queue_files q ON q.message = k.node WHERE ${since}),
      closed AS (SELECT uid, arg_min(kind, time) AS kind FROM ended SEMI JOIN files USING (uid) WHERE ${since} GROUP BY uid),
      ends AS (SELECT f.root, max(f.uid) AS top, bit_or(CASE WHEN c.uid IS NULL THEN ${END.open} ELSE ${asBits('c.kind', END)} END) AS bits
        FROM files f LEFT JOIN closed c ON c.uid = f.uid GROUP BY f.root),
      tried AS (SELECT root, uid, bit_or(${asBits('outcome', OUTCOME)}) AS bits
        FROM (SELECT message AS root, uid, outcome FROM deliveries WHERE message ${range} AND ${since}
          UNION ALL SELECT k.root, d.uid, d.outcome FROM linked k JOIN deliveries d ON d.message = k.node WHERE ${since})
        GROUP BY root, uid),
      attempts AS (SELECT t.root, d.uid, arg_max(d.outcome, (d.time, d.rowid)) AS outcome, arg_max(d.next_queue_id, (d.time, d.rowid)) AS next_queue_id
        FROM deliveries d JOIN (SELECT root, uid FROM tried WHERE bits NOT IN (${PLAIN})) t ON t.uid = d.uid
          LEFT JOIN linked k ON k.root = t.root AND k.node = d.message
        WHERE ${since} AND (d.message = t.root OR k.node IS NOT NULL) GROUP BY t.root, d.uid, d.recipient),
      outcomes AS (SELECT root, bit_or(bits) AS bits FROM (
          SELECT root, bits FROM tried WHERE bits IN (${PLAIN})
          UNION ALL SELECT a.root, CASE WHEN a.outcome = 'deferred' AND c.kind = 'requeued' THEN 0 ELSE ${asBits('a.outcome', OUTCOME)} END
            FROM attempts a LEFT JOIN closed c ON c.uid = a.uid
          UNION ALL SELECT a.root, ${OUTCOME.handedOn} FROM attempts a ANTI JOIN files f ON f.root = a.root AND f.queue_id = a.next_queue_id
            WHERE a.outcome = 'hop' AND a.next_queue_id <> '')
        GROUP BY root),
      expiries AS (SELECT DISTINCT coalesce(k.root, s.message) AS root FROM steps s LEFT JOIN linked k ON k.node = s.message
        WHERE s.kind = 'expired' AND s.text = 'qmgr' AND ${since} AND (k.root IS NOT NULL OR s.message ${range})),
      fates AS (SELECT r.*, coalesce(e.top, 0) AS top, CASE
          WHEN e.bits & ${END.lost} THEN 'lost'
          WHEN coalesce(e.bits & ${END.open}, ${END.open}) THEN 'queued'
          WHEN x.root IS NOT NULL THEN 'expired'
          WHEN o.bits & ${OUTCOME.deferred} AND e.bits & ${END.deleted} THEN 'removed'
          WHEN o.bits & ${OUTCOME.deferred} THEN 'unfinished'
          WHEN o.bits & ${OUTCOME.handedOn} THEN 'handed_on'
          WHEN o.bits & ${OUTCOME.bounced} THEN 'bounced'
          WHEN o.bits & ${OUTCOME.discarded} OR e.bits & ${END.discarded} THEN 'discarded'
          WHEN o.bits & ${OUTCOME.sent} THEN 'sent'
          WHEN o.bits & ${OUTCOME.delivered} THEN 'delivered'
          WHEN e.bits & ${END.deleted} THEN 'removed'
          WHEN o.bits & ${OUTCOME.hop} THEN 'handed_on'
          ELSE 'no_outcome' END AS fate
        FROM roots r LEFT JOIN ends e ON e.root = r.uid LEFT JOIN outcomes o ON o.root = r.uid LEFT JOIN expiries x ON x.root = r.uid)`;
}
