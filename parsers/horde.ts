import type { Event, Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { indexOfOnly, NOTHING, notice, readAddress } from './fields.ts';

/** Horde and IMP: `[error] [horde] FAILED LOGIN for u ...`, `Login success for u to app (ip)`. */
export const horde: Parser = {
  name: 'horde',
  reads: ({ program }) => program === 'HORDE' || program === 'horde',
  parse: (line) => {
    const [prefix = ''] = /^(?:HORDE )?(?:\[[A-Za-z0-9_-]{1,32}\] ){0,2}/.exec(line) ?? [];
    const text = line.slice(prefix.length);
    const [start, result] = text.startsWith(FAILED) ? [FAILED, 'failed' as const] : [SUCCESS, 'ok' as const];
    if (text.startsWith(start)) {
      const said = text.slice(0, text.length - (PLACE.exec(text.slice(-600))?.[0].length ?? 0));
      return prefix.endsWith('[imp] ') && BY_IMP.test(said) ? NOTHING : [readLogin(said, start, result)];
    }
    if (/^\[?(?:error|err|crit|alert|emerg)/i.test(prefix)) return notice('error', text);
    return prefix === '' ? null : NOTHING;
  },
};

/** IMP 5 and later says of its server what login.php says of the same try (IMP_Auth::_log). */
const BY_IMP = /^[^]{0,4096}\) to \{[^{}]{0,512}\}$/;

const FAILED = 'FAILED LOGIN for ';
const SUCCESS = 'Login success for ';

/** What PEAR's or Horde's log adds behind the text. */
const PLACE = / \[(?:pid \d{1,10} )?on line \d{1,6} of "[^"]{0,512}"\]$/;

/**
 * New: `u to app (ip) (forwarded for [x])`; old: `u [ip] to {server}`. The user and the forwarded addresses are a stranger's: the
 * end of the line tells which it is, and the address is the last before the forwarded ones.
 */
function readLogin(text: string, start: string, result: Login['result']): Event {
  const event: Login = { kind: 'login', service: 'webmail', result, attempts: 1 };
  const forwarded = text.endsWith('])') ? indexOfOnly(text, FORWARDED) : text.length;
  if (forwarded < 0) return event;
  const words = text.slice(0, forwarded);
  const isOld = !words.endsWith(')');
  const close = isOld ? words.lastIndexOf('] to ') : words.length - 1;
  const open = words.lastIndexOf(isOld ? ' [' : ' (', close);
  if (close < 0 || open < start.length) return event;
  const ip = readAddress(words.slice(open + 2, close));
  if (ip !== undefined) event.ip = ip;
  const to = isOld ? open : words.lastIndexOf(' to ', open);
  if (to > start.length) event.user = words.slice(start.length, to);
  return event;
}

const FORWARDED = ' (forwarded for [';
