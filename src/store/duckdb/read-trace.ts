import type { RefusalRow, VerdictRow } from '../../model/batch.ts';
import type { Trace } from '../../model/question.ts';
import { selectList, VERDICTS } from './columns.ts';
import type { Ask } from './database.ts';
import { BIGINT, LIST, listValue } from './library.ts';
import { type Life, loadLives } from './lives.ts';
import { termFilter } from './read-messages.ts';
import { findAttempt, isAttemptId, summaryOfAttempt } from './refused.ts';
import { Parameters } from './segments.ts';
import { summarize } from './summary.ts';

/** Of a message number, of a refused attempt's id, or of the newest message that a queue id or message-id names. */
export async function readTrace(ask: Ask, id: string): Promise<Trace | undefined> {
  if (isAttemptId(id)) return traceOfAttempt(ask, id);
  // A queue id may consist of digits too, but is longer than any number given here.
  if (/^\d{1,15}$/.test(id)) {
    const life = await lifeOf(ask, Number(id));
    if (life !== undefined) return traceOf(ask, life);
  }
  const parameters = new Parameters();
  const { queueFiles, deliveries } = termFilter(id, parameters);
  const hits = [
    ...(queueFiles ?? []).map((one) => `SELECT q.message, q.time FROM queue_files q WHERE ${one}`),
    ...(deliveries ?? []).map((one) => `SELECT d.message, d.time FROM deliveries d WHERE ${one}`),
  ];
  const [newest] = await ask(
    `SELECT message::DOUBLE AS message FROM (${hits.join(' UNION ALL ')}) ORDER BY time DESC, message DESC LIMIT 1`,
    parameters.values,
  );
  const life = newest && (await lifeOf(ask, Number(newest['message'])));
  return life && traceOf(ask, life);
}

/** The life of the message that queue file `uid` belongs to. */
async function lifeOf(ask: Ask, uid: number): Promise<Life | undefined> {
  const [row] = await ask(
    `WITH RECURSIVE start AS (SELECT coalesce((SELECT any_value(message) FROM queue_files WHERE uid = $1::BIGINT), $1::BIGINT) AS node),
       up AS (SELECT node, 0 AS depth FROM start
         UNION ALL SELECT l.message, depth + 1 FROM up JOIN links l ON l.child = up.node WHERE l.message <> up.node AND depth < 32)
     SELECT arg_max(node, depth)::DOUBLE AS root FROM up`,
    [uid],
  );
  return (await loadLives(ask, [Number(row?.['root'])]))[0];
}

async function traceOf(ask: Ask, life: Life): Promise<Trace> {
  const { summary } = summarize(life);
  const nodes = [...new Set([life.root, ...life.queueFiles.map(({ uid }) => uid), ...life.queueFiles.map(({ message }) => message)])];
  const verdicts = (await ask(
    `SELECT ${selectList(VERDICTS, 'v')} FROM verdicts v WHERE v.message <> 0 AND v.message IN (SELECT unnest($1)) ORDER BY v.time, v.rowid`,
    [listValue(nodes.map(BigInt))],
    [LIST(BIGINT)],
  )) as unknown as VerdictRow[];
  const { queueFiles, deliveries, refusals, steps } = life;
  return { id: summary.id, summary, queueFiles, deliveries, refusals, verdicts, steps };
}

async function traceOfAttempt(ask: Ask, id: string): Promise<Trace | undefined> {
  const row = await findAttempt(ask, id);
  if (row === undefined) return undefined;
  const { id: _, ...refusal } = row;
  return {
    id,
    summary: summaryOfAttempt(row),
    queueFiles: [],
    deliveries: [],
    refusals: [refusal as unknown as RefusalRow],
    verdicts: [],
    steps: [],
  };
}
