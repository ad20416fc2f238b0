import type { DeliveryReason, DeliveryStatus } from '../../src/model/event.ts';
import { isOurs } from './delivery-stage.ts';
import { AGENT_TEXTS, LISTS, NETEASE, NETEASE_CODE, WORDS, type Stage } from './delivery-words.ts';
import { readReply } from './reply.ts';
import { matches } from './scan.ts';

/**
 * Why a delivery failed, as a class (docs/reasons.md), from what Postfix's delivery agent says in the parentheses: its
 * own words, or the remote host's as it quotes them (smtp_trouble.c: `host NAME[ADDRESS] said: REPLY (in reply to COMMAND
 * command)`). Of the remote's reply the enhanced status counts first where it leaves no doubt (RFC 3463, 7372, 7505, and
 * what Google and Microsoft document of theirs), then words, then the rest of the status, then the command.
 *
 * The reply is a stranger's: he may choose the class, but only from a closed list. What a sender or recipient chose in
 * it (addresses, anything quoted) is left out before words are looked for.
 * @param transport the delivery agent: smtp, lmtp, local, virtual, pipe, error, ...
 */
export function deliveryReason(status: DeliveryStatus, dsn: string | undefined, reply: string, transport: string): DeliveryReason {
  let from = 0;
  // qmgr puts off what goes to a destination that failed before, and repeats why it did (qmgr_defer.c).
  while (matches(reply, SUSPENDED, from)) from += SUSPENDED.length;
  const text = reply.slice(from, from + LOOK_AT);
  if (matches(text, 'host ', 0)) {
    const said = text.indexOf('] said: ');
    if (said > 0) return remoteReason(status, dsn, text.slice(said + 8), commandOf(reply), isOurs(text.slice(5, said + 1)));
    const refused = text.indexOf('] refused to talk to me: ');
    if (refused > 0) return remoteReason(status, undefined, text.slice(refused + 25), 'connect', isOurs(text.slice(5, refused + 1)));
  }
  return agentReason(text, dsn, transport);
}

/** Of a remote host's answer alone, `550 5.1.1 no such user`, where nobody quotes it as Postfix does. */
export const answerReason = (status: DeliveryStatus, dsn: string | undefined, answer: string): DeliveryReason =>
  remoteReason(status, dsn, answer.slice(0, LOOK_AT), 'other', false);

const SUSPENDED = 'delivery temporarily suspended: ';

/** Longer than what a remote host says before it begins to repeat itself or to quote. */
const LOOK_AT = 800;

/** smtp_trouble.c ends the text with the command that was answered. */
function commandOf(reply: string): Stage {
  const tail = reply.slice(-60);
  const at = tail.lastIndexOf(' (in reply to ');
  const command = at < 0 ? '' : tail.slice(at + 14);
  if (command.startsWith('RCPT TO')) return 'rcpt';
  if (command.startsWith('MAIL FROM')) return 'mail';
  if (command.startsWith('end of DATA') || command.startsWith('DATA')) return 'data';
  return command.startsWith('EHLO') || command.startsWith('HELO') || command.startsWith('LHLO') ? 'connect' : 'other';
}

/** Agents that only this system's own programs and disks can fail. */
const LOCAL_AGENTS: ReadonlySet<string> = new Set(['local', 'virtual', 'pipe', 'qmgr', 'cleanup']);

/** Postfix's own words. */
function agentReason(text: string, dsn: string | undefined, transport: string): DeliveryReason {
  for (const [start, reason] of AGENT_TEXTS) if (matches(text, start, 0)) return typeof reason === 'string' ? reason : reason(text);
  // A text of the operator's (error(8), relocated_maps, check_*_access) or of a later version: read like anybody's.
  const known = statusReason(dsn) ?? wordReason(ownWords(text), 0, 'other') ?? hintReason(dsn);
  if (known !== undefined) return known;
  return LOCAL_AGENTS.has(transport) ? 'local_error' : 'other';
}

function remoteReason(status: DeliveryStatus, logged: string | undefined, answer: string, command: Stage, ours: boolean): DeliveryReason {
  const { code = 0, dsn = logged, textStart } = readReply(answer, 0);
  const quoted = answer.lastIndexOf(' (in reply to ');
  const text = answer.slice(textStart, quoted < textStart ? undefined : quoted).replaceAll(LINE_STARTS, ' ');
  const netease = NETEASE_CODE.exec(text);
  if (netease !== null) return NETEASE[netease[1] ?? ''] ?? NETEASE[netease[2] ?? ''] ?? 'policy';
  const words = ownWords(text);
  // Exchange has its own use of 5.1.10, which RFC 7505 made a domain's `no mail here`.
  if (dsn?.endsWith('.1.10') === true && words.includes('recipientnotfound')) return 'unknown_user';
  const known = statusReason(dsn);
  if (known !== undefined) return known;
  const listed = LISTS.test(text.toLowerCase().replaceAll(ADDRESSES, ' '));
  // Postfix hands on what it would have said itself; a list's name elsewhere may be a URL's or a rule's.
  const word = wordReason(words, code, command);
  if (listed && (word === undefined || word === 'spam' || word === 'blocklist' || word === 'reputation' || word === 'policy'))
    return 'dnsbl';
  if (word !== undefined) return word;
  const hint = hintReason(dsn);
  if (hint !== undefined) return hint;
  if (command === 'mail' && code >= 500) return 'sender';
  if (code === 521 || code === 556) return 'not_accepting';
  if (code === 552) return command === 'data' || command === 'mail' ? 'size' : 'mailbox_full';
  if (command === 'connect') return code >= 500 ? 'blocklist' : 'system_error';
  if (ours) return 'local_error';
  return status === 'bounced' && code >= 500 ? (code === 551 ? 'unknown_user' : 'other') : 'system_error';
}

