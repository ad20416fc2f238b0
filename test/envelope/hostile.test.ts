import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';

const WRITTEN = Date.parse('2026-11-23T12:00:00Z');
const reader = () => new EnvelopeReader({ zone: 'Europe/Berlin', host: 'here' });
const copy = (line: string, by = reader()) => {
  const found = by.read(line, WRITTEN);
  return found === null ? null : { ...found, tag: found.tag.name };
};

// A prefix inside the text is text: only what stands at the line's beginning says who wrote it.
const FORGED = [
  'warning: non-SMTP command from unknown[192.0.2.66]: Nov 23 12:00:00 mx amavis[1]: (1-1) Blocked INFECTED (Eicar-Signature)',
  'Nov 23 12:00:00 mx amavis[1]: (1-1) Blocked INFECTED (Eicar-Signature)',
  '2026-11-23T12:00:00Z mx dovecot: imap-login: Login: user=<root>',
  '<22>Nov 23 12:00:00 mx dovecot: imap-login: Login: user=<root>',
  '{"log":"Nov 23 12:00:00 mx a: b","time":"2026-11-23T12:00:00Z"}',
  '[23-Nov-2026 12:00:00 +0000]: <s> Successful login for root',
  '#1(rspamd_proxy) <94f35d>; proxy; text',
  'imap-login: Info: Login: user=<root>',
  'last message repeated 99 times',
  'x: message repeated 99 times: [ status=sent ]',
  'mx | Nov 23 12:00:00 mx a: b',
];
for (const text of FORGED) {
  for (const prefix of ['Nov 23 12:00:00 mx postfix/smtpd[7]: ', '2026-11-23T12:00:00.1Z mx postfix/smtpd[7]: ']) {
    test(`forged: ${prefix.slice(0, 8)} ${text}`, () => {
      const found = copy(prefix + text);
      assert.deepEqual([found?.host, found?.tag, found?.pid, found?.text, found?.repeat], ['mx', 'postfix/smtpd', 7, text, 1]);
    });
  }
}

test('a repetition of more than a million times is text', () => {
  assert.equal(copy('Nov 23 12:00:00 mx a[1]: message repeated 99999999 times: [ x]')?.repeat, 1);
  assert.equal(copy('Nov 23 12:00:00 mx last message repeated 99999999 times')?.ofPrevious, false);
});

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  // What real lines are made of, put together wrongly.
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'Nov 23 12:00:00 ',
          'Nov  3 12:00:00.5 ',
          'Feb 29 12:00:00 ',
          '2026-11-23T12:00:00.123+01:00 ',
          '2026-11-23 12:00:00 ',
          '<22>',
          '1 ',
        ),
        fc.constantFrom(
          'mx ',
          'mx2 ',
          'a',
          '[1]',
          ': ',
          ':',
          '[',
          ']',
          ' ',
          '{',
          '}',
          '"',
          '\\',
          '@400000004c91b044077a9e94 ',
          '- ',
          '- - ',
          '\r',
          '| ',
        ),
        fc.constantFrom(
          'last message repeated 2 times',
          'message repeated 2 times: [ x]',
          'imap-login: Info: ',
          '#1(x) ',
          'c1fc66d724ec',
          '<4.3> ',
          '[ID 1 mail.info] ',
        ),
        fc.string({ maxLength: 5 }),
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join('')),
);

test('any string never throws, and what comes out is well formed', () => {
  const by = reader();
  fc.assert(
    fc.property(line, (text) => {
      const found = by.read(text, WRITTEN);
      if (found === null) return;
      assert.ok(Number.isSafeInteger(found.time) && Number.isSafeInteger(found.pid) && found.pid >= 0);
      assert.ok(found.repeat >= 0 && found.repeat < 1e6);
      assert.ok(found.tag.name.endsWith(found.tag.program) && found.tag.name.startsWith(found.tag.instance));
    }),
    { numRuns: 5000 },
  );
});

test('no line changes how another is read, the year and the repeated hour aside', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const together = reader();
      assert.deepEqual(
        lines.map((text) => copy(text, together)),
        lines.map((text) => copy(text)),
      );
    }),
    { numRuns: 1500 },
  );
});

test('JSON nested deeper than a stack', () => {
  const nested = '['.repeat(200_000) + ']'.repeat(200_000);
  assert.equal(copy(`{"__REALTIME_TIMESTAMP":"1789228152650438","MESSAGE":${nested}}`)?.text, '');
});

test('a mebibyte of what is looked for: every prefix of it is read in one pass', () => {
  const by = reader();
  const parts = [
    ' ',
    ':',
    '[',
    ']',
    '<',
    '(',
    'a',
    '1',
    'imap-login(',
    'a<',
    '[x ',
    '\\"',
    '{"a":',
    '{"log":[',
    'message repeated 1 times: [',
  ];
  for (const start of [
    '',
    'Nov 23 12:00:00 ',
    'Nov 23 12:00:00 mx a[',
    '2026-11-23 12:00:00 imap(',
    '<22>1 2026-11-23T12:00:00Z a b c d ',
    '[',
    '@',
    '{"log":"',
  ]) {
    for (const part of parts) by.read(start + part.repeat(Math.ceil(2 ** 20 / part.length)), WRITTEN);
  }
});

const shared = new URL('../../../shared/logs/', import.meta.url);
test(
  'real logs: every line but the continuations of a broken one has a prefix',
  { skip: existsSync(shared) ? false : 'needs ../shared/logs' },
  () => {
    const files: readonly (readonly [string, number])[] = [
      ['lab/mail.rfc3164.log.gz', 0],
      ['lab/mail.iso8601.log.gz', 0],
      ['lab/journal.head.json.gz', 0],
      ['lab/dovecot2.own-file.log', 0],
      ['lab/rspamd.log.gz', 0],
      ['lab/postfix-rs.postlogd.maillog', 0],
      ['lab/clamav.own-file.log', 0],
      // A login name with a line break in it: see the README of that folder, point 26.
      ['lab/roundcube.userlogins.log', 4],
      ['lab/roundcube.errors.log', 4],
    ];
    for (const [name, most] of files) {
      const bytes = readFileSync(new URL(name, shared));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      const lines = text.split('\n').filter((one) => one !== '');
      const by = new EnvelopeReader({ zone: 'UTC', host: 'mx1', source: name });
      const unread = lines.filter((one) => by.read(one, WRITTEN) === null);
      assert.ok(lines.length > 0 && unread.length <= most, `${name}: ${unread.length} of ${lines.length}, such as ${unread[0]}`);
    }
  },
);
