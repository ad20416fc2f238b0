import type { Event, Login, Notice, Refusal } from '../../src/model/event.ts';
import { readClient, setClient, type Client } from './client.ts';
import { queueIdEnd } from './queue-id.ts';
import { readRefusal } from './refusal.ts';
import { matches } from './scan.ts';

const WARNING = 'warning: ';
const START = WARNING.length;

/** smtpd's `warning: ` lines: failed logins, refusals that are logged in no other way, and faults. */
export function readWarning(text: string): readonly Event[] {
  const client = readClient(text, START);
  if (client !== undefined && matches(text, ': SASL ', client.end)) {
    const events = readSasl(text, client, client.end + 7);
    if (events !== undefined) return events;
  }
  return readLimit(text) ?? readSize(text) ?? readEtrn(text) ?? [plain(text)];
}

const FAILED = ' authentication failed: ';
const USER = ', sasl_username=';

/** When the authentication service is the one that failed (xsasl_dovecot_server.c; Cyrus SASL's sasl_errstring(), without saslauthd). */
const SERVICE_FAULTS = [
  'Connection lost to authentication server',
  'Temporary authentication failure',
  'temporary authentication failure',
  "Can't connect to authentication server",
  'Authentication backend error',
  'generic failure',
  'remote authentication server unavailable',
] as const;

/** The client asked for a mechanism that is not offered: no password was tried. The first is Dovecot's, the other Cyrus'. */
const NOT_OFFERED = ['Invalid authentication mechanism', 'no mechanism available'] as const;

/**
 * `client: SASL MECHANISM authentication failed: reason, sasl_username=user` (smtpd_sasl_glue.c). The reason may be the
 * challenge as it was sent (base64 of `Password:`), the user name whatever was typed: neither becomes a text.
 */
function readSasl(text: string, client: Client, at: number): readonly Event[] | undefined {
  const failed = text.indexOf(FAILED.slice(0, -1), at);
  if (failed < 0 || failed - at > 64) {
    // The client gave up; no password was tried.
    return text.endsWith(' authentication aborted') ? [] : undefined;
  }
  const reason = failed + FAILED.length;
  const mechanism = text.slice(at, failed).toUpperCase();
  for (const fault of SERVICE_FAULTS) {
    if (matches(text, fault, reason)) {
      return [{ kind: 'notice', severity: 'warning', text: `SASL ${mechanism} authentication failed: ${fault}` }];
    }
  }
  if (NOT_OFFERED.some((words) => matches(text, words, reason))) return [];
  const login: Login = { kind: 'login', service: 'smtp', result: 'failed', attempts: 1, method: mechanism };
  if (client.ip !== '') login.ip = client.ip;
  const user = text.indexOf(USER, reason);
  if (user >= 0) {
    const name = text.slice(user + USER.length);
    if (name !== '' && name !== '(unavailable)') login.user = name;
  }
  return [login];
}

/** anvil's limits (smtpd.c): the client gets the reply, and the log only this warning. */
const LIMITS: Readonly<Record<string, { code: number; dsn: string; stage: Refusal['stage'] }>> = {
  'Connection rate limit exceeded': { code: 421, dsn: '4.7.0', stage: 'connect' },
  'Connection concurrency limit exceeded': { code: 421, dsn: '4.7.0', stage: 'connect' },
  'Message delivery request rate limit exceeded': { code: 450, dsn: '4.7.1', stage: 'mail' },
  'Recipient address rate limit exceeded': { code: 450, dsn: '4.7.1', stage: 'rcpt' },
  'New TLS session rate limit exceeded': { code: 454, dsn: '4.7.0', stage: 'starttls' },
  'AUTH command rate limit exceeded': { code: 450, dsn: '4.7.1', stage: 'auth' },
};

/** `<limit>: n from client for service s`. */
function readLimit(text: string): readonly Event[] | undefined {
  const colon = text.indexOf(': ', START);
  if (colon < 0 || colon - START > 48) return undefined;
  const words = text.slice(START, colon);
  const limit = Object.hasOwn(LIMITS, words) ? LIMITS[words] : undefined;
  const from = limit === undefined ? -1 : text.indexOf(' from ', colon);
  const client = from < 0 ? undefined : readClient(text, from + 6);
  if (limit === undefined || client === undefined) return undefined;
  const refusal: Refusal = {
    kind: 'rejected',
    source: 'smtpd',
    stage: limit.stage,
    code: limit.code,
    dsn: limit.dsn,
    temporary: true,
    reason: 'rate',
    text: text.slice(START),
  };
  setClient(refusal, client);
  return [refusal, plain(text)];
}

const TOO_BIG = 'queue file size limit exceeded';
const BDAT = 'BDAT request from ';

/**
 * `ID: queue file size limit exceeded`, and for a client that announces its chunks `ID: BDAT request from client exceeds
 * message size limit` (smtpd.c): the client gets 552 5.3.4, the log only this.
 */
function readSize(text: string): readonly Event[] | undefined {
  const end = queueIdEnd(text, START);
  if (end === START || !matches(text, ': ', end)) return undefined;
  const words = end + 2;
  const isBdat = matches(text, BDAT, words);
  const client = isBdat ? readClient(text, words + BDAT.length) : undefined;
  const isTooBig =
    client === undefined ? text.length === words + TOO_BIG.length && matches(text, TOO_BIG, words) : matches(text, ' exceeds ', client.end);
  if (!isTooBig) return undefined;
  const refusal: Refusal = {
    kind: 'rejected',
    queueId: text.slice(START, end),
    source: 'smtpd',
    stage: isBdat ? 'data' : 'eod',
    code: 552,
    dsn: '5.3.4',
    temporary: false,
    reason: 'size',
    text: text.slice(words),
  };
  if (client !== undefined) setClient(refusal, client);
  return [refusal, plain(text)];
}

const ETRN = 'reject: ';

/** `reject: ETRN domain... from client` (smtpd.c etrn_cmd()): no id, no reply; the domain is the client's word. */
function readEtrn(text: string): readonly Event[] | undefined {
  if (!matches(text, `${ETRN}ETRN `, START)) return undefined;
  const from = text.lastIndexOf(' from ');
  const client = readClient(text, from + 6);
  if (client?.end !== text.length) return undefined;
  const refusal = readRefusal({ kind: 'rejected', source: 'smtpd', stage: 'etrn', client }, text, text.length);
  return [{ ...refusal, text: text.slice(START + ETRN.length, from) }, plain(text)];
}

const NON_SMTP = 'non-SMTP command from ';
const LONG_REQUEST = ': request longer than ';

/** The warning as it is; what a client sent instead of a command may be its password and is left out. */
function plain(text: string): Notice {
  if (matches(text, NON_SMTP, START)) {
    const client = readClient(text, START + NON_SMTP.length);
    if (client !== undefined) return { kind: 'notice', severity: 'warning', text: text.slice(START, client.end) };
  }
  // `client: request longer than 2048: <its beginning>` (smtpd_chat.c): it can be an AUTH command.
  const client = readClient(text, START);
  if (client !== undefined && matches(text, LONG_REQUEST, client.end)) {
    const colon = text.indexOf(': ', client.end + LONG_REQUEST.length);
    if (colon >= 0) return { kind: 'notice', severity: 'warning', text: text.slice(START, colon) };
  }
  return { kind: 'notice', severity: 'warning', text: text.slice(START) };
}
