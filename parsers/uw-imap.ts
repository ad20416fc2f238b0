import type { Event, Login, LoginService } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, readAddress, startsWithOne } from './fields.ts';

/** The University of Washington's ipop3d and imapd (tag shared: see imapd.ts). */
export const uwImap: Parser = {
  name: 'uw-imap',
  reads: ({ program }) => program === 'ipop3d' || program === 'ipop2d' || program === 'uw-imapd',
  parse: (text, { program }) => parseUwImap(text, program),
};

const RESULTS: readonly (readonly [string, Login['result']])[] = [
  ['Login user=', 'ok'],
  ['Auth user=', 'ok'],
  ['Authenticated user=', 'ok'],
  ['Login failed user=', 'failed'],
  ['Login failure user=', 'failed'],
  ['Login disabled user=', 'disabled'],
  ['AUTHENTICATE ', 'failed'],
];

const QUIET = [
  'Logout ',
  'Autologout ',
  'Killed ',
  'Command stream end of file',
  'Null command ',
  'Unexpected client disconnect',
  'Moved ',
  'Error opening or locking',
] as const;

/** `Login failed user=lizdy auth=lizdy host=name [ip]`: the user was sent by a stranger, so the last ` host=` is the daemon's. */
export function parseUwImap(text: string, program: string): readonly Event[] | null {
  const found = RESULTS.find(([start]) => text.startsWith(start));
  if (found === undefined)
    return startsWithOne(text, QUIET) || /^(?:pop[23]|imap)s? (?:SSL )?service init from /.test(text) ? NOTHING : null;
  const [start, result] = found;
  const hostAt = text.lastIndexOf(' host=');
  if (hostAt < 0 || (start === 'AUTHENTICATE ' && !text.includes(' failure '))) return null;
  const service: LoginService = program.includes('pop') ? 'pop3' : 'imap';
  const event: Login = { kind: 'login', service, result, attempts: 1 };
  if (start.endsWith('=')) {
    const auth = text.lastIndexOf(' auth=', hostAt);
    const user = text.slice(start.length, auth >= start.length ? auth : hostAt);
    if (user !== '') event.user = user;
  } else {
    const method = text.slice(start.length, text.indexOf(' ', start.length));
    if (/^[A-Za-z0-9_-]{1,20}$/.test(method)) event.method = method;
  }
  const open = text.indexOf('[', hostAt);
  const close = text.indexOf(']', open);
  const ip = open < 0 || close < 0 ? undefined : readAddress(text.slice(open + 1, close));
  if (ip !== undefined) event.ip = ip;
  return [event];
}
