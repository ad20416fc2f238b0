import type { Event, Notice } from '../src/model/event.ts';

/** Understood, and nothing in it: one array for all such lines. */
export const NOTHING: readonly Event[] = Object.freeze([]);

/** Does `text` start with one of these? */
export const startsWithOne = (text: string, starts: readonly string[]): boolean => starts.some((start) => text.startsWith(start));

const ADDRESS = /^[0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,16})?$/;

/**
 * An address as logged, IPv4 in IPv6 form folded to IPv4; undefined for what cannot be one, so that a stranger's words
 * never pass for an address.
 */
export function readAddress(text: string): string | undefined {
  if (text.length > 64 || !ADDRESS.test(text)) return undefined;
  if (!text.includes('.') && !text.includes(':')) return undefined;
  return /^::ffff:\d/i.test(text) && text.includes('.') ? text.slice(7) : text;
}

/** The unsigned whole number that starts at `from`, undefined without a digit. */
export function readNumber(text: string, from: number): number | undefined {
  let end = from;
  while (end - from < 15 && isDigit(text.charCodeAt(end))) end++;
  return end === from ? undefined : Number(text.slice(from, end));
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** The whole number after the first `marker` at or after `from`. */
export function numberAfter(text: string, marker: string, from = 0): number | undefined {
  const at = text.indexOf(marker, from);
  return at < 0 ? undefined : readNumber(text, at + marker.length);
}

/** Where `marker` stands, if it stands there once only; -1 otherwise. What a stranger could have written a second time is not read. */
export function indexOfOnly(text: string, marker: string, from = 0, to = text.length): number {
  const at = text.indexOf(marker, from);
  if (at < 0 || at + marker.length > to) return -1;
  const again = text.indexOf(marker, at + 1);
  return again >= 0 && again + marker.length <= to ? -1 : at;
}

/** Without the angle brackets around it. */
export function unbracket(text: string): string {
  return text.length > 1 && text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
}

const QUEUE_ID = /^[0-9A-Za-z]{5,20}$/;

/** Has it the shape of a Postfix queue id, short or long? */
export const isQueueId = (text: string): boolean => QUEUE_ID.test(text);

/** Short ids are hexadecimal, long ones (enable_long_queue_ids) have digits and consonants (global/mail_queue.h). */
const POSTFIX_ID = /(?:[0-9A-F]{5,15}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20}): /y;

/** Splits `QUEUEID: text`; the id is empty and the text whole when the line does not start with one. */
export function splitQueueId(text: string): { readonly queueId: string; readonly rest: string } {
  POSTFIX_ID.lastIndex = 0;
  const end = POSTFIX_ID.test(text) ? POSTFIX_ID.lastIndex : 0;
  return end === 0 ? { queueId: '', rest: text } : { queueId: text.slice(0, end - 2), rest: text.slice(end) };
}

export function notice(severity: Notice['severity'], text: string, lifecycle?: NonNullable<Notice['lifecycle']>): readonly Event[] {
  const event: Notice = { kind: 'notice', severity, text };
  if (lifecycle !== undefined) event.lifecycle = lifecycle;
  return [event];
}

/** Perl's Net::Server speaks for the daemons built on it: amavis, postgrey, spampd. */
export function netServerLine(text: string): readonly Event[] | null {
  if (text.includes(') starting! pid(')) return notice('info', text, 'start');
  if (text.endsWith(' Server closing!')) return notice('info', text, 'stop');
  return startsWithOne(text, NET_SERVER) ? NOTHING : null;
}

const NET_SERVER = [
  'Process Backgrounded',
  'Binding to ',
  'Setting gid to ',
  'Setting uid to ',
  'Group Not Defined',
  'User Not Defined',
  'Net::Server: ',
];
