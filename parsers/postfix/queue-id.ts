import { codeAt } from './scan.ts';

/**
 * Queue ids as Postfix makes them (global/mail_queue.c, global/safe_ultostr.c): short ones are microseconds and inode in
 * upper-case hex; long ones (enable_long_queue_ids) are base 52, which is digits and letters without vowels.
 */

const HEX = 1;
const BASE52 = 2;

const KINDS = new Uint8Array(128);
function mark(character: string, kind: number): void {
  const code = character.charCodeAt(0);
  KINDS[code] = (KINDS[code] ?? 0) | kind;
}
for (const c of '0123456789ABCDEF') mark(c, HEX);
for (const c of '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz') mark(c, BASE52);

/** Six characters of seconds, four of microseconds, and at least one more for the inode. */
const LONG_ID_MIN = 11;
const SHORT_ID_MIN = 5;
/** The longest that a 64 bit time and inode can give; nothing longer is looked at. */
const ID_MAX = 32;

/** Where the queue id that starts at `from` ends; `from` itself when there is none. */
export function queueIdEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + ID_MAX);
  let kinds = HEX | BASE52;
  let at = from;
  while (at < limit) {
    const code = codeAt(text, at);
    const kind = KINDS[code] ?? 0;
    if (kind === 0) break;
    kinds &= kind;
    at++;
  }
  const length = at - from;
  if (length < SHORT_ID_MIN) return from;
  if ((kinds & HEX) !== 0) return at;
  return (kinds & BASE52) !== 0 && length >= LONG_ID_MIN ? at : from;
}

/** The length of the queue id that a line starts with (`ID: text`); 0 when it starts with something else. */
export function leadingQueueId(text: string): number {
  const end = queueIdEnd(text, 0);
  return end > 0 && codeAt(text, end) === 58 && codeAt(text, end + 1) === 32 ? end : 0;
}

/** The queue id that stands at `from` and is followed by no letter or digit; undefined when there is none. */
export function queueIdAt(text: string, from: number): string | undefined {
  const end = queueIdEnd(text, from);
  if (end === from) return undefined;
  const next = codeAt(text, end);
  const isWord = (next >= 48 && next <= 57) || (next >= 65 && next <= 90) || (next >= 97 && next <= 122);
  return isWord ? undefined : text.slice(from, end);
}
