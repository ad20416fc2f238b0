import type { Event, Login, LoginService, Stored } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress, startsWithOne, unbracket } from './fields.ts';

const PROGRAMS = new Set(
  'imap imaps pop3 pop3s timsieved sieve lmtpunix lmtpd cyr_expire ctl_cyrusdb ctl_mboxlist ctl_deliver tls_prune cyrmaster'.split(' '),
);

/** Cyrus IMAP 2.x to 3.x; `imapd` and `pop3d` are others' tags too: see imapd.ts. */
export const cyrus: Parser = {
  name: 'cyrus',
  reads: ({ program, instance }) =>
    instance === 'cyrus' ||
    instance.endsWith('/cyrus') ||
    program === 'cyrus' ||
    (PROGRAMS.has(program) && !instance.startsWith('postfix')),
  parse: (text, { program }) => parseCyrus(text, program),
};

/** A line of any Cyrus program; null when it is not one. */
export function parseCyrus(text: string, program: string): readonly Event[] | null {
  if (text.startsWith('badlogin: ')) return badLogin(text, serviceOf(program));
  if (text.startsWith('login: ')) return goodLogin(text, serviceOf(program));
  if (text.startsWith('event=')) return structured(text, serviceOf(program));
  if (text.startsWith('Delivered: ')) return delivered(text);
  if (startsWithOne(text, FAULTS)) return notice('error', text);
  return startsWithOne(text, QUIET) ? NOTHING : null;
}

const FAULTS = ['IOERROR', 'DBERROR', 'FATAL', 'Fatal error', 'unable to ', 'could not ', 'couldn'] as const;
const QUIET = [
  'accepted connection',
  'connection from ',
  "lmtp connection preauth'd ",
  'idle for too long',
  'IMAP session stats ',
  'LMTP session stats ',
  'DIGEST-MD5 ',
  'forked process to run ',
  'tls_prune: ',
  'Services reconfigured',
  'starttls: ',
  'STARTTLS ',
  'inittls: ',
  'TLS server engine',
  'open: ',
  'close: ',
  'counts: ',
  'auditlog: ',
  'Expunged ',
  'USAGE ',
  'duplicate_',
  'dupelim: ',
  'mystore: ',
  'fetching ',
  'seen_db: ',
  'verify_user(',
  'skiplist: ',
  'twoskip: ',
  'cyrusdb',
  'checkpointing ',
  'archiving ',
  'done ',
  'recovering ',
  'Reaped ',
  'Repacking ',
  'executed',
  'about to exec',
  'process ',
  'process type:',
  'service ',
  'ready for ',
  'init: ',
  'IDLE ',
  'IDLE: ',
  'SASL ',
  'autocreateinbox: ',
  'graceful shutdown',
  'locking disabled: ',
  'attempting clean shutdown',
  'All children have exited',
  'SSL_accept() ',
  'SQUAT ',
  'expired ',
  'Expired ',
  'removing ',
  'deleting ',
  'created ',
  'sql_select',
  'telemetry',
  'client id ',
  'mailbox: ',
  'append',
  'sessionid=',
] as const;

function serviceOf(program: string): LoginService | undefined {
  if (program.startsWith('imap')) return 'imap';
  if (program.startsWith('pop3')) return 'pop3';
  return program.includes('sieve') ? 'sieve' : undefined;
}

/** `login: host [ip] user plaintext+TLS User logged in SESSIONID=<..>`. A host name holds no bracket. */
function goodLogin(text: string, service: LoginService | undefined): readonly Event[] | null {
  const client = readClient(text);
  const end = text.lastIndexOf(' User logged in');
  if (client === undefined || end < client.end) return null;
  if (service === undefined) return NOTHING;
  const words = text.slice(client.end, end);
  const blank = words.lastIndexOf(' ');
  const event: Login = { kind: 'login', service, result: 'ok', attempts: 1, tls: words.endsWith('+TLS') };
  if (blank > 0) event.user = words.slice(0, blank);
  setMethod(event, words.slice(blank + 1).replace(/\+TLS$/, ''));
  if (client.ip !== undefined) event.ip = client.ip;
  return [event];
}

