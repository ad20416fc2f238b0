import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * A probe's mark, in its recipient and its Message-ID: a number of its own and a code that only who has the key can make.
 * Letters are lower case alone: mail servers may fold a local part.
 */
export function newMark(key: Buffer): string {
  const id = randomBytes(8).toString('hex');
  return `${id}-${codeOf(id, key)}`;
}

/** Is this a mark that was made with the key? */
export function isMark(mark: string, key: Buffer): boolean {
  const [, id = '', code = ''] = /^([0-9a-f]{16})-([0-9a-f]{24})$/.exec(mark) ?? [];
  return code !== '' && timingSafeEqual(Buffer.from(code), Buffer.from(codeOf(id, key)));
}

const codeOf = (id: string, key: Buffer): string => createHmac('sha256', key).update(id).digest('hex').slice(0, 24);

/** `probe@example.org` with the mark in it: `probe+MARK@example.org`. */
export const addressOf = (recipient: string, mark: string): string => recipient.replace(/@/, `+${mark}@`);

/** The mark in an address that belongs to `recipient`; undefined for every other address, however it is written. */
export function markIn(address: string, recipient: string, key: Buffer): string | undefined {
  const [, mark = ''] = /^[^@+]+\+([0-9a-f-]{41})@[^@]+$/i.exec(address) ?? [];
  const lower = mark.toLowerCase();
  if (address.toLowerCase() !== addressOf(recipient.toLowerCase(), lower)) return undefined;
  return isMark(lower, key) ? lower : undefined;
}
