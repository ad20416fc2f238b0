import type { Event, LoginService, Notice, Session } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { clientEnd, readAuth, withoutPassword } from './dovecot/auth.ts';
import { readDelivery } from './dovecot/delivery.ts';
import { readLogin } from './dovecot/login.ts';
import { NOTHING, notice, numberAfter, readNumber } from './fields.ts';

/**
 * Dovecot 2.2 to 2.4, and what 1.x wrote alike. A line is `process: message`; the process may carry `(user)<pid><session>`.
 * Syslog and Dovecot's own files differ in a severity word after it (`Info: `), which the envelope may have taken off.
 */
export const dovecot: Parser = {
  name: 'dovecot',
  reads: ({ program }) => program === 'dovecot' || program === 'dovecot-auth' || program === 'auth' || /^dovecot\d$/.test(program),
  parse: (line, tag) => {
    // PAM's own lines (pam_unix) say of a failure what the auth process says as well.
    if (line.startsWith('pam_unix(') || line.startsWith('PAM ')) return NOTHING;
    if (tag.program === 'auth') return null;
    // 1.x put the severity first: `Info: auth(default): ...`.
    const first = severityAt(line, 0);
    const text = first === undefined ? line : line.slice(first.length);
    if (first !== undefined && first.severity !== 'info') return problem(first.severity, text);
    const process = readProcess(text);
    if (process === undefined) return null;
    const severity = severityAt(text, process.end);
    if (severity !== undefined && severity.severity !== 'info') return problem(severity.severity, text);
    return parseMessage(process, severity === undefined ? text.slice(process.end) : text.slice(process.end + severity.length), text);
  },
};

interface Process {
  readonly name: string;
  /** Between the parentheses: a user, a pid, or `pid, user`; 2.4's auth puts the whole client there. */
  readonly who: string;
  /** The last of the `<...>` groups after it. */
  readonly session: string;
  /** Where the message starts. */
  readonly end: number;
}

const NAME = /[A-Za-z][A-Za-z0-9-]{0,39}/y;

/** Reads `name: `, `name(who): `, `name(who)<pid><session>: `. */
function readProcess(text: string): Process | undefined {
  NAME.lastIndex = 0;
  const found = NAME.exec(text);
  if (found === null) return undefined;
  const [name] = found;
  let at = name.length;
  let who = '';
  let session = '';
  if (text[at] === '(') {
    const close = isAuth(name) ? clientEnd(text, at) : whoEnd(text, at);
    if (close < 0) return undefined;
    who = text.slice(at + 1, close);
    at = close + 1;
  }
  while (text[at] === '<') {
    const close = text.indexOf('>', at);
    if (close < 0 || close - at > 128) return undefined;
    session = text.slice(at + 1, close);
    at = close + 1;
  }
  return text.startsWith(': ', at) ? { name, who, session, end: at + 2 } : undefined;
}

const isAuth = (name: string): boolean => name === 'auth' || name === 'auth-worker';

/** The user of a mail process is one that exists: the first parenthesis that can be the end is. */
function whoEnd(text: string, open: number): number {
  const plain = text.indexOf('): ', open);
  const grouped = text.indexOf(')<', open);
  return grouped >= 0 && (plain < 0 || grouped < plain) ? grouped : plain;
}

const SEVERITIES = {
  'Debug: ': 'debug',
  'Info: ': 'info',
  'Warning: ': 'warning',
  'Warn: ': 'warning',
  'Error: ': 'error',
  'Fatal: ': 'fatal',
  'Panic: ': 'panic',
} as const;
const SEVERITY_WORDS = Object.keys(SEVERITIES) as readonly (keyof typeof SEVERITIES)[];

type Severity = Notice['severity'] | 'debug';

function severityAt(text: string, from: number): { readonly severity: Severity; readonly length: number } | undefined {
  const code = text.charCodeAt(from);
  if (code < 68 || code > 87) return undefined; // D to W
  const word = SEVERITY_WORDS.find((candidate) => text.startsWith(candidate, from));
  return word === undefined ? undefined : { severity: SEVERITIES[word], length: word.length };
}

/** Debug lines may hold passwords (auth_debug_passwords) and are dropped. */
function problem(severity: Severity, text: string): readonly Event[] {
  if (severity === 'debug') return NOTHING;
  const clean = withoutPassword(text);
  if (severity === 'warning' && text.includes('Killed with signal ')) return notice(severity, clean, 'stop');
  if (severity === 'warning' && text.includes('SIGHUP received')) return notice(severity, clean, 'reload');
  return notice(severity, clean);
}

