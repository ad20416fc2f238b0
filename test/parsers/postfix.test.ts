import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { POSTFIX_PARSERS } from '../../parsers/postfix/index.ts';
import type { Parser, Tag } from '../../src/model/parser.ts';
import { REJECT_REASONS, type Delivery, type Event, type Refusal } from '../../src/model/event.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'parsers', 'postfix');

function tagOf(name: string): Tag {
  const slash = name.lastIndexOf('/');
  return { name, instance: slash < 0 ? '' : name.slice(0, slash), program: name.slice(slash + 1) };
}

const readersOf = (name: string): readonly Parser[] => POSTFIX_PARSERS.filter((parser) => parser.reads(tagOf(name)));

function parse(name: string, text: string): readonly Event[] | null {
  const [parser] = readersOf(name);
  assert.ok(parser, `nobody reads ${name}`);
  return parser.parse(text, tagOf(name));
}

/** The one event of a line that has one. */
function only(name: string, text: string): Event {
  const events = parse(name, text);
  assert.equal(events?.length, 1, text);
  const [event] = events;
  assert.ok(event);
  return event;
}

function delivery(text: string): Delivery {
  const event = only('postfix/smtp', text);
  assert.equal(event.kind, 'delivery', text);
  return event;
}

function rejected(text: string): Refusal {
  const event = only('postfix/smtpd', text);
  assert.equal(event.kind, 'rejected', text);
  return event;
}

test('the list holds every parser of the folder, under its name', () => {
  const files = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.samples.ts'))
    .map((file) => `postfix/${file.slice(0, -'.samples.ts'.length)}`);
  assert.deepEqual(POSTFIX_PARSERS.map((parser) => parser.name).sort(), files.sort());
});

test('a daemon is read under any service name, by exactly one parser', () => {
  const tags = [
    'postfix/smtpd',
    'postfix/submission/smtpd',
    'postfix-out/smtp',
    'postfix/10025/smtpd',
    'haproxy/postscreen',
    'enforced-tls-smtp/smtp',
    'postfix/relay/smtp',
    'postfix/oqmgr',
    'postfix/nqmgr',
    'postfix/trace',
    'postfix/postfix-script',
    'postfix',
    'postfix/tlsproxy',
  ];
  for (const tag of tags) assert.equal(readersOf(tag).length, 1, tag);
});

test('probes and other programs with the same part names are not read', () => {
  for (const tag of ['watchdog/smtpd', 'watchdog/qmgr', 'cyrus/lmtp', 'dovecot/lmtp', 'smtpd', 'pipe', 'postfix/amavis', 'imap']) {
    assert.deepEqual(readersOf(tag), [], tag);
  }
});

test('the last id that a filter reports is the one that goes on', () => {
  const line = (reply: string): string =>
    `A1A1A1A1A1: to=<u@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/0/1, dsn=2.0.0, status=${reply}`;
  const next = (reply: string): string | undefined => delivery(line(reply)).nextQueueId;
  assert.equal(next('sent (250 from MTA: 250 Ok: queued as B2B2B2B2B2)'), 'B2B2B2B2B2');
  assert.equal(next('sent (250 queued as C3C3C3C3C3 from MTA: 250 Ok: queued as 4jY6bB0VPDzK8b9)'), '4jY6bB0VPDzK8b9');
  assert.equal(next('sent (250 Ok: queued as 12345@mail.example.net)'), '12345');
  assert.equal(next('sent (250 Ok: queued as A1B2)'), undefined);
  assert.equal(next('sent (250 Ok: queued as 4jY6bB0VPDzK8b9x9aeiou)'), undefined);
  assert.equal(next('deferred (host said: 450 queued as B2B2B2B2B2)'), undefined);
});

test('delays are numbers as exact as they are logged', () => {
  const text = 'A1A1A1A1A1: to=<u@example.org>, relay=none, delay=432000, delays=431970/0.07/30/0.001, dsn=4.4.1, status=deferred (x)';
  const event = delivery(text);
  assert.equal(event.delay, 432000);
  assert.deepEqual(event.delays, [431970, 0.07, 30, 0.001]);
});

test('what a client typed as a password is in no event', () => {
  const secrets = ['UGFzc3dvcmQ6', 'c2VjcmV0'];
  const lines = [
    'warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6',
    'warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=bob',
    'warning: non-SMTP command from unknown[192.0.2.1]: c2VjcmV0',
    'improper command pipelining after AUTH from unknown[192.0.2.1]: c2VjcmV0\\r\\n',
    'warning: unknown[192.0.2.1]: request longer than 2048: AUTH PLAIN c2VjcmV0...',
  ];
  for (const line of lines) {
    const printed = JSON.stringify(parse('postfix/submission/smtpd', line));
    for (const secret of secrets) assert.ok(!printed.includes(secret), line);
  }
});

