import type { Delivery, Stored } from '../model/event.ts';
import { own, type QueueFile, type Unstored } from './queue-file.ts';
import type { Shared } from './shared.ts';

/** Recipients of one message that the mailbox server spoke of, and of whom Postfix has yet to hear. */
const MOST = 500;

/**
 * The mailbox server tells what becomes of a message before it answers Postfix, and Postfix hears only that it was taken. It
 * names the message-id alone, which the copy that Sieve sends on bears as well: kept for the message, whichever it was found by.
 */
export function hear({ files }: Shared, { recipient, action }: Stored, file: QueueFile): void {
  if (recipient === undefined || action === 'failed' || action === 'replied') return;
  const root = files.root(file);
  const isSame = ([of, said]: Unstored): boolean => of === recipient && (said === 'forwarded') === (action === 'forwarded');
  const said = root.unstored.find(isSame)?.[1];
  if (said === 'stored' || said === 'forwarded' || root.unstored.length >= MOST) return;
  root.unstored = [...root.unstored.filter((one) => !isSame(one)), [own(recipient), action]];
  files.touch(root, root.lastTime);
}

/** `recipient_delimiter`: Postfix logs the address as it is, Dovecot the user whose mailbox it is. */
const DETAIL = /\+[^@]*/;

const isUser = (user: string, address: string): boolean => address === user || address.startsWith(`${user}@`);

/** What was said of the message for this recipient: that it was stored, or not, before that a copy was sent on. */
export function saidOf({ files }: Shared, file: QueueFile, { recipient }: Delivery): Unstored[1] | undefined {
  // It may have been its own root when it was spoken of.
  for (const one of [file, files.root(file)]) {
    if (one.unstored.length === 0) continue;
    const address = recipient.toLowerCase();
    const mailbox = address.replace(DETAIL, '');
    const isOf = ([of]: Unstored): boolean => isUser(of.toLowerCase(), address) || isUser(of.toLowerCase(), mailbox);
    const said = one.unstored.find((each) => each[1] !== 'forwarded' && isOf(each));
    if (said === undefined) {
      if (one.unstored.some(isOf)) return 'forwarded';
      continue;
    }
    one.unstored = one.unstored.filter((other) => other !== said);
    files.touch(one, one.lastTime);
    return said[1];
  }
  return undefined;
}

/** A copy was sent on, which may yet come in. */
export const wasForwarded = ({ files }: Shared, file: QueueFile): boolean =>
  files.root(file).unstored.some(([, action]) => action === 'forwarded');
