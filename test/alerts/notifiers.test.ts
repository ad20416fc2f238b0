import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Value } from 'typebox/value';
import { WebhookBody, webhookBody } from '../../src/alerts/http/webhook-body.ts';
import { makeNotifier, NOTIFIERS } from '../../src/alerts/notifiers/index.ts';
import { signed } from '../../src/alerts/notifiers/dingtalk.ts';
import { signedHeaders } from '../../src/alerts/notifiers/webhook.ts';
import type { Services } from '../../src/alerts/services.ts';
import { alertWords } from '../../src/alerts/words.ts';
import type { Mail } from '../../src/lib/mail-transport.ts';
import type { Alert, Notice } from '../../src/model/alert.ts';
import { DEFAULT_RULES } from '../../src/model/default-rules.ts';
import { OperationalError } from '../../src/model/errors.ts';
import { CHANNEL_TYPES, type ChannelSettings, type ChannelType, type Verdict } from '../../src/model/notifier.ts';
import { startReceiver } from './receiver.ts';
import { DISK, hook, START } from './world.ts';

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const HOSTILE = '<b>*x*</b> [y](http://evil.example) `z` & <http://evil.example|click> @all <at user_id="all"></at> "q" \u202e';

const alert = (change: Partial<Alert> = {}): Alert => ({
  id: 'a1',
  fingerprint: '0123456789abcdef',
  rule: 'queue_age',
  severity: 'warning',
  labels: { user: HOSTILE },
  status: 'firing',
  since: START,
  startsAt: START,
  endsAt: 0,
  value: 0.95,
  threshold: 0.9,
  evidence: { figures: { free: 1e9 }, link: '/?from=1&to=2', samples: [{ text: HOSTILE, link: '/#messages/1' }] },
  ...change,
});
const notice = (...alerts: readonly Alert[]): Notice => ({
  id: 'n1',
  time: START,
  channel: 'ops',
  reason: 'change',
  group: { rule: 'queue_age' },
  alerts: alerts.length === 0 ? [alert()] : alerts,
  truncated: 0,
});

const mails: Mail[] = [];
const services: Services = {
  pageUrl: () => 'https://page.example',
  language: 'en',
  words: (one, language) => alertWords(one, DISK, language),
  mail: { send: (mail) => Promise.resolve({ reply: `250 ${mails.push(mail)}`, refusedRecipients: [] }), verify: () => Promise.resolve() },
  mailDomain: 'example.org',
  clock: () => START,
};

async function secretFile(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailgraph-secret-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'secret'), text);
  return join(folder, 'secret');
}

const send = (settings: ChannelSettings, what = notice()): Promise<Verdict> =>
  makeNotifier(settings, services).send(what, AbortSignal.timeout(10_000));

test('every file of a notifier is in the list under its name, and the list is that of the types', async () => {
  const files = (await readdir(new URL('../../src/alerts/notifiers/', import.meta.url))).filter((file) => file !== 'index.ts');
  assert.deepEqual(files.map((file) => file.replace(/\.ts$/, '')).toSorted(), Object.keys(NOTIFIERS).toSorted());
  assert.deepEqual(Object.keys(NOTIFIERS), [...CHANNEL_TYPES]);
});

test('the published schema is that of the code, and what is sent is as it says', async () => {
  const published: unknown = JSON.parse(await readFile(new URL('../../docs/webhook.schema.json', import.meta.url), 'utf8'));
  assert.deepEqual(published, JSON.parse(JSON.stringify(WebhookBody)));
  for (const one of [notice(), notice(alert({ status: 'resolved', endsAt: START + 1 }))]) {
    const body: unknown = JSON.parse(webhookBody(one, services));
    assert.ok(Value.Check(WebhookBody, body), JSON.stringify([...Value.Errors(WebhookBody, body)]));
  }
});

test('a webhook is signed as Standard Webhooks says: its own example, and each of two keys', async (t) => {
  // The example of the specification's libraries.
  const headers = signedHeaders(
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '{"test": 2432232314}',
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    1_614_265_330_000,
  );
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  const receiver = await startReceiver(t);
  const old = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  assert.deepEqual(await send(hook(receiver.url, { secretFile: await secretFile(t, `${SECRET} ${old}\n`) })), { ok: true });
  const { headers: got, body } = receiver.received[0] ?? assert.fail();
  const expected = [SECRET, old].map((secret) => {
    const key = Buffer.from(secret.slice(6), 'base64');
    return `v1,${createHmac('sha256', key)
      .update(`${String(got['webhook-id'])}.${String(got['webhook-timestamp'])}.${body}`)
      .digest('base64')}`;
  });
  assert.equal(got['webhook-signature'], expected.join(' '));
  assert.equal(got['webhook-id'], 'n1');
});

