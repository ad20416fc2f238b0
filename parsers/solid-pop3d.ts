import type { Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, readAddress } from './fields.ts';

/** Solid POP3: `authentication failed for user ann - 192.0.2.1`; the address is last. */
export const solidPop3d: Parser = {
  name: 'solid-pop3d',
  reads: ({ program }) => program === 'solid-pop3d' || program === 'spop3d',
  parse: (text) => {
    const dash = text.lastIndexOf(' - ');
    const ip = dash < 0 ? undefined : readAddress(text.slice(dash + 3));
    if (ip === undefined) return null;
    const found =
      /^(?:(authentication failed: can't map user name: )|((?:APOP )?authentication failed for user )|root login not allowed$)/.exec(
        text.slice(0, dash),
      );
    if (found === null) return /^(?:user |connect|session|disconnect|autologout)/i.test(text) ? NOTHING : null;
    const event: Login = { kind: 'login', service: 'pop3', result: 'failed', attempts: 1, ip };
    const start = (found[1] ?? found[2] ?? '').length;
    if (start > 0) event.user = text.slice(start, dash);
    if (text.startsWith('APOP ')) event.method = 'APOP';
    return [event];
  },
};
