import type { RefusalSource, RejectReason } from '../../src/model/event.ts';
import { matches } from './scan.ts';

/**
 * Why mail was refused, from the words of whoever refused it: Postfix itself (smtpd_check.c, smtpd.c,
 * postscreen_smtpd.c), a policy service behind it (postgrey, policyd-spf, Spam Locker's slockd), a milter (rspamd,
 * spamass-milter, clamav-milter, OpenDKIM, OpenDMARC), a before-queue filter (amavis, clamsmtpd) or header_checks.
 *
 * `text` comes without code and without `<subject>: `, which is the client's. Postfix's own texts are matched from
 * their start; in other people's texts whatever a sender may have chosen is left out before words are looked for.
 */
export function rejectReason(text: string, code: number | undefined, dsn: string | undefined, source: RefusalSource): RejectReason {
  if (text === '' && (source === 'header_check' || source === 'body_check')) return 'content';
  if (source === 'milter' || source === 'proxy' || source === 'header_check' || source === 'body_check') {
    return (
      serviceReason(text, code, dsn) ?? (source === 'header_check' || source === 'body_check' ? 'content' : weakReason(text, code, dsn))
    );
  }
  return postfixReason(text, code, dsn) ?? serviceReason(text, code, dsn) ?? weakReason(text, code, dsn);
}

const REJECTED = ' rejected: ';

/** What follows `<class> rejected: `; undefined when the text is of another shape. */
function rejectedDetail(text: string): string | undefined {
  // The longest class is `Unverified Client host`.
  const at = text.indexOf(REJECTED);
  return at < 0 || at > 30 ? undefined : text.slice(at + REJECTED.length);
}

/** Whether a policy service said so: none of Postfix's own texts gives these reasons, and slockd names its list this way. */
export function isPolicyAnswer(text: string, reason: RejectReason): boolean {
  const detail = rejectedDetail(text);
  if (detail === undefined) return false;
  if (reason === 'greylist' || reason === 'spf' || reason === 'dkim' || reason === 'dmarc') return true;
  return POLICY_STARTS.some((start) => matches(detail, start, 0));
}

const POLICY_STARTS = ['blocked using ', 'blocked by ', 'temporary failure'] as const;

function postfixReason(text: string, code: number | undefined, dsn: string | undefined): RejectReason | undefined {
  if (matches(text, 'Service ', 0)) {
    if (matches(text, 'Service unavailable; ', 0) && text.includes('] blocked using ')) return 'dnsbl';
    // postscreen makes a client that passed its deep tests come back (postscreen_smtpd.c): greylisting by another name.
    if (text === 'Service currently unavailable' && code !== undefined) return code < 500 ? 'greylist' : 'blocklist';
    if (matches(text, 'Service unavailable', 0)) return code !== undefined && code >= 500 ? 'blocklist' : 'temporary';
    return undefined;
  }
  if (matches(text, 'Relay access denied', 0)) return 'relay_denied';
  const detail = rejectedDetail(text);
  if (detail !== undefined) return restrictionReason(text, detail, code, dsn);
  for (const [start, reason] of SERVER_TEXTS) if (matches(text, start, 0)) return reason;
  return undefined;
}

/** access(5) tables: `Sender address triggers DISCARD action`, or the table's own text. FILTER, REDIRECT and HOLD refuse nothing. */
const isTableAction = (text: string): boolean =>
  ACCESS_CLASSES.some((start) => matches(text, start, 0)) && !/ triggers (?!DISCARD)/.test(text);

/** What an access(5) table was asked about (SMTPD_NAME_* in smtpd_check.c). */
const ACCESS_CLASSES = ['Sender address ', 'Recipient address ', 'Client host ', 'Helo command ', 'Client certificate '] as const;

/** smtpd.c's and postscreen's own replies, by their start. */
const SERVER_TEXTS: readonly (readonly [string, RejectReason])[] = [
  ['Message size exceeds', 'size'],
  ['Message file too big', 'size'],
  ['Error: message file too big', 'size'],
  ['Insufficient system storage', 'temporary'],
  ['Protocol error', 'protocol'],
  ['too many connections', 'rate'],
  ['all server ports busy', 'temporary'],
  ['all screening ports busy', 'temporary'],
  ['Error: too many', 'rate'],
  ['Error: too much mail', 'rate'],
  ['Error: bare <', 'protocol'],
  // log_whatsup() leaves out the code and what the client is told around it.
  ['bare <LF> received', 'protocol'],
  ['Error: authentication failed', 'auth'],
  ['Error: queue file write error', 'temporary'],
  ['Error: access denied', 'blocklist'],
  ['Error: ', 'protocol'],
  ['Must issue a STARTTLS', 'protocol'],
  ['Authentication required', 'auth'],
  ['Temporary authentication failure', 'temporary'],
  ['Server configuration', 'temporary'],
  ['Server local', 'temporary'],
  ['Temporary lookup failure', 'temporary'],
  ['Bad ', 'protocol'],
  ['Syntax: ', 'protocol'],
  ['Unsupported option', 'protocol'],
];

