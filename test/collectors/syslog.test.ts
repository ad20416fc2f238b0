import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { readFileSync, writeFileSync } from 'node:fs';
import { syslogCollector, type SyslogOptions } from '../../collectors/syslog.ts';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';
import type { Block } from '../../src/model/line.ts';
import { freePorts } from '../stack/free-port.ts';
import { missing } from '../stack/program.ts';
import { recorder, start, temporaryFolder, until } from './recorder.ts';
import type { Recorder, Running } from './recorder.ts';

interface Listening extends Running {
  readonly seen: Recorder;
  readonly port: number;
}

async function listen(t: TestContext, options: Partial<SyslogOptions> = {}, seen = recorder()): Promise<Listening> {
  const [port = 0] = await freePorts(1);
  const collector = syslogCollector({
    protocol: 'tcp',
    listen: { host: '127.0.0.1', port },
    allow: ['127.0.0.0/8'],
    positions: seen.positions(),
    ...options,
  });
  const running = start(t, collector, seen);
  await until('it to listen', () => seen.states.at(-1)?.status === 'current');
  return { ...running, seen, port };
}

async function client(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const numbers = (seen: Recorder): number[] => seen.lines().map((line) => Number(/ line (\d+)$/.exec(line)?.[1] ?? Number.NaN));
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
/** Waits for so many numbered lines, and sees that each is there once, in order. */
async function allOf(seen: Recorder, sent: number): Promise<void> {
  const come = (): number => seen.lines().length;
  await until('all', () => come() === sent, come);
  assert.deepEqual(numbers(seen), range(sent));
}
const dropped = (seen: Recorder): number => seen.states.at(-1)?.dropped ?? 0;
const noLogger = missing('logger') ?? false;

/** What an administrator's `logger` sends. */
async function logger(port: number, lines: readonly string[], ...options: string[]): Promise<void> {
  const child = spawn('logger', ['--server', '127.0.0.1', '--port', String(port), '-t', 'postfix/qmgr', '-p', 'mail.info', ...options]);
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  await once(child, 'close');
}

for (const format of ['--rfc3164', '--rfc5424']) {
  for (const framing of [[], ['--octet-count']]) {
    test(`logger over TCP: ${[format, ...framing].join(' ')}`, { skip: noLogger }, async (t) => {
      const { seen, port } = await listen(t);
      await logger(
        port,
        range(500).map((number) => `A1B2C3D4E5: line ${number}`),
        '--tcp',
        format,
        ...framing,
      );
      await until('all', () => seen.lines().length >= 500);
      assert.deepEqual(numbers(seen), range(500));
      const envelope = new EnvelopeReader({ zone: 'UTC' }).read(seen.lines()[7] ?? '', Date.now());
      assert.deepEqual([envelope?.tag.program, envelope?.text], ['qmgr', 'A1B2C3D4E5: line 7']);
      assert.ok(seen.blocks.every(({ origin, host }) => origin === 'live' && host === '127.0.0.1'));
    });
  }
}

test('logger over UDP', { skip: noLogger }, async (t) => {
  const { seen, port } = await listen(t, { protocol: 'udp' });
  await logger(port, ['A1B2C3D4E5: line 0', 'A1B2C3D4E5: line 1'], '--udp');
  await until('both', () => seen.lines().length === 2);
  assert.deepEqual(numbers(seen), [0, 1]);
});

const addresses = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)));

for (const [host, type] of [
  ['127.0.0.1', 'udp4'],
  ['::1', 'udp6'],
] as const) {
  const skip = !addresses.has(host) && `this machine has no address ${host}`;
  test(`UDP to ${host}: each datagram is a line, whatever it holds`, { skip }, async (t) => {
    const [port = 0] = await freePorts(1);
    const { seen } = await listen(t, { protocol: 'udp', listen: { host, port }, allow: [host] });
    const socket = createSocket(type);
    t.after(() => socket.close());
    for (const text of ['<22>one\n', '<22>two\nand a half', '', '<22>three\0']) socket.send(text, port, host);
    await until('three', () => seen.lines().length === 3);
    assert.deepEqual(seen.lines(), ['<22>one', '<22>two and a half', '<22>three']);
    assert.equal(seen.blocks[0]?.host, host);
  });
}

