import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { deliveryReason } from '../../parsers/postfix/delivery-reason.ts';
import { NETEASE, WORDS } from '../../parsers/postfix/delivery-words.ts';
import { DELIVERY_REASONS, REJECT_REASONS, type DeliveryReason, type DeliveryStatus } from '../../src/model/event.ts';

type Case = readonly [reason: DeliveryReason, reply: string, dsn?: string | undefined, transport?: string];

/** As Postfix quotes it: `code text | command`; the status as it would log it. */
function quoted(answer: string): readonly [dsn: string, reply: string] {
  const [text = '', command = 'RCPT TO'] = answer.split(' | ');
  const dsn = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3}) /.exec(text)?.[1] ?? `${text.charAt(0)}.0.0`;
  return [dsn, `host mx.example.com[192.0.2.25] said: ${text} (in reply to ${command} command)`];
}

const statusOf = (dsn: string): DeliveryStatus => (dsn.startsWith('4') ? 'deferred' : 'bounced');

/** What mail servers and providers answer: their documented texts and those of well-known programs. */
const REMOTE: readonly (readonly [DeliveryReason, string])[] = [
  ['unknown_user', '550 5.1.1 <u@example.com>: Recipient address rejected: User unknown in local recipient table'],
  [
    'unknown_user',
    '550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the address 550 5.1.1 for spaces. https://support.example.com/ - gsmtp',
  ],
  ['unknown_user', '550 5.4.1 Recipient address rejected: Access denied. [mail.example.com 2026-11-23T10:00:00.000Z]'],
  ['unknown_user', '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'],
  [
    'unknown_user',
    "554 delivery error: dd This user doesn't have a example.com account (u@example.com) [0] - mta1.example.net | end of DATA",
  ],
  ['unknown_user', '550 Requested action not taken: mailbox unavailable'],
  ['unknown_user', '550 Mailbox not found. http://service.mail.example.com/cgi-bin/help?id=20022'],
  ['unknown_user', '550 Invalid User: u@example.com'],
  ['unknown_user', '550 No such user here'],
  ['unknown_user', '550 #5.1.0 Address rejected.'],
  ['unknown_user', '553 sorry, your envelope recipient is in my badrcptto list (#5.7.1)'],
  ['unknown_user', '511 sorry, no mailbox here by that name (#5.1.1 - chkuser)'],
  ['unknown_user', '550 用户不存在'],
  ['suspended', '550 5.2.1 The email account that you tried to reach is disabled. https://support.example.com/'],
  [
    'suspended',
    '554 delivery error: dd Sorry your message to u@example.com cannot be delivered. This mailbox is disabled (554.30). | end of DATA',
  ],
  ['suspended', '550 User suspended'],
  ['suspended', '550 u@example.com is a deactivated mailbox'],
  [
    'mailbox_full',
    "452-4.2.2 The recipient's inbox is out of storage space. Please direct the 452-4.2.2 recipient to 452 4.2.2 https://support.example.com/ - gsmtp",
  ],
  ['mailbox_full', '552 Requested mail action aborted: exceeded storage allocation'],
  ['mailbox_full', "550 The user's space has been used up"],
  ['mailbox_full', '554 5.2.2 mailbox full'],
  ['mailbox_full', '450 邮箱已满'],
  ['filtered', '550 Mail is rejected by recipients'],
  ['filtered', '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; you are not authorized to send to this restricted group'],
  ['not_accepting', '556 5.1.10 Domain does not accept mail (nullMX)'],
  ['not_accepting', '521 5.3.2 example.com does not accept mail | EHLO'],
  ['tls', '530 5.7.0 Must issue a STARTTLS command first | MAIL FROM'],
  ['tls', "421-4.7.29 Your email has been rate limited because this message wasn't sent over a 421 4.7.29 TLS connection"],
  ['loop', '554 5.4.14 Hop count exceeded - possible mail loop ATTR34 | end of DATA'],
  ['loop', '554 5.4.0 Error: too many hops | end of DATA'],
  ['expired', '550 4.4.7 QUEUE.Expired; message expired'],
  [
    'dnsbl',
    '554 5.7.1 Service unavailable; Client host [192.0.2.11] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.11',
  ],
  [
    'dnsbl',
    '550 5.7.1 Service unavailable, Client host [192.0.2.11] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/lookup/',
  ],
  ['dnsbl', '550 rejected because 192.0.2.11 is in a black list at dnsbl.example.org | MAIL FROM'],
  ['dnsbl', '450 DT:RBL 163 smtp5'],
  [
    'blocklist',
    '550 5.7.606 Access denied, banned sending IP [192.0.2.11]. To request removal from this list please visit https://sender.example.com/',
  ],
  [
    'blocklist',
    "550 5.7.1 Unfortunately, messages from [192.0.2.11] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). | MAIL FROM",
  ],
  ['blocklist', '554 HL:IHU 163 smtp10,example http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.11 | EHLO'],
  ['blocklist', '550 Connection denied'],
  [
    'reputation',
    '421 4.7.0 [TSS04] Messages from 192.0.2.11 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.example.com/error-codes | MAIL FROM',
  ],
  [
    'reputation',
    '550-5.7.1 [192.0.2.11 19] Gmail has detected that this message is 550-5.7.1 likely suspicious due to the very low reputation of the sending domain. | end of DATA',
  ],
  ['reputation', '451 4.7.650 The mail server [192.0.2.11] has been temporarily rate limited due to IP reputation. | MAIL FROM'],
  ['reputation', '550 Suspected spam ip'],
  ['reputation', '554 Reject by behaviour spam at Rcpt State(Connection IP address:192.0.2.11)ANTISPAM_BAT[01201311R156e4'],
  ['client', '550 5.7.25 The IP address sending this message does not have a PTR record setup'],
  ['client', '450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.11]'],
  ['client', '550 5.7.1 <mail>: Helo command rejected: need fully-qualified hostname'],
  ['client', '550 MI:NHD 163 smtp1 | MAIL FROM'],
  ['rate', '550 Domain frequency limited | MAIL FROM'],
  [
    'rate',
    '450-4.2.1 The user you are trying to contact is receiving mail at a rate that 450-4.2.1 prevents additional messages from being delivered.',
  ],
  ['rate', '421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating 421-4.7.28 from your IP address. | end of DATA'],
  ['rate', '421 4.7.0 mx.example.com Error: too many connections from 192.0.2.11'],
  ['rate', '452 4.5.3 Too many recipients'],
  ['rate', '451 MI:SFQ 163 smtp2 | MAIL FROM'],
  ['rate', '550 sending quota exceeded | MAIL FROM'],
  ['greylist', '450 4.2.0 <u@example.com>: Recipient address rejected: Greylisted, see http://postgrey.example.com/'],
  ['greylist', '451 4.7.1 Greylisting in action, please come back later'],
  ['greylist', '451 Please try again later'],
  ['spf', '550 5.7.23 The message was rejected because of Sender Policy Framework violation'],
  ['spf', '550 SPF check failed'],
  ['spf', '550 MI:SPF 163 mx14 | MAIL FROM'],
  ['dkim', '550 5.7.20 No passing DKIM signature found | end of DATA'],
  ['dmarc', "550-5.7.26 Unauthenticated email from example.org is not accepted due to 550 5.7.26 domain's DMARC policy. | end of DATA"],
  [
    'dmarc',
    '550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification and has a DMARC policy of reject. | end of DATA',
  ],
  ['dmarc', "550 5.7.515 Access denied, sending domain example.org doesn't meet the required authentication level. | end of DATA"],
  ['sender', '550 5.7.1 <a@example.org>: Sender address rejected: not accepted here | MAIL FROM'],
  ['sender', '553 5.1.8 <a@example.invalid>... Domain of sender address a@example.invalid does not exist | MAIL FROM'],
  ['sender', '550 Sender verify failed'],
  ['sender', '554 5.0.0 no | MAIL FROM'],
  ['relay_denied', '554 5.7.1 <u@example.com>: Relay access denied'],
  ['relay_denied', '550 5.7.1 Unable to relay'],
  ['relay_denied', "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"],
  ['auth', '530 5.7.0 Authentication required | MAIL FROM'],
  ['auth', '550 5.7.8 no | MAIL FROM'],
  ['spam', '550 5.7.1 Message rejected due to content restrictions: spam | end of DATA'],
  ['spam', '550 Mail content denied. http://service.mail.example.com/cgi-bin/help?id=20022 | end of DATA'],
  ['spam', '554 DT:SPM 163 smtp7,example please see http://mail.163.com/help/help_spam_16.htm | end of DATA'],
  ['spam', '554 5.7.1 Spam message rejected | end of DATA'],
  [
    'spam',
    '550-5.7.1 [192.0.2.11 12] Our system has detected that this message is likely 550-5.7.1 unsolicited mail. To reduce the amount of spam sent to us, this message 550 5.7.1 has been blocked. | end of DATA',
  ],
  ['virus', '554 5.7.1 Virus found: Eicar-Test-Signature | end of DATA'],
  ['content', '552-5.7.0 This message was blocked because its content presents a potential 552 5.7.0 security issue. | end of DATA'],
  ['content', '552 Illegal Attachment | end of DATA'],
  ['size', '552 5.3.4 Message size exceeds fixed limit | MAIL FROM'],
  ['size', '552 Requested mail action aborted: exceeded mailsize limit | end of DATA'],
  ['policy', '554 5.7.9 Message not accepted for policy reasons. See https://postmaster.example.com/error-codes | end of DATA'],
  ['policy', '550 5.7.1 no | end of DATA'],
  ['protocol', '503 5.5.1 Error: need RCPT command | DATA'],
  ['system_full', '452 4.3.1 Insufficient system storage | MAIL FROM'],
  ['system_error', '451 4.3.0 <u@example.com>: Temporary lookup failure'],
  ['system_error', '450-4.2.0 multi line answer line one 450 4.2.0 <u@example.com>: mailbox busy'],
  ['system_error', '451 Requested action aborted: local error in processing | end of DATA'],
  ['other', '550 no'],
  // What a recipient or sender chose decides nothing.
  ['unknown_user', '550 5.1.1 <spam-virus-quota@greylist.example.com>: Recipient address rejected: User unknown'],
  ['other', '550 "over quota" <blocked-using@spamhaus.example.com> dmarc@example.com https://example.com/virus no'],
];

