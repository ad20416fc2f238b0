import type { Event, Login, LoginService } from '../../src/model/event.ts';
import { NOTHING, notice, readAddress } from '../fields.ts';

/**
 * What a login process says in parentheses of a connection that ends without a session (login-common/client-common.c,
 * client_get_extra_disconnect_reason, 2.2 to 2.4.5). Not in it, so no attempt: `no auth attempts`, disconnected before or
 * during authentication, trouble with the client's certificate.
 */
const FAILURES: readonly (readonly [string, Login['result']])[] = [
  ['(auth failed', 'failed'],
  ['(proxy dest ', 'failed'],
  ['(authorization failed', 'failed'],
  ['(user disabled', 'disabled'],
  ['(login disabled', 'disabled'],
  ['(password expired', 'inactive'],
  ['(tried to use ', 'failed'],
  ['(anonymous logins disabled', 'failed'],
  ['(credentials contain control characters', 'failed'],
  ['(sent invalid base64', 'failed'],
  ['(connection limit reached', 'failed'],
  ['(internal failure', 'failed'],
  ['Maximum number of connections from user+IP exceeded', 'failed'],
];

/** It was the authentication service that failed, its database mostly: nobody's password was wrong. */
const SERVICE_FAULT = '(auth service reported temporary failure';

/**
 * The last try had no outcome. Up to 2.3 so said only of a single one; in 2.4 whatever came before it stands in the same
 * parentheses, `(client didn't finish SASL auth, 5 attempts in 10 secs)`, and was refused.
 */
const UNDECIDED = ["(client didn't finish SASL auth, ", '(auth aborted by client, ', '(auth process communication failure, '] as const;

/** How a line begins that tells the end of a connection, or of a proxied one. */
const ENDS = [
  'Disconnected',
  'Login aborted',
  'Aborted login',
  'Connection closed',
  'Remote closed connection',
  'Client has quit the connection',
  'proxy(',
  'Disconnecting',
  'disconnecting',
  'Inactivity',
  'Timeout',
  'Too many invalid',
  'Auth process not responding',
  // With auth_verbose, of a try that never came to the auth process; the connection's end counts it.
  'Login failed: ',
  'Authenticate ',
  'APOP failed: ',
] as const;

/** `<what happened>: user=<..>, method=.., rip=.., lip=.., mpid=.., TLS, session=<..>` (login_log_format_elements). */
export function readLogin(service: LoginService, message: string): readonly Event[] | null {
  const elements = readElements(message);
  if (elements === undefined) return message.startsWith('Log') ? null : NOTHING;
  const { head } = elements;
  if (head === 'Login' || head === 'Logged in' || isProxied(head)) {
    return [loginEvent(service, 'ok', 1, elements)];
  }
  if (head.includes(SERVICE_FAULT)) return notice('warning', head);
  for (const [mark, result] of FAILURES) {
    const at = head.indexOf(mark);
    if (at >= 0) return [loginEvent(service, result, Math.max(1, refusedIn(head, at)), elements)];
  }
  for (const mark of UNDECIDED) {
    const at = head.indexOf(mark);
    const refused = at < 0 ? 0 : refusedIn(head, at) - 1;
    if (refused > 0) return [loginEvent(service, 'failed', refused, elements)];
  }
  // 1.0 gave no reason; it knows a mechanism only when there was an attempt.
  if (head === 'Aborted login' && elements.method !== undefined) return [loginEvent(service, 'failed', 1, elements)];
  return ENDS.some((start) => head.startsWith(start)) ? NOTHING : null;
}

/**
 * `proxy(user): started proxying to host:port` (2.2), `proxy(user,host:port): Started proxying to <ip> (0.003 secs)` (2.3),
 * `..: Started proxying to remote host (..)` (2.4): client-common-auth.c, client_proxy_finish_destroy_client().
 */
function isProxied(head: string): boolean {
  if (!head.startsWith('proxy(')) return false;
  const words = head.slice(head.lastIndexOf('): ') + 3);
  return words.startsWith('started proxying to ') || words.startsWith('Started proxying to ');
}

const ATTEMPTS = /\([A-Za-z0-9 .:[\]'_-]{0,320}, (\d{1,9})(?: attempts|\/(\d{1,9}) successful)/y;

/** `(auth failed, 3 attempts in 16 secs)`; 2.4 also `(internal failure, 1/2 successful auths in 3 secs)`. 0 where no number stands. */
function refusedIn(head: string, from: number): number {
  ATTEMPTS.lastIndex = from;
  const [, count = '0', all] = ATTEMPTS.exec(head) ?? [];
  return all === undefined ? Number(count) : Number(all) - Number(count);
}

interface Elements {
  readonly head: string;
  readonly user: string;
  readonly method?: string;
  readonly ip?: string;
  readonly tls: boolean;
  readonly session: string;
}

/**
 * User and mechanism are what a stranger sent (str_sanitize: up to 80 characters each, control bytes replaced); the address
 * stands after both. So the last `rip=` is Dovecot's own, and the user ends at the last mark before it.
 */
function readElements(message: string): Elements | undefined {
  const userAt = message.indexOf(': user=<');
  const ripAt = message.lastIndexOf(' rip=');
  const rip = ripAt < 0 ? message.length : ripAt;
  if (ripAt < 0 && userAt < 0) return undefined;
  const methodAt = message.indexOf(': method=');
  const start = [userAt, methodAt, message.lastIndexOf(': rip=')].reduce((first, at) => (at >= 0 && at < first ? at : first), rip);
  let user = '';
  let method: string | undefined;
  if (start === userAt) {
    const mechanism = message.lastIndexOf('>, method=', rip);
    const end = mechanism >= start ? mechanism : ripAt < 0 ? message.indexOf('>', start) : message.lastIndexOf('>', rip);
    user = message.slice(start + 8, Math.max(start + 8, end));
    if (mechanism >= start) method = message.slice(mechanism + 10, rip - 1);
  } else if (start === methodAt) {
    method = message.slice(start + 9, rip - 1);
  }
  const comma = message.indexOf(',', rip);
  const tail = comma < 0 ? '' : message.slice(comma);
  const ip = readAddress(message.slice(rip + 5, comma < 0 ? message.length : comma));
  const sessionAt = tail.lastIndexOf(', session=<');
  return {
    head: message.slice(0, start),
    user,
    tls: tail.includes(', TLS'),
    session: sessionAt < 0 ? '' : tail.slice(sessionAt + 11, tail.indexOf('>', sessionAt)),
    ...(method !== undefined && /^[A-Za-z0-9_-]{1,20}$/.test(method) ? { method } : {}),
    ...(ip === undefined ? {} : { ip }),
  };
}

function loginEvent(service: LoginService, result: Login['result'], attempts: number, elements: Elements): Login {
  const event: Login = { kind: 'login', service, result, attempts, tls: elements.tls };
  if (elements.user !== '') event.user = elements.user;
  if (elements.ip !== undefined) event.ip = elements.ip;
  if (elements.method !== undefined) event.method = elements.method;
  if (elements.session !== '') event.session = elements.session;
  return event;
}