const LOGIN_SERVICES: Readonly<Record<string, LoginService>> = {
  'imap-login': 'imap',
  'pop3-login': 'pop3',
  'managesieve-login': 'sieve',
  'sieve-login': 'sieve',
  'submission-login': 'smtp',
};

const SESSION_SERVICES: Readonly<Record<string, LoginService>> = {
  imap: 'imap',
  IMAP: 'imap',
  // A client that idles is handed over to it (imap_hibernate_timeout), and may end there: with the bytes of its whole session.
  'imap-hibernate': 'imap',
  pop3: 'pop3',
  POP3: 'pop3',
  managesieve: 'sieve',
  MANAGESIEVE: 'sieve',
  submission: 'smtp',
};

/** Processes whose informational lines carry nothing for us. A name that is not here makes the line unknown. */
const QUIET = new Set(
  (
    'anvil config dict doveadm doveconf director dns-client dns_client health-check imap-urlauth imap-urlauth-login ' +
    'imap-urlauth-worker indexer indexer-worker ipc log old-stats quota-status quota-warning replicator aggregator script script-login ssl-params ' +
    'stats dsync dsync-local dsync-remote dsync-server welcome fts fts-flatcurve spam-report tika lua'
  ).split(' '),
);

function parseMessage(process: Process, message: string, text: string): readonly Event[] | null {
  const { name } = process;
  const login = LOGIN_SERVICES[name];
  if (login !== undefined) return readLogin(login, message);
  const session = SESSION_SERVICES[name];
  if (session !== undefined) return parseSession(session, process, message);
  switch (name) {
    case 'auth':
    case 'auth-worker':
      return readAuth(process.who, process.session, message);
    case 'lmtp':
    case 'lda':
    case 'deliver':
    case 'LDA':
      return readDelivery(process.who, message);
    case 'master':
    case 'dovecot':
      return parseMaster(message, text);
    default:
      return QUIET.has(name) ? NOTHING : null;
  }
}

function parseMaster(message: string, text: string): readonly Event[] {
  if (message.startsWith('Dovecot v') && message.includes(' starting up')) return notice('info', text, 'start');
  if (message.startsWith('Killed with signal ')) return notice('warning', text, 'stop');
  if (message.startsWith('SIGHUP received')) return notice('warning', text, 'reload');
  return NOTHING;
}

const SESSION_ENDS = [
  'Disconnected',
  'Logged out',
  'Connection closed',
  'Inactivity',
  'Timeout',
  'Server shutting down',
  'read(',
  'write(',
] as const;

/**
 * `Disconnected: <why> in=397 out=10242 deleted=0 ...`; POP3 has `top=0/0, retr=2/5120, del=0/2, size=..` instead, of whose
 * pairs the second number is bytes. Other lines of these processes (mail_log's `expunge: box=..`) hold names that users chose.
 */
function parseSession(service: LoginService, process: Process, message: string): readonly Event[] | null {
  if (!SESSION_ENDS.some((start) => message.startsWith(start))) return NOTHING;
  const user = process.who.replace(/^\d{1,10}, /, '');
  if (user === '') return NOTHING;
  const event: Session = { kind: 'session', service, user };
  const inOut = message.lastIndexOf(' in=');
  const bytes = message.lastIndexOf(' bytes=');
  const retr = message.lastIndexOf('retr=');
  if (inOut >= 0) {
    setBytes(event, readNumber(message, inOut + 4), numberAfter(message, ' out=', inOut));
  } else if (bytes >= 0) {
    setBytes(event, readNumber(message, bytes + 7), numberAfter(message, '/', bytes));
  } else if (retr >= 0) {
    const top = message.lastIndexOf('top=');
    const sent = numberAfter(message, '/', retr);
    if (sent !== undefined) setBytes(event, undefined, sent + ((top >= 0 ? numberAfter(message, '/', top) : 0) ?? 0));
  }
  return [event];
}

function setBytes(event: Session, bytesIn: number | undefined, bytesOut: number | undefined): void {
  if (bytesIn !== undefined) event.bytesIn = bytesIn;
  if (bytesOut !== undefined) event.bytesOut = bytesOut;
}
