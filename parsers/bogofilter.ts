import type { Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING } from './fields.ts';

/** bogofilter -l: `X-Bogosity: Spam, spamicity=0.999, version=1.2.5` (log_header_format), `register-s, 92 words, 1 messages`. */
export const bogofilter: Parser = {
  name: 'bogofilter',
  reads: ({ program }) => program === 'bogofilter',
  parse: (text) => {
    if (text.startsWith('register-') || text.startsWith('unregister-')) return NOTHING;
    const [, word] = /^(?:X-Bogosity: )?(Spam|Ham|Unsure|Yes|No), /.exec(text) ?? [];
    if (word === undefined) return null;
    const spam = word === 'Spam' || word === 'Yes';
    const clean = word === 'Ham' || word === 'No';
    const event: Verdict = {
      kind: 'verdict',
      scanner: 'bogofilter',
      result: spam ? 'spam' : clean ? 'clean' : 'other',
      action: spam ? 'tagged' : 'passed',
    };
    if (word === 'Unsure') event.name = 'Unsure';
    const score = /, spamicity=(\d{1,2}(?:\.\d{1,12})?)/.exec(text.slice(0, 200))?.[1];
    if (score !== undefined) event.score = Number(score);
    return [event];
  },
};
