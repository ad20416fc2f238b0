import type { Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, readAddress } from './fields.ts';

/** SquirrelMail's squirrel_logger plugin: `[LOGIN_ERROR] u (domain) from ip: why`. */
export const squirrelmail: Parser = {
  name: 'squirrelmail',
  reads: ({ program }) => program === 'squirrelmail',
  parse: (text) => {
    const [, word, rest = ''] = /^\[([A-Z_]{1,24})\] ([^]*)$/.exec(text) ?? [];
    if (word === undefined) return null;
    if (word !== 'LOGIN' && word !== 'LOGIN_ERROR') return NOTHING;
    const event: Login = { kind: 'login', service: 'webmail', result: word === 'LOGIN' ? 'ok' : 'failed', attempts: 1 };
    const from = rest.lastIndexOf(' from ');
    if (from < 0) return [event];
    // The user is what was typed; the plugin's own address is the last.
    const ip = readAddress(/^[0-9A-Fa-f:.]{2,45}?(?=:? |:?$)/.exec(rest.slice(from + 6, from + 60))?.[0] ?? '');
    if (ip !== undefined) event.ip = ip;
    const domain = rest.lastIndexOf(' (', from);
    const user = rest.slice(0, domain > 0 ? domain : from);
    if (user !== '') event.user = user;
    return [event];
  },
};