test('a sender that "allow" does not name is refused, counted and told of', async (t) => {
  const tcp = await listen(t, { allow: ['192.0.2.0/24', '2001:db8::/32'] });
  const socket = await client(t, tcp.port);
  socket.write('<22>line\n');
  if (!socket.destroyed) await once(socket, 'close');
  assert.deepEqual(tcp.seen.lines(), []);
  assert.equal(dropped(tcp.seen), 1);
  assert.match(tcp.seen.states.at(-1)?.message ?? '', /^Refused 1 times senders that "allow" does not name, the last one 127\.0\.0\.1\.$/);
  const udp = await listen(t, { protocol: 'udp', allow: ['192.0.2.1'] });
  const datagrams = createSocket('udp4');
  t.after(() => datagrams.close());
  datagrams.send('<22>line', udp.port, '127.0.0.1');
  await until('it to be counted', () => dropped(udp.seen) === 1);
  assert.deepEqual(udp.seen.lines(), []);
});

test('connections over the limit are refused, until one was silent for long', async (t) => {
  const limited = await listen(t, { maxConnections: 2 });
  const first = await client(t, limited.port);
  await client(t, limited.port);
  const third = await client(t, limited.port);
  if (!third.destroyed) await once(third, 'close');
  assert.equal(dropped(limited.seen), 1);
  first.write('<22> line 0\n');
  await until('the first to be heard still', () => limited.seen.lines().length === 1);
  const roomy = await listen(t, { maxConnections: 1, idleMillis: 0 });
  const silent = await client(t, roomy.port);
  const next = await client(t, roomy.port);
  next.write('<22> line 0\n');
  await until('the next to be heard', () => roomy.seen.lines().length === 1);
  if (!silent.destroyed) await once(silent, 'close');
});

test('a message that does not get whole in its time ends the connection; an idle one stays', async (t) => {
  const { seen, port } = await listen(t, { messageMillis: 20 });
  const idle = await client(t, port);
  idle.write('<22> line 0\n');
  const slow = await client(t, port);
  slow.write('<22>half a');
  if (!slow.destroyed) await once(slow, 'close');
  idle.write('<22> line 1\n');
  await until('the idle one', () => seen.lines().some((line) => line.endsWith('line 1')));
});

test('the last line of a connection may lack its end, but of one that breaks off it is none', async (t) => {
  const { seen, port } = await listen(t);
  const ending = await client(t, port);
  ending.end('<22> line 0\n<22> line 1');
  await until('both', () => seen.lines().length === 2);
  const broken = await client(t, port);
  broken.write('<22> line 2\n<22> postfix/smtp[7]: A1B2C3D4E5: to=<a@example.org>, status=sent');
  await until('the whole one', () => seen.lines().length === 3);
  broken.resetAndDestroy();
  await until('the half one to be counted', () => dropped(seen) === 1);
  const again = await client(t, port);
  again.end('<22> line 3\n');
  await until('the next', () => seen.lines().length === 4);
  assert.deepEqual(numbers(seen), range(4));
});

/** A recorder whose store takes nothing before it is opened. */
function heldRecorder(): { seen: Recorder; held: Recorder; isHolding: () => boolean; open: () => void } {
  const seen = recorder();
  let open = (): void => undefined;
  let isHolding = false;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const lines = async (block: Block): Promise<void> => {
    isHolding = true;
    await gate;
    await seen.sink.lines(block);
  };
  return { seen, held: { ...seen, sink: { ...seen.sink, lines } }, isHolding: () => isHolding, open };
}

