import type { Event, Login, LoginService } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress } from './fields.ts';

/**
 * Mailu's admin service, which decides the logins of all others (core/admin/mailu/internal/nginx.py, ui/views of sso):
 * `INFO in nginx: Login attempt for: USER/imap/993 from: IP/PORT: success: password`. A failure ends in a piece of the
 * password's hash, which is not kept.
 */
export const mailu: Parser = {
  name: 'mailu',
  reads: ({ name }) => name === 'mailu',
  parse: (line) => {
    const [head, level = '', module = ''] = /^([A-Z]{4,8}) in ([\w.]{1,64}): /.exec(line) ?? [];
    if (head === undefined) return null;
    const text = line.slice(head.length);
    if (text.startsWith(ATTEMPT)) return attempt(text);
    if (module === 'limiter') return limited(text);
    if (level === 'ERROR' || level === 'CRITICAL') return notice('error', text);
    return level === 'WARNING' ? notice('warning', text) : NOTHING;
  },
};

const ATTEMPT = 'Login attempt for: ';

const SERVICES: ReadonlyMap<string, LoginService> = new Map([
  ['imap', 'imap'],
  ['pop3', 'pop3'],
  ['smtp', 'smtp'],
  ['sieve', 'sieve'],
  ['managesieve', 'sieve'],
  // The page for webmail and administration.
  ['sso', 'webmail'],
]);

/**
 * The user's name is a stranger's, and a token's comment is its owner's: `from` counts where it stands once only, or for a
 * failure, behind which nothing of a stranger stands, as the last.
 */
function attempt(text: string): readonly Event[] | null {
  const last = text.lastIndexOf(' from: ');
  const found = /^([0-9A-Fa-f:.]{2,45})\/\d{0,5}: (success|failed): ([a-z -]{1,32})/.exec(last < 0 ? '' : text.slice(last + 7, last + 120));
  if (found === null) return null;
  const [, address = '', result = '', why = ''] = found;
  const isOk = result === 'success';
  if (isOk && text.indexOf(' from: ') !== last) return null;
  const what = text.slice(ATTEMPT.length, last);
  const [, user = '', service = ''] = /^(.{0,320})\/([a-z0-9]{3,12})\/[\w-]{1,10}$/s.exec(what) ?? [];
  const known = SERVICES.get(service);
  if (known === undefined) return null;
  const event: Login = {
    kind: 'login',
    service: known,
    result: isOk ? 'ok' : why.startsWith('account disabled') ? 'disabled' : 'failed',
    attempts: 1,
  };
  if (user !== '') event.user = user;
  const ip = readAddress(address);
  if (ip !== undefined) event.ip = ip;
  return [event];
}

/** `Authentication attempt from IP has been rate-limited.`, `Authentication attempt from IP for USER has been rate-limited.` */
function limited(text: string): readonly Event[] | null {
  const found = /^Authentication attempt from ([0-9A-Fa-f:.]{2,45}) (?:for .{1,320} )?has been rate-limited\.?$/.exec(text);
  return found === null ? null : notice('warning', text);
}