test('a sender, recipient or HELO of the right words does not choose the reason', () => {
  const words = [
    'virus',
    'spam',
    'Greylisted',
    'blocked using zen.example',
    'x>: Recipient address rejected: Greylisted',
    'x; from=<a@example.com> to=<b@example.com> proto=ESMTP helo=<c',
    'a>: Relay access denied; from=<b@example.com> to=<c@example.com> proto=SMTP helo=<d>',
  ];
  for (const word of words) {
    const helo = `NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 4.7.1 <${word}>: Helo command rejected: Host not found; from=<a@example.net> to=<b@example.org> proto=ESMTP helo=<${word}>`;
    const byHelo = rejected(helo);
    assert.equal(byHelo.reason, 'helo', word);
    assert.equal(byHelo.helo, word);
    assert.equal(byHelo.sender, 'a@example.net');
    assert.equal(byHelo.recipient, 'b@example.org');

    const sender = `NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 4.1.8 <${word}@nosuch.example>: Sender address rejected: Domain not found; from=<"${word}"@nosuch.example> to=<b@example.org> proto=ESMTP helo=<h>`;
    const bySender = rejected(sender);
    assert.equal(bySender.reason, 'sender', word);
    assert.equal(bySender.sender, `"${word}"@nosuch.example`);
    assert.equal(bySender.recipient, 'b@example.org');

    const recipient = `NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 550 5.1.1 <${word}@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@example.net> to=<"${word}"@example.org> proto=ESMTP helo=<h>`;
    const byRecipient = rejected(recipient);
    assert.equal(byRecipient.reason, 'unknown_user', word);
    assert.equal(byRecipient.recipient, `"${word}"@example.org`);
  }
});

/** What daemons write and attackers repeat, to get past the first tests of a parser. */
const PIECES = [
  'NOQUEUE: ',
  'A1A1A1A1A1: ',
  '4jY6bB0VPDzK8b9: ',
  'reject: RCPT from ',
  'milter-reject: END-OF-MESSAGE from ',
  'proxy-accept: END-OF-MESSAGE: ',
  'client=',
  'a.example.net[192.0.2.1]',
  '[192.0.2.1]:25',
  ': 550 5.7.1 ',
  '<x>: Recipient address rejected: ',
  '; from=<',
  '> to=<',
  '> proto=ESMTP helo=<',
  '"',
  '\\',
  'to=<',
  '>, relay=',
  ', delays=0/0/0/0',
  ', status=sent (',
  'queued as ',
  'warning: ',
  ': SASL LOGIN authentication failed: ',
  ', sasl_username=',
  'header Subject: ',
  ' from ',
  ';',
  ')',
  ' (queue active)',
  ', size=1, nrcpt=1',
  'uid=0 from=<',
  'message-id=<',
];
const TAGS = ['smtpd', 'postscreen', 'cleanup', 'qmgr', 'smtp', 'local', 'pickup', 'bounce', 'postsuper', 'master', 'anvil'];

test('no text makes a parser throw or leave the model', () => {
  const line = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })), { maxLength: 24 });
  fc.assert(
    fc.property(fc.constantFrom(...TAGS), line, (program, pieces) => {
      for (const event of parse(`postfix/${program}`, pieces.join('')) ?? []) {
        if (event.kind === 'rejected') assert.ok(REJECT_REASONS.includes(event.reason));
        if (event.kind === 'delivery') assert.ok(Number.isFinite(event.delay) && event.delays?.every(Number.isFinite) !== false);
        if (event.kind === 'queued') assert.ok(Number.isSafeInteger(event.size) && Number.isSafeInteger(event.recipients));
      }
    }),
    { numRuns: 3000 },
  );
});

test('a line of a megabyte is read in time linear in its length', () => {
  // No clock: a quadratic reading of any of these would take minutes and run into the runner's own limit.
  const size = 1 << 20;
  for (const piece of [...PIECES, '<', '>', '[', ']', "'", ': ', ';; from=<a', '>: ', '" ', '\\"', ' from a[1];', '/', '@.']) {
    const filler = piece.repeat(Math.ceil(size / piece.length));
    const heads = [
      '',
      'NOQUEUE: reject: RCPT from a[192.0.2.1]: 550 5.7.1 <',
      'A1A1A1A1A1: milter-reject: END-OF-MESSAGE from a[192.0.2.1]: 5.7.1 ',
      'A1A1A1A1A1: reject: header Subject: ',
      'A1A1A1A1A1: to=<"',
      'A1A1A1A1A1: to=<a>, relay=b, delay=1, status=sent (',
      'A1A1A1A1A1: from=<',
      'warning: a[192.0.2.1]: SASL LOGIN authentication failed: ',
    ];
    for (const head of heads) {
      for (const program of ['smtpd', 'postscreen', 'cleanup', 'qmgr', 'smtp', 'pickup']) parse(`postfix/${program}`, head + filler);
    }
  }
});
