import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { report } from '../../src/reports/report.ts';
import { reportText } from '../../src/reports/text.ts';
import { storeOf } from '../support/log-store.ts';

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
  assert.match(text, /^ +1 {2}unexplained \(A1B2C3D401: lost\)$/m);
});