/** What Postfix says itself. */
const OWN: readonly Case[] = [
  ['network', 'connect to mx.example.com[192.0.2.25]:25: Connection timed out', '4.4.1'],
  ['network', 'delivery temporarily suspended: connect to mx.example.com[192.0.2.25]:25: Connection refused', '4.4.1', 'error'],
  ['network', 'lost connection with mx.example.com[192.0.2.25] while receiving the initial server greeting', '4.4.2'],
  ['network', 'conversation with mx.example.com[2001:db8::25] timed out while sending MAIL FROM', '4.4.2'],
  ['network', 'Host or domain name not found. Name service error for name=example.com type=MX: Host not found, try again', '4.4.3'],
  ['unknown_domain', 'Host or domain name not found. Name service error for name=example.com type=A: Host not found', '5.4.4'],
  ['not_accepting', 'Domain example.com does not accept mail (nullMX)', '5.1.0'],
  ['loop', 'mail for example.com loops back to myself', '5.4.6'],
  ['loop', 'mail forwarding loop for u@example.com', '5.4.6', 'local'],
  ['tls', 'TLS is required, but was not offered by host mx.example.com[192.0.2.25]', '4.7.4'],
  ['tls', 'Server certificate not verified', '4.7.5'],
  ['auth', 'SASL authentication failed; server mx.example.com[192.0.2.25] said: 535 5.7.8 Error: authentication failed', '4.7.8'],
  ['size', 'message size 99 exceeds size limit 50 of server mx.example.com[192.0.2.25]', '5.3.4'],
  ['protocol', 'SMTPUTF8 is required, but was not offered by host mx.example.com[192.0.2.25]', '5.6.7'],
  ['system_error', 'host mx.example.com[192.0.2.25] refused to talk to me: 421 4.3.2 mx.example.com too busy, try later', '4.3.2'],
  ['blocklist', 'host mx.example.com[192.0.2.25] refused to talk to me: 554 5.7.1 mx.example.com no SMTP service here for you', '4.7.1'],
  [
    'dnsbl',
    'host mx.example.com[192.0.2.25] refused to talk to me: 554 blocked, see https://www.spamhaus.org/query/ip/192.0.2.11',
    '4.0.0',
  ],
  [
    'greylist',
    'delivery temporarily suspended: host mx.example.com[192.0.2.25] said: 451 4.7.1 Greylisted (in reply to RCPT TO command)',
    '4.7.1',
    'error',
  ],
  ['local_error', 'connect to 127.0.0.1[127.0.0.1]:10024: Connection refused', '4.4.1'],
  ['local_error', 'connect to mail.example.org[private/dovecot-lmtp]: No such file or directory', '4.4.1', 'lmtp'],
  ['local_error', 'mail transport unavailable', '4.3.0', 'error'],
  ['local_error', 'Command died with status 1: "/bin/false". Command output: Exec format error', '5.3.0', 'local'],
  ['local_error', 'temporary failure', '4.3.0', 'pipe'],
  ['local_error', 'maildir delivery failed: create maildir file /srv/mail/u/tmp/1: Permission denied', '4.2.0', 'virtual'],
  ['system_full', 'maildir delivery failed: create maildir file /srv/mail/u/tmp/1: No space left on device', '4.2.0', 'virtual'],
  ['mailbox_full', 'temporary failure. Command output: maildrop: maildir over quota. ', '4.3.0', 'pipe'],
  [
    'mailbox_full',
    "maildir delivery failed: Sorry, the user's maildir has overdrawn his diskspace quota, please try again later.",
    '5.2.2',
    'virtual',
  ],
  ['mailbox_full', 'cannot update mailbox /var/mail/u for user u. error writing message: File too large', '5.2.2', 'local'],
  [
    'mailbox_full',
    'host mail.example.org[private/dovecot-lmtp] said: 452 4.2.2 <u@example.org> Quota exceeded (in reply to end of DATA command)',
    '4.2.2',
    'lmtp',
  ],
  ['unknown_user', 'unknown user: "spam"', '5.1.1', 'local'],
  ['unknown_user', 'user unknown. Command output: Invalid user specified. ', '5.1.1', 'pipe'],
  ['unknown_user', 'User unknown in virtual alias table', '5.1.1', 'error'],
  ['unknown_user', 'user has moved to v@example.com', '5.1.6', 'error'],
  ['suspended', 'account disabled', '5.2.1', 'error'],
  // A status before Postfix 2.3, and words nobody knows.
  ['other', 'no', undefined, 'error'],
  ['local_error', 'no', undefined, 'virtual'],
];

