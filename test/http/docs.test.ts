import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { chromium } from 'playwright-core';

import { BREAKDOWN_FIELDS } from '../../src/model/question.ts';
import { LABELS } from '../../src/model/series.ts';
import { build, pipeline, reader } from './service.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

test('the page on the API runs in a browser under its policy', { skip: !executablePath && 'chromium is not installed' }, async (t) => {
  const app = await build(t, { reader: reader({ labelValues: () => Promise.resolve(['mx1.example.org']) }), collecting: pipeline() });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const browser = await chromium.launch({
    executablePath: executablePath ?? '',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (asked) => {
    if (!asked.url().startsWith(url) && !asked.url().startsWith('data:')) complaints.push(asked.url());
  });
  await page.goto(`${url}/docs`);
  const labels = page.locator('.opblock', { hasText: '/api/v1/labels' });
  await labels.click();
  await labels.locator('.execute').click();
  await labels.locator('.live-responses-table', { hasText: 'mx1.example.org' }).waitFor();
  assert.deepEqual(complaints, []);
});

test('the README tells of each route and its parameters', async (t) => {
  const app = await build(t, { reader: reader({}) });
  const { paths } = (await app.inject('/api/v1/openapi.json')).json<{
    paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }>;
  }>();
  const readme = await readFile(new URL('../../src/http/README.md', import.meta.url), 'utf8');
  const filters = new Set<string>([...LABELS, ...Object.values(BREAKDOWN_FIELDS).flat()]);
  for (const [path, { get }] of Object.entries(paths)) {
    if (get === undefined || !path.startsWith('/api/')) continue;
    const route = `\`GET ${path.replace('{id}', ':id')}\``;
    const row = readme.split('\n').find((line) => line.startsWith(`| ${route} `)) ?? assert.fail(`${route} is missing`);
    for (const { name, in: place } of get.parameters ?? [])
      assert.ok(place !== 'query' || filters.has(name) || row.includes(`\`${name}\``), `${route}: ${name}`);
  }
});
