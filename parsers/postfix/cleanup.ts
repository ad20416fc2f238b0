import type { Event, Transition } from '../../src/model/event.ts';
import type { Parser, Tag } from '../../src/model/parser.ts';
import { readCheck } from './cleanup-check.ts';
import { readClient } from './client.ts';
import { readDelivery } from './delivery-line.ts';
import { commonLine, NOTHING } from './notice.ts';
import { leadingQueueId } from './queue-id.ts';
import { readRefusal, stageOf } from './refusal.ts';
import { daemons } from './tag.ts';
import { codeAt, matches } from './scan.ts';

/** cleanup(8): writes the queue file, and applies milters and header and body checks. */
export const cleanup: Parser = {
  name: 'postfix/cleanup',
  reads: daemons('cleanup'),
  parse,
};

const MESSAGE_ID = 'message-id=';

/**
 * Since Postfix 3.10 the end of a queue file that qmgr never sees (cleanup_api.c cleanup_flush()): the transaction was not
 * completed, or something said DISCARD. `canceled` alone is what snapshots of November 2024 wrote.
 */
const ENDS: Readonly<Record<string, Transition['kind']>> = {
  'removed (canceled)': 'cancelled',
  'removed (discarded)': 'removed',
  canceled: 'cancelled',
};
/** One more than the longest, so that a longer text is none of them. */
const END_MAX = 20;

function parse(text: string, tag: Tag): readonly Event[] | null {
  const end = leadingQueueId(text);
  if (end === 0) return commonLine(text);
  const at = end + 2;
  if (matches(text, MESSAGE_ID, at)) {
    return [{ kind: 'identified', queueId: text.slice(0, end), messageId: bare(text, at + MESSAGE_ID.length) }];
  }
  const queueId = text.slice(0, end);
  if (matches(text, 'milter-', at)) return readMilter(text, at, queueId);
  if (matches(text, 'resent-message-id=', at)) return NOTHING;
  if (matches(text, 'to=', at)) {
    // Address expansion failed: cleanup bounces by itself (cleanup_bounce.c).
    const event = readDelivery(text, queueId, at, tag.program);
    return event === undefined ? null : [event];
  }
  const words = text.slice(at, at + END_MAX);
  const kind = Object.hasOwn(ENDS, words) ? ENDS[words] : undefined;
  if (kind !== undefined) return [{ kind, queueId, by: 'cleanup' }];
  if (matches(text, 'status=deferred (', at)) return NOTHING;
  return readCheck(text, at, queueId);
}

/** Header values are cut anywhere and need not have brackets. */
function bare(text: string, from: number): string {
  const isBracketed = codeAt(text, from) === 60 && codeAt(text, text.length - 1) === 62;
  return isBracketed ? text.slice(from + 1, -1) : text.slice(from);
}

/** `milter-reject: END-OF-MESSAGE from client: 5.7.1 text; context` (cleanup_milter.c): the SMTP code is cut off. */
function readMilter(text: string, at: number, queueId: string): readonly Event[] | null {
  const colon = text.indexOf(': ', at);
  const action = text.slice(at + 7, colon);
  if (action !== 'reject' && action !== 'discard' && action !== 'hold') return readCheck(text, at, queueId);
  const from = text.indexOf(' from ', colon);
  if (from < 0 || from - colon > 32) return null;
  const client = readClient(text, from + 6);
  if (client === undefined || !matches(text, ': ', client.end)) return null;
  const kind = action === 'discard' ? 'discarded' : 'rejected';
  const stage = stageOf(text.slice(colon + 2, from));
  const refusal = readRefusal({ kind, queueId, source: 'milter', stage, client }, text, client.end + 2);
  return action === 'hold' ? [{ kind: 'held', queueId, by: 'cleanup', text: refusal.text }] : [refusal];
}
