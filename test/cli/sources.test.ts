import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailEntries } from '../../src/cli/sources.ts';
import { shown } from '../collectors/journal.ts';

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
