import type { Event, Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, readAddress, startsWithOne } from './fields.ts';

/** Solid POP3: `authentication failed for user ann - host (192.0.2.1)`, the client last and without a name by its address alone. */
export const solidPop3d: Parser = {
  name: 'solid-pop3d',
  reads: ({ program }) => program === 'solid-pop3d' || program === 'spop3d',
  parse: (text) => {
    const dash = text.lastIndexOf(' - ');
    const ip = dash < 0 ? undefined : clientOf(text.slice(dash + 3));
    return (ip === undefined ? undefined : login(text.slice(0, dash), ip)) ?? (startsWithOne(text, QUIET) ? NOTHING : null);
  },
};

const QUIET = ['connect', 'session', 'disconnect', 'autologout', 'pam_unix('] as const;

function clientOf(client: string): string | undefined {
  const [, named, bare] = /^(?:\S{1,255} \(([0-9A-Fa-f:.]{2,45})\)|([0-9A-Fa-f:.]{2,45}))$/.exec(client.trimEnd()) ?? [];
  return readAddress(named ?? bare ?? '');
}

const FAILED = [
  'authentication failed for user ',
  'authentication failed for mapped user ',
  'authentication failed: no such user: ',
  "authentication failed: can't map user name: ",
  'APOP authentication failed for user ',
  "can't find APOP secret for user ",
] as const;

function login(words: string, ip: string): readonly Event[] | undefined {
  const event: Login = { kind: 'login', service: 'pop3', result: 'failed', attempts: 1, ip };
  if (words === 'root login not allowed') return [event];
  const start = FAILED.find((one) => words.startsWith(one));
  const [, user = '', apop] = /^(?:mapped )?user (.{1,64}) authenticated( through APOP)?$/s.exec(words) ?? [];
  if (start === undefined && user === '') return undefined;
  event.user = start === undefined ? user : words.slice(start.length);
  if (start === undefined) event.result = 'ok';
  if (start === undefined ? apop !== undefined : start.includes('APOP ')) event.method = 'APOP';
  return [event];
}
