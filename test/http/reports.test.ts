import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportMail } from '../../src/model/report-mail.ts';
import { NOW, service } from './service.ts';

const mail = (recipient: string, change: Partial<ReportMail> = {}): ReportMail => ({
  schedule: 'daily en',
  recipient,
  period: (NOW - 100_000) * 1000,
  due: (NOW - 3600) * 1000,
  state: 'sent',
  attempts: 1,
  nextAttempt: NOW * 1000,
  time: NOW * 1000,
  messageId: '<report.1@example.org>',
  problem: '',
  ...change,
});

test('reports by mail are listed, and one that could not be sent is told of without calling the service not ready', async (t) => {
  const { app, store } = await service(t);
  const problem = 'the mail server 127.0.0.1:25 did not take it: connect ECONNREFUSED';
  await store.saveReportMails([
    mail('a@example.org'),
    mail('b@example.org', { state: 'waiting', attempts: 3, problem }),
    mail('c@example.org', { state: 'given_up', attempts: 70, problem }),
    mail('d@example.org', { state: 'waiting' }),
  ]);
  const { reports } = (await app.inject('/api/v1/reports')).json<{ reports: (ReportMail & { nextAttempt: number | null })[] }>();
  assert.deepEqual(
    new Map(reports.map(({ recipient, state, nextAttempt, due }) => [recipient, [state, nextAttempt, due]])),
    new Map([
      ['a@example.org', ['sent', null, NOW - 3600]],
      ['b@example.org', ['waiting', NOW, NOW - 3600]],
      ['c@example.org', ['given_up', null, NOW - 3600]],
      ['d@example.org', ['waiting', NOW, NOW - 3600]],
    ]),
  );
  const { notes, ready } = (await app.inject('/api/v1/status')).json<{
    notes: { code: string; source: string; message: string }[];
    ready: boolean;
  }>();
  assert.deepEqual(
    notes.map(({ code, source }) => `${code} ${source}`).toSorted((a, b) => a.localeCompare(b)),
    ['report_unsent b@example.org', 'report_unsent c@example.org'],
  );
  assert.match(notes.find(({ source }) => source === 'b@example.org')?.message ?? '', /in 3 attempts and is tried again: the mail server/);
  assert.equal(ready, true);
});
