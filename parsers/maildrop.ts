import type { Stored } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, startsWithOne } from './fields.ts';

/**
 * maildrop. In syslog it leaves only complaints; Postfix's pipe line tells what became of a message. Its own log (`logfile` in a
 * filter) has records of four lines, `Date:`, `From:`, `Subj:` and `File: <mailbox> (<size>)`, or `!Err:` for the last.
 */
export const maildrop: Parser = {
  name: 'maildrop',
  reads: ({ program }) => program === 'maildrop',
  parse: (text) => {
    if (text.startsWith('File: ')) return [stored(text, 'stored')];
    if (text.startsWith('!Err: ')) return [stored(text, 'failed')];
    if (startsWithOne(text, FAULTS)) return notice('error', text);
    // The rest is what a filter's `log` statements say.
    return NOTHING;
  },
};

const FAULTS = [
  'Unable to ',
  'Cannot ',
  'maildrop: ',
  'ERR: ',
  'ERROR: ',
  'authdaemon',
  'Invalid user',
  'Timeout quota exceeded',
  'maildir over quota',
] as const;

/** The line is padded to 72 columns and ends in the size in parentheses (maildrop/log.C). */
function stored(text: string, action: 'stored' | 'failed'): Stored {
  const folder = text
    .slice(6)
    .replace(/ {0,72}\(\d{1,15}\)$/, '')
    .trimEnd();
  return { kind: 'stored', action, ...(folder === '' ? {} : { folder }) };
}
