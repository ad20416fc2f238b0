import type { Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, readAddress } from './fields.ts';

/** SOGo (UI/MainUI/SOGoRootPage.m). Its access log's 403 repeats a failed login and is not read. */
export const sogo: Parser = {
  name: 'sogo',
  reads: ({ program }) => program === 'sogod' || program === 'sogo',
  parse: (text) => {
    if (text.startsWith('SOGoRootPage ')) {
      const failed = text.startsWith(FAILED);
      if (!failed && !text.startsWith(SUCCESS)) return NOTHING;
      const start = failed ? FAILED.length : SUCCESS.length;
      const mark = text.indexOf("' for user '", start);
      const end = text.lastIndexOf(failed ? "' might not have worked" : "' - expire");
      if (mark < 0 || end < mark + 12) return null;
      const event: Login = { kind: 'login', service: 'webmail', result: failed ? 'failed' : 'ok', attempts: 1 };
      event.user = text.slice(mark + 12, end);
      // Behind proxies a list, the client first.
      const ip = readAddress(text.slice(start, mark).split(',', 1)[0] ?? '');
      if (ip !== undefined) event.ip = ip;
      return [event];
    }
    return OTHER.test(text) ? NOTHING : null;
  },
};

const FAILED = "SOGoRootPage Login from '";
const SUCCESS = "SOGoRootPage successful login from '";
/** Access lines, Objective-C objects, `[ERROR] <0x..>`, the watchdog's `|SOGo| starting`. */
const OTHER =
  /^(?:[0-9A-Fa-f:.]{2,45}[ ,]|<0x|\[[A-Z]+\] |\||<[A-Z]|version |SOGo watchdog|listening on|notified the watchdog|vmem size check)/;
