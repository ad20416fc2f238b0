import type { Event, Policy } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress, splitQueueId, startsWithOne, unbracket } from './fields.ts';

const TAGS = new Set(['policyd-spf', 'policy-spf', 'postfix-policyd-spf-python', 'postfix-policyd-spf-perl']);

/**
 * SPF policy services for Postfix: policyd-spf (Python) and policy-spf (Perl). A line begins with the queue id and `: `; the id is
 * empty before DATA.
 */
export const policydSpf: Parser = {
  name: 'policyd-spf',
  reads: ({ program }) => TAGS.has(program),
  parse: (line) => {
    const { queueId, rest } = splitQueueId(line);
    const text = rest.startsWith(': ') ? rest.slice(2) : rest;
    const events = parseAnswer(text);
    const [event] = events ?? [];
    if (queueId !== '' && event?.kind === 'policy') event.queueId = queueId;
    return events;
  },
};

function parseAnswer(text: string): readonly Event[] | null {
  if (text.startsWith('prepend Received-SPF: ')) return received(text, 22, text.indexOf(' client-ip='));
  if (text.startsWith('prepend Authentication-Results: ')) return authenticationResults(text);
  // Header_Type = None: what would have been prepended.
  if (text.startsWith(UNPREPENDED)) return parseAnswer(`prepend ${text.slice(UNPREPENDED.length)}`);
  if (text.startsWith('defer_if_permit ')) return refused(text, 'temperror');
  if (text.startsWith('Policy action=PREPEND Received-SPF: ')) return received(text, 36, text.lastIndexOf(' client-ip='));
  if (/^[45]\d\d /.test(text)) return refused(text, 'fail');
  if (text.startsWith('Policy action=5') || text.startsWith('Policy action=4')) return refused(text.slice(14), 'fail');
  if (/^[A-Za-z]{4,9}; identity=/.test(text)) return received(text, 0, text.indexOf(' client-ip='));
  if (startsWithOne(text, ['ERROR', 'Error', 'Traceback', 'Unknown parameter'])) return notice('error', text);
  return startsWithOne(text, QUIET) ? NOTHING : null;
}

const UNPREPENDED = 'Header field not prepended: ';
const QUIET = [
  'Policy action=',
  'SPF ',
  'Action: ',
  'spfcheck: ',
  'Read line: ',
  'Found the end of entry',
  'Config: ',
  'Cached data for ',
  'Starting',
  'Normal exit',
  'Interrupted',
  'skipped',
  'X-Comment: ',
  'prepend X-Comment: ',
  'Whitelist',
  'dunno',
  '_get_resultcodes',
  'Testing ',
  'Attempting ',
  'handler ',
] as const;

const RESULTS = new Set(['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror']);

/** `Pass (mailfrom) identity=mailfrom; client-ip=a; helo=h; envelope-from=s; receiver=r`; Perl writes the fields in another order. */
function received(text: string, from: number, clientAt: number): readonly Event[] | null {
  const word = /[A-Za-z]{4,9}/y;
  word.lastIndex = from;
  const result = (word.exec(text)?.[0] ?? '').toLowerCase();
  return RESULTS.has(result) ? [policy(result, text, clientAt)] : null;
}

/** `prepend Authentication-Results: h; spf=pass (..) smtp.mailfrom=d (client-ip=a; helo=h; envelope-from=s; receiver=r)`. */
function authenticationResults(text: string): readonly Event[] | null {
  const result = /^[^;]{1,300}; spf=([a-z]{4,9}) /.exec(text.slice(0, 400))?.[1] ?? '';
  return RESULTS.has(result) ? [policy(result, text, text.indexOf('(client-ip='))] : null;
}

function policy(result: string, text: string, clientAt: number): Policy {
  const event: Policy = { kind: 'policy', check: 'spf', result };
  if (clientAt >= 0) {
    const ip = readAddress(/^[0-9A-Fa-f:.]{2,45}/.exec(text.slice(clientAt + 11, clientAt + 60))?.[0] ?? '');
    if (ip !== undefined) event.clientIp = ip;
  }
  const senderAt = text.indexOf(' envelope-from=');
  const receiverAt = text.lastIndexOf('; receiver=');
  const end = receiverAt > senderAt ? receiverAt : text.indexOf(';', senderAt);
  if (senderAt >= 0 && end > senderAt) event.sender = unquote(text.slice(senderAt + 15, end));
  return event;
}

const unquote = (text: string): string =>
  unbracket(text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text);

/**
 * `550 5.7.23 Message rejected due to: SPF fail - not authorized. Please see http://..?s=mfrom;id=s;ip=a;r=d`. The reason may be the
 * words of the sender's domain (RFC 7208, `exp=`), which do not make a pass of it; the address of the page is the last.
 */
function refused(text: string, otherwise: string): readonly Event[] {
  const word = /SPF ([a-z]{4,9})/i.exec(text.slice(0, 200))?.[1]?.toLowerCase() ?? '';
  const event: Policy = { kind: 'policy', check: 'spf', result: word !== 'pass' && RESULTS.has(word) ? word : otherwise };
  const idAt = text.indexOf(';id=', Math.max(0, text.lastIndexOf(' Please see http')));
  const ipAt = text.lastIndexOf(';ip=');
  if (idAt < 0 || ipAt < idAt) return [event];
  event.sender = text.slice(idAt + 4, ipAt);
  const ip = readAddress(text.slice(ipAt + 4, endOr(text, text.indexOf(';', ipAt + 4))));
  if (ip !== undefined) event.clientIp = ip;
  return [event];
}

const endOr = (text: string, at: number): number => (at < 0 ? text.length : at);
