import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDERS } from '../../src/lib/provider-data.ts';
import { providerOf } from '../../src/lib/providers.ts';

test('the relay that took it decides', () => {
  for (const [relay, id] of [
    ['gmail-smtp-in.l.google.com', 'google'],
    ['aspmx2.googlemail.com', 'google'],
    ['example-org.mail.protection.outlook.com', 'microsoft'],
    ['example-org.p-v1.mx.microsoft', 'microsoft'],
    ['mta7.am0.yahoodns.net', 'yahoo'],
    ['mx01.mail.icloud.com', 'apple'],
    ['mxbiz1.qq.com', 'tencent'],
    ['163mx01.mxmail.netease.com', 'netease'],
    ['mxn.mxhichina.com', 'alibaba'],
    ['freemx1.sinamail.sina.com.cn', 'sina'],
    ['MX1.Mail.139.COM.', 'china_mobile'],
    ['mx00.gmx.net', 'united_internet'],
    ['inbound-smtp.eu-west-1.amazonaws.com', 'amazon'],
  ] as const) {
    assert.equal(providerOf(relay, 'example.org'), id, relay);
  }
});

test("where no host was reached, the recipient's domain does", () => {
  assert.equal(providerOf('none', 'gmail.com'), 'google');
  assert.equal(providerOf('', 'FOXMAIL.com'), 'tencent');
  assert.equal(providerOf('none', 'vip.163.com'), 'netease');
  assert.equal(providerOf('none', 'example.org'), '');
  assert.equal(providerOf('mx.example.org', ''), '');
});

test('a name that only looks like a provider is none', () => {
  assert.equal(providerOf('mx.evilgoogle.com', 'notgmail.com'), '');
  assert.equal(providerOf('google.com.example.org', 'gmail.com.example.org'), '');
  assert.equal(providerOf('192.0.2.25', '[192.0.2.25]'), '');
  assert.equal(providerOf('ec2-192-0-2-1.us-west-2.compute.amazonaws.com', 'example.org'), '');
  assert.equal(providerOf(`${'a.'.repeat(100_000)}google.com`, 'constructor'), '');
});

test('more names than are remembered change no answer', () => {
  for (let i = 0; i < 25_000; i++) assert.equal(providerOf('none', `d${i}.example.org`), '');
  assert.equal(providerOf('none', 'gmail.com'), 'google');
});

test('ids are fit for a label and stand once; no name is given to two', () => {
  const ids = PROVIDERS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(
    ids.filter((id) => !/^[a-z\d_]+$/.test(id)),
    [],
  );
  const names = PROVIDERS.flatMap(({ mx, domains }) => [...mx, ...domains]);
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at || name !== name.toLowerCase()),
    [],
  );
});
