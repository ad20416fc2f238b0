import type { Event, Login, LoginService, Refusal, RejectReason, Session, SmtpStage } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, numberAfter, readAddress, startsWithOne } from './fields.ts';
import { rejectReason } from './postfix/reject-reason.ts';

const POP3 = ['pop3d-ssl', 'courierpop3login', 'courierpop3d', 'courierpop3s', 'pop3login'];
const IMAP = ['imapd-ssl', 'imaplogin', 'courierimapd', 'courierimapd-ssl', 'courierimaplogin', 'imaps-ssl'];
const WEBMAIL = 'sqwebmaild';
const ESMTP = ['courieresmtpd', 'courieresmtpd-ssl', 'esmtpd', 'esmtpd-ssl'];
const TAGS = new Set([...POP3, ...IMAP, ...ESMTP, WEBMAIL]);

/** Courier's POP3, IMAP and ESMTP servers, its webmail and authdaemond. The tags `imapd` and `pop3d` are others' too: see imapd.ts. */
export const courier: Parser = {
  name: 'courier',
  reads: ({ program }) => TAGS.has(program) || isAuthdaemon(program),
  parse: (line, { program }) => {
    if (isAuthdaemon(program)) return parseAuthdaemon(line);
    if (ESMTP.includes(program)) return parseEsmtp(line);
    return parseCourierMailbox(line, program);
  },
};

const isAuthdaemon = (program: string): boolean => program === 'authdaemond' || program.startsWith('authdaemond.');

/** courierlogger takes these words off and makes them the priority; they stay where standard error is logged otherwise. */
const SEVERITY = /^(?:INFO|ERR|ERROR|WARN|WARNING|DEBUG|NOTICE|CRIT|ALERT): /;

/** A line of the POP3 and IMAP servers and of the webmail; null when it is not Courier's. */
export function parseCourierMailbox(line: string, program: string): readonly Event[] | null {
  const text = line.replace(SEVERITY, '');
  const service: LoginService = program === WEBMAIL ? 'webmail' : program.includes('pop3') ? 'pop3' : 'imap';
  const comma = text.indexOf(', ');
  const head = comma < 0 ? text : text.slice(0, comma);
  switch (head) {
    case 'LOGIN':
      return login(service, 'ok', text, program);
    case 'LOGIN FAILED':
      return line.length === CUT ? [cutFailure(service, text, program)] : login(service, 'failed', text, program);
    case 'LOGOUT':
    case 'DISCONNECTED':
    case 'TIMEOUT':
    case 'I/O error disconnect':
    case 'Disconnected during shutdown by signal':
    // courier-imap 6 prints the word of its own source for every end of a POP3 session (imap/pop3dserver.C).
    case 'disc':
      return session(service, text);
    case 'Connection':
    case 'Disconnected':
    case 'LOCKED':
    case 'DELETED':
    case 'EXPUNGED':
    case 'ID':
      return NOTHING;
    default:
      if (startsWithOne(text, FAULTS)) return notice('warning', text);
      return startsWithOne(text, QUIET) ? NOTHING : null;
  }
}

const FAULTS = ['Maximum connection limit reached for ', 'authentication error', 'chdir ', 'Cannot ', 'exec(', 'ERR: '] as const;
const QUIET = [
  'Failed to connect to socket /tmp/fam-',
  'Failed to create cache file',
  'Error: Input/output error',
  'Check for proper operation and configuration of the File Access Monitor',
  'couriertls: ',
  'Unexpected SSL connection shutdown',
  'proxy enabled, but no ',
  'ip=[',
  // DEBUG_LOGIN: commands, and with 2 passwords.
  'LOGIN: ip=[',
] as const;

/** As long is the first piece of a line that courierlogger cut, without its `INFO: ` (src/envelope/courier-pieces.ts). */
const CUT = 505;

/** A failure whose user name leaves no room for Courier's address: what looks like one is the stranger's. */
function cutFailure(service: LoginService, text: string, program: string): Login {
  const event: Login = { kind: 'login', service, result: 'failed', attempts: 1 };
  if (hasTlsTag(program)) event.tls = true;
  const user = between(text, ', user=', text.length);
  if (user !== '') event.user = user;
  return event;
}

const hasTlsTag = (program: string): boolean => program.endsWith('-ssl') || program === 'courierpop3s';

/**
 * `LOGIN, user=u, ip=[a], port=[n], protocol=IMAP, starttls=1`. The user, or the mechanism in its place, is what was sent: the
 * last `ip=` is Courier's. TLS shows in the tag, or since 5.2.6 at the end.
 */
function login(service: LoginService, result: Login['result'], text: string, program: string): readonly Event[] | null {
  const ipAt = text.lastIndexOf('ip=[');
  if (ipAt < 0) return null;
  const close = text.indexOf(']', ipAt);
  const tls = hasTlsTag(program) || /, (?:stls|starttls)=1$/.test(text.slice(Math.max(ipAt, close)).slice(-64));
  const event: Login = { kind: 'login', service, result, attempts: 1, ...(service === 'webmail' ? {} : { tls }) };
  const user = between(text, ', user=', ipAt - 2);
  if (user !== '') event.user = user;
  const method = between(text, ', method=', ipAt - 2);
  if (/^[A-Za-z0-9_-]{1,20}$/.test(method)) event.method = method;
  const ip = readAddress(text.slice(ipAt + 4, close < 0 ? text.length : close));
  if (ip !== undefined) event.ip = ip;
  return [event];
}

/** What stands between the head's mark and `end`; the mark is the first field of the line. */
function between(text: string, mark: string, end: number): string {
  const at = text.indexOf(', ');
  return text.startsWith(mark, at) && at + mark.length < end ? text.slice(at + mark.length, end) : '';
}

