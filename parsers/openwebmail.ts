import type { Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, readAddress } from './fields.ts';

/** Open WebMail: `- [pid] (ip) u - login error - why - loginname=u`, `(ip) u - login - session`. */
export const openwebmail: Parser = {
  name: 'openwebmail',
  reads: ({ program }) => program === 'openwebmail',
  parse: (text) => {
    const found = /^(?:- )?(?:\[\d{1,10}\] )?\(([0-9A-Fa-f:.]{2,45})\) /.exec(text);
    if (found === null) return null;
    const rest = text.slice(found[0].length);
    // A user name may hold ` - login - `: a line with the words of a failure anywhere is one.
    const failed = rest.indexOf(' - login error - ');
    const at = failed >= 0 ? failed : rest.indexOf(' - login - ');
    if (at < 0) return NOTHING;
    const event: Login = { kind: 'login', service: 'webmail', result: failed >= 0 ? 'failed' : 'ok', attempts: 1 };
    const user = rest.slice(0, at);
    if (user !== '') event.user = user;
    const ip = readAddress(found[1] ?? '');
    if (ip !== undefined) event.ip = ip;
    return [event];
  },
};
