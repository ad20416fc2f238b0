import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { Arrival } from '../../src/probe/inbox.ts';
import { addressOf, markIn, newMark } from '../../src/probe/mark.ts';
import { CONNECTIONS_A_MINUTE, type ReceiverOptions, startReceiver } from '../../src/probe/receiver.ts';
import { Dialogue, sendMail } from '../stack/dialogue.ts';
import { eventually } from '../stack/program.ts';

const KEY = randomBytes(32);
const OURS = 'probe@probe.example.org';

async function receiver(t: TestContext, options: Partial<ReceiverOptions> = {}): Promise<{ port: number; arrivals: Arrival[] }> {
  const arrivals: Arrival[] = [];
  const running = await startReceiver({
    protocol: 'smtp',
    host: '127.0.0.1',
    port: 0,
    markOf: (address) => markIn(address, OURS, KEY),
    arrived: (arrival) => void arrivals.push(arrival),
    ...options,
  });
  t.after(() => running.stop());
  return { port: running.port, arrivals };
}

test('a mark is known again, whatever case a mail server gives it, and cannot be made up', () => {
  const mark = newMark(KEY);
  const address = addressOf(OURS, mark);
  assert.equal(markIn(address, OURS, KEY), mark);
  assert.equal(markIn(address.toUpperCase(), OURS, KEY), mark);
  assert.equal(markIn(address, OURS, randomBytes(32)), undefined);
  assert.equal(markIn(address.replace('+', '+0'), OURS, KEY), undefined);
  assert.equal(markIn(addressOf(OURS, newMark(randomBytes(32))), OURS, KEY), undefined);
});

test('mail for its own addresses comes in, with the mark that it bears', async (t) => {
  const { port, arrivals } = await receiver(t);
  const mark = newMark(KEY);
  const { data } = await sendMail(port, { from: 'a@b.example', to: [addressOf(OURS, mark)], body: 'back again' });
  assert.equal(data, 250);
  assert.equal(arrivals[0]?.mark, mark);
  assert.match(arrivals[0]?.content.toString() ?? '', /back again/);
});

test('it is no relay: every classic way to make a server hand mail on is refused at RCPT', async (t) => {
  const { port, arrivals } = await receiver(t);
  const good = newMark(KEY);
  const victim = 'victim@elsewhere.example';
  const recipients = [
    `<${victim}>`,
    '<victim>',
    `<"${victim}">`,
    `<"${victim}"@probe.example.org>`,
    '<victim%elsewhere.example@probe.example.org>',
    '<victim%elsewhere.example>',
    '<victim%elsewhere.example@[127.0.0.1]>',
    '<victim%elsewhere.example@localhost>',
    `<"victim%elsewhere.example"@probe.example.org>`,
    '<elsewhere.example!victim>',
    '<elsewhere.example!victim@probe.example.org>',
    '<elsewhere.example!victim@[127.0.0.1]>',
    `<@probe.example.org:${victim}>`,
    `<@[127.0.0.1]:${victim}>`,
    `<@localhost,@probe.example.org:${victim}>`,
    '<victim@[192.0.2.1]>',
    '<victim@elsewhere.example@probe.example.org>',
    `<${victim}@>`,
    '<postmaster>',
    '<postmaster@probe.example.org>',
    '<probe@probe.example.org>',
    `<probe+${good}@elsewhere.example>`,
    `<probe+${good}%elsewhere.example@probe.example.org>`,
    `<"probe+${good}"@elsewhere.example>`,
    `<${addressOf(OURS, newMark(randomBytes(32)))}>`,
  ];
  assert.equal(recipients.length, 25);
  for (const from of ['<>', '<spammer@elsewhere.example>']) {
    for (const recipient of recipients) {
      const smtp = await Dialogue.open(port);
      await smtp.reply();
      await smtp.command('EHLO client.example.net');
      await smtp.command(`MAIL FROM:${from}`);
      const { code } = await smtp.command(`RCPT TO:${recipient}`);
      assert.ok(code >= 500 && code < 600, `${recipient}: ${code}`);
      assert.ok((await smtp.command('DATA')).code >= 500);
      await smtp.close();
    }
  }
  assert.deepEqual(arrivals, []);
});

test('nobody logs in, and who guesses addresses is cut off', async (t) => {
  const { port } = await receiver(t);
  const smtp = await Dialogue.open(port);
  await smtp.reply();
  await smtp.command('EHLO client.example.net');
  assert.ok((await smtp.command('AUTH PLAIN AGEAYg==')).code >= 500);
  await smtp.command('MAIL FROM:<a@b.example>');
  await assert.rejects(async () => {
    for (let i = 0; i < 100; i++) await smtp.command(`RCPT TO:<guess${i}@probe.example.org>`);
  });
});

