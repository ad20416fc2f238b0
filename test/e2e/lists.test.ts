/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { DISK, SOURCES, world } from '../alerts/world.ts';
import { webDirectory } from '../dashboards/page-module.ts';
import { build, emptyBatch } from '../http/service.ts';
import { missing } from '../stack/program.ts';
import { everyLook, expectSound } from './looks.ts';
import { browse, launch, screenshot } from './page.ts';
import { startSite } from './site.ts';

const skip = missing('chromium') ?? false;
const listed = (page: Page) => page.locator('tbody tr').first().waitFor();

test('tops, logins and services', { skip, timeout: 300_000 }, async (t) => {
  const [browser, site] = await Promise.all([launch(t), startSite(t)]);

  await everyLook(t, browser, site.url, { name: 'tops', path: '/#tops', ready: listed });
  await everyLook(t, browser, site.url, { name: 'logins', path: '/#logins', ready: listed });

  await t.test('a top is saved as a table, by keyboard', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en#tops`);
    await listed(page);
    const saved = page.waitForEvent('download');
    // Of several lists any may be there first.
    await page.locator('.exports a[href*="of=sender"]').first().press('Enter');
    const csv = await readFile(await (await saved).path(), 'utf8');
    assert.match(csv, /^\uFEFF"sender","messages","share"\r\n/);
    assert.ok(csv.trimEnd().split('\r\n').length > 11, 'more than the page shows');
    assert.deepEqual(faults, []);
  });

  await t.test('by keyboard from the head to the filter, and the filter stands in the address', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en#tops`);
    await page.locator('nav a', { hasText: 'Logins' }).press('Enter');
    await listed(page);
    await page.getByLabel('Result').selectOption('failed');
    await page.locator('tbody .badge').first().waitFor();
    assert.match(page.url(), /result=failed/);
    await page.waitForFunction(() => [...document.querySelectorAll('tbody .badge')].every((one) => one.textContent === 'Failed'));
    assert.deepEqual(faults, []);
  });

  await t.test('without a service that is tried the health page says how; then it lists them, what is down first', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en#graphs/health`);
    await page.locator('#graph-services-now code', { hasText: 'type: service-check' }).waitFor();
    await expectSound(page);
    const tries = (service: string, ups: string) =>
      Array.from(ups, (up, i) => ({ time: Date.now() - (ups.length - i) * 60_000, host: 'mail', service, up: up === '+' }));
    await site.store.commit(emptyBatch({ serviceSamples: [...tries('mta', '++++'), ...tries('imap', '++--')] }));
    await page.reload();
    const rows = page.locator('#graph-services-now tbody tr');
    await rows.first().waitFor();
    assert.match(await rows.first().innerText(), /IMAP\s+mail\s+Down\s+\w+ \d+,/);
    assert.match(await rows.nth(1).innerText(), /MTA\s+mail\s+Up\s+before/);
    await screenshot(page, 'services-now');
    assert.deepEqual(faults, []);
  });
});

test('alerts', { skip, timeout: 300_000 }, async (t) => {
  const here = await world(t, { rules: [DISK, SOURCES], channels: [] });
  here.disk = 0.95;
  here.fail('/var/log/<b>mail</b>.log');
  await here.pass();
  here.disk = 0;
  await here.pass(60_000);
  const app = await build(t, { reader: here.store, alerting: here.alerting, graphs: GRAPHS, webDirectory, clock: () => here.now });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await launch(t);
  await everyLook(t, browser, url, { name: 'alerts', path: '/#alerts', ready: listed });

  await t.test('a rule is silenced and the silence ended, by keyboard', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${url}/?lang=en#alerts`);
    await page.locator('tbody select').first().selectOption('60');
    const end = page.getByRole('button', { name: 'End' });
    await end.press('Enter');
    await end.waitFor({ state: 'detached' });
    assert.equal(here.alerting.silences().length, 0);
    assert.deepEqual(faults, []);
  });
});
