import { BACKLOG_MINUTES, type BacklogAnswer, type BacklogQuestion } from '../../model/question.ts';
import type { Ask } from './database.ts';
import { Parameters } from './segments.ts';

/** Postfix gives up after five days by default (maximal_queue_lifetime); twice that finds what an operator lets wait longer. */
const LONGEST_MS = 10 * 86_400_000;

/** From the log and not from the queue's listing: that would have to be kept for each moment, and few may read it. */
export async function readBacklog(ask: Ask, question: BacklogQuestion): Promise<BacklogAnswer> {
  const parameters = new Parameters();
  const at = question.at * 1000;
  const now = parameters.time(at);
  const since = parameters.time(at - LONGEST_MS);
  const host = question.host === undefined ? '' : `AND host = ${parameters.add(question.host)}`;
  const minutes = `date_diff('second', q.time, ${now}) / 60`;
  const age = BACKLOG_MINUTES.map((end, at_) => `WHEN ${minutes} < ${end} THEN ${at_}`).join(' ');
  const rows = await ask(
    `WITH tried AS (SELECT uid, recipient, arg_max(outcome, time) AS outcome FROM deliveries
       ANTI JOIN (SELECT uid FROM ended WHERE time >= ${since} AND time < ${now}) USING (uid) WHERE time >= ${since} AND time < ${now} ${host} GROUP BY ALL),
     waiting AS (SELECT lower(split_part(recipient, '@', -1)) AS domain, CASE ${age} ELSE ${BACKLOG_MINUTES.length} END AS age
       FROM tried JOIN queue_files q USING (uid) WHERE outcome = 'deferred' AND q.time >= ${since} AND q.time < ${now}),
     largest AS (SELECT domain, count(*) AS recipients FROM waiting GROUP BY domain ORDER BY recipients DESC, domain LIMIT ${parameters.add(question.limit)}::BIGINT)
     SELECT w.domain, age::INTEGER AS age, count(*)::DOUBLE AS recipients, (SELECT count(*) FROM waiting)::DOUBLE AS all_recipients,
       (SELECT count(DISTINCT domain) FROM waiting)::DOUBLE AS domains
     FROM waiting w JOIN largest USING (domain) GROUP BY ALL`,
    parameters.values,
  );
  const byDomain = new Map<string, number[]>();
  for (const row of rows) {
    const domain = String(row['domain']);
    const byAge = byDomain.get(domain) ?? Array.from({ length: BACKLOG_MINUTES.length + 1 }, () => 0);
    byAge[Number(row['age'])] = Number(row['recipients']);
    byDomain.set(domain, byAge);
  }
  return {
    rows: Array.from(byDomain, ([domain, byAge]) => ({ domain, recipients: byAge.reduce((sum, one) => sum + one, 0), byAge })).toSorted(
      (a, b) => b.recipients - a.recipients || (a.domain < b.domain ? -1 : 1),
    ),
    recipients: Number(rows[0]?.['all_recipients'] ?? 0),
    domains: Number(rows[0]?.['domains'] ?? 0),
  };
}
