import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import { BACKOFF } from '../../src/alerts/sender.ts';
import { eventually } from '../stack/program.ts';
import { startReceiver, toldOf, type Behaviour } from './receiver.ts';
import { DISK, hook, MINUTE, SOURCES, world } from './world.ts';

/** A world in which the disk fills up at a receiver that behaves so, and what happened at the first attempt. */
async function fires(t: TestContext, behaviour: Behaviour, timeout = 5000) {
  const receiver = await startReceiver(t, behaviour);
  const here = await world(t, { rules: [DISK], channels: [hook(receiver.url, { timeout })] });
  here.disk = 0.95;
  await here.pass();
  return { receiver, here };
}

const silent = (): void => undefined;
const reset = (request: IncomingMessage): void => void request.socket.destroy();
const halfAnAnswer = (_request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('half', () => response.destroy());
};
const anotherProtocol = ({ socket }: IncomingMessage): void =>
  void socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n');
const drip = (_request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(200);
  const dripping = setInterval(() => response.write('.'), 20);
  response.on('close', () => clearInterval(dripping));
};

const MATRIX: readonly [name: string, behaviour: Behaviour, result: string][] = [
  ['200', 200, 'hook delivered'],
  ['204', 204, 'hook delivered'],
  ['400', 400, 'hook refused: the receiver answered 400'],
  ['401', 401, 'hook refused: the receiver answered 401'],
  ['404', 404, 'hook refused: the receiver answered 404'],
  ['410', 410, 'hook refused: the receiver answered 410'],
  [
    '301',
    (_request, response) => void response.writeHead(301, { location: 'http://127.0.0.1:1/' }).end(),
    'hook refused: the receiver answered 301: redirects are not followed',
  ],
  ['408', 408, 'hook retried: the receiver answered 408'],
  ['425', 425, 'hook retried: the receiver answered 425'],
  ['429', 429, 'hook retried: the receiver answered 429'],
  ['500', 500, 'hook retried: the receiver answered 500'],
  ['502', 502, 'hook retried: the receiver answered 502'],
  ['503', 503, 'hook retried: the receiver answered 503'],
  ['never', silent, 'hook retried: the receiver did not answer within 0 s'],
  ['a body without an end', drip, 'hook retried: the receiver did not answer within 0 s'],
  ['reset', reset, 'hook retried: the receiver could not be reached (ECONNRESET)'],
  ['half an answer', halfAnAnswer, 'hook retried: the receiver could not be reached (ECONNRESET)'],
  ['another protocol', anotherProtocol, 'hook retried: the receiver could not be reached (no answer)'],
];

for (const [name, behaviour, result] of MATRIX) {
  test(`receiver: ${name}`, async (t) => {
    const waits = behaviour === silent || behaviour === drip;
    const { receiver, here } = await fires(t, behaviour, waits ? 200 : 5000);
    assert.deepEqual(here.attempts, [result]);
    receiver.behave(200);
    await here.pass(2 * (BACKOFF[0] ?? 0));
    const retried = result.includes('retried');
    assert.equal(receiver.received.length, retried ? 2 : 1);
    if (retried) assert.equal(receiver.received[1]?.id, receiver.received[0]?.id);
    assert.equal(here.alerting.waiting().length, 0);
    await here.pass(MINUTE);
    assert.equal(receiver.received.length, retried ? 2 : 1, 'nothing more once it is over');
  });
}

test('nobody listening is tried again; a slow receiver is waited for', async (t) => {
  const here = await world(t, { rules: [DISK], channels: [hook('http://127.0.0.1:1/')] });
  here.disk = 0.95;
  await here.pass();
  assert.deepEqual(here.attempts, ['hook retried: the receiver could not be reached (ECONNREFUSED)']);
  const slow = await fires(t, (_request, response) => void setTimeout(() => response.writeHead(200).end(), 300));
  assert.deepEqual(slow.here.attempts, ['hook delivered']);
});

test('Retry-After is honoured, in seconds and as a date', async (t) => {
  const { receiver, here } = await fires(t, (_request, response) => void response.writeHead(429, { 'retry-after': '600' }).end());
  receiver.behave(200);
  await here.pass(599_000);
  assert.equal(receiver.received.length, 1);
  await here.pass(2_000);
  assert.equal(receiver.received.length, 2);
  const at = new Date(Date.now() + 3_600_000).toUTCString();
  const dated = await fires(t, (_request, response) => void response.writeHead(503, { 'retry-after': at }).end());
  const due = dated.here.alerting.waiting()[0]?.due ?? 0;
  assert.ok(Math.abs(due - dated.here.now - 3_600_000) < 60_000);
  const long = await fires(t, (_request, response) => void response.writeHead(429, { 'retry-after': '999999999' }).end());
  assert.equal((long.here.alerting.waiting()[0]?.due ?? 0) - long.here.now, 24 * 60 * MINUTE, 'nobody puts us off for longer than a day');
});

