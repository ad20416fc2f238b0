import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startReceiver } from '../alerts/receiver.ts';
import { command } from '../cli/command.ts';
import { eventually } from '../stack/program.ts';
import { startService } from '../stack/service.ts';

const SECRETS = {
  smtp: 'smtp-Password-1',
  imap: 'imap-Password-2',
  key: `whsec_${Buffer.alloc(32, 'webhook key three').toString('base64')}`,
  oldKey: `whsec_${Buffer.alloc(32, 'webhook key four').toString('base64')}`,
  hook: 'hook-token-5',
  slack: 'slack-token-6',
  ding: 'ding-token-7',
  dingSign: 'SECding-sign-8',
  wecom: 'wecom-token-9',
  feishu: 'feishu-token-10',
  feishuSign: 'feishu-sign-11',
  telegram: '12:telegram-token',
} as const;

/** A mail server or a mailbox that takes no login and repeats each line, as it came and as it reads it. */
async function repeating(t: TestContext, greeting: string, answer: (line: string) => string): Promise<number> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.write(`${greeting}\r\n`);
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) socket.write(`${answer(line)}\r\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}
const read = (line: string): string =>
  Buffer.from(line.split(' ').at(-1) ?? '', 'base64')
    .toString()
    .replaceAll('\0', ' ');

const CHANNELS = ['hook', 'chat', 'ding', 'wecom', 'feishu', 'phone', 'mail'];

test('twelve secrets, receivers that refuse and repeat them all: none is in the log, the API, a page, the database or what doctor says', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-secrets-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const receiver = await startReceiver(t, (request, response) => {
    response.writeHead(500, `no ${request.url}`, { location: request.url ?? '' });
    response.end(`${request.url} ${JSON.stringify(request.headers)} ${receiver.received.at(-1)?.body}`);
  });
  const smtp = await repeating(t, '220 mail', (line) =>
    /^EHLO/i.test(line) ? '250-mail\r\n250 AUTH PLAIN LOGIN' : `535 5.7.8 ${line} is ${read(line)}`,
  );
  let tag = '';
  const imap = await repeating(t, '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] mail', (line) => {
    if (!line.includes(' ')) return `${tag} NO [AUTHENTICATIONFAILED] ${line} is ${read(line)}`;
    tag = line.split(' ')[0] ?? '';
    return line.endsWith(' AUTHENTICATE PLAIN') ? '+ ' : `${tag} NO no`;
  });
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), `${text}\n`);
    return join(directory, name);
  };
  const http = 'allow_private: [127.0.0.1], group_wait: 0s';
  const hidden = (name: keyof typeof SECRETS) => file(name, `${receiver.url}/${SECRETS[name]}?key=${SECRETS[name]}`);
  const service = await startService(
    t,
    directory,
    `sources: [{ type: file, path: ${await file('mail.log', '')} }]
smtp: { host: 127.0.0.1, port: ${smtp}, tls: none, user: log, password_file: ${await file('smtp', SECRETS.smtp)} }
probe:
  recipient: probe@example.org
  timeout: 2s
  imap: { host: 127.0.0.1, port: ${imap}, tls: none, user: probe, password_file: ${await file('imap', SECRETS.imap)} }
alerts:
  every: 1s
  default_rules: 'off'
  rules: [{ name: disk, type: disk, above: 0, for: 0s }]
  channels:
    - { name: hook, type: webhook, url: '${receiver.url}/${SECRETS.hook}', secret_file: ${await file('keys', `${SECRETS.key} ${SECRETS.oldKey}`)}, ${http} }
    - { name: chat, type: slack, url_file: ${await hidden('slack')}, ${http} }
    - { name: ding, type: dingtalk, url_file: ${await hidden('ding')}, secret_file: ${await file('sign', SECRETS.dingSign)}, ${http} }
    - { name: wecom, type: wecom, url_file: ${await hidden('wecom')}, ${http} }
    - { name: feishu, type: feishu, url_file: ${await hidden('feishu')}, secret_file: ${await file('signature', SECRETS.feishuSign)}, ${http} }
    - { name: phone, type: telegram, url: '${receiver.url}', token_file: ${await file('token', SECRETS.telegram)}, chat: '1', allow_private: [127.0.0.1], group_wait: 0s }
    - { name: mail, type: email, to: [a@example.org], group_wait: 0s }
`,
  );
  interface Alerts {
    readonly deliveries: readonly { readonly channel: string; readonly attempts: number; readonly problem: string }[];
  }
  const deliveries = await eventually('each channel to fail', async () => {
    const answer = (await service.get('/api/v1/alerts')) as Alerts;
    return (
      CHANNELS.every((name) => answer.deliveries.some(({ channel, attempts }) => channel === name && attempts > 0)) && answer.deliveries
    );
  });
  assert.match(deliveries.find(({ channel }) => channel === 'mail')?.problem ?? '', /535 5\.7\.8/);
  const [probe] = await eventually('the probe to fail', async () => {
    const { probes } = (await service.get('/api/v1/probes')) as { probes: { problem: string }[] };
    return probes.length > 0 && probes;
  });
  assert.match(probe?.problem ?? '', /did not take it|cannot be read/);

  const seen = new Map<string, string>();
  const { paths } = (await service.get('/api/v1/openapi.json')) as { paths: Record<string, object> };
  for (const path of [...Object.keys(paths), '/', '/docs', '/nothing', '/api/v1/alerts?from=x', '/api/v1/messages/%zz']) {
    if (path === '/api/v1/stream' || path.includes('{')) continue;
    seen.set(path, await (await fetch(service.url + path)).text());
  }
  const doctor = await command(['doctor', '--json', '--config', join(directory, 'config.yaml')]);
  seen.set('doctor', doctor.out + doctor.errors);
  await service.stop();

  seen.set('log', service.log());
  for (const name of await readdir(service.data)) seen.set(name, await readFile(join(service.data, name), 'latin1'));
  assert.match(seen.get('log') ?? '', /535 5\.7\.8/);
  assert.match(seen.get('doctor') ?? '', /535 5\.7\.8.*the login was refused/s);
  const wrong: string[] = [];
  for (const [name, secret] of Object.entries(SECRETS)) {
    const forms = [secret, encodeURIComponent(secret), ...[secret, `\0log\0${secret}`, `\0probe\0${secret}`].map(base64)];
    for (const [place, text] of seen) if (forms.some((form) => text.includes(form))) wrong.push(`${name} in ${place}`);
  }
  assert.deepEqual(wrong, []);
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
