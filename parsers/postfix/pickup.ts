import type { Accepted, Event } from '../../src/model/event.ts';
import type { Parser } from '../../src/model/parser.ts';
import { commonLine } from './notice.ts';
import { leadingQueueId, queueIdEnd } from './queue-id.ts';
import { daemons } from './tag.ts';
import { matches } from './scan.ts';

/** Mail from local programs (sendmail, postdrop), and requeued mail. */
export const pickup: Parser = {
  name: 'postfix/pickup',
  reads: daemons('pickup'),
  parse,
};

/** pickup.c: `ID: uid=n from=<sender>`, and ` orig_id=ID` for a file that postsuper -r put there. */
function parse(text: string): readonly Event[] | null {
  const end = leadingQueueId(text);
  if (end === 0) return commonLine(text);
  const from = matches(text, 'uid=', end + 2) ? text.indexOf(' from=<', end + 6) : -1;
  if (from < 0 || from - end > 20) return null;
  const uid = Number(text.slice(end + 6, from));
  // The sender may hold anything, so the rest is read from the line's end.
  const last = text.lastIndexOf('>');
  if (!Number.isInteger(uid) || last < from + 7) return null;
  const event: Accepted = { kind: 'accepted', queueId: text.slice(0, end), method: 'pickup', uid, sender: text.slice(from + 7, last) };
  if (matches(text, ' orig_id=', last + 1)) {
    const origin = queueIdEnd(text, last + 10);
    if (origin > last + 10 && origin === text.length) event.originQueueId = text.slice(last + 10);
  }
  return [event];
}