test("Alertmanager's webhook body has all that its receivers read", async (t) => {
  const receiver = await startReceiver(t);
  await send(
    hook(receiver.url, { format: 'alertmanager' }),
    notice(alert(), alert({ id: 'a2', status: 'resolved', endsAt: START + 1000 })),
  );
  const body = JSON.parse(receiver.received[0]?.body ?? '') as Record<string, unknown> & { alerts: Record<string, unknown>[] };
  const keys = [
    'version',
    'groupKey',
    'truncatedAlerts',
    'status',
    'receiver',
    'groupLabels',
    'commonLabels',
    'commonAnnotations',
    'externalURL',
    'alerts',
  ];
  assert.deepEqual(Object.keys(body), keys);
  assert.deepEqual(
    [body['version'], body['status'], body['receiver'], body['groupLabels']],
    ['4', 'firing', 'ops', { alertname: 'queue_age' }],
  );
  assert.deepEqual(Object.keys(body.alerts[0] ?? {}), [
    'status',
    'labels',
    'annotations',
    'startsAt',
    'endsAt',
    'generatorURL',
    'fingerprint',
  ]);
  assert.deepEqual(
    body.alerts.map(({ status, endsAt }) => [status, endsAt]),
    [
      ['firing', '0001-01-01T00:00:00Z'],
      ['resolved', new Date(START + 1000).toISOString()],
    ],
  );
});

/** What each chat answers when it worked, and how it says no with HTTP 200. */
const ANSWERS: readonly [ChannelType, yes: string, ...no: string[]][] = [
  ['slack', 'ok', 'invalid_payload', '{"ok":false,"error":"no_service"}'],
  ['dingtalk', '{"errcode":0,"errmsg":"ok"}', '{"errcode":310000,"errmsg":"sign not match"}', '', '<html>'],
  ['wecom', '{"errcode":0,"errmsg":"ok"}', '{"errcode":93000,"errmsg":"invalid webhook url"}', '[]'],
  ['feishu', '{"code":0,"msg":"success"}', '{"code":19021,"msg":"sign match fail"}', 'null'],
  ['telegram', '{"ok":true,"result":{}}', '{"ok":false,"error_code":400,"description":"chat not found"}'],
];

for (const [type, yes, ...noes] of ANSWERS) {
  test(`${type}: a 200 that says no in its body has failed; markup of strangers is dead; secrets are in no problem`, async (t) => {
    const receiver = await startReceiver(t, [200, yes]);
    const token = 'very-secret-token';
    const url = type === 'telegram' ? receiver.url : `${receiver.url}?key=${token}`;
    const settings = hook(url, {
      type,
      chat: '1',
      ...(type === 'slack' || type === 'wecom' ? {} : { secretFile: await secretFile(t, token) }),
    });
    assert.deepEqual(await send(settings), { ok: true });
    const body = receiver.received[0]?.body ?? '';
    const said = JSON.stringify(JSON.parse(body));
    assert.match(said, /Oldest deferred message/);
    // Telegram's is HTML: there the rest means nothing, within <code> not even an address.
    const others = type === 'telegram' ? [] : ['](http:', 'http://evil.example', '`z`', ' @all'];
    const outside = said.replaceAll(/<code>.*?<\/code>/g, '');
    if (type === 'telegram') assert.ok(said.includes('<code>') && !outside.includes('evil'), said);
    for (const markup of ['<b>*x*', '<http://evil', '<at user_id', '\u202e', ...others])
      assert.ok(!said.includes(markup), `${markup} in ${said}`);
    for (const no of noes) {
      receiver.behave([200, no]);
      const verdict = await send(settings);
      assert.ok(!verdict.ok && verdict.retry, no);
      assert.ok(!JSON.stringify(verdict).includes(token));
    }
    receiver.behave(404);
    const refused = await send(settings);
    assert.ok(!refused.ok && !JSON.stringify(refused).includes(token));
  });
}

test('signatures and addresses are those that each service documents', async (t) => {
  const address = new URL(signed('https://oapi.example/robot/send?access_token=t', 'SECabc', START));
  assert.equal(address.searchParams.get('timestamp'), String(START));
  assert.equal(address.searchParams.get('sign'), createHmac('sha256', 'SECabc').update(`${START}\nSECabc`).digest('base64'));
  const receiver = await startReceiver(t, [200, '{"code":0,"ok":true}']);
  await send(hook(receiver.url, { type: 'feishu', secretFile: await secretFile(t, 'key') }));
  const { timestamp, sign } = JSON.parse(receiver.received[0]?.body ?? '') as { timestamp: string; sign: string };
  assert.equal(sign, createHmac('sha256', `${timestamp}\nkey`).update('').digest('base64'));
  await send(hook(receiver.url.replace('/hook', ''), { type: 'telegram', chat: '-100', secretFile: await secretFile(t, '123:abc') }));
  assert.equal(receiver.received[1]?.path, '/bot123:abc/sendMessage');
  await send(hook(receiver.url.replace('/hook', '/'), { type: 'alertmanager' }));
  assert.equal(receiver.received[2]?.path, '/api/v2/alerts');
});

