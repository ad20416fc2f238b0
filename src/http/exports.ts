import type { MessageSummary, TopAnswer, TopOf, Trace } from '../model/question.ts';
import type { AccountPlace, Failures, FailuresBy, Finding } from '../model/account.ts';
import type { LoginRow } from '../model/batch.ts';
import { csv } from '../lib/csv.ts';

/** Lists as tables for spreadsheets. What strangers wrote is made harmless by `csv`. */

const iso = (ms: number): string => new Date(ms).toISOString();

export const messagesCsv = (messages: readonly MessageSummary[]): string =>
  csv(
    [
      'time',
      'status',
      'reason',
      'sender',
      'recipients',
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

export const loginsCsv = (logins: readonly LoginRow[]): string =>
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

export const topCsv = (of: TopOf, unit: string, { rows }: TopAnswer): string =>
  csv(
    [of, unit, 'share'],
    rows.map(({ value, count, share }) => [value, count, share]),
  );

export const accountsCsv = (places: readonly AccountPlace[]): string =>
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

export const failuresCsv = (by: FailuresBy, failures: readonly Failures[]): string =>
  csv(
    [by, 'failed', 'ok', by === 'account' ? 'networks' : 'accounts', 'services', 'first', 'last'],
    failures.map((one) => [one.value, one.failed, one.ok, one.others, one.services.join(' '), iso(one.first), iso(one.last)]),
  );

export const findingsCsv = (findings: readonly Finding[]): string =>
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

/** One row for everything that happened to a message, in order of time. */
export function lifeCsv({ queueFiles, deliveries, refusals, verdicts, steps }: Trace): string {
  const seconds = (ms: number): number => ms / 1000;
  const rows = [
    ...queueFiles.map((row) => ({
      ...row,
      event: 'queue_file',
      outcome: row.origin,
      party: row.sender,
      peer: row.clientIp,
      text: row.messageId,
    })),
    ...refusals.map((row) => ({ ...row, event: 'refusal', outcome: row.action, party: row.recipient, peer: row.clientIp })),
    ...verdicts.map((row) => ({
      ...row,
      event: 'verdict',
      outcome: `${row.result} ${row.action}`,
      party: row.recipient,
      peer: row.scanner,
      text: row.name,
    })),
    ...deliveries.map((row) => ({ ...row, event: 'delivery', party: row.recipient, peer: row.relayName || row.relayIp, text: row.reply })),
    ...steps.map((row) => ({ ...row, event: row.kind, outcome: '', party: '', peer: '' })),
  ].toSorted((a, b) => a.time - b.time);
  return csv(
    ['time', 'event', 'outcome', 'address', 'client_or_relay', 'dsn', 'delay_seconds', 'size', 'queue_id', 'host', 'instance', 'text'],
    rows.map((row) => [
      iso(row.time),
      row.event,
      row.outcome,
      row.party,
      row.peer,
      'dsn' in row ? row.dsn : '',
      'delay' in row ? seconds(row.delay) : null,
      'size' in row ? row.size : null,
      row.queueId,
      row.host,
      row.instance,
      row.text,
    ]),
  );
}