test('while the store takes nothing the sender waits, and nothing is lost', async (t) => {
  const { seen, held, open } = heldRecorder();
  const { port } = await listen(t, {}, held);
  const socket = await client(t, port);
  const message = (number: number): string => `<22>${'x'.repeat(1000)} line ${number}\n`;
  let sent = 0;
  // More than the kernel's buffers of both ends ever hold: it must be refused at some point.
  while (sent < 50_000 && (socket.write(message(sent++)) || socket.writableLength < 8 * 1024 * 1024));
  await until('the socket to be full', () => socket.writableLength > 0);
  assert.deepEqual(seen.lines(), []);
  open();
  socket.end();
  await allOf(seen, sent);
});

test('a store that takes nothing for long costs no connection: what it waits for is not silence', async (t) => {
  const { seen, held, isHolding, open } = heldRecorder();
  const { port } = await listen(t, { messageMillis: 20, maxConnections: 1, idleMillis: 0 }, held);
  const socket = await client(t, port);
  const sent = 3000;
  // What is read at once ends within a message, and there is more than that.
  for (const number of range(sent)) socket.write(`<22>${'x'.repeat(1000)} line ${number}\n`);
  await until('its first messages to be held up', isHolding);
  const next = await client(t, port);
  await until('the next to be refused', () => next.destroyed);
  await delay(60);
  open();
  socket.end();
  await allOf(seen, sent);
});

test('UDP: what comes while the store takes nothing waits up to a limit; the rest is counted', async (t) => {
  const seen = recorder();
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const lines = seen.sink.lines.bind(seen.sink);
  const held: Recorder = { ...seen, sink: { ...seen.sink, lines: async (block) => (await gate, lines(block)) } };
  const { port } = await listen(t, { protocol: 'udp', maxQueueBytes: 10_000 }, held);
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  for (const number of range(20))
    await new Promise((sent) => socket.send(`<22>${'x'.repeat(990)} line ${number}`, port, '127.0.0.1', sent));
  await until('the rest to be counted', () => dropped(held) >= 10);
  open();
  await until('those that waited', () => seen.lines().length + dropped(held) === 20);
  assert.deepEqual(numbers(seen), range(seen.lines().length));
});

test('UDP: a sender that is too fast is cut back and counted, the connection-bound one only waits', async (t) => {
  const udp = await listen(t, { protocol: 'udp', maxRate: 10 });
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  for (const number of range(100)) await new Promise((sent) => socket.send(`<22> line ${number}`, udp.port, '127.0.0.1', sent));
  await until('each to be taken or counted', () => udp.seen.lines().length + dropped(udp.seen) === 100);
  assert.ok(udp.seen.lines().length >= 10 && dropped(udp.seen) > 0);
  const tcp = await listen(t, { maxRate: 1000 });
  const fast = await client(t, tcp.port);
  fast.end(
    range(1200)
      .map((number) => `<22> line ${number}\n`)
      .join(''),
  );
  await until('all', () => tcp.seen.lines().length === 1200);
  assert.deepEqual(numbers(tcp.seen), range(1200));
});

test('what keeps it from listening is told with its cure, and tried again', async (t) => {
  const [port = 0] = await freePorts(1);
  const taken = createSocket('udp4').bind(port, '127.0.0.1');
  await once(taken, 'listening');
  const seen = recorder();
  start(t, syslogCollector({ protocol: 'udp', listen: { host: '127.0.0.1', port }, allow: ['127.0.0.1'], positions: [] }), seen);
  await until('it to be told', () => seen.states.at(-1)?.status === 'failed');
  assert.match(seen.states.at(-1)?.message ?? '', /in use by another program.*Choose another port/);
  taken.close();
  await until('it to listen after all', () => seen.states.at(-1)?.status === 'current');
  const none = recorder();
  const files = { certificate: '/nowhere/a.pem', key: '/nowhere/a.key' };
  start(t, syslogCollector({ protocol: 'tls', listen: { host: '127.0.0.1', port: 0 }, allow: [], positions: [], ...files }), none);
  await until('the file to be told of', () => none.states.at(-1)?.status === 'failed');
  assert.match(none.states.at(-1)?.message ?? '', /\/nowhere\/a\.pem does not exist/);
});