test('retries grow apart and end; what was given up is told by its state, and its end is still told', async (t) => {
  const { receiver, here } = await fires(t, 500);
  const waits: number[] = [];
  while (here.alerting.waiting().length > 0) {
    const due = here.alerting.waiting()[0]?.due ?? 0;
    waits.push(due - here.now);
    await here.pass(due - here.now);
  }
  assert.equal(waits.length, BACKOFF.length);
  for (const [index, wait] of waits.entries()) {
    const plain = BACKOFF[index] ?? 0;
    assert.ok(wait >= 0.8 * plain && wait <= 1.2 * plain, `${wait} for ${plain}`);
  }
  assert.equal(new Set(waits.map((wait, index) => wait / (BACKOFF[index] ?? 1))).size, waits.length, 'each by a chance of its own');
  assert.equal(receiver.received.length, BACKOFF.length + 1);
  assert.equal(new Set(receiver.received.map(({ id }) => id)).size, 1);
  assert.equal((await here.store.alertDeliveries(1))[0]?.status, 'given_up');
  receiver.behave(200);
  here.disk = 0;
  await here.pass(MINUTE);
  assert.deepEqual(toldOf(receiver.received.slice(-1)), ['disk resolved']);
});

test('firing and resolved are told once each, in this order, even when the first has to wait', async (t) => {
  const { receiver, here } = await fires(t, 503);
  here.disk = 0.1;
  await here.pass(1000);
  assert.equal(receiver.received.length, 1, 'resolved waits until firing was taken');
  receiver.behave(200);
  await here.pass(10_000);
  await here.pass(1000);
  assert.deepEqual(toldOf(receiver.received.slice(1)), ['disk firing', 'disk resolved']);
  assert.notEqual(receiver.received[1]?.id, receiver.received[2]?.id);
});

test('what the receiver refused when it fired is not told to be over', async (t) => {
  const { receiver, here } = await fires(t, 400);
  receiver.behave(200);
  here.disk = 0.1;
  await here.pass(MINUTE);
  assert.equal(receiver.received.length, 1);
  here.disk = 0.95;
  await here.pass(MINUTE);
  assert.deepEqual(toldOf(receiver.received.slice(1)), ['disk firing'], 'the next time is told');
});

test('a receiver that is no more is not asked again', async (t) => {
  const { receiver, here } = await fires(t, 410);
  here.disk = 0.1;
  await here.pass(MINUTE);
  here.disk = 0.95;
  await here.pass(MINUTE);
  assert.equal(receiver.received.length, 1);
  assert.match(here.attempts.at(-1) ?? '', /no more \(410\)/);
});

test('after a restart a waiting delivery goes on with its id, and what was delivered is not sent again', async (t) => {
  const { receiver, here } = await fires(t, 500);
  await here.restart();
  receiver.behave(200);
  await here.pass(10_000);
  assert.deepEqual(toldOf(receiver.received), ['disk firing', 'disk firing']);
  assert.equal(receiver.received[0]?.id, receiver.received[1]?.id);
  await here.restart();
  await here.pass(MINUTE);
  assert.equal(receiver.received.length, 2);
  here.disk = 0.1;
  await here.restart();
  await here.pass(MINUTE);
  assert.deepEqual(toldOf(receiver.received.slice(2)), ['disk resolved']);
});

test('a group waits for company, then for its interval; a storm is one notice of bounded length', async (t) => {
  const receiver = await startReceiver(t);
  const here = await world(t, { rules: [SOURCES], channels: [hook(receiver.url, { groupWait: MINUTE / 2, groupInterval: 5 * MINUTE })] });
  const names = Array.from({ length: 10_000 }, (_, n) => `/var/log/${'x'.repeat(150)}${n}`);
  here.fail(...names.slice(0, 1));
  await here.pass();
  here.fail(...names);
  await here.pass(20_000);
  assert.equal(receiver.received.length, 0);
  await here.pass(10_000);
  assert.equal(receiver.received.length, 1);
  const body = receiver.received[0]?.body ?? '';
  const { data } = JSON.parse(body) as { data: { alerts: unknown[]; truncated: number } };
  assert.ok(Buffer.byteLength(body) <= 20_000);
  assert.equal(data.alerts.length + data.truncated, 10_000);
  here.fail(...names, 'one more');
  await here.pass(MINUTE);
  // It has waited for company by now, and the interval is not over.
  await here.pass(MINUTE);
  assert.equal(receiver.received.length, 1);
  await here.pass(3 * MINUTE);
  assert.deepEqual(toldOf(receiver.received.slice(1)), ['one more firing']);
});

