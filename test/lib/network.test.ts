import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, isNetwork, parseAddressPort } from '../../src/lib/network.ts';

test('loopback is what no other machine reaches', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) assert.equal(isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '192.0.2.1', '2001:db8::1', '127.0.0.1.example.org', '127.1', '128.0.0.1', 'mx1', ''])
    assert.equal(isLoopback(host), false, host);
});

test('networks in CIDR notation', () => {
  for (const text of ['192.0.2.0/24', '192.0.2.1/32', '0.0.0.0/0', '2001:db8::/32', '::1/128']) assert.equal(isNetwork(text), true, text);
  for (const text of ['192.0.2.0', '192.0.2.0/33', '192.0.2/24', '2001:db8::/129', '192.0.2.0/', '192.0.2.0/-1', '192.0.2.0/2 ', 'mx1/24'])
    assert.equal(isNetwork(text), false, text);
});

test('an address and a port', () => {
  assert.deepEqual(parseAddressPort('127.0.0.1:9825'), { host: '127.0.0.1', port: 9825 });
  assert.deepEqual(parseAddressPort('[::1]:0'), { host: '::1', port: 0 });
  assert.deepEqual(parseAddressPort('localhost:65535'), { host: 'localhost', port: 65535 });
  for (const text of [
    '127.0.0.1',
    ':9825',
    '9825',
    '127.0.0.1:65536',
    '127.0.0.1:',
    '::1:9825',
    '[::1]',
    '[127.0.0.1]:1',
    '[fe80::zz]:1',
    'a b:1',
    '127.0.0.1:9825/',
  ])
    assert.equal(parseAddressPort(text), undefined, text);
});
