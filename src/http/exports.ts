import type { MessageSummary, TopAnswer, TopOf, Trace } from '../model/question.ts';
import type { AccountPlace, Failures, FailuresBy, Finding } from '../model/account.ts';
import type { DeliveryRow, LoginRow, QueueFileRow, RefusalRow, StepRow, VerdictRow } from '../model/batch.ts';
import { type Cell, csv } from '../lib/csv.ts';

/** Lists as tables for spreadsheets. What strangers wrote is made harmless by `csv`. */

const iso = (ms: number): string => new Date(ms).toISOString();

export const messagesCsv = (messages: readonly MessageSummary[]): Iterable<string> =>
  csv(
    [
      'time',
      'status',
      'reason',
      'sender',
      'recipients',
      'recipient_count',
      'client_name',
      'client_ip',
      'user',
      'size',
      'queue_id',
      'message_id',
      'host',
      'instance',
      'id',
    ],
    messages.map((one) => [
      iso(one.time),
      one.status,
      one.reason,
      one.sender,
      one.recipients.join(' '),
      one.recipientCount,
      one.clientName,
      one.clientIp,
      one.user,
      one.size,
      one.queueId,
      one.messageId,
      one.host,
      one.instance,
      one.id,
    ]),
  );

export const loginsCsv = (logins: readonly LoginRow[]): Iterable<string> =>
  csv(
    ['time', 'host', 'service', 'result', 'user', 'ip', 'attempts', 'tls', 'method'],
    logins.map(({ time, host, service, result, user, ip, attempts, tls, method }) => [
      iso(time),
      host,
      service,
      result,
      user,
      ip,
      attempts,
      tls,
      method,
    ]),
  );

export const topCsv = (of: TopOf, unit: string, { rows }: TopAnswer): Iterable<string> =>
  csv(
    [of, unit, 'share'],
    rows.map(({ value, count, share }) => [value, count, share]),
  );

export const accountsCsv = (places: readonly AccountPlace[]): Iterable<string> =>
  csv(
    ['user', 'network', 'addresses', 'last_ip', 'client_name', 'services', 'ok', 'failed', 'first', 'last'],
    places.map((one) => [
      one.user,
      one.network,
      one.addresses,
      one.ip,
      one.clientName,
      one.services.join(' '),
      one.ok,
      one.failed,
      iso(one.first),
      iso(one.last),
    ]),
  );

export const failuresCsv = (by: FailuresBy, failures: readonly Failures[]): Iterable<string> =>
  csv(
    [by, 'failed', 'ok', by === 'account' ? 'networks' : 'accounts', 'services', 'first', 'last'],
    failures.map((one) => [one.value, one.failed, one.ok, one.others, one.services.join(' '), iso(one.first), iso(one.last)]),
  );

export const findingsCsv = (findings: readonly Finding[]): Iterable<string> =>
  csv(
    ['time', 'finding', 'user', 'network', 'networks', 'usual', 'messages', 'recipients', 'failed', 'accounts', 'message_ids'],
    findings.map((one) => [
      iso(one.time),
      one.kind,
      one.user,
      one.network,
      one.networks,
      one.usual,
      one.messages,
      one.recipients,
      one.failed,
      one.accounts,
      one.evidence.messages.map(({ id }) => id).join(' '),
    ]),
  );

/** What the rows of a message's life have in common, and what only some of them have. */
interface Happened {
  readonly event: string;
  readonly outcome?: string;
  readonly party?: string;
  readonly peer?: string;
  readonly dsn?: string;
  /** ms */
  readonly delay?: number;
  readonly size?: number;
  readonly text: string;
}

type Placed = Pick<StepRow, 'time' | 'queueId' | 'host' | 'instance'>;

const lifeCells = ({ time, queueId, host, instance }: Placed, happened: Happened): readonly Cell[] => {
  const { event, outcome = '', party = '', peer = '', dsn = '', delay, size = null, text } = happened;
  return [iso(time), event, outcome, party, peer, dsn, delay === undefined ? null : delay / 1000, size, queueId, host, instance, text];
};

/** One row for everything that happened to a message, in order of time. */
export function lifeCsv({ queueFiles, deliveries, refusals, verdicts, steps }: Trace): Iterable<string> {
  const happened = [
    ...queueFiles.map((row) => ({ row, told: () => queueFileTold(row) })),
    ...refusals.map((row) => ({ row, told: () => refusalTold(row) })),
    ...verdicts.map((row) => ({ row, told: () => verdictTold(row) })),
    ...deliveries.map((row) => ({ row, told: () => deliveryTold(row) })),
    ...steps.map((row) => ({ row, told: () => ({ event: row.kind, text: row.text }) })),
  ].toSorted((a, b) => a.row.time - b.row.time);
  return csv(
    ['time', 'event', 'outcome', 'address', 'client_or_relay', 'dsn', 'delay_seconds', 'size', 'queue_id', 'host', 'instance', 'text'],
    cellsOf(happened),
  );
}

/** Of one row when it is its turn: a mailing to thousands has too many to make at once. */
function* cellsOf(happened: Iterable<{ readonly row: Placed; readonly told: () => Happened }>): Generator<readonly Cell[]> {
  for (const { row, told } of happened) yield lifeCells(row, told());
}

const queueFileTold = ({ origin, sender, clientIp, size, messageId }: QueueFileRow): Happened => ({
  event: 'queue_file',
  outcome: origin,
  party: sender,
  peer: clientIp,
  size,
  text: messageId,
});
const refusalTold = ({ action, recipient, clientIp, dsn, text }: RefusalRow): Happened => ({
  event: 'refusal',
  outcome: action,
  party: recipient,
  peer: clientIp,
  dsn,
  text,
});
const verdictTold = ({ result, action, recipient, scanner, name }: VerdictRow): Happened => ({
  event: 'verdict',
  outcome: `${result} ${action}`,
  party: recipient,
  peer: scanner,
  text: name,
});
const deliveryTold = ({ outcome, recipient, relayName, relayIp, dsn, delay, size, reply }: DeliveryRow): Happened => ({
  event: 'delivery',
  outcome,
  party: recipient,
  peer: relayName || relayIp,
  dsn,
  delay,
  size,
  text: reply,
});
