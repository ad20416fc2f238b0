/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { missing } from '../stack/program.ts';
import { expectSound } from './looks.ts';
import { browse, expectDrawn, launch, screenshot } from './page.ts';
import { startSite } from './site.ts';

const skip = missing('chromium') ?? false;

/** Another web application, with pages that show ours; returns its origin. `html` is asked for at each visit. */
async function otherSite(t: TestContext, html: () => string): Promise<string> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a configured site frames a graph and shows its picture; another is refused by the browser', { skip, timeout: 120_000 }, async (t) => {
  const shown = { url: '' };
  const html = (): string =>
    `<!doctype html><html lang="en"><title>panel</title><h1>Mail system</h1>
     <iframe title="graph" width="700" height="340" src="${shown.url}/embed/delivered?lang=zh-CN&range=day"></iframe>
     <img alt="errors" src="${shown.url}/graph/errors.png?lang=zh-CN">`;
  const panel = await otherSite(t, html);
  const stranger = await otherSite(t, html);
  const [browser, site] = await Promise.all([launch(t), startSite(t, { embedOrigins: [panel] })]);
  shown.url = site.url;

  await t.test('by itself it is one graph that fits', async (sub) => {
    const { page, faults } = await browse(sub, { browser, width: 700, height: 340 });
    await page.goto(`${site.url}/embed/delivered?lang=zh-CN`);
    await expectDrawn(page, ['delivered']);
    assert.equal(await page.locator('section.graph').count(), 1);
    assert.deepEqual(await page.locator('nav, .range-bar, .strip').filter({ visible: true }).count(), 0);
    await screenshot(page, 'embed');
    await expectSound(page);
    assert.deepEqual(faults, []);
  });

  await t.test('in the frame of a configured site', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(panel);
    await page.frameLocator('iframe').locator('section.graph tr[data-curve]').first().waitFor();
    assert.equal(await page.evaluate(() => document.querySelector('img')?.naturalWidth), 600);
    await screenshot(page, 'embed-framed');
    assert.deepEqual(faults, []);
  });

  await t.test('not in the frame of another', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(stranger);
    await page.waitForFunction(() => document.querySelector('img')?.complete);
    assert.equal(await page.frameLocator('iframe').locator('section.graph').count(), 0);
    assert.ok(
      faults.some((fault) => /frame-ancestors/.test(fault)),
      faults.join('\n'),
    );
  });
});
