import type { Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { netServerLine, NOTHING, notice, startsWithOne, unbracket } from './fields.ts';

/** spampd, an SMTP proxy around SpamAssassin: `identified spam <m> (9.1/5.0) from <s> for <r> ORCPT=.. in 0.5s, 920 bytes.` It tags. */
export const spampd: Parser = {
  name: 'spampd',
  reads: ({ program }) => program === 'spampd',
  parse: (text) => {
    const spam = text.startsWith('identified spam ');
    if (!spam && !text.startsWith('clean message ')) {
      if (startsWithOne(text, ['ERROR', 'WARNING', 'Error'])) return notice('error', text);
      return netServerLine(text) ?? (startsWithOne(text, QUIET) ? NOTHING : null);
    }
    const start = spam ? 16 : 14;
    // The Message-ID may forge the words after it; the last score is spampd's.
    const fromAt = text.lastIndexOf(') from <');
    const open = text.lastIndexOf(' (', fromAt);
    const score = fromAt < 0 ? undefined : /^(-?\d{1,6}(?:\.\d{1,6})?)\//.exec(text.slice(open + 2, fromAt))?.[1];
    const event: Verdict = { kind: 'verdict', scanner: 'spampd', result: spam ? 'spam' : 'clean', action: spam ? 'tagged' : 'passed' };
    const size = /, (\d{1,12}) bytes\.\s*$/.exec(text.slice(-48))?.[1];
    if (size !== undefined) event.size = Number(size);
    if (score === undefined) return [event];
    event.score = Number(score);
    const messageId = unbracket(text.slice(start, open));
    if (messageId !== '' && messageId !== '(unknown)') event.messageId = messageId;
    const to = text.indexOf('> for <', fromAt);
    const end = text.indexOf('>', to + 7);
    if (to < 0 || end < 0) return [event];
    event.sender = text.slice(fromAt + 8, to);
    event.recipients = [text.slice(to + 7, end)];
    return [event];
  },
};

const QUIET = [
  'processing message ',
  'skipped large message ',
  'Initializing ',
  'Child ',
  'Parent ',
  'config: ',
  'dns: ',
  'Using ',
  'SpamPD ',
] as const;
