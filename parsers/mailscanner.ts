import type { Event, Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { isQueueId, NOTHING, notice, readAddress, startsWithOne } from './fields.ts';

/** MailScanner: `Message QID.A1B2C from ip (sender) to domain is spam, SpamAssassin (not cached, score=7.181, required 4, ..)`. */
export const mailscanner: Parser = {
  name: 'mailscanner',
  reads: ({ program }) => program === 'MailScanner',
  parse: (text) => {
    if (text.startsWith('Message ')) return message(text);
    if (text.startsWith('Infected message ')) return infected(text);
    if (text.startsWith('MailScanner ') && text.includes(' starting')) return notice('info', text, 'start');
    if (startsWithOne(text, ['MailScanner child dying', 'MailScanner child caught'])) return NOTHING;
    if (startsWithOne(text, ['Could not ', 'Cannot ', 'Error', 'Commercial scanner', 'Virus scanner'])) return notice('error', text);
    return startsWithOne(text, QUIET) ? NOTHING : null;
  },
};

const QUIET = (
  'New Batch:|Spam Checks:|Virus Scanning:|Virus and Content Scanning:|Content Checks:|Filename Checks:|Filetype Checks:|Other Checks:|MCP Checks:|' +
  'Requeue:|Uninfected:|Unscanned:|Cleaned:|Disinfected:|Deleted |Silent:|Notices:|Spam Actions:|Non-spam Actions:|High-scoring |RBL Checks:|Whitelist|' +
  'Reading configuration|Read |Using |Connected |Config:|Enabling |Expired |Bayes|Batch |SpamAssassin |ClamAV|Clamd::|Found |Logging |Saved |Delivered |' +
  'Skipping |Started |Completed |Sender Address|lock.pl|Looked up|Initialising|Processing|Disabled|Disconnected|Sophos|/|MailScanner '
).split('|');

const queueIdIn = (id: string): string => {
  const bare = id.split('.', 1)[0] ?? '';
  return isQueueId(bare) ? bare : '';
};

/** The sender in the parentheses is a stranger's: what MailScanner says of the message follows the last `) to `. */
function message(text: string): readonly Event[] {
  const found = /^Message ([0-9A-Za-z.-]{5,40}) from ([0-9A-Fa-f:.]{2,45}) \(/.exec(text);
  const to = text.lastIndexOf(') to ');
  if (found === null || to < found[0].length - 1) return NOTHING;
  const what = /^\S{1,1000} is (not )?spam(?:[, ]|$)/.exec(text.slice(to + 5));
  if (what === null) return NOTHING;
  const spam = what[1] === undefined;
  const event: Verdict = { kind: 'verdict', scanner: 'mailscanner', result: spam ? 'spam' : 'clean', action: spam ? 'tagged' : 'passed' };
  const queueId = queueIdIn(found[1] ?? '');
  if (queueId !== '') event.queueId = queueId;
  const ip = readAddress(found[2] ?? '');
  if (ip !== undefined) event.clientIp = ip;
  event.sender = text.slice(found[0].length, to);
  const score = /[( ]score=(-?\d{1,6}(?:\.\d{1,6})?)[,)]/.exec(text.slice(to + 5))?.[1];
  if (score !== undefined) event.score = Number(score);
  return [event];
}

/** `Infected message QID.A1B2C came from ip`. */
function infected(text: string): readonly Event[] {
  const queueId = queueIdIn(/^Infected message ([0-9A-Za-z.-]{5,40}) came from /.exec(text)?.[1] ?? '');
  return [{ kind: 'verdict', scanner: 'mailscanner', result: 'virus', action: 'blocked', ...(queueId === '' ? {} : { queueId }) }];
}
