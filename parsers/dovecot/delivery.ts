import type { Event, Stored } from '../../src/model/event.ts';
import { indexOfOnly, NOTHING, unbracket } from '../fields.ts';

/** 2.2's LMTP puts its session id first: `vwQ8DCqjqlqdHgAAwl8aWQ:2: sieve: msgid=...`. */
const MSGID = /(?:[A-Za-z0-9+/]{16,40}(?::[A-Z]?\d{1,6}){0,4}: )?(?:sieve: )?msgid=/y;

/**
 * What LMTP, LDA and Sieve say of a message: `msgid=<..>: saved mail to INBOX`. deliver_log_format can put more around the
 * message-id: iRedMail has `from=a, envelope_sender=a, subject=s, msgid=<..>, size=n, delivery_time=nms, saved mail to INBOX`.
 * The subject is a stranger's, so the mark counts where it stands once; where none does, only the folder is read.
 */
export function readDelivery(who: string, message: string): readonly Event[] | null {
  MSGID.lastIndex = 0;
  const isFirst = MSGID.test(message);
  const mark = isFirst ? -1 : indexOfOnly(message, MARK);
  const start = isFirst ? MSGID.lastIndex : mark + MARK.length;
  const id = isFirst || mark >= 0 ? readMessageId(message, start) : undefined;
  if (id !== undefined) return stored(who, message.slice(start, id.end), message.slice(id.words));
  const custom = Math.max(message.lastIndexOf(`: ${SAVED}`), message.lastIndexOf(`: ${FILED}`));
  if (custom >= 0) return stored(who, '', message.slice(custom + 2));
  return isFirst ? null : NOTHING;
}

const MARK = ' msgid=';
const SAVED = 'saved mail to ';
const FILED = "stored mail into mailbox '";
const OPEN_FAILED = 'save failed to open mailbox ';

/** What stands between the message-id and the words: numbers of Dovecot's own, and nothing that a stranger chose. */
const BETWEEN = />(?:,? (?:v?size|(?:session|delivery)(?:_time)?)=\d{1,15}(?:ms)?)*[:,] /y;

/**
 * A message-id is a stranger's text and may forge words of ours (Dovecot takes the quotes off `<"x>: discarded"@y>`), with
 * another message's id before them. So the last words that are known count. Where a remote server's reply or a mailbox' name
 * forges them, the id that comes of it is nobody's.
 */
function readMessageId(message: string, start: number): { readonly end: number; readonly words: number } | undefined {
  if (message[start] !== '<') {
    const end = message.indexOf(': ', start);
    return end < 0 || wordsAt(message, end + 2) === undefined ? undefined : { end, words: end + 2 };
  }
  for (let at = message.lastIndexOf('>'); at > start; at = message.lastIndexOf('>', at - 1)) {
    BETWEEN.lastIndex = at;
    if (!BETWEEN.test(message)) continue;
    const words = BETWEEN.lastIndex;
    if (wordsAt(message, words) !== undefined) return { end: at + 1, words };
  }
  return undefined;
}

/** Pigeonhole puts the action's name before the words since 0.5: `fileinto action: stored mail into mailbox 'Junk'`. */
const ACTION = /(?:[a-z]{1,20} action: )?/y;

const WORDS: readonly (readonly [string, Stored['action'] | 'nothing'])[] = [
  [SAVED, 'stored'],
  [FILED, 'stored'],
  [OPEN_FAILED, 'failed'],
  ['save failed to ', 'failed'],
  ['failed to store into mailbox ', 'failed'],
  ['failed to redirect message to ', 'failed'],
  ['rejected', 'rejected'],
  ['forwarded to ', 'forwarded'],
  ['piped message to ', 'forwarded'],
  ['marked message to be discarded', 'discarded'],
  ['Marked message to be discarded', 'discarded'],
  ['discarded duplicate ', 'nothing'],
  ['discarded vacation ', 'nothing'],
  ['discarding vacation ', 'nothing'],
  ['not sending ', 'nothing'],
  ['not forwarding ', 'nothing'],
  ['vacation action aborted', 'nothing'],
  ['reject action aborted', 'nothing'],
  ['store into mailbox ', 'nothing'],
  ['sent mail notification', 'nothing'],
  ['executed program', 'nothing'],
  ['left message in mailbox ', 'nothing'],
  ['discarded', 'discarded'],
  ['sent vacation response to ', 'replied'],
];

interface Words {
  readonly start: string;
  readonly action: Stored['action'] | 'nothing';
  /** Where the words stand, after the action's name. */
  readonly at: number;
}

function wordsAt(message: string, from: number): Words | undefined {
  ACTION.lastIndex = from;
  const at = ACTION.test(message) ? ACTION.lastIndex : from;
  const found = WORDS.find(([start]) => message.startsWith(start, at));
  return found === undefined ? undefined : { start: found[0], action: found[1], at };
}

function stored(who: string, messageId: string, message: string): readonly Event[] | null {
  const found = wordsAt(message, 0);
  if (found === undefined) return null;
  const { start, action } = found;
  const words = message.slice(found.at);
  if (action === 'nothing') return NOTHING;
  const event: Stored = { kind: 'stored', action };
  const id = unbracket(messageId);
  if (id !== '') event.messageId = id;
  const recipient = who.replace(/^\d{1,10}(?:, |$)/, '');
  if (recipient !== '') event.recipient = recipient;
  const folder = folderIn(words, start);
  if (folder !== '') event.folder = folder;
  return [event];
}

function folderIn(words: string, start: string): string {
  if (start === SAVED) return words.slice(start.length);
  if (start === FILED) return words.slice(start.length, Math.max(start.length, words.lastIndexOf("'")));
  if (start === OPEN_FAILED || start === 'save failed to ') return words.slice(start.length, endOr(words, words.indexOf(': ')));
  return '';
}

const endOr = (text: string, at: number): number => (at < 0 ? text.length : at);
