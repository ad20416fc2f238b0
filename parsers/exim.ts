import type { Event, Refusal, RejectReason, SmtpStage } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress, startsWithOne } from './fields.ts';
import { rejectReason } from './postfix/reject-reason.ts';

/**
 * Exim's main and reject log: refusals and failed logins. The ways of messages are not read: those lines are unknown, so that
 * nobody takes a graph without them for a server without mail.
 */
export const exim: Parser = {
  name: 'exim',
  reads: ({ program }) => program === 'exim' || program === 'exim4',
  parse: (line) => {
    // `log_selector = +pid`, and the id of the message that a session was busy with.
    const [prefix = ''] = /^(?:\[\d{1,10}\] )?(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} )?/.exec(line) ?? [];
    const text = line.slice(prefix.length);
    const login = failedLogin(text);
    if (login !== undefined) return login;
    if (text.startsWith('SMTP ')) return smtp(text);
    if (text.startsWith('SA: Action: ')) return spamAssassin(text);
    if (/^[HF]=/.test(text)) return refused(text);
    const turnedAway = TURNED_AWAY.find(([start]) => start.test(text));
    if (turnedAway !== undefined) return [{ ...refusal(text, ...turnedAway[2]), temporary: turnedAway[1] }];
    return startsWithOne(text, QUIET) ? NOTHING : null;
  },
};

/** Before there is a session that an ACL could look at (daemon.c, smtp_in.c). */
const TURNED_AWAY: readonly (readonly [RegExp, temporary: boolean, readonly [SmtpStage, RejectReason]])[] = [
  [/^rejected (?:EHLO|HELO) from /, false, ['helo', 'helo']],
  [/^refused connection from /, false, ['connect', 'blocklist']],
  [/^temporarily refused connection from /, true, ['connect', 'rate']],
  [/^Connection from [^ ]{1,80} refused: load average /, true, ['connect', 'temporary']],
  [/^Connection from [^ ]{1,80} refused: too many /, true, ['connect', 'rate']],
];

const QUIET = [
  'no MAIL in SMTP connection from ',
  'no host name found for ',
  'no IP address found for host ',
  'unexpected disconnection while reading SMTP command from ',
  'Start queue run',
  'End queue run',
  'TLS error on connection ',
] as const;

/** `name (helo) [ip]:port`, the last alone always there (smtp_in.c, host_and_ident). HELO names have no brackets but an address's. */
const CLIENT = String.raw`(?:([\w.-]{1,255}) )?(?:\(([^()\s]{0,255})\) )?\[([0-9A-Fa-f:.]{2,45})\](?::\d{1,5})?`;
const AUTH = new RegExp(String.raw`^[\w-]{1,64} authenticator failed for ${CLIENT}`);
const HOST = new RegExp(String.raw`(?:^| )H=${CLIENT}`);
const FROM = new RegExp(String.raw`(?:from |H=)${CLIENT}`);

/**
 * `plain_login authenticator failed for host (helo) [ip]:port: 535 Incorrect authentication data (set_id=user)`. 435 is a fault of
 * Exim's own or of its database, and a client that cancels tried no password.
 */
function failedLogin(text: string): readonly Event[] | undefined {
  const found = AUTH.exec(text.slice(0, 900));
  if (found === null) return undefined;
  const reply = text.slice(found[0].length);
  if (SERVICE_FAULT.test(reply)) return notice('warning', text);
  if (reply.endsWith(': 501 Authentication cancelled')) return NOTHING;
  const user = text.endsWith(')') ? text.lastIndexOf(' (set_id=') : -1;
  const ip = readAddress(found[3] ?? '');
  return [
    {
      kind: 'login',
      service: 'smtp',
      result: 'failed',
      attempts: 1,
      ...(user < 0 ? {} : { user: text.slice(user + 9, -1) }),
      ...(ip === undefined ? {} : { ip }),
    },
  ];
}

const SERVICE_FAULT = /^(?: I=\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?)?: 435 /;

function smtp(text: string): readonly Event[] | null {
  const [start = ''] = /^SMTP (?:protocol synchronization error|protocol error|call from|connection from)/.exec(text) ?? [];
  switch (start) {
    case 'SMTP protocol synchronization error':
      return text.includes('): rejected ') ? [refusal(text, 'other', 'protocol')] : null;
    case 'SMTP protocol error':
      return [refusal(text, text.startsWith(' in "AUTH', 19) || text.startsWith(' in "auth', 19) ? 'auth' : 'other', 'protocol')];
    case 'SMTP call from':
      return text.includes(' dropped: too many ') ? [refusal(text, 'other', 'rate')] : NOTHING;
    case 'SMTP connection from':
      return text.endsWith(' closed by DROP in ACL') ? [refusal(text, 'connect', 'blocklist')] : NOTHING;
    default:
      return null;
  }
}

