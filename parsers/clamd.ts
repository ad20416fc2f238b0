import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, startsWithOne } from './fields.ts';

/**
 * clamd and freshclam. `<path>: NAME FOUND` is no verdict: clamd does not know the message, and the program that asked it
 * (amavis, clamsmtpd, clamav-milter, rspamd) logs the same with its ids.
 */
export const clamd: Parser = {
  name: 'clamd',
  reads: ({ program }) => program === 'clamd' || program === 'freshclam' || program === 'clamd@scan',
  parse: (text) => {
    if (text.endsWith(' FOUND')) return NOTHING;
    if (text.startsWith('clamd daemon ') || text.startsWith('freshclam daemon ')) return notice('info', text, 'start');
    if (text.startsWith('--- Stopped at ')) return notice('info', text, 'stop');
    if (text.startsWith('WARNING: ') || text.startsWith('^')) return notice('warning', text);
    if (startsWithOne(text, ['ERROR: ', '!', 'Can'])) return notice('error', text);
    return NOTHING;
  },
};
