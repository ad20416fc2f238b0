import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sums } from '../../src/reports/report.ts';
import type { Store } from '../../src/store/store.ts';
import { storeOfText } from '../support/log-store.ts';

/** Why deliveries failed and who receives them, as labels of the series. */

const DAY = Date.UTC(2026, 10, 20) / 1000;
const seriesOf = async (store: Store) => (await sums(store, DAY, DAY + 86_400)).series;

const log = (lines: readonly string[]): string =>
  lines.map((line, second) => `2026-11-20T12:00:${String(second).padStart(2, '0')}.000000+00:00 ${line}\n`).join('');

const to = (id: string, recipient: string, relay: string, rest: string): string =>
  `mx postfix/smtp[5]: ${id}: to=<${recipient}>, relay=${relay}, delay=1, delays=0/0/0/1, ${rest}`;

test('bounces and deferrals have a reason and a provider, what was sent a provider', async (t) => {
  const series = await seriesOf(
    await storeOfText(
      t,
      log([
        'mx postfix/smtpd[1]: AAAAAAAAA1: client=client.example.com[198.51.100.7]',
        'mx postfix/cleanup[2]: AAAAAAAAA1: message-id=<1@example.com>',
        'mx postfix/qmgr[3]: AAAAAAAAA1: from=<a@example.com>, size=1000, nrcpt=4 (queue active)',
        to('AAAAAAAAA1', 'a@example.net', 'aspmx.l.google.com[192.0.2.1]:25', 'dsn=2.0.0, status=sent (250 2.0.0 OK)'),
        to(
          'AAAAAAAAA1',
          'b@qq.com',
          'mx3.qq.com[192.0.2.2]:25',
          'dsn=5.0.0, status=bounced (host mx3.qq.com[192.0.2.2] said: 550 Mail content denied. (in reply to end of DATA command))',
        ),
        to('AAAAAAAAA1', 'c@163.com', 'none', 'dsn=4.4.1, status=deferred (connect to mx.163.com[192.0.2.3]:25: Connection timed out)'),
        'mx postfix/local[6]: AAAAAAAAA1: to=<d@gmail.com>, relay=local, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (unknown user: "d")',
      ]),
    ),
  );
  assert.deepEqual(series.sent, { total: 1, host: { mx: 1 }, instance: { postfix: 1 }, provider: { google: 1 } });
  assert.deepEqual(series.sent_bytes?.provider, { google: 1000 });
  assert.deepEqual(series.bounced?.reason, { spam: 1, unknown_user: 1 });
  // What local(8) delivers goes to nobody's provider.
  assert.deepEqual(series.bounced?.provider, { tencent: 1 });
  assert.deepEqual(series.deferred?.reason, { network: 1 });
  assert.deepEqual(series.deferred?.provider, { netease: 1 });
  // Who said so, and where in the dialogue; a mailbox has none.
  assert.deepEqual(series.bounced?.source, { remote: 1, local: 1 });
  assert.deepEqual(series.bounced?.stage, { eod: 1 });
  assert.deepEqual([series.deferred?.source, series.deferred?.stage], [{ local: 1 }, { connect: 1 }]);
});

test('a hand-over that turns out to be a hop is taken back from its provider too', async (t) => {
  const series = await seriesOf(
    await storeOfText(
      t,
      log([
        'mx postfix/smtpd[1]: AAAAAAAAA1: client=client.example.com[198.51.100.7]',
        'mx postfix/cleanup[2]: AAAAAAAAA1: message-id=<1@example.com>',
        'mx postfix/qmgr[3]: AAAAAAAAA1: from=<a@example.com>, size=1000, nrcpt=1 (queue active)',
        to('AAAAAAAAA1', 'a@gmail.com', 'out.example.org[192.0.2.9]:25', 'dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as BBBBBBBBB1)'),
        'mx postfix/qmgr[3]: AAAAAAAAA1: removed',
        'out postfix/smtpd[1]: BBBBBBBBB1: client=mx.example.org[192.0.2.8]',
        'out postfix/cleanup[2]: BBBBBBBBB1: message-id=<1@example.com>',
        'out postfix/qmgr[3]: BBBBBBBBB1: from=<a@example.com>, size=1100, nrcpt=1 (queue active)',
        to('BBBBBBBBB1', 'a@gmail.com', 'gmail-smtp-in.l.google.com[192.0.2.1]:25', 'dsn=2.0.0, status=sent (250 2.0.0 OK)').replace(
          'mx',
          'out',
        ),
      ]),
    ),
  );
  assert.equal(series.sent?.total, 1);
  assert.deepEqual(series.sent?.provider, { google: 1 });
  assert.deepEqual(series.sent_bytes?.provider, { google: 1100 });
});

test('a component that writes JSON events is counted like any other', async (t) => {
  const line = (second: number, fields: object): string =>
    `${JSON.stringify({ level: 30, time: (DAY + 3600 + second) * 1000, pid: 9, hostname: 'node1', name: 'mta', ...fields })}\n`;
  const series = await seriesOf(
    await storeOfText(
      t,
      [
        line(0, {
          event: 'queue',
          action: 'accepted',
          queueId: 'm-1',
          clientIp: '198.51.100.7',
          user: 'ann@example.org',
          messageId: '1@a',
        }),
        line(1, { event: 'queue', action: 'queued', queueId: 'm-1', sender: 'ann@example.org', size: 2000, recipients: 2 }),
        line(2, { event: 'delivery', queueId: 'm-1', recipient: 'x@gmail.com', status: 'sent', relayName: 'gmail-smtp-in.l.google.com' }),
        line(2, {
          event: 'delivery',
          queueId: 'm-1',
          recipient: 'y@qq.com',
          status: 'bounced',
          stage: 'rcpt',
          reply: '550 Mailbox not found',
        }),
        line(3, { event: 'queue', action: 'removed', queueId: 'm-1' }),
        line(4, { event: 'login', service: 'imap', result: 'failed', user: 'ann@example.org', ip: '198.51.100.7', attempts: 2 }),
        line(5, { event: 'rejection', code: 450, stage: 'rcpt', msg: 'Greylisted' }),
        line(6, { level: 50, msg: 'no disk' }),
      ].join(''),
    ),
  );
  assert.deepEqual(series.received?.via, { submission: 1 });
  assert.equal(series.received_bytes?.total, 2000);
  assert.deepEqual(series.sent?.provider, { google: 1 });
  assert.deepEqual(series.bounced?.reason, { unknown_user: 1 });
  assert.deepEqual(series.bounced?.provider, { tencent: 1 });
  assert.deepEqual([series.bounced?.source, series.bounced?.stage], [{ remote: 1 }, { rcpt: 1 }]);
  assert.deepEqual(series.login?.service, { imap: 2 });
  assert.deepEqual(series.rejected?.reason, { greylist: 1 });
  assert.deepEqual(series.log_lines?.result, { understood: 8 });
});
