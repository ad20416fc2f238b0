import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { report } from '../../src/reports/report.ts';
import { reportText } from '../../src/reports/text.ts';
import { storeOf, storeOfText } from '../support/log-store.ts';

const LOG = join(import.meta.dirname, '../fixtures/cases/id-used-again.log');

test('the report adds up what came in, and names what it cannot explain', async (t) => {
  const store = await storeOf(t, [LOG]);
  const text = reportText(await report(store, Date.UTC(2026, 10, 20) / 1000, Date.UTC(2026, 10, 21) / 1000), {
    language: 'en',
    zone: 'UTC',
  });
  assert.match(text, /^ +2 {2}messages received, and of these$/m);
  assert.match(text, /^ +1 {2}delivered to mailboxes$/m);
  assert.match(text, /^ +0 {2}still in the queue$/m);
  assert.match(text, /^ +1 {2}unexplained \(A1B2C3D401: Its queue id went to another message; the line that ended it is missing\)$/m);
});

test('the empty sender has a name among the senders, in either language', async (t) => {
  const line = (second: number, text: string) => `2026-11-20T10:00:0${second}+00:00 mail postfix/${text}\n`;
  const store = await storeOfText(
    t,
    line(1, 'smtpd[1]: A1B2C3D402: client=mx.example.net[192.0.2.10]') +
      line(2, 'qmgr[2]: A1B2C3D402: from=<>, size=3200, nrcpt=1 (queue active)') +
      line(3, 'qmgr[2]: A1B2C3D402: removed'),
  );
  const found = await report(store, Date.UTC(2026, 10, 20) / 1000, Date.UTC(2026, 10, 21) / 1000);
  assert.match(reportText(found, { language: 'en', zone: 'UTC' }), /^ +1 {2}\(empty sender\) \(100\.0 %\)$/m);
  assert.match(reportText(found, { language: 'zh-CN', zone: 'UTC' }), /^ +1 {2}（空发件人） \(100\.0 %\)$/m);
});
