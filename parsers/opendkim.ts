import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, splitQueueId, startsWithOne } from './fields.ts';

/** OpenDKIM: `QID: text`. Signing and verifying give a result; with LogWhy four more lines a message say why not, and are quiet. */
export const opendkim: Parser = {
  name: 'opendkim',
  reads: ({ program }) => program === 'opendkim',
  parse: (line) => {
    const { queueId, rest: text } = splitQueueId(line);
    if (queueId === '') {
      if (text.startsWith('OpenDKIM Filter v')) return notice('info', text, text.includes(' terminating ') ? 'stop' : 'start');
      if (text.startsWith('OpenDKIM Filter: ')) return notice('info', text);
      if (startsWithOne(text, ['configuration reloaded', 'reloading configuration'])) return notice('info', text, 'reload');
      if (text.startsWith('WARNING: ')) return notice('warning', text);
      if (startsWithOne(text, FAULTS)) return notice('error', text);
      if (/^[0-9A-Za-z]{5,20} ignoring signature from /.test(text)) return NOTHING;
      return startsWithOne(text, QUIET) ? NOTHING : null;
    }
    const result = RESULTS.find(([start]) => text.startsWith(start))?.[1];
    if (result !== undefined) return [{ kind: 'policy', check: 'dkim', result, queueId }];
    if (startsWithOne(text, ['key data is not secure', "can't load key"])) return notice('error', line);
    return NOTHING;
  },
};

const RESULTS: readonly (readonly [string, string])[] = [
  ['DKIM-Signature field added', 'signed'],
  ['DKIM-Signature header added', 'signed'],
  ['DKIM verification successful', 'pass'],
  ['bad signature data', 'fail'],
  ['signature verification failed', 'fail'],
  ['no signature data', 'none'],
  ['key retrieval failed', 'temperror'],
];

const FAULTS = ["can't ", 'dkim_', 'smfi_', 'error ', '/', 'key data is not secure', 'failed '] as const;
const QUIET = [
  // Of mail for which Postfix has no queue id yet.
  '(unknown-jobid)',
  'trying ',
  'mlfi_',
  'configuration ',
  'signing table',
  'ignoring ',
  'connection ',
  'mode select',
  'timeout ',
  'additional ',
] as const;
