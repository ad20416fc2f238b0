import type { Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { readAddress } from './fields.ts';

const RESULTS: Readonly<Record<string, Login['result']>> = {
  loginok: 'ok',
  badlogin: 'failed',
  disabled: 'disabled',
  deactive: 'inactive',
};

/**
 * ExtMail's webmail: `user=<u>, client=ip, module=login, status=loginok` is all it logs (Ext/App.pm). The user is what was
 * typed: Mailgraph_ext took a failed login of `x loginok` for a success. So the fields are read from the end.
 */
export const extmail: Parser = {
  name: 'extmail',
  reads: ({ program }) => program === 'extmail',
  parse: (text) => {
    if (!text.startsWith('user=<')) return null;
    const clientAt = text.lastIndexOf('>, client=');
    if (clientAt < 6) return null;
    const found = /^([^, ]{0,64}), module=login, status=([a-z]{1,16})\s*$/.exec(text.slice(clientAt + 10));
    const result = found === null ? undefined : RESULTS[found[2] ?? ''];
    if (result === undefined) return null;
    const event: Login = { kind: 'login', service: 'webmail', result, attempts: 1 };
    const user = text.slice(6, clientAt);
    if (user !== '') event.user = user;
    const ip = readAddress(found?.[1] ?? '');
    if (ip !== undefined) event.ip = ip;
    return [event];
  },
};