/**
 * `badlogin: host [ip] plaintext user SASL(-13): why`, with 3.2 `plaintext (user) [SASL(-13): why]`, without a user
 * `CRAM-MD5 [SASL(-13): why]` or `CRAM-MD5 (-notset-) [SASL(-6): why]`, and for a name that cannot be one `plaintext (user) invalid
 * user`. The first bracket is the address; the user is what was sent and ends at the last mark.
 */
function badLogin(text: string, service: LoginService | undefined): readonly Event[] | null {
  const client = readClient(text);
  if (client === undefined) return null;
  if (service === undefined) return NOTHING;
  const event: Login = { kind: 'login', service, result: 'failed', attempts: 1 };
  const words = text.slice(client.end);
  const blank = words.indexOf(' ');
  setMethod(event, blank < 0 ? words : words.slice(0, blank));
  const rest = blank < 0 ? '' : words.slice(blank + 1);
  const user = rest.startsWith('(')
    ? rest.slice(1, Math.max(1, rest.endsWith(INVALID) ? rest.length - INVALID.length : rest.lastIndexOf(') [')))
    : rest.slice(0, Math.max(0, rest.lastIndexOf(' SASL(')));
  if (user !== '' && user !== '-notset-' && !rest.startsWith('[')) event.user = user;
  if (client.ip !== undefined) event.ip = client.ip;
  return [event];
}

/** Of a name that is none by its letters alone. */
const INVALID = ') invalid user';

function setMethod(event: Login, method: string): void {
  if (/^[A-Za-z0-9_-]{1,20}$/.test(method)) event.method = method;
}

function readClient(text: string): { readonly ip: string | undefined; readonly end: number } | undefined {
  const open = text.indexOf('[');
  const close = text.indexOf(']', open);
  if (open < 0 || open > 300 || close < 0) return undefined;
  return { ip: readAddress(text.slice(open + 1, close)), end: close + 2 };
}

/** logfmt since 3.13 (imap/loginlog.c, lib/logfmt.c): `event=login.bad s.id=.. r.clienthost="host [ip]" u.username=..`. */
function structured(text: string, service: LoginService | undefined): readonly Event[] {
  const good = text.startsWith('event=login.good ');
  if (service === undefined || (!good && !text.startsWith('event=login.bad '))) return NOTHING;
  const fields = readLogfmt(text);
  const event: Login = { kind: 'login', service, result: good ? 'ok' : 'failed', attempts: 1 };
  const tls = fields.get('login.tls');
  if (tls !== undefined) event.tls = tls === '1';
  const user = fields.get('u.username');
  if (user !== undefined && user !== '') event.user = user;
  setMethod(event, fields.get('login.mech') ?? '');
  const host = fields.get('r.clienthost') ?? '';
  const open = host.lastIndexOf('[');
  const ip = readAddress(open < 0 ? host : host.slice(open + 1, host.indexOf(']', open)));
  if (ip !== undefined) event.ip = ip;
  return [event];
}

/** `key=value key="quoted \" value"`; the first of a key counts. Quoting keeps a stranger's value from forging another key. */
function readLogfmt(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const pair = /([a-z][a-z0-9._-]{0,40})=(?:"((?:[^"\\]|\\.){0,1024})"|([^ "]{0,1024}))(?: |$)/y;
  for (let found = pair.exec(text); found !== null && fields.size < 64; found = pair.exec(text)) {
    const [, key = '', quoted, plain = ''] = found;
    if (!fields.has(key)) fields.set(key, quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'));
  }
  return fields;
}

/** `Delivered: <message-id> to mailbox: user.alice` (imap/append.c). */
function delivered(text: string): readonly Event[] {
  const mark = text.lastIndexOf(' to mailbox: ');
  if (mark < 11) return NOTHING;
  const event: Stored = { kind: 'stored', action: 'stored', folder: text.slice(mark + 13) };
  const messageId = unbracket(text.slice(11, mark));
  if (messageId !== '') event.messageId = messageId;
  return [event];
}
