import type { Event, Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress, startsWithOne } from './fields.ts';

/**
 * Roundcube's userlogins log (log_logins) and errors log, from files (the envelope takes the time off), syslog or standard
 * output.
 *
 * A failed login may stand in both: `Failed login for` and `IMAP Error: Login failed for`. Both give a login with `session`,
 * the `<..>` before the text (the start of the PHP session's id, the same in both files), so that whoever counts can take one
 * of the two.
 */
export const roundcube: Parser = {
  name: 'roundcube',
  reads: ({ program }) => program === 'roundcube' || program === 'roundcubemail',
  parse: (line) => {
    const found = /^(?:(?:userlogins|errors): )?(?:<([0-9a-zA-Z,-]{1,16})> )?/.exec(line);
    const text = line.slice(found?.[0].length ?? 0);
    const session = found?.[1] ?? '';
    if (text.startsWith(SUCCESS)) return success(text, session);
    if (text.startsWith(FAILED)) return [failure(text, FAILED.length, session)];
    if (text.startsWith(IMAP_FAILED)) return [failure(text, IMAP_FAILED.length, session)];
    if (startsWithOne(text, PROBLEMS)) return notice('error', text);
    if (startsWithOne(text, QUIET)) return NOTHING;
    // The rest of a login whose user name held a line feed; what names a user stands on the line before.
    return /\(error: \d{1,4}\)$|_action=login\)$/.test(text.slice(-128)) ? NOTHING : null;
  },
};

const SUCCESS = 'Successful login for ';
const FAILED = 'Failed login for ';
const IMAP_FAILED = 'IMAP Error: Login failed for ';
const PROBLEMS = ['IMAP Error', 'SMTP Error', 'DB Error', 'PHP Error', 'PHP Warning', 'Service Error', 'LDAP Error', 'SQL Error'] as const;
const QUIET = [
  'Session auth',
  'Session authentication',
  'Session terminated',
  'Session destroy',
  'Request security check failed',
  'Logout for ',
  'Password for ',
] as const;

/**
 * `Successful login for u (ID: 7) from ip (X-Forwarded-For: ..) in session s` (rcmail.php, log_login). The user is one of ours,
 * the headers are a stranger's: the first mark is Roundcube's.
 */
function success(text: string, session: string): readonly Event[] | null {
  const id = /^([^]*?) \(ID: (\d{1,10})\) from ([^]*)$/.exec(text.length > 2048 ? text.slice(0, 2048) : text);
  if (id === null) return null;
  const event: Login = { kind: 'login', service: 'webmail', result: 'ok', attempts: 1, user: (id[1] ?? '').slice(SUCCESS.length) };
  const ip = readAddress(/^[0-9A-Fa-f:.]{2,45}/.exec(id[3] ?? '')?.[0] ?? '');
  if (ip !== undefined) event.ip = ip;
  if (session !== '') event.session = session;
  return [event];
}

/**
 * `u from 192.0.2.2 (X-Real-IP: .., X-Forwarded-For: ..) in session s (error: 0)`, or `u against host from ip. why in file`.
 * The user before the address and the headers after it are both a stranger's text: when more than one place looks like the
 * address, none is taken.
 */
function failure(text: string, start: number, session: string): Login {
  const event: Login = { kind: 'login', service: 'webmail', result: 'failed', attempts: 1 };
  if (session !== '') event.session = session;
  let found: { readonly at: number; readonly ip: string } | undefined;
  for (let at = text.indexOf(' from ', start); at >= 0; at = text.indexOf(' from ', at + 6)) {
    const candidate = /^([0-9A-Fa-f:.]{2,45}?)(?: ?\(X-|\.? |\.?$)/.exec(text.slice(at + 6, at + 60))?.[1];
    const ip = candidate === undefined ? undefined : readAddress(candidate);
    if (ip === undefined) continue;
    if (found !== undefined) return event;
    found = { at, ip };
  }
  if (found === undefined) return event;
  const against = text.startsWith('IMAP') ? text.lastIndexOf(' against ', found.at) : -1;
  const user = text.slice(start, against > start ? against : found.at);
  if (user !== '') event.user = user;
  event.ip = found.ip;
  return event;
}
