import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { selfSigned } from '../stack/certificate.ts';
import { missing } from '../stack/program.ts';
import { startReceiver } from './receiver.ts';
import { DISK, hook, world } from './world.ts';

test('a receiver without TLS is told nothing, and tried again', async (t) => {
  const plain = await startReceiver(t);
  const here = await world(t, { rules: [DISK], channels: [hook(plain.url.replace('http:', 'https:'))] });
  here.disk = 0.95;
  await here.pass();
  assert.match(here.attempts.join(), /^hook retried: the receiver could not be reached \((EPROTO|ERR_SSL_\w+)\)$/);
  assert.deepEqual(plain.received, []);
});

test(
  'a receiver whose certificate nobody vouches for is told nothing, and tried again',
  { skip: missing('openssl') ?? false },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'mailgraph-untrusted-'));
    t.after(() => rm(folder, { recursive: true }));
    const { key, cert } = selfSigned(folder);
    let requests = 0;
    const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_request, response) => {
      requests++;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const here = await world(t, { rules: [DISK], channels: [hook(`https://127.0.0.1:${(server.address() as AddressInfo).port}/hook`)] });
    here.disk = 0.95;
    await here.pass();
    assert.deepEqual([here.attempts, requests], [['hook retried: the receiver could not be reached (DEPTH_ZERO_SELF_SIGNED_CERT)'], 0]);
  },
);
