import type { Event, Login, LoginService } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress, startsWithOne } from './fields.ts';

/** Perdition, the IMAP and POP3 proxy: `Auth: ip:port->ip:port client-secure=ssl ... authentication_id="u" ... status="ok"`. */
export const perdition: Parser = {
  name: 'perdition',
  reads: ({ program }) => program === 'perdition' || program.startsWith('perdition.'),
  parse: (text) => {
    if (text.startsWith('Auth: ')) return login(text);
    if (startsWithOne(text, ['Fatal', 'Error', 'main: '])) return notice('error', text);
    return startsWithOne(text, ['Connect: ', 'Close: ', 'Exiting', 'Closing']) ? NOTHING : null;
  },
};

/** The names in quotes are a stranger's: what stands behind them is read from the end. */
function login(text: string): readonly Event[] | null {
  const client = /^Auth: ([0-9A-Fa-f:.]{2,45}):\d{1,5}->/.exec(text);
  const status = text.lastIndexOf(' status="');
  const protocol = text.lastIndexOf(' protocol=', status);
  if (client === null || protocol < 0) return null;
  const service: LoginService | undefined = /^(?:imap|pop3|managesieve)/i
    .exec(text.slice(protocol + 10, protocol + 22))?.[0]
    .toLowerCase()
    .replace('managesieve', 'sieve') as LoginService | undefined;
  if (service === undefined) return null;
  const event: Login = { kind: 'login', service, result: text.startsWith('ok', status + 9) ? 'ok' : 'failed', attempts: 1 };
  const secure = / client-secure=(\S{1,20}) /.exec(text.slice(0, 200))?.[1];
  if (secure !== undefined) event.tls = secure !== 'none' && secure !== 'plaintext';
  const from = text.indexOf(' authentication_id="');
  const to = text.lastIndexOf('" server="', protocol);
  if (from >= 0 && to > from + 20) event.user = text.slice(from + 20, to);
  const ip = readAddress(client[1] ?? '');
  if (ip !== undefined) event.ip = ip;
  return [event];
}
