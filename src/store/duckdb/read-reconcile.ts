import {
  FINISHED,
  type FateName,
  type Finished,
  type ReconcileQuestion,
  type ReconcileRow,
  type Unexplained,
} from '../../model/question.ts';
import type { Ask } from './database.ts';
import { Parameters } from './segments.ts';

/** Unexplained messages that a row names. */
const MOST_NAMED = 20;
/** Clocks of hosts differ, and a hop's row may bear a time before its root's. */
const SKEW_MILLIS = 86_400_000;

/** One row for each fate of each day, host and instance. */
interface Fate {
  readonly day: number;
  readonly host: string;
  readonly instance: string;
  readonly fate: Finished | 'queued' | Unexplained;
  readonly messages: number;
  readonly ids: readonly string[];
  readonly queueIds: readonly string[];
}

/**
 * The fate of each message received in [from, to), as the last of some common tables, `fates`. docs/counting.md says in words what this says in SQL: a message is
 * its root and all that was linked to it; it is finished when every queue file of it has ended; its fate is the worst that
 * any recipient met, judged by the last attempt of each recipient in each queue file.
 */
function fatesOf(question: ReconcileQuestion, parameters: Parameters): string {
  const from = parameters.time(question.from * 1000);
  const to = parameters.time(question.to * 1000);
  const since = parameters.time(Math.max(0, question.from * 1000 - SKEW_MILLIS));
  return `WITH RECURSIVE
      roots AS (SELECT q.uid, q.time, q.host, q.instance, q.queue_id FROM queue_files q
        ANTI JOIN links l ON l.child = q.uid
        ANTI JOIN (SELECT uid FROM ended WHERE kind = 'refused') r ON r.uid = q.uid
        WHERE q.origin = 'received' AND q.message = q.uid AND q.time >= ${from} AND q.time < ${to}),
      nodes AS (SELECT uid AS root, uid AS node FROM roots
        UNION SELECT nodes.root, l.child FROM nodes JOIN links l ON l.message = nodes.node),
      files AS (SELECT DISTINCT nodes.root, q.uid, q.queue_id FROM nodes JOIN queue_files q ON q.message = nodes.node WHERE q.time >= ${since}),
      closed AS (SELECT uid, arg_min(kind, time) AS kind FROM ended WHERE time >= ${since} GROUP BY uid),
      ends AS (SELECT files.root, bool_or(e.uid IS NULL) AS open, bool_or(e.kind = 'lost') AS lost,
          bool_or(e.kind = 'deleted') AS deleted, bool_or(e.kind = 'discarded') AS discarded
        FROM files LEFT JOIN closed e ON e.uid = files.uid
        GROUP BY files.root),
      attempts AS (SELECT nodes.root, d.uid, d.recipient, arg_max(d.outcome, (d.time, d.rowid)) AS outcome,
          arg_max(d.next_queue_id, (d.time, d.rowid)) AS next_queue_id
        FROM nodes JOIN deliveries d ON d.message = nodes.node WHERE d.time >= ${since} GROUP BY nodes.root, d.uid, d.recipient),
      outcomes AS (SELECT a.root, bool_or(a.outcome = 'bounced') AS bounced, bool_or(a.outcome = 'discarded') AS discarded,
          bool_or(a.outcome = 'sent') AS sent, bool_or(a.outcome = 'delivered') AS delivered, bool_or(a.outcome = 'deferred' AND c.kind IS DISTINCT FROM 'requeued') AS deferred,
          bool_or(a.outcome = 'hop' AND a.next_queue_id <> '' AND f.root IS NULL) AS handed_on, bool_or(a.outcome = 'hop') AS hop
        FROM attempts a LEFT JOIN (SELECT DISTINCT root, queue_id FROM files) f ON f.root = a.root AND f.queue_id = a.next_queue_id
          LEFT JOIN closed c ON c.uid = a.uid
        GROUP BY a.root),
      expiries AS (SELECT DISTINCT nodes.root FROM nodes JOIN steps s ON s.message = nodes.node
        WHERE s.kind = 'expired' AND s.text = 'qmgr' AND s.time >= ${since}),
      fates AS (SELECT r.*, CASE
          WHEN e.lost THEN 'lost'
          WHEN coalesce(e.open, true) THEN 'queued'
          WHEN x.root IS NOT NULL THEN 'expired'
          WHEN o.deferred AND e.deleted THEN 'removed'
          WHEN o.deferred THEN 'unfinished'
          WHEN o.handed_on THEN 'handed_on'
          WHEN o.bounced THEN 'bounced'
          WHEN o.discarded OR e.discarded THEN 'discarded'
          WHEN o.sent THEN 'sent'
          WHEN o.delivered THEN 'delivered'
          WHEN e.deleted THEN 'removed'
          WHEN o.hop THEN 'handed_on'
          ELSE 'no_outcome' END AS fate
        FROM roots r LEFT JOIN ends e ON e.root = r.uid LEFT JOIN outcomes o ON o.root = r.uid LEFT JOIN expiries x ON x.root = r.uid)`;
}