test('the size limit is real: a message that is too large ends with the connection, and is not read to its end', async (t) => {
  const limit = 64 * 1024;
  const { port, arrivals } = await receiver(t, { sizeLimit: limit });
  const smtp = await Dialogue.open(port);
  await smtp.reply();
  await smtp.command('EHLO client.example.net');
  await smtp.command('MAIL FROM:<a@b.example>');
  await smtp.command(`RCPT TO:<${addressOf(OURS, newMark(KEY))}>`);
  await smtp.command('DATA');
  const line = 'x'.repeat(64 * 1024);
  let taken = 0;
  await assert.rejects(async () => {
    for (; taken < 30 * 1024 * 1024; taken += line.length) await smtp.taken(line);
  });
  // What the kernel takes for either side is some megabytes.
  assert.ok(taken < 16 * 1024 * 1024, `${taken} bytes were taken`);
  await assert.rejects(smtp.reply(), /closed the connection/);
  assert.deepEqual(arrivals, []);
});

test('what only looks like the end of a message is within it: no second one is smuggled in', async (t) => {
  const { port, arrivals } = await receiver(t);
  const [first, second] = [addressOf(OURS, newMark(KEY)), addressOf(OURS, newMark(KEY))];
  for (const end of ['\n.\n', '\n.\r\n', '\r.\r', '\r\n.\r']) {
    const body = `Hello${end}MAIL FROM:<a@b.example>\r\nRCPT TO:<${second}>\r\nDATA\r\nSubject: smuggled\r\n\r\nHello`;
    assert.equal((await sendMail(port, { from: 'a@b.example', to: [first], body })).data, 250);
  }
  assert.deepEqual(
    arrivals.map(({ mark, content }) => [addressOf(OURS, mark), /smuggled/.test(content.toString())]),
    Array.from({ length: 4 }, () => [first, true]),
  );
});

test('a client that resets the connection at any step does no harm', async (t) => {
  const { port, arrivals } = await receiver(t);
  const to = `RCPT TO:<${addressOf(OURS, newMark(KEY))}>`;
  const steps = ['EHLO client.example.net', 'MAIL FROM:<a@b.example>', to, 'DATA', 'Subject: half a message'];
  for (const said of [...steps.keys()].map((last) => steps.slice(0, last + 1)).concat([[], ['QUIT']])) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'data');
    for (const step of said) {
      socket.write(`${step}\r\n`);
      if (!step.startsWith('Subject')) await once(socket, 'data');
    }
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  assert.equal((await sendMail(port, { from: 'a@b.example', to: [addressOf(OURS, newMark(KEY))] })).data, 250);
  assert.equal(arrivals.length, 1);
});

test('it speaks LMTP, too, and takes few clients at a time', async (t) => {
  const { port } = await receiver(t, { protocol: 'lmtp' });
  const lmtp = await Dialogue.open(port);
  await lmtp.reply();
  assert.equal((await lmtp.command('LHLO client.example.net')).code, 250);
  await lmtp.close();
  const clients = await Promise.all(Array.from({ length: 30 }, () => Dialogue.open(port)));
  const codes = await Promise.all(
    clients.map((client) =>
      client.reply().then(
        ({ code }) => code,
        () => 421,
      ),
    ),
  );
  assert.ok(codes.includes(421), `all of 30 were taken: ${codes.join()}`);
  await Promise.all(clients.map((client) => client.close()));
  await eventually('room for a new one', async () => {
    const client = await Dialogue.open(port);
    const { code } = await client.reply();
    await client.close();
    return code === 220;
  });
});

test('so many connections in a minute are taken, and no more; the next minute they are again', async (t) => {
  let now = Date.UTC(2026, 10, 25, 6);
  const { port } = await receiver(t, { clock: () => now });
  const isTaken = async (): Promise<boolean> => {
    const client = await Dialogue.open(port);
    const taken = await client.reply().then(
      ({ code }) => code === 220,
      () => false,
    );
    if (taken) await client.command('QUIT');
    await client.close();
    return taken;
  };
  for (let n = 0; n < CONNECTIONS_A_MINUTE; n++) assert.equal(await isTaken(), true, `connection ${n + 1}`);
  assert.deepEqual([await isTaken(), await isTaken()], [false, false]);
  now += 60_000;
  assert.equal(await isTaken(), true);
});