test('what remote hosts answer has its class', () => {
  const wrong = REMOTE.flatMap(([reason, answer]) => {
    const [dsn, reply] = quoted(answer);
    const found = deliveryReason(statusOf(dsn), dsn, reply, 'smtp');
    return found === reason ? [] : [`${answer}: ${found}, not ${reason}`];
  });
  assert.deepEqual(wrong, []);
});

test('what Postfix says itself has its class', () => {
  const wrong = OWN.flatMap(([reason, reply, dsn, transport = 'smtp']) => {
    const found = deliveryReason(statusOf(dsn ?? ''), dsn, reply, transport);
    return found === reason ? [] : [`${reply}: ${found}, not ${reason}`];
  });
  assert.deepEqual(wrong, []);
});

test('each class has a reply that leads to it, and each NetEase code a class', () => {
  const reached = new Set([...REMOTE, ...OWN].map(([reason]) => reason));
  assert.deepEqual(
    DELIVERY_REASONS.filter((reason) => !reached.has(reason)),
    [],
  );
  for (const reason of Object.values(NETEASE)) assert.ok(DELIVERY_REASONS.includes(reason));
});

test('any reply has a class of the list', () => {
  const word = fc.constantFrom(...[...REMOTE, ...OWN].map(([, reply]) => reply), ' 450-4.2.0 ', '] said: ', 'host ', '[', '<', '"', '@');
  const reply = fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 8 }).map((parts) => parts.join(''));
  const dsn = fc.option(fc.oneof(fc.constantFrom('5.1.1', '4.7.0', '5.7.620', '4.constructor'), fc.string()), { nil: undefined });
  fc.assert(
    fc.property(
      fc.constantFrom('bounced', 'deferred'),
      dsn,
      reply,
      fc.constantFrom('smtp', 'pipe', 'error'),
      (status, code, text, transport) => {
        assert.ok(DELIVERY_REASONS.includes(deliveryReason(status, code, text, transport)));
      },
    ),
    { numRuns: 2000 },
  );
});

test('no expression remembers where it was', () => {
  for (const [pattern] of WORDS) assert.equal(pattern.flags, '');
});

const documented = (heading: string): string[] => {
  const text = readFileSync(new URL('../../docs/reasons.md', import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name = '']) => name);
};

test('the document lists the classes, in the order of display', () => {
  assert.deepEqual(documented('Deliveries'), [...DELIVERY_REASONS]);
  assert.deepEqual(documented('Refusals'), [...REJECT_REASONS]);
});