/**
 * `rcvd` and `sent` are bytes from and to the client; the oldest versions know only `retr` and `top`, bytes of messages. The
 * end of a connection without a login names no user, and a failed login is followed by one.
 */
function session(service: LoginService, text: string): readonly Event[] {
  const ipAt = text.lastIndexOf(', ip=[');
  const user = ipAt < 0 ? '' : between(text, ', user=', ipAt);
  if (user === '') return NOTHING;
  const event: Session = { kind: 'session', service, user };
  const close = text.indexOf(']', ipAt);
  const ip = readAddress(text.slice(ipAt + 6, close < 0 ? text.length : close));
  if (ip !== undefined) event.ip = ip;
  const rcvd = numberAfter(text, ', rcvd=', ipAt);
  const retr = numberAfter(text, ', retr=', ipAt);
  const sent = numberAfter(text, ', sent=', ipAt) ?? (retr === undefined ? undefined : retr + (numberAfter(text, ', top=', ipAt) ?? 0));
  const time = numberAfter(text, ', time=', ipAt);
  if (rcvd !== undefined) event.bytesIn = rcvd;
  if (sent !== undefined) event.bytesOut = sent;
  if (time !== undefined) event.duration = time;
  return [event];
}

/** courieresmtpd's own refusals (`msg="..",cmd: ..`) and those of submit (`from=<>,to=<>: ..`), with the ident where that is asked for. */
function parseEsmtp(line: string): readonly Event[] | null {
  const text = line.replace(SEVERITY, '');
  if (text.startsWith('started,') || text.startsWith('id=') || text.startsWith('newmsg,')) return NOTHING;
  const found = /^error,relay=([0-9A-Fa-f:.]{2,45})(?:,port=\d{1,5})?(?:,ident=(?:"[^"]{0,132}"|[^,:]{0,132}))?,/.exec(text);
  if (found === null) return startsWithOne(text, QUIET) ? NOTHING : null;
  const clientIp = readAddress(found[1] ?? '');
  const rest = text.slice(found[0].length);
  const told = /^msg="([45]\d\d) ([^"]{0,132})",cmd: (.{0,5})/.exec(rest);
  if (told === null) return submitRefusal(rest, clientIp);
  const [, code = '', words = '', command = ''] = told;
  // With AUTH_REQUIRED, who sends mail without a login is told `535 Authentication required.`
  if (code === '535' && words !== 'Authentication required.') {
    return [{ kind: 'login', service: 'smtp', result: 'failed', attempts: 1, ...(clientIp === undefined ? {} : { ip: clientIp }) }];
  }
  const stage = command === 'MAIL ' ? 'mail' : command === 'RCPT ' ? 'rcpt' : undefined;
  return stage === undefined ? NOTHING : [refusal(stage, code, words, clientIp)];
}

/**
 * `error,relay=::ffff:192.0.2.9,port=43632,from=<a>,to=<b>: 550 User <b> unknown`: Courier takes `<`, `>` and `:` out of the
 * addresses, but not out of its reply, and cuts them at 128 characters (courieresmtpd.c, lcclog.c). Each line of a reply is
 * logged, and the last counts.
 */
function submitRefusal(rest: string, clientIp: string | undefined): readonly Event[] {
  const found = /^from=<([^<>:]{0,130}?)(?:>|\.\.\.)(?:,to=<([^<>:]{0,130}?)(?:>|\.\.\.))?: ([45]\d\d) /.exec(rest);
  if (found === null) return NOTHING;
  const [head, sender = '', recipient, code = ''] = found;
  const text = rest.slice(head.length);
  const event = refusal(recipient !== undefined ? 'rcpt' : /^[45]17$/.test(code) ? 'mail' : 'eod', code, text, clientIp);
  event.sender = sender;
  if (recipient !== undefined) event.recipient = recipient;
  return [event];
}

/** What Courier's own codes say (courier/submit.C, submit2.C). */
const REASONS: ReadonlyMap<string, RejectReason> = new Map([
  ['417', 'sender'],
  ['517', 'sender'],
  ['513', 'relay_denied'],
  ['523', 'size'],
  ['534', 'size'],
  ['535', 'auth'],
]);

function refusal(stage: SmtpStage, code: string, words: string, clientIp: string | undefined): Refusal {
  // A name that the client chose is no reason.
  const own = words.slice(0, 500).replace(/<[^<>]{0,320}>/g, '');
  const event: Refusal = {
    kind: 'rejected',
    source: 'smtpd',
    stage,
    code: Number(code),
    temporary: code.startsWith('4'),
    reason: REASONS.get(code) ?? (/unknown|no such/i.test(own) ? 'unknown_user' : rejectReason(own, Number(code), undefined, 'smtpd')),
    text: `${code} ${words}`,
  };
  if (clientIp !== undefined) event.clientIp = clientIp;
  return event;
}

/**
 * authdaemond logs no logins, and with DEBUG_LOGIN passwords: nothing of its text is kept but known complaints about its
 * database.
 */
function parseAuthdaemon(line: string): readonly Event[] {
  const text = line.replace(SEVERITY, '');
  if (startsWithOne(text, DATABASE_FAULTS) && !/passw/i.test(text)) return notice('error', text);
  if (text.startsWith('modules="')) return notice('info', text, 'start');
  return NOTHING;
}

const DATABASE_FAULTS = [
  'failed to connect',
  'Failed to connect',
  'mysql_',
  'ldap_',
  'Cannot connect',
  'mysql error',
  'LDAP',
  'libpq',
] as const;
