import type { Event, Refusal, RejectReason, SmtpStage } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress, startsWithOne } from './fields.ts';
import { rejectReason } from './postfix/reject-reason.ts';

/**
 * Sendmail 8: refusals and failed logins. The ways of messages are not read: sendmail does not log when one has left its queue,
 * so those lines are unknown, and nobody takes a graph without them for a server without mail.
 */
export const sendmail: Parser = {
  name: 'sendmail',
  reads: ({ program }) => program === 'sendmail' || program.startsWith('sm-'),
  parse: (line) => {
    const [prefix = ''] = /^(?:[0-9A-Za-z]{14,20}: |NOQUEUE: )/.exec(line) ?? [];
    const text = line.slice(prefix.length);
    if (text.startsWith('ruleset=')) return ruleset(text);
    if (text.startsWith('AUTH failure ')) return failedLogin(text);
    if (text.startsWith('rejecting commands from ')) return [refusal(text.slice(24), 'connect', 'protocol', text)];
    if (text.startsWith('SYSERR')) return notice('error', text);
    const end = clientEnd(text);
    return end > 0 ? session(text, end) : startsWithOne(text, QUIET) ? NOTHING : null;
  },
};

const QUIET = ['STARTTLS=', 'AUTH=', 'alias database ', 'starting daemon', 'restarting ', 'lost input channel from '] as const;

/** `name [ip] (may be forged)`, the name missing without reverse look-up. */
const CLIENT = /^(?:([\w.-]{1,255}) )? ?\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\](?: \(may be forged\))?/;

const clientEnd = (text: string): number => CLIENT.exec(text.slice(0, 400))?.[0].length ?? 0;

/** What a session came to: `CLIENT: possible SMTP attack: ..`, `CLIENT: EXPN root [rejected]`, `CLIENT did not issue MAIL/..`. */
function session(text: string, end: number): readonly Event[] | null {
  if (text.startsWith(' did not issue ', end)) return NOTHING;
  // Told after a number of commands, and refused nobody (BADCMD limits: sendmail slows down).
  if (text.startsWith(': possible SMTP attack: ', end)) return notice('warning', text);
  const command = /^: (vrfy|expn|etrn) /i.exec(text.slice(end, end + 8))?.[1];
  if (command === undefined) return null;
  return text.endsWith(' [rejected]') ? [refusal(text, command.toLowerCase() === 'etrn' ? 'etrn' : 'vrfy', 'protocol', '')] : NOTHING;
}

/** `AUTH failure (PLAIN): words (-13) SASL(-13): words, user=u, relay=name [ip]`: the user is a stranger's, the relay last. */
function failedLogin(text: string): readonly Event[] | null {
  const relay = text.lastIndexOf(', relay=');
  const method = /^AUTH failure \(([\w-]{1,20})\)/.exec(text)?.[1];
  const user = text.indexOf(', user=');
  if (relay < 0 || method === undefined) return null;
  const ip = readAddress(CLIENT.exec(text.slice(relay + 8))?.[2] ?? '');
  return [
    {
      kind: 'login',
      service: 'smtp',
      result: 'failed',
      attempts: 1,
      method,
      ...(user < 0 || user > relay ? {} : { user: text.slice(user + 7, relay) }),
      ...(ip === undefined ? {} : { ip }),
    },
  ];
}

const STAGES: ReadonlyMap<string, SmtpStage> = new Map([
  ['check_relay', 'connect'],
  ['check_mail', 'mail'],
  ['check_rcpt', 'rcpt'],
  ['check_data', 'data'],
  ['check_eom', 'eod'],
  ['check_vrfy', 'vrfy'],
  ['check_expn', 'vrfy'],
  ['check_etrn', 'etrn'],
  ['tls_client', 'starttls'],
]);

/** Sendmail's own words behind arg1. */
const RULED = /, relay=(?:[\w.-]{1,255} )? ?\[(?:IPv6:)?[0-9A-Fa-f:.]{2,45}\](?: \(may be forged\))?, reject=[45]\d\d /g;

/**
 * `ruleset=check_rcpt, arg1=<..>, relay=name [ip], reject=550 5.7.1 <..>... text`: arg1 is a stranger's, and the reply has it
 * once more. Where he wrote such words into it, nobody can tell which are sendmail's.
 */
function ruleset(text: string): readonly Event[] | null {
  const name = text.slice(8, text.indexOf(',', 8));
  const stage = STAGES.get(name) ?? 'other';
  const [own, again] = text.matchAll(RULED);
  if (again !== undefined) return [refusal('', stage, 'other', '')];
  const reject = own === undefined ? text.lastIndexOf(', reject=') : text.indexOf(', reject=', own.index);
  if (reject < 0) return NOTHING;
  const relay = own?.index ?? text.lastIndexOf(', relay=', reject);
  const found = /^([45]\d\d)(?: ([45]\.\d{1,3}\.\d{1,3}))? /.exec(text.slice(reject + 9, reject + 40));
  if (relay < 0 || found === null) return null;
  const [head, code = '', dsn] = found;
  const words = text.slice(reject + 9 + head.length).replace(/^\S{1,320}\.\.\. /, '');
  const event = refusal(text.slice(relay + 8, reject), stage, reasonOf(words, Number(code), dsn), words);
  event.code = Number(code);
  event.temporary = code.startsWith('4');
  if (dsn !== undefined) event.dsn = dsn;
  const argument = /^, arg1=<([^<>]{0,320})>/.exec(text.slice(8 + name.length, relay))?.[1];
  if (argument !== undefined && name === 'check_rcpt') event.recipient = argument;
  if (argument !== undefined && name === 'check_mail') event.sender = argument;
  return [event];
}

const WORDS: readonly (readonly [RegExp, RejectReason])[] = [
  [/relaying (?:temporarily )?denied/i, 'relay_denied'],
  [/user unknown|no such user/i, 'unknown_user'],
  [/blacklist|blocklist|\brbl\b|\bpbl\b|listed (?:at|in)|dnsbl/i, 'dnsbl'],
  [/domain of sender|sender address/i, 'sender'],
  [/too many|connection rate/i, 'rate'],
  [/greylist/i, 'greylist'],
];

function reasonOf(text: string, code: number, dsn: string | undefined): RejectReason {
  const words = text.slice(0, 500);
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? rejectReason(words, code, dsn, 'smtpd');
}

function refusal(client: string, stage: SmtpStage, reason: RejectReason, text: string): Refusal {
  const event: Refusal = { kind: 'rejected', source: 'smtpd', stage, temporary: false, reason, text };
  const [, name, address = ''] = CLIENT.exec(client.slice(0, 400)) ?? [];
  const ip = readAddress(address);
  if (name !== undefined) event.clientName = name;
  if (ip !== undefined) event.clientIp = ip;
  return event;
}
