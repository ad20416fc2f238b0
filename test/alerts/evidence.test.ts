import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertRule } from '../../src/model/alert.ts';
import { DEFAULT_RULES } from '../../src/model/default-rules.ts';
import { emptyBatch } from '../http/service.ts';
import { delivery, login, queueFile, refusal, verdict } from '../store/batches.ts';
import { above, ruleOf, watching, type Watching } from './counted.ts';
import { MINUTE, START } from './world.ts';

/** What an alert shows of what is behind it: figures, a link to the graph, lines. */

const HOUR = 60 * MINUTE;
const TIME = START - 10 * MINUTE;
const SHOWN = '2026-11-23T11:50:00Z';
const HOSTILE = '"<script>\u202e\r\nA"@example.net';

async function evidence(here: Watching) {
  await here.look();
  const [alert] = here.alerting.active();
  assert.ok(alert, 'it fires');
  const { samples, link, figures } = alert.evidence;
  return { texts: samples.map(({ text }) => text), links: samples.map((one) => one.link), link, figures };
}

const rows = (uid: number, reason: string, more: Parameters<typeof delivery>[0]) => ({
  queueFiles: [queueFile({ uid, time: TIME, sender: more.sender ?? 'a@example.org', clientIp: '192.0.2.1' })],
  deliveries: [delivery({ time: TIME, reason: reason as 'other', ...more })],
});

