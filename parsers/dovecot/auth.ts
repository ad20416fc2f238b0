import type { Event, Login } from '../../src/model/event.ts';
import { NOTHING, readAddress } from '../fields.ts';

/** auth-request.c, auth_request_append_password: at the end of a message, when auth_verbose_passwords is set. */
const GIVEN = ['(given password: ', '(SHA1 of given password: '] as const;

/** The text before the password that was tried, the whole text when there is none. */
function beforeGiven(text: string): string {
  const [plain, sha1] = GIVEN.map((mark) => text.indexOf(mark)) as [number, number];
  const at = plain < 0 || (sha1 >= 0 && sha1 < plain) ? sha1 : plain;
  return at < 0 ? text : text.slice(0, at).trimEnd();
}

/** Cuts off whatever may hold a password: also what auth_debug_passwords puts into errors. */
export function withoutPassword(text: string): string {
  const at = text.search(/password[: ]/i);
  return at < 0 ? text : text.slice(0, at + 8);
}

/**
 * Where the parenthesis at `open` ends, after `auth` or `auth-worker`: a pid, 1.x's `default`, or 2.4's
 * `(user,ip,sasl:login)<session>: `. There the user is whatever a stranger sent, up to 64 characters of it, so the client
 * ends at the last parenthesis before the words that Dovecot adds.
 */
export function clientEnd(text: string, open: number): number {
  const first = text.indexOf(')', open);
  if (/^(?:\d{1,10}|default)?$/.test(text.slice(open + 1, Math.min(Math.max(first, open + 1), open + 12)))) return first;
  const words = beforeGiven(text);
  const end = Math.max(words.lastIndexOf(')<'), words.lastIndexOf('): '));
  return end > open ? end : Math.max(text.lastIndexOf(')<'), text.lastIndexOf('): '));
}

/** What is said of a try that failed, after `driver(client): ` (2.4: after `driver: `). */
const FAILURES = [
  'Password mismatch',
  'password mismatch',
  'unknown user',
  'Unknown user',
  'pam_authenticate() failed',
  'pam_acct_mgmt() failed',
  'Invalid credentials',
  'invalid credentials',
  'Login attempt with password having illegal chars',
  'Attempted login with password having illegal chars',
  'Authentication failure due to policy server refusal',
  'User is disabled',
  'Password expired',
] as const;

const DRIVER = /([a-z0-9_-]{1,32})\(/y;

/**
 * The auth process writes a line a failed try when auth_verbose is on, and nothing of a success. `client` and `session` are
 * the process' own in 2.4; up to 2.3 the message is `driver(user,ip,<session>): what`.
 */
export function readAuth(client: string, session: string, message: string): readonly Event[] {
  let text = message;
  if (text.startsWith('conn unix:')) {
    const end = text.indexOf('>: ');
    if (end < 0) return NOTHING;
    text = text.slice(end + 3);
  }
  // The next passdb has its own line (auth-request.c); the suffix comes after a password, which ends in a parenthesis.
  if (text.endsWith(' - trying the next passdb') || text.endsWith(' - trying the next userdb')) return NOTHING;
  if (client.includes(',')) return failure(client, session, afterDriver(text));
  DRIVER.lastIndex = 0;
  if (!DRIVER.test(text)) return NOTHING;
  const open = DRIVER.lastIndex;
  // `userdb(user): user not found`: a look-up for somebody who is logged in, or for LMTP.
  if (text.startsWith('userdb(')) return NOTHING;
  const end = beforeGiven(text).lastIndexOf('): ');
  if (end >= open) return failure(text.slice(open, end), '', text.slice(end + 3));
  // A user name that holds the mark of a password: the failure counts, and nothing of what it says is believed.
  return FAILURES.some((words) => text.includes(`): ${words}`))
    ? [{ kind: 'login', service: 'auth', result: 'failed', attempts: 1 }]
    : NOTHING;
}

const REQUEST = /request \[\d{1,10}\]: /y;

/** 2.4 puts the passdb's name before what it says, and a worker the number of its request before that (auth-request.c get_log_prefix()). */
function afterDriver(text: string): string {
  REQUEST.lastIndex = 0;
  const driver = REQUEST.test(text) ? REQUEST.lastIndex : 0;
  return text.slice(text.indexOf(': ', driver) + 2);
}

/** `client` is `user[,ip][,master][,<session>]`; 2.4 has `sasl:mechanism` after the address, before `master`. */
function failure(client: string, sessionId: string, what: string): readonly Event[] {
  if (!FAILURES.some((words) => what.startsWith(words))) return NOTHING;
  let rest = client;
  let session = sessionId;
  let method = '';
  const sessionAt = rest.lastIndexOf(',<');
  if (sessionAt >= 0 && rest.endsWith('>')) {
    session = rest.slice(sessionAt + 2, -1);
    rest = rest.slice(0, sessionAt);
  }
  if (rest.endsWith(',master')) rest = rest.slice(0, -7);
  const saslAt = rest.lastIndexOf(',sasl:');
  if (saslAt >= 0) {
    method = rest.slice(saslAt + 6).toUpperCase();
    rest = rest.slice(0, saslAt);
  }
  const comma = rest.lastIndexOf(',');
  const ip = comma < 0 ? undefined : readAddress(rest.slice(comma + 1));
  // LMTP and LDA look users up as well: an unknown one without a client is no login.
  if (ip === undefined && /^unknown user/i.test(what)) return NOTHING;
  const event: Login = { kind: 'login', service: 'auth', result: 'failed', attempts: 1 };
  const user = ip === undefined ? rest : rest.slice(0, comma);
  if (user !== '' && user !== '?') event.user = user;
  if (ip !== undefined) event.ip = ip;
  if (/^[A-Z0-9_-]{1,20}$/.test(method)) event.method = method;
  if (session !== '') event.session = session;
  return [event];
}
