import type { Parser } from '../src/model/parser.ts';
import { NOTHING, readAddress } from './fields.ts';

/** DSPAM with TrackSources: `spam detected from 192.0.2.9`, `innocent message from 192.0.2.9` (dspam.c). */
export const dspam: Parser = {
  name: 'dspam',
  reads: ({ program }) => program === 'dspam',
  parse: (text) => {
    if (text.startsWith('spam detected from ')) return [{ kind: 'verdict', scanner: 'dspam', result: 'spam', action: 'tagged' }];
    if (text.startsWith('innocent message from ') && readAddress(text.slice(22).trimEnd()) !== undefined) {
      return [{ kind: 'verdict', scanner: 'dspam', result: 'clean', action: 'passed' }];
    }
    return /^(?:DSPAM|Daemon|query error|Unable|bailing|Client|Connection|Received|Delivery|Signature|Creating|Daemon process)/.test(text)
      ? NOTHING
      : null;
  },
};