test('what came and went while its group waited is not told', async (t) => {
  const receiver = await startReceiver(t);
  const here = await world(t, { rules: [DISK], channels: [hook(receiver.url, { groupWait: MINUTE })] });
  here.disk = 0.95;
  await here.pass();
  here.disk = 0.1;
  await here.pass(1000);
  await here.pass(2 * MINUTE);
  assert.equal(receiver.received.length, 0);
});

test('what still fires is told again after a while, and not when it is over', async (t) => {
  const { receiver, here } = await fires(t, 200);
  await here.pass(239 * MINUTE);
  assert.equal(receiver.received.length, 1);
  await here.pass(MINUTE);
  assert.equal(receiver.received.length, 2);
  assert.equal((JSON.parse(receiver.received[1]?.body ?? '') as { type: string }).type, 'alerts.repeated');
  here.disk = 0.1;
  await here.pass(MINUTE);
  await here.pass(300 * MINUTE);
  assert.equal(receiver.received.length, 3);
});

test('a silenced alert is told when the silence ends, if it still fires', async (t) => {
  const receiver = await startReceiver(t);
  const here = await world(t, { rules: [DISK, SOURCES], channels: [hook(receiver.url)] });
  const silence = { rule: 'disk', fingerprint: '', comment: 'being moved', until: here.now + 60 * MINUTE };
  const { id } = await here.alerting.silence(silence);
  here.disk = 0.95;
  here.fail('mail.log');
  await here.pass();
  assert.deepEqual(toldOf(receiver.received), ['mail.log firing']);
  await here.restart();
  await here.pass(30 * MINUTE);
  assert.equal(receiver.received.length, 1, 'a silence survives a restart');
  assert.equal(await here.alerting.unsilence(id), true);
  assert.equal(await here.alerting.unsilence(id), false);
  await here.pass(1000);
  assert.deepEqual(toldOf(receiver.received.slice(1)), ['disk firing']);
});

test('quiet hours keep an alert back until the morning, in the zone', async (t) => {
  const receiver = await startReceiver(t);
  // It is noon UTC: 20:00 in Shanghai.
  const here = await world(t, {
    rules: [{ ...DISK, quietHours: { from: 19 * 60, to: 7 * 60 } }],
    channels: [hook(receiver.url)],
    zone: 'Asia/Shanghai',
  });
  here.disk = 0.95;
  await here.pass();
  await here.pass(10 * 60 * MINUTE);
  assert.equal(receiver.received.length, 0);
  await here.pass(61 * MINUTE);
  assert.deepEqual(toldOf(receiver.received), ['disk firing']);
});

test('a channel hears of what it wants: by severity, by the rule, and without ends', async (t) => {
  const [loud, quiet, chosen] = [await startReceiver(t), await startReceiver(t), await startReceiver(t)];
  const here = await world(t, {
    rules: [
      { ...DISK, severity: 'info' },
      { ...SOURCES, severity: 'critical', channels: ['loud', 'quiet'] },
    ],
    channels: [
      hook(loud.url, { name: 'loud' }),
      hook(quiet.url, { name: 'quiet', severity: 'critical', resolved: 'skip' }),
      hook(chosen.url, { name: 'chosen' }),
    ],
  });
  here.disk = 0.95;
  here.fail('mail.log');
  await here.pass();
  await here.pass(1000);
  here.disk = 0;
  here.fail();
  await here.pass(MINUTE);
  await here.pass(1000);
  assert.deepEqual(toldOf(loud.received).toSorted(), ['disk firing', 'disk resolved', 'mail.log firing', 'mail.log resolved']);
  assert.deepEqual(toldOf(quiet.received), ['mail.log firing']);
  assert.deepEqual(toldOf(chosen.received), ['disk firing', 'disk resolved']);
});

test('a rule and a channel that are no longer configured leave nothing behind', async (t) => {
  const receiver = await startReceiver(t, 500);
  const options = { rules: [DISK], channels: [hook(receiver.url)] };
  const here = await world(t, options);
  here.disk = 0.95;
  await here.pass();
  assert.equal((await here.store.alerting()).deliveries[0]?.status, 'waiting');
  Object.assign(options, { rules: [], channels: [] });
  await here.restart();
  here.alerting.start();
  const state = await eventually('both to be forgotten', async () => {
    const now = await here.store.alerting();
    return now.alerts.length === 0 && now.deliveries[0]?.status !== 'waiting' ? now : undefined;
  });
  assert.equal(state.deliveries[0]?.problem, 'the channel is no longer configured');
  assert.deepEqual(here.failures, []);
});
