import type { Event, Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { indexOfOnly, isQueueId, netServerLine, NOTHING, notice, startsWithOne } from './fields.ts';

/**
 * amavis (amavisd-new): `(session) Passed CLEAN {RelayedInbound}, [ip]:port [ip] <s> -> <r>,<r>, quarantine: k, Queue-ID: q,
 * Message-ID: <m>, mail_id: i, Hits: 1.3, size: 920, queued_as: q, 336 ms` ($log_templ).
 *
 * Lines over about 1000 bytes are split: `...` ends the first part and starts the next. The first part gives the verdict with
 * what it has; the others are understood and give nothing, since a parser keeps no state to join them.
 */
export const amavis: Parser = {
  name: 'amavis',
  reads: ({ program }) => program === 'amavis' || program === 'amavisd' || program === 'amavisd-new',
  parse: (text) => {
    const session = /^\([0-9A-Za-z-]{3,40}\) /.exec(text);
    if (session === null) return outsideSession(text);
    const at = session[0].length;
    if (text.startsWith('Passed ', at)) return verdict(text, at + 7, 'passed');
    if (text.startsWith('Blocked ', at)) return verdict(text, at + 8, 'blocked');
    if (text.startsWith('(!!)', at)) return notice('error', text);
    if (text.startsWith('(!)', at)) return notice('warning', text);
    // A verdict too, in JSON ($log_templ = '[:report_json]'), which is not read here.
    return text.startsWith('{', at) ? null : NOTHING;
  },
};

/** Without a session amavis talks about its start (decoders, scanners, versions): about a hundred kinds of lines. */
function outsideSession(text: string): readonly Event[] {
  if (text.startsWith('starting. ')) return notice('info', text, 'start');
  if (startsWithOne(text, ['SIGTERM received', 'shutting down'])) return notice('info', text, 'stop');
  if (text.startsWith('SIGHUP received')) return notice('info', text, 'reload');
  if (startsWithOne(text, ['(!!)', 'TROUBLE'])) return notice('error', text);
  if (text.startsWith('(!)')) return notice('warning', text);
  return netServerLine(text) ?? NOTHING;
}

/** Categories by major content category; a minor one may follow (`BAD-HEADER-2`). Longer words first. */
const CATEGORIES: readonly (readonly [string, Verdict['result']])[] = [
  ['INFECTED', 'virus'],
  ['BANNED', 'banned'],
  ['SPAMMY', 'spam'],
  ['SPAM', 'spam'],
  ['CLEAN', 'clean'],
  ['UNCHECKED', 'other'],
  ['BAD-HEADER', 'other'],
  ['OVERSIZED', 'other'],
  ['MTA-BLOCKED', 'other'],
  ['TEMPFAIL', 'other'],
  ['OTHER', 'other'],
];

function verdict(text: string, from: number, action: 'passed' | 'blocked'): readonly Event[] | null {
  const word = /[A-Z]+(?:-[A-Z0-9]+){0,3}/y;
  word.lastIndex = from;
  const [category] = word.exec(text) ?? [];
  const result = CATEGORIES.find(([start]) => category?.startsWith(start) === true)?.[1];
  if (category === undefined || result === undefined) return null;
  const event: Verdict = {
    kind: 'verdict',
    scanner: 'amavis',
    result,
    action: result === 'spam' && action === 'passed' ? 'tagged' : action,
  };
  let at = from + category.length;
  if (result === 'other') event.name = category;
  if (text.startsWith(' (', at)) {
    const end = nameEnd(text, at + 2);
    event.name = text.slice(at + 2, end);
    at = end;
  }
  readEnvelope(event, text, at);
  const mailId = ownMailId(text, at);
  readIds(event, text, at, mailId);
  readTail(event, text, at, mailId);
  return [event];
}

const MAIL_ID = ', mail_id: ';

/** All that $log_short_templ writes from there on. */
const SHORT_TAIL =
  /^, mail_id: [\w+-]{1,20}, Hits: [\d.+-]{1,24}, size: \d{1,12}(?:, pt: \w{1,20})?(?:, queued_as: [^,"]{1,500})?(?:, dkim_(?:sd|new)=[^" ]{0,500}){0,2}, \d{1,9} ms$/;

/**
 * Where amavis' own `mail_id` stands; -1 when that is not sure. The Message-ID before it is a stranger's, and with
 * $log_verbose_templ the subject behind it. A part that was cut off may end before it.
 */
function ownMailId(text: string, from: number): number {
  if (text.endsWith('...')) return -1;
  const only = indexOfOnly(text, MAIL_ID, from);
  if (only >= 0) return only;
  const last = text.lastIndexOf(MAIL_ID);
  return last >= from && text.length - last < TAIL_MAX && SHORT_TAIL.test(text.slice(last)) ? last : -1;
}

/** More than the longest such tail. */
const TAIL_MAX = 2000;

/** The virus, or names of attachments, which a stranger chose and which may hold parentheses. */
function nameEnd(text: string, from: number): number {
  for (const mark of [') {', '), ']) {
    const at = text.indexOf(mark, from);
    if (at >= 0) return at;
  }
  return text.length;
}

/** `<sender> -> <recipient>,<recipient>`; what was cut off, or could be an attachment's name, is left out. */
function readEnvelope(event: Verdict, text: string, from: number): void {
  const arrow = indexOfOnly(text, '> -> <', from);
  const open = text.indexOf(' <', from);
  if (arrow < 0 || open < 0 || open >= arrow + 1) return;
  event.sender = text.slice(open + 2, arrow);
  const recipients: string[] = [];
  let at = arrow + 5;
  while (text[at] === '<') {
    const close = text.indexOf('>', at);
    if (close < 0) break;
    recipients.push(text.slice(at + 1, close));
    at = text[close + 1] === ',' && text[close + 2] === '<' ? close + 2 : text.length;
  }
  if (recipients.length > 0) event.recipients = recipients;
}

/**
 * Attachment names and the sender stand before the queue id, the Message-ID after it, and all are a stranger's text: a mark
 * that stands there twice is not read. Joining the wrong message is worse than joining none.
 */
function readIds(event: Verdict, text: string, from: number, mailId: number): void {
  const queueAt = indexOfOnly(text, ', Queue-ID: ', from);
  if (queueAt >= 0) {
    const end = text.indexOf(',', queueAt + 12);
    const queueId = end < 0 ? '' : text.slice(queueAt + 12, end);
    if (isQueueId(queueId)) event.queueId = queueId;
  }
  const idAt = indexOfOnly(text, ', Message-ID: <', from);
  if (idAt < 0 || mailId < idAt) return;
  const resent = text.indexOf('>, Resent-Message-ID: ', idAt);
  const end = resent >= 0 && resent < mailId ? resent : text.lastIndexOf('>', mailId);
  if (end > idAt + 14) event.messageId = text.slice(idAt + 15, end);
}

const HITS = ', Hits: ';
/** In the template's order: the subject may stand behind it. Of several queue ids, joined by `/`, the first. */
const RESULT = /, Hits: ([^,]{1,24})(?:, size: (\d{1,15}))?(?:, pt: [^,]{1,20})?(?:, queued_as: ([0-9A-Za-z]*))?/y;

/** What amavis writes after its `mail_id`, or before 2.4, which had none, where the mark stands once. */
function readTail(event: Verdict, text: string, from: number, mailId: number): void {
  if (mailId < 0 && (text.endsWith('...') || text.includes(MAIL_ID))) return;
  const hits = mailId < 0 ? indexOfOnly(text, HITS, from) : text.indexOf(HITS, mailId);
  if (hits < 0) return;
  RESULT.lastIndex = hits;
  const [, score = '', size, queuedAs = ''] = RESULT.exec(text) ?? [];
  if (/^-?\d{1,6}(?:\.\d{1,6})?$/.test(score)) event.score = Number(score);
  if (size !== undefined) event.size = Number(size);
  if (isQueueId(queuedAs)) event.nextQueueId = queuedAs;
}
