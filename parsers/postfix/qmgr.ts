import type { Event } from '../../src/model/event.ts';
import type { Parser, Tag } from '../../src/model/parser.ts';
import { readDelivery } from './delivery-line.ts';
import { commonLine, NOTHING } from './notice.ts';
import { leadingQueueId } from './queue-id.ts';
import { daemons } from './tag.ts';
import { codeAt, matches } from './scan.ts';

/** The queue manager, under its names: oqmgr is the one of before Postfix 2.0, nqmgr the present one's earlier name. */
export const qmgr: Parser = {
  name: 'postfix/qmgr',
  reads: daemons('qmgr', 'oqmgr', 'nqmgr'),
  parse,
};

function parse(text: string, tag: Tag): readonly Event[] | null {
  const end = leadingQueueId(text);
  if (end === 0) return commonLine(text);
  const at = end + 2;
  switch (codeAt(text, at)) {
    case 114:
      if (text.length === at + 7 && text.endsWith('removed')) return [{ kind: 'removed', queueId: text.slice(0, end), by: 'qmgr' }];
      return null;
    case 102:
      return matches(text, 'from=', at) ? readSender(text, end) : null;
    case 116: {
      // qmgr defers and bounces by itself when a transport is broken or an address loops (qmgr_deliver.c, qmgr_message.c).
      const event = matches(text, 'to=', at) ? readDelivery(text, text.slice(0, end), at, tag.program) : undefined;
      return event === undefined ? null : [event];
    }
    default:
      if (matches(text, 'skipped, still being delivered', at) || matches(text, 'status=deferred (', at)) return NOTHING;
      return null;
  }
}

const ACTIVE = ' (queue active)';
const RETURNED = ', returned to sender';

/** `from=<s>, size=n, nrcpt=n (queue active)` or `from=<s>, status=expired, returned to sender`: the sender may hold either, so the end decides. */
function readSender(text: string, end: number): readonly Event[] | null {
  if (text.endsWith(ACTIVE)) {
    const nrcpt = text.lastIndexOf(', nrcpt=');
    const size = nrcpt < 0 ? -1 : text.lastIndexOf(', size=', nrcpt);
    if (size < end + 7) return null;
    const recipients = readCount(text, nrcpt + 8, text.length - ACTIVE.length);
    const bytes = readCount(text, size + 7, nrcpt);
    if (recipients < 0 || bytes < 0) return null;
    return [{ kind: 'queued', queueId: text.slice(0, end), sender: address(text, end + 7, size), size: bytes, recipients }];
  }
  if (text.endsWith(RETURNED)) {
    const status = text.lastIndexOf(', status=');
    const word = text.slice(status + 9, -RETURNED.length);
    if (status < end + 7 || (word !== 'expired' && word !== 'force-expired')) return null;
    return [{ kind: 'expired', queueId: text.slice(0, end), by: 'qmgr', sender: address(text, end + 7, status) }];
  }
  return null;
}

/** Without its brackets, which very old versions do not write. */
const address = (text: string, from: number, to: number): string =>
  codeAt(text, from) === 60 && codeAt(text, to - 1) === 62 ? text.slice(from + 1, to - 1) : text.slice(from, to);

/** Digits only; -1 for anything else. */
function readCount(text: string, from: number, to: number): number {
  if (to <= from || to - from > 15) return -1;
  let count = 0;
  for (let p = from; p < to; p++) {
    const code = codeAt(text, p);
    if (code < 48 || code > 57) return -1;
    count = count * 10 + (code - 48);
  }
  return count;
}
