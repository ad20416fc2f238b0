import type { Event } from '../../src/model/event.ts';
import type { Parser, Tag } from '../../src/model/parser.ts';
import { readClient } from './client.ts';
import { readDelivery } from './delivery-line.ts';
import { commonLine, NOTHING } from './notice.ts';
import { leadingQueueId } from './queue-id.ts';
import { daemons } from './tag.ts';
import { matches } from './scan.ts';

/** The delivery agents: smtp and lmtp, local, virtual, pipe, and error, retry and discard, which deliver nowhere. */
export const delivery: Parser = {
  name: 'postfix/delivery',
  reads: daemons('smtp', 'lmtp', 'relay', 'local', 'virtual', 'pipe', 'error', 'retry', 'discard'),
  parse,
};

function parse(text: string, tag: Tag): readonly Event[] | null {
  const end = leadingQueueId(text);
  if (end > 0) {
    const at = end + 2;
    // log_adhoc.c begins with the recipient; the order is not promised.
    if (matches(text, 'to=', at) || matches(text, 'orig_to=', at) || matches(text, 'relay=', at)) {
      const event = readDelivery(text, text.slice(0, end), at, tag.program);
      return event === undefined ? null : [event];
    }
    return SESSION_STARTS.some((start) => matches(text, start, at)) ? NOTHING : null;
  }
  // smtp_connect.c: one line a host that could not be reached; the deferral follows.
  if (matches(text, 'connect to ', 0)) return NOTHING;
  if (matches(text, 'discarding EHLO keywords', 0)) return NOTHING;
  // smtp_reply_filter (smtp_chat.c): `name[address]:port: replacing server reply "a" with "b"`.
  const server = readClient(text, 0);
  if (server !== undefined && matches(text, ': replacing server reply "', server.end)) return NOTHING;
  return commonLine(text);
}

/** What smtp and lmtp say about a message before its delivery line repeats it (smtp_proto.c, smtp_trouble.c, smtp_sasl_*.c). */
const SESSION_STARTS = [
  'host ',
  'lost connection with ',
  'conversation with ',
  'enabling PIX workarounds',
  'breaking line > ',
  'SASL authentication failed',
  'SASL [CACHED] authentication failed',
  'Cannot start TLS: ',
  'TLS is required',
  'TLSA lookup error',
  'Server certificate not ',
  'mail for ',
  'server ',
  'unable to look up host ',
  'Name service error',
  'Host or domain name not found',
  'status=deferred (',
  'replace: ',
  'prepend: ',
  'ignore: ',
  'strip: ',
  'warning: header',
  'info: header',
  'warning: body',
  'info: body',
  'local data error while talking to ',
] as const;
