import type { Event, Transition } from '../../src/model/event.ts';
import type { Parser } from '../../src/model/parser.ts';
import { commonLine, NOTHING } from './notice.ts';
import { leadingQueueId } from './queue-id.ts';
import { daemons } from './tag.ts';
import { matches } from './scan.ts';

/** The administrator's hand in the queue (postsuper.c). */
export const postsuper: Parser = {
  name: 'postfix/postsuper',
  reads: daemons('postsuper'),
  parse,
};

const WORDS: Readonly<Record<string, Transition['kind']>> = {
  removed: 'removed',
  requeued: 'requeued',
  'placed on hold': 'held',
  'released from hold': 'released',
};

/** The sums at the end of a run, and repairs of the queue's structure. */
const SUMS = /^(?:Deleted|Requeued|Placed on hold|Released from hold|Force-expired|Renamed to match inode number): \d+ message/;
const REPAIRS = ['removed file ', 'renamed file ', 'remove subdirectory ', 'remove directory '] as const;

function parse(text: string): readonly Event[] | null {
  const end = leadingQueueId(text);
  if (end > 0) {
    const word = text.slice(end + 2, end + 40);
    const kind = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    if (kind !== undefined) return [{ kind, queueId: text.slice(0, end), by: 'postsuper' }];
    // `postsuper -e` only marks the message: it ends by qmgr's `status=force-expired`, which is where it counts.
    return word === 'expired' ? NOTHING : null;
  }
  if (SUMS.test(text) || REPAIRS.some((start) => matches(text, start, 0))) return NOTHING;
  return commonLine(text);
}