test('of a share: part and whole, the section with the graph over the time in question, and messages that bounced for that', async (t) => {
  const rule = ruleOf({ type: 'share', series: 'bounced', where: {}, of: ['bounced', 'sent'], over: HOUR, atLeast: 1 }, above(0.1));
  const here = await watching(t, rule);
  await here.count('bounced', TIME, 2);
  await here.count('sent', TIME, 6);
  const bounced = { outcome: 'bounced', status: 'bounced', dsn: '5.1.1', reply: '550 no such user' } as const;
  await here.store.commit(emptyBatch(rows(1, 'unknown_user', { uid: 1, recipient: HOSTILE, ...bounced })));
  await here.store.commit(emptyBatch(rows(2, '', { uid: 2 })));
  await here.store.commit(emptyBatch(rows(3, 'unknown_user', { uid: 3, ...bounced, time: TIME - 3 * HOUR })));
  const found = await evidence(here);
  assert.deepEqual(found.figures, { part: 2, total: 8 });
  assert.equal(found.link, '/?from=2026-11-23T06:00:00Z&to=2026-11-23T12:00:00Z');
  assert.equal(found.texts.length, 1);
  assert.match(found.texts[0] ?? '', /^2026-11-23T11:50:00Z a@example\.org -> .*@example\.net: 550 no such user$/);
  assert.doesNotMatch(found.texts[0] ?? '', /[\u0000-\u001f\u202e]/);
  assert.match(found.links[0] ?? '', /^\/#messages\/[\w%.-]+$/);
});

test('of a queue: what is deferred, also when it came long before', async (t) => {
  const rule = ruleOf({ type: 'value', series: 'queue_oldest_seconds', where: { queue: ['deferred'] }, over: 10 * MINUTE }, above(3600));
  const here = await watching(t, rule);
  const old = TIME - 30 * HOUR;
  await here.store.commit(
    emptyBatch({
      queueSamples: [
        { time: TIME + 5 * MINUTE, host: 'mail', instance: 'postfix', queue: 'deferred', messages: 1, bytes: 1, oldestSeconds: 108_000 },
      ],
      queueFiles: [queueFile({ uid: 1, time: old })],
      deliveries: [
        delivery({ uid: 1, time: old, outcome: 'deferred', status: 'deferred', reason: 'network', reply: 'connect to mx: timed out' }),
      ],
    }),
  );
  const found = await evidence(here);
  assert.deepEqual(found.texts, ['2026-11-22T05:50:00Z alice@example.org -> bob@example.com: connect to mx: timed out']);
});

test('of logins: those that failed, of this account, or of this network alone', async (t) => {
  const rule = (each: 'user' | 'network'): AlertRule =>
    ruleOf({ type: 'value', series: 'login', where: { result: ['failed'] }, over: 15 * MINUTE }, { each, ...above(5) });
  const failed = (user: string, ip: string, attempts: number, time = TIME) => login({ user, ip, attempts, time, result: 'failed' });
  const logins = [
    failed('ann', '192.0.2.1', 6),
    login({ user: 'ann', ip: '192.0.2.1', time: TIME + 1 }),
    ...Array.from({ length: 5 }, (_, n) => failed('bob', `198.51.100.${n}`, 1, TIME + 1000 + n)),
  ];
  const user = await watching(t, rule('user'));
  await user.store.commit(emptyBatch({ logins }));
  const ofUser = await evidence(user);
  assert.deepEqual(ofUser.texts, [`${SHOWN} imap: ann from 192.0.2.1, 6 attempts`]);
  assert.match(ofUser.link, /#logins$/);
  const network = await watching(t, rule('network'));
  await network.store.commit(emptyBatch({ logins }));
  assert.deepEqual((await evidence(network)).texts, [`${SHOWN} imap: ann from 192.0.2.1, 6 attempts`], 'newer ones are of another network');
});

test('of a series with labels: what was counted there; of refusals by network those of that network', async (t) => {
  const viruses = await watching(t, ruleOf({ type: 'value', series: 'virus', where: { action: ['blocked'] }, over: HOUR }, above(0)));
  await viruses.count('virus', TIME, 1, { host: 'mail', action: 'blocked' });
  await viruses.store.commit(
    emptyBatch({
      queueFiles: [
        queueFile({ uid: 1, time: TIME, sender: 'virus@example.net' }),
        queueFile({ uid: 2, time: TIME, sender: 'spam@example.net' }),
      ],
      verdicts: [
        verdict({ uid: 1, time: TIME, result: 'virus', action: 'blocked', name: 'Eicar' }),
        verdict({ uid: 2, time: TIME, result: 'spam', action: 'blocked' }),
      ],
    }),
  );
  const ofViruses = await evidence(viruses);
  assert.equal(ofViruses.texts.length, 1);
  assert.match(ofViruses.texts[0] ?? '', /virus@example\.net/);
  const refused = await watching(t, ruleOf({ type: 'value', series: 'rejected', where: {}, over: HOUR }, { each: 'network', ...above(1) }));
  await refused.store.commit(
    emptyBatch({
      refusals: [
        refusal({ time: TIME, clientIp: '192.0.2.1', sender: 'a@example.net' }),
        refusal({ time: TIME, clientIp: '192.0.2.9', sender: 'b@example.net' }),
        refusal({ time: TIME + 1000, clientIp: '198.51.100.1', sender: 'c@example.net' }),
      ],
    }),
  );
  assert.deepEqual((await evidence(refused)).texts.map((text) => /[abc]@example\.net/.exec(text)?.[0] ?? '').toSorted(), [
    'a@example.net',
    'b@example.net',
  ]);
});

test('of lines that are not understood: how they look, and the page of lines', async (t) => {
  const rule = DEFAULT_RULES.find(({ name }) => name === 'lines_not_understood');
  assert.ok(rule);
  const here = await watching(t, { ...rule, holdFor: 0 });
  await here.count('log_lines', TIME, 150, { host: 'mail', program: 'odd', result: 'unknown' });
  await here.count('log_lines', TIME, 850, { host: 'mail', program: 'smtpd', result: 'understood' });
  await here.store.commit(
    emptyBatch({
      unknownLines: [{ time: TIME, host: 'mail', program: 'odd', template: 'something <b>odd</b> happened <n> times', count: 150 }],
    }),
  );
  const found = await evidence(here);
  assert.deepEqual(found.texts, ['150 × odd: something <b>odd</b> happened <n> times']);
  assert.match(found.link, /#lines$/);
});
