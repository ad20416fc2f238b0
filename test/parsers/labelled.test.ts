import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findParser } from '../../parsers/index.ts';
import type { Event } from '../../src/model/event.ts';
import type { Parser, Tag } from '../../src/model/parser.ts';

/**
 * Public log lines with the labels that other projects gave them. They lie beside the checkout and are not part of it, so this
 * runs where they are. Only full lines of programs that have a parser here are asked about.
 */
const file = join(import.meta.dirname, '../../../shared/logs/labelled/labelled.jsonl');
const skip = existsSync(file) ? false : 'the labelled lines (../shared/logs/labelled) are not here';

interface Row {
  readonly id?: string;
  readonly source: string;
  readonly software: string;
  readonly line: string;
  readonly label: 'match' | 'nomatch' | 'fields';
  readonly format: string;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly filterOptions?: unknown;
}

/** Times as these rows have them, then host and tag; the envelope has its own tests. */
const STAMP = String.raw`(?:[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\S+|@[0-9a-f]{24}|\[[^\]]*\]:?)`;
const SYSLOG = new RegExp(String.raw`^${STAMP} (?:\S+ )?([A-Za-z][\w./-]*)(?: ?\[\d+\])?: (.*)$`, 's');
const DOVECOT_OWN = new RegExp(String.raw`^${STAMP} ((?:Info: )?(?:[a-z0-9-]+-login|auth|auth-worker|IMAP|POP3)\b.*)$`, 's');
const ROUNDCUBE_OWN = /^\[\d\d-[A-Z][a-z]{2}-\d{4} [^\]]*\]: (.*)$/s;

function split(row: Row): { readonly parser: Parser; readonly tag: Tag; readonly text: string } | undefined {
  const own = row.software === 'dovecot' ? DOVECOT_OWN.exec(row.line) : row.software === 'roundcube' ? ROUNDCUBE_OWN.exec(row.line) : null;
  const syslog = SYSLOG.exec(row.line);
  const [name, text] = own === null ? [syslog?.[1], syslog?.[2]] : [row.software, own[1]?.replace(/^([^:]+: )Info: /, '$1')];
  if (name === undefined || text === undefined) return undefined;
  const slash = name.lastIndexOf('/');
  const tag = { name, instance: slash < 0 ? '' : name.slice(0, slash), program: name.slice(slash + 1) };
  const parser = findParser(tag);
  return parser === undefined ? undefined : { parser, tag, text };
}

const addressOf = (event: Event): string | undefined => ('ip' in event ? event.ip : 'clientIp' in event ? event.clientIp : undefined);

/** An abuse or a failed login: what the labels' projects look for. */
const isRefused = (event: Event): boolean =>
  (event.kind === 'login' && event.result !== 'ok') ||
  event.kind === 'rejected' ||
  event.kind === 'warned' ||
  event.kind === 'verdict' ||
  event.kind === 'notice';

/** Lines whose label is not a question that our events answer, with the reason. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/pam_unix\(dovecot:auth\)/, "PAM's own line; Dovecot's auth process says the same"],
  [/MailScanner\[/, 'a verdict has no client address'],
  [/opendkim\[/, 'a result of DKIM has no client address'],
  [/ no auth attempts|disconnected before auth|postscreen.*(?:PREGREET|HANGUP)/, 'a connection without a login is no failed one'],
];
const elsewhere = (row: Row): boolean => ELSEWHERE.some(([line]) => line.test(row.line)) || row.filterOptions !== undefined;

const rows =
  skip === false
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row)
        .filter(({ format }) => format === 'full')
    : [];
const readable = rows.flatMap((row) => {
  const found = split(row);
  return found === undefined ? [] : [{ row, ...found }];
});
const ofPostfix = (parser: Parser): boolean => parser.name.startsWith('postfix/');

test('labelled lines of programs that are known are understood', { skip }, () => {
  assert.ok(readable.length > 100, `${readable.length} lines`);
  const unknown = readable.filter(
    ({ row, parser, tag, text }) => row.label !== 'nomatch' && !ofPostfix(parser) && parser.parse(text, tag) === null,
  );
  assert.deepEqual(
    unknown.map(({ row }) => row.line),
    [],
  );
});

test('a failed login or reject that fail2ban looks for has its address, and the others have no wrong one', { skip }, () => {
  let asked = 0;
  for (const { row, parser, tag, text } of readable) {
    if (!row.source.startsWith('fail2ban') || ofPostfix(parser) || elsewhere(row)) continue;
    const events = parser.parse(text, tag) ?? [];
    const addresses = events.filter(isRefused).map(addressOf);
    const { host, user } = row.expect;
    if (row.label === 'match') {
      assert.ok(addresses.includes(String(host)), `${row.line} -> ${JSON.stringify(events)}`);
      if (typeof user === 'string')
        assert.ok(
          events.some((event) => event.kind === 'login' && event.user === user),
          row.line,
        );
      asked++;
    } else {
      assert.ok(
        addresses.every((address) => address === undefined || address === host),
        row.line,
      );
    }
  }
  assert.ok(asked >= 40, `${asked} lines`);
});

test('addresses and users are those of the CrowdSec hub', { skip }, () => {
  let asked = 0;
  for (const { row, parser, tag, text } of readable) {
    if (row.source !== 'crowdsec-hub' || ofPostfix(parser) || elsewhere(row)) continue;
    const events = parser.parse(text, tag) ?? [];
    const { source_ip: address, dovecot_user: user } = row.expect;
    if (typeof address === 'string' && row.software !== 'amavis') assert.ok(events.map(addressOf).includes(address), row.line);
    if (typeof user === 'string')
      assert.ok(
        events.some((event) => event.kind === 'login' && event.user === user),
        row.line,
      );
    asked++;
  }
  assert.ok(asked >= 20, `${asked} lines`);
});

test('amavis lines of the CrowdSec hub give their queue id, category and score', { skip }, () => {
  for (const { row, parser, tag, text } of readable) {
    if (row.software !== 'amavis') continue;
    const [event] = parser.parse(text, tag) ?? [];
    assert.equal(event?.kind, 'verdict', row.line);
    const { amavis_queue_id: queueId, amavis_message_id: messageId } = row.expect;
    if (typeof queueId === 'string') assert.equal(event.queueId, queueId, row.line);
    if (typeof messageId === 'string') assert.equal(event.messageId, messageId.replace(/^<|>$/g, ''), row.line);
  }
});

test('the classes of wazuh and ossec rules are our results', { skip }, () => {
  let asked = 0;
  for (const { row, parser, tag, text } of readable) {
    const { groups } = row.expect;
    if (ofPostfix(parser) || !Array.isArray(groups) || row.label !== 'match') continue;
    const events = parser.parse(text, tag) ?? [];
    const logins = events.filter((event) => event.kind === 'login');
    if (groups.includes('authentication_failed')) assert.ok(logins.length > 0 && logins.every(({ result }) => result !== 'ok'), row.line);
    else if (groups.includes('authentication_success'))
      assert.ok(logins.length > 0 && logins.every(({ result }) => result === 'ok'), row.line);
    asked++;
  }
  assert.ok(asked >= 5, `${asked} lines`);
});
