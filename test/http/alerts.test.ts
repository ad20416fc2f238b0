import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { DISK, SOURCES, world } from '../alerts/world.ts';
import { build } from './service.ts';

async function firing(t: TestContext) {
  const here = await world(t, { rules: [DISK, SOURCES], channels: [] });
  here.disk = 0.95;
  here.fail('/var/log/<b>mail</b>.log');
  await here.pass();
  const app = await build(t, { reader: here.store, alerting: here.alerting });
  return { here, app };
}

interface AlertsJson {
  active: {
    rule: string;
    status: string;
    fingerprint: string;
    silencedUntil: number;
    startsAt: number;
    words: Record<string, { title: string; text: string }>;
    labels: Record<string, string>;
  }[];
  history: { rule: string; status: string; endsAt: number }[];
  silences: { id: string; rule: string; until: number; comment: string }[];
}

test('current alerts with their words in both languages, and history', async (t) => {
  const { here, app } = await firing(t);
  const answer = (await app.inject('/api/v1/alerts')).json<AlertsJson>();
  assert.deepEqual(
    answer.active.map(({ rule, status }) => `${rule} ${status}`),
    ['disk firing', 'sources firing'],
  );
  assert.equal(answer.active[0]?.startsAt, here.now / 1000);
  assert.match(answer.active[0]?.words['en']?.text ?? '', /^95% used, 1 GB free; the limit is 90%$/);
  assert.match(answer.active[0]?.words['zh-CN']?.text ?? '', /95%/);
  assert.equal(answer.active[1]?.labels['source'], '/var/log/<b>mail</b>.log');
  here.disk = 0;
  await here.pass(60_000);
  const later = (await app.inject(`/api/v1/alerts?from=now-1h&to=${here.now / 1000 + 1}`)).json<AlertsJson>();
  assert.deepEqual(
    later.active.map(({ rule }) => rule),
    ['sources'],
  );
  assert.deepEqual(later.history.map(({ rule, status, endsAt }) => `${rule} ${status} ${endsAt}`).toSorted(), [
    `disk resolved ${here.now / 1000}`,
    'sources firing 0',
  ]);
});

test('a silence is set and ended by JSON from our own page or a program', async (t) => {
  const { app } = await firing(t);
  const payload = { rule: 'disk', minutes: 60, comment: 'known' };
  const set = await app.inject({ method: 'POST', url: '/api/v1/alerts/silences', payload, headers: { 'sec-fetch-site': 'same-origin' } });
  assert.equal(set.statusCode, 201, set.body);
  const answer = (await app.inject('/api/v1/alerts')).json<AlertsJson>();
  assert.deepEqual(
    answer.silences.map(({ rule, comment }) => [rule, comment]),
    [['disk', 'known']],
  );
  assert.ok((answer.active[0]?.silencedUntil ?? 0) > 0);
  assert.equal(answer.active[1]?.silencedUntil, 0);
  const { id } = set.json<{ id: string }>();
  assert.equal((await app.inject({ method: 'DELETE', url: `/api/v1/alerts/silences/${id}` })).statusCode, 204);
  assert.equal((await app.inject({ method: 'DELETE', url: `/api/v1/alerts/silences/${id}` })).statusCode, 404);
});

test('a foreign page cannot silence anything, and nonsense is refused', async (t) => {
  const { app, here } = await firing(t);
  const url = '/api/v1/alerts/silences';
  const payload = { rule: 'disk', minutes: 60 };
  const post = async (headers: Record<string, string>, body: object | string = payload) =>
    (await app.inject({ method: 'POST', url, payload: body, headers })).statusCode;
  assert.equal(await post({ 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal(await post({ 'sec-fetch-site': 'same-site' }), 403);
  assert.equal(await post({ origin: 'https://evil.example' }), 403);
  assert.equal(await post({ origin: 'null' }), 403);
  assert.equal(await post({ origin: 'https://evil.example', host: 'localhost', 'x-forwarded-host': 'evil.example' }), 403);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json-seq', 'multipart/form-data'])
    assert.equal(await post({ 'content-type': type }, JSON.stringify(payload)), 415, type);
  assert.equal((await app.inject({ method: 'DELETE', url: `${url}/x`, headers: { origin: 'https://evil.example' } })).statusCode, 403);
  assert.equal(await post({}, { rule: 'no such', minutes: 60 }), 400);
  for (const minutes of [0, '1e999', 'Infinity']) assert.equal(await post({}, { rule: 'disk', minutes }), 400);
  assert.equal(await post({}, { rule: 'disk', minutes: 60, until: 'ever' }), 400);
  assert.equal(await post({}, { rule: 'disk', minutes: 60, comment: 'x'.repeat(201) }), 400);
  assert.equal(await post({ 'content-type': 'application/json' }, 'x'.repeat(1_000_000)), 413);
  const list = await app.inject({ method: 'POST', url, payload: [payload] });
  assert.deepEqual(list.json<{ errors: unknown }>().errors, [{ parameter: 'body', message: 'must be object' }]);
  assert.equal(here.alerting.silences().length, 0);
  assert.equal(await post({ host: 'localhost:9825', origin: 'http://localhost:9825' }), 201);
});
