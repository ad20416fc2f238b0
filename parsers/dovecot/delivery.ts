import type { Event, Stored } from '../../src/model/event.ts';
import { NOTHING, unbracket } from '../fields.ts';

/** 2.2's LMTP puts its session id first: `vwQ8DCqjqlqdHgAAwl8aWQ:2: sieve: msgid=...`. */
const MSGID = /(?:[A-Za-z0-9+/]{16,40}(?::[A-Z]?\d{1,6}){0,4}: )?(?:sieve: )?msgid=/y;

/**
 * What LMTP, LDA and Sieve say of a message: `msgid=<..>: saved mail to INBOX`. deliver_log_format can put more before the
 * words; then only the folder is read.
 */
export function readDelivery(who: string, message: string): readonly Event[] | null {
  MSGID.lastIndex = 0;
  const found = MSGID.exec(message);
  if (found === null) {
    const custom = Math.max(message.lastIndexOf(`: ${SAVED}`), message.lastIndexOf(`: ${FILED}`));
    return custom < 0 ? NOTHING : stored(who, '', message.slice(custom + 2));
  }
  const start = found[0].length;
  const end = endOfMessageId(message, start);
  return end < 0 ? null : stored(who, message.slice(start, end), message.slice(end + 2));
}

const SAVED = 'saved mail to ';
const FILED = "stored mail into mailbox '";
const OPEN_FAILED = 'save failed to open mailbox ';

/**
 * A message-id is a stranger's text and may forge words of ours. After the words for a mailbox only the mailbox' name
 * follows, so the last of them are Dovecot's; a remote server's reply follows others, so there the first count.
 */
function endOfMessageId(message: string, start: number): number {
  const first = message[start] === '<' ? message.indexOf('>: ', start) + 1 : message.indexOf(': ', start);
  if (first <= 0) return -1;
  const words = message.slice(first + 2);
  if (words.startsWith(SAVED)) return message.lastIndexOf(`: ${SAVED}`);
  if (words.startsWith(FILED)) return message.lastIndexOf(`: ${FILED}`);
  return first;
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

function stored(who: string, messageId: string, message: string): readonly Event[] | null {
  ACTION.lastIndex = 0;
  ACTION.test(message);
  const words = message.slice(ACTION.lastIndex);
  const found = WORDS.find(([start]) => words.startsWith(start));
  if (found === undefined) return null;
  const [start, action] = found;
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
