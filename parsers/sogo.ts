import type { Login } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { indexOfOnly, NOTHING, readAddress } from './fields.ts';

/** SOGo (UI/MainUI/SOGoRootPage.m). Its access log's 403 repeats a failed login and is not read. */
export const sogo: Parser = {
  name: 'sogo',
  reads: ({ program }) => program === 'sogod' || program === 'sogo',
  parse: (text) => {
    if (text.startsWith('SOGoRootPage ')) {
      const failed = text.startsWith(FAILED);
      if (!failed && !text.startsWith(SUCCESS)) return NOTHING;
      const start = failed ? FAILED.length : SUCCESS.length;
      const end = text.lastIndexOf(failed ? "' might not have worked" : "' - expire");
      if (text.indexOf(MARK, start) < 0 || end < start) return null;
      const event: Login = { kind: 'login', service: 'webmail', result: failed ? 'failed' : 'ok', attempts: 1 };
      // Both the header before it and the name behind it are a stranger's.
      const mark = indexOfOnly(text, MARK, start, end);
      if (mark < 0) return [event];
      event.user = text.slice(mark + MARK.length, end);
      const ip = clientOf(text.slice(start, mark));
      if (ip !== undefined) event.ip = ip;
      return [event];
    }
    return OTHER.test(text) ? NOTHING : null;
  },
};

/** A network of our own, where proxies are. */
const INSIDE = /^(?:10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe[89ab])/i;

/**
 * Behind proxies it is a list, X-Forwarded-For, to which each adds who spoke to it; it begins with what the client itself sent. So
 * the last address from outside is the client's.
 */
function clientOf(list: string): string | undefined {
  const addresses = list
    .slice(-512)
    .split(',')
    .map((word) => readAddress(word.trim()))
    .filter((address) => address !== undefined);
  return addresses.findLast((address) => !INSIDE.test(address)) ?? addresses[0];
}

const MARK = "' for user '";
const FAILED = "SOGoRootPage Login from '";
const SUCCESS = "SOGoRootPage successful login from '";
/** Access lines, Objective-C objects, `[ERROR] <0x..>`, the watchdog's `|SOGo| starting`. */
const OTHER =
  /^(?:[0-9A-Fa-f:.]{2,45}[ ,]|<0x|\[[A-Z]+\] |\||<[A-Z]|version |SOGo watchdog|listening on|notified the watchdog|vmem size check)/;
