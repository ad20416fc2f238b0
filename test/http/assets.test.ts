import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { build, NOW, reader } from './service.ts';

test('the page, its modules and uPlot are served with their types, revalidated and never sniffed', async (t) => {
  const app = await build(t, { reader: reader({}) });
  const types: readonly (readonly [string, string])[] = [
    ['/', 'text/html; charset=utf-8'],
    ['/index.html', 'text/html; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/sub/part.js', 'text/javascript; charset=utf-8'],
    ['/vendor/uPlot.esm.js', 'text/javascript; charset=utf-8'],
    ['/vendor/uPlot.min.css', 'text/css; charset=utf-8'],
  ];
  for (const [url, type] of types) {
    const answer = await app.inject(url);
    assert.equal(answer.statusCode, 200, url);
    assert.equal(answer.headers['content-type'], type);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['cache-control'], 'no-cache');
    const again = await app.inject({ url, headers: { 'if-none-match': `W/${String(answer.headers.etag)}` } });
    assert.equal(again.statusCode, 304, url);
    assert.equal(again.body, '');
  }
  const head = await app.inject({ method: 'HEAD', url: '/app.js' });
  assert.equal(head.statusCode, 200);
  assert.equal(head.body, '');
});

test('the document tells the question of its first graph, which the API answers', async (t) => {
  const asked: unknown[] = [];
  const series = async (question: object): Promise<never> => {
    asked.push(question);
    return { ...question, series: [] } as never;
  };
  const app = await build(t, { reader: reader({ series }) });
  const told = async (url: string): Promise<string> => {
    const [, content = ''] = /<meta name="first-question" content="([^"<>]*)" \/>/.exec((await app.inject(url)).body) ?? [];
    return content.replaceAll('&amp;', '&');
  };
  const hostile = encodeURIComponent('"><script>alert(1)</script>&amp;\u0000');
  for (const path of ['/', '/?range=year', '/index.html?range=week&host=mx1', `/?host=${hostile}`, `/embed/traffic?domain=${hostile}`]) {
    const question = await told(path);
    assert.equal((await app.inject(`/api/v1/series?${question}`)).statusCode, 200, path);
  }
  const where = { host: ['mx1'] };
  assert.deepEqual(asked[2], { series: ['received'], from: NOW - 7 * 86_400, to: NOW, step: 3600, by: [], where });
  assert.equal(
    await told('/?by=instance&range=day'),
    `series=received%2Clog_lines&by=instance&from=${NOW - 86_400}&to=${NOW}&step=600&most=10`,
  );
});

test('a file comes compressed to who takes it so', async (t) => {
  const app = await build(t, { reader: reader({}) });
  const get = async (encodings: string): Promise<{ encoding: unknown; body: Buffer }> => {
    const { headers, rawPayload } = await app.inject({ url: '/sub/part.js', headers: { 'accept-encoding': encodings } });
    assert.equal(headers.vary, 'accept-encoding');
    return { encoding: headers['content-encoding'], body: rawPayload };
  };
  const plain = await get('');
  assert.equal(plain.encoding, undefined);
  const br = await get('gzip, deflate, br');
  assert.equal(br.encoding, 'br');
  assert.deepEqual(brotliDecompressSync(br.body), plain.body);
  const zipped = await get('gzip;q=1.0, br;q=0');
  assert.equal(zipped.encoding, 'gzip');
  assert.deepEqual(gunzipSync(zipped.body), plain.body);
});

/** Ways to ask for a file that is not on the list, with every trick that has fooled a static handler. */
const TRICKS = [
  '/types.d.ts',
  '/tsconfig.json',
  '/app.js.map~',
  '/.secret.txt',
  '/%2esecret.txt',
  '/.hidden/secret.txt',
  '/%2ehidden/secret.txt',
  '/link.txt',
  '/../outside.txt',
  '/..%2foutside.txt',
  '/%2e%2e/outside.txt',
  '/%2e%2e%2foutside.txt',
  '/%252e%252e%252foutside.txt',
  '/..%5coutside.txt',
  '/..%255coutside.txt',
  '/..\\outside.txt',
  '/sub/../../outside.txt',
  '/sub/%2e%2e/%2e%2e/outside.txt',
  '/sub/..;/outside.txt',
  '/..;/outside.txt',
  '/..%00/outside.txt',
  '/..%c0%afoutside.txt',
  '/%c0%ae%c0%ae/outside.txt',
  '/..%u2215outside.txt',
  '/．．/outside.txt',
  '/.//../outside.txt',
  '//outside.txt',
  '//etc/passwd',
  '/etc/passwd',
  '/%2fetc%2fpasswd',
  '/file:///etc/passwd',
  '/package.json',
  '/../package.json',
  '/vendor/../package.json',
  '/vendor/%2e%2e/package.json',
  '/vendor/package.json',
  '/vendor/uPlot.cjs.js',
  '/vendor/',
  '/vendor',
  '/sub/',
  '/sub',
  '/./app.js',
  '//app.js',
  '/sub//part.js',
  '/sub%2fpart.js',
  '/sub%5cpart.js',
  '/sub\\part.js',
  '/app.js/',
  '/app.js/.',
  '/app.js%00',
  '/app.js%00.txt',
  '/app.js%20',
  '/app.js.',
  '/app.js;.txt',
  '/app.js;x=1',
  '/App.js',
  '/APP.JS',
  '/INDEX.HTML',
  '/index.html%2f..',
  '/docs/static/../../../package.json',
  '/docs/static/%2e%2e/package.json',
  '/docs/static/%2e%2e%2fpackage.json',
  '/docs/static/..%5cpackage.json',
  '/docs/static/..%00/package.json',
  '/docs/static/.%2e/.%2e/package.json',
  '/docs/static//etc/passwd',
  '/docs/static/%2fetc%2fpasswd',
  '/%',
  '/%zz',
  '/%e0%a4%a',
  `/${'a'.repeat(20_000)}`,
];

/** One request exactly as written: every client library would tidy the path up first. */
async function raw(port: number, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return text(socket);
}

test('nothing outside the list is served, however it is asked for', async (t) => {
  const app = await build(t, { reader: reader({}) });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  assert.match(await raw(port, '/app.js'), /^HTTP\/1\.1 200 OK/, 'a listed file, asked for in the same way');
  for (const path of TRICKS) {
    const answer = await raw(port, path);
    assert.match(answer, /^HTTP\/1\.1 (?:400|403|404|431) /, path);
    assert.doesNotMatch(answer, /do not serve this|root:|"dependencies"|import '/, path);
    // What is no HTTP at all is answered by Node before there is an application.
    if (/^HTTP\/1\.1 4(?:03|04)/.test(answer)) {
      assert.match(answer, /^content-type: application\/problem\+json/im, path);
      assert.match(answer, /^x-content-type-options: nosniff/im, path);
    }
  }
});

test('a percent-encoded name of a listed file is that file', async (t) => {
  const app = await build(t, { reader: reader({}) });
  assert.equal((await app.inject('/%61pp.js')).body, "import './sub/part.js';");
});
