import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesName, select } from '../../collectors/glob.ts';

test('names and patterns', () => {
  for (const [pattern, name] of [
    ['mail*', 'mail.log'],
    ['m?il.log', 'mail.log'],
    ['mail[0-9].log', 'mail7.log'],
    ['[!a]*', 'b'],
    ['a+(b).log', 'a+(b).log'],
    ['**', 'x'],
  ] as const) {
    assert.ok(matchesName(pattern, name), `${pattern} ${name}`);
  }
  for (const [pattern, name] of [
    ['mail*', 'xmail'],
    ['*', '.hidden'],
    ['mail.log', 'mailxlog'],
    ['[!a]*', 'a'],
    ['mail?', 'mail'],
  ] as const) {
    assert.ok(!matchesName(pattern, name), `${pattern} ${name}`);
  }
});

test('which matches are logs of their own', () => {
  const of = (...names: string[]): readonly string[] =>
    select(
      names.map((name) => `/var/log/${name}`),
      new Set(),
    ).follow.map((path) => path.slice(9));
  assert.deepEqual(of('mail.err', 'mail.info', 'mail.info.1', 'mail.log', 'mail.log.1', 'mail.log.2.gz', 'mail.warn'), ['mail.log']);
  assert.deepEqual(of('mail', 'mail-20261101.xz', 'mail.err', 'mail.info'), ['mail']);
  assert.deepEqual(of('mail.info', 'mail.warn'), ['mail.info', 'mail.warn']);
  assert.deepEqual(of('maillog', 'maillog-20261101', 'maillog.20261101-031500.gz'), ['maillog']);
  assert.deepEqual(of('mail-2026-11-01.log', 'mail-2026-11-02.log'), ['mail-2026-11-01.log', 'mail-2026-11-02.log']);
  assert.deepEqual(of('dovecot.log', 'dovecot-info.log', 'mail.log'), ['dovecot.log', 'dovecot-info.log', 'mail.log']);
  // The log itself is just being rotated: its copy does not become one.
  assert.deepEqual(select(['/var/log/mail.log.1'], new Set(['/var/log/mail.log'])).follow, []);
});
