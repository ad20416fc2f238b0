import type { Label, SeriesName } from '../model/series.ts';

/** A counter and the series it shows. The labels have no values that an outsider chooses; a series' other labels are summed up. */
export interface CounterFamily {
  readonly series: SeriesName;
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

/**
 * Where it happened, on everything that was counted: one service may watch a fleet. Prometheus renames our `instance`
 * (Postfix's syslog_name) to `exported_instance`, unless the job has `honor_labels: true`.
 */
export const PLACE = ['host', 'instance'] as const satisfies readonly Label[];

const family = (series: SeriesName, name: string, help: string, ...labels: Label[]): CounterFamily => ({
  series,
  name: `mailgraph_${name}`,
  help,
  labels: [...PLACE, ...labels],
});

export const COUNTERS: readonly CounterFamily[] = [
  family('received', 'messages_received_total', 'Messages accepted from outside or submitted here, each counted once.', 'via'),
  family('sent', 'messages_sent_total', 'Recipients whose copy was delivered to a host outside.'),
  family('delivered', 'messages_delivered_total', 'Recipients whose copy was delivered into a mailbox here.'),
  family('bounced', 'messages_bounced_total', 'Recipients whose delivery failed for good.'),
  family('expired', 'messages_expired_total', 'Messages given up after the queue lifetime.'),
  family('deferred', 'messages_deferred_total', 'Delivery attempts that failed for the time being.'),
  family('rejected', 'messages_rejected_total', 'Attempts refused during the SMTP dialogue or by a milter.', 'reason'),
  family('discarded', 'messages_discarded_total', 'Messages dropped without telling the sender.'),
  family('held', 'messages_held_total', 'Messages put on hold.'),
  family('virus', 'virus_total', 'Messages in which a scanner found a virus.', 'action'),
  family('spam', 'spam_total', 'Messages that a scanner took for spam.', 'action'),
  family('banned', 'banned_total', 'Messages with content that a scanner bans.', 'action'),
  family('received_bytes', 'received_bytes_total', 'Bytes of the messages received.'),
  family('sent_bytes', 'sent_bytes_total', 'Bytes sent to hosts outside, once for each recipient.'),
  family('delivered_bytes', 'delivered_bytes_total', 'Bytes delivered into mailboxes here, once for each recipient.'),
  family('login', 'logins_total', 'Attempts to log in.', 'service', 'result'),
  family('session_bytes_in', 'session_in_bytes_total', 'Bytes that mailbox sessions had from their clients.', 'service'),
  family('session_bytes_out', 'session_out_bytes_total', 'Bytes that mailbox sessions gave to their clients.', 'service'),
  family(
    'log_lines',
    'log_lines_total',
    'Log lines read; result tells whether a parser understood them, or that their time stamp cannot be.',
    'program',
    'result',
  ),
];

/** Seconds: from a local delivery to the queue lifetime. */
export const DELAY_BUCKETS = [0.001, 0.01, 0.1, 1, 10, 60, 300, 1800, 3600, 14_400, 86_400, 172_800];

/** Bytes. */
export const SIZE_BUCKETS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
