import type { RefusalRow } from '../../model/batch.ts';
import type { MessageSummary } from '../../model/question.ts';
import { REFUSALS, selectList } from './columns.ts';
import type { Ask, Row } from './database.ts';
import { Parameters } from './segments.ts';

/** Tells refused attempts of the same moment apart; they have no number of their own. */
const FINGERPRINT = `left(md5(concat_ws(chr(1), r.host, r.instance, r.queue_id, r.client_ip, r.sender, r.recipient, r.helo, r.text)), 12)`;
const FIELDS = `${selectList(REFUSALS, 'r')}, 'r-' || epoch_ms(r.time) || '-' || ${FINGERPRINT} AS id`;

/** A recipient that was refused: whatever became of the message for the others. */
export const ofRecipient = (refusals: string): string => `(${refusals}.action = 'rejected' AND ${refusals}.stage = 'rcpt')`;

/** Attempts that never became a message for anybody, or not for this recipient. `rows` selects `row`, the rowids to look at; all are without. */
export function attemptSql(condition: string, limit: string, rows?: string): string {
  // Chosen before they are looked at: DuckDB would test the condition on every row, and then whether it is chosen.
  const seen = rows === undefined ? '' : `seen AS MATERIALIZED (SELECT row, r.* FROM refusals r JOIN (${rows}) c ON r.rowid = c.row), `;
  const from = rows === undefined ? '(SELECT rowid AS row, * FROM refusals)' : 'seen';
  return `WITH ${seen}found AS MATERIALIZED (SELECT * FROM ${from} r WHERE r.action IN ('rejected', 'discarded') AND ${condition})
   SELECT ${FIELDS} FROM found r WHERE r.uid = 0 OR ${ofRecipient('r')} OR r.uid NOT IN (SELECT q.uid FROM queue_files q SEMI JOIN found USING (uid))
   ORDER BY r.time DESC, r.row DESC LIMIT ${limit}::BIGINT`;
}

export function summaryOfAttempt(row: Row): MessageSummary {
  const refusal = row as unknown as RefusalRow & { readonly id: string };
  return {
    id: refusal.id,
    time: refusal.time,
    host: refusal.host,
    instance: refusal.instance,
    queueId: refusal.queueId,
    messageId: '',
    via: '',
    sender: refusal.sender,
    recipients: refusal.recipient === '' ? [] : [refusal.recipient],
    recipientCount: refusal.recipient === '' ? 0 : 1,
    clientName: refusal.clientName,
    clientIp: refusal.clientIp,
    user: '',
    size: 0,
    status: refusal.action === 'discarded' ? 'discarded' : 'rejected',
    reason: refusal.text,
  };
}

export const isAttemptId = (id: string): boolean => /^r-\d{1,15}-[0-9a-f]{12}$/.test(id);

export async function findAttempt(ask: Ask, id: string): Promise<Row | undefined> {
  const [, time, fingerprint = ''] = id.split('-');
  const parameters = new Parameters();
  const condition = `r.time >= ${parameters.time(Number(time))} AND r.time < ${parameters.time(Number(time) + 1)} AND ${FINGERPRINT} = ${parameters.add(fingerprint)}`;
  return (await ask(attemptSql(condition, '1'), parameters.values))[0];
}