test('slack: Mattermost, which passes blocks over, has it all, and Slack makes no links of its own', async (t) => {
  const receiver = await startReceiver(t, [200, 'ok']);
  await send(hook(receiver.url, { type: 'slack' }));
  const { text, blocks } = JSON.parse(receiver.received[0]?.body ?? '') as { text: string; blocks: object[] };
  assert.deepEqual(blocks, [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }]);
  assert.match(
    text,
    /^\*\[\u200bfiring\]\u200b Oldest deferred message\*\n.*95%.*\nuser: .*\n- .*\n<https:\/\/page\.example\/\?from=1&to=2\|graph>$/,
  );
});

test('telegram says how long to wait', async (t) => {
  const receiver = await startReceiver(t, [200, '{"ok":false,"error_code":429,"parameters":{"retry_after":7}}']);
  const verdict = await send(hook(receiver.url, { type: 'telegram', chat: '1' }));
  assert.ok(!verdict.ok && verdict.after === 7000);
});

test('a long storm stays within the limits of every service', async (t) => {
  const many = notice(...Array.from({ length: 20 }, (_, n) => alert({ id: `a${n}`, labels: { user: 'x'.repeat(2000) } })));
  const limits: Partial<Record<ChannelType, number>> = {
    webhook: 20_000,
    slack: 7000,
    dingtalk: 7000,
    wecom: 4300,
    feishu: 12_000,
    telegram: 5000,
  };
  for (const [type, most] of Object.entries(limits)) {
    const receiver = await startReceiver(t, [200, '{"errcode":0,"code":0,"ok":true}']);
    await send(hook(receiver.url, { type: type as ChannelType, chat: '1' }), many);
    assert.ok(Buffer.byteLength(receiver.received[0]?.body ?? '') <= most, type);
  }
});

test('email: both parts, nobody answers it by machine, the same Message-ID at each attempt, one thread for both states', async () => {
  mails.length = 0;
  const settings = hook('', { type: 'email', to: ['postmaster@example.org'] });
  await send(settings);
  await send(settings);
  await send(settings, { ...notice(alert({ status: 'resolved', endsAt: START + 1 })), id: 'n2' });
  const [first, again, resolved] = mails;
  assert.equal(first?.messageId, again?.messageId);
  assert.notEqual(first?.messageId, resolved?.messageId);
  assert.deepEqual(first?.references, resolved?.references);
  assert.equal(first?.subject, '[firing] Oldest deferred message');
  assert.deepEqual(first?.headers, { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' });
  assert.match(JSON.stringify(first?.html), /&lt;b&gt;\*x\*/);
  assert.doesNotMatch(JSON.stringify(first?.html), /<b>\*x|<at /);
  assert.match(JSON.stringify(first?.text), /https:\/\/page\.example\/\?from=1&to=2/);
});

test('email: who is refused while others have it gets it later, alone, and who is refused for good holds up nobody', async () => {
  const asked: unknown[] = [];
  const answers: (readonly string[] | Error)[] = [
    ['b@example.org', 'c@example.org'],
    ['b@example.org'],
    [],
    ['b@example.org'],
    new OperationalError('mail_failed', '550 5.1.1 no such user'),
    new OperationalError('mail_failed', '550 5.7.1 no'),
  ];
  const notifier = makeNotifier(hook('', { type: 'email', to: ['a@example.org', 'b@example.org', 'c@example.org'] }), {
    ...services,
    mail: {
      ...services.mail,
      send: async ({ to }) => {
        asked.push(to);
        const answer = answers.shift() ?? [];
        if (answer instanceof Error) throw answer;
        return { reply: '250', refusedRecipients: answer };
      },
    },
  });
  const { signal } = new AbortController();
  const [all, some, one] = [['a@example.org', 'b@example.org', 'c@example.org'], ['b@example.org', 'c@example.org'], ['b@example.org']];
  const again = (whom: string): Verdict => ({ ok: false, retry: true, problem: `the mail server did not take it for ${whom}` });
  const verdicts = [];
  for (const id of ['n1', 'n1', 'n1', 'n2', 'n2', 'n3']) verdicts.push(await notifier.send({ ...notice(), id }, signal));
  assert.deepEqual(asked, [all, some, one, all, one, all]);
  assert.deepEqual(verdicts, [
    again('b@example.org, c@example.org'),
    again('b@example.org'),
    { ok: true },
    again('b@example.org'),
    { ok: true },
    { ok: false, retry: false, problem: '550 5.7.1 no' },
  ]);
});

test('a long time is told in days and hours, also when it is not whole', () => {
  const rule = DEFAULT_RULES.find(({ name }) => name === 'queue_age');
  const said = (value: number): string => alertWords(alert({ value, threshold: 3600 }), rule, 'en').text;
  assert.equal(said(307_254.5), '3.6 days; the limit is 60 minutes');
  assert.equal(said(9_000.2), '2.5 hours; the limit is 60 minutes');
  assert.equal(said(86_400), '1 day; the limit is 60 minutes');
  assert.equal(said(0.5), '0.5 seconds; the limit is 60 minutes');
});