/** Messages that met a fate, the newest first. */
export async function messagesWithFate(
  ask: Ask,
  question: ReconcileQuestion & { fate: FateName; host?: string; limit: number },
): Promise<number[]> {
  const parameters = new Parameters();
  const fates = fatesOf(question, parameters);
  const conditions: string[] = [];
  if (question.fate === 'unexplained')
    conditions.push(`fate NOT IN (${[...FINISHED, 'queued'].map((fate) => parameters.add(fate)).join(', ')})`);
  else if (question.fate !== 'received') conditions.push(`fate = ${parameters.add(question.fate)}`);
  if (question.host !== undefined) conditions.push(`host = ${parameters.add(question.host)}`);
  const rows = await ask(
    `${fates} SELECT uid::DOUBLE AS uid FROM fates ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
      ORDER BY time DESC, uid DESC LIMIT ${parameters.add(question.limit)}::BIGINT`,
    parameters.values,
  );
  return rows.map(({ uid }) => Number(uid));
}

/** What became of the messages received in [from, to), by day, host and instance. */
export async function readReconciliation(ask: Ask, question: ReconcileQuestion): Promise<ReconcileRow[]> {
  const parameters = new Parameters();
  const fates = (await ask(
    `${fatesOf(question, parameters)}
    SELECT epoch(date_trunc('day', time))::DOUBLE AS day, host, instance, fate, count(*)::DOUBLE AS messages,
      list(uid::VARCHAR ORDER BY uid)[1:${MOST_NAMED}] AS ids, list(queue_id ORDER BY uid)[1:${MOST_NAMED}] AS "queueIds"
    FROM fates GROUP BY ALL ORDER BY day, host, instance, fate`,
    parameters.values,
  )) as unknown as Fate[];
  const rows = new Map<string, { -readonly [Field in keyof ReconcileRow]: ReconcileRow[Field] }>();
  for (const { day, host, instance, fate, messages, ids, queueIds } of fates) {
    const key = JSON.stringify([day, host, instance]);
    let row = rows.get(key);
    if (row === undefined) {
      row = { day, host, instance, received: 0, finished: NOTHING, queued: 0, unexplained: 0, unexplainedMessages: [] };
      rows.set(key, row);
    }
    row.received += messages;
    if (fate === 'queued') row.queued += messages;
    else if (isFinished(fate)) row.finished = { ...row.finished, [fate]: messages };
    else {
      row.unexplained += messages;
      const named = ids.map((id, index) => ({ id, queueId: queueIds[index] ?? '', reason: fate }));
      row.unexplainedMessages = [...row.unexplainedMessages, ...named].slice(0, MOST_NAMED);
    }
  }
  return [...rows.values()];
}

const NOTHING = Object.fromEntries(FINISHED.map((fate) => [fate, 0])) as Record<Finished, number>;
const isFinished = (fate: Fate['fate']): fate is Finished => (FINISHED as readonly string[]).includes(fate);
