import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';

import { liveStream, tickOf } from '../../src/http/stream.ts';
import type { LiveStream } from '../../src/http/stream.ts';
import type { RollupDelta } from '../../src/model/batch.ts';
import { build, committed, NOW, pipeline, reader, until } from './service.ts';

const delta = (series: RollupDelta['series'], value: number, labels: RollupDelta['labels'] = {}): RollupDelta => ({
  time: NOW * 1000,
  series,
  labels,
  value,
  live: true,
});

async function port(app: FastifyInstance): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}

async function open(onPort: number): Promise<IncomingMessage> {
  const asked = request({
    port: onPort,
    host: '127.0.0.1',
    path: '/api/v1/stream',
    agent: false,
    headers: { 'accept-encoding': 'gzip, br' },
  });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer.setEncoding('utf8');
}

/** Reads on until the text so far satisfies `enough`. */
async function readUntil(answer: IncomingMessage, enough: (text: string) => boolean): Promise<string> {
  let text = '';
  while (!enough(text)) {
    const chunk = answer.read() as string | null;
    if (chunk === null) await once(answer, 'readable');
    else text += chunk;
  }
  return text;
}

test('a tick sums the batch up by series, in seconds', () => {
  const tick: unknown = JSON.parse(
    tickOf(
      committed({
        lines: 12,
        rollups: [delta('received', 2, { via: 'smtp' }), delta('received', 1, { via: 'local' }), delta('sent', -1)],
        queueSamples: [{ time: NOW * 1000, host: 'mx1', instance: 'postfix', queue: 'active', messages: 3, bytes: 300, oldestSeconds: 9 }],
      }),
    ),
  );
  assert.deepEqual(tick, {
    time: NOW,
    newestEvent: NOW - 0.5,
    lines: 12,
    live: true,
    series: { received: 3, sent: -1 },
    queues: [{ time: NOW, host: 'mx1', instance: 'postfix', queue: 'active', messages: 3, bytes: 300, oldestSeconds: 9 }],
  });
});

test('each committed batch comes as one event, with the security headers, uncompressed', async (t) => {
  const collecting = pipeline();
  const app = await build(t, { reader: reader({}), collecting });
  const answer = await open(await port(app));
  assert.equal(answer.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
  assert.equal(answer.headers['content-encoding'], undefined);
  assert.equal(await readUntil(answer, (text) => text.includes('\n\n')), 'retry: 2000\n\n');

  collecting.emit(committed({ lines: 1 }));
  collecting.emit(committed({ lines: 2, rollups: [delta('received', 1)] }));
  const text = await readUntil(answer, (read) => read.split('\n\n').length > 2);
  const events = text
    .trim()
    .split('\n\n')
    .map((event) => event.split('\n'));
  assert.deepEqual(
    events.map(([id, name, data]) => [id, name, (JSON.parse(data?.replace(/^data: /, '') ?? '') as { lines: number }).lines]),
    [
      ['id: 1', 'event: tick', 1],
      ['id: 2', 'event: tick', 2],
    ],
  );
});

test('closing the service ends the streams and lets go of the pipeline', async (t) => {
  const collecting = pipeline();
  const app = await build(t, { reader: reader({}), collecting });
  const answer = await open(await port(app));
  await readUntil(answer, (text) => text.includes('retry'));
  const ended = once(answer.resume(), 'end');
  await app.close();
  await ended;
  assert.equal(collecting.listeners, 0);
});

test('HEAD opens no stream', async (t) => {
  const app = await build(t, { reader: reader({}) });
  assert.equal((await app.inject({ method: 'HEAD', url: '/api/v1/stream' })).statusCode, 404);
});

/** The stream alone, to look inside. */
async function alone(
  t: TestContext,
  options: Parameters<typeof liveStream>[1],
): Promise<{ onPort: number; live: LiveStream; emit: () => void }> {
  const collecting = pipeline();
  const live = liveStream(collecting, options);
  const sample = { time: NOW * 1000, host: 'mx1', instance: 'postfix', queue: 'active', messages: 1, bytes: 1, oldestSeconds: 1 } as const;
  const queueSamples = Array.from({ length: 500 }, () => sample);
  const app = fastify();
  app.get('/api/v1/stream', async (_request, reply) => {
    live.add(reply);
  });
  app.addHook('preClose', () => live.close());
  t.after(() => app.close());
  return { onPort: await port(app), live, emit: () => collecting.emit(committed({ queueSamples })) };
}

test('a silent stream beats', async (t) => {
  const { onPort } = await alone(t, { heartbeat: 5 });
  const answer = await open(onPort);
  assert.match(await readUntil(answer, (text) => text.includes(': still here')), /\n\n: still here\n\n/);
});

test('who goes away is forgotten', async (t) => {
  const { onPort, live } = await alone(t, {});
  const answer = await open(onPort);
  assert.equal(live.readers, 1);
  answer.destroy();
  await until(() => live.readers === 0);
});

test('there is room for two hundred readers, and again when one goes', async (t) => {
  const { onPort, live } = await alone(t, {});
  const readers = await Promise.all(Array.from({ length: 200 }, () => open(onPort)));
  const refused = await open(onPort);
  assert.deepEqual([refused.statusCode, refused.headers['content-type']], [429, 'application/problem+json; charset=utf-8']);
  readers[0]?.destroy();
  await until(() => live.readers === 199);
  assert.equal((await open(onPort)).statusCode, 200);
});

test('who does not read is cut off, and the others read on', async (t) => {
  const { onPort, live, emit } = await alone(t, { mostUnread: 16 * 1024 });
  const sleeper = connect(onPort, '127.0.0.1').pause();
  sleeper.write('GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const reading = await open(onPort);
  let read = 0;
  reading.on('data', (chunk: string) => (read += chunk.split('event: tick').length - 1));
  await until(() => live.readers === 2);
  let sent = 0;
  // The kernel takes some megabytes for the sleeper before we see that nobody reads.
  while (live.readers === 2) {
    emit();
    sent++;
    await until(() => read >= sent);
  }
  assert.equal(live.readers, 1);
  emit();
  await until(() => read > sent);
  sleeper.destroy();
});
