import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import type { FastifyInstance } from 'fastify';

import { build, reader } from './service.ts';

const healthy = reader({
  queues: () => Promise.resolve([]),
  labelValues: () => Promise.resolve(Array.from({ length: 500 }, (_, i) => `mx${i}.example.org`)),
});

test('every answer forbids inline scripts, framing and sniffing', async (t) => {
  const app = await build(t, { reader: healthy });
  for (const url of ['/', '/metrics', '/healthz', '/docs', '/docs/static/swagger-ui.css']) {
    const { headers } = await app.inject(url);
    const policy = String(headers['content-security-policy']).split(/; ?/);
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "connect-src 'self'",
    ]) {
      assert.ok(policy.includes(directive), `${url}: ${directive}`);
    }
    assert.ok(!policy.some((directive) => directive.startsWith('script-src') && directive.includes('unsafe')), url);
    assert.ok(!policy.includes('upgrade-insecure-requests'), `${url}: there is no TLS on loopback`);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['strict-transport-security'], undefined);
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('what is no document may do nothing at all when it is opened as one', async (t) => {
  const app = await build(t, { reader: healthy });
  for (const url of ['/app.js', '/vendor/uPlot.min.css', '/api/v1/queue', '/api/v1/messages?limit=x']) {
    const { headers } = await app.inject(url);
    assert.equal(headers['content-security-policy'], "default-src 'none';frame-ancestors 'none'", url);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  }
});

const statusFor = async (app: FastifyInstance, host: string, url = '/api/v1/queue'): Promise<number> =>
  (await app.inject({ url, headers: { host } })).statusCode;

test('foreign host names are refused on loopback, against DNS rebinding', async (t) => {
  const app = await build(t, { reader: healthy });
  for (const host of ['localhost', 'localhost:9825', 'LOCALHOST:1', '127.0.0.1:9825', '[::1]:9825', '[::1]']) {
    assert.equal(await statusFor(app, host), 200, host);
  }
  for (const host of [
    'evil.example',
    'evil.example:9825',
    'localhost.evil.example',
    'evil.example@localhost',
    '127.0.0.1.evil.example',
    '127.0.0.2',
    'localhost:9825:1',
    'localhost:',
    '::1',
    '[::1',
    'localhost\t.',
  ]) {
    for (const url of ['/', '/api/v1/queue', '/metrics', '/docs', '/nothing', '/api/v1/stream'])
      assert.equal(await statusFor(app, host, url), 421, `${host} ${url}`);
  }
  const refused = await app.inject({ url: '/api/v1/queue', headers: { host: 'evil.example' } });
  const { code, detail } = refused.json<{ code: string; detail: string }>();
  assert.deepEqual([refused.headers['content-type'], code], ['application/problem+json; charset=utf-8', 'wrong_host']);
  assert.match(detail, /use localhost or its address; a proxy/);
});

test('what a client says in the name of a proxy counts for nothing', async (t) => {
  const app = await build(t, { reader: healthy });
  const claims = ['localhost', 'localhost:9825', '127.0.0.1', '[::1]'].flatMap((name) => [
    { 'x-forwarded-host': name, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' },
    { 'x-original-host': name, 'x-host': name, 'x-real-ip': '127.0.0.1' },
    { forwarded: `for=127.0.0.1;host="${name}";proto=https` },
  ]);
  for (const claim of claims) {
    const answer = await app.inject({ url: '/api/v1/queue', headers: { host: 'evil.example', ...claim } });
    assert.equal(answer.statusCode, 421, JSON.stringify(claim));
  }
});

/** Over the network: an injected request has no address. */
async function askAt(app: FastifyInstance, address: string, host: string): Promise<number | undefined> {
  const port = (app.server.address() as AddressInfo | null)?.port ?? Number(new URL(await app.listen({ port: 0, host: address })).port);
  return new Promise((resolve, reject) => {
    request({ host: address, port, path: '/healthz', agent: false, headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('another loopback address that is listened on is answered as well', async (t) => {
  const app = await build(t, { reader: healthy });
  for (const [host, status] of [
    ['127.0.0.2:9825', 200],
    ['127.0.0.2', 200],
    ['localhost', 200],
    ['127.0.0.3', 421],
    ['127.0.0.2.evil.example', 421],
  ] as const)
    assert.equal(await askAt(app, '127.0.0.2', host), status, host);
});

test('large answers are compressed', async (t) => {
  const app = await build(t, { reader: healthy });
  const answer = await app.inject({ url: '/api/v1/labels', headers: { 'accept-encoding': 'gzip' } });
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.ok(gunzipSync(answer.rawPayload).includes('mx499.example.org'));
});

test('the page on the API asks nobody else', async (t) => {
  const app = await build(t, { reader: healthy });
  const page = await app.inject('/docs');
  assert.equal(page.statusCode, 200);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.doesNotMatch(page.body, /https?:\/\//);
  const start = await app.inject('/docs/static/swagger-initializer.js');
  assert.match(start.body, /"validatorUrl":\s*null/);
});

test('what node does not read as a request is a problem, too', async (t) => {
  const app = await build(t, { reader: healthy });
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  for (const [text, status] of [
    [`GET /?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
    ['GARBAGE\r\n\r\n', 400],
  ] as const) {
    const socket = connect(Number(port), '127.0.0.1').end(text);
    const answer = await readText(socket);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, /\r\ncontent-type: application\/problem\+json; charset=utf-8\r\n/);
    const body = JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as Record<string, unknown>;
    assert.deepEqual([body['status'], body['code']], [status, 'invalid_request']);
  }
});

test('who asks for a long answer and does not read it is cut off', async (t) => {
  const long = reader({ labelValues: () => Promise.resolve(Array.from({ length: 300_000 }, (_, i) => `mx${i}.example.org`)) });
  const app = await build(t, { reader: long });
  assert.ok(app.server.timeout > 60_000, 'longer than a question may take');
  app.server.timeout /= 400;
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(port), '127.0.0.1').pause();
  socket.write('GET /api/v1/labels HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [accepted] = (await once(app.server, 'connection')) as [Socket];
  await once(accepted, 'close');
  socket.destroy();
});

test('requests that are too large or broken are refused as problems', async (t) => {
  const app = await build(t, { reader: healthy });
  const body = await app.inject({
    method: 'POST',
    url: '/api/v1/queue',
    headers: { 'content-type': 'application/json' },
    payload: 'x'.repeat(1_000_000),
  });
  assert.ok([404, 413].includes(body.statusCode), String(body.statusCode));
  for (const url of ['/%', '/api/v1/messages/%zz', `/api/v1/messages/${'x'.repeat(1500)}`]) {
    const answer = await app.inject(url);
    assert.ok([400, 404, 414].includes(answer.statusCode), url.slice(0, 50));
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  }
});
