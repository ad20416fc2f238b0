import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, splitQueueId, startsWithOne } from './fields.ts';

const RESULTS = new Set([
  'pass',
  'fail',
  'none',
  'temperror',
  'tempfail',
  'permerror',
  'softfail',
  'neutral',
  'quarantine',
  'reject',
  'accept',
]);

/** OpenDMARC: `QID: from-domain pass` for DMARC, `QID: SPF(mailfrom): domain pass` for its own SPF check. The result is the last word. */
export const opendmarc: Parser = {
  name: 'opendmarc',
  reads: ({ program }) => program === 'opendmarc',
  parse: (line) => {
    const { queueId, rest: text } = splitQueueId(line);
    if (queueId === '') {
      if (text.startsWith('OpenDMARC Filter v')) return notice('info', text, text.includes(' starting') ? 'start' : 'stop');
      if (text.startsWith('WARNING: ')) return notice('warning', text);
      if (startsWithOne(text, ["can't ", 'opendmarc_', 'smfi_', 'error '])) return notice('error', text);
      return startsWithOne(text, QUIET) || /^[0-9A-Za-z]{5,20} (?:ignoring|no |unable|bad)/.test(text) ? NOTHING : null;
    }
    const blank = text.lastIndexOf(' ');
    const result = text.slice(blank + 1).toLowerCase();
    if (blank < 1 || !RESULTS.has(result)) return NOTHING;
    const subject = text.slice(0, blank);
    if (subject.startsWith('SPF(')) return [{ kind: 'policy', check: 'spf', result, queueId }];
    return /^[^ :]+$/.test(subject) ? [{ kind: 'policy', check: 'dmarc', result, queueId }] : NOTHING;
  },
};

const QUIET = [
  // Of mail for which Postfix has no queue id yet.
  '(unknown-jobid)',
  'additional trusted authentication services',
  'implicit authentication service',
  'ignoring connection from ',
  'configuration ',
  'terminating ',
  'trusted ',
] as const;
