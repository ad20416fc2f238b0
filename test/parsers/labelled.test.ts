import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findParser } from '../../parsers/index.ts';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';
import type { Event } from '../../src/model/event.ts';

/**
 * Public log lines with the labels that other projects gave them. They lie beside the checkout and are not part of it, so this
 * runs where they are. Each line goes the whole way, prefix and all.
 */
const file = join(import.meta.dirname, '../../../shared/logs/labelled/labelled.jsonl');
const skip = existsSync(file) ? false : 'needs ../shared/logs/labelled';

interface Row {
  readonly source: string;
  readonly software: string;
  readonly line: string;
  readonly label: 'match' | 'nomatch' | 'fields';
  readonly format: 'full' | 'message' | 'fragment';
  readonly program?: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

/** Lines that no parser of ours knows, and why. */
const UNKNOWN: readonly (readonly [(row: Row) => boolean, string])[] = [
  [({ format }) => format === 'fragment', 'a piece of a line'],
  [({ software }) => ['assp', 'domino', 'kerio', 'oracleims', 'opensmtpd'].includes(software), 'a mail server that is not read here'],
  [({ line, format }) => format === 'full' && line.lastIndexOf('to=<') > line.lastIndexOf('>'), 'cut in the middle of an address'],
  [
    ({ source, format, expect }) => source === 'postfix-parser-msimerson' && format === 'message' && !('qid' in expect),
    'without the queue id that Postfix writes',
  ],
  [
    ({ software, line }) => software === 'sendmail' && !/ruleset=|AUTH failure|attack|rejecting|issue|\[rejected\]|SYSERR/.test(line),
    "a message's way",
  ],
  [({ line }) => line.startsWith('mail.example.com exim['), 'without a time'],
  [({ line }) => /^[\d.]+ - - \[/.test(line), "SOGo's access log repeats what its own line says"],
  [({ line }) => line.includes('update.bad.phishing.sites'), "a cron job's"],
];

/** Lines whose label is not a question that our events answer. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/pam_unix\(dovecot:auth\)/, "PAM's own line; Dovecot's auth process says the same"],
  [/opendkim\[|SA: Action: /, 'a result of DKIM or of a scanner has no client address'],
  [
    /no auth attempts|disconnected before auth|disconnected during TLS handshake|no MAIL in SMTP|did not issue MAIL/,
    'nobody tried to log in',
  ],
  [/PREGREET|HANGUP|COMMAND (?:COUNT|TIME|LENGTH) LIMIT/, 'postscreen logs the refusal that follows by itself'],
  [/lost connection after|improper command pipelining/, 'the client went, or is answered as it deserves: no refusal'],
  [/sender verify fail/, 'the refusal follows in a line of its own'],
  [/possible SMTP attack|does not resolve to address/, 'a warning that refuses nobody'],
];
const elsewhere = (row: Row): boolean => ELSEWHERE.some(([line]) => line.test(row.line));

const reader = new EnvelopeReader({ zone: 'UTC', host: 'here' });

function eventsOf({ format, program, line }: Row): readonly Event[] | null {
  const envelope = reader.read(format === 'full' ? line : `Jan  1 00:00:00 host ${program}[1]: ${line}`, Date.UTC(2026, 10, 23));
  return envelope === null ? null : (findParser(envelope.tag)?.parse(envelope.text, envelope.tag) ?? null);
}

const rows =
  skip === false
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row)
    : [];
const addressOf = (event: Event): string | undefined => ('ip' in event ? event.ip : 'clientIp' in event ? event.clientIp : undefined);

/** An abuse or a failed login: what the labels' projects look for. */
const isRefused = (event: Event): boolean =>
  // smtpd tells at the end of a session how many logins of it failed.
  (event.kind === 'disconnect' && (event.authTotal ?? 0) > (event.authOk ?? 0)) ||
  (event.kind === 'login' && event.result !== 'ok') ||
  ['rejected', 'warned', 'verdict', 'notice', 'discarded'].includes(event.kind);

test('every labelled line is understood, but for those that are not read for a reason', { skip }, () => {
  const reasons: Record<string, number> = {};
  const unexplained: string[] = [];
  for (const row of rows) {
    if (eventsOf(row) !== null) continue;
    const why = UNKNOWN.find(([is]) => is(row))?.[1];
    if (why === undefined) unexplained.push(row.line);
    else reasons[why] = (reasons[why] ?? 0) + 1;
  }
  assert.deepEqual(unexplained, []);
  const unknown = Object.values(reasons).reduce((sum, number) => sum + number, 0);
  assert.ok(rows.length > 500 && unknown < 75, JSON.stringify(reasons));
});

test('a failed login or reject that fail2ban looks for has its address and user, and the others have no wrong one', { skip }, () => {
  let asked = 0;
  for (const row of rows) {
    if (!row.source.startsWith('fail2ban') || elsewhere(row)) continue;
    const events = eventsOf(row);
    if (events === null && UNKNOWN.some(([is]) => is(row))) continue;
    const addresses = (events ?? []).filter(isRefused).map(addressOf);
    const { host, user } = row.expect;
    if (row.label === 'match') {
      assert.ok(addresses.includes(String(host)), `${row.line} -> ${JSON.stringify(events)}`);
      if (typeof user === 'string')
        assert.ok(
          events?.some((event) => event.kind === 'login' && event.user === user),
          row.line,
        );
      asked++;
    } else
      assert.ok(
        addresses.every((address) => address === undefined || address === host),
        row.line,
      );
  }
  assert.ok(asked >= 110, `${asked} lines`);
});

test('addresses and users are those of the CrowdSec hub', { skip }, () => {
  let asked = 0;
  for (const row of rows) {
    if (row.source !== 'crowdsec-hub' || elsewhere(row)) continue;
    const events = eventsOf(row) ?? [];
    const { source_ip: address, dovecot_user: user } = row.expect;
    if (typeof address === 'string' && row.software !== 'amavis') assert.ok(events.map(addressOf).includes(address), row.line);
    if (typeof user === 'string')
      assert.ok(
        events.some((event) => event.kind === 'login' && event.user === user),
        row.line,
      );
    asked++;
  }
  assert.ok(asked >= 60, `${asked} lines`);
});

test('amavis lines give their queue id, category and score', { skip }, () => {
  for (const row of rows.filter(({ software }) => software === 'amavis')) {
    const [event] = eventsOf(row) ?? [];
    assert.equal(event?.kind, 'verdict', row.line);
    const { amavis_queue_id: queueId, amavis_message_id: messageId } = row.expect;
    if (typeof queueId === 'string') assert.equal(event.queueId, queueId, row.line);
    if (typeof messageId === 'string') assert.equal(event.messageId, messageId.replace(/^<|>$/g, ''), row.line);
  }
});

test('the classes of wazuh and ossec rules are our results', { skip }, () => {
  let asked = 0;
  for (const row of rows) {
    const { groups } = row.expect;
    if (!Array.isArray(groups) || row.label !== 'match') continue;
    const events = eventsOf(row) ?? [];
    const logins = events.filter((event) => event.kind === 'login');
    if (groups.includes('authentication_failed')) assert.ok(logins.length > 0 && logins.every(({ result }) => result !== 'ok'), row.line);
    else if (groups.includes('authentication_success'))
      assert.ok(logins.length > 0 && logins.every(({ result }) => result === 'ok'), row.line);
    else if (groups.includes('spam'))
      assert.ok(
        events.some(({ kind }) => kind === 'rejected'),
        row.line,
      );
    else continue;
    asked++;
  }
  assert.ok(asked >= 6, `${asked} lines`);
});

/** What whyscream's patterns, msimerson's parser and MailTrace call the fields of our events. */
const FIELDS: Readonly<Record<string, string>> = {
  postfix_queueid: 'queueId',
  postfix_bounce_queueid: 'notificationQueueId',
  postfix_status: 'status',
  postfix_client_ip: 'clientIp',
  postfix_client_hostname: 'clientName',
  postfix_relay_hostname: 'relayName',
  postfix_relay_ip: 'relayIp',
  postfix_relay_port: 'relayPort',
  postfix_status_code: 'code',
  postfix_status_code_enhanced: 'dsn',
  'postfix_message-id': 'messageId',
  qid: 'queueId',
  queueId: 'queueId',
  dsnQid: 'notificationQueueId',
  from: 'sender',
  size: 'size',
  nrcpt: 'recipients',
  to: 'recipient',
  orig_to: 'originalRecipient',
  delay: 'delay',
  dsn: 'dsn',
  'message-id': 'messageId',
  sasl_method: 'authMethod',
  sasl_username: 'user',
  forwardedAs: 'nextQueueId',
  uid: 'uid',
};

test('the fields that other parsers of Postfix find are ours', { skip }, () => {
  let compared = 0;
  for (const row of rows) {
    if (!/^(?:whyscream|postfix-parser|silvenga)/.test(row.source) || row.format === 'fragment') continue;
    for (const event of eventsOf(row) ?? []) {
      for (const [theirs, ours] of Object.entries(FIELDS)) {
        const value = (event as unknown as Readonly<Record<string, string | number | undefined>>)[ours];
        const expected = row.expect[theirs] as string | number | undefined;
        if (expected === undefined || value === undefined) continue;
        // Brackets, what the verify service could do with the answer, and the reply are apart with us.
        assert.equal(`${value}`, `${expected}`.replace(/^<|>$|-but-not-cached$| \(.*$/g, ''), `${theirs}: ${row.line}`);
        compared++;
      }
    }
  }
  assert.ok(compared >= 200, `${compared} values`);
});
