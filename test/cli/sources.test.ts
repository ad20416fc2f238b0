import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectorOf, mailEntries } from '../../src/cli/sources.ts';
import { DEFAULT_CONFIG } from '../../src/config/config.ts';
import { shown } from '../collectors/journal.ts';
import { recorder, start, temporaryFolder, until } from '../collectors/recorder.ts';

test('queues of several instances of one host are told apart', async (t) => {
  const spool = await temporaryFolder(t);
  const seen = recorder();
  for (const instance of ['postfix-in', 'postfix-out'])
    start(t, collectorOf({ type: 'postfix-queue', every: 60_000, spool, instance }, DEFAULT_CONFIG, []), seen);
  await until('both', () => new Set(seen.sampled.map(({ instance }) => instance)).size === 2);
  assert.deepEqual([...new Set(seen.states.map(({ source }) => source))].toSorted(), [
    'postfix-queue postfix-in',
    'postfix-queue postfix-out',
  ]);
});

test("of a journal mail's part: what mail.log would have, and programs whose lines are understood, in containers too", () => {
  const wants = mailEntries();
  const is = (identifier: string, facility: string, fields: Record<string, unknown> = {}): boolean => {
    const line = shown(1, { SYSLOG_IDENTIFIER: identifier, SYSLOG_FACILITY: facility, ...fields });
    return wants({ line, identifier, facility, container: 'CONTAINER_ID' in fields });
  };
  assert.ok(is('postfix/smtpd', '2'));
  // To be listed as unknown, as it would be from mail.log.
  assert.ok(is('newmailer', '2'));
  assert.ok(!is('newmailer', '3'));
  assert.ok(is('rspamd', '3'));
  assert.ok(is('roundcube', '1'));
  assert.ok(!is('sshd', '10'));
  assert.ok(!is('kernel', '0'));
  const container = { CONTAINER_ID: '0123456789ab' };
  assert.ok(is('0123456789ab', '3', { ...container, MESSAGE: 'Nov 23 10:00:00 mail postfix/qmgr[9]: A1B2C3D4E5: removed' }));
  assert.ok(!is('0123456789ab', '3', { ...container, MESSAGE: '10.0.0.1 - - [23/Nov/2026] "GET / HTTP/1.1" 200' }));
  assert.ok(is('0123456789ab', '3', { ...container, MESSAGE: 'Nov 23 10:00:00 mail dovecot: imap-login: Login: user=<a>' }));
});
