import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { gone } from '../../src/lib/patience.ts';
import { OperationalError } from '../../src/model/errors.ts';
import { build, reader, until } from './service.ts';

test('a question is given up when its request is closed; what others wait for too is not', async (t) => {
  const asked: (() => boolean)[] = [];
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const slow = async (): Promise<never> => {
    asked.push(gone());
    await answered;
    throw new Error('not needed any more');
  };
  const app = await build(t, { reader: reader({ reconcile: slow, facts: slow }) });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });

  const going = new AbortController();
  const closed = fetch(`${url}/api/v1/reconcile`, { signal: going.signal });
  const waiting = fetch(`${url}/api/v1/reconcile`);
  await until(() => asked.length === 2);
  assert.deepEqual(
    asked.map((isGone) => isGone()),
    [false, false],
  );
  going.abort();
  await assert.rejects(closed, { name: 'AbortError' });
  await until(() => asked.filter((isGone) => isGone()).length === 1);

  const leaving = new AbortController();
  const left = fetch(`${url}/api/v1/status`, { signal: leaving.signal });
  await until(() => asked.length === 3);
  const stays = fetch(`${url}/readyz`);
  leaving.abort();
  await assert.rejects(left, { name: 'AbortError' });
  // The service has heard of it by the time another one that left was given up.
  const last = new AbortController();
  const lastLeft = fetch(`${url}/api/v1/reconcile`, { signal: last.signal });
  await until(() => asked.length === 4);
  last.abort();
  await assert.rejects(lastLeft, { name: 'AbortError' });
  await until(() => asked[3]?.() === true);
  assert.equal(asked[2]?.(), false);
  answer();
  assert.equal((await waiting).status, 500);
  assert.equal((await stays).status, 503);
});

test('a question that took too long is logged, one that was given up is not', async (t) => {
  const logged: string[] = [];
  let asked = 0;
  let isGone = (): boolean => false;
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const slow = async (): Promise<never> => {
    asked++;
    isGone = gone();
    await answered;
    throw new OperationalError('query_timeout', 'The question took too long');
  };
  const logger = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });
  const app = await build(t, { reader: reader({ reconcile: slow }), logger });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });

  const waiting = fetch(`${url}/api/v1/reconcile`);
  await until(() => asked === 1);
  const going = new AbortController();
  const closed = fetch(`${url}/api/v1/reconcile`, { signal: going.signal });
  await until(() => asked === 2);
  going.abort();
  await assert.rejects(closed, { name: 'AbortError' });
  await until(() => isGone());
  answer();
  assert.equal((await waiting).status, 503);
  await app.close();
  assert.deepEqual(
    logged.map((line) => (JSON.parse(line) as { code: string }).code),
    ['query_timeout'],
  );
});
