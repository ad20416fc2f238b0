import type { Policy } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { netServerLine, NOTHING, notice, readAddress, readNumber, splitQueueId, startsWithOne } from './fields.ts';

/**
 * postgrey: `action=greylist, reason=new, client_name=h, client_address=a, sender=s, recipient=r`, with `delay=492` where a
 * triplet was let through after waiting. The result is `action: reason`, the seconds still to wait left out: `greylist: new`,
 * `greylist: early-retry`, `pass: triplet found`, `pass: client AWL`.
 */
export const postgrey: Parser = {
  name: 'postgrey',
  reads: ({ program }) => program === 'postgrey',
  parse: (line) => {
    const { queueId, rest: text } = splitQueueId(line);
    const found = /^action=([a-z]{1,16}), reason=([^,]{1,80}), (?:delay=(\d{1,9}), )?/.exec(text);
    if (found === null) {
      if (startsWithOne(text, ['warning: ', 'WARNING: '])) return notice('warning', text);
      if (startsWithOne(text, ['fatal: ', 'FATAL: ', 'ERROR: ', 'error: ', 'unrecognized request'])) return notice('error', text);
      return netServerLine(text) ?? (startsWithOne(text, QUIET) ? NOTHING : null);
    }
    const [head, action = '', reason = ''] = found;
    const event: Policy = { kind: 'policy', check: 'greylist', result: `${action}: ${reason.replace(/ \([^)]*\)$/, '')}` };
    if (queueId !== '') event.queueId = queueId;
    const delay = found[3] === undefined ? undefined : readNumber(found[3], 0);
    if (delay !== undefined) event.delay = delay;
    // Names and addresses from DNS come before the sender's.
    const addressAt = text.indexOf('client_address=', head.length);
    const senderAt = text.indexOf(', sender=', head.length);
    const recipientAt = text.lastIndexOf(', recipient=');
    const comma = addressAt < 0 ? -1 : text.indexOf(',', addressAt);
    if (comma > 0) {
      const ip = readAddress(text.slice(addressAt + 15, comma));
      if (ip !== undefined) event.clientIp = ip;
    }
    if (senderAt >= 0 && recipientAt > senderAt) event.sender = text.slice(senderAt + 9, recipientAt);
    if (recipientAt >= 0) event.recipient = text.slice(recipientAt + 12);
    return [event];
  },
};

const QUIET = [
  'cleaning ',
  'cleaning up',
  'whitelisted: ',
  'rm ',
  'Resolved [',
  'reading ',
  'reloading ',
  'HUP received',
  'ignoring ',
  'Couldn',
] as const;