/** The second and later lines of an answer, which Postfix joins by blanks: ` 550-5.7.1 `. */
const LINE_STARTS = / [245]\d\d[- ](?:[245]\.\d{1,3}\.\d{1,3} )?/g;

const ADDRESSES = /<[^<>]{0,320}>|\S{1,64}@\S{1,255}/g;

/** Enhanced statuses that say it all, by subject and detail. */
const DECISIVE: ReadonlyMap<string, DeliveryReason> = new Map([
  ['1.6', 'unknown_user'],
  ['1.10', 'not_accepting'],
  ['2.2', 'mailbox_full'],
  ['2.3', 'size'],
  ['3.4', 'size'],
  ['4.6', 'loop'],
  ['4.14', 'loop'],
  ['4.7', 'expired'],
  ['4.300', 'expired'],
  ['4.310', 'unknown_domain'],
  ['6.7', 'protocol'],
  ['7.10', 'tls'],
  ['7.20', 'dkim'],
  ['7.21', 'dkim'],
  ['7.22', 'dkim'],
  ['7.23', 'spf'],
  ['7.24', 'spf'],
  ['7.25', 'client'],
  ['7.26', 'dmarc'],
  ['7.29', 'tls'],
  ['7.30', 'dkim'],
  ['7.32', 'dmarc'],
  ['7.40', 'dmarc'],
  ['7.509', 'dmarc'],
  ['7.515', 'dmarc'],
  ['7.511', 'blocklist'],
  ['7.513', 'blocklist'],
  ['7.650', 'reputation'],
  ['7.708', 'reputation'],
]);

function statusReason(dsn: string | undefined): DeliveryReason | undefined {
  if (dsn === undefined) return undefined;
  const detail = dsn.slice(2);
  const known = DECISIVE.get(detail);
  if (known !== undefined) return known;
  // Microsoft: 5.7.606 to 5.7.649, `Access denied, banned sending IP`.
  const banned = /^7\.6([0-4]\d)$/.exec(detail);
  return banned !== null && Number(banned[1]) >= 6 ? 'blocklist' : undefined;
}

/** Enhanced statuses that programs use freely, where the words said nothing. */
const HINTS: ReadonlyMap<string, DeliveryReason> = new Map([
  ['1.1', 'unknown_user'],
  ['1.2', 'unknown_domain'],
  ['1.3', 'unknown_user'],
  ['1.7', 'sender'],
  ['1.8', 'sender'],
  ['2.1', 'suspended'],
  ['2.4', 'filtered'],
  ['3.1', 'system_full'],
  ['4.1', 'network'],
  ['4.2', 'network'],
  ['4.4', 'unknown_domain'],
  ['4.5', 'rate'],
  ['5.3', 'rate'],
  ['7.2', 'filtered'],
  ['7.3', 'policy'],
  ['7.4', 'tls'],
  ['7.5', 'tls'],
  ['7.7', 'content'],
  ['7.8', 'auth'],
  ['7.9', 'policy'],
  // RFC 7505: the sender's domain has a null MX. Google says so of SPF, in words.
  ['7.27', 'sender'],
  ['7.28', 'rate'],
]);

/** By the subject alone. Class 4.0, 5.0 and subject 0 say nothing. */
const SUBJECTS: ReadonlyMap<string, DeliveryReason> = new Map([
  ['2', 'system_error'],
  ['3', 'system_error'],
  ['4', 'network'],
  ['5', 'protocol'],
  ['6', 'content'],
  ['7', 'policy'],
]);

const hintReason = (dsn: string | undefined): DeliveryReason | undefined =>
  dsn === undefined ? undefined : (HINTS.get(dsn.slice(2)) ?? SUBJECTS.get(dsn.charAt(2)));

function wordReason(words: string, code: number, command: Stage): DeliveryReason | undefined {
  const soft = code >= 400 && code < 500;
  for (const [pattern, reason, only] of WORDS) {
    if (only !== undefined && (only === 'hard' ? soft : only === 'soft' ? !soft : only !== command)) continue;
    if (pattern.test(words)) return reason;
  }
  return undefined;
}

/**
 * Lower case, without addresses, host names, links and what is quoted or bracketed. An apostrophe is no quote: `doesn't`.
 */
function ownWords(text: string): string {
  const plain = text
    .replaceAll(/"[^"]*"|<[^>]*>|\[[^\]]*\]/g, ' ')
    .toLowerCase()
    .replaceAll('\u2019', "'");
  let words = '';
  for (const token of plain.split(' ')) {
    if (token === '' || token.includes('@') || token.includes('/') || token.includes('=')) continue;
    const dot = token.indexOf('.');
    if (dot > 0 && dot < token.length - 1 && !token.startsWith('resolver.')) continue;
    words += ' ' + token;
  }
  return words;
}
