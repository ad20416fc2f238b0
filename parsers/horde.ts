import type { Event, Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress } from './fields.ts';

/** Horde and IMP: `[error] [horde] FAILED LOGIN for u ...`, `Login success for u to app (ip)`. */
export const horde: Parser = {
  name: 'horde',
  reads: ({ program }) => program === 'HORDE' || program === 'horde',
  parse: (line) => {
    const [prefix = ''] = /^(?:HORDE )?(?:\[[A-Za-z0-9_-]{1,32}\] ){0,2}/.exec(line) ?? [];
    const text = line.slice(prefix.length);
    if (text.startsWith(FAILED)) return [readLogin(text, FAILED, 'failed')];
    if (text.startsWith(SUCCESS)) return [readLogin(text, SUCCESS, 'ok')];
    if (/^\[?(?:error|err|crit|alert|emerg)/i.test(prefix)) return notice('error', text);
    return prefix === '' ? null : NOTHING;
  },
};

const FAILED = 'FAILED LOGIN for ';
const SUCCESS = 'Login success for ';

/**
 * New: `u to app (ip) (forwarded for [x])`; old: `u [ip] to {server}`. The user and the forwarded addresses are a stranger's: the
 * text from `(forwarded for` on is not read, and the address is the last before it.
 */
function readLogin(text: string, start: string, result: Login['result']): Event {
  const event: Login = { kind: 'login', service: 'webmail', result, attempts: 1 };
  const forwarded = text.indexOf(' (forwarded for [');
  const words = forwarded < 0 ? text : text.slice(0, forwarded);
  const old = words.lastIndexOf('] to ');
  const open = old < 0 ? words.lastIndexOf(' (') : words.lastIndexOf(' [', old);
  const close = old < 0 ? words.indexOf(')', open) : old;
  if (open < start.length || close < 0) return event;
  const ip = readAddress(words.slice(open + 2, close));
  if (ip !== undefined) event.ip = ip;
  const to = old < 0 ? words.lastIndexOf(' to ', open) : open;
  if (to > start.length) event.user = words.slice(start.length, to);
  return event;
}
