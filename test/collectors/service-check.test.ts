import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { test } from 'node:test';
import { serviceCheckCollector } from '../../collectors/service-check.ts';
import { freePorts } from '../stack/free-port.ts';
import { recorder, until } from './recorder.ts';

const listening = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

test('a service that takes a connection is up, one that does not is down, and up again when it does', async (t) => {
  const [port = 0] = await freePorts(1);
  const stopping = new AbortController();
  const { sink, services, states } = recorder();
  const collector = serviceCheckCollector({ host: 'mail', everyMillis: 20, services: [{ name: 'imap', host: '127.0.0.1', port }] });
  const running = collector.run(sink, stopping.signal);
  t.after(() => stopping.abort());
  const seen = (up: boolean) => (): boolean => services.at(-1)?.up === up;
  await until('it to be down', seen(false));
  let server = await listening(port);
  await until('it to be up', seen(true));
  await closed(server);
  await until('it to be down again', seen(false));
  server = await listening(port);
  await until('it to be up again', seen(true));
  stopping.abort();
  await running;
  await closed(server);
  assert.deepEqual(new Set(services.map(({ host, service }) => `${host} ${service}`)), new Set(['mail imap']));
  assert.equal(states.at(-1)?.status, 'current');
});