const STAGES: ReadonlyMap<string, SmtpStage> = new Map([
  ['connection', 'connect'],
  ['EHLO', 'helo'],
  ['AUTH', 'auth'],
  ['STARTTLS', 'starttls'],
  ['MAIL', 'mail'],
  ['RCPT', 'rcpt'],
  ['VRFY', 'vrfy'],
  ['ETRN', 'etrn'],
  ['after', 'eod'],
  ['by', 'eod'],
]);

/** The sender may be quoted, and hold what he likes. */
const SENDER = /(?:^| )F=(?:<((?:"(?:[^"\\]|\\.){0,255}"|[^<>"]){0,320})>|([^\s<]{1,320}) )/;

/** `H=.. F=<..> rejected RCPT <..>: text`, `.. temporarily rejected connection in "connect" ACL: text`, `H=.. dropped by 'connect' ACL: text`. */
function refused(text: string): readonly Event[] | null {
  const sender = SENDER.exec(text.slice(0, 1000));
  const from = sender === null ? 0 : sender.index + sender[0].trimEnd().length;
  const found = /(?: (temporarily) rejected| rejected| dropped) (?:(connection|EHLO|AUTH|STARTTLS|MAIL|RCPT|VRFY|ETRN|after|by)\b)/.exec(
    text.slice(from, from + 2000),
  );
  // What is verified here is refused in the next line.
  if (found === null) return text.includes(' sender verify ') ? NOTHING : null;
  const at = from + found.index + found[0].length;
  const isDropped = found[0].startsWith(' dropped');
  const event = refusal(text, isDropped ? 'connect' : (STAGES.get(found[2] ?? '') ?? 'other'), 'other');
  if (found[1] !== undefined) event.temporary = true;
  const address = sender?.[1] ?? sender?.[2];
  if (address !== undefined) event.sender = address;
  const recipient = event.stage === 'rcpt' ? /^ <?([^<>\s]{1,320})>?: /.exec(text.slice(at, at + 400)) : null;
  if (recipient !== null) event.recipient = recipient[1] ?? '';
  const colon = text.indexOf(': ', at);
  event.text = colon < 0 ? '' : text.slice(colon + 2).replace(/^"(.{0,1000})"$/, '$1');
  event.reason = reasonOf(event.text, isDropped);
  return [event];
}

/** The words of Exim and of its usual configurations. */
const WORDS: readonly (readonly [RegExp, RejectReason])[] = [
  [/relay not permitted|relaying/i, 'relay_denied'],
  [/unrouteable address|no such user|unknown user|user unknown/i, 'unknown_user'],
  [/dnsbl|blacklist|blocklist|\brbl\b/i, 'dnsbl'],
  [/greylist/i, 'greylist'],
  [/sender verify|sender domain/i, 'sender'],
  [/ratelimit|too many/i, 'rate'],
  [/\bhits=|spam/i, 'spam'],
  [/virus|malware/i, 'virus'],
  [/banned|country/i, 'blocklist'],
];

function reasonOf(text: string, isDropped: boolean): RejectReason {
  const words = text.slice(0, 500).replace(/<[^<>]{0,320}>|\S{1,64}@\S{1,255}/g, ' ');
  return (
    WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? (isDropped ? 'blocklist' : rejectReason(words, undefined, undefined, 'smtpd'))
  );
}

function refusal(text: string, stage: SmtpStage, reason: RejectReason): Refusal {
  const event: Refusal = { kind: 'rejected', source: 'smtpd', stage, temporary: false, reason, text: text.slice(0, 200) };
  const [, name, helo, address = ''] = (text.startsWith('H=') || text.startsWith('F=') ? HOST : FROM).exec(text.slice(0, 1500)) ?? [];
  const ip = readAddress(address);
  if (name !== undefined) event.clientName = name;
  if (ip !== undefined) event.clientIp = ip;
  if (helo !== undefined) event.helo = helo;
  return event;
}

/** `SA: Action: flagged as Spam but accepted: score=8.2 required=5.0 (scanned in ..)`. */
function spamAssassin(text: string): readonly Event[] {
  const found = /^SA: Action: (.{1,80}?): score=(-?\d{1,5}(?:\.\d{1,3})?) /.exec(text);
  if (found === null) return NOTHING;
  const [, action = '', score] = found;
  const isSpam = /spam|reject/i.test(action);
  const isBlocked = /reject|blackhole|teergrube/i.test(action);
  return [
    {
      kind: 'verdict',
      scanner: 'sa-exim',
      result: isSpam ? 'spam' : 'clean',
      action: isBlocked ? 'blocked' : isSpam ? 'tagged' : 'passed',
      score: Number(score),
    },
  ];
}
