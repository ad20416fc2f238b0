import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_RULES } from '../../src/model/default-rules.ts';
import type { QueueSample, ServiceSample } from '../../src/model/line.ts';
import { emptyBatch } from '../http/service.ts';
import { login, queueFile } from '../store/batches.ts';
import { above, below, ruleOf, watching } from './counted.ts';
import { MINUTE, START } from './world.ts';

/** What each kind of expression makes of a real store: data with which it fires, does not, and is pending. */

const HOUR = 60 * MINUTE;

test('value: what was counted over the window, of these labels alone', async (t) => {
  const rule = ruleOf({ type: 'value', series: 'rejected', where: { reason: ['spam'] }, over: HOUR }, { holdFor: 5 * MINUTE });
  const here = await watching(t, rule);
  await here.count('rejected', START - 50 * MINUTE, 60, { host: 'mail', reason: 'spam' });
  await here.count('rejected', START - 10 * MINUTE, 40, { host: 'mail', reason: 'spam' });
  await here.count('rejected', START - 10 * MINUTE, 500, { host: 'mail', reason: 'dnsbl' });
  await here.count('rejected', START - 90 * MINUTE, 500, { host: 'mail', reason: 'spam' });
  assert.deepEqual(await here.look(), [], '100 is not above 100');
  await here.count('rejected', START - MINUTE, 1, { host: 'other', reason: 'spam' });
  assert.deepEqual(await here.look(), ['pending 101']);
  assert.deepEqual(await here.look(4 * MINUTE), ['pending 101']);
  assert.deepEqual(await here.look(MINUTE), ['firing 101']);
  assert.deepEqual(await here.look(10 * MINUTE), [], 'the first 60 are out of the window');
});

test('value of a gauge: the newest sample, and none is unknown', async (t) => {
  const where = { queue: ['deferred'] };
  const here = await watching(t, ruleOf({ type: 'value', series: 'queue_messages', where, over: 10 * MINUTE }));
  const sample = (time: number, messages: number, queue: QueueSample['queue'] = 'deferred') =>
    here.store.commit(
      emptyBatch({ queueSamples: [{ time, host: 'mail', instance: 'postfix', queue, messages, bytes: 0, oldestSeconds: 0 }] }),
    );
  await sample(START - 5 * MINUTE, 500);
  await sample(START - 2 * MINUTE, 100);
  await sample(START - MINUTE, 900, 'active');
  assert.deepEqual(await here.look(), []);
  await sample(START - 1, 101);
  assert.deepEqual(await here.look(), ['firing 101']);
  assert.deepEqual(await here.look(HOUR), ['firing 101'], 'without a sample nothing is known, and nothing changes');
  await sample(here.now - 1, 7);
  assert.deepEqual(await here.look(), []);
});

test('rate: the same by the time that is asked for', async (t) => {
  const expression = { type: 'rate', series: 'login', where: {}, over: 10 * MINUTE, per: MINUTE } as const;
  const here = await watching(t, ruleOf(expression, { ...above(20), holdFor: 2 * MINUTE }));
  await here.count('login', START - 4 * MINUTE, 200, { host: 'mail', service: 'imap', result: 'ok' });
  assert.deepEqual(await here.look(), []);
  await here.count('login', START - 2 * MINUTE, 10, { host: 'mail', service: 'pop3', result: 'failed' });
  assert.deepEqual(await here.look(), ['pending 21']);
  assert.deepEqual(await here.look(2 * MINUTE), ['firing 21']);
  assert.deepEqual(await here.look(10 * MINUTE), []);
});

test('share: a part of the whole, when there is enough of it; of one host against that host', async (t) => {
  const expression = { type: 'share', series: 'bounced', of: ['bounced', 'sent', 'delivered'], over: HOUR, atLeast: 50 } as const;
  const here = await watching(t, ruleOf({ ...expression, where: {} }, { ...above(0.05), holdFor: 5 * MINUTE }));
  await here.count('bounced', START - MINUTE, 5);
  await here.count('sent', START - MINUTE, 40);
  assert.deepEqual(await here.look(), [], '45 are too few to be judged');
  await here.count('delivered', START - MINUTE, 35);
  assert.deepEqual(await here.look(), ['pending 0.063']);
  assert.deepEqual(await here.look(5 * MINUTE), ['firing 0.063']);
  assert.deepEqual(here.alerting.active()[0]?.value, 5 / 80);
  await here.count('sent', here.now - 1, 20);
  assert.deepEqual(await here.look(), [], '5 of 100 are not above a twentieth');

  const ofHost = await watching(t, ruleOf({ ...expression, where: { host: ['mx2'] } }, above(0.05)));
  await ofHost.count('sent', START - MINUTE, 1000, { host: 'mx1' });
  await ofHost.count('sent', START - MINUTE, 70, { host: 'mx2' });
  await ofHost.count('bounced', START - MINUTE, 30, { host: 'mx2' });
  assert.deepEqual(await ofHost.look(), ['firing 0.3']);
});

test('no data: nothing counted fires, also where nothing was collected; something does not', async (t) => {
  const rule = ruleOf({ type: 'no_data', series: 'log_lines', where: {}, over: 30 * MINUTE }, { ...below(1), holdFor: 5 * MINUTE });
  const here = await watching(t, rule);
  await here.count('log_lines', START - 20 * MINUTE, 1, { host: 'mail', program: 'smtpd', result: 'understood' });
  assert.deepEqual(await here.look(), []);
  assert.deepEqual(await here.look(30 * MINUTE), ['pending 0']);
  assert.deepEqual(await here.look(5 * MINUTE), ['firing 0']);
  await here.count('log_lines', here.now - 1, 1, { host: 'mail', program: 'smtpd', result: 'unknown' });
  assert.deepEqual(await here.look(), []);
  const nowhere = await watching(t, rule, { collected: [0, 1] });
  await nowhere.look();
  assert.deepEqual(await nowhere.look(5 * MINUTE), ['firing 0']);
});