/** `<class> rejected: <detail>`: smtpd_check.c names the class by what the restriction looked at. */
function restrictionReason(text: string, detail: string, code: number | undefined, dsn: string | undefined): RejectReason {
  if (matches(detail, 'Server configuration', 0) || detail === 'Temporary lookup failure') return 'temporary';
  if (matches(text, 'Recipient address', 0)) return recipientReason(detail, code, dsn);
  if (matches(text, 'Sender address', 0)) {
    for (const start of SENDER_TEXTS) if (matches(detail, start, 0)) return 'sender';
    if (matches(detail, 'Domain ', 0) && detail.endsWith('(nullMX)')) return 'sender';
    return serviceReason(detail, code, dsn) ?? 'blocklist';
  }
  if (matches(text, 'Helo command', 0)) return 'helo';
  if (matches(text, 'Client host', 0) || matches(text, 'Unverified Client host', 0)) {
    if (matches(detail, 'cannot find your ', 0)) return 'client';
    return serviceReason(detail, code, dsn) ?? 'blocklist';
  }
  if (matches(text, 'Data command', 0) || matches(text, 'End-of-data', 0)) {
    if (matches(detail, 'Improper use of SMTP', 0) || matches(detail, 'Multi-recipient bounce', 0)) return 'protocol';
    return serviceReason(detail, code, dsn) ?? 'blocklist';
  }
  if (matches(text, 'Client certificate', 0) || matches(text, 'SASL login name', 0)) return 'auth';
  return serviceReason(detail, code, dsn) ?? 'other';
}

const SENDER_TEXTS = [
  'Domain not found',
  'need fully-qualified address',
  'Malformed DNS server reply',
  'User unknown',
  'undeliverable address',
  'unverified address',
  'address verification problem',
  'not owned by user ',
  'not logged in',
  'Unable to look up ',
] as const;

function recipientReason(detail: string, code: number | undefined, dsn: string | undefined): RejectReason {
  if (matches(detail, 'User unknown', 0) || matches(detail, 'undeliverable address', 0)) return 'unknown_user';
  // A probe is under way: the client is to come back (verify(8)), which says nothing about the address yet.
  if (matches(detail, 'unverified address: Address verification in progress', 0)) return 'temporary';
  if (matches(detail, 'unverified address', 0)) return 'unknown_user';
  if (detail === 'Domain not found' || (matches(detail, 'Domain ', 0) && detail.endsWith('(nullMX)'))) return 'unknown_user';
  if (matches(detail, 'need fully-qualified address', 0)) return 'protocol';
  if (matches(detail, 'Improper use of SMTP', 0) || matches(detail, 'Multi-recipient bounce', 0)) return 'protocol';
  if (matches(detail, 'address verification problem', 0) || matches(detail, 'Unable to look up ', 0)) return 'temporary';
  return serviceReason(detail, code, dsn) ?? 'blocklist';
}

/** Texts of policy services, milters and filters, by their start; the first that fits. */
const SERVICE_TEXTS: readonly (readonly [string, RejectReason])[] = [
  ['Greylist', 'greylist'],
  ['greylist', 'greylist'],
  ['Graylist', 'greylist'],
  ['Try again, see http', 'greylist'],
  ['blocked using ', 'dnsbl'],
  ['blocked by ', 'blocklist'],
  // slockd's and other policy services' own trouble, mostly the name service's.
  ['temporary failure', 'temporary'],
  ['Message rejected due to: SPF', 'spf'],
  ['SPF ', 'spf'],
  ['rejected by DMARC policy', 'dmarc'],
  ['quarantined by DMARC policy', 'dmarc'],
  ['Rejected due to DMARC', 'dmarc'],
  ['Spam message rejected', 'spam'],
  ['Gtube pattern', 'spam'],
  ['Blocked by SpamAssassin', 'spam'],
  ['Ratelimit', 'rate'],
  ['Rate limit', 'rate'],
];

