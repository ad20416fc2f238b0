import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { examine } from '../../src/cli/doctor.ts';
import type { Finding } from '../../src/cli/finding.ts';
import { CHANNEL_TYPES, type ChannelType } from '../../src/model/notifier.ts';
import type { ReportMail } from '../../src/model/report-mail.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';

/** What a receiver notices of `doctor`: whoever connects, and every byte that is said. */
async function listener(t: TestContext): Promise<{ port: number; connections: number; heard: string }> {
  const noticed = { port: 0, connections: 0, heard: '' };
  const server = createServer((socket) => {
    noticed.connections++;
    socket.on('data', (chunk) => (noticed.heard += chunk.toString()));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  noticed.port = (server.address() as AddressInfo).port;
  return noticed;
}

/** A mail server that wants a login, and keeps what it was asked. */
async function mailServer(t: TestContext): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = new SMTPServer({
    disableReverseLookup: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth({ username = '', password }, _session, answer) {
      asked.push(`login ${username}`);
      if (password === 'right') answer(null, { user: username });
      else answer(new Error('wrong password'));
    },
    onMailFrom(_address, _session, answer) {
      asked.push('mail');
      answer();
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  t.after(() => new Promise<void>((closed) => server.close(() => closed())));
  return { port: (server.server.address() as AddressInfo).port, asked };
}

/** A channel of each type, as it stands in the configuration. */
const CHANNEL: Record<ChannelType, (url: string, secret: string) => string> = {
  webhook: (url, secret) => `url: ${url}/hook, secret_file: ${secret}`,
  alertmanager: (url) => `url: ${url}`,
  slack: (url) => `url: ${url}/services/x`,
  dingtalk: (url, secret) => `url: ${url}/robot, secret_file: ${secret}`,
  wecom: (url) => `url: ${url}/cgi-bin`,
  feishu: (url, secret) => `url: ${url}/hook, secret_file: ${secret}`,
  telegram: (url, secret) => `url: ${url}, token_file: ${secret}, chat: '-1'`,
  email: () => `to: [postmaster@example.org]`,
};

async function doctor(
  t: TestContext,
  options: { readonly port: number; readonly smtp: number; readonly password?: string; readonly scheme?: string; readonly more?: string },
): Promise<{ of: (check: string) => Finding | undefined; directory: string; again: () => Promise<readonly Finding[]> }> {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-doctor-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const { port, smtp, password = 'right', scheme = 'http', more = '' } = options;
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), `${text}\n`);
    return join(directory, name);
  };
  const secret = await file('secret', `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  const passwordFile = await file('password', password);
  const log = await file('mail.log', 'a line');
  const channels = CHANNEL_TYPES.map((type) => {
    const allowed = type === 'email' ? '' : ', allow_private: [127.0.0.1], timeout: 2s';
    return `    - { name: ${type}, type: ${type}, ${CHANNEL[type](`${scheme}://127.0.0.1:${port}`, secret)}${allowed} }`;
  });
  const path = await file(
    'config.yaml',
    `data: ${directory}
zone: UTC
sources: [{ type: file, path: ${log} }]
smtp: { host: 127.0.0.1, port: ${smtp}, tls: none, user: log, password_file: ${passwordFile} }
${more}
alerts:
  channels:
${channels.join('\n')}`,
  );
  const again = () => examine({ path });
  const findings = await again();
  return { of: (check) => findings.find((finding) => finding.check === check), directory, again };
}

const HTTP = CHANNEL_TYPES.filter((type) => type !== 'email');

test('doctor reaches every channel, and not a word is said to any', async (t) => {
  const receiver = await listener(t);
  const mail = await mailServer(t);
  const { of } = await doctor(t, { port: receiver.port, smtp: mail.port });
  for (const type of CHANNEL_TYPES) assert.equal(of(`channel ${type}`)?.result, 'ok', `${type}: ${of(`channel ${type}`)?.text}`);
  assert.deepEqual([receiver.connections, receiver.heard], [HTTP.length, '']);
  assert.deepEqual(mail.asked, ['login log'], 'it logs in and hands over no mail');
});

test('doctor says of each channel that nobody is there, and of the mail server that the password is wrong', async (t) => {
  const mail = await mailServer(t);
  const { of } = await doctor(t, { port: 1, smtp: mail.port, password: 'not-the-right-one' });
  for (const type of HTTP) {
    const finding = of(`channel ${type}`);
    assert.deepEqual([finding?.result, finding?.text], ['wrong', 'the receiver could not be reached (ECONNREFUSED)'], type);
  }
  const finding = of('channel email');
  assert.equal(finding?.result, 'wrong');
  assert.match(finding?.text ?? '', /did not take it: .*(535|Invalid login)/);
  assert.doesNotMatch(JSON.stringify(finding), /not-the-right-one/);
});

test('doctor says of each channel over https that there is no TLS, or that nobody answers in time', async (t) => {
  const silent = await listener(t);
  const mail = await mailServer(t);
  const { of } = await doctor(t, { port: silent.port, smtp: mail.port, scheme: 'https' });
  for (const type of HTTP)
    assert.deepEqual(
      [of(`channel ${type}`)?.result, of(`channel ${type}`)?.text],
      ['wrong', 'the receiver did not answer within 2 s'],
      type,
    );
  const { of: ofPlain } = await doctor(t, { port: mail.port, smtp: mail.port, scheme: 'https' });
  for (const type of HTTP)
    assert.match(ofPlain(`channel ${type}`)?.text ?? '', /^the receiver could not be reached \((EPROTO|ERR_SSL_\w+|ECONNRESET)\)$/, type);
});

test('doctor tries the mail server for reports, and tells of reports that could not be sent', async (t) => {
  const receiver = await listener(t);
  const mail = await mailServer(t);
  const more = 'reports: [{ recipients: [a@example.org], zone: UTC }]';
  const { of, directory, again } = await doctor(t, { port: receiver.port, smtp: mail.port, more });
  assert.deepEqual([of('mail server')?.result, of('mail server')?.text], ['ok', `127.0.0.1:${mail.port} answers and lets us log in`]);
  const store = await openDuckStore({ path: join(directory, 'mailgraph-ext.duckdb') });
  const waiting: ReportMail = {
    schedule: 'daily en',
    recipient: 'a@example.org',
    period: 0,
    due: 1,
    state: 'waiting',
    attempts: 3,
    nextAttempt: 2,
    time: 1,
    messageId: '<1@example.org>',
    problem: '450 4.2.0 try again',
  };
  await store.saveReportMails([waiting]);
  await store.close();
  const unsent = (await again()).find(({ check }) => check === 'report to a@example.org');
  assert.deepEqual(
    [unsent?.result, unsent?.text],
    ['warning', 'The report to a@example.org could not be sent in 3 attempts and is tried again: 450 4.2.0 try again'],
  );
  const nobody = await doctor(t, { port: receiver.port, smtp: 1, more });
  assert.equal(nobody.of('mail server')?.result, 'wrong');
});