/** A certificate authority, a server's certificate and a sender's, as an administrator makes them. */
function certificates(folder: string): Record<'authority' | 'server' | 'serverKey' | 'sender' | 'senderKey', string> {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', '/CN=ca', '-days', '2');
  for (const name of ['server', 'sender']) {
    openssl('req', ...key, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${name}`);
    writeFileSync(file('san'), 'subjectAltName=IP:127.0.0.1');
    openssl(
      'x509',
      '-req',
      '-in',
      file(`${name}.csr`),
      '-CA',
      file('ca.pem'),
      '-CAkey',
      file('ca.key'),
      '-CAcreateserial',
      '-out',
      file(`${name}.pem`),
      '-days',
      '2',
      '-extfile',
      file('san'),
    );
  }
  return {
    authority: file('ca.pem'),
    server: file('server.pem'),
    serverKey: file('server.key'),
    sender: file('sender.pem'),
    senderKey: file('sender.key'),
  };
}

const noOpenssl = missing('openssl') ?? false;

test(
  'TLS: with a certificate of the sender, without where it is optional, and refused where it is required',
  { skip: noOpenssl },
  async (t) => {
    const files = certificates(await temporaryFolder(t));
    const tls = { protocol: 'tls', certificate: files.server, key: files.serverKey, clientAuthority: files.authority } as const;
    const send = async (port: number, text: string, withCertificate: boolean): Promise<boolean> => {
      const own = withCertificate ? { cert: readFileSync(files.sender), key: readFileSync(files.senderKey) } : {};
      const socket = connectTls({ port, host: '127.0.0.1', ca: readFileSync(files.authority), ...own });
      t.after(() => socket.destroy());
      const closed = new Promise<boolean>((resolve) => socket.once('error', () => resolve(false)).once('close', () => resolve(true)));
      socket.once('secureConnect', () => socket.end(text));
      return closed;
    };
    const required = await listen(t, { ...tls, clientCertificate: 'required' });
    await send(required.port, '11 <22> line 0<22> line 1\n', true);
    await until('both', () => required.seen.lines().length === 2);
    await send(required.port, '<22> line 2\n', false);
    await send(required.port, '<22> line 3\n', true);
    await until('the next with a certificate', () => numbers(required.seen).includes(3));
    assert.deepEqual(numbers(required.seen), [0, 1, 3]);
    const optional = await listen(t, { ...tls, clientCertificate: 'optional' });
    await send(optional.port, '<22> line 0\n', false);
    await until('it', () => optional.seen.lines().length === 1);
    // Who speaks no TLS gets nowhere, and keeps nobody from coming.
    const plain = await client(t, optional.port);
    plain.write('<22> line 1\n');
    if (!plain.destroyed) await once(plain, 'close');
    await send(optional.port, '<22> line 2\n', true);
    await until('the next', () => optional.seen.lines().length === 2);
    assert.deepEqual(numbers(optional.seen), [0, 2]);
  },
);

test('TLS: a connection that sends makes no room for another', { skip: noOpenssl }, async (t) => {
  const files = certificates(await temporaryFolder(t));
  const { seen, held, isHolding, open } = heldRecorder();
  const tls = { protocol: 'tls', certificate: files.server, key: files.serverKey } as const;
  const { port } = await listen(t, { ...tls, maxConnections: 1, idleMillis: 0 }, held);
  const socket = connectTls({ port, host: '127.0.0.1', ca: readFileSync(files.authority) });
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  socket.write('<22> line 0\n');
  await until('it to be heard', isHolding);
  const next = await client(t, port);
  await until('the next to be refused', () => next.destroyed);
  open();
  socket.end('<22> line 1\n');
  await until('all', () => seen.lines().length === 2);
  assert.equal(dropped(seen), 1);
});
