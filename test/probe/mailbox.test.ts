import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { ImapFlow } from 'imapflow';
import { mailTransport } from '../../src/lib/mail-transport.ts';
import type { ImapSettings, ProbeRow } from '../../src/model/probe.ts';
import { messageIdOf } from '../../src/probe/inbox.ts';
import { verifyMailbox } from '../../src/probe/mailbox.ts';
import { newMark } from '../../src/probe/mark.ts';
import { type Probe, type ProbeOptions, startProbe } from '../../src/probe/probe.ts';
import { selfSigned } from '../stack/certificate.ts';
import { sendMail } from '../stack/dialogue.ts';
import { freePorts } from '../stack/free-port.ts';
import { PASSWORD, startMailServers, type MailServers } from '../stack/mail-servers.ts';
import { eventually, missing, output, program } from '../stack/program.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const skip = missing('postfix', 'dovecot', 'openssl') ?? false;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const RECIPIENT = 'dave@example.org';

interface Mailbox {
  readonly servers: MailServers;
  readonly settings: ImapSettings;
  /** Subjects of what is in it. */
  readonly subjects: () => Promise<string[]>;
  readonly use: <T>(work: (client: ImapFlow) => Promise<T>) => Promise<T>;
}

async function mailbox(t: TestContext): Promise<Mailbox> {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
  await chmod(directory, 0o755);
  const [sinkPort = 0, filterPort = 0] = await freePorts(2);
  const servers = await startMailServers(t, { directory, sinkPort, filterPort });
  t.after(() => rm(directory, { recursive: true, force: true }));
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`);
  const settings: ImapSettings = {
    host: '127.0.0.1',
    port: servers.ports.imap,
    tls: 'none',
    user: RECIPIENT,
    passwordFile,
    mailbox: 'INBOX',
  };
  const use: Mailbox['use'] = async (work) => {
    const { host, port, user } = settings;
    const client = new ImapFlow({ host, port, secure: false, auth: { user, pass: PASSWORD }, logger: false });
    await client.connect();
    const lock = await client.getMailboxLock('INBOX');
    try {
      return await work(client);
    } finally {
      lock.release();
      await client.logout();
    }
  };
  const subjects = (): Promise<string[]> =>
    use(async (client) => {
      const found: string[] = [];
      for await (const { envelope } of client.fetch('1:*', { envelope: true })) found.push(envelope?.subject ?? '');
      return found.toSorted();
    });
  return { servers, settings, subjects, use };
}

/** Hands everything on to a port of this machine, until what is connected is cut off. */
async function cuttingProxy(t: TestContext, to: number): Promise<{ port: number; connections: () => number; cut: () => void }> {
  const open = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count++;
    const onward = connect(to, '127.0.0.1');
    for (const one of [socket, onward]) {
      open.add(one);
      one.on('error', () => undefined).on('close', () => open.delete(one));
    }
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  t.after(() => {
    cut();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => count, cut };
}

async function probing(
  t: TestContext,
  imap: ImapSettings,
  options: Pick<ProbeOptions, 'transport'> & { readonly timeout?: number; readonly key?: Buffer },
): Promise<{ probe: Probe; rows: ProbeRow[]; next: () => Promise<ProbeRow> }> {
  const rows: ProbeRow[] = [];
  const { timeout = 30_000, key = randomBytes(32), transport } = options;
  const probe = await startProbe({
    settings: { every: 60_000, timeout, recipient: RECIPIENT, protocol: 'smtp', listen: { host: '127.0.0.1', port: 0 }, imap },
    key,
    transport,
    done: (row) => Promise.resolve(void rows.push(row)),
    logger: quiet,
  });
  t.after(() => probe.stop());
  const next = async (): Promise<ProbeRow> => {
    const before = rows.length;
    await probe.send();
    await eventually('the outcome', () => rows.length > before);
    return rows.at(-1) as ProbeRow;
  };
  return { probe, rows, next };
}

test(
  'a probe is found in a real mailbox, by way of Postfix, and removed; nothing else is; what goes wrong is said',
  { skip, timeout: 240_000 },
  async (t) => {
    const { servers, settings, subjects, use } = await mailbox(t);
    const transport = mailTransport({ host: '127.0.0.1', port: servers.ports.smtp, tls: 'none', from: 'log@example.org' });
    const key = randomBytes(32);
    // What is not ours: another's mail, one that he is about to remove, and one that only looks like a probe.
    const forged = messageIdOf(newMark(randomBytes(32)), 'example.org');
    for (const [subject, messageId] of [
      ['hello', '<1@example.net>'],
      ['old', '<2@example.net>'],
      ['Mail flow probe', forged],
    ] as const)
      await transport.send({ to: RECIPIENT, subject, messageId, text: 'text' });
    await eventually('three messages', async () => (await subjects()).length === 3);
    await use(async (client) => client.messageFlagsAdd({ subject: 'old' }, ['\\Deleted']));
    const foreign = ['Mail flow probe', 'hello', 'old'];

    const { next } = await probing(t, settings, { transport, key });
    const back = await next();
    t.diagnostic(`found after ${back.delayMillis} ms, taken after ${back.acceptMillis} ms`);
    assert.equal(back.result, 'ok', back.problem);
    assert.ok(back.delayMillis !== null && back.delayMillis > 0);
    assert.deepEqual([back.hops.length, back.hops[0]?.by], [2, 'mail.example.org'], 'Postfix, and Dovecot');
    await eventually('the probe to be removed', async () => (await subjects()).length === 3);
    assert.deepEqual(await subjects(), foreign);

    await t.test('one that comes too late is counted once, and removed with a later one', async (sub) => {
      const set = async (value: string): Promise<void> => {
        await output('/usr/sbin/postconf', '-c', servers.configDirectory, '-e', `defer_transports=${value}`);
        await output(program('postfix') ?? '', '-c', servers.configDirectory, 'reload');
      };
      await set('lmtp');
      const hurried = await probing(sub, settings, { transport, key, timeout: 1_000 });
      const late = await hurried.next();
      assert.deepEqual([late.result, late.problem], ['late', 'not back after 1 s']);
      await set('');
      await servers.flush();
      await eventually('the late one', async () => (await subjects()).length === 4);
      assert.equal((await next()).result, 'ok');
      await eventually('both to be removed', async () => (await subjects()).length === 3);
      assert.deepEqual(await subjects(), foreign);
      assert.equal(hurried.rows.length, 1);
    });

    await t.test('a notification about it is its outcome, and stays', async (sub) => {
      let sent = '';
      const silent: ProbeOptions['transport'] = {
        send: (mail) => {
          sent = String(mail.messageId);
          return Promise.resolve({ reply: '250', refusedRecipients: [] });
        },
      };
      const bounced = await probing(sub, settings, { transport: silent });
      await bounced.probe.send();
      const { data } = await sendMail(servers.ports.smtp, {
        from: '',
        to: [RECIPIENT],
        subject: 'Undelivered',
        body: `host said: 552 too \u001b[31mlarge\r\n\r\nMessage-ID: ${sent}`,
      });
      assert.equal(data, 250);
      const [row] = await eventually('the notification', () => bounced.rows.length > 0 && bounced.rows);
      assert.equal(row?.result, 'bounced');
      assert.match(row?.problem ?? '', /^host said: 552 too \\u\{1b\}\[31mlarge/);
      await bounced.probe.stop();
      assert.deepEqual(await subjects(), ['Mail flow probe', 'Undelivered', 'hello', 'old']);
    });

    await t.test('a wrong password is said, without it; once it is right the probe is found after all', async (sub) => {
      await writeFile(settings.passwordFile, 'not-the-password\n');
      const hurried = await probing(sub, settings, { transport, key, timeout: 1_500 });
      const { result, problem } = await hurried.next();
      assert.equal(result, 'late');
      assert.match(problem, /^not back after 2 s: the mailbox INBOX at 127\.0\.0\.1:\d+ cannot be read: the login was refused/);
      assert.doesNotMatch(problem, /not-the-password/);
      await assert.rejects(verifyMailbox(settings), { code: 'mailbox_failed' });
      const patient = await probing(sub, settings, { transport, key });
      await patient.probe.send();
      await writeFile(settings.passwordFile, `${PASSWORD}\n`);
      const [row] = await eventually('it to be found', () => patient.rows.length > 0 && patient.rows);
      assert.equal(row?.result, 'ok', row?.problem);
    });

    await t.test('a connection that is lost while the probe is on its way is made anew', async (sub) => {
      const proxy = await cuttingProxy(sub, settings.port);
      const slow: ProbeOptions['transport'] = {
        send: async (mail) => {
          proxy.cut();
          await eventually('the mailbox to be asked again', () => proxy.connections() > 1);
          return transport.send(mail);
        },
      };
      const { result, problem } = await (await probing(sub, { ...settings, port: proxy.port }, { transport: slow, key })).next();
      assert.equal(result, 'ok', problem);
    });

    await t.test('a mailbox that cannot be reached, or is not there, is said', async (sub) => {
      const [closed = 0] = await freePorts(1);
      const unreachable = await probing(sub, { ...settings, port: closed }, { transport, key, timeout: 1_000 });
      const { result, problem } = await unreachable.next();
      assert.equal(result, 'late');
      assert.match(problem, /cannot be read: .*ECONNREFUSED/);
      await assert.rejects(verifyMailbox({ ...settings, mailbox: 'Nowhere' }), /the mailbox Nowhere at .* cannot be read: /);
      await verifyMailbox(settings);
    });

    await t.test('over TLS: with a certificate that is vouched for it is opened, with another no password is sent', async (sub) => {
      const folder = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
      sub.after(() => rm(folder, { recursive: true }));
      const { key: keyFile, cert } = selfSigned(folder);
      const server = createTlsServer({ key: await readFile(keyFile), cert: await readFile(cert) }, (socket) => {
        const onward = connect(settings.port, '127.0.0.1');
        for (const one of [socket, onward]) one.on('error', () => undefined);
        socket.pipe(onward).pipe(socket);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      sub.after(() => server.close());
      const { port } = server.address() as AddressInfo;
      await assert.rejects(verifyMailbox({ ...settings, port, tls: 'implicit' }), /cannot be read: .*self-signed certificate/i);
      await writeFile(join(folder, 'mail.log'), 'a line\n');
      const imap = `{ host: 127.0.0.1, port: ${port}, user: ${settings.user}, password_file: ${settings.passwordFile} }`;
      const config = join(folder, 'config.yaml');
      await writeFile(
        config,
        `data: ${folder}\nlisten: 127.0.0.1:0\nsources: [{ type: file, path: ${folder}/mail.log }]
smtp: { host: 127.0.0.1, port: ${servers.ports.smtp}, tls: none }
probe: { recipient: ${RECIPIENT}, imap: ${imap} }\n`,
      );
      // Whom to believe is read when the process starts.
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: cert };
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', MAIN, 'doctor', '--config', config], { env });
      assert.match(stdout, /^ok {4}probe mailbox: it can be opened$/m);
      assert.match(stdout, /^ok {4}mail server: 127\.0\.0\.1:\d+ answers$/m);
    });

    await t.test('without the TLS that was asked for no password is sent', async () => {
      const logins = async (): Promise<number> => (await readFile(servers.dovecotLog, 'utf8')).split('imap-login: Login').length;
      const before = await logins();
      for (const tls of ['starttls', 'implicit'] as const)
        await assert.rejects(verifyMailbox({ ...settings, tls }), { code: 'mailbox_failed' });
      assert.equal(await logins(), before);
    });

    assert.equal((await next()).result, 'ok');
    await eventually('every probe to be removed', async () => (await subjects()).length === 4);
    assert.deepEqual(await subjects(), ['Mail flow probe', 'Undelivered', 'hello', 'old']);
  },
);
