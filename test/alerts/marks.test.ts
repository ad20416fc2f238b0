import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertMarks } from '../../src/alerts/marks.ts';
import type { Alert } from '../../src/model/alert.ts';

const alert = (part: Partial<Alert>): Alert => ({
  id: 'a',
  fingerprint: 'f',
  rule: 'bounces',
  severity: 'warning',
  labels: { host: 'mx1' },
  status: 'firing',
  since: 90_000,
  startsAt: 100_000,
  endsAt: 0,
  value: 5,
  threshold: 1,
  evidence: { figures: {}, link: '/', samples: [] },
  ...part,
});

test('an alert is a mark where it began to fire; what only threatens to fire, or fired before, is none', async () => {
  const marks = await alertMarks({
    alerts: () =>
      Promise.resolve([
        alert({ status: 'resolved', endsAt: 160_000 }),
        alert({ rule: 'silence', labels: {} }),
        alert({ status: 'pending', startsAt: 0 }),
        alert({ startsAt: 20_000 }),
      ]),
  })(60, 120);
  assert.deepEqual(marks, [
    { time: 100, until: 160, kind: 'alert', host: 'mx1', name: 'bounces', text: '' },
    { time: 100, kind: 'alert', host: '', name: 'silence', text: '' },
  ]);
});
