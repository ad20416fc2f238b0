import { readFileSync } from 'node:fs';

/** One figure that the generator counted as it wrote, and ours. */
export interface Check {
  readonly name: string;
  readonly truth: number;
  readonly ours: number;
}

/** What `report --format json` prints. */
interface Report {
  readonly series: Readonly<Record<string, { readonly total: number; readonly messages?: number }>>;
}

/**
 * smtpd refuses a client that connects too often (421) and logs no `reject:` line for it, this warning alone; the generator
 * keeps it among its warnings.
 */
export const REFUSED_CONNECT = /: warning: Connection (?:rate|concurrency) limit exceeded: /g;

/**
 * Figures of the generator's truth file that are defined as ours are; a hop or a retry is no message there either.
 *
 * @param refusedConnects how often REFUSED_CONNECT is in the log
 */
export function compare(truthFile: string, reportJson: string, refusedConnects: number): Check[] {
  const { derived } = JSON.parse(readFileSync(truthFile, 'utf8')) as { derived: Readonly<Record<string, number>> };
  const { series } = JSON.parse(reportJson) as Report;
  const sum = (...names: string[]): number => names.reduce((total, name) => total + (derived[name] ?? NaN), 0);
  const total = (name: string): number => series[name]?.total ?? 0;
  return [
    // The generator counts a message as received when its queue file is made; a milter may refuse it after that.
    { name: 'received, messages', truth: sum('messages_received_real') - sum('rejects_milter'), ours: total('received') },
    { name: 'sent, recipients', truth: sum('sent_to_remote_recipients'), ours: total('sent') },
    { name: 'delivered, recipients', truth: sum('delivered_to_mailbox_recipients'), ours: total('delivered') },
    { name: 'bounced, recipients', truth: sum('status_bounced_lines'), ours: total('bounced') },
    { name: 'deferred, attempts', truth: sum('status_deferred_lines'), ours: total('deferred') },
    {
      name: 'rejected, attempts',
      truth: sum('rejects_smtpd_noqueue', 'rejects_smtpd_queued', 'rejects_postscreen', 'rejects_milter') + refusedConnects,
      ours: total('rejected'),
    },
  ];
}
