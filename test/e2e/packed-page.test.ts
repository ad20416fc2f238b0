import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { packPage } from '../../scripts/pack-page.mjs';
import { missing } from '../stack/program.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { browse, expectDrawn, launch } from './page.ts';
import { startSite } from './site.ts';

const skip = missing('chromium') ?? false;

/** Where each page shows that it has come. */
const PAGES = {
  '#messages': 'tbody tr',
  '#tops': '.tops table',
  '#logins': 'main table',
  '#accounts': 'main section',
  '#lines': 'main h2',
  '#graphs/queue': '#graph-queues',
} as const;

test('the page as a release packs it: in few requests, with each of its pages', { skip, timeout: 120_000 }, async (t) => {
  const webDirectory = join(await temporaryDirectory(t), 'page');
  await packPage(webDirectory);
  const [browser, site] = await Promise.all([launch(t), startSite(t, { webDirectory })]);
  const { page, faults } = await browse(t, { browser });
  const own = new Set<string>();
  const questions: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (!pathname.startsWith('/api/')) own.add(pathname);
    if (pathname === '/api/v1/series') questions.push(search.slice(1));
  });
  await page.goto(`${site.url}/?lang=zh-CN`);
  await expectDrawn(page, ['delivered', 'rejects']);
  assert.deepEqual([...own].toSorted(), ['/', '/early.js', '/i18n/zh-CN.js', '/icon.svg', '/main.js', '/style.css']);
  const told = await page.locator('meta[name="first-question"]').getAttribute('content');
  assert.deepEqual([questions[0], questions.filter((one) => one === told).length], [told, 1], 'asked early, and once');
  const sent = await page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).reduce((sum, { transferSize }) => sum + transferSize, 0),
  );
  t.diagnostic(`${Math.round(sent / 1000)} KB with figures and headers`);
  assert.ok(sent < 120_000, String(sent));
  for (const [path, shown] of Object.entries(PAGES)) {
    // From nowhere, or what waits for the page could find the one before.
    await page.goto('about:blank');
    await page.goto(`${site.url}/?lang=en${path}`);
    await page.locator(shown).first().waitFor();
  }
  await page.goto(`${site.url}/?lang=en#messages`);
  await page.locator('tbody a.when').first().click();
  await page.locator('ol.life li').first().waitFor();
  await page.goto(`${site.url}/embed/delivered?lang=en`);
  await expectDrawn(page, ['delivered']);
  assert.deepEqual(faults, []);
});
