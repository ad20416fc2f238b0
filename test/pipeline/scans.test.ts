import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeOfText } from '../support/log-store.ts';

/** spamd tells one scan in two lines, of which only the second can say of which message. */

const DAY = { from: Date.UTC(2026, 10, 20) / 1000, to: Date.UTC(2026, 10, 21) / 1000 };

const log = (lines: readonly string[]): string =>
  lines.map((line, second) => `2026-11-20T12:00:${String(second).padStart(2, '0')}.000000+00:00 mx ${line}\n`).join('');

const came = (id: string, messageId: string): string[] => [
  `postfix/smtpd[1]: ${id}: client=client.example.com[198.51.100.7]`,
  ...(messageId === '' ? [] : [`postfix/cleanup[2]: ${id}: message-id=<${messageId}>`]),
];
const scanned = (mid: string): string[] => [
  'spamd[9]: spamd: identified spam (12.3/5.0) for milter:112 in 0.3 seconds, 5018 bytes.',
  `spamd[9]: spamd: result: Y 12 - GTUBE scantime=0.3,size=5018,user=milter,uid=112,required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=41506,mid=${mid},autolearn=no`,
];
const taken = (id: string): string => `postfix/qmgr[3]: ${id}: from=<a@example.com>, size=1000, nrcpt=1 (queue active)`;

test('a scan counts once, with and without a message-id, and its message is behind the figure', async (t) => {
  const store = await storeOfText(
    t,
    log([
      ...came('AAAAAAAAA1', '1@example.com'),
      ...scanned('<1@example.com>'),
      taken('AAAAAAAAA1'),
      ...came('AAAAAAAAA2', '2@example.com'),
      ...scanned('<2@example.com>'),
      'postfix/cleanup[2]: AAAAAAAAA2: milter-reject: END-OF-MESSAGE from client.example.com[198.51.100.7]: 5.7.1 Blocked by SpamAssassin; from=<a@example.com> to=<b@example.org> proto=ESMTP helo=<client.example.com>',
      ...came('AAAAAAAAA3', ''),
      ...scanned('(unknown)'),
      taken('AAAAAAAAA3'),
    ]),
  );
  const totals = await store.totals({ series: ['spam'], ...DAY, where: {} });
  assert.deepEqual(Object.fromEntries(totals.map(({ labels, value }) => [labels.action, value])), { tagged: 2, blocked: 1 });
  assert.equal((await store.top({ of: 'sender', series: 'spam', ...DAY, limit: 10, where: {} })).total, 3);
  const behind = async (action: string) =>
    (await store.messages({ ...DAY, series: 'spam', where: { action: [action] }, limit: 10 })).map(({ queueId }) => queueId);
  assert.deepEqual(await behind('tagged'), ['AAAAAAAAA1']);
  assert.deepEqual(await behind('blocked'), ['AAAAAAAAA2']);
  const [message] = await store.messages({ ...DAY, term: 'AAAAAAAAA1', limit: 1 });
  const verdicts = (await store.trace(message?.id ?? ''))?.verdicts ?? [];
  assert.deepEqual(
    verdicts.map(({ scanner, counted }) => ({ scanner, counted })),
    [{ scanner: 'spamd', counted: true }],
  );
});
