import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AccountsAnswer, Failures, Finding } from '../../src/model/account.ts';
import type { LoginRow } from '../../src/model/batch.ts';
import { mailDay } from './mail-day.ts';
import { emptyBatch, NOW, service } from './service.ts';

const DAY = 86_400;
/** A name that a spreadsheet would run, and a browser, were it let. */
const FORMULA = '=HYPERLINK("http://evil.example","<img src=x onerror=alert(1)>")';

const login = (user: string, ip: string, seconds: number, part: Partial<LoginRow> = {}): LoginRow => ({
  time: (NOW - seconds) * 1000,
  host: 'mx1',
  service: 'imap',
  result: 'ok',
  user,
  ip,
  attempts: 1,
  tls: true,
  method: 'PLAIN',
  ...part,
});

/** An account that was at home for a week, and of which the password was then guessed. */
const stolen = (user: string) =>
  emptyBatch({
    logins: [
      ...[7, 6, 5, 4, 3, 2].map((days) => login(user, '192.0.2.80', days * DAY)),
      ...Array.from({ length: 12 }, (_, i) => login(`user${i % 3}`, '203.0.113.5', 7200 + i, { result: 'failed', service: 'smtp' })),
      login(user, '203.0.113.5', 7000, { service: 'smtp', tls: null }),
    ],
    queueFiles: Array.from({ length: 6 }, (_, i) => ({
      ...(mailDay().queueFiles[0] ?? assert.fail()),
      uid: 10 + i,
      message: 10 + i,
      queueId: `4STOLEN${i}`,
      time: (NOW - 6990 + i) * 1000,
      user,
      recipients: 10,
      clientIp: '203.0.113.5',
      clientName: 'mail-ed1.google.com',
    })),
  });

test('accounts by network, failures and findings come in seconds, with names and providers', async (t) => {
  const { app } = await service(t, [stolen('anna')]);
  const get = async <T>(route: string): Promise<T> => (await app.inject(`/api/v1/accounts${route}`)).json<T>();
  interface Findings {
    readonly findings: readonly Finding[];
  }
  const { rows, places } = await get<AccountsAnswer>('?from=now-30d');
  assert.equal(places, 2);
  assert.deepEqual(rows[0], {
    user: 'anna',
    network: '203.0.113.0/24',
    addresses: 1,
    ip: '203.0.113.5',
    clientName: 'mail-ed1.google.com',
    provider: 'google',
    services: ['smtp'],
    ok: 1,
    failed: 0,
    first: NOW - 7000,
    last: NOW - 7000,
  });
  const byNetwork = await get<{ rows: readonly Failures[] }>('/failures?by=network');
  assert.deepEqual(byNetwork.rows, [
    { value: '203.0.113.0/24', failed: 12, ok: 1, others: 3, services: ['smtp'], first: NOW - 7211, last: NOW - 7200 },
  ]);
  const { findings } = await get<Findings>('/findings');
  assert.deepEqual(
    findings.map(({ kind, time }) => [kind, time]),
    [
      ['burst', NOW - 7000],
      ['guessed', NOW - 7000],
    ],
  );
  const [burst] = findings;
  const message = burst?.evidence.messages[0] ?? assert.fail();
  assert.deepEqual([burst?.recipients, message.time], [60, NOW - 6990]);
  // What is shown as evidence opens.
  assert.equal((await app.inject(`/api/v1/messages/${message.id}`)).statusCode, 200);
  assert.equal((await app.inject('/api/v1/messages?user=ANNA')).json<{ messages: unknown[] }>().messages.length, 6);
  assert.equal((await get<Findings>('/findings?user=ben')).findings.length, 0);
  assert.equal((await get<AccountsAnswer>('?limit=1')).rows.length, 1);
});

test('wrong questions are told so', async (t) => {
  const { app } = await service(t);
  for (const query of ['/failures', '/failures?by=planet', '?limit=0', '?limit=1001', '?usr=anna', '/findings?from=yesterday']) {
    assert.equal((await app.inject(`/api/v1/accounts${query}`)).statusCode, 400, query);
  }
});

test('a spreadsheet takes no name for a formula', async (t) => {
  const { app } = await service(t, [stolen(FORMULA)]);
  for (const route of ['?format=csv&from=now-9d', '/failures?by=account&format=csv', '/findings?format=csv']) {
    const { headers, body } = await app.inject(`/api/v1/accounts${route}`);
    assert.match(String(headers['content-disposition']), /^attachment; filename="[a-z]+\.csv"$/);
    assert.doesNotMatch(body, /(?:^|,)"[=+@-]/m, route);
    if (!route.startsWith('/failures')) assert.ok(body.includes(`"'=hyperlink(`), route);
  }
});
