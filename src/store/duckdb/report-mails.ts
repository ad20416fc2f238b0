import type { ReportMail } from '../../model/report-mail.ts';
import { selectList, table } from './columns.ts';
import type { Ask, Database } from './database.ts';

const REPORT_MAILS = table<ReportMail>('report_mails', {
  schedule: 'name',
  recipient: 'name',
  period: 'time',
  due: ['due_at', 'time'],
  state: 'name',
  attempts: 'whole',
  nextAttempt: ['next_attempt_at', 'time'],
  time: 'time',
  messageId: 'name',
  problem: 'text',
});

/** No schedule looks back as far. */
const KEPT_MILLIS = 400 * 86_400_000;
const MOST_SHOWN = 1_000;

/** The newest first. */
export async function readReportMails(ask: Ask): Promise<ReportMail[]> {
  const rows = await ask(
    `SELECT ${selectList(REPORT_MAILS, 'r')} FROM report_mails r ORDER BY r.period DESC, r.time DESC LIMIT ${MOST_SHOWN}`,
  );
  return rows as unknown as ReportMail[];
}

/** Takes the place of what was known of these mails: all of them, or none. */
export function saveReportMails(database: Database, mails: readonly ReportMail[]): Promise<void> {
  return database.write(async ({ connection }) => {
    const slots = REPORT_MAILS.columns
      .map(({ kind }, i) => (kind === 'time' ? `make_timestamp_ms($${i + 1}::BIGINT)` : `$${i + 1}`))
      .join(', ');
    await connection.run('BEGIN');
    for (const mail of mails) {
      const { schedule, recipient, period, due } = mail;
      await connection.run('DELETE FROM report_mails WHERE schedule = $1 AND recipient = $2 AND period = make_timestamp_ms($3::BIGINT)', [
        schedule,
        recipient,
        period,
      ]);
      await connection.run(
        `INSERT INTO report_mails VALUES (${slots})`,
        REPORT_MAILS.columns.map(({ field }) => mail[field as keyof ReportMail]),
      );
      await connection.run('DELETE FROM report_mails WHERE due_at < make_timestamp_ms($1::BIGINT)', [due - KEPT_MILLIS]);
    }
    await connection.run('COMMIT');
  });
}
