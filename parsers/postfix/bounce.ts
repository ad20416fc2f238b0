import type { Event, Notification } from '../../src/model/event.ts';
import type { Parser } from '../../src/model/parser.ts';
import { commonLine, NOTHING } from './notice.ts';
import { leadingQueueId, queueIdEnd } from './queue-id.ts';
import { daemons } from './tag.ts';
import { matches } from './scan.ts';

/** bounce(8), which also runs as defer and trace. */
export const bounce: Parser = {
  name: 'postfix/bounce',
  reads: daemons('bounce', 'defer', 'trace'),
  parse,
};

/** bounce_notify_service.c, bounce_warn_service.c, bounce_trace_service.c, bounce_one_service.c, bounce_notify_verp.c. */
const NOTIFICATIONS: readonly (readonly [string, Notification['about']])[] = [
  ['sender non-delivery notification: ', 'bounce'],
  ['sender delay notification: ', 'delay'],
  ['sender delivery status notification: ', 'success'],
  ['postmaster non-delivery notification: ', 'bounce'],
  ['postmaster delay notification: ', 'delay'],
];

function parse(text: string): readonly Event[] | null {
  const end = leadingQueueId(text);
  if (end === 0) return commonLine(text) ?? (matches(text, 'not sending trace/success notification', 0) ? NOTHING : null);
  const at = end + 2;
  for (const [start, about] of NOTIFICATIONS) {
    if (!matches(text, start, at)) continue;
    const id = at + start.length;
    const idEnd = queueIdEnd(text, id);
    if (idEnd === id || idEnd !== text.length) return null;
    return [{ kind: 'notification', queueId: text.slice(0, end), notificationQueueId: text.slice(id), about }];
  }
  // Postfix 3.11: the notification could not be queued.
  if (matches(text, 'sender notification failed to ', at)) return [{ kind: 'notice', severity: 'warning', text }];
  if (matches(text, 'not sending ', at) || matches(text, 'no trace file', at) || matches(text, 'status=deferred (', at)) return NOTHING;
  return null;
}
