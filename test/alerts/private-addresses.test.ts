import assert from 'node:assert/strict';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { connectOnly, post } from '../../src/alerts/http/post.ts';
import { isPublicAddress } from '../../src/lib/public-address.ts';
import { startReceiver } from './receiver.ts';

/** Spellings of places that no webhook has business with. */
const PRIVATE = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://127.0.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://127.0.0.1./',
  'http://127。0。0。1/',
  'http://１２７.0.0.1/',
  'http://0/',
  'http://0.0.0.0/',
  'http://10.0.0.1/',
  'http://10.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://100.64.0.1/',
  'http://192.0.0.1/',
  'http://192.0.2.1/',
  'http://198.18.0.1/',
  'http://198.51.100.1/',
  'http://203.0.113.1/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[::ffff:0:127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b:1::1]/',
  'http://[fe80::1]/',
  'http://[fc00::1]/',
  'http://[fd12:3456::1]/',
  'http://[ff02::1]/',
  'http://[2001:db8::1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001::1]/',
  'http://[3fff::1]/',
  'http://[fec0::1]/',
  'http://localhost/',
  'http://ip6-localhost/',
] as const;

const options = { allowPrivate: [], timeout: 5000 };
const signal = AbortSignal.timeout(60_000);

test('every spelling of a private address is refused, and nothing is connected to', async () => {
  for (const url of PRIVATE) {
    const answer = await post({ url, body: '{}' }, options, signal);
    // Names that this machine does not know cannot be reached either.
    assert.ok(
      !answer.ok && (/is a private one/.test(answer.problem) || /ENOTFOUND|EAI_AGAIN/.test(answer.problem)),
      `${url}: ${JSON.stringify(answer)}`,
    );
    if (!/ip6-/.test(url)) assert.equal(answer.retry, false, url);
  }
});

test('public addresses are public', () => {
  for (const address of ['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001::1'])
    assert.ok(isPublicAddress(address), address);
  for (const address of ['fe80::1%eth0', '1.2.3', 'x', '']) assert.ok(!isPublicAddress(address), address);
});

test('a name is judged by the addresses it has when it is connected to: rebinding gains nothing', async (t) => {
  const receiver = await startReceiver(t);
  const { port } = new URL(receiver.url);
  const original = dns.lookup;
  let asked = 0;
  // First public, then private; or both at once.
  const answers = [
    [{ address: '127.0.0.1', family: 4 }],
    [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ],
  ];
  t.mock.method(dns, 'lookup', ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
    done(null, answers[asked++ % 2] ?? [])) as unknown as typeof original);
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (const round of [1, 2, 3, 4]) {
    const answer = await post({ url: `http://rebinding.example:${port}/`, body: '{}' }, options, signal);
    assert.ok(!answer.ok && /is a private one/.test(answer.problem), `${round}: ${JSON.stringify(answer)}`);
  }
  assert.equal(asked, 4);
  assert.equal(receiver.received.length, 0);
  const allowed = await post(
    { url: `http://rebinding.example:${port}/`, body: '{}' },
    { ...options, allowPrivate: ['127.0.0.0/8', '93.184.216.0/24'] },
    signal,
  );
  assert.equal(allowed.ok, true);
});

test('a redirect to the metadata service is not followed', async (t) => {
  const receiver = await startReceiver(
    t,
    (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  );
  const answer = await post({ url: receiver.url, body: '{}' }, { ...options, allowPrivate: ['127.0.0.1'] }, signal);
  assert.deepEqual(answer, { ok: false, retry: false, problem: 'the receiver answered 302: redirects are not followed' });
});

test('a probe connects and says nothing', async (t) => {
  const receiver = await startReceiver(t);
  assert.deepEqual(await connectOnly(receiver.url, { ...options, allowPrivate: ['127.0.0.1'] }, signal), { ok: true });
  const refused = await connectOnly(receiver.url, options, signal);
  assert.ok(!refused.ok && /private/.test(refused.problem));
  const notTls = await connectOnly(receiver.url.replace('http:', 'https:'), { ...options, allowPrivate: ['127.0.0.1'] }, signal);
  assert.ok(!notTls.ok);
  assert.equal(receiver.received.length, 0);
});
