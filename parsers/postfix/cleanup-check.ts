import type { Event, Refusal, RefusalSource } from '../../src/model/event.ts';
import { readClient, type Client } from './client.ts';
import { addressEnd, type Envelope } from './envelope.ts';
import { makeRefusal } from './refusal.ts';
import { readReply } from './reply.ts';
import { codeAt, matches } from './scan.ts';

/** cleanup_message.c's actions; with `milter-header-` before them they come from milter_header_checks (cleanup_milter.c). */
const ACTIONS: Readonly<Record<string, Refusal['kind'] | 'held'>> = {
  reject: 'rejected',
  discard: 'discarded',
  filter: 'filtered',
  redirect: 'filtered',
  bcc: 'filtered',
  hold: 'held',
  warning: 'warned',
  info: 'warned',
  prepend: 'warned',
  replace: 'warned',
  strip: 'warned',
};

/** The longest piece of a header or body line that cleanup logs, in bytes (cleanup_act_log()). */
const CONTENT_MAX = 200;

/**
 * `action: header Subject: content from client; from=<s> to=<r> proto=ESMTP helo=<h>: text`.
 *
 * The content is the sender's and may hold all of this; it is cut after 200 bytes. The sender's address and HELO behind it
 * may hold all of it too: where more than one place can be the content's end, nobody is named.
 */
export function readCheck(text: string, at: number, queueId: string): readonly Event[] | null {
  const colon = text.indexOf(': ', at);
  if (colon < 0 || colon - at > 28) return null;
  let action = text.slice(at, colon);
  const isMilterCheck = action.startsWith('milter-header-');
  if (isMilterCheck) action = action.slice(14);
  const kind = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  const start = colon + 2;
  if (kind === undefined) return null;
  if (action === 'reject' && matches(text, 'mime-error ', start)) return [readMimeError(text, start, queueId)];

  const source = sourceOf(text, start);
  if (source === undefined) return null;
  const origin = readOrigin(text, start);
  const content = text.slice(start, origin?.at);
  const own = origin?.own ?? '';
  if (kind === 'held') return [{ kind: 'held', queueId, by: 'cleanup', text: own === '' ? content : own }];
  const reply = readReply(own, 0);
  const words = own.slice(reply.textStart);
  const head = { kind, queueId, source, stage: 'eod' as const, client: origin?.client };
  // A rule that only logs has no words of its own; what it found is worth showing.
  return [makeRefusal(head, reply, words, words === '' || kind === 'warned' ? content : words, origin?.envelope ?? {})];
}

function sourceOf(text: string, at: number): RefusalSource | undefined {
  if (matches(text, 'header ', at)) return 'header_check';
  return matches(text, 'body ', at) ? 'body_check' : undefined;
}

interface Origin {
  /** Where the content ends. */
  at: number;
  client: Client | undefined;
  envelope: Envelope;
  /** The rule's own text. */
  own: string;
}

const FROM = ' from ';

function readOrigin(text: string, start: number): Origin | undefined {
  // `header ` or `body ` stands before the content.
  const last = start + 7 + CONTENT_MAX;
  let only: Origin | undefined;
  for (let at = text.indexOf(FROM, start); at >= 0 && at <= last; at = text.indexOf(FROM, at + 1)) {
    const origin = originAt(text, at);
    if (origin === undefined) continue;
    if (only === undefined) only = origin;
    else only = { at: only.at, client: undefined, envelope: {}, own: only.own === origin.own ? only.own : '' };
  }
  return only;
}

/** `name[ip]` or `local`, then `; `, the context, and perhaps `: text`. */
function originAt(text: string, at: number): Origin | undefined {
  const place = at + FROM.length;
  let client: Client | undefined;
  let p: number;
  if (matches(text, 'local;', place)) p = place + 5;
  else {
    client = readClient(text, place);
    if (client === undefined) return undefined;
    p = client.end;
  }
  if (codeAt(text, p) !== 59) return undefined;
  p++;
  const envelope: Envelope = {};
  if (matches(text, ' from=<', p)) {
    const end = addressEnd(text, p + 7);
    if (end < 0) return undefined;
    envelope.sender = text.slice(p + 7, end);
    p = end + 1;
  }
  if (matches(text, ' to=<', p)) {
    const end = addressEnd(text, p + 5);
    if (end < 0) return undefined;
    envelope.recipient = text.slice(p + 5, end);
    p = end + 1;
  }
  if (matches(text, ' proto=', p)) {
    const blank = text.indexOf(' ', p + 7);
    p = blank < 0 ? text.length : blank;
  }
  if (matches(text, ' helo=<', p)) {
    // The client's word may hold `>: `; the rule's text, which the administrator wrote, hardly ever does.
    const last = text.lastIndexOf('>: ');
    const end = last >= p + 7 ? last : text.lastIndexOf('>');
    if (end < p + 7) return undefined;
    envelope.helo = text.slice(p + 7, end);
    p = end + 1;
  }
  if (p !== text.length && !matches(text, ': ', p)) return undefined;
  return { at, client, envelope, own: text.slice(p + 2) };
}

/** `reject: mime-error <error>: <detail> from <origin>; from=<s> to=<r>` (cleanup_message.c cleanup_mime_error_callback()). */
function readMimeError(text: string, start: number, queueId: string): Refusal {
  const origin = readOrigin(text, start);
  const words = text.slice(start, origin?.at);
  const head = { kind: 'rejected' as const, queueId, source: 'cleanup' as const, stage: 'eod' as const, client: origin?.client };
  const refusal = makeRefusal(head, { textStart: 0 }, '', words, origin?.envelope ?? {});
  refusal.reason = 'content';
  return refusal;
}
