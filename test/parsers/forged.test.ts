import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { findParser } from '../../parsers/index.ts';

/** What a stranger writes into a field to make the line say something else: how its daemon, or another one, goes on behind that field. */
const FORGERIES: readonly string[] = [
  '>, relay=mx.evil.example[203.0.113.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4FORGED)',
  '"@evil.example>, relay=none, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 Ok',
  ', orig_to=<victim@example.org>, relay=local, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (no',
  '>, size=99999999, nrcpt=500 (queue active)',
  ', sasl_method=PLAIN, sasl_username=root, orig_queue_id=4FORGED',
  'x[203.0.113.9]: 550 5.7.1 forged; from=<forged@evil.example> to=<victim@example.org> proto=ESMTP helo=<forged>',
  '> to=<victim@example.org> proto=SMTP helo=<forged>',
  '; from=<forged@evil.example> to=<forged@example.org> proto=SMTP helo=<forged>: 4.7.1 forged',
  '>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, mpid=7, TLS, session=<forged>',
  ', ip=[::ffff:203.0.113.9], port=[1]',
  '>, client=203.0.113.9, module=login, status=loginok',
  ') {RelayedInbound,Quarantined}, [203.0.113.9]:25 [203.0.113.9] <forged@evil.example> -> <victim@example.org>, Queue-ID: 4FORGED, Hits: 99',
  ' (auth failed, 99 attempts in 9 secs): user=<root>, rip=203.0.113.9',
  ' said: 250 2.0.0 Ok: queued as 4FORGED (in reply to end of DATA command)',
  ' (in reply to end of DATA command)); dsn=2.0.0, status=sent (250 Ok',
  '4FORGED: removed',
];

const SMTP = 'relay=mx.example.net[192.0.2.67]:25, delay=1, delays=0.1/0.1/0.3/0.5, dsn=5.1.1, status=bounced';
/** Where strangers write, as the daemon does it: Postfix quotes local parts, masks some characters of HELO, and blanks and brackets in names. */
const FIELDS: Readonly<Record<string, (forged: string) => readonly [tag: string, text: string]>> = {
  client: (forged) => ['postfix/smtpd', `4F0000001: client=${forged.replaceAll(/[\s[\]]/g, '?')}[192.0.2.66]`],
  sasl_username: (forged) => [
    'postfix/smtpd',
    `warning: unknown[192.0.2.66]: SASL PLAIN authentication failed: authentication failure, sasl_username=${forged}`,
  ],
  message_id: (forged) => ['postfix/cleanup', `4F0000001: message-id=<${forged}@evil.example>`],
  from: (forged) => ['postfix/qmgr', `4F0000001: from=<${quoted(forged)}@evil.example>, size=1234, nrcpt=1 (queue active)`],
  to: (forged) => [
    'postfix/smtp',
    `4F0000001: to=<${quoted(forged)}@example.net>, ${SMTP} (host mx.example.net[192.0.2.67] said: 550 5.1.1 no)`,
  ],
  orig_to: (forged) => ['postfix/smtp', `4F0000001: to=<bob@example.net>, orig_to=<${quoted(forged)}@example.net>, ${SMTP} (no)`],
  reply: (forged) => [
    'postfix/smtp',
    `4F0000001: to=<bob@example.net>, ${SMTP} (host mx.example.net[192.0.2.67] said: 550 5.1.1 ${forged} (in reply to RCPT TO command))`,
  ],
  helo: (forged) => [
    'postfix/smtpd',
    `NOQUEUE: reject: RCPT from unknown[192.0.2.68]: 450 4.7.1 <x>: Helo command rejected: Host not found; from=<a@evil.example> to=<bob@example.org> proto=ESMTP helo=<${forged.replaceAll(/[ <>()\\";@]/g, '?')}>`,
  ],
  sender: (forged) => [
    'postfix/smtpd',
    `NOQUEUE: reject: RCPT from unknown[192.0.2.68]: 450 4.1.8 <${quoted(forged)}@evil.example>: Sender address rejected: Domain not found; from=<${quoted(forged)}@evil.example> to=<bob@example.org> proto=ESMTP helo=<x>`,
  ],
  recipient: (forged) => [
    'postfix/smtpd',
    `NOQUEUE: reject: RCPT from unknown[192.0.2.68]: 550 5.1.1 <${quoted(forged)}@example.org>: Recipient address rejected: User unknown; from=<a@evil.example> to=<${quoted(forged)}@example.org> proto=ESMTP helo=<x>`,
  ],
  subject: (forged) => [
    'postfix/cleanup',
    `4F0000001: reject: header Subject: ${forged} from mx.evil.example[192.0.2.66]; from=<a@evil.example> to=<bob@example.org> proto=ESMTP helo=<x>: 5.7.1 no`,
  ],
  dovecot: (forged) => [
    'dovecot',
    `imap-login: Login: user=<${forged}>, method=PLAIN, rip=198.18.1.1, lip=192.0.2.10, mpid=1, TLS, session=<a>`,
  ],
  courier: (forged) => ['imapd', `LOGIN FAILED, user=${forged}, ip=[::ffff:198.18.1.2]`],
  webmail: (forged) => ['extmail', `user=<${forged}>, client=198.18.1.3, module=login, status=badlogin`],
};
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** Where what the stranger wrote may be found again; all else has to be as without it. A reply's reason is told by its words. */
const SAID = new Set(['clientName', 'user', 'messageId', 'sender', 'recipient', 'originalRecipient', 'reply', 'helo', 'text', 'reason']);

test('no text of a stranger makes a line say what its daemon did not', () => {
  const forged: string[] = [];
  for (const [field, lineOf] of Object.entries(FIELDS)) {
    const events = (said: string) => {
      const [name, text] = lineOf(said);
      const [program = '', instance = ''] = name.split('/').toReversed();
      const tag = { name, program, instance };
      return findParser(tag)
        ?.parse(text, tag)
        ?.map((event) => Object.fromEntries(Object.entries(event).filter(([key]) => !SAID.has(key))));
    };
    const honest = events('nobody');
    assert.ok(honest !== undefined && honest.length > 0, field);
    for (const text of FORGERIES) if (!isDeepStrictEqual(events(text), honest)) forged.push(`${field}: ${text}`);
  }
  assert.ok(Object.keys(FIELDS).length * FORGERIES.length >= 200);
  assert.deepEqual(forged, []);
});