/** slockd: `see http://host/cgi/why?spf=<sender>`; what stands behind the word is the sender's. */
const SLOCKD_SEE = /^(?:[A-Za-z ]{1,20}, )?see https?:\/\/[\w.:/-]{1,200}[/?](spf|greylist|rbl)\b/;

/** rspamd's greylist module and policy services that say only this, with 4xx. */
const COME_BACK = /^(?:Try again later|Please try again later|Temporarily rejected|Temporary deferral)\.?$/i;

/** RFC 7372 and RFC 7505 statuses, chosen by the refusing program: they say it best. */
const STATUS_REASONS: Readonly<Record<string, RejectReason>> = {
  '2.2': 'quota',
  '3.4': 'size',
  '7.20': 'dkim',
  '7.21': 'dkim',
  '7.22': 'dkim',
  '7.23': 'spf',
  '7.24': 'spf',
  '7.25': 'client',
  '7.26': 'dmarc',
  '7.27': 'sender',
  '7.28': 'rate',
};

function serviceReason(text: string, code: number | undefined, dsn: string | undefined): RejectReason | undefined {
  for (const [start, reason] of SERVICE_TEXTS) if (matches(text, start, 0)) return reason;
  const status = dsn === undefined ? undefined : STATUS_REASONS[dsn.slice(2)];
  if (status !== undefined) return status;
  const see = SLOCKD_SEE.exec(text);
  if (see !== null) return see[1] === 'spf' ? 'spf' : see[1] === 'rbl' ? 'dnsbl' : 'greylist';
  const isSoft = code === undefined ? dsn?.charCodeAt(0) === 52 : code >= 400 && code < 500;
  if (isSoft && COME_BACK.test(text)) return 'greylist';
  const words = ownWords(text);
  for (const [pattern, reason] of WORDS) if (pattern.test(words)) return reason;
  return undefined;
}

/** Strong words in a service's text, the gravest first. */
const WORDS: readonly (readonly [RegExp, RejectReason])[] = [
  [/\b(?:virus(?:es)?|infected|malware|eicar|trojan)\b/, 'virus'],
  [/\bdmarc\b/, 'dmarc'],
  [/\bdkim\b/, 'dkim'],
  [/\bspf\b/, 'spf'],
  [/\bgr[ea]y-?list/, 'greylist'],
  [/\bdnsbls?\b|\brbls?\b|\bblocked using\b|\blisted (?:in|at|by|on)\b|\bdns blacklist/, 'dnsbl'],
  [/\b(?:banned|attachment|forbidden file|executable)\b/, 'content'],
  [/\b(?:spam|gtube|unsolicited|junk|bulk mail|ube)\b|\bspam(?:my|med|score)?\b/, 'spam'],
  [/\bblack-?list|\bblock-?list/, 'blocklist'],
  [/\brate ?-?limit|\bratelimit|\btoo (?:many|much|fast)\b|\blimit exceeded\b|\bthrottl/, 'rate'],
  [/\bquota\b|\bmailbox (?:is )?full\b|\bover quota\b/, 'quota'],
  [/\b(?:too (?:big|large)|size limit|message size)\b/, 'size'],
  [/\buser unknown\b|\bunknown user\b|\bno such (?:user|mailbox)\b|\bdoes not exist\b|\binvalid recipient\b/, 'unknown_user'],
  [/\bauthenticat/, 'auth'],
  [/\bbad header\b|\bheader\b/, 'content'],
];

/** Where nothing else is known. */
function weakReason(text: string, code: number | undefined, dsn: string | undefined): RejectReason {
  const isSoft = code === undefined ? dsn?.charCodeAt(0) === 52 : code >= 400 && code < 500;
  if (isSoft) return 'temporary';
  return matches(text, 'Access denied', 0) || isTableAction(text) ? 'blocklist' : 'other';
}

/** Longer than any text a service writes before it begins to quote the message. */
const LOOK_AT = 400;

/**
 * The service's own words in lower case: without quoted and bracketed parts, addresses, host names and URLs, which a
 * sender may have chosen.
 */
function ownWords(text: string): string {
  const plain = text
    .slice(0, LOOK_AT)
    .replaceAll(/"[^"]*"|'[^']*'|<[^>]*>|\[[^\]]*\]/g, ' ')
    .toLowerCase();
  let words = '';
  for (const token of plain.split(' ')) {
    if (token.includes('@') || token.includes('/') || token.includes('=')) continue;
    const dot = token.indexOf('.');
    if (dot >= 0 && dot < token.length - 1) continue;
    words += ' ' + token;
  }
  return words;
}
