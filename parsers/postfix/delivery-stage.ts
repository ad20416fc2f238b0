import type { DeliverySource, SmtpStage } from '../../src/model/event.ts';
import { matches } from './scan.ts';

/** Who said that a delivery failed, and where in the dialogue. */
export interface Whereabouts {
  readonly source: DeliverySource;
  /** Absent where there was no dialogue. */
  readonly stage?: SmtpStage;
}

const SUSPENDED = 'delivery temporarily suspended: ';

/** More than Postfix writes around the answer. */
const LOOK_AT = 400;

/**
 * Read from the words that Postfix puts around an answer (smtp_trouble.c, smtp_connect.c, smtp_proto.c, the same in lmtp):
 * `host NAME[ADDRESS] said: REPLY (in reply to COMMAND command)`, `... refused to talk to me: REPLY`,
 * `lost connection with NAME[ADDRESS] while DOING`, `connect to NAME[ADDRESS]:PORT: ERROR`.
 */
export function whereabouts(reply: string): Whereabouts {
  let from = 0;
  while (matches(reply, SUSPENDED, from)) from += SUSPENDED.length;
  const text = reply.slice(from, from + LOOK_AT);
  if (text.startsWith('host ')) {
    const said = text.indexOf('] said: ');
    if (said > 0) return { source: sourceOf(text.slice(5, said + 1)), stage: commandStage(reply) };
    const refused = text.indexOf('] refused to talk to me: ');
    if (refused > 0) return { source: sourceOf(text.slice(5, refused + 1)), stage: 'connect' };
  }
  const stage = ownStage(text);
  return stage === undefined ? { source: 'local' } : { source: 'local', stage };
}

/** `name[address]`: a socket's path and this machine's own address are a filter or mailbox server of ours. */
export function isOurs(host: string): boolean {
  const address = host.slice(host.indexOf('[') + 1);
  return address.startsWith('127.') || address.startsWith('::1]') || address.includes('/');
}

const sourceOf = (host: string): DeliverySource => (isOurs(host) ? 'local' : 'remote');

const COMMANDS: readonly (readonly [string, SmtpStage])[] = [
  ['RCPT TO', 'rcpt'],
  ['end of DATA', 'eod'],
  ['MAIL FROM', 'mail'],
  ['DATA', 'data'],
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['LHLO', 'helo'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
];

/** smtp_trouble.c ends the text with the command that was answered. */
function commandStage(reply: string): SmtpStage {
  const tail = reply.slice(-60);
  const at = tail.lastIndexOf(' (in reply to ');
  const command = at < 0 ? '' : tail.slice(at + 14);
  return COMMANDS.find(([start]) => command.startsWith(start))?.[1] ?? 'other';
}

/** What smtp(8) was doing when the connection broke. */
const DOING: readonly (readonly [string, SmtpStage])[] = [
  ['receiving the initial server greeting', 'connect'],
  ['performing the EHLO handshake', 'helo'],
  ['performing the HELO handshake', 'helo'],
  ['performing the LHLO handshake', 'helo'],
  ['performing the initial protocol handshake', 'helo'],
  ['negotiating the LMTP protocol', 'helo'],
  ['sending MAIL FROM', 'mail'],
  ['sending RCPT TO', 'rcpt'],
  ['receiving the STARTTLS response', 'starttls'],
  ['performing TLS', 'starttls'],
  ['sending DATA command', 'data'],
  ['sending message body', 'data'],
  ['sending end of data', 'eod'],
];

const STARTS: readonly (readonly [string, SmtpStage])[] = [
  ['connect to ', 'connect'],
  ['TLS is required', 'starttls'],
  ['Cannot start TLS', 'starttls'],
  ['Server certificate not ', 'starttls'],
  ['SASL authentication failed', 'auth'],
];

/** Postfix's own words for what went wrong on the way. */
function ownStage(text: string): SmtpStage | undefined {
  if (text.startsWith('lost connection with ') || text.startsWith('conversation with ')) {
    const doing = text.indexOf('] while ') < 0 ? text.indexOf(' timed out while ') + 17 : text.indexOf('] while ') + 8;
    return DOING.find(([what]) => matches(text, what, doing))?.[1] ?? 'other';
  }
  return STARTS.find(([start]) => text.startsWith(start))?.[1];
}