test('what is below is not judged while the log is still being read, nor before the window was watched', async (t) => {
  const rule = ruleOf({ type: 'no_data', series: 'log_lines', where: {}, over: 2 * HOUR }, below(1));
  const here = await watching(t, rule);
  assert.deepEqual(await here.look(), [], 'it runs for an hour');
  here.behind(2 * 1024 * 1024);
  assert.deepEqual(await here.look(HOUR), []);
  here.behind(0);
  assert.deepEqual(await here.look(), ['firing 0']);
});

test('each user and each network: one alert for each, counted from the logins themselves', async (t) => {
  const rule = (each: 'user' | 'network') =>
    ruleOf(
      { type: 'value', series: 'login', where: { result: ['failed'] }, over: 15 * MINUTE },
      { each, ...above(30, 10), holdFor: MINUTE },
    );
  const failed = (user: string, ip: string, attempts: number, time = START - MINUTE) =>
    login({ user, ip, attempts, time, result: 'failed' });
  const users = await watching(t, rule('user'));
  await users.store.commit(
    emptyBatch({
      logins: [
        failed('ann', '192.0.2.1', 20),
        failed('ann', '198.51.100.1', 11),
        failed('bob', '192.0.2.1', 30),
        failed('old', '192.0.2.1', 99, START - HOUR),
        login({ user: 'eve', attempts: 99, time: START - MINUTE }),
      ],
    }),
  );
  assert.deepEqual(await users.look(), ['ann pending 31']);
  assert.deepEqual(await users.look(MINUTE), ['ann firing 31']);
  assert.deepEqual(await users.look(20 * MINUTE), [], 'whose failures are no longer listed is quiet');

  const networks = await watching(t, rule('network'));
  await networks.store.commit(
    emptyBatch({
      logins: [
        ...Array.from({ length: 31 }, (_, n) => failed(`user${n}`, `192.0.2.${n}`, 1)),
        ...Array.from({ length: 31 }, (_, n) => failed(`user${n}`, `2001:db8:1:${n}::1`, 1)),
        ...Array.from({ length: 31 }, (_, n) => failed(`user${n}`, `198.51.${n}.1`, 1)),
      ],
    }),
  );
  assert.deepEqual(await networks.look(), ['192.0.2.0/24 pending 31', '2001:db8:1::/48 pending 31']);
  assert.deepEqual(await networks.look(MINUTE), ['192.0.2.0/24 firing 31', '2001:db8:1::/48 firing 31']);
});

test('each sender: counted from the messages; each value of a label: from the series', async (t) => {
  const senders = await watching(t, ruleOf({ type: 'value', series: 'received', where: {}, over: HOUR }, { each: 'sender', ...above(2) }));
  await senders.store.commit(
    emptyBatch({
      queueFiles: [1, 2, 3, 4, 5].map((uid) =>
        queueFile({ uid, time: START - MINUTE, sender: uid < 4 ? 'a@example.org' : 'b@example.org' }),
      ),
    }),
  );
  assert.deepEqual(await senders.look(), ['a@example.org firing 3']);
  const providers = await watching(
    t,
    ruleOf({ type: 'rate', series: 'deferred', where: {}, over: 10 * MINUTE, per: MINUTE }, { each: 'provider', ...above(5) }),
  );
  await providers.count('deferred', START - MINUTE, 60, { host: 'mail', provider: 'Google' });
  await providers.count('deferred', START - MINUTE, 50, { host: 'mail', provider: 'Microsoft' });
  assert.deepEqual(await providers.look(), ['Google firing 6']);
});

test('a service that takes no connection fires by its name, from the first minutes on, and is over when it does', async (t) => {
  const rule = DEFAULT_RULES.find(({ name }) => name === 'service_down');
  assert.ok(rule);
  const here = await watching(t, rule);
  here.startedAt(START - MINUTE);
  const samples = (...of: [service: string, up: boolean][]) =>
    here.store.commit(
      emptyBatch({ serviceSamples: of.map(([service, up]): ServiceSample => ({ time: here.now - 1, host: 'mail', service, up })) }),
    );
  await samples(['imap', true], ['pop3', true]);
  assert.deepEqual(await here.look(), []);
  here.now += MINUTE;
  await samples(['imap', false], ['pop3', true]);
  assert.deepEqual(await here.look(), ['imap pending 0']);
  here.now += 2 * MINUTE;
  await samples(['imap', false], ['pop3', true]);
  assert.deepEqual(await here.look(), ['imap firing 0']);
  const [alert] = here.alerting.active();
  assert.ok(alert);
  assert.deepEqual(here.alerting.words(alert, 'en'), { title: 'A service is down', text: 'it does not take connections' });
  assert.match(alert.evidence.link, /#graphs\/health$/);
  here.now += MINUTE;
  await samples(['imap', true], ['pop3', true]);
  assert.deepEqual(await here.look(), []);
  here.now += MINUTE;
  await samples(['imap', false]);
  await here.look();
  assert.deepEqual(await here.look(2 * MINUTE), ['imap firing 0']);
  assert.deepEqual(await here.look(HOUR), [], 'nobody looks at it any more');
});
