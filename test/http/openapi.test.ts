import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Check, Errors } from 'typebox/schema';

import { HOSTILE, mailDay } from './mail-day.ts';
import { get, service } from './service.ts';

/** Every JSON route of the API with a question it has an answer to. */
const ROUTES = {
  '/api/v1/series': 'series=received,rejected,login,queue_messages&by=host,reason,queue&step=3600',
  '/api/v1/totals': 'series=received,rejected',
  '/api/v1/top': 'of=sender',
  '/api/v1/breakdown': 'of=deliveries&by=outcome,relay',
  '/api/v1/messages': '',
  '/api/v1/messages/{id}': '',
  '/api/v1/messages/{id}/lines': '',
  '/api/v1/reconcile': '',
  '/api/v1/queue': '',
  '/api/v1/services': '',
  '/api/v1/logins': '',
  '/api/v1/accounts': '',
  '/api/v1/accounts/failures': 'by=network',
  '/api/v1/accounts/findings': '',
  '/api/v1/marks': '',
  '/api/v1/queue/backlog': '',
  '/api/v1/parser': '',
  '/api/v1/labels': '',
  '/api/v1/reports': '',
  '/api/v1/probes': '',
  '/api/v1/status': '',
  '/api/v1/graphs': '',
} as const;

const FILES = { '/graph/{graph}.svg': 'image/svg+xml', '/graph/{graph}.png': 'image/png', '/graph/{graph}.csv': 'text/csv' };

interface OpenApi {
  openapi: string;
  paths: Record<
    string,
    {
      get: {
        summary?: string;
        parameters?: { name: string; in: string; required?: boolean; explode?: boolean }[];
        responses: Record<string, { content?: Record<string, { schema: object }> }>;
      };
    }
  >;
}

test('OpenAPI 3.1 describes each route, and each answer is as described', async (t) => {
  const { app } = await service(t, [mailDay(HOSTILE)]);
  const document = await get<OpenApi>(app, 'openapi.json');
  assert.match(document.openapi, /^3\.1\./);
  assert.deepEqual(
    new Set(Object.keys(document.paths)),
    new Set([...Object.keys(ROUTES), ...Object.keys(FILES), '/api/v1/stream', '/healthz', '/readyz', '/metrics']),
  );
  for (const [path, type] of Object.entries(FILES)) {
    assert.deepEqual(Object.keys(document.paths[path]?.get.responses['200']?.content ?? {}), [type], path);
  }
  const list = document.paths['/api/v1/series']?.get.parameters?.find(({ name }) => name === 'series');
  assert.equal(list?.explode, false, 'lists are separated by commas');
  for (const [path, query] of Object.entries(ROUTES)) {
    const { summary, responses } = document.paths[path]?.get ?? { responses: {} };
    assert.ok(summary, path);
    const asked = document.paths[path]?.get.parameters?.filter((one) => one.in === 'query') ?? [];
    for (const { name, required } of asked) assert.ok(!required || query.includes(`${name}=`), `${path} wants ${name}`);
    const hasFormat = asked.some(({ name }) => name === 'format');
    assert.equal('text/csv' in (responses['200']?.content ?? {}), hasFormat, path);
    const url = `${path.replace('{id}', '1').replace('/api/v1/', '')}${query && `?${query}`}`;
    const schema = responses['200']?.content?.['application/json']?.schema ?? {};
    const body = await get(app, url);
    assert.ok(Object.keys(schema).length > 0 && Check(schema, body), `${path}: ${JSON.stringify(Errors(schema, body)).slice(0, 500)}`);
    assert.deepEqual(Object.keys((responses['4XX'] ?? responses['4xx'])?.content ?? {}), ['application/problem+json'], path);
  }
});
