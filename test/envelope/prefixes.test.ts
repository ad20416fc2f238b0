import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Envelope, EnvelopeReader } from '../../src/envelope/envelope.ts';
import { OTHER_CASES } from './prefix-others.ts';
import { SYSLOG_CASES } from './prefix-syslog.ts';

// The log is from Berlin, read on 23 November 2026; 'here' is the host of formats that name none.
const WRITTEN = Date.parse('2026-11-23T12:00:00Z');
const readerFor = (source?: string) =>
  new EnvelopeReader({ zone: 'Europe/Berlin', host: 'here', ...(source === undefined ? {} : { source }) });

const CASES = [...SYSLOG_CASES, ...OTHER_CASES];

const seen = (envelope: Envelope | null) =>
  envelope === null ? null : { ...envelope, time: new Date(envelope.time).toISOString(), tag: envelope.tag.name };

for (const { name, line, source, ...expected } of CASES) {
  test(`prefix: ${name}`, () => {
    const found = seen(readerFor(source).read(line, WRITTEN));
    const time = new Date(expected.time).toISOString();
    assert.deepEqual(found, { host: 'here', pid: 0, repeat: 1, ofPrevious: false, ...expected, time });
  });
}

test('the lines before change nothing: every variant in one file, twice', () => {
  const reader = readerFor();
  const cases = CASES.filter(({ source }) => source === undefined);
  const once = cases.map(({ line }) => seen(readerFor().read(line, WRITTEN)));
  for (const round of [1, 2])
    assert.deepEqual(
      cases.map(({ line }) => seen(reader.read(line, WRITTEN))),
      once,
      `round ${round}`,
    );
});

for (const [name, line] of [
  ['with a host', 'Feb 16 17:22:22 hal last message repeated 18 times'],
  ['without', 'Feb 16 17:22:22 last message repeated 18 times'],
  ['by FreeBSD 12', 'Feb 16 17:22:22 hal syslogd: last message repeated 18 times'],
] as const) {
  test(`last message repeated, ${name}`, () => {
    const found = readerFor().read(line, WRITTEN);
    assert.ok(found);
    assert.deepEqual([found.text, found.repeat, found.ofPrevious, found.tag.name], ['', 18, true, '']);
    assert.equal(found.host, line.includes('hal') ? 'hal' : 'here');
  });
}

test('a tag is taken apart, and is one object', () => {
  const reader = readerFor();
  const first = reader.read('Nov 23 12:00:00 mx postfix/submission/smtpd[1]: a', WRITTEN)?.tag;
  const second = reader.read('2026-11-23T12:00:00Z mx postfix/submission/smtpd[2]: b', WRITTEN)?.tag;
  assert.deepEqual(first, { name: 'postfix/submission/smtpd', instance: 'postfix/submission', program: 'smtpd' });
  assert.equal(first, second);
});

test('more tags than are kept: each is still right', () => {
  const reader = readerFor();
  for (let at = 0; at < 10_000; at++) {
    assert.equal(reader.read(`Nov 23 12:00:00 mx program${at}[${at}]: text`, WRITTEN)?.tag.name, `program${at}`);
  }
});

for (const line of [
  '',
  'x',
  'Nov 31 12:00:00 mx a: no such day',
  'Feb 30 12:00:00 mx a: no such day',
  'Nov 23 24:00:00 mx a: no such hour',
  'Nov A 12:00:00 mx a: no day',
  '2026-13-01T00:00:00Z mx a: no such month',
  '2026-02-29T00:00:00Z mx a: no such day',
  '{"a":1}',
  '{"log":1}',
  '[1,2]',
  '{broken',
  '[10-May-2015 13:02:52 -0400] no colon',
  '<22>1 yesterday mx a - - - text',
  '<22>1 2026-11-23T12:00:00Z mx a - - [open text',
  '@40000000 text',
  'service | text without a prefix',
]) {
  test(`no prefix: ${line}`, () => assert.equal(readerFor().read(line, WRITTEN), null));
}

test('an unknown zone is a configuration error', () => {
  assert.throws(() => new EnvelopeReader({ zone: 'Mars/Olympus' }), { code: 'config_invalid' });
});

test("maildrop's own log: the lines of a record have the time of its first", () => {
  const reader = readerFor();
  const record = [
    'Date: Mon Nov 23 13:39:50 2026',
    'From: "Sender 0" <s0@example.net>',
    'Subj: Nov 23 10:00:00 mail postfix/qmgr[1]: AAAAA: removed',
    'File: /var/vmail/example.org/user1/Maildir                             (1556)',
  ];
  for (const line of record) {
    const { time, host, tag, text } = reader.read(line, WRITTEN) ?? {};
    assert.deepEqual(
      { time, host, tag: tag?.name, text },
      { time: Date.parse('2026-11-23T12:39:50Z'), host: 'here', tag: 'maildrop', text: line },
    );
  }
  assert.equal(readerFor().read('From: "Sender 0" <s0@example.net>', WRITTEN), null);
});
